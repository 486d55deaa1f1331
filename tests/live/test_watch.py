"""`watch` under a running clock: schedules, budget, pace, a log that stays small, and a clean stop."""

import shutil
import time
from datetime import datetime, timedelta

import pytest

from collectors import recheck, watching
from collectors.sources import weibo_counts
from collectors.watching import DEFAULTS, watch
from data import clock
from data.build import build, published, reading
from data.campaign import find, read
from data.errors import Terminated
from data.home import Home
from data.log import Log
from data.questions import Filters, ask
from tests.command import asked, groundswell
from tests.live.helpers import TAG, collected, make_home, process, rows
from tests.platforms_server import checks
from tests.platforms_server.fixtures import start
from tests.platforms_server.invent import SMALL

START = datetime(2026, 6, 15, 4)  # of the world


def memory_of(child):
    """In kilobytes; 0 where it has just ended."""
    with open(f"/proc/{child.pid}/status") as status:
        return next((int(line.split()[1]) for line in status if line.startswith("VmRSS")), 0)


def watched(tmp_path, monkeypatch, hours, speed):
    """Watches a whole world for some hours of its time; what came of it."""
    with start(size=SMALL, speed=speed, held=True) as running:
        home = make_home(tmp_path, monkeypatch, running, cookies=True, pace=True)
        child = process(
            home, running, "watch", "--campaign", "c", "--accept-terms", "default", "--no-publish", cookies=True, pace=True,
            more={"GROUNDSWELL_WEIBO_COOKIE": ""},
        )  # fmt: skip
        began, most, memory = running.clock.now(), 0, []
        while running.clock.now() - began < timedelta(hours=hours) and child.poll() is None:
            time.sleep(1)
            most = max(most, len(Log(Home(home).log).manifest().segments))
            memory.append(memory_of(child))
        child.terminate()
        _out, err = child.communicate(timeout=300)
        assert child.returncode == 0, err
        return running, home, most, memory, err


def test_schedules_are_checked(tmp_path, monkeypatch):
    with start(size=SMALL) as running:
        home = make_home(tmp_path, monkeypatch, running)
        assert groundswell(home, "watch", "--campaign", "c").status == 2  # no consent yet
        path = home / "campaigns" / "c.toml"
        whole = path.read_text()
        for lines, says in (("weibo-counts = 0", "minutes"), ('weibo-counts = "often"', "minutes"), ("nothing = 5", "not a source")):
            path.write_text(f"{whole}\n[schedules]\n{lines}\n")
            said = groundswell(home, "watch", "--campaign", "c", "--accept-terms", "default")
            assert said.status == 2 and says in said.err
        assert running.log.entries() == []


def runs_of(home, name):
    """When each run of a source began, in order."""
    return [start for (start,) in rows(home, "select min(started) from run where source = $name group by run_id order by 1", name=name)]


def too_often(home, name):
    """Runs beyond one a slot of the schedule."""
    begun, every = runs_of(home, name), timedelta(minutes=DEFAULTS[name])
    return begun[int((begun[-1] - begun[0]) / every) + 2 :]


def pass_time(small, monkeypatch, seconds):
    small.clock.advance(timedelta(seconds=seconds))
    monkeypatch.setenv("GROUNDSWELL_NOW", small.clock.now().isoformat())


