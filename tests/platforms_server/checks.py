"""What the log proves. Each function gives the violations it found, as sentences: an empty list is what a test wants."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from tests.platforms_server import edith_xiaohongshu_com
from tests.platforms_server.clock import CHINA
from tests.platforms_server.log import Entry, Log
from tests.platforms_server.server import ROOMS
from tests.platforms_server.sessions import Sessions, domain_of

# Where an answer itself leads: looking there is no new question.
LED_TO = ("/404", "/website-login/captcha", "/login.php", "/sso/signin")
HARD = (
    "HTTP 403",
    "HTTP 414",
    "HTTP 418",
    "HTTP 432",
    "HTTP 461",
    "HTTP 471",
    "captcha",
    "risk page",
    "address",
    "too fast",
    "account",
    "browser",
)


def too_close(log: Log, host: str, least: float, *, world: bool = True, slack: float = 0.0) -> list[str]:
    """Two requests to `host` less than `least` seconds apart, by the world's clock or the machine's. `slack` forgives the clock: with a
    world that runs 600 times as fast, ten real milliseconds are six seconds."""
    found = []
    for one, other in pairwise(log.entries(host)):
        gap = (other.world_at - one.world_at).total_seconds() if world else other.at - one.at
        if gap < least - slack:
            found.append(f"{gap:.3f} s between {one} and {other}")
    return found


def over_budget(log: Log, host: str, most: int, within: timedelta = timedelta(hours=1)) -> list[str]:
    """More than `most` requests to `host` in any stretch of world time."""
    rows = log.entries(host)
    return [
        f"{most + 1} requests within {rows[at + most].world_at - row.world_at} from {row}"
        for at, row in enumerate(rows[: -most or None])
        if at + most < len(rows) and rows[at + most].world_at - row.world_at < within
    ]


def guest_flows(log: Log) -> dict[str, int]:
    """How many guest cookies each passport host was asked for."""
    asked = [row for row in log.entries() if row.path.startswith("/visitor/genvisitor")]
    return {host: sum(row.host == host for row in asked) for host in {row.host for row in asked}}


def guest_twice(log: Log, most: int = 1) -> list[str]:
    return [f"{number} guest flows on {host}" for host, number in guest_flows(log).items() if number > most]


def fingerprinted(log: Log) -> list[str]:
    """The first version of the guest flow, which wants an invented browser."""
    return [str(row) for row in log.entries() if row.path == "/visitor/genvisitor" or row.query.get("a") == "incarnate"]


def after_block(log: Log, *, hours: float = 2, kinds: Iterable[str] = HARD) -> list[str]:
    """A request to a host that had refused, before `hours` of world time are over."""
    found, kinds = [], tuple(kinds)
    for host in {row.host for row in log.entries()}:
        blocked: Entry | None = None
        for row in log.entries(host):
            if blocked and row.path not in LED_TO and row.world_at - blocked.world_at < timedelta(hours=hours):
                found.append(f"{row} after {blocked}")
            if row.block in kinds:
                blocked = row
    return found


def after_login_wall(log: Log, host: str, most: int = 1) -> list[str]:
    """More than `most` further requests to a host that wants a login: the guest cookie may be renewed once."""
    rows = log.entries(host)
    first = next((at for at, row in enumerate(rows) if row.block == "login"), len(rows))
    return [str(row) for row in rows[first + 1 + most :]]


def impatient(log: Log) -> list[str]:
    """A request before the Retry-After of the same host's last answer was over (world time, two hundredths forgiven)."""
    found = []
    for host in {row.host for row in log.entries()}:
        for one, other in pairwise(log.entries(host)):
            if one.wait is not None and (other.world_at - one.world_at).total_seconds() < one.wait * 0.98:
                found.append(f"{other} came within the {one.wait:g} s that {one} asked for")
    return found


def cookies_astray(log: Log, sessions: Sessions) -> list[str]:
    """A session cookie on a host it does not belong to."""
    belongs = sessions.secrets()
    return [
        f"{name} of {belongs[value]} sent to {row.host}{row.path}"
        for row in log.entries()
        for name, value in row.cookies.items()
        if value in belongs and domain_of(row.host) != belongs[value]
    ]


def secrets_in_addresses(log: Log, sessions: Sessions) -> list[str]:
    """A session cookie within an address. Only the guest flow's own page takes them there."""
    told = sessions.secrets()
    rows = [row for row in log.entries() if row.path != "/visitor/visitor"]
    return [str(row) for row in rows if any(secret in value for secret in told for value in row.query.values())]


def strays(log: Log) -> list[str]:
    """Requests to something that is no platform, such as where a redirect led, or to an address without its host."""
    return [str(row) for row in log.entries() if row.host not in ROOMS]


def signed_calls(log: Log) -> list[str]:
    """Anything asked of the signed API."""
    return [str(row) for row in log.entries(edith_xiaohongshu_com.HOST)]


def robots_unread(log: Log) -> list[str]:
    """Hosts asked for a page before their robots.txt. The guest pages do not count: they are where a host itself leads."""
    first: dict[str, Entry] = {}
    for row in log.entries():
        first.setdefault(row.host, row)
    return [str(row) for host, row in first.items() if row.path != "/robots.txt" and "passport" not in host and host in ROOMS]


def looks(log: Log, mid: str, bid: str) -> list[datetime]:
    """The world's times at which one Weibo post was asked for by itself."""
    paths = ("/statuses/show", "/statuses/extend", "/ajax/statuses/show", "/ajax/statuses/longtext", f"/detail/{mid}", f"/status/{bid}")
    rows = [row for row in log.entries() if row.path in paths]
    return [row.world_at for row in rows if row.query.get("id") in (mid, bid) or row.path.endswith((mid, bid))]


def by_day(log: Log, host: str) -> dict[str, int]:
    """Requests to a host by day in China."""
    days = [f"{row.world_at.astimezone(CHINA):%Y-%m-%d}" for row in log.entries(host)]
    return {day: days.count(day) for day in dict.fromkeys(days)}


def failures(log: Log) -> list[str]:
    """Where this server itself failed: a test with one of these says nothing."""
    return [str(row) for row in log.entries() if row.status == 599]


def bare(text: str) -> str:
    """A text without what a surface adds at its ends: zero-width spaces and white space."""
    return text.strip(" \t\r\n\u200b\u3000\xa0")
