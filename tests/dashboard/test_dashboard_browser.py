"""The pages in a real browser: no exception, no error in the console, no request off the machine, the right numbers, and texts of
strangers shown as what they are. Needs Debian's chromium."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from invented_home import make
from playwright.sync_api import Browser, Page, expect, sync_playwright
from test_dashboard_serve import START, free_port, wait_for

from dashboard import post_list
from dashboard.numbers import count
from dashboard.texts import LANGUAGES, Texts
from data.build import build, reading
from data.home import Home
from data.log import Log
from data.model import Membership, Post, Run, Sighting
from data.questions import Filters, ask

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
PICKING = 33  # pixels of the column of boxes that pick a row
PAGES = ("overview", "spread", "compare", "opinion", "slogans", "posts", "health", "method", "export", "add_campaign", "add_data")
# Opened at the address of a page, Streamlit first looks for its server beneath that page; it is told "not found" and looks above.
LOOKED_FOR = re.compile(r"/\w+/_stcore/(health|host-config)$")


@pytest.fixture(scope="module")
def server(home: Home, tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("elsewhere")
    port, log = free_port(), folder / "log"
    with open(log, "wb") as out:
        started = subprocess.Popen(
            [sys.executable, "-c", START, str(home.path), str(port)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=out,
        )
    wait_for(port, started, log)
    yield f"http://127.0.0.1:{port}"
    started.send_signal(signal.SIGINT)
    started.wait(timeout=30)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=90_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a tab asked for and complained of."""

    base: str
    abroad: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def watch(self, tab: Page) -> None:
        ours = (self.base, self.base.replace("http", "ws", 1), "data:", "blob:")
        tab.on("request", lambda request: None if request.url.startswith(ours) else self.abroad.append(request.url))
        tab.on("websocket", lambda socket: None if socket.url.startswith(ours) else self.abroad.append(socket.url))
        tab.on("console", lambda message: self._console(message))
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def _console(self, message) -> None:
        if message.type == "error" and not LOOKED_FOR.search(message.location.get("url", "")):
            self.errors.append(f"{message.text} {message.location}")

    def nothing_wrong(self, tab: Page) -> None:
        assert not self.abroad and not self.errors and not self.dialogs, (self.abroad, self.errors, self.dialogs)
        assert tab.get_by_test_id("stException").count() == 0, tab.get_by_test_id("stException").first.inner_text()


@pytest.fixture
def tab(chromium, server) -> Iterator[tuple[Page, Seen]]:
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(90_000)
    seen = Seen(server)
    seen.watch(page)
    yield page, seen
    seen.nothing_wrong(page)
    context.close()


def settled(tab: Page, texts: Texts, page: str) -> None:
    """Waits until the page's own head is there and nothing runs any more."""
    expect(tab.get_by_text(texts(f"{page}.question"), exact=True)).to_be_visible()
    expect(tab.get_by_test_id("stStatusWidget")).to_have_count(0)


def go(tab: Page, texts: Texts, page: str) -> None:
    """To another page by the menu."""
    tab.get_by_test_id("stSidebarNavLink").filter(has_text=re.compile(f"^{texts(f'page.{page}')}$")).click()
    settled(tab, texts, page)


