"""The sample files of the import formats, made long: their sound records again and again, with other ids and other texts each time."""

import csv
import json
import re
import tomllib
from datetime import datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collectors.formats import Origin, Record, Source, formats

SAMPLES = Path(__file__).parents[1] / "tests" / "fixtures" / "formats"
NO_POSTS = ("quoted", "weibo-hot-hub")
HEX = re.compile(r"[0-9a-f]{16}([0-9a-f]{8})")
SHORT_ID = re.compile(r"(?=.*\d)[0-9A-Za-z]{9}")
LETTERED = re.compile(r"[a-z]\d")
WORDS = re.compile(r"[\u4e00-\u9fff].{6,}", re.DOTALL)


def samples() -> list[Path]:
    """The samples of formats of posts and comments, in CSV and JSON Lines."""
    found = sorted(path for suffix in ("csv", "jsonl") for path in SAMPLES.glob(f"*/*.{suffix}"))
    return [path for path in found if path.parent.name not in NO_POSTS]


def mapping(sample: Path) -> Path | None:
    """The file of the column mapping, where a sample wants one."""
    path = sample.with_name(f"{sample.name}.map.toml")
    return path if path.exists() else None


def write(sample: Path, path: Path, records: int) -> None:
    """Writes a file of so many records like the sound ones of a sample."""
    cells = cycle(_sound(sample))
    told = (_another(item, number) for number, item in enumerate(islice(cells, records)))
    with open(path, "w", encoding="utf-8", newline="") as file:
        if sample.suffix == ".csv":
            first = next(told)
            lines = csv.DictWriter(file, first)
            lines.writeheader()
            lines.writerow(first)
            lines.writerows(told)
        else:
            file.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in told)


def _sound(sample: Path) -> list[dict[str, Any]]:
    """The cells of the records that can be read and tell as much as most do."""
    module = next(module for module in formats() if sample.parent.name == module.NAME)
    map_file = mapping(sample)
    origin = Origin(
        run_id="", campaign="", file=sample.name, path=sample.name, zone=ZoneInfo("Asia/Shanghai"), now=datetime(2032, 1, 1),
        author_key=lambda platform, id: id, mapping=tomllib.loads(map_file.read_text("utf-8")) if map_file else None,
    )  # fmt: skip
    source = Source(name=sample.name, path=sample.name, size=sample.stat().st_size, open=partial(sample.open, "rb"))
    found = []
    for record in module.records(source, origin):
        try:
            if isinstance(record, Record) and list(module.parse(record, origin)):
                found.append({name: cell for name, cell in record.cells.items() if isinstance(name, str)})
        except ValueError:
            continue
    most = max(map(len, found))
    return [cells for cells in found if len(cells) == most]


def _another(cell: Any, number: int) -> Any:
    """A cell of another record: ids and times move on with `number`, texts end with it."""
    if isinstance(cell, dict):
        return {name: _another(value, number) for name, value in cell.items()}
    if isinstance(cell, list):
        return [_another(value, number) for value in cell]
    if isinstance(cell, int) and cell >= 10**9:
        return cell + 1000 * number
    if not isinstance(cell, str):
        return cell
    bare = cell.strip()
    if bare.isascii() and bare.isdigit() and len(bare) >= 10:
        return cell.replace(bare, str(int(bare) + 1000 * number))
    if HEX.fullmatch(bare):
        return f"{bare[:16]}{number:08x}"
    if SHORT_ID.fullmatch(bare):
        return f"{bare[:3]}{number:06d}"
    return f"{cell}{number}" if WORDS.search(cell) or LETTERED.fullmatch(cell) else cell
