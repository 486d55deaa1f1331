"""The demonstration: a wholly invented campaign. The app, the company, the accounts and every text are made up; ids are of number
ranges that the platforms do not use. Every run is marked synthetic, and so is all that is shown or exported of it.

People who draw find that an invented picture app, 萤火集 of the company 澄岛科技, trained its machine 梦鲸 on what they uploaded.
Planted, for analyses to find: two spikes (days 8 and 19), a shift toward counter-voices after the company's answer (day 19), slogans
that more and more accounts show, a few accounts that post the same words within seconds (day 20), and removals of posts that name the
company. `planted=False` makes the twin that has none of it: the same rhythm of day and night, the same scatter, nothing to be found.
In both, collecting itself is uneven: a gap, capped runs, and a second hashtag that is asked for only from run 6 on.

Texts come from a fixed seed and do not depend on the clock, so that labels made once hold; times are relative to it.
"""

import hashlib
import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import tomli_w

from data.campaign import read
from data.home import Home
from data.log import Log
from data.model import (
    BETWEEN_ASKED,
    Author,
    Edge,
    Gap,
    HashtagCount,
    Media,
    Membership,
    Post,
    Quarantined,
    Run,
    Sighting,
    record_id,
    text_sha256,
)  # fmt: skip
from data.sample import labels, words
from data.tags import tag_key
from data.version import VERSION

CAMPAIGN = "demo"
SEED = 20_240_229
DAYS = 28
ZONE = ZoneInfo("Asia/Shanghai")
# The first hashtag of each platform is asked for from the beginning, the second from run `WIDER` on.
TAGS = {"weibo": ("画手集体停更", "训练请先问"), "xiaohongshu": ("画手集体停更", "手画的日子")}
FIRM = "澄岛"
# Originals a day: quiet; on day 8 the pictures are compared, on day 19 the company answers.
SHAPE = (66, 70, 77, 73, 88, 99, 94, 110, 1320, 990, 680, 530, 430, 360, 320, 290, 260, 240, 230,
         1650, 1080, 620, 440, 340, 290, 250, 230, 220)  # fmt: skip
FOUND, ANSWERED = 8, 19
COMMENTS, REPOSTS = 5_400, 3_600
HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 10, 9, 7, 7, 8, 9, 10, 12, 14, 15, 12, 7)  # of a day in China
RUN_DAYS = (2.3, 5.4, 8.5, 9.4, 11.3, 13.4, 16.5, 19.6, 20.4, 22.3, 25.2, 27.9)
WIDER = 6
REACH_BACK = 1.5  # days: as far as a new hashtag's search goes back
GAP = (12.25, 12.75)  # days after the start: the platform refused to answer
CROWD = 14  # accounts that post the same words
GONE = (
    ("deleted_by_author", "此微博已被作者删除。"),
    ("removed_by_platform", "该内容因违反相关规定，暂时无法查看。"),
    ("private", "由于作者隐私设置，你没有权限查看此微博。"),
)
ROUNDED_FROM = 10_000  # Xiaohongshu shows 1.2万 from here
COUNTING = "demo-counts"
BANNER_PDQ = int(hashlib.sha256(b"the invented banner").hexdigest(), 16)
PART = re.compile(r"\{(\w+)\}")


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
    lang: str = "zh"
    parent: "Draft | None" = None
    tags: tuple[str, ...] = ()
    reach: float = 0.0
    banner: str | None = None
    missed: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    edited: str | None = None
    gone: tuple[str, str] | None = None

    @property
    def root(self) -> "Draft":
        return self if self.parent is None else self.parent.root


