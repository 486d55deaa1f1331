"""m.weibo.cn, the mobile web: search, topic feeds and accounts as containers, single posts, long texts, comments."""

import json as _json
import re
from typing import Any
from urllib.parse import quote, unquote

from tests.platforms_server import browser_pages, passport, sessions, texts
from tests.platforms_server.answers import Answer, Request, json, nothing_here, page
from tests.platforms_server.clock import old_time
from tests.platforms_server.platforms import Platforms
from tests.platforms_server.robots import robots
from tests.platforms_server.weibo_posts import mobile, mobile_comment, mobile_user
from tests.platforms_server.world import Post

HOST = "m.weibo.cn"
SIGN_IN = "https://passport.weibo.com/sso/signin?entry=wapsso&source=wapssowb&url=https%3A%2F%2Fm.weibo.cn%2F"
_COMMENTS = 20


def empty() -> Answer:
    """No results, no such account, past the last page: all the same."""
    return json({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}, escaped=True)


def sign_in() -> Answer:
    return json({"ok": -100, "url": SIGN_IN}, block="login")


def answer(request: Request, platforms: Platforms) -> Answer:
    """Sets a cookie of its own for everybody."""
    if request.path == "/robots.txt":
        return robots(HOST, platforms)
    made = _answer(request, platforms)
    if "_T_WM" in request.cookies:
        return made
    return made.with_header("Set-Cookie", f"{platforms.sessions.noise[sessions.MOBILE]}; path=/; domain=.weibo.cn; httponly")


def _answer(request: Request, platforms: Platforms) -> Answer:
    who = platforms.sessions.who(request)
    if request.path == "/api/config":
        return json(
            {"preferQuickapp": 0, "ok": 1, "data": {"login": who == "login", "st": "a1b2c3", "uid": "7100000001" if who == "login" else ""}}
        )
    if who == "nobody":
        return passport.to_visitor(request)
    if who == "expired":
        return sign_in()
    if request.path == "/":
        return page("<!DOCTYPE html><html><head><title>微博</title></head><body><div id='app'></div></body></html>")
    for pattern, make in _ROUTES:
        if found := re.fullmatch(pattern, request.path):
            return make(request, platforms, *found.groups())
    return nothing_here()


# Containers


def _container(request: Request, platforms: Platforms) -> Answer:
    """The container id is one parameter with `=`, `&` and `#` inside; unescaped it falls apart and there is nothing."""
    told = request.query.get("containerid", "")
    if told.startswith(("100103", "231522")):
        kind, query = _asked_in(told[6:])
        if told.startswith("100103"):
            return _search(request, platforms, told, kind, query) if kind and query else empty()
        query = query or _topic_by_id(told, platforms)
        return _feed(request, platforms, told, query) if query else empty()
    if found := re.fullmatch(r"107603(\d+)", told):
        return _account(request, platforms, told, found.group(1))
    if found := re.fullmatch(r"230413(\d+)_-_WEIBO_SECOND_PROFILE_WEIBO", told):
        return _account(request, platforms, told, found.group(1), by_page=True)
    if found := re.fullmatch(r"100505(\d+)", told):
        return _profile(platforms, told, found.group(1))
    if told.startswith("100808"):
        return empty()
    if told.startswith("106003type=25"):
        return _hot(request, platforms, told)
    return empty()


def _asked_in(told: str) -> tuple[str | None, str | None]:
    """Type and query of `type=61&q=#…#`. A hashtag ends with its last `#`, whatever is in it; other words may be escaped once more."""
    found = re.fullmatch(r"type=(\d+)&(?:t=\d+&)?q=(.*)", told, re.DOTALL)
    if not found:
        return None, None
    query = found.group(2) if found.group(2).startswith("#") else unquote(found.group(2))
    return found.group(1), query[: query.rindex("#") + 1] if query.startswith("#") else query


def _topic_by_id(told: str, platforms: Platforms) -> str | None:
    topic = next((one for one in platforms.world.topics.values() if one.containerid == told), None)
    return f"#{topic.name}#" if topic else None


def _search(request: Request, platforms: Platforms, container: str, kind: str, query: str) -> Answer:
    """61 is newest first, 60 by likes, 1 a mix of both; others hold no posts here. A guest sees the first pages only."""
    guest = platforms.sessions.who(request) == "guest"
    if guest and request.page() > platforms.settings.guest_pages:
        return sign_in()
    found = platforms.world.search(query, request.now, private=not guest)
    if kind == "60":
        found = sorted(found, key=lambda post: platforms.world.counts(post, request.now)[0], reverse=True)
    elif kind not in ("1", "61"):
        found = []
    return _listed(request, platforms, container, query, found)


