"""The page "Add data" in a real browser: a file is dropped, its columns are mapped, it is imported, and the Overview has the number."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect, sync_playwright
from test_dashboard_browser import CHROMIUM, QUIET, ROOT, Seen, settled
from test_dashboard_serve import START, free_port, wait_for

from dashboard.metrics import registry
from dashboard.texts import LANGUAGES, Texts
from data import campaign
from data.build import build, reading
from data.home import Home

pytestmark = pytest.mark.browser
FIXTURES = ROOT / "tests/fixtures/formats"
POSTS = 60_000  # enough for a file that is parsed in other processes


@pytest.fixture
def home(tmp_path) -> Home:
    made = Home(tmp_path / "home")
    campaign.new(made, "ink", name="Ink", hashtags=["weibo:停更一周"], start=None)
    build(made)
    return made


@pytest.fixture
def server(home, tmp_path) -> Iterator[str]:
    port, log = free_port(), tmp_path / "log"
    with open(log, "wb") as out:
        command = [sys.executable, "-c", START, str(home.path), str(port)]
        started = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=out, stderr=out)
    wait_for(port, started, log)
    yield f"http://127.0.0.1:{port}"
    started.send_signal(signal.SIGINT)
    started.wait(timeout=30)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, server):
    """Opens the page; at the end nothing went wrong in any tab."""
    tabs = []

    def open_page(language: str, width: int = 1280) -> Page:
        tab = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
        tab.set_default_timeout(90_000)
        expect.set_options(timeout=90_000)
        seen = Seen(server)
        seen.watch(tab)
        tabs.append((tab, seen))
        tab.goto(f"{server}/add_data?{urlencode({'campaign': 'ink', 'lang': language})}")
        settled(tab, Texts(language), "add_data")
        return tab

    yield open_page
    for tab, seen in tabs:
        seen.nothing_wrong(tab)
        tab.context.close()


def drop(tab: Page, *files: Path) -> None:
    """Drops files on the page, as from a file manager."""
    tab.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([str(file) for file in files])


def pick(tab: Page, label: str, option: str) -> None:
    """Chooses as a person does: the page that the last choice still draws may close a list, which then is opened again."""
    box = tab.get_by_test_id("stSelectbox").filter(has=tab.get_by_text(label, exact=True)).first
    offered = tab.get_by_role("option", name=option, exact=True)
    for _ in range(20):
        tab.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
        box.locator("input").click()
        try:
            offered.click(timeout=4000)
            break
        except TimeoutError:
            tab.keyboard.press("Escape")
    expect(box.locator("input")).to_have_value(option)


def picture(tab: Page, name: str) -> None:
    """Kept where somebody looks at them: GROUNDSWELL_PICTURES names a folder."""
    if folder := os.environ.get("GROUNDSWELL_PICTURES"):
        tab.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_table_is_dropped_mapped_imported_and_counted(opened, home, tmp_path, language):
    texts = Texts(language)
    table = tmp_path / "收集.csv"
    rows = "".join(f"停更一周，第 {n} 天,画师{n % 7},2031-04-{1 + n % 28:02d} 10:00,{n}\n" for n in range(40))
    table.write_text(f"笔记,谁,何时,赞\n{rows}坏的一行,小雨,不是时间,3\n", encoding="utf-8")
    tab = opened(language)
    drop(tab, table)
    expect(tab.get_by_text(texts("add_data.no_platform"))).to_be_visible()
    expect(tab.get_by_role("button", name=texts("add_data.bring", campaign="Ink"))).to_be_disabled()
    pick(tab, texts("target.platform"), texts("platform.weibo"))
    for target, column in {"text": "笔记", "author_name": "谁", "published_at": "何时", "likes": "赞"}.items():
        pick(tab, texts(f"target.{target}"), column)
    preview = re.sub(r"\*\*", "", texts("add_data.preview", posts=40, read=41))
    expect(tab.get_by_text(preview)).to_be_visible()
    picture(tab, f"mapped-{language}")
    tab.get_by_role("button", name=texts("add_data.bring", campaign="Ink")).click()
    expect(tab.get_by_text(texts("add_data.brought", campaign="Ink"))).to_be_visible()
    expect(tab.get_by_test_id("stMetricValue")).to_have_text(["41", "40", "0", "0", "1"])
    picture(tab, f"brought-{language}")
    tab.get_by_test_id("stPageLink").filter(has_text=texts("add_data.see")).locator("a").click()
    settled(tab, texts, "overview")
    number = tab.get_by_test_id("stMetric").filter(has_text=registry()["posts"].name[language]).first
    expect(number.get_by_test_id("stMetricValue")).to_have_text("40")


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_telephone_files_of_tools_are_recognised_and_nothing_runs_over(opened, language):
    texts = Texts(language)
    tab = opened(language, width=390)
    drop(tab, FIXTURES / "weibo-search" / "21_columns.csv", FIXTURES / "har" / "a-walk.har", FIXTURES / "zeeschuimer" / "4cat.ndjson")
    expect(tab.get_by_text(texts("lacks.capture"))).to_be_visible()
    picture(tab, f"telephone-{language}")
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_large_file_by_its_path_with_progress(opened, home, tmp_path):
    """It is parsed in other processes, which must not run the page again."""
    texts = Texts("en")
    large = tmp_path / "large.jsonl"
    with open(large, "w", encoding="utf-8") as lines:
        for n in range(POSTS):
            account = {"_id": str(n % 500), "nick_name": f"画师{n % 500}"}
            post = {"_id": str(5100000000000000 + n), "mblogid": f"P{n}", "content": f"停更 {n} {'画' * 20}"}
            post |= {"user": account, "created_at": "2031-04-27 10:00:00", "crawl_time": 1935000000}
            lines.write(json.dumps(post) + "\n")
    assert large.stat().st_size > 9 * 2**20
    tab = opened("en")
    tab.get_by_role("textbox", name=texts("add_data.path")).fill(str(large))
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("WeiboSpider").first).to_be_visible()
    tab.get_by_role("button", name=texts("add_data.bring", campaign="Ink")).click()
    expect(tab.get_by_text(re.compile(r"[\d,]+0,000 records read"))).to_be_visible()
    expect(tab.get_by_text(texts("add_data.brought", campaign="Ink"))).to_be_visible(timeout=300_000)
    expect(tab.get_by_test_id("stMetricValue")).to_have_text([f"{POSTS:,}", f"{POSTS:,}", "0", "0", "0"])
    with reading(home) as connection:
        assert connection.execute("select count(*) from posts").fetchall() == [(POSTS,)]
