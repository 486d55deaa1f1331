"""The demonstration: a wholly invented campaign. The city, the alley, the company, the accounts and every text are made up; ids are of
number ranges that the platforms do not use. Every run is marked synthetic, and so is all that is shown or exported of it.

Readers of an invented city want to keep Silverfish Alley (纸鱼巷) and its second-hand bookshops, which an invented company means to
tear down. Texts come from a fixed seed and do not depend on the clock, so that labels made once hold; times are relative to it.
"""

import hashlib
import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import tomli_w

from data.campaign import read
from data.home import Home
from data.log import Log
from data.model import (
    Author,
    Edge,
    Gap,
    HashtagCount,
    Membership,
    Post,
    Quarantined,
    Run,
    Sighting,
    record_id,
    text_sha256,
)  # fmt: skip
from data.sample.words import AGAINST, BARE, COMMENTS, FAVOUR, NAME_ENDS, NAME_STARTS, NEWS, REGIONS, TITLES
from data.tags import tag_key
from data.version import VERSION

CAMPAIGN = "demo"
SEED = 20_240_229
DAYS = 21
ZONE = ZoneInfo("Asia/Shanghai")
TAGS = {"weibo": "留住纸鱼巷", "xiaohongshu": "纸鱼巷不拆"}
COMPANY = "鲸落里置业"
# Posts a day, first quiet; the plan becomes known on day 6, the company answers on day 15.
SHAPE = (4, 5, 6, 8, 10, 14, 150, 210, 120, 70, 48, 36, 28, 22, 40, 230, 160, 80, 48, 34, 26)
HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 10, 9, 7, 7, 8, 9, 10, 12, 14, 15, 12, 7)  # of a day in China
RUN_DAYS = (2.3, 5.4, 7.2, 8.4, 11.3, 13.4, 15.9, 17.4, 19.3, 20.9)
GAP = (10.25, 10.75)  # days after the start: the platform refused to answer
GONE = (
    ("deleted_by_author", "此微博已被作者删除。"),
    ("removed_by_platform", "该内容因违反相关规定，暂时无法查看。"),
    ("private", "由于作者隐私设置，你没有权限查看此微博。"),
)
ROUNDED_FROM = 10_000  # Xiaohongshu shows 1.2万 from here
COUNTING = "demo-counts"


@dataclass(frozen=True, kw_only=True)
class Account:
    """An invented account."""

    platform: str
    id: str
    name: str
    followers: int | None
    region: str | None


@dataclass(kw_only=True)
class Draft:
    """An invented post before it is seen: its day as a fraction since the start, and how far its counts will go."""

    platform: str
    id: str
    is_comment: bool
    account: Account
    at: float
    grain: str
    kind: str
    title: str | None
    text: str
    parent: "Draft | None" = None
    tagged: bool = True
    reach: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    edited: str | None = None
    gone: tuple[str, str] | None = None

    @property
    def root(self) -> "Draft":
        return self if self.parent is None else self.parent.root


def demo_campaign(now: datetime) -> str:
    """The campaign file, as TOML text. `now` is naive UTC; events lie in the three weeks before it."""
    start = _start(now)

    def day(number: int) -> Any:
        return (start + timedelta(days=number)).replace(tzinfo=UTC).astimezone(ZONE).date()

    def event(number: int, kind: str, title: str, title_zh: str, **more: str) -> dict[str, Any]:
        return {"at": day(number), "kind": kind, "title": title, "title_zh": title_zh, "publisher": "Invented", **more}

    told = {
        "id": CAMPAIGN,
        "name": "Keep Silverfish Alley (invented)",
        "name_zh": "留住纸鱼巷（虚构）",
        "zone": ZONE.key,
        "start": day(0),
        "synthetic": True,
        "hashtags": {platform: [tag] for platform, tag in TAGS.items()},
        "rules": [{"name": "the alley", "must": ["纸鱼巷"]}],
        "targets": [
            {"concept": "拆除纸鱼巷", "side": "against"},
            {"concept": COMPANY, "side": "against"},
            {"concept": "旧书店", "side": "favour"},
        ],
        "slogans": [{"text": "书比楼高", "variants": ["书 比 楼 高", "書比樓高"]}, {"text": "留住纸鱼巷", "variants": ["纸鱼巷不拆"]}],
        "events": [
            event(6, "trigger", "The plan to tear the alley down becomes known", "拆除计划曝光"),
            event(7, "demand", "A public hearing", "要求举行公开听证", status="met"),
            event(7, "demand", "The bookshops stay", "要求保留旧书店", status="partly met"),
            event(8, "demand", "The contract is published", "要求公开合同", status="open"),
            event(12, "parallel", "Readers of another invented city begin the like", "另一座虚构城市的读者发起类似行动"),
            event(15, "response", "The company promises to keep three shops", "公司承诺保留三家书店"),
            event(18, "press", "An invented newspaper reports", "虚构的报纸报道此事"),
        ],
        "quoted": [
            {"at": day(16), "what": "signatures on paper", "value": 4200, "value_grain": "at_least", "shown": "more than 4,200",
             "publisher": "An invented newspaper", "entered_by": "Groundswell"},
        ],
        "milestones": [{"what": "posts", "value": 500}, {"what": "posts", "value": 1000}],
    }  # fmt: skip
    return f"# Invented from beginning to end: a demonstration.\n\n{tomli_w.dumps(told)}"


