"""Sample files taken apart into their records and put together again, by the standard library and openpyxl, without our readers.

`apart(file)` gives a Whole: the records that stand in a file and a function that writes a file of other ones. A record is what the file
says: the cells of a row, a value of JSON, or `Spelled`: the very characters that are to stand there.
"""

import csv
import gzip
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from tests.hostile.counted import count, heard_in


class Spelled(str):
    """A record as the characters that stand in the file."""


@dataclass(frozen=True)
class Whole:
    """The records of a file. `write(path, records)` makes a file of others. `cell` is a value as a cell of such a file can hold it; `count`
    says how many records such a file holds, where that is not as many as were written."""

    records: list[Any]
    write: Callable[[Path, list[Any]], None]
    cell: Callable[[Any], Any] = lambda value: value
    count: Callable[[Path, list[Any]], int] = lambda path, records: len(records)


def apart(file: Path) -> Whole:
    return OPENED[file.suffix](file)


def _csv(file: Path) -> Whole:
    body = file.read_bytes()
    encoding = "utf-8-sig" if body.startswith(b"\xef\xbb\xbf") else "gb18030" if "gb18030" in file.name else "utf-8"
    text = body.decode(encoding)
    delimiter = ";" if ";" in text.splitlines()[0] else ","
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    def line(row: Any) -> str:
        if isinstance(row, Spelled):
            return f"{row}\r\n"
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=delimiter).writerow(row)
        return out.getvalue()

    def write(path: Path, records: list[Any]) -> None:
        path.write_bytes("".join(map(line, [header, *records])).encode(encoding, "surrogateescape"))

    def told(path: Path, records: list[Any]) -> int:
        """Rows without anything in any cell are no records."""
        return sum(bool(line(row).strip(f"{delimiter}\r\n")) for row in records)

    return Whole([row for row in rows if row], write, cell=_in_csv, count=told)


def _in_csv(value: Any) -> str:
    """Half a character stands there as the bytes that are not valid in the file."""
    told = value if isinstance(value, str) else json.dumps(value)
    return told.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")


def spelled(value: Any) -> str:
    if isinstance(value, Spelled):
        return value
    told = json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if half(told) else told


def _lines(file: Path) -> Whole:
    def write(path: Path, records: list[Any]) -> None:
        path.write_bytes("".join(f"{spelled(record)}\n" for record in records).encode("utf-8", "surrogateescape"))

    return Whole([_loaded(line) for line in file.read_text("utf-8").split("\n") if line.strip()], write)


