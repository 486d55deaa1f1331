"""WARC files: answers in every packing, cut off, damaged and hostile."""

import gzip
import json
import zlib
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import recordings
from collectors.formats import Sample, formats, warc
from data.errors import Unreadable
from data.model import Sighting
from tests.collectors.invented_answers import NOTE, NOTE_PAGE, SEARCH, cards, mblog, note_page, warc_file, warc_record
from tests.collectors.recorded import source, told
from tests.collectors.test_mapped import ORIGIN


def post(number):
    return str(5300000000000000 + number)


def of_posts(*numbers):
    """A record a post."""
    return [warc_record(SEARCH, cards(mblog(n)), seen=f"2031-05-06T07:08:{n:02d}Z") for n in numbers]


def body_of(number=1):
    return json.dumps(cards(mblog(number)), ensure_ascii=False).encode()


def packed_with(name, body):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, name) as stream:
        stream.write(body)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("packed", [False, True])
def test_what_was_recorded_is_kept_with_its_time(packed):
    body = warc_file(*of_posts(1, 2), warc_record(NOTE_PAGE, note_page()), packed=packed)
    sample = Sample(name="x.warc.gz", path="x.warc.gz", head=body)
    assert next(module.NAME for module in formats() if module.recognises(sample)) == "warc"
    found = told(warc, body, "a.warc")
    assert found.posts == [post(1), post(2), NOTE] and not found.reasons and not found.warnings
    sightings = [row for rows in found.rows for row in rows if type(row) is Sighting]
    assert [row.seen_at for row in sightings][:2] == [datetime(2031, 5, 6, 7, 8, 1), datetime(2031, 5, 6, 7, 8, 2)]
    assert {(row.format, row.seen_at_basis) for row in sightings} == {("warc", "told")}
    assert b"SECRET" not in b"".join(found.bodies)


def test_a_whole_file_in_one_gzip_member_is_read_too():
    assert told(warc, gzip.compress(warc_file(*of_posts(1, 2))), "a.warc.gz").posts == [post(1), post(2)]


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body, wbits=-15)),
        ("br", lambda body: packed_with("brotli", body)),
        ("zstd", lambda body: packed_with("zstd", body)),
        ("gzip, br", lambda body: packed_with("brotli", gzip.compress(body))),
        ("identity", lambda body: body),
        ("gzip", lambda body: body),
        ("br", lambda body: body),
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_answers_in_every_packing(encoding, pack, chunked):
    body, headers = pack(body_of()), [f"Content-Encoding: {encoding}"]
    if chunked:
        headers.append("Transfer-Encoding: chunked")
        body = b"".join(b"%x;x=y\r\n%s\r\n" % (len(body[n : n + 100]), body[n : n + 100]) for n in range(0, len(body), 100)) + b"0\r\n\r\n"
    record = warc_record(SEARCH, body, headers=headers)
    assert told(warc, warc_file(record, packed=True), "a.warc.gz").posts == [post(1)]


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (gzip.compress(body_of())[:-30], ["Content-Encoding: gzip"], "damaged or cut off"),
        (packed_with("brotli", body_of())[:60], ["Content-Encoding: br"], "damaged or cut off"),
        (packed_with("zstd", body_of())[:60], ["Content-Encoding: zstd"], "damaged or cut off"),
        (b"\0\1\2", ["Content-Encoding: br"], "damaged or cut off"),
        (body_of(), ["Content-Encoding: exotic"], "'exotic', which is not known here"),
        (b"5\r\nabcde\r\nzz", ["Transfer-Encoding: chunked"], "damaged or cut off"),
        (b"ffff\r\nabcde", ["Transfer-Encoding: chunked"], "damaged or cut off"),
        (body_of()[:-20], [], "damaged or cut off"),
    ],
)
def test_an_answer_that_cannot_be_unpacked_costs_itself(body, headers, reason):
    found = told(warc, warc_file(*of_posts(1), warc_record(SEARCH, body, headers=headers), *of_posts(2)), "a.warc")
    assert found.posts == [post(1), post(2)]
    assert len(found.reasons) == 1 and reason in found.reasons[0]


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_an_answer_that_grows_without_end_is_stopped(name, monkeypatch):
    monkeypatch.setattr(recordings, "LONGEST_ANSWER", 1 << 20)
    zeros = b" " * (32 << 20)
    bomb = {
        "gzip": lambda: gzip.compress(zeros),
        "deflate": lambda: zlib.compress(zeros),
        "br": lambda: packed_with("brotli", zeros),
        "zstd": lambda: packed_with("zstd", zeros),
    }[name]()
    record = warc_record(SEARCH, bomb, headers=[f"Content-Encoding: {name}"])
    found = told(warc, warc_file(record, *of_posts(1)), "a.warc")
    assert found.posts == [post(1)] and "larger than" in found.reasons[0]


