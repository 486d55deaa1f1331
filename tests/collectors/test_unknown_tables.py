"""A table of no known tool, given to the command: what is said of it, and what it takes for it to be read."""

import json
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from collectors import archive, importing
from data.home import Home
from data.log import Log
from tests.command import groundswell

WEIBO_SEARCH = Path(__file__).parents[1] / "fixtures" / "export" / "crowd.csv"
ROWS = "帖子id,正文,发布时间,心情\n4930000000000081,自己画的,2031-05-06 07:08,好\n"
GUESS = {"post_id": "帖子id", "text": "正文", "published_at": "发布时间"}


@pytest.fixture
def home(tmp_path):
    groundswell(tmp_path / "home", "campaign", "new", "ink")
    return tmp_path / "home"


def bring(home, rows, *options, name="diary.csv"):
    file = home.parent / name
    file.write_text(rows, encoding="utf-8")
    return groundswell(home, "import", file, "--campaign", "ink", "--no-publish", *options)


def mapping_in(message):
    """The column mapping that a message shows, as it would be read from the file it is saved as."""
    return tomllib.loads(message.partition(":\n\n")[2].partition("# nothing is read from")[0])


@pytest.mark.parametrize("options", [(), ("--map", "auto")])
def test_the_guess_is_shown_also_where_the_platform_is_not_told(home, options):
    said = bring(home, ROWS, *options)
    (message,) = said.json["warnings"]
    assert (said.status, said.json["read"]) == (4, 0)
    assert message in said.err
    assert message.startswith("diary.csv: a table of no known tool, and nothing in it tells its platform.")
    assert mapping_in(message) == {"platform": "", "kind": "post", "columns": GUESS}
    assert '# nothing is read from: "心情"' in message


def test_a_post_is_one_whichever_of_its_ids_a_table_tells(home):
    tables = {
        "long.csv": "微博id,微博正文\n4932924835202345,自己画的\n",
        "short.csv": "微博id,微博正文\nNdOwzlPmN,自己画的\n",
        "address.csv": "微博链接,微博正文\nhttps://weibo.com/1000000040/NdOwzlPmN?refer_flag=1001030103_,自己画的\n",
    }
    for name, rows in tables.items():
        said = bring(home, rows, "--map", "auto", name=name)
        assert (said.status, said.json["read"]) == (0, 1)
    assert Log(Home(home).log).read("post", columns=["post_id"])["post_id"].unique().to_pylist() == ["4932924835202345"]


@pytest.mark.parametrize("column", ["微博id", "微博链接"])
def test_one_comment_under_three_posts_is_three(home, column):
    shown = "https://m.weibo.cn/detail/{}" if column == "微博链接" else "{}"
    under = [shown.format(f"530000000000001{n}") for n in (1, 2, 3, 3)]
    rows = "".join(f"{post},支持,2031-05-06\n" for post in under)
    said = bring(home, f"{column},评论内容,评论时间\n{rows}", "--map", "auto", "--platform", "weibo")
    assert (said.json["added"], said.json["duplicate"]) == (3, 1)
    told = Log(Home(home).log).read("post", columns=["post_id", "is_comment", "root_id"]).to_pylist()
    assert {row["root_id"] for row in told} == {f"530000000000001{n}" for n in (1, 2, 3)}
    assert len({row["post_id"] for row in told}) == 3 and all(row["is_comment"] for row in told)


NUMBERED = "id,text,created_at,url\n1,{}一,2031-05-06 07:08,https://example.org/{}1\n2,{}二,2031-05-06 07:09,https://example.org/{}2\n"


def test_numbers_of_rows_are_no_ids(home):
    for name in ("甲", "乙"):
        said = bring(home, NUMBERED.replace("{}", name), "--map", "auto", "--platform", "weibo", name=f"{name}.csv")
        assert (said.status, said.json["added"], said.json["updated"]) == (0, 2, 0)
        assert any("nothing is read from the columns 'id'" in warning for warning in said.json["warnings"])


