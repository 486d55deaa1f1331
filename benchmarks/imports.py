"""Importing beside what a user would do without us: pandas reading the same CSV into a DuckDB table.

    python benchmarks/imports.py [--posts 200000] [--held 1000000] [--rounds 3] [--folder DIR] [--only empty,held,pandas,delta,formats]

Whole processes, start to exit, in turn, all texts different:

* empty: an import into an empty home, archive and publish included;
* held: one into a home that holds `--held` posts;
* pandas: the CSV into a DuckDB table, no archive, no log, no roll-ups;
* delta: a build alone, of 10,000 more posts than the held ones;
* formats: a sample of every CSV and JSON Lines format made as long as a quarter of `--posts`, read and appended, not published.

With the processor seconds of each, all its processes together, and how busy the machine was: these hang less on what else runs.
Needs about 4 GB of disk.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import command, invented, repeated

PANDAS = """
import sys, duckdb, pandas
posts = pandas.read_csv(sys.argv[1], dtype=str)
connection = duckdb.connect(sys.argv[2])
connection.execute("create table posts as select * from posts").fetchall()
connection.close()
"""


WHAT = ("empty", "held", "pandas", "delta", "formats")
MORE = 10_000  # posts of a delta


@dataclass(frozen=True, kw_only=True)
class Took:
    """What one process took: seconds on the clock and of the processors, and how many others wanted them when it ended."""

    seconds: float
    cpu: float
    load: float


def main() -> None:
    command.run(__doc__, measure, WHAT, posts=200_000, held=1_000_000, rounds=3)


def measure(told: argparse.Namespace, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    only = told.only.split(",")
    csv = _invented(folder / f"new-{told.posts}.csv", told.posts, seed=1, first=100_000_000)
    more = _invented(folder / f"new-{MORE}.csv", MORE, seed=3, first=900_000_000)
    held = folder / f"held-{told.held}"
    if not held.exists() and {"held", "delta"} & set(only):
        large = _invented(folder / "held.csv", told.held, seed=2, first=0)
        imported(new_home(folder / "unfinished"), large)
        (folder / "unfinished").rename(held)
        large.unlink()
    home = folder / "home"
    print("| what | seconds | posts/s | CPU s | load |\n|---|---|---|---|---|")
    whole = [what for what in WHAT[:-1] if what in only]
    took: dict[str, list[Took]] = {what: [] for what in whole}
    for _ in range(told.rounds):
        for what in whole:
            took[what].append(once(what, home, more if what == "delta" else csv, held))
    for what in whole:
        show(what, MORE if what == "delta" else told.posts, took[what])
    for sample in repeated.samples() if "formats" in only else ():
        long = folder / sample.name
        repeated.write(sample, long, told.posts // 4)
        options = ["--no-publish", "--format", sample.parent.name]
        if map_file := repeated.mapping(sample):
            options += ["--map", str(map_file)]
        runs = [imported(new_home(home), long, *options) for _ in range(told.rounds)]
        show(f"{sample.parent.name}, {sample.name}", told.posts // 4, runs)
        long.unlink()


def once(what: str, home: Path, csv: Path, held: Path) -> Took:
    if what == "pandas":
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        return timed([sys.executable, "-c", PANDAS, str(csv), str(home / "posts.duckdb")])
    if what == "empty":
        return imported(new_home(home), csv)
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(held, home)
    if what == "held":
        return imported(home, csv)
    imported(home, csv, "--no-publish")
    return timed([*groundswell(home), "build"])


def new_home(home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    timed([*groundswell(home), "campaign", "new", "benchmark", "--hashtag", "weibo:停更一周"])
    return home


def imported(home: Path, file: Path, *options: str) -> Took:
    return timed([*groundswell(home), "import", str(file), "--campaign", "benchmark", *options])


def groundswell(home: Path) -> list[str]:
    return [sys.executable, "-m", "groundswell", "--home", str(home)]


def timed(line: list[str]) -> Took:
    """One process and those it starts. Children of children count once their parent has waited for them, as ours do."""
    begun, used = time.monotonic(), command.used()
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[1])
    return Took(seconds=time.monotonic() - begun, cpu=command.used() - used, load=os.getloadavg()[0])


def show(what: str, posts: int, took: list[Took]) -> None:
    seconds = sorted(one.seconds for one in took)
    middle = statistics.median(seconds)
    cpu, load = statistics.median(one.cpu for one in took), max(one.load for one in took)
    print(f"| {what} | {middle:.1f} ({seconds[0]:.1f} to {seconds[-1]:.1f}) | {posts / middle:,.0f} | {cpu:.1f} | {load:.1f} |", flush=True)


def _invented(path: Path, posts: int, *, seed: int, first: int) -> Path:
    if not path.exists():
        invented.write(path, posts, seed=seed, first=first)
    return path


if __name__ == "__main__":
    main()
