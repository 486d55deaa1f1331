"""edith.xiaohongshu.com, the signed API. Nothing that Groundswell ships may ask it: it is here for what a person's own browser records,
and so that a collector that asks is caught. Any `x-s` counts as a signature."""

import json as _json
from typing import Any

from tests.platforms_server.answers import Answer, Request, json, nothing_here
from tests.platforms_server.platforms import Platforms
from tests.platforms_server.texts import shown_note
from tests.platforms_server.world import Comment, Note

HOST = "edith.xiaohongshu.com"
_PAGES, _SIZE = 11, 20


def failed(code: int, words: str, **more: Any) -> Answer:
    return json({"code": code, "success": False, "msg": words, "data": {}}, **more)


def answer(request: Request, platforms: Platforms) -> Answer:
    make = _ROUTES.get(request.path)
    if make is None:
        return nothing_here()
    if not request.headers.get("x-s"):
        return json({"code": -1, "success": False}, status=406, block="signature")
    if "x-rap-param" not in request.headers and request.path in _WITH_RAP:
        return failed(-104, "")
    who = platforms.sessions.who(request)
    if who == "expired":
        return failed(-100, "登录已过期", block="login")
    if who != "login":
        return failed(-101, "无登录信息，或登录信息为空", block="login")
    return make(request, platforms)


def _done(data: dict[str, Any]) -> Answer:
    return json({"code": 0, "success": True, "msg": "成功", "data": data})


def _body(request: Request) -> dict[str, Any]:
    return dict(_json.loads(request.body or b"{}"))


def _search(request: Request, platforms: Platforms) -> Answer:
    """At most eleven pages of twenty, with things between that are no notes. Cards have neither a time nor a text."""
    asked = _body(request)
    word, number = str(asked.get("keyword", "")).strip("#"), int(asked.get("page", 1))
    found = [
        note
        for note in sorted(platforms.world.notes.values(), key=lambda one: one.published, reverse=True)
        if platforms.world.note_there(note, request.now) and (word in note.tags or word in note.title + note.desc)
    ][: _PAGES * _SIZE]
    rows = found[(number - 1) * _SIZE : number * _SIZE]
    items: list[dict[str, Any]] = [
        {"id": note.id, "model_type": "note", "xsec_token": note.token, "note_card": _card(note, request, platforms)} for note in rows
    ]
    items.insert(3, {"id": "0", "model_type": "rec_query", "rec_query": {"title": "相关搜索", "queries": []}})
    return _done({"has_more": number * _SIZE < len(found), "items": items})


def _user(note: Note, platforms: Platforms) -> dict[str, Any]:
    user = platforms.world.note_authors[note.uid]
    return {"user_id": user.uid, "nickname": user.name, "nick_name": user.name, "avatar": user.avatar}


def _card(note: Note, request: Request, platforms: Platforms) -> dict[str, Any]:
    likes = shown_note(platforms.world.note_counts(note, request.now)[0], logged_in=True)
    return {
        "type": note.type,
        "display_title": note.title,
        "user": _user(note, platforms),
        "interact_info": {"liked": False, "liked_count": likes},
        "cover": _picture(note),
        "image_list": [_picture(note) for _ in range(note.pictures)],
        "corner_tag_info": [{"type": "publish_time", "text": f"{(request.now - note.published).days}天前"}],
    }


def _picture(note: Note) -> dict[str, Any]:
    address = f"http://sns-webpic-qc.xhscdn.com/{note.id}!nd_dft"
    scenes = [{"image_scene": "WB_PRV", "url": address}, {"image_scene": "WB_DFT", "url": address}]
    return {"file_id": "", "height": 960, "width": 720, "url": "", "url_default": address, "trace_id": "", "info_list": scenes}


def _feed(request: Request, platforms: Platforms) -> Answer:
    asked = _body(request)
    note = platforms.world.notes.get(str(asked.get("source_note_id", "")))
    now = int(request.now.timestamp() * 1000)
    if note is None:
        return failed(-510000, "笔记不存在")
    if not platforms.world.note_there(note, request.now):
        return failed(-510001, "笔记状态异常，请稍后查看")
    if asked.get("xsec_token") != note.token:
        return _done({"cursor_score": "", "items": [], "current_time": now})
    likes, collects, comments, shares = (shown_note(number, logged_in=True) for number in platforms.world.note_counts(note, request.now))
    card: dict[str, Any] = {
        "note_id": note.id,
        "type": note.type,
        "title": note.title,
        "desc": note.desc,
        "time": int(note.published.timestamp() * 1000),
        "last_update_time": int(note.updated.timestamp() * 1000),
        "user": _user(note, platforms),
        "interact_info": {
            "liked_count": likes,
            "collected_count": collects,
            "comment_count": comments,
            "share_count": shares,
            "liked": False,
            "collected": False,
            "followed": False,
            "relation": "none",
        },
        "image_list": [_picture(note) for _ in range(note.pictures)],
        "tag_list": [{"id": "", "name": tag, "type": "topic"} for tag in note.tags],
        "at_user_list": [{"user_id": note.uid, "nickname": name} for name in note.mentions],
        "share_info": {"un_share": False},
    }
    if note.region:
        card["ip_location"] = note.region
    return _done({"cursor_score": "", "items": [{"id": note.id, "model_type": "note", "note_card": card}], "current_time": now})


