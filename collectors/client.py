"""The only code that talks to a platform.

It asks no host that the user has not consented to, waits its turn (`collectors.hosts`), follows `GROUNDSWELL_HOSTS` (JSON: a host and the
address its requests go to instead, such as a mirror or a test server), and says who is asking. What refuses is not asked again before
its time: no captcha is solved, no call signed, no browser invented. The guest flow of Weibo is gone through at most once.
"""

import ipaddress
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import ModuleType
from typing import NoReturn
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit

import httpx2 as httpx
from protego import Protego

from collectors.cookies import WEIBO, WEIBO_MOBILE, WITHOUT, Cookies, cookies_in, domain_of
from collectors.hosts import LONGEST_WAIT, Halted, Hosts
from collectors.platforms import Answer, Page, Refusal, clean_text, host_of, platform_of, xiaohongshu
from collectors.recordings import LONGEST_ANSWER, decoded
from collectors.refusing import LASTS_OF, OF_SESSION, REFUSING, Stopped, lasts, retry_after
from data import clock
from data.clock import now
from data.errors import GroundswellError, WrongUsage
from data.home import Home
from data.log import Log
from data.model import Consent
from data.version import VERSION

USER_AGENT = f"groundswell/{VERSION} (research and journalism; one slow reader)"
TIMEOUT = httpx.Timeout(20.0, connect=10.0)
LONGEST = 30.0  # real seconds for one answer, however steadily it drips
LEAST_DISK = 500 * 2**20
HOPS = 3
TRIES = 4
BACKOFF = (5.0, 20.0, 60.0)  # seconds before each further try
PATIENCE_UNPACED = 5.0
TRANSIENT = (429, 500, 501, 502, 503, 504)
# An answer of this kind is the fault of the question: asking again does not help.
OUR_FAULT = b"Cannot read properties of undefined"
FORBIDS = "its robots.txt forbids all"
REPORTED = "its robots.txt is reported to forbid all"
ALLOWS = "its robots.txt does not forbid all"
NO_ROBOTS = "its robots.txt is not there, or could not be read"
NAMED = "the host was named"
FOR_GUESTS = "it gives guests' cookies to the hosts of its domain that were consented to"
NOT_MAPPED = "GROUNDSWELL_HOSTS does not map it, and without its pace it is not asked"
IN_THE_CLEAR = "GROUNDSWELL_HOSTS leads to it without https, where others could read your cookies. Write https:// there"
ROBOTS = "/robots.txt"
REFUSES = "it refuses"
NOT_THERE = (400, 404, 410)  # of the one address, not of the host
# What others report the terms to say, shown before somebody consents.
TERMS = (
    "Weibo and Xiaohongshu are reported to forbid automated collection without permission in their terms; both have open platforms. "
    "Read the terms, keep it small, and think of the people who post."
)
SHORT_LINKS = {"xhslink.com": xiaohongshu}
PASSPORTS = {WEIBO: "passport.weibo.com", WEIBO_MOBILE: "visitor.passport.weibo.cn"}
VISITOR_PAGE = "https://passport.weibo.com/visitor/visitor"
JSONP = re.compile(r"\((.*)\)", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """An answer, the headers that are kept of it, and what it is: `page`, or the reason why that cannot be told."""

    answer: Answer
    headers: list[tuple[str, str]]
    page: Page | None
    unreadable: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Raw:
    """What came over the wire: `body` is unpacked; `damaged` says why it could not be."""

    status: int
    headers: httpx.Headers
    body: bytes
    damaged: str | None = None


def mapping() -> dict[str, str]:
    """Where GROUNDSWELL_HOSTS sends the requests of hosts. Raises WrongUsage when it is not what it should be."""
    told = os.environ.get("GROUNDSWELL_HOSTS")
    if not told:
        return {}
    try:
        mapped = json.loads(told)
        for place in mapped.values():
            if urlsplit(place).scheme not in ("http", "https") or not urlsplit(place).hostname:
                raise ValueError(f"{place!r} is not an address")
    except (ValueError, AttributeError) as error:
        raise WrongUsage(f'GROUNDSWELL_HOSTS: write JSON such as {{"m.weibo.cn": "http://127.0.0.1:8700"}} ({error})') from error
    return mapped


def reachable(host: str, *, timeout: float = 5.0) -> str | None:
    """None where the host answers, else why not, in words: one that refuses does not. Reads only its robots file."""
    mapped = mapping()
    if host not in mapped and (unpaced() or clock.speed() is not None):
        return NOT_MAPPED
    place = mapped.get(host, f"https://{host}").rstrip("/")
    try:
        with httpx.Client(timeout=timeout, headers={"User-Agent": USER_AGENT}, trust_env=not mapped) as client:
            status = client.get(f"{place}{ROBOTS}").status_code
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"
    return f"{REFUSES} (HTTP {status})" if status in REFUSING or status == 429 else None


def unpaced() -> bool:
    """Whether nobody has to wait. Raises WrongUsage where a clock runs or nobody waits and a host is not of this machine."""
    free = os.environ.get("GROUNDSWELL_PACE") == "0"
    if free or clock.speed() is not None:
        mapped = mapping()
        if not mapped or not all(map(_of_this_machine, mapped.values())):
            raise WrongUsage(
                "GROUNDSWELL_PACE=0 and a running GROUNDSWELL_NOW are for tests: they need GROUNDSWELL_HOSTS with addresses of this "
                "machine (127.0.0.1) only"
            )
    return free


def _of_this_machine(place: str) -> bool:
    host = urlsplit(place).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Client:
    """Talks to the platforms for one command. `requests` counts every request; `go_on` is asked while it waits."""

    def __init__(self, home: Home, *, run_id: str, accepted: Iterable[str] = (), go_on: Callable[[], bool] = lambda: True):
        self.home, self.run_id, self.accepted, self.go_on = home, run_id, frozenset(accepted), go_on
        self.mapped, self.unpaced = mapping(), unpaced()
        self.guarded = self.unpaced or clock.speed() is not None
        self.hosts = Hosts(home.path / "live" / "hosts", unpaced=self.unpaced)
        self.cookies = Cookies(home)
        self.log = Log(home.log)
        self.consents = {row["host"]: row["says"] for row in self.log.read("consent", columns=["host", "says"]).to_pylist()}
        self.robots: dict[str, Protego] = {}
        self.requests = 0

    @cached_property
    def http(self) -> httpx.Client:
        """Made when the first request is. No jar: every mapped host may be the same machine, so cookies are put into each request by
        its host."""
        return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=not self.mapped)

    def close(self) -> None:
        if "http" in self.__dict__:
            self.http.close()

    def consented(self, hosts: Iterable[str]) -> None:
        """Sees that the user has consented to hosts, so far as that can be told without asking them. Raises WrongUsage, with what to
        say, where it is not."""
        missing = [host for host in dict.fromkeys(hosts) if host not in self.consents and not self.accepted & {host, "default"}]
        if missing:
            with_it = ", ".join(dict.fromkeys(filter(None, map(self._guest_host, missing))))
            guests = f", and with it {with_it} for a guest's cookie as long as you give none of your own" if with_it else ""
            raise WrongUsage(
                f"You have not consented yet to asking {', '.join(missing)}{guests}. {TERMS} Say --accept-terms default for hosts whose "
                f"robots.txt does not forbid all, or name them: --accept-terms {','.join(missing)}"
            )

    def permitted(self, hosts: Iterable[str]) -> None:
        """Sees that the user has consented to hosts, by their robots files too, and records it where it is told just now. Raises
        WrongUsage where it is not."""
        wanted = list(dict.fromkeys(hosts))
        self.consented(wanted)
        for host in wanted:
            self._agreed(host)

    def _agreed(self, host: str) -> None:
        """Records a consent that the host's robots file allows to take as given. Raises WrongUsage where the host has to be named."""
        forbids = self._forbids(host)
        if forbids and host not in self.accepted and not self._named(host):
            raise WrongUsage(f"{host}: {forbids} that have no agreement with it. {TERMS} If you are sure, name it: --accept-terms {host}")
        if host not in self.consents or (forbids and not self._named(host)):
            says = f"{forbids}; {NAMED}" if forbids else ALLOWS if self.hosts.robots(host) else NO_ROBOTS
            self._consent(host, f"{says}; {FOR_GUESTS}" if host in PASSPORTS.values() else says)

    def _guest_host(self, host: str) -> str | None:
        """The host that gives a guest's cookie for a host; None where the user's own is set, and where none is wanted."""
        return None if host in WITHOUT or self.cookies.is_own(host) else PASSPORTS.get(domain_of(host) or "")

    def _forbids(self, host: str) -> str | None:
        """Why a host has to be named: its robots file forbids all, or is reported to, whatever is read of it today."""
        if not self._robots(host).can_fetch(f"https://{host}/", USER_AGENT):
            return FORBIDS
        platform = platform_of(f"https://{host}/")
        return REPORTED if host in getattr(platform, "REPORTED_TO_FORBID_ALL", ()) else None

    def _named(self, host: str) -> bool:
        return NAMED in self.consents.get(host, "")

    def _consent(self, host: str, says: str) -> None:
        self.log.append_rows([Consent(host=host, given_at=now(), says=says, run_id=self.run_id)])
        self.consents[host] = says

    def ask(self, address: str, keep: Callable[[Answer, list[tuple[str, str]]], None]) -> Fetched:
        """The answer to a question. It is handed to `keep` before anything reads it. Raises Stopped where the host refuses."""
        platform = platform_of(address) or SHORT_LINKS.get(host_of(address))
        if platform is None:
            raise ValueError(f"{host_of(address)} is no platform's host")
        first = host_of(address)
        self._not_refused(first)
        while True:
            with self.hosts.held(first, least=self._delay(first), go_on=self.go_on):
                fetched = self._asked(address, platform, keep)
            if fetched:
                return fetched

    def _asked(self, address: str, platform: ModuleType, keep: Callable[[Answer, list[tuple[str, str]]], None]) -> Fetched | None:
        """One answer; None where a guest's cookie came instead. Nobody else asks the host before it is known whether it refuses."""
        host, raw, answer = self._answered(address, platform)
        kept = [(name, value) for name, value in raw.headers.multi_items()]
        if answer.body:
            keep(answer, kept)
        fetched = read(platform, answer, kept, raw.damaged)
        refusal = fetched.page.refusal if fetched.page else None
        if refusal is None or refusal.kind == "link":  # a link is of this one address
            return fetched
        if not self._again_as_guest(host, refusal):
            asked_to_wait = timedelta(seconds=retry_after(raw.headers.get("retry-after")))
            self._stop(host, refusal, max(asked_to_wait, lasts(refusal)))
        return None

    def _again_as_guest(self, host: str, refusal: Refusal) -> bool:
        """Goes through the guest flow where that may help, which is once: with no cookie at all, or with one of an earlier command
        that has become too old."""
        domain = domain_of(host)
        if domain is None or refusal.kind not in ("visitor", "guest", "login") or self._guest_host(host) is None:
            return False
        if domain in self.cookies.fresh or (refusal.kind == "login" and not self.cookies.has_guest(host)):
            return False
        if self.cookies.newer_guest(domain):  # another command of this home has just been through it
            return True
        self.cookies.forget_guest(domain)
        try:
            self._guest_flow(domain)
        except Stopped as stopped:
            self._stop(host, Refusal("visitor", f"it wants a guest cookie, and {stopped.host} gives none: {stopped.says}"))
        return True

    def _guest_flow(self, domain: str) -> None:
        """The second version of the flow, without a fingerprint. Consent to a host holds for that of its guests too, whose own robots file
        is kept to. Raises Stopped where it gives none."""
        host, mobile = PASSPORTS[domain], domain == WEIBO_MOBILE
        address = f"https://{host}/visitor/genvisitor2"
        self._heed(host, address)
        form = {
            "cb": "visitor_gray_callback", "ver": "20250916", "tid": "", "from": "weibo", "webdriver": "false",
            "return_url": "https://m.weibo.cn/" if mobile else "https://weibo.com/",
        }  # fmt: skip
        sent = self._patiently(host, address, form=form, referer=f"https://{host}/visitor/visitor")
        try:
            told = json.loads((JSONP.search(sent.body.decode("utf-8", "replace")) or [""])[0][1:-1])
            data = told["data"]
            tid, sub, subp = data.get("tid") or "", data["sub"], data["subp"]
        except (ValueError, KeyError, TypeError, AttributeError):
            self._stop(host, Refusal("visitor", "it gives no guest cookie"))
        if not mobile:
            asked = {
                "a": "crossdomain", "t": tid, "sp": subp, "s": sub, "from": "weibo", "_rand": f"{secrets.randbelow(10**9) / 10**9}",
                "url": "https://weibo.com/",
            }  # fmt: skip
            self._heed(host, VISITOR_PAGE)
            sent = self._patiently(host, f"{VISITOR_PAGE}?{urlencode(asked)}")
            given = cookies_in(sent.headers.get_list("set-cookie"))
            if not given.get("SUB"):
                self._stop(host, Refusal("visitor", "it sets no guest cookie"))
            sub, subp = given["SUB"], given.get("SUBP") or subp
        self.cookies.take_guest(domain, sub, subp)

    def _answered(self, asked: str, platform: ModuleType) -> tuple[str, _Raw, Answer]:
        """The host that answered in the end, and its answer. Redirects are followed to hosts of the same platform only, each of
        which needs the user's consent; others are an answer themselves."""
        address = asked
        for _ in range(HOPS):
            host = host_of(address)
            self._may_ask(host, address)
            raw = self._patiently(host, address)
            location = raw.headers.get("location") if 300 <= raw.status < 400 else None
            leads_to = self._leads_to(address, location) if location else None
            answer = Answer(address=address, body=raw.body, seen_at=now(), status=raw.status, location=leads_to)
            if not leads_to or not self._follows(leads_to, platform, answer):
                return host, raw, answer
            address = _by_https(leads_to)
        self._stop(host_of(asked), Refusal("unknown", "it leads on and on without an answer"))

    def _leads_to(self, address: str, location: str) -> str:
        """Where a redirect leads, by the platform's own address: a mirror may name its own. "" for what is no address."""
        try:
            there = urljoin(self._mapped(host_of(address), address), location)
        except ValueError:
            return ""
        for host, place in self.mapped.items():
            if there.startswith(f"{place.rstrip('/')}/"):
                return f"https://{host}{there.removeprefix(place.rstrip('/'))}"
        return urljoin(address, location)

    def _follows(self, leads_to: str, platform: ModuleType, answer: Answer) -> bool:
        """Whether a redirect is only another address of the same thing, or a short link: not a login, a captcha or a page that says
        no."""
        if host_of(leads_to) not in platform.HOSTS:
            return host_of(leads_to) in SHORT_LINKS and host_of(leads_to) == host_of(answer.address)
        there = platform.endpoint(leads_to)
        return there is not None and (host_of(answer.address) in SHORT_LINKS or there == platform.endpoint(answer.address))

    def _may_ask(self, host: str, address: str) -> None:
        self.consented([host])
        self._heed(host, address)

    def _heed(self, host: str, address: str) -> None:
        """Keeps to a host's robots file and to its refusals. Raises WrongUsage and Stopped."""
        self._agreed(host)
        if not self._named(host) and not self._robots(host).can_fetch(address, USER_AGENT):
            path = urlsplit(address).path or "/"
            raise WrongUsage(f"{host}: its robots.txt forbids {path}. {TERMS} If you are sure, name it: --accept-terms {host}")
        self._not_refused(host)

    def _not_refused(self, host: str) -> None:
        """Raises Stopped where a host refused lately."""
        refused = self.hosts.refusal(host, self.cookies.session(host))
        if refused:
            raise Stopped(host, refused.kind, refused.says, datetime.fromisoformat(refused.until))

    def _stop(self, host: str, refusal: Refusal, how_long: timedelta | None = None) -> NoReturn:
        """Opens the circuit of a host. Raises Stopped."""
        session = self.cookies.session(host) if refusal.kind in OF_SESSION else None
        refused = self.hosts.refuse(host, refusal.kind, refusal.says, how_long or lasts(refusal), session)
        raise Stopped(host, refusal.kind, refusal.says, datetime.fromisoformat(refused.until))

    def _robots(self, host: str) -> Protego:
        """A host's robots file, read once a day. A missing one says nothing, and neither does one that cannot be read of a host that
        GROUNDSWELL_HOSTS maps, such as a mirror: it is looked for again by the next command. Raises Stopped where it cannot be read of
        any other host, which forbids all until it can (RFC 9309), and where a host asks to come back later."""
        if host not in self.robots:
            text = self.hosts.robots(host)
            if text is None:
                text = self._read_robots(host)
            self.robots[host] = Protego.parse(text.removeprefix("\ufeff"))
        return self.robots[host]

    def _read_robots(self, host: str) -> str:
        """The robots file as the host gives it, which is kept; "" where it has none."""
        self._not_refused(host)
        with self.hosts.held(host, go_on=self.go_on):
            self._not_refused(host)  # while it waited, another may have been told so
            try:
                with self.hosts.turn(host, go_on=self.go_on):
                    raw = self._send(host, f"https://{host}{ROBOTS}")
            except (httpx.HTTPError, _Broken) as error:
                return self._without_robots(host, Refusal("connection", _in_words(error)))
            if raw.status in REFUSING:
                self._stop(host, Refusal(*REFUSING[raw.status]), LASTS_OF.get(f"HTTP {raw.status}"))
            unreadable = _unreadable(raw)
            if unreadable:
                return self._without_robots(host, unreadable, retry_after(raw.headers.get("retry-after")))
            self.cookies.take(host, raw.headers.get_list("set-cookie"))
        text = raw.body.decode("utf-8", "replace") if raw.status == 200 else ""
        self.hosts.keep_robots(host, text)
        return text

    def _without_robots(self, host: str, refusal: Refusal, asked_to_wait: float = 0.0) -> str:
        if host not in self.mapped or asked_to_wait:
            says = f"its robots.txt cannot be read ({refusal.says}), which forbids all until it can"
            self._stop(host, Refusal(refusal.kind, says), max(lasts(refusal), timedelta(seconds=asked_to_wait)))
        return ""

    def _patiently(self, host: str, address: str, *, form: Mapping[str, str] | None = None, referer: str | None = None) -> _Raw:
        """An answer, asked for again a few times where the host is in trouble for a moment. Raises Stopped where it stays so."""
        attempt = 0
        while True:
            asked_to_wait = 0.0
            try:
                with self.hosts.turn(host, least=self._delay(host), go_on=self.go_on):
                    raw = self._send(host, address, form=form, referer=referer)
                self.cookies.take(host, raw.headers.get_list("set-cookie"))
                says = f"HTTP {raw.status}"
                asked_to_wait = retry_after(raw.headers.get("retry-after"))
                if raw.status not in TRANSIENT or OUR_FAULT in raw.body:
                    if raw.damaged is None:
                        return raw
                    says = raw.damaged
            except (httpx.HTTPError, _Broken) as error:
                says = _in_words(error)
                if isinstance(error, _Broken) and error.final:
                    return _Raw(status=200, headers=httpx.Headers(), body=b"", damaged=says)
                attempt += isinstance(error, _TooLong | httpx.TimeoutException)  # these are long tries, and count twice
            attempt += 1
            self._before_next(host, attempt, says, asked_to_wait)

    def _before_next(self, host: str, attempt: int, says: str, asked_to_wait: float) -> None:
        kind = {"HTTP 429": "too_fast"}.get(says, "server" if says.startswith("HTTP") else "connection")
        if asked_to_wait > (PATIENCE_UNPACED if self.unpaced else LONGEST_WAIT):
            self._stop(host, Refusal(kind, f"{says}, and come back in {asked_to_wait:.0f} s"), timedelta(seconds=asked_to_wait))
        if attempt >= TRIES:
            self._stop(host, Refusal(kind, f"{says}, again and again"), lasts(Refusal(kind, says)))
        if self.unpaced:
            time.sleep(asked_to_wait)
        else:
            self.hosts.put_off(host, max(asked_to_wait, BACKOFF[attempt - 1]))

    def _delay(self, host: str) -> float:
        told = self.robots[host].crawl_delay(USER_AGENT) if host in self.robots else None
        return min(told, LONGEST_WAIT) if told else 0.0

    def _send(self, host: str, address: str, *, form: Mapping[str, str] | None = None, referer: str | None = None) -> _Raw:
        """One request over the wire."""
        if not self.go_on():
            raise Halted
        if shutil.disk_usage(self.home.path).free < LEAST_DISK:
            raise GroundswellError(
                f"Less than {LEAST_DISK // 2**20} MB are free at {self.home.path}: make room, then run the same command again"
            )
        url, headers = self._mapped(host, address), self._headers(host, address, referer)
        if "Cookie" in headers and urlsplit(url).scheme != "https" and not _of_this_machine(url):
            raise WrongUsage(f"{host}: {IN_THE_CLEAR}")
        self.requests += 1
        began = time.monotonic()
        request = self.http.build_request("POST" if form is not None else "GET", url, data=form, headers=headers)
        response = self.http.send(request, stream=True)
        try:
            body = bytearray()
            for part in response.iter_raw():
                body += part
                if len(body) > LONGEST_ANSWER:
                    raise _Broken(f"the answer is larger than {LONGEST_ANSWER // 2**20} MB", final=True)
                if time.monotonic() - began > LONGEST:
                    raise _TooLong(f"the answer was not there after {LONGEST:.0f} s")
        finally:
            response.close()
            self.http.cookies.clear()
        try:
            plain, damaged = decoded(bytes(body), response.headers.get("content-encoding", "")), None
        except ValueError as error:
            plain, damaged = b"", str(error)
        return _Raw(status=response.status_code, headers=response.headers, body=plain, damaged=damaged)

    def _mapped(self, host: str, address: str) -> str:
        if host not in self.mapped:
            if self.guarded:
                raise WrongUsage(f"{host}: {NOT_MAPPED}")
            return address
        parts = urlsplit(address)
        return f"{self.mapped[host].rstrip('/')}{quote(parts.path or '/', safe='/%~-._')}" + (f"?{parts.query}" if parts.query else "")

    def _headers(self, host: str, address: str, referer: str | None) -> dict[str, str]:
        without = host in PASSPORTS.values() or urlsplit(address).path == ROBOTS
        cookies = {} if without else self.cookies.for_host(host)
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept-Language": "zh-CN,zh;q=0.9", **HEADERS.get(host, PAGES)}
        headers["Referer"] = referer or _referer(host, address)
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if host in ("weibo.com", "www.weibo.com") and "XSRF-TOKEN" in cookies:
            headers["X-XSRF-TOKEN"] = cookies["XSRF-TOKEN"]
        return headers


