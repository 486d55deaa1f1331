"""What an import or a collection did, as the command prints it and the run's row tells it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d+""")  # what a reason quotes of its record


@dataclass(kw_only=True)
class Imported:
    """What an import did, as `--json` prints it. The four outcomes add up to `read`. `reasons` says why records were quarantined, and
    of how many: those that differ only in what they quote are one, told by the first of them (`alike`). `far` says, meanwhile, how far
    into a file it is that tells so."""

    run_id: str
    files: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    read: int = 0
    added: int = 0
    updated: int = 0
    duplicate: int = 0
    quarantined: int = 0
    warnings: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    alike: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    far: str = ""

    def warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)

    def because(self, reason: str, records: int = 1) -> None:
        self.reasons[self.alike.setdefault(QUOTED.sub("…", reason), reason)] += records

    def add(self, other: "Imported") -> None:
        """Adds what another run did."""
        for name in ("files", "read", "added", "updated", "duplicate", "quarantined"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.formats += other.formats
        self.unreadable += other.unreadable
        for message in other.warnings:
            self.warn(message)
        for reason, number in other.reasons.items():
            self.because(reason, number)

    def more(self) -> dict[str, Any]:
        """What the run's row tells beside the outcomes."""
        return {}