def fill(home: Home, now: datetime) -> bool:
    """Writes the campaign file and the rows of the demonstration into a home; False where they are there already. The caller
    builds. `now` is naive UTC."""
    log = Log(home.log)
    if CAMPAIGN in log.read("run", columns=["campaign"])["campaign"].to_pylist():
        return False
    home.campaigns.mkdir(parents=True, exist_ok=True)
    file = home.campaigns / f"{CAMPAIGN}.toml"
    file.write_text(demo_campaign(now), encoding="utf-8")
    read(file)
    log.append_rows(rows(home, now))
    return True


def rows(home: Home, now: datetime) -> list[Any]:
    """Every row of the demonstration."""
    start = _start(now)
    dice = random.Random(SEED)
    drafts = _drafts(dice)
    made: list[Any] = []
    read_in: dict[int, list[int]] = {number: [0, 0] for number in range(len(RUN_DAYS))}  # added, updated
    for draft in drafts:
        for place, run in enumerate(_runs_that_see(draft, dice)):
            read_in[run][min(place, 1)] += 1
            made += _seen(home, draft, start, run, place, dice)
    counters = _counters(start, drafts, dice)
    made += [*counters, _gap(start, drafts), *_broken()]
    return [*(_run(start, number, read_in[number]) for number in read_in), _counting(start, len(counters)), *made]


def _start(now: datetime) -> datetime:
    """Midnight in China three weeks before the last full day, so that bins by day are whole."""
    local = now.replace(tzinfo=UTC).astimezone(ZONE)
    midnight = datetime.combine(local.date() - timedelta(days=DAYS), time(), tzinfo=ZONE)
    return midnight.astimezone(UTC).replace(tzinfo=None)


# Drafts -----------------------------------------------------------------------------------------------------------------


def _drafts(dice: random.Random) -> list[Draft]:
    accounts = _accounts(dice)
    drafts: list[Draft] = []
    for day, posts in enumerate(SHAPE):
        for _ in range(posts):
            drafts.append(_original(dice, accounts, day, len(drafts)))
    for number in range(720):
        drafts.append(_answer(dice, accounts, drafts, len(drafts), comment=number % 2 == 0))
    seen = [d for d in drafts if not (d.platform == "weibo" and GAP[0] <= d.at < GAP[1] and dice.random() < 0.8)]
    kept: set[int] = set()
    for draft in seen:
        if draft.parent is None or id(draft.parent) in kept:
            kept.add(id(draft))
    return [draft for draft in seen if id(draft) in kept]


def _accounts(dice: random.Random) -> dict[str, list[Account]]:
    names = [start + end for start in NAME_STARTS for end in NAME_ENDS]
    dice.shuffle(names)
    made: dict[str, list[Account]] = {"weibo": [], "xiaohongshu": []}
    for number, name in enumerate(names):
        platform = "xiaohongshu" if number % 3 == 0 else "weibo"
        id = f"{number:024x}" if platform == "xiaohongshu" else f"90000{number:05d}"
        followers = None if dice.random() < 0.15 else int(dice.lognormvariate(5.5, 1.8))
        region = dice.choice(REGIONS) if dice.random() < 0.9 else None
        made[platform].append(Account(platform=platform, id=id, name=name, followers=followers, region=region))
    return made


