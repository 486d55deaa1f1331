"""Turns at a host: the pace between an answer and the next request, whoever asks, and whatever happened in between."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from collectors.client import Client
from collectors.hosts import AN_HOUR, Halted, Hosts
from collectors.refusing import Stopped
from data.home import Home

ROOT = Path(__file__).parents[2]
HOST = "m.s.weibo.com"  # 2 seconds, half a second either way; at a hundred times, 15 ms at least
FAST = "2026-06-15T04:00:00*100"


@pytest.fixture
def hosts(tmp_path, monkeypatch):
    monkeypatch.setenv("GROUNDSWELL_NOW", FAST)
    return Hosts(tmp_path / "hosts", dice=lambda: 0.5)


def test_the_pace_is_counted_from_the_end_of_an_answer(hosts):
    with hosts.turn(HOST):
        time.sleep(0.05)
        answered = time.time()
    with hosts.turn(HOST):
        assert time.time() - answered >= 0.02
    assert len(hosts.state(HOST).asked) == 2 and hosts.state(HOST).asking is None


def test_a_request_that_was_cut_off_counts_from_when_it_was_found(hosts):
    asks = (
        "import sys, time; from pathlib import Path; from collectors.hosts import Hosts\n"
        f"with Hosts(Path(sys.argv[1])).turn({HOST!r}): print('asking', flush=True); time.sleep(60)"
    )
    line = [sys.executable, "-c", asks, str(hosts.folder)]
    child = subprocess.Popen(line, cwd=ROOT, env={**os.environ, "GROUNDSWELL_NOW": FAST}, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "asking\n"
    assert hosts.state(HOST).asking is not None
    child.send_signal(signal.SIGKILL)
    child.communicate()
    found = time.time()
    with hosts.turn(HOST):
        assert time.time() - found >= 0.02
        assert len(hosts.state(HOST).asked) == 1


def test_a_wish_to_be_left_alone_holds_for_every_command(hosts):
    wished = time.time()
    hosts.put_off(HOST, 20)
    other = Hosts(hosts.folder, dice=lambda: 0.0)
    with other.turn(HOST):
        began = time.time()
        assert began - wished >= 0.2
    hosts.put_off(HOST, 50_000)  # of before the clock was set back
    with other.turn(HOST):
        assert time.time() - began < 60


def test_who_waits_can_be_stopped(hosts):
    hosts.put_off(HOST, 500)
    with pytest.raises(Halted), hosts.turn(HOST, go_on=lambda: False):
        pass
    assert hosts.state(HOST).asked == []


def test_an_hour_has_so_many_requests(hosts):
    with hosts.turn(HOST):
        pass
    state, now = hosts.state(HOST), time.time()
    state.asked = [now - 35] * AN_HOUR  # of 36 seconds, which are an hour here
    hosts._keep(HOST, state)
    with hosts.turn(HOST):
        assert time.time() - now >= 1


def test_a_refusal_is_known_to_those_who_wait_their_turn(small, home):
    """Many commands at once: one is refused, and the others do not ask any more."""
    small.fault("http_418", HOST, "/ajax_topic")
    together, said = threading.Barrier(4), []

    def ask(number):
        client = Client(Home(home), run_id=f"r{number}", accepted=("default",))
        together.wait()
        try:
            client.ask(f"https://{HOST}/ajax_topic/detail?q=x", lambda answer, headers: None)
        except Stopped as stopped:
            said.append(stopped.says)
        client.close()

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert said == ["HTTP 418"] * 4
    assert len(small.log.entries(HOST, "/ajax_topic")) == 1