@pytest.mark.slow
@pytest.mark.parametrize(("source", "gone"), [("weibo-counts", True), ("weibo-posts", False)])
def test_slots_that_were_missed_are_told_and_the_next_goes_on(small, tmp_path, monkeypatch, source, gone):
    """A machine that sleeps for three hours and a half, or a run that takes as long: one run after it, and the grid as before."""
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
    path = home / "campaigns" / "c.toml"
    path.write_text(f"{path.read_text()}\n[schedules]\n{source} = 60\n")
    began, said = small.clock.now(), []
    monkeypatch.setattr(clock, "wait", lambda seconds, go_on=None: pass_time(small, monkeypatch, seconds))

    def say(line):
        said.append(line)
        if len(said) == 2:
            pass_time(small, monkeypatch, 3.5 * 3600)

    watch(Home(home), find(Home(home), "c"), ("default",), lambda: len(said) < 4, publish=lambda: None, say=say)
    start = began.replace(tzinfo=None)
    hours = [(at - start) / timedelta(hours=1) for at in runs_of(home, source)]
    assert hours == [0, 1, 4.5, 5]
    assert [place for place, line in enumerate(said) if "nothing was read from" in line] == [2]
    missed, again, following = (f"{start + timedelta(hours=hour):%Y-%m-%d %H:%M}" for hour in (2, 4.5, 5))
    assert f"from {missed} to {again} UTC" in said[2] and said[2].endswith(f"next {following} UTC")
    gaps = rows(home, "select reason, starts_at, ends_at, query, run_id from gap")
    if not gone:
        assert gaps == []
        return
    [(reason, starts, ends, query, run_id)] = gaps
    assert (reason, query) == ("nothing was read", f"#{TAG}#")
    assert ((starts - start) / timedelta(hours=1), (ends - start) / timedelta(hours=1)) == (2, 4.5)
    assert rows(home, "select started from run where run_id = $id and ended is not null", id=run_id) == [(start + timedelta(hours=4.5),)]
    assert groundswell(home, "build").status == 0  # what the Health page asks
    assert asked(home, "select reason, starts_at, ends_at from gap") == [(reason, starts, ends)]


@pytest.mark.slow
@pytest.mark.parametrize("within", [False, True], ids=["before the next run", "within the next run"])
def test_slots_that_were_missed_just_before_the_end_are_told(small, home, monkeypatch, within):
    path = home / "campaigns" / "c.toml"
    path.write_text(f"{path.read_text()}\n[schedules]\nweibo-counts = 60\nweibo-posts = 600\n")
    start, said, asked_before, published = small.clock.now().replace(tzinfo=None), [], [], []
    monkeypatch.setattr(clock, "wait", lambda seconds, go_on=None: pass_time(small, monkeypatch, seconds))

    def say(line):
        said.append(line)
        if len(said) == 3:
            pass_time(small, monkeypatch, 3.5 * 3600)
            asked_before.append(len(small.log.entries()))

    def go_on():
        return not asked_before or (within and len(small.log.entries()) == asked_before[0])

    watch(Home(home), find(Home(home), "c"), ("default",), go_on, publish=lambda: published.append(len(said)), say=say)
    assert len(said) == 4 and said[-1].startswith("weibo-counts: nothing was read from")
    first, second, *cut_off = rows(home, "select started, run_id from run where source = 'weibo-counts' and ended is not null order by 1")
    assert [(started - start) / timedelta(hours=1) for started, _ in (first, second)] == [0, 1] and len(cut_off) == within
    gaps = rows(home, "select reason, starts_at, ends_at, run_id from gap")
    assert gaps == [("nothing was read", start + timedelta(hours=2), start + timedelta(hours=4.5), second[1])]
    assert published[-1] == 4


@pytest.mark.slow
def test_every_slot_of_a_day_has_its_run(small, tmp_path, monkeypatch):
    """Time passes only while the program waits, so that a busy machine changes nothing."""
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
    began = small.clock.now()
    monkeypatch.setattr(clock, "wait", lambda seconds, go_on=None: pass_time(small, monkeypatch, seconds))
    segments = []

    def say(line):
        segments.append(len(Log(Home(home).log).manifest().segments))

    def go_on():
        return small.clock.now() - began < timedelta(hours=24)

    made = watch(Home(home), find(Home(home), "c"), ("default",), go_on, publish=lambda: None, say=say)
    assert rows(home, "select * from gap where reason = 'nothing was read'") == []
    start = began.replace(tzinfo=None)
    for name in ("weibo-counts", "weibo-posts"):
        every = timedelta(minutes=DEFAULTS[name])
        slots = [start + every * number for number in range(int(timedelta(hours=24) / every))]
        assert [one.replace(microsecond=0) for one in runs_of(home, name)] == slots
    assert made == len(segments) > 120 and max(segments) <= 200
    looked = small.log.entries("m.weibo.cn", "/statuses/show")
    assert 100 < len(looked) <= recheck.BUDGET
    followed = {row["post_id"]: row["drawn_at"] for row in Log(Home(home).log).read("followed").to_pylist()}
    assert {entry.query["id"] for entry in looked} <= followed.keys()
    assert checks.failures(small.log) == [] and checks.after_block(small.log) == []


