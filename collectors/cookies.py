"""Cookies: the user's own, and a guest's. Each goes to the hosts of its own domain and to no other.

The user's own come from the environment (GROUNDSWELL_WEIBO_COOKIE, GROUNDSWELL_WEIBO_MOBILE_COOKIE, GROUNDSWELL_XIAOHONGSHU_COOKIE, as a
Cookie header), or from a file `cookies.toml` in the home that only its owner may read, with lines such as
weibo_mobile = "SUB=…; SUBP=…". Guests' are kept in the home enciphered with its key, so that the guest flow is gone through once.
Nothing of either is ever logged, archived or exported.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from collectors.platforms import REPLACED, SECRETS
from data.errors import WrongUsage
from data.files import write_durably
from data.home import Home

WEIBO, WEIBO_MOBILE, XIAOHONGSHU = ".weibo.com", ".weibo.cn", ".xiaohongshu.com"
NAMES = {WEIBO: "weibo", WEIBO_MOBILE: "weibo_mobile", XIAOHONGSHU: "xiaohongshu"}
# Of what hosts set by themselves: the rest is theirs to measure readers with.
TAKEN = ("SUB", "SUBP", "XSRF-TOKEN")
# Names of cookies that open a session or stand for one, beside those that addresses have too. Shorter values than SHORTEST open none.
SECRET_NAME = re.compile(r"sess|token|sid|auth|ticket|csrf|^(scf|srt|srf|svb|websectiga|sec_poison_id|acw_tc)$", re.IGNORECASE)
SHORTEST, LONG, MANY = 9, 20, 8
HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")
# These need no session, and get none.
WITHOUT = frozenset(("m.s.weibo.com", "xhslink.com"))


def variable(domain: str) -> str:
    """The environment variable of the user's own cookies of a domain."""
    return f"GROUNDSWELL_{NAMES[domain].upper()}_COOKIE"


def domain_of(host: str) -> str | None:
    """The cookie domain a host is under."""
    return next((domain for domain in NAMES if f".{host}".endswith(domain)), None)


class Cookies:
    """The cookies of one process. `fresh` are the domains that a guest flow was gone through for just now."""

    def __init__(self, home: Home):
        self.home = home
        self.own = _own(home)
        self.guests = _read_guests(home)
        self.fresh: set[str] = set()
        self.set: dict[str, dict[str, str]] = {}

    def for_host(self, host: str) -> dict[str, str]:
        """What a host gets: the user's own cookies of its domain, else a guest's, and what the domain has set."""
        domain = domain_of(host)
        if domain is None or host in WITHOUT:
            return {}
        return {**self.set.get(domain, {}), **self._session(domain)}

    def _session(self, domain: str) -> dict[str, str]:
        """The user's own cookies of a domain, else a guest's: those that the next command has too."""
        mine = self.own.get(domain)
        return mine if mine is not None else self.guests.get(domain, {})

    def is_own(self, host: str) -> bool:
        return domain_of(host) in self.own

    def has_guest(self, host: str) -> bool:
        return domain_of(host) in self.guests

    def session(self, host: str) -> str | None:
        """A keyed hash that stands for the session with a host; tells nothing of it."""
        domain = domain_of(host)
        told = self._session(domain) if domain and host not in WITHOUT else {}
        known = "; ".join(f"{name}={told[name]}" for name in sorted(told) if name != "XSRF-TOKEN")
        return hmac.new(self.home.key, f"session\x1f{known}".encode(), "sha256").hexdigest()[:16]

    def take(self, host: str, headers: list[str]) -> None:
        """The Set-Cookie headers of a host's answer. A host sets cookies of its own domain only, and never over the user's."""
        domain = domain_of(host)
        if domain is None:
            return
        for name, value in cookies_in(headers).items():
            if name not in TAKEN or name in self.own.get(domain, {}):
                continue
            if value:
                self.set.setdefault(domain, {})[name] = value
            else:
                self.set.get(domain, {}).pop(name, None)

    def take_guest(self, domain: str, sub: str, subp: str) -> None:
        self.guests[domain] = {"SUB": sub, "SUBP": subp}
        self.set.get(domain, {}).pop("SUB", None)
        self.set.get(domain, {}).pop("SUBP", None)
        self.fresh.add(domain)
        _write_guests(self.home, self.guests)

    def newer_guest(self, domain: str) -> bool:
        """Takes over the guest's cookies that another process has got meanwhile; whether there are any."""
        found = _read_guests(self.home).get(domain)
        if found is None or found == self.guests.get(domain):
            return False
        self.guests[domain] = found
        self.fresh.add(domain)
        return True

    def forget_guest(self, domain: str) -> None:
        self.guests.pop(domain, None)
        _write_guests(self.home, self.guests)

    def told_in(self, body: bytes) -> bool:
        """Whether a value that opens a session stands in what came."""
        return any(secret in body for secret in self._secrets())

    def without(self, body: bytes) -> bytes:
        """What came, with "-" in place of each value that opens a session."""
        for secret in self._secrets():
            body = body.replace(secret, REPLACED.encode())
        return body

    def _secrets(self) -> list[bytes]:
        """The values that open a session, also as addresses and JSON write them; the longest first, since one may stand within another."""
        pairs = [*self.own.values(), *self.guests.values(), *self.set.values()]
        found = {value for told in pairs for name, value in told.items() if opens_session(name, value)}
        forms = {form for value in found for form in (value, quote(value, safe=""), unquote(value), value.replace("/", "\\/"))}
        return [form.encode() for form in sorted(forms, key=len, reverse=True)]


