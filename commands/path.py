"""`groundswell path`."""

import argparse

from commands.saying import say
from data.home import Home

HELP = "where things are"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("what", nargs="?", choices=["home", "db", "log", "archive"], default="home")


def run(told: argparse.Namespace, home: Home) -> None:
    from data.build import database

    place = {"home": lambda: home.path, "db": lambda: database(home), "log": lambda: home.log, "archive": lambda: home.archive}
    found = place[told.what]()
    say(told, str(found), {told.what: str(found)})
