"""`groundswell recheck`."""

import argparse

from commands.came import tell_what_was_collected
from commands.given import accepted, publishing
from commands.stopping import going_on
from data.home import Home

HELP = "sees followed posts again: counts, edits, deletions"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--campaign", required=True, metavar="ID")
    which = made.add_mutually_exclusive_group()
    which.add_argument("--due", action="store_true", help="those whose time has come, within the day's budget (default)")
    which.add_argument("--all", action="store_true", help="every post of the campaign")
    made.add_argument("--accept-terms", default="", metavar="default|HOST,…", help="as for collect")
    publishing(made)


def run(told: argparse.Namespace, home: Home) -> int:
    from collectors.collecting import see_again
    from data.campaign import find

    with going_on() as go_on:
        done = see_again(home, find(home, told.campaign), accepted(told), told.all, go_on)
    return tell_what_was_collected(told, home, done, go_on.by)
