"""What a spreadsheet would run instead of showing it."""

import re

# What begins a formula or a command, also in full width; the apostrophe itself, so that it can be taken away again.
GUARDED = r"^['=+\-@\t\r\n＝＋－＠]"


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if re.match(GUARDED, cell) else cell
