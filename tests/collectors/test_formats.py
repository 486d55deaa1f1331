"""Every file of tests/fixtures/formats/<format>/ through its format, against the rows written beside it.

Without `<file>.expected.json` it is written and the test fails: read it, line by line, before it is committed. The contents of
the files are invented; their shape is that of the tools. A column mapping stands beside its table as `<file>.map.toml`.
"""

import csv
import io
import json
import tomllib
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collectors.cells import HEAD
from collectors.formats import Broken, Origin, Sample, Source, formats
from collectors.table_csv import header
from data.model import TABLE_OF, column_names

FIXTURES = Path(__file__).parents[1] / "fixtures/formats"
FILES = sorted(f for f in FIXTURES.glob("*/*") if not f.name.endswith((".expected.json", ".map.toml")))
LEFT_OUT = ("run_id",)


def origin_of(file, **told):
    told = {
        "zone": ZoneInfo("Asia/Shanghai"),
        "now": datetime(2032, 1, 1),
        "author_key": lambda platform, i: f"key of {platform} {i}",
        "author_key_of_hash": lambda platform, i: f"key of {platform} hash {i}",
    } | told
    return Origin(run_id="run", campaign="ink", file=file.name, path=f"x/{file.name}", **told)


def source_of(file):
    return Source(name=file.name, path=f"x/{file.name}", size=file.stat().st_size, open=lambda: open(file, "rb"))


def sample_of(file):
    head = file.read_bytes()[:HEAD]
    return Sample(name=file.name, path=f"x/{file.name}", head=head, header=header(head))


def module_of(file):
    return next(module for module in formats() if file.parent.name == module.NAME)


def mapping_of(file):
    mapping = file.with_name(file.name + ".map.toml")
    return tomllib.loads(mapping.read_text("utf-8")) if mapping.exists() else None


def shown(row):
    """A row as JSON, without what it does not tell."""
    told = {f.name: getattr(row, f.name) for f in fields(row) if f.name not in LEFT_OUT}
    told = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}
    return {"table": TABLE_OF[type(row)]} | {name: value for name, value in told.items() if value is not None}


def outcome_of(module, record, origin):
    if isinstance(record, Broken):
        return {"broken": record.reason, "body": record.body.decode("utf-8", "backslashreplace")}
    try:
        return {"rows": [shown(row) for row in module.parse(record, origin)]}
    except ValueError as error:
        return {"refused": str(error)}


def told_by(file):
    warnings = []
    origin = origin_of(file, mapping=mapping_of(file), warn=warnings.append)
    module = module_of(file)
    records = [{"number": r.number} | outcome_of(module, r, origin) for r in module.records(source_of(file), origin)]
    return json.loads(json.dumps({"records": records, "warnings": warnings}))


def test_every_format_has_a_file_and_every_file_a_format():
    assert {file.parent.name for file in FILES} == {module.NAME for module in formats()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_rows_of_a_file_are_those_written_beside_it(file):
    told, expected = told_by(file), file.with_name(file.name + ".expected.json")
    if not expected.exists():
        expected.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.fail(f"{expected.name} was written from what the code does now: read it, line by line, then commit it")
    assert told == json.loads(expected.read_text("utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_file_is_recognised_as_its_own_format_first(file):
    sample = sample_of(file)
    assert next(module.NAME for module in formats() if module.recognises(sample)) == file.parent.name
    assert getattr(module_of(file), "not_imported", lambda sample: None)(sample) is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_row_fits_its_table_and_tells_no_zero_for_nothing(file):
    origin, module = origin_of(file, mapping=mapping_of(file)), module_of(file)
    for record in module.records(source_of(file), origin):
        if "rows" not in outcome_of(module, record, origin):
            continue
        for row in module.parse(record, origin):
            assert row.run_id == "run"
            for name in column_names(TABLE_OF[type(row)]):
                value = getattr(row, name)
                assert value != "", f"{name} of {row} is empty text and not null"
                if name.endswith("_grain") and name not in ("published_grain", "seen_at_grain", "at_grain"):
                    assert (value is None) == (getattr(row, name.removesuffix("_grain")) is None)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_parsing_is_pure(file):
    origin, module = origin_of(file, mapping=mapping_of(file)), module_of(file)
    for record in module.records(source_of(file), origin):
        assert outcome_of(module, record, origin) == outcome_of(module, record, origin)


# The day of a list of weibo-trending-hot-search is told by its file's name alone.
NAMED_FREELY = [file for file in FILES if file.parent.name != "weibo-trending-hot-search"]


@pytest.mark.parametrize("file", NAMED_FREELY, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_name_of_a_file_is_no_part_of_what_its_records_are(file):
    def ids(name):
        origin = origin_of(file, mapping=mapping_of(file))
        source = source_of(file)
        renamed = Source(name=name, path=name, size=source.size, open=source.open)
        module = module_of(file)
        records = [r for r in module.records(renamed, origin) if not isinstance(r, Broken)]
        return [(r.sha256, outcome_of(module, r, origin)) for r in records]

    assert ids(file.name) == ids("other " + file.name)


UTF8_CSV = [file for file in FILES if file.suffix == ".csv" and file.name != "gb18030_semicolons.csv"]


@pytest.mark.parametrize("file", UTF8_CSV, ids=lambda file: f"{file.parent.name}/{file.name}")
@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_short_file_in_gb18030_tells_what_it_tells_in_utf8(tmp_path, file, rows):
    """As Excel in China saves it."""
    lines = file.read_text("utf-8-sig").splitlines(keepends=True)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(list(csv.reader(lines))[: rows + 1])
    module, path, told = module_of(file), tmp_path / file.name, []
    for encoding in ("utf-8", "gb18030"):
        path.write_bytes(text.getvalue().encode(encoding))
        assert module.NAME == "mapped" or module.recognises(sample_of(path))
        records = module.records(source_of(path), origin_of(path, mapping=mapping_of(file)))
        told.append([record.body for record in records if not isinstance(record, Broken)])
    assert told[0] == told[1] != []
