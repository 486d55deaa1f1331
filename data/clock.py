"""The one clock. `GROUNDSWELL_NOW` replaces it: an ISO time stands still there, `…*600` starts there and runs 600 times as fast."""

import os
import time
from datetime import UTC, datetime, timedelta

_started = time.monotonic()


def now() -> datetime:
    """The time now, naive UTC. Raises ValueError when GROUNDSWELL_NOW is not an ISO time."""
    told = os.environ.get("GROUNDSWELL_NOW")
    if not told:
        return datetime.now(UTC).replace(tzinfo=None)
    start, _, speed = told.partition("*")
    moment = datetime.fromisoformat(start)
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    if speed:
        moment += timedelta(seconds=(time.monotonic() - _started) * float(speed))
    return moment
