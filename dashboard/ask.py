"""The one door to the published database: named questions, answers kept as long as that publication holds.

A run of a page opens the file once, at its first question that has no answer yet, and closes it at its end: a connection that stayed open
would keep old files alive, and one shared by threads gives wrong rows. Answers are small tables; which publication they are of is part
of the key they are kept under.
"""

import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Literal

import duckdb
import pandas as pd
import streamlit as st

from collectors import archive
from data import questions, text_index
from data.build import database, published, reading, schema_version
from data.home import Home
from data.questions import Filters, Viewer

# What the database may keep in memory: of a file that stays open it keeps all that it has read.
ROOM = "400MB"
ALL_ROOM = "80%"
# Long lists of words and texts are told apart at once: one by one, that took longer than to answer.
WHOLE: dict[str | type, Callable[[Any], Any]] = {tuple: pickle.dumps}

_here = threading.local()
_room = threading.Lock()  # all connections to one file share one limit


@contextmanager
def opened_once() -> Iterator[None]:
    """Within, the questions of this thread share one opening of the file, which takes longer than most answers."""
    with ExitStack() as stack:
        _here.stack, _here.open = stack, {}
        try:
            yield
        finally:
            del _here.stack, _here.open


@contextmanager
def _opened(publication: str, home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    if not hasattr(_here, "stack"):
        with _reading(home) as connection:
            yield connection
        return
    if publication not in _here.open:
        _here.open[publication] = _here.stack.enter_context(_reading(home))
    yield _here.open[publication]


@contextmanager
def _reading(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file, opened, within its room where nobody has begun to need more."""
    with reading(home) as connection:
        with _room, suppress(duckdb.OutOfMemoryException):  # somebody's answer fills more at the moment
            _limit(connection, ROOM)
        yield connection


def _limit(connection: duckdb.DuckDBPyConnection, room: str) -> None:
    connection.execute("set memory_limit = ?", [room]).fetchall()


def ask(home: Home, name: str, filters: Filters, viewer: Viewer, **more: Any) -> pd.DataFrame:
    """The answer to a question. Raises WrongUsage where nothing is published yet, or by another version."""
    kept = {key: tuple(value) if isinstance(value, list) else value for key, value in more.items()}
    return _answer(str(database(home)), home.path, name, filters, viewer, tuple(sorted(kept.items())))


@st.cache_data(max_entries=500, show_spinner=False, hash_funcs=WHOLE)
def _answer(publication: str, _home: Any, name: str, filters: Filters, viewer: Viewer, more: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
    told = {key: list(value) if isinstance(value, tuple) else value for key, value in more}
    with _opened(publication, Home(_home)) as connection:
        if told.get("words") and "texts" in questions.QUESTIONS[name].takes:
            told["texts"] = _candidates(connection, Home(_home), str(told["words"]))
        try:
            return questions.ask(connection, name, filters, viewer, **told)
        except duckdb.OutOfMemoryException:
            with _room:  # nobody who opens the file takes it back meanwhile; an answer that needs all comes one at a time
                _limit(connection, ALL_ROOM)
                return questions.ask(connection, name, filters, viewer, **told)


def _candidates(connection: duckdb.DuckDBPyConnection, home: Home, words: str) -> list[str] | None:
    """The texts that may contain the words; all of them while the index is behind, which then is brought up to date."""
    if not text_index.covers(connection, home):
        text_index.start(connection, home)
        return None
    return text_index.candidates(connection, home, words)


def state(home: Home) -> Literal["published", "nothing", "other version"]:
    """Whether there is anything to ask, and in the tables this version knows."""
    current = published(home)
    if current is None:
        return "nothing"
    if current["schema"] != schema_version():
        return "other version"
    return "published" if len(ask(home, "campaigns", Filters(campaign=""), Viewer())) else "nothing"


def archived(home: Home, raw_ref: str) -> bytes | None:
    """The archived record behind a `raw_ref`; None where it was forgotten. Raises KeyError and ValueError as
    `collectors.archive.read` does."""
    return archive.read(home.archive / "tables", raw_ref)