def test_other_kinds_of_records():
    body = warc_file(
        warc_record(SEARCH, cards(mblog(1)), kind="resource"),
        warc_record(f"<{SEARCH}>", cards(mblog(2))),
        warc_record(SEARCH, "", kind="revisit"),
        warc_record(SEARCH, "", status="304 Not Modified"),
        warc_record(SEARCH, "x", kind="metadata"),
        warc_record("https://other.example/", "x"),
        warc_record("https://m.weibo.cn/app.js", "x"),
        warc_record(SEARCH, b"no head of an answer", kind="response").replace(b"HTTP/1.1", b"XTTP/1.1"),
        warc_record("urn:pageinfo:https://m.weibo.cn", "x", kind="resource"),
        *of_posts(3),
    )
    found = told(warc, body, "a.warc")
    assert found.posts == [post(1), post(2), post(3)]
    assert found.reasons == ["the record holds no answer of a web server"]
    (left_out,) = found.warnings
    for words in ("1 answers that only point to an earlier one", "2 answers of other sites", "1 answers that say no more", "1 pictures"):
        assert words in left_out


def test_a_note_that_led_on_to_a_missing_page():
    record = warc_record(NOTE_PAGE, "", status="302 Found", headers=["Location: /404?errorCode=-510000"])
    ((sighting,),) = told(warc, warc_file(record), "a.warc").rows
    assert (sighting.post_id, sighting.status) == (NOTE, "unreachable")


FEED = "https://edith.xiaohongshu.com/api/sns/web/v1/feed"
GONE = {"code": -510001, "msg": "x"}


def request(asked="", *, method="POST", address=FEED, **more):
    """The record of a request, with a cookie."""
    body = asked if isinstance(asked, str) else json.dumps(asked)
    head = f"{method} /api/sns/web/v1/feed HTTP/1.1\r\nCookie: SECRET\r\n\r\n"
    return warc_record(address, (head + body).encode(), kind="request", **more)


def of_note(number):
    return {"source_note_id": f"{NOTE[:-1]}{number}", "xsec_token": "SECRET"}


def beside(name):
    """Headers of a record that names another."""
    return {"WARC-Concurrent-To": f"<urn:uuid:{name}>"}


def named(name):
    return {"WARC-Record-ID": f"<urn:uuid:{name}>"}


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize(
    ("of_request", "of_answer"),
    [({}, {}), (named("q") | {"seen": "2031-05-06T07:08:08Z"}, beside("q")), (beside("a"), named("a") | {"seen": "2031-05-06T07:08:08Z"})],
)
def test_the_request_beside_an_answer_tells_the_note_and_is_not_kept(of_request, of_answer, behind):
    pair = [request(of_note(1), **of_request), warc_record(FEED, GONE, **of_answer)]
    found = told(warc, warc_file(*of_posts(1), *(pair[::-1] if behind else pair), *of_posts(2)), "a.warc")
    assert found.posts == [post(1), f"{NOTE[:-1]}1", post(2)] and not found.reasons and not found.warnings
    assert found.rows[1][0].status == "unreachable" and b"SECRET" not in b"".join(found.bodies)


