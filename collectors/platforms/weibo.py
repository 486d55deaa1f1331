"""Weibo: what its mobile and desktop interfaces answer. Its search pages and lists in HTML are read in `weibo_pages`.

Read: m.weibo.cn search and containers (`api/container/getIndex`), single posts (`statuses/show`, the pages `detail` and `status`), long
texts (`statuses/extend`), comments and reposts; weibo.com/ajax show, longtext, mymblog, searchProfile, search, buildComments,
repostTimeline, hotSearch, hot_band; m.s.weibo.com `ajax_topic/detail` and `ajax_topic/trend`; s.weibo.com search and hot list.

All times are China time. On mobile pages ids are text and counts may be "100万+" or "237万"; the desktop interface sends numbers. A
post is gone by structure alone (`user: null`, `deleted`, ok 0 on the post itself, `visible` at its own address), never by how its text
begins.

History: 2023 `ajax_topic/detail` puts rounded counters under `baseData.sum_all`, before that they stood in `baseData` itself;
both are read. 2026-06 weibo.com/ajax/search/all is gone.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urlsplit

from collectors import told
from collectors.counts import Count, count, displayed
from collectors.formats import Origin
from collectors.hashtags import mentions_in, tags_in
from collectors.markup import text_of_html
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
    weibo_pages,
    within,
)
from collectors.platforms.literal import state_of
from collectors.platforms.weibo_ids import id_of_short_id, short_id_of_id
from collectors.times import CHINA, Moment, moment
from collectors.told import Told, identifier, place, words
from data.model import Author, HashtagCount, HotSearch, Trend, record_id
from data.tags import tag_key

NAME = "weibo"
NAMELESS = "entries of hot lists without words"
HOT_LIST = "realtimehot"  # Weibo's own name of the list at s.weibo.com/top/summary

PUBLIC, FOR_SOME = "0", ("1", "3", "4")  # `visible.type`; 1 is private, 3 and 4 are for groups and close friends
PINNED = "2"  # `mblogtype`
A_POST, A_GROUP = "9", "11"  # `card_type`; a card in a group may lack it
OF_GROUPS = (A_GROUP, None)
# Why a post is gone, by what stands in its place; the first that fits.
WORDINGS = (
    (re.compile("违反|投诉|违规"), "removed_by_platform"),
    (re.compile("半年内"), "half_year_only"),
    (re.compile("作者.{0,4}删除|自行删除"), "deleted_by_author"),
    (re.compile("权限|设置"), "private"),
)
UNREACHABLE = "unreachable"
# verified_type: 1 to 7 are institutions. Persons with a V (0) have it in several colours, which it does not tell.
INSTITUTIONS = range(1, 8)
CUT_LINK = re.compile(r"<(a|span)\b[^<>]*>(?:全文|展开)(?:<i\b[^<>]*>c?</i>)?c?</\1>\s*$")
NAMED = re.compile(r"<a\b[^<>]*>\s?@([^<]{1,60})</a>")
LONG_TEXT = ("longTextContent", "content", "longTextContent_raw")
# What a hashtag's counters are called: exactly in `count`, rounded in `baseData`.
COUNTERS = {
    "views": ("read", "r"),
    "discussions": ("mention", "m"),
    "interactions": ("interact", "interact"),
    "originals": ("ori_m", "ori_m"),
    "participants": ("ori_uv", "ori_uv"),
}
OF_ACCOUNTS = ("lists", "lists_users", "claim_info", "object_attr")
SERIES = {"views": "read", "discussions": "me", "interactions": "partake", "originals": "ori"}
# A month and a day later than this after they were seen are of an earlier year: clocks differ by less.
AHEAD = timedelta(hours=1)
# The slots of a trend where too few are listed to tell: ten minutes unless asked for otherwise.
SLOTS = {"24h": timedelta(hours=1), "7d": timedelta(days=1), "30d": timedelta(days=1)}
SLOT = timedelta(minutes=10)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
# What stands in the address of a captcha, a login and the guest flow, before what was asked for follows in its query.
REFUSING = (
    ("captcha", re.compile(r"captcha|geetest|/sorry|security\.weibo", re.IGNORECASE)),
    ("visitor", re.compile(r"visitor", re.IGNORECASE)),
    ("login", re.compile(r"login|signin|passport|sso", re.IGNORECASE)),
)
# A dead guest's session, or none, where a guest's may do: an ended login leads to other places.
GUEST = ("guest", re.compile(r"weibo\.com/login\.php", re.IGNORECASE))
# What may stand where a post or a list was asked for and does not say that there is none.
NOT_GONE = (
    ("too_fast", re.compile("频繁|繁忙|稍后再试|过快")),
    ("login", re.compile("登录")),
    ("unknown", re.compile("地址不存在")),  # the interface's own
)
# The interface could not look: this says nothing of a post.
FAILED = re.compile("系统|网络|服务器|超时|请求失败|内部错误")
# Where nothing was found and past the last page (这里还没有内容), and under a post that nobody answered (快来发表你的评论吧).
NOTHING_HERE = re.compile("还没有|快来|暂无|没有更多|抢沙发")
STATUSES = {403: "blocked", 414: "blocked", 418: "too_fast", 429: "too_fast", 432: "blocked"}


def endpoint(address: str) -> str | None:
    """The interface or page an address is of: "search", "post", "comments"…; None for what is not read."""
    found = _route(address)
    return found[0] if found else None


def page(answer: Answer) -> Page:
    """What an answer is. Raises ValueError when it is not what its address answers."""
    found = _route(answer.address)
    if found is None:
        raise ValueError(f"nothing is known of {urlsplit(answer.address).path} of {host_of(answer.address)}")
    name, surface, reader = found
    refused = refusal(answer, of_post=name == "post")
    if refused:
        return Page(endpoint=name, refusal=refused)
    return reader(answer, name, surface)


def rows(item: Item, *, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    """The rows one item tells. Raises ValueError when it cannot be read."""
    reader = ROWS[item.kind]
    return reader(item, format, sha256, origin)


def refusal(answer: Answer, of_post: bool = False) -> Refusal | None:
    """The refusal that an answer is, None where it is none. `of_post`: a single post was asked for, which may be gone."""
    if answer.location or 300 <= answer.status < 400:
        where = answer.location or ""
        return Refusal(_kind(where, REFUSING) or "unknown", f"it leads on to {urlsplit(where).netloc or 'another page'}")
    body = answer.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if answer.status in STATUSES and answer.status != 403:
        return Refusal(STATUSES[answer.status], f"HTTP {answer.status}")
    if body.startswith(b"{"):
        try:
            found = json_of(body)
        except ValueError:
            found = {}
        if str(found.get("ok")) == "-100" or str(found.get("errno")) == "-100":
            where = str(found.get("url") or "")
            return Refusal(_kind(where, (GUEST, *REFUSING)) or "login", f"-100 {words(found.get('msg')) or ''}".strip())
        if str(found.get("ok")) == "0":
            says = _says(found) or ""
            for kind, pattern in NOT_GONE:
                if pattern.search(says):
                    return Refusal(kind, says)
            if of_post and (answer.status != 403 or status_of(says) != UNREACHABLE):
                return None
    if answer.status in STATUSES:
        return Refusal(STATUSES[answer.status], f"HTTP {answer.status}")
    if answer.status >= 500:
        return Refusal("server", f"HTTP {answer.status}")
    if answer.status >= 400 and not (of_post and body.startswith(b"{")):
        return Refusal("unknown", f"HTTP {answer.status}")
    return weibo_pages.refusal(text_of(body)) if body.startswith(b"<") else None


def long_text_needed(item: Item) -> str | None:
    """The id to ask the long text of, where an item is a post of which only the beginning was sent."""
    if item.kind == "card":
        return weibo_pages.long_text_needed(item.told["html"])
    if item.kind != "post" or not item.told.get("isLongText") or _long_text(item.told):
        return None
    return _id(item.told)


def is_pinned(item: Item) -> bool:
    """Whether an item is a post that stands above the order of time."""
    return item.kind == "post" and _pinned(item.told)


def status_of(wording: str | None) -> str:
    """The status of a post that is gone, by the wording in its place."""
    return next((status for pattern, status in WORDINGS if pattern.search(wording or "")), UNREACHABLE)


# Addresses --------------------------------------------------------------------------------------------------------------

Reader = Callable[[Answer, str, str], Page]


def _route(address: str) -> tuple[str, str, Reader] | None:
    """An address as its endpoint's name, its surface and what reads its answer."""
    host = host_of(address)
    path = urlsplit(address).path.rstrip("/") if host in HOSTS else ""
    for known, pattern, name, reader in ROUTES:
        if host in known and pattern.fullmatch(path):
            return name, f"{host} {name}", reader
    return None


