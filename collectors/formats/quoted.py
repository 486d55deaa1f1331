"""Figures that can only be quoted, by CSV: `what, value, shown, at, publisher, url, entered_by`.

`what` is counted ("views of the hashtag"), `shown` is how the publisher put it ("35 million views", "hundreds of artists"), `value` the
number where there is one. `at`, `url`, and one of `value` and `shown` may be left empty.
"""

import re
from collections.abc import Iterator
from typing import Any

from collectors import table
from collectors.carries import Carries
from collectors.counts import Count, count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.told import when, words
from data.model import Quoted, record_id

NAME = "quoted"
CARRIES = Carries(tool="a sheet of figures", files=("CSV",), holds=("quoted",), platforms=(), known_from="defined")
AT_LEAST = re.compile(r"\+|over|more than|at least|exceed|surpass|passed|超|逾|多万|余万|以上", re.IGNORECASE)


def recognises(sample: Sample) -> bool:
    return sample.header is not None and {"what", "publisher"} <= set(sample.header) and bool({"value", "shown"} & set(sample.header))


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    return table.records(source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    cells = {name: words(cell) or "" for name, cell in record.cells.items()}
    for name, why in {
        "what": "what is counted",
        "publisher": "who published it",
        "entered_by": "who entered it",
    }.items():
        if not cells.get(name):
            raise ValueError(f"the column {name} is empty: a quoted figure must say {why}")
    shown = cells.get("shown") or cells.get("value")
    if not shown:
        raise ValueError("the columns value and shown are both empty: one must tell the figure")
    figure = _figure(cells.get("value") or "", shown)
    at, grain = None, None
    if told_at := cells.get("at"):
        at, grain = when(told_at, origin) or (None, None)
    yield Quoted(
        record_id=record_id(NAME, record.sha256, origin.campaign),
        campaign=origin.campaign,
        what=cells["what"],
        value=figure.value,
        value_grain=figure.grain,
        shown=shown,
        at=at,
        at_grain=grain,
        publisher=cells["publisher"],
        url=cells.get("url") or None,
        entered_by=cells["entered_by"],
        run_id=origin.run_id,
    )


def _figure(value: str, shown: str) -> Count:
    """The number and how exactly the words give it. Words without a number ("hundreds of artists") have none."""
    try:
        number = count(value or shown)
    except ValueError:
        if value:
            raise
        return count(None)
    if number.grain != "exact":
        return number
    if AT_LEAST.search(shown):
        return number._replace(grain="at_least")
    digits = re.sub(r"\D", "", shown)
    return number if digits == str(number.value) else number._replace(grain="rounded")
