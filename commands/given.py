"""Options that several commands take, and what was given by them."""

import argparse
from datetime import date, datetime
from typing import Any

from data.errors import WrongUsage

OTHER_MODEL = "a model folder; or the name of a model of the Hugging Face hub, which is fetched from there (extra [hub])"


def common(made: argparse.ArgumentParser) -> None:
    """What may stand after a command too; SUPPRESS keeps what was told before it."""
    made.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def publishing(made: argparse.ArgumentParser) -> None:
    made.add_argument("--no-publish", action="store_true", help="leave the published database as it is; for scripts")


def port(told: str) -> int:
    if not (told.isascii() and told.isdigit() and 0 < int(told) < 65536):
        raise argparse.ArgumentTypeError(f"{told}: a port is a number from 1 to 65535")
    return int(told)


def listed(told: list[str] | None) -> tuple[str, ...] | None:
    """The names of an option that may be given several times, with several names each."""
    return tuple(name.strip() for name in ",".join(told).split(",")) if told else None


def accepted(told: argparse.Namespace) -> tuple[str, ...]:
    return tuple(host.strip() for host in told.accept_terms.split(",") if host.strip())


def span(told: argparse.Namespace, campaign: Any) -> Any:
    """The days or times of --since and --until, each None where it is not told."""
    since, until = (_day_or_time(name, shown, campaign.zone) for name, shown in (("--since", told.since), ("--until", told.until)))
    if since and until and campaign.utc(until)[0] <= campaign.utc(since)[0]:
        raise WrongUsage(f"--until {told.until} is not after --since {told.since}: nothing lies between them, for --until is not included")
    return since, until


def _day_or_time(name: str, told: str | None, zone: Any) -> Any:
    """A day, or a time, which is of `zone` where it tells none."""
    if told is None:
        return None
    try:
        if len(told) <= 10:
            return date.fromisoformat(told)
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise WrongUsage(f"{name} {told}: write a day such as 2023-08-01, or a time such as 2023-08-01T12:00:00+08:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
