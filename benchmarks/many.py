"""A home of millions of invented posts, every text different, written to the log as columns: for measuring.

They are spread over half a year with two spikes and the rhythm of a day, on two platforms, by a third as many accounts as posts, a few
of which write much. A fifth are bare reposts, a seventh comments. Each has up to three of 300 hashtags. All but bare reposts are labelled
(emotion, sentiment, stance toward two targets), by chance. One in fifty was seen twice. `VECTORS` texts have a vector.
"""

import hashlib
import random
import re
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.meaning import MODEL
from data.home import Home
from data.log import Log
from data.model import LABEL_VALUES, Event, Gap, HashtagCount, HotSearch, Run, Trend, arrow_schema, filled, to_arrow
from data.sample import words
from data.tags import tag_key

CAMPAIGN = "many"
START = datetime(2025, 3, 1)
DAYS = 180
AT_ONCE = 200_000  # posts of a change of the log
VECTORS, WIDTH = 50_000, 896
SENTENCES = 20_000
TAGS = ["画手集体停更", "训练请先问", "手画的日子", *(f"第{number}个话题" for number in range(297))]
TARGETS = ("AI绘画", "萤火集")
PLATFORMS = ("weibo", "xiaohongshu")
KINDS = ("original", "quote", "repost", "comment")
STATUSES = ("visible", "deleted_by_author", "removed_by_platform", "private", "unknown")
GRAINS = ("second", "minute", "day")
PART = re.compile(r"\{(\w+)\}")
FILE = """
id = "many"
name = "Many posts (invented)"
name_zh = "很多帖子（虚构）"
zone = "Asia/Shanghai"
start = 2025-03-01
synthetic = true

[hashtags]
weibo = ["画手集体停更", "训练请先问"]
xiaohongshu = ["画手集体停更", "手画的日子"]

[[rules]]
name = "the machine"
must = ["梦鲸"]

[[targets]]
concept = "AI绘画"
side = "against"
[[targets]]
concept = "萤火集"
side = "against"

[[slogans]]
text = "别拿画喂AI"
variants = ["不要拿画喂AI"]
[[slogans]]
text = "先问再用"
variants = ["Ask first"]
[[slogans]]
text = "画是画手的"
"""


def make(home: Home, posts: int) -> None:
    """Writes campaign file and log of `posts` posts; the caller builds."""
    home.campaigns.mkdir(parents=True)
    (home.campaigns / f"{CAMPAIGN}.toml").write_text(FILE, encoding="utf-8")
    Log(home.log).append_rows(_around())
    add(home, 0, posts)


def add(home: Home, first: int, posts: int, days: int | None = None, labelled: bool = True) -> None:
    """Appends posts number `first` and on, of the last `days` where told; the caller builds."""
    said = _sentences(random.Random(1))
    for start in range(first, first + posts, AT_ONCE):
        _append(home, start, min(AT_ONCE, first + posts - start), said, whole=max(posts, AT_ONCE), days=days, labelled=labelled)


