"""Xiaohongshu (RedNote): what its pages and interfaces answer.

Read: search, feed (one note), comments and replies, a user's notes, the search for topics (exact views); the state that note,
user and search pages carry; topic pages (rounded views) and the notes listed there. Pages name things in camelCase, interfaces in
snake_case; both are read the same way.

Times are epoch milliseconds. Counts are text ("1.2万", "10万+"); who is not logged in sees them masked harder ("10+", "1千+"), so that
the surface says which it was where the page tells it. Cards in lists have neither the text nor the time of a note: both stay unknown.
An empty count is unknown, not 0.

History: since 2024 a note's page wants the token of its address; without it, it leads on to /404 or to a login.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from collectors import told
from collectors.counts import NOT_TOLD, Count, count
from collectors.formats import Origin
from collectors.hashtags import mentions_in, topics_in
from collectors.platforms import (
    Answer,
    Item,
    Page,
    Refusal,
    at,
    host_of,
    inner,
    json_of,
    listed,
    object_of,
    objects,
    part,
    shelf,
    text_of,
    tree_of,
    within,
)
from collectors.platforms.literal import state_of
from collectors.times import CHINA, Moment, moment
from collectors.told import Told, identifier, place, words
from data.model import Author, HashtagCount, record_id
from data.tags import tag_key

NAME = "xiaohongshu"

STATE = "window.__INITIAL_STATE__"
MOBILE_STATE = "window.__SETUP_SERVER_STATE__"
NOTE_ID = re.compile(r"[0-9a-f]{24}")
IDS = ("noteId", "note_id", "id")
# Codes of answers and of pages that lead elsewhere. Those of a note itself mean that it is gone for this viewer.
GONE = frozenset((-510000, -510001, 300031))
CODES = {
    300011: "account",
    300012: "blocked",
    300013: "too_fast",
    300015: "signature",
    300017: "link",
    -100: "login",
    -101: "login",
    -104: "permission",
}
# The same, where only the words are told.
SAYS = {
    "网络连接异常": 300012,
    "访问频次异常": 300013,
    "浏览器异常": 300015,
    "访问链接异常": 300017,
    "当前笔记暂时无法浏览": 300031,
    "登录已过期": -100,
    "无登录信息": -101,
    "笔记状态异常": -510001,
    "当前内容无法展示": -510001,
}
STATUSES = {403: "blocked", 406: "signature", 414: "blocked", 418: "too_fast", 429: "too_fast", 461: "captcha", 471: "captcha"}
REFUSING = (
    ("captcha", re.compile(r"captcha|verifyType|verifyBiz", re.IGNORECASE)),
    ("login", re.compile(r"login", re.IGNORECASE)),
)
WALL = re.compile("登录后查看|登录后推荐|验证码|安全验证|滑块|" + "|".join(SAYS))
OF_ONE_NOTE = ("note page", "note", "comments", "replies", "404")
NOT_THERE = (404, 410)
MARKS = b"\xef\xbb\xbf \t\r\n"  # a mark of byte order and white space may stand before anything
VIEWS = re.compile(r"([\d.,]+\s*[万萬亿億]?\s*\+?)\s*(?:次)?浏览")
FANS = "fans"
PAGE_404 = re.compile(r"/404(?:/|$)")


def endpoint(address: str) -> str | None:
    """The interface or page an address is of: "search", "note page", "comments"…; None for what is not read."""
    found = _route(address)
    return found[0] if found else None


def page(answer: Answer) -> Page:
    """What an answer is. Raises ValueError when it is not what its address answers."""
    found = _route(answer.address)
    if found is None:
        raise ValueError(f"nothing is known of {urlsplit(answer.address).path} of {host_of(answer.address)}")
    name, reader = found
    gone = _gone(answer, name)
    if gone:
        return Page(endpoint=name, items=(gone,), says=gone.told["says"])
    refused = None if name == "note page" and answer.status in NOT_THERE else refusal(answer)
    if refused:
        return Page(endpoint=name, refusal=refused)
    try:
        return reader(answer, name)
    except ValueError:
        refused = _wall(answer) or (Refusal("link", f"HTTP {answer.status}") if answer.status in NOT_THERE else None)
        if refused is None:
            raise
        return Page(endpoint=name, refusal=refused)


def rows(item: Item, *, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    """The rows one item tells. Raises ValueError when it cannot be read."""
    return ROWS[item.kind](item, format, sha256, origin)


def refusal(answer: Answer) -> Refusal | None:
    """The refusal that an answer is by its status, its code or where it leads, None where it is none. The status is looked at before the
    body: a captcha (461, 471) may come with a body that says success."""
    if answer.location or 300 <= answer.status < 400:
        return _leading_on(answer.location or "")
    if answer.status in STATUSES:
        return Refusal(STATUSES[answer.status], f"HTTP {answer.status}")
    body = answer.body.lstrip(MARKS)
    if body.startswith(b"{") and (refused := _in_json(body)):
        return refused
    if answer.status >= 400:
        return Refusal("server" if answer.status >= 500 else "unknown", f"HTTP {answer.status}")
    return None


def _leading_on(where: str) -> Refusal:
    code, says = _error(where)
    kind = CODES.get(code) if code is not None else next((kind for kind, pattern in REFUSING if pattern.search(where)), None)
    if kind is None and PAGE_404.search(urlsplit(where).path):
        kind = "link"  # nothing is said of the host: others of its pages may be there
    shown = f"{code} {says or ''}".strip() if code is not None else f"it leads on to {urlsplit(where).path or 'another page'}"
    return Refusal(kind or "unknown", shown)


def _in_json(body: bytes) -> Refusal | None:
    try:
        found = json_of(body)
    except ValueError:
        return None  # said by whoever reads the body
    code, says = _code_told(found)
    if code in (None, 0) and found.get("success") in (False, "false"):
        return Refusal("unknown", says or "it says that it did not succeed")
    return Refusal(CODES.get(code, "unknown"), f"{code} {says or ''}".strip()) if code not in (None, 0, 1000) else None


def _code_told(found: dict[str, Any]) -> tuple[int | None, str | None]:
    """The code, told as number or text, or that of its words, and the words."""
    says = words(found.get("msg")) or words(found.get("message"))
    code = _number(found.get("code"))
    return (_code_of(says) if code in (None, -1) and _code_of(says) is not None else code), says


def _code_of(says: str | None) -> int | None:
    return next((code for start, code in SAYS.items() if says and start in says), None)


def _wall(answer: Answer) -> Refusal | None:
    """A page that could not be read, carries no state, and wants a login, shows a captcha, or says that it is not shown. What is sound
    or only cut off may hold the same words."""
    text = text_of(answer.body) if answer.body.lstrip(MARKS).startswith(b"<") else ""
    return None if STATE in text or MOBILE_STATE in text else _wall_of(WALL.search(text))


def _wall_instead(answer: Answer) -> Refusal | None:
    """The same of a page whose state holds nothing, by what is to be read on it. That is not told by 登录后推荐更懂你的笔记: it stands
    beside every page that is shown without a login."""
    shown = "".join(part.rpartition("</script>")[2] for part in text_of(answer.body).split("<script"))
    return _wall_of(WALL.search(shown.replace("登录后推荐", "")))


def _wall_of(wall: re.Match[str] | None) -> Refusal | None:
    if wall is None:
        return None
    kind = CODES.get(SAYS[wall[0]], "link") if wall[0] in SAYS else "login" if wall[0].startswith("登录") else "captcha"
    return Refusal(kind, wall[0])


def _error(where: str) -> tuple[int | None, str | None]:
    """The code and words of an address that a refused page leads on to: /404?errorCode=-510001&errorMsg=…"""
    query = dict(parse_qsl(urlsplit(where).query))
    says = query.get("errorMsg") or query.get("error_msg")
    code = _number(query.get("errorCode") or query.get("error_code"))
    return (_code_of(says) if code is None else code), says


# Addresses --------------------------------------------------------------------------------------------------------------

Reader = Callable[[Answer, str], Page]


def _route(address: str) -> tuple[str, Reader] | None:
    host = host_of(address)
    path = urlsplit(address).path.rstrip("/") if host in HOSTS else ""
    for hosts, pattern, name, reader in ROUTES:
        if host in hosts and pattern.fullmatch(path):
            return name, reader
    return None


def _note_asked_for(answer: Answer) -> str | None:
    """The note that an address, or what was sent with it, names."""
    query = answer.query
    told_ = [answer.path, query.get("note_id"), query.get("noteId"), query.get("originalUrl"), query.get("redirectPath")]
    told_.append(words(at(_asked(answer), "source_note_id")))
    # The last of a path: a note may be shown on the page of whose it is.
    return next((notes[-1] for text in told_ if text and (notes := NOTE_ID.findall(unquote(text)))), None)


def _asked(answer: Answer) -> Any:
    """What was sent with the question; None where it is no JSON."""
    try:
        return json_of(answer.asked)
    except ValueError:
        return None


def _gone(answer: Answer, name: str) -> Item | None:
    """A single note that is gone: the page leads on to /404 with a code, or the interface answers with one."""
    if name not in OF_ONE_NOTE or answer.status in STATUSES:
        return None
    code, says = _error(answer.location or (answer.address if name == "404" else ""))
    if code is None and name in ("note", "comments", "replies") and answer.status in (200, 404) and answer.body.lstrip().startswith(b"{"):
        try:
            found = json_of(answer.body)
        except ValueError:
            return None  # said by whoever reads the body
        code, says = _code_told(found)
    note = _note_asked_for(answer)
    if code not in GONE or note is None:
        return None
    return _gone_item(answer, note, f"{code} {says or ''}".strip(), "unreachable", f"{host_of(answer.address)} {name}")


def _gone_item(answer: Answer, note: str, says: str | None, status: str, surface: str) -> Item:
    return Item(kind="gone", told={"says": says, "status": status}, about=note, surface=surface, seen_at=answer.seen_at)


def _number(shown: Any) -> int | None:
    """A code or a total, told as number or text."""
    text = str(shown).strip()
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


# Interfaces -------------------------------------------------------------------------------------------------------------


def _surface(answer: Answer, name: str) -> str:
    return f"{host_of(answer.address)} {name}"


def _notes(notes: Iterable[Any], answer: Answer, surface: str) -> tuple[list[Item], Counter[str]]:
    """Notes as items, each once. Lists hold other things too: suggestions, adverts."""
    items: dict[str, Item] = {}
    left_out: Counter[str] = Counter()
    for note in notes:
        card = _card_of(note)
        note_id = _first(note, "id", "noteId", "note_id") if isinstance(note, dict) else None
        note_id = note_id or _first(card, "noteId", "note_id", "id")
        model = _first(note, "model_type", "modelType") if isinstance(note, dict) else None
        if model not in (None, "note") or not note_id:
            left_out["entries of lists that are no notes"] += 1
            continue
        told_ = {**card, "note_id": str(note_id)}
        items.setdefault(str(note_id), Item(kind="note", told=told_, surface=surface, seen_at=answer.seen_at))
    return list(items.values()), left_out


def _card_of(note: Any) -> dict[str, Any]:
    """A note as lists hold it: itself, or within its entry."""
    for name in ("note_card", "noteCard", "note"):
        if isinstance(card := at(note, name), dict):
            return card
    return note if isinstance(note, dict) else {}


def _search(answer: Answer, name: str) -> Page:
    data = object_of(answer.body).get("data")
    items, left_out = _notes(shelf(data, "items"), answer, _surface(answer, name))
    next_page = None
    if at(data, "has_more") and items:
        number = at(_asked(answer), "page")
        next_page = {"page": str(number + 1)} if isinstance(number, int) else {}
    return Page(endpoint=name, items=tuple(items), next=next_page, left_out=left_out)


def _feed(answer: Answer, name: str) -> Page:
    """One note, whole. An answer without any is a refusal."""
    found = object_of(answer.body)
    items, left_out = _notes(shelf(found, "data", "items"), answer, _surface(answer, name))
    if not items:
        return Page(endpoint=name, refusal=Refusal("unknown", "the answer holds no note"), left_out=left_out)
    return Page(endpoint=name, items=tuple(items), left_out=left_out)


def _comments(answer: Answer, name: str) -> Page:
    data = object_of(answer.body).get("data")
    left_out: Counter[str] = Counter()
    items = list(_comment_items(shelf(data, "comments"), answer, _surface(answer, name), None, left_out))
    next_page = {"cursor": str(at(data, "cursor"))} if at(data, "has_more") and at(data, "cursor") else None
    return Page(endpoint=name, items=tuple(items), next=next_page, left_out=left_out)


def _comment_items(
    comments: list[Any], answer: Answer, surface: str, under: str | None, left_out: Counter[str], note: str | None = None
) -> Iterator[Item]:
    """Comments, and the replies that stand within them, each as an item of its own; `under` is the comment they stand within."""
    note = note or _note_asked_for(answer)
    under = under or answer.query.get("root_comment_id")
    for comment in objects(comments, left_out, "comments"):
        alone = {name: value for name, value in comment.items() if name not in ("sub_comments", "subComments")}
        for name in ("target_comment", "targetComment"):
            if isinstance(answered := alone.get(name), dict):
                alone[name] = {"id": answered.get("id")}
        if under:
            alone["under"] = under
        about = words(_first(comment, "note_id", "noteId")) or note
        yield Item(kind="comment", told=alone, about=about, surface=surface, seen_at=answer.seen_at)
        shown = comment.get("sub_comments") or comment.get("subComments")
        yield from _comment_items(within(shown), answer, surface, words(comment.get("id")), left_out, about)


def _user_notes(answer: Answer, name: str) -> Page:
    data = object_of(answer.body).get("data")
    items, left_out = _notes(shelf(data, "notes"), answer, _surface(answer, name))
    next_page = {"cursor": str(at(data, "cursor"))} if at(data, "has_more") and at(data, "cursor") else None
    return Page(endpoint=name, items=tuple(items), next=next_page, left_out=left_out)


def _topic_search(answer: Answer, name: str) -> Page:
    """Topics found by a word, near matches among them, with exact views."""
    left_out: Counter[str] = Counter()
    found = objects(shelf(object_of(answer.body), "data", "topic_info_dtos"), left_out, "topics")
    surface = _surface(answer, name)
    items = (Item(kind="topic", told=topic, surface=surface, seen_at=answer.seen_at) for topic in found)
    return Page(endpoint=name, items=tuple(items), left_out=left_out)


def _topic_notes(answer: Answer, name: str) -> Page:
    """The notes of a topic page, and how many notes and people the platform counts on it."""
    data = object_of(answer.body).get("data")
    surface = _surface(answer, name)
    items, left_out = _notes(shelf(data, "notes"), answer, surface)
    topic, totals = answer.query.get("page_id"), {name: _number(at(data, name)) for name in ("total_note_count", "total_user_count")}
    if topic and any(total is not None for total in totals.values()):
        items.append(Item(kind="topic", told={"page_id": topic, **totals}, surface=surface, seen_at=answer.seen_at))
    next_page = {"cursor": str(at(data, "cursor"))} if at(data, "has_more") and at(data, "cursor") else None
    return Page(endpoint=name, items=tuple(items), next=next_page, total=totals["total_note_count"], left_out=left_out)


def _account(answer: Answer, name: str) -> Page:
    data = object_of(answer.body).get("data")
    user = answer.query.get("target_user_id")
    if not isinstance(at(data, "basic_info"), dict) or not user:
        return Page(endpoint=name)
    item = Item(kind="author", told=_profile(data, user), surface=_surface(answer, name), seen_at=answer.seen_at)
    return Page(endpoint=name, items=(item,))


def _profile(data: Any, user: str) -> dict[str, Any]:
    basic = inner(data, "basic_info") or inner(data, "basicInfo")
    return {"user_id": user, "basic": basic, "interactions": _plain(at(data, "interactions"))}


# Pages ------------------------------------------------------------------------------------------------------------------


def _plain(told_: Any) -> Any:
    """What a page's state wraps: {"_rawValue": …}, {"_value": …} or {"value": …} stand for what is in them."""
    while isinstance(told_, dict):
        for name in ("_rawValue", "_value"):
            if name in told_:
                told_ = told_[name]
                break
        else:
            return told_
    return told_


