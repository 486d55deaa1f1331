"""Daily lists of weibo-trending-hot-search (justjavac): every title that stood on Weibo's hot-search list on one China day.

A file is an array of {"url", "title"}, named by its day: `2023-08-14.json`. The archive looks once an hour and keeps one entry a
title and link, so that an entry tells the day and, in its link, one rank it had. Entries without a rank were pinned. The
day is in the file's name alone; it is made part of each record, since one title on two days is two facts.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from collectors import table
from collectors.carries import Carries
from collectors.cells import canonical
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.platforms.weibo import HOT_LIST
from collectors.times import CHINA, moment
from collectors.told import words
from data.errors import Unreadable
from data.model import HotSearch, record_id
from data.tags import tag_key

NAME = "weibo-trending-hot-search"
PLATFORM = "weibo"
CARRIES = Carries(tool="weibo-trending-hot-search", files=("JSON",), holds=("hot_search",), platforms=("weibo",), known_from="written")
DAY = re.compile(r"(?<!\d)(20\d\d-[01]\d-[0-3]\d)(?!\d)")


def recognises(sample: Sample) -> bool:
    return sample.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and b'"/weibo?q=' in sample.head and b'"title"' in sample.head


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    day = DAY.search(source.name)
    if day is None:
        raise Unreadable(f"{source.name}: the day of the list is told by the file's name alone; name it like 2023-08-14.json")
    for record in table.records(source, origin):
        if isinstance(record, Record):
            cells = {**record.cells, "day": day[1]}
            record = replace(record, cells=cells, body=canonical(cells), in_body=False)
        yield record


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    title, url, day = (words(record.cells.get(name)) for name in ("title", "url", "day"))
    if not title:
        raise ValueError("the entry has no title")
    if not day:
        raise ValueError("it tells no topic or no time")
    rank = parse_qs(urlsplit(url or "").query).get("band_rank", [""])[0]
    yield HotSearch(
        record_id=record_id(NAME, record.sha256, PLATFORM, title),
        platform=PLATFORM,
        list=HOT_LIST,
        title=title,
        tag_key=tag_key(title),
        rank=int(rank) if rank.isascii() and rank.isdigit() else None,
        url=urljoin("https://s.weibo.com/", url) if url else None,
        seen_at=moment(day, zone=CHINA).at,
        seen_at_basis="told",
        seen_at_grain="day",
        run_id=origin.run_id,
    )
