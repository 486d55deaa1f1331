"""The one clock. `GROUNDSWELL_NOW` replaces it: an ISO time stands still there, `…*600` starts there and runs 600 times as fast."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from data.errors import WrongUsage

_started = time.monotonic()


def now() -> datetime:
    """The time now, naive UTC. Raises WrongUsage when GROUNDSWELL_NOW is not an ISO time."""
    told = _told()
    if told is None:
        return datetime.now(UTC).replace(tzinfo=None)
    start, speed = told
    return start + timedelta(seconds=(time.monotonic() - _started) * (speed or 0.0))


def speed() -> float | None:
    """How many times as fast as real time the clock runs where GROUNDSWELL_NOW says so; None where it does not."""
    told = _told()
    return told[1] if told else None


def _told() -> tuple[datetime, float | None] | None:
    """What GROUNDSWELL_NOW says: where the clock starts, naive UTC, and how fast it runs."""
    told = os.environ.get("GROUNDSWELL_NOW")
    if not told:
        return None
    start, star, speed = told.partition("*")
    try:
        moment = datetime.fromisoformat(start)
        fast = float(speed) if star else None
    except ValueError as error:
        raise WrongUsage(f"GROUNDSWELL_NOW: write an ISO time such as 2023-08-15T12:00:00, or with a speed …*600 ({error})") from error
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment, fast


def wait(seconds: float, go_on: Callable[[], bool] = lambda: True) -> None:
    """Waits for seconds of the clock, which a fast clock makes shorter. Ends early when `go_on` says so, which is asked every half
    second."""
    until = time.monotonic() + seconds / (speed() or 1.0)
    while (left := until - time.monotonic()) > 0 and go_on():
        time.sleep(min(left, 0.5))
