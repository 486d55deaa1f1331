"""Where nothing can be written, a sentence says where and what to do; nothing ends in a traceback, and nothing half written stays."""

import csv
import errno
import os
import resource
from contextlib import contextmanager
from pathlib import Path

import pytest

from data.errors import Unwritable
from tests.command import groundswell

COMMANDS = {
    "campaign": ("campaign", "new", "another"),
    "import": ("import", "{more}", "--campaign", "first", "--map", "auto"),
    "build": ("build", "--full"),
    "label": ("label", "--campaign", "first", "--redo"),
    "export": ("export", "--campaign", "first", "--out", "{out}"),
    "report": ("report", "--campaign", "first", "--out", "{out}.html"),
    "score": ("score", "{more}", "--text-column", "正文", "--out", "{out}.csv"),
    "forget": ("forget", "--author", "1000000001"),
}


def table(path, texts):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["微博id", "用户id", "发布时间", "正文"])
        writer.writerows([4931623347347957 + i * 13, 1000000001 + i % 7, "2023-08-01 09:05", f"停更一周{texts}第{i}天"] for i in range(60))
    return path


@pytest.fixture
def home(tmp_path):
    groundswell(tmp_path / "home", "campaign", "new", "first", "--hashtag", "weibo:停更一周")
    assert groundswell(tmp_path / "home", "import", table(tmp_path / "a.csv", "甲"), "--campaign", "first", "--map", "auto").status == 0
    table(tmp_path / "more.csv", "乙")
    return tmp_path / "home"


def line(home, name, out):
    return [part.format(more=home.with_name("more.csv"), out=out) for part in COMMANDS[name]]


@contextmanager
def no_file_larger_than(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def half_written(folder):
    return [path.name for path in folder.rglob("*") if ".part" in path.name or path.name.startswith(("new-", "current."))]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name != "import" else []) for name in COMMANDS if name != "label"]
)
@pytest.mark.parametrize("room", [0, 100_000], ids=["none", "too little for a database"])
def test_where_a_file_cannot_grow_a_sentence_names_it_and_nothing_half_written_stays(home, name, room):
    with no_file_larger_than(room):
        said = groundswell(home, *line(home, name, home.with_name("out")))
    if said.status or not room:
        assert said.status == 1 and "Make room there" in said.json["error"] and str(home.parent) in said.json["error"]
    assert not half_written(home.parent)
    if said.status and name in ("campaign", "import", "build"):
        assert groundswell(home, *line(home, name, home.with_name("out"))).status == 0, "what failed goes on once there is room"


def test_a_folder_where_a_file_is_to_be_is_wrong_usage(home):
    folder = home.with_name("folder.csv")
    folder.mkdir()
    for name in ("report", "score"):
        said = groundswell(home, *line(home, name, home.with_name("folder"))[:-1], folder)
        assert said.status == 2 and "is a folder" in said.json["error"] and "folder.csv" in said.json["error"]
    assert not any(folder.iterdir())


CLOSED = Path("/sys/groundswell")  # where the system lets nobody write, root neither


@pytest.mark.parametrize("name", ["export", "report", "score"])
def test_a_place_that_may_not_be_written_is_named(home, name):
    said = groundswell(home, *line(home, name, CLOSED))
    assert said.status == Unwritable.exit_status
    assert "may not be written" in said.json["error"] and "/sys/" in said.json["error"]


def test_a_home_in_a_folder_that_may_not_be_entered_is_named(monkeypatch):
    """As everybody but root is told of it."""

    def refused(told):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/closed/home")

    monkeypatch.setattr("groundswell.find_home", refused)
    said = groundswell("/closed/home", "campaign", "list")
    assert said.status == 1 and "/closed/home: may not be written or opened" in said.json["error"]


def test_a_home_that_may_not_be_written_is_named():
    said = groundswell(CLOSED, "campaign", "new", "first")
    assert said.status == Unwritable.exit_status
    assert "may not be written" in said.json["error"] and "/sys/" in said.json["error"]
