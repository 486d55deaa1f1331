"""`groundswell import`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from commands.came import tell_what_came
from commands.given import publishing
from commands.saying import progress
from data.errors import Unreadable, WrongUsage
from data.home import Home

HELP = "files: CSV, Excel, JSON, JSONL, Parquet, SQLite, HAR, WARC, WACZ; folders and zip archives of them"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--format", metavar="NAME", help="the format, where it is not told rightly by itself")
    made.add_argument("--platform", metavar="P", help="the platform of a table that does not tell it")
    made.add_argument("--zone", metavar="ZONE", help="the zone of times without one (default: the campaign's)")
    made.add_argument("--map", metavar="FILE|auto", help="column mapping of an unknown table; auto takes the guess without asking")
    publishing(made)


def run(told: argparse.Namespace, home: Home) -> int:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from collectors.importing import ImportOptions, import_files
    from data.campaign import find

    chosen = find(home, told.campaign)
    try:
        zone = ZoneInfo(told.zone) if told.zone else chosen.zone
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WrongUsage(f"--zone {told.zone}: not a known zone; write one such as Asia/Shanghai") from error
    wanted = ImportOptions(
        campaign=chosen, format=told.format, platform=told.platform, zone=zone, mapping=_mapping(told),
        choose=lambda name, guess: _choose_mapping(told, name, guess),
    )  # fmt: skip
    done = import_files(home, told.paths, wanted, lambda sofar: progress(_imported(sofar)))
    progress("")
    tell_what_came(
        told, home, done,
        f"{done.files} files, {done.read:,} records: {done.added:,} added, {done.updated:,} updated, {done.duplicate:,} duplicate, "
        f"{done.quarantined:,} quarantined, in {done.seconds:.1f} s",
    )  # fmt: skip
    return Unreadable.exit_status if done.unreadable else 0


def _imported(so_far: Any) -> str:
    return f"{so_far.read:,} records, {so_far.added:,} new" + (f", {so_far.far}" if so_far.far else "")


def _mapping(told: argparse.Namespace) -> dict[str, Any] | None:
    import tomllib

    if not told.map or told.map == "auto":
        return None
    try:
        return tomllib.loads(Path(told.map).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongUsage(f'--map {told.map}: {error}. Write TOML: platform, kind, zone, [columns] with target = "source"') from error


def _choose_mapping(told: argparse.Namespace, name: str, guess: dict[str, Any] | None) -> dict[str, Any]:
    if guess is None:
        raise Unreadable(
            f"{name}: a table of no known tool, and none of its columns is known to hold texts. Write a mapping "
            '(platform, kind, zone, [columns] with target = "source column") and give it with --map FILE'
        )
    shown = _shown_mapping(guess)
    if not guess.get("platform"):
        raise Unreadable(
            f"{name}: a table of no known tool, and nothing in it tells its platform. Name that with --platform weibo (or xiaohongshu, "
            f"douyin, …), and take this guess with --map auto, or save it and mend it:\n\n{shown}"
        )
    if told.map == "auto":
        return guess
    if not sys.stdin.isatty():
        raise Unreadable(
            f"{name}: a table of no known tool. This is the guess; take it with --map auto, or save it and mend it:\n\n{shown}"
        )
    print(f"{name} is a table of no known tool. The guess:\n\n{shown}", file=sys.stderr)
    if input("Import it so? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Unreadable(f"{name}: left out")
    return guess


def _shown_mapping(guess: dict[str, Any]) -> str:
    """A guess as the mapping file it can be saved as."""
    import tomli_w

    written = tomli_w.dumps({name: value for name, value in guess.items() if name != "unread"})
    platform = "" if guess.get("platform") else 'platform = ""  # such as "weibo"\n'
    unread = [json.dumps(column, ensure_ascii=False) for column in guess.get("unread", ())]
    return platform + written + (f"# nothing is read from: {', '.join(unread)}\n" if unread else "")
