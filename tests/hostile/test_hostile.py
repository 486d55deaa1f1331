"""Bad input: a clear message, what can be read is read, the rest is counted, and a sound file beside it loses nothing."""

import json
import os
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.command import asked, groundswell
from tests.hostile import make
from tests.laws.told import no_shipped_campaigns

ROOT = Path(__file__).parents[2]
GOOD = {make.post(n)["id"] for n in (1, 2, 3)}
GIBIBYTE = 2**30


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    with no_shipped_campaigns(tmp_path):
        assert groundswell(home, "campaign", "new", "c").status == 0
        yield home


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def bring(home, *paths, options=()):
    return groundswell(home, "import", *paths, "--campaign", "c", *options)


def ids(home):
    return {post_id for (post_id,) in asked(home, "select post_id from posts")}


def texts(home):
    return dict(asked(home, "select post_id, text from posts"))


def messages(said):
    """All that a person is told: standard error and the warnings of the answer."""
    told = said.json["warnings"] if said.out.strip() else []
    return "\n".join([said.err, *told])


def tells(said, path):
    """Whether a line names the file and says more than its name, without a traceback."""
    told = messages(said)
    about = [line.replace(str(path), "").replace(path.name, "") for line in told.splitlines() if path.name in line]
    return "Traceback" not in told and any(len(re.findall(r"[A-Za-z]{2,}", line)) >= 5 for line in about)


def outcomes_add_up(said):
    counts = said.json
    return counts["added"] + counts["updated"] + counts["duplicate"] + counts["quarantined"] == counts["read"]


UNREADABLE = [
    make.empty,
    make.empty_folder,
    make.blank_lines,
    make.header_without_names,
    make.only_nul,
    make.picture,
    make.essay,
    make.essay_named_csv,
    make.essay_named_json,
    make.deep_json,
    make.cut_zip,
]


@pytest.mark.parametrize("made", UNREADABLE, ids=lambda made: made.__name__)
def test_a_file_that_cannot_be_read_is_named_and_the_next_is_imported(home, files, made):
    bad, good = made(files), make.good(files)
    said = bring(home, bad, good)
    assert said.status == 4
    assert tells(said, bad)
    assert ids(home) == GOOD
    assert (said.json["read"], said.json["added"]) == (3, 3)


@pytest.mark.slow
@pytest.mark.parametrize("made", [make.empty, make.picture, make.essay], ids=lambda made: made.__name__)
def test_a_file_that_cannot_be_read_loses_nothing_after_it_was_imported_alone(home, files, made):
    assert bring(home, make.good(files)).status == 0
    bad = made(files)
    said = bring(home, bad)
    assert said.status == 4
    assert tells(said, bad)
    assert ids(home) == GOOD


def test_a_path_that_is_not_there_is_named(home, files):
    missing = files / "missing.csv"
    said = bring(home, missing, make.good(files))
    assert said.status in (2, 4)
    assert tells(said, missing)


def test_a_name_in_another_encoding_is_told_as_it_was_written(home, files):
    """So are names in archives that were packed on a Chinese Windows and unpacked elsewhere."""
    good = make.good(files, os.fsdecode("结果".encode("gb18030") + b".csv"))
    bad = make.empty(files).rename(files / os.fsdecode("坏".encode("gb18030") + b".csv"))
    said = bring(home, good, bad)
    assert said.status == 4 and ids(home) == GOOD
    assert "坏.csv: the file is empty" in messages(said)
    assert asked(home, "select query from run where source = 'import'") == [("结果.csv, 坏.csv",)]
    missing = files / os.fsdecode("没有".encode("gb18030"))
    assert f"{files}/没有: there is no such file" in messages(bring(home, missing))


ONE_BAD_ROW = [make.cut_in_quotes, make.cut_in_character, make.too_many_cells, make.too_few_cells]


