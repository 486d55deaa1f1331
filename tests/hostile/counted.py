"""How many records stand in a recording, and where, counted without our readers.

First written from the description of the protocols, `INTERFACE.md` ("a record is one item of the file as its format defines it (row, line,
array element, card), counted once") and `docs/recording-a-browser.md` alone. Where the two counts then differed, those decided which one
was wrong. What they leave open was taken from the sound samples:

* Each post, comment, reply, line of a hot list, hashtag with counters, hashtag's trend (all its slots) and note or post that is said to be
  gone is a record of its own. An original within a repost is none: it goes with the repost.
* An answer of an address that is read is one record, and that in quarantine, where its content was not saved, it is not told how it was
  asked for or what became of it, or something else stands where its list or object should. Nothing in that place is an empty list.
* Answers of other addresses, refusals (a login, a captcha, a ban) and lists without anything are none. Neither are profiles of accounts,
  posts that are not said to be for everybody, entries of lists that are no objects, name no note or have no words.
"""

import json
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.collectors.test_formats_fuzz import places, put

Path = tuple[Any, ...]
UNREADABLE = 1


def nothing(name: str) -> None:
    """NaN and the like are no JSON. They tell nothing."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """An answer as a recording holds it. `text` None: its content was not saved."""

    address: Any
    text: Any
    method: Any = "GET"
    status: Any = 200
    location: Any = ""


def heard_in(record: dict[str, Any]) -> Heard | None:
    """The answer of a record of a file as `spelled` takes it apart; None for one that is no answer of a platform."""
    return _of_warc(record) if "head" in record else _of_har(record)


def _of_har(entry: dict[str, Any]) -> Heard | None:
    entry = json.loads(json.dumps(entry), parse_constant=nothing)
    asked, answered = (part if isinstance(part := entry.get(name), dict) else {} for name in ("request", "response"))
    if not isinstance(asked.get("url"), str) and not re.search(r"weibo\.c(n|om)|xiaohongshu\.com", json.dumps(entry)):
        return None  # of another site, as far as it can be known
    content = answered.get("content")
    return Heard(
        address=asked.get("url"),
        method=asked.get("method"),
        status=answered.get("status"),
        location=answered.get("redirectURL"),
        text=content.get("text") if isinstance(content, dict) else None,
    )


def _of_warc(record: dict[str, Any]) -> Heard | None:
    if not str(record["head"]).startswith("WARC/"):
        return Heard(address=None, text=None)
    told = {name: value.strip() for name, value in re.findall(r"(?m)^([\w-]+): ?(.*?)\r?$", str(record["head"]))}
    if told.get("WARC-Type") != "response":
        return None
    status = re.match(r"HTTP/[\d.]+ (\d{3})", str(record["answer"]))
    location = re.search(r"(?im)^location: ?(.*?)\r?$", str(record["answer"]))
    return Heard(
        address=told.get("WARC-Target-URI"),
        status=int(status[1]) if status else None,
        location=location[1] if location else "",
        text=str(record["content"]) if status else "no answer",
    )


def count(heard: Heard | None) -> int:
    """How many records an answer holds."""
    if heard is None:
        return 0
    if not isinstance(heard.address, str):
        return UNREADABLE
    kind = kind_of(heard.address)
    if kind is None or heard.status in (204, 304) or heard.method in ("OPTIONS", "HEAD"):
        return 0
    if _odd(heard):
        return UNREADABLE
    if _led_on(heard) and (heard.location or heard.text):
        return int(kind == "note" and bool(re.search(r"error_?code=(-510000|-510001|300031)\b", str(heard.location), re.IGNORECASE)))
    if not isinstance(heard.text, str) or heard.text == "":
        return UNREADABLE
    if refused(heard, kind):
        return 0
    body = opened(kind, heard.text)
    return UNREADABLE if body is None else body.count


def _odd(heard: Heard) -> bool:
    """Whether it is not told how it was asked or what became of it."""
    return heard.method not in ("GET", "POST", "", None) or not re.fullmatch(r"\d{1,3}", str(heard.status))


def _led_on(heard: Heard) -> bool:
    return isinstance(heard.status, int) and 300 <= heard.status < 400


def refused(heard: Heard, kind: str) -> bool:
    """Whether it says to log in, to solve a captcha or to go away."""
    if isinstance(heard.status, int) and heard.status >= 400:
        return True
    if "Sina Visitor System" in heard.text or (kind == "search page" and heard.text.startswith("<") and not _is_search(heard.text)):
        return True
    try:
        told = json.loads(heard.text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(told, dict):
        return False
    if kind in KINDS["edith.xiaohongshu.com"].values() or kind == "notes of topic":
        code = told.get("code")
        return told.get("success") is False or (type(code) is int and code != 0 and len(str(code)) < 19)
    return str(told.get("ok")) == "-100"


KINDS = {
    "m.weibo.cn": {
        r"/api/container/getIndex": "cards",
        r"/statuses/show": "post",
        r"/(detail|status)/\w+": "post page",
        r"/statuses/extend": "long text",
        r"/comments/hotflow": "comments",
    },
    "weibo.com": {
        r"/ajax/statuses/show": "bare post",
        r"/ajax/statuses/longtext": "long text",
        r"/ajax/statuses/(mymblog|searchProfile|repostTimeline|search)": "listed posts",
        r"/ajax/statuses/buildComments": "comments",
        r"/ajax/side/hotSearch": "hot search",
        r"/ajax/statuses/hot_band": "hot band",
    },
    "s.weibo.com": {r"/(weibo|realtime)": "search page", r"/top/summary": "hot page"},
    "m.s.weibo.com": {r"/ajax_topic/detail": "counters", r"/ajax_topic/trend": "trend"},
    "www.xiaohongshu.com": {
        r"/(explore|discovery/item)/[0-9a-f]{24}": "note",
        r"/user/profile/[0-9a-f]{24}": "notes of account",
        r"/search_result": "found notes",
        r"/page/topics/\w+": "topic page",
        r"/web_api/sns/v3/page/notes": "notes of topic",
    },
    "edith.xiaohongshu.com": {
        r"/api/sns/web/v1/(search/notes|feed)": "items",
        r"/api/sns/web/v2/comment/(sub/)?page": "comments of note",
        r"/api/sns/web/v1/user_posted": "posted notes",
        r"/web_api/sns/v1/search/topic": "topics",
    },
}


def kind_of(address: Any) -> str | None:
    """What an answer of this address holds."""
    if not isinstance(address, str):
        return None
    try:
        parts = urlsplit(address)
        kinds = KINDS.get(parts.hostname or "", {}) if parts.scheme in ("http", "https") else {}
    except ValueError:
        return None
    kind = next((kind for path, kind in kinds.items() if re.fullmatch(path, parts.path)), None)
    if kind == "cards":
        container = parse_qs(parts.query).get("containerid", [""])[0]
        return None if container.startswith("100505") else "hot cards" if container.startswith("106003") else kind
    return kind


@dataclass(frozen=True)
class Body:
    """The content of an answer, taken apart. `stand` are the places of its records; `more` says how many others it tells."""

    told: Any
    stand: tuple[Path, ...]
    more: int = 0
    around: tuple[str, str] = ("", "")

    @property
    def count(self) -> int:
        return len(self.stand) + self.more

    def may_cost(self, place: Path) -> int | None:
        """How many records a change in this place may cost: the record there and those within it. None: all of the answer."""
        around = [stand for stand in self.stand if place[: len(stand)] == stand]
        inner = max(around, key=len, default=None)
        # Without its heat a line of the mobile list has no rank, and those below go up. Where no note stands, a page tells of none.
        if inner is None or place[-1] == "desc_extr" or (place == inner and place[-1] == "note"):
            return None
        originals = isinstance(self.told, dict) and json.dumps(at(self.told, *inner)).count('"retweeted_status"')
        return sum(stand[: len(inner)] == inner for stand in self.stand) + originals

    def places(self) -> list[Path]:
        """What of it may be changed."""
        return self.told.places() if isinstance(self.told, Html) else [place for place in places(self.told) if place]

    def put(self, place: Path, value: Any) -> str:
        """The content with something else in one place."""
        if isinstance(self.told, Html):
            return self.told.put(place, value)
        put(self.told, place, value)
        text = json.dumps(self.told)
        return self.around[0] + (text.replace('"UNDEFINED"', "undefined") if self.around[0] else text) + self.around[1]


STATE = re.compile(r"(.*window\.__INITIAL_STATE__=)(\{.*\})(</script>.*)", re.DOTALL)
RENDERED = re.compile(r"(.*\$render_data = \[)(\{.*\})(\]\[0\].*)", re.DOTALL)


def opened(kind: str, text: Any) -> Body | None:
    """The content of an answer; None where it cannot be read."""
    if kind in PAGES:
        return PAGES[kind](str(text))
    around, inside = ("", ""), text
    if kind in STATES:
        if not (cut := STATE.fullmatch(str(text))):
            return None
        around, inside = (cut[1], cut[3]), re.sub(r"(?<=[:,\[])(\s*)undefined(?=\s*[,}\]])", r'\1"UNDEFINED"', cut[2])
    elif kind == "post page":
        if not (cut := RENDERED.fullmatch(str(text))):
            return None
        around, inside = (cut[1], cut[3]), cut[2]
    try:
        told = json.loads(inside, parse_constant=nothing)
    except (TypeError, ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    try:
        stand, more = LISTS[kind](told)
    except Damaged:
        return None
    return Body(told, tuple(stand), more, around)


# What stands in JSON ------------------------------------------------------------------------------------------------------


def each(told: Any, *path: Any) -> Iterator[tuple[Path, Any]]:
    """The objects in a list, or in an object that stands for one, with their places. What is no object is no record of a list."""
    told = at(told, *path)
    inside = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    yield from (((*path, name), value) for name, value in inside if isinstance(value, dict))


class Damaged(Exception):
    """Something else stands where the list or the object of an answer should, and that is not nothing."""


def sound(told: Any, *path: str) -> Any:
    """What stands at a path. Raises Damaged where the path leads through something else than objects."""
    for name in path:
        if told and not isinstance(told, dict):
            raise Damaged
        told = told.get(name) if told else None
    return told


def listed(told: Any, *path: str) -> list[tuple[Path, Any]]:
    """The records of the list that an answer is asked for. Raises Damaged where there is something else."""
    if (found := sound(told, *path)) and not isinstance(found, (list, dict)):
        raise Damaged
    return list(each(told, *path))


def _public(post: Any) -> bool:
    """For everybody, or not said for whom."""
    visible = post.get("visible") or {}
    return (visible.get("type", 0) if isinstance(visible, dict) else visible) in (0, "0", "", None) and visible is not True


def _posts(told: Any, *path: Any) -> list[Path]:
    return [place for place, post in listed(told, *path) if _public(post)]


def _cards(told: Any, *path: Any) -> Iterator[Path]:
    """Posts stand in cards of type 9, more cards in those of type 11, and both in cards whose type is not told."""
    for place, card in each(told, *path):
        kind = card.get("card_type")
        kind = str(kind) if kind and isinstance(kind, (int, float, str)) and kind is not True else ""
        if kind in ("9", "") and isinstance(card.get("mblog"), dict):
            yield from [place] * _public(card["mblog"])
        if kind in ("11", ""):
            yield from _cards(told, *place, "card_group")


def _has_cards(told: Any) -> bool:
    """An end is told by "ok": 1 or by these words (PROTOCOLS A2, A6); else a page without cards is one that broke off."""
    cards = listed(told, "data", "cards")
    if not cards and str(told.get("ok")) != "1" and "这里还没有内容" not in str(told.get("msg") or told.get("message")):
        raise Damaged
    return bool(cards)


def _hot_cards(told: Any) -> list[Path]:
    listed(told, "data", "cards")
    return [
        line
        for place, _ in each(told, "data", "cards")
        for line, told_ in each(told, *place, "card_group")
        if _has_words(told_.get("desc"))
    ]


def _has_words(told: Any) -> bool:
    return isinstance(told, (str, int, float)) and not isinstance(told, bool) and bool(str(told).strip())


def _threads(told: Any, tops: list[tuple[Path, Any]], within: str) -> tuple[list[Path], int]:
    """Comments, and the answers that stand within them."""
    stand: list[Path] = []
    for top, _ in tops:
        stand += [top, *_threads(told, list(each(told, *top, within)), within)[0]]
    return stand, 0


def _found(told: Any) -> tuple[list[Path], int]:
    where = [("statuses",), *([("data",)] if isinstance(told.get("data"), list) else [("data", "statuses"), ("data", "list")])]
    stand = next((posts for path in where if (posts := _posts(told, *path))), [])
    heads = told.get("topicHeads")
    counted = heads.get("count") if isinstance(heads, dict) else heads
    return stand + [("topicHeads",)] * bool(counted), 0


def _hot_search(told: Any) -> tuple[list[Path], int]:
    top = [("data", "hotgov")] if isinstance(sound(told, "data", "hotgov"), dict) else []
    lines = top + [place for place, _ in listed(told, "data", "realtime")]
    return [place for place in lines if _has_words(at(told, *place, "word"))], 0


def at(told: Any, *path: Any) -> Any:
    for name in path:
        told = told.get(name) if isinstance(told, dict) else told[name] if isinstance(told, list) else None
    return told


def _single(told: Any) -> tuple[list[Path], int]:
    """A post in `data`, or the word that it is gone."""
    if str(told.get("ok")) == "0":
        return [()], 0
    return _one(told, "data")


def _one(told: Any, *path: str) -> tuple[list[Path], int]:
    """A post at its own address, or that it is no longer for everybody."""
    if not isinstance(sound(told, *path) or {}, dict):
        raise Damaged
    return [path], 0


def _note(told: Any) -> tuple[list[Path], int]:
    """The note or that it is gone, and the comments below it."""
    details = sound(told, "note", "noteDetailMap") or {}
    if not isinstance(details, dict):
        raise Damaged
    stand: list[Path] = []
    for name, detail in details.items():
        if not (note := sound(detail or {}, "note")):
            continue
        if not isinstance(note, dict):
            raise Damaged
        within = ("note", "noteDetailMap", name)
        stand += [(*within, "note"), *_threads(told, list(each(told, *within, "comments", "list")), "sub_comments")[0]]
    return (stand, 0) if stand else ([], 1)


def _notes_of_account(told: Any) -> tuple[list[Path], int]:
    listed(told, "user", "notes")
    rows = at(told, "user", "notes") or []
    parts = enumerate(rows) if isinstance(rows, list) else rows.items()
    found = [
        [("user", "notes", name)] if isinstance(row, dict) else [place for place, _ in each(told, "user", "notes", name)]
        for name, row in parts
    ]
    return [place for row in found for place in row if _names_a_note(at(told, *place))], 0


def _notes_of_topic(told: Any) -> tuple[list[Path], int]:
    listed(told, "data", "notes")
    data = told.get("data") or {}
    totals = [data.get(name) for name in ("total_note_count", "total_user_count")]
    return _notes(told, "data", "notes"), int(any(re.fullmatch(r"-?\d{1,18}", str(total).strip()) for total in totals))


def _notes(told: Any, *path: str) -> list[Path]:
    return [place for place, note in listed(told, *path) if _names_a_note(note)]


def _names_a_note(entry: Any) -> bool:
    """Lists of notes hold suggestions and adverts too: these are of another model, or name no note."""
    card = next((entry[name] for name in ("note_card", "noteCard") if isinstance(entry.get(name), dict)), entry)
    names = [part.get(name) for part in (entry, card) for name in ("id", "noteId", "note_id")]
    return entry.get("model_type") in (None, "", "note") and any(names)


def _comments(told: Any) -> tuple[list[Path], int]:
    return _threads(told, listed(told, "data") if isinstance(told.get("data"), list) else listed(told, "data", "data"), "comments")


def _long_text(told: Any) -> tuple[list[Path], int]:
    data = sound(told, "data") or {}
    if not isinstance(data, dict):
        raise Damaged
    return [("data",)] if data.get("longTextContent") or data.get("longTextContent_raw") else [], 0


def _counters(told: Any) -> tuple[list[Path], int]:
    if str(told.get("code", "100000")) != "100000":
        raise Damaged
    counted = sound(told, "data", "baseInfo", "count") or sound(told, "data", "baseData")
    return [()] if counted else [], 0


def _trend(told: Any) -> tuple[list[Path], int]:
    slots = [slot for name in ("read", "me", "partake", "ori") for slot in listed(told, "data", name)]
    return [()] if slots else [], 0


STATES = ("note", "notes of account", "found notes")
LISTS: dict[str, Any] = {
    "cards": lambda told: (list(_cards(told, "data", "cards")) if _has_cards(told) else [], 0),
    "hot cards": lambda told: (_hot_cards(told) if _has_cards(told) else [], 0),
    "post": _single,
    "post page": lambda told: _one(told, "status"),
    "bare post": lambda told: _one(told),
    "long text": _long_text,
    "comments": _comments,
    "hot search": _hot_search,
    "hot band": lambda told: ([place for place, line in listed(told, "data", "band_list") if _has_words(line.get("word"))], 0),
    "listed posts": _found,
    "counters": _counters,
    "trend": _trend,
    "note": _note,
    "notes of account": _notes_of_account,
    "found notes": lambda told: (_notes(told, "search", "feeds"), 0),
    "notes of topic": _notes_of_topic,
    "items": lambda told: (_notes(told, "data", "items"), 0),
    "comments of note": lambda told: _threads(told, listed(told, "data", "comments"), "sub_comments"),
    "posted notes": lambda told: (_notes(told, "data", "notes"), 0),
    "topics": lambda told: ([place for place, _ in listed(told, "data", "topic_info_dtos")], 0),
}


# What stands in pages -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Html:
    """A page by its pieces. Those with odd numbers are values of attributes and texts, which may be changed. A record begins where `begin`
    is found."""

    pieces: list[str]
    begin: str

    def places(self) -> list[Path]:
        begins = [found.start() for found in re.finditer(self.begin, "".join(self.pieces))]
        ends = accumulate(map(len, self.pieces))
        return [(bisect(begins, end) - 1, number) for number, end in enumerate(ends) if number % 2]

    def put(self, place: Path, value: Any) -> str:
        changed = "" if value is None else escape(str(value))
        return "".join([*self.pieces[: place[1]], changed, *self.pieces[place[1] + 1 :]])


@dataclass
class _Reader(HTMLParser):
    """Counts the results on a page of the search, or the lines of a hot list."""

    cards: int = 0
    rows: int = 0
    topic: bool = False
    total: bool = False
    nothing: bool = False
    within: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        classes = (told.get("class") or "").split()
        self.within = classes[:1] if tag in ("td", "div") else [*self.within, tag]
        self.cards += tag == "div" and "card-wrap" in classes and told.get("action-type") == "feed_list_item" and "mid" in told
        self.topic |= tag == "div" and ("card-topic-a" in classes or told.get("id") == "pl_topic_header")
        self.total = self.topic and (self.total or self.within == ["total", "span"])
        self.nothing |= tag == "div" and "card-no-result" in classes

    def handle_data(self, data: str) -> None:
        self.nothing |= "抱歉，未找到" in data
        self.rows += self.within == ["td-02", "a"] and bool(data.strip())

    def handle_endtag(self, tag: str) -> None:
        self.within = []


def _read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    return reader


def _is_search(text: str) -> bool:
    return bool(re.search(r"\$CONFIG\['product'\] = 'search'|<title>微博搜索</title>", text))


def _search_page(text: str) -> Body | None:
    if not _is_search(text):
        return None
    found = _read(text)
    cards = 0 if found.nothing else found.cards
    return _page(text, r'<div class="[^"]*" action-type="[^"]*" mid=', cards, int(found.total and not found.nothing))


def _hot_page(text: str) -> Body | None:
    return _page(text, "<tr>", _read(text).rows, int("<tr" not in text))


def _page(text: str, begin: str, count: int, more: int) -> Body:
    return Body(Html(re.split(r'((?<==")[^"]*(?=")|(?<=>)[^<>]+(?=<))', text), begin), tuple((number,) for number in range(count)), more)


PAGES: dict[str, Any] = {"search page": _search_page, "hot page": _hot_page, "topic page": lambda text: _page(text, "$.", 0, 1)}
