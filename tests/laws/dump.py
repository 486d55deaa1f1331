"""A published database as plain rows, to be compared whole."""

from typing import Any

from data.build import reading
from data.home import Home

# What tells apart two homes into which the same was brought at other moments or in another order: who brought it, and where it lies.
OF_THE_RUN = ("run_id", "raw_ref", "labelled_at")


def dump(home: Home, *, without: tuple[str, ...] = (), leave_out: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every table and view with its rows, sorted; without some columns and tables, and without the moment of the build."""
    found = {}
    with reading(home) as db:
        names = db.execute("select table_name from information_schema.tables order by table_name").fetchall()
        for (name,) in names:
            if name in leave_out:
                continue
            answer = db.execute(f'select * from "{name}"')
            columns = [column[0] for column in answer.description]
            kept = [place for place, column in enumerate(columns) if column not in (*without, "built_at")]
            found[name] = sorted(repr([_steady(row[place]) for place in kept]) for row in answer.fetchall())
    return found


def published(home: Home, *, also_without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """What must be the same whatever the order of imports: all but runs, references to the archive and the build's own notes."""
    return dump(home, without=(*OF_THE_RUN, *also_without), leave_out=("meta", "run"))


def differences(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    """By table, the rows that only one of two dumps has. Twice the same row is two rows."""
    found = {}
    for name in one.keys() | other.keys():
        left, right = list(one.get(name, [])), list(other.get(name, []))
        for row in list(left):
            if row in right:
                left.remove(row)
                right.remove(row)
        if left or right:
            found[name] = (left, right)
    return found


def ask(home: Home, sql: str, *values: Any) -> list[tuple]:
    with reading(home) as db:
        return db.execute(sql, list(values)).fetchall()


def _steady(value: Any) -> Any:
    return sorted(value.items()) if isinstance(value, dict) else value
