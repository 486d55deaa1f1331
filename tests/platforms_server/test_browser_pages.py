"""The pages for a browser, in one: what a person scrolls past is asked for. Needs Debian's chromium."""

import os
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.platforms_server.fixtures import Running
from tests.platforms_server.invent import START, TAG

pytestmark = pytest.mark.browser
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


@pytest.fixture
def tab(platforms: Running) -> Iterator[Page]:
    platforms.sessions.open_house = True
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page()
        browser.close()


def scroll(tab: Page) -> None:
    for _ in range(200):
        if tab.locator("body[data-done=true]").count():
            return
        tab.mouse.wheel(0, 4000)
        tab.wait_for_timeout(50)
    raise AssertionError("the page did not come to its end")


def test_a_search_of_notes_is_read_to_its_end(platforms: Running, tab: Page) -> None:
    tab.goto(f"{platforms.hosts['www.xiaohongshu.com']}/search_result?keyword={quote(TAG)}&source=web_explore_feed")
    scroll(tab)
    asked = platforms.log.entries("edith.xiaohongshu.com")
    assert {row.status for row in asked} == {200} and len(asked) == -(-len(platforms.world.notes_of_topic(TAG, START)) // 20)


def test_a_post_with_comments_and_reposts(platforms: Running, tab: Page) -> None:
    world = platforms.world
    root = next(world.posts[post.root] for post in world.posts.values() if post.root and world.there(world.posts[post.root], START))
    tab.goto(f"{platforms.hosts['weibo.com']}/{root.uid}/{root.bid}")
    scroll(tab)
    paths = {row.path.rsplit("/", 1)[-1] for row in platforms.log.entries("weibo.com", "/ajax")}
    assert paths == {"show", "buildComments", "repostTimeline"}
    assert f"#{TAG}#" in tab.locator("#list").inner_text() or TAG not in root.hashtags


def test_a_mobile_search_is_read_page_by_page(platforms: Running, tab: Page) -> None:
    platforms.set(mobile_pages=5)
    told = quote(f"100103type=61&q=#{TAG}#", safe="")
    tab.goto(f"{platforms.hosts['m.weibo.cn']}/search?containerid={told}")
    scroll(tab)
    assert [row.query["page"] for row in platforms.log.entries("m.weibo.cn", "/api")] == ["1", "2", "3", "4", "5"]