def demo_campaign(now: datetime) -> str:
    """The campaign file, as TOML text. `now` is naive UTC; events lie in the four weeks before it."""
    start = _start(now)

    def day(number: int) -> Any:
        return (start + timedelta(days=number)).replace(tzinfo=UTC).astimezone(ZONE).date()

    def event(number: int, kind: str, title: str, title_zh: str, **more: str) -> dict[str, Any]:
        return {"at": day(number), "kind": kind, "title": title, "title_zh": title_zh, "publisher": "Invented · 虚构", **more}

    told = {
        "id": CAMPAIGN,
        "name": "Ask first: artists against Dreamwhale (invented)",
        "name_zh": "先问再用：画手抵制梦鲸（虚构）",
        "zone": ZONE.key,
        "start": day(0),
        "synthetic": True,
        "hashtags": {platform: list(tags) for platform, tags in TAGS.items()},
        "rules": [
            {"name": "the machine", "must": ["梦鲸"]},
            {"name": "the app and drawings", "must": ["萤火集"], "any": ["画", "训练", "开关"]},
        ],
        "targets": [
            {"concept": "AI绘画", "side": "against", "english": "AI painting"},
            {"concept": "萤火集", "side": "against", "english": "Firefly Album, the app"},
            {"concept": "画手", "side": "favour", "english": "artists"},
        ],
        "slogans": [
            {"text": "别拿画喂AI", "variants": ["不要拿画喂AI"], "english": "do not feed AI with drawings"},
            {"text": "先问再用", "variants": ["Ask first"], "english": "ask before you use"},
            {"text": "画是画手的", "english": "a drawing is its artist's"},
        ],
        "events": [
            event(FOUND, "trigger", "Pictures of the machine are laid beside an illustrator's", "插画作者发布对比图"),
            event(9, "demand", "Demanded: an off switch", "要求提供关闭选项", status="met"),
            event(9, "demand", "Demanded: consent before training", "要求训练前征得同意", status="open"),
            event(10, "demand", "Demanded: the list of training pictures", "要求公开训练名单", status="partly met"),
            event(13, "parallel", "Comic artists of another invented app begin the like", "另一个虚构平台的漫画作者发起类似行动"),
            event(15, "rule", "An invented draft rule on training data is open for comment", "虚构的训练数据规定公开征求意见"),
            event(ANSWERED, "response", "The company answers, with a switch", "公司发布说明并上线开关"),
            event(23, "press", "An invented newspaper reports", "虚构的报纸报道此事"),
        ],
        "quoted": [
            {"at": day(23), "what": "artists", "value": 600, "value_grain": "at_least", "shown": "600+ artists · 600 余名画师",
             "publisher": "An invented newspaper · 虚构报纸", "entered_by": "Groundswell"},
        ],
        "milestones": [{"what": "posts", "value": 5000}, {"what": "posts", "value": 10000}],
    }  # fmt: skip
    return f"# Invented from beginning to end: a demonstration.\n\n{tomli_w.dumps(told)}"


def fill(home: Home, now: datetime, *, planted: bool = True) -> bool:
    """Writes the campaign file and the rows of the demonstration into a home; False where they are there already. The caller
    builds. `now` is naive UTC; `planted=False` makes the twin that has nothing to be found."""
    log = Log(home.log)
    if CAMPAIGN in log.read("run", columns=["campaign"])["campaign"].to_pylist():
        return False
    home.campaigns.mkdir(parents=True, exist_ok=True)
    file = home.campaigns / f"{CAMPAIGN}.toml"
    file.write_text(demo_campaign(now), encoding="utf-8")
    read(file)
    labelled = labels.shipped(CAMPAIGN, _start(now) + timedelta(days=DAYS)) if planted else None
    if labelled:
        run, told = labelled
        log.append({"label": told})
        log.append_rows([run])
    log.append_rows(rows(home, now, planted=planted))
    return True


def rows(home: Home, now: datetime, *, planted: bool = True) -> list[Any]:
    """Every row of the demonstration but its labels."""
    start = _start(now)
    dice = random.Random(SEED)
    every = _drafts(dice, planted)
    drafts = [draft for draft in every if not draft.missed]
    made: list[Any] = []
    read_in: dict[int, list[int]] = {number: [0, 0] for number in range(len(RUN_DAYS))}  # added, updated
    told: set[tuple[int, str]] = set()
    for draft in drafts:
        for place, run in enumerate(_runs_that_see(draft, dice)):
            read_in[run][min(place, 1)] += 1
            made += _seen(home, draft, start, run, place, dice)
            if (run, draft.account.id) not in told:
                told.add((run, draft.account.id))
                made.append(_account(home, draft.account, start, run))
    counters = _counters(start, every, dice)
    made += [*counters, _gap(start, every), *_broken()]
    return [*(_run(start, number, read_in[number]) for number in read_in), _counting(start, len(counters)), *made]


