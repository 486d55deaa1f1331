"""What can go wrong, by name. A fault stands between the request and the room: it may change the request, the answer, or how it is sent.

`FAULTS` is the list; `Faults.add` switches one on for a host, a beginning of a path, and a number of requests.
"""

import gzip
import json as _json
import re
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import quote

from tests.platforms_server import m_weibo_cn, passport, s_weibo_com, weibo_com_ajax
from tests.platforms_server.answers import Answer, Request, json, page, redirect

Produce = Callable[[Request], Answer]
Effect = Callable[[Request, Produce, "Fault"], Answer]
BLOCKING = (403, 414, 418, 432, 461, 471)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Hits `times` requests (None: all) after letting `after` of them pass. `retry_after`: seconds, for 429 and 503; a text is sent as
    it is (an HTTP date)."""

    kind: str
    host: str
    path: str = ""
    times: int | None = None
    after: int = 0
    retry_after: float | str | None = None

    def is_for(self, request: Request) -> bool:
        return (
            self.host == request.host
            and request.path.startswith(self.path)
            and (request.path != "/robots.txt" or self.path == "/robots.txt")
        )


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[Fault, int] = {}

    def add(self, kind: str, host: str, path: str = "", **more: Any) -> Fault:
        if kind not in FAULTS:
            raise KeyError(f"no fault {kind!r}; there are {', '.join(sorted(FAULTS))}")
        fault = Fault(kind=kind, host=host, path=path, **more)
        with self._lock:
            self._seen[fault] = 0
        return fault

    def remove(self, fault: Fault) -> None:
        with self._lock:
            self._seen.pop(fault, None)

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()

    def hitting(self, request: Request) -> list[Fault]:
        """Those that hit this request; counts it."""
        hits = []
        with self._lock:
            for fault in self._seen:
                if fault.is_for(request):
                    self._seen[fault] += 1
                    number = self._seen[fault]
                    if number > fault.after and (fault.times is None or number <= fault.after + fault.times):
                        hits.append(fault)
        return hits

    def answer(self, request: Request, produce: Produce, hits: list[Fault]) -> Answer:
        for fault in hits:
            produce = _through(fault, produce)
        return produce(request)


def _through(fault: Fault, produce: Produce) -> Produce:
    return lambda request: FAULTS[fault.kind](request, produce, fault)


# Refusals


def _status(code: int, body: str = "", **more: Any) -> Effect:
    def effect(request: Request, produce: Produce, fault: Fault) -> Answer:
        made = page(body or f"<html><head><title>{code}</title></head><body>{code}</body></html>", status=code, **more)
        if code in BLOCKING:
            made = replace(made, block=f"HTTP {code}")
        if fault.retry_after is not None:
            told = fault.retry_after
            made = replace(made.with_header("Retry-After", str(told)), wait=None if isinstance(told, str) else float(told))
        return made

    return effect


def _fixed(make: Callable[[Request], Answer]) -> Effect:
    return lambda request, produce, fault: make(request)


def _verify(code: int) -> Effect:
    """The body says success: only the status and two headers tell."""
    made = json({"code": 0, "success": True, "data": {}}, status=code, block=f"HTTP {code}")
    made = made.with_header("Verifytype", "102").with_header("Verifyuuid", "00000000-0000-4000-8000-000000000000")
    return _fixed(lambda request: made)


def _note_code(code: int, words: str, block: str | None = None) -> Effect:
    """On the API a body, on a page the way to /404."""

    def make(request: Request) -> Answer:
        if request.path.startswith(("/explore", "/discovery")):
            return redirect(f"/404?source=%2Fexplore&errorCode={code}&errorMsg={quote(words)}", block=block)
        return json({"code": code, "success": False, "msg": words, "data": {}}, block=block)

    return _fixed(make)


_CAPTCHA_PAGE = "<!DOCTYPE html><html><head><title>安全验证</title></head><body>请输入验证码完成安全验证</body></html>"
_CAPTCHA_JSON = {"ok": -100, "errno": "-100", "msg": "", "url": "https://m.weibo.cn/captcha?scene=limit&referer=/"}
_RISK_PAGE = "<!DOCTYPE html><html><head><title>Weibo</title></head><body><div id='risk'>访问受限</div></body></html>"
_NOTE_CAPTCHA = f"https://www.xiaohongshu.com/website-login/captcha?redirectPath={quote('https://www.xiaohongshu.com/explore')}&verifyUuid=x&verifyType=102&verifyBiz=461"


_SPA_PAGE = (
    "<!DOCTYPE html><html><head><title>微博搜索</title><script>$CONFIG['product'] = 'search'; $CONFIG['islogin'] = '1';</script></head>"
    '<body><div id="app"></div><script src="/js/app.js"></script></body></html>'
)


def _nothing(request: Request) -> Answer:
    """No results, as each host says it."""
    if request.host == "s.weibo.com":
        return s_weibo_com.no_result("")
    if request.host == "weibo.com":
        return json({"ok": 1, "statuses": [], "data": {"list": [], "total": 0}})
    if request.host == "www.xiaohongshu.com":
        nothing = {"notes": [], "total_note_count": 0, "total_user_count": 0, "has_more": False, "cursor": ""}
        return json({"success": True, "code": 0, "msg": "成功", "data": nothing})
    return m_weibo_cn.empty()


# Ways of sending


def _sent(wire: str) -> Effect:
    return lambda request, produce, fault: replace(produce(request), wire=wire)


def _corrupt_gzip(request: Request, produce: Produce, fault: Fault) -> Answer:
    whole = gzip.compress(produce(request).body, mtime=0)
    broken = whole[: len(whole) // 2] + bytes(byte ^ 0x5A for byte in whole[len(whole) // 2 :])
    return replace(produce(request), body=broken, wire="raw").with_header("Content-Encoding", "gzip")


@cache
def bomb(megabytes: int = 256) -> bytes:
    """A small body that unpacks to `megabytes` of spaces."""
    pack, block = zlib.compressobj(9, zlib.DEFLATED, 31), b" " * (1 << 20)
    return b"".join(pack.compress(block) for _ in range(megabytes)) + pack.flush()


def _gzip_bomb(request: Request, produce: Produce, fault: Fault) -> Answer:
    return replace(produce(request), body=bomb(), wire="raw").with_header("Content-Encoding", "gzip")


# Wrong contents


def _changed(change: Callable[[Answer], Answer]) -> Effect:
    return lambda request, produce, fault: change(produce(request))


def _big(made: Answer) -> Answer:
    """The same answer, five megabytes long."""
    space = b" " * (5 << 20)
    return replace(made, body=made.body + (b"<!--" + space + b"-->" if made.content_type.startswith("text/html") else space))


def _bad_letters(made: Answer) -> Answer:
    at = made.body.find(b'"text"') if b'"text"' in made.body else len(made.body) // 2
    return replace(made, body=made.body[: at + 9] + b"\xff\xfe\xc3\x28" + made.body[at + 9 :])


def _objects(value: Any) -> list[dict[str, Any]]:
    """Every object of a JSON value, outer ones first."""
    if isinstance(value, dict):
        return [value, *(one for inner in value.values() for one in _objects(inner))]
    return [one for inner in value for one in _objects(inner)] if isinstance(value, list) else []


_SOME_FIELDS = ("created_at", "text", "text_raw", "user", "attitudes_count", "count", "create_time", "title", "desc_extr", "num", "value")
_CARD = "<!--card-wrap-->"
_MARKS = (
    'mid="',
    'class="from"',
    'node-type="feed_list_content',
    'class="td-02"',
    '"time":',
    '"user":{',
    '"interactInfo":',
    'class="meta"',
)


def _json_changed(made: Answer, change: Callable[[dict[str, Any]], None], only_one: bool) -> Answer:
    """`only_one`: the second post, since the first may be a banner that is on every page."""
    value = made.value()
    items = [one for one in _objects(value) if any(name in one for name in _SOME_FIELDS)]
    posts = [one for one in items if {"created_at", "text"} <= one.keys() or "count" in one]
    for one in (posts[1:2] or posts[:1]) if only_one else items:
        change(one)
    return replace(made, body=_json.dumps(value, ensure_ascii=False).encode())


def _fields(change: Callable[[dict[str, Any]], None], html_change: Callable[[str], str], *, only_one: bool = False) -> Effect:
    def change_all(made: Answer) -> Answer:
        if made.content_type.startswith("application/json"):
            return _json_changed(made, change, only_one)
        parts = made.body.decode().split(_CARD)
        for at in [min(2, len(parts) - 1)] if only_one else range(len(parts)):
            for mark in _MARKS:
                parts[at] = parts[at].replace(mark, html_change(mark))
        return replace(made, body=_CARD.join(parts).encode())

    return _changed(change_all)


def _renamed(mark: str) -> str:
    """So that no selector finds it."""
    return mark.replace("mid", "nid").replace("class", "kind").replace("node-type", "sort").replace('":', '_":')


def _retyped(mark: str) -> str:
    kinds = {'"time":': '"time":"soon","t":', '"user":{': '"user":[],"u":{', '"interactInfo":': '"interactInfo":7,"i":', 'mid="': 'mid="x'}
    return kinds.get(mark, mark)


def _drop(one: dict[str, Any]) -> None:
    for name in _SOME_FIELDS:
        one.pop(name, None)


def _turn(one: dict[str, Any]) -> None:
    """Numbers become objects, texts numbers, objects texts, lists numbers."""
    for name in _SOME_FIELDS:
        if name in one:
            old = one[name]
            one[name] = {"v": old} if isinstance(old, int) else 7 if isinstance(old, str | list) else str(old)


def _halve(one: dict[str, Any]) -> None:
    for name in ("read", "mention", "interact", "ori_m", "ori_uv", "attitudes_count", "comments_count", "reposts_count"):
        if isinstance(one.get(name), int):
            one[name] //= 2


def _no_likes(one: dict[str, Any]) -> None:
    for name in ("attitudes_count", "like_count", "like_counts"):
        if name in one:
            one[name] = 0


def _far_future(one: dict[str, Any]) -> None:
    if isinstance(one.get("created_at"), str):
        one["created_at"] = "Sat Jan 01 00:00:00 +0800 2199"


def _for_friends(one: dict[str, Any]) -> None:
    if "visible" in one:
        one["visible"] = {"type": 4, "list_id": 0}


def _each(change: Callable[[dict[str, Any]], None]) -> Effect:
    def change_all(made: Answer) -> Answer:
        if not made.content_type.startswith("application/json"):
            return made
        value = made.value()
        for one in _objects(value):
            change(one)
        return replace(made, body=_json.dumps(value, ensure_ascii=False).encode())

    return _changed(change_all)


# Paging


def _endless(request: Request, produce: Produce, fault: Fault) -> Answer:
    """The same two pages for ever, each promising another."""
    number = request.page()
    made = produce(replace(request.asked(page=2 - number % 2), query=_first_page(request, 2 - number % 2)))
    if made.content_type.startswith("text/html"):
        text = re.sub(r'page=\d+" class="next"', f'page={number + 1}" class="next"', made.body.decode())
        if 'class="next"' not in text:
            query = quote(request.query.get("q", ""))
            link = f'<div class="m-page"><a href="{request.path}?q={query}&amp;page={number + 1}" class="next">下一页</a></div>'
            text = text.replace("</body>", link + "</body>")
        return replace(made, body=text.encode())
    value = made.value()
    for one in _objects(value):
        for name, more in (
            ("page", number + 1),
            ("max_page", number + 5),
            ("has_more", True),
            ("cursor", f"c{number}"),
            ("since_id", 4_000_000_000_000_000 - number),
        ):
            if name in one:
                one[name] = more
    for place in (value, value.get("data")):
        if isinstance(place, dict) and "max_id" in place:
            place["max_id"] = int(request.query.get("max_id") or 1) + 1
    return replace(made, body=_json.dumps(value, ensure_ascii=False).encode())


def _first_page(request: Request, number: int) -> dict[str, str]:
    kept = {name: told for name, told in request.query.items() if name not in ("max_id", "cursor", "since_id")}
    return {**kept, "page": str(number)}


def _twice(request: Request, produce: Produce, fault: Fault) -> Answer:
    """Every even page shows the posts of the one before."""
    number = request.page()
    if number % 2:
        return produce(request)
    made, own = produce(request.asked(page=number - 1)), produce(request)
    if not made.content_type.startswith("application/json"):
        text = re.sub(r'page=\d+" class="next"', f'page={number + 1}" class="next"', made.body.decode())
        return replace(made, body=text.encode())
    value, info = made.value(), _objects(own.value())
    told = next((one["page"] for one in info if "containerid" in one and "page" in one), None)
    for one in _objects(value):
        if "containerid" in one and "page" in one:
            one["page"] = told
    return replace(made, body=_json.dumps(value, ensure_ascii=False).encode())


def _elsewhere(request: Request) -> Answer:
    """To a host that is no platform's, and that would answer."""
    return redirect(f"http://{request.headers.get('host', '127.0.0.1')}/elsewhere.example/landing?from={quote(request.path)}")


