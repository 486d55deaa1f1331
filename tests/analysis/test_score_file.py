"""Files through the tiny model: the same rows in the same order, every cell as it was."""

import csv
import io
import json
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.classifier import load
from analysis.labelling import COLUMNS, score_file
from data.errors import Unreadable, WrongUsage
from tests.command import groundswell
from tests.tiny_model import tiny_model

ROWS = [
    ["4607741009594608", "今天真开心"],
    ["0012", "第一行,生气\n第二行 \"引号\""],
    ["4607741009594609", ""],
    ["4607741009594608", "今天真开心"],
    ["=1+1", "  路过  "],
    ["", "害怕"],
]  # fmt: skip
EMOTIONS = ["happy", "angry", None, "happy", "neutral", "fear"]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    return load(tiny_model(tmp_path_factory.mktemp("model")))


def as_csv(rows, columns=("post_id", "text"), **manner) -> str:
    file = io.StringIO()
    csv.writer(file, **manner).writerows([columns, *rows])
    return file.getvalue()


def read_csv(path):
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_csv_to_csv(tmp_path, classifier, encoding, delimiter):
    (tmp_path / "in.csv").write_bytes(as_csv(ROWS, delimiter=delimiter).encode(encoding))
    done = score_file(tmp_path / "in.csv", tmp_path / "out.csv", classifier)
    rows = read_csv(tmp_path / "out.csv")
    assert [[row["post_id"], row["text"]] for row in rows] == ROWS
    assert [row["emotion"] or None for row in rows] == EMOTIONS
    assert list(rows[0]) == ["post_id", "text", *COLUMNS]
    assert all(row["stance"] == row["stance_favour"] == "" for row in rows)
    assert sum(float(rows[0][name]) for name in COLUMNS if name.startswith("emotion_")) == pytest.approx(1, abs=1e-5)
    assert (done.rows, done.labelled) == (6, 5)
    assert bool(done.warnings) == (encoding == "gb18030")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("source", [".csv", ".jsonl", ".parquet"])
def test_every_kind_into_every_kind(tmp_path, classifier, source, suffix):
    before = tmp_path / f"in{source}"
    if source == ".csv":
        before.write_text(as_csv(ROWS), encoding="utf-8", newline="")
    elif source == ".jsonl":
        before.write_text("".join(json.dumps({"post_id": i, "text": t}) + "\n" for i, t in ROWS))
    else:
        pq.write_table(pa.table({"post_id": [i for i, _ in ROWS], "text": [t for _, t in ROWS]}), before)
    after = tmp_path / f"out{suffix}"
    score_file(before, after, classifier, target="画师")
    if suffix == ".csv":
        rows = [{name: cell or None for name, cell in row.items()} for row in read_csv(after)]
    elif suffix == ".jsonl":
        rows = [json.loads(line) for line in after.read_text(encoding="utf-8").splitlines()]
    else:
        rows = pq.read_table(after).to_pylist()
    assert [[row["post_id"] or "", row["text"] or ""] for row in rows] == ROWS
    assert [row["emotion"] for row in rows] == EMOTIONS
    assert [row["stance"] for row in rows] == [emotion and "neutral" for emotion in EMOTIONS]
    assert list(rows[0]) == ["post_id", "text", *COLUMNS]


def test_a_large_file_goes_in_chunks(tmp_path, classifier):
    rows = [[str(n), "开心" if n % 3 else "难过"] for n in range(5000)]
    (tmp_path / "in.csv").write_text(as_csv(rows), encoding="utf-8")
    told = []
    score_file(tmp_path / "in.csv", tmp_path / "out.csv", classifier, progress=told.append)
    assert [row["emotion"] for row in read_csv(tmp_path / "out.csv")] == ["happy" if n % 3 else "sad" for n in range(5000)]
    assert [(step.done, step.total) for step in told] == [(2048, 5000), (4096, 5000), (5000, 5000)]
    assert told[-1].seconds_left == 0 and told[0].posts_per_second > 0


def test_a_target_and_a_context_a_row(tmp_path, tmp_path_factory):
    classifier = load(tiny_model(tmp_path_factory.mktemp("model"), context=True))
    rows = [
        ["支持", "AI绘画", ""],
        ["支持", "反对AI绘画", ""],
        ["支持", "", ""],
        ["转发一下", "画师", "第一句\n支持"],
        ["转发一下", "画师", ""],
    ]
    (tmp_path / "in.csv").write_text(as_csv(rows, ["text", "about", "earlier"]), encoding="utf-8", newline="")
    score_file(tmp_path / "in.csv", tmp_path / "out.csv", classifier, target_column="about", context_column="earlier")
    assert [row["stance"] for row in read_csv(tmp_path / "out.csv")] == ["favour", "against", "", "favour", "neutral"]


