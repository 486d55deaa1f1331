"""Table files of every shape, sound and damaged."""

import csv
import io
import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import table
from collectors.cells import CHUNK, mended
from collectors.cells import encoding as encoding_of
from collectors.formats import Broken, Origin, Source
from collectors.table_csv import header
from data.errors import Unreadable

HEADER = ["id", "话", "数"]


def source(body, name="t.csv"):
    return Source(name=name, path=name, size=len(body), open=lambda: io.BytesIO(body))


def read(body, name="t.csv", **options):
    """(records, warnings) of a file."""
    warnings = []
    origin = Origin(
        run_id="r",
        campaign="c",
        file=name,
        path=name,
        zone=ZoneInfo("Asia/Shanghai"),
        now=datetime(2031, 1, 1),
        author_key=lambda platform, author: author,
        warn=warnings.append,
    )
    return list(table.records(source(body, name), origin, **options)), warnings


def cells(body, name="t.csv"):
    """The cells of a file in which all is sound."""
    found, warnings = read(body, name)
    assert not warnings
    assert [r.number for r in found] == list(range(1, len(found) + 1))
    return [r.cells for r in found]


def as_csv(rows, **dialect):
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(rows)
    return text.getvalue()


ROWS = [["5300000000000019", "一句，话", "1"], ["0007", 'second\nline, "quoted"', ""], ["x", "", "3"]]
TOLD = [dict(zip(HEADER, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("lineterminator", ["\r\n", "\n"])
def test_one_table_however_it_is_written(encoding, delimiter, lineterminator):
    body = as_csv([HEADER, *ROWS], delimiter=delimiter, lineterminator=lineterminator).encode(encoding)
    found, warnings = read(body)
    assert [r.cells for r in found] == TOLD
    assert [json.loads(r.body) for r in found] == TOLD
    assert not warnings
    plain, _ = read(as_csv([HEADER, *ROWS]).encode())
    assert [r.sha256 for r in found] == [r.sha256 for r in plain]


def test_the_order_of_columns_is_no_part_of_a_record():
    turned, _ = read(as_csv([HEADER[::-1], *(row[::-1] for row in ROWS)]).encode())
    plain, _ = read(as_csv([HEADER, *ROWS]).encode())
    assert [r.body for r in turned] == [r.body for r in plain]


one_line = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(one_line, one_line, one_line), max_size=8))
def test_what_a_csv_writer_writes_is_read(rows):
    rows = [row for row in rows if any(row)]
    found, _ = read(as_csv([HEADER, *rows, ["end", "", ""]]).encode())
    assert [tuple(r.cells[name] for name in HEADER) for r in found[:-1]] == [r for r in rows if list(r) != HEADER]


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(-(2**70), 2**70) | st.none(), min_size=1), max_size=5)
)
def test_json_lines_and_a_json_array_of_the_same_objects_are_the_same_records(objects):
    lines = "\n".join(map(json.dumps, objects)) + "\n"
    arrays = json.dumps(objects), json.dumps(objects, indent=2, ensure_ascii=True)
    expected, _ = read(b'{"first":1}\n' + lines.encode(), "t.jsonl")
    for array in arrays:
        found, _ = read(array.encode(), "t.json")
        assert [r.body for r in found] == [r.body for r in expected[1:]]
    assert [r.cells for r in expected[1:]] == [mended(o) for o in objects]


def test_a_header_with_a_mark_in_the_middle_of_a_file_is_no_record():
    for top in ("id,n", '"id","n"'):
        found, warnings = read(f"\ufeff{top}\n1,2\n\ufeff{top}\n3,4\nid,5\n".encode())
        assert [r.cells for r in found] == [{"id": "1", "n": "2"}, {"id": "3", "n": "4"}, {"id": "id", "n": "5"}]
        assert warnings == ["t.csv: the header stands in the file 2 times; the repeats are no records"]


def test_a_cell_of_many_characters_is_whole():
    long = "画" * 1_000_000
    assert cells(as_csv([HEADER, ["1", long, ""]]).encode())[0]["话"] == long


def test_empty_lines_are_no_records_and_a_repeated_header_is_said():
    found, warnings = read(b"id,n\r\n\r\n1,2\r\n,\r\nid,n\r\n3,4\r\n")
    assert [r.cells for r in found] == [{"id": "1", "n": "2"}, {"id": "3", "n": "4"}]
    assert warnings == ["t.csv: the header stands in the file 2 times; the repeats are no records"]


