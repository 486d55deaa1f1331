"""The time in the invented world: real time, or one that starts elsewhere and runs faster, or stands still."""

import threading
import time
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


class Clock:
    """World time starts at `start` (aware) and runs `speed` times as fast as this machine's; 0 stands still. `held`: it stands still until
    `release`, which the first request calls, so that a program's clock that starts with the program is never far behind."""

    def __init__(self, start: datetime, speed: float = 0.0, *, held: bool = False) -> None:
        self._lock = threading.Lock()
        self.speed, self._held = speed, held
        self.set(start)

    def release(self) -> None:
        with self._lock:
            if self._held:
                self._held, self._since = False, time.monotonic()

    def set(self, at: datetime) -> None:
        with self._lock:
            self._start, self._since = at.astimezone(UTC), time.monotonic()

    def advance(self, by: timedelta) -> None:
        self.set(self.now() + by)

    def now(self) -> datetime:
        with self._lock:
            passed = 0.0 if self._held else time.monotonic() - self._since
            return self._start + timedelta(seconds=passed * self.speed)


def weibo_time(at: datetime) -> str:
    """`Sat Aug 22 00:02:39 +0800 2026`, English whatever the locale."""
    local = at.astimezone(CHINA)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[local.weekday()]
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][local.month - 1]
    return f"{day} {month} {local:%d %H:%M:%S} +0800 {local.year}"


def old_time(at: datetime, now: datetime) -> str:
    """How the mobile web wrote a time to about 2019."""
    age, local, today = now - at, at.astimezone(CHINA), now.astimezone(CHINA)
    if age < timedelta(minutes=1):
        return "刚刚"
    if age < timedelta(hours=1):
        return f"{int(age.total_seconds() // 60)}分钟前"
    if local.date() == today.date():
        return f"{int(age.total_seconds() // 3600)}小时前"
    if local.date() == today.date() - timedelta(days=1):
        return f"昨天 {local:%H:%M}"
    return f"{local:%m-%d}" if local.year == today.year else f"{local:%Y-%m-%d}"


def search_time(at: datetime, now: datetime) -> str:
    """How Weibo's desktop search writes a time: the nearer, the vaguer. All of it China time."""
    age, local, today = now - at, at.astimezone(CHINA), now.astimezone(CHINA)
    if age < timedelta(seconds=10):
        return "刚刚"
    if age < timedelta(minutes=1):
        return f"{int(age.total_seconds())}秒前"
    if age < timedelta(hours=1):
        return f"{int(age.total_seconds() // 60)}分钟前"
    if local.date() == today.date():
        return f"今天{local:%H:%M}"
    if local.year == today.year:
        return f"{local:%m月%d日 %H:%M}"
    return f"{local:%Y年%m月%d日 %H:%M}"
