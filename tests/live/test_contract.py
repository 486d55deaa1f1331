"""What programs rely on of the live commands: exit statuses, and the fields of the last line of standard output with --json."""

import os
import shutil
import signal
import threading
from datetime import datetime

import pytest

from tests.command import asked, groundswell
from tests.live.helpers import collect, collected, make_home, rows

OUTCOMES = ("added", "updated", "duplicate", "quarantined")
IMPORT = {"run_id", "files", "formats", "read", *OUTCOMES, "warnings", "seconds"}
COLLECT = IMPORT | {"pages", "requests", "capped", "blocked_by", "retry_after", "gaps"}
SEARCH = ("m.weibo.cn", "/api/container")


def sound(said, fields):
    """The object of the last line, with all the fields it should have, whose outcomes add up."""
    told = said.json
    assert fields <= told.keys()
    assert told["read"] == sum(told[name] for name in OUTCOMES)
    assert type(told["warnings"]) is list and type(told["formats"]) is dict and told["seconds"] >= 0
    assert all(type(told[name]) is int for name in ("files", "read", *OUTCOMES))
    return told


def recheck(home, *more):
    return groundswell(home, "recheck", "--campaign", "c", "--no-publish", *more)


def test_the_fields_of_a_collection_and_of_a_recheck(small, home):
    sound(collect(home, "weibo-counts", more=("--pages", 1)), COLLECT)
    sound(recheck(home, "--accept-terms", "default"), COLLECT)


@pytest.mark.slow
def test_done_is_0_and_publishes(small, home):
    told = sound(collect(home, "weibo-counts", "weibo-posts", publish=True), COLLECT)
    assert told["run_id"] and told["added"] > 0 and told["pages"] > 1 and told["requests"] >= told["pages"]
    assert (told["capped"], told["blocked_by"], told["retry_after"], told["gaps"]) == (False, None, None, 0)
    asked_for = len(small.log.entries())
    assert told["requests"] == asked_for
    assert asked(home, "select count(*) from posts")[0][0] >= len(collected(home))
    again = sound(recheck(home, "--all"), COLLECT)
    assert again["read"] >= len(collected(home)) and again["blocked_by"] is None
    assert sound(recheck(home, "--due"), COLLECT)["run_id"] != again["run_id"]


@pytest.mark.slow
def test_blocked_is_3_and_publishes_what_came_before(small, home):
    small.fault("http_418", *SEARCH, after=3)
    said = collect(home, "weibo-counts", "weibo-posts", publish=True)
    told = sound(said, COLLECT)
    assert said.status == 3 and told["added"] > 0 and told["gaps"] == 1
    assert told["blocked_by"].startswith("m.weibo.cn") and datetime.fromisoformat(told["retry_after"]) > small.clock.now()
    assert asked(home, "select count(*) from posts")[0][0] >= len(collected(home)) > 0
    before = recheck(home, "--all")
    assert before.status == 3 and sound(before, COLLECT)["blocked_by"].startswith("m.weibo.cn")
    assert any("Not asked again before" in warning for warning in before.json["warnings"])


@pytest.mark.slow
def test_unreadable_is_4_and_keeps_the_rest(small, home):
    small.fault("bad_json", *SEARCH)
    said = collect(home, "weibo-counts", "weibo-posts")
    told = sound(said, COLLECT)
    assert said.status == 4 and told["added"] > 0 and told["quarantined"] > 0 and told["gaps"] > 0 and told["warnings"]
    assert (told["blocked_by"], told["retry_after"]) == (None, None)
    mended = groundswell(home, "replay", "--no-publish")
    assert mended.status == 0 and sound(mended, IMPORT)["quarantined"] == told["quarantined"]


