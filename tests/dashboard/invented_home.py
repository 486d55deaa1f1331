"""A home with three invented campaigns: `art` (about 300 varied posts, hostile texts among them), `play` (synthetic) and `bare`
(nothing collected). Every run gives the same rows."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collectors.archive import Writer
from data.build import build
from data.home import Home
from data.log import Log
from data.model import (
    Gap,
    HashtagCount,
    HotSearch,
    Label,
    Membership,
    Post,
    Quarantined,
    Run,
    Sighting,
    Trend,
    text_sha256,
)
from data.tags import tag_key

START = datetime(2024, 5, 1, 1)
HOSTILE = (
    "<script>alert(1)</script> 拒绝AI画",
    "<img src=x onerror=alert(1)> 支持画师",
    "价格 $x$ 和 $y$ 不等",
    ":red[a] :material/bolt: 火",
    "=1+1",
    "+SUM(A1:A9)",
    "[a](http://b.example/) ![p](http://b.example/p.png)",
    "# 标题\n- 列表 `代码` **粗**",
    "'; drop table posts; --",
    "{{ 7*7 }} ${jndi} %s %(x)s",
    "零\u200b宽 \u202e反向",
)
TAGS = ("抵制云画机", "云画机AI绘画", "<b>粗标签</b>", "画师[a](http://b.example/)", "$\\LaTeX$", "云画机")
WORDS = ("今天", "画师", "云画机", "支持", "反对", "训练", "授权", "横幅", "道歉", "观望", "AI", "插画", "老师", "作品", "平台")
EMOTIONS = ("angry", "sad", "fear", "surprise", "happy", "neutral")
SENTIMENTS = ("negative", "neutral", "positive")
STANCES = ("favour", "against", "neutral")

ART = """
id = "art"
name = "Artists against Cloud Painter"
name_zh = "画师抵制云画机"
zone = "Asia/Shanghai"
start = 2024-05-01

[hashtags]
weibo = ["抵制云画机", "云画机AI绘画", "<b>粗标签</b>"]
xiaohongshu = ["抵制云画机"]

[[targets]]
concept = "云画机"
side = "against"
[[targets]]
concept = "AI绘画"
side = "against"

[[slogans]]
text = "支持画师"
variants = ["横幅"]
[[slogans]]
text = "反对AI"

[[events]]
at = 2024-05-02T10:00:00
kind = "trigger"
title = "An illustrator posts the first accusation"
title_zh = "一名插画师发出第一条指控"
publisher = "The Invented Gazette"
url = "https://gazette.example/first"
[[events]]
at = 2024-05-04
kind = "demand"
status = "partly met"
title = "Ask before training on our art"
title_zh = "用作品训练前须征得同意"
publisher = "Open letter"
[[events]]
at = 2024-05-05
kind = "press"
title = "A <b>report</b> on the $banners$"
publisher = "The Invented Gazette"

