"""How numbers and times are written, in both languages."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

NOT_TOLD = "–"
MINUTE = "%Y-%m-%d %H:%M"
COARSE = {"day": "%Y-%m-%d", "hour": "%Y-%m-%d %H:00"}  # how a time is written where only that is known of it
MIDDLE_OF_DAY = timedelta(hours=12)  # what is known to its day alone is told by midnight of its file's zone, and is shown as it is counted
GRAIN_SIGNS = {"rounded": "≈ ", "at_least": "≥ "}


def count(value: Any, language: str, grain: Any = "exact") -> str:
    """12,667; in Chinese large numbers in 万 and 亿: 3,501.2万. A rounded count begins with ≈, a floor with ≥."""
    if pd.isna(value):
        return NOT_TOLD
    number = int(value)
    sign = GRAIN_SIGNS.get(grain, "") if isinstance(grain, str) else ""
    if language == "zh" and abs(number) >= 100_000:
        power, unit = (100_000_000, "亿") if abs(number) >= 99_999_950 else (10_000, "万")  # 9,999.995万 is rounded up to 1亿
        scaled = f"{number / power:,.2f}".rstrip("0").rstrip(".")
        return f"{sign}{scaled}{unit}"
    return f"{sign}{number:,}"


def exact(value: Any, grain: Any = "exact") -> str:
    """All digits, with thousands separators."""
    return count(value, "en", grain)


def total(values: pd.Series) -> Any:
    """The sum of what is told; none where nothing is, or where only nothing is told beside what is withheld."""
    told = values.sum(min_count=1)
    return pd.NA if values.isna().any() and not pd.isna(told) and told == 0 else told


def some(values: pd.Series) -> bool:
    """Whether they count anything: a figure that is withheld counts something too."""
    return bool((values != 0).fillna(True).any())


def share(part: Any, whole: Any) -> str:
    """12.3%; "–" of nothing. A share that is not all never rounds up to 100%, one that is something never down to 0%."""
    if pd.isna(part) or pd.isna(whole) or not whole:
        return NOT_TOLD
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1%"
    if 99.9 < percent < 100:
        return "> 99.9%"
    return f"{percent:.1f}%"


def clock(moments: pd.Series, zone: ZoneInfo) -> pd.Series:
    """Naive UTC times as times of the zone that know how far they are from UTC: two may read alike, where the clock is put back."""
    return pd.to_datetime(moments).dt.tz_localize("UTC").dt.tz_convert(str(zone))


def to_zone(moments: pd.Series, zone: ZoneInfo) -> pd.Series:
    """Naive UTC times as naive times of the zone."""
    return clock(moments, zone).dt.tz_localize(None)


def to_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    """A naive time of the zone as naive UTC."""
    return moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def moment(at: Any, zone: ZoneInfo, grain: Any = "minute") -> str:
    """2024-05-02 18:00 in the campaign's zone; the date alone where only the day is known. Seconds are left out."""
    if pd.isna(at):
        return NOT_TOLD
    stands = pd.Timestamp(at) + MIDDLE_OF_DAY if grain == "day" else pd.Timestamp(at)
    return stands.tz_localize("UTC").tz_convert(str(zone)).strftime(COARSE.get(grain, MINUTE))


def day(at: Any, zone: ZoneInfo) -> str:
    """The date of a time that is known."""
    return NOT_TOLD if pd.isna(at) else f"{pd.Timestamp(at).tz_localize('UTC').tz_convert(str(zone)):{COARSE['day']}}"


def stands(times: pd.Series, grains: pd.Series) -> pd.Series:
    """Naive UTC times as they are counted and drawn: what is known to its day alone stands in the middle of it."""
    told = pd.to_datetime(times)
    return told.mask(grains.eq("day").to_numpy(), told + MIDDLE_OF_DAY)


def placed(rows: pd.DataFrame, time: str, grain: str, zone: ZoneInfo) -> pd.DataFrame:
    """Rows with where their time is drawn (`at`, naive in the zone) and how it is written (`at_shown`)."""
    at, shown = to_zone(stands(rows[time], rows[grain]), zone), moments(rows[time], zone, rows[grain])
    return rows.assign(at=at, at_shown=shown)


def moments(times: pd.Series, zone: ZoneInfo, grains: pd.Series | None = None) -> list[str]:
    """The same for a column."""
    there = clock(times if grains is None else stands(times, grains), zone)
    shown = there.dt.strftime(MINUTE)
    if grains is not None:
        for grain, form in COARSE.items():
            shown = shown.mask(grains.eq(grain).to_numpy(), there.dt.strftime(form))
    return shown.fillna(NOT_TOLD).tolist()


def days(since: date | None, until: date | None) -> tuple[str, str]:
    """First and last day of a span whose end is not included."""
    return (since.isoformat() if since else "…"), ((until - timedelta(days=1)).isoformat() if until else "…")


def length(seconds: int, day: str, hour: str, minute: str) -> str:
    """86400 → "1 d": in the largest unit that divides it."""
    for size, unit in ((86400, day), (3600, hour), (60, minute)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
