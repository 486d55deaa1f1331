"""The server in a test.

    from tests.platforms_server.fixtures import platforms  # in a conftest.py, with __all__ = ["platforms"]

`platforms` is a running server with the whole world and a clock that stands still; `start` gives another world, clock or settings.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from tests.platforms_server.clock import Clock
from tests.platforms_server.faults import Fault
from tests.platforms_server.invent import START, Size, invent
from tests.platforms_server.log import Log
from tests.platforms_server.platforms import Platforms, Settings
from tests.platforms_server.server import Server
from tests.platforms_server.sessions import Sessions
from tests.platforms_server.world import Post, World


class Running:
    """A running server: `hosts`, `world`, `clock`, `log`, `sessions`, `fault(...)`, `set(...)`."""

    def __init__(self, server: Server) -> None:
        self.server, self.platforms = server, server.platforms
        self.world: World = server.platforms.world
        self.clock: Clock = server.platforms.clock
        self.log: Log = server.platforms.log
        self.sessions: Sessions = server.platforms.sessions

    @property
    def base(self) -> str:
        return self.server.base

    @property
    def hosts(self) -> dict[str, str]:
        return self.server.hosts

    def environment(self, *, cookies: bool = False, pace: bool = False) -> dict[str, str]:
        """The variables for a program that shall talk to this server: hosts, the world's present time and speed, the user's own cookies
        if wanted."""
        now = f"{self.clock.now().isoformat()}" + (f"*{self.clock.speed:g}" if self.clock.speed else "")
        variables = {"GROUNDSWELL_HOSTS": json.dumps(self.hosts), "GROUNDSWELL_NOW": now}
        return {**variables, **({} if pace else {"GROUNDSWELL_PACE": "0"}), **(self.sessions.own_cookies() if cookies else {})}

    def offered(self, query: str, since: datetime, until: datetime) -> list[Post]:
        """What the desktop search shows of a time when it is cut into hours: of each hour the newest posts, as far as its pages go."""
        most, hour, found = self.platforms.settings.page_size * self.platforms.settings.page_cap, timedelta(hours=1), []
        while since < until:
            found += self.world.search(query, self.clock.now(), since=since, until=min(since + hour, until))[:most]
            since += hour
        return found

    def fault(self, kind: str, host: str, path: str = "", **more: Any) -> Fault:
        """Switch a fault on; `times`, `after`, `retry_after` as in `faults.Fault`."""
        return self.server.faults.add(kind, host, path, **more)

    def heal(self, fault: Fault | None = None) -> None:
        """Switch one fault off, or all."""
        if fault is None:
            self.server.faults.clear()
        else:
            self.server.faults.remove(fault)

    def set(self, **settings: object) -> None:
        """Change settings, by the names of `platforms.Settings`."""
        self.platforms.set(**settings)


@cache
def world_of(seed: int, start: datetime, size: Size) -> World:
    """Worlds do not change: one for all tests that ask for the same."""
    return invent(seed, start, size)


@contextmanager
def start(
    *,
    seed: int = 1,
    at: datetime | None = None,
    world_start: datetime = START,
    speed: float = 0.0,
    held: bool = False,
    size: Size = Size(),  # noqa: B008 - frozen
    port: int = 0,
    **settings: Any,
) -> Iterator[Running]:
    """A server on a free port. `world_start` is the noon that the world is invented around, `at` its present
    time (else that noon), `speed` 0 lets it
    stand still, `held` until the first request comes. Everything else is a setting of `platforms.Settings`."""
    known = Settings(**settings)
    platforms = Platforms(
        world=world_of(seed, world_start, size),
        clock=Clock(at or world_start, speed, held=held),
        sessions=Sessions(seed, known.guest_life),
        settings=known,
    )
    server = Server(platforms, port)
    server.start()
    try:
        yield Running(server)
    finally:
        server.stop()


@pytest.fixture
def platforms() -> Iterator[Running]:
    with start() as running:
        yield running
