"""A search by the text index finds exactly what contains the words."""

import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import many
from dashboard import ask as ask_door
from data import campaign, text_index
from data.build import build, reading
from data.forget import forget
from data.home import Home
from data.log import Log
from data.model import Membership, Post, Run, Sighting, text_sha256
from data.questions import Filters, Viewer, ask

NOW = datetime(2024, 5, 9)
SOME = st.sampled_from("先问再用画师手aAbßİΣς1_ -#\n'\"*()。，ー𠀀🌊é")
LETTERS = st.text(SOME | st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def text_and_part(draw) -> tuple[str, str]:
    """A text, and some words that it contains."""
    text = draw(LETTERS.filter(bool))
    start = draw(st.integers(0, len(text) - 1))
    return text, text[start : draw(st.integers(start + 1, len(text)))]


@given(text_and_part())
def test_every_text_that_contains_the_words_is_a_candidate(both):
    text, part = both
    sought = text_index.expression(part)
    with closing(sqlite3.connect(":memory:")) as index:
        index.executescript(text_index.TABLES)
        index.execute("insert into word (rowid, terms) values (1, ?)", [" ".join(text_index.terms(text))])
        if sought is not None:
            assert index.execute("select rowid from word where word match ?", [sought]).fetchall() == [(1,)]


SAID = (
    "先问再用，别拿画喂AI", "OpenAI绘画", "ai绘画", "AI 绘画", "画师手再问", "Dreamwhale takes ART", "the artist", "ｆｕｌｌ　ＡＩ",
    "İstanbul ΑΣ", "a\nb", "'; drop table posts; --", "100% * (x)", "🌊🌊画", "一", "ストライキー", "그림을",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """Texts of all kinds, some alike, some with a title."""
    made = Home(tmp_path_factory.mktemp("texts") / "home")
    campaign.new(made, "c", name="C", hashtags=[], start=None)
    add(made, [("标题先" if n % 5 == 0 else None, text) for n, text in enumerate(SAID * 2)])
    text_index.bring_up_to_date(made)
    return made


def add(home: Home, texts: list[tuple[str | None, str]], first: int = 0) -> None:
    rows: list = [Run(run_id=f"run-{first}", source="weibo-search", campaign="c", started=NOW, ended=NOW, version="0.1.0")]
    for number, (title, text) in enumerate(texts, start=first):
        told = {"platform": "weibo", "post_id": str(number), "run_id": f"run-{first}"}
        rows += [
            Post(record_id=f"r{number}", title=title, text=text, text_sha256=text_sha256(title, text), published_at=NOW,
                 published_grain="minute", **told),
            Sighting(record_id=f"r{number}", seen_at=NOW, seen_at_basis="told", format="weibo-search", **told),
            Membership(campaign="c", via="query", **told),
        ]  # fmt: skip
    Log(home.log).append_rows(rows)
    build(home)


def found(connection, words: str, texts: list[str] | None) -> int:
    chosen = dict.fromkeys(("target", "emotion", "sentiment", "stance", "status", "class"))
    return ask(connection, "posts_found", Filters(campaign="c"), words=words, texts=texts, **chosen)["posts"][0]


@settings(max_examples=30, deadline=None)
@given(words=st.one_of(st.text(st.sampled_from("先问再用画师手绘aAiI artΣσ\n1%🌊ー그"), min_size=1, max_size=4), LETTERS.filter(bool)))
def test_a_search_by_the_index_finds_what_reading_all_texts_finds(home, words):
    with reading(home) as connection:
        assert found(connection, words, text_index.candidates(connection, home, words)) == found(connection, words, None)


@pytest.mark.parametrize(("words", "posts"), [("绘画", 6), ("问再", 2), ("takes A", 2), ("ai绘画", 4), ("没有这句", 0)])
def test_it_narrows_a_search(home, words, posts):
    with reading(home) as connection:
        candidates = text_index.candidates(connection, home, words)
        assert found(connection, words, candidates) == posts
        assert candidates is not None and len(candidates) < 16


def test_words_that_no_term_tells_are_looked_for_in_all_texts(home):
    with reading(home) as connection:
        assert text_index.candidates(connection, home, "一") is None and text_index.candidates(connection, home, "rtist") is None


@pytest.mark.slow
def test_it_is_asked_only_about_what_it_covers_and_what_was_forgotten_is_gone(tmp_path):
    own = Home(tmp_path / "own")
    campaign.new(own, "c", name="C", hashtags=[], start=None)
    add(own, [(None, "留下的一句"), (None, "要忘记的一句")])
    assert text_index.bring_up_to_date(own) == 2 and text_index.bring_up_to_date(own) == 0
    add(own, [(None, "后来的一句")], first=2)
    with reading(own) as connection:
        assert text_index.candidates(connection, own, "一句") is None
    assert text_index.bring_up_to_date(own) == 1
    with reading(own) as connection:
        assert len(text_index.candidates(connection, own, "一句")) == 3
    forget(own, post="weibo:1")
    build(own)
    assert not own.text_index.exists()
    assert text_index.bring_up_to_date(own) == 2


def test_an_index_made_by_other_rules_is_made_anew(tmp_path, monkeypatch):
    own = Home(tmp_path / "own")
    campaign.new(own, "c", name="C", hashtags=[], start=None)
    add(own, [(None, "一句话")])
    text_index.bring_up_to_date(own)
    monkeypatch.setattr(text_index, "MADE_BY", "other")
    with reading(own) as connection:
        assert text_index.candidates(connection, own, "句话") is None
    assert text_index.bring_up_to_date(own) == 1


@pytest.mark.slow
def test_the_first_search_of_many_posts_starts_a_process_that_makes_the_index(tmp_path, monkeypatch):
    """The dashboard's own door: it reads all texts until the index is there, finds the same by it, and a small home starts nothing."""
    started = []

    class Watched(subprocess.Popen):
        def __init__(self, *told, **more):
            super().__init__(*told, **more)
            started.append(self)

    monkeypatch.setattr(text_index.subprocess, "Popen", Watched)
    own = Home(tmp_path / "own")
    many.make(own, 3_000)
    build(own)
    search = {**dict.fromkeys(("target", "emotion", "sentiment", "stance", "status", "class")), "words": "画手"}
    read = answer_of(own, search)
    assert not started
    monkeypatch.setattr(text_index, "WORTH", 3_000)
    assert answer_of(own, search).equals(read) and len(started) == 1
    assert started[0].wait(timeout=300) == 0
    with reading(own) as connection:
        assert text_index.covers(connection, own)
        assert text_index.candidates(connection, own, "画手")
    assert answer_of(own, search).equals(read) and len(started) == 1


def answer_of(home: Home, search: dict):
    ask_door._answer.clear()
    return ask_door.ask(home, "posts_found", Filters(campaign=many.CAMPAIGN), Viewer(), **search)
