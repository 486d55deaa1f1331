"""www.xiaohongshu.com and xhslink.com: pages with their state in a script, and the unsigned list of a topic's notes.

A note wants its `xsec_token`. One that is gone is said in four ways: the state holds an empty note, has no entry for it, is empty, or
the answer leads to /404.
"""

import json as _json
import re
from typing import Any
from urllib.parse import quote

from tests.platforms_server import browser_pages
from tests.platforms_server.answers import Answer, Request, json, nothing_here, page, redirect
from tests.platforms_server.platforms import Platforms
from tests.platforms_server.robots import robots
from tests.platforms_server.sessions import NOTES
from tests.platforms_server.texts import shown_note, shown_short
from tests.platforms_server.world import Comment, Note

HOST, SHORT_HOST = "www.xiaohongshu.com", "xhslink.com"
BAD_LINK, NOT_VIEWABLE, BAD_STATE, NOT_FOUND = 300017, 300031, -510001, -510000
_TOPIC_PAGE = 20


class Undefined:
    """What JavaScript writes where JSON has no word."""


UNDEFINED = Undefined()


def answer(request: Request, platforms: Platforms) -> Answer:
    """Sets a cookie for this host alone."""
    if request.path == "/robots.txt":
        return robots(request.host, platforms)
    made = _answer(request, platforms)
    if request.host == SHORT_HOST or "acw_tc" in request.cookies:
        return made
    return made.with_header("Set-Cookie", f"{platforms.sessions.noise[NOTES]}; path=/; HttpOnly; Max-Age=1800")


def _answer(request: Request, platforms: Platforms) -> Answer:
    for pattern, make in _SHORT_ROUTES if request.host == SHORT_HOST else _ROUTES:
        if found := re.fullmatch(pattern, request.path):
            return make(request, platforms, *found.groups())
    return nothing_here()


def _short(request: Request, platforms: Platforms, name: str) -> Answer:
    """xhslink.com/<first eight letters of the id> leads to the note."""
    note = next((one for one in platforms.world.notes.values() if one.id.startswith(name)), None)
    if note is None:
        return nothing_here()
    return redirect(f"https://{HOST}/discovery/item/{note.id}?xsec_token={quote(note.token, safe='')}&xsec_source=app_share")


def logged_in(request: Request, platforms: Platforms) -> bool:
    return platforms.sessions.who(request) == "login"


# Notes


def _note(request: Request, platforms: Platforms, name: str) -> Answer:
    note = platforms.world.notes.get(name)
    if note is None or note.published > request.now:
        return _not_found(NOT_FOUND, "笔记不存在")
    if request.query.get("xsec_token") != note.token:
        return _not_found(BAD_LINK, "访问链接异常")
    if not platforms.world.note_there(note, request.now):
        return _gone(note)
    value = _value(note, request, platforms)
    if "Mobile" in request.headers.get("user-agent", ""):
        return _mobile_page(note, value, platforms)
    entry = {
        "comments": _comments_on_page(note, request, platforms),
        "currentTime": int(request.now.timestamp() * 1000),
        "note": value,
    }
    return state_page(f"{note.title} - 小红书", _state(note.id, {note.id: entry}, logged_in=logged_in(request, platforms)))


def _mobile_page(note: Note, value: dict[str, Any], platforms: Platforms) -> Answer:
    """Telephones get another state, and the newest pages one under another name."""
    if platforms.settings.new_mobile_state:
        store = {"LAUNCHER_SSR_STORE_PAGE_DATA": {"noteData": value}}
        return page(f"<!doctype html><html><body><script>window.__SETUP_SERVER_STATE__={javascript(store)}</script></body></html>")
    return state_page(f"{note.title} - 小红书", {"noteData": {"data": {"noteData": value}, "isSsrFailed": UNDEFINED}})