@pytest.mark.parametrize("campaign", ["art", "play", "bare", "no-to-ai-images"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_by_the_menu(tab, server, home, language, campaign):
    page, seen = tab
    texts = Texts(language)
    page.goto(f"{server}/?{urlencode({'campaign': campaign, 'lang': language})}")
    settled(page, texts, "overview")
    with reading(home) as connection:
        posts = ask(connection, "headline", Filters(campaign=campaign))["posts"].sum()
    if posts:
        expect(page.get_by_test_id("stMetricValue").first).to_have_text(count(posts, language))
    else:
        expect(page.get_by_text(texts("missing.posts"))).to_be_visible()
    for name in PAGES[1:]:
        go(page, texts, name)
        seen.nothing_wrong(page)
        if campaign == "play":
            expect(page.get_by_text(texts("synthetic.banner"))).to_be_visible()
        if name == "spread" and posts:
            charts = page.locator(".js-plotly-plot")
            expect(charts.first).to_be_visible()
            marks = page.locator(".annotation-text").filter(has_text=texts("synthetic.mark"))
            assert marks.count() == (charts.count() if campaign == "play" else 0)
    assert f"campaign={campaign}" in page.url and f"lang={language}" in page.url


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES[1:])
def test_an_address_can_be_shared(tab, server, language, name):
    page, _ = tab
    texts = Texts(language)
    page.goto(f"{server}/{name}?{urlencode({'campaign': 'art', 'lang': language, 'platforms': 'weibo', 'tag': '抵制云画机'})}")
    settled(page, texts, name)
    expect(page.get_by_text(texts("filter.shown", filters=f"{texts.of('platform', 'weibo')} · #抵制云画机"))).to_be_visible()


def test_the_language_follows_the_browser(chromium, server):
    for locale, language in (("zh-CN", "zh"), ("en-GB", "en"), ("fr-FR", "en")):
        context = chromium.new_context(locale=locale)
        page = context.new_page()
        page.goto(server)
        expect(page.get_by_text(Texts(language)("overview.question"), exact=True)).to_be_visible(timeout=90_000)
        context.close()


def test_a_click_on_a_bar_lists_its_posts(tab, server, home):
    page, _ = tab
    texts = Texts("en")
    page.goto(f"{server}/?campaign=art&lang=en")
    settled(page, texts, "overview")
    go(page, texts, "spread")
    with reading(home) as connection:
        days = ask(connection, "by_day", Filters(campaign="art", platforms=("weibo",)))
    days = days[days["posts"] > 0].reset_index(drop=True)
    bar = (
        page.locator(".js-plotly-plot")
        .first.locator(".trace.bars")
        .filter(has=page.locator(".point path"))
        .first.locator(".point path")
        .nth(1)
    )
    expect(bar).to_be_visible()
    page.wait_for_timeout(1500)  # the bars still grow into place
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_text(re.compile(f"Weibo, {days['day'][1]}: {days['posts'][1]} posts by "))).to_be_visible()


def test_texts_of_strangers_are_shown_as_what_they_are(tab, server, home):
    page, seen = tab
    texts = Texts("en")
    with reading(home) as connection:
        hostile = connection.execute(
            r"""
            select platform || ':' || post_id || case when is_comment then '/comment' else '' end, text from posts
            where regexp_matches(text, '<script|<img|\$x\$|:red\[|=1\+1|\]\(http|^# |drop table') and list_contains(campaigns, 'art')
            qualify row_number() over (partition by text order by post_id) = 1 order by text"""
        ).fetchall()
    assert len(hostile) >= 8
    for key, text in hostile:
        page.goto(f"{server}/posts?{urlencode({'campaign': 'art', 'lang': 'en', 'post': key})}")
        settled(page, texts, "posts")
        shown = page.get_by_test_id("stText").first
        expect(shown).to_be_visible()
        assert text in [element.inner_text() for element in page.get_by_test_id("stText").all()]
        main = page.get_by_test_id("stMain")
        assert main.locator("img, script, .katex, a[href*='b.example']").count() == 0
        seen.nothing_wrong(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_small_screen_shows_counts_and_labels_without_scrolling_sideways(tab, server, language):
    page, _ = tab
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server}/posts?{urlencode({'campaign': 'art', 'lang': language})}")
    settled(page, Texts(language), "posts")
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    assert table.bounding_box()["width"] >= PICKING + sum(post_list.POST_WIDTHS.values())


def test_hostile_hashtags_and_titles_in_charts_stay_text(tab, server):
    page, _ = tab
    texts = Texts("en")
    page.goto(f"{server}/spread?{urlencode({'campaign': 'art', 'lang': 'en', 'by': 'hashtag'})}")
    settled(page, texts, "spread")
    legend = page.locator(".js-plotly-plot").first.locator(".legendtext")
    expect(legend.filter(has_text="<b>粗标签</b>")).to_have_count(1)
    assert page.locator(".js-plotly-plot a").count() == 0
    assert page.locator(".js-plotly-plot .legendtext tspan[style*='bold']").count() == 0


def test_dark_and_light_are_both_legible(chromium, server):
    """Text and ground differ enough in both appearances (WCAG: 4.5 to 1)."""
    for appearance in ("light", "dark"):
        context = chromium.new_context(color_scheme=appearance)
        page = context.new_page()
        page.goto(f"{server}/?campaign=art&lang=en")
        expect(page.get_by_test_id("stMetricValue").first).to_be_visible(timeout=90_000)
        ground = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
        for part in ("stMetricValue", "stHeading", "stSidebarNavLink"):
            ink = page.get_by_test_id(part).first.evaluate("element => getComputedStyle(element).color")
            assert contrast(ink, ground) >= 4.5, (appearance, part, ink, ground)
        context.close()


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# Streamlit's own elements that axe finds fault with; what we put into them is looked at all the same, since only these nodes are left out.
OF_STREAMLIT = (
    "[data-testid=stDataFrameGlideDataEditor]",  # the hidden table behind a canvas
    "[data-testid=stMainMenu]",
    "[data-testid=stToolbar]",
    "[data-testid=stDateInput]",  # its placeholder
    "[data-testid=stSkeleton]",
)


