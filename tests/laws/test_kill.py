"""`kill -9` at every point where something gets its name, and at random moments: nothing acknowledged is lost, nothing is half
there, the next run completes, and what it leaves is what an undisturbed run leaves. And several processes at once."""

import random
import shutil
import time

import pytest

from collectors import archive
from data.build import build, database, reading
from data.compact import compact
from data.forget import forget
from data.home import Home
from data.log import Log
from tests.hostile import make
from tests.laws.dump import ask, differences, dump, published
from tests.laws.killable import Killable
from tests.laws.told import label, no_shipped_campaigns
from tests.tiny_model import tiny_model

pytestmark = pytest.mark.store

SMALL = {"collectors.importing.BATCH": 3, "data.compact.TOO_MANY": 12}
ONE_BY_ONE = {"collectors.importing.BATCH": 1}  # so that the next build has segments to compact
OF_THE_RUN = {"run_id", "raw_ref"}
WORDS = ("生气", "开心", "反对", "支持", "难过", "害怕", "喜欢")
OWN = ("post", "sighting", "membership", "author", "edge", "quarantine", "label", "tombstone")


@pytest.fixture(scope="module")
def child():
    killable = Killable()
    yield killable
    killable.close()


@pytest.fixture
def start(tmp_path, begun):
    """A copy of `begun`, and its files beside it."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    with no_shipped_campaigns(tmp_path):
        yield Home(tmp_path / "start")


@pytest.fixture(scope="module")
def begun(tmp_path_factory, child):
    """A home with three acknowledged posts, published; and a file of seven records, of which two see these posts again."""
    tmp_path = tmp_path_factory.mktemp("begun")
    with no_shipped_campaigns(tmp_path):
        home = Home(tmp_path / "start")
        assert child.run(home.path, "campaign", "new", "art")["status"] == 0
        (home.campaigns / "art.toml").write_text('id = "art"\nname = "art"\n[[targets]]\nconcept = "机器画"\nside = "against"\n')
        first = [make.post(n, 微博正文=f"{WORDS[n]}的第{n}天") for n in (1, 2, 3)]
        again = [row | {"点赞数": "50", "微博正文": f"改过，{row['微博正文']}"} for row in first[:2]]
        make.table(tmp_path / "first.csv", first)
        new = [make.post(n, 微博正文=f"{WORDS[n % 7]}的第{n}天") for n in range(4, 8)]
        make.table(tmp_path / "second.csv", [*again, *new, make.post(9, 发布时间="?")])
        assert child.run(home.path, "import", tmp_path / "first.csv", "--campaign", "art", small=ONE_BY_ONE)["status"] == 0
    return tmp_path


def copy(home, name):
    other = Home(home.path.with_name(name))
    shutil.rmtree(other.path, ignore_errors=True)
    shutil.copytree(home.path, other.path)
    return other


def rows(home, table):
    """The rows of a log table without who brought them, sorted, each as often as it stands there."""
    return sorted(repr(sorted(_plain(row))) for row in Log(home.log).read(table).to_pylist())


def _plain(row):
    return [(name, str(value)) for name, value in row.items() if name not in OF_THE_RUN | {"labelled_at", "at"}]


def logged(home):
    return {table: rows(home, table) for table in OWN}


def nothing_is_half_there(home):
    """Each batch is in the log whole: a post has its sighting, its membership and its record in the archive."""
    log = Log(home.log)
    posts, sightings, members = (log.read(table).to_pylist() for table in ("post", "sighting", "membership"))
    assert {row["record_id"] for row in posts} == {row["record_id"] for row in sightings}
    assert {row["post_id"] for row in sightings} == {row["post_id"] for row in members}
    runs = {row["run_id"] for row in log.read("run").to_pylist()}
    assert {row["run_id"] for row in (*posts, *members)} <= runs
    for row in (*sightings, *log.read("quarantine").to_pylist()):
        assert archive.read(home.archive / "tables", row["raw_ref"])


def all_are_in(before, now):
    for table, held in before.items():
        left = list(now[table])
        for row in held:
            left.remove(row)  # each as often as before


def points(calls, *, every=True):
    """Where to kill: everywhere, or at some five of these points, the last of them always among them."""
    all_points = [(n, moment) for n in range(1, calls + 1) for moment in ("before", "after")]
    return all_points if every else all_points[:: -max(1, len(all_points) // 5)]


@pytest.mark.slow
def test_an_import_killed_before_and_after_every_name_is_whole_after_the_next(child, start):
    file = start.path.with_name("second.csv")
    command = ("import", file, "--campaign", "art", "--no-publish")
    undisturbed = copy(start, "undisturbed")
    calls = child.run(undisturbed.path, *command, small=SMALL)["calls"]
    expected, before = logged(undisturbed), logged(start)
    assert calls > 10 and expected != before
    for point in points(calls):
        home = copy(start, "killed")
        assert child.run(home.path, *command, small=SMALL, kill=point)["status"] == -9, point
        all_are_in(before, logged(home))
        nothing_is_half_there(home)
        said = child.run(home.path, *command, small=SMALL)
        assert said["status"] == 0, (point, said["err"])
        assert logged(home) == expected, point
        nothing_is_half_there(home)
    build(home)
    build(undisturbed)
    assert differences(published(home, also_without=("file",)), published(undisturbed, also_without=("file",))) == {}


def building(child, start, full, every):
    """Generations differ by how far the compaction beside it came."""
    file = start.path.with_name("second.csv")
    child.run(start.path, "import", file, "--campaign", "art", "--no-publish")
    command = ("build", "--full") if full else ("build",)
    undisturbed = copy(start, "undisturbed")
    old, held = dump(undisturbed, without=("generation",)), logged(start)
    calls = child.run(undisturbed.path, *command, small=SMALL)["calls"]
    new = dump(undisturbed, without=("generation",))
    assert calls > 10 and old != new
    assert len(Log(undisturbed.log).manifest().segments) < len(Log(start.log).manifest().segments)  # compacted beside
    for point in points(calls, every=every):
        home = copy(start, "killed")
        assert child.run(home.path, *command, small=SMALL, kill=point)["status"] == -9, point
        assert dump(home, without=("generation",)) in (old, new), point
        assert logged(home) == held, point
        said = child.run(home.path, "build", small=SMALL)
        assert said["status"] == 0, (point, said["err"])
        assert differences(dump(home, without=("generation",)), new) == {}, point
        assert logged(home) == held, point
        named = {database(home).name, "current"}
        left = {path.name for path in home.published.iterdir() if path.suffix in (".part", ".tmp", ".wal")}
        assert left == set() and named <= {path.name for path in home.published.iterdir()}


@pytest.mark.slow
def test_a_build_killed_at_a_name_leaves_the_old_or_the_new(child, start):
    building(child, start, full=False, every=False)


@pytest.mark.slow
@pytest.mark.parametrize("full", [False, True], ids=["incremental", "full"])
def test_a_build_killed_before_and_after_every_name_leaves_the_old_or_the_new(child, start, full):
    building(child, start, full, every=True)


@pytest.fixture
def model(tmp_path):
    return tiny_model(tmp_path / "model")


LABELLED_SMALL = {"analysis.labelling.TEXTS": 2, "analysis.labelling.HOLD": 0.0}


@pytest.mark.slow
def test_a_labelling_killed_before_and_after_every_name_goes_on_where_it_was(child, start, model):
    child.run(start.path, "import", start.path.with_name("second.csv"), "--campaign", "art")
    command = ("label", "--campaign", "art", "--model", model, "--no-publish")
    undisturbed = copy(start, "undisturbed")
    said = child.run(undisturbed.path, *command, small=LABELLED_SMALL)
    assert said["status"] == 0, said["err"]
    expected, before = logged(undisturbed), logged(start)
    assert len(expected["label"]) == 3 * len(texts(undisturbed))  # emotion, sentiment, and stance toward the one target
    for point in points(said["calls"]):
        home = copy(start, "killed")
        assert child.run(home.path, *command, small=LABELLED_SMALL, kill=point)["status"] == -9, point
        all_are_in(before, logged(home))
        assert child.run(home.path, *command, small=LABELLED_SMALL)["status"] == 0, point
        assert logged(home) == expected, point


def texts(home):
    """The texts that hold now: only these are labelled."""
    with reading(home) as db:
        return {sha for (sha,) in db.execute("select distinct text_sha256 from posts").fetchall()}


@pytest.mark.slow
def test_a_forget_killed_before_and_after_every_name_is_whole_after_the_next(child, start):
    author, text = make.post(2)["user_id"], f"{WORDS[2]}的第2天"
    command = ("forget", "--author", author)
    label(start, "0" * 64, "negative")  # a label of no post's text goes too
    undisturbed = copy(start, "undisturbed")
    calls = child.run(undisturbed.path, *command)["calls"]
    expected = logged(undisturbed)
    for point in points(calls):
        home = copy(start, "killed")
        assert child.run(home.path, *command, kill=point)["status"] == -9, point
        said = child.run(home.path, *command)
        assert said["status"] == 0, (point, said["err"])
        found = logged(home)
        # A second stone for one who is forgotten already is no harm.
        stones = (set(found.pop("tombstone")), set(expected["tombstone"]))
        assert stones[0] == stones[1], point
        assert found == {table: held for table, held in expected.items() if table != "tombstone"}, point
        nothing_is_half_there(home)
        left = [record for path in (home.archive / "tables").iterdir() for record in archive.records_of(path)]
        assert not [one for one in left if one.body and (text.encode() in one.body or author.encode() in one.body)], point
        assert ask(home, "select count(*) from posts") == [(2,)], point


# Random moments ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_kills_at_fifty_random_moments_lose_nothing(child, start, model):
    """Import with build, then label with build, each killed somewhere and run again."""
    commands = [
        ("import", start.path.with_name("second.csv"), "--campaign", "art"),
        ("label", "--campaign", "art", "--model", model),
        ("build", "--full"),
    ]
    small = SMALL | LABELLED_SMALL
    undisturbed = copy(start, "undisturbed")
    expected, lasts, stages = [], [], [copy(start, "stage 0")]
    for number, command in enumerate(commands, 1):
        began = time.monotonic()
        said = child.run(undisturbed.path, *command, small=small)
        assert said["status"] == 0, said["err"]
        lasts.append(time.monotonic() - began)
        expected.append((logged(undisturbed), published(undisturbed)))
        stages.append(copy(undisturbed, f"stage {number}"))
    seed, moments, killed = random.randrange(10**6), 50, 0
    chance = random.Random(seed)
    for moment in range(moments):
        stage = moment % len(commands)
        home = copy(stages[stage], "killed")
        before = logged(home)
        said = child.run(home.path, *commands[stage], small=small, after_seconds=chance.uniform(0, 0.8 * lasts[stage]))
        killed += said["status"] == -9
        all_are_in(before, logged(home))
        nothing_is_half_there(home)
        dump(home)  # what is published is whole
        said = child.run(home.path, *commands[stage], small=small)
        assert said["status"] == 0, said["err"]
        log, database = expected[stage]
        assert logged(home) == log, seed
        assert differences(published(home), database) == {}, seed
    assert killed >= moments // 2, seed


# Several at once ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_processes_that_import_at_once_lose_nothing_of_each_other(child, start, tmp_path):
    sides = [make.table(tmp_path / f"side{side}.csv", [make.post(100 * side + n) for n in range(30)]) for side in (1, 2)]
    pids = [child.start(start.path, "import", file, "--campaign", "art", small=SMALL) for file in sides]
    assert [child.end_of(pid)["status"] for pid in pids] == [0, 0]
    build(start)
    assert ask(start, "select count(*), sum(sightings) from posts") == [(63, 63)]
    nothing_is_half_there(start)
    incremental = dump(start)
    build(start, full=True)
    assert differences(incremental, dump(start)) == {}


@pytest.mark.slow
def test_two_processes_that_import_one_file_at_once_count_it_once(child, start, tmp_path):
    file = make.table(tmp_path / "both.csv", [make.post(100 + n) for n in range(20)])
    pids = [child.start(start.path, "import", file, "--campaign", "art", "--no-publish", small=SMALL) for _ in range(2)]
    assert [child.end_of(pid)["status"] for pid in pids] == [0, 0]
    build(start)
    assert ask(start, "select count(*), sum(sightings) from posts") == [(23, 23)]
    assert ask(start, "select count(*), count(distinct record_id) from sighting") == [(23, 23)]
    incremental = dump(start)
    build(start, full=True)
    assert differences(incremental, dump(start)) == {}


def test_an_import_during_builds_is_published_by_the_next(child, start, tmp_path):
    file = make.table(tmp_path / "more.csv", [make.post(100 + n) for n in range(40)])
    pid = child.start(start.path, "import", file, "--campaign", "art", "--no-publish", small=SMALL)
    for _ in range(3):
        build(start)
        counts = "select (select count(*) from posts), (select count(distinct post_id) from sighting), (select count(*) from membership)"
        ((posts, seen, members),) = ask(start, counts)
        assert posts == seen == members
    assert child.end_of(pid)["status"] == 0
    build(start)
    assert ask(start, "select count(*) from posts") == [(43,)]


def test_a_reader_keeps_what_it_opened_while_another_database_is_published(child, start):
    with reading(start) as db:
        before = db.execute("select post_id, text from posts order by all").fetchall()
        said = child.run(start.path, "import", start.path.with_name("second.csv"), "--campaign", "art")
        assert said["status"] == 0
        assert db.execute("select post_id, text from posts order by all").fetchall() == before
        assert ask(start, "select count(*) from posts") == [(7,)]


def test_a_reader_is_in_the_way_of_no_forget(child, start):
    author = make.post(2)["user_id"]
    with reading(start) as db:
        assert child.run(start.path, "forget", "--author", author)["status"] == 0
        assert db.execute("select count(*) from posts").fetchall() == [(3,)]
    assert ask(start, "select count(*) from posts where author_id = ?", author) == [(0,)]
    build(start)
    left = [path for path in start.published.iterdir() if path.suffix == ".duckdb"]
    assert left == [database(start)]


def test_a_reader_of_the_log_keeps_its_generation_through_compaction(start, child, tmp_path):
    for n in range(4):
        file = make.table(tmp_path / f"{n}.csv", [make.post(100 + n)])
        child.run(start.path, "import", file, "--campaign", "art", "--no-publish")
    log = Log(start.log)
    before = log.read("post").num_rows
    with log.held() as manifest:
        compact(Log(start.log))
        Log(start.log).clear()
        assert log.read("post", manifest).num_rows == before
        assert Log(start.log).read("post").num_rows == before
        assert len(Log(start.log).manifest().of("post")) < len(manifest.of("post"))
    Log(start.log).clear()
    named = {segment.file for segment in Log(start.log).manifest().segments}
    assert named <= {path.name for path in log.segments.iterdir()}


@pytest.mark.slow
def test_a_forget_during_imports_takes_out_whom_it_names_for_good(child, start, tmp_path):
    rows_of_one = [make.post(100 + n, user_id="1993300447") if n % 3 == 0 else make.post(100 + n) for n in range(30)]
    file = make.table(tmp_path / "more.csv", rows_of_one)
    pid = child.start(start.path, "import", file, "--campaign", "art", "--no-publish", small=SMALL)
    time.sleep(0.3)
    forget(start, author="1993300447")
    assert child.end_of(pid)["status"] == 0
    forget(start, author="1993300447")
    build(start)
    assert ask(start, "select count(*) from posts where author_id = '1993300447'") == [(0,)]
    assert child.run(start.path, "import", file, "--campaign", "art")["status"] == 0
    assert ask(start, "select count(*) from posts") == [(23,)]
