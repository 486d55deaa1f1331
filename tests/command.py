"""The `groundswell` command called in this process, as the installed script calls it."""

import contextlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import duckdb


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one call left: exit status, both outputs as text, and the object of the last line of standard output."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out.splitlines()[-1])


def groundswell(home, *arguments, json=True):
    """Runs `groundswell --home HOME [--json] ARGUMENTS…`."""
    import groundswell as program

    line = ["groundswell", "--home", str(home), *(["--json"] if json else []), *map(str, arguments)]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict", write_through=True) for _ in range(2))
    with mock.patch.object(sys, "argv", line), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = program.main()
        except SystemExit as ended:
            status = ended.code
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Said(status=status or 0, out=said[0], err=said[1])


def asked(home, sql, *values):
    """The answer of a home's published database, as a list of tuples."""
    path = groundswell(home, "path", "db", json=False).out.strip()
    if not Path(path).exists():
        raise FileNotFoundError(f"nothing is published in {home}")
    with duckdb.connect(path, read_only=True) as db:
        return db.execute(sql, list(values)).fetchall()
