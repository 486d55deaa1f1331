"""Rows that are made quickly are the frozen dataclasses they look like."""

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from data.model import Author, Edge, Post, Sighting

TOLD = {"record_id": "r", "platform": "weibo", "run_id": "run"}
ROWS = (
    Post(**TOLD, post_id="1", text="画"),
    Sighting(**TOLD, post_id="1", format="f", seen_at_basis="told", likes=0),
    Author(**TOLD, author_key="k", seen_at_basis="told"),
    Edge(**TOLD, from_id="1", kind="mention", evidence="api"),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_a_row_is_frozen_whole_and_equal_to_its_copies(row):
    for field in fields(row):
        with pytest.raises(FrozenInstanceError):
            setattr(row, field.name, "x")
    for same in (copy.copy(row), pickle.loads(pickle.dumps(row)), replace(row)):
        assert same == row and type(same) is type(row) and hash(same) == hash(row) and repr(same) == repr(row)
    assert replace(row, platform="xiaohongshu") != row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_what_is_left_out_is_the_default_and_what_has_none_is_asked_for(row):
    kind = type(row)
    asked = {field.name: getattr(row, field.name) for field in fields(kind) if field.name in {*kind.__init__.__kwdefaults__}}
    needed = {field.name: getattr(row, field.name) for field in fields(kind) if field.name not in asked}
    assert all(getattr(kind(**needed), field.name) == field.default for field in fields(kind) if field.name in asked)
    for name in needed:
        with pytest.raises(TypeError, match=name):
            kind(**{other: value for other, value in needed.items() if other != name})
    with pytest.raises(TypeError):
        kind(*needed.values())
    with pytest.raises(TypeError, match="nonsense"):
        kind(**needed, nonsense=1)
