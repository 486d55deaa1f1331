"""Workbooks of several sheets, given to the command: each sheet is read as a file of its own."""

import csv
import io
import zipfile

import openpyxl
import pytest

from collectors.formats.weibo_search import COLUMNS
from collectors.platforms.weibo_ids import short_id_of_id
from data.home import Home
from data.log import Log
from tests.command import groundswell

NOTE = {
    "note_id": "66e0000000000000000000a1", "type": "normal", "title": "画", "desc": "自己画的", "video_url": "", "time": 1935817200000,
    "last_update_time": 1935817200000, "user_id": "u1", "nickname": "甲", "avatar": "", "liked_count": "3", "collected_count": "2",
    "comment_count": "1", "share_count": "0", "ip_location": "北京", "image_list": "", "tag_list": "", "last_modify_ts": 1935917200000,
    "note_url": "https://www.xiaohongshu.com/explore/66e0000000000000000000a1", "source_keyword": "画",
}  # fmt: skip
COMMENT = {
    "comment_id": "66e0000000000000000000b1", "create_time": 1935817300000, "ip_location": "北京", "note_id": NOTE["note_id"],
    "content": "支持", "user_id": "u2", "nickname": "乙", "avatar": "", "sub_comment_count": 0, "pictures": "", "parent_comment_id": 0,
    "last_modify_ts": 1935917200000, "like_count": 2,
}  # fmt: skip
HEADER = ("微博id", "微博正文", "发布时间")
GUESSED = ("--map", "auto", "--platform", "weibo")


@pytest.fixture
def home(tmp_path):
    groundswell(tmp_path / "home", "campaign", "new", "ink")
    return tmp_path / "home"


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def bring(home, file, *options):
    return groundswell(home, "import", file, "--campaign", "ink", "--no-publish", *options)


def rows_of(home, name, *columns):
    return sorted(tuple(row.values()) for row in Log(Home(home).log).read(name, columns=list(columns)).to_pylist())


def test_posts_and_comments_in_sheets_of_one_workbook_are_all_read(home, tmp_path):
    file = workbook(tmp_path / "xhs.xlsx", Contents=[list(NOTE), list(NOTE.values())], Comments=[list(COMMENT), list(COMMENT.values())])
    said = bring(home, file)
    assert (said.status, said.json["added"], said.json["formats"]) == (0, 2, {"mediacrawler": 2})
    assert said.json["warnings"] == []
    told = [(NOTE["note_id"], False), (COMMENT["comment_id"], True)]
    assert rows_of(home, "post", "post_id", "is_comment") == told
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.write(file, "xhs.xlsx")
    again = bring(home, tmp_path / "all.zip")
    assert (again.json["added"], again.json["duplicate"]) == (0, 2)


CREATOR = {
    "user_id": "7000000001", "nickname": "丙", "gender": "女", "avatar": "", "desc": "", "ip_location": "北京", "follows": "3",
    "fans": "1.2万", "tag_list": "", "last_modify_ts": 1935917200000,
}  # fmt: skip


def test_records_of_mediacrawler_are_known_though_cells_are_empty(home, tmp_path):
    """Its Excel files have a sheet for each kind; one sheet alone is a file of that kind."""
    kinds = {"Contents": {**NOTE, "desc": ""}, "Comments": {**COMMENT, "content": ""}, "Creators": CREATOR}
    sheets = {title: [list(told), list(told.values())] for title, told in kinds.items()}
    said = bring(home, workbook(tmp_path / "xhs_search_20310507_010203.xlsx", **sheets))
    assert (said.json["added"], said.json["quarantined"], said.json["formats"]) == (3, 0, {"mediacrawler": 3})
    assert ("丙", 12_000) in rows_of(home, "author", "name", "followers")
    for title, rows in sheets.items():
        alone = bring(home, workbook(tmp_path / f"{title}.xlsx", **{title: rows}))
        assert (alone.json["duplicate"], alone.json["quarantined"], alone.json["formats"]) == (1, 0, {"mediacrawler": 1})


def test_a_sheet_that_explains_the_others_is_skipped_and_named(home, tmp_path):
    explained = [["由某工具导出"], ["请勿外传"]]
    months = {f"{n}月": [HEADER, (f"530100000000050{n}", "自己画的", f"2031-0{n}-06 07:08")] for n in (5, 6)}
    said = bring(home, workbook(tmp_path / "posts.xlsx", 说明=explained, **months, 空=[]), *GUESSED)
    assert (said.status, said.json["added"], said.json["files"]) == (0, 2, 2)
    assert said.json["warnings"] == ["posts.xlsx: sheets that hold no table with records were skipped: '说明', '空'"]


