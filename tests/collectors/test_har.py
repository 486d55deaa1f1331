"""HAR files: what is kept of them, in which words the rest is told, and what a damaged or hostile one costs."""

import io
import json
import tracemalloc
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import archive
from collectors.formats import Sample, formats, har
from data.errors import Unreadable
from data.model import Sighting
from tests.collectors.invented_answers import NOTE, NOTE_PAGE, SEARCH, cards, entry, in_chromes_order, mblog, note_page
from tests.collectors.invented_answers import har as har_file
from tests.collectors.recorded import source, told
from tests.collectors.test_mapped import ORIGIN
from tests.command import asked, groundswell

SHOW = "https://m.weibo.cn/statuses/show?id="


def post(number):
    return str(5300000000000000 + number)


def of_posts(*numbers):
    """An entry a post."""
    return [entry(SEARCH, cards(mblog(n)), seen=f"2031-05-06T07:08:{n:02d}Z") for n in numbers]


def test_what_a_browser_saw_is_kept_with_the_time_it_saw_it():
    body = har_file(
        entry(SEARCH, cards(mblog(1), mblog(2)), seen="2031-05-06T15:08:09.250+08:00"),
        entry(NOTE_PAGE, note_page(), seen="2031-05-06T07:10:00Z"),
    )
    found = told(har, body, "a.har")
    assert found.posts == [post(1), post(2), NOTE] and not found.reasons and not found.warnings
    sightings = [row for rows in found.rows for row in rows if type(row) is Sighting]
    assert [row.seen_at for row in sightings] == [datetime(2031, 5, 6, 7, 8, 9, 250000)] * 2 + [datetime(2031, 5, 6, 7, 10)]
    assert {row.seen_at_basis for row in sightings} == {"told"}
    assert {row.format for row in sightings} == {"har"}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\n "])
def test_it_is_recognised_and_read_however_it_is_written(indent, mark):
    body = mark + har_file(*of_posts(1, 2), indent=indent)
    sample = Sample(name="x.har", path="x.har", head=body)
    assert next(module.NAME for module in formats() if module.recognises(sample)) == "har"
    assert told(har, body, "a.har").posts == [post(1), post(2)]


def test_no_secret_and_nobody_elses_page_is_kept():
    body = har_file(
        entry(SEARCH + "&gsid=SECRETgsid&st=SECRETst", cards(mblog(1))),
        entry(NOTE_PAGE, note_page()),
        entry(NOTE_PAGE, "<html>broken SECRET?xsec_token=SECRETtoken"),
        entry(NOTE_PAGE, note_page()[:-80]),
        entry("https://edith.xiaohongshu.com/api/sns/web/v1/feed", '{"data":{"xsec_token" : "SECRETtoken"'),
        entry(SEARCH + "&st=SECRETst", None),
        entry("https://m.weibo.cn/api/config", {"data": {"login": True, "uid": "SECRETuid", "st": "SECRETst"}}),
        entry("https://weibo.com/ajax/profile/detail", {"SECRET": 1}),
    )
    found = told(har, body, "a.har")
    kept = b"".join(found.bodies).replace(b"broken SECRET", b"")
    assert b"SECRET" not in kept and b"Cookie" not in kept
    assert len(found.bodies) == 6 and len(found.reasons) == 4


def test_no_token_of_an_address_that_stands_within_another_is_kept():
    where = (
        f"https://www.xiaohongshu.com/404?originalUrl=https%3A%2F%2Fwww.xiaohongshu.com%2Fexplore%2F{NOTE}%3Fxsec_token%3DSECRET%26x%3D1"
    )
    gone = where + "&error_code=300031"
    found = told(har, har_file(entry(NOTE_PAGE, "", status=302, redirect=gone), entry(gone, "<html>"), entry(gone, None)), "a.har")
    kept = b"".join(found.bodies)
    assert len(found.bodies) == 3 and b"SECRET" not in kept and b"xsec_token%3D-%26x%3D1&error_code=300031" in kept


def test_an_unread_page_tells_neither_tokens_nor_who_looked_at_it():
    body = har_file(
        entry("https://edith.xiaohongshu.com/api/sns/web/v1/feed", '{"data":{"xsec_token":"SECRETcut'),
        entry(NOTE_PAGE, "<script>window.__INITIAL_STATE__={user:{userInfo:{userId:'SECRET'}},note:{noteDetailMap:{"),
        entry(SHOW.replace("statuses/show?id=", "detail/") + post(1), "<script>var config={st: 'SECRET', uid: 'SECRET'};$render_data=[{"),
    )
    found = told(har, body, "a.har")
    assert len(found.reasons) == 3 and b"SECRET" not in b"".join(found.bodies)


