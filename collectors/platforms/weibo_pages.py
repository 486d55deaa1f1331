"""Weibo's pages in HTML: the search of s.weibo.com, its hot list, and the pages that stand where something else was asked for.

Cards are told by `action-type`, never by their place: the row of buttons has had three and four of them. Where nothing was found the
page says so, and may still list recommended posts: these are not results.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collectors.markup import text_of_html
from collectors.platforms import Refusal, tree_of

SOUND = ("<title>微博搜索</title>", "$render_data", 'class="td-02"', 'class="h5-4con"')
SEARCH = re.compile(r"\$CONFIG\[['\"]product['\"]\]\s*=\s*['\"]search['\"]")
LOGGED_IN = re.compile(r"\$CONFIG\[['\"]islogin['\"]\]\s*=\s*['\"]?1['\"]?")
NO_RESULT = "抱歉，未找到"
TITLE = re.compile(r"<title[^<>]*>(.{0,200}?)</title>", re.IGNORECASE | re.DOTALL)
CAPTCHA = re.compile(r"验证码|安全验证|captcha|geetest", re.IGNORECASE)
VISITOR = re.compile(r"Sina Visitor System|visitor/(?:visitor|mini_original)", re.IGNORECASE)
LOGIN = re.compile(r"passport\.weibo|login\.php|newlogin", re.IGNORECASE)

CARD = "div.card-wrap[action-type=feed_list_item][mid]"
ORIGINAL = "div.card-comment"
VERIFIED = {"vblue": "蓝V", "vyellow": "黄V", "vorange": "红V", "vgold": "金V"}
AUTHOR_AND_POST = re.compile(r"weibo\.com/(?:u/)?(\d+)(?:/(\w+))?")
MID = re.compile(r"(?:^|&)mid=(\d+)")
SPACE = re.compile(r"[ \t\r\n]+")
GONE = re.compile("删除|不存在|无法查看|无法访问|不可见|查看权限")


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """A page of search results. `cards` are HTML; `title` and `counters` stand in its head for a hashtag ("阅读3.2亿")."""

    cards: tuple[str, ...]
    next: dict[str, str] | None
    pages: int
    says: str | None
    logged_in: bool
    title: str | None
    counters: tuple[str, ...]
    left_out: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A post as a card shows it; counts and times as shown. `original` is the id of the post it repeats, `context` says that it is
    that post, `gone` is what stands in its place."""

    mid: str
    bid: str | None = None
    author_id: str | None = None
    author_name: str | None = None
    avatar_url: str | None = None
    verified_kind: str | None = None
    html: str | None = None
    text: str | None = None
    published: str | None = None
    source_client: str | None = None
    likes: str | None = None
    reposts: str | None = None
    comments: str | None = None
    original: str | None = None
    repeats: bool = False
    context: bool = False
    gone: str | None = None


def refusal(text: str) -> Refusal | None:
    """What a page is that stands where something else was asked for; None for a page that is what it should be."""
    if any(sign in text for sign in SOUND) or SEARCH.search(text):
        return None
    title = TITLE.search(text)
    shown = title[1].strip() if title else "a page without a title"
    for kind, pattern in (("visitor", VISITOR), ("captcha", CAPTCHA), ("login", LOGIN)):
        if pattern.search(text):
            return Refusal(kind, shown)
    return Refusal("unknown", shown)


def error(text: str) -> str | None:
    """What the mobile page says where a post should be; None for other pages."""
    if 'class="h5-4con"' not in text or "$render_data" in text:
        return None
    return _text(tree_of(text).css_first("p.h5-4con")) or None


def search(text: str) -> Search:
    """A page of search results."""
    page = tree_of(text)
    nothing = page.css_first("div.card-no-result")
    cards = page.css(CARD)
    left_out = {}
    if nothing is not None or (NO_RESULT in text and _found_none(page, cards)):
        if cards:
            left_out["posts recommended where nothing was found"] = len(cards)
        cards = []
    head = page.css_first("div.card-topic-a") or page.css_first("#pl_topic_header")
    after = page.css_first("a.next[href]")
    return Search(
        cards=tuple(card.html or "" for card in cards),
        next=_next(after.attributes.get("href") or "") if after is not None and cards else None,
        pages=max(1, len(page.css("ul.s-scroll > li"))) if cards else 0,
        says=_text(nothing) or (NO_RESULT if not cards and NO_RESULT in text else None),
        logged_in=LOGGED_IN.search(text) is not None,
        title=_text(head.css_first("h1")) or None if head is not None else None,
        counters=tuple(_text(span) for span in head.css("div.total span")) if head is not None else (),
        left_out=left_out,
    )


def _found_none(page: LexborHTMLParser, cards: list[LexborNode]) -> bool:
    """Whether the page itself says so, and not only a post or a script in it."""
    whole = page.css_first("#pl_feedlist_index") or page.body
    if not cards or whole is None:
        return True
    others = whole.css(f"script, style, {CARD}")
    return whole.text().count(NO_RESULT) > sum(other.text().count(NO_RESULT) for other in others)