PAGES = {"Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"}
AJAX = {"Accept": "application/json, text/plain, */*", "X-Requested-With": "XMLHttpRequest"}
HEADERS = {"m.weibo.cn": {**AJAX, "MWeibo-Pwa": "1"}, "weibo.com": AJAX, "www.weibo.com": AJAX, "m.s.weibo.com": AJAX}


def _by_https(address: str) -> str:
    """The address as it is asked, whatever a redirect says: cookies never go in the clear."""
    parts = urlsplit(address)
    return urlunsplit(("https", parts.hostname or "", parts.path, parts.query, ""))


def _referer(host: str, address: str) -> str:
    """The page that the platform's own script would ask from."""
    query = dict(part.partition("=")[::2] for part in urlsplit(address).query.split("&"))
    if host == "m.weibo.cn" and "containerid" in query:
        return f"https://m.weibo.cn/search?containerid={query['containerid']}"
    if host == "m.s.weibo.com" and "q" in query:
        return f"https://m.s.weibo.com/vtopic/detail_new?q={query['q']}"
    return f"https://{host}/"


def _unreadable(raw: _Raw) -> Refusal | None:
    """Why an answer is no robots file, where that does not mean that there is none."""
    if raw.status == 429:
        return Refusal("too_fast", f"HTTP {raw.status}")
    if raw.damaged or raw.status >= 500:
        return Refusal("server", raw.damaged or f"HTTP {raw.status}")
    if 300 <= raw.status < 400:
        return Refusal("unknown", "it leads on to another page")
    is_page = raw.status == 200 and raw.body.lstrip()[:1] in (b"<", b"{")
    return Refusal("unknown", "something else stood there") if is_page else None


