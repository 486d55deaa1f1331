"""Zip archives and folders from strangers: each trap gets a word of its own, and what lies beside it is imported."""

import stat
import struct
import zipfile
from zoneinfo import ZoneInfo

import pytest

from collectors import zipped
from collectors.importing import ImportOptions, import_files
from collectors.recognising import recognise
from data import campaign
from data.home import Home
from data.log import Log

GOOD = "what,value,shown,at,publisher,url,entered_by\nviews,35000000,3500万,2031-04-27,某报,,me\n"


@pytest.fixture
def bring(tmp_path):
    """Imports into a home of its own: what the import said, how many rows the log holds."""
    home = Home(tmp_path / "home")
    campaign.new(home, "ink", name="Ink", hashtags=[], start=None)

    def bring(path):
        zone = ZoneInfo("Asia/Shanghai")
        list(recognise([path], zone=zone))  # the page looks first: it falls over nothing either
        wanted = ImportOptions(campaign=campaign.find(home, "ink"), zone=zone, choose=lambda name, guess: {})
        done = import_files(home, [path], wanted, lambda sofar: None)
        return done, Log(home.log).read("quoted").num_rows

    return bring


def packed(path, *, before=(), after=(), method=zipfile.ZIP_DEFLATED):
    """A zip with a sound file, and others before and after it, each (name or ZipInfo, content)."""
    with zipfile.ZipFile(path, "w", method) as bundle:
        for name, content in (*before, ("good.csv", GOOD), *after):
            bundle.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../../out.csv", "/etc/out.csv", "a/../../out.csv", "..\\out.csv", "C:\\out.csv"])
def test_a_name_that_leads_out_is_not_read(bring, tmp_path, name):
    (tmp_path / "deep" / "down").mkdir(parents=True)
    done, rows = bring(packed(tmp_path / "deep" / "down" / "a.zip", before=[(name, GOOD.replace("35000000", "1"))]))
    assert rows == 1 and len(done.unreadable) == 1 and "leads out" in done.unreadable[0]
    assert not list(tmp_path.rglob("out.csv"))


def test_a_link_in_an_archive_is_not_followed(bring, tmp_path):
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    done, rows = bring(packed(tmp_path / "a.zip", before=[(link, "/etc/passwd")]))
    assert rows == 1 and "it is a link" in done.unreadable[0]


def test_a_link_in_a_folder_is_not_followed_and_a_link_that_is_given_is(bring, tmp_path):
    (tmp_path / "secret.csv").write_text(GOOD.replace("35000000", "7"))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "good.csv").write_text(GOOD)
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "round").symlink_to(folder, target_is_directory=True)
    done, rows = bring(folder)
    assert rows == 1 and done.files == 1 and "link.csv" in done.unreadable[0] and "not followed" in done.unreadable[0]
    assert bring(folder / "link.csv")[1] == 2


def changed(path, name, at, put, *, central=True):
    """The archive with two bytes of a member's heads overwritten, counted from each head's signature."""
    body = bytearray(path.read_bytes())
    place = body.index(name.encode())
    local = place - 30
    body[local + at : local + at + 2] = put
    if central:
        head = body.index(name.encode(), place + 1) - 46
        body[head + at + 2 : head + at + 4] = put
    path.write_bytes(bytes(body))
    return path


@pytest.mark.parametrize(
    ("at", "put", "word"), [(6, b"\x01\x00", "encrypted"), (8, b"\x63\x00", "not known here")], ids=["encrypted", "packed"]
)
def test_what_cannot_be_unpacked_is_named(bring, tmp_path, at, put, word):
    done, rows = bring(changed(packed(tmp_path / "a.zip", before=[("bad.csv", GOOD)]), "bad.csv", at, put))
    assert rows == 1 and len(done.unreadable) == 1 and "bad.csv" in done.unreadable[0] and word in done.unreadable[0]


def test_a_damaged_file_within_costs_itself(bring, tmp_path):
    path = packed(tmp_path / "a.zip", before=[("bad.csv", GOOD * 50)], method=zipfile.ZIP_STORED)
    body = bytearray(path.read_bytes())
    body[body.index(b"views") + 1] ^= 1
    path.write_bytes(bytes(body))
    done, _ = bring(path)
    assert done.files == 1 and "bad.csv" in done.unreadable[0] and "damaged within its archive" in done.unreadable[0]


def test_a_bomb_is_not_unpacked(bring, tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle, bundle.open("bomb.csv", "w") as member:
        for _ in range(200):
            member.write(b"0" * 2**20)
    done, rows = bring(path)
    assert rows == 0 and done.read == 0 and "would swell" in done.unreadable[0] and "bomb.zip" in done.unreadable[0]


def test_a_bomb_that_lies_about_its_size_is_read_no_further_than_it_says(bring, tmp_path):
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("a.csv", b"0," * 2**20)
    body = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = body.index(signature) + at
        body[place : place + 4] = struct.pack("<I", 64)
    path.write_bytes(bytes(body))
    done, _ = bring(path)
    assert done.read <= 1 and "a.csv" in done.unreadable[0]


# Found by the fuzz of WACZ files: what a damaged list of contents says.
@pytest.mark.parametrize("name", ["a.zip", "a.wacz"])
@pytest.mark.parametrize(
    ("at", "put"), [(6, b"\xee\x00"), (42, b"\xff\xff\xff\x7f"), (28, b"\x00\x00")], ids=["version", "place", "no name"]
)
def test_a_list_of_contents_that_lies_is_named(bring, tmp_path, name, at, put):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("archive/good.warc", GOOD)
    body = bytearray(path.read_bytes())
    place = body.index(b"PK\x01\x02") + at
    body[place : place + len(put)] = put
    path.write_bytes(bytes(body))
    done, rows = bring(path)
    assert rows == 0 and (done.quarantined or done.unreadable) and all(len(word) > 20 for word in done.unreadable)


def test_what_is_small_may_swell(tmp_path):
    path = packed(tmp_path / "a.zip", before=[("blank.csv", "a,b\n" + ",\n" * 100_000)])
    with zipfile.ZipFile(path) as bundle:
        assert len(zipped.members(bundle, "a.zip", path.stat().st_size)) == 2