@pytest.mark.slow
def test_two_hours(tmp_path, monkeypatch):
    running, home, _most, _memory, err = watched(tmp_path, monkeypatch, hours=2, speed=120)
    log = running.log
    counted = runs_of(home, "weibo-counts")
    assert too_often(home, "weibo-counts") == too_often(home, "weibo-posts") == [] and runs_of(home, "recheck"), err
    assert len(counted) - len(log.entries("m.s.weibo.com", "/ajax_topic/detail")) in (0, 1)  # the last may be cut off
    assert log.entries("m.weibo.cn", "/statuses/show")
    assert checks.too_close(log, "m.weibo.cn", 5) == []
    assert checks.over_budget(log, "m.weibo.cn", 300) == []
    assert checks.after_block(log) == [] and checks.failures(log) == []


@pytest.mark.slow
def test_a_day_at_six_hundred_times(tmp_path, monkeypatch):
    running, home, most, memory, err = watched(tmp_path, monkeypatch, hours=24, speed=600)
    log = running.log
    # At six hundred times the real pace a busy machine misses some: never made up for twice, and each is told.
    counted, hour = runs_of(home, "weibo-counts")[:-1], timedelta(hours=1)  # the last may be cut off before it tells
    assert len(counted) > 2, err
    gaps = rows(home, "select starts_at, ends_at from gap where reason = 'nothing was read' order by 1")
    missed = sum(int((ends - starts) / hour) for starts, ends in gaps)
    assert len(counted) + missed >= int((counted[-1] - counted[0]) / hour), (counted, gaps, err)
    assert too_often(home, "weibo-counts") == too_often(home, "weibo-posts") == [], err
    assert most <= 200
    # It takes more until the first half of the day is over, and then stays: over three days from 340 MB at noon of the first to 360.
    half = len(memory) // 2
    assert sum(memory[-10:]) < 1.25 * sum(memory[half - 5 : half + 5]), (memory, err)
    assert len(log.entries("m.weibo.cn", "/statuses/show")) <= recheck.BUDGET
    assert checks.over_budget(log, "m.weibo.cn", 300) == []
    assert checks.too_close(log, "m.weibo.cn", 5) == [] and checks.too_close(log, "m.s.weibo.com", 1.5) == []
    assert checks.failures(log) == []


@pytest.mark.parametrize("mended", [True, False])
def test_a_campaign_file_that_is_faulty_for_a_while_does_not_end_it(small, home, monkeypatch, mended):
    """Another campaign's: it is said, what comes meanwhile is collected, and all is published once the file is mended."""
    monkeypatch.setattr(watching, "BETWEEN_PUBLICATIONS", 0.0)
    monkeypatch.setattr(clock, "wait", lambda seconds, go_on=None: pass_time(small, monkeypatch, seconds))
    file, other, runs, faults = home / "campaigns" / "c.toml", home / "campaigns" / "other.toml", [], []
    file.write_text(f"{file.read_text()}\n[schedules]\nweibo-counts = 60\n")
    other.write_text("id =")

    def say(line):
        (faults if "other.toml: not a TOML file" in line else runs).append(line)
        if mended and len(runs) == 3:
            other.write_text('id = "other"\nname = "Other"\n')

    watch(Home(home), read(file), ("default",), lambda: len(runs) < 3, publish=lambda: build(Home(home)), say=say)
    assert (len(runs), len(faults)) == (3, 2 if mended else 4)  # the last when it ends
    assert (published(Home(home)) is not None) == mended
    assert not mended or len(asked(home, "select * from hashtag_count")) == 3