def test_a_record_that_cannot_be_read_is_told_by_its_sheet_and_row(home, tmp_path):
    sound = [HEADER, ("5301000000000505", "自己画的", "2031-05-06 07:08")]
    broken = [*sound, ("5.301E+15", "自己画的", "2031-05-06 07:08")]
    said = bring(home, workbook(tmp_path / "posts.xlsx", 五月=sound, 六月=broken), *GUESSED)
    assert said.json["quarantined"] == 1
    assert rows_of(home, "quarantine", "file", "number") == [("posts.xlsx (六月)", 2)]


def of_weibo_search(**told):
    return [{"微博正文": "话", "转发数": "1", "评论数": "1", "点赞数": "1", "发布时间": "2031-05-06 07:08", **told}.get(n) for n in COLUMNS]


def test_a_workbook_of_a_known_tool_is_read_as_that_tools_whatever_the_number_of_its_sheets(home, tmp_path):
    mid, mine = "5301000000000957", "5301000000000988"
    rows = [of_weibo_search(id=mid, bid=short_id_of_id(mid)), of_weibo_search(id=mine, bid=short_id_of_id(mine), retweet_id=mid)]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *rows])
    (tmp_path / "posts.csv").write_text(text.getvalue(), encoding="utf-8")
    assert bring(home, tmp_path / "posts.csv").json["added"] == 2
    for file in (
        workbook(tmp_path / "one.xlsx", 数据=[COLUMNS, *rows]),
        workbook(tmp_path / "two.xlsx", 数据=[COLUMNS, *rows], 空=[]),
    ):
        said = bring(home, file)
        assert (said.status, said.json["formats"], said.json["duplicate"]) == (0, {"weibo-search": 1}, 2)
    rounded = [[float(cell[:15] + "0") if cell and cell.isdigit() and len(cell) == 16 else cell for cell in row] for row in rows]
    said = bring(home, workbook(tmp_path / "saved.xlsx", 数据=[COLUMNS, *rounded]))
    assert (said.json["added"], said.json["updated"]) == (0, 2)
    told = rows_of(home, "post", "post_id", "kind", "parent_id")
    assert set(told) == {(mid, "original", None), (mine, "repost", mid)}


def test_rounded_ids_of_a_workbook_are_refused_unless_the_short_ones_stand_beside_them(home, tmp_path):
    rows = [(5.30100000000096e15, "自己画的", "2031-05-06 07:08"), (5.30100000000099e15, "也是", "2031-05-06 07:08")]
    said = bring(home, workbook(tmp_path / "posts.xlsx", 数据=[HEADER, *rows]), *GUESSED)
    assert (said.status, said.json["quarantined"], said.json["added"]) == (0, 2, 0)
    (reason,) = said.json["reasons"]
    assert reason.startswith("the id 5.30100000000096E+15 was rounded by a spreadsheet; ")
    short = [short_id_of_id(mid) for mid in ("5301000000000957", "5301000000000988")]
    rows = [(*row, bid) for row, bid in zip(rows, short, strict=True)]
    assert bring(home, workbook(tmp_path / "bid.xlsx", 数据=[(*HEADER, "bid"), *rows]), *GUESSED).json["added"] == 2
    assert rows_of(home, "post", "post_id") == [("5301000000000957",), ("5301000000000988",)]


def test_a_damaged_sheet_costs_no_other(home, tmp_path):
    rows = [HEADER, ("5301000000000505", "自己画的", "2031-05-06 07:08")]
    with (
        zipfile.ZipFile(workbook(tmp_path / "whole.xlsx", 五月=rows, 六月=rows)) as whole,
        zipfile.ZipFile(tmp_path / "posts.xlsx", "w") as damaged,
    ):
        for part in whole.namelist():
            body = whole.read(part)
            damaged.writestr(part, body.partition(b"<row")[0] + b"<row <<" if part.endswith("sheet1.xml") else body)
    said = bring(home, tmp_path / "posts.xlsx", *GUESSED)
    assert (said.status, said.json["added"]) == (4, 1)
    (message,) = said.json["warnings"]
    assert message.startswith("posts.xlsx (五月) cannot be read as an Excel file: the sheet is damaged")


def test_a_workbook_without_records_is_refused_and_its_sheets_are_named(home, tmp_path):
    said = bring(home, workbook(tmp_path / "posts.xlsx", 五月=[HEADER], 六月=[]), *GUESSED)
    assert (said.status, said.json["read"]) == (4, 0)
    assert said.json["warnings"] == ["posts.xlsx: none of its sheets holds a table with records: '五月', '六月'"]
