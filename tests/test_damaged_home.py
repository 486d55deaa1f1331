"""A home of which something is lost or damaged: what is wrong is said with what to do, and nothing ends in a traceback."""

from pathlib import Path

import pytest

from data.home import Home
from tests.command import groundswell

POSTS = Path(__file__).parent / "fixtures" / "export"


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    groundswell(home.path, "campaign", "new", "first", "--hashtag", "weibo:停更一周")
    assert groundswell(home.path, "import", POSTS, "--campaign", "first").status == 0
    return home


def posts(home):
    [row] = groundswell(home.path, "sql", "select count(*) as posts from posts", "--format", "json", json=False).out.splitlines()
    return row


def amiss(home):
    """What `doctor` finds amiss, with the remedy."""
    return [f"{one['what']}: {one['remedy']}" for one in groundswell(home.path, "doctor").json["findings"] if not one["ok"]]


@pytest.mark.slow
def test_a_database_that_is_lost_is_made_again(home):
    held = posts(home)
    for lost in (*home.published.glob("*.duckdb"), home.published / "current"):
        lost.unlink()
        assert "nothing is published: groundswell build" in amiss(home)
        said = groundswell(home.path, "sql", "select 1")
        assert said.status == 2 and "groundswell build" in said.json["error"]
        assert groundswell(home.path, "build").status == 0 and posts(home) == held
    (home.published / "current").write_text("no JSON")
    assert groundswell(home.path, "build").status == 0 and posts(home) == held


def test_a_database_that_is_damaged_is_named_and_made_anew(home):
    held = posts(home)
    [database] = home.published.glob("*.duckdb")
    database.write_bytes(b"no database")
    for command in (("sql", "select 1"), ("export", "--campaign", "first", "--out", home.path / "bundle")):
        said = groundswell(home.path, *command)
        assert said.status == 2 and "groundswell build --full" in said.json["error"]
    assert any(found.endswith(": groundswell build --full") for found in amiss(home))
    assert groundswell(home.path, "build", "--full").status == 0 and posts(home) == held


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"no Parquet")])
@pytest.mark.parametrize("table", ["sighting", "run"])
def test_a_segment_of_the_log_that_is_lost_or_damaged_is_named(home, table, damage):
    segment = next((home.log / "segments").glob(f"{table}-*.parquet"))
    damage(segment)
    assert any(segment.name in found for found in amiss(home))


@pytest.mark.parametrize("place", ["file", "file/home"])
def test_a_home_that_cannot_be_there_is_refused(tmp_path, place):
    (tmp_path / "file").touch()
    said = groundswell(tmp_path / place, "doctor")
    assert said.status == 2 and "is not a folder" in said.json["error"]


def test_the_demonstration_does_not_go_into_a_home_that_holds_what_is_real(home, monkeypatch):
    filled = []
    monkeypatch.setattr("dashboard.serve.serve", lambda home, port, browser: filled.append(home.path))
    monkeypatch.setattr("data.sample.demo.fill", lambda home, at: None)
    groundswell(home.path, "demo", "--no-browser")
    empty = home.path.with_name("empty")
    groundswell(empty, "demo", "--no-browser")
    assert filled == [home.path.with_name("home-demo"), empty]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "８５０１", "x"])
def test_a_port_that_is_none_is_wrong_usage(home, port):
    said = groundswell(home.path, "dashboard", "--no-browser", f"--port={port}", json=False)
    assert said.status == 2 and "a port is a number from 1 to 65535" in said.err


def test_a_campaign_takes_several_hashtags_after_one_option_and_says_json_where_it_is_asked_for(home):
    said = groundswell(home.path, "campaign", "new", "more", "--hashtag", "weibo:停更", "xiaohongshu:先问", "--json", json=False)
    assert said.json["campaign"] == "more"
    assert groundswell(home.path, "campaign", "list", "--json", json=False).json["campaigns"][:2] == ["first", "more"]
    assert "先问" in Path(said.json["file"]).read_text(encoding="utf-8")