def _kind(where: str, known: Iterable[tuple[str, re.Pattern[str]]]) -> str | None:
    """The kind of refusal by the address it leads to."""
    place = where.partition("?")[0]
    return next((kind for kind, pattern in known if pattern.search(place)), None)


def _mid(told: Any) -> str | None:
    """A post's id, told as such or as the short one."""
    shown = words(told)
    if shown is None or not (shown.isascii() and shown.isalnum()):
        return None
    return shown if shown.isdigit() else id_of_short_id(shown)


def _from_path(answer: Answer) -> str | None:
    return _mid(answer.path.rstrip("/").rsplit("/", 1)[-1])


# Pages of posts ---------------------------------------------------------------------------------------------------------


def _says(found: dict[str, Any]) -> str | None:
    return words(found.get("msg")) or words(found.get("message"))


def _posts(mblogs: list[Any], answer: Answer, surface: str, about: str | None = None) -> tuple[list[Item], Counter[str]]:
    """Posts as items, each once; those that are not public are counted only."""
    items: dict[str, Item] = {}
    left_out: Counter[str] = Counter()
    for number, mblog in enumerate(objects(mblogs, left_out, "posts")):
        if not _public(mblog):
            left_out["posts that are not public"] += 1
            continue
        key = words(mblog.get("mid")) or words(mblog.get("id")) or f"without id {number}"
        items.setdefault(key, Item(kind="post", told=_public_parts(mblog), about=about, surface=surface, seen_at=answer.seen_at))
    return list(items.values()), left_out


def _single(mblog: dict[str, Any], answer: Answer, name: str, surface: str) -> Page:
    """A post at its own address. One that is not public stands as gone: who follows it has to learn that."""
    kept = _public_parts(mblog) if _public(mblog) else _as_gone(mblog)
    return Page(endpoint=name, items=(Item(kind="post", told=kept, surface=surface, seen_at=answer.seen_at),))


def _public(mblog: dict[str, Any]) -> bool:
    """Whether it is for everybody, or not told for whom. What cannot be read is not taken for public."""
    kind = _for_whom(mblog)
    return kind in (None, "") or words(kind) == PUBLIC