def _start(now: datetime) -> datetime:
    """Midnight in China four weeks before the last full day, so that bins by day are whole."""
    local = now.replace(tzinfo=UTC).astimezone(ZONE)
    midnight = datetime.combine(local.date() - timedelta(days=DAYS), time(), tzinfo=ZONE)
    return midnight.astimezone(UTC).replace(tzinfo=None)


# Drafts -----------------------------------------------------------------------------------------------------------------


def _drafts(dice: random.Random, planted: bool) -> list[Draft]:
    """All that was posted; what collecting never met is `missed`."""
    accounts = _accounts(dice)
    originals = [_original(dice, accounts, at, number, planted) for number, at in enumerate(_times(dice, planted))]
    if planted:
        originals += _crowd(dice, accounts["weibo"], len(originals))
    drafts = originals + _answers(dice, accounts, originals)
    for draft in drafts:  # parents stand before what answers them
        refused = draft.platform == "weibo" and GAP[0] <= draft.at < GAP[1] and dice.random() < 0.8
        too_early = draft.tags == TAGS[draft.platform][1:] and draft.at < RUN_DAYS[WIDER] - REACH_BACK
        draft.missed = refused or too_early or (draft.parent is not None and draft.parent.missed)
    return drafts


def _times(dice: random.Random, planted: bool) -> Iterator[float]:
    """When originals appear: the rhythm of day and night, with more scatter than chance alone (a gamma factor an hour)."""
    even = sum(SHAPE) / DAYS
    for day in range(DAYS):
        of_day = SHAPE[day] if planted else even
        for hour, share in enumerate(HOURS):
            early = planted and day in (FOUND, ANSWERED) and hour < 10  # a spike begins in the morning
            expected = of_day * share / sum(HOURS) * dice.gammavariate(4, 0.25) * (0.1 if early else 1.2 if planted else 1)
            for _ in range(int(expected + dice.random())):
                yield day + (hour + dice.random()) / 24


def _accounts(dice: random.Random) -> dict[str, list[Account]]:
    names = [start + end + tail for start in words.NAME_STARTS for end in words.NAME_ENDS for tail in words.NAME_TAILS]
    dice.shuffle(names)
    made: dict[str, list[Account]] = {"weibo": [], "xiaohongshu": []}
    for number, name in enumerate(names):
        platform = "xiaohongshu" if number % 3 == 0 else "weibo"
        id = f"{number:024x}" if platform == "xiaohongshu" else f"90000{number:05d}"
        followers = None if dice.random() < 0.15 else int(dice.lognormvariate(5.5, 1.8))
        region = dice.choice(words.REGIONS) if dice.random() < 0.9 else None
        made[platform].append(Account(platform=platform, id=id, name=name, followers=followers, region=region))
    return made


def _author(dice: random.Random, accounts: list[Account]) -> Account:
    """Few write much, most write once."""
    return accounts[min(int(dice.paretovariate(0.35)) - 1, len(accounts) - 1) if dice.random() < 0.25 else dice.randrange(len(accounts))]


def _original(dice: random.Random, accounts: dict[str, list[Account]], at: float, number: int, planted: bool) -> Draft:
    platform = "xiaohongshu" if dice.random() < 0.34 else "weibo"
    tags = dice.choices((TAGS[platform][:1], TAGS[platform], TAGS[platform][1:], ()), (66, 12, 12, 10))[0]
    coarse = platform == "xiaohongshu" and dice.random() < 0.2
    text, lang, banner = _words(dice, at, planted)
    draft = Draft(
        platform=platform,
        id=_post_id(platform, number),
        is_comment=False,
        account=_author(dice, accounts[platform]),
        at=float(int(at)) if coarse else at,
        grain="day" if coarse else "second" if platform == "xiaohongshu" or dice.random() < 0.4 else "minute",
        kind="original",
        title=_filled(dice, dice.choice(words.TITLES)) if platform == "xiaohongshu" and dice.random() < 0.9 else None,
        text=_tagged(dice, platform, text, tags),
        lang=lang,
        tags=tags,
        banner=banner,
        reach=dice.lognormvariate(2.4, 1.6) * (250 if number % 397 == 70 else 1),
        gone=_gone(dice, text, planted),
    )
    if dice.random() < 0.02:
        draft.edited = draft.text + dice.choice(("（更新：谢谢大家转发。）", "（补充：图已经换成清楚的版本。）", "（改了一个错字。）"))
    return draft


