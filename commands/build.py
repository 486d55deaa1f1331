"""`groundswell build`."""

import argparse

from commands.saying import say
from data.home import Home

HELP = "publish the database from the log"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--full", action="store_true", help="from nothing, not from the last one")


def run(told: argparse.Namespace, home: Home) -> None:
    from data.build import build as build_now

    built = build_now(home, full=told.full)
    say(
        told,
        f"Published generation {built.generation}: {built.posts:,} posts and {built.cells:,} cells counted anew in {built.seconds:.1f} s",
        vars(built),
    )