@pytest.mark.parametrize("first", ["sep=;\r\n", "SEP=;\n", '"sep=;"\r\n', "\ufeffsep=;\n"])
def test_a_first_line_that_tells_the_delimiter_is_no_header(first):
    body = f"{first}id;a,b,c,d;n\n1;2,3;4\n".encode()
    assert cells(body) == [{"id": "1", "a,b,c,d": "2,3", "n": "4"}]
    assert header(body) == ("id", "a,b,c,d", "n")


@pytest.mark.parametrize("title", ["画册导出\n", "画册导出,,\n", '"画册导出",,\n\n', "\ufeff画册导出\n,,\n"])
def test_a_title_above_the_header_is_skipped_and_said(title):
    body = f"{title}id,话,数\n1,好,3\n2,坏,4\n".encode()
    found, warnings = read(body)
    assert [list(r.cells.values()) for r in found] == [["1", "3", "好"], ["2", "4", "坏"]]
    assert warnings == ["t.csv: the title above the header was skipped: '画册导出'"]
    assert header(body) == ("id", "话", "数")


@pytest.mark.parametrize("body", ["一句话\n两句,话\n", "一句话\n两句,话\n三句话\n", '"一\n句,话",数\n1,2\n'])
def test_a_line_above_lines_of_a_text_is_no_title(body):
    assert header(body.encode()) in (None, ("一\n句,话", "数"))


@pytest.mark.parametrize("title", ["画册导出", '画册 "2031"'])
def test_a_title_above_the_header_of_a_sheet_is_skipped_and_said(title):
    rows = [["id", "t"], ["1", "x"]]
    found, warnings = read(excel([[title], *rows]), "t.xlsx")
    assert [r.cells for r in found] == [{"id": "1", "t": "x"}]
    assert warnings == [f"t.xlsx: the title above the header was skipped: {title!r}"]
    assert table.sheets(source(excel([[title], *rows], b=rows), "t.xlsx")) == {"Sheet": ("id", "t"), "b": ("id", "t")}


@pytest.mark.parametrize("row", [["x"], [5, "y"]])
def test_a_header_of_one_column_is_no_title(row):
    found, _ = read(excel([["t"], row]), "t.xlsx")
    assert [r.cells for r in found] == [{"t": str(row[0])}]


def test_a_short_row_tells_less_and_a_long_one_cannot_be_read():
    found, _ = read(b"id,n,m\n1,2\n1,2,3,4\n1,2,3,,\n")
    assert found[0].cells == {"id": "1", "n": "2"}
    assert isinstance(found[1], Broken) and "4 cells and the header 3" in found[1].reason and found[1].body == b"1,2,3,4"
    assert found[2].cells == {"id": "1", "n": "2", "m": "3"}


def test_a_tool_may_know_the_columns_of_other_widths():
    found, _ = read(b"id,n\n1,2\n1,2,3\n1\n", columns_of=lambda columns, width: (*columns, "m") if width == 3 else None)
    assert [getattr(r, "cells", None) for r in found] == [{"id": "1", "n": "2"}, {"id": "1", "n": "2", "m": "3"}, None]


def test_columns_without_a_name_or_with_the_same_name_are_told_apart():
    found, warnings = read("\ufeff id ,话,话,\n1,2,3,4\n".encode())
    assert found[0].cells == {"id": "1", "话": "2", "话 (2)": "3", "column 4": "4"}
    assert warnings == ["t.csv: 2 columns are called '话'; the first is taken"]


@pytest.mark.parametrize("end", ["3,三", '3,三,"没有', '3,三,"没有\n完', "3"])
def test_a_file_that_was_cut_off_loses_its_last_row_only(end):
    found, _ = read(f"id,话,数\n1,一,1\n2,二,2\n{end}".encode())
    assert [r.cells["id"] for r in found[:2]] == ["1", "2"]
    assert len(found) == 3 and isinstance(found[2], Broken)
    assert found[2].reason == "the file ends in the middle of this row"
    assert found[2].body.decode() == end


def test_a_whole_last_row_needs_no_line_break():
    assert [row["id"] for row in cells("id,话\n1,一\n2,二".encode())] == ["1", "2"]