def _words(dice: random.Random, at: float, planted: bool) -> tuple[str, str, str | None]:
    """What a post says, its language, and its slogan where it is a banner. Who speaks shifts: news first, then anger; after the
    company's answer more find it settled. Ever more accounts show the slogans."""
    since = max(0.0, at - FOUND)
    if planted:
        weights = (30, 25, 45) if at < FOUND else (72, 12, 16) if at < ANSWERED else (52, 34, 14)
        shown = 0.02 if at < FOUND else min(0.08 + 0.015 * since, 0.34)
    else:
        weights, shown = (55, 25, 20), 0.15
    if dice.random() < 0.06:
        lang = dice.choices(("en", "ja", "ko"), (6, 3, 1))[0]
        return _filled(dice, dice.choice(words.ABROAD[lang]), n=str(dice.randrange(2, 60)), city=dice.choice(words.CITIES)), lang, None
    if dice.random() < shown:
        slogan = dice.choice(dice.choice(words.SLOGANS))
        if dice.random() < 0.5:
            banner = _filled(dice, dice.choice(words.BANNERS), slogan=slogan, order=str(int(since) + 1))
            return banner, "zh", slogan
        return _sentences(dice, words.FAVOUR) + slogan, "zh", None
    return _sentences(dice, dice.choices((words.FAVOUR, words.AGAINST, words.NEWS), weights)[0]), "zh", None


def _sentences(dice: random.Random, patterns: tuple[str, ...]) -> str:
    said = [_filled(dice, pattern) for pattern in dice.sample(patterns, dice.choice((1, 1, 2, 2, 2, 3)))]
    return "".join(sentence + "。" if sentence[-1].isalnum() else sentence for sentence in said)


def _filled(dice: random.Random, pattern: str, **more: str) -> str:
    return PART.sub(lambda part: more[part[1]] if part[1] in more else dice.choice(words.PARTS[part[1]]), pattern)


def _tagged(dice: random.Random, platform: str, text: str, tags: tuple[str, ...]) -> str:
    if platform == "xiaohongshu":
        return " ".join([text, *(f"#{tag}[话题]#" for tag in tags)])
    marks = "".join(f"#{tag}#" for tag in tags)
    return dice.choice((f"{marks} {text}", f"{text}{marks}")) if tags else text


def _gone(dice: random.Random, text: str, planted: bool) -> tuple[str, str] | None:
    """Why a later look finds it gone. Planted: posts that name the company are removed more often."""
    if planted and FIRM in text and dice.random() < 0.06:
        return GONE[1]
    return dice.choice(GONE) if dice.random() < 0.03 else None


def _crowd(dice: random.Random, accounts: list[Account], number: int) -> list[Draft]:
    """A few accounts that post the same words within seconds, four times in a day."""
    crowd = dice.sample(accounts, CROWD)
    made: list[Draft] = []
    for wave in range(4):
        at = ANSWERED + 1.4 + wave * 0.11
        for account in crowd:
            text = _filled(dice, dice.choice(words.COORDINATED), tail=dice.choice(words.TAILS))
            made.append(
                Draft(
                    platform="weibo", id=_post_id("weibo", number + len(made)), is_comment=False, account=account,
                    at=at + dice.random() * 40 / 86400, grain="second", kind="original", title=None,
                    text=f"#{TAGS['weibo'][0]}# {text}", tags=TAGS["weibo"][:1], reach=dice.lognormvariate(1, 0.5),
                )
            )  # fmt: skip
    return made


