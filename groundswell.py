"""The command `groundswell`: thin, one function a subcommand. Heavy imports wait until a subcommand needs them."""

import argparse
import json
import math
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from data.errors import GroundswellError, Terminated, Unreadable, WrongUsage
from data.files import saying_what_cannot_be_written
from data.formulas import guarded
from data.home import Home, find_home
from data.version import VERSION

REASONS_SHOWN = 3
OTHER_MODEL = "a model folder; or the name of a model of the Hugging Face hub, which is fetched from there (extra [hub])"
LONGEST_REASON = 160  # characters
STOPPED = 128  # and the number of the signal that ended a command before it was done, as shells have it
# What moves a terminal's cursor, colours or clears it, or turns the direction of writing; not the ends of lines.
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
STAND_IN = re.compile(r"u[0-9a-f]{10}")  # of an account, as `data.home.stand_in` makes it
STAYS = "What others wrote stays: in their posts, mentions and reposts the @name may still stand, and words repeated after //@name: there."
UNSEARCHED = """These files of the archive are damaged and could not be searched: {files}.
What is to be forgotten may still stand there; all else is done. Put sound copies of them in
their place in {folder}, or delete them there, and run the same command again"""
TO_ADD = """What it is for and against (stance is labelled toward these) and its slogans go to the end of that file, such as

[[targets]]
concept = "AI绘画"
side = "against"  # or "favour"
[[slogans]]
text = "先问再用"

and then published by: groundswell build"""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs one command. Exit status: 0 done, 1 unexpected, 2 wrong usage, 3 blocked by a platform, 4 input unreadable; 130 (Ctrl+C) or
    143 (SIGTERM) where it was stopped before it was done. `watch` is done when it is stopped."""
    told = parser().parse_args(arguments)
    try:
        with _stoppable(), saying_what_cannot_be_written(lambda: _place(told)):
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


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM ends the command as Ctrl+C does: with a word and a status, and what is half written is cleared away. In the middle of a
    question DuckDB makes an error of its own of either."""
    told: list[type[KeyboardInterrupt]] = []

    def end(number: int, frame: object) -> NoReturn:
        told.append(Terminated if number == signal.SIGTERM else KeyboardInterrupt)
        raise told[-1]

    with _on_signals(lambda before: end):
        try:
            yield
        except Exception as error:
            if told:
                raise told[-1] from error
            raise


def _place(told: argparse.Namespace) -> str:
    """Where a command writes."""
    out = getattr(told, "out", None)
    return f"{find_home(told.home).path}{f' or {out}' if out else ''}"


@contextmanager
def _interrupting(interrupt: Callable[[], None]) -> Iterator[None]:
    """A signal tells DuckDB too. Its threads do not hear of an error that a handler raises: a long question would first go on to its
    end."""

    def telling(before: Mapping[int, Any]) -> Callable[[int, Any], None]:
        def tell(number: int, frame: object) -> None:
            interrupt()
            before[number](number, frame)

        return tell

    with _on_signals(telling):
        yield


@contextmanager
def _going_on() -> Iterator[Any]:
    """Whether live work goes on: a signal ends it where it loses nothing."""
    from collectors.collecting import GoOn

    go_on = GoOn()
    with _on_signals(lambda before: go_on.stop):
        yield go_on