@pytest.mark.parametrize("made", ONE_BAD_ROW, ids=lambda made: made.__name__)
def test_a_row_that_cannot_be_read_goes_to_quarantine_and_costs_nothing_else(home, files, made):
    bad, good = made(files), make.good(files)
    said = bring(home, bad, good)
    assert said.status == 0
    assert (said.json["read"], said.json["added"], said.json["quarantined"]) == (6, 5, 1)
    gone = 13 if "cut" in made.__name__ else 12
    assert ids(home) == GOOD | {make.post(n)["id"] for n in {11, 12, 13} - {gone}}
    ((file, reason, raw_ref),) = asked(home, "select file, reason, raw_ref from quarantine")
    assert Path(file).name == bad.name
    assert len(reason.split()) >= 3
    assert raw_ref


def test_a_list_that_is_cut_off_costs_the_entry_it_ends_in(home, files):
    bad, good = make.cut_json(files), make.good(files)
    said = bring(home, bad, good)
    assert said.status == 0 and outcomes_add_up(said)
    assert said.json["quarantined"] == 1 and said.json["reasons"] == {"this is no JSON: it is damaged or cut off": 1}
    assert {title for (title,) in asked(home, "select title from hot_search_told")} == {f"标题{n}" for n in range(8)}
    assert [Path(file).name for (file,) in asked(home, "select file from quarantine")] == [bad.name]
    assert ids(home) == GOOD


def test_an_import_says_on_the_terminal_why_records_were_quarantined(home, files):
    likes = ["many", "few", "\x1b[2Jnone", "'tis", "1.5", "99999999999999999999", "3"]
    rows = [make.post(n, 点赞数=shown) for n, shown in enumerate(likes, 11)]
    bad = make.table(files / "likes.csv", [*rows, make.post(19, 发布时间="2026-02-30 12:30")])
    said = groundswell(home, "import", bad, "--campaign", "c", json=False)
    sentence, title, *lines, where = said.out.splitlines()
    assert "8 records: 1 added" in sentence and "7 quarantined" in sentence and title.startswith("Quarantined")
    assert lines == [
        "  4 × 'many' is not a count",
        "  1 × '1.5' is not a count: it is no whole number",
        "  1 × '99999999999999999999' is not a count: it is too large",
        "  and 1 more reason",
    ]
    assert "Health" in where and "\x1b" not in said.out
    again = bring(home, bad).json
    assert list(again["reasons"].values()) == [4, 1, 1, 1] and sum(again["reasons"].values()) == again["quarantined"]


def test_an_import_that_reads_all_says_nothing_of_quarantine(home, files):
    said = groundswell(home, "import", make.good(files), "--campaign", "c", json=False)
    assert len(said.out.splitlines()) == 1


def sound(home, files, made, numbers):
    """Imports a file of posts with these numbers beside the good one: all are there, none is in quarantine."""
    said = bring(home, made(files), make.good(files))
    assert said.status == 0
    assert said.json["quarantined"] == 0
    assert said.json["read"] == said.json["added"] == 3 + len(numbers)
    return said


def test_a_header_without_rows_is_an_export_of_nothing(home, files):
    sound(home, files, make.header_only, [])
    assert ids(home) == GOOD


def test_line_breaks_inside_a_cell_belong_to_it(home, files):
    sound(home, files, make.quoted_newlines, [11, 12, 13])
    assert texts(home)[make.post(12)["id"]] == make.BROKEN_LINES


def test_formulas_are_stored_as_they_are(home, files):
    sound(home, files, make.formulas, make.FORMULAS)
    stored = texts(home)
    assert {n: stored[make.post(n)["id"]] for n in make.FORMULAS} == {n: t.strip() for n, t in make.FORMULAS.items()}


def test_a_cell_of_300_kilobytes_is_stored_whole(home, files):
    sound(home, files, make.long_cell, [11, 12, 13])
    assert texts(home)[make.post(12)["id"]] == make.LONG


def test_ids_keep_their_zeros_and_all_their_digits(home, files):
    sound(home, files, make.ids, [11, 12, 13])
    stored = asked(home, "select post_id, author_id, typeof(post_id) from posts where post_id not in (select unnest(?))", list(GOOD))
    assert set(stored) == {(i, "000" + i, "VARCHAR") for i in make.IDS}


