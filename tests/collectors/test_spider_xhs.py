"""Spider_XHS: Excel files known by their first bytes, lists that Python wrote as text, and files that are traps."""

import io
import tracemalloc
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from collectors import beginnings
from collectors.formats import Broken, Record, spider_xhs
from data.errors import Unreadable
from tests.collectors.test_formats import FIXTURES, origin_of, sample_of, source_of
from tests.command import asked, groundswell

FOLDER = FIXTURES / "spider-xhs"
NOTES = FOLDER / "notes.xlsx"


def tags_of(cell):
    cells = {"笔记id": "6b0000000000000001000031", "标签": cell, "描述": ""}
    return next(iter(spider_xhs.parse(Record(number=1, cells=cells, body=b"{}"), origin_of(NOTES)))).hashtags


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("['画画', '线稿']", ("画画", "线稿")),
        ('["it\'s", " 空 "]', ("it's", "空")),
        ("[]", ()),
        (["画画"], ("画画",)),
        ("None", None),
        ("", None),
        (None, None),
        ("['画画', 7, None]", ("画画",)),
        ("__import__('os').system('true')", None),
        ("['画' * 10**9]", None),
        ("[" * 5000, None),
        ("['" + "画" * 70000 + "']", None),
    ],
)
def test_a_list_that_python_wrote_is_read_and_nothing_is_run(cell, tags):
    assert tags_of(cell) == tags


def packed_again(path, method):
    """The same Excel file with its parts packed another way."""
    with zipfile.ZipFile(NOTES) as told, zipfile.ZipFile(path, "w", method) as made:
        for part in told.infolist():
            made.writestr(part.filename, told.read(part))
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_excel_file_is_known_by_its_header_however_it_is_packed(tmp_path, method):
    assert spider_xhs.recognises(sample_of(packed_again(tmp_path / "a.xlsx", method)))


def test_another_excel_file_and_a_damaged_one_are_not_taken(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["笔记id", "标题"])
    book.save(tmp_path / "a.xlsx")
    assert beginnings.columns(sample_of(tmp_path / "a.xlsx")) >= {"笔记id", "标题"}
    assert not spider_xhs.recognises(sample_of(tmp_path / "a.xlsx"))
    damaged = bytearray(NOTES.read_bytes())
    damaged[60:-60] = b"\xff" * (len(damaged) - 120)
    assert beginnings.columns(replace(sample_of(NOTES), head=bytes(damaged))) == frozenset()


def test_a_header_among_the_shared_texts_is_found():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
        made.writestr(
            "xl/sharedStrings.xml", '<sst><si><t>笔记id</t></si><si><t xml:space="preserve">笔记类型</t></si><si><t>上传时间</t></si></sst>'
        )
    assert spider_xhs.recognises(replace(sample_of(NOTES), head=packed.getvalue()))


def test_the_texts_beside_are_left_out():
    sample = replace(sample_of(NOTES), name="detail.txt", head="笔记id: 6b00\n".encode(), header=None)
    assert spider_xhs.recognises(sample)
    assert spider_xhs.not_imported(sample) == "texts beside info.json of Spider_XHS"
    assert spider_xhs.not_imported(replace(sample, name="notes.txt")) is None


SHEET = "xl/worksheets/sheet1.xml"


def bomb(path):
    """The fixture with 160 megabytes of one text behind its rows, which pack to a thousandth."""
    with zipfile.ZipFile(NOTES) as told, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for part in told.infolist():
            if part.filename != SHEET:
                made.writestr(part.filename, told.read(part))
        before, after = told.read(SHEET).split(b"</sheetData>")
        with made.open(SHEET, "w") as sheet:
            sheet.write(before)
            for _ in range(160):
                sheet.write(b'<row><c t="inlineStr"><is><t>' + b"x" * (1 << 20) + b"</t></is></c></row>")
            sheet.write(b"</sheetData>" + after)
    return path


def test_an_excel_file_that_swells_is_not_opened_and_the_next_is_imported(tmp_path):
    path = bomb(tmp_path / "bomb.xlsx")
    tracemalloc.start()
    with pytest.raises(Unreadable, match="it is not opened"):
        list(spider_xhs.records(source_of(path), origin_of(path)))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < 4_000_000
    home = tmp_path / "home"
    assert groundswell(home, "campaign", "new", "c").status == 0
    said = groundswell(home, "import", path, FOLDER / "info.json", "--campaign", "c")
    assert (said.status, said.json["added"]) == (4, 1)
    assert "bomb.xlsx" in said.err
    assert asked(home, "select count(*) from posts") == [(1,)]


def test_paths_within_an_excel_file_lead_nowhere(tmp_path):
    path = tmp_path / "files" / "a.xlsx"
    path.parent.mkdir()
    with zipfile.ZipFile(NOTES) as told, zipfile.ZipFile(path, "w") as made:
        for part in told.infolist():
            made.writestr(part.filename, told.read(part))
        made.writestr("../../escaped.xml", "<x/>")
        made.writestr("/escaped.xml", "<x/>")
    assert len(list(spider_xhs.records(source_of(path), origin_of(path)))) == 5
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")) == ["files", "files/a.xlsx"]


def test_external_entities_in_a_sheet_are_not_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    declared = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(NOTES) as told, zipfile.ZipFile(path, "w") as made:
        for part in told.infolist():
            body = told.read(part)
            if part.filename == SHEET:
                body = declared + body[body.index(b"<worksheet") :].replace("上海".encode(), b"&e;")
            made.writestr(part.filename, body)
    records = list(spider_xhs.records(source_of(path), origin_of(path)))
    assert not any(b"geheim" in record.body for record in records)
    assert isinstance(records[-1], Broken) and "the sheet is damaged" in records[-1].reason


def test_a_sheet_that_is_damaged_costs_what_lies_behind(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(NOTES) as told, zipfile.ZipFile(path, "w") as made:
        for part in told.infolist():
            body = told.read(part)
            made.writestr(part.filename, body[: body.index(b"6b0000000000000001000034")] if part.filename == SHEET else body)
    home = tmp_path / "home"
    assert groundswell(home, "campaign", "new", "c").status == 0
    said = groundswell(home, "import", path, FOLDER / "info.json", "--campaign", "c")
    assert (said.status, said.json["added"], said.json["quarantined"]) == (0, 3, 1)
    assert any(warning.startswith("a.xlsx: the sheet is damaged") for warning in said.json["warnings"])


def test_an_excel_file_within_an_archive_is_read():
    body = NOTES.read_bytes()
    packed = replace(source_of(NOTES), open=lambda: io.BytesIO(body))
    assert len(list(spider_xhs.records(packed, origin_of(NOTES)))) == 5
