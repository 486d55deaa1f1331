"""The user's own browser, recorded: a Chromium on the local platforms. Needs Debian's chromium."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest

from collectors.live_archive import LiveArchive
from collectors.sources import browser
from tests.collectors.invented_answers import SEARCH
from tests.command import groundswell
from tests.live.helpers import TAG, collected, make_home, rows
from tests.live.test_weibo import offered
from tests.platforms_server.fixtures import start
from tests.platforms_server.invent import SMALL


@pytest.fixture
def small():
    with start(size=SMALL) as running:
        running.sessions.open_house = True
        yield running


def browse(home, *addresses):
    return groundswell(home, "collect", "browser", *addresses, "--campaign", "c", "--no-publish")


def test_what_cannot_be_opened_is_said(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    said = browse(home)
    assert said.status == 2 and "say what to open" in said.err
    said = browse(home, "https://elsewhere.example/")
    assert said.status == 2 and "elsewhere.example" in said.err


@pytest.mark.parametrize(("status", "body", "taken"), [(200, b"{}", [200]), (304, b"{}", [200]), (304, b"", []), (204, b"", [])])
def test_an_answer_is_left_out_only_where_it_has_no_content(status, body, taken):
    answers = []
    run = SimpleNamespace(record=lambda answer, headers: answers.append(answer))
    request = SimpleNamespace(method="GET", post_data=None)
    response = SimpleNamespace(url=SEARCH, request=request, status=status, headers={}, body=lambda: body)
    browser._take(run, response, ValueError)
    assert [answer.status for answer in answers] == taken


@pytest.mark.browser
def test_a_mobile_search_and_a_search_of_notes_are_recorded(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    monkeypatch.setenv("GROUNDSWELL_HEADLESS", "1")
    container = quote(f"100103type=61&q=#{TAG}#", safe="")
    said = browse(
        home,
        f"https://m.weibo.cn/search?containerid={container}",
        f"https://www.xiaohongshu.com/search_result?keyword={quote(TAG)}&source=web_explore_feed",
    )
    assert said.status == 0, said.err
    told = dict(rows(home, "select platform, count(distinct post_id) from sighting where not context group by platform"))
    assert told.keys() == {"weibo", "xiaohongshu"}
    posts = {post_id for post_id in collected(home) if post_id.isdigit()}
    assert posts and posts <= offered(small)
    live = LiveArchive(home / "archive" / "live")
    assert live.verify()["problems"] == [] and live.verify()["checked"] >= 2
    assert rows(home, "select distinct viewer from run") == [("own browser",)]
