"""`groundswell report`."""

import argparse
from pathlib import Path

from commands.saying import say
from data.home import Home

HELP = "one page of the campaign to send: HTML with all its charts inside, quoting no post"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--out", required=True, type=Path, metavar="FILE.html")
    made.add_argument("--language", choices=["en", "zh"], default="en")
    made.add_argument("--public", action="store_true", help="leaves out figures under five and keywords")


def run(told: argparse.Namespace, home: Home) -> None:
    import logging

    logging.disable(logging.WARNING)  # Streamlit would complain that no server runs, and none is needed
    try:
        from dashboard.report import write

        size = write(home, told.campaign, told.out, language=told.language, public=told.public)
    finally:
        logging.disable(logging.NOTSET)
    say(told, f"{told.out}: {size / 1024:,.0f} KB", {"file": str(told.out), "bytes": size})