def _shelf_of_state(state: dict[str, Any], holder: str, name: str) -> list[Any]:
    return shelf({name: _plain(part(_plain(state.get(holder))).get(name))}, name)


def _state(answer: Answer) -> dict[str, Any]:
    """The state a page carries. Raises ValueError where it carries none."""
    text = text_of(answer.body)
    found = state_of(text, STATE)
    if not found:
        found = at(state_of(text, MOBILE_STATE), "LAUNCHER_SSR_STORE_PAGE_DATA") or found
    if isinstance(found, dict):
        return found
    raise ValueError("the page carries no state")


def _page_surface(answer: Answer, name: str, state: dict[str, Any]) -> str:
    logged_in = _plain(at(state, "user", "loggedIn"))
    told_ = {True: ", logged in", False: ", logged out"}.get(logged_in, "") if isinstance(logged_in, bool) else ""
    return f"{host_of(answer.address)} {name}{told_}"


def _note_page(answer: Answer, name: str) -> Page:
    """A note's page. Where the note is missing, its state holds an empty note, none under its id, or nothing at all."""
    state = _state(answer)
    surface = _page_surface(answer, name, state)
    asked = _note_asked_for(answer)
    of_notes = part(_plain(at(state, "note")))
    details = part(_plain(of_notes.get("noteDetailMap")))
    key = asked if asked and details.get(asked) else words(_plain(of_notes.get("firstNoteId"))) or ""
    detail = part(_plain(details.get(key)))
    note = part(_plain(detail.get("note")))
    if not note:
        mobile = _plain(at(_plain(at(_plain(at(state, "noteData")), "data")), "noteData")) or _plain(at(state, "noteData"))
        note = mobile if isinstance(mobile, dict) and _first(mobile, *IDS) else {}
    shown = str(_first(note, *IDS))
    note_id = shown if NOTE_ID.fullmatch(shown) else key
    if not note or (asked and note_id != asked):  # such as one that is shown in place of a missing one
        return _missing(answer, name, state, surface, asked)
    note = {"noteId": key, **note}
    if shown != note_id:  # without an id, or with a damaged one, it is known by the key it stands under
        note |= {name: note_id for name in IDS if name in note}
    items, left_out = _notes([note], answer, surface)
    comments = _plain(detail.get("comments"))
    below = _plain(comments.get("list")) if isinstance(comments, dict) else comments
    items += _comment_items(within(below), answer, surface, None, left_out, asked)
    cursor = at(comments, "cursor")
    return Page(
        endpoint=name, items=tuple(items), next={"cursor": str(cursor)} if at(comments, "hasMore") and cursor else None, left_out=left_out
    )


