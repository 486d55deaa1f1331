"""The published database, as commands that add to the log leave it."""

import argparse
from typing import Any

from data.home import Home
from data.version import VERSION


def publish(home: Home) -> None:
    from data.build import build as build_now

    build_now(home)


def up_to_date(told: argparse.Namespace, home: Home) -> Any:
    """The database with all that the log holds: published first, or only made to be asked."""
    from data.build import drafting, reading

    if told.no_publish:
        return drafting(home)
    publish(home)
    return reading(home)


def begun(source: str, campaign: Any, query: str) -> Any:
    """The row of a run that begins now: as invented as its campaign is."""
    from data.clock import now
    from data.model import Run, new_run_id

    at = now()
    return Run(
        run_id=new_run_id(at), source=source, campaign=campaign.id, query=query, synthetic=campaign.synthetic, started=at, version=VERSION
    )