def _for_whom(mblog: dict[str, Any]) -> Any:
    visible = mblog.get("visible") or {}
    return visible.get("type") if isinstance(visible, dict) else visible


def _public_parts(mblog: dict[str, Any]) -> dict[str, Any]:
    """A post as it may be kept: an original that is not public stands as gone."""
    original = mblog.get("retweeted_status")
    if isinstance(original, dict) and not _public(original):
        return {**mblog, "retweeted_status": _as_gone(original)}
    return mblog


def _as_gone(mblog: dict[str, Any]) -> dict[str, Any]:
    """What may be kept of a post that is not public. Where it is gone too, its text is the platform's."""
    kept: dict[str, Any] = {name: mblog[name] for name in ("id", "idstr", "mid", "visible") if name in mblog}
    return {**kept, "user": None, "text": mblog.get("text") if _is_gone(mblog) else ""}


def _container(answer: Answer, name: str, surface: str) -> Page:
    """A page of cards: search, topic, a user's posts. Cards of type 9 hold a post, those of type 11 more cards. Raises ValueError where
    there are none and nothing known says so: a list that breaks off has no end there."""
    found = object_of(answer.body)
    info = inner(found, "data", "cardlistInfo")
    container = str(info.get("containerid") or answer.query.get("containerid", ""))
    shown = shelf(found, "data", "cards")
    if not shown and str(found.get("ok")) != "1" and not _is_said_to_be_empty(found):
        raise ValueError(f"there are neither cards nor word that there are none: {str(found)[:40]!r}")
    if container.startswith("106003"):
        return _hot_container(shown, answer, surface)
    no_cards: Counter[str] = Counter()
    cards = list(_cards(shown, no_cards))
    items, left_out = _posts([card.get("mblog") for card in cards if _of_post(card)], answer, surface)
    user = at(found, "data", "userInfo")
    if isinstance(user, dict) and not cards:
        items = [Item(kind="author", told=user, surface=surface, seen_at=answer.seen_at)]
    next_page = None
    for parameter in ("since_id", "page"):
        if info.get(parameter):
            next_page = {parameter: str(info[parameter])}
            break
    return Page(
        endpoint=name, items=tuple(items), next=next_page if cards else None, total=_first_number(info.get("total")),
        says=_says(found), left_out=left_out + no_cards,
    )  # fmt: skip


def _is_said_to_be_empty(found: dict[str, Any]) -> bool:
    return NOTHING_HERE.search(_says(found) or "") is not None


def _check_empty(found: dict[str, Any]) -> None:
    """Raises ValueError where a list that came empty is not said to be: it breaks off there, or is refused in words that are not known."""
    if str(found.get("ok")) == "0" and not _is_said_to_be_empty(found):
        raise ValueError(f"there is no list, nor word that it is empty: {str(found)[:40]!r}")


def _cards(cards: list[Any], no_cards: Counter[str]) -> Iterator[dict[str, Any]]:
    for card in objects(cards, no_cards, "cards"):
        yield card
        if words(card.get("card_type")) in OF_GROUPS:
            yield from _cards(within(card.get("card_group")), no_cards)


def _of_post(card: dict[str, Any]) -> bool:
    kind = words(card.get("card_type"))
    return kind == A_POST or (kind is None and card.get("mblog") is not None)


def _show(answer: Answer, name: str, surface: str) -> Page:
    """A single post, in `data` (mobile) or at the top (desktop), or word that it is gone."""
    found = object_of(answer.body)
    says = _says(found)
    if str(found.get("ok", 1)) == "0" or found.get("error_code"):
        if status_of(says) == UNREACHABLE and FAILED.search(says or ""):
            raise ValueError(f"neither the post nor word of it: {says}")
        return _gone(answer, name, surface, says)
    mblog = part(found, "data") or found
    if not (mblog.get("id") or mblog.get("mid") or mblog.get("idstr")):
        raise ValueError("the answer holds no post")
    return _single(mblog, answer, name, surface)


def _gone(answer: Answer, name: str, surface: str, says: str | None) -> Page:
    mid = _mid(answer.query.get("id")) or _from_path(answer)
    if mid is None:
        return Page(endpoint=name, says=says)
    item = Item(kind="gone", told={"says": says}, about=mid, surface=surface, seen_at=answer.seen_at)
    return Page(endpoint=name, items=(item,), says=says)


def _detail(answer: Answer, name: str, surface: str) -> Page:
    """The page of a single post, which holds it in `$render_data`."""
    text = text_of(answer.body)
    says = weibo_pages.error(text)
    if says is not None:
        refused = next((Refusal(kind, says) for kind, pattern in NOT_GONE if pattern.search(says)), None)
        return Page(endpoint=name, refusal=refused) if refused else _gone(answer, name, surface, says)
    state = state_of(text, "$render_data")
    mblog = at(state[0], "status") if isinstance(state, list) and state else None
    if isinstance(mblog, dict):
        return _single(mblog, answer, name, surface)
    raise ValueError("the page holds no post")


def _extend(answer: Answer, name: str, surface: str) -> Page:
    """The whole text of a long post, without its id: that is in the address."""
    found = object_of(answer.body)
    data = part(found, "data")
    mid = _mid(answer.query.get("id"))
    if mid is None:
        raise ValueError("the address of the long text tells no post")
    if not any(data.get(name) for name in LONG_TEXT):
        return Page(endpoint=name, says=_says(found))
    item = Item(kind="long text", told=data, about=mid, surface=surface, seen_at=answer.seen_at)
    return Page(endpoint=name, items=(item,))