def test_a_record_without_an_id_gets_one_and_the_same_each_time(home, files):
    sound(home, files, make.without_id, [11, 12, 13])
    (made,) = [i for i in ids(home) if i.startswith("x")]
    assert re.fullmatch("x[0-9a-f]{64}", made)
    assert bring(home, make.without_id(files)).json["duplicate"] == 3


def test_cells_that_make_no_sense_cost_their_row_at_most(home, files):
    said = bring(home, make.absurd_cells(files), make.good(files))
    assert said.status == 0
    assert said.json["read"] == 7
    assert outcomes_add_up(said)
    assert ids(home) >= GOOD
    assert len(ids(home)) == 7 - said.json["quarantined"]
    assert asked(home, "select count(*) from sighting where least(likes, reposts, comments) < 0") == [(0,)]
    absurd = "select count(*) from sighting where likes > 3 and post_id = ?"
    assert asked(home, absurd, make.post(11)["id"]) == [(0,)]
    impossible = "select count(*) from posts where post_id = ? and published_at is not null"
    assert asked(home, impossible, make.post(13)["id"]) == [(0,)]
    word = "select count(*) from sighting where post_id = ? and comments is not null"
    assert asked(home, word, make.post(14)["id"]) == [(0,)]


@pytest.mark.parametrize(
    ("made", "before", "after", "between"),
    [(make.nul_in_cell, "前", "后", {"", "\0", "\ufffd"}), (make.invalid_utf8, "坏的在这里", "完", {"\ufffd" * n for n in (1, 2, 3)})],
    ids=["nul", "invalid UTF-8"],
)
def test_a_sign_that_cannot_be_told_costs_its_row_at_most_and_is_said(home, files, made, before, after, between):
    bad = made(files)
    said = bring(home, bad, make.good(files))
    assert said.status == 0
    assert said.json["read"] == 6
    assert outcomes_add_up(said)
    assert said.json["quarantined"] <= 1
    assert ids(home) >= GOOD | {make.post(11)["id"], make.post(13)["id"]}
    if said.json["quarantined"] == 0:
        assert tells(said, bad)
        assert texts(home)[make.post(12)["id"]] in {before + sign + after for sign in between}


@pytest.mark.parametrize("name", make.AWKWARD_NAMES)
def test_a_file_is_read_whatever_its_name(home, files, name):
    said = bring(home, make.awkward_name(files, name), make.good(files))
    assert said.status == 0
    assert ids(home) == GOOD | {make.post(n)["id"] for n in (11, 12, 13)}


OTHERWISE_WRITTEN = [make.gb18030, make.utf_16, make.semicolons, make.old_mac_lines]


@pytest.mark.parametrize("made", OTHERWISE_WRITTEN, ids=lambda made: made.__name__)
def test_another_encoding_or_separator_is_read_right_or_refused(home, files, made):
    bad, good = made(files), make.good(files)
    said = bring(home, bad, good)
    assert ids(home) >= GOOD
    if said.status == 0:
        assert said.json["read"] == said.json["added"] == 6
        for number in (11, 12, 13):
            row = make.post(number)
            assert texts(home)[row["id"]] == row["微博正文"]
    else:
        assert said.status == 4
        assert tells(said, bad)
        assert ids(home) == GOOD


def test_two_columns_of_one_name_are_refused_or_the_first_is_taken_and_said(home, files):
    bad = make.header_twice(files)
    said = bring(home, bad, make.good(files))
    assert tells(said, bad)
    if said.status == 0:
        assert texts(home)[make.post(12)["id"]] == make.post(12)["微博正文"]
    else:
        assert said.status == 4
    assert ids(home) >= GOOD


NO_YEAR = {11: "06-27 12:30", 12: "06月27日 12:30", 13: "02月03日 08:00"}


