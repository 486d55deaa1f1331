"""What `doctor` says of live collection."""

import json
import os
from datetime import timedelta

import httpx2

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
