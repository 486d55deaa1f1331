"""The platforms, one file each: what their answers tell. A file added to this folder that names `HOSTS` is a platform.

Everything here is pure. An `Answer` goes in: an address, the bytes that came, when they were seen. A platform's module says what
it is (`page`) and what each item in it means (`rows`). Live collection, recordings of a browser and replays all go through these two.

A platform module has

* `NAME`, and `HOSTS`: the hosts whose answers it reads.
* `endpoint(address) -> str | None`: which of the platform's interfaces or pages an address is; None for what is not read.
* `page(answer) -> Page`: what an answer is: its items, how it goes on, or the refusal that it is. Raises ValueError, with a
  reason for people, when it is not what that endpoint answers.
* `rows(item, format=, sha256=, origin=) -> Iterator[row]`: the rows of `data.model` that one item tells, the leading row first.
  Raises ValueError when the item cannot be read.
"""

import importlib
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson
from selectolax.lexbor import LexborHTMLParser

# Parameters of addresses that open somebody's session, or stand for it.
SECRETS = frozenset(
    (
        "xsec_token",
        "xsectoken",
        "gsid",
        "sid",
        "st",
        "_st",
        "t",
        "_t",
        "s",
        "sub",
        "subp",
        "sp",
        "sig",
        "sign",
        "signature",
        "ssig",
        "token",
        "access_token",
        "ticket",
        "cookie",
        "alc",
        "aid",
        "_t_wm",
        "xsrf-token",
        "x-xsrf-token",
        "session",
        "web_session",
        "a1",
        "webid",
        "gid",
        "x-s",
        "x-t",
    )
)
REPLACED = "-"
# Escapes as they stand in texts: %3D, and %253D or %25253D where an address stands within another; \u003D, also with its mark doubled.
EQUALS = r"(?:=|%(?:25)*3D|\\{1,9}(?:u00|x)3D)"
COLON = r"(?::|%(?:25)*3A)"
QUOTE = r"(?:\\{0,9}[\"']|%(?:25)*2[27]|\\{1,9}u002[27]|&quot;|&#3[49];)"
# No name begins within a longer word: the F of "%3Fxsec_token" belongs to the escape before it.
BEGINS = r"(?:(?<![A-Za-z0-9_])|%(?:25)*[0-9A-F]{2}|\\(?:u[0-9A-F]{4}|x[0-9A-F]{2}|[bfnrt]))"
# Up to the next parameter, quote, tag, fragment or white space, escaped or not; \u002F and \/ are part of it.
VALUE = r"(?:[^&\s\"'<>\\%#]|%(?!(?:25)*(?:2[02367]|3[CE]|5C|0[9AD]))|\\{1,9}(?:u00(?:2[B-F]|3D)|/))++"
OF_SESSIONS = r"(?:(?:user_?)?xsec_?token|gsid|_T_WM|XSRF-TOKEN|web_session)"
IN_SUCH = ("token", "gsid", "_t_wm", "web_session")  # one of them is in each of these names
# The same inside what an answer holds: addresses of notes, keys of objects within texts.
SECRET_IN_TEXT = re.compile(
    rf"({BEGINS}{OF_SESSIONS}(?:{EQUALS}{QUOTE}?|{QUOTE}\s?{COLON}\s?{QUOTE})){VALUE}", re.IGNORECASE
)  # fmt: skip
# Parameters of an address that stands within another: ?url=https%3A%2F%2Fm.weibo.cn%2F%3Fst%3D…
NAMES = "|".join(map(re.escape, sorted(SECRETS, reverse=True)))
SECRET_IN_ADDRESS = re.compile(rf"((?:[?&]|%(?:25)*(?:3F|26)|\\(?:u00|x)(?:3F|26))(?:amp;)?(?:{NAMES}){EQUALS}){VALUE}", re.IGNORECASE)
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
# Tags that have no end, or need none.
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
    + ("p", "li", "dt", "dd", "option", "tr", "td", "th", "tbody", "thead")
)
DEEPEST = 2000  # levels; pages have about thirty
# A text of JSON or of a script, of which the end may be cut off: "…  '…  \"…
TOLD = (
    r"(?:(\")[^\"\\]*+(?:\\.[^\"\\]*+)*+|(')[^'\\]*+(?:\\.[^'\\]*+)*+|(\\{1,9}[\"'])[^\"'\\]*+(?:\\++(?![\"'])[^\"'\\]*+)*+|[0-9]+)"
)  # fmt: skip
# What opens a session, and who looks at a page: "xsec_token":"…", st: '…' and uid: '…' of m.weibo.cn, $CONFIG['nick']='…' of s.weibo.com.
SECRET_KEY_IN_TEXT = re.compile(
    rf"({BEGINS}(?:{OF_SESSIONS}|st)\\{{0,9}}[\"']?\s{{0,9}}[:=]\s{{0,9}}"
    r"|(?<![\w\"'$.])uid\s{0,9}:\s{0,9}"
    rf"|\$CONFIG\[[\"'](?:uid|nick|avatar\w{{0,9}}|watermark|domain|{OF_SESSIONS}|st)[\"']\]\s{{0,9}}=\s{{0,9}}){TOLD}",
    re.IGNORECASE | re.DOTALL,
)
# Who looks at a page of Xiaohongshu: user:{loggedIn:true,userInfo:{…}}. Authors of comments stand in an object of the same name, elsewhere.
VIEWER = re.compile(r"\buser[\"']?\s{0,9}:\s{0,9}\{(?:[^{}]{0,200}\{[^{}]{0,200}\}){0,5}[^{}]{0,300}?\buserInfo[\"']?\s{0,9}:\s{0,9}\{")
BRACE = re.compile(r"\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"?|'[^'\\]*+(?:\\.[^'\\]*+)*+'?|[{}]", re.DOTALL)
SECRET_KEYS = frozenset(("xsec_token", "xsecToken", "gsid", "user_xsec_token", "userXsecToken"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a platform sent. `address` is what was asked for and `asked` the body sent with it; `body` is free of transfer and content
    encodings; `location` is where a redirect leads. `seen_at` is naive UTC, None where nothing tells it."""

    address: str
    body: bytes
    seen_at: datetime | None
    status: int = 200
    location: str | None = None
    asked: bytes = b""

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address."""
        return dict(parse_qsl(urlsplit(self.address).query, keep_blank_values=True))

    @property
    def path(self) -> str:
        return urlsplit(self.address).path


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing an answer tells: a post, a comment, a hashtag's counters, one title of a list. `told` is what the platform sent of it
    (JSON), `kind` how it is to be read, `about` what only the address tells: the id or hashtag that was asked for. `surface` is
    the page or interface, and whether somebody was logged in where that is told."""

    kind: str
    told: dict[str, Any]
    about: str | None = None
    surface: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that keeps something back. `kind` is captcha, login (a session is wanted or has ended), guest (so it is, and a guest's
    may do), visitor (the page that hands out guest cookies), too_fast, blocked (the address or network is), account (it is restricted),
    signature, link (the address has lost its token), permission, server (it is in trouble; later it may answer) or unknown. `says` is the
    platform's own code and words."""

    kind: str
    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What an answer is. `next` has the parameters that ask for the next page, None on the last; `pages` and `total` what the
    platform says there is, which may be wrong; `left_out` counts, by kind, what is in it and not read."""

    endpoint: str
    items: tuple[Item, ...] = ()
    next: Mapping[str, str] | None = None
    pages: int | None = None
    total: int | None = None
    refusal: Refusal | None = None
    says: str | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Nothing was found, and nothing was refused."""
        return not self.items and self.refusal is None


@cache
def modules() -> tuple[ModuleType, ...]:
    """The modules of all platforms: the files of this folder that name hosts."""
    found = (importlib.import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(__path__))
    return tuple(module for module in found if hasattr(module, "HOSTS"))


def platform_of(address: str) -> ModuleType | None:
    """The platform whose host an address is of."""
    host = host_of(address)
    return next((module for module in modules() if host in module.HOSTS), None)


@cache
def module(name: str) -> ModuleType:
    """The module of a platform by its name."""
    return next(module for module in modules() if name == module.NAME)


def host_of(address: str) -> str:
    """The host of an address, "" where it has none."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").lower() if parts.port != 0 else ""
    except ValueError:  # such as an unclosed bracket, or a port that is none
        return ""


@lru_cache(maxsize=256)
def without_tokens(address: str) -> str:
    """An address as it may be kept: the values of parameters that open a session replaced, no user, password or fragment; nothing of what
    is no address."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return REPLACED
    query = [(name, REPLACED if name.lower() in SECRETS else value) for name, value in parse_qsl(parts.query, keep_blank_values=True)]
    whole = urlunsplit((parts.scheme, f"{parts.hostname or ''}{port}", parts.path, urlencode(query), ""))
    return SECRET_IN_ADDRESS.sub(rf"\1{REPLACED}", clean(whole))


def clean(told: Any) -> Any:
    """What an answer holds as it may be kept: without the tokens that addresses in it carry."""
    if isinstance(told, str):
        return SECRET_IN_TEXT.sub(rf"\1{REPLACED}", told) if may_hold_tokens(told.lower()) else told
    if isinstance(told, dict):
        return {name: REPLACED if name in SECRET_KEYS and value else clean(value) for name, value in told.items()}
    if isinstance(told, list):
        return [clean(value) for value in told]
    return told


def may_hold_tokens(lowered: str) -> bool:
    """Whether one of the names that `clean` looks for may stand in a text of small letters."""
    return any(name in lowered for name in IN_SUCH)


def clean_text(body: str) -> str:
    """The same for an answer that is text, because it could not be read; nor does it tell who looked at it, where that is known by its
    key."""
    told = SECRET_KEY_IN_TEXT.sub(rf"\1\2\3\4{REPLACED}", _without_viewer(body))
    return SECRET_IN_ADDRESS.sub(rf"\1{REPLACED}", clean(told))


def _without_viewer(body: str) -> str:
    """A page without what is in the objects that name who looks at it; one that is not closed reaches to the page's end."""
    kept, place = [], 0
    while found := VIEWER.search(body, place):
        kept.append(body[place : found.end()])
        place = _closing(body, found.end())
    return "".join([*kept, body[place:]])


def _closing(body: str, place: int) -> int:
    """Where the object that is open at a place is closed."""
    depth = 1
    for found in BRACE.finditer(body, place):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    return len(body)


def json_of(body: bytes) -> Any:
    """A JSON value. Raises ValueError, with a reason for people."""
    try:
        return orjson.loads(body)
    except ValueError:  # orjson knows neither lone surrogates nor NaN, and stops at a byte that is no UTF-8
        return _tolerant_json(body)


def _tolerant_json(body: bytes) -> Any:
    try:
        return json.loads(text_of(body), parse_constant=lambda name: None)
    except (ValueError, RecursionError) as error:
        start = body[:200].lstrip().lower()
        what = "a page stands where JSON should" if start.startswith(b"<") else "the JSON is damaged or cut off"
        raise ValueError(what if body.strip() else "the answer is empty") from error


def object_of(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises ValueError where it is none."""
    found = json_of(body)
    if isinstance(found, dict):
        return found
    raise ValueError("the answer is no JSON object")


def tree_of(html: str) -> LexborHTMLParser:
    """A page as a tree. Raises ValueError where it is nested beyond all measure: looking for things in it would take hours."""
    depth = 0
    for tag in TAG.finditer(html):
        depth += -1 if tag[1] else 0 if tag[2].lower() in VOID else 1
        if depth > DEEPEST:
            raise ValueError(f"the page is nested more than {DEEPEST} levels deep")
    return LexborHTMLParser(html)


def text_of(body: bytes) -> str:
    """A page as text; what is no UTF-8 becomes U+FFFD."""
    return body.decode("utf-8-sig", "replace")


def listed(told: Any, *path: str) -> list[Any]:
    """The list at a path of keys, or the values of an object that stands for one; empty where there is none."""
    told = at(told, *path)
    if isinstance(told, dict):
        return list(told.values())
    return told if isinstance(told, list) else []


def part(told: Any, *path: str) -> dict[str, Any]:
    """The object at a path of keys that an answer is asked for; an empty one where there is none. Raises ValueError where something
    else stands in its place or on the way to it: that is not nothing."""
    if told and not isinstance(told, dict):
        raise ValueError(f"something else stands where an object should: {str(told)[:40]!r}")
    return part(told.get(path[0]), *path[1:]) if told and path else told or {}


def shelf(told: Any, *path: str) -> list[Any]:
    """The list at a path of keys that an answer is asked for, as `listed` reads one. Raises ValueError as `part` does."""
    found = part(told, *path[:-1]).get(path[-1])
    if found and not isinstance(found, (list, dict)):
        raise ValueError(f"something else stands where a list should: {str(found)[:40]!r}")
    return listed(found)


def within(told: Any) -> list[Any]:
    """The entries of a list that stands within an entry of another. What is no list is one entry, and counted as none of its kind."""
    return (listed(told) or [told]) if told else []


def objects(entries: list[Any], left_out: Counter[str], kind: str) -> list[dict[str, Any]]:
    """The entries of a list that can be what it is a list of. Others are counted."""
    found = [entry for entry in entries if isinstance(entry, dict)]
    if len(found) < len(entries):
        left_out[f"entries of lists that are no {kind}"] += len(entries) - len(found)
    return found


def inner(told: Any, *path: str) -> dict[str, Any]:
    """The object at a path of keys; an empty one where there is none."""
    found = at(told, *path)
    return found if isinstance(found, dict) else {}


def at(told: Any, *path: str) -> Any:
    """What stands at a path of keys; None where the path breaks off."""
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    return told