def _answers(dice: random.Random, accounts: dict[str, list[Account]], originals: list[Draft]) -> list[Draft]:
    """Comments on posts, and on Weibo reposts of posts and of reposts: bare, or with words and the chain they came by. Much seen
    posts get more."""
    weights = list(accumulate(draft.reach**0.8 for draft in originals))
    first = len(originals)
    parents = dice.choices(originals, cum_weights=weights, k=COMMENTS + REPOSTS)
    made: list[Draft] = []
    reposts: list[Draft] = []
    for place, parent in enumerate(parents):
        if place >= COMMENTS and reposts and dice.random() < 0.3:
            parent = dice.choice(reposts)
        comment = place < COMMENTS or parent.platform == "xiaohongshu"
        draft = _answer(dice, accounts, parent, first + place, comment)
        made.append(draft)
        if not comment:
            reposts.append(draft)
    return made


def _answer(dice: random.Random, accounts: dict[str, list[Account]], parent: Draft, number: int, comment: bool) -> Draft:
    said = _filled(dice, dice.choice(words.COMMENTS))
    if not comment:
        said = dice.choice(words.BARE) if dice.random() < 0.4 else f"{said}//@{parent.account.name}:{parent.text}"
    return Draft(
        platform=parent.platform,
        id=_post_id(parent.platform, number),
        is_comment=comment,
        account=_author(dice, accounts[parent.platform]),
        at=_later(dice, parent.at),
        grain="minute",
        kind="comment" if comment else "repost",
        title=None,
        text=said,
        parent=parent,
        tags=() if comment or "//@" not in said else parent.root.tags,
        reach=dice.lognormvariate(1.2, 1.2),
    )


def _later(dice: random.Random, at: float) -> float:
    """Some time after, rather when people are awake, and before the last run."""
    end = DAYS - 0.11
    later = end
    for _ in range(4):
        later = at + dice.expovariate(1.6)
        if later < end and dice.random() * max(HOURS) < HOURS[int(later * 24) % 24]:
            return later
    return at + dice.random() * (end - at) if later > end > at else max(min(later, end), at)


def _post_id(platform: str, number: int) -> str:
    return f"{0xDE << 80 | number:024x}" if platform == "xiaohongshu" else f"99{number:014d}"


# What collecting sees of them -------------------------------------------------------------------------------------------


def _runs_that_see(draft: Draft, dice: random.Random) -> list[int]:
    """The runs that met the post: the first after it appeared, and up to three of the next. The second hashtag is asked for late."""
    after = [number for number, day in enumerate(RUN_DAYS) if day > draft.at]
    if draft.root.tags == TAGS[draft.platform][1:]:
        after = [number for number in after if number >= WIDER]
    again = 0 if draft.is_comment else dice.choice((0, 0, 1, 1, 2))
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
        lang=draft.lang,
        kind=draft.kind,
        parent_id=draft.parent.id if draft.parent else None,
        root_id=draft.root.id if draft.parent else None,
        hashtags=draft.tags,
        tag_keys=tuple(map(tag_key, draft.tags)),
        mentions=(draft.parent.account.name,) if draft.parent and "//@" in text else (),
        region=draft.account.region,
        run_id=run_id,
        **identity,
    )
    made: list[Any] = [post, sighting, *_edges(draft, post)]
    if place == 0:
        asked = TAGS[draft.platform][1 if draft.root.tags == TAGS[draft.platform][1:] else 0]
        made.append(Membership(campaign=CAMPAIGN, via="query", query=asked, run_id=run_id, **identity))
        if draft.banner:
            made.append(_picture(draft, post, seen_at))
    return made