FAULTS: dict[str, Effect] = {
    # Weibo says no
    "empty": _fixed(_nothing),
    "spa_page": _fixed(lambda request: page(_SPA_PAGE)),
    "login_desktop": _fixed(lambda request: weibo_com_ajax.log_in()),
    "login_mobile": _fixed(lambda request: m_weibo_cn.sign_in()),
    "login_redirect": _fixed(lambda request: redirect("https://weibo.com/login.php?url=https%3A%2F%2Fs.weibo.com%2F", block="login")),
    "captcha_mobile": _fixed(lambda request: json(_CAPTCHA_JSON, block="captcha")),
    "captcha_page": _fixed(lambda request: page(_CAPTCHA_PAGE, block="captcha")),
    "visitor_page": _fixed(lambda request: page(passport.VISITOR_PAGE)),
    "visitor_redirect": _fixed(passport.to_visitor),
    "guest_refused": _fixed(passport.refused),
    "risk_page": _fixed(lambda request: page(_RISK_PAGE, block="risk page")),
    "dead_address": _fixed(lambda request: json({"ok": 0, "message": "地址不存在"}, status=404)),
    "system_error": _fixed(lambda request: json({"ok": 0, "msg": "系统错误"})),
    "no_such_topic": _fixed(lambda request: json({"code": "100000", "msg": "success", "data": {}})),
    **{f"http_{code}": _status(code) for code in (403, 404, 414, 418, 429, 432, 500, 501, 502, 503, 504)},
    "http_500_parameter": _status(500, "TypeError: Cannot read properties of undefined (reading 'split')"),
    # Xiaohongshu says no
    "http_406": _fixed(lambda request: json({"code": -1, "success": False}, status=406, block="signature")),
    "http_461": _verify(461),
    "http_471": _verify(471),
    "note_captcha": _fixed(lambda request: redirect(_NOTE_CAPTCHA, block="captcha")),
    "note_empty_state": _fixed(
        lambda request: page("<!doctype html><html><body><script>window.__INITIAL_STATE__={}</script></body></html>")
    ),
    "code_300011": _note_code(300011, "当前账号存在异常，请切换账号后重试", "account"),
    "code_300012": _note_code(300012, "网络连接异常，请检查网络设置或重启试试", "address"),
    "code_300013": _note_code(300013, "访问频次异常，请勿频繁操作或重启试试", "too fast"),
    "code_300015": _note_code(300015, "浏览器异常，请尝试关闭/卸载风险插件或重启试试！", "browser"),
    "code_300017": _note_code(300017, "访问链接异常"),
    "code_300031": _note_code(300031, "当前笔记暂时无法浏览"),
    "code_-100": _note_code(-100, "登录已过期", "login"),
    "code_-101": _note_code(-101, "无登录信息，或登录信息为空", "login"),
    "code_-104": _note_code(-104, ""),
    "code_-510000": _note_code(-510000, "笔记不存在"),
    "code_-510001": _note_code(-510001, "当前内容无法展示"),
    # The connection
    "slow": _sent("slow"),
    "late": _sent("late"),
    "reset": _sent("reset"),
    "truncated": _sent("truncated"),
    "endless_body": _sent("endless"),
    "corrupt_gzip": _corrupt_gzip,
    "gzip_bomb": _gzip_bomb,
    # The contents
    "wrong_type": _changed(lambda made: replace(made, content_type="application/octet-stream")),
    "html_for_json": _fixed(lambda request: page("<html><body>502 Bad Gateway</body></html>")),
    "bad_json": _changed(lambda made: replace(made, body=made.body[: len(made.body) * 2 // 3])),
    "empty_body": _changed(lambda made: replace(made, body=b"")),
    "bad_letters": _changed(_bad_letters),
    "big_page": _changed(_big),
    "missing_fields": _fields(_drop, _renamed),
    "one_missing_fields": _fields(_drop, _renamed, only_one=True),
    "other_types": _fields(_turn, _retyped),
    "one_other_types": _fields(_turn, _retyped, only_one=True),
    "beginnings_only": _changed(lambda made: replace(made, body=made.body.replace(b"feed_list_content_full", b"hidden"))),
    "falling_counters": _each(_halve),
    "no_likes": _each(_no_likes),
    "far_future": _each(_far_future),
    "for_friends": _each(_for_friends),
    "endless_paging": _endless,
    "duplicate_pages": _twice,
    "redirect_elsewhere": _fixed(_elsewhere),
    "redirect_nowhere": _fixed(lambda request: redirect("http://[no-address")),
    "redirect_loop": _fixed(lambda request: redirect(f"https://{request.host}{request.path}?{request.query_text}")),
}