def test_a_list_of_turns_is_a_context(tmp_path, tmp_path_factory):
    classifier = load(tiny_model(tmp_path_factory.mktemp("model"), context=True))
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": "转发一下", "context": ["一", "支持"]}) + "\n")
    score_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl", classifier, target="画师", context_column="context")
    assert json.loads((tmp_path / "out.jsonl").read_text())["stance"] == "favour"


def test_json_keeps_types_missing_keys_and_half_characters(tmp_path, classifier):
    lines = [
        {"text": "开心\ud83d", "id": 4607741009594608123456789, "n": 1.5, "tags": ["a", "b"], "ok": True},
        {"id": 7, "n": None},
        {"text": None, "other": {"x": "难过"}},
    ]
    (tmp_path / "in.jsonl").write_text("\n\n".join(map(json.dumps, lines)))
    score_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl", classifier)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [{name: cell for name, cell in row.items() if name not in COLUMNS} for row in rows] == lines
    assert [row["emotion"] for row in rows] == ["happy", None, None]
    score_file(tmp_path / "in.jsonl", tmp_path / "out.parquet", classifier)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["id"].to_pylist() == ["4607741009594608123456789", "7", None]
    assert table["text"].to_pylist() == ["开心?", None, None]
    assert table["ok"].to_pylist() == [True, None, None]