def _author(dice: random.Random, accounts: list[Account]) -> Account:
    """Few write much, most write once."""
    return accounts[min(int(dice.paretovariate(0.35)) - 1, len(accounts) - 1) if dice.random() < 0.3 else dice.randrange(len(accounts))]


def _original(dice: random.Random, accounts: dict[str, list[Account]], day: int, number: int) -> Draft:
    platform = "xiaohongshu" if dice.random() < 0.3 else "weibo"
    at = day + (dice.choices(range(24), HOURS)[0] + dice.random()) / 24
    tagged = dice.random() < 0.85
    coarse = platform == "xiaohongshu" and dice.random() < 0.25
    draft = Draft(
        platform=platform,
        id=_post_id(platform, number),
        is_comment=False,
        account=_author(dice, accounts[platform]),
        at=float(day) if coarse else at,
        grain="day" if coarse else "second" if platform == "xiaohongshu" else "minute",
        kind="original",
        title=dice.choice(TITLES) if platform == "xiaohongshu" else None,
        text=_words(dice, day, platform, tagged),
        tagged=tagged,
        reach=dice.lognormvariate(2.6, 1.7) * (60 if number % 149 == 70 else 1),
        gone=dice.choice(GONE) if dice.random() < 0.04 else None,
    )
    if dice.random() < 0.02:
        draft.edited = draft.text + " （更新：谢谢大家转发。）"
    return draft


def _answer(dice: random.Random, accounts: dict[str, list[Account]], drafts: list[Draft], number: int, comment: bool) -> Draft:
    """A comment on a post, or on Weibo a repost of a post or a repost: bare, or with words and the chain it came by. Much seen
    posts get more."""
    reposted = [] if comment or dice.random() < 0.7 else [draft for draft in drafts if draft.kind == "repost"]
    open_to_it = reposted or [draft for draft in drafts if draft.kind == "original"]
    parent = dice.choices(open_to_it, [draft.reach**0.8 for draft in open_to_it])[0]
    comment = comment or parent.platform == "xiaohongshu"
    account = _author(dice, accounts[parent.platform])
    at = min(parent.at + dice.expovariate(1.6), DAYS - 0.01)
    if comment:
        text = dice.choice(COMMENTS)
    elif dice.random() < 0.4:
        text = dice.choice(BARE)
    else:
        text = f"{dice.choice(COMMENTS)}//@{parent.account.name}:{parent.text}"
    return Draft(
        platform=parent.platform,
        id=_post_id(parent.platform, number),
        is_comment=comment,
        account=account,
        at=at,
        grain="minute",
        kind="comment" if comment else "repost",
        title=None,
        text=text,
        parent=parent,
        tagged=not comment and "#" in text,
        reach=dice.lognormvariate(1.2, 1.2),
    )


def _words(dice: random.Random, day: int, platform: str, tagged: bool) -> str:
    """Who speaks shifts: news first, then anger, after the company's answer more who find it settled."""
    weights = (5, 70, 10) if day < 6 else (15, 75, 10) if day < 15 else (15, 55, 30)
    kind = dice.choices((NEWS, FAVOUR, AGAINST), weights)[0]
    said = "".join(dice.sample(kind, dice.choice((1, 1, 2, 2, 3))))
    tag = TAGS[platform]
    if not tagged:
        return said
    return f"{said} #{tag}[话题]#" if platform == "xiaohongshu" else dice.choice((f"#{tag}# {said}", f"{said}#{tag}#"))


def _post_id(platform: str, number: int) -> str:
    return f"{0xDE << 80 | number:024x}" if platform == "xiaohongshu" else f"99{number:014d}"


# What collecting sees of them -------------------------------------------------------------------------------------------


def _runs_that_see(draft: Draft, dice: random.Random) -> list[int]:
    """The runs that met the post: the first after it appeared, and up to three of the next."""
    after = [number for number, day in enumerate(RUN_DAYS) if day > draft.at]
    again = 0 if draft.is_comment else dice.choice((0, 1, 1, 2, 3))
    return after[: 1 + again]


