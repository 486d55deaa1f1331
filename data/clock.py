"""The one clock. `GROUNDSWELL_NOW` replaces it: an ISO time stands still there, `…*600` starts there and runs 600 times as fast."""

import os
import time
from collections.abc import Callable
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


def speed() -> float | None:
    """How many times as fast as real time the clock runs where GROUNDSWELL_NOW says so; None where it does not."""
    _, star, told = os.environ.get("GROUNDSWELL_NOW", "").partition("*")
    return float(told) if star else None


def wait(seconds: float, go_on: Callable[[], bool] = lambda: True) -> None:
    """Waits for seconds of the clock, which a fast clock makes shorter. Ends early when `go_on` says so, which is asked every half
    second."""
    until = time.monotonic() + seconds / (speed() or 1.0)
    while (left := until - time.monotonic()) > 0 and go_on():
        time.sleep(min(left, 0.5))
