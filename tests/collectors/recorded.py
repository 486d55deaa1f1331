"""Reads a recording with its format, as an import would, and says what came of it."""

import io
from dataclasses import dataclass, replace

from collectors.formats import Broken, Source
from data.model import Sighting
from tests.collectors.test_mapped import ORIGIN


@dataclass(frozen=True)
class Told:
    """The rows of each record that could be read, the reasons of the others, the warnings, and all bodies."""

    rows: list
    reasons: list
    warnings: list
    bodies: list

    @property
    def posts(self):
        """The ids of the posts seen, those of originals aside, in order."""
        return [row.post_id for rows in self.rows for row in rows if type(row) is Sighting and not row.context]


def source(body, name):
    return Source(name=name, path=name, size=len(body), open=lambda: io.BytesIO(body))


def told(module, body, name):
    warnings, rows, reasons, bodies = [], [], [], []
    origin = replace(ORIGIN, warn=warnings.append)
    for record in module.records(source(body, name), origin):
        bodies.append(record.body)
        if isinstance(record, Broken):
            reasons.append(record.reason)
            continue
        try:
            rows.append(list(module.parse(record, origin)))
        except ValueError as error:
            reasons.append(str(error))
    assert len(rows) + len(reasons) == len(bodies)
    return Told(rows, reasons, warnings, bodies)