@contextmanager
def _on_signals(handler: Callable[[Mapping[int, Any]], Callable[[int, Any], object]]) -> Iterator[None]:
    """SIGTERM and SIGINT go to a handler that is made knowing those before it, which come back afterwards. Only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    chosen = handler(before)
    for number in before:
        signal.signal(number, chosen)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _port(told: str) -> int:
    if not (told.isascii() and told.isdigit() and 0 < int(told) < 65536):
        raise argparse.ArgumentTypeError(f"{told}: a port is a number from 1 to 65535")
    return int(told)


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    root = argparse.ArgumentParser(
        prog="groundswell", description="How a public campaign spreads on Chinese social media, and how sure each number is."
    )
    root.add_argument("--home", metavar="DIR", help="where everything is kept (default: $GROUNDSWELL_HOME or the user data folder)")
    root.add_argument("--json", action="store_true", help="the last line of standard output is one JSON object")
    root.add_argument("--version", action="version", version=f"groundswell {VERSION}")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def common(made: argparse.ArgumentParser) -> None:
        """What may stand after the command too; SUPPRESS keeps what was told before it."""
        made.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)

    def command(name: str, run: Callable[[argparse.Namespace, Home], int | None], help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help)
        common(made)
        made.set_defaults(run=run, said={})
        return made

    made = command("demo", demo, "the invented demo campaign, in a home of its own, and the dashboard")
    made.add_argument("--port", type=_port, default=8501)
    made.add_argument("--no-browser", action="store_true")

    made = command("campaign", campaign, "make, check or list campaigns")
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

    made = command("import", import_, "files: CSV, Excel, JSON, JSONL, Parquet, SQLite, HAR, WARC, WACZ; folders and zip archives of them")
    made.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--format", metavar="NAME", help="the format, where it is not told rightly by itself")
    made.add_argument("--platform", metavar="P", help="the platform of a table that does not tell it")
    made.add_argument("--zone", metavar="ZONE", help="the zone of times without one (default: the campaign's)")
    made.add_argument("--map", metavar="FILE|auto", help="column mapping of an unknown table; auto takes the guess without asking")
    _publishing(made)

    made = command("collect", collect, "live, slowly, from hosts you consented to: see the README before you use it")
    made.add_argument(
        "sources", nargs="+", metavar="SOURCE|ADDRESS",
        help="weibo-counts, weibo-hot, weibo-posts, weibo-comments, weibo-reposts, xiaohongshu-notes, xiaohongshu-topics, "
        "browser; the last three with the addresses of notes, of topic pages, of what to open first",
    )  # fmt: skip
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--since", metavar="TIME", help="a day, or a time, of the campaign's zone (default: where the last run came to)")
    made.add_argument("--until", metavar="TIME", help="not included (default: now)")
    made.add_argument("--pages", type=int, metavar="N", help="at most so many pages a query")
    made.add_argument(
        "--accept-terms", default="", metavar="default|HOST,…", help="you consent to asking these hosts; kept in the home, needed once"
    )
    _publishing(made)

    made = command("recheck", recheck, "sees followed posts again: counts, edits, deletions")
    made.add_argument("--campaign", required=True, metavar="ID")
    which = made.add_mutually_exclusive_group()
    which.add_argument("--due", action="store_true", help="those whose time has come, within the day's budget (default)")
    which.add_argument("--all", action="store_true", help="every post of the campaign")
    made.add_argument("--accept-terms", default="", metavar="default|HOST,…", help="as for collect")
    _publishing(made)

    made = command("watch", watch, "collects and rechecks on their schedules until stopped")
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--accept-terms", default="", metavar="default|HOST,…", help="as for collect")
    _publishing(made)

    made = command("replay", replay, "parses the archive and the quarantine again after a fix")
    made.add_argument("--run", dest="of_run", metavar="ID", help="what one run left (default: all)")
    _publishing(made)

    made = command("label", label, "emotion, sentiment and stance of every distinct text that has none of this model version")
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--model", metavar="DIR|NAME", help=OTHER_MODEL)
    made.add_argument("--redo", action="store_true", help="label again what this model version has labelled")
    _publishing(made)

    made = command("embed", embed, "vectors of every distinct text that has none, for search by meaning (extra [search])")
    made.add_argument("--campaign", required=True, metavar="ID")
    _publishing(made)

    made = command("score", score, "labels a CSV, JSONL or Parquet file without importing it")
    made.add_argument("path", type=Path, metavar="PATH")
    made.add_argument("--out", required=True, type=Path, metavar="FILE")
    made.add_argument("--model", metavar="DIR|NAME", help=OTHER_MODEL)
    made.add_argument("--text-column", default="text")
    made.add_argument("--target")
    made.add_argument("--target-column")
    made.add_argument("--context-column")

    made = command("build", build, "publish the database from the log")
    made.add_argument("--full", action="store_true", help="from nothing, not from the last one")

    made = command("sql", sql, "a read-only question to the published database")
    made.add_argument("statement", metavar="SELECT …")
    made.add_argument("--format", choices=["table", "csv", "json"], default="table")

    made = command("path", path, "where things are")
    made.add_argument("what", nargs="?", choices=["home", "db", "log", "archive"], default="home")

    made = command("export", export, "a bundle with every row, codebook, versions and hashes")
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--out", required=True, type=Path, metavar="DIR")
    made.add_argument("--format", action="append", metavar="csv,xlsx,parquet,jsonl")
    made.add_argument("--since", metavar="TIME", help="a day, or a time, of the campaign's zone")
    made.add_argument("--until", metavar="TIME", help="not included")
    made.add_argument("--platform", action="append", metavar="weibo,xiaohongshu")
    made.add_argument("--text", choices=["none", "pseudonymised", "verbatim"], default="pseudonymised")
    made.add_argument("--with-identities", action="store_true", help="names and ids of accounts: think of the people behind them")
    made.add_argument("--sample", type=int, metavar="N")
    made.add_argument("--seed", type=int, default=0, metavar="S")

    made = command("report", report, "one page of the campaign to send: HTML with all its charts inside, quoting no post")
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--out", required=True, type=Path, metavar="FILE.html")
    made.add_argument("--language", choices=["en", "zh"], default="en")
    made.add_argument("--public", action="store_true", help="leaves out figures under five and keywords")

    made = command("verify", verify, "an export bundle or the archive: every hash; what is missing, changed, redacted")
    made.add_argument("path", type=Path, metavar="PATH")

    made = command("forget", forget, "takes a person or a post out of log, archive and database; it does not come back")
    who = made.add_mutually_exclusive_group(required=True)
    who.add_argument("--author", metavar="ID", help="the account: weibo:1993300447, the bare id, or its author_key")
    who.add_argument("--post", metavar="ID", help="weibo:4607741009594608, or the bare id")
    _publishing(made)

    made = command("dashboard", dashboard, "the dashboard, on this machine only")
    made.add_argument("--port", type=_port, default=8501)
    made.add_argument("--no-browser", action="store_true")

    command("doctor", doctor, "what is installed, reachable, stale, missing, full; one line each with the remedy")
    return root


def _publishing(made: argparse.ArgumentParser) -> None:
    made.add_argument("--no-publish", action="store_true", help="leave the published database as it is; for scripts")


def demo(told: argparse.Namespace, home: Home) -> None:
    from data.build import build
    from data.clock import now
    from data.sample.demo import fill

    if not (told.home or os.environ.get("GROUNDSWELL_HOME")) or _holds_real(home):
        home = Home(home.path.with_name(f"{home.path.name}-demo"))
    fill(home, now())
    build(home)
    print(f"The invented campaign is in {home.path}", file=sys.stderr)
    _serve(home, told)


def _holds_real(home: Home) -> bool:
    """Whether anything in a home is not invented: the demonstration would count among it."""
    from data.log import Log

    return any(not run["synthetic"] for run in Log(home.log).read("run", columns=["synthetic"]).to_pylist())


def campaign(told: argparse.Namespace, home: Home) -> None:
    from data import campaign as files

    if told.what == "new":
        made = files.new(home, told.id, name=told.name, hashtags=told.hashtag, start=told.start)
        _say(told, f"Made {made}\n{TO_ADD}", {"campaign": told.id, "file": str(made)})
    elif told.what == "check":
        from collectors.watching import schedules

        if not told.file.is_file():
            raise Unreadable(f"{told.file}: there is no such file")
        files.parsed(told.file)  # what is no campaign file at all is an unreadable input, one with faults a wrong one
        checked = files.read(told.file)
        schedules(checked)
        kept = [f"{key}: kept, but no page shows it yet" for key in checked.not_shown]
        _say(
            told,
            "\n".join([f"{told.file}: {checked.id} is fine", *kept]),
            {"campaign": checked.id, "ok": True, "not_shown": checked.not_shown},
        )
    else:
        known = files.campaigns(home)
        lines = [f"{one.id}\t{one.name}{' (invented)' if one.synthetic else ''}\t{one.path}" for one in known.values()]
        _say(told, "\n".join(lines), {"campaigns": list(known)})


def import_(told: argparse.Namespace, home: Home) -> int:
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
    done = import_files(home, told.paths, wanted, lambda sofar: _progress(_imported(sofar)))
    _progress("")
    _done(
        told, home, done,
        f"{done.files} files, {done.read:,} records: {done.added:,} added, {done.updated:,} updated, {done.duplicate:,} duplicate, "
        f"{done.quarantined:,} quarantined, in {done.seconds:.1f} s",
    )  # fmt: skip
    return Unreadable.exit_status if done.unreadable else 0


def _done(told: argparse.Namespace, home: Home, done: Any, sentence: str) -> None:
    """Says what came of each record of an import, a collection or a replay, and publishes it."""
    warnings = [*done.warnings, *done.unreadable]
    for message in warnings:
        print(message, file=sys.stderr)
    counted = {name: value for name, value in vars(done).items() if name not in ("unreadable", "left_out", "alike", "far")}
    _say(told, sentence + _why(done.reasons), {**counted, "warnings": warnings})
    if not told.no_publish:
        _publish(home)  # last: a campaign file may have become faulty since, and what was kept is to be said all the same


def _why(reasons: Any) -> str:
    """Why records were quarantined, as lines below a sentence: the commonest reasons first, and where the rest stand."""
    if not reasons:
        return ""
    lines = [f"  {number:,} × {_plain(reason)}" for reason, number in reasons.most_common(REASONS_SHOWN)]
    left = len(reasons) - len(lines)
    more = [f"  and {left:,} more {'reason' if left == 1 else 'reasons'}"] if left else []
    where = "Each record with its reason: the page Health; tables can be mended on the page Add data (groundswell dashboard)."
    return "\n".join(["", "Quarantined were, kept for a replay:", *lines, *more, where])


def _plain(reason: str) -> str:
    """A reason as a part of a line: it may quote what a stranger wrote."""
    printable = "".join(sign if sign.isprintable() else "\ufffd" for sign in reason)
    return printable if len(printable) <= LONGEST_REASON else printable[:LONGEST_REASON] + "…"


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


def collect(told: argparse.Namespace, home: Home) -> int:
    from collectors.collecting import Asked, collect_all
    from data.campaign import find

    if told.pages is not None and told.pages < 1:
        raise WrongUsage("--pages: at least 1")
    chosen = find(home, told.campaign)
    since, until = _span(told, chosen)
    asked = Asked(
        campaign=chosen, sources=tuple(name for name in told.sources if "://" not in name), since=chosen.utc(since)[0],
        until=chosen.utc(until)[0], pages=told.pages, addresses=tuple(name for name in told.sources if "://" in name),
        accepted=_accepted(told),
    )  # fmt: skip
    with _going_on() as go_on:
        done = collect_all(home, asked, go_on)
    return _collected(told, home, done, go_on.by)


def recheck(told: argparse.Namespace, home: Home) -> int:
    from collectors.collecting import see_again
    from data.campaign import find

    with _going_on() as go_on:
        done = see_again(home, find(home, told.campaign), _accepted(told), told.all, go_on)
    return _collected(told, home, done, go_on.by)


def watch(told: argparse.Namespace, home: Home) -> None:
    from collectors.watching import watch as watch_now
    from data.campaign import find

    chosen = find(home, told.campaign)
    publish = (lambda: None) if told.no_publish else (lambda: _publish(home))
    with _going_on() as go_on:
        runs = watch_now(
            home, chosen, _accepted(told), go_on, publish=publish, say=lambda line: print(line, file=sys.stderr, flush=True)
        )  # fmt: skip
    _say(told, f"Stopped after {runs} runs", {"runs": runs})


def replay(told: argparse.Namespace, home: Home) -> None:
    from collectors.replaying import replay as replay_now

    done = replay_now(home, told.of_run)
    _done(
        told, home, done,
        f"{done.read:,} records read again: {done.added:,} added, {done.updated:,} updated, {done.duplicate:,} as they were, "
        f"{done.quarantined:,} still unreadable, in {done.seconds:.1f} s",
    )  # fmt: skip


def _accepted(told: argparse.Namespace) -> tuple[str, ...]:
    return tuple(host.strip() for host in told.accept_terms.split(",") if host.strip())


def _collected(told: argparse.Namespace, home: Home, done: Any, stopped_by: int | None) -> int:
    """Publishes and tells what came; the exit status."""
    _done(
        told, home, done,
        f"{done.pages:,} pages, {done.read:,} records: {done.added:,} added, {done.updated:,} updated, {done.duplicate:,} duplicate, "
        f"{done.quarantined:,} quarantined, {done.gaps} gaps, in {done.seconds:.1f} s",
    )  # fmt: skip
    return STOPPED + stopped_by if done.halted and stopped_by else done.exit_status


def label(told: argparse.Namespace, home: Home) -> None:
    from dataclasses import replace

    from analysis.classifier import load
    from analysis.labelling import label as label_texts
    from data.build import forgotten_until
    from data.campaign import find
    from data.clock import now
    from data.forget import append_of_texts
    from data.log import Log
    from data.unlabelled import unlabelled

    campaign = find(home, told.campaign)
    targets = [concept for concept, _ in campaign.targets]
    classifier = load(told.model, campaign.told.get("label_names"))
    log = Log(home.log)
    labelled, seconds, rate = 0, 0.0, 0.0
    with _up_to_date(told, home) as connection:
        run = _begun("label", campaign, f"{classifier.name} {classifier.version}")
        log.append_rows([run])
        total, texts = unlabelled(
            connection, campaign=told.campaign, model=classifier.name, version=classifier.version, kinds=classifier.post_kinds,
            targets=targets if classifier.head("stance") else [], with_context=classifier.takes_context, again=told.redo,
        )  # fmt: skip
        forgotten = forgotten_until(connection)
        for step in label_texts(texts, classifier, total=total, run_id=run.run_id):
            append_of_texts(log, step.rows, forgotten)
            labelled += len({row.text_sha256 for row in step.rows})
            seconds, rate = step.progress.seconds, step.progress.posts_per_second
            _progress(_far(step.progress))
    _progress("")
    log.append_rows([replace(run, ended=max(now(), run.started), read=total, added=labelled)])
    _say(
        told,
        f"{labelled:,} texts labelled toward {len(targets)} targets by {classifier.name} {classifier.version} "
        f"in {seconds:.1f} s ({rate:.0f} posts/s)",
        {"model": classifier.name, "model_version": classifier.version, "labelled": labelled, "seconds": round(seconds, 1),
         "posts_per_second": round(rate, 1)},
    )  # fmt: skip
    if not told.no_publish:
        _publish(home)


def embed(told: argparse.Namespace, home: Home) -> None:
    from dataclasses import replace

    from analysis import meaning
    from data.build import forgotten_until
    from data.campaign import find
    from data.clock import now
    from data.forget import append_of_texts
    from data.log import Log
    from data.unembedded import unembedded

    campaign = find(home, told.campaign)
    encoder = meaning.encoder()
    log = Log(home.log)
    added, seconds, rate = 0, 0.0, 0.0
    with _up_to_date(told, home) as connection:
        run = _begun("embed", campaign, meaning.MODEL)
        log.append_rows([run])
        total, texts = unembedded(connection, campaign=told.campaign, model=meaning.MODEL)
        forgotten = forgotten_until(connection)
        for step in meaning.embed(texts, encoder, total=total, run_id=run.run_id):
            append_of_texts(log, step.rows, forgotten)
            added, seconds, rate = added + len(step.rows), step.progress.seconds, step.progress.posts_per_second
            _progress(_far(step.progress))
    _progress("")
    log.append_rows([replace(run, ended=max(now(), run.started), read=total, added=added)])
    _say(
        told,
        f"{added:,} texts can be found by meaning now, {meaning.MODEL}, in {seconds:.1f} s ({rate:.0f} posts/s)",
        {"model": meaning.MODEL, "embedded": added, "seconds": round(seconds, 1), "posts_per_second": round(rate, 1)},
    )
    if not told.no_publish:
        _publish(home)


def _up_to_date(told: argparse.Namespace, home: Home) -> Any:
    """The database with all that the log holds: published first, or only made to be asked."""
    from data.build import drafting, reading

    if told.no_publish:
        return drafting(home)
    _publish(home)
    return reading(home)


def _begun(source: str, campaign: Any, query: str) -> Any:
    """The row of a run that begins now: as invented as its campaign is."""
    from data.clock import now
    from data.model import Run, new_run_id

    at = now()
    return Run(
        run_id=new_run_id(at), source=source, campaign=campaign.id, query=query, synthetic=campaign.synthetic, started=at, version=VERSION
    )


def score(told: argparse.Namespace, home: Home) -> None:
    from analysis.classifier import load
    from analysis.labelling import score_file

    classifier = load(told.model)
    done = score_file(
        told.path, told.out, classifier, text_column=told.text_column, target=told.target, target_column=told.target_column,
        context_column=told.context_column, progress=lambda so_far: _progress(_far(so_far)),
    )  # fmt: skip
    _progress("")
    for message in done.warnings:
        print(message, file=sys.stderr)
    if done.formulas:
        remedy = "import it there with all columns as text, do not just open it"
        print(f"{told.out}: a spreadsheet reads {done.formulas:,} cells as formulas; {remedy}", file=sys.stderr)
    _say(
        told,
        f"{told.out}: {done.labelled:,} of {done.rows:,} rows labelled in {done.seconds:.1f} s",
        {"model": classifier.name, "model_version": classifier.version, "rows": done.rows, "labelled": done.labelled,
         "seconds": round(done.seconds, 1), "posts_per_second": round(done.posts_per_second, 1), "warnings": done.warnings,
         "formulas": done.formulas},
    )  # fmt: skip


def build(told: argparse.Namespace, home: Home) -> None:
    from data.build import build as build_now

    built = build_now(home, full=told.full)
    _say(
        told,
        f"Published generation {built.generation}: {built.posts:,} posts and {built.cells:,} cells counted anew in {built.seconds:.1f} s",
        vars(built),
    )


def sql(told: argparse.Namespace, home: Home) -> None:
    import csv

    import duckdb

    from data.build import reading

    with reading(home) as connection, _interrupting(connection.interrupt):
        connection.execute("set enable_external_access = false").fetchall()
        try:
            cursor = connection.execute(told.statement)
            if cursor is None:
                raise WrongUsage('There is no statement in that. Write one, such as: groundswell sql "select count(*) from posts"')
            columns = [column[0] for column in cursor.description or []]
            rows = cursor.fetchall()
        except duckdb.Error as error:  # which may quote a text
            raise WrongUsage(_harmless(str(error))) from error
    if told.format == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerows([_csv_cell(cell) for cell in row] for row in [columns, *rows])
    elif told.format == "json":
        print(json.dumps([dict(zip(columns, map(_json_cell, row), strict=True)) for row in rows], ensure_ascii=False, default=str))
    else:
        cells = [columns, *[["" if cell is None else _harmless(str(cell).replace("\n", "⏎")) for cell in row] for row in rows]]
        widths = [min(60, max(len(row[place]) for row in cells)) for place in range(len(columns))]
        for row in cells:
            print("  ".join(cell[:60].ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if told.json:
        print(json.dumps({"rows": len(rows), "columns": columns}, ensure_ascii=False))


def _json_cell(cell: Any) -> Any:
    """JSON has no word for what is no number and what is without end."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _csv_cell(cell: Any) -> Any:
    """Guarded as in exports, and as it is: only a terminal, which would obey what strangers wrote, gets it without control characters."""
    if not isinstance(cell, str):
        return cell
    return guarded(_harmless(cell) if sys.stdout.isatty() else cell)