def test_numbers_of_rows_that_a_mapping_takes_for_ids_are_said(home):
    mapping = home.parent / "numbered.toml"
    mapping.write_text('platform = "weibo"\n[columns]\npost_id = "id"\ntext = "text"\n', encoding="utf-8")
    (warning,) = bring(home, NUMBERED.replace("{}", "甲"), "--map", mapping).json["warnings"]
    assert warning.startswith("diary.csv: the ids in the column 'id' go no further than 2, as numbers of rows do")
    ids = NUMBERED.replace("\n1,", "\n5300000000000019,").replace("{}", "乙")
    assert bring(home, ids, "--map", mapping, name="ids.csv").json["warnings"] == []


def test_a_link_in_a_text_is_not_the_platform_of_a_table(home):
    rows = (
        "tweet_id,full_text,created_at,tweet_url\n"
        "1691234567890123456,看 https://weibo.com/123456/NdOwzlPmN,2031-05-06 07:08,https://twitter.com/a/status/1691234567890123456\n"
        "1691234567890123457,自己画的,2031-05-06 07:08,https://twitter.com/a/status/1691234567890123457\n"
    )
    said = bring(home, rows, "--map", "auto")
    assert (said.status, said.json["read"]) == (4, 0)
    assert "nothing in it tells its platform" in said.err


def test_a_shown_guess_is_a_mapping_once_it_names_its_platform(home):
    written = home.parent / "diary.toml"
    written.write_text("".join(bring(home, ROWS).json["warnings"][0].partition(":\n\n")[2]), encoding="utf-8")
    refused = bring(home, ROWS, "--map", written)
    assert (refused.status, "names no platform" in refused.err) == (2, True)
    taken = bring(home, ROWS, "--map", written, "--platform", "weibo")
    assert (taken.status, taken.json["added"], taken.json["warnings"]) == (0, 1, [])


def test_columns_that_a_guess_leaves_out_are_named(home):
    said = bring(home, ROWS, "--map", "auto", "--platform", "weibo")
    assert (said.status, said.json["added"]) == (0, 1)
    (warning,) = said.json["warnings"]
    assert warning.startswith("diary.csv: nothing is read from the columns '心情'; ")
    assert bring(home, ROWS.replace(",心情", "").replace(",好", ""), "--map", "auto", "--platform", "weibo").json["warnings"] == []


def test_a_mapping_of_a_column_that_is_not_there_stores_nothing_and_the_right_one_helps(home, tmp_path):
    wrong, right = tmp_path / "wrong.toml", tmp_path / "right.toml"
    right.write_text('platform = "weibo"\n[columns]\npost_id = "帖子id"\ntext = "正文"\nregion = "属地"\n', encoding="utf-8-sig")
    wrong.write_text(right.read_text(encoding="utf-8-sig").replace("正文", "正文X"), encoding="utf-8")
    said = bring(home, ROWS, "--map", wrong)
    assert (said.status, said.json["read"]) == (4, 0)
    (warning,) = said.json["warnings"]
    assert warning.startswith(
        "diary.csv: it has no columns '正文X', which the mapping names: nothing of it was imported. Mend the mapping: "
    )
    assert warning.endswith("there are '发布时间', '帖子id', '心情', '正文'")
    said = bring(home, ROWS, "--map", right)
    assert (said.status, said.json["added"]) == (0, 1)
    assert said.json["warnings"] == ["diary.csv: no record has the columns '属地' of the mapping"]  # nothing of a post hangs on it


@pytest.mark.parametrize("named", ["webo", "Weibo", " weibo", "xiaohongsu"])
def test_a_platform_that_is_misspelled_is_refused_with_the_one_that_is_meant(home, named):
    said = bring(home, ROWS, "--map", "auto", "--platform", named)
    assert said.status == 2 and f"is '{'weibo' if 'bo' in named else 'xiaohongshu'}' meant?" in said.json["error"]
    assert bring(home, ROWS, "--map", "auto", "--platform", "lofter").json["added"] == 1


def test_a_platform_that_a_format_does_not_take_is_said(home):
    rows = WEIBO_SEARCH.read_text(encoding="utf-8-sig")
    for platform, warned in (("twitter", 1), ("weibo", 0)):
        warnings = bring(home, rows, "--platform", platform).json["warnings"]
        assert [w for w in warnings if "was not used" in w] == warned * [
            "diary.csv: --platform twitter was not used: files of weibo-search tell their platform themselves"
        ]


