"""`groundswell demo`."""

import argparse
import os
import sys

from commands import dashboard
from data.home import Home

HELP = "the invented demo campaign, in a home of its own, and the dashboard"
options = dashboard.options


def run(told: argparse.Namespace, home: Home) -> None:
    from data.build import build
    from data.clock import now
    from data.sample.demo import fill

    if not (told.home or os.environ.get("GROUNDSWELL_HOME")) or _holds_real(home):
        home = Home(home.path.with_name(f"{home.path.name}-demo"))
    fill(home, now())
    build(home)
    print(f"The invented campaign is in {home.path}", file=sys.stderr)
    dashboard.run(told, home)


def _holds_real(home: Home) -> bool:
    """Whether anything in a home is not invented: the demonstration would count among it."""
    from data.log import Log

    return any(not run["synthetic"] for run in Log(home.log).read("run", columns=["synthetic"]).to_pylist())
