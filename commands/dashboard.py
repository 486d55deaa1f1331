"""`groundswell dashboard`."""

import argparse

from commands.given import port
from data.home import Home

HELP = "the dashboard, on this machine only"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--port", type=port, default=8501)
    made.add_argument("--no-browser", action="store_true")


def run(told: argparse.Namespace, home: Home) -> None:
    from dashboard.serve import serve

    serve(home, told.port, browser=not told.no_browser)