def test_the_reason_why_an_answer_could_not_be_read_holds_no_token():
    odd = {"data": [{"xsec_token": "SECRETSECRET"}]}
    [reason] = told(har, har_file(entry("https://edith.xiaohongshu.com/api/sns/web/v1/feed", odd)), "a.har").reasons
    assert "something else stands where an object should" in reason and "SECRET" not in reason


def test_what_is_left_out_is_counted_by_kind():
    body = har_file(
        *of_posts(1),
        entry("https://other.example/", "x"),
        entry("https://other.example/2", "x"),
        entry("https://m.weibo.cn/static/app.js", "x"),
        entry(SEARCH, "", status=304),
        entry(SEARCH, "", method="OPTIONS", status=204),
        entry(SEARCH, {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}),
        entry(SEARCH, {"ok": -100, "url": "https://m.weibo.cn/captcha"}),
        entry(SEARCH, "<html><title>Sina Visitor System</title></html>"),
        entry("https://m.weibo.cn/api/container/getIndex?containerid=1005057000000001", {"ok": 1, "data": {"userInfo": {"id": 1}}}),
        entry(SEARCH, cards(mblog(2, visible={"type": 1}))),
    )
    found = told(har, body, "a.har")
    assert found.posts == [post(1)] and not found.reasons
    left_out, refused = found.warnings
    for words in (
        "2 answers of other sites",
        "1 pictures, scripts",
        "2 answers that say no more than that nothing has changed",
        "2 answers of the platforms that hold nothing",
        "1 profiles of accounts",
        "1 posts that are not public",
    ):
        assert words in left_out
    assert "1 where a captcha was wanted" in refused and "1 where the page for visitors stood there" in refused


def test_an_entry_without_content_says_what_to_do():
    for gone in (entry(SEARCH, None), entry(SEARCH, "")):
        found = told(har, har_file(*of_posts(1), gone, *of_posts(2)), "a.har")
        assert found.posts == [post(1), post(2)]
        assert found.reasons == [har.NOT_SAVED] and "save with content" in har.NOT_SAVED


@pytest.mark.parametrize("status", [304, 0])
def test_what_the_cache_of_the_browser_held_is_read(status):
    cached = [entry(SEARCH, cards(mblog(1)), status=status), entry(NOTE_PAGE, note_page(), status=status, packed=True)]
    found = told(har, har_file(*cached, entry(SEARCH, None, status=status), entry(SEARCH, "", status=status)), "a.har")
    assert found.posts == [post(1), NOTE] and not found.reasons
    assert "2 answers that say no more than that nothing has changed" in found.warnings[0]


def test_packed_content_and_what_is_no_base64():
    body = har_file(entry(SEARCH, cards(mblog(1)), packed=True), entry(SEARCH, "no!base64", encoding="base64"), *of_posts(2))
    found = told(har, body, "a.har")
    assert found.posts == [post(1), post(2)] and found.reasons == ["the content of this answer is damaged: it is no base64"]


def test_a_note_that_led_on_to_a_missing_page():
    body = har_file(entry(NOTE_PAGE, "", status=302, redirect="https://www.xiaohongshu.com/404?errorCode=-510001&errorMsg=x"))
    ((sighting,),) = told(har, body, "a.har").rows
    assert (sighting.post_id, sighting.status) == (NOTE, "unreachable")


def test_what_was_asked_tells_the_note_and_is_not_kept():
    asked = entry("https://edith.xiaohongshu.com/api/sns/web/v1/feed", {"code": -510001, "msg": "x"}, method="POST")
    asked["request"]["postData"] = {"text": json.dumps({"source_note_id": NOTE, "xsec_token": "SECRET"})}
    found = told(har, har_file(asked), "a.har")
    assert found.posts == [NOTE] and b"SECRET" not in found.bodies[0]


def test_the_same_answer_twice_is_the_same_records_and_later_it_is_another():
    one, two = of_posts(1)[0], of_posts(1)[0]
    later = {**two, "startedDateTime": "2031-05-06T09:00:00Z"}
    first, second, third = told(har, har_file(one, two, later), "a.har").bodies
    assert first == second != third


@pytest.mark.parametrize("when", ["", "yesterday-ish", None, 17])
def test_an_unknown_time_is_not_made_up(when):
    odd = {**of_posts(1)[0], "startedDateTime": when}
    counters = entry("https://m.s.weibo.com/ajax_topic/detail?q=x", {"code": 1 * 100000, "data": {"baseInfo": {"count": {"read": 1}}}})
    found = told(har, har_file(odd, {**counters, "startedDateTime": when}), "a.har")
    sighting = found.rows[0][1]
    assert (sighting.seen_at_basis, found.posts) == ("not_before", [post(1)])
    assert found.reasons == ["it is not told when the counters were seen"]


