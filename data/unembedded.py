"""Which texts of a campaign still lack a vector for search by meaning: the question behind `groundswell embed`.

It is asked of a database that is up to date with the log (`data.build`): vectors that are only in the log are not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

# A repost without a word of its own says what its original says. Hashes order the texts at random, so what a stopped run leaves
# behind is a fair sample of them.
UNEMBEDDED = """
with here as (
    select text_sha256,
           any_value(case when title <> '' then title || chr(10) || coalesce(text, '') else text end) as text
    from posts
    where list_contains(campaigns, $campaign) and text_sha256 is not null and not bare
    group by text_sha256)
select h.text_sha256, h.text, count(*) over () as total
from here h
anti join (select text_sha256 from embedding where model = $model) e on e.text_sha256 = h.text_sha256
where regexp_matches(h.text, '\\S')
order by h.text_sha256
"""
AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Unembedded:
    """A distinct text (title, line break and text) without a vector."""

    text_sha256: str
    text: str


def unembedded(connection: duckdb.DuckDBPyConnection, *, campaign: str, model: str) -> tuple[int, Iterator[Unembedded]]:
    """How many distinct texts of a campaign lack a vector of this model, and the texts, in a random but fixed order.

    The connection must stay open while the texts are read.
    """
    cursor = connection.cursor()
    rows = cursor.execute(UNEMBEDDED, {"campaign": campaign, "model": model}).fetchmany(AT_ONCE)
    return (rows[0][-1] if rows else 0), _texts(cursor, rows)


def _texts(cursor: duckdb.DuckDBPyConnection, rows: list[tuple]) -> Iterator[Unembedded]:
    while rows:
        for text_sha256, text, _ in rows:
            yield Unembedded(text_sha256=text_sha256, text=text)
        rows = cursor.fetchmany(AT_ONCE)
    cursor.close()