def _seen(home: Home, draft: Draft, start: datetime, run: int, place: int, dice: random.Random) -> list[Any]:
    seen_at = start + timedelta(days=RUN_DAYS[run], seconds=int(draft.reach * 7) % 3600)
    identity: dict[str, Any] = {"platform": draft.platform, "is_comment": draft.is_comment, "post_id": draft.id}
    counts = _counts(draft, RUN_DAYS[run] - draft.at, dice)
    gone = draft.gone if place >= 1 else None
    canonical = f"{draft.platform}|{draft.is_comment}|{draft.id}|{run}|{sorted(counts.items())}|{gone}"
    record = record_id("demo", hashlib.sha256(canonical.encode()).hexdigest(), *map(str, identity.values()))
    run_id = _run_id(run)
    basis = "told" if place or draft.reach % 1 > 0.06 else "file_time" if draft.reach % 1 > 0.02 else "import"
    status: dict[str, Any] = {"status": gone[0], "status_wording": gone[1]} if gone else counts
    sighting = Sighting(
        record_id=record, format="demo", seen_at=seen_at, seen_at_basis=basis, surface="search", run_id=run_id, **identity, **status
    )
    if gone:
        return [sighting]
    text = draft.edited if draft.edited and place >= 1 else draft.text
    tags = (TAGS[draft.platform],) if draft.tagged else ()
    post = Post(
        record_id=record,
        url=f"https://example.org/demo/{draft.id}",
        author_key=home.author_key(draft.platform, draft.account.id),
        author_id=draft.account.id,
        author_name=draft.account.name,
        title=draft.title,
        text=text,
        text_sha256=text_sha256(draft.title, text),
        published_at=_whole(start + timedelta(days=draft.at), draft.grain),
        published_grain=draft.grain,
        kind=draft.kind,
        parent_id=draft.parent.id if draft.parent else None,
        root_id=draft.root.id if draft.parent else None,
        hashtags=tags,
        tag_keys=tuple(map(tag_key, tags)),
        mentions=(draft.parent.account.name,) if draft.parent and "//@" in text else (),
        region=draft.account.region,
        run_id=run_id,
        **identity,
    )
    found = Membership(campaign=CAMPAIGN, via="query", query=TAGS[draft.platform], run_id=run_id, **identity)
    return [post, sighting, *([found] if place == 0 else []), _account(draft, post, seen_at), *_edges(draft, post)]


def _counts(draft: Draft, age: float, dice: random.Random) -> dict[str, Any]:
    """Counts grow and level off; a later look never shows less. Some are not told; Xiaohongshu rounds the large ones."""
    grown = 1 - math.exp(-age / 0.8)
    shares = {"likes": 12.0, "comments": 2.2, ("favourites" if draft.platform == "xiaohongshu" else "reposts"): 2.8}
    told: dict[str, Any] = {}
    for name, share in shares.items():
        draft.counts[name] = count = max(draft.counts.get(name, 0), int(draft.reach * share * grown))
        if draft.is_comment and name != "likes" or dice.random() < 0.04:
            continue
        told |= _shown(name, count, rounds=draft.platform == "xiaohongshu")
    return told


def _shown(name: str, count: int, rounds: bool) -> dict[str, Any]:
    if rounds and count >= 10 * ROUNDED_FROM:
        return {name: 10 * ROUNDED_FROM, f"{name}_grain": "at_least", f"{name}_shown": "10万+"}
    if rounds and count >= ROUNDED_FROM:
        tenths = round(count / 1000)
        return {name: tenths * 1000, f"{name}_grain": "rounded", f"{name}_shown": f"{tenths / 10:g}万"}
    return {name: count, f"{name}_grain": "exact"}


def _account(draft: Draft, post: Post, seen_at: datetime) -> Author:
    account = draft.account
    return Author(
        record_id=post.record_id, platform=account.platform, author_key=post.author_key or "", author_id=account.id, seen_at=seen_at,
        seen_at_basis="told", name=account.name, followers=account.followers,
        followers_grain=None if account.followers is None else "exact", region=account.region, run_id=post.run_id,
    )  # fmt: skip