@pytest.mark.parametrize(
    "after", ["3,三,3\n4,四,4\n", '3,三,3\n4,"四",4\n', "3,三,3\n4,四,4", '3,"三\n三",3\n4,四,4\n', '3,"三\n\n""三""\n",3\n4,"四",4\n']
)
def test_a_quote_that_is_never_closed_costs_its_own_row(after):
    found, _ = read(f'id,话,数\n1,一,1\n2,"二,2\n{after}'.encode())
    assert [r.cells["id"] if not isinstance(r, Broken) else r.reason for r in found] == [
        "1",
        "a quote is opened in this row and never closed",
        "3",
        "4",
    ]
    assert found[1].body.decode() == '2,"二,2\n'


def test_many_quotes_that_are_never_closed_cost_their_own_rows():
    found, _ = read(("id,话,数\n" + "".join(f'{n},"话,1\n{n}0,好,1\n' for n in range(1, 500))).encode())
    assert sum(isinstance(r, Broken) for r in found) == 499
    assert [r.cells["id"] for r in found if not isinstance(r, Broken)] == [f"{n}0" for n in range(1, 500)]


def test_bytes_that_are_not_utf_8_are_shown_as_such_kept_and_said_once():
    body = "id,话\n1,好\n2,坏HERE的\n3,坏HERE\n".encode().replace(b"HERE", b"\xff\xfe")
    found, warnings = read(body)
    assert [r.cells["话"] for r in found] == ["好", "坏\ufffd\ufffd的", "坏\ufffd\ufffd"]
    assert b"\\udcff\\udcfe" in found[1].body
    assert json.loads(found[1].body)["话"].encode("utf-8", "surrogateescape") == "坏HERE的".encode().replace(b"HERE", b"\xff\xfe")
    assert warnings == ["t.csv: rows with bytes that are not UTF-8: 2; they are shown as \ufffd, the archive keeps them"]


def test_text_that_turns_chinese_late_is_told_by_its_first_chinese_part():
    head = "id,话\n" + "".join(f"{n},{'plain ' * 400}\n" for n in range(1_000))
    assert len(head) > 2 * CHUNK
    for encoding in ("utf-8", "gb18030"):
        found, warnings = read((head + "x,不要喂机器\n").encode(encoding))
        assert found[-1].cells["话"] == "不要喂机器"
        assert not warnings


BIG5 = "t.csv: read as Big5, as Traditional Chinese Excel writes it; if its texts look wrong, save it as UTF-8 and import it"


@pytest.mark.parametrize(
    "text",
    [
        "反對人工智慧繪圖，請尊重創作者",
        "我們自己畫的",
        "拒絕餵養機器！平台應停止使用未經授權的作品。" * 50,
        "今天看到很多繪師站出來發聲，真的非常感動\n老師說，藝術不是資料",
    ],
)
def test_big5_is_read_as_such_and_said(text):
    body = as_csv([["id", "text"], ["1", text]]).encode("cp950")
    found, warnings = read(body)
    assert [r.cells["text"] for r in found] == [text]
    assert warnings == [BIG5]
    assert header(body) == ("id", "text")


def test_bytes_that_are_not_big5_are_kept():
    body = as_csv([["編號", "內文"], ["1", "我們自己畫的"], ["2", "壞HERE的"]]).encode("cp950").replace(b"HERE", b"\xff")
    found, warnings = read(body)
    assert [r.cells["內文"] for r in found] == ["我們自己畫的", "壞\ufffd的"]
    assert warnings == [BIG5, "t.csv: rows with bytes that are not Big5: 1; they are shown as \ufffd, the archive keeps them"]


SIMPLIFIED = (
    "不要喂机器！我的画是我自己画的，请尊重创作者的劳动。拒绝人工智能绘画——平台应当停止使用未经授权的作品；谁都不想被抄袭。"
    "《画师》说：“请删掉吧……”呜呜，真的哭了；〇号·咖啡，饕餮、魍魉、喆、囧、螃蟹、邋遢、踌躇、䶮"
)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 7, 10, 20, 40])
def test_gb18030_is_never_read_as_big5(length):
    for place in range(len(SIMPLIFIED) - length + 1):
        text = SIMPLIFIED[place : place + length]
        assert encoding_of(source(as_csv([["id", "text"], ["1", text]]).encode("gb18030"))) != "cp950"


@pytest.mark.parametrize("text", ["かわいいイラスト", "😂😂😂", "反對人工智慧繪圖", "我們自己畫的圖", "──────", "①②③ АБВ αβγ"])
def test_gb18030_with_other_signs_is_never_read_as_big5(text):
    assert cells(as_csv([["id", "text"], ["1", text]]).encode("gb18030")) == [{"id": "1", "text": text}]


