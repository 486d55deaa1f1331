"""Records of live answers: one item of an answer each, in the form that recordings of a browser have."""

from collections.abc import Iterator
from typing import Any

from collectors import recordings
from collectors.formats import Origin, Record

NAME = "live"


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    """The rows of one record. Raises ValueError when it cannot be read."""
    return recordings.parse(record, origin, NAME)