def _state(first: str, notes: dict[str, Any], *, logged_in: bool, error: int = 0) -> dict[str, Any]:
    return {
        "global": {"appSettings": {"notificationInterval": 30}, "pwaAddDesktopPrompt": UNDEFINED},
        "user": {"loggedIn": logged_in},
        "note": {
            "prevRouteData": {},
            "currentNoteId": UNDEFINED,
            "firstNoteId": first,
            "noteDetailMap": notes,
            "serverRequestInfo": {"state": "fail" if error else "success", "errMsg": "", "errCode": error},
            "volume": 0,
            "recommendVideoMap": {},
            "rawComments": [UNDEFINED],
        },
    }


def _value(note: Note, request: Request, platforms: Platforms) -> dict[str, Any]:
    """A note in camel case. Without login the counts are hidden behind steps such as 1千+."""
    user, counts = platforms.world.note_authors[note.uid], platforms.world.note_counts(note, request.now)
    plain = logged_in(request, platforms) or not platforms.settings.mask_counts
    likes, collects, comments, shares = (shown_note(number, logged_in=plain) for number in counts)
    value: dict[str, Any] = {
        "noteId": note.id,
        "type": note.type,
        "title": note.title,
        "desc": note.desc,
        "time": int(note.published.timestamp() * 1000),
        "lastUpdateTime": int(note.updated.timestamp() * 1000),
        "user": {
            "userId": user.uid,
            "nickName" if int(note.id, 16) % 3 == 0 else "nickname": user.name,
            "avatar": user.avatar,
            "xsecToken": note.token,
        },
        "interactInfo": {
            "likedCount": likes,
            "collectedCount": collects,
            "commentCount": comments,
            "shareCount": "" if counts[3] == 0 else shares,
            "liked": False,
            "collected": False,
            "followed": False,
            "relation": "none",
        },
        "imageList": [
            {
                "urlDefault": f"http://sns-webpic-qc.xhscdn.com/{note.id}/{number}!nd_dft",
                "urlPre": f"http://sns-webpic-qc.xhscdn.com/{note.id}/{number}!nd_prv",
                "url": "",
                "width": 720,
                "height": 960,
                "traceId": "",
                "fileId": "",
                "infoList": [{"imageScene": "WB_DFT", "url": f"http://sns-webpic-qc.xhscdn.com/{note.id}/{number}!nd_dft"}],
                "livePhoto": False,
                "stream": {},
            }
            for number in range(note.pictures)
        ],
        "tagList": [{"id": topic_id(tag, platforms), "name": tag, "type": "topic"} for tag in note.tags]
        + [{"id": "b1", "name": "某品牌", "type": "brand"}],
        "atUserList": [{"userId": user.uid, "nickname": name} for name in note.mentions],
        "shareInfo": {"unShare": False},
        "xsecToken": note.token,
    }
    if note.region:
        value["ipLocation"] = note.region
    if note.type == "video":
        stream = {"h264": [{"masterUrl": f"http://sns-video-hw.xhscdn.net/{note.id}.mp4", "duration": 122972}], "h265": [], "av1": []}
        value["video"] = {"media": {"stream": stream, "videoId": 136292597263744336}, "capa": {"duration": 122}}
    return value


def topic_id(name: str, platforms: Platforms) -> str:
    return next((topic.topic_id for topic in platforms.world.note_topics.values() if topic.name == name), "")


def _comments_on_page(note: Note, request: Request, platforms: Platforms) -> dict[str, Any]:
    """Rendered for some notes, left empty for others."""
    rows = platforms.world.comments_of(note.id, request.now) if note.comments_on_page else []
    items = [_comment(row, request, platforms) for row in rows[:10]]
    return {
        "list": items,
        "cursor": rows[9].cid if len(rows) > 10 else "",
        "hasMore": len(rows) > 10 or not rows,
        "loading": False,
        "firstRequestFinish": bool(items),
    }


