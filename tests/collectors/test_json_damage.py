"""JSON files of one array, damaged in one object: that one is lost, and said, and the others are not."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import nested_json, table
from collectors.formats import Broken, Record
from tests.collectors.test_formats import origin_of
from tests.collectors.test_table import source

TOLD = [
    {
        "id": str(n),
        "text": f'话 {n}, "引号" {{不是}} [对象]',
        "user": {"id": n, "tags": [{"id": 1}, {"id": 2}]},
        "pics": [],
        "count": n * 1.5,
    }
    for n in range(12)
]
SHAPES = {
    "pretty": lambda told: json.dumps(told, ensure_ascii=False, indent=4),
    "compact": lambda told: json.dumps(told, ensure_ascii=False, separators=(",", ":")),
    "usual": lambda told: json.dumps(told),
}


def read(body, nested):
    told = source(body.encode(), "t.json")
    origin = origin_of(Path("t.json"))
    return list(nested_json.records(told, origin, one="user", many="weibo") if nested else table.records(told, origin))


def spans(shape, nested):
    """A document and where each of its objects stands in it."""
    body = SHAPES[shape]({"user": {"id": 7, "name": "甲"}, "weibo": TOLD, "more": {"id": 1}} if nested else TOLD)
    decoder, place, found = json.JSONDecoder(), 0, []
    for item in TOLD:
        place = next(at for at in range(place, len(body)) if body[at] == "{" and _is(decoder, body, at, item))
        found.append((place, decoder.raw_decode(body, place)[1]))
        place = found[-1][1]
    return body, found


def _is(decoder, body, at, item):
    try:
        return decoder.raw_decode(body, at)[0] == item
    except ValueError:
        return False


@pytest.mark.parametrize("nested", [False, True], ids=["array", "nested"])
@pytest.mark.parametrize("shape", SHAPES)
def test_sound_documents_are_read_whole(shape, nested):
    body, _ = spans(shape, nested)
    records = read(body, nested)
    assert [r.cells for r in records] == ([{"id": 7, "name": "甲"}] if nested else []) + TOLD


@pytest.mark.parametrize("nested", [False, True], ids=["array", "nested"])
@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=100, derandomize=True)
@given(data=st.data())
def test_damage_in_one_object_costs_that_object_at_most(shape, nested, data):
    body, found = spans(shape, nested)
    number = data.draw(st.integers(0, len(TOLD) - 1))
    start, end = found[number]
    at = data.draw(st.integers(start, end - 1))
    damaged = {
        "flip": body[:at] + data.draw(st.sampled_from('"{}[],:\\x0\n')) + body[at + 1 :],
        "cut": body[:at] + body[at + data.draw(st.integers(1, min(5, end - at))) :],
        "insert": body[:at] + data.draw(st.text('"{}[],:\\x0', min_size=1, max_size=3)) + body[at:],
    }[data.draw(st.sampled_from(["flip", "cut", "insert"]))]
    records = read(damaged, nested)
    whole = [r.cells for r in records if isinstance(r, Record)]
    others = [item for n, item in enumerate(TOLD) if n != number]
    assert all(item in whole for item in others)
    assert len(records) - nested <= len(TOLD) + 3


def test_damage_at_the_edge_of_what_is_in_memory(monkeypatch):
    body, found = spans("pretty", False)
    start, end = found[5]
    damaged = body[:start] + body[start:end].replace('":', "", 1) + body[end:]
    wanted = [item for n, item in enumerate(TOLD) if n != 5]
    for chunk in (40, 77, 150, 333, 1000):
        monkeypatch.setattr("collectors.table_json.CHUNK", chunk)
        records = read(damaged, False)
        assert [r.cells for r in records if isinstance(r, Record)] == wanted, chunk
        assert sum(isinstance(r, Broken) for r in records) == 1


def test_the_account_before_the_posts_may_be_damaged():
    body, _ = spans("pretty", True)
    records = read(body.replace('"name": "甲"', '"name": 甲"'), True)
    assert [type(r) for r in records[:2]] == [Broken, Record]
    assert [r.cells for r in records[1:]] == TOLD


@pytest.mark.parametrize("nested", [False, True], ids=["array", "nested"])
@pytest.mark.parametrize("levels", [300, 5000, 200_000])
def test_an_object_nested_too_deep_costs_itself_and_not_what_no_object_follows(nested, levels):
    """Found by tests/hostile/test_changed_files.py, as is the next."""
    deep = f'{{"x": "]}}\\"", "y": {"[" * levels}{"]" * levels}}}'
    body = f"[{json.dumps(TOLD[0])}, {deep}, 7, {json.dumps(TOLD[1])}]"
    found = read(f'{{"user": {{}}, "weibo": {body}}}' if nested else body, nested)
    assert [record.cells["id"] for record in found if not isinstance(record, Broken) and "id" in record.cells] == ["0", "1"]
    assert len(found) == 4 + nested


def test_an_object_with_few_names_behind_a_damaged_one_is_read():
    few = {"id": "x", "text": "短", "other": 1}
    body = f"[{json.dumps(TOLD[0])}, {json.dumps(TOLD[1])[:-30]}, {json.dumps(few)}, {json.dumps(TOLD[2])}, {json.dumps(TOLD[3])}]"
    found = read(body, False)
    assert [record.cells["id"] if isinstance(record, Record) else None for record in found] == ["0", None, "x", "2", "3"]


@pytest.mark.parametrize("nested", [False, True], ids=["array", "nested"])
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("damage", ["a quote", "the end", "the end of an array", "a colon"])
@pytest.mark.parametrize("chunk", [1 << 20, 40, 77, 333])
def test_objects_with_few_names_at_the_end_are_read_behind_a_damaged_one(monkeypatch, nested, number, damage, chunk):
    monkeypatch.setattr("collectors.table_json.CHUNK", chunk)
    few = [{"id": f"x{n}", "text": "短", "other": 1} for n in range(number)]
    last = json.dumps(TOLD[2], ensure_ascii=False)
    last = {
        "a quote": last.replace('"pics"', 'pics"'),
        "the end": last[:-30],
        "the end of an array": last.replace("}]", "}"),
        "a colon": last.replace('"count":', '"count"'),
    }[damage]
    for closing in ("}", ', "more": {"id": 1}, "total": 4}', "\n}\n") if nested else ("", "\n\n"):
        body = f"[{json.dumps(TOLD[0])}, {json.dumps(TOLD[1])},\n{last},{','.join(map(json.dumps, few))} ]"
        found = read(f'{{"user": {{}}, "weibo": {body}{closing}' if nested else body + closing, nested)
        assert [r.cells if isinstance(r, Record) else None for r in found][nested:] == [*TOLD[:2], None, *few]


@pytest.mark.parametrize("nested", [False, True], ids=["array", "nested"])
@pytest.mark.parametrize("left", range(1, 30))
def test_what_stands_within_the_last_object_is_no_record_where_the_file_is_cut_off(nested, left):
    body = json.dumps([*TOLD[:2], {"id": "2", "text": "话", "pics": [], "tags": [{"id": 1}, {"id": 2}], "n": [{"id": 3}]}])
    body = (f'{{"user": {{}}, "weibo": {body}}}' if nested else body)[:-left]
    assert [r.cells for r in read(body, nested) if isinstance(r, Record)][nested : nested + 2] == TOLD[:2]
    assert all("text" in r.cells for r in read(body, nested)[nested:] if isinstance(r, Record))


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file():
    """A file of 60 MB that is made while it is read, damaged now and then."""

    class Endless(io.RawIOBase):
        def __init__(self):
            self.held = b'{"user": {"id": 1}, "weibo": ['
            self.parts = iter(range(30_000))

        def readable(self):
            return True

        def readinto(self, buffer):
            while len(self.held) < len(buffer):
                number = next(self.parts, None)
                if number is None:
                    break
                text = "话" * 600 if number % 7000 else '话" '
                self.held += f'{{"id": "{number}", "text": "{text}", "count": {number}}},'.encode()
            some, self.held = self.held[: len(buffer)], self.held[len(buffer) :]
            buffer[: len(some)] = some
            return len(some)

    import tracemalloc

    told = replace(source(b"", "t.json"), open=Endless)
    tracemalloc.start()
    number = sum(1 for _ in nested_json.records(told, origin_of(Path("t.json")), one="user", many="weibo"))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert number >= 29_990
    assert held < 40_000_000