def test_a_post_that_cannot_be_read_costs_itself():
    found = told(har, har_file(entry(SEARCH, cards(mblog(1), mblog(2, attitudes_count=[]), mblog(3)))), "a.har")
    assert found.posts == [post(1), post(3)] and found.reasons == ["[] is not a count"]


@pytest.mark.parametrize(
    "odd",
    [
        {"request": None},
        {"response": None},
        {"response": {}},
        {"response": {"status": "200", "content": {"text": "{}"}}},
        {"response": {"status": 200, "content": []}},
        {"request": {"url": 17}},
        {"request": []},
    ],
)
def test_an_odd_entry_costs_itself(odd):
    found = told(har, har_file(*of_posts(1), {**of_posts(9)[0], **odd}, *of_posts(2)), "a.har")
    assert found.posts == [post(1), post(2)]


def test_bytes_that_are_no_utf8_cost_a_character():
    body = har_file(*of_posts(1, 2)).replace("放风筝1".encode(), b"\xff\xfe" + "放1".encode())
    found = told(har, body, "a.har")
    assert found.posts == [post(1), post(2)] and "\ufffd\ufffd放1" in found.rows[0][0].text


def test_lone_surrogates_and_nul_can_be_stored():
    body = har_file(entry(SEARCH, json.dumps(cards(mblog(1, text="a\ud83cb\0c")))))
    ((first, *_),) = told(har, body, "a.har").rows
    assert first.text == "a\ufffdb\ufffdc"
    first.text.encode()


def test_a_file_without_entries_is_said():
    for body in (b'{"log":{"creator":{}}}', b'{"log":{"entries":', b"{}", b"", b"[[[[", b"}" * 100):
        with pytest.raises(Unreadable, match="log of entries"):
            told(har, body, "a.har")
    assert told(har, b'{"log":{"pages":[{"entries":[1]}],"entries":[]}}', "a.har").bodies == []


def test_a_file_that_was_cut_off_keeps_what_came_before():
    body = har_file(*of_posts(*range(1, 7)))
    ends = [place for place in range(len(body)) if body.startswith(b'{"startedDateTime"', place)][1:] + [len(body) - 3]
    for cut in range(ends[0], len(body) - 2, 97):
        found = told(har, body[:cut], "a.har")
        whole = sum(end - 2 <= cut for end in ends)
        assert found.posts[: whole - 1] == [post(n) for n in range(1, whole)], cut
        assert len(found.reasons) == 1 and "cut off" in found.reasons[0]


ENTRIES = har_file(*of_posts(*range(1, 6)), indent=1)
BEGINS = [place for place in range(len(ENTRIES)) if ENTRIES.startswith(b'"startedDateTime"', place)]


@given(st.integers(BEGINS[0] - 5, len(ENTRIES) - 8), st.binary(max_size=3), st.integers(0, 3))
def test_a_damaged_place_costs_one_entry_at_most(place, put, gone):
    body = ENTRIES[:place] + put + ENTRIES[place + gone :]
    found = told(har, body, "a.har")
    lost = {post(n) for n in range(1, 6)} - set(found.posts)
    assert len(lost) <= 1 + (gone + len(put) > 1)  # two where two entries meet


OTHER = "https://pictures.example/a.webp"


@pytest.mark.parametrize(
    ("asked", "initiator", "kept"),
    [
        (SEARCH, "https://scripts.example/app.js", b"m.weibo.cn/api"),
        (OTHER, SEARCH, b"sha256"),
        (OTHER, "https://scripts.example/app.js", b"sha256"),
    ],
)
def test_an_entry_that_was_cut_off_is_said_whatever_it_was_of(asked, initiator, kept):
    last = in_chromes_order(entry(asked, cards(mblog(2))), initiator)
    body = har_file(*of_posts(1), last)
    found = told(har, body[: body.rindex(b'"startedDateTime"')], "a.har")
    assert found.posts == [post(1)] and found.reasons == [har.CUT_OFF]
    assert kept in found.bodies[-1] and b"SECRET" not in found.bodies[-1]


