"""`groundswell verify`."""

import argparse
import sys
from pathlib import Path

from commands.saying import say
from data.home import Home

HELP = "an export bundle or the archive: every hash; what is missing, changed, redacted"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("path", type=Path, metavar="PATH")


def run(told: argparse.Namespace, home: Home) -> int:
    from collectors.verify import verify as verify_now

    done = verify_now(told.path, home)
    for problem in done["problems"]:
        print(problem, file=sys.stderr)
    say(told, f"{told.path}: {'as it was written' if done['ok'] else 'NOT as it was written'}, {done['checked']:,} checked", done)
    return 0 if done["ok"] else 1
