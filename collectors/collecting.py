"""The commands `collect` and `recheck`: sources one after the other, what they gave together, and a clean stop."""

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType

from collectors import recheck, run
from collectors.client import Client, Halted
from collectors.run import Collected, Wanted
from collectors.sources import source
from data.campaign import Campaign
from data.errors import Blocked, Terminated, Unreadable, WrongUsage
from data.home import Home


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command was told; times are naive UTC."""

    campaign: Campaign
    sources: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    pages: int | None = None
    accepted: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Total(Collected):
    """All sources together; `runs` are their runs' ids. `halted`: somebody stopped the program. `errors` says which sources could not
    run, and what to do about each."""

    runs: list[str]
    halted: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        if self.errors:
            return WrongUsage.exit_status
        if self.blocked_by:
            return Blocked.exit_status
        return Unreadable.exit_status if self.unreadable else 0


def collect_all(home: Home, asked: Asked, go_on: Callable[[], bool]) -> Total:
    """Runs the sources in turn. A source that is refused, halted or cannot run costs the others nothing. Raises WrongUsage where none
    could run."""
    modules = [source(name) for name in asked.sources]
    wanted = Wanted(
        campaign=asked.campaign, since=asked.since, until=asked.until, pages=asked.pages, accepted=asked.accepted, addresses=asked.addresses
    )
    total = Total(run_id="", runs=[])
    _taken(modules, asked.addresses)
    _permitted(home, modules, wanted)
    for module in modules:
        if not total.halted:
            _run(total, home, module, wanted, go_on)
    return _any(total)


def see_again(home: Home, campaign: Campaign, accepted: tuple[str, ...], every: bool, go_on: Callable[[], bool]) -> Total:
    """The command `recheck`: followed posts that are due, or every post. Raises WrongUsage where it cannot run."""
    total = Total(run_id="", runs=[])
    _run(total, home, recheck, Wanted(campaign=campaign, accepted=accepted, every=every), go_on)
    return _any(total)


def _run(total: Total, home: Home, module: ModuleType, wanted: Wanted, go_on: Callable[[], bool]) -> None:
    try:
        add(total, run.collect(home, module, wanted, go_on))
    except Halted:
        total.halted = True
        total.warn("Stopped. What came is kept; run the same command again to go on")
    except WrongUsage as error:
        total.errors.append(str(error))
        total.warn(str(error))


def _any(total: Total) -> Total:
    if total.errors and not (total.runs or total.halted):
        raise WrongUsage("\n".join(total.errors))
    return total


def _taken(modules: list[ModuleType], addresses: tuple[str, ...]) -> None:
    """Sees that every address the user told is read by a source. Raises WrongUsage where one is not."""
    for address in addresses:
        if not any(hasattr(module, "takes") and module.takes(address) for module in modules):
            raise WrongUsage(
                f"{address.partition('?')[0]}: {', '.join(module.NAME for module in modules) or 'no source'} does not read it. What only "
                "somebody who is logged in can see is read in your own browser: collect browser, or save a recording (HAR) and use "
                "groundswell import"
            )


def _permitted(home: Home, modules: list[ModuleType], wanted: Wanted) -> None:
    """Sees that the user has consented to every host before the first is asked for more than its robots file. Raises WrongUsage."""
    client = Client(home, run_id="consent", accepted=wanted.accepted)
    try:
        for module in modules:
            client.consented(module.hosts(client, wanted))
    finally:
        client.close()


def add(total: Total, done: Collected) -> None:
    """Adds what one run did."""
    total.add(done)
    total.pages += done.pages
    total.requests += done.requests
    total.gaps += done.gaps
    total.seconds = round(total.seconds + done.seconds, 3)
    total.run_id = total.run_id or done.run_id
    total.runs.append(done.run_id)
    total.capped = total.capped or done.capped
    total.blocked_by = total.blocked_by or done.blocked_by
    total.retry_after = max(filter(None, (total.retry_after, done.retry_after)), default=None)


class GoOn:
    """Whether the work goes on; `by` is the signal that says no, after the request at hand. A second one ends it at once."""

    by: int | None = None

    def __call__(self) -> bool:
        return self.by is None

    def stop(self, number: int, frame: object) -> None:
        if self.by is not None:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        self.by = number
