"""Commands that are stopped before they are done: the status says by what, and the next one goes on."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from data.home import Home
from data.log import Log
from tests.command import groundswell
from tests.hostile import make
from tests.tiny_model import tiny_model

STATUSES = [(signal.SIGTERM, 143), (signal.SIGINT, 130)]


def stopped(home, number, *line):
    """Runs a command and sends it a signal once it has appended something; its status and what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")}
    line = [sys.executable, "-m", "groundswell", "--home", str(home), *map(str, line), "--campaign", "c", "--no-publish"]
    log = Log(Home(home).log)
    before = log.manifest().generation
    child = subprocess.Popen(line, cwd=Path(__file__).parents[1], env=environment, stderr=subprocess.PIPE, text=True)
    while child.poll() is None and log.manifest().generation == before:
        time.sleep(0.01)
    child.send_signal(number)
    _out, err = child.communicate(timeout=120)
    return child.returncode, err


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), STATUSES)
def test_an_import_and_a_labelling_say_that_they_were_stopped_and_go_on(tmp_path, number, status):
    home, file = tmp_path / "home", make.table(tmp_path / "posts.csv", [make.post(at) for at in range(15_000)])
    assert groundswell(home, "campaign", "new", "c").status == 0
    for line in (("import", file), ("label", "--model", tiny_model(tmp_path / "tiny"))):
        found, err = stopped(home, number, *line)
        assert found == status and "run the same command again" in err
        said = groundswell(home, *line, "--campaign", "c")
        assert said.status == 0, said.err
    assert said.json["labelled"] > 0
    assert len({row["text_sha256"] for row in Log(Home(home).log).read("label").to_pylist()}) == 15_000


@pytest.mark.parametrize(("number", "status"), STATUSES)
def test_a_command_can_be_stopped_in_the_middle_of_a_question(tmp_path, number, status):
    assert groundswell(tmp_path / "home", "build").status == 0
    ended, rows = threading.Event(), "range(1_000_000)"  # few enough to begin at once, and together without end

    def stop():
        while not ended.wait(0.5):
            os.kill(os.getpid(), number)

    before = signal.signal(number, lambda *_: None)  # one that comes too early or late ends no test
    stopping = threading.Thread(target=stop)
    stopping.start()
    try:
        said = groundswell(tmp_path / "home", "sql", f"select sum(a.range * b.range) from {rows} a, {rows} b, {rows} c")
    finally:
        ended.set()
        stopping.join()
        signal.signal(number, before)
    assert said.status == status and "run the same command again" in said.err