def test_what_a_stopped_run_brought_is_published(small, home):
    path = home / "campaigns" / "c.toml"
    path.write_text(f"{path.read_text()}\n[schedules]\nweibo-posts = 15\n")
    published = []
    runs = watch(
        Home(home), find(Home(home), "c"), ("default",), lambda: len(small.log.entries("m.weibo.cn", "/api/container")) < 2,
        publish=lambda: published.append(collected(home)), say=lambda line: None,
    )  # fmt: skip
    assert runs == 0 and published == [collected(home)] and published[0]


@pytest.mark.slow
def test_a_run_that_fails_says_why_and_the_watch_goes_on(small, home, monkeypatch):
    """A full disk, then a fault of the program, then one while it publishes: each is said, and costs the other sources nothing."""
    monkeypatch.setattr(watching, "BETWEEN_PUBLICATIONS", 0.0)
    monkeypatch.setattr(clock, "wait", lambda seconds, go_on=None: pass_time(small, monkeypatch, seconds))
    start, said, published = small.clock.now().replace(tzinfo=None), [], []
    path = home / "campaigns" / "c.toml"
    path.write_text(f"{path.read_text()}\n[schedules]\nweibo-counts = 60\nweibo-hot = 60\n")
    free, counted = shutil.disk_usage(home), weibo_counts.collect

    def hours():
        return (small.clock.now().replace(tzinfo=None) - start) / timedelta(hours=1)

    def collect_counts(run):
        if hours() == 2:
            raise IndexError("of the program")
        counted(run)

    def publish():
        published.append(hours())
        if hours() == 3:
            raise OSError("no publication")

    monkeypatch.setattr(shutil, "disk_usage", lambda path: free._replace(free=0) if hours() == 1 else free)
    monkeypatch.setattr(weibo_counts, "collect", collect_counts)
    watch(Home(home), find(Home(home), "c"), ("default",), lambda: hours() < 5, publish=publish, say=said.append)
    assert sum("Less than 500 MB are free" in line and line.startswith("weibo-counts: ") for line in said) == 1
    [fault] = [line for line in said if "IndexError" in line]
    assert "of the program" in fault and "collect_counts" in fault and fault.endswith("next 2026-06-15 07:00 UTC")
    [unpublished] = [line for line in said if "no publication" in line]
    assert unpublished.endswith("what comes is kept") and published[-1] >= 4
    runs = rows(home, "select started, ended is null, warnings from run where source = 'weibo-counts' qualify "
                      "row_number() over (partition by run_id order by ended nulls last) = 1 order by 1")  # fmt: skip
    assert [(started - start) / timedelta(hours=1) for started, _, _ in runs] == [0, 1, 2, 3, 4]
    assert not any(cut_off for _, cut_off, _ in runs)
    assert "Less than 500 MB" in runs[1][2][0] and runs[2][2] == ["weibo-counts: IndexError('of the program')"]
    assert len(rows(home, "select * from hashtag_count")) == 3


def test_what_was_missed_is_told_by_a_watch_that_is_stopped_at_once(small, home, monkeypatch):
    path = home / "campaigns" / "c.toml"
    path.write_text(f"{path.read_text()}\n[schedules]\nweibo-counts = 60\n")
    said = []

    def stop(seconds, go_on=None):
        if said:
            pass_time(small, monkeypatch, 4 * 3600)
            raise Terminated

    monkeypatch.setattr(clock, "wait", stop)
    with pytest.raises(Terminated):
        watch(Home(home), find(Home(home), "c"), ("default",), lambda: True, publish=lambda: None, say=said.append)
    assert len(said) == 2 and len(rows(home, "select * from gap")) == 1


def counters_alone(home):
    path = home / "campaigns" / "c.toml"
    path.write_text(f"{path.read_text()}\n[schedules]\nweibo-counts = 60\n")


