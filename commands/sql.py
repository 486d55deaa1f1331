"""`groundswell sql`."""

import argparse
import json
import math
import sys
from typing import Any

from commands.saying import harmless
from commands.stopping import interrupting
from data.errors import WrongUsage
from data.formulas import guarded
from data.home import Home

HELP = "a read-only question to the published database"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("statement", metavar="SELECT …")
    made.add_argument("--format", choices=["table", "csv", "json"], default="table")


def run(told: argparse.Namespace, home: Home) -> None:
    import csv

    import duckdb

    from data.build import reading

    with reading(home) as connection, interrupting(connection.interrupt):
        connection.execute("set enable_external_access = false").fetchall()
        try:
            cursor = connection.execute(told.statement)
            if cursor is None:
                raise WrongUsage('There is no statement in that. Write one, such as: groundswell sql "select count(*) from posts"')
            columns = [column[0] for column in cursor.description or []]
            rows = cursor.fetchall()
        except duckdb.Error as error:  # which may quote a text
            raise WrongUsage(harmless(str(error))) from error
    if told.format == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerows([_csv_cell(cell) for cell in row] for row in [columns, *rows])
    elif told.format == "json":
        print(json.dumps([dict(zip(columns, map(_json_cell, row), strict=True)) for row in rows], ensure_ascii=False, default=str))
    else:
        cells = [columns, *[["" if cell is None else harmless(str(cell).replace("\n", "⏎")) for cell in row] for row in rows]]
        widths = [min(60, max(len(row[place]) for row in cells)) for place in range(len(columns))]
        for row in cells:
            print("  ".join(cell[:60].ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if told.json:
        print(json.dumps({"rows": len(rows), "columns": columns}, ensure_ascii=False))


def _json_cell(cell: Any) -> Any:
    """JSON has no word for what is no number and what is without end."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _csv_cell(cell: Any) -> Any:
    """Guarded as in exports, and as it is: only a terminal, which would obey what strangers wrote, gets it without control characters."""
    if not isinstance(cell, str):
        return cell
    return guarded(harmless(cell) if sys.stdout.isatty() else cell)