@pytest.mark.parametrize("mapped", [False, True], ids=["weibo-search", "mapped"])
def test_a_time_without_a_year_is_never_later_than_now(home, files, monkeypatch, mapped):
    monkeypatch.setenv("GROUNDSWELL_NOW", "2026-03-01T00:00:00Z")
    if mapped:
        path = make.lines(files / "no_year.jsonl", [{**make.said(n, "好"), "when": when} for n, when in NO_YEAR.items()])
        said = bring(home, path, options=("--map", make.mapping(files)))
        number = {n: str(n) for n in NO_YEAR}
    else:
        path = make.table(files / "no_year.csv", [make.post(n, 发布时间=when) for n, when in NO_YEAR.items()])
        said = bring(home, path)
        number = {n: make.post(n)["id"] for n in NO_YEAR}
    assert said.status == 0
    assert said.json["read"] == 3
    assert outcomes_add_up(said)
    assert len(ids(home)) == 3 - said.json["quarantined"]
    found = dict(asked(home, "select post_id, strftime(published_at, '%Y-%m-%d %H:%M') from posts"))
    right = {11: "2025-06-27 04:30", 12: "2025-06-27 04:30", 13: "2026-02-03 00:00"}
    assert all(found.get(number[n]) in (None, right[n]) for n in NO_YEAR)


def test_an_unknown_table_is_not_read_on_a_guess_that_nobody_asked_for(home, files):
    path = make.unknown_table(files)
    said = bring(home, path, make.good(files))
    assert said.status == 4
    assert tells(said, path)
    assert bring(home, path, options=("--map", "auto")).status == 4
    said = bring(home, path, options=("--platform", "weibo"))
    assert said.status == 4
    assert all(f'"{column}"' in messages(said) for column in ("weibo", "帖子id", "内容", "发布时间", "赞"))
    assert ids(home) == GOOD
    said = bring(home, path, options=("--map", "auto", "--platform", "weibo"))
    assert (said.status, said.json["added"]) == (0, 2)
    told = asked(home, "select post_id, text, published_at, likes from posts where not contains(post_id, '52000')")
    assert sorted(told) == [
        ("4930000000000081", "自己画的", datetime(2026, 2, 3, 4, 30), 4),
        ("4930000000000082", "也是自己画的", datetime(2026, 2, 4, 4, 30), None),
    ]


def test_half_a_sign_costs_its_row_at_most(home, files):
    """A lone surrogate cannot be written as UTF-8: its row is in quarantine, or the sign is U+FFFD."""
    mapped = make.lines(files / "good.jsonl", [make.said(1, "好"), make.said(2, "好")])
    said = bring(home, make.lone_surrogates(files), mapped, options=("--map", make.mapping(files)))
    assert said.status == 0
    assert said.json["read"] == 6
    assert outcomes_add_up(said)
    stored = texts(home)
    assert set(stored) >= {"1", "2", "11", "14"}
    assert len(stored) == 6 - said.json["quarantined"]
    assert {i: stored[i] for i in {"12", "13"} & set(stored)}.items() <= {"12": "\ufffd 半个", "13": "\ufffd"}.items()


def test_a_line_that_is_no_record_goes_to_quarantine(home, files):
    said = bring(home, make.broken_lines(files), options=("--map", make.mapping(files)))
    assert said.status == 0
    assert (said.json["read"], said.json["added"], said.json["quarantined"]) == (4, 2, 2)
    assert ids(home) == {"11", "14"}


def test_a_folder_gives_what_it_holds_and_names_what_it_cannot_read(home, files):
    said = bring(home, make.mixed_folder(files))
    assert said.status in (0, 4)
    assert ids(home) == GOOD
    assert (said.json["read"], said.json["added"]) == (3, 3)
    assert "picture.csv" in messages(said)
    assert "essay.txt" in messages(said)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_opened_is_named_and_costs_nothing_else(home, files, monkeypatch, what):
    """Asked of the system itself: whoever runs this may be allowed to open everything."""
    folder = files / "folder"
    (folder / "within").mkdir(parents=True)
    make.good(folder)
    (folder / "within" / "closed.csv").write_text("id")
    closed = folder / "within" if what == "folder" else folder / "within" / "closed.csv"
    real = {"open": Path.open, "scandir": os.scandir}

    def asked_for(name):
        def of_system(path, *arguments, **more):
            if path in (closed, str(closed)):
                raise PermissionError(13, "Permission denied", str(path))
            return real[name](path, *arguments, **more)

        return of_system

    monkeypatch.setattr(Path, "open", asked_for("open"))
    monkeypatch.setattr(os, "scandir", asked_for("scandir"))
    said = bring(home, folder)
    assert said.status == 4 and tells(said, closed)
    assert ids(home) == GOOD