[[quoted]]
what = "views"
value = 35000000
value_grain = "at_least"
shown = "more than 35 million views"
at = 2024-05-06
publisher = "The Invented Gazette"
url = "https://gazette.example/views"
entered_by = "desk"
[[quoted]]
what = "artists"
shown = "hundreds of artists"
publisher = "The Invented Gazette"
entered_by = "desk"
"""

PLAY = """
id = "play"
name = "Play campaign"
name_zh = "演示活动"
synthetic = true
start = 2024-05-01
[hashtags]
weibo = ["抵制云画机"]
[[targets]]
concept = "云画机"
side = "against"
"""

BARE = """
id = "bare"
name = "Nothing yet"
name_zh = "尚无内容"
"""


def make(folder: Path) -> Home:
    """The published home in `folder`."""
    home = Home(folder)
    home.campaigns.mkdir(parents=True)
    for name, text in (("art", ART), ("play", PLAY), ("bare", BARE)):
        (home.campaigns / f"{name}.toml").write_text(text, encoding="utf-8")
    log = Log(home.log)
    log.append_rows(_campaign(home, "art", synthetic=False, seed=1, posts=300))
    log.append_rows(_campaign(home, "play", synthetic=True, seed=2, posts=60))
    build(home)
    return home


def _campaign(home: Home, campaign: str, *, synthetic: bool, seed: int, posts: int) -> Iterator[Any]:
    chance = random.Random(seed)
    run = f"{campaign}-run"
    yield from _runs(campaign, run, synthetic, posts)
    texts = [_text(chance, number) for number in range(posts)]
    references = Writer(home.archive / "tables", run).write([f'{{"n": {n}, "text": "{t}"}}'.encode() for n, t in enumerate(texts)])
    labelled: set[str] = set()
    for number, (text, reference) in enumerate(zip(texts, references, strict=True)):
        rows = list(_post(chance, campaign, run, number, text, reference))
        yield from rows
        for label in _labels(chance, run, next(row for row in rows if isinstance(row, Post))):
            key = f"{label.text_sha256} {label.kind} {label.target}"
            if key not in labelled:
                labelled.add(key)
                yield label
    yield from _counters(campaign, run)
    if not synthetic:
        yield from _around(campaign, run)


def _runs(campaign: str, run: str, synthetic: bool, posts: int) -> Iterator[Run]:
    end = START + timedelta(days=8)
    yield Run(run_id=run, source="weibo-search", campaign=campaign, query="posts.csv", synthetic=synthetic, started=end,
              ended=end + timedelta(minutes=3), read=posts + 4, added=posts, updated=0, duplicate=1, quarantined=3, version="0.1.0",
              warnings=("all likes are 0 in <b>posts.csv</b>",))  # fmt: skip
    yield Run(run_id=f"{campaign}-cut", source="weibo-posts", campaign=campaign, query="#抵制云画机#", synthetic=synthetic,
              started=end + timedelta(hours=1), pages=4, requests=9, version="0.1.0")  # fmt: skip
    yield Run(run_id=f"{campaign}-label", source="label", campaign=campaign, synthetic=synthetic, started=end, ended=end,
              read=200, version="0.1.0")  # fmt: skip


def _text(chance: random.Random, number: int) -> str:
    if number % 12 == 3:
        return HOSTILE[number // 12 % len(HOSTILE)]
    return "".join(chance.choice(WORDS) for _ in range(chance.randint(3, 30)))


def _post(chance: random.Random, campaign: str, run: str, number: int, text: str, reference: str) -> Iterator[Any]:
    platform = chance.choice(("weibo", "weibo", "weibo", "xiaohongshu"))
    kind = chance.choices(("original", "repost", "quote", "comment", None), (12, 3, 1, 3, 1))[0]
    if kind == "repost" and chance.random() < 0.7:
        text = "转发微博"
    grain = chance.choices(("second", "minute", "hour", "day", None), (10, 4, 1, 2, 1))[0]
    at = _moment(chance, grain)
    tags = tuple(dict.fromkeys(chance.choices(TAGS, (6, 4, 1, 1, 1, 2), k=chance.randint(0, 3)))) or None
    key: dict[str, Any] = {
        "platform": platform,
        "post_id": f"{(4800000000000000 if campaign == 'play' else 4900000000000000) + number * 7919}",
        "is_comment": kind == "comment",
        "run_id": run,
    }
    author = chance.choice([None, *[f"{platform}-author-{campaign}-{n:02d}" for n in range(60)]])
    title = "标题 <i>斜</i>" if platform == "xiaohongshu" and chance.random() < 0.4 else None
    told = {
        "author_key": author, "author_name": author and f"用户{author[-2:]}*_", "title": title, "published_at": at,
        "published_grain": grain, "kind": kind, "hashtags": tags,
        "tag_keys": tags and tuple(tag_key(tag) for tag in tags), "region": chance.choice((None, "上海", "广东")),
        "url": f"https://posts.example/{number}",
    }  # fmt: skip
    seen = chance.choice(("told", "told", "file_time", "not_before", "import"))
    last = (at or START) + timedelta(hours=chance.randint(1, 30))
    for version in range(1 + (number % 9 == 0)):
        record = f"{campaign}-{number}-{version}"
        words = text if version == 0 else f"改过：{text}"
        yield Post(record_id=record, text=words, text_sha256=text_sha256(title, words), **told, **key)
        yield Sighting(
            record_id=record, format="weibo-search", seen_at_basis=seen, raw_ref=reference,
            seen_at=None if seen == "import" else last + timedelta(hours=version),
            status=chance.choices(("visible", "deleted_by_author", "removed_by_platform", "unknown"), (20, 1, 1, 2))[0],
            **_counts(chance), **key,
        )  # fmt: skip
    yield Membership(campaign=campaign, via="query", query="posts.csv", platform=platform, post_id=key["post_id"],
                     is_comment=key["is_comment"], run_id=run)  # fmt: skip


def _moment(chance: random.Random, grain: str | None) -> datetime | None:
    """Most posts in the first days, by day more than by night, none on the sixth."""
    if grain is None:
        return None
    at = START + timedelta(seconds=int(min(chance.expovariate(1 / 2.2), 7.6) * 86400))
    if at.day == 6:
        at += timedelta(days=1)
    if grain == "day":
        return datetime(at.year, at.month, at.day) - timedelta(hours=8)
    if grain == "hour":
        return at.replace(minute=0, second=0)
    return at.replace(second=0) if grain == "minute" else at


def _counts(chance: random.Random) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    for name in ("likes", "reposts", "comments"):
        case = chance.random()
        if case < 0.15:
            continue
        value = int(chance.expovariate(1 / 80))
        counts |= {name: value, f"{name}_grain": "exact"}
        if case > 0.95:
            counts |= {name: 12000, f"{name}_grain": "rounded", f"{name}_shown": "1.2万"}
        if case > 0.985:
            counts |= {name: 1000000, f"{name}_grain": "at_least", f"{name}_shown": "100万+"}
    return counts


def _labels(chance: random.Random, run: str, post: Post) -> Iterator[Label]:
    if chance.random() < 0.15 or post.text_sha256 is None:
        return
    for kind, target, values in (
        ("emotion", None, EMOTIONS),
        ("sentiment", None, SENTIMENTS),
        ("stance", "云画机", STANCES),
        ("stance", "AI绘画", STANCES),
    ):
        weights = [chance.random() ** 3 for _ in values]
        probabilities = {value: weight / sum(weights) for value, weight in zip(values, weights, strict=True)}
        yield Label(text_sha256=post.text_sha256, kind=kind, target=target, value=max(probabilities, key=probabilities.__getitem__),
                    probabilities=probabilities, model="tiny", version="1", labelled_at=START + timedelta(days=9),
                    run_id=run)  # fmt: skip


def _counters(campaign: str, run: str) -> Iterator[Any]:
    tag = "抵制云画机"
    told = {"platform": "weibo", "tag": tag, "tag_key": tag_key(tag), "seen_at_basis": "told", "source": "weibo-counts", "run_id": run}
    for n in range(16):
        at = START + timedelta(hours=9 * n + 6)
        yield HashtagCount(
            record_id=f"{campaign}-count-{n}", seen_at=at, views=int(20_000_000 * (1 - 0.82**n)) + 1_000_000, views_grain="exact",
            discussions=400 * n, discussions_grain="exact", originals=40 + 14 * n, originals_grain="exact", **told,
        )  # fmt: skip
    for n in range(40):
        yield Trend(record_id=f"{campaign}-trend-{n}", slot_start=START + timedelta(hours=3 * n), slot_seconds=3600 * 3,
                    partial=n == 39, seen_at=START + timedelta(days=6), views=9000 * (40 - n), discussions=5 * (40 - n),
                    originals=40 - n, **told)  # fmt: skip


def _around(campaign: str, run: str) -> Iterator[Any]:
    yield HashtagCount(record_id="foreign", platform="weibo", tag="龙舟饭馆", tag_key="龙舟饭馆", seen_at=START, seen_at_basis="told",
                       views=99_000_000, views_grain="exact", source="weibo-hot-hub", run_id=run)  # fmt: skip
    for n in range(3):
        yield Quarantined(record_id=f"bad-{n}", format="weibo-search", file="posts.csv", number=7 + n,
                          reason="a time that is none: '<b>31.31.</b>'" if n else "row is cut off", run_id=run)  # fmt: skip
    yield Gap(campaign=campaign, platform="weibo", query="#抵制云画机#", starts_at=START + timedelta(days=4, hours=16),
              ends_at=START + timedelta(days=5, hours=16), reason="the platform refused", reported=120, collected=0,
              run_id=run)  # fmt: skip
    for day in range(9):
        for rank in range(20):
            title = "抵制云画机冲上热搜" if day in (2, 3) and rank == 11 else f"别的话题{day}-{rank} <b>"
            yield HotSearch(record_id=f"hot-{day}-{rank}", platform="weibo", list="realtimehot", title=title, rank=rank + 1,
                            seen_at=START - timedelta(hours=9) + timedelta(days=day), seen_at_basis="file_time", seen_at_grain="day",
                            run_id=run)  # fmt: skip
    for hour in range(3):  # a list that is read every hour, on one of these days
        for place in range(2):
            title = "抵制云画机冲上热搜" if place else "别的话题3-0 <b>"
            yield HotSearch(record_id=f"hour-{hour}-{place}", platform="weibo", list="realtimehot", title=title, rank=10 + place + hour,
                            seen_at=START + timedelta(days=3, hours=hour), seen_at_basis="told", seen_at_grain="second",
                            run_id=run)  # fmt: skip
