"""Makes the world from a seed: every name and text here is invented, and the same seed gives the same world."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tests.platforms_server.world import (
    Author,
    Comment,
    Edit,
    Gone,
    Note,
    NoteTopic,
    Post,
    Topic,
    World,
    chance,
)

START = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)  # noon in China
TAG, RIVAL, QUIET, TINY = "停更一周", "画师联合声明", "手绘接力", "纸鹤信箱"
ODD = "拒绝AI&抄袭 100%"  # every letter that an address has to escape
UNKNOWN = "没人登记的话题"  # used in posts, without counters
WORD = "手绘"
NOTE_TAG = "停更一周"

_FIRST = ["纸鸢", "雾灯", "青柠", "半夏", "拾光", "云朵", "石榴", "木梨", "海盐", "松针", "白露", "灯塔", "豆浆", "星屑", "芦苇", "砂糖"]
_SECOND = ["画室", "手账", "同学", "日记", "老师", "研究所", "观察员", "便利店", "邮差", "小报", "不加糖", "在路上", "工作室", "的猫"]
_REGIONS = ["北京", "上海", "广东", "浙江", "四川", "福建", "湖北", "陕西", "美国", "日本"]
_SOURCES = ("微博网页版", "iPhone客户端", "Android客户端", "微博 weibo.com", "", "HUAWEI Mate")
_LINES = (
    "今天也站在手绘这一边[心]",
    "没有授权就拿去训练，谁来负责？[怒]",
    "画了十年的东西被一句话生成，难过[悲伤]",
    "支持平台给个说法，也支持画师休息",
    "工具没有错，用法有错。1 < 2 && 3 > 2，道理不难懂",
    "转给每个画画的朋友看看",
    "我的稿子我做主[good]",
    "这个变量是 undefined，跟这个平台的态度一样",
    "=SUM(A1:A9) 也算不清这笔账",
    '<b>不要</b>把"标签"当代码，<script>alert(1)</script>也不行',
    "有人说这是误会，有人说这是试探[并不简单]",
    "零宽\u200b字符和\u200f方向符也是文字",
    "早就不发图了，留个位置给大家[笑cry]",
    "第一行\n第二行\n\n第四行",
    "emoji 也要算🖌️👩‍🎨",
)
_SHORT = ("说得对", "支持！", "顶[心]", "转发微博", "看看", "不同意，但请好好说话", "mark", "手绘万岁", "明天继续")
_HOT = ["某地暴雨", "某剧大结局", "新歌上线", "高考放榜", "夏至面条", "某队夺冠", "周末去哪", "冰粉涨价", "图书馆延时", "夜市回归"]

GONE_WORDINGS = (
    ("deleted_by_author", "抱歉，此微博已被作者删除。查看帮助：网页链接"),
    ("half_year_only", "抱歉，作者已设置仅展示半年内微博，此微博已不可见。"),
    ("private", "抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。"),
    ("private", "根据博主设置，此内容无法访问"),
    ("removed_by_platform", "该账号因被投诉违反法律法规和《微博社区公约》的相关规定，现已无法查看"),
    ("removed_by_platform", "该微博因违反《微博社区公约》的相关规定，已被删除"),
)
NOTE_WORDINGS = (("removed_by_platform", "当前内容无法展示"), ("private", "笔记状态异常，请稍后查看"))
NOTE_FORMS = ("empty_note", "no_entry", "empty_state", "redirect")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much world: posts an hour of the main topic, and one hour with more than a search can page through."""

    days_before: int = 3
    days_after: int = 2
    posts_an_hour: int = 8
    busy_hour: int = 640
    busy_day: int = 40  # posts an hour on the day before the start: more than one day's pages hold
    cascades: int = 12
    authors: int = 160
    notes: int = 36


SMALL = Size(days_before=1, days_after=1, posts_an_hour=2, busy_hour=0, busy_day=3, cascades=4, authors=24, notes=12)


def invent(seed: int = 1, start: datetime = START, size: Size = Size()) -> World:
    dice = random.Random(seed)
    authors = _authors(dice, size.authors)
    posts = _posts(dice, start, size, list(authors.values()))
    posts += _cascades(dice, start, size, list(authors.values()))
    rows = _spoil(dice, posts)
    return World(
        seed=seed,
        start=start,
        authors=authors,
        posts={post.mid: post for post in rows},
        comments=tuple(_comments(dice, rows, list(authors.values()))),
        topics=_topics(start, next(iter(authors))),
        hot_words=(f"#{TAG}#", f"#{RIVAL}#", *(f"{word}{number}" for number in range(1, 7) for word in _HOT)),
        **_xiaohongshu(dice, start, size),  # type: ignore[arg-type]
    )


