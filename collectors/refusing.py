"""Refusals of hosts: how long each holds, what a person can do about it, and the wait that a host asks for."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import isfinite

from collectors.cookies import WEIBO, domain_of, variable
from collectors.platforms import Refusal
from data.clock import now
from data.errors import Blocked

# How long a refusal holds: what others measured, and longer rather than shorter.
LASTS = {
    "captcha": timedelta(hours=6),
    "login": timedelta(hours=3),
    "guest": timedelta(hours=3),
    "visitor": timedelta(hours=3),
    "too_fast": timedelta(hours=3),
    "blocked": timedelta(hours=6),
    "account": timedelta(hours=24),
    "signature": timedelta(hours=24),
    "permission": timedelta(hours=24),
    "server": timedelta(minutes=15),
    "connection": timedelta(minutes=5),
    "unknown": timedelta(hours=3),
}
LONGEST_REFUSAL = timedelta(days=30)  # a host may ask for more, and is tried again then
LASTS_OF = {"HTTP 414": timedelta(hours=24), "HTTP 429": timedelta(hours=1)}
# Statuses by which a host keeps this reader away, whatever was asked for; a robots file that is refused otherwise says nothing.
REFUSING = {
    status: (kind, f"HTTP {status}")
    for status, kind in ((414, "blocked"), (418, "too_fast"), (432, "blocked"), (461, "captcha"), (471, "captcha"))
}
OF_SESSION = ("login", "guest", "visitor", "account")
REMEDIES = {
    "captcha": "It wants a captcha solved. Open the site in your own browser, solve it there, and come back",
    "login": "It wants a login. Log in with your own browser and set {cookie} to its cookies",
    "guest": "It wants a session, and a guest's does not do. Log in with your own browser and set {cookie} to its cookies",
    "visitor": "It hands out no guest cookie. Log in with your own browser and set {cookie} to its cookies",
    "too_fast": "It says that it was asked too fast. Leave it alone",
    "blocked": "It refuses this network address. Leave it alone, or read it in your own browser and import a recording (HAR)",
    "account": "It has restricted the account. Look into it with your own browser",
    "signature": "It takes only its own scripts' calls. Read it in your own browser and import a recording (HAR)",
    "permission": "It gives no permission for this. Read it in your own browser and import a recording (HAR)",
    "server": "It is in trouble itself",
    "connection": "It cannot be reached, or breaks off. Check the network",
    "unknown": "Something stands there that is not known here. Look at the page with your own browser",
}


class Stopped(Blocked):
    """A host refuses, or did so lately. `until` is when it may be asked again (naive UTC)."""

    def __init__(self, host: str, kind: str, says: str, until: datetime):
        self.host, self.kind, self.says, self.until = host, kind, says, until
        cookie = variable(domain_of(host) or WEIBO)
        remedy = REMEDIES.get(kind, REMEDIES["unknown"]).format(cookie=cookie)
        super().__init__(f"{host}: {says}. {remedy}. Not asked again before {until:%Y-%m-%d %H:%M} UTC. What came before is kept")

    @property
    def retry_after(self) -> str:
        """`until` as programs are told it: with its zone, in whole seconds, never earlier."""
        whole = self.until.replace(microsecond=0)
        return f"{whole if whole == self.until else whole + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"


def lasts(refusal: Refusal) -> timedelta:
    """How long a host that refuses so is left alone, where it does not say so itself."""
    return LASTS_OF.get(refusal.says) or LASTS.get(refusal.kind, LASTS["unknown"])


def retry_after(told: str | None) -> float:
    """Seconds to wait, told as such or as a date; 0 for what is neither, and never longer than LONGEST_REFUSAL."""
    if not told:
        return 0.0
    try:
        seconds = float(told)
    except ValueError:
        seconds = _until(told)
    return min(max(0.0, seconds), LONGEST_REFUSAL.total_seconds()) if isfinite(seconds) else 0.0


def _until(told: str) -> float:
    try:
        when = parsedate_to_datetime(told)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return (when.astimezone(UTC).replace(tzinfo=None) - now()).total_seconds()
    except (ValueError, OverflowError):
        return 0.0