def _missing(answer: Answer, name: str, state: dict[str, Any], surface: str, asked: str | None) -> Page:
    """An empty state tells nothing of the note, a code or an empty note does."""
    info = _plain(at(_plain(at(state, "note")), "serverRequestInfo"))
    message = words(_first(info, "errMsg", "errorMsg"))
    code = _number(_first(info, "errCode", "errorCode")) or _code_of(message)
    says = f"{code or ''} {message or ''}".strip() or None
    if asked is None:
        return Page(endpoint=name, says=says)
    if code and code not in GONE:
        return Page(endpoint=name, refusal=Refusal(CODES.get(code, "unknown"), says or ""))
    wall = None if code else _wall_instead(answer)
    if wall and SAYS.get(wall.says) not in GONE:
        return Page(endpoint=name, refusal=wall)
    says = says or (wall.says if wall else None)
    told_of = bool(at(state, "note"))
    item = _gone_item(answer, asked, says, "unreachable" if told_of else "unknown", surface)
    return Page(endpoint=name, items=(item,), says=says)


def _user_page(answer: Answer, name: str) -> Page:
    state = _state(answer)
    surface = _page_surface(answer, name, state)
    rows = map(_plain, _shelf_of_state(state, "user", "notes"))
    notes = [note for row in rows for note in (row if isinstance(row, list) else [row])]
    items, left_out = _notes(map(_plain, notes), answer, surface)
    profile = _plain(at(state, "user", "userPageData"))
    user = NOTE_ID.search(answer.path)
    if user and isinstance(at(profile, "basicInfo"), dict):
        items.append(Item(kind="author", told=_profile(profile, user[0]), surface=surface, seen_at=answer.seen_at))
    return Page(endpoint=name, items=tuple(items), left_out=left_out)