def _listing(answer: Answer, name: str, surface: str) -> Page:
    """A list of posts: of a user, of a search, of reposts."""
    found = object_of(answer.body)
    data = found.get("data")
    mblogs = shelf(found, "statuses")
    if not mblogs:
        mblogs = data if isinstance(data, list) else shelf(data, "statuses") or shelf(data, "list") or shelf(data, "data")
    if not mblogs:
        _check_empty(found)
    of = _mid(answer.query.get("id")) if name == "reposts" else None
    items, left_out = _posts(mblogs, answer, surface, of)
    asked = answer.query.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    pages = _first_number(found.get("max_page"), at(data, "max"))
    total = _first_number(found.get("total_number"), at(data, "total"), at(data, "total_number"))
    next_page = None
    if mblogs if pages is None else number < pages:
        next_page = {"page": str(number + 1)}
        if at(data, "since_id"):
            next_page["since_id"] = str(at(data, "since_id"))
    heads = found.get("topicHeads") or at(data, "topicHeads")
    if heads and (not isinstance(heads, dict) or heads.get("count")):
        counters = _counters_of({"baseInfo": heads})
        items.append(Item(kind="topic", told=counters, about=answer.query.get("q"), surface=surface, seen_at=answer.seen_at))
    return Page(endpoint=name, items=tuple(items), next=next_page, pages=pages, total=total, says=_says(found), left_out=left_out)


def _first_number(*told: Any) -> int | None:
    return next((number for number in told if isinstance(number, int) and not isinstance(number, bool)), None)


def _comments(answer: Answer, name: str, surface: str) -> Page:
    """Comments, and under each its first replies, which become items of their own."""
    found = object_of(answer.body)
    data = found.get("data")
    comments = data if isinstance(data, list) else shelf(data, "data") or shelf(found, "comments")
    if not comments:
        _check_empty(found)
    asked = _mid(answer.query.get("mid") or answer.query.get("id"))
    left_out: Counter[str] = Counter()
    items = list(_comment_items(comments, answer, surface, asked, left_out))
    source = data if isinstance(data, dict) else found
    last = source.get("max_id")
    next_page = None
    if last and str(last) != "0":
        kind = source.get("max_id_type")
        next_page = {"max_id": str(last)} | ({"max_id_type": str(kind)} if kind is not None else {})
    total = _first_number(source.get("total_number"))
    return Page(endpoint=name, items=tuple(items), next=next_page, total=total, says=_says(found), left_out=left_out)


def _comment_items(comments: list[Any], answer: Answer, surface: str, asked: str | None, left_out: Counter[str]) -> Iterator[Item]:
    for comment in objects(comments, left_out, "comments"):
        alone = {name: value for name, value in comment.items() if name != "comments"}
        if isinstance(answered := alone.get("reply_comment"), dict):
            alone["reply_comment"] = {"id": answered.get("id")}
        yield Item(kind="comment", told=alone, about=asked, surface=surface, seen_at=answer.seen_at)
        yield from _comment_items(within(comment.get("comments")), answer, surface, asked, left_out)


# Rows of posts ----------------------------------------------------------------------------------------------------------


def _post_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    mblog = item.told
    yield from told.rows(_post(mblog, item), format=format, sha256=sha256, origin=origin)
    original = mblog.get("retweeted_status")
    if isinstance(original, dict) and _id_or_none(original):
        yield from told.rows(_post(original, item, context=True), format=format, sha256=sha256, origin=origin)


def _post(mblog: dict[str, Any], item: Item, context: bool = False) -> Told:
    post_id = _id(mblog)
    seen = _seen(item)
    if _is_gone(mblog):
        wording = text_of_html(str(mblog.get("text") or mblog.get("text_raw") or "")) or None
        return Told(
            platform=NAME, post_id=post_id, seen=seen, surface=item.surface, context=context, status=_gone_status(mblog, wording),
            status_wording=wording,
        )  # fmt: skip
    user = inner(mblog, "user")
    html = _html(mblog)
    text = text_of_html(html) or None if html is not None else None
    original = inner(mblog, "retweeted_status")
    root = _id_or_none(original) or identifier(mblog.get("ori_mid"))
    of = item.about if not context and item.about and item.about != post_id else None
    mobile = item.surface.startswith("m.")
    return Told(
        platform=NAME,
        post_id=post_id,
        url=_url(mblog, user, post_id),
        **_account(user),
        text=text,
        published=_moment(mblog.get("created_at"), item),
        seen=seen,
        kind="repost" if original or root or of else "original",
        parent_id=of or root,
        root_id=root or of,
        hashtags=_tags(text, mblog),
        mentions=_mentions(html, text),
        region=place(mblog.get("region_name")),
        source_client=text_of_html(str(mblog.get("source") or "")) or None,
        likes=count(mblog.get("attitudes_count"), mobile),
        reposts=count(mblog.get("reposts_count"), mobile),
        comments=count(mblog.get("comments_count"), mobile),
        extra=_extra(mblog, item),
        surface=item.surface,
        context=context,
    )


def _gone_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    wording = words(item.told.get("says"))
    gone = Told(
        platform=NAME, post_id=item.about, seen=_seen(item), surface=item.surface, status=status_of(wording), status_wording=wording
    )
    return told.rows(gone, format=format, sha256=sha256, origin=origin)