@pytest.mark.parametrize("text", ["支持画师", "小明", "小明：支持", "猫猫和牛", "通了，再也不用", "一二三四五六七八九十", "好"])
@pytest.mark.parametrize("head", [["id", "text"], ["编号", "微博正文"]])
def test_a_row_alone_tells_that_it_is_gb18030(text, head):
    """Read as UTF-8, some of these have more sound characters than damaged ones."""
    for encoding in ("gbk", "gb18030"):
        assert cells(as_csv([head, ["1", text]]).encode(encoding)) == [dict(zip(head, ["1", text], strict=True))]


MAY_BE = (
    "t.csv: read as UTF-8, and its few signs can be GB18030 too, as Excel in China writes it; if its texts look wrong, save it as UTF-8 "
    "and import it"
)


@pytest.mark.parametrize(("text", "encoding"), [("猫", "gb18030"), ("牛", "gbk"), ("è", "utf-8"), ("Trèfle, café", "utf-8")])
def test_what_is_as_well_one_as_the_other_is_said(text, encoding):
    found, warnings = read(as_csv([["id", "text"], ["1", text]]).encode(encoding))
    assert warnings == [MAY_BE] and found[0].cells["text"] == text.encode(encoding).decode()


@pytest.mark.parametrize("text", ["猫", "我们自己画的", "好😂", "è — ć", "crème brûlée à la façon d'été, déjà goûtée"])
def test_utf8_that_can_be_nothing_else_is_read_without_a_word(text):
    assert cells(as_csv([["id", "text"], ["1", text]]).encode()) == [{"id": "1", "text": text}]


def test_nul_is_shown_as_no_character_and_said():
    found, warnings = read("id,话\n1,前\0后\n2,literal \\u0000\n".encode())
    assert [r.cells["话"] for r in found] == ["前\ufffd后", "literal \\u0000"]
    assert json.loads(found[0].body)["话"] == "前\0后"
    assert warnings == ["t.csv: rows with NUL characters: 1; they are shown as \ufffd, the archive keeps them"]


def test_half_a_sign_in_json_is_shown_as_no_character():
    lines = b'{"id":1,"t":"ok"}\n{"id":2,"t":"\\ud83d half"}\n{"id":3,"t":"\\ud83d\\ude00 \\u0001"}\n'
    found, warnings = read(lines, "t.jsonl")
    assert [r.cells["t"] for r in found] == ["ok", "\ufffd half", "\U0001f600 \x01"]
    assert json.loads(found[1].body)["t"] == "\ud83d half"
    assert len(warnings) == 1 and "no character: 1" in warnings[0]


def test_a_json_array_is_read_across_the_parts_it_is_read_in(monkeypatch):
    for room in ("cells", "table_json"):
        monkeypatch.setattr(f"collectors.{room}.CHUNK", 7)
    objects = [{"id": n, "t": "画" * (n % 5), "deep": {"a": [1, {"b": "]},{"}]}} for n in range(40)]
    assert cells(json.dumps(objects, indent=1).encode(), "t.json") == objects


@pytest.mark.parametrize(("cut", "whole"), [(-3, 2), (-1, 3), (20, 1)])
def test_a_json_array_that_was_cut_off_keeps_what_came_before(cut, whole):
    body = json.dumps([{"id": "1"}, {"id": "2"}, {"id": "3"}]).encode()[:cut]
    found, _ = read(body, "t.json")
    assert [r.cells["id"] for r in found if not isinstance(r, Broken)] == ["1", "2", "3"][:whole]
    assert sum(isinstance(r, Broken) for r in found) == (whole < 3)


def test_one_object_over_many_lines_is_one_record():
    assert cells(json.dumps({"id": "1", "n": {"m": 2}}, indent=2).encode(), "t.json") == [{"id": "1", "n": {"m": 2}}]


def test_json_that_says_nan_says_nothing():
    assert cells(b'{"a":1}\n{"a":NaN}\n', "t.jsonl") == [{"a": 1}, {"a": None}]