def _search_page(answer: Answer, name: str) -> Page:
    state = _state(answer)
    items, left_out = _notes(map(_plain, _shelf_of_state(state, "search", "feeds")), answer, _page_surface(answer, name, state))
    wall = None if items or left_out else _wall_instead(answer)
    return Page(endpoint=name, items=tuple(items), left_out=left_out, refusal=wall)


def _topic_page(answer: Answer, name: str) -> Page:
    """A topic's page: views in `div.summary div.meta`, such as 1065.3万浏览."""
    page_ = tree_of(text_of(answer.body))
    meta = page_.css_first("div.summary div.meta") or page_.css_first(".summary .meta")
    views = VIEWS.search(meta.text()) if meta is not None else None
    if views is None:
        raise ValueError("the page tells no views")
    heading = page_.css_first("div.summary h1, div.summary .title, h1")
    title = heading.text().strip() if heading is not None else None
    told_ = {"page_id": answer.path.rstrip("/").rsplit("/", 1)[-1], "name": title, "views_shown": "".join(views[1].split())}
    item = Item(kind="topic", told=told_, surface=_surface(answer, name), seen_at=answer.seen_at)
    return Page(endpoint=name, items=(item,))


def _not_found(answer: Answer, name: str) -> Page:
    """The page that stands where a note is refused, and does not say that it is gone."""
    code, says = _error(answer.address)
    return Page(endpoint=name, refusal=Refusal(CODES.get(code or 0, "link"), f"{code or 404} {says or ''}".strip()))


