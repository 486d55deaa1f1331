"""Every promise of the export bundle, on a small invented campaign.

Names are the hard part. Where a name stands as author, behind an @ (repost chains and replies too) or alone between signs
that belong to no word, it becomes the author's pseudonym, whatever word it may be. Inside a longer run of letters it stays:
an author named AI does not turn 反对AI绘画 into something else, nor one named 快乐 the wish 天天快乐. A name of one character is
replaced only as author and behind an @. The host of a link is no name: weibo.com stays where an author is named weibo.
"""

import csv
import hashlib
import io
import json
import re
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import data.export
from tests.command import groundswell

CROWD = Path(__file__).parent / "fixtures/export/crowd.csv"
CAMPAIGN = "pens"
TABLES = ("posts", "hashtag_counts", "sightings", "labels", "codebook", "completeness")
FILES = {*(f"{t}.csv" for t in TABLES), "query.json", "README.txt", "datapackage.json", "manifest.sha256"}
RUNS = re.compile(r"[=+\-@\t\r]")  # what a spreadsheet would run begins with one of these

# Names that no other word of a bundle contains: searched as they are, everywhere.
RARE = ("阿蓝画室", "Moonlit_Otter", "-风筝-", "路人甲乙")
# Names that are words: searched where people's words stand.
WORDS = ("快乐", "AI", "小红", "画画的人", "weibo", "2026")
IDS = [str(1_990_000_001 + n) for n in range(10)]

# What the default export makes of each text; {name} is the pseudonym of that name.
PSEUDONYMISED = {
    1: "画画的人不要怕 #画笔在手#",
    2: "=1+1 不等于二，画 是 画",
    3: "+1 支持大家",
    4: "-别再拿了",
    5: "@{快乐} 你看这张",
    6: "说得对//@{阿蓝画室}:原来如此//@{Moonlit_Otter}:转发微博",
    7: "祝大家天天快乐，反对AI绘画，也别忘了小红书",
    8: "{快乐}，是自己画出来的。{AI} 不懂",
    9: "谢谢 {Moonlit_Otter}！也谢谢({阿蓝画室})",
    10: "回复@{小红}:别怕",
    11: "我的主页 https://weibo.com/u/{Moonlit_Otter} 在这里，编号{快乐}",
    12: '第一行\n他说"不"，第二行',
    13: "'=已经有撇号",
    14: "@{路人甲乙} 也来了 @{鱼} 你好",
    15: "鱼 在水里",
    16: "没有数字的一条",
    17: "🎨🖌️ 画到天亮 😶\u200d🌫️ #画笔在手# #画在人手里#",
    18: "我們不要機器畫的畫",
    19: "{小红}",
    20: "@{阿蓝画室}@{快乐} 一起",
}


def new_home(folder):
    assert groundswell(folder, "campaign", "new", CAMPAIGN, "--hashtag", "weibo:画笔在手").status == 0
    said = groundswell(folder, "import", CROWD, "--campaign", CAMPAIGN)
    assert (said.status, said.json["added"], said.json["quarantined"]) == (0, 20, 0)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return new_home(tmp_path_factory.mktemp("one") / "home")


@pytest.fixture(scope="module")
def bundle(home, tmp_path_factory):
    """The default export and what the command said."""
    out = tmp_path_factory.mktemp("bundle") / "pens"
    return out, export(home, out)


@pytest.fixture(scope="module")
def told_all(home, tmp_path_factory):
    """An export with identities and verbatim text."""
    out = tmp_path_factory.mktemp("all") / "pens"
    export(home, out, "--text", "verbatim", "--with-identities")
    return out


def export(home, out, *options):
    said = groundswell(home, "export", "--campaign", CAMPAIGN, "--out", out, *options)
    assert said.status == 0, said.err
    return said.json


def table(folder, name="posts"):
    """A table of a bundle as dicts, with the apostrophe that guards against formulas taken off."""
    return [{column: unguarded(cell) for column, cell in row.items()} for row in raw_table(folder, name)]