def _harmless(text: str) -> str:
    """A text that a terminal shows and does not obey."""
    return CONTROLS.sub("\ufffd", text)


def path(told: argparse.Namespace, home: Home) -> None:
    from data.build import database

    place = {"home": lambda: home.path, "db": lambda: database(home), "log": lambda: home.log, "archive": lambda: home.archive}
    found = place[told.what]()
    _say(told, str(found), {told.what: str(found)})


def _listed(told: list[str] | None) -> tuple[str, ...] | None:
    """The names of an option that may be given several times, with several names each."""
    return tuple(name.strip() for name in ",".join(told).split(",")) if told else None


def export(told: argparse.Namespace, home: Home) -> None:
    from data.campaign import find
    from data.export import export as export_now
    from data.export.describe import parts
    from data.export.sheets import CELL_CHARACTERS

    since, until = _span(told, find(home, told.campaign))
    formats, platforms = _listed(told.format) or ("csv",), _listed(told.platform)
    done = export_now(
        home, told.campaign, told.out, formats=formats, since=since, until=until, platforms=platforms,
        text=told.text, with_identities=told.with_identities, sample=told.sample, seed=told.seed,
    )  # fmt: skip
    for file, cells in done["cut_cells"].items():
        print(
            f"{told.out / file}: {cells:,} cells are cut at the {CELL_CHARACTERS:,} characters that Excel holds; csv holds all",
            file=sys.stderr,
        )
    what = parts(done.pop("classes"))
    _say(told, f"{told.out}: {done['rows']:,} records ({what}) in {len(done['files'])} files", done)


