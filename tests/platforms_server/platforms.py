"""What every room works with: the world, the clock, who is asking, and the settings."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.platforms_server.answers import Answer, Request
from tests.platforms_server.clock import Clock
from tests.platforms_server.log import Log
from tests.platforms_server.sessions import Sessions
from tests.platforms_server.world import World


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between the reports of how a platform behaves. `guest_pages`: how many pages of a mobile search a guest sees.
    `search_key`: where the desktop search has its posts (statuses, data.statuses, data.list). `old_topic_shape`: counters' display
    values without the sum_* layer. `unknown_topic`: what a word without
    counters gets: empty, no_object, or no_id (zeros, but no container). `old_times`: the mobile web writes
    times as it did to about 2019. `mask_counts`: Xiaohongshu hides exact figures from readers without login. `new_mobile_state`:
    the newer page state for telephones. `robots`: texts in place of the reported ones, by host; "" is an empty file."""

    page_size: int = 10
    page_cap: int = 50
    mobile_pages: int = 50
    guest_pages: int = 2
    guest_life: timedelta | None = None
    search_key: str = "statuses"
    old_topic_shape: bool = False
    code_as_number: bool = False
    unknown_topic: str = "empty"
    old_times: bool = False
    mask_counts: bool = True
    new_mobile_state: bool = False
    gzip: bool = True
    robots: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Platforms:
    world: World
    clock: Clock
    sessions: Sessions
    settings: Settings = Settings()
    log: Log = field(default_factory=Log)

    def set(self, **settings: object) -> None:
        self.settings = replace(self.settings, **settings)  # type: ignore[arg-type]
        self.sessions.guest_life = self.settings.guest_life


Room = Callable[[Request, Platforms], Answer]