def raw_table(folder, name="posts"):
    with open(folder / f"{name}.csv", encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def unguarded(cell):
    """Undoes the guard as the codebook says: an apostrophe before a sign that runs, or before an apostrophe, is not text."""
    return cell[1:] if re.match(r"'[=+\-@\t\r']", cell) else cell


def source():
    """The rows of the imported file by post number."""
    with open(CROWD, encoding="utf-8-sig", newline="") as lines:
        return {int(row["id"]) - 5_300_000_000_000_000: row for row in csv.DictReader(lines)}


def by_number(folder):
    return {int(row["post_key"].removeprefix("weibo:")) - 5_300_000_000_000_000: row for row in table(folder)}


def pseudonyms(folder):
    """The pseudonym of each name, read out of the exported texts; one name has one, no two names share one."""
    rows, found = by_number(folder), {}
    for number, told in PSEUDONYMISED.items():
        names = re.findall(r"{(.+?)}", told)
        pattern = re.sub(r"\\\{.+?\\\}", r"([^\\s:，。！()@{}]{2,})", re.escape(told))
        text = re.fullmatch(pattern, rows[number]["text"], re.DOTALL)
        assert text, (told, rows[number]["text"])
        for name, pseudonym in zip(names, text.groups(), strict=True):
            assert found.setdefault(name, pseudonym) == pseudonym, (name, number)
    assert len(set(found.values())) == len(found)
    return found


def words_of(folder):
    """All that a bundle says, file by file, as text; the columns of a Parquet file too."""
    said = {}
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".parquet":
            said[file.name] = json.dumps(pq.read_table(file).to_pylist(), ensure_ascii=False, default=str)
        elif file.is_file():
            said[file.name] = file.read_text("utf-8-sig")
    return said


def tokens(text):
    return set(re.findall(r"\w+", re.sub(r"https?://[\w.-]+", " ", text)))


def name_is_told(name, folder):
    """Files in which a name that is a word stands as a name: alone as a cell, behind an @, or as a whole token of a text."""
    found = []
    for file in ("posts", "sightings", "labels"):
        for row in table(folder, file):
            for column, cell in row.items():
                told = cell == name and column not in ("platform", "lang")
                if told or f"@{name}" in cell or (column in ("text", "title") and name in tokens(cell)):
                    found.append((file, column, cell))
    return found


# The files ---------------------------------------------------------------------------------------------------------


def test_the_bundle_has_its_files(bundle):
    folder, _ = bundle
    assert {file.name for file in folder.iterdir()} >= FILES


def test_the_answer_names_each_file_with_its_hash(bundle):
    folder, said = bundle
    assert said["rows"] == 20
    assert set(said["files"]) >= FILES - {"manifest.sha256"}
    for name, digest in said["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_rfc_4180_with_a_byte_order_mark(bundle, name):
    raw = (bundle[0] / f"{name}.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    outside_quotes = re.sub(r'"(?:[^"]|"")*"', "", raw.decode("utf-8-sig"))
    assert '"' not in outside_quotes
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", outside_quotes)
    widths = {len(row) for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)}
    assert len(widths) == 1


def test_the_first_column_is_a_key_that_no_spreadsheet_rounds(bundle):
    rows = raw_table(bundle[0])
    assert next(iter(rows[0])) == "post_key"
    assert sorted(row["post_key"] for row in rows) == [f"weibo:{5_300_000_000_000_000 + n}" for n in range(1, 21)]


def test_times_are_told_in_utc_and_in_the_zone_of_the_campaign(bundle):
    rows = by_number(bundle[0])
    assert source()[5]["发布时间"] == "2026-06-02 00:30"
    cells = [cell.replace("T", " ")[:16] for cell in rows[5].values()]
    assert "2026-06-01 16:30" in cells
    assert "2026-06-02 00:30" in cells


def test_what_is_not_told_is_empty_and_zero_is_zero(bundle):
    rows = by_number(bundle[0])
    assert [rows[16][count] for count in ("likes", "reposts", "comments", "views")] == ["", "", "", ""]
    assert [rows[15][count] for count in ("likes", "reposts", "comments", "views")] == ["150", "15", "0", ""]
    assert rows[1]["sentiment"] == ""


@pytest.mark.parametrize("options", [(), ("--text", "verbatim", "--with-identities")], ids=["default", "all told"])
def test_no_cell_is_run_by_a_spreadsheet(home, tmp_path, options):
    export(home, tmp_path / "out", *options)
    for name in TABLES:
        cells = [cell for row in raw_table(tmp_path / "out", name) for cell in row.values()]
        assert not [cell for cell in cells if RUNS.match(cell)]
    assert any(cell.startswith("'=1+1") for row in raw_table(tmp_path / "out") for cell in row.values())


def test_the_guard_can_be_undone(told_all):
    rows = by_number(told_all)
    assert {n: row["text"] for n, row in rows.items()} == {n: row["微博正文"] for n, row in source().items()}
    guarded = {row["post_key"]: row["text"] for row in raw_table(told_all)}
    assert guarded["weibo:5300000000000002"] != guarded["weibo:5300000000000013"]
    assert {row["author_name"] for row in rows.values()} == {row["用户昵称"] for row in source().values()}


def test_the_codebook_tells_of_every_column_of_every_table(bundle):
    folder, _ = bundle
    book = raw_table(folder, "codebook")
    assert all(any(word in name for name in book[0]) for word in ("meaning", "unit", "allowed", "source", "missing"))
    meaning, missing = (next(name for name in book[0] if word in name) for word in ("meaning", "missing"))
    assert all(row[meaning].strip() and row[missing].strip() for row in book)
    told = [set(row.values()) for row in book]
    for name in TABLES:
        if name == "codebook":
            continue
        with open(folder / f"{name}.csv", encoding="utf-8-sig", newline="") as lines:
            for column in next(csv.reader(lines)):
                assert any(column in row and {name, f"{name}.csv"} & row for row in told), (name, column)
    (post_id,) = (row for row in book if "post_id" in row.values() and {"posts", "posts.csv"} & set(row.values()))
    assert any("post_key" in cell for cell in post_id.values())
    assert any("apostrophe" in cell for row in book for cell in row.values())


def test_the_data_package_describes_the_tables_as_they_are(bundle):
    folder, _ = bundle
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    resources = {resource["path"]: resource for resource in package["resources"]}
    assert set(resources) >= {f"{name}.csv" for name in TABLES}
    for name in TABLES:
        with open(folder / f"{name}.csv", encoding="utf-8-sig", newline="") as lines:
            header = next(csv.reader(lines))
        assert [field["name"] for field in resources[f"{name}.csv"]["schema"]["fields"]] == header


def keys_of(value):
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def test_the_query_can_be_asked_again(home, tmp_path):
    export(home, tmp_path / "out", "--sample", "5", "--seed", "41", "--platform", "weibo")
    query = json.loads((tmp_path / "out/query.json").read_text("utf-8"))
    keys = " ".join(keys_of(query))
    assert all(word in keys for word in ("campaign", "platform", "seed", "sample", "model", "metrics", "program"))
    told = json.dumps(query)
    assert CAMPAIGN in told
    assert "41" in told


def test_the_readme_says_how_to_cite_what_is_missing_and_that_text_can_be_found(bundle):
    text = (bundle[0] / "README.txt").read_text("utf-8-sig")
    assert CAMPAIGN in text
    assert all(re.search(word, text, re.IGNORECASE) for word in ("cite", "synthetic|invented", "search"))


def test_an_import_is_never_complete(bundle):
    rows = raw_table(bundle[0], "completeness")
    assert rows
    told = [cell for row in rows for column, cell in row.items() if "completeness" in column or "share" in column]
    assert not {"1", "1.0", "100", "100%"} & set(told)


def test_sightings_and_posts_speak_of_the_same_posts(bundle):
    posts = {row["post_key"] for row in raw_table(bundle[0])}
    assert {row["post_key"] for row in raw_table(bundle[0], "sightings")} == posts


# Verifying ---------------------------------------------------------------------------------------------------------


def test_the_manifest_has_the_hash_of_every_file(bundle):
    folder, _ = bundle
    lines = (folder / "manifest.sha256").read_text("utf-8").splitlines()
    told = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    found = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.name != "manifest.sha256"
    }
    assert told == found


def test_a_sound_bundle_is_found_sound(home, bundle):
    folder, _ = bundle
    said = groundswell(home, "verify", folder)
    assert (said.status, said.json["ok"], said.json["problems"]) == (0, True, [])
    assert said.json["checked"] == len([file for file in folder.rglob("*") if file.is_file()]) - 1


@pytest.mark.parametrize("name", sorted(FILES - {"manifest.sha256"}))
def test_a_changed_byte_and_a_missing_file_are_found(home, bundle, tmp_path, name):
    changed = shutil.copytree(bundle[0], tmp_path / "changed")
    body = (changed / name).read_bytes()
    (changed / name).write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    missing = shutil.copytree(bundle[0], tmp_path / "missing")
    (missing / name).unlink()
    for folder in (changed, missing):
        said = groundswell(home, "verify", folder)
        assert said.json["ok"] is False
        assert said.status != 0
        assert [problem for problem in said.json["problems"] if name in json.dumps(problem, ensure_ascii=False)]
        assert len(said.json["problems"]) == 1


def rewritten(bundle, folder, edit):
    """A copy of a bundle to which `edit` was done, with a manifest made to fit."""
    copy = shutil.copytree(bundle, folder)
    edit(copy)
    files = sorted(file for file in copy.iterdir() if file.name != "manifest.sha256")
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (copy / "manifest.sha256").write_text("".join(lines), encoding="utf-8", newline="\n")
    return copy


def edit_package(edit):
    def edited(folder):
        told = json.loads((folder / "datapackage.json").read_text("utf-8"))
        edit({resource["path"]: resource for resource in told["resources"]}, told)
        (folder / "datapackage.json").write_text(json.dumps(told), encoding="utf-8")

    return edited


def append_to(name):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + b"\r\n")


@pytest.mark.parametrize("first", [False, True])
def test_a_file_that_the_manifest_names_twice_is_found(home, bundle, tmp_path, first):
    folder = shutil.copytree(bundle[0], tmp_path / "twice")
    append_to("posts.csv")(folder)
    lines = (folder / "manifest.sha256").read_text("utf-8")
    another = f"{hashlib.sha256((folder / 'posts.csv').read_bytes()).hexdigest()}  posts.csv\n"
    (folder / "manifest.sha256").write_text(another + lines if first else lines + another, encoding="utf-8", newline="\n")
    said = groundswell(home, "verify", folder)
    assert (said.status, said.json["ok"]) == (1, False)
    assert "posts.csv: changed" in said.json["problems"]
    assert any("posts.csv" in problem and "twice" in problem for problem in said.json["problems"])
    assert said.json["checked"] == len(FILES) - 1


@pytest.mark.parametrize("name", sorted(FILES - {"manifest.sha256"}))
def test_a_file_that_went_with_its_line_of_the_manifest_is_missing(home, bundle, tmp_path, name):
    folder = rewritten(bundle[0], tmp_path / "gone", lambda copy: (copy / name).unlink())
    assert groundswell(home, "verify", folder).json["problems"] == [f"{name}: missing"]


@pytest.mark.parametrize(
    ("edit", "problems"),
    [
        (append_to("posts.csv"), ["posts.csv: not as datapackage.json says"]),
        (append_to("query.json"), ["query.json: not as README.txt says"]),
        (edit_package(lambda told, _: told["posts.csv"].update(bytes=7)), ["posts.csv: not as datapackage.json says"]),
        (edit_package(lambda told, _: told["posts.csv"].update(hash="sha256:" + "0" * 64)), ["posts.csv: not as datapackage.json says"]),
        (edit_package(lambda told, _: told["posts.csv"].pop("hash")), []),
        (edit_package(lambda told, _: told["posts.csv"].update(path="../posts.csv")), ["../posts.csv: missing"]),
        (edit_package(lambda _, all: all.update(resources=[1])), ["datapackage.json: cannot be read"]),
        (edit_package(lambda _, all: all.pop("resources")), ["datapackage.json: cannot be read"]),
        (lambda folder: (folder / "datapackage.json").write_bytes(b"[]"), ["datapackage.json: cannot be read"]),
        (lambda folder: (folder / "datapackage.json").write_bytes(b"\xff"), ["datapackage.json: cannot be read"]),
        (lambda folder: (folder / "README.txt").write_bytes(b"\xff"), []),
        (append_to("README.txt"), []),
    ],
)
def test_files_that_disagree_under_a_manifest_made_to_fit_are_found(home, bundle, tmp_path, edit, problems):
    """Whoever rewrites all of them alike cannot be told: the last two are as sound as any."""
    folder = rewritten(bundle[0], tmp_path / "edited", edit)
    said = groundswell(home, "verify", folder)
    assert (said.json["problems"], said.status) == (problems, 1 if problems else 0)


def test_a_bundle_says_what_its_manifest_cannot_tell(bundle):
    said = " ".join((bundle[0] / "README.txt").read_text("utf-8").split())
    assert "rewrites files and manifest.sha256 alike" in said
    assert "keep the hash of manifest.sha256 apart from the bundle" in said


# People ------------------------------------------------------------------------------------------------------------


def test_no_file_of_the_default_names_anyone(bundle):
    folder, _ = bundle
    header = raw_table(folder)[0]
    assert not {"author_id", "author_name"} & set(header)
    for file, text in words_of(folder).items():
        assert not [i for i in IDS if i in text], file
        assert not [name for name in RARE if name in text], file
    assert not [told for name in WORDS for told in name_is_told(name, folder)]
    assert not [row for row in table(folder) if "@鱼" in row["text"] or "鱼" in row.values()]


def test_texts_keep_everything_but_names(bundle):
    names = pseudonyms(bundle[0])
    assert set(names) == {"快乐", "阿蓝画室", "Moonlit_Otter", "AI", "小红", "路人甲乙", "鱼"}
    assert not set(names) & set(names.values())


def test_a_text_with_an_author_id_keeps_the_rest(bundle):
    text = by_number(bundle[0])[11]["text"]
    assert text.startswith("我的主页 ")
    assert "在这里，编号" in text


def test_a_name_that_is_a_word_of_the_bundle_breaks_nothing_else(bundle):
    rows = by_number(bundle[0])
    assert all(row["platform"] == "weibo" for row in rows.values())
    assert all("2026-06-0" in "".join(row.values()) for row in rows.values())
    assert rows[17]["hashtags"].count("画") == 2


def test_a_pseudonym_in_a_text_is_that_of_the_author(bundle):
    names = pseudonyms(bundle[0])
    rows, told = by_number(bundle[0]), source()
    for number, row in told.items():
        pseudonym = names.get(row["用户昵称"])
        if pseudonym:
            assert any(pseudonym in cell for column, cell in rows[number].items() if column != "text"), row["用户昵称"]


def test_mentions_are_pseudonyms_too(bundle):
    names, rows = pseudonyms(bundle[0]), by_number(bundle[0])
    if "mentions" in rows[6]:
        assert names["阿蓝画室"] in rows[6]["mentions"]
        assert names["Moonlit_Otter"] in rows[6]["mentions"]


def test_pseudonyms_are_stable_in_a_home_and_differ_between_homes(home, bundle, tmp_path):
    export(home, tmp_path / "again")
    assert (tmp_path / "again/posts.csv").read_bytes() == (bundle[0] / "posts.csv").read_bytes()
    export(new_home(tmp_path / "home"), tmp_path / "other")
    here, there = pseudonyms(bundle[0]), pseudonyms(tmp_path / "other")
    assert here.keys() == there.keys()
    assert not set(here.values()) & set(there.values())
    assert by_number(bundle[0]).keys() == by_number(tmp_path / "other").keys()


@pytest.mark.parametrize("name", ["Moonlit_Otter", "阿蓝画室", "快乐"])
def test_what_others_say_names_the_forgotten_no_more_than_before(home, bundle, tmp_path, name):
    """Nothing here knows them any more but by a keyed hash, and each keeps the stand-in."""
    [author] = {row["user_id"] for row in source().values() if row["用户昵称"] == name}
    theirs = {number for number, row in source().items() if row["user_id"] == author}
    copy = shutil.copytree(home, tmp_path / "home")
    assert groundswell(copy, "forget", "--author", f"weibo:{author}").status == 0
    export(copy, tmp_path / "after")
    before = {row["post_key"]: (row["text"], row["mentions"]) for row in table(bundle[0])}
    after = {row["post_key"]: (row["text"], row["mentions"]) for row in table(tmp_path / "after")}
    assert len(after) == len(before) - len(theirs) and theirs
    assert after == {key: before[key] for key in after}


def test_an_address_leads_to_the_post_only_with_identities(bundle, told_all):
    assert all(row["author_id"] in row["url"] or row["post_id"] in row["url"] for row in table(told_all))
    assert not [row for row in table(bundle[0]) if any(i in row["url"] for i in IDS)]


def test_identities_are_told_when_asked_for(told_all):
    rows, told = by_number(told_all), source()
    assert {n: (row["author_id"], row["author_name"]) for n, row in rows.items()} == {
        n: (row["user_id"], row["用户昵称"]) for n, row in told.items()
    }


def test_without_text_no_word_of_a_post_is_told(home, tmp_path):
    export(home, tmp_path / "out", "--text", "none")
    assert len(raw_table(tmp_path / "out")) == 20
    assert not any(row.get("text") for row in raw_table(tmp_path / "out"))
    for file, text in words_of(tmp_path / "out").items():
        for part in ("不要怕", "不等于二", "原来如此", "天天", "在水里", "機器畫", "第二行", *RARE, *IDS):
            assert part not in text, (file, part)


def test_pseudonymised_is_the_default(home, bundle, tmp_path):
    export(home, tmp_path / "out", "--text", "pseudonymised")
    assert (tmp_path / "out/posts.csv").read_bytes() == (bundle[0] / "posts.csv").read_bytes()


def test_verbatim_text_alone_still_tells_no_author(home, tmp_path):
    export(home, tmp_path / "out", "--text", "verbatim")
    rows = by_number(tmp_path / "out")
    assert {n: row["text"] for n, row in rows.items()} == {n: row["微博正文"] for n, row in source().items()}
    assert not {"author_id", "author_name"} & set(rows[1])
    assert not [cell for row in rows.values() for column, cell in row.items() if column != "text" and any(i in cell for i in IDS)]


# Which posts -------------------------------------------------------------------------------------------------------


def test_a_sample_is_the_same_for_the_same_seed(home, tmp_path):
    drawn = {}
    for out, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert export(home, tmp_path / out, "--sample", "5", "--seed", seed)["rows"] == 5
        drawn[out] = [row["post_key"] for row in raw_table(tmp_path / out)]
        assert {row["post_key"] for row in raw_table(tmp_path / out, "sightings")} == set(drawn[out])
    assert drawn["a"] == drawn["b"]
    assert set(drawn["a"]) != set(drawn["c"])
    assert all(len(set(keys)) == 5 for keys in drawn.values())


def test_a_sample_larger_than_the_campaign_is_the_campaign(home, tmp_path):
    assert export(home, tmp_path / "out", "--sample", "500", "--seed", "7")["rows"] == 20


@pytest.mark.parametrize(("since", "until"), [
    ("2026-06-02T00:00:00+08:00", "2026-06-04T00:00:00+08:00"), ("2026-06-02T00:00", "2026-06-04T00:00"), ("2026-06-02", "2026-06-04"),
])  # fmt: skip
def test_since_until_and_platform_choose_posts(home, tmp_path, since, until):
    days = ("--since", since, "--until", until)
    export(home, tmp_path / "days", *days)
    assert set(by_number(tmp_path / "days")) == set(range(5, 13))
    assert export(home, tmp_path / "none", "--platform", "xiaohongshu")["rows"] == 0
    assert raw_table(tmp_path / "none") == []


@pytest.mark.parametrize("told", [["weibo,xiaohongshu"], ["xiaohongshu, weibo"], ["xiaohongshu", "--platform", "weibo"]])
def test_platforms_may_be_named_with_commas_or_one_by_one(home, tmp_path, told):
    assert export(home, tmp_path / "both", "--platform", *told)["rows"] == 20
    asked = json.loads((tmp_path / "both/query.json").read_text("utf-8"))["filters"]["platforms"]
    assert sorted(asked) == ["weibo", "xiaohongshu"]


@pytest.mark.parametrize("until", ["2031-05-04", "2031-05-05", "2031-05-04T16:00:00+00:00", "2031-05-05T00:00:00"])
def test_an_until_that_is_not_after_since_is_wrong_usage(home, tmp_path, until):
    for command in (("export", "--out", tmp_path / "out"), ("collect", "weibo-counts")):
        said = groundswell(home, *command, "--campaign", CAMPAIGN, "--since", "2031-05-05", "--until", until)
        assert said.status == 2 and said.json["error"].startswith(f"--until {until} is not after --since 2031-05-05")
    assert not (tmp_path / "out").exists()


def test_an_unknown_platform_is_refused_with_what_was_meant(home, tmp_path):
    said = groundswell(home, "export", "--campaign", CAMPAIGN, "--out", tmp_path / "out", "--platform", "wiebo")
    assert (said.status, (tmp_path / "out").exists()) == (2, False)
    assert "'wiebo', is 'weibo' meant?" in said.err


def test_the_command_says_what_the_records_are(home, tmp_path):
    said = groundswell(home, "export", "--campaign", CAMPAIGN, "--out", tmp_path / "out", json=False)
    assert said.out == f"{tmp_path / 'out'}: 20 records (20 posts, 0 bare reposts, 0 comments) in 10 files\n"
    assert set(export(home, tmp_path / "out")) == {"rows", "files", "cut_cells"}


# Other formats -----------------------------------------------------------------------------------------------------


def test_formats_may_be_named_one_by_one(home, tmp_path):
    """The second does not take the place of the first without a word."""
    out = tmp_path / "out"
    export(home, out, "--format", "csv", "--format", "jsonl")
    assert (out / "posts.csv").exists() and (out / "posts.jsonl").exists()


def test_every_format_holds_the_same_posts(home, tmp_path):
    out = tmp_path / "out"
    said = export(home, out, "--format", "csv,parquet,jsonl")
    assert set(said["files"]) >= {"posts.csv", "posts.parquet", "posts.jsonl"}
    rows = {row["post_key"]: row for row in table(out)}
    parquet = pq.read_table(out / "posts.parquet")
    assert parquet.schema.names[0] == "post_key"
    assert all(parquet.schema.field(name).type in (pa.string(), pa.large_string()) for name in ("post_key", "post_id"))
    with open(out / "posts.jsonl", encoding="utf-8") as lines:
        objects = [json.loads(line) for line in lines]
    plain, guarded = ({row["post_key"]: row["text"] for row in read(out)} for read in (table, raw_table))
    for others in (parquet.to_pylist(), objects):
        assert len(others) == 20
        assert {row["post_key"]: row["text"] for row in others} in (plain, guarded)
        for row in others:
            same = rows[row["post_key"]]
            assert isinstance(row["post_id"], str)
            for count in ("likes", "reposts", "comments", "views"):
                assert ("" if row[count] is None else str(row[count])) == same[count]
    for name, text in words_of(out).items():
        assert not [told for told in (*RARE, *IDS) if told in text], name
    assert groundswell(home, "verify", out).json["ok"] is True


def test_an_unknown_campaign_is_refused_with_a_remedy(home, tmp_path):
    said = groundswell(home, "export", "--campaign", "nobody", "--out", tmp_path / "out")
    assert said.status == 2
    assert "nobody" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("publish", [[], ["--no-publish"]])
def test_what_is_forgotten_while_a_bundle_is_written_is_in_none(home, tmp_path, monkeypatch, publish):
    """The person's posts are in its tables already when they are forgotten."""
    own, describe = shutil.copytree(home, tmp_path / "home"), data.export._describe

    def forget_meanwhile(bundle, folder):
        assert "5300000000000001" in (folder / "posts.csv").read_text(encoding="utf-8")
        assert groundswell(own, "forget", "--author", "weibo:1990000001", *publish).json["posts"] > 0
        describe(bundle, folder)

    monkeypatch.setattr(data.export, "_describe", forget_meanwhile)
    said = groundswell(own, "export", "--campaign", CAMPAIGN, "--out", tmp_path / "out")
    assert said.status == 2 and said.err.startswith("Something was forgotten") and sorted(tmp_path.iterdir()) == [own]
    monkeypatch.undo()
    assert groundswell(own, "export", "--campaign", CAMPAIGN, "--out", tmp_path / "out").status == (2 if publish else 0)
    assert groundswell(own, "build").status == 0
    export(own, tmp_path / "out")
    assert "5300000000000001" not in (tmp_path / "out/posts.csv").read_text(encoding="utf-8")
