"""WACZ files: the WARC files within, and zip archives that are damaged or hostile."""

import gzip
import io
import struct
import zipfile
from dataclasses import replace

import pytest

from collectors.formats import Sample, formats, wacz, warc
from data.errors import Unreadable
from tests.collectors.invented_answers import wacz as wacz_file
from tests.collectors.invented_answers import warc_file
from tests.collectors.recorded import source, told
from tests.collectors.test_mapped import ORIGIN
from tests.collectors.test_warc import of_posts, post


def test_the_warc_files_within_are_read_and_are_the_same_records():
    inside = warc_file(*of_posts(1, 2), packed=True)
    body = wacz_file(("archive/data.warc.gz", inside), ("archive/more.warc", warc_file(*of_posts(3))), ("pages/pages.jsonl", "{}"))
    sample = Sample(name="x.wacz", path="x.wacz", head=body)
    assert next(module.NAME for module in formats() if module.recognises(sample)) == "wacz"
    found = told(wacz, body, "a.wacz")
    assert found.posts == [post(1), post(2), post(3)] and not found.reasons and not found.warnings
    alone = told(warc, inside, "data.warc.gz")
    assert [[row.record_id for row in rows] for rows in found.rows[:2]] == [[row.record_id for row in rows] for rows in alone.rows]