def _long_text_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    html = _text_in(item.told)
    if not html:
        raise ValueError("the answer holds no long text")
    text = text_of_html(html) or None
    whole = Told(
        platform=NAME,
        post_id=item.about,
        text=text,
        seen=_seen(item),
        hashtags=_tags(text, {}),
        mentions=_mentions(html, text),
        likes=count(item.told.get("attitudes_count"), True),
        reposts=count(item.told.get("reposts_count"), True),
        comments=count(item.told.get("comments_count"), True),
        surface=item.surface,
    )
    return told.rows(whole, format=format, sha256=sha256, origin=origin)


def _comment_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    comment = item.told
    comment_id = identifier(comment.get("idstr") or comment.get("id") or comment.get("mid"))
    if comment_id is None:
        raise ValueError("the comment has no id")
    root = identifier(comment.get("rootidstr") or comment.get("rootid"))
    thread = root if root != comment_id else None
    answered = identifier(at(comment, "reply_comment", "id")) or thread
    # Asked for the replies to one comment, the address tells that comment and not the post.
    of_post = item.about if item.about != thread else None
    html = words(comment.get("text")) or words(comment.get("text_raw"))
    text = text_of_html(html) or None if html else None
    user = inner(comment, "user")
    mobile = item.surface.startswith("m.")
    return told.rows(
        Told(
            platform=NAME,
            is_comment=True,
            post_id=comment_id,
            **_account(user),
            text=text,
            published=_moment(comment.get("created_at"), item),
            seen=_seen(item),
            kind="comment",
            parent_id=answered or of_post,
            parent_is_comment=answered is not None,
            root_id=of_post,
            hashtags=_tags(text, {}),
            mentions=_mentions(html, text),
            region=place(comment.get("source")),
            likes=count(comment.get("like_count", comment.get("like_counts")), mobile),
            comments=count(comment.get("total_number"), mobile),
            surface=item.surface,
        ),
        format=format, sha256=sha256, origin=origin,
    )  # fmt: skip


def _card_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    """A card of a search page, and the original within it."""
    for card in weibo_pages.cards_of(item.told["html"]):
        text = card.text
        yield from told.rows(
            Told(
                platform=NAME,
                post_id=card.mid,
                url=_url({"bid": card.bid}, {"id": card.author_id}, card.mid),
                author_id=card.author_id,
                author_name=card.author_name,
                avatar_url=card.avatar_url,
                verified=card.verified_kind is not None,
                verified_kind=card.verified_kind or "普通用户",
                text=text,
                published=_moment(card.published, item),
                seen=_seen(item),
                kind="repost" if card.repeats else "original",
                parent_id=card.original,
                root_id=card.original,
                hashtags=_tags(text, {}),
                mentions=_mentions(card.html, text),
                source_client=card.source_client,
                likes=count(card.likes),
                reposts=count(card.reposts),
                comments=count(card.comments),
                surface=item.surface,
                context=card.context,
            )
            if not card.gone
            else Told(
                platform=NAME, post_id=card.mid, seen=_seen(item), surface=item.surface, context=card.context,
                status=status_of(card.gone), status_wording=card.gone,
            ),
            format=format, sha256=sha256, origin=origin,
        )  # fmt: skip


def _author_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    account = _account(item.told)
    if not account["author_id"]:
        raise ValueError("the account has no id")
    followers: Count = account["followers"]
    yield Author(
        record_id=record_id(format, sha256, NAME, account["author_id"]),
        platform=NAME,
        author_key=origin.author_key(NAME, account["author_id"]),
        author_id=account["author_id"],
        seen_at=item.seen_at,
        seen_at_basis="told" if item.seen_at else "import",
        name=account["author_name"],
        followers=followers.value,
        followers_grain=followers.grain,
        posts=account["author_posts"].value,
        verified=account["verified"],
        verified_kind=account["verified_kind"],
        avatar_url=account["avatar_url"],
        bio=account["bio"],
        run_id=origin.run_id,
    )


def _account(user: dict[str, Any]) -> dict[str, Any]:
    """What an object tells of an account, as `Told` names it."""
    verified = user.get("verified")
    return {
        "author_id": identifier(user.get("idstr") or user.get("id")),
        "author_name": words(user.get("screen_name")),
        "avatar_url": words(user.get("avatar_hd")) or words(user.get("profile_image_url")),
        "bio": words(user.get("description")),
        "verified": verified if isinstance(verified, bool) else None,
        "verified_kind": verified_kind(user.get("verified_type"), verified),
        "followers": count(user.get("followers_count")),
        "author_posts": count(user.get("statuses_count")),
    }


def verified_kind(kind: Any, verified: Any) -> str | None:
    """The V of an account, by its `verified_type`."""
    if kind in INSTITUTIONS:
        return "蓝V"
    if kind == -1:
        return "普通用户"
    return "黄V" if kind == 0 and verified else None


def _id(mblog: dict[str, Any]) -> str:
    found = _id_or_none(mblog)
    if found is None:
        raise ValueError("the post has no id")
    return found


def _id_or_none(mblog: dict[str, Any]) -> str | None:
    found = identifier(mblog.get("idstr") or mblog.get("mid") or mblog.get("id"))
    if found and not found.isdigit():
        raise ValueError(f"{found[:40]!r} is not the id of a Weibo post")
    return found


def _url(mblog: dict[str, Any], user: dict[str, Any], post_id: str) -> str:
    author = identifier(user.get("idstr") or user.get("id"))
    if author is None:
        return f"https://m.weibo.cn/detail/{post_id}"
    short = words(mblog.get("bid")) or words(mblog.get("mblogid")) or short_id_of_id(post_id)
    return f"https://weibo.com/{author}/{short}"


