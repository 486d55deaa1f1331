"""Every request that came, in order."""

import json
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`at` and `ended` (the answer is ready) are seconds of the monotonic clock, `world_at` is the world's time when the request came.
    `block` names why this answer means: do not ask this host again; `wait` is how many seconds its Retry-After asked for."""

    at: float
    ended: float
    world_at: datetime
    method: str
    host: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    cookies: dict[str, str]
    headers: dict[str, str]
    status: int
    block: str | None
    wait: float | None
    faults: tuple[str, ...]
    sent: int

    def __str__(self) -> str:
        return f"{self.world_at:%H:%M:%S.%f} {self.method} {self.host}{self.path} {self.query} -> {self.status} {self.block or ''}".rstrip()


class Log:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def entries(self, host: str | None = None, path: str | None = None) -> list[Entry]:
        """In the order they came, of one host and with one beginning of the path if told."""
        with self._lock:
            rows = sorted(self._entries, key=lambda entry: entry.at)
        return [row for row in rows if host in (None, row.host) and row.path.startswith(path or "")]

    def write(self, to: Path) -> None:
        """One JSON object a line."""
        lines = (json.dumps(asdict(row), default=str, ensure_ascii=False) for row in self.entries())
        to.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