# Rows -------------------------------------------------------------------------------------------------------------------


def _first(told_: Any, *names: str) -> Any:
    """The first of several names under which a thing is told."""
    if isinstance(told_, dict):
        for name in names:
            if told_.get(name) not in (None, ""):
                return told_[name]
    return None


def _object(told_: Any, *names: str) -> dict[str, Any]:
    found = _first(told_, *names)
    return found if isinstance(found, dict) else {}


def note(told_: dict[str, Any], *, surface: str | None, seen: Moment | None) -> Told:
    """A note of a page, an interface or a list, as what is told of it. Raises ValueError when it has no id."""
    note_id = identifier(_first(told_, "note_id", "noteId", "id"))
    if note_id is None:
        raise ValueError("the note has no id")
    user = _object(told_, "user", "user_info", "userInfo")
    counts = _object(told_, "interact_info", "interactInfo") or told_
    text = words(told_.get("desc"))
    return Told(
        platform=NAME,
        post_id=note_id,
        url=f"https://www.xiaohongshu.com/explore/{note_id}",
        **_user(user),
        title=words(_first(told_, "title", "display_title", "displayTitle")),
        text=text,
        published=_published(told_, seen),
        seen=seen,
        kind="original",
        hashtags=_tags(told_, text),
        mentions=_mentions(told_, text),
        region=place(_first(told_, "ip_location", "ipLocation")),
        likes=count(_first(counts, "liked_count", "likedCount", "likes")),
        favourites=count(_first(counts, "collected_count", "collectedCount", "collects")),
        comments=count(_first(counts, "comment_count", "commentCount", "comments")),
        shares=count(_first(counts, "share_count", "shareCount")),
        extra=_extra(told_),
        surface=surface,
    )


