"""weibo.com: the desktop's JSON under /ajax. A guest reads single posts, comments and reposts; searching wants a login."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tests.platforms_server import browser_pages, passport, texts
from tests.platforms_server.answers import Answer, Request, json, page
from tests.platforms_server.m_s_weibo_com import base_info
from tests.platforms_server.platforms import Platforms
from tests.platforms_server.robots import robots
from tests.platforms_server.weibo_posts import desktop, desktop_comment
from tests.platforms_server.world import Post

HOST = "weibo.com"
_MINE = 20


def log_in() -> Answer:
    return json({"ok": -100, "url": "https://weibo.com/login.php?url=https%3A%2F%2Fweibo.com%2F"}, block="login")


def answer(request: Request, platforms: Platforms) -> Answer:
    if request.path == "/robots.txt":
        return robots(HOST, platforms)
    if request.path == "/login.php":
        return page("<html><head><title>微博-登录</title></head><body>登录</body></html>")
    return _with_xsrf(request, platforms, _answer(request, platforms))


def _answer(request: Request, platforms: Platforms) -> Answer:
    open_to_all = {"/ajax/side/hotSearch": _hot_search, "/ajax/statuses/hot_band": _hot_band}
    if make := open_to_all.get(request.path):
        return make(request, platforms)
    who = platforms.sessions.who(request)
    if who == "nobody":
        return passport.to_visitor(request)
    if who == "expired":
        return log_in()
    if re.fullmatch(r"/\d+/\w+", request.path):
        return browser_pages.desktop_post(request, platforms)
    if not request.path.startswith("/ajax/"):
        return page("<!DOCTYPE html><html><head><title>微博</title></head><body><div id='app'></div></body></html>")
    if _xsrf_forgotten(request, platforms):
        return json({"ok": 0, "message": "X-XSRF-TOKEN"}, status=403, block="HTTP 403")
    if (make := _WITH_LOGIN.get(request.path)) and who != "login":
        return log_in()
    make = make or _ROUTES.get(request.path)
    if make is None:
        return json({"ok": 0, "message": "地址不存在"}, status=404)
    made = make(request, platforms)
    return made.with_header("x-log-uid", "7100000001") if who == "login" else made


def _xsrf_forgotten(request: Request, platforms: Platforms) -> bool:
    """Once the cookie is there it has to come back as a header too."""
    cookie = request.cookies.get("XSRF-TOKEN")
    if platforms.sessions.open_house:
        return False
    return cookie is not None and request.headers.get("x-xsrf-token") != cookie


def _with_xsrf(request: Request, platforms: Platforms, made: Answer) -> Answer:
    if "XSRF-TOKEN" in request.cookies:
        return made
    return made.with_header("Set-Cookie", f"XSRF-TOKEN={platforms.sessions.xsrf}; path=/; domain=.weibo.com; secure")


# Single posts


def _found(request: Request, platforms: Platforms, name: str) -> Post | None:
    post = platforms.world.post(name)
    return post if post and post.published <= request.now else None


def _gone(post: Post | None) -> Answer:
    return json(
        {"ok": 0, "error_code": 20101, "error_type": "toast", "message": post.gone.wording if post and post.gone else "该微博不存在"},
        escaped=True,
    )


def _show(request: Request, platforms: Platforms) -> Answer:
    """The post itself with `ok` beside its fields. Of one that is gone either the placeholder or an error, as the id has it."""
    post = _found(request, platforms, request.query.get("id", ""))
    if post is None or (not platforms.world.there(post, request.now) and int(post.mid) % 2):
        return _gone(post)
    whole = request.query.get("isGetLongText") == "true"
    return json({**desktop(post, platforms.world, request.now, whole=whole), "ok": 1}, escaped=True)


def _longtext(request: Request, platforms: Platforms) -> Answer:
    post = _found(request, platforms, request.query.get("id", ""))
    if post is None or not platforms.world.there(post, request.now):
        return _gone(post)
    text = platforms.world.text(post, request.now)
    if not texts.is_long(text):
        return json({"ok": 1, "data": {}})
    return json({"ok": 1, "http_code": 200, "data": {"longTextContent_raw": text, "longTextContent": texts.desktop(text)}}, escaped=True)


# Lists


def _mine(request: Request, platforms: Platforms) -> Answer:
    found = platforms.world.posts_of(request.query.get("uid", ""), request.now)
    rows = found[(request.page() - 1) * _MINE : request.page() * _MINE]
    data = {"since_id": f"{rows[-1].mid}kp{request.page() + 1}" if rows else "", "list": _rows(rows, request, platforms)}
    return json({"ok": 1, "data": {**data, "status_visible": 0, "topicList": [], "total": len(found)}}, escaped=True)


def _search_profile(request: Request, platforms: Platforms) -> Answer:
    """One account's posts between two times, in epoch seconds."""
    since, until = (_epoch(request.query.get(name)) for name in ("starttime", "endtime"))
    words = request.query.get("q", "")
    found = [
        post
        for post in platforms.world.posts_of(request.query.get("uid", ""), request.now)
        if (since is None or since <= post.published) and (until is None or post.published <= until)
        if platforms.world.matches(post, words, request.now)
    ]
    rows = found[(request.page() - 1) * _MINE : request.page() * _MINE]
    return json({"ok": 1, "data": {"list": _rows(rows, request, platforms), "total": len(found)}}, escaped=True)


def _epoch(told: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(told), UTC) if told and told.isdigit() else None


def _rows(posts: list[Post], request: Request, platforms: Platforms) -> list[dict[str, Any]]:
    return [desktop(post, platforms.world, request.now) for post in posts]