def _authors(dice: random.Random, number: int) -> dict[str, Author]:
    made = {}
    for index in range(number):
        uid = str(7_100_000_000 + index * 7919 + dice.randrange(7000))
        name = f"{_FIRST[index % 16]}{_SECOND[index // 16 % 14]}{index // 224 or ''}"
        kind = (-1, -1, -1, 0, 3)[index % 5]
        made[uid] = Author(
            uid=uid,
            name=name,
            followers=int(10 ** dice.uniform(1, 6.4)),
            follows=dice.randrange(2000),
            posts=dice.randrange(5, 9000),
            verified_type=kind,
            verified_reason="" if kind < 0 else f"{name}官方微博",
            description="画画的人，不回私信",
            gender="mf"[index % 2],
            region=dice.choice(_REGIONS),
            avatar=f"https://tvax1.sinaimg.cn/crop.0.0.180.180.180/{uid}.jpg",
        )
    return made


def mid_at(at: datetime, dice: random.Random) -> str:
    """Ids grow with time, as the platform's do."""
    return str((int(at.timestamp()) - 515_483_463 << 22) + dice.randrange(1 << 22))


def _text(dice: random.Random, tags: tuple[str, ...], mention: str | None, long: bool) -> str:
    lines = [dice.choice(_LINES)]
    while long and sum(map(len, lines)) < 220:
        lines.append(dice.choice(_LINES))
    head = "".join(f"#{tag}#" for tag in tags)
    tail = f" @{mention} 你怎么看" if mention else ""
    return f"{head} {chr(10).join(lines)}{tail}".strip() if dice.random() < 0.7 else f"{chr(10).join(lines)} {head}{tail}".strip()


def _post(dice: random.Random, at: datetime, authors: list[Author], tags: tuple[str, ...], **more: object) -> Post:
    author = authors[min(int(dice.paretovariate(0.6)) - 1, len(authors) - 1)]
    mention = dice.choice(authors).name if dice.random() < 0.1 else None
    late = timedelta(minutes=dice.randrange(20, 360)) if dice.random() < 0.03 else timedelta()
    loud = dice.paretovariate(0.7)
    row = Post(
        mid=mid_at(at, dice),
        uid=author.uid,
        text=_text(dice, tags, mention, long=dice.random() < 0.12),
        published=at,
        indexed=at + late,
        hashtags=tags,
        mentions=(mention,) if mention else (),
        region=author.region if dice.random() < 0.9 else None,
        source=dice.choice(_SOURCES),
        pictures=tuple(f"00{author.uid[-6:]}gy1h{dice.randrange(10**9):09d}" for _ in range(dice.choice((0, 0, 0, 1, 2, 9)))),
        video=dice.random() < 0.05,
        full_on_page=dice.random() < 0.8,
        likes=min(int(3 * loud), 2_400_000),
        comments=min(int(loud), 300_000),
        reposts=min(int(loud), 300_000),
    )
    return replace(row, **more)  # type: ignore[arg-type]


