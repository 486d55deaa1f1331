"""Kills at any moment, and the pace under a running clock: the command in a process of its own."""

import random
import signal
import time
from datetime import timedelta

import pytest

from tests.live.helpers import collect, make_home, process, rows
from tests.platforms_server import checks
from tests.platforms_server.fixtures import start
from tests.platforms_server.invent import SMALL

pytestmark = pytest.mark.slow
SOURCES = ("weibo-counts", "weibo-posts", "weibo-comments")
KILLS = 30


def told(home):
    """All that the log says, without the runs' names and places in the archive."""
    posts = rows(home, "select distinct post_id, is_comment, text, author_id, published_at, root_id from post order by all")
    sightings = rows(
        home, "select distinct post_id, is_comment, seen_at, status, likes, comments, reposts, surface from sighting order by all"
    )
    return posts, sightings, rows(home, "select distinct tag, views, seen_at from hashtag_count order by all")


def killed(home, running, line, dice):
    """Runs a command again and again, killed at random moments after its first request; how often."""
    for _ in range(KILLS):
        seen = len(running.log.entries())
        child = process(home, running, *line, cookies=True)
        while child.poll() is None and len(running.log.entries()) == seen:
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.7))
        child.send_signal(signal.SIGKILL)
        child.communicate()
    return KILLS


def watched(home, running, line):
    """Lets `watch` make its first round, and stops it."""
    child = process(home, running, *line, cookies=True)
    for said in child.stderr:
        if "weibo-comments:" in said:
            break
    child.terminate()
    _out, err = child.communicate(timeout=300)
    assert child.returncode == 0, err


def test_a_killed_watch_goes_on_where_it_was(tmp_path, monkeypatch):
    """The clock stands still: every start makes its first round, and waits."""
    schedules = "\n[schedules]\nweibo-counts = 60\nweibo-posts = 15\nweibo-comments = 30\n"
    line = ["watch", "--campaign", "c", "--accept-terms", "default", "--no-publish"]
    with start(size=SMALL, page_size=2) as running:
        homes = []
        for name in ("whole", "cut"):
            home = make_home(tmp_path / name, monkeypatch, running, cookies=True)
            campaign = home / "campaigns" / "c.toml"
            campaign.write_text(campaign.read_text() + schedules)
            homes.append(home)
        whole, cut = homes
        watched(whole, running, line)
        killed(cut, running, line, random.Random(8))
        watched(cut, running, line)
        assert told(cut) == told(whole)
        assert checks.after_block(running.log) == []


def test_a_killed_collection_goes_on_where_it_was(tmp_path, monkeypatch):
    with start(size=SMALL, page_size=2) as running:
        whole = make_home(tmp_path / "whole", monkeypatch, running, cookies=True)
        assert collect(whole, *SOURCES).status == 0
        undisturbed = len(running.log.entries())
        running.log.clear()
        home = make_home(tmp_path / "cut", monkeypatch, running, cookies=True)
        line = ["collect", *SOURCES, "--campaign", "c", "--accept-terms", "default", "--no-publish"]
        kills = killed(home, running, line, random.Random(7))
        child = process(home, running, *line, cookies=True)
        _out, err = child.communicate()
        assert child.returncode == 0, err
        assert told(home) == told(whole)
        assert kills == KILLS
        again = len(running.log.entries())
        assert again < undisturbed + kills * 12  # only what was not yet in the log is asked again
        assert checks.after_block(running.log) == []


def test_a_terminated_collection_ends_by_itself_and_goes_on(tmp_path, monkeypatch):
    with start(size=SMALL, page_size=2) as running:
        home = make_home(tmp_path, monkeypatch, running, cookies=True)
        line = ["collect", "weibo-posts", "--campaign", "c", "--accept-terms", "default", "--no-publish"]
        running.fault("http_429", "m.weibo.cn", "/api", after=3, times=1, retry_after=4)  # it waits, and cannot be done before it is told
        child = process(home, running, *line, cookies=True)
        while child.poll() is None and len(running.log.entries("m.weibo.cn", "/api")) < 4:
            time.sleep(0.01)
        child.terminate()
        _out, err = child.communicate(timeout=300)
        assert child.returncode == 143 and "run the same command again" in err
        assert rows(home, "select count(*) from run where ended is not null") == [(1,)]
        child = process(home, running, *line, cookies=True)
        _out, err = child.communicate()
        assert child.returncode == 0, err


def test_the_pace_is_kept_by_two_commands_together(tmp_path, monkeypatch):
    with start(size=SMALL, speed=60) as running:
        home = make_home(tmp_path, monkeypatch, running, cookies=True, pace=True)
        common = ["--campaign", "c", "--accept-terms", "default", "--no-publish"]
        one = process(home, running, "collect", "weibo-posts", *common, "--pages", 6, cookies=True, pace=True)
        other = process(home, running, "collect", "weibo-counts", "weibo-hot", *common, cookies=True, pace=True)
        third = process(home, running, "collect", "weibo-comments", *common, cookies=True, pace=True)
        for child in (one, other, third):
            _out, err = child.communicate(timeout=600)
            assert child.returncode == 0, err
        assert len(running.log.entries("m.weibo.cn")) >= 7
        for host, least in (("m.weibo.cn", 5), ("s.weibo.com", 7), ("m.s.weibo.com", 1.5)):
            assert checks.too_close(running.log, host, least) == []
            assert checks.over_budget(running.log, host, 300, timedelta(hours=1)) == []


def test_the_wait_that_was_asked_for_is_kept(tmp_path, monkeypatch):
    with start(size=SMALL, speed=60) as running:
        home = make_home(tmp_path, monkeypatch, running, pace=True)
        running.fault("http_429", "m.s.weibo.com", "/ajax_topic", times=2, retry_after=90)
        child = process(home, running, "collect", "weibo-counts", "--campaign", "c", "--accept-terms", "default", pace=True)
        _out, err = child.communicate(timeout=300)
        assert child.returncode == 0, err
        assert checks.impatient(running.log) == []