def cards_of(html: str) -> Iterator[Card]:
    """The post of a card, then the original it repeats where that is told by its id. Raises ValueError when there is no post in it."""
    card = tree_of(html).css_first(CARD)
    if card is None:
        raise ValueError("there is no post in the card")
    inner = card.css_first(ORIGINAL)
    original = _card(inner, _original_mid(inner), context=True) if inner is not None else None
    if inner is not None:
        inner.decompose()
    mid = (card.attributes.get("mid") or "").strip()
    if not mid.isdigit():
        raise ValueError(f"{mid[:40]!r} is not the id of a Weibo post")
    yield _card(card, mid, original=original.mid or None if original else None, repeats=original is not None)
    if original and original.mid:
        yield original


def long_text_needed(html: str) -> str | None:
    """The id of a card's post where only the beginning of its text is on the page."""
    card = tree_of(html).css_first(CARD)
    if card is None:
        return None
    inner = card.css_first(ORIGINAL)
    if inner is not None:
        inner.decompose()
    whole = card.css_first("p[node-type=feed_list_content_full]")
    return card.attributes.get("mid") if whole is None and card.css_first("a[action-type=fl_unfold]") is not None else None


def hot_list(text: str) -> Iterator[dict[str, Any]]:
    """The entries of the hot list: title, rank (None where pinned), heat as shown, flag, url; nothing of one that has no words. Raises
    ValueError where there is no list."""
    rows = tree_of(text).css("table tbody tr")
    if not rows:
        raise ValueError("there is no hot list on the page")
    for row in rows:
        link = row.css_first("td.td-02 a")
        if link is None or not _text(link):
            yield {}
            continue
        href = next((told for told in (link.attributes.get("href"), link.attributes.get("href_to")) if told and "/weibo" in told), None)
        rank = _text(row.css_first("td.td-01"))
        yield {
            "title": _text(link),
            "rank": int(rank) if rank.isascii() and rank.isdigit() else None,
            "heat": _text(row.css_first("td.td-02 span")) or None,
            "flag": _text(row.css_first("td.td-03")) or None,
            "url": urljoin("https://s.weibo.com/", href) if href else None,
        }


def compact(told: Any) -> str:
    """JSON without spaces, keys sorted."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _card(card: LexborNode, mid: str, **told: Any) -> Card:
    name = card.css_first("a.name") or card.css_first("[node-type=feed_list_forwardContent] > a")
    from_ = card.css_first("div.from") or card.css_first("p.from")
    links = from_.css("a") if from_ is not None else []
    author_id, bid = _author_and_post([*links[:1], *([name] if name is not None else [])])
    html, text = _content(card)
    avatar = card.css_first("div.avator img")
    if told.get("context") and not links and GONE.search(_text(card)):
        return Card(mid=mid, gone=_text(card), **told)
    return Card(
        mid=mid,
        bid=bid,
        author_id=author_id,
        author_name=((name.attributes.get("nick-name") or _text(name)).removeprefix("@").strip() or None) if name is not None else None,
        avatar_url=avatar.attributes.get("src") if avatar is not None else None,
        verified_kind=_verified(card),
        html=html,
        text=text,
        published=_text(links[0]) or None if links else None,
        source_client=_text(links[1]) or None if len(links) > 1 else None,
        likes=_button(card, "feed_list_like"),
        reposts=_button(card, "feed_list_forward"),
        comments=_button(card, "feed_list_comment"),
        **told,
    )


def _content(card: LexborNode) -> tuple[str | None, str | None]:
    """The text of a post as HTML and as text: the whole where the page holds it, hidden. The page pads texts with U+200B."""
    shown = (
        card.css_first("p[node-type=feed_list_content_full]") or card.css_first("p[node-type=feed_list_content]") or card.css_first("p.txt")
    )
    if shown is None:
        return None, None
    for link in shown.css("a[action-type=fl_unfold], a[action-type=fl_fold]"):
        link.decompose()
    for emoji in shown.css("img[title]"):
        if not emoji.attributes.get("alt"):
            emoji.attrs["alt"] = emoji.attributes["title"] or ""
    html = SPACE.sub(lambda space: " " if "\n" in space[0] or "\r" in space[0] else space[0], shown.inner_html or "")
    return html, text_of_html(html).strip("\u200b \n") or None


def _button(card: LexborNode, action: str) -> str | None:
    """What is written on a button: a number, or its own name where nobody has pressed it."""
    button = card.css_first(f"a[action-type={action}]")
    if button is None:
        return None
    number = button.css_first("span.woo-like-count") or (button.css_first("em") if action == "feed_list_like" else None)
    shown = _text(number if number is not None else button)
    return shown if shown or action != "feed_list_like" else "赞"


def _verified(card: LexborNode) -> str | None:
    for use in card.css("svg use"):
        name = next((told for key, told in use.attributes.items() if key.endswith("href") and told), "")
        if kind := VERIFIED.get(name.rpartition("_")[2]):
            return kind
    return None


def _original_mid(inner: LexborNode) -> str:
    for action in ("feed_list_like", "feed_list_forward"):
        button = inner.css_first(f"a[action-type={action}]")
        if button is not None and (mid := MID.search(button.attributes.get("action-data") or "")):
            return mid[1]
    return ""


def _author_and_post(links: list[LexborNode]) -> tuple[str | None, str | None]:
    for link in links:
        if found := AUTHOR_AND_POST.search(link.attributes.get("href") or ""):
            return found[1], found[2]
    return None, None


def _next(href: str) -> dict[str, str]:
    """The parameters of the next page that are other than this one's: its number."""
    page = parse_qs(urlsplit(href).query).get("page", [""])[0]
    return {"page": page} if page else {}


def _text(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node is not None else ""
