"""Daily lists of weibo-trending-hot-search (justjavac): every title that stood on Weibo's hot-search list on one China day.

A file is an array of {"url", "title"}, named by its day: `2023-08-14.json`. The archive looks once an hour and keeps one entry a
title and link, so that an entry tells the day and, in its link, one rank it had. Entries without a rank were pinned. The
day is in the file's name alone; it is made part of each record, since one title on two days is two facts.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from collectors import table
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.times import CHINA, moment
from data.errors import Unreadable
from data.model import HotSearch, record_id
from data.tags import tag_key

NAME = "weibo-trending-hot-search"
PLATFORM = "weibo"
LIST = "realtimehot"  # Weibo's own name of the list at s.weibo.com/top/summary
DAY = re.compile(r"(?<!\d)(20\d\d-[01]\d-[0-3]\d)(?!\d)")


def recognises(sample: Sample) -> bool:
    return sample.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and b'"/weibo?q=' in sample.head and b'"title"' in sample.head


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    day = DAY.search(source.name)
    if day is None:
        raise Unreadable(f"{source.name}: the day of the list is told by the file's name alone; name it like 2023-08-14.json")
    with source.open() as file:
        body = file.read()
    try:
        entries = json.loads(body.decode("utf-8-sig"))
    except ValueError as error:
        raise Unreadable(f"{source.name} cannot be read: {error}. Get the file again") from error
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, dict):
            cells = {**entry, "day": day[1]}
            yield Record(number=number, cells=table.mended(cells), body=table.canonical(cells))
        else:
            yield Broken(number=number, reason="the entry is no JSON object", body=table.canonical(entry))


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    title, url = record.cells.get("title"), record.cells.get("url")
    if not title:
        raise ValueError("the entry has no title")
    rank = parse_qs(urlsplit(url or "").query).get("band_rank", [""])[0]
    yield HotSearch(
        record_id=record_id(NAME, record.sha256, PLATFORM, title),
        platform=PLATFORM,
        list=LIST,
        title=title,
        tag_key=tag_key(title),
        rank=int(rank) if rank.isascii() and rank.isdigit() else None,
        url=urljoin("https://s.weibo.com/", url) if url else None,
        seen_at=moment(record.cells["day"], zone=CHINA).at,
        seen_at_basis="told",
        seen_at_grain="day",
        run_id=origin.run_id,
    )