def test_an_address_may_tell_what_was_asked_for():
    body = warc_file(
        warc_record(f"{FEED}?__wb_method=POST&source_note_id={NOTE}", GONE), warc_record(f"{FEED}?__wb_method=OPTIONS", b""), *of_posts(1)
    )
    found = told(warc, body, "a.warc")
    assert found.posts == [NOTE, post(1)] and not found.reasons and "1 answers that say no more" in found.warnings[0]


@pytest.mark.parametrize(
    "records",
    [
        [request(of_note(1)), *of_posts(1), warc_record(FEED, GONE)],
        [request(of_note(1), seen="2031-05-06T07:09:00Z"), warc_record(FEED, GONE)],
        [request(of_note(1), **named("q")), warc_record(FEED, GONE, **beside("lost"))],
        [warc_record(FEED, GONE, **named("a")), request(of_note(1), **beside("lost"))],
        [request(of_note(1), address=SEARCH), warc_record(FEED, GONE)],
        [request("no JSON"), warc_record(FEED, GONE)],
        [warc_record(FEED, b"no head of a request", kind="request"), warc_record(FEED, GONE)],
    ],
)
def test_another_request_tells_nothing_of_an_answer(records):
    found = told(warc, warc_file(*records), "a.warc")
    assert NOTE[:-1] not in "".join(found.posts) and "1 where something else stood there" in found.warnings[-1]


def test_notes_asked_for_one_after_the_other_are_told_apart():
    pairs = [(request(of_note(n)), warc_record(FEED, GONE)) for n in range(3)]
    for records in (pairs, [pair[::-1] for pair in pairs]):
        found = told(warc, warc_file(*(record for pair in records for record in pair)), "a.warc")
        assert found.posts == [f"{NOTE[:-1]}{n}" for n in range(3)]


def test_whether_a_browser_may_ask_is_no_answer():
    preflight = [request(method="OPTIONS"), warc_record(FEED, b"")]
    body = warc_file(*preflight, *preflight[::-1], request(method="OPTIONS", address=SEARCH), *of_posts(9))
    found = told(warc, body, "a.warc")
    assert found.posts == [post(9)] and not found.reasons
    assert "2 answers that say no more than that nothing has changed" in found.warnings[0]


def test_what_a_cache_held_is_read():
    body = warc_file(warc_record(SEARCH, cards(mblog(1)), status="304 Not Modified"), warc_record(SEARCH, "", status="204 No Content"))
    found = told(warc, body, "a.warc")
    assert found.posts == [post(1)] and "1 answers that say no more" in found.warnings[0]


def test_an_unknown_time_is_not_made_up():
    found = told(warc, warc_file(warc_record(SEARCH, cards(mblog(1)), seen="some day")), "a.warc")
    assert found.rows[0][1].seen_at_basis == "not_before"


@pytest.mark.parametrize(
    "body", [b"", b"WARC/1.0\r\n", b"no WARC at all\r\n\r\n" * 100, b"\x1f\x8b\x08" + b"x" * 50, gzip.compress(b"x" * 5000, mtime=0)]
)
def test_what_is_no_warc_is_said(body):
    with pytest.raises(Unreadable, match="no WARC file"):
        told(warc, body, "a.warc")


def test_zstandard_is_said_with_the_remedy():
    body = packed_with("zstd", warc_file(*of_posts(1)))
    assert warc.recognises(Sample(name="a.warc.zst", path="a.warc.zst", head=body))
    with pytest.raises(Unreadable, match="Unpack it first"):
        told(warc, body, "a.warc.zst")


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_was_cut_off_keeps_what_came_before(packed):
    sizes = [len(gzip.compress(r, mtime=0) if packed else r) for r in of_posts(1, 2, 3, 4)]
    body = warc_file(*of_posts(1, 2, 3, 4), packed=packed)
    start = len(body) - sum(sizes)
    for cut in range(start + sizes[0] + 1, len(body) - 5, 61):
        whole = sum(start + sum(sizes[: n + 1]) <= cut for n in range(4))
        found = told(warc, body[:cut], "a.warc")
        assert found.posts[:whole] == [post(n + 1) for n in range(whole)], cut
        assert len(found.posts) <= whole + 1
        assert found.reasons or len(found.posts) == whole + 1 or cut - start - sum(sizes[:whole]) < 4, cut


