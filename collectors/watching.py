"""The command `watch`: collects and rechecks on their schedules until stopped.

    [schedules]                  # in the campaign file: minutes between two runs
    weibo-counts = 60

Without that, what the user has consented to: counters every hour, posts every quarter of an hour, followed posts as they are due. A run
that was missed, by a suspended or busy machine, a refusal or a `watch` that did not run, is made once. What only the moment tells
(counters, hot lists) is gone for the time between, which is told as a gap; posts are caught up with. A source that is refused waits for
the time it was told.
"""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType

from collectors import recheck, run
from collectors.client import Client, Halted
from collectors.run import Collected, Wanted
from collectors.sources import source
from data import clock
from data.campaign import Campaign
from data.clock import now
from data.errors import GroundswellError, WrongUsage
from data.home import Home
from data.log import Log
from data.model import Gap

DEFAULTS = {"weibo-counts": 60, "weibo-posts": 15, recheck.NAME: 5}
BETWEEN_PUBLICATIONS = 60.0  # real seconds


@dataclass(kw_only=True)
class Turn:
    """A source and when its next run is. `slot` is the time on its grid for which something was read last, `run_id` the last run's."""

    module: ModuleType
    every: timedelta
    next: datetime
    slot: datetime
    run_id: str = ""

    @property
    def of_the_moment(self) -> bool:
        """Whether nobody can tell later what was then."""
        return getattr(self.module, "OF_THE_MOMENT", False)


@dataclass(kw_only=True)
class _Rest:
    """Until when rechecks have nothing to do, as long as the log stays as it was."""

    generation: int = -1
    until: datetime | None = None

    def holds(self, home: Home, campaign: str) -> bool:
        generation = Log(home.log).manifest().generation
        if generation != self.generation:
            self.generation, self.until = generation, recheck.next_due(home, campaign)
        return self.until is None or self.until > now()


def watch(
    home: Home, campaign: Campaign, accepted: tuple[str, ...], go_on: Callable[[], bool], *,
    publish: Callable[[], None], say: Callable[[str], None],
) -> int:  # fmt: skip
    """Runs until `go_on` says no; how many runs it made. `publish` is called after new rows, at most once a minute; `say` gets a line a
    run. A run that fails, whatever the reason, is said, and the next is made at its time. Raises WrongUsage where another `watch` of the
    campaign runs or no consent was given."""
    wanted = Wanted(campaign=campaign, accepted=accepted)
    with run.only_one(home, campaign.id, "watch"):
        watched = _Watch(home=home, wanted=wanted, go_on=go_on, publish=publish, say=say, turns=_turns(home, wanted))
        try:
            watched.keep_slots()
            while go_on():
                watched.take_turns()
                watched.publish_at_times()
                clock.wait(max(0.0, (min(turn.next for turn in watched.turns) - now()).total_seconds()), go_on)
        finally:
            watched.tell_missed()
        watched.publish_what_came()
    return watched.runs


@dataclass(kw_only=True)
class _Watch:
    """What is watched. `changed`: something is in the log that is not published."""

    home: Home
    wanted: Wanted
    go_on: Callable[[], bool]
    publish: Callable[[], None]
    say: Callable[[str], None]
    turns: list[Turn]
    rest: _Rest = field(default_factory=_Rest)
    runs: int = 0
    changed: bool = False
    published: float = 0.0

    def take_turns(self) -> None:
        """Runs each source whose time has come. One that fails costs the others nothing."""
        for turn in sorted((turn for turn in self.turns if turn.next <= now()), key=lambda turn: turn.next):
            try:
                self._take(turn)
            except Halted:
                self.changed = True  # what it brought before it was told to stop
                break
            except Exception as error:  # noqa: BLE001 - whatever it is, the next run may go well
                self.changed = True
                turn.next = _after(turn)
                self.say(f"{turn.module.NAME}: {_in_words(error)}; next {turn.next:%Y-%m-%d %H:%M} UTC")

    def _take(self, turn: Turn) -> None:
        if turn.module is recheck and self.rest.holds(self.home, self.wanted.campaign.id):
            turn.slot, turn.next = _slot(turn, now()), _after(turn)
            return
        begun = now()
        done = run.collect(self.home, turn.module, self.wanted, self.go_on)
        self.runs += 1
        turn.run_id = done.run_id
        if _has_read(done):
            if missed := _missed(turn, begun):
                done.warn(_nothing_read(missed, begun))
                done.gaps += self._keep_gap(turn, missed, begun)
            turn.slot = _slot(turn, begun)
            self.keep_slots()
        self.changed = self.changed or bool(done.added or done.updated or done.gaps or done.blocked_by)
        turn.next = _next(turn, done)
        self.say(_told(turn, done))

    def tell_missed(self) -> None:
        """What was missed before it was stopped: nobody may watch again."""
        try:
            for turn in self.turns:
                self._tell_missed(turn, now())
            self.keep_slots()
        except Exception as error:  # noqa: BLE001 - the next `watch` tells it
            self.say(_in_words(error))

    def _tell_missed(self, turn: Turn, at: datetime) -> None:
        missed = _missed(turn, at)
        if missed is None:
            return
        self.say(f"{turn.module.NAME}: {_nothing_read(missed, at)}")
        if turn.run_id and self._keep_gap(turn, missed, at):
            turn.slot, self.changed = at - turn.every, True  # the next `watch` tells what comes after

    def _keep_gap(self, turn: Turn, missed: datetime, at: datetime) -> bool:
        if not turn.of_the_moment:
            return False
        gap = Gap(
            campaign=self.wanted.campaign.id, platform=turn.module.PLATFORM, query=turn.module.query(self.wanted), starts_at=missed,
            ends_at=at, reason="nothing was read", run_id=turn.run_id,
        )  # fmt: skip
        Log(self.home.log).append_rows([gap])
        return True

    def keep_slots(self) -> None:
        """For the next `watch`, so that it tells what was missed between the two."""
        slots = {turn.module.NAME: turn.slot.isoformat() for turn in self.turns if turn.of_the_moment}
        run.write_plan(self.home, self.wanted.campaign.id, "watch", run.Plan(reached=slots))

    def publish_at_times(self) -> None:
        if time.monotonic() - self.published >= BETWEEN_PUBLICATIONS:
            self.publish_what_came()

    def publish_what_came(self) -> None:
        """A fault, such as in a campaign file of the home, keeps nobody from collecting: it is said, and tried again."""
        if not self.changed:
            return
        try:
            self.publish()
            self.changed = False
        except Exception as error:  # noqa: BLE001 - as above
            self.say(f"{_in_words(error)}. Not published until that is mended; what comes is kept")
        self.published = time.monotonic()


