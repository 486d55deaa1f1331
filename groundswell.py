"""The command `groundswell`: its options, its exit status, and what it says where a subcommand fails."""

import argparse
import json
import os
import signal
import sys
from typing import NoReturn

from commands import commands
from commands.given import common
from commands.stopping import STOPPED, stoppable
from data.errors import GroundswellError, Terminated
from data.files import saying_what_cannot_be_written
from data.home import find_home
from data.version import VERSION


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs one command. Exit status: 0 done, 1 unexpected, 2 wrong usage, 3 blocked by a platform, 4 input unreadable; 130 (Ctrl+C) or
    143 (SIGTERM) where it was stopped before it was done. `watch` is done when it is stopped."""
    told = parser().parse_args(arguments)
    try:
        with stoppable(), saying_what_cannot_be_written(lambda: _place(told)):
            status = told.run(told, find_home(told.home))
    except GroundswellError as error:
        print(error, file=sys.stderr)
        if told.json:
            print(json.dumps({**told.said, "error": str(error)}, ensure_ascii=False, default=str))
        status = error.exit_status
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except KeyboardInterrupt as stopped:
        print("Stopped. What was appended is kept; run the same command again to go on.", file=sys.stderr)
        status = STOPPED + (signal.SIGTERM if isinstance(stopped, Terminated) else signal.SIGINT)
    sys.exit(status or 0)


def _place(told: argparse.Namespace) -> str:
    """Where a command writes."""
    out = getattr(told, "out", None)
    return f"{find_home(told.home).path}{f' or {out}' if out else ''}"


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    root = argparse.ArgumentParser(
        prog="groundswell", description="How a public campaign spreads on Chinese social media, and how sure each number is."
    )
    root.add_argument("--home", metavar="DIR", help="where everything is kept (default: $GROUNDSWELL_HOME or the user data folder)")
    root.add_argument("--json", action="store_true", help="the last line of standard output is one JSON object")
    root.add_argument("--version", action="version", version=f"groundswell {VERSION}")
    known = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in commands().items():
        made = known.add_parser(name, help=command.HELP, description=command.HELP)
        common(made)
        if hasattr(command, "options"):
            command.options(made)
        made.set_defaults(run=command.run, said={})
    return root


if __name__ == "__main__":
    main()