def _note_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    return told.rows(note(item.told, surface=item.surface, seen=_seen(item)), format=format, sha256=sha256, origin=origin)


def _gone_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    gone = Told(
        platform=NAME, post_id=item.about, seen=_seen(item), surface=item.surface, status=item.told["status"],
        status_wording=words(item.told.get("says")),
    )  # fmt: skip
    return told.rows(gone, format=format, sha256=sha256, origin=origin)


def _comment_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    comment = item.told
    comment_id = identifier(comment.get("id"))
    if comment_id is None:
        raise ValueError("the comment has no id")
    answered = words(at(_first(comment, "target_comment", "targetComment"), "id")) or words(comment.get("under"))
    text = words(comment.get("content"))
    created = _first(comment, "create_time", "createTime")
    return told.rows(
        Told(
            platform=NAME,
            is_comment=True,
            post_id=comment_id,
            **_user(_object(comment, "user_info", "userInfo")),
            text=text,
            published=moment(created, zone=CHINA) if created else None,
            seen=_seen(item),
            kind="comment",
            parent_id=answered or item.about,
            parent_is_comment=answered is not None,
            root_id=item.about,
            hashtags=topics_in(text) if text else None,
            mentions=_mentions(comment, text),
            region=place(_first(comment, "ip_location", "ipLocation")),
            likes=count(_first(comment, "like_count", "likeCount")),
            comments=count(_first(comment, "sub_comment_count", "subCommentCount")),
            surface=item.surface,
        ),
        format=format, sha256=sha256, origin=origin,
    )  # fmt: skip


