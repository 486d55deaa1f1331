"""What a home knows of each host it asks: when it was asked last, whether it refuses, what its robots file said.

    live/hosts/<host>.json      the state
    live/hosts/<host>.lock      held by the process that asks the host, until it knows whether the answer is a refusal

So `collect` beside `watch` asks no faster than either alone, and a host that refused is not asked before its time by any other command.
The pace is counted from the end of an answer to the next request: however late a request arrives, a platform never sees two closer
together. Paces are kept in real seconds (a clock that runs fast makes them shorter), refusals in the clock's own time.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from data import clock
from data.files import write_durably

# Seconds between two requests to a host: the middle, and how far from it either way.
PACES = {
    "s.weibo.com": (10.0, 3.0),
    "m.weibo.cn": (8.0, 3.0),
    "weibo.com": (6.0, 2.0),
    "m.s.weibo.com": (2.0, 0.5),
    "www.xiaohongshu.com": (15.0, 5.0),
}
OTHER_PACE = (6.0, 2.0)
AN_HOUR = 300  # requests to a host
HOUR = 3600.0
LOOK_UP = 0.5  # real seconds after which a process that waits for another asks whether it shall go on
LONGEST_WAIT = 600.0  # seconds a host may ask us to wait; longer is for a later command
ROBOTS_LAST = timedelta(hours=24)


class Halted(Exception):
    """Somebody asked the program to stop. What came before is kept."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A host that is not to be asked before `until`. `kind` is as in `collectors.platforms.Refusal`; `session` stands for the cookies
    it was asked with: with others it may be asked again where only the session was refused."""

    kind: str
    says: str
    at: str
    until: str
    session: str | None = None


@dataclass(kw_only=True)
class State:
    """What is kept of one host; times are real seconds of the epoch. `asked` are those of the last hour's answers, `asking` is when a
    request was begun that has no answer yet, `ready` when the host may be asked again."""

    asked: list[float] = field(default_factory=list)
    asking: float | None = None
    ready: float | None = None
    refused: Refused | None = None
    robots: str | None = None
    robots_at: str | None = None


class Hosts:
    """The hosts of a home, in `folder`. `unpaced`: nobody waits, as GROUNDSWELL_PACE=0 allows with hosts of this machine. `dice` gives
    a number in [0, 1)."""

    def __init__(self, folder: Path, *, unpaced: bool = False, dice: Callable[[], float] = random.random):
        self.folder, self.unpaced, self.dice = folder, unpaced, dice
        self.locks: dict[str, FileLock] = {}  # one a host: a turn is taken within one that is held

    @contextmanager
    def held(self, host: str, *, least: float = 0.0, go_on: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """Waits until the host may be asked, and keeps others from asking meanwhile. Waiting without holding leaves the next turn to
        whoever comes first. Raises Halted when `go_on` says so."""
        while True:
            self._wait(host, least, go_on)
            lock = self._lock(host)
            try:
                lock.acquire(timeout=LOOK_UP)
            except Timeout:
                if not go_on():
                    raise Halted from None
                continue
            try:
                if self._left(host, least) <= 0:
                    yield
                    return
            finally:
                lock.release()

    @contextmanager
    def turn(self, host: str, *, least: float = 0.0, go_on: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """One request, when its time has come. `least`: seconds of the clock between two that its robots file wants."""
        with self.held(host, least=least, go_on=go_on):
            state = self.state(host)
            if state.asking is not None:  # a process was killed while it asked: its request has arrived by now, and no more is known
                self._answered(host, least)
                self._wait(host, least, go_on)
                state = self.state(host)
            state.asking = time.time()
            self._keep(host, state)
            try:
                yield
            finally:
                self._answered(host, least)

    def put_off(self, host: str, seconds: float) -> None:
        """Nobody of this home asks the host within `seconds` of the clock, because it said so."""
        with self._lock(host):
            state = self.state(host)
            state.ready = max(state.ready or 0.0, time.time() + self._real(seconds))
            self._keep(host, state)

    def _answered(self, host: str, least: float) -> None:
        state, at = self.state(host), time.time()
        state.asked = [one for one in state.asked if 0 <= at - one < self._real(HOUR)] + [at]
        state.asking, state.ready = None, at + self._real(max(self._pace(host), least))
        self._keep(host, state)

    def refuse(self, host: str, kind: str, says: str, lasts: timedelta, session: str | None) -> Refused:
        """From now on nobody asks the host before its time."""
        now = clock.now()
        refused = Refused(kind=kind, says=says, at=now.isoformat(), until=(now + lasts).isoformat(), session=session)
        with self._lock(host):
            state = self.state(host)
            state.refused = refused
            self._keep(host, state)
        return refused

    def refusal(self, host: str, session: str | None) -> Refused | None:
        """The refusal that still holds. One of a session ends with other cookies; one from the future, when the clock was set
        back, lasts as long as it was meant to."""
        refused = self.state(host).refused
        if refused is None:
            return None
        now, at, until = clock.now(), datetime.fromisoformat(refused.at), datetime.fromisoformat(refused.until)
        if at > now + timedelta(minutes=5):
            return self.refuse(host, refused.kind, refused.says, until - at, refused.session)
        if now >= until or (refused.session is not None and refused.session != session):
            return None
        return refused

    def robots(self, host: str) -> str | None:
        """The robots file read within the last day, "" where it says nothing; None where it has to be read."""
        state = self.state(host)
        if state.robots is None or state.robots_at is None:
            return None
        age = clock.now() - datetime.fromisoformat(state.robots_at)
        return state.robots if timedelta() <= age < ROBOTS_LAST else None

    def keep_robots(self, host: str, text: str) -> None:
        with self._lock(host):
            state = self.state(host)
            state.robots, state.robots_at = text, clock.now().isoformat()
            self._keep(host, state)

    def asked_lately(self, host: str) -> bool:
        """Whether it was asked within the last hour."""
        return any(0 <= time.time() - at < self._real(HOUR) for at in self.state(host).asked)

    def known(self) -> list[str]:
        """The hosts something is known of."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def state(self, host: str) -> State:
        """What is kept of a host; nothing where the file is damaged, which costs a look at its robots file and no more."""
        try:
            told: dict[str, Any] = json.loads((self.folder / f"{host}.json").read_text())
            refused = told.pop("refused", None)
            return State(**told, refused=Refused(**refused) if refused else None)
        except (FileNotFoundError, ValueError, TypeError):
            return State()

    def _keep(self, host: str, state: State) -> None:
        unfinished = self.folder / f"{host}.json.part"
        write_durably(unfinished, json.dumps(asdict(state)).encode())
        unfinished.replace(self.folder / f"{host}.json")

    def _lock(self, host: str) -> FileLock:
        if host not in self.locks:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.locks[host] = FileLock(self.folder / f"{host}.lock")
        return self.locks[host]

    def _pace(self, host: str) -> float:
        middle, away = PACES.get(host, OTHER_PACE)
        return middle + away * (2 * self.dice() - 1)

    def _wait(self, host: str, least: float, go_on: Callable[[], bool]) -> None:
        clock.wait(self._left(host, least) * (clock.speed() or 1.0), go_on)
        if not go_on():
            raise Halted

    def _left(self, host: str, least: float) -> float:
        """Real seconds until the host may be asked: since its last answer, since the one that filled the hour, and as it wished."""
        if self.unpaced:
            return 0.0
        now, state = time.time(), self.state(host)
        # What lies further ahead than anybody waits is of before the clock was set back.
        ready = state.ready if state.ready and state.ready <= now + self._real(LONGEST_WAIT) else now
        asked = [at for at in state.asked if 0 <= now - at < self._real(HOUR)]
        if asked:
            ready = max(ready, asked[-1] + self._real(least))
        if len(asked) >= AN_HOUR:
            ready = max(ready, asked[-AN_HOUR] + self._real(HOUR))
        return max(0.0, ready - now)

    def _real(self, seconds: float) -> float:
        return seconds / (clock.speed() or 1.0)