def opens_session(name: str, value: str) -> bool:
    """Whether a cookie's value opens a session or stands for one: by its name, or by its looks (long, and of many different characters).
    Hosts and names of applications, which cookies hold too, stand in every page."""
    if name.lower() in SECRETS or SECRET_NAME.search(name):
        return len(value) >= SHORTEST
    is_word = value.lower() == value and not any(map(str.isdigit, value))
    return len(value) >= LONG and len(set(value)) >= MANY and not is_word and not all(map(HOST.fullmatch, value.split(",")))


def cookies_in(headers: list[str]) -> dict[str, str]:
    """What Set-Cookie headers set; "" for what they take away."""
    found = {}
    for header in headers:
        told, *attributes = header.split(";")
        name, _, value = told.partition("=")
        ended = value.strip() == "deleted" or any(part.replace(" ", "").lower() == "max-age=0" for part in attributes)
        found[name.strip()] = "" if ended else value.strip()
    return found


def _own(home: Home) -> dict[str, dict[str, str]]:
    kept = _file(home.path / "cookies.toml")
    found = {}
    for domain, name in NAMES.items():
        told = os.environ.get(variable(domain)) or kept.get(name)
        if told:
            found[domain] = parsed(told, variable(domain) if os.environ.get(variable(domain)) else f"cookies.toml, {name}")
    return found


def parsed(header: str, where: str) -> dict[str, str]:
    """A Cookie header as names and values. Raises WrongUsage, without a word of what it holds."""
    told = header.removeprefix("Cookie:").strip()
    pairs = [pair.strip().partition("=") for pair in told.split(";") if pair.strip()]
    sound = pairs and all(name and sign for name, sign, _ in pairs) and all(" " < letter <= "~" for letter in told.replace(" ", ""))
    if not sound:
        raise WrongUsage(f"{where}: not a Cookie header. Copy it from the browser's network view: NAME=VALUE; NAME=VALUE")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _file(path: Path) -> Mapping[str, str]:
    if not path.is_file():
        return {}
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise WrongUsage(f"{path}: others may read it. Say: chmod 600 {path}")
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise WrongUsage(f'{path}: not a TOML file. Write lines such as weibo_mobile = "SUB=…; SUBP=…"') from None
    if set(told) - set(NAMES.values()) or not all(isinstance(value, str) for value in told.values()):
        raise WrongUsage(f"{path}: known are {', '.join(NAMES.values())}, each a text")
    return told


def _guest_file(home: Home) -> Path:
    return home.path / "live" / "guests"


def _read_guests(home: Home) -> dict[str, dict[str, str]]:
    try:
        nonce, _, packed = _guest_file(home).read_text().partition(".")
        told = json.loads(_enciphered(home, bytes.fromhex(nonce), base64.b64decode(packed)))
    except (FileNotFoundError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _write_guests(home: Home, guests: Mapping[str, Mapping[str, str]]) -> None:
    nonce = secrets.token_bytes(16)
    packed = base64.b64encode(_enciphered(home, nonce, json.dumps(guests).encode())).decode()
    path = _guest_file(home)
    unfinished = path.with_name("guests.part")
    write_durably(unfinished, f"{nonce.hex()}.{packed}".encode())
    unfinished.chmod(0o600)
    unfinished.replace(path)


def _enciphered(home: Home, nonce: bytes, plain: bytes) -> bytes:
    """The bytes under a stream of the home's key, which is its own inverse: what is kept cannot be found by its value."""
    blocks = (hmac.digest(home.key, b"guest" + nonce + number.to_bytes(4, "big"), hashlib.sha256) for number in range(len(plain) // 32 + 1))
    return bytes(one ^ other for one, other in zip(plain, b"".join(blocks), strict=False))
