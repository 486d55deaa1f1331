"""`groundswell watch`."""

import argparse
import sys

from commands.given import accepted, publishing
from commands.published import publish
from commands.saying import say
from commands.stopping import going_on
from data.home import Home

HELP = "collects and rechecks on their schedules until stopped"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--accept-terms", default="", metavar="default|HOST,…", help="as for collect")
    publishing(made)


def run(told: argparse.Namespace, home: Home) -> None:
    from collectors.watching import watch as watch_now
    from data.campaign import find

    chosen = find(home, told.campaign)
    published = (lambda: None) if told.no_publish else (lambda: publish(home))
    with going_on() as go_on:
        runs = watch_now(
            home, chosen, accepted(told), go_on, publish=published, say=lambda line: print(line, file=sys.stderr, flush=True)
        )  # fmt: skip
    say(told, f"Stopped after {runs} runs", {"runs": runs})
