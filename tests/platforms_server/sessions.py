"""Who is asking: the user's own login, a guest, a guest whose time is over, or nobody.

Cookies of `.weibo.com` and `.weibo.cn` are different sessions: one says nothing on the other's hosts.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.platforms_server.answers import Request
from tests.platforms_server.world import chance

DESKTOP, MOBILE, NOTES = ".weibo.com", ".weibo.cn", ".xiaohongshu.com"
DOMAINS = (DESKTOP, MOBILE, NOTES)


def domain_of(host: str) -> str | None:
    """The cookie domain a host is under."""
    return next((domain for domain in DOMAINS if f".{host}".endswith(domain)), None)


@dataclass(frozen=True, kw_only=True)
class Guest:
    tid: str
    sub: str
    subp: str
    domain: str
    made: datetime


class Sessions:
    """`login` holds the user's own cookies by domain, as Cookie headers; `guest_life` is how long a guest pair is good for. `noise`:
    what a host sets for everybody. `open_house`: everybody counts as logged in, for a browser that has no cookies here."""

    def __init__(self, seed: int, guest_life: timedelta | None = None) -> None:
        self._lock = threading.Lock()
        self._seed = seed
        self.guest_life = guest_life
        self.guests: list[Guest] = []
        self.signed_out: set[str] = set()
        self.open_house = False
        self.xsrf = self._word("xsrf")[:24]
        self.noise = {MOBILE: f"_T_WM={self._word('noise', 'cn')[:16]}", NOTES: f"acw_tc={self._word('noise', 'xhs')[:32]}"}
        self.login = {
            DESKTOP: f"SUB=_2A25{self._word('login', 'com')}; SUBP=0033WrSX{self._word('subp', 'com')}; XSRF-TOKEN={self.xsrf}",
            MOBILE: f"SUB=_2A25{self._word('login', 'cn')}; SUBP=0033WrSX{self._word('subp', 'cn')}; SSOLoginState=1781000000",
            NOTES: f"web_session=0400{self._word('login', 'xhs')}; a1=18{self._word('a1')}; webId={self._word('webid')[:32]}",
        }

    def _word(self, *what: object) -> str:
        return "".join(f"{int(chance(self._seed, *what, part) * 2**48):012x}" for part in range(5))

    def own_cookies(self) -> dict[str, str]:
        """What a user would put into the environment."""
        names = {"GROUNDSWELL_WEIBO_COOKIE": DESKTOP, "GROUNDSWELL_WEIBO_MOBILE_COOKIE": MOBILE, "GROUNDSWELL_XIAOHONGSHU_COOKIE": NOTES}
        return {name: self.login[domain] for name, domain in names.items()}

    def new_guest(self, domain: str, now: datetime) -> Guest:
        with self._lock:
            number = len(self.guests)
            guest = Guest(
                tid=f"01A{self._word('tid', number)[:40]}",
                sub=f"_2AkM{self._word('guest', number)}",
                subp=f"0033WrSX{self._word('guest-p', number)}",
                domain=domain,
                made=now,
            )
            self.guests.append(guest)
            return guest

    def sign_out(self, domain: str) -> None:
        """The user's own cookies stop being good."""
        self.signed_out.add(domain)

    def who(self, request: Request) -> str:
        """login, guest, expired or nobody."""
        domain = domain_of(request.host)
        if domain is None:
            return "nobody"
        if self.open_house:
            return "login"
        name = "web_session" if domain == NOTES else "SUB"
        told = request.cookies.get(name)
        if not told:
            return "nobody"
        if f"{name}={told}" in self.login[domain].split("; "):
            return "expired" if domain in self.signed_out else "login"
        guest = next((one for one in self.guests if one.sub == told and one.domain == domain), None)
        if guest and request.cookies.get("SUBP") == guest.subp and not self._over(guest, request.now):
            return "guest"
        return "expired"

    def _over(self, guest: Guest, now: datetime) -> bool:
        return self.guest_life is not None and now - guest.made > self.guest_life

    def secrets(self) -> dict[str, str]:
        """Every cookie value worth hiding, and the domain it may be sent to."""
        headers = [*self.login.items(), *self.noise.items()]
        told = {pair.split("=", 1)[1]: domain for domain, header in headers for pair in header.split("; ")}
        with self._lock:
            for guest in self.guests:
                told |= {guest.sub: guest.domain, guest.subp: guest.domain}
        return {value: domain for value, domain in told.items() if len(value) > 12}