def _feed(request: Request, platforms: Platforms, container: str, query: str) -> Answer:
    return _listed(request, platforms, container, query, platforms.world.search(query, request.now, private=True))


def _listed(request: Request, platforms: Platforms, container: str, query: str, found: list[Post]) -> Answer:
    """Every page but the first begins with the last post of the one before; a topic's banner is on each; the next page is told until
    there is none."""
    size, number, world = platforms.settings.page_size, request.page(), platforms.world
    rows = found[max(0, (number - 1) * size - (number > 1)) : number * size]
    if (number - 1) * size >= len(found) or number > platforms.settings.mobile_pages:
        return empty()
    more = number * size < len(found) and number < platforms.settings.mobile_pages
    cards: list[dict[str, Any]] = [_card(post, request, platforms) for post in [*world.banners(query, request.now), *rows]]
    if number == 1:
        noise = [{"card_type": 4, "desc": "热门"}, {"card_type": 10, "user": mobile_user(next(iter(world.authors.values())))}]
        cards = [
            {"card_type": 11, "show_type": 1, "card_group": noise + cards[:3]},
            *cards[3:],
            {"card_type": 17, "group": [{"title_sub": "相关搜索"}]},
        ]
    cards.append({"card_type": 8, "title": "广告", "pic": "https://wx1.sinaimg.cn/banner.jpg", "scheme": "https://m.weibo.cn/c/banner"})
    info = {
        "containerid": container,
        "v_p": "42",
        "show_style": 1,
        "total": len(found) + number % 3,
        "page": number + 1 if more else None,
        "title_top": query,
        "cardlist_head_cards": [],
    }
    scheme = f"sinaweibo://cardlist?containerid={quote(container, safe='')}"
    return json({"ok": 1, "data": {"cardlistInfo": info, "cards": cards, "showAppTips": 0, "scheme": scheme}}, escaped=True)


def _card(post: Post, request: Request, platforms: Platforms) -> dict[str, Any]:
    """Pictures are a list in most answers, a dictionary in some."""
    mblog = mobile(post, platforms.world, request.now, pictures_as_dict=int(post.mid) % 5 == 0)
    if platforms.settings.old_times:
        mblog["created_at"] = old_time(post.published, request.now)
    scheme = f"https://m.weibo.cn/status/{post.bid}?mblogid={post.bid}&luicode=10000011"
    return {"card_type": 9, "itemid": f"seqid:1|type:1|mid:{post.mid}", "scheme": scheme, "mblog": mblog}


def _account(request: Request, platforms: Platforms, container: str, uid: str, *, by_page: bool = False) -> Answer:
    """Of half of the accounts the list goes on by `since_id` (the last post's id), of the others by page."""
    size, found = platforms.settings.page_size, platforms.world.posts_of(uid, request.now)
    by_page = by_page or int(uid) % 2 == 0
    if by_page:
        start = (request.page() - 1) * size
    else:
        since = int(request.query.get("since_id") or 0)
        start = next((index for index, post in enumerate(found) if int(post.mid) < since), len(found)) if since else 0
    rows, rest = found[start : start + size], found[start + size :]
    if not rows:
        return empty()
    info: dict[str, Any] = {"containerid": container, "v_p": 42, "show_style": 1, "total": platforms.world.authors[uid].posts}
    if by_page:
        info["page"] = request.page() + 1 if rest else None
    elif rest:
        info["since_id"] = int(rows[-1].mid)
    cards = [_card(post, request, platforms) for post in rows]
    return json({"ok": 1, "data": {"cardlistInfo": info, "cards": cards, "scheme": "sinaweibo://cardlist", "showAppTips": 0}}, escaped=True)


def _profile(platforms: Platforms, container: str, uid: str) -> Answer:
    user = platforms.world.authors.get(uid)
    if user is None:
        return empty()
    tabs = [{"id": 2, "tabKey": "weibo", "must_show": 1, "hidden": 0, "title": "微博", "tab_type": "weibo", "containerid": f"107603{uid}"}]
    data = {
        "isVideoCoverStyle": 1,
        "isStarStyle": 0,
        "userInfo": mobile_user(user),
        "fans_scheme": "https://m.weibo.cn/c/attention/visit",
        "follow_scheme": "https://m.weibo.cn/c/attention/visit",
        "tabsInfo": {"selectedTab": 1, "tabs": tabs},
        "profile_ext": f"touid:{uid}",
        "scheme": f"sinaweibo://userinfo?uid={uid}",
        "showAppTips": 0,
    }
    return json({"ok": 1, "data": data}, escaped=True)


