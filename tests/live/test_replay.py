"""Answers read again: nothing changes while the parse is as it was; what could not be read and can be now is added."""

import pytest

from collectors.platforms import weibo
from tests.command import groundswell
from tests.live.helpers import collect, collected, rows
from tests.live.test_live_kill import told
from tests.live.test_weibo import offered


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
    def breaks(*_arguments, **_more):
        raise ValueError("the layout has changed")

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