def _is_gone(mblog: dict[str, Any]) -> bool:
    return ("user" in mblog and mblog["user"] is None) or str(mblog.get("deleted") or "0") not in ("0", "False")


def _gone_status(mblog: dict[str, Any], wording: str | None) -> str:
    """By the words in its place, else by whom it is for: what other values than these mean is not known."""
    if wording or _public(mblog):
        return status_of(wording)
    return "private" if words(_for_whom(mblog)) in FOR_SOME else "unknown"


def _html(mblog: dict[str, Any]) -> str | None:
    """A post's text as HTML: the whole where it was sent, else what was, without the link to the whole."""
    html = _long_text(mblog) or words(mblog.get("text")) or words(mblog.get("text_raw")) or words(mblog.get("raw_text"))
    return CUT_LINK.sub("", html) if html else None


def _long_text(mblog: dict[str, Any]) -> str | None:
    whole = mblog.get("longText")
    return _text_in(whole) if isinstance(whole, dict) else None


def _text_in(whole: dict[str, Any]) -> str | None:
    return next((html for name in LONG_TEXT if (html := words(whole.get(name)))), None)


def _tags(text: str | None, mblog: dict[str, Any]) -> tuple[str, ...] | None:
    """The hashtags of a text, and those that only `topic_struct` tells, which lists super-topics (超话) too: these are none."""
    if text is None:
        return None
    tags = list(tags_in(text))
    keys = {tag_key(tag) for tag in tags}
    for topic in listed(mblog, "topic_struct"):
        title = words(at(topic, "topic_title")) or words(at(topic, "title"))
        if title and not title.strip("#").endswith(("超话", "[超话]")) and tag_key(title) not in keys:
            keys.add(tag_key(title))
            tags.append(title.strip("#"))
    return tuple(tags)


def _mentions(html: str | None, text: str | None) -> tuple[str, ...] | None:
    """The @names of a text: those that are links, or where none is, those the text shows."""
    if text is None:
        return None
    linked = tuple(dict.fromkeys(name for shown in NAMED.findall(html or "") if (name := text_of_html(shown))))
    return linked or mentions_in(text)


def _extra(mblog: dict[str, Any], item: Item) -> str | None:
    """What is known of a post's edits, and whether it is pinned, as JSON."""
    found: dict[str, Any] = {}
    if isinstance(mblog.get("edit_count"), int):
        found["edit_count"] = mblog["edit_count"]
    if edited := _moment(mblog.get("edit_at"), item):
        found["edited_at"] = edited.at.isoformat()
    if _pinned(mblog):
        found["pinned"] = True
    return weibo_pages.compact(found) if found else None


def _pinned(mblog: dict[str, Any]) -> bool:
    return words(mblog.get("mblogtype")) == PINNED or mblog.get("isTop") in (1, "1", True) or at(mblog, "title", "text") == "置顶"


def _moment(shown: Any, item: Item) -> Moment | None:
    return moment(shown, zone=CHINA, seen_at=item.seen_at, ahead=AHEAD) if shown else None


def _seen(item: Item) -> Any:
    return told.Moment(item.seen_at, "second") if item.seen_at else None


# Hashtags ---------------------------------------------------------------------------------------------------------------


def _topic(answer: Answer, name: str, surface: str) -> Page:
    """A hashtag's counters. A word that is no registered topic has none: the page is empty."""
    found = object_of(answer.body)
    if str(found.get("code", "100000")) != "100000":
        raise ValueError(f"the topic's counters are not told: {found.get('code')} {_says(found) or ''}".strip())
    data = part(found, "data")
    if not (part(data, "baseInfo").get("count") or at(data, "baseData")) or _is_no_topic(data):
        return Page(endpoint=name, says=_says(found))
    item = Item(kind="topic", told=_counters_of(data), about=answer.query.get("q"), surface=surface, seen_at=answer.seen_at)
    return Page(endpoint=name, items=(item,))


def _is_no_topic(data: Any) -> bool:
    """A word that nobody registered may get counters that are all zero, and no container: missing, not 0."""
    if at(data, "baseInfo", "object", "biz", "containerid"):
        return False
    exact, shown = inner(data, "baseInfo", "count"), _shown(inner(data, "baseData"))
    return not any(_is_something(exact.get(exactly)) or _is_something(shown.get(roughly)) for exactly, roughly in COUNTERS.values())


def _is_something(shown: Any) -> bool:
    value = shown.get("val", shown) if isinstance(shown, dict) else shown
    return bool(value) and str(value).strip("0.") != ""


def _shown(rounded: dict[str, Any]) -> dict[str, Any]:
    """The counters as the page shows them, in the old shape too."""
    return inner(rounded, "sum_all") or rounded


def _counters_of(data: Any) -> dict[str, Any]:
    """The counters and what the topic is, without the accounts listed beside them."""
    info = {name: value for name, value in inner(data, "baseInfo").items() if name not in OF_ACCOUNTS}
    return {"baseInfo": info, "baseData": data.get("baseData")}


def _topic_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    info, rounded = inner(item.told, "baseInfo"), inner(item.told, "baseData")
    exact, shown = inner(info, "count"), _shown(rounded)
    counters: dict[str, Any] = {}
    for name, (exactly, roughly) in COUNTERS.items():
        found = count(exact.get(exactly))
        if found.value is None:
            found = displayed(shown.get(roughly))
        counters |= {name: found.value, f"{name}_grain": found.grain}
    tag = words(info.get("topic_ori")) or words(at(info, "object", "display_name")) or words(item.about)
    topic = words(at(info, "object", "biz", "containerid"))
    yield _hashtag_count(item, tag, topic, counters, format, sha256, origin)