def watch_until(small, home, monkeypatch, hour, at=None):
    """Watches until so many hours after the world's begin, in time that passes only while it waits; what it said. `at`: what happens once
    an hour has come."""
    start, said, waiting = START, [], dict(at or {})
    monkeypatch.setattr(clock, "wait", lambda seconds, go_on=None: pass_time(small, monkeypatch, seconds))

    def go_on():
        hours = (small.clock.now().replace(tzinfo=None) - start) / timedelta(hours=1)
        for due in [due for due in waiting if due <= hours]:
            waiting.pop(due)()
        return hours < hour

    watch(Home(home), find(Home(home), "c"), ("default",), go_on, publish=lambda: None, say=said.append)
    return said


def gap_hours(home):
    told = rows(home, "select starts_at, ends_at from gap order by 1")
    return [((starts - START) / timedelta(hours=1), (ends - START) / timedelta(hours=1)) for starts, ends in told]


@pytest.mark.slow
@pytest.mark.parametrize("since", [2, 0], ids=["after two runs", "from the first run on"])
def test_an_outage_is_a_gap_of_the_counters(small, home, monkeypatch, since):
    """A refusal of a quarter of an hour is over before the next run, which is refused anew."""
    counters_alone(home)
    fault = [small.fault("http_503", "m.s.weibo.com", "/ajax_topic", after=3 * since)]
    said = watch_until(small, home, monkeypatch, 12, {10: lambda: small.heal(*fault)})
    assert gap_hours(home) == [(since, 10)]
    assert sum("HTTP 503" in line for line in said) == 10 - since
    assert [number for number, line in enumerate(said) if "nothing was read from" in line] == [10]


@pytest.mark.slow
def test_a_host_that_refuses_its_robots_file_is_told_as_any_that_refuses(small, home, monkeypatch):
    """A run that is stopped before it asks anything is a run: Health counts its refusal, and its gap is one of the counters."""
    counters_alone(home)

    def refuse():
        small.fault("http_432", "m.s.weibo.com", "/robots.txt")
        pass_time(small, monkeypatch, 24 * 3600)  # the file is read once a day

    said = watch_until(small, home, monkeypatch, 46, {2: refuse, 40: small.heal})
    refused = sum("HTTP 432" in line for line in said)
    assert refused > 1 and gap_hours(home) == [(2, 44)]
    assert groundswell(home, "build").status == 0
    with reading(Home(home)) as connection:
        [gap] = ask(connection, "gaps", Filters(campaign="c"))[["of", "reason"]].to_dict("records")
        [source] = ask(connection, "sources", Filters(campaign="c")).to_dict("records")
    assert gap == {"of": "counters", "reason": "nothing was read"}
    assert (source["source"], source["refused"], source["gaps"], source["state"]) == ("weibo-counts", refused, 1, "good")
    runs = rows(home, "select requests, warnings from run where blocked_by like 'm.s.weibo.com: HTTP 432%' and query is not null")
    assert [requests for requests, _ in runs] == [1] * refused and all("HTTP 432" in warnings[0] for _, warnings in runs)


def test_the_time_between_two_watches_is_a_gap(small, home, monkeypatch):
    """Told once: also where the first of them told what it had missed itself, and where the second was stopped at once."""
    counters_alone(home)
    watch_until(small, home, monkeypatch, 2)
    pass_time(small, monkeypatch, 10 * 3600)
    [line] = watch_until(small, home, monkeypatch, 0)
    assert line.startswith("weibo-counts: nothing was read from 2026-06-15 06:00 to 2026-06-15 16:00 UTC: the machine was off")
    assert gap_hours(home) == []
    small.fault("http_503", "m.s.weibo.com", "/ajax_topic")
    watch_until(small, home, monkeypatch, 15)
    assert gap_hours(home) == [(2, 15)]
    small.heal()
    pass_time(small, monkeypatch, 3 * 3600)
    said = watch_until(small, home, monkeypatch, 20)
    assert gap_hours(home) == [(2, 15), (15, 18)]
    assert "nothing was read" in said[0] and len(rows(home, "select * from hashtag_count")) == 4
    pass_time(small, monkeypatch, 1800)
    watch_until(small, home, monkeypatch, 21)
    assert gap_hours(home) == [(2, 15), (15, 18)]