def _hot(request: Request, platforms: Platforms, container: str) -> Answer:
    group = []
    for line in platforms.world.hot_list(request.now):
        row: dict[str, Any] = {
            "card_type": 4,
            "desc": line.word,
            "scheme": f"https://m.weibo.cn/search?containerid=100103type%3D1%26t%3D10%26q%3D{quote(line.word, safe='')}",
            "pic": f"https://simg.s.weibo.com/{line.rank or 'top'}.png",
        }
        if line.heat is not None:
            row["desc_extr"] = f"{line.category} {line.heat}" if line.category else line.heat
        if line.ad:
            row["promotion"] = {"monitor_url": []}
        group.append(row)
    cards = [{"card_type": 11, "title": "实时热点，每分钟更新一次", "card_group": group}]
    return json({"ok": 1, "data": {"cardlistInfo": {"containerid": container, "total": len(group)}, "cards": cards}}, escaped=True)


# Single posts


def _found(request: Request, platforms: Platforms, name: str) -> Post | None:
    post = platforms.world.post(name)
    return post if post and post.published <= request.now else None


def _gone(post: Post | None) -> Answer:
    """Of a post that is gone, or never was, only that there is nothing, and in which words."""
    return json({"ok": 0, "msg": post.gone.wording if post and post.gone else "微博不存在或暂无查看权限!"}, escaped=True)


def _show(request: Request, platforms: Platforms) -> Answer:
    post = _found(request, platforms, request.query.get("id", ""))
    if post is None or not platforms.world.there(post, request.now):
        return _gone(post)
    return json({"ok": 1, "data": mobile(post, platforms.world, request.now)}, escaped=True)


def _extend(request: Request, platforms: Platforms) -> Answer:
    post = _found(request, platforms, request.query.get("id", ""))
    if post is None or not platforms.world.there(post, request.now):
        return _gone(post)
    likes, comments, reposts = platforms.world.counts(post, request.now)
    content = texts.mobile(platforms.world.text(post, request.now))
    data = {"ok": 1, "longTextContent": content, "reposts_count": reposts, "comments_count": comments, "attitudes_count": likes}
    return json({"ok": 1, "data": data}, escaped=True)


def _detail(request: Request, platforms: Platforms, name: str) -> Answer:
    """A page with the status in a script; of a post that is gone a page without."""
    post = _found(request, platforms, name)
    if post is None or not platforms.world.there(post, request.now):
        words = post.gone.wording if post and post.gone else "微博不存在或暂无查看权限!"
        shown = f'<div class="h5-4box"><p class="h5-4con">{words}</p></div>'
        return page(f"<!DOCTYPE html><html><head><title>出错了</title></head><body>{shown}</body></html>")
    status = {**mobile(post, platforms.world, request.now), "text": texts.mobile(platforms.world.text(post, request.now))}
    state = _json.dumps(
        [{"status": status, "hotScheme": "https://m.weibo.cn/p/index", "appScheme": "", "callUinversalLink": False}],
        ensure_ascii=False,
        indent=4,
    )
    return page(_DETAIL.replace("STATE", state.replace("</", "<\\/")))


_DETAIL = """<!DOCTYPE html><html><head><meta charset='utf-8'><title>微博正文</title></head><body><div id='app'></div>
<script>
var config = {};
var $render_data = STATE[0] || {};
var __wb_performance_data={v:'v8'};
</script></body></html>"""


def _hotflow(request: Request, platforms: Platforms) -> Answer:
    """Twenty first-level comments a page with all their answers; `max_id` 0 is the end."""
    post = _found(request, platforms, request.query.get("mid") or request.query.get("id", ""))
    if post is None or not platforms.world.there(post, request.now):
        return _gone(post)
    rows = platforms.world.comments_of(post.mid, request.now)
    after = int(request.query.get("max_id") or 0)
    start = next((index + 1 for index, row in enumerate(rows) if int(row.cid) == after), 0) if after else 0
    shown, rest = rows[start : start + _COMMENTS], rows[start + _COMMENTS :]
    if not shown:
        return json({"ok": 0, "msg": "快来发表你的评论吧"}, escaped=True)
    items = [mobile_comment(row, platforms.world, platforms.world.comments_of(post.mid, request.now, root=row.cid)) for row in shown]
    data = {"data": items, "total_number": len(rows), "status": {"comment_manage_info": {}}, "max": 1 + len(rows) // _COMMENTS}
    return json({"ok": 1, "data": {**data, "max_id": int(shown[-1].cid) if rest else 0, "max_id_type": 0}}, escaped=True)


_ROUTES = (
    (r"/api/container/getIndex", _container),
    (r"/statuses/show", _show),
    (r"/statuses/extend", _extend),
    (r"/(?:detail|status)/(\w+)", _detail),
    (r"/comments/hotflow", _hotflow),
    (r"/search", browser_pages.mobile_search),
)