def test_other_zip_archives_are_not_taken_for_one():
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as bundle:
        bundle.writestr("xl/workbook.xml", "x")
    assert not wacz.recognises(Sample(name="a.xlsx", path="a.xlsx", head=body.getvalue()))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("archive/../../outside.warc", "leads out"),
        ("/archive/outside.warc", "leads out"),
        ("..\\archive/outside.warc", "leads out"),
        ("C:/archive/outside.warc", "leads out"),
    ],
)
def test_names_that_lead_out_are_not_read(name, why, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    body = wacz_file((name, warc_file(*of_posts(9))), ("archive/data.warc", warc_file(*of_posts(1))))
    found = told(wacz, body, "a.wacz")
    assert found.posts == [post(1)] and why in found.warnings[0]
    assert not list(tmp_path.rglob("*"))


def test_links_and_encrypted_members_are_not_read():
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as bundle:
        link = zipfile.ZipInfo("archive/link.warc")
        link.external_attr = 0o120777 << 16
        bundle.writestr(link, "/etc/passwd")
        bundle.writestr("archive/secret.warc", warc_file(*of_posts(9)))
        bundle.writestr("archive/data.warc", warc_file(*of_posts(1)))
    locked = bytearray(body.getvalue())
    for signature, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = -1
        while (at := locked.find(signature, at + 1)) >= 0:
            name_at, length_at = (46, 28) if signature == b"PK\x01\x02" else (30, 26)
            length = struct.unpack_from("<H", locked, at + length_at)[0]
            if bytes(locked[at + name_at : at + name_at + length]) == b"archive/secret.warc":
                locked[at + place] |= 1
    found = told(wacz, bytes(locked), "a.wacz")
    assert found.posts == [post(1)]
    assert "it is a link" in found.warnings[0] and "it is encrypted" in found.warnings[1]


def test_a_damaged_member_costs_no_other():
    with_damage = bytearray(wacz_file(("archive/a.warc", warc_file(*of_posts(1, 2))), ("archive/b.warc", warc_file(*of_posts(3)))))
    place = with_damage.find(b"5300000000000002")
    with_damage[place + 3] ^= 1
    found = told(wacz, bytes(with_damage), "a.wacz")
    assert found.posts[0] == post(1) and found.posts[-1] == post(3)
    assert len(found.rows) >= 2
    assert any("archive/a.warc is damaged" in reason for reason in found.reasons)


CDX = gzip.compress(b"cn,weibo,m)/ 20310506070809 {}\n" * 100, mtime=0)
ZSTANDARD = b"\x28\xb5\x2f\xfd" + b"x" * 100


@pytest.mark.parametrize(
    ("name", "within", "said"),
    [
        ("archive/odd.warc.gz", b"", None),
        ("archive/index.cdx.gz", CDX, "it is no WARC file"),
        ("archive/odd.warc", b"<html>", "it is no WARC file"),
        ("archive/odd.warc.gz", gzip.compress(b"WARC/1.0\r\n", mtime=0)[:-3], "it is no WARC file"),
        ("archive/odd.warc.zst", ZSTANDARD, "Unpack it first"),
    ],
)
@pytest.mark.parametrize("place", range(3))
def test_a_member_that_cannot_be_read_is_named_and_costs_no_other(name, within, said, place):
    members = [("archive/a.warc.gz", warc_file(*of_posts(1), packed=True)), ("archive/b.warc", warc_file(*of_posts(2)))]
    members.insert(place, (name, within))
    found = told(wacz, wacz_file(*members), "a.wacz")
    assert found.posts == [post(1), post(2)] and not found.reasons
    assert len(found.warnings) == (1 if said else 0)
    assert not said or (f"a.wacz, {name}: " in found.warnings[0] and said in found.warnings[0])


def test_a_wacz_of_which_no_member_can_be_read_is_said():
    warnings = []
    body = wacz_file(("archive/a.warc.zst", ZSTANDARD), ("archive/b.warc", b""), ("archive/c.warc", b"<html>"))
    with pytest.raises(Unreadable, match="none of the WARC files"):
        list(wacz.records(source(body, "a.wacz"), replace(ORIGIN, warn=warnings.append)))
    assert [warning.partition(": ")[0] for warning in warnings] == ["a.wacz, archive/a.warc.zst", "a.wacz, archive/c.warc"]
    with pytest.raises(Unreadable, match="no WARC file in its folder"):
        told(wacz, wacz_file(("archive/a.warc", b"")), "a.wacz")


def test_a_member_packed_in_an_unknown_way_is_said():
    body = bytearray(wacz_file(("archive/a.warc", warc_file(*of_posts(1))), ("archive/b.warc", warc_file(*of_posts(2)))))
    place = body.rfind(b"archive/b.warc")
    body[place - 46 + 10] = 99  # the method, in the list of files
    found = told(wacz, bytes(body), "a.wacz")
    assert found.posts == [post(1)] and "packed in a way that is not known" in found.warnings[0]


@pytest.mark.parametrize("cut", [30, 200, -30, -4])
def test_a_zip_that_was_cut_off_is_said(cut):
    body = wacz_file(("archive/data.warc", warc_file(*of_posts(1))))
    with pytest.raises(Unreadable, match="zip archive, or cut off"):
        told(wacz, body[:cut], "a.wacz")


def test_a_zip_without_recordings_and_one_with_too_many_files_are_said(monkeypatch):
    with pytest.raises(Unreadable, match="no WARC file"):
        told(wacz, wacz_file(("pages/x.warc", "x")), "a.wacz")
    monkeypatch.setattr(wacz, "MOST_MEMBERS", 2)
    with pytest.raises(Unreadable, match="holds 3 files"):
        told(wacz, wacz_file(("archive/data.warc", "x")), "a.wacz")


def test_a_zip_that_grows_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(warc, "FREE", 1 << 20)
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("archive/a.warc", warc_file(*of_posts(1)))
        bundle.writestr("archive/b.warc", b"WARC/1.0\r\nContent-Length: 99999999\r\n\r\n" + b"\0" * (60 << 20))
    found = told(wacz, body.getvalue(), "a.wacz")
    assert found.posts == [post(1)] and "no recording of a browser" in found.warnings[0]


def test_it_says_how_far_it_is():
    body = wacz_file(("archive/data.warc", warc_file(*of_posts(1, 2))))
    far: list[int] = []
    found = list(wacz.records(replace(source(body, "a.wacz"), far=far.append), ORIGIN))
    assert len(found) == 2 and far == sorted(far) and len(body) * 0.5 < far[-1] <= len(body)
