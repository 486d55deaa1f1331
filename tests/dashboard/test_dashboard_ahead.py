"""What is asked before the first page is the page's own, and a page opens the file once."""

import shutil
import socket

import pytest
from invented_home import ART
from streamlit.testing.v1 import AppTest
from test_dashboard_pages import APP

from dashboard import ahead, ask
from data.build import build
from data.home import Home
from data.questions import Filters, Viewer

EVERYTHING = Filters(campaign=""), Viewer()


@pytest.fixture
def asked(monkeypatch):
    """The names of the questions that were put to the database, not answered from what is kept."""
    names: list[str] = []
    put = ask.questions.ask

    def put_down(connection, name, *more, **told):
        names.append(name)
        return put(connection, name, *more, **told)

    monkeypatch.setattr(ask.questions, "ask", put_down)
    ask._answer.clear()
    return names


def test_the_first_page_asks_nothing_that_was_not_read_ahead(home, asked, monkeypatch):
    monkeypatch.chdir(APP.parent)
    monkeypatch.setenv("GROUNDSWELL_HOME", str(home.path))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ahead._read(home, *listening.getsockname())
    read, asked[:] = set(asked), []
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert asked == []
    assert set(ahead.FIRST_PAGE) <= read
    ask._answer.clear()
    AppTest.from_file(str(APP), default_timeout=60).run()
    assert set(asked) == read


def test_nothing_is_read_ahead_of_an_empty_home(tmp_path, asked):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ahead._read(Home(tmp_path), *listening.getsockname())
    assert asked == []


def test_a_page_opens_the_file_once_and_what_is_published_meanwhile_anew(home, asked, monkeypatch, tmp_path):
    home = Home(shutil.copytree(home.path, tmp_path / "home"))
    opened = []
    reading = ask.reading
    monkeypatch.setattr(ask, "reading", lambda of: opened.append(of) or reading(of))
    with ask.opened_once():
        for name in ("campaigns", "publication"):
            ask.ask(home, name, *EVERYTHING)
        assert len(opened) == 1
        build(home, full=True)
        before = len(asked)
        ask.ask(home, "publication", *EVERYTHING)
        assert (len(opened), len(asked)) == (2, before + 1)
    ask.ask(home, "synthetic", Filters(campaign=ART), Viewer())
    assert len(opened) == 3


def test_an_answer_that_needs_more_memory_gets_it(home, asked, monkeypatch):
    enough = ask.ask(home, "headline", *EVERYTHING)
    ask._answer.clear()
    monkeypatch.setattr(ask, "ROOM", "1KB")
    assert ask.ask(home, "headline", *EVERYTHING).equals(enough)
    assert asked == ["headline"] * 3


def test_who_opens_the_file_while_another_fills_more_gets_an_answer(home, asked, monkeypatch):
    monkeypatch.setattr(ask, "ROOM", "1MB")
    with ask.reading(home) as other:
        other.execute("set temp_directory = ''").fetchall()  # nothing of it can make room
        other.execute("create temp table held as select range as n, repeat('x', 100) || range as text from range(100000)").fetchall()
        assert len(ask.ask(home, "campaigns", *EVERYTHING))
