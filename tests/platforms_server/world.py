"""The invented world as plain rows, and what is true of it at a given time. Tests compare with these rows.

A row tells all that will ever happen to it (`gone`, `edits`, the counts it ends with); the functions of `World` say what of it is so
at a time. All times are aware and in UTC; ids are text.
"""

import hashlib
import math
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

SLOT = timedelta(minutes=10)
METRICS = ("read", "mention", "interact", "ori_m")
_BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Author:
    uid: str
    name: str
    followers: int
    follows: int
    posts: int
    verified_type: int  # -1 none, 0 a person, 3 media
    verified_reason: str
    description: str
    gender: str
    region: str
    avatar: str


@dataclass(frozen=True, kw_only=True)
class Gone:
    """`status` is one of deleted_by_author, removed_by_platform, half_year_only, private."""

    at: datetime
    status: str
    wording: str


@dataclass(frozen=True, kw_only=True)
class Edit:
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class Post:
    """A Weibo post. `text` is what a reader sees: emoji as their names in brackets, line breaks as \\n. `indexed` is when a search
    first shows it. `quick`: reposted without a word, the text is the original's. `visible`: 0 public, 1 private, 3 a group, 4 close
    friends. `banner`: shown first on every page of its topic. `likes`, `comments`, `reposts` are where the counts end."""

    mid: str
    uid: str
    text: str
    published: datetime
    indexed: datetime
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    region: str | None = None
    source: str = ""
    pictures: tuple[str, ...] = ()
    video: bool = False
    root: str | None = None
    parent: str | None = None
    quick: bool = False
    edits: tuple[Edit, ...] = ()
    gone: Gone | None = None
    visible: int = 0
    banner: bool = False
    full_on_page: bool = True
    likes: int = 0
    comments: int = 0
    reposts: int = 0

    @property
    def bid(self) -> str:
        return bid_of(self.mid)


