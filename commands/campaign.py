"""`groundswell campaign new | check | list`."""

import argparse
from pathlib import Path

from commands.given import common
from commands.saying import say
from data.errors import Unreadable
from data.home import Home

HELP = "make, check or list campaigns"
TO_ADD = """What it is for and against (stance is labelled toward these) and its slogans go to the end of that file, such as

[[targets]]
concept = "AI绘画"
side = "against"  # or "favour"
[[slogans]]
text = "先问再用"

and then published by: groundswell build"""


def options(made: argparse.ArgumentParser) -> None:
    what = made.add_subparsers(dest="what", required=True, metavar="new | check | list")
    one = what.add_parser("new", help="a campaign file of your own")
    one.add_argument("id")
    one.add_argument("--name")
    one.add_argument("--hashtag", action="extend", nargs="+", default=[], metavar="PLATFORM:TAG")
    one.add_argument("--start", metavar="TIME", help="when it began, such as 2023-08-01")
    one = what.add_parser("check", help="says what is wrong in a campaign file")
    one.add_argument("file", type=Path)
    what.add_parser("list", help="the campaigns that are known here")
    for one in what.choices.values():
        common(one)


def run(told: argparse.Namespace, home: Home) -> None:
    from data import campaign as files

    if told.what == "new":
        made = files.new(home, told.id, name=told.name, hashtags=told.hashtag, start=told.start)
        say(told, f"Made {made}\n{TO_ADD}", {"campaign": told.id, "file": str(made)})
    elif told.what == "check":
        from collectors.watching import schedules

        if not told.file.is_file():
            raise Unreadable(f"{told.file}: there is no such file")
        files.parsed(told.file)  # what is no campaign file at all is an unreadable input, one with faults a wrong one
        checked = files.read(told.file)
        schedules(checked)
        kept = [f"{key}: kept, but no page shows it yet" for key in checked.not_shown]
        say(
            told,
            "\n".join([f"{told.file}: {checked.id} is fine", *kept]),
            {"campaign": checked.id, "ok": True, "not_shown": checked.not_shown},
        )
    else:
        known = files.campaigns(home)
        lines = [f"{one.id}\t{one.name}{' (invented)' if one.synthetic else ''}\t{one.path}" for one in known.values()]
        say(told, "\n".join(lines), {"campaigns": list(known)})