def _comments(request: Request, platforms: Platforms) -> Answer:
    """First-level comments of a post, or with fetch_level=1 the answers to one comment. `max_id` 0 is the end."""
    name, count = request.query.get("id", ""), _number(request.query.get("count"), 20)
    if request.query.get("fetch_level") == "1":
        top = next((row for row in platforms.world.comments if row.cid == name), None)
        rows = platforms.world.comments_of(top.post, request.now, root=name) if top else []
    else:
        post = _found(request, platforms, name)
        if post is None or not platforms.world.there(post, request.now):
            return _gone(post)
        rows = platforms.world.comments_of(post.mid, request.now)
    after = _number(request.query.get("max_id"), 0)
    start = next((index + 1 for index, row in enumerate(rows) if int(row.cid) == after), 0) if after else 0
    shown, rest = rows[start : start + count], rows[start + count :]
    data = [
        desktop_comment(row, platforms.world, [] if row.root else platforms.world.comments_of(row.post, request.now, root=row.cid))
        for row in shown
    ]
    more = {"total_number": len(rows), "max_id": int(shown[-1].cid) if rest else 0, "trendsText": "", "filter_group": []}
    return json({"ok": 1, "data": data, **more}, escaped=True)


def _reposts(request: Request, platforms: Platforms) -> Answer:
    post = _found(request, platforms, request.query.get("id", ""))
    if post is None or not platforms.world.there(post, request.now):
        return _gone(post)
    count = min(20, _number(request.query.get("count"), 10))
    found = platforms.world.reposts_of(post.mid, request.now)
    rows = found[(request.page() - 1) * count : request.page() * count]
    pages = -(-len(found) // count)
    return json(
        {"ok": 1, "data": _rows(rows, request, platforms), "total_number": len(found), "max_page": pages, "next_cursor": 0}, escaped=True
    )


def _number(told: str | None, otherwise: int) -> int:
    return int(told) if told and told.isdigit() and int(told) > 0 else otherwise


# Search and hot lists


def _search(request: Request, platforms: Platforms) -> Answer:
    """Newest first, as pages; on a hashtag's first page its counters stand beside the posts."""
    query, number, size = request.query.get("q", ""), request.page(), platforms.settings.page_size
    found = platforms.world.search(query, request.now, private=True)
    rows = (
        found[max(0, (number - 1) * size - (number > 1)) : number * size]
        if number <= platforms.settings.page_cap and (number - 1) * size < len(found)
        else []
    )
    posts = _rows([*platforms.world.banners(query, request.now), *rows] if rows else [], request, platforms)
    value: dict[str, Any] = {"ok": 1}
    outer, _, inner = platforms.settings.search_key.partition(".")
    value[outer] = {inner: posts} if inner else posts
    topic = platforms.world.topics.get(query.strip("#"))
    if number == 1 and topic and query.startswith("#"):
        heads = base_info(topic, platforms.world, request.now)
        value["topicHeads"] = {
            **{name: heads[name] for name in ("topic_ori", "object", "count", "claim_info") if name in heads},
            "object_attr": {"intention": {"topping_docs_topic": f"{rows[0].mid}_{rows[0].uid}"}} if rows else {},
        }
    return json(value, escaped=True)


def _dead(request: Request, platforms: Platforms) -> Answer:
    return json({"ok": 0, "message": "地址不存在"}, status=404)


def _hot_search(request: Request, platforms: Platforms) -> Answer:
    lines = platforms.world.hot_list(request.now)
    rows = [
        {
            "word": line.word.strip("#"),
            "word_scheme": line.word if line.word.startswith("#") else f"#{line.word}#",
            "note": line.word.strip("#"),
            "num": line.heat or 0,
            "realpos": line.rank or 0,
            "rank": index,
            "label_name": line.flag,
            "icon_desc": line.flag,
            "category": line.category,
            "onboard_time": int(platforms.world.start.timestamp()),
            **({"is_ad": 1} if line.ad else {}),
        }
        for index, line in enumerate(lines[1:])
    ]
    top = {
        "word": lines[0].word.strip("#"),
        "name": f"#{lines[0].word.strip('#')}#",
        "url": f"https://s.weibo.com/weibo?q={quote(lines[0].word)}",
        "icon_desc": lines[0].flag,
    }
    return json({"ok": 1, "data": {"hotgov": top, "hotgovs": [top], "realtime": rows}}, escaped=True)


def _hot_band(request: Request, platforms: Platforms) -> Answer:
    lines = [line for line in platforms.world.hot_list(request.now) if line.rank or line.ad]
    rows = [
        {
            "word": line.word.strip("#"),
            "num": line.heat or 0,
            "raw_hot": line.heat or 0,
            "category": line.category,
            "rank": index,
            "realpos": line.rank or 0,
            "onboard_time": int(platforms.world.start.timestamp()),
            **({"is_ad": 1} if line.ad else {}),
        }
        for index, line in enumerate(lines)
    ]
    return json({"ok": 1, "data": {"band_list": rows}}, escaped=True)


_ROUTES = {
    "/ajax/statuses/show": _show,
    "/ajax/statuses/longtext": _longtext,
    "/ajax/statuses/mymblog": _mine,
    "/ajax/statuses/buildComments": _comments,
    "/ajax/statuses/repostTimeline": _reposts,
    "/ajax/search/all": _dead,
    "/ajax/profile/me": _dead,
}
_WITH_LOGIN = {"/ajax/statuses/search": _search, "/ajax/statuses/searchProfile": _search_profile}