@dataclass(frozen=True, kw_only=True)
class Comment:
    """Under a Weibo post or a Xiaohongshu note (`post`); `root` is the comment it answers."""

    cid: str
    post: str
    root: str | None
    uid: str
    text: str
    published: datetime
    likes: int
    region: str


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A hashtag with counters. `rates`: what an average 10-minute slot adds to each metric; `base`: what it had at `started`."""

    name: str
    started: datetime
    base: dict[str, int]
    rates: dict[str, int]
    host: str | None
    summary: str
    category: str

    @property
    def containerid(self) -> str:
        return "231522" + hashlib.md5(self.name.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Note:
    """A Xiaohongshu note. `tags` are topic names; `desc` holds them as `#name[话题]#`. `gone_as` is how a page says that it is gone:
    empty_note, no_entry, empty_state, redirect."""

    id: str
    uid: str
    type: str
    title: str
    desc: str
    published: datetime
    updated: datetime
    token: str
    region: str | None = None
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    pictures: int = 1
    gone: Gone | None = None
    gone_as: str = "empty_note"
    likes: int = 0
    collects: int = 0
    comments: int = 0
    shares: int = 0
    comments_on_page: bool = False


@dataclass(frozen=True, kw_only=True)
class NoteTopic:
    """A Xiaohongshu topic: its page has another id than the topic itself."""

    page_id: str
    topic_id: str
    name: str
    views: int
    views_a_minute: int


@dataclass(frozen=True, kw_only=True)
class HotLine:
    """A line of the hot-search list; `rank` None for the pinned one; `flag` 新 热 爆 沸 商 or empty. `ad` is a paid line."""

    word: str
    rank: int | None
    heat: int | None
    flag: str
    category: str
    ad: bool


@dataclass(frozen=True, kw_only=True)
class World:
    seed: int
    start: datetime
    authors: dict[str, Author]
    posts: dict[str, Post]
    comments: tuple[Comment, ...]
    topics: dict[str, Topic]
    hot_words: tuple[str, ...]
    note_authors: dict[str, Author]
    notes: dict[str, Note]
    note_comments: tuple[Comment, ...]
    note_topics: dict[str, NoteTopic]
    _by_time: list[Post] = field(default_factory=list)
    _under: dict[tuple[str, str | None], list[Comment]] = field(default_factory=dict)
    _sums: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._by_time.extend(sorted(self.posts.values(), key=lambda post: (post.published, post.mid), reverse=True))
        for row in sorted((*self.comments, *self.note_comments), key=lambda row: (row.published, row.cid)):
            self._under.setdefault((row.post, row.root), []).append(row)

    # Posts

    def post(self, name: str) -> Post | None:
        """By mid or by bid."""
        return self.posts.get(name) or self.posts.get(mid_of(name) if name.isalnum() and not name.isdigit() else "")

    def there(self, post: Post, now: datetime) -> bool:
        """Published and not gone."""
        return post.published <= now and (post.gone is None or now < post.gone.at)

    def text(self, post: Post, now: datetime) -> str:
        """A quick repost has its original's text."""
        if post.quick and post.root:
            return self.text(self.posts[post.root], now)
        return next((edit.text for edit in reversed(post.edits) if edit.at <= now), post.text)

    def edits(self, post: Post, now: datetime) -> tuple[Edit, ...]:
        return tuple(edit for edit in post.edits if edit.at <= now)

    def counts(self, post: Post, now: datetime) -> tuple[int, int, int]:
        """Likes, comments, reposts: they grow toward where they end and never fall."""
        return tuple(grown(final, now - post.published) for final in (post.likes, post.comments, post.reposts))  # type: ignore[return-value]

    def matches(self, post: Post, query: str, now: datetime) -> bool:
        """`#name#` asks for the hashtag, anything else for all of its words in the text."""
        tag = query.strip()
        if len(tag) > 2 and tag.startswith("#") and tag.endswith("#"):
            return tag.strip("#") in post.hashtags
        text = self.text(post, now)
        return all(word in text for word in query.split())

    def search(
        self, query: str, now: datetime, *, since: datetime | None = None, until: datetime | None = None, private: bool = False
    ) -> list[Post]:
        """What a search offers at `now`, newest first: `since` <= published < `until`. `private`: with posts not for everybody."""
        return [
            post
            for post in self._by_time
            if post.indexed <= now
            and (since is None or since <= post.published)
            and (until is None or post.published < until)
            and (private or post.visible == 0)
            and not post.banner
            and self.there(post, now)
            and self.matches(post, query, now)
        ]

    def banners(self, query: str, now: datetime) -> list[Post]:
        return [post for post in self._by_time if post.banner and self.there(post, now) and self.matches(post, query, now)]

    def posts_of(self, uid: str, now: datetime) -> list[Post]:
        return [post for post in self._by_time if post.uid == uid and self.there(post, now)]

    def reposts_of(self, mid: str, now: datetime) -> list[Post]:
        """All below `mid` when it is a root, else those that came by way of it."""
        return [p for p in self._by_time if mid in (p.root, p.parent) and p.visible == 0 and self.there(p, now)]

    def comments_of(self, name: str, now: datetime, *, root: str | None = None) -> list[Comment]:
        """Under a post or note, oldest first; `root`: the answers to one comment."""
        return [row for row in self._under.get((name, root), []) if row.published <= now]

    # Topics

    def counter(self, topic: Topic, metric: str, now: datetime) -> int:
        """The cumulative counter: it never falls. A slot's increment is spread evenly over the slot."""
        done, part = _slots(topic.started, now)
        if done < 0:
            return topic.base[metric]
        sums = self._summed(topic, metric, done + 1)
        return topic.base[metric] + sums[done] + int((sums[done + 1] - sums[done]) * part)

    def gained(self, topic: Topic, metric: str, since: datetime, until: datetime) -> int:
        return self.counter(topic, metric, until) - self.counter(topic, metric, since)

    def _summed(self, topic: Topic, metric: str, slots: int) -> list[int]:
        with self._lock:
            sums = self._sums.setdefault((topic.name, metric), [0])
            while len(sums) <= slots:
                at = topic.started + SLOT * (len(sums) - 1)
                rate = (
                    topic.rates[metric]
                    * (1 + math.sin((at.hour - 8) / 24 * 2 * math.pi))
                    * (0.5 + chance(self.seed, topic.name, metric, len(sums)))
                )
                sums.append(sums[-1] + int(rate))
            return sums

    # Hot list

    def hot_list(self, now: datetime) -> list[HotLine]:
        """As of the last full minute: a pinned line, fifty ranks, and a paid line after the third. It changes every ten minutes."""
        slot = int(now.timestamp() // 600)
        order = sorted(self.hot_words, key=lambda word: chance(self.seed, "hot", word, slot // 6) + 0.2 * chance(self.seed, word, slot))
        lines = [HotLine(word=order[-1], rank=None, heat=None, flag="热", category="", ad=False)]
        for rank, word in enumerate(order[:50], 1):
            heat = int(3_000_000 / rank * (0.9 + 0.2 * chance(self.seed, word, slot)))
            flag = ("", "新", "热", "爆", "沸", "")[int(6 * chance(self.seed, "flag", word, slot))]
            lines.append(HotLine(word=word, rank=rank, heat=heat, flag=flag, category=("剧集", "综艺", "", "")[rank % 4], ad=False))
        lines.insert(4, HotLine(word="某某新品上市", rank=None, heat=None, flag="商", category="", ad=True))
        return lines

    # Xiaohongshu

    def note_there(self, note: Note, now: datetime) -> bool:
        return note.published <= now and (note.gone is None or now < note.gone.at)

    def note_counts(self, note: Note, now: datetime) -> tuple[int, int, int, int]:
        """Likes, collects, comments, shares."""
        final = (note.likes, note.collects, note.comments, note.shares)
        return tuple(grown(number, now - note.published) for number in final)  # type: ignore[return-value]

    def notes_of_topic(self, name: str, now: datetime) -> list[Note]:
        found = [note for note in self.notes.values() if name in note.tags and self.note_there(note, now)]
        return sorted(found, key=lambda note: (note.published, note.id), reverse=True)

    def topic_views(self, topic: NoteTopic, now: datetime) -> int:
        return topic.views + int(max(0.0, (now - self.start).total_seconds()) / 60 * topic.views_a_minute)


def _slots(started: datetime, now: datetime) -> tuple[int, float]:
    passed = (now - started) / SLOT
    return math.floor(passed), passed - math.floor(passed)


def grown(final: int, age: timedelta) -> int:
    """Half of the rest every six hours."""
    hours = age.total_seconds() / 3600
    return 0 if hours <= 0 else int(final * (1 - 2 ** (-hours / 6)))


def chance(*what: object) -> float:
    """A number in [0, 1) that depends only on what is told."""
    digest = hashlib.sha256("\x1f".join(map(str, what)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def slot_start(at: datetime, length: timedelta) -> datetime:
    """The start of the slot `at` is in, on the China clock."""
    china = timedelta(hours=8)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((at - epoch + china) // length) * length - china


def bid_of(mid: str) -> str:
    """Groups of seven decimal digits from the right, each four base-62 digits: 4607741009594608 is K3fnuEfZK."""
    groups = []
    while mid:
        mid, group = mid[:-7], int(mid[-7:])
        groups.append((_base62(group), bool(mid)))
    return "".join(text.rjust(4, "0") if inner else text for text, inner in reversed(groups))


def mid_of(bid: str) -> str:
    groups = []
    while bid:
        bid, group = bid[:-4], bid[-4:]
        number = 0
        for letter in group:
            number = number * 62 + _BASE62.index(letter)
        groups.append(str(number).rjust(7, "0") if bid else str(number))
    return "".join(reversed(groups))


def _base62(number: int) -> str:
    text = ""
    while number or not text:
        number, rest = divmod(number, 62)
        text = _BASE62[rest] + text
    return text