def _append(home: Home, start: int, posts: int, said: pa.Array, whole: int, days: int | None, labelled: bool) -> None:
    dice, numbers = np.random.default_rng(start), np.arange(start, start + posts)
    run = f"run-{start:09d}"
    kind = dice.choice(4, posts, p=(0.59, 0.07, 0.2, 0.14))
    key = {
        "platform": _of(PLATFORMS, dice.choice(2, posts, p=(0.66, 0.34))),
        "is_comment": pa.array(kind == 3),
        "post_id": pc.cast(pa.array(4_700_000_000_000_000 + numbers * 7), pa.string()),
        "record_id": _hashed("record", numbers, 32),
    }
    grain = dice.choice(3, posts, p=(0.6, 0.3, 0.1))
    at = _times(dice, posts, grain, days)
    author = (
        np.where(dice.random(posts) < 0.25, dice.pareto(0.6, posts) * 7, dice.random(posts) * (whole // 3)).clip(0, whole // 3).astype(int)
    )
    author_key = _hashed("author", author, 32)
    author_name = pc.binary_join_element_wise("画画的人", pc.cast(pa.array(author), pa.string()), "")
    tags = (dice.zipf(1.4, (posts, 3)) - 1) % len(TAGS)
    tag_lists, offsets = _tags(dice, tags)
    text = _texts(dice, numbers, kind == 2, tags, said)
    sha256 = _sha256(text)
    post = pa.table(
        key
        | {
            "url": pc.binary_join_element_wise("https://posts.example/", key["post_id"], ""),
            "author_key": author_key,
            "author_name": author_name,
            "text": text,
            "text_sha256": sha256,
            "published_at": at,
            "published_grain": _of(GRAINS, grain),
            "kind": _of(KINDS, kind),
            "parent_id": pc.if_else(pa.array(kind == 3), pc.take(key["post_id"], pa.array(dice.integers(0, posts, posts))), None),
            "hashtags": pa.ListArray.from_arrays(offsets, _of(TAGS, tag_lists)),
            "tag_keys": pa.ListArray.from_arrays(offsets, _of([tag_key(tag) for tag in TAGS], tag_lists)),
            "region": _of(words.REGIONS, dice.integers(0, len(words.REGIONS), posts)),
        }
    )
    seen = _later(at, dice, posts)
    sighting = pa.table(key | _counts(dice, posts) | {
        "seen_at": seen,
        "status": _of(STATUSES, dice.choice(5, posts, p=(0.94, 0.02, 0.02, 0.01, 0.01))),
        "raw_ref": pc.binary_join_element_wise(f"{run}#", pc.cast(pa.array(numbers // 1000), pa.string()), ".", sha256, ""),
    })  # fmt: skip
    again = pa.array(np.flatnonzero(dice.random(posts) < 0.02))
    record = pc.binary_join_element_wise("b", pc.utf8_slice_codeunits(pc.take(key["record_id"], again), 1), "")
    author = pa.table({"record_id": key["record_id"], "platform": key["platform"], "author_key": author_key, "seen_at": seen,
                       "name": author_name, "followers": pa.array(dice.lognormal(5.5, 1.8, posts).astype(np.int64))})  # fmt: skip
    told = {"run_id": run}
    seen_as = {**told, "format": "weibo-search", "seen_at_basis": "told"}
    tables = {
        "run": [_run(run, start, posts)],
        "post": [(post, told), (_with(pc.take(post, again), "record_id", record), told)],
        "sighting": [(sighting, seen_as), (_with(pc.take(sighting, again), "record_id", record), seen_as)],
        "membership": [(pa.table({name: key[name] for name in ("platform", "is_comment", "post_id")}),
                        {**told, "campaign": CAMPAIGN, "via": "query", "query": "posts.csv"})],
        "author": [(author, {**told, "seen_at_basis": "told", "followers_grain": "exact"})],
        "label": [_labels(dice, pc.filter(sha256, pa.array((kind != 2) & labelled)), told)],
        "embedding": [_vectors(dice, sha256, start, told)],
    }  # fmt: skip
    Log(home.log).append(
        {
            table: pa.concat_tables(rows if isinstance(rows, pa.Table) else _filled(table, *rows) for rows in parts)
            for table, parts in tables.items()
        }
    )


def _filled(table: str, rows: pa.Table, told: dict[str, str]) -> pa.Table:
    """With the columns that all rows have alike, and the values that a row has where nothing is told."""
    if table == "sighting":
        rows = rows.append_column("context", pa.array(np.zeros(len(rows), bool)))
    return filled(table, rows, told)


def _of(names: Any, which: np.ndarray) -> pa.Array:
    return pc.take(pa.array(names), pa.array(which))


def _with(rows: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(name), name, column)


def _hashed(kind: str, numbers: np.ndarray, digits: int) -> pa.Array:
    return pa.array([hashlib.md5(f"{kind} {number}".encode()).hexdigest()[:digits] for number in numbers.tolist()])


def _sha256(texts: pa.Array) -> pa.Array:
    return pa.array([hashlib.sha256(text.encode()).hexdigest() for text in texts.to_pylist()])


def _times(dice: np.random.Generator, posts: int, grain: np.ndarray, days: int | None) -> pa.Array:
    """Half of them evenly, a quarter after each of two spikes, or all in the last `days`; more by day than by night."""
    which = dice.choice(3, posts, p=(0.5, 0.25, 0.25))
    day = np.where(which == 0, dice.random(posts) * DAYS, np.array((0, 40, 110))[which] + dice.exponential(6, posts)).clip(0, DAYS - 1)
    day = day if days is None else DAYS - days + dice.random(posts) * days
    hour = (dice.normal(12, 5, posts) % 24 * 3600).astype(np.int64)
    seconds = day.astype(np.int64) * 86400 + np.where(grain == 2, -8 * 3600, np.where(grain == 1, hour // 60 * 60, hour))
    return pa.array((seconds + int((START - datetime(1970, 1, 1)).total_seconds())) * 1_000_000).cast(pa.timestamp("us"))


def _later(at: pa.Array, dice: np.random.Generator, posts: int) -> pa.Array:
    hours = dice.integers(12, 90, posts) * 3_600_000_000
    return pc.add(at.cast(pa.int64()), pa.array(hours)).cast(pa.timestamp("us"))


def _tags(dice: np.random.Generator, tags: np.ndarray) -> tuple[np.ndarray, pa.Array]:
    """Of three tags each the first none, one, two or all three, each once; where each post's begin."""
    used = np.arange(3) < dice.choice(4, len(tags), p=(0.1, 0.55, 0.25, 0.1))[:, None]
    used[:, 1] &= tags[:, 1] != tags[:, 0]
    used[:, 2] &= (tags[:, 2] != tags[:, 0]) & (tags[:, 2] != tags[:, 1])
    return tags[used], pa.array(np.concatenate(([0], used.sum(1).cumsum())).astype(np.int32))


def _texts(dice: np.random.Generator, numbers: np.ndarray, bare: np.ndarray, tags: np.ndarray, said: pa.Array) -> pa.Array:
    """A hashtag, three sentences and a number, which no other text has; a bare repost is the chain of others' words alone."""
    parts = [pc.take(said, pa.array(dice.integers(0, SENTENCES, len(numbers)))) for _ in range(3)]
    own = pc.binary_join_element_wise("#", _of(TAGS, tags[:, 0]), "#", *parts, pc.cast(pa.array(numbers), pa.string()), "")
    chain = pc.binary_join_element_wise("转发微博//@画手", pc.cast(pa.array(numbers), pa.string()), "：", parts[0], "")
    return pc.if_else(pa.array(bare), chain, own)


def _sentences(dice: random.Random) -> pa.Array:
    """The sentences of the demonstration, slogans among them, filled in every which way."""
    patterns = [*words.FAVOUR, *words.AGAINST, *words.NEWS]
    slogans = [form for forms in words.SLOGANS for form in forms]
    return pa.array(
        [
            dice.choice(slogans)
            if dice.random() < 0.04
            else PART.sub(lambda part: dice.choice(words.PARTS[part[1]]), dice.choice(patterns))
            for _ in range(SENTENCES)
        ]
    )


def _counts(dice: np.random.Generator, posts: int) -> dict[str, pa.Array]:
    counts: dict[str, pa.Array] = {}
    for name, usual in (("likes", 3.0), ("reposts", 1.0), ("comments", 1.5)):
        told = dice.random(posts) < 0.9
        values = dice.lognormal(usual, 1.5, posts).astype(np.int64)
        counts[name] = pc.if_else(pa.array(told), pa.array(values), None)
        counts[f"{name}_grain"] = pc.if_else(pa.array(told), "exact", pa.scalar(None, pa.string()))
    return counts


def _labels(dice: np.random.Generator, sha256: pa.Array, told: dict[str, str]) -> pa.Table:
    parts = []
    for kind, target in (("emotion", None), ("sentiment", None), *(("stance", target) for target in TARGETS)):
        values = LABEL_VALUES[kind]
        chance = dice.random((len(sha256), len(values))) ** 3
        chance /= chance.sum(1, keepdims=True)
        offsets = pa.array(np.arange(len(sha256) + 1, dtype=np.int32) * len(values))
        names = _of(values, np.tile(np.arange(len(values)), len(sha256)))
        columns = {
            "text_sha256": sha256,
            "value": _of(values, chance.argmax(1)),
            "probabilities": pa.MapArray.from_arrays(offsets, names, pa.array(chance.ravel())),
            "labelled_at": pa.repeat(pa.scalar(START + timedelta(days=DAYS), pa.timestamp("us")), len(sha256)),
        }
        like = {**told, "kind": kind, "model": "invented", "version": "1"} | ({"target": target} if target else {})
        parts.append(filled("label", pa.table(columns), like))
    return pa.concat_tables(parts)


def _vectors(dice: np.random.Generator, sha256: pa.Array, start: int, told: dict[str, str]) -> pa.Table:
    """Vectors for the first texts of the home."""
    texts = sha256[: max(0, VECTORS - start)]
    if not len(texts):
        return arrow_schema("embedding").empty_table()
    vectors = dice.normal(size=(len(texts), WIDTH)).astype(np.float32)
    offsets = pa.array(np.arange(len(texts) + 1, dtype=np.int32) * WIDTH)
    columns = {"text_sha256": texts, "vector": pa.ListArray.from_arrays(offsets, pa.array(vectors.ravel()))}
    return filled("embedding", pa.table(columns), {**told, "model": MODEL})


def _run(run: str, start: int, posts: int) -> pa.Table:
    began = START + timedelta(days=DAYS, minutes=start / AT_ONCE)
    row = Run(run_id=run, source="weibo-search", campaign=CAMPAIGN, query="posts.csv", synthetic=True, started=began,
              ended=began + timedelta(minutes=1), read=posts, added=posts, updated=0, duplicate=0, quarantined=0, version="0")  # fmt: skip
    return to_arrow("run", [row])


def _around() -> list[Any]:
    """What stands beside posts: counters and trend lines of hashtags, a hot list a day, a gap, some events."""
    told = {"run_id": "around", "seen_at_basis": "told"}
    rows: list[Any] = [
        Run(run_id="around", source="weibo-counts", campaign=CAMPAIGN, synthetic=True, started=START, ended=START, version="0"),
        Gap(campaign=CAMPAIGN, platform="weibo", starts_at=START + timedelta(days=60), ends_at=START + timedelta(days=61),
            reason="the platform refused", run_id="around"),
        *(Event(campaign=CAMPAIGN, at=START + timedelta(days=40 + 30 * n), at_grain="day", kind="press", title=f"An invented report {n}",
                run_id="around") for n in range(4)),
    ]  # fmt: skip
    for tag in TAGS[:3]:
        of = {"platform": "weibo", "tag": tag, "tag_key": tag_key(tag), "source": "weibo-counts", **told}
        rows += [
            HashtagCount(record_id=f"{tag} {n}", seen_at=START + timedelta(hours=6 * n), views=90_000 * n, views_grain="exact",
                         originals=2_000 * n, originals_grain="exact", **of) for n in range(DAYS * 4)
        ]  # fmt: skip
        rows += [
            Trend(record_id=f"{tag} slot {n}", slot_start=START + timedelta(hours=n), slot_seconds=3600, partial=False,
                  seen_at=START + timedelta(days=DAYS), views=n % 900, discussions=n % 90, originals=n % 9, **of) for n in range(DAYS * 24)
        ]  # fmt: skip
    rows += [
        HotSearch(record_id=f"hot {day} {rank}", platform="weibo", list="realtimehot", title=f"第{day * 50 + rank}个话题", rank=rank + 1,
                  seen_at=START + timedelta(days=day), seen_at_grain="day", **told) for day in range(DAYS) for rank in range(50)
    ]  # fmt: skip
    return rows