@pytest.mark.parametrize(
    ("asked", "initiator", "bodies"),
    [(SEARCH, "https://scripts.example/app.js", 1), (OTHER, SEARCH, 0)],
)
def test_a_damaged_entry_is_of_what_it_asked_for(asked, initiator, bodies):
    first = in_chromes_order(entry(asked, cards(mblog(2))), initiator)
    body = har_file(first, *of_posts(1)).replace(b'"_resourceType": "xhr"', b'"_resourceType": xhr"')
    found = told(har, body, "a.har")
    assert found.posts == [post(1)] and found.reasons == [har.DAMAGED] * bodies
    assert len(found.warnings) == 1 - bodies


@pytest.mark.parametrize(("whole", "damaged"), [(b'"request"', b'"reqXest"'), (b'"url": "https://m', b'"uXl": "https://m')])
def test_a_damaged_entry_of_which_it_cannot_be_told_is_quarantined(whole, damaged):
    first = in_chromes_order(entry(SEARCH, cards(mblog(2))))
    first["response"]["content"]["url"] = OTHER
    body = har_file(first, *of_posts(1)).replace(whole, damaged, 1).replace(b'"xhr"', b'xhr"', 1)
    found = told(har, body, "a.har")
    assert found.posts == [post(1)] and found.reasons == [har.DAMAGED] and found.bodies[0].startswith(b'{"sha256"')


def test_an_entry_beyond_all_measure_is_passed_by(monkeypatch):
    monkeypatch.setattr(har, "LONGEST_ENTRY", 200_000)
    monkeypatch.setattr(har, "CHUNK", 10_000)
    film = entry("https://video.example/x.mp4", "A" * 900_000, packed=True)
    ours = entry(SEARCH, json.dumps(cards(mblog(8, text="话" * 500_000))))
    found = told(har, har_file(*of_posts(1), film, *of_posts(2), ours, *of_posts(3)), "a.har")
    assert found.posts == [post(1), post(2), post(3)]
    assert len(found.reasons) == 1 and "larger than" in found.reasons[0]
    assert "1 answers of other sites" in found.warnings[0]


class Endless(io.RawIOBase):
    """A HAR file that is written as it is read: `megabytes` of films between entries with posts."""

    def __init__(self, megabytes):
        film = json.dumps(entry("https://video.example/x.mp4", "Qk" * 500_000)).encode()
        some = b",".join(json.dumps(e).encode() for e in of_posts(1, 2, 3))
        self.parts = iter([b'{"log":{"entries":[', *([film + b"," + some + b","] * megabytes), some, b"]}}"])
        self.rest = b""

    def read(self, length=-1):
        while len(self.rest) < length and (part := next(self.parts, None)):
            self.rest += part
        part, self.rest = self.rest[:length], self.rest[length:]
        return part


def test_memory_does_not_grow_with_the_file():
    def peak(megabytes):
        large = replace(source(b"", "large.har"), size=megabytes << 20, open=lambda: Endless(megabytes))
        tracemalloc.start()
        count = sum(1 for _ in har.records(large, ORIGIN))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 3 * (megabytes + 1)
        return most

    assert peak(60) < peak(6) * 1.5 < 60 << 20


def test_it_says_how_far_it_is():
    body = har_file(*of_posts(*range(1, 30)))
    far = []
    found = list(har.records(replace(source(body, "a.har"), far=far.append), ORIGIN))
    assert len(found) == 29 and far == sorted(far) and far[-1] == len(body)


def test_a_whole_import_leaves_no_secret_in_the_home(tmp_path):
    walk = tmp_path / "walk.har"
    gone = {"id": "5299999999999999", "text": "抱歉，此微博已被作者删除。", "user": None}
    walk.write_bytes(
        har_file(
            entry(SEARCH + "&gsid=SECRETgsid", cards(mblog(1), mblog(2, retweeted_status=gone))),
            entry(NOTE_PAGE, note_page()),
            entry(NOTE_PAGE, "<html>broken xsec_token=SECRETtoken</html>"),
            *of_posts(1),
        )
    )
    home = tmp_path / "home"
    groundswell(home, "campaign", "new", "ink")
    said = groundswell(home, "import", walk, "--campaign", "ink").json
    assert (said["read"], said["added"], said["updated"], said["quarantined"]) == (5, 3, 1, 1)
    again = groundswell(home, "import", walk, "--campaign", "ink").json
    assert (again["duplicate"], again["quarantined"], again["added"]) == (4, 1, 0)
    assert "far" not in said
    rows = asked(home, "select platform, post_id, text from posts order by post_id")
    assert [(platform, post_id) for platform, post_id, _ in rows] == [("weibo", post(1)), ("weibo", post(2)), ("xiaohongshu", NOTE)]
    kept = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    kept += b"".join(record.body or b"" for file in (home / "archive").rglob("*.frames") for record in archive.records_of(file))
    assert b"SECRET" not in kept and "纸船1".encode() in kept