def _picture(draft: Draft, post: Post, seen_at: datetime) -> Media:
    """The banner in a post's picture: one drawing, saved again and again, so that its hash differs by a few bits. There is no
    such picture, only what would be known of it."""
    bits = int(hashlib.sha256(draft.id.encode()).hexdigest(), 16)
    flipped = BANNER_PDQ ^ sum(1 << (bits >> 8 * place) % 256 for place in range(bits % 12))
    return Media(
        record_id=post.record_id, sha256=f"{bits:064x}", owner_kind="post", owner_id=draft.id, platform=draft.platform, fetched_at=seen_at,
        width=1080, height=1080, pdq=f"{flipped:064x}", pdq_quality=60 + bits % 40, ocr_text=draft.banner, ocr_score=0.9 + bits % 10 / 100,
        run_id=post.run_id,
    )  # fmt: skip


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


def _account(home: Home, account: Account, start: datetime, run: int) -> Author:
    return Author(
        record_id=record_id("demo-account", account.id, str(run)), platform=account.platform,
        author_key=home.author_key(account.platform, account.id), author_id=account.id, seen_at=start + timedelta(days=RUN_DAYS[run]),
        seen_at_basis="told", name=account.name, followers=account.followers,
        followers_grain=None if account.followers is None else "exact", region=account.region, run_id=_run_id(run),
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
    """The platforms' own counters every six hours, of each hashtag from when it was asked for: more originals than were collected,
    and views that only grow."""
    made = []
    for platform, tags in TAGS.items():
        for place, tag in enumerate(tags):
            at = [d.at for d in drafts if d.platform == platform and d.kind == "original" and tag in d.tags]
            views, originals = 40_000, 30
            for quarter in range(4 * DAYS):
                day = quarter / 4
                here = sum(day - 0.25 <= moment < day for moment in at)
                originals += int(here * 1.3)
                views += int(here * dice.uniform(3_000, 8_000)) + dice.randrange(2_000)
                if day >= (RUN_DAYS[WIDER] if place else 0):
                    made.append(_counter(platform, tag, start + timedelta(days=day), views, originals))
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
    within = [d.missed for d in drafts if d.platform == "weibo" and GAP[0] <= d.at < GAP[1]]
    return Gap(
        campaign=CAMPAIGN, platform="weibo", query=TAGS["weibo"][0], starts_at=start + timedelta(days=GAP[0]),
        ends_at=start + timedelta(days=GAP[1]), reason="the platform refused to answer (418)", reported=len(within),
        collected=within.count(False), run_id=_run_id(5),
    )  # fmt: skip


def _broken() -> list[Quarantined]:
    return [
        Quarantined(record_id=record_id("quarantine demo", str(number)), format="demo", file="demo", number=number, reason=reason,
                    run_id=_run_id(3))
        for number, reason in ((17, "'昨夜' is not a time"), (204, "the record has neither an id nor a text"))
    ]  # fmt: skip


def _run(start: datetime, number: int, read: list[int]) -> Run:
    began = start + timedelta(days=RUN_DAYS[number])
    broken = 2 if number == 3 else 0
    return Run(
        run_id=_run_id(number), source="demo", campaign=CAMPAIGN, query=_asked(number), synthetic=True, started=began,
        ended=began + timedelta(minutes=70), pages=sum(read) // 10 + 1, requests=sum(read) // 10 + 1, read=sum(read) + broken,
        added=read[0], updated=read[1], duplicate=0, quarantined=broken, capped=number in (2, 7), version=VERSION,
        blocked_by="418" if number == 5 else None,
    )  # fmt: skip


def _counting(start: datetime, counters: int) -> Run:
    return Run(
        run_id=COUNTING, source="demo-counts", campaign=CAMPAIGN, query=_asked(WIDER), synthetic=True, started=start,
        ended=start + timedelta(days=DAYS), pages=counters, requests=counters, read=counters, added=counters, updated=0, duplicate=0,
        quarantined=0, version=VERSION,
    )  # fmt: skip


def _asked(run: int) -> str:
    """What a run asked for: the collection plan, which was widened once."""
    return BETWEEN_ASKED.join(dict.fromkeys(f"#{tag}#" for tags in TAGS.values() for tag in tags[: 2 if run >= WIDER else 1]))


def _run_id(number: int) -> str:
    return f"demo-{number:02d}"


def _whole(moment: datetime, grain: str) -> datetime:
    return moment.replace(microsecond=0) if grain != "minute" else moment.replace(second=0, microsecond=0)