def _author_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    user, basic = words(item.told.get("user_id")), inner(item.told, "basic")
    if user is None:
        raise ValueError("the account has no id")
    counted = {words(at(entry, "type")): count(at(entry, "count")) for entry in listed(item.told, "interactions")}
    followers: Count = counted.get(FANS, NOT_TOLD)
    yield Author(
        record_id=record_id(format, sha256, NAME, user),
        platform=NAME,
        author_key=origin.author_key(NAME, user),
        author_id=user,
        seen_at=item.seen_at,
        seen_at_basis="told" if item.seen_at else "import",
        name=words(basic.get("nickname")),
        followers=followers.value,
        followers_grain=followers.grain,
        avatar_url=words(_first(basic, "imageb", "images")),
        bio=words(basic.get("desc")),
        region=place(_first(basic, "ip_location", "ipLocation")),
        run_id=origin.run_id,
    )


def _topic_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    topic = item.told
    tag, topic_id = words(topic.get("name")), words(_first(topic, "id", "page_id"))
    tag = tag.strip("#").strip() or None if tag else None
    views = count(_first(topic, "view_num", "views_shown"))
    discussions, participants = count(topic.get("total_note_count")), count(topic.get("total_user_count"))
    if not (tag or topic_id):
        raise ValueError("the counters tell no hashtag")
    if item.seen_at is None:
        raise ValueError("it is not told when the counters were seen")
    if views.value is None and discussions.value is None and participants.value is None:
        raise ValueError("there is no counter in it")
    yield HashtagCount(
        record_id=record_id(format, sha256, NAME, tag or topic_id or ""),
        platform=NAME,
        tag=tag,
        tag_key=tag_key(tag) if tag else None,
        topic_id=topic_id,
        seen_at=item.seen_at,
        seen_at_basis="told",
        views=views.value,
        views_grain=views.grain,
        discussions=discussions.value,
        discussions_grain=discussions.grain,
        participants=participants.value,
        participants_grain=participants.grain,
        source=item.surface,
        run_id=origin.run_id,
    )


def _user(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "author_id": identifier(_first(user, "user_id", "userId", "userid")),
        "author_name": words(_first(user, "nickname", "nickName", "nick_name")),
        "avatar_url": words(_first(user, "avatar", "image", "images")),
    }


