"""The text index: which texts may hold some words, so that a search need not read every text.

A SQLite FTS5 table without content and without positions, over bigrams of Han, kana and hangul and over words of other scripts. It
only names candidates; the question checks each against its text, so a search finds exactly what contains the words.

    known = candidates(connection, home, "先问再用")        # hashes of texts, or None: read them all
    ask(connection, "posts_found", filters, words="先问再用", texts=known, …)

A publication does not wait for it: to index a text costs more than to import it. It is brought up to date afterwards, by a process of
its own (`python -m data.text_index HOME`), and until it covers the publication that is read, a search reads all texts: slower, with the
same answer. A text that no post has any more may stay in it, as a candidate that is then found wanting; what was forgotten does not:
the index goes with the publication that was made before, and is made anew.
"""

import re
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from data.build import reading
from data.home import Home

WORTH = 100_000  # posts; fewer are read as fast as looked up
MOST = 20_000  # candidates; more are no help
TEXTS = 5_000  # of a transaction
MADE_BY = f"1 {unicodedata.unidata_version}"  # another one cuts words otherwise
HAN = r"\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(rf"([{HAN}]+)|((?:(?![{HAN}])\w)+)")
TABLES = """
    create table if not exists text (id integer primary key, sha256 blob not null unique);
    create virtual table if not exists word using fts5(terms, content='', detail=none, columnsize=0, tokenize='ascii');
    create table if not exists about (covers integer, made_by text);
"""
WORDINGS = """
    select text_sha256, lower(coalesce(title || chr(10), '') || coalesce(text, '')) from posts where text_sha256 is not null"""


def terms(lowered: str) -> set[str]:
    """What a text, in small letters, is found by. Terms are written in hexadecimal, so that SQLite cuts and folds nothing."""
    return {_term(term) for han, word in RUN.findall(lowered) for term in (_bigrams(han) if han else [word])}


def expression(lowered: str) -> str | None:
    """An FTS5 expression that every text matches which contains these words, in small letters; None where there is none. A word at
    the beginning may be the end of a longer one, which no term tells; one at the end may be the beginning of a longer one."""
    found: list[str] = []
    for run in RUN.finditer(lowered):
        han, word = run.groups()
        if han:
            found += [_term(bigram) for bigram in _bigrams(han)]
        elif run.start() > 0:
            found.append(_term(word) + ("*" if run.end() == len(lowered) else ""))
    return " ".join(dict.fromkeys(found)) or None


def covers(connection: duckdb.DuckDBPyConnection, home: Home) -> bool:
    """Whether the index holds all texts of this publication."""
    return _asked(home, "select covers, made_by from about", []) == [(_generation(connection), MADE_BY)]


def candidates(connection: duckdb.DuckDBPyConnection, home: Home, words: str) -> list[str] | None:
    """The hashes of all texts that may contain `words`; None where only reading the texts tells: no index of this publication, no
    term in the words, or more than `MOST`."""
    [(lowered,)] = connection.execute("select lower(?)", [words]).fetchall()
    sought = expression(lowered)
    if sought is None or not covers(connection, home):
        return None
    query = "select sha256 from text where id in (select rowid from word where word match ? limit ?)"
    found = _asked(home, query, [sought, MOST + 1])
    return [sha256.hex() for (sha256,) in found] if found is not None and len(found) <= MOST else None


def bring_up_to_date(home: Home) -> int:
    """Takes the texts of the published posts into the index that it lacks; how many. 0 while another process does."""
    try:
        with (
            FileLock(home.text_index.with_suffix(".lock"), timeout=0),
            closing(_opened(home.text_index)) as index,
            reading(home) as connection,
        ):
            added = sum(_take_in(index, chunk) for chunk in _texts(connection))
            index.execute("begin")
            index.execute("delete from about")
            index.execute("insert into about values (?, ?)", [_generation(connection), MADE_BY])
            index.execute("commit")
            return added
    except Timeout:
        return 0


def start(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Lets a process of its own bring the index up to date, where there is enough to look up."""
    [(posts,)] = connection.execute("select count(*) from posts").fetchall()
    if posts >= WORTH:
        subprocess.Popen([sys.executable, "-m", "data.text_index", str(home.path)], cwd=Path(__file__).parents[1])


def _opened(place: Path) -> sqlite3.Connection:
    """The index to write to; a new one where it was made by other rules."""
    index = sqlite3.connect(place, isolation_level=None)
    index.executescript(TABLES)
    if index.execute("select count(*) from about where made_by <> ?", [MADE_BY]).fetchone() == (0,):
        return index
    index.close()
    place.unlink()
    return _opened(place)


def _asked(home: Home, query: str, told: list[Any]) -> list[tuple] | None:
    """An answer of the index; None where there is none, or it is just being written."""
    try:
        with closing(sqlite3.connect(f"{home.text_index.as_uri()}?mode=ro", uri=True)) as index:
            return index.execute(query, told).fetchall()
    except sqlite3.OperationalError:
        return None


def _texts(connection: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[str, str]]]:
    """Hash and wording of what posts say, as the search reads it."""
    cursor = connection.cursor()
    cursor.execute(WORDINGS)
    while chunk := cursor.fetchmany(TEXTS):
        yield chunk


def _take_in(index: sqlite3.Connection, chunk: list[tuple[str, str]]) -> int:
    added = 0
    index.execute("begin")
    for sha256, wording in chunk:
        here = index.execute("insert or ignore into text (sha256) values (?)", [bytes.fromhex(sha256)])
        if here.rowcount:
            index.execute("insert into word (rowid, terms) values (?, ?)", [here.lastrowid, " ".join(sorted(terms(wording)))])
            added += 1
    index.execute("commit")
    return added


def _generation(connection: duckdb.DuckDBPyConnection) -> int:
    return connection.execute("select generation from meta order by built_at desc limit 1").fetchall()[0][0]


def _bigrams(han: str) -> list[str]:
    return [han[place : place + 2] for place in range(len(han) - 1)]


def _term(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").hex()


if __name__ == "__main__":
    bring_up_to_date(Home(Path(sys.argv[1])))
