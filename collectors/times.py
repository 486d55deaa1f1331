"""Times as platforms and files show them, read as naive UTC with what is known of them.

Weibo's own pages show 刚刚, 20秒前, 5分钟前, 3小时前, 今天12:30, 昨天 12:30, 08月12日 23:00 and
2026年08月12日 23:00; its interfaces "Sat Aug 22 00:02:39 +0800 2026"; files of other tools ISO-like text without a zone
or with an offset (+08, +0800, +08:00), digits alone (20260812, 202608122300, 20260812230007), epoch seconds or milliseconds, or what a
spreadsheet makes of a time: 2026-08-12 11:00 PM, 2026/8/12 下午11:00, and the days since 1900 (46246.9583).
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo


class Moment(NamedTuple):
    """A time in UTC (naive) and how exactly it is known: second, minute, hour or day. A day is its first moment in the zone
    it was told in."""

    at: datetime
    grain: str


CHINA = ZoneInfo("Asia/Shanghai")

MONTHS = {m: n for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}
# Weibo shows it behind the time of posts that are widely shared: "20秒前 转赞人数超过500".
POPULARITY = re.compile(r"\s*转赞人数超过.*$", re.DOTALL)
CLOCK = r"(\d{1,2})\s*[:：时]\s*(\d{2})(?:\s*[:：分]\s*(\d{2})(?:[.,](\d{1,9}))?)?[分秒]?"
OFFSET = r"(Z|[+-]\d{2}(?::?\d{2})?|UTC|GMT)"  # DuckDB and PostgreSQL write whole hours as +08
DATED = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?(?:[T\s_]*{CLOCK}\s*{OFFSET}?)?", re.IGNORECASE)
HALVED = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?[T\s_]*(?:(上午|下午)\s*{CLOCK}|{CLOCK}\s*(AM|PM))", re.IGNORECASE)
UNORDERED = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{4}\b.*", re.DOTALL)
# As most files write it: read without looking at each part.
PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} (?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2})?")
MONTH_DAY = re.compile(rf"(\d{{1,2}})[-/月](\d{{1,2}})日?(?:\s*{CLOCK})?")
ENGLISH = re.compile(r"(?:[a-z]{3},?\s+)?([a-z]{3})\s+(\d{1,2})\s+(\d{2}):(\d{2}):(\d{2})\s+([+-]\d{2}:?\d{2})\s+(\d{4})", re.IGNORECASE)
AGO = re.compile(r"(\d{1,6})\s*(秒|分钟|分鐘|小时|小時|天)前")
NAMED_DAY = re.compile(rf"(今天|昨天|前天)(?:\s*{CLOCK})?")
DAYS_BACK = {"今天": 0, "昨天": 1, "前天": 2}
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(?:\.0)?")  # ".0" where a table with gaps made floats of them

# Epoch numbers: seconds of 1973 to 2100, milliseconds of the same years. They cannot be mistaken for each other; milliseconds of
# some months of 1976 have the digits of a date and minute, which is what such digits are read as.
SECONDS = range(10**8, 4_102_444_800)
MILLISECONDS = range(10**11, 4_102_444_800_000)
SERIALS = (32_874, 73_051)  # days of a spreadsheet, of 1990 to 2099
SERIAL_EPOCH = datetime(1899, 12, 30)
EXACT = 5  # digits behind the point of such a day tell the second
EPOCH_DIGITS = (10, 13)  # of the numbers after September 2001, which no compact date has
EPOCH = datetime(1970, 1, 1)
A_DAY = timedelta(days=1)


def moment(shown: Any, *, zone: tzinfo, seen_at: datetime | None = None, ahead: timedelta = A_DAY, near: datetime | None = None) -> Moment:
    """A time as shown, as text or epoch number. `zone` is for times that tell none, `seen_at` (naive UTC) is when the text
    was on the page: relative times and guessed years need it. A guessed year is the newest that puts the time no later
    than `ahead` after `seen_at`, or, where something else tells about when it was (`near`, naive UTC, no later than that itself),
    the one that puts it nearest to that. Raises ValueError, with a reason for people."""
    if isinstance(shown, float) and not shown.is_integer():
        return _number(shown, zone)
    if isinstance(shown, (int, float)) and not isinstance(shown, bool):
        shown = str(int(shown))
    if isinstance(shown, str):
        if len(shown) in EPOCH_DIGITS and shown.isascii() and shown.isdigit():
            return _epoch(int(shown))  # most files tell these: they need no pattern
        return _told(shown, zone) or _seen(shown, zone, seen_at, ahead, near)
    raise ValueError(f"{shown!r} is not a time")


def year_is_guessed(shown: Any) -> bool:
    """Whether a time tells month and day without a year."""
    return isinstance(shown, str) and not shown[:3].isdigit() and _has_no_year(shown)


@lru_cache(maxsize=1 << 16)
def _has_no_year(shown: str) -> bool:
    return MONTH_DAY.fullmatch(_bare(shown)) is not None


def _bare(shown: str) -> str:
    return POPULARITY.sub("", shown).replace("\u200b", "").strip()


@lru_cache(maxsize=1 << 16)
def _told(shown: str, zone: tzinfo) -> Moment | None:
    """A time that says all about itself; None for one that hangs on when it was seen."""
    if PLAIN.fullmatch(shown):
        return _plain(shown, zone)
    text = _bare(shown)
    if dated := DATED.fullmatch(text):
        year, month, day, *clock, offset = dated.groups()
        return _on(shown, int(year), int(month), int(day), clock, _offset(offset) if offset else zone)
    if halved := HALVED.fullmatch(text):
        year, month, day, *parts, named = halved.groups()
        half, hour, *rest = parts[:5] if parts[0] else (named, *parts[5:])
        if int(hour) > 12:
            raise ValueError(f"there is no such time as {shown!r}")
        late = 12 if half.lower() in ("下午", "pm") else 0
        return _on(shown, int(year), int(month), int(day), [str(int(hour) % 12 + late), *rest], zone)
    if english := ENGLISH.fullmatch(text):
        name, day, hour, minute, second, offset, year = english.groups()
        if name.lower() not in MONTHS:
            raise ValueError(f"{shown!r} is not a time: there is no month {name!r}")
        clock = [hour, minute, second, None]
        return _on(shown, int(year), MONTHS[name.lower()], int(day), clock, _offset(offset))
    if re.fullmatch(r"\d+(\.\d+)?", text):
        compact = COMPACT.fullmatch(text)
        if compact and 1990 <= int(compact[1]) < 2100:
            year, month, day, *clock = compact.groups()
            return _on(shown, int(year), int(month), int(day), [*clock, None], zone)
        return _number(float(text) if "." in text else int(text), zone)
    if UNORDERED.fullmatch(text):
        raise ValueError(
            f"{shown!r} is not a time: its first number may be the month or the day; write the year first, such as 2023-08-01 09:05"
        )
    return None


def _plain(shown: str, zone: tzinfo) -> Moment:
    try:
        return Moment(_utc(datetime.fromisoformat(shown), zone), "second" if shown.count(":") == 2 else "minute")
    except (ValueError, OverflowError):
        raise ValueError(f"there is no such time as {shown!r}") from None


def _seen(shown: str, zone: tzinfo, seen_at: datetime | None, ahead: timedelta, near: datetime | None) -> Moment:
    """A time that hangs on when it was seen."""
    text = _bare(shown)
    ago, named, month_day = AGO.fullmatch(text), NAMED_DAY.fullmatch(text), MONTH_DAY.fullmatch(text)
    if not (ago or named or month_day or text in ("刚刚", "剛剛")):
        raise ValueError(f"{shown!r} is not a time")
    if seen_at is None:
        raise ValueError(f"the time {shown!r} hangs on when it was seen, and that is not told")
    if month_day:
        month, day, *clock = month_day.groups()
        latest = seen_at + ahead
        if near is not None and near <= latest:
            return _nearest_year(shown, int(month), int(day), clock, zone, near)
        return _newest_year(shown, int(month), int(day), clock, zone, latest)
    if named:
        day = _local_day(seen_at, zone) - timedelta(days=DAYS_BACK[named[1]])
        return _on(shown, day.year, day.month, day.day, list(named.groups()[1:]), zone)
    if not ago:
        return Moment(seen_at, "minute")
    number, unit = int(ago[1]), ago[2]
    if unit == "天":
        day = _local_day(seen_at, zone) - timedelta(days=number)
        return _on(shown, day.year, day.month, day.day, [None] * 4, zone)
    if unit == "秒":
        return Moment(seen_at - timedelta(seconds=number), "second")
    if unit in ("分钟", "分鐘"):
        return Moment(seen_at - timedelta(minutes=number), "minute")
    return Moment(seen_at - timedelta(hours=number), "hour")


def _on(shown: str, year: int, month: int, day: int, clock: list[str | None], zone: tzinfo) -> Moment:
    """A date with an hour, minute, second and fraction as far as they are told."""
    hour, minute, second, fraction = clock
    microsecond = int((fraction or "0").ljust(6, "0")[:6])
    try:
        at = _utc(datetime(year, month, day, int(hour or 0), int(minute or 0), int(second or 0), microsecond), zone)
    except (ValueError, OverflowError):
        raise ValueError(f"there is no such time as {shown!r}") from None
    return Moment(at, "day" if hour is None else "minute" if second is None else "second")


def _utc(local: datetime, zone: tzinfo) -> datetime:
    """As `astimezone` tells it of a time of the zone, in half its time."""
    return local - (zone.utcoffset(local) or timedelta())


def _nearest_year(shown: str, month: int, day: int, clock: list[str | None], zone: tzinfo, near: datetime) -> Moment:
    possible = []
    for year in range(near.year - 4, near.year + 5):  # 29 February
        with suppress(ValueError):
            possible.append(_on(shown, year, month, day, clock, zone))
    if not possible:
        raise ValueError(f"there is no such time as {shown!r}")
    return min(possible, key=lambda told: abs(told.at - near))


def _newest_year(shown: str, month: int, day: int, clock: list[str | None], zone: tzinfo, latest: datetime) -> Moment:
    this_year = _local_day(latest, zone).year
    for year in range(this_year, this_year - 9, -1):  # 29 February is up to eight years away
        try:
            told = _on(shown, year, month, day, clock, zone)
        except ValueError:
            continue
        if told.at <= latest:
            return told
    raise ValueError(f"there is no such time as {shown!r}")


def _number(number: float, zone: tzinfo) -> Moment:
    """Days of a spreadsheet, which are of the zone, or seconds or milliseconds since 1970."""
    if not SERIALS[0] <= number < SERIALS[1]:
        return _epoch(number)
    exact = len(str(number).partition(".")[2]) >= EXACT
    local = SERIAL_EPOCH + timedelta(seconds=round(number * 86_400) if exact else 60 * round(number * 1440))
    return Moment(_utc(local, zone), "day" if float(number).is_integer() else "second" if exact else "minute")


def _epoch(number: float) -> Moment:
    whole = int(number) if isfinite(number) else 0
    seconds = number if whole in SECONDS else number / 1000 if whole in MILLISECONDS else None
    if seconds is None:
        raise ValueError(f"{number!r} is not a time: as seconds or milliseconds since 1970 it is not of 1973 to 2100")
    return Moment(EPOCH + timedelta(microseconds=round(seconds * 10**6)), "second")


def _offset(text: str) -> tzinfo:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    sign, digits = text[0], text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    if offset >= timedelta(days=1):
        raise ValueError(f"there is no such offset from UTC as {text!r}")
    return timezone(-offset if sign == "-" else offset)


def _local_day(at: datetime, zone: tzinfo) -> date:
    return at.replace(tzinfo=UTC).astimezone(zone).date()
