"""The command `sql`: what strangers wrote is shown, and neither a terminal nor a spreadsheet obeys it."""

import csv
import io
import json

import pytest

from tests.command import groundswell

HOSTILE = "'\x1b[2J\x9b31m画\u202e\u3000\r停\n更'"


class Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("sql")
    assert groundswell(home, "build").status == 0
    return home


def test_a_table_holds_no_control_sequence(home):
    said = groundswell(home, "sql", f"select {HOSTILE} as text, 1 as n, null as nothing", json=False)
    assert said.out.splitlines()[1] == "\ufffd[2J\ufffd31m画\ufffd\u3000\ufffd停⏎更  1"


def test_an_error_that_quotes_a_text_holds_no_control_sequence(home):
    said = groundswell(home, "sql", f"select cast({HOSTILE} as integer)", json=False)
    assert said.status == 2 and "[2J" in said.err and not set("\x1b\x9b\r\u202e") & set(said.err)


def test_csv_guards_formulas_and_keeps_the_rest(home):
    said = groundswell(home, "sql", f"select '=1+1' as \"@a\", {HOSTILE} as text, -5 as n, null as nothing", "--format", "csv", json=False)
    assert list(csv.reader(io.StringIO(said.out, newline=""))) == [
        ["'@a", "text", "n", "nothing"],
        ["'=1+1", HOSTILE.strip("'"), "-5", ""],
    ]


def test_csv_on_a_terminal_holds_no_control_sequence(home, monkeypatch):
    monkeypatch.setattr(io, "TextIOWrapper", Terminal)
    said = groundswell(home, "sql", f"select {HOSTILE} as text", "--format", "csv", json=False)
    assert "\ufffd[2J\ufffd31m画" in said.out and not set("\x1b\x9b\u202e") & set(said.out)


def test_json_stays_as_it_is(home):
    said = groundswell(home, "sql", f"select '=1' as a, {HOSTILE} as text", "--format", "json", json=False)
    assert said.json == [{"a": "=1", "text": HOSTILE.strip("'")}]


@pytest.mark.parametrize("statement", ["", ";", "-- nothing"])
def test_what_is_no_statement_is_wrong_usage(home, statement):
    said = groundswell(home, "sql", statement)
    assert said.status == 2 and "no statement" in said.json["error"]


def test_json_has_no_number_that_is_none(home):
    said = groundswell(home, "sql", "select 0.0::double / 0 as a, 1e308::double * 10 as b, 1.5 as c", "--format", "json", json=False)
    assert "NaN" not in said.out and "Infinity" not in said.out
    assert json.loads(said.out)[0] | {"c": None} == {"a": None, "b": None, "c": None}
