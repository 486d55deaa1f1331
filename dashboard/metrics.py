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


def page() -> str:
    """The registry as docs/metrics.md, in both languages. Written by: python -m dashboard.metrics"""
    lines = [
        "# The figures",
        "",
        "Written from `dashboard/metrics.toml` by `python -m dashboard.metrics`; a test fails where it is stale. Every figure on a page",
        "carries its id and version; a changed definition gets a new version.",
    ]
    for metric in registry().values():
        lines += ["", f"## {metric.name['en']} · {metric.name['zh']}", "", f"`{metric.id}` version {metric.version}"]
        for language, cannot, source in (("en", "It cannot see", "Source"), ("zh", "看不到什么", "出处")):
            lines += ["", metric.definition[language], "", f"*{cannot}:* {metric.limits[language]}"]
            lines += ["", f"*{source}:* {metric.source[language]}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent.parent / "docs" / "metrics.md").write_text(page(), encoding="utf-8")
