"""A recording of a browser of a gigabyte, through the command: in half a gigabyte of memory, and it says how far it is.

python -m pytest -m slow -s tests/hostile/test_large_recording.py     # prints the figures
"""

import json
import os
import pty
import re
import subprocess
import sys
import threading
import time

import pytest

from tests.collectors.invented_answers import SEARCH, cards, entry, mblog
from tests.command import asked, groundswell
from tests.hostile.test_hostile import ROOT, memory_of_session

SIZE = 10**9
MOST = 500 * 10**6
POSTS = 10  # in an answer, as the platform sends them
ANSWERS = 4  # with posts, beside each film of a megabyte

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


def write(path):
    """A HAR file of that size with films between answers with posts, every post another; how many posts."""
    film = json.dumps(entry("https://video.example/x.mp4", "Qk" * 500_000))
    number = 0
    with open(path, "w", encoding="utf-8") as har:
        har.write('{"log":{"version":"1.2","creator":{"name":"a browser","version":"1"},"entries":[' + film)
        while har.tell() < SIZE:
            for _ in range(ANSWERS):
                told = [mblog(n, text=f"停更一周，第 {n} 天 {'画师的手' * 30}") for n in range(number, number + POSTS)]
                har.write("," + json.dumps(entry(SEARCH, cards(*told), seen="2031-05-06T07:08:09Z")))
                number += POSTS
            har.write("," + film)
        har.write("]}}")
    return number


def test_a_gigabyte_is_read_in_half_a_gigabyte_and_it_says_how_far_it_is(tmp_path):
    path, home = tmp_path / "walk.har", tmp_path / "home"
    posts = write(path)
    groundswell(home, "campaign", "new", "c")
    terminal, end = pty.openpty()
    shown = []

    def listen():
        while True:
            try:
                shown.append(os.read(terminal, 1 << 16))
            except OSError:  # the other end was closed
                return

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    line = [sys.executable, "-m", "groundswell", "--home", home, "--json", "import", path, "--campaign", "c"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GROUNDSWELL_")}
    begun, together = time.monotonic(), 0
    told = {"cwd": ROOT, "env": environment, "stdout": subprocess.PIPE, "stderr": end, "start_new_session": True}
    with subprocess.Popen([*map(str, line)], **told) as started:
        while started.poll() is None:
            together = max(together, memory_of_session(started.pid))
            time.sleep(0.2)
        said = json.loads(started.stdout.read().splitlines()[-1])
    os.close(end)
    listening.join()
    os.close(terminal)
    print(
        f"{path.stat().st_size / 1e6:,.0f} MB, {posts:,} posts: {time.monotonic() - begun:.0f} s in all, {said['seconds']:.0f} s of it "
        f"importing; at most {together / 1e6:,.0f} MB of memory, all processes together"
    )
    assert (said["read"], said["added"], said["quarantined"]) == (posts, posts, 0)
    assert asked(home, "select count(*) from posts") == [(posts,)]
    far = [int(told) for told in re.findall(rb"(\d+)% of walk.har", b"".join(shown))]
    assert len(set(far)) > 50 and far == sorted(far)
    assert together <= MOST, f"{together / 1e6:,.0f} MB"