def _hashtag_count(
    item: Item, tag: str | None, topic: str | None, counters: dict[str, Any], format: str, sha256: str, origin: Origin
) -> HashtagCount:
    tag = (tag or "").strip().strip("#").strip() or None
    if not (tag or topic):
        raise ValueError("the counters tell no hashtag")
    if item.seen_at is None:
        raise ValueError("it is not told when the counters were seen")
    if all(value is None for value in counters.values()):
        raise ValueError("there is no counter in it")
    return HashtagCount(
        record_id=record_id(format, sha256, NAME, tag or topic or ""),
        platform=NAME,
        tag=tag,
        tag_key=tag_key(tag) if tag else None,
        topic_id=topic,
        seen_at=item.seen_at,
        seen_at_basis="told",
        source=item.surface,
        run_id=origin.run_id,
        **counters,
    )


def _header_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    """The counters in the head of a search page: 阅读3.2亿, 讨论1.4万."""
    counters: dict[str, Any] = {}
    for name, label in (("views", "阅读"), ("discussions", "讨论")):
        shown = next((text for text in listed(item.told, "counters") if str(text).startswith(label)), None)
        found = count(shown)
        counters |= {name: found.value, f"{name}_grain": found.grain}
    yield _hashtag_count(item, words(item.told.get("title")), None, counters, format, sha256, origin)


def _trend(answer: Answer, name: str, surface: str) -> Page:
    """What a hashtag gained in each slot."""
    found = object_of(answer.body)
    data = {series: shelf(found, "data", series) for series in SERIES.values()}
    if not any(data.values()):
        return Page(endpoint=name, says=_says(found))
    shown = {"data": data, "time": answer.query.get("time")}
    item = Item(kind="trend", told=shown, about=answer.query.get("q"), surface=surface, seen_at=answer.seen_at)
    return Page(endpoint=name, items=(item,))


def _trend_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    tag = (item.about or "").strip().strip("#").strip()
    if not tag:
        raise ValueError("the address of the trend tells no hashtag")
    if item.seen_at is None:
        raise ValueError("it is not told when the trend was seen, and its slots hang on that")
    slots: dict[datetime, dict[str, Any]] = {}
    for name, series in SERIES.items():
        points = [point for point in listed(item.told, "data", series) if isinstance(point, dict)]
        starts = slot_starts([str(point.get("time")) for point in points], item.seen_at)
        for start, point in zip(starts, points, strict=True):
            slots.setdefault(start, {})[name] = count(point.get("value")).value
    length = _slot(sorted(slots), item.told.get("time"))
    identity = record_id(format, sha256, NAME, tag)
    for start, values in sorted(slots.items()):
        yield Trend(
            record_id=identity,
            platform=NAME,
            tag=tag,
            tag_key=tag_key(tag),
            slot_start=start,
            slot_seconds=int(length.total_seconds()),
            partial=item.seen_at - start < length,
            seen_at=item.seen_at,
            seen_at_basis="told",
            source=item.surface,
            run_id=origin.run_id,
            **values,
        )


def slot_starts(labels: list[str], seen_at: datetime) -> list[datetime]:
    """When the slots of a trend began (UTC), by their labels, oldest first: "22:40" without a date, or a date with or without a clock.
    The last one without a date is the newest such time no later than `seen_at`, each earlier one the newest before its follower."""
    found: list[datetime] = []
    latest = seen_at
    for label in reversed(labels):
        if CLOCK.fullmatch(label):
            start = moment(f"今天{label}", zone=CHINA, seen_at=latest).at
            while start > latest:
                start -= timedelta(days=1)
            latest = start - timedelta(seconds=1)
        else:
            start = moment(label, zone=CHINA, seen_at=seen_at).at
        found.append(start)
    return found[::-1]


def _slot(starts: list[datetime], asked: str | None) -> timedelta:
    steps = [later - earlier for earlier, later in pairwise(starts)]
    return min(steps) if steps else SLOTS.get(asked or "", SLOT)


# Hot lists --------------------------------------------------------------------------------------------------------------


def _hot_search(answer: Answer, name: str, surface: str) -> Page:
    """The list beside the search box: `realtime`, and pinned above it `hotgov`."""
    found = object_of(answer.body)
    data = part(found, "data")
    pinned = [data["hotgov"]] if data.get("hotgov") else []
    entries = [*pinned, *shelf(data, "hotgovs"), *(shelf(data, "realtime") or shelf(data, "band_list"))]
    named = [entry for entry in entries if words(at(entry, "word"))]
    nameless = len(entries) - len(named)
    items = {
        words(entry["word"]): _entry(
            answer, surface, title=entry["word"], rank=_rank(entry), heat=entry.get("num"),
            flag=words(entry.get("label_name")) or words(entry.get("icon_desc")) or ("商" if entry.get("is_ad") else None),
        )
        for entry in named
    }  # fmt: skip
    return Page(endpoint=name, items=tuple(items.values()), says=_says(found), left_out={NAMELESS: nameless} if nameless else {})


def _rank(entry: dict[str, Any]) -> int | None:
    """`realpos` is the number shown; `rank` counts from 0 and counts adverts too."""
    if entry.get("is_ad"):
        return None
    if isinstance(entry.get("realpos"), int):
        return entry["realpos"] or None
    return entry["rank"] + 1 if isinstance(entry.get("rank"), int) else None


