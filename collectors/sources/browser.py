"""The user's own Chromium, recorded: the user logs in and reads, what the platforms answer is kept and parsed as anything else is.

The browser has a profile of its own in the home, and is visible. Nothing in it is clicked, typed or scrolled by the program: only what the
user looks at is recorded, until the window is closed. A window without a user is for tests on this machine.
"""

import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from collectors.client import Client, mapping, unpaced
from collectors.cookies import domain_of
from collectors.platforms import Answer, host_of, platform_of
from collectors.recordings import HELD_BACK, status_of, wanted
from collectors.run import Collection, Wanted
from data.clock import now
from data.errors import WrongUsage

NAME = "browser"
PLATFORM = "weibo"  # and any other: each answer tells its own
VIEWER = "own browser"
INSTALL = (
    "It needs the extra [browser]: pip install 'groundswell[browser]', and a Chromium (apt install chromium, or: "
    "playwright install chromium)"
)
OFTEN = 250  # milliseconds between two looks at what came
SETTLED = 12  # looks without anything new, after which a window without a user is closed
GONE_WITH_ITS_PAGE = "the browser had let go of this answer's content: its page was left or closed just then. Open the page again"
ARGUMENTS = ["--no-first-run", "--disable-background-networking", "--disable-component-update"]


def hosts(client: Client, wanted: Wanted) -> tuple[str, ...]:
    """None that the program asks: the user does."""
    return ()


def takes(address: str) -> bool:
    """Whatever a platform shows."""
    return platform_of(address) is not None


def query(wanted: Wanted) -> str:
    return "what the user read in their own browser"


def collect(run: Collection) -> None:
    """Opens the addresses and records until the window is closed. Raises WrongUsage where there is no browser, or nothing to open."""
    if not run.wanted.addresses:
        raise WrongUsage("collect browser: say what to open first, such as https://www.xiaohongshu.com/")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise WrongUsage(INSTALL) from None
    profile = run.home.path / "live" / "browser"
    profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    with sync_playwright() as playwright:
        try:
            window = playwright.chromium.launch_persistent_context(
                str(profile), headless=_without_user(), executable_path=_chromium(), args=ARGUMENTS + (["--no-sandbox"] if _root() else [])
            )
        except Error as error:
            raise WrongUsage(f"The browser does not start: {str(error).splitlines()[0]}. {INSTALL}") from error
        try:
            _watch(run, window, Error)
        finally:
            run.flush()


def _watch(run: Collection, window: Any, error: type[Exception]) -> None:
    """Takes what comes until the window is closed or the program is told to stop."""
    came: list[Any] = []
    closed: list[bool] = []
    window.on("response", lambda response: came.append(response))
    window.on("close", lambda _: closed.append(True))
    mapped = mapping()
    if mapped:
        window.route(lambda address: host_of(address) in mapped, lambda route: _elsewhere(route, mapped))
    tab = window.pages[0] if window.pages else window.new_page()
    for number, address in enumerate(run.wanted.addresses):
        (tab if number == 0 else window.new_page()).goto(address, wait_until="domcontentloaded")
    quiet = 0
    while not closed and run.client.go_on() and not (_without_user() and quiet > SETTLED):
        try:
            window.pages[0].wait_for_timeout(OFTEN)
            _hide(run, window)
        except (error, IndexError):
            break  # the last tab was closed
        quiet = 0 if came else quiet + 1
        _take_all(run, came, error)
    _take_all(run, came, error)
    if not closed:
        window.close()


def _take_all(run: Collection, came: list[Any], error: type[Exception]) -> None:
    while came:
        _take(run, came.pop(0), error)


def _take(run: Collection, response: Any, error: type[Exception]) -> None:
    """Records one answer of a platform's interface or page; everything else is not looked at. One whose content the browser has no more
    is quarantined without it."""
    address, request = response.url, response.request
    leads_to = _leads_to(response)
    if wanted(address, request.method) or (leads_to and _is_the_same(address, leads_to)):
        return
    try:
        body = b"" if leads_to else response.body()
    except error:
        if status_of(response.status, None) is not None:
            run.lost(address, GONE_WITH_ITS_PAGE)
        return
    status = status_of(response.status, body)
    if status is None:
        return
    answer = Answer(address=address, body=body, seen_at=now(), status=status, location=leads_to, asked=(request.post_data or "").encode())
    page = run.record(answer, list(response.headers.items()))
    if page is not None and page.refusal:
        run.warn(f"{host_of(address)}: {HELD_BACK[page.refusal.kind]}")


def _leads_to(response: Any) -> str | None:
    """Where a redirect leads; it has no content. None for any other answer."""
    location = response.headers.get("location") if 300 <= response.status < 400 else None
    return urljoin(response.url, location) if location else None


def _is_the_same(address: str, leads_to: str) -> bool:
    """Whether a redirect leads to another address of the same thing, which is an answer of its own."""
    platform = platform_of(address)
    return platform is not None and platform_of(leads_to) is platform and platform.endpoint(leads_to) == platform.endpoint(address)


def _hide(run: Collection, window: Any) -> None:
    """An answer in which a cookie of this browser stands is not kept."""
    for cookie in window.cookies():
        domain = domain_of(cookie["domain"].lstrip("."))
        if domain:
            run.client.cookies.set.setdefault(domain, {})[cookie["name"]] = cookie["value"]


def _elsewhere(route: Any, mapped: dict[str, str]) -> None:
    """Sends a request where GROUNDSWELL_HOSTS says."""
    address = route.request.url
    host = host_of(address)
    route.fulfill(response=route.fetch(url=mapped[host] + address.partition(host)[2], max_redirects=0))


def _without_user() -> bool:
    """A window without a user is for tests: hosts of this machine only."""
    return os.environ.get("GROUNDSWELL_HEADLESS") == "1" and unpaced()


def _chromium() -> str | None:
    """Debian's Chromium; None for the one that comes with playwright."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


def _root() -> bool:
    return Path("/proc/self").exists() and os.getuid() == 0
