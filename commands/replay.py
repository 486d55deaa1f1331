"""`groundswell replay`."""

import argparse

from commands.came import tell_what_came
from commands.given import publishing
from data.home import Home

HELP = "parses the archive and the quarantine again after a fix"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--run", dest="of_run", metavar="ID", help="what one run left (default: all)")
    publishing(made)


def run(told: argparse.Namespace, home: Home) -> None:
    from collectors.replaying import replay as replay_now

    done = replay_now(home, told.of_run)
    tell_what_came(
        told, home, done,
        f"{done.read:,} records read again: {done.added:,} added, {done.updated:,} updated, {done.duplicate:,} as they were, "
        f"{done.quarantined:,} still unreadable, in {done.seconds:.1f} s",
    )  # fmt: skip