def _comment(row: Comment, request: Request, platforms: Platforms) -> dict[str, Any]:
    user = platforms.world.note_authors[row.uid]
    answers = [] if row.root else platforms.world.comments_of(row.post, request.now, root=row.cid)
    return {
        "id": row.cid,
        "noteId": row.post,
        "content": row.text,
        "createTime": int(row.published.timestamp() * 1000),
        "ipLocation": row.region,
        "likeCount": str(row.likes),
        "liked": False,
        "status": 0,
        "atUsers": [],
        "showTags": [],
        "userInfo": {"userId": user.uid, "nickname": user.name, "image": user.avatar},
        "subCommentCount": str(len(answers)),
        "subCommentHasMore": False,
        "subCommentCursor": "",
        "subComments": [_comment(one, request, platforms) for one in answers],
    }


# What is missing


def _gone(note: Note) -> Answer:
    """Each of the four ways."""
    if note.gone_as == "no_entry":
        return state_page("小红书", _state(note.id, {}, logged_in=False, error=BAD_STATE))
    if note.gone_as == "empty_state":
        return page("<!doctype html><html><body><script>window.__INITIAL_STATE__={}</script></body></html>")
    if note.gone_as == "redirect":
        return _not_found(BAD_STATE, note.gone.wording if note.gone else "")
    return state_page("小红书", _state(note.id, {note.id: {"note": {}}}, logged_in=False, error=NOT_VIEWABLE))


def _not_found(code: int, words: str) -> Answer:
    """An address without a host."""
    return redirect(f"/404?source=%2Fexplore&errorCode={code}&errorMsg={quote(words)}")


def _page_404(request: Request, platforms: Platforms) -> Answer:
    words = request.query.get("errorMsg", "你访问的页面不见了")
    return page(f"<!doctype html><html><head><title>小红书 - 你访问的页面不见了</title></head><body><div>{words}</div></body></html>")


def _captcha(request: Request, platforms: Platforms) -> Answer:
    return page("<!doctype html><html><head><title>安全验证</title></head><body>请完成安全验证 验证码</body></html>", block="captcha")


def _search(request: Request, platforms: Platforms) -> Answer:
    """A wall, or for who is logged in the page that asks the signed API."""
    if logged_in(request, platforms):
        return browser_pages.note_search(request, platforms)
    return page("<!doctype html><html><head><title>小红书</title></head><body>登录后查看搜索结果</body></html>")


def _user(request: Request, platforms: Platforms, uid: str) -> Answer:
    user = platforms.world.note_authors.get(uid)
    if user is None:
        return _not_found(-510000, "用户不存在")
    plain = logged_in(request, platforms) or not platforms.settings.mask_counts
    notes = [one for one in platforms.world.notes.values() if one.uid == uid and platforms.world.note_there(one, request.now)]
    cards = [
        {
            "id": note.id,
            "noteCard": {
                "noteId": note.id,
                "type": note.type,
                "displayTitle": note.title,
                "user": {"userId": uid, "nickname": user.name, "nickName": user.name, "avatar": user.avatar},
                "interactInfo": {
                    "liked": False,
                    "sticky": False,
                    "likedCount": shown_note(platforms.world.note_counts(note, request.now)[0], logged_in=plain),
                },
                "cover": {"url": "", "traceId": "", "infoList": [], "fileId": "", "height": 2560, "width": 1440},
                "xsecToken": note.token,
            },
            "index": index,
            "exposed": False,
        }
        for index, note in enumerate(notes)
    ]
    names = (
        ("follows", "关注", user.follows),
        ("fans", "粉丝", user.followers),
        ("interaction", "获赞与收藏", sum(note.likes for note in notes)),
    )
    page_data = {
        "result": {"success": True, "code": 0, "message": "success"},
        "basicInfo": {
            "images": user.avatar,
            "redId": user.uid[:10],
            "gender": 1 if user.gender == "f" else 0,
            "ipLocation": user.region,
            "desc": user.description,
            "imageb": user.avatar,
            "nickname": user.name,
        },
        "interactions": [{"type": kind, "name": name, "count": shown_note(number, logged_in=plain)} for kind, name, number in names],
        "tags": [],
        "tabPublic": {"collection": False},
        "extraInfo": {"fstatus": "none"},
    }
    wrapped: Any = [cards, []] if int(uid, 16) % 2 else {"_rawValue": [cards, []]}
    return state_page(
        user.name,
        {"user": {"loggedIn": plain, "userPageData": page_data, "notes": wrapped, "activeTabKey": 0}, "feed": {"channels": UNDEFINED}},
    )


