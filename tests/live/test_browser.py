"""The user's own browser, recorded: a Chromium on the local platforms. Needs Debian's chromium."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest

from collectors.live_archive import LiveArchive
from collectors.sources import browser
from tests.collectors.invented_answers import NOTE, NOTE_PAGE, SEARCH
from tests.command import groundswell
from tests.live.helpers import TAG, collected, make_home, rows
from tests.live.test_evidence import everything
from tests.live.test_weibo import offered
from tests.platforms_server.fixtures import start
from tests.platforms_server.invent import SMALL


@pytest.fixture
def small():
    with start(size=SMALL) as running:
        running.sessions.open_house = True
        yield running


def answer(status=200, body=b"{}", address=SEARCH, **headers):
    """An answer as a browser has it; with an error for a body, one whose content it has no more."""

    def content():
        if isinstance(body, Exception):
            raise body
        return body

    request = SimpleNamespace(method="GET", post_data=None)
    return SimpleNamespace(url=address, request=request, status=status, headers=headers, body=content)


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
    browser._take(run, answer(status, body), LookupError)
    assert [answer.status for answer in answers] == taken


def take(monkeypatch, home, *answers):
    """What a collection says that took these answers."""
    monkeypatch.setattr(browser, "collect", lambda run: browser._take_all(run, list(answers), LookupError))
    return browse(home, "https://m.weibo.cn/")


def test_answers_whose_content_the_browser_has_no_more_are_quarantined(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    gone = LookupError("No resource with given identifier found")
    said = take(
        monkeypatch, home, answer(body=gone), answer(body=gone, address=NOTE_PAGE), answer(status=304, body=gone),
        answer(body=gone, address="https://elsewhere.example/a.json"),
    )  # fmt: skip
    assert (said.status, said.json["read"], said.json["quarantined"]) == (0, 2, 2)
    assert [warning.partition(":")[2] for warning in said.json["warnings"]] == [f" {browser.GONE_WITH_ITS_PAGE}"]
    kept = rows(home, "select reason, raw_ref is not null from quarantine")
    assert kept == [(browser.GONE_WITH_ITS_PAGE, True)] * 2
    assert not any(b"SECRET" in content for content in everything(home).values())
    assert groundswell(home, "replay", "--no-publish").json["quarantined"] == 2


def test_a_redirect_tells_what_it_leads_to(small, tmp_path, monkeypatch):
    """A note that is gone, or a login; one to another address of the same thing tells nothing."""
    home = make_home(tmp_path, monkeypatch, small)
    no_content = LookupError("Response body is unavailable for redirect responses")
    said = take(
        monkeypatch, home, answer(302, no_content, NOTE_PAGE, location="/404?errorCode=-510001&errorMsg=%E7%AC%94"),
        answer(302, no_content, location="https://passport.weibo.com/sso/signin?url=x"),
        answer(307, no_content, NOTE_PAGE.replace("https", "http"), location=NOTE_PAGE),
    )  # fmt: skip
    assert said.json["warnings"] == ["m.weibo.cn: a login was wanted"] and said.json["quarantined"] == 0
    assert rows(home, "select post_id, status from sighting") == [(NOTE, "unreachable")]


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
