"""Answers read again: nothing changes while the parse is as it was; what could not be read and can be now is added."""

import pytest

from collectors.platforms import weibo
from collectors.run import Collection
from data.home import Home
from data.log import Log
from tests.command import groundswell
from tests.live.helpers import ALL, TAG, collect, collected, rows
from tests.live.test_live_kill import told
from tests.live.test_weibo import offered


def breaks(*_arguments, **_more):
    raise ValueError("the layout has changed")


def replay(home, *more):
    return groundswell(home, "replay", "--no-publish", *more)


@pytest.mark.slow
def test_a_sound_archive_gives_nothing_new(small, home):
    assert collect(home, "weibo-counts", "weibo-posts").status == 0
    before = told(home)
    said = replay(home)
    assert (said.status, said.json["added"], said.json["updated"], said.json["quarantined"]) == (0, 0, 0, 0), said.err
    assert said.json["duplicate"] == said.json["read"] > 50
    assert told(home) == before


@pytest.mark.parametrize("broken", ["page", "rows"])
def test_what_could_not_be_read_is_added_after_a_fix(small, home, monkeypatch, broken):
    with monkeypatch.context() as patched:
        patched.setattr(weibo, broken, breaks)
        said = collect(home, "weibo-posts")
    assert said.status == 4 and collected(home) == set()
    asked = len(small.log.entries())
    [(reason,)] = rows(home, "select distinct reason from quarantine")
    assert reason
    assert replay(home, "--run", "no-such-run").status == 2
    said = replay(home, "--run", rows(home, "select run_id from run limit 1")[0][0])
    assert said.status == 0 and said.json["added"] >= 9
    assert collected(home) and collected(home) <= offered(small)
    assert rows(home, "select * from quarantine") == []
    assert len(small.log.entries()) == asked


def test_each_campaign_has_a_run_of_its_own(small, home, monkeypatch):
    """Else the second replay would take what the first brought for one campaign as another's."""
    assert groundswell(home, "campaign", "new", "other", "--hashtag", f"weibo:{TAG}", "--start", "2026-06-12").status == 0
    with monkeypatch.context() as patched:
        patched.setattr(weibo, "page", breaks)
        assert collect(home, "weibo-posts").status == 4
        assert groundswell(home, "collect", "weibo-counts", "--campaign", "other", "--accept-terms", ALL, "--no-publish").status == 4
    said = replay(home)
    assert said.status == 0 and said.json["quarantined"] == 0
    told = dict(rows(home, "select campaign, added from run where source = 'replay' and ended is not null"))
    assert told["c"] == said.json["added"] - told["other"] > 0 < told["other"]
    assert len(rows(home, "select distinct run_id from run where source = 'replay'")) == 2
    again = replay(home)
    assert (again.json["added"], again.json["updated"]) == (0, 0)
    assert {row["campaign"] for row in Log(Home(home).log).read("membership").to_pylist()} == {"c"}


def test_posts_whose_answer_is_not_kept_are_read_again_too(small, home, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setitem(weibo.ROWS, "topic", breaks)
        patched.setattr(Collection, "_keep", lambda *_arguments: None)
        said = collect(home, "weibo-counts")
    assert said.json["quarantined"] == 1 and said.json["reasons"] == {"the layout has changed": 1}
    said = replay(home)
    assert (said.json["added"], said.json["warnings"]) == (1, [])
    assert rows(home, "select * from quarantine") == []
