"""Search by meaning with the model itself, on invented posts."""

import socket

import numpy as np
import pytest

from analysis.meaning import encoder, question_vector, vectors

pytestmark = pytest.mark.slow

POSTS = [
    "平台拿我们的画去训练AI，一分钱都没给",
    "今天面包又涨价了，早饭都吃不起",
    "Our drawings were used to train the machine and nobody asked us",
    "地铁末班车没赶上，走回家的",
    "下雨天和猫一起睡午觉",
    "The last metro had gone, so I walked home in the rain",
    "老板说周末继续加班，没有加班费",
]
ENGLISH = {place for place, text in enumerate(POSTS) if text.isascii()}
ASKED = [
    ("Artists' work was taken to train AI without pay", {0, 2}),
    ("bread is getting more expensive", {1}),
    ("missed the last train", {3, 5}),
    ("加班没有钱", {6}),
    ("谁的画被拿去训练机器", {0, 2}),
    ("没赶上末班地铁", {3, 5}),
]


@pytest.fixture(scope="module")
def of_posts():
    rows = np.array(vectors(POSTS, encoder()))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize(("question", "answers"), ASKED)
def test_a_question_in_either_language_finds_posts_in_both(of_posts, question, answers):
    """Each language by itself: of what says the same, posts in the question's own language stand before the others."""
    nearest = np.argsort(-(of_posts @ question_vector(question))).tolist()
    for language in (ENGLISH, set(range(len(POSTS))) - ENGLISH):
        if language & answers:
            assert next(place for place in nearest if place in language) in answers


def test_a_text_has_the_same_vector_beside_any_others(of_posts):
    alone = np.array(vectors(POSTS[:1], encoder()))[0]
    assert alone @ of_posts[0] / np.linalg.norm(alone) > 0.999


def test_nothing_is_asked_of_a_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    encoder.cache_clear()
    assert len(question_vector("who pays?")) == 896


@pytest.mark.parametrize("odd", ["😀" * 50, "\u200b,", "a" * 5_000, "字" * 5_000, "\ud7ff\U0010ffff", "\0x\0", "1", "﷽"])
def test_odd_texts_have_a_vector(odd):
    (vector,) = vectors([odd], encoder())
    assert vector is not None and np.isfinite(vector).all() and any(vector)
