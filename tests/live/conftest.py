import shutil
import subprocess

import pytest

from tests.live.helpers import make_home
from tests.platforms_server.fixtures import platforms, start
from tests.platforms_server.invent import SMALL

__all__ = ["platforms"]

# A small file system of one's own is granted by most systems, and by few containers.
OWN_DISKS = (
    bool(shutil.which("unshare"))
    and not subprocess.run(
        ["unshare", "-Urm", "sh", "-c", "mount -t tmpfs -o size=1m none /tmp"], capture_output=True, check=False
    ).returncode
)
collect_ignore = [] if OWN_DISKS else ["test_full_disk.py"]


def pytest_report_header():
    return None if OWN_DISKS else "left out: tests/live/test_full_disk.py (no file system of one's own is granted here)"


@pytest.fixture
def small():
    """The local platforms with a small world."""
    with start(size=SMALL) as running:
        yield running


@pytest.fixture
def home(small, tmp_path, monkeypatch):
    """A home that collects from the small world as a guest. A file whose tests begin elsewhere has a `home` of its own."""
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
    return home