def _posts(dice: random.Random, start: datetime, size: Size, authors: list[Author]) -> list[Post]:
    """The main topic by the hour, one day busier and one hour busier still; smaller topics; talk without any hashtag."""
    made = []
    busy = start - timedelta(days=1) + timedelta(hours=2)
    for hour in range(-24 * size.days_before, 24 * size.days_after):
        at = start + timedelta(hours=hour)
        of_the_day = size.busy_day if -36 <= hour < -12 else size.posts_an_hour
        for second in sorted(dice.sample(range(3600), size.busy_hour if at == busy and size.busy_hour else of_the_day)):
            tags = (TAG, RIVAL) if dice.random() < 0.15 else (TAG,)
            made.append(_post(dice, at + timedelta(seconds=second), authors, tags))
        if hour % 3 == 0:
            made.append(_post(dice, at + timedelta(minutes=11), authors, (QUIET,)))
        if hour % 5 == 0:
            made.append(_post(dice, at + timedelta(minutes=13), authors, (ODD,)))
            made.append(_post(dice, at + timedelta(minutes=14), authors, (UNKNOWN,)))
        if hour % 4 == 0:
            made.append(_post(dice, at + timedelta(minutes=17), authors, ()))
    oldest = start - timedelta(days=size.days_before, hours=5)
    made.append(_post(dice, oldest, authors, (TAG,), banner=True, likes=1_300_000, visible=0))
    for odd in (0, 1):
        loud = _post(dice, oldest + timedelta(minutes=3), authors, (TINY,), likes=2_370_000, comments=1_000_000, reposts=12_345)
        made.append(replace(loud, mid=str(int(loud.mid) // 2 * 2 + odd)))
    return made


def _cascades(dice: random.Random, start: datetime, size: Size, authors: list[Author]) -> list[Post]:
    """Originals, every second one gone by the start, and what was made of them: trees up to four deep, each repost naming those it came
    through."""
    made = []
    for index in range(size.cascades):
        at = start - timedelta(hours=5 + index * 1.5)
        tags = () if index % 3 == 0 else (TAG,)
        gone = None
        if index % 2:
            status, wording = GONE_WORDINGS[index // 2 % len(GONE_WORDINGS)]
            gone = Gone(at=at + timedelta(hours=3), status=status, wording=wording)
        root = _post(dice, at, authors, tags, gone=gone, likes=4000, comments=120, reposts=60)
        made.append(root)
        tree = [root]
        for step in range(6 + dice.randrange(30)):
            parent = dice.choice(tree)
            at = max(at, parent.published) + timedelta(seconds=60 + dice.randrange(1800))
            quick = step % 7 == 3
            own = dice.choice(_SHORT) + (f" #{TAG}#" if step % 2 else "")
            through = "" if parent is root else f"//@{_name(authors, parent.uid)}:{parent.text}"
            row = _post(
                dice,
                at,
                authors,
                (TAG,) if step % 2 or (f"#{TAG}#" in through) else (),
                text=own + through,
                root=root.mid,
                parent=root.mid if quick else parent.mid,
                quick=quick,
                mentions=(),
                pictures=(),
                video=False,
            )
            if quick:
                row = replace(row, text="", hashtags=root.hashtags)
            made.append(row)
            if not quick and through.count("//@") < 3:
                tree.append(row)
    return made


def _name(authors: list[Author], uid: str) -> str:
    return next(author.name for author in authors if author.uid == uid)


def _spoil(dice: random.Random, posts: list[Post]) -> list[Post]:
    """What happens to posts later: edited, deleted (every wording in turn), or never meant for everybody."""
    made, wording = [], 0
    roots = {post.root for post in posts}
    for post in posts:
        after = timedelta(minutes=dice.randrange(10, 1200))
        fate = dice.random()
        if post.banner or post.quick or post.gone or TINY in post.hashtags:
            made.append(post)
        elif fate < 0.06:
            status, text = GONE_WORDINGS[wording % len(GONE_WORDINGS)]
            wording += 1
            made.append(replace(post, gone=Gone(at=post.published + after, status=status, wording=text)))
        elif fate < 0.11 and post.root is None:
            edits = (Edit(at=post.published + after, text=post.text + " 【更新】画师已回应"),)
            made.append(replace(post, edits=edits))
        elif fate < 0.13 and post.root is None and post.mid not in roots:
            made.append(replace(post, visible=dice.choice((1, 3, 4))))
        else:
            made.append(post)
    return made


def _comments(dice: random.Random, posts: list[Post], authors: list[Author]) -> list[Comment]:
    """Under every twelfth post, some with answers. One has the number of a post: the two kinds share their numbers."""
    made = []
    for post in posts[::12]:
        for _ in range(dice.choice((1, 3, 25))):
            top = _comment(dice, post.mid, None, post.published, authors)
            made.append(top)
            made += [_comment(dice, post.mid, top.cid, top.published, authors) for _ in range(dice.choice((0, 0, 1, 4)))]
    alone = next(at for at, row in enumerate(made) if row.root is None and all(one.root != row.cid for one in made))
    made[alone] = replace(made[alone], cid=posts[5].mid)
    return made


def _comment(dice: random.Random, name: str, root: str | None, after: datetime, authors: list[Author]) -> Comment:
    at = after + timedelta(seconds=dice.randrange(5, 4 * 3600))
    author = dice.choice(authors)
    return Comment(
        cid=mid_at(at, dice),
        post=name,
        root=root,
        uid=author.uid,
        text=dice.choice(_SHORT),
        published=at,
        likes=dice.randrange(200),
        region=author.region,
    )


def _topics(start: datetime, host: str) -> dict[str, Topic]:
    def topic(name: str, read: int, host: str | None = None, base: int = 0) -> Topic:
        rates = {"read": read, "mention": max(1, read // 900), "interact": max(1, read // 180), "ori_m": max(1, read // 4500)}
        return Topic(
            name=name,
            started=start - timedelta(days=4),
            base={metric: base // divisor for metric, divisor in zip(rates, (1, 900, 180, 4500), strict=True)},
            rates=rates,
            host=host,
            summary=f"关于{name}",
            category="社会",
        )

    rows = (topic(TAG, 56_000, host, 32_000_000_000), topic(RIVAL, 9_000, None, 391_785), topic(QUIET, 700), topic(TINY, 3), topic(ODD, 80))
    return {row.name: row for row in rows}


def _hex24(*what: object) -> str:
    return "".join(f"{int(chance(*what, part) * 2**48):012x}" for part in (1, 2))


def _xiaohongshu(dice: random.Random, start: datetime, size: Size) -> dict[str, object]:
    authors = {}
    for index in range(12):
        uid = _hex24("user", index)
        authors[uid] = Author(
            uid=uid,
            name=f"{_FIRST[-1 - index]}不吃糖",
            followers=int(10 ** dice.uniform(1, 5)),
            follows=dice.randrange(300),
            posts=dice.randrange(200),
            verified_type=-1,
            verified_reason="",
            description="还没有简介",
            gender="mf"[index % 2],
            region=dice.choice(_REGIONS),
            avatar=f"https://sns-avatar-qc.xhscdn.com/avatar/{uid}.jpg",
        )
    notes, comments = {}, []
    for index in range(size.notes):
        at = start - timedelta(hours=dice.randrange(24 * size.days_before * 2)) + timedelta(minutes=index)
        tags = (NOTE_TAG, "插画") if index % 3 else ("插画",)
        lines = [dice.choice(_LINES) for _ in range(1 + index % 4)]
        mentions = (f"{_FIRST[index % 16]}不吃糖",) if index % 6 == 0 else ()
        gone = None
        if index % 5 == 4:
            status, wording = NOTE_WORDINGS[index % 2]
            gone = Gone(at=start + timedelta(hours=index - 20), status=status, wording=wording)
        note = Note(
            id=_hex24("note", index),
            uid=dice.choice(list(authors)),
            type="video" if index % 7 == 0 else "normal",
            title="" if index % 4 == 0 else f"停笔第{index}天，undefined 也好",
            desc="\n".join(lines) + " " + "".join(f"#{tag}[话题]# " for tag in tags) + "".join(f"@{name} " for name in mentions),
            published=at,
            updated=at + timedelta(minutes=dice.choice((0, 0, 90))),
            token=f"AB{_hex24('token', index)}{_hex24('token', index, 2)}=",
            region=dice.choice(_REGIONS) if index % 8 else None,
            tags=tags,
            mentions=mentions,
            pictures=1 + index % 3,
            gone=gone,
            gone_as=NOTE_FORMS[index // 5 % len(NOTE_FORMS)],
            likes=int(10 ** dice.uniform(0, 5.3)),
            collects=int(10 ** dice.uniform(0, 4.3)),
            comments=int(10 ** dice.uniform(0, 3.3)),
            shares=int(10 ** dice.uniform(0, 2.3)),
            comments_on_page=index % 2 == 0,
        )
        notes[note.id] = note
        for number in range(index % 5 * 3):
            top = replace(_comment(dice, note.id, None, at, list(authors.values())), cid=_hex24("comment", index, number))
            comments.append(top)
            if number % 3 == 0:
                answer = _comment(dice, note.id, top.cid, top.published, list(authors.values()))
                comments.append(replace(answer, cid=_hex24("answer", index, number)))
    topics = [
        NoteTopic(
            page_id=_hex24("page", NOTE_TAG), topic_id=_hex24("topic", NOTE_TAG), name=NOTE_TAG, views=10_653_000, views_a_minute=900
        ),
        NoteTopic(
            page_id=_hex24("page", "插画"), topic_id=_hex24("topic", "插画"), name="插画", views=9_918_059_975, views_a_minute=52_000
        ),
    ]
    return {
        "note_authors": authors,
        "notes": notes,
        "note_comments": tuple(comments),
        "note_topics": {topic.page_id: topic for topic in topics},
    }
