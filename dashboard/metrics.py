"""What each figure means: the registry that pages and the Method page read (metrics.toml)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure: its id and version; by language its name, its definition, where that is from, and its limits."""

    id: str
    version: int
    source: dict[str, str]
    name: dict[str, str]
    definition: dict[str, str]
    limits: dict[str, str]


@cache
def registry() -> dict[str, Metric]:
    """All figures by id, in the order the Method page shows them."""
    told = tomllib.loads((Path(__file__).parent / "metrics.toml").read_text(encoding="utf-8"))
    return {metric["id"]: Metric(**metric) for metric in told["metric"]}
