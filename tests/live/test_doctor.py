"""What `doctor` says of live collection."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import httpx2

from collectors import doctor
from data.home import Home
from data.log import Log
from data.model import Run
from tests.command import groundswell
from tests.live.helpers import collect, make_home
from tests.platforms_server.fixtures import start
from tests.platforms_server.invent import SMALL


def test_refusals_drift_and_the_need_of_rechecks_are_told(tmp_path, monkeypatch):
    with start(size=SMALL) as running:
        home = make_home(tmp_path, monkeypatch, running, cookies=True)
        assert collect(home, "weibo-posts", more=("--pages", 2)).status == 0
        assert groundswell(home, "recheck", "--campaign", "c", "--no-publish").status == 0
        running.fault("bad_json", "m.s.weibo.com")
        assert collect(home, "weibo-counts").status == 4
        running.fault("http_418", "m.weibo.cn")
        assert collect(home, "weibo-posts").status == 3
        found = {finding["what"]: finding for finding in groundswell(home, "doctor").json["findings"]}
    [refused] = [finding for what, finding in found.items() if what.startswith("m.weibo.cn refused")]
    assert not refused["ok"] and "left alone until" in refused["remedy"]
    [odd] = [finding for what, finding in found.items() if "could not be read" in what]
    assert "groundswell replay" in odd["remedy"]
    assert any("rechecks need about" in what and finding["ok"] for what, finding in found.items())


def test_doctor_asks_no_host_that_refuses_or_was_asked_lately(small, home):
    fault = small.fault("http_418", "m.weibo.cn")
    assert collect(home, "weibo-counts", "weibo-posts").status == 3
    asked = len(small.log.entries())
    found = [finding["what"] for finding in groundswell(home, "doctor").json["findings"]]
    assert "m.s.weibo.com answers" in found and len(small.log.entries()) == asked
    small.heal(fault)
    for state in (home / "live" / "hosts").glob("*.json"):
        state.unlink()
    found = [finding["what"] for finding in groundswell(home, "doctor").json["findings"]]
    assert {"m.s.weibo.com answers", "m.weibo.cn answers"} <= set(found)
    assert [entry.path for entry in small.log.entries()[asked:]] == ["/robots.txt"] * 2
    groundswell(home, "doctor")
    assert len(small.log.entries()) == asked + 2


def test_a_host_that_refuses_does_not_answer(small, home):
    assert collect(home, "weibo-counts").status == 0
    (home / "live" / "hosts" / "m.s.weibo.com.json").unlink()
    small.fault("http_418", "m.s.weibo.com", "/robots.txt")
    [found] = [finding for finding in groundswell(home, "doctor").json["findings"] if finding["what"].startswith("m.s.weibo.com")]
    assert (found["what"], found["ok"], "leave it alone" in found["remedy"]) == ("m.s.weibo.com: it refuses (HTTP 418)", False, True)


def test_doctor_asks_no_host_that_is_not_mapped_in_haste(small, home, monkeypatch):
    """None here answers but by its own name, out in the world."""
    assert collect(home, "weibo-counts").status == 0
    mapped = json.loads(os.environ["GROUNDSWELL_HOSTS"])
    monkeypatch.setenv("GROUNDSWELL_HOSTS", json.dumps({host: place for host, place in mapped.items() if host != "m.s.weibo.com"}))
    (home / "live" / "hosts" / "m.s.weibo.com.json").unlink()
    monkeypatch.setattr(httpx2, "Client", None)
    [found] = [finding for finding in groundswell(home, "doctor").json["findings"] if "m.s.weibo.com" in finding["what"]]
    assert not found["ok"] and "does not map it" in found["what"]


def test_labelling_is_no_collection(small, home):
    assert collect(home, "weibo-counts").status == 0
    last = [finding["what"] for finding in groundswell(home, "doctor").json["findings"] if "last collection" in finding["what"]]
    later = small.clock.now() + timedelta(days=1)
    told = {"campaign": "c", "started": later, "ended": later, "version": "0", "warnings": ("odd",)}
    Log(Home(home).log).append_rows(Run(run_id=source, source=source, **told) for source in ("label", "embed", "import", "replay"))
    findings = [finding["what"] for finding in groundswell(home, "doctor").json["findings"]]
    assert last and [what for what in findings if "last collection" in what] == last
    assert not [what for what in findings if "warned" in what]


def test_a_run_that_was_refused_is_no_collection(small, home):
    at = small.clock.now() - timedelta(days=3)
    run = Run(run_id="good", source="weibo-posts", campaign="c", started=at, ended=at, read=5, version="0")
    refused = replace(run, run_id="refused", started=small.clock.now(), ended=small.clock.now(), read=0, blocked_by="m.weibo.cn: 418")
    Log(Home(home).log).append_rows([run, refused])
    [found] = told(home, "last collection")
    assert not found["ok"] and f"{at:%Y-%m-%d %H:%M}" in found["what"]


def told(home, *wanted):
    """What is found of runs and collections."""
    return [finding for finding in groundswell(home, "doctor").json["findings"] if any(words in finding["what"] for words in wanted)]


def test_a_run_that_was_killed_is_told_until_a_later_one_ends(small, home):
    begun = small.clock.now() - timedelta(days=1)
    run = Run(run_id="killed", source="import", campaign="c", started=begun, version="0")
    log = Log(Home(home).log)
    elsewhere = replace(run, run_id="other", campaign="d", started=begun + timedelta(hours=1), ended=begun + timedelta(hours=1))
    log.append_rows([run, elsewhere])
    [killed] = told(home, "did not end")
    assert not killed["ok"] and "groundswell import FILES --campaign c" in killed["remedy"]
    log.append_rows([replace(elsewhere, run_id="again", campaign="c")])
    assert not told(home, "did not end")


def test_a_campaign_is_stale_after_two_days_and_over_after_thirty(small, home):
    log = Log(Home(home).log)
    for campaign, days in (("fresh", 1), ("old", 3), ("over", 31)):
        at = small.clock.now() - timedelta(days=days)
        log.append_rows([Run(run_id=campaign, source="weibo-counts", campaign=campaign, started=at, ended=at, version="0")])
    found = told(home, "last collection")
    assert [finding["ok"] for finding in found] == [True, False, True]
    assert "groundswell watch --campaign old" in found[1]["remedy"]


def test_the_mode_of_the_key_says_nothing_where_there_are_none(small, home, monkeypatch):
    assert Home(home).key
    (home / "key").chmod(0o644)
    assert [finding["ok"] for finding in told(home, "key of pseudonyms")] == [False]
    monkeypatch.setattr(doctor, "os", SimpleNamespace(name="nt"))
    assert told(home, "key of pseudonyms") == []
