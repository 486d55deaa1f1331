"""`groundswell export`."""

import argparse
import sys
from pathlib import Path

from commands.given import listed, span
from commands.saying import say
from data.home import Home

HELP = "a bundle with every row, codebook, versions and hashes"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--out", required=True, type=Path, metavar="DIR")
    made.add_argument("--format", action="append", metavar="csv,xlsx,parquet,jsonl")
    made.add_argument("--since", metavar="TIME", help="a day, or a time, of the campaign's zone")
    made.add_argument("--until", metavar="TIME", help="not included")
    made.add_argument("--platform", action="append", metavar="weibo,xiaohongshu")
    made.add_argument("--text", choices=["none", "pseudonymised", "verbatim"], default="pseudonymised")
    made.add_argument("--with-identities", action="store_true", help="names and ids of accounts: think of the people behind them")
    made.add_argument("--sample", type=int, metavar="N")
    made.add_argument("--seed", type=int, default=0, metavar="S")


def run(told: argparse.Namespace, home: Home) -> None:
    from data.campaign import find
    from data.export import export as export_now
    from data.export.describe import parts
    from data.export.sheets import CELL_CHARACTERS

    since, until = span(told, find(home, told.campaign))
    formats, platforms = listed(told.format) or ("csv",), listed(told.platform)
    done = export_now(
        home, told.campaign, told.out, formats=formats, since=since, until=until, platforms=platforms,
        text=told.text, with_identities=told.with_identities, sample=told.sample, seed=told.seed,
    )  # fmt: skip
    for file, cells in done["cut_cells"].items():
        print(
            f"{told.out / file}: {cells:,} cells are cut at the {CELL_CHARACTERS:,} characters that Excel holds; csv holds all",
            file=sys.stderr,
        )
    what = parts(done.pop("classes"))
    say(told, f"{told.out}: {done['rows']:,} records ({what}) in {len(done['files'])} files", done)