def _hot_container(cards: list[Any], answer: Answer, surface: str) -> Page:
    """The mobile hot list is the first group; what rises stands below it. Entries without a heat are pinned or adverts and have no rank.
    One that cannot be read takes its rank."""
    items, rank = [], 0
    left_out: Counter[str] = Counter()
    for entry in next((group for card in cards if (group := listed(card, "card_group"))), cards):
        title, heat = words(at(entry, "desc")), at(entry, "desc_extr")
        ranked = not title or heat not in (None, "")
        rank += ranked
        if title:
            items.append(_entry(answer, surface, title=title, rank=rank if ranked else None, heat=words(heat), flag=None))
        else:
            left_out[NAMELESS] += 1
    return Page(endpoint="hot list", items=tuple(items), left_out=left_out)


def _entry(answer: Answer, surface: str, **entry: Any) -> Item:
    return Item(kind="hot search", told={"list": HOT_LIST, **entry}, surface=surface, seen_at=answer.seen_at)


def _hot_rows(item: Item, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    title = (words(item.told.get("title")) or "").strip("#").strip()
    if not title:
        raise ValueError("the entry has no title")
    if item.seen_at is None:
        raise ValueError("it is not told when the list was seen")
    heat = re.search(r"\d{1,18}$", str(item.told.get("heat") or "")[-30:])  # "剧集 12345"
    yield HotSearch(
        record_id=record_id(format, sha256, NAME, title),
        platform=NAME,
        list=item.told["list"],
        title=title,
        tag_key=tag_key(title),
        rank=item.told.get("rank"),
        heat=count(heat[0]).value if heat else None,
        flag=words(item.told.get("flag")),
        url=words(item.told.get("url")),
        seen_at=item.seen_at,
        seen_at_basis="told",
        seen_at_grain="second",
        run_id=origin.run_id,
    )


# Pages in HTML ----------------------------------------------------------------------------------------------------------


def _search_page(answer: Answer, name: str, surface: str) -> Page:
    text = text_of(answer.body)
    if weibo_pages.refusal(text):
        raise ValueError("something else stands where a page of the search should")
    found = weibo_pages.search(text)
    surface += ", logged in" if found.logged_in else ""
    items = [Item(kind="card", told={"html": card}, surface=surface, seen_at=answer.seen_at) for card in found.cards]
    if found.counters:
        header = {"title": found.title, "counters": list(found.counters)}
        items.append(Item(kind="header", told=header, surface=surface, seen_at=answer.seen_at))
    return Page(endpoint=name, items=tuple(items), next=found.next, pages=found.pages, says=found.says, left_out=found.left_out)


def _summary_page(answer: Answer, name: str, surface: str) -> Page:
    list_ = unquote(answer.query.get("cate", HOT_LIST))
    entries = list(weibo_pages.hot_list(text_of(answer.body)))
    items = (Item(kind="hot search", told={"list": list_, **entry}, surface=surface, seen_at=answer.seen_at) for entry in entries if entry)
    nameless = entries.count({})
    return Page(endpoint=name, items=tuple(items), left_out={NAMELESS: nameless} if nameless else {})


ROWS: dict[str, Callable[[Item, str, str, Origin], Iterator[Any]]] = {
    "post": _post_rows,
    "gone": _gone_rows,
    "long text": _long_text_rows,
    "comment": _comment_rows,
    "card": _card_rows,
    "author": _author_rows,
    "topic": _topic_rows,
    "header": _header_rows,
    "trend": _trend_rows,
    "hot search": _hot_rows,
}

MOBILE, DESKTOP, SEARCH, TOPICS = ("m.weibo.cn",), ("weibo.com", "www.weibo.com"), ("s.weibo.com",), ("m.s.weibo.com",)
HOSTS = frozenset((*MOBILE, *DESKTOP, *SEARCH, *TOPICS))
REPORTED_TO_FORBID_ALL = frozenset(DESKTOP)
ROUTES: tuple[tuple[tuple[str, ...], re.Pattern[str], str, Reader], ...] = tuple(
    (hosts, re.compile(path), name, reader)
    for hosts, path, name, reader in (
        (MOBILE, "/api/container/getIndex", "container", _container),
        (MOBILE, "/statuses/show", "post", _show),
        (MOBILE, "/(?:detail|status)/[0-9A-Za-z]+", "post page", _detail),
        (MOBILE, "/statuses/extend", "long text", _extend),
        (MOBILE, "/comments/hot[fF]low(?:Child)?", "comments", _comments),
        (MOBILE, "/api/comments/show", "comments", _comments),
        (MOBILE, "/api/statuses/repostTimeline", "reposts", _listing),
        (DESKTOP, "/ajax/statuses/show", "post", _show),
        (DESKTOP, "/ajax/statuses/longtext", "long text", _extend),
        (DESKTOP, "/ajax/statuses/(?:mymblog|searchProfile)", "user", _listing),
        (DESKTOP, "/ajax/statuses/search", "search", _listing),
        (DESKTOP, "/ajax/statuses/buildComments", "comments", _comments),
        (DESKTOP, "/ajax/statuses/repostTimeline", "reposts", _listing),
        (DESKTOP, "/ajax/side/hotSearch", "hot list", _hot_search),
        (DESKTOP, "/ajax/statuses/hot_band", "hot list", _hot_search),
        (TOPICS, "/ajax_topic/detail", "topic", _topic),
        (TOPICS, "/ajax_topic/trend", "trend", _trend),
        (SEARCH, "/(?:weibo|realtime|hot)(?:/.*)?", "search page", _search_page),
        (SEARCH, "/top/summary", "hot list", _summary_page),
    )
)