@pytest.mark.parametrize(
    "line",
    [
        ("collect", "weibo-nothing", "--campaign", "c"),
        ("collect", "weibo-counts", "--campaign", "unknown"),
        ("collect", "weibo-counts", "--campaign", "c"),
        ("collect", "weibo-counts", "--campaign", "c", "--accept-terms", "m.weibo.cn"),
        ("collect", "weibo-counts", "--campaign", "c", "--pages", 0),
        ("collect", "weibo-counts", "--campaign", "c", "--since", "soon"),
        ("collect", "browser", "--campaign", "c"),
        ("recheck", "--campaign", "unknown"),
        ("recheck", "--campaign", "c"),
        ("watch", "--campaign", "unknown"),
        ("watch", "--campaign", "c"),
        ("replay", "--run", "unknown"),
    ],
)
def test_wrong_usage_is_2_says_what_to_do_and_asks_nobody(small, tmp_path, monkeypatch, line):
    home = make_home(tmp_path, monkeypatch, small)
    said = groundswell(home, *line)
    assert said.status == 2 and said.err.strip() and said.json == {"error": said.err.strip()}
    assert small.log.entries() == []


@pytest.mark.parametrize(
    "line",
    [
        ("collect", "--campaign", "c"), ("collect", "weibo-counts"), ("recheck", "--campaign", "c", "--due", "--all"), ("watch",),
        ("verify",), ("forget",), ("forget", "--author", "1", "--post", "2"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_2(tmp_path, line):
    assert groundswell(tmp_path / "home", *line).status == 2


def test_watch_that_was_stopped_is_0(small, home):
    """A host that refuses costs it nothing: the others go on, and so does it."""
    small.fault("http_418", *SEARCH)

    ended = threading.Event()

    def stop():
        while not ended.wait(0.05):
            if small.log.entries(*SEARCH):
                os.kill(os.getpid(), signal.SIGTERM)
                return

    before = signal.signal(signal.SIGTERM, lambda *_: None)  # one that comes late ends no test
    stopping = threading.Thread(target=stop)
    stopping.start()
    try:
        said = groundswell(home, "watch", "--campaign", "c", "--accept-terms", "default", "--no-publish")
    finally:
        ended.set()
        stopping.join()
        signal.signal(signal.SIGTERM, before)
    assert said.status == 0 and said.json["runs"] >= 1
    assert "weibo-counts: " in said.err


def test_verify_is_0_1_or_4(small, home, tmp_path):
    for there in (tmp_path, tmp_path / "nothing", tmp_path / "home" / "campaigns", home / "archive"):
        said = groundswell(home, "verify", there)
        assert said.status == 4 and str(there) in said.json["error"], there
    assert collect(home, "weibo-counts").status == 0
    said = groundswell(home, "verify", home / "archive")
    assert said.status == 0 and {"ok", "checked", "problems"} <= said.json.keys()
    assert (said.json["ok"], said.json["problems"]) == (True, []) and said.json["checked"] > 0
    shutil.rmtree(home / "archive" / "live")
    said = groundswell(home, "verify", home / "archive")
    assert said.status == 1 and not said.json["ok"] and all("missing" in problem for problem in said.json["problems"])


@pytest.mark.slow
def test_forget_is_0_whether_or_not_somebody_was_there(small, home):
    assert collect(home, "weibo-posts").status == 0
    uid = rows(home, "select author_id from post where author_id is not null limit 1")[0][0]
    for told, gone in ((uid, True), (uid, False), ("70000000009999", False)):
        said = groundswell(home, "forget", "--author", told, "--no-publish")
        assert said.status == 0 and {"posts", "rows", "archived"} <= said.json.keys() and (said.json["posts"] > 0) == gone


def test_doctor_is_0_and_each_finding_has_its_remedy(small, home):
    small.fault("http_418", *SEARCH)
    assert collect(home, "weibo-posts").status == 3
    said = groundswell(home, "doctor")
    assert said.status == 0 and said.json["findings"]
    for finding in said.json["findings"]:
        assert finding.keys() == {"what", "ok", "remedy"} and finding["what"] and (finding["ok"] or finding["remedy"])
    lines = groundswell(home, "doctor", json=False).out.splitlines()
    assert len(lines) == len(said.json["findings"])
