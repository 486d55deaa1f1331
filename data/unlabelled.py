"""Which texts of a campaign still lack a label of a model: the question behind `groundswell label`.

It is asked of a database that is up to date with the log (`data.build`): labels that are only in the log are not known here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

# A random order, since hashes have none to do with what the texts say: what a stopped run leaves behind is a fair sample, and
# the time left can be told from the texts done. A comment's parent is read with it where the model takes context; that a
# text stands under two parents makes it two for stance, one for the rest.
UNLABELLED = """
with here as (
    select p.text_sha256,
           case when p.title <> '' then p.title || chr(10) || coalesce(p.text, '') else p.text end as text,
           case when $with_context then parent.text_sha256 end as context_sha256,
           case when $with_context then
               case when parent.title <> '' then parent.title || chr(10) || coalesce(parent.text, '') else parent.text end
           end as context
    from posts p
    left join posts parent
        on p.is_comment and parent.platform = p.platform and not parent.is_comment and parent.post_id = p.parent_id
    where list_contains(p.campaigns, $campaign) and p.text_sha256 is not null),
asked as (
    select text_sha256, context_sha256, any_value(text) as text, any_value(context) as context,
           row_number() over (partition by text_sha256 order by context_sha256 nulls first) = 1 as foremost
    from here
    where regexp_matches(text, '\\S')
    group by text_sha256, context_sha256),
said as (
    select text_sha256, context_sha256, kind, target
    from label
    where model = $model and version = $version and coder is null and not $again),
post_said as (
    select text_sha256, list(distinct kind) as kinds from said where kind <> 'stance' group by text_sha256),
stance_said as (
    select text_sha256, context_sha256, list(distinct target) as targets
    from said where kind = 'stance' group by text_sha256, context_sha256),
lacking as (
    select a.text_sha256, a.text, a.context_sha256, a.context,
           case when a.foremost then
               list_filter(cast($kinds as varchar[]), lambda kind: not list_contains(coalesce(p.kinds, []), kind))
           else [] end as kinds,
           list_filter(cast($targets as varchar[]), lambda target: not list_contains(coalesce(s.targets, []), target)) as targets
    from asked a
    left join post_said p on p.text_sha256 = a.text_sha256
    left join stance_said s
        on s.text_sha256 = a.text_sha256 and s.context_sha256 is not distinct from a.context_sha256)
select text_sha256, text, context_sha256, context, kinds, targets, count(*) over () as total
from lacking
where len(kinds) > 0 or len(targets) > 0
order by text_sha256, context_sha256 nulls first
"""
AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Unlabelled:
    """A distinct text (title, line break and text) and what is not known of it: kinds of label, and targets of stance."""

    text_sha256: str
    text: str
    context_sha256: str | None = None
    context: str | None = None
    kinds: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def unlabelled(
    connection: duckdb.DuckDBPyConnection,
    *,
    campaign: str,
    model: str,
    version: str,
    kinds: Sequence[str],
    targets: Sequence[str],
    with_context: bool = False,
    again: bool = False,
) -> tuple[int, Iterator[Unlabelled]]:
    """How many distinct texts of a campaign lack a label of this model version, and the texts, in a random but fixed order.

    `kinds` are those the model has besides stance, `targets` the campaign's concepts. `again` asks for all, also those
    that have their label. The connection must stay open while the texts are read.
    """
    asked = {
        "campaign": campaign,
        "model": model,
        "version": version,
        "kinds": list(kinds),
        "targets": list(targets),
        "with_context": with_context,
        "again": again,
    }
    cursor = connection.cursor()
    rows = cursor.execute(UNLABELLED, asked).fetchmany(AT_ONCE)
    return (rows[0][-1] if rows else 0), _texts(cursor, rows)


def _texts(cursor: duckdb.DuckDBPyConnection, rows: list[tuple]) -> Iterator[Unlabelled]:
    while rows:
        for text_sha256, text, context_sha256, context, kinds, targets, _ in rows:
            yield Unlabelled(
                text_sha256=text_sha256,
                text=text,
                context_sha256=context_sha256,
                context=context,
                kinds=tuple(kinds),
                targets=tuple(targets),
            )
        rows = cursor.fetchmany(AT_ONCE)
    cursor.close()