def test_parquet_keeps_its_types(tmp_path, classifier):
    table = pa.table(
        {
            "id": pa.array([2**62, None], pa.int64()),
            "at": pa.array([datetime(2024, 5, 1, 4), None], pa.timestamp("ns")),
            "tags": pa.array([["a"], []], pa.list_(pa.string())),
            "text": pa.array(["开心", "难过"]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    score_file(tmp_path / "in.parquet", tmp_path / "out.parquet", classifier)
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.select(table.column_names).equals(pq.read_table(tmp_path / "in.parquet"))
    assert out["emotion"].to_pylist() == ["happy", "sad"]


def test_a_column_with_one_of_our_names_is_kept_aside(tmp_path, classifier):
    (tmp_path / "in.csv").write_text(as_csv([["开心", "sad", "x"]], ["text", "emotion", "emotion_input"]), encoding="utf-8")
    done = score_file(tmp_path / "in.csv", tmp_path / "out.csv", classifier)
    [row] = read_csv(tmp_path / "out.csv")
    assert (row["emotion"], row["emotion_input_input"], row["emotion_input"]) == ("happy", "sad", "x")
    assert any("emotion_input_input" in warning for warning in done.warnings)


FORMULAS = ['=HYPERLINK("http://evil.example","x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "=1"]
NONE = ["-1", "+3.5", "-1,200", "-1e-05", "1=1", "'=1", "", "——破折号", "😀=1"]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_cells_that_a_spreadsheet_reads_as_formulas_stay_and_are_told(tmp_path, suffix):
    model, source, out = tiny_model(tmp_path / "model"), tmp_path / "in.csv", tmp_path / f"out{suffix}"
    source.write_text(as_csv([["1", cell] for cell in FORMULAS + NONE], ["=post_id", "text"]), encoding="utf-8")
    said = groundswell(tmp_path / "home", "score", source, "--out", out, "--model", model)
    warned = f"{out}: a spreadsheet reads 8 cells as formulas; import it there with all columns as text, do not just open it"
    assert (warned in said.err.splitlines()) == (suffix == ".csv")
    assert said.json["formulas"] == (8 if suffix == ".csv" else 0)
    if suffix == ".csv":
        assert [row["text"] for row in read_csv(out)] == FORMULAS + NONE


def test_numbers_below_0_are_no_formulas(tmp_path, classifier):
    (tmp_path / "in.jsonl").write_text('{"text": "开心", "a": -1, "b": -1.5e-9, "c": ["=1"]}', encoding="utf-8")
    assert score_file(tmp_path / "in.jsonl", tmp_path / "out.csv", classifier).formulas == 0


def test_ragged_rows_blank_lines_and_nul_lose_nothing(tmp_path, classifier):
    (tmp_path / "in.csv").write_text("text,a\n开心,1,2\n\n难过\n害\0怕,3\n", encoding="utf-8")
    score_file(tmp_path / "in.csv", tmp_path / "out.csv", classifier)
    rows = read_csv(tmp_path / "out.csv")
    assert [(row["text"], row["a"], row["column_3"]) for row in rows] == [
        ("开心", "1", "2"),
        ("难过", "", ""),
        ("害\0怕", "3", ""),
    ]
    assert [row["emotion"] for row in rows] == ["happy", "sad", "neutral"]


def test_in_a_file_of_one_column_a_blank_line_is_a_row(tmp_path, classifier):
    (tmp_path / "in.csv").write_text("text\n开心\n\n难过\n\n", encoding="utf-8")
    score_file(tmp_path / "in.csv", tmp_path / "out.csv", classifier)
    assert [row["text"] for row in read_csv(tmp_path / "out.csv")] == ["开心", "", "难过"]


def test_bytes_that_are_no_text_are_told_and_shown(tmp_path, classifier):
    (tmp_path / "in.csv").write_bytes("text\n开心".encode() + b"\xff\n" + "难过".encode()[:-1])
    done = score_file(tmp_path / "in.csv", tmp_path / "out.csv", classifier)
    assert [row["text"] for row in read_csv(tmp_path / "out.csv")] == ["开心�", "难�"]
    assert "no text" in done.warnings[0]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=2, max_size=2), max_size=20))
def test_any_table_comes_back_cell_for_cell(tmp_path, classifier, rows):
    (tmp_path / "in.csv").write_text(as_csv(rows), encoding="utf-8", newline="")
    score_file(tmp_path / "in.csv", tmp_path / "out.csv", classifier)
    assert [[row["post_id"], row["text"]] for row in read_csv(tmp_path / "out.csv")] == rows


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("in.csv", b"", "is empty"),
        ("in.csv", b"\xef\xbb\xbf\n", "is empty"),
        ("in.csv", b"PK\x03\x04rest", "Excel"),
        ("in.csv", b"\x01\x02\x03\x04,text\n1,2\n", "control characters"),
        ("in.txt", "停更一周\n等一个说法\n".encode(), "in.txt is no table with a column 'text'"),
        ("in.html", b"<!doctype html>\n<p>Hello, you\n<p>there\n", "is no table"),
        ("in.md", b"To whom, it may concern\n\nNot a table\n\nnor this, or that, or more\n", "is no table"),
        ("in.jsonl", b'{"text": "a"}\n{"text": "b', "line 2 is not JSON"),
        ("in.jsonl", b'{"text": "a"}\n3\n', "line 2 is no JSON object"),
        ("in.json", b'[{"text": "a"}]', "one object a line"),
        ("in.parquet", b"PAR1 cut off", "cannot be read as Parquet"),
        ("in.csv", b'text\n"' + b"a" * 16_000_001, "quotation mark"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, classifier, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=said):
        score_file(tmp_path / name, tmp_path / "out.csv", classifier)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_or_nothing_cannot_be_read(tmp_path, classifier):
    for path, said in ((tmp_path, "is a folder"), (tmp_path / "none.csv", "There is no file")):
        with pytest.raises(Unreadable, match=said):
            score_file(path, tmp_path / "out.csv", classifier)


@pytest.mark.parametrize(
    ("out", "options", "said"),
    [
        ("out.xlsx", {}, "must end in one of"),
        ("in.csv", {}, "is the input itself"),
        ("none/out.csv", {}, "no folder"),
        ("out.jsonl", {}, "stands twice"),
        ("out.csv", {"text_column": "body"}, "no column 'body'. It has: text, a, a"),
        ("out.csv", {"target": "画师", "target_column": "a"}, "not both"),
    ],
)
def test_what_cannot_be_asked_says_why(tmp_path, classifier, out, options, said):
    (tmp_path / "in.csv").write_text("text,a,a\n开心,1,2\n", encoding="utf-8")
    with pytest.raises(WrongUsage, match=said):
        score_file(tmp_path / "in.csv", tmp_path / out, classifier, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(("name", "content"), [("in.csv", "text\n开心\n"), ("in.jsonl", '{"text": "开心"}\n')])
def test_a_table_of_one_column_is_one(tmp_path, classifier, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(WrongUsage, match="no column 'side'"):
        score_file(tmp_path / name, tmp_path / "out.csv", classifier, target_column="side")
    assert score_file(tmp_path / name, tmp_path / "out.csv", classifier).labelled == 1


def test_a_run_that_breaks_leaves_the_older_output(tmp_path, classifier):
    (tmp_path / "in.csv").write_text(as_csv(ROWS), encoding="utf-8")
    (tmp_path / "out.csv").write_text("older")

    def stop(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_file(tmp_path / "in.csv", tmp_path / "out.csv", classifier, progress=stop)
    assert (tmp_path / "out.csv").read_text() == "older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]
