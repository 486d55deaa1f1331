"""passport.weibo.com and visitor.passport.weibo.cn: guest cookies, and the pages where a person signs in.

The second version of the flow: POST genvisitor2 gives `sub` and `subp` as JSONP; on the desktop a GET of `visitor` with a=crossdomain
sets them as cookies of .weibo.com. The first version (fingerprint, then incarnate) answers too, and the checks count who used it.
"""

import json
from urllib.parse import quote

from tests.platforms_server import sessions
from tests.platforms_server.answers import Answer, Request, nothing_here, page, redirect
from tests.platforms_server.platforms import Platforms

DESKTOP_HOST, MOBILE_HOST = "passport.weibo.com", "visitor.passport.weibo.cn"

VISITOR_PAGE = """<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-type" content="text/html; charset=gb2312"/>
<title>Sina Visitor System</title>
</head>
<body>
<span id="message"></span>
<script type="text/javascript" src="/js/visitor/mini_original.js?v=20161116"></script>
<script type="text/javascript">window.use_fp = "1" == "1";var url = url || {};</script>
</body></html>
"""
_NEEDED = ("cb", "from", "tid", "return_url")


def to_visitor(request: Request) -> Answer:
    """Where a request without cookies is sent."""
    address = quote(f"https://{request.host}{request.path}", safe="")
    if sessions.domain_of(request.host) == sessions.MOBILE:
        return redirect(f"https://{MOBILE_HOST}/visitor/visitor?entry=sinawap&a=enter&url={address}&domain=.weibo.cn&_rand=1781.1")
    return redirect(f"https://{DESKTOP_HOST}/visitor/visitor?entry=miniblog&a=enter&url={address}&domain=weibo.com&ua=x&_rand=1781.1")


def answer(request: Request, platforms: Platforms) -> Answer:
    if request.path == "/visitor/genvisitor2" and request.method == "POST":
        return _new_guest(request, platforms)
    if request.path == "/visitor/genvisitor" and request.method == "POST":
        guest = platforms.sessions.new_guest(_domain(request), request.now)
        return _jsonp(request.form.get("cb", "gen_callback"), {"tid": guest.tid, "new_tid": True, "confidence": 95})
    if request.path == "/visitor/visitor":
        return {"crossdomain": _cross_domain, "incarnate": _incarnate}.get(request.query.get("a", ""), _page)(request, platforms)
    if request.path in ("/sso/signin", "/signin/login"):
        return page("<html><head><title>登录 - 微博</title></head><body>扫描二维码登录</body></html>")
    return nothing_here()


def _page(request: Request, platforms: Platforms) -> Answer:
    return page(VISITOR_PAGE)


def _domain(request: Request) -> str:
    return sessions.MOBILE if request.host == MOBILE_HOST else sessions.DESKTOP


def _new_guest(request: Request, platforms: Platforms) -> Answer:
    missing = [name for name in _NEEDED if name not in request.form]
    if missing or request.form.get("from") != "weibo":
        return _jsonp(request.form.get("cb", "visitor_gray_callback"), {}, retcode=50111001, msg=f"missing {','.join(missing)}")
    guest = platforms.sessions.new_guest(_domain(request), request.now)
    data = {"tid": guest.tid, "new_tid": "new", "sub": guest.sub, "subp": guest.subp, "confidence": 95, "alt": "", "savestate": "86400"}
    return _jsonp(request.form["cb"], data)


def refused(request: Request) -> Answer:
    """No guest cookie today."""
    return _jsonp(request.form.get("cb", "visitor_gray_callback"), {}, retcode=50111261, msg="forbidden")


def _jsonp(callback: str, data: dict[str, object], retcode: int = 20000000, msg: str = "succ") -> Answer:
    value = json.dumps({"retcode": retcode, "msg": msg, "data": data}, separators=(",", ":"))
    return Answer(body=f"window.{callback} && {callback}({value});".encode(), content_type="application/javascript; charset=utf-8")


def _cross_domain(request: Request, platforms: Platforms) -> Answer:
    """Sets the pair that genvisitor2 gave; with others there is nothing to set."""
    told = (request.query.get("t"), request.query.get("s"), request.query.get("sp"))
    guest = next((one for one in platforms.sessions.guests if (one.tid, one.sub, one.subp) == told), None)
    if guest is None:
        return page(VISITOR_PAGE)
    return _with_cookies(redirect(request.query.get("url", "https://weibo.com/")), guest)


def _incarnate(request: Request, platforms: Platforms) -> Answer:
    guest = next((one for one in platforms.sessions.guests if one.tid == request.query.get("t")), None)
    if guest is None:
        return page(VISITOR_PAGE)
    return _with_cookies(_jsonp(request.query.get("cb", "cross_domain"), {"sub": guest.sub, "subp": guest.subp}), guest)


def _with_cookies(answer: Answer, guest: sessions.Guest) -> Answer:
    for name, value in (("SUB", guest.sub), ("SUBP", guest.subp)):
        answer = answer.with_header(
            "Set-Cookie", f"{name}={value}; expires=Tue, 15-Jun-2027 04:00:00 GMT; path=/; domain={guest.domain}; secure; httponly"
        )
    return answer