def _loaded(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return Spelled(line)


def _json(file: Path) -> Whole:
    """An array, one object, or an object that holds an array of records, before it perhaps the account they are of."""
    told = json.loads(file.read_text("utf-8"))
    many = next((name for name in ("weibo", "posts") if isinstance(told, dict) and isinstance(told.get(name), list)), None)
    one = ["user"] if many == "weibo" else []

    def write(path: Path, records: list[Any]) -> None:
        if isinstance(told, list):
            text = f"[{', '.join(map(spelled, records))}]"
        elif many is None:
            text = "\n".join(map(spelled, records))
        else:
            firsts = [f'"{name}": {spelled(record)}, ' for name, record in zip(one, records, strict=False)]
            lasts = "".join(f', "{name}": {spelled(value)}' for name, value in told.items() if name not in (many, *one))
            text = f'{{{"".join(firsts)}"{many}": [{", ".join(map(spelled, records[len(one) :]))}]{lasts}}}'
        path.write_bytes(text.encode("utf-8", "surrogateescape"))

    return Whole(told if isinstance(told, list) else [told] if many is None else [told[name] for name in one] + told[many], write)


def _sheet(file: Path) -> Whole:
    header, *rows = [list(row) for row in openpyxl.load_workbook(file).active.iter_rows(values_only=True)]

    def write(path: Path, records: list[Any]) -> None:
        book = openpyxl.Workbook()
        for row in (header, *records):
            book.active.append(row)
        book.save(path)

    return Whole(rows, write, cell=_in_sheet)


def _in_sheet(value: Any) -> Any:
    """Excel writes signs that XML cannot hold as _x0007_, and no text of more than 32,767 characters."""
    if isinstance(value, str):
        return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", lambda sign: f"_x{ord(sign[0]):04X}_", value[:32_000])
    return json.dumps(value) if isinstance(value, (list, dict)) else value


class Row(list[Any]):
    """A row of a table."""

    def __init__(self, cells: Iterable[Any], table: str):
        super().__init__(cells)
        self.table = table


def _database(file: Path) -> Whole:
    """The rows of all tables, but for those that hold no records."""
    with sqlite3.connect(file) as made:
        tables = dict(made.execute("select name, sql from sqlite_master where type = 'table'"))
        told = {name: made.execute(f"select * from {name}").fetchall() for name in tables}
    made.close()
    rows = [Row(cells, name) for name in sorted(told.keys() - NO_RECORDS) for cells in told[name]]
    others = [Row(cells, name) for name in NO_RECORDS & told.keys() for cells in told[name]]

    def write(path: Path, records: list[Any]) -> None:
        with sqlite3.connect(path) as made:
            for sql in tables.values():
                made.execute(re.sub(r" primary key", "", sql, flags=re.IGNORECASE))  # records may stand there twice
            for row in [*others, *records]:
                made.execute(f"insert into {row.table} values ({', '.join(map(_cell, row))})", [cell for cell in row if not half(cell)])
            made.commit()
        made.close()

    def rows_in(path: Path, records: list[Any]) -> int:
        with sqlite3.connect(path) as made:
            found = sum(made.execute(f"select count(*) from {name}").fetchone()[0] for name in told.keys() - NO_RECORDS)
        made.close()
        return int(found)

    return Whole(rows, write, cell=_in_database, count=rows_in)


NO_RECORDS = {"bins"}  # pictures


def _in_database(value: Any) -> Any:
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    return json.dumps(value).encode() if isinstance(value, (list, dict)) else value


def half(cell: Any) -> bool:
    """Whether a text holds half a character, which the driver does not write."""
    return isinstance(cell, str) and not cell.isascii() and any("\ud800" <= sign <= "\udfff" for sign in cell)


def _cell(cell: Any) -> str:
    return f"cast(x'{cell.encode('utf-8', 'surrogatepass').hex()}' as text)" if half(cell) else "?"


def _har(file: Path) -> Whole:
    told = json.loads(file.read_text("utf-8"))

    def write(path: Path, records: list[Any]) -> None:
        entries = ", ".join(map(spelled, records))
        path.write_bytes(f'{{"log": {{"version": "1.2", "entries": [{entries}]}}}}'.encode("utf-8", "surrogateescape"))

    return Whole(told["log"]["entries"], write, count=_in_recording)


def _warc(file: Path) -> Whole:
    return _answers(file.read_bytes(), lambda path, body: path.write_bytes(body))


def _wacz(file: Path) -> Whole:
    with zipfile.ZipFile(file) as bundle:
        others = {name: bundle.read(name) for name in bundle.namelist() if not name.endswith(".warc.gz")}
        [inner] = set(bundle.namelist()) - others.keys()
        body = gzip.decompress(bundle.read(inner))

    def write(path: Path, body: bytes) -> None:
        with zipfile.ZipFile(path, "w") as bundle:
            for name, content in (*others.items(), (inner, gzip.compress(body))):
                bundle.writestr(name, content)

    return _answers(body, write)


def _answers(body: bytes, keep: Callable[[Path, bytes], Any]) -> Whole:
    """The records of a WARC file as objects: head, the head of the answer and its content."""
    records = []
    while body:
        head, body = body.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"Content-Length: (\d+)", head)[1])  # type: ignore[index]
        block, body = body[:length], body[length:].lstrip(b"\r\n")
        answer, gap, content = block.partition(b"\r\n\r\n")
        records.append({"head": head.decode(), "answer": (answer + gap).decode(), "content": content.decode()})

    def write(path: Path, records: list[Any]) -> None:
        out = b""
        for record in records:
            answer = re.sub(r"(?i)(content-length: )\d+", rf"\g<1>{len(_bytes(record['content']))}", str(record["answer"]))
            block = _bytes(answer) + _bytes(record["content"])
            head = re.sub(r"Content-Length: \d+", f"Content-Length: {len(block)}", str(record["head"]))
            out += _bytes(head) + b"\r\n\r\n" + block + b"\r\n\r\n"
        keep(path, out)

    return Whole(records, write, count=_in_recording)


def _in_recording(path: Path, records: list[Any]) -> int:
    return sum(count(heard_in(record)) for record in records)


def _bytes(text: Any) -> bytes:
    return str(text).encode("utf-8", "surrogatepass")


OPENED: dict[str, Callable[[Path], Whole]] = {
    ".csv": _csv,
    ".jsonl": _lines,
    ".ndjson": _lines,
    ".json": _json,
    ".xlsx": _sheet,
    ".db": _database,
    ".har": _har,
    ".warc": _warc,
    ".wacz": _wacz,
}
