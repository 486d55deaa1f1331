"""The one door to the published database: named questions, answers kept as long as that publication holds.

A run of a page opens the file once, at its first question that has no answer yet, and closes it at its end: a connection that stayed open
would keep old files alive, and one shared by threads gives wrong rows. Answers are small tables; which publication they are of is part
of the key they are kept under.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Literal

import duckdb
import pandas as pd
import streamlit as st

from collectors import archive
from data import questions, text_index
from data.build import database, reading, schema_version
from data.errors import WrongUsage
from data.home import Home
from data.questions import Filters, Viewer

# What the database may keep in memory: of a file that stays open it keeps all that it has read. Only an answer that does not fit gets more.
ROOM = ("400MB", "80%")

_here = threading.local()


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
        with reading(home) as connection:
            yield connection
        return
    if publication not in _here.open:
        _here.open[publication] = _here.stack.enter_context(reading(home))
    yield _here.open[publication]


def ask(home: Home, name: str, filters: Filters, viewer: Viewer, **more: Any) -> pd.DataFrame:
    """The answer to a question. Raises WrongUsage where nothing is published yet."""
    kept = {key: tuple(value) if isinstance(value, list) else value for key, value in more.items()}
    return _answer(str(database(home)), home.path, name, filters, viewer, tuple(sorted(kept.items())))


@st.cache_data(max_entries=500, show_spinner=False)
def _answer(publication: str, _home: Any, name: str, filters: Filters, viewer: Viewer, more: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
    told = {key: list(value) if isinstance(value, tuple) else value for key, value in more}
    with _opened(publication, Home(_home)) as connection:
        if told.get("words") and "texts" in questions.QUESTIONS[name].takes:
            told["texts"] = _candidates(connection, Home(_home), str(told["words"]))
        for room in ROOM:
            connection.execute("set memory_limit = ?", [room]).fetchall()
            try:
                return questions.ask(connection, name, filters, viewer, **told)
            except duckdb.OutOfMemoryException:
                if room == ROOM[-1]:
                    raise
    raise AssertionError("one of ROOM answers or raises")


def _candidates(connection: duckdb.DuckDBPyConnection, home: Home, words: str) -> list[str] | None:
    """The texts that may contain the words; all of them while the index is behind, which then is brought up to date."""
    if not text_index.covers(connection, home):
        text_index.start(connection, home)
        return None
    return text_index.candidates(connection, home, words)


def state(home: Home) -> Literal["published", "nothing", "other version"]:
    """Whether there is anything to ask, and in the tables this version knows."""
    try:
        database(home)
    except WrongUsage:
        return "nothing"
    everything = Filters(campaign=""), Viewer()
    if ask(home, "publication", *everything)["schema"].tolist() != [schema_version()]:
        return "other version"
    return "published" if len(ask(home, "campaigns", *everything)) else "nothing"


def archived(home: Home, raw_ref: str) -> bytes | None:
    """The archived record behind a `raw_ref`; None where it was forgotten. Raises KeyError and ValueError as
    `collectors.archive.read` does."""
    return archive.read(home.archive / "tables", raw_ref)