def excel(rows, widths=None, **more_sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, form in (widths or {}).items():
        book.active[name].number_format = form
    for name, sheet_rows in more_sheets.items():
        sheet = book.create_sheet(name)
        for row in sheet_rows:
            sheet.append(row)
    to = io.BytesIO()
    book.save(to)
    return to.getvalue()


def test_cells_of_excel_under_no_column_are_told_of():
    found, warnings = read(excel([["id", "n"], ["1", "2", "three"], ["4", "5", None]]), "t.xlsx")
    assert [record.cells for record in found] == [{"id": "1", "n": "2"}, {"id": "4", "n": "5"}]
    assert warnings == ["t.xlsx: rows with cells under no column of the header: 1; these cells were not read"]


def test_excel_cells_are_text_as_they_are_shown():
    rows = [
        ["id", "when", "day", "short", "n", "share", "gone", "yes"],
        [5300000000000019, datetime(2031, 5, 6, 7, 8, 9), date(2031, 5, 6), datetime(2031, 5, 6, 7, 8), 3.0, 0.25, None, True],
        [None] * 8,
        ["0007", "昨天 12:30", None, None, "1.2万", None, None, False],
    ]
    body = excel(rows, {"B2": "yyyy-mm-dd hh:mm:ss", "C2": "yyyy-mm-dd", "D2": "yyyy/m/d h:mm"})
    assert cells(body, "t.xlsx") == [
        {
            "id": "5300000000000019",
            "when": "2031-05-06 07:08:09",
            "day": "2031-05-06",
            "short": "2031-05-06 07:08",
            "n": "3",
            "share": "0.25",
            "yes": "True",
        },
        {"id": "0007", "when": "昨天 12:30", "n": "1.2万", "yes": "False"},
    ]


def test_ids_that_a_spreadsheet_has_rounded_are_said():
    rows = [["id", "other"], [5.30000000000001e15, 5300000000000019], [5.30000000000002e15, 5300000000000020]]
    found, warnings = read(excel(rows), "t.xlsx")
    assert [r.cells["id"] for r in found] == ["5.30000000000001E+15", "5.30000000000002E+15"]
    assert [r.cells["other"] for r in found] == ["5300000000000019", "5300000000000020"]
    assert len(warnings) == 1 and "column 'id'" in warnings[0] and "rounded" in warnings[0]


def test_a_workbook_has_its_sheets_and_their_columns():
    several = excel([["made by a tool"], ["on a day"]], a=[["id", "t"], ["1", "x"]], b=[["id", "n"]], c=[])
    assert table.sheets(source(several, "t.xlsx")) == {"Sheet": (), "a": ("id", "t"), "b": (), "c": ()}
    assert table.sheets(source(excel([["id", "t"], ["1", "x"]]), "t.xlsx")) == {"Sheet": ("id", "t")}
    assert table.sheets(source(b"id,t\n1,x\n", "t.xlsx")) == {}


def test_parquet_cells_keep_their_meaning():
    columns = {
        "id": pa.array([5300000000000019, 7]),
        "gaps": pa.array([5300000000000019.0, None]),
        "when": pa.array([datetime(2031, 5, 6, 7, 8, 9), None], pa.timestamp("us")),
        "tags": pa.array([["a", "b"], []]),
        "text": pa.array(["一", None]),
    }
    to = io.BytesIO()
    pq.write_table(pa.table(columns), to)
    assert cells(to.getvalue(), "t.parquet") == [
        {"id": 5300000000000019, "gaps": 5300000000000019, "when": "2031-05-06T07:08:09", "tags": ["a", "b"], "text": "一"},
        {"id": 7, "gaps": None, "when": None, "tags": [], "text": None},
    ]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "t.csv"),
        (b"\0" * 4096, "t.csv"),
        ("只是一段话\n没有表格\n".encode(), "t.txt"),
        (b"<html><p>a, b, c</p></html>", "t.html"),
        (b",,,\n1,2,3,4\n", "t.csv"),
        (b"PK\x03\x04 no excel", "t.xlsx"),
        (b"PAR1 no parquet", "t.parquet"),
        (b"\x89PNG\r\n\x1a\n", "t.csv"),
    ],
)
def test_what_is_no_table_is_refused_by_name(body, name):
    with pytest.raises(Unreadable, match=name):
        read(body, name)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(noise):
    for body in (noise, b"id,n\n1,2\n" + noise, b'{"id":1}\n' + noise, b'[{"id":1},' + noise):
        try:
            found, _ = read(body)
        except Unreadable:
            continue
        for record in found:
            assert isinstance(record.body, bytes)
            if not isinstance(record, Broken):
                json.dumps(record.cells, ensure_ascii=False).encode()


def test_the_header_is_found_in_the_first_bytes():
    assert header("id,话,数\n1,2".encode()) == ("id", "话", "数")
    assert header("\ufeffid\t话\n".encode("utf-16")) == ("id", "话")
    assert header(b"one column\n1\n") is None
    assert header(b"") is None