@pytest.mark.parametrize("appearance", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_ours_keeps_anyone_out(chromium, server, language, appearance):
    """axe-core finds nothing serious on any page."""
    texts = Texts(language)
    context = chromium.new_context(viewport={"width": 1280, "height": 1000}, color_scheme=appearance)
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{server}/?{urlencode({'campaign': 'play', 'lang': language})}")
    settled(page, texts, "overview")
    for name in PAGES:
        go(page, texts, name)
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        page.wait_for_timeout(1000)  # what was drawn anew still fades in
        told = Axe().run(page, context={"exclude": [[selector] for selector in OF_STREAMLIT]}).response
        grave = [(fault["id"], node["target"], node["html"]) for fault in told["violations"] if fault["impact"] in ("serious", "critical")
                 for node in fault["nodes"]]  # fmt: skip
        assert told["passes"] and not grave, (name, grave)
    context.close()


def test_the_keyboard_is_enough(tab, server, home):
    """To another page, to a search and to a post, without a mouse."""
    page, _ = tab
    texts = Texts("en")
    page.goto(f"{server}/?campaign=art&lang=en")
    settled(page, texts, "overview")
    tabbed_to(page, texts("page.posts"))
    page.keyboard.press("Enter")
    settled(page, texts, "posts")
    tabbed_to(page, texts("posts.words"))
    page.keyboard.type("AI")
    page.keyboard.press("Enter")
    with reading(home) as connection:
        chosen = dict.fromkeys(("target", "emotion", "sentiment", "stance", "status", "class"))
        found = ask(connection, "posts_found", Filters(campaign="art"), words="AI", **chosen)
    by = texts("posts.by_accounts", accounts=found["accounts"][0])
    told = texts("posts.found", posts=found["posts"][0], by=by).replace("**", "")
    expect(page.get_by_text(told)).to_be_visible()


def tabbed_to(page: Page, named: str) -> None:
    """Presses Tab until what is so named has the focus, and is seen to have it."""
    # A person begins when it is there: Tab goes past what is still to be drawn.
    expect(page.get_by_text(named, exact=True).first).to_be_visible()
    passed = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const e = document.activeElement; return (e.getAttribute('aria-label') || e.innerText || '').trim() })()"
        )
        if focused == named:
            return
        passed.append(focused)
    raise AssertionError(f"Tab never came to {named}, only to {passed}")


def test_a_page_is_printed_whole(tab, server):
    """On paper everything of a page follows, and the filters beside it do not."""
    page, _ = tab
    page.goto(f"{server}/method?campaign=art&lang=en")
    settled(page, Texts("en"), "method")
    high = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    pages = page.pdf(format="A4").count(b"/Type /Page\n")
    assert high > 3000 and pages >= 3


def test_a_page_draws_itself_anew_when_something_is_published(chromium, tmp_path):
    """As while a collection runs: nobody touches the page, and the new posts are in its figures."""
    own = make(tmp_path / "own")
    port, log = free_port(), tmp_path / "log"
    with open(log, "wb") as out:
        started = subprocess.Popen([sys.executable, "-c", START, str(own.path), str(port)], cwd=tmp_path,
                                   env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=out, stderr=out)  # fmt: skip
    try:
        wait_for(port, started, log)
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{port}/?campaign=bare&lang=en")
        expect(page.get_by_text(Texts("en")("missing.posts"))).to_be_visible(timeout=90_000)
        now = datetime(2024, 5, 9)
        told: dict[str, Any] = {"record_id": "new", "platform": "weibo", "post_id": "1", "run_id": "late"}
        Log(own.log).append_rows(
            [
                Run(run_id="late", source="weibo-posts", campaign="bare", started=now, ended=now, version="0.1.0"),
                Post(text="新的一条", published_at=now, published_grain="minute", **told),
                Sighting(seen_at=now, seen_at_basis="told", format="weibo-posts", **told),
                Membership(campaign="bare", via="query", platform="weibo", post_id="1", run_id="late"),
            ]
        )
        build(own)
        expect(page.get_by_test_id("stMetricValue").first).to_have_text("1", timeout=90_000)
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(timeout=30)