def _comments(request: Request, platforms: Platforms) -> Answer:
    rows = platforms.world.comments_of(request.query.get("note_id", ""), request.now)
    return _paged(rows, 10, request, platforms)


def _answers(request: Request, platforms: Platforms) -> Answer:
    rows = platforms.world.comments_of(request.query.get("note_id", ""), request.now, root=request.query.get("root_comment_id", ""))
    return _paged(rows, int(request.query.get("num", "10")), request, platforms)


def _paged(rows: list[Comment], size: int, request: Request, platforms: Platforms) -> Answer:
    cursor = request.query.get("cursor", "")
    start = next((index + 1 for index, row in enumerate(rows) if row.cid == cursor), 0)
    shown = rows[start : start + size]
    data = {
        "comments": [_comment(row, request, platforms) for row in shown],
        "cursor": shown[-1].cid if shown else "",
        "has_more": start + size < len(rows),
    }
    return _done({**data, "time": int(request.now.timestamp() * 1000), "user_id": "", "xsec_token": request.query.get("xsec_token", "")})


def _comment(row: Comment, request: Request, platforms: Platforms) -> dict[str, Any]:
    user = platforms.world.note_authors[row.uid]
    told: dict[str, Any] = {
        "id": row.cid,
        "note_id": row.post,
        "content": row.text,
        "create_time": int(row.published.timestamp() * 1000),
        "ip_location": row.region,
        "like_count": str(row.likes),
        "liked": False,
        "status": 0,
        "at_users": [],
        "show_tags": [],
        "user_info": {"user_id": user.uid, "nickname": user.name, "image": user.avatar},
    }
    if row.root:
        top = next(one for one in platforms.world.note_comments if one.cid == row.root)
        asked = platforms.world.note_authors[top.uid]
        return {**told, "target_comment": {"id": top.cid, "user_info": {"user_id": asked.uid, "nickname": asked.name}}}
    answers = platforms.world.comments_of(row.post, request.now, root=row.cid)
    shown = [_comment(one, request, platforms) for one in answers[:1]]
    return {
        **told,
        "sub_comment_count": str(len(answers)),
        "sub_comment_has_more": len(answers) > 1,
        "sub_comment_cursor": answers[0].cid if answers else "",
        "sub_comments": shown,
    }


def _posted(request: Request, platforms: Platforms) -> Answer:
    found = [
        note
        for note in platforms.world.notes.values()
        if note.uid == request.query.get("user_id") and platforms.world.note_there(note, request.now)
    ]
    size, cursor = int(request.query.get("num", "30")), request.query.get("cursor", "")
    start = next((index + 1 for index, note in enumerate(found) if note.id == cursor), 0)
    rows = found[start : start + size]
    notes = [{"note_id": note.id, "xsec_token": note.token, **_card(note, request, platforms)} for note in rows]
    return _done({"notes": notes, "cursor": rows[-1].id if rows else "", "has_more": start + size < len(found)})


def _topics(request: Request, platforms: Platforms) -> Answer:
    """The only exact views of a hashtag; the list holds names that are only near."""
    word = str(_body(request).get("keyword", ""))
    rows: list[dict[str, Any]] = [
        {
            "id": topic.topic_id,
            "name": topic.name,
            "link": f"https://www.xiaohongshu.com/page/topics/{topic.page_id}?naviHidden=yes",
            "view_num": platforms.world.topic_views(topic, request.now),
            "type": "official",
            "smart": False,
        }
        for topic in platforms.world.note_topics.values()
        if topic.name.startswith(word[:1])
    ]
    near = [{**row, "id": f"{row['id'][:-1]}0", "name": f"{row['name']}日常", "view_num": 77} for row in rows]
    return _done({"result": {"success": True}, "topic_info_dtos": [*near, *rows]})


_ROUTES = {
    "/api/sns/web/v1/search/notes": _search,
    "/api/sns/web/v1/feed": _feed,
    "/api/sns/web/v2/comment/page": _comments,
    "/api/sns/web/v2/comment/sub/page": _answers,
    "/api/sns/web/v1/user_posted": _posted,
    "/web_api/sns/v1/search/topic": _topics,
}
_WITH_RAP = ("/api/sns/web/v1/search/notes", "/api/sns/web/v1/feed")