# Topics


def _topic_page(request: Request, platforms: Platforms, name: str) -> Answer:
    topic = platforms.world.note_topics.get(name)
    if topic is None:
        return nothing_here()
    views = shown_short(platforms.world.topic_views(topic, request.now)).replace("万", "").replace("亿", "")
    shown = shown_short(platforms.world.topic_views(topic, request.now))
    unit = shown.removeprefix(views)
    return page(
        f'<!doctype html><html><head><title>{topic.name}</title></head><body><div class="summary"><div class="title">#{topic.name}</div>'
        f'<div class="meta"><span>{views}</span>{unit}浏览</div></div></body></html>'
    )


def _topic_notes(request: Request, platforms: Platforms) -> Answer:
    """Twenty at most a page, newest or most liked first."""
    topic = platforms.world.note_topics.get(request.query.get("page_id", ""))
    if topic is None:
        return json({"success": False, "code": -1, "msg": "参数错误", "data": {}})
    found = platforms.world.notes_of_topic(topic.name, request.now)
    if request.query.get("sort") == "hot":
        found = sorted(found, key=lambda note: platforms.world.note_counts(note, request.now)[0], reverse=True)
    told = request.query.get("page_size", "20")
    size, cursor = min(_TOPIC_PAGE, int(told) if told.isdigit() else _TOPIC_PAGE), request.query.get("cursor", "")
    start = next((index + 1 for index, note in enumerate(found) if note.id == cursor), 0)
    rows = found[start : start + size]
    notes = [_topic_note(note, request, platforms) for note in rows]
    data = {
        "notes": notes,
        "total_note_count": len(found),
        "total_user_count": len({note.uid for note in found}),
        "has_more": start + size < len(found),
        "cursor": rows[-1].id if rows else "",
    }
    return json({"success": True, "code": 0, "msg": "成功", "data": data})


def _topic_note(note: Note, request: Request, platforms: Platforms) -> dict[str, Any]:
    user, (likes, collects, _, _) = platforms.world.note_authors[note.uid], platforms.world.note_counts(note, request.now)
    return {
        "id": note.id,
        "type": note.type,
        "title": note.title,
        "desc": note.desc,
        "likes": likes,
        "collects": collects,
        "collected_count": collects,
        "create_time": int(note.published.timestamp() * 1000),
        "user": {"userid": user.uid, "nickname": user.name, "images": user.avatar},
        "images_list": [],
        "cursor": note.id,
    }


# State in JavaScript


def state_page(title: str, state: dict[str, Any]) -> Answer:
    return page(
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title.replace("<", "&lt;")}</title></head><body><div id="app"></div>'
        f"<script>window.__SSR__=true</script><script>window.__INITIAL_STATE__={javascript(state)}</script></body></html>"
    )


def javascript(value: Any) -> str:
    """A JavaScript literal: bare `undefined`, and every slash as \\u002F so that no text ends the script."""
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_json.dumps(key)}:{javascript(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(javascript(one) for one in value) + "]"
    return _json.dumps(value, ensure_ascii=False).replace("/", "\\u002F")


_ROUTES = (
    (r"/explore/(\w+)", _note),
    (r"/discovery/item/(\w+)", _note),
    (r"/user/profile/(\w+)", _user),
    (r"/page/topics/(\w+)", _topic_page),
    (r"/web_api/sns/v3/page/notes", _topic_notes),
    (r"/search_result", _search),
    (r"/404", _page_404),
    (r"/website-login/captcha", _captcha),
)
_SHORT_ROUTES = ((r"/(\w+)", _short), (r"/[am]/(\w+)", _short))