def _edges(draft: Draft, post: Post) -> list[Edge]:
    if draft.parent is None:
        return []
    kind = "reply" if draft.is_comment else "repost"
    return [
        Edge(record_id=post.record_id, platform=draft.platform, from_is_comment=draft.is_comment, from_id=draft.id,
             to_is_comment=False, to_id=draft.parent.id, to_name=draft.parent.account.name, kind=kind, evidence="api",
             run_id=post.run_id)
    ]  # fmt: skip


def _counters(start: datetime, drafts: list[Draft], dice: random.Random) -> list[HashtagCount]:
    """The platforms' own counters every six hours: more originals than were collected, and views that only grow."""
    made = []
    for platform, tag in TAGS.items():
        mine = sorted(d.at for d in drafts if d.platform == platform and d.kind == "original" and d.tagged)
        views, originals, missed = 40_000, 30, 0.0
        for quarter in range(4 * DAYS):
            day = quarter / 4
            here = sum(day - 0.25 <= at < day for at in mine)
            missed += here * 0.35 + (25 if platform == "weibo" and GAP[0] < day <= GAP[1] + 0.25 else 0)
            originals += here
            views += int(here * dice.uniform(6_000, 16_000)) + dice.randrange(2_000)
            made.append(_counter(platform, tag, start + timedelta(days=day), views, originals + int(missed)))
    return made


def _counter(platform: str, tag: str, at: datetime, views: int, originals: int) -> HashtagCount:
    rounds = platform == "xiaohongshu"
    record = record_id("demo-counts", hashlib.sha256(f"{tag}|{views}|{originals}".encode()).hexdigest(), platform, at.isoformat())
    return HashtagCount(
        record_id=record, platform=platform, tag=tag, tag_key=tag_key(tag), seen_at=at, seen_at_basis="told",
        views=round(views, -3) if rounds else views, views_grain="rounded" if rounds else "exact",
        discussions=None if rounds else originals * 4, discussions_grain=None if rounds else "exact",
        originals=originals, originals_grain="exact", source="demo", run_id=COUNTING,
    )  # fmt: skip


def _gap(start: datetime, drafts: list[Draft]) -> Gap:
    collected = sum(d.platform == "weibo" and GAP[0] <= d.at < GAP[1] for d in drafts)
    return Gap(
        campaign=CAMPAIGN, platform="weibo", query=TAGS["weibo"], starts_at=start + timedelta(days=GAP[0]),
        ends_at=start + timedelta(days=GAP[1]), reason="the platform refused to answer (418)", reported=collected + 25,
        collected=collected, run_id=_run_id(4),
    )  # fmt: skip


def _broken() -> list[Quarantined]:
    return [
        Quarantined(record_id=record_id("quarantine demo", str(number)), format="demo", file="demo", number=number, reason=reason,
                    run_id=_run_id(3))
        for number, reason in ((17, "the time '昨夜' cannot be read"), (204, "no post id"))
    ]  # fmt: skip


def _run(start: datetime, number: int, read: list[int]) -> Run:
    began = start + timedelta(days=RUN_DAYS[number])
    broken = 2 if number == 3 else 0
    return Run(
        run_id=_run_id(number), source="demo", campaign=CAMPAIGN, query=" ".join(TAGS.values()), synthetic=True, started=began,
        ended=began + timedelta(minutes=70), pages=sum(read) // 10 + 1, requests=sum(read) // 10 + 1, read=sum(read) + broken,
        added=read[0], updated=read[1], duplicate=0, quarantined=broken, capped=number in (2, 6), version=VERSION,
        blocked_by="418" if number == 4 else None,
    )  # fmt: skip


def _counting(start: datetime, counters: int) -> Run:
    return Run(
        run_id=COUNTING, source="demo-counts", campaign=CAMPAIGN, query=" ".join(TAGS.values()), synthetic=True, started=start,
        ended=start + timedelta(days=DAYS), pages=counters, requests=counters, read=counters, added=counters, updated=0, duplicate=0,
        quarantined=0, version=VERSION,
    )  # fmt: skip


def _run_id(number: int) -> str:
    return f"demo-{number:02d}"


def _whole(moment: datetime, grain: str) -> datetime:
    return moment.replace(microsecond=0) if grain != "minute" else moment.replace(second=0, microsecond=0)
