"""What came of each record of an import, a collection or a replay."""

import argparse
import sys
from typing import Any

from commands.published import publish
from commands.saying import say, why
from commands.stopping import STOPPED
from data.home import Home


def tell_what_came(told: argparse.Namespace, home: Home, done: Any, sentence: str) -> None:
    """Says what came of each record of an import, a collection or a replay, and publishes it."""
    warnings = [*done.warnings, *done.unreadable]
    for message in warnings:
        print(message, file=sys.stderr)
    counted = {name: value for name, value in vars(done).items() if name not in ("unreadable", "left_out", "alike", "far")}
    say(told, sentence + why(done.reasons), {**counted, "warnings": warnings})
    if not told.no_publish:
        publish(home)  # last: a campaign file may have become faulty since, and what was kept is to be said all the same


def tell_what_was_collected(told: argparse.Namespace, home: Home, done: Any, stopped_by: int | None) -> int:
    """Publishes and tells what came; the exit status."""
    tell_what_came(
        told, home, done,
        f"{done.pages:,} pages, {done.read:,} records: {done.added:,} added, {done.updated:,} updated, {done.duplicate:,} duplicate, "
        f"{done.quarantined:,} quarantined, {done.gaps} gaps, in {done.seconds:.1f} s",
    )  # fmt: skip
    return STOPPED + stopped_by if done.halted and stopped_by else done.exit_status
