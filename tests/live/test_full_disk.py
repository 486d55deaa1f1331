"""A home on a small file system of its own, which really runs full: a namespace of the user's, without privileges. Where the system grants
none, `conftest.py` leaves this file out and says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.helpers import collect, collected, make_home
from tests.live.test_weibo import offered
from tests.platforms_server.fixtures import start
from tests.platforms_server.invent import SMALL

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ROOM = 500 * 1024 + 220  # kilobytes: a little above what has to stay free
SCRIPT = """
set -e
mount -t tmpfs -o size="$3"k none "$2"
cp -a "$1/." "$2/"
"$4" -m groundswell --home "$2" --json collect weibo-posts --campaign c --accept-terms default --no-publish || echo "status $?"
df -k --output=avail "$2" | tail -1
cp -a "$2/." "$1/"
"""


def test_it_stops_before_the_last_500_mb_keeps_what_came_and_goes_on(tmp_path, monkeypatch):
    with start(size=SMALL, page_size=2) as running:
        home, place = make_home(tmp_path, monkeypatch, running, cookies=True), tmp_path / "small"
        monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
        place.mkdir()
        line = ["unshare", "-Urm", "sh", "-c", SCRIPT, "sh", str(home), str(place), str(ROOM), sys.executable]
        done = subprocess.run(line, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        *_, status, free = done.stdout.split("\n")[:-1]
        assert status == "status 1" and "Less than 500 MB are free" in done.stderr
        assert 490 * 1024 < int(free) < 500 * 1024
        before = collected(home)
        assert before and before < offered(running)
        assert collect(home, "weibo-posts").status == 0
        assert collected(home) == offered(running)
