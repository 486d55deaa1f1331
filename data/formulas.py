"""What a spreadsheet would run instead of showing it."""

import re

# What begins a formula or a command, also in full width; the apostrophe itself, so that it can be taken away again.
GUARDED = r"^['=+\-@\t\r\n＝＋－＠]"
NUMBER = re.compile(r"[+\-]?[\d.,]+(e[+\-]?\d+)?", re.IGNORECASE)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if re.match(GUARDED, cell) else cell


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would read the cell as a formula; it takes -1.5 for the number that it is."""
    return bool(re.match(GUARDED, cell)) and not cell.startswith("'") and not NUMBER.fullmatch(cell)
