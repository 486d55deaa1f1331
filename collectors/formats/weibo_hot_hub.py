"""Files of weibo-hot-hub (nateafish): the counters of hashtags on Weibo's hot list, by the hour.

Its folder `data/topics/<topic id>/` holds `snapshots/YYYY/MM/DD/HH.json` (counters) and `trends/YYYY/MM-DD.jsonl` (what each slot of
ten minutes or an hour added). Both carry the hour for which they were captured, not the minute: what was seen "at 23:00"
was seen before midnight. Its posts, lists, indexes and run files are not imported.

A topic id is `231522` and the MD5 of the hashtag. Snapshots tell both; trends tell the id alone.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from collectors import table
from collectors.carries import Carries
from collectors.cells import canonical, mended
from collectors.counts import count, displayed
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.times import CHINA, moment
from collectors.told import words
from data.errors import Unreadable
from data.model import HashtagCount, Trend, record_id
from data.tags import tag_key

NAME = "weibo-hot-hub"
PLATFORM = "weibo"
CARRIES = Carries(
    tool="weibo-hot-hub", files=("JSON", "JSON Lines"), holds=("counters", "trends"), platforms=("weibo",), known_from="written"
)

OBJECT_ON_A_LINE = re.compile(rb"^[ \t]*\{", re.MULTILINE)  # any: the first line of trends may be damaged
# What stands only in the files of this tool, and whether these are imported. Posts of others may have hashtags as their `topics`.
SNAPSHOT = (b'"exact_counts"', b'"topic_id"', b'"captured_at"')
TREND = (b'"capture_hour"', b'"topic_id"', b'"captured_at"')
NOT_IMPORTED = {
    "descriptions of weibo-hot-hub topics": (b'"first_seen_at"', b'"last_seen_at"', b'"topic_id"'),
    "posts of weibo-hot-hub": (b'"created_at_text"', b'"mid"', b'"body"'),
    "lists of posts of weibo-hot-hub": (b'"unique_posts"', b'"pages"', b'"topic_id"'),
    "hot lists of weibo-hot-hub": (b'"captured_at"', b'"source_url"', rb'"topics"\s*:\s*\[\s*\{[^{}]*"query"'),
    "run files of weibo-hot-hub": (b'"captured_at"', b'"pages_per_topic"', b'"topics"'),
}
# The counters of a topic by their names here: of `exact_counts`, of the rounded `overview`.
COUNTERS = {
    "views": ("read", "read"),
    "discussions": ("mention", "mention"),
    "interactions": ("interact", "interaction"),
    "originals": ("ori_m", "original"),
    "participants": ("ori_uv", None),
}
SERIES = {"views": "read", "discussions": "mention", "interactions": "interaction", "originals": "original"}
SLOTS = {"1h": timedelta(minutes=10), "24h": timedelta(hours=1)}


def recognises(sample: Sample) -> bool:
    return _is(sample, SNAPSHOT) or _is(sample, TREND) or not_imported(sample) is not None


def not_imported(sample: Sample) -> str | None:
    return next((what for what, patterns in NOT_IMPORTED.items() if _is(sample, patterns)), None)


def _is(sample: Sample, patterns: tuple[bytes, ...]) -> bool:
    head = sample.head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return not head.startswith(b"[") and OBJECT_ON_A_LINE.search(head) is not None and all(re.search(pattern, head) for pattern in patterns)


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    """A snapshot is one record, and so is each line of trends."""
    if source.name.endswith(".jsonl"):
        yield from table.records(source, origin)
        return
    with source.open() as file:
        body = file.read()
    try:
        cells = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{source.name} cannot be read: {error}. Get the file again") from error
    yield Record(number=1, cells=mended(cells), body=canonical(cells))


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    cells = _object(record.cells)
    if cells is not record.cells:
        raise ValueError("this is no JSON object")
    captured, topic, title = (words(cells.get(name)) for name in ("captured_at", "topic_id", "title"))
    if not captured or not (topic or title):
        raise ValueError("it tells no topic or no time")
    told = {
        "platform": PLATFORM,
        "topic_id": topic,
        "tag": title,
        "tag_key": tag_key(title) if title else None,
        "seen_at": moment(captured, zone=CHINA).at,
        "seen_at_basis": "told",
        "source": NAME,
        "run_id": origin.run_id,
        "record_id": record_id(NAME, record.sha256, PLATFORM, str(topic)),
    }
    if "exact_counts" in cells or "overview" in cells:
        yield _counters(cells, told)
    else:
        yield from _trends(cells, told)


def _counters(cells: dict[str, Any], told: dict[str, Any]) -> HashtagCount:
    exact, rounded = _object(cells.get("exact_counts")), _object(_object(cells.get("overview")).get("all"))
    counters: dict[str, Any] = {}
    for name, (exactly, roughly) in COUNTERS.items():
        found = count(exact.get(exactly))
        if found.value is None and roughly:
            found = displayed(rounded.get(roughly))
        counters |= {name: found.value, f"{name}_grain": found.grain}
    return HashtagCount(seen_at_grain="hour", **told, **counters)


def _object(told: Any) -> dict[str, Any]:
    """A JSON object; an empty one where something else stands."""
    return told if isinstance(told, dict) else {}


def _trends(cells: dict[str, Any], told: dict[str, Any]) -> Iterator[Trend]:
    for span, length in SLOTS.items():
        slots: dict[datetime, dict[str, Any]] = {}
        for name, series in SERIES.items():
            points = _object(cells.get(span)).get(series)
            for point in points if isinstance(points, list) else ():
                if not isinstance(point, dict) or not point.get("at"):
                    raise ValueError("it tells no topic or no time")
                slots.setdefault(moment(point["at"], zone=CHINA).at, {})[name] = count(point.get("value")).value
        for start, values in slots.items():
            # The minute of the capture is not told, but it was within the last slot: the platform lists none that is yet to begin.
            partial = start == max(slots) and start + length > told["seen_at"]
            yield Trend(slot_start=start, slot_seconds=int(length.total_seconds()), partial=partial, **told, **values)