class _Broken(Exception):
    """An answer that did not come whole. `final`: asking again would give the same."""

    def __init__(self, says: str, final: bool = False):
        super().__init__(says)
        self.final = final


class _TooLong(_Broken):
    """An answer that goes on and on."""


def read(platform: ModuleType, answer: Answer, headers: list[tuple[str, str]], damaged: str | None) -> Fetched:
    """What an answer is, or the reason why that cannot be told: `damaged` where it came damaged."""
    if damaged:
        return Fetched(answer=answer, headers=headers, page=None, unreadable=damaged)
    try:
        page = platform.page(answer)
        if page.refusal and page.refusal.kind == "unknown" and answer.status in NOT_THERE:
            says = f"{platform.endpoint(answer.address)}: HTTP {answer.status}, nothing is there"
            return Fetched(answer=answer, headers=headers, page=None, unreadable=says)
        return Fetched(answer=answer, headers=headers, page=page)
    except ValueError as error:
        return Fetched(answer=answer, headers=headers, page=None, unreadable=clean_text(f"{platform.endpoint(answer.address)}: {error}"))
    except Exception as error:  # noqa: BLE001 - a fault of the parse: the answer is kept for a replay, and said to be unreadable
        says = clean_text(f"the parse failed: {type(error).__name__}: {error}")
        return Fetched(answer=answer, headers=headers, page=None, unreadable=says)


def _in_words(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return str(error) if isinstance(error, _Broken) else f"the connection broke off ({type(error).__name__})"
