"""Invented answers of the platforms, in the shape of real ones, and recordings that hold them."""

import base64
import gzip
import hashlib
import io
import json
import zipfile

SEEN = "2031-05-06T07:08:09.000Z"
SEARCH = "https://m.weibo.cn/api/container/getIndex?containerid=100103type%3D61%26q%3D%23%E7%BA%B8%E9%B8%A2%23&page_type=searchall"
NOTE = "6a1b2c3d4e5f6a7b8c9d0e1f"
NOTE_PAGE = f"https://www.xiaohongshu.com/explore/{NOTE}?xsec_token=SECRETtoken%3D&xsec_source=pc_search"
COOKIE = "SUB=_2AkSECRETcookie; web_session=SECRETsession"


def user(number=1, **more):
    told = {
        "id": 7000000000 + number,
        "screen_name": f"纸船{number}",
        "verified": False,
        "verified_type": -1,
        "followers_count": "13.6万",
        "statuses_count": 12,
        "description": "折纸",
        "avatar_hd": f"https://pictures.example/{number}.jpg",
    }
    return told | more


def mblog(number=1, **more):
    """A post of the mobile interface."""
    told = {
        "visible": {"type": 0, "list_id": 0},
        "created_at": "Tue May 06 14:00:00 +0800 2031",
        "id": str(5300000000000000 + number),
        "mid": str(5300000000000000 + number),
        "text": f'<a href="x"><span class="surl-text">#纸鸢#</span></a> 放风筝{number}<br />看<a href=\'/n/云\'>@云</a>'
        '<span class="url-icon"><img alt="[心]" src="x.png"></span>',
        "source": '<a href="x">纸手机</a>',
        "user": user(number),
        "reposts_count": 3,
        "comments_count": "100万+",
        "attitudes_count": "237万",
        "isLongText": False,
        "mblogtype": 0,
        "bid": f"Kk{number:07d}",
        "region_name": "发布于 云南",
    }
    return told | more


def cards(*mblogs, **info):
    """A page of the mobile search."""
    told = [{"card_type": 9, "mblog": m} for m in mblogs]
    return {"ok": 1, "data": {"cardlistInfo": {"containerid": "100103type=61&q=#纸鸢#", "page": 2, "total": 40} | info, "cards": told}}


def note(**more):
    """A note as a page's state holds it."""
    told = {
        "noteId": NOTE,
        "type": "normal",
        "title": "折一只纸鸢",
        "desc": "第一步 undefined 第二步 #纸鸢[话题]# @云朵",
        "time": 1935000000000,
        "lastUpdateTime": 1935000600000,
        "ipLocation": "云南",
        "user": {"userId": "5f0000000000000000000001", "nickname": "折纸人", "avatar": "https://pictures.example/a.jpg"},
        "interactInfo": {"likedCount": "1.2万", "collectedCount": "10万+", "commentCount": "", "shareCount": "33"},
        "tagList": [
            {"id": "1", "name": "纸鸢", "type": "topic"},
            {"id": "2", "name": "手工", "type": "topic"},
            {"name": "x", "type": "brand"},
        ],
        "atUserList": [{"nickname": "云朵", "userId": "5f0000000000000000000002"}],
        "xsecToken": "SECRETtoken=",
    }
    return told | more


def state_page(state):
    """A page with a state, in which `UNDEFINED` stands bare."""
    text = json.dumps(state, ensure_ascii=False).replace('"UNDEFINED"', "undefined").replace("/", "\\u002F")
    return f"<!doctype html><html><body><script>window.__SSR__=true</script><script>window.__INITIAL_STATE__={text}</script></body></html>"


def note_page(told=None, **more):
    detail = {"comments": {"list": [], "hasMore": False}, "note": note() if told is None else told}
    info = {
        "user": {"loggedIn": False},
        "note": {"currentNoteId": "UNDEFINED", "noteDetailMap": {NOTE: detail}, "raw": ["UNDEFINED"]} | more,
    }
    return state_page(info)


def entry(address, body, *, seen=SEEN, status=200, method="GET", packed=False, redirect="", **content):
    """An entry of a HAR file; `body` None: the browser did not save it."""
    text = body if isinstance(body, str) or body is None else json.dumps(body, ensure_ascii=False)
    told = {"size": len(text or ""), "mimeType": "application/json"}
    if text is not None:
        told["text"] = base64.b64encode(text.encode()).decode() if packed else text
        told |= {"encoding": "base64"} if packed else {}
    return {
        "startedDateTime": seen,
        "time": 120.5,
        "request": {
            "method": method,
            "url": address,
            "headers": [{"name": "Cookie", "value": COOKIE}],
            "cookies": [{"name": "SUB", "value": "_2AkSECRETcookie"}],
        },
        "response": {
            "status": status,
            "headers": [{"name": "Set-Cookie", "value": COOKIE}],
            "content": told | content,
            "redirectURL": redirect,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 120, "receive": 0.5},
    }


def in_chromes_order(told, initiator="https://scripts.example/app.js"):
    """An entry as Chromium writes it: what made the request stands before it."""
    called = {"functionName": "", "scriptId": "9", "url": initiator, "lineNumber": 1}
    first = {"_connectionId": "12", "_initiator": {"type": "script", "stack": {"callFrames": [called]}}, "_resourceType": "xhr"}
    return first | {name: told[name] for name in ("cache", "request", "response", "startedDateTime", "time", "timings")}


def har(*entries, indent=None):
    """A HAR file."""
    log = {"version": "1.2", "creator": {"name": "an invented browser", "version": "1"}, "pages": [{"id": "p", "entries": []}]}
    return json.dumps({"log": {**log, "entries": list(entries)}}, ensure_ascii=False, indent=indent).encode()


def warc_record(address, body, *, kind="response", seen="2031-05-06T07:08:09Z", status="200 OK", headers=(), **more):
    """A record of a WARC file."""
    block = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
    if kind == "response":
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Set-Cookie: {COOKIE}", *headers]
        block = "\r\n".join(lines).encode() + b"\r\n\r\n" + block
    told = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{hashlib.md5(address.encode() + block).hexdigest()}>",
        "WARC-Target-URI": address,
        "WARC-Date": seen,
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    } | more
    return b"WARC/1.0\r\n" + "".join(f"{n}: {v}\r\n" for n, v in told.items()).encode() + b"\r\n" + block + b"\r\n\r\n"


def warc_file(*records, packed=False):
    """A WARC file; `packed`: in gzip, a member a record."""
    info = warc_record("info", "software: an invented archive\r\n", kind="warcinfo")
    request = b"GET / HTTP/1.1\r\nCookie: " + COOKIE.encode() + b"\r\n\r\n"
    asked = warc_record("https://m.weibo.cn/", request, kind="request")
    return b"".join(gzip.compress(r, mtime=0) if packed else r for r in (info, asked, *records))


def wacz(*members):
    """A WACZ file of (name, bytes) members, with the index that nobody needs to believe."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr("datapackage.json", "{}")
        for name, body in members:
            bundle.writestr(name, body)
        bundle.writestr("indexes/index.cdx", "not to be believed")
    return file.getvalue()