PLAIN, GZIPPED = warc_file(*of_posts(1, 2, 3, 4, 5)), warc_file(*of_posts(1, 2, 3, 4, 5), packed=True)
FIRST_PLAIN = len(PLAIN) - sum(len(r) for r in of_posts(1, 2, 3, 4, 5))
FIRST_GZIPPED = len(GZIPPED) - sum(len(gzip.compress(r, mtime=0)) for r in of_posts(1, 2, 3, 4, 5))


@given(st.integers(FIRST_PLAIN, len(PLAIN) - 5), st.binary(min_size=1, max_size=1), st.integers(0, 1))
def test_a_damaged_place_costs_one_record_at_most(place, put, gone):
    found = told(warc, PLAIN[:place] + put + PLAIN[place + gone :], "a.warc")
    assert len({post(n) for n in range(1, 6)} - set(found.posts)) <= 1


@given(st.integers(FIRST_GZIPPED, len(GZIPPED) - 1), st.binary(min_size=1, max_size=1), st.integers(0, 1))
def test_a_damaged_place_in_gzip_costs_one_record_at_most(place, put, gone):
    found = told(warc, GZIPPED[:place] + put + GZIPPED[place + gone :], "a.warc.gz")
    lost = {post(n) for n in range(1, 6)} - set(found.posts)
    assert len(lost) <= 1 and (found.reasons or not lost)


def test_a_file_that_grows_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(warc, "FREE", 1 << 20)
    film = warc_record("https://video.example/x.mp4", b"\0" * (40 << 20))
    body = warc_file(*of_posts(1), packed=True) + gzip.compress(film)
    found = told(warc, body, "a.warc.gz")
    assert found.posts == [post(1)] and "no recording of a browser. What came before that was imported" in found.warnings[0]
    with pytest.raises(Unreadable, match="no recording of a browser"):
        told(warc, gzip.compress(film), "a.warc.gz")


@pytest.mark.parametrize("head", [b"WARC/1.0\r\n" + b"x" * (5 << 20), b"WARC/1.0\r\nContent-Length: " + b"9" * 4000 + b"\r\n\r\n"])
def test_heads_beyond_all_measure_are_passed_by(head):
    found = told(warc, warc_file(*of_posts(1)) + head + b"\r\n\r\n" + b"".join(of_posts(2)), "a.warc")
    assert found.posts == [post(1), post(2)] and found.reasons == [warc.DAMAGED]


def test_a_record_beyond_all_measure_is_passed_by(monkeypatch):
    monkeypatch.setattr(warc, "LONGEST_ANSWER", 100_000)
    monkeypatch.setattr(warc, "LONGEST_HEAD", 10_000)
    film = warc_record("https://video.example/x.mp4", b"\0" * 900_000)
    ours = warc_record(SEARCH, b" " * 900_000)
    found = told(warc, warc_file(film, *of_posts(1), ours, *of_posts(2)), "a.warc")
    assert found.posts == [post(1), post(2)] and len(found.reasons) == 1 and "larger than" in found.reasons[0]


def test_it_says_how_far_it_is():
    body = warc_file(*of_posts(1, 2), packed=True)
    far: list[int] = []
    found = list(warc.records(replace(source(body, "a.warc"), far=far.append), ORIGIN))
    assert len(found) == 2 and far == sorted(far) and len(body) * 0.5 < far[-1] <= len(body)