def _in_words(error: Exception) -> str:
    """What a person can do something about is said as it is; of anything else it is told where it happened, too."""
    return str(error) if isinstance(error, GroundswellError) else "".join(traceback.format_exception(error)).rstrip()


def schedules(campaign: Campaign) -> dict[str, timedelta]:
    """What runs how often. Raises WrongUsage for what is no source."""
    told = campaign.told.get("schedules", DEFAULTS)
    for name in told:
        if name != recheck.NAME:
            source(name)
    return {name: timedelta(minutes=minutes) for name, minutes in told.items()}


def _turns(home: Home, wanted: Wanted) -> list[Turn]:
    """The sources to run. Those of the file need a consent each; of the usual ones, those that have it."""
    client = Client(home, run_id="watch", accepted=wanted.accepted)
    slots = run.read_plan(home, wanted.campaign.id, "watch").reached
    turns, at = [], now()
    try:
        for name, every in schedules(wanted.campaign).items():
            module = recheck if name == recheck.NAME else source(name)
            try:
                client.consented(module.hosts(client, wanted))
            except WrongUsage:
                if "schedules" in wanted.campaign.told:
                    raise
                continue
            slot = datetime.fromisoformat(slots[name]) if name in slots else at - every
            turns.append(Turn(module=module, every=every, next=at, slot=slot))
    finally:
        client.close()
    if not turns:
        raise WrongUsage("watch: you have consented to no host yet. Run groundswell collect once, or add --accept-terms default")
    return turns


def _slot(turn: Turn, at: datetime) -> datetime:
    """The newest time on its grid."""
    return turn.next + turn.every * max(0, int((at - turn.next) / turn.every))


def _missed(turn: Turn, at: datetime) -> datetime | None:
    """The first time on its grid for which nothing was read, where more than one has come since."""
    first = turn.slot + turn.every
    return first if at >= first + turn.every else None


def _has_read(done: Collected) -> bool:
    """Whether a run brought anything, or found that there is nothing: not where all was refused or cannot be read."""
    return bool(done.added or done.updated or done.duplicate) or not (done.blocked_by or done.unreadable or done.quarantined)


def _nothing_read(missed: datetime, at: datetime) -> str:
    start, end = (f"{moment:%Y-%m-%d %H:%M}" for moment in (missed, at))
    return f"nothing was read from {start} to {end} UTC: the machine was off, busy or asleep, or a host refused"


def _next(turn: Turn, done: Collected) -> datetime:
    """A refusal is waited out."""
    following = _after(turn)
    return max(following, datetime.fromisoformat(done.retry_after).replace(tzinfo=None)) if done.retry_after else following


def _after(turn: Turn) -> datetime:
    """The next time on its grid; a run that was missed is not made up for twice."""
    at = now()
    following = turn.next + turn.every
    if following <= at:
        following += turn.every * int((at - following) / turn.every + 1)
    return following


def _told(turn: Turn, done: Collected) -> str:
    trouble = [*done.warnings, *done.unreadable]
    return (
        f"{now():%Y-%m-%d %H:%M} UTC {turn.module.NAME}: {done.pages} pages, {done.added} added, {done.updated} updated"
        + (f"; {'; '.join(trouble)}" if trouble else "")
        + f"; next {turn.next:%Y-%m-%d %H:%M} UTC"
    )