def test_what_programs_leave_in_a_folder_is_left_out(home, tmp_path):
    folder = tmp_path / "数据"
    folder.mkdir()
    (folder / "diary.csv").write_text(ROWS, encoding="utf-8")
    for name in ("~$diary.xlsx", "Thumbs.db", "thumbs.db", "desktop.ini", ".DS_Store"):
        (folder / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.write(folder / "diary.csv", "diary.csv")
        archive.write(folder / "~$diary.xlsx", "x/~$diary.xlsx")
        archive.write(folder / "Thumbs.db", "x/Thumbs.db")
    said = groundswell(home, "import", folder, "--campaign", "ink", "--no-publish", "--map", "auto", "--platform", "weibo")
    assert (said.status, said.json["files"], said.json["added"], said.json["duplicate"]) == (0, 2, 1, 1)


def test_what_is_known_is_not_read_by_another_mapping_and_that_is_said(home, tmp_path):
    rows, options = ROWS + ROWS.splitlines()[1] + "\n", ("--map", "auto", "--platform", "weibo", "--zone")
    first = bring(home, rows, *options, "UTC").json
    assert (first["added"], first["duplicate"]) == (1, 1)
    assert not any("known already" in said for said in first["warnings"])  # twice in one file: read by the mapping given
    again = bring(home, rows, *options, "Asia/Shanghai").json
    assert (again["added"], again["duplicate"]) == (0, 2)
    (warning,) = (said for said in again["warnings"] if "known already" in said)
    assert warning.startswith("diary.csv: records known already: 2; ") and "(--home DIR)" in warning
    another = tmp_path / "another"
    groundswell(another, "campaign", "new", "ink")
    anew = bring(another, rows, *options, "Asia/Shanghai").json
    assert (anew["added"], anew["warnings"]) == (1, first["warnings"])
    assert (hours(home), hours(another)) == ([7], [23])


@pytest.mark.parametrize("told", ["8/13/2031 9:05", "昨夜"])
def test_a_column_of_times_that_cannot_be_read_is_said_with_what_can(home, told):
    said = bring(home, ROWS.replace("2031-05-06 07:08", told), "--map", "auto", "--platform", "weibo")
    (warning,) = (warning for warning in said.json["warnings"] if "no times" in warning)
    assert warning.startswith(f"diary.csv: its posts have no times, since {told!r} in the column '发布时间' cannot be read as one")
    assert "2023-08-01 9:05 PM" in warning and "Write the year first" in warning


def test_where_most_times_can_be_read_the_others_cost_their_rows(home):
    times = ["2031-05-06 07:08", "2031-05-06 9:05 PM", "47975.5", "8/13/2031 9:05"]
    rows = "".join(f"49300000000000{n},画{n},{told},好\n" for n, told in enumerate(times, 10))
    said = bring(home, ROWS.splitlines()[0] + "\n" + rows, "--map", "auto", "--platform", "weibo")
    assert (said.json["added"], said.json["quarantined"]) == (3, 1)
    assert "write the year first" in str(said.json["reasons"]) and not any("no times" in warning for warning in said.json["warnings"])
    assert sorted(hours(home)) == [4, 13, 23]


@pytest.mark.parametrize("batch", [1000, 10])
def test_of_two_imports_at_once_one_has_added_a_post(home, monkeypatch, batch):
    """The other comes in whole between what the first makes of a batch and its append."""
    tables = [
        "帖子id,正文,发布时间\n" + "".join(f"49300000000000{n},画{n},2031-05-06 07:{n}\n" for n in numbers)
        for numbers in (range(10, 40), range(20, 60))
    ]
    options = ("--map", "auto", "--platform", "weibo")
    write, other = archive.Writer.write, []

    def overtaken(self, bodies):
        if not other:
            other.append(None)
            other[0] = bring(home, tables[1], *options, name="other.csv").json
        return write(self, bodies)

    monkeypatch.setattr(archive.Writer, "write", overtaken)
    monkeypatch.setattr(importing, "BATCH", batch)
    first = bring(home, tables[0], *options).json
    assert [(one["read"], one["added"], one["duplicate"]) for one in (other[0], first)] == [(40, 40, 0), (30, 10, 20)]
    kept = Log(Home(home).log).read("sighting", columns=["record_id"])["record_id"].to_pylist()
    assert len(kept) == len(set(kept)) == 50
    again = bring(home, tables[0], *options).json
    assert (again["added"], again["duplicate"]) == (0, 30)


def hours(home):
    """The hours of UTC in which posts were written."""
    return [at.hour for at in Log(Home(home).log).read("post", columns=["published_at"])["published_at"].to_pylist()]


def test_posts_with_the_columns_of_a_hot_list_are_posts(home):
    post = {"text": "自己画的", "source_url": "https://weibo.com/1/Nabcde123", "captured_at": "2031-05-06 07:08", "topics": ["画"]}
    said = bring(home, json.dumps(post, ensure_ascii=False) + "\n", "--map", "auto", "--platform", "weibo", name="posts.jsonl")
    assert (said.status, said.json["added"]) == (0, 1)


def test_a_hot_list_of_weibo_hot_hub_is_left_out(home):
    entry = {"heat": None, "label": "热", "query": "#画#", "rank": 1, "title": "画", "url": "https://s.weibo.com/weibo?q=x"}
    told = {"captured_at": "2031-05-06T21:00:00+08:00", "count": 1, "source_url": "https://s.weibo.com/top/summary", "topics": [entry]}
    said = bring(home, json.dumps(told, indent=2), name="21.json")
    assert (said.status, said.json["warnings"]) == (0, ["not imported: 1 file, hot lists of weibo-hot-hub"])


def test_what_has_to_be_saved_otherwise_first_is_told_so(home):
    folder = home.parent / "given"
    folder.mkdir()
    for name in ("old.xls", "locked.xlsx"):
        (folder / name).write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000))
    (folder / "unmarked.csv").write_bytes(ROWS.encode("utf-16-le"))
    (folder / "turned.csv").write_bytes(ROWS.encode("utf-16-be"))
    with zipfile.ZipFile(home.parent / "inner.zip", "w") as inner:
        inner.writestr("diary.csv", ROWS)
    with zipfile.ZipFile(folder / "outer.zip", "w") as outer:
        outer.write(home.parent / "inner.zip", "inner.zip")
    said = groundswell(home, "import", folder, "--campaign", "ink", "--no-publish", "--map", "auto", "--platform", "weibo")
    excel = "an Excel file of the old kind (.xls), or one with a password. Save it as .xlsx without one, or as CSV UTF-8, and import that"
    utf16 = "a table in UTF-16 without the mark that says so. Save it as CSV UTF-8 and import that"
    assert (said.status, said.json["read"]) == (4, 0)
    assert said.json["warnings"] == [
        f"locked.xlsx: {excel}",
        f"old.xls: {excel}",
        "inner.zip: a zip archive within a zip archive. Unpack the outer one first and import its folder",
        f"turned.csv: {utf16}",
        f"unmarked.csv: {utf16}",
    ]


@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize(("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
@pytest.mark.parametrize("name", ["t.csv", "t.txt"])
def test_a_table_in_utf_16_with_its_mark_is_read(home, mark, encoding, delimiter, name):
    file = home.parent / name
    file.write_bytes(mark + ROWS.replace(",", delimiter).replace("\n", "\r\n").encode(encoding))
    said = groundswell(home, "import", file, "--campaign", "ink", "--no-publish", "--map", "auto", "--platform", "weibo")
    assert (said.status, said.json["added"], said.json["warnings"][1:]) == (0, 1, [])


def test_a_table_without_texts_has_no_guess(home):
    said = bring(home, "名称,数量\n纸,3\n", "--map", "auto", "--platform", "weibo")
    assert (said.status, said.json["read"]) == (4, 0)
    assert said.json["warnings"][0].startswith("diary.csv: a table of no known tool, and none of its columns is known to hold texts.")


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("", 4)])
def test_a_person_at_a_terminal_is_asked(home, monkeypatch, answer, status):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    said = bring(home, ROWS, "--platform", "weibo")
    assert said.status == status
    assert mapping_in(said.err) == {"platform": "weibo", "kind": "post", "columns": GUESS}