def _published(told_: dict[str, Any], seen: Moment | None) -> Moment | None:
    """When a note was published. Cards may carry it only as a mark in their corner: "3天前", "06-27"."""
    if created := _first(told_, "time", "create_time", "createTime"):
        return moment(created, zone=CHINA)
    for mark in listed(told_, "corner_tag_info") or listed(told_, "cornerTagInfo"):
        shown = words(at(mark, "text"))
        if at(mark, "type") == "publish_time" and shown:
            try:
                return moment(shown, zone=CHINA, seen_at=seen.at if seen else None)
            except ValueError:
                return None  # such as "编辑于 06-27": when it was published is not told
    return None


def _tags(told_: dict[str, Any], text: str | None) -> tuple[str, ...] | None:
    """The topics of a note, as listed and as written in its text."""
    named = _first(told_, "tag_list", "tagList")
    if text is None and not isinstance(named, list):
        return None
    tags = list(topics_in(text or ""))
    keys = {tag_key(tag) for tag in tags}
    for tag in listed(named):
        name = words(at(tag, "name"))
        if name and at(tag, "type") == "topic" and tag_key(name) not in keys:
            keys.add(tag_key(name))
            tags.append(name)
    return tuple(tags)


def _mentions(told_: dict[str, Any], text: str | None) -> tuple[str, ...] | None:
    users = listed(_first(told_, "at_user_list", "atUserList", "at_users", "atUsers"))
    named = [words(_first(user, "nickname", "nickName", "nick_name")) for user in users]
    if text is None and not named:
        return None
    return tuple(dict.fromkeys([name for name in named if name])) or mentions_in(text or "")


def _extra(told_: dict[str, Any]) -> str | None:
    """The type of a note and when it was last changed, as JSON."""
    found: dict[str, Any] = {}
    if kind := words(told_.get("type")):
        found["type"] = kind
    changed = _first(told_, "last_update_time", "lastUpdateTime")
    if changed and changed != told_.get("time"):
        found["edited_at"] = moment(changed, zone=CHINA).at.isoformat()
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True) if found else None


def _seen(item: Item) -> Moment | None:
    return Moment(item.seen_at, "second") if item.seen_at else None


ROWS: dict[str, Callable[[Item, str, str, Origin], Iterator[Any]]] = {
    "note": _note_rows,
    "gone": _gone_rows,
    "comment": _comment_rows,
    "author": _author_rows,
    "topic": _topic_rows,
}

SITE = ("www.xiaohongshu.com", "xiaohongshu.com", "www.rednote.com")
INTERFACE = ("edith.xiaohongshu.com", "webapi.rednote.com", "edith.rednote.com")
HOSTS = frozenset((*SITE, *INTERFACE))
REPORTED_TO_FORBID_ALL = frozenset(SITE)
ROUTES: tuple[tuple[tuple[str, ...], re.Pattern[str], str, Reader], ...] = tuple(
    (hosts, re.compile(path), name, reader)
    for hosts, path, name, reader in (
        (INTERFACE, "/api/sns/web/v[0-9]+/search/notes", "search", _search),
        (INTERFACE, "/api/sns/web/v[0-9]+/feed", "note", _feed),
        (INTERFACE, "/api/sns/web/v[0-9]+/comment/page", "comments", _comments),
        (INTERFACE, "/api/sns/web/v[0-9]+/comment/sub/page", "replies", _comments),
        (INTERFACE, "/api/sns/web/v[0-9]+/user_posted", "user", _user_notes),
        (INTERFACE, "/api/sns/web/v[0-9]+/user/otherinfo", "account", _account),
        (INTERFACE, "/web_api/sns/v[0-9]+/search/topic", "topic search", _topic_search),
        ((*SITE, *INTERFACE), "/web_api/sns/v[0-9]+/page/notes", "topic notes", _topic_notes),
        (SITE, "/(?:explore|discovery/item)/[0-9a-f]{24}", "note page", _note_page),
        (SITE, "/user/profile/[0-9a-f]{24}", "user page", _user_page),
        (SITE, "/user/profile/[0-9a-f]{24}/[0-9a-f]{24}", "note page", _note_page),
        (SITE, "/search_result", "search page", _search_page),
        (SITE, "/page/topics/[0-9A-Za-z]+", "topic page", _topic_page),
        (SITE, "/404(?:/.*)?", "404", _not_found),
    )
)
