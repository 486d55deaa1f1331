"""What a command tells: its answer for a person or a program, how far it is, and what came of records."""

import argparse
import json
import re
import sys
from typing import Any

REASONS_SHOWN = 3
LONGEST_REASON = 160  # characters
# What moves a terminal's cursor, colours or clears it, or turns the direction of writing; not the ends of lines.
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def say(told: argparse.Namespace, line: str, answer: dict[str, Any]) -> None:
    """The answer for a person, or as the last line for a program. A fault that follows is told beside it."""
    told.said = answer
    if told.json:
        print(json.dumps(answer, ensure_ascii=False, default=str))
    else:
        print(line)


def progress(line: str) -> None:
    """One line that is written over, on a terminal only; "" clears it."""
    if sys.stderr.isatty():
        print(f"\r\x1b[2K{line}", end="", file=sys.stderr, flush=True)


def far(so_far: Any) -> str:
    left = so_far.seconds_left
    ends = "" if left is None else f", {left / 60:.0f} min left" if left > 90 else f", {left:.0f} s left"
    return f"{so_far.done:,} of {so_far.total:,}, {so_far.posts_per_second:.0f}/s{ends}"


def why(reasons: Any) -> str:
    """Why records were quarantined, as lines below a sentence: the commonest reasons first, and where the rest stand."""
    if not reasons:
        return ""
    lines = [f"  {number:,} × {plain(reason)}" for reason, number in reasons.most_common(REASONS_SHOWN)]
    left = len(reasons) - len(lines)
    more = [f"  and {left:,} more {'reason' if left == 1 else 'reasons'}"] if left else []
    where = "Each record with its reason: the page Health; tables can be mended on the page Add data (groundswell dashboard)."
    return "\n".join(["", "Quarantined were, kept for a replay:", *lines, *more, where])


def plain(reason: str) -> str:
    """A reason as a part of a line: it may quote what a stranger wrote."""
    printable = "".join(sign if sign.isprintable() else "\ufffd" for sign in reason)
    return printable if len(printable) <= LONGEST_REASON else printable[:LONGEST_REASON] + "…"


def harmless(text: str) -> str:
    """A text that a terminal shows and does not obey."""
    return CONTROLS.sub("\ufffd", text)