@pytest.mark.slow
@pytest.mark.parametrize("again", ["zip", "other name", "gz or refused", "same file"])
def test_a_copy_adds_nothing(home, files, again):
    good = make.good(files)
    assert bring(home, good).json["added"] == 3
    before = asked(home, "select * exclude (raw_ref) from posts order by post_id")
    copy = {
        "zip": lambda: make.zipped(good, files / "packed.zip", "深/处/export 2.csv"),
        "other name": lambda: make.copied(good, "完全 不同.csv"),
        "gz or refused": lambda: make.gzipped(good),
        "same file": lambda: good,
    }[again]()
    said = bring(home, copy)
    if again == "gz or refused" and said.status == 4:
        assert tells(said, copy)
    else:
        assert said.status == 0
        assert (said.json["added"], said.json["updated"], said.json["duplicate"]) == (0, 0, 3)
    assert asked(home, "select * exclude (raw_ref) from posts order by post_id") == before
    assert asked(home, "select count(*) from sighting") == [(3,)]


def test_a_file_twice_in_one_command_adds_nothing(home, files):
    good = make.good(files)
    said = bring(home, good, make.copied(good, "copy.csv"), make.zipped(good, files / "packed.zip"))
    assert said.status == 0
    assert (said.json["read"], said.json["added"], said.json["duplicate"]) == (9, 3, 6)


def test_a_zip_writes_nothing_outside_the_home(home, files):
    packed = make.zipped(make.good(files), files / "packed.zip", "../../../escaped.csv")
    before = set(files.parent.rglob("*")) - set(home.rglob("*"))
    said = bring(home, packed)
    assert said.status in (0, 4)
    assert set(files.parent.rglob("*")) - set(home.rglob("*")) == before
    assert not list(files.parent.parent.glob("escaped.csv"))


def memory_of_session(leader):
    """Bytes that all processes of a session hold together now, what they share counted once. Linux only."""
    held = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            session = (process / "stat").read_text().rpartition(")")[2].split()[3]
            if int(session) == leader:
                held += int(re.search(r"^Pss:\s+(\d+) kB", (process / "smaps_rollup").read_text(), re.MULTILINE)[1]) * 1024
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return held


# Runs a command and writes its largest process's memory to a file. A process of its own, because Linux counts what the starting
# process held (after hundreds of tests, more than a gigabyte) as held by the command it starts.
MEASURE = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as largest:
    largest.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(status)
"""


@pytest.mark.slow
def test_two_gigabytes_are_imported_in_one_gigabyte_of_memory(tmp_path):
    path, home = tmp_path / "large.csv", tmp_path / "home"
    posts = make.large(path, 2 * 10**9)
    assert groundswell(home, "campaign", "new", "c").status == 0
    line = [sys.executable, "-m", "groundswell", "--home", home, "--json", "import", path, "--campaign", "c"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GROUNDSWELL_")}
    together = 0
    with open(tmp_path / "out", "w+", encoding="utf-8") as out, open(tmp_path / "err", "w+", encoding="utf-8") as err:
        line = [sys.executable, "-c", MEASURE, tmp_path / "largest", *line]
        started = subprocess.Popen([*map(str, line)], cwd=ROOT, env=environment, stdout=out, stderr=err, start_new_session=True)
        while started.poll() is None:
            if sys.platform == "linux":
                together = max(together, memory_of_session(started.pid))
            time.sleep(0.2)
        for file in (out, err):
            file.seek(0)
        assert started.returncode == 0, err.read()
        said = json.loads(out.read().splitlines()[-1])
    assert (said["read"], said["added"], said["quarantined"]) == (posts, posts, 0)
    assert asked(home, "select count(*), count(distinct text_sha256) from posts") == [(posts, posts)]
    largest = int((tmp_path / "largest").read_text()) * (1 if sys.platform == "darwin" else 1024)
    assert max(largest, together) <= GIBIBYTE, f"{largest / GIBIBYTE:.2f} GiB, {together / GIBIBYTE:.2f} GiB together"