def _span(told: argparse.Namespace, campaign: Any) -> Any:
    """The days or times of --since and --until, each None where it is not told."""
    since, until = (_day_or_time(name, shown, campaign.zone) for name, shown in (("--since", told.since), ("--until", told.until)))
    if since and until and campaign.utc(until)[0] <= campaign.utc(since)[0]:
        raise WrongUsage(f"--until {told.until} is not after --since {told.since}: nothing lies between them, for --until is not included")
    return since, until


def _day_or_time(name: str, told: str | None, zone: Any) -> Any:
    """A day, or a time, which is of `zone` where it tells none."""
    from datetime import date, datetime

    if told is None:
        return None
    try:
        if len(told) <= 10:
            return date.fromisoformat(told)
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise WrongUsage(f"{name} {told}: write a day such as 2023-08-01, or a time such as 2023-08-01T12:00:00+08:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def report(told: argparse.Namespace, home: Home) -> None:
    import logging

    logging.disable(logging.WARNING)  # Streamlit would complain that no server runs, and none is needed
    try:
        from dashboard.report import write

        size = write(home, told.campaign, told.out, language=told.language, public=told.public)
    finally:
        logging.disable(logging.NOTSET)
    _say(told, f"{told.out}: {size / 1024:,.0f} KB", {"file": str(told.out), "bytes": size})


def verify(told: argparse.Namespace, home: Home) -> int:
    from collectors.verify import verify as verify_now

    done = verify_now(told.path, home)
    for problem in done["problems"]:
        print(problem, file=sys.stderr)
    _say(told, f"{told.path}: {'as it was written' if done['ok'] else 'NOT as it was written'}, {done['checked']:,} checked", done)
    return 0 if done["ok"] else 1


def forget(told: argparse.Namespace, home: Home) -> None:
    from collectors.forgetting import forget as forget_now

    done = forget_now(home, author=told.author, post=told.post)
    taken, erased = done.taken, done.erased
    if not told.no_publish:
        _publish(home)
    gone = f"Gone: {taken.posts:,} posts, {taken.rows:,} rows of the log, {erased:,} records of the archive. They will not come back."
    _say(
        told,
        f"{gone}\n{STAYS}" if taken.rows else _nobody(told.author, told.post, erased),
        {"found": taken.rows > 0, "posts": taken.posts, "rows": taken.rows, "archived": erased, "unsearched": done.unsearched},
    )
    if done.unsearched:
        raise Unreadable(UNSEARCHED.format(files=", ".join(done.unsearched), folder=home.archive))


def _nobody(author: str | None, post: str | None, erased: int) -> str:
    """What is said where the log holds nothing of an id: it may be mistyped, or no id at all."""
    id = author or post or ""
    # The archive may tell of whom the log does not; what nothing refers to any more goes with it.
    archived = f" {erased:,} records of the archive that told it, or that nothing referred to, are gone." if erased else ""
    lines = [f"Nothing here is of this id: {_plain(id)}.{archived} It will be refused from now on."]
    if author and author.startswith(("@", "＠")):
        lines.append("This is a name, and names change: give the id of the account, or its author_key.")
    if author and STAND_IN.fullmatch(author):
        lines.append("This looks like the stand-in of a bundle or a page: give the author_key that begins with it.")
        where = f"author_key like '{author[1:]}%'"
    else:
        where = "author_name = 'NAME'" if author else "text like '%WORDS%'"
    asked = "distinct author_id, author_key, author_name" if author else "platform, post_id, text"
    return "\n".join([*lines, f'Found by: groundswell sql "select {asked} from posts where {where}"'])


def dashboard(told: argparse.Namespace, home: Home) -> None:
    _serve(home, told)


def doctor(told: argparse.Namespace, home: Home) -> int:
    from collectors.doctor import examine

    findings = examine(home)
    lines = [f"{'ok ' if finding.ok else '!! '} {finding.what}{'' if finding.ok else ' — ' + finding.remedy}" for finding in findings]
    _say(told, "\n".join(lines), {"findings": [vars(finding) for finding in findings]})
    return 0


def _serve(home: Home, told: argparse.Namespace) -> None:
    from dashboard.serve import serve

    serve(home, told.port, browser=not told.no_browser)


def _publish(home: Home) -> None:
    from data.build import build as build_now

    build_now(home)


def _say(told: argparse.Namespace, line: str, answer: dict[str, Any]) -> None:
    """The answer for a person, or as the last line for a program. A fault that follows is told beside it."""
    told.said = answer
    if told.json:
        print(json.dumps(answer, ensure_ascii=False, default=str))
    else:
        print(line)


def _imported(so_far: Any) -> str:
    return f"{so_far.read:,} records, {so_far.added:,} new" + (f", {so_far.far}" if so_far.far else "")


def _far(so_far: Any) -> str:
    left = so_far.seconds_left
    ends = "" if left is None else f", {left / 60:.0f} min left" if left > 90 else f", {left:.0f} s left"
    return f"{so_far.done:,} of {so_far.total:,}, {so_far.posts_per_second:.0f}/s{ends}"


def _progress(line: str) -> None:
    """One line that is written over, on a terminal only; "" clears it."""
    if sys.stderr.isatty():
        print(f"\r\x1b[2K{line}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
