"""The command against the local platforms, over real HTTP."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb

from data.home import Home
from data.log import Log
from tests.command import groundswell

ROOT = Path(__file__).parents[2]
TAG = "停更一周"
ALL = "default"


def make_home(tmp_path, monkeypatch, running, *, cookies=False, tags=(TAG,), start="2026-06-12", pace=False):
    """A home with the campaign `c`, and the environment of a running server."""
    for name in list(os.environ):
        if name.startswith("GROUNDSWELL_"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    set_environment(monkeypatch, running, cookies=cookies, pace=pace)
    hashtags = [part for tag in tags for part in ("--hashtag", tag if ":" in tag else f"weibo:{tag}")]
    assert groundswell(home, "campaign", "new", "c", *hashtags, "--start", start).status == 0
    return home


def set_environment(monkeypatch, running, *, cookies=False, pace=False):
    for name in ("GROUNDSWELL_WEIBO_COOKIE", "GROUNDSWELL_WEIBO_MOBILE_COOKIE", "GROUNDSWELL_XIAOHONGSHU_COOKIE", "GROUNDSWELL_PACE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in running.environment(cookies=cookies, pace=pace).items():
        monkeypatch.setenv(name, value)


def collect(home, *sources, accept=ALL, more=(), publish=False):
    accepted = ["--accept-terms", accept] if accept else []
    return groundswell(home, "collect", *sources, "--campaign", "c", *accepted, *more, *([] if publish else ["--no-publish"]))


def rows(home, statement, **values):
    """A question to the tables of the log."""
    log = Log(Home(Path(home)).log)
    with duckdb.connect() as connection:
        for table in ("post", "sighting", "run", "gap", "consent", "hashtag_count", "trend", "hot_search", "edge", "quarantine", "author"):
            connection.register(table, log.read(table))
        return connection.execute(statement, values).fetchall()


def collected(home, comments=False):
    """The posts asserted for the campaign: those found, without originals that only stand within them."""
    found = rows(home, "select distinct post_id from sighting where not context and is_comment = $comments", comments=comments)
    return {post_id for (post_id,) in found}


def process(home, running, *arguments, cookies=False, pace=False, more=None):
    """The command in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")}
    environment |= running.environment(cookies=cookies, pace=pace) | (more or {})
    line = [sys.executable, "-m", "groundswell", "--home", str(home), "--json", *map(str, arguments)]
    return subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
