"""Times as platforms and files show them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from collectors.times import CHINA, Moment, moment, year_is_guessed

SEEN = datetime(2026, 1, 3, 4, 5, 6)  # 12:05:06 in China
NEW_YORK = ZoneInfo("America/New_York")
times = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 30)).map(lambda t: t.replace(microsecond=0))


@pytest.mark.parametrize(
    ("shown", "at", "grain"),
    [
        (1692064000, "2023-08-15 01:46:40", "second"),
        ("1692064000", "2023-08-15 01:46:40", "second"),
        (1692064000123, "2023-08-15 01:46:40.123", "second"),
        ("1692064000123", "2023-08-15 01:46:40.123", "second"),
        (1692064000.0, "2023-08-15 01:46:40", "second"),
        ("2026-08-12 23:00", "2026-08-12 15:00", "minute"),
        ("2026-08-12 23:00:07", "2026-08-12 15:00:07", "second"),
        ("2026-08-12T23:00:07.25", "2026-08-12 15:00:07.25", "second"),
        ("2026-08-12T23:00:07Z", "2026-08-12 23:00:07", "second"),
        ("2026-06-01 12:00:00+08:00", "2026-06-01 04:00:00", "second"),
        ("2026-06-01T12:00:00-0500", "2026-06-01 17:00:00", "second"),
        ("2026-08-12", "2026-08-11 16:00", "day"),
        ("2024/6/24 16:10", "2024-06-24 08:10", "minute"),
        ("2024/6/24", "2024-06-23 16:00", "day"),
        ("2026年08月12日 23:00", "2026-08-12 15:00", "minute"),
        ("2026年8月2日", "2026-08-01 16:00", "day"),
        ("Sat Aug 22 00:02:39 +0800 2026", "2026-08-21 16:02:39", "second"),
        ("20230815", "2023-08-14 16:00", "day"),
        ("20230815093000", "2023-08-15 01:30", "second"),
        ("202308011000", "2023-08-01 02:00", "minute"),  # as milliseconds since 1970 a time of 1976
        (202308011000, "2023-08-01 02:00", "minute"),
        (202308011000.0, "2023-08-01 02:00", "minute"),
        ("202308011000.0", "2023-08-01 02:00", "minute"),
        ("199001010000", "1989-12-31 16:00", "minute"),
        ("209912312359", "2099-12-31 15:59", "minute"),
        ("946684800000", "2000-01-01", "second"),
        ("999999999999", "2001-09-09 01:46:39.999", "second"),
        ("2026-06-01 12:00:00+08", "2026-06-01 04:00:00", "second"),
        ("2026-06-01 12:00:00.25+00", "2026-06-01 12:00:00.25", "second"),
        ("2026-06-01T12:00-05", "2026-06-01 17:00", "minute"),
        ("2023-08-15_09:30:00", "2023-08-15 01:30", "second"),
        ("2023-08-01 9:05 PM", "2023-08-01 13:05", "minute"),
        ("2023/8/1 12:05:07 am", "2023-07-31 16:05:07", "second"),
        ("2023-08-01 12:05PM", "2023-08-01 04:05", "minute"),
        ("2023年8月1日 上午9:05", "2023-08-01 01:05", "minute"),
        ("2023/8/1 下午12:05", "2023-08-01 04:05", "minute"),
        ("2023-08-01下午 3:05:07", "2023-08-01 07:05:07", "second"),
        ("45139.378472", "2023-08-01 01:05", "second"),
        (45139.378553, "2023-08-01 01:05:07", "second"),
        ("45139.5", "2023-08-01 04:00", "minute"),
        ("45139", "2023-07-31 16:00", "day"),
        (45139.0, "2023-07-31 16:00", "day"),
    ],
)
def test_a_whole_time_needs_nothing_else(shown, at, grain):
    assert moment(shown, zone=CHINA) == moment(shown, zone=CHINA, seen_at=SEEN) == Moment(datetime.fromisoformat(at), grain)


@pytest.mark.parametrize(
    ("shown", "at", "grain"),
    [
        ("刚刚", "2026-01-03 04:05:06", "minute"),
        ("20秒前", "2026-01-03 04:04:46", "second"),
        ("20秒前 转赞人数超过500", "2026-01-03 04:04:46", "second"),
        ("5分钟前", "2026-01-03 04:00:06", "minute"),
        ("3小时前", "2026-01-03 01:05:06", "hour"),
        ("今天12:30", "2026-01-03 04:30", "minute"),
        ("今天 12:30", "2026-01-03 04:30", "minute"),
        ("今天12:30 转赞人数超过1万", "2026-01-03 04:30", "minute"),
        ("昨天 12:30", "2026-01-02 04:30", "minute"),
        ("昨天", "2026-01-01 16:00", "day"),
        ("3天前", "2025-12-30 16:00", "day"),
        ("08月12日 23:00", "2025-08-12 15:00", "minute"),
        ("01月03日 09:15", "2026-01-03 01:15", "minute"),
        ("06-27", "2025-06-26 16:00", "day"),
        ("01-04", "2026-01-03 16:00", "day"),  # within the day of slack
        ("01-05", "2025-01-04 16:00", "day"),
        ("02-29", "2024-02-28 16:00", "day"),
        ("12-31 23:59", "2025-12-31 15:59", "minute"),
    ],
)
def test_a_time_that_hangs_on_when_it_was_seen(shown, at, grain):
    assert moment(shown, zone=CHINA, seen_at=SEEN) == Moment(datetime.fromisoformat(at), grain)
    with pytest.raises(ValueError, match="hangs on when it was seen"):
        moment(shown, zone=CHINA)


@pytest.mark.parametrize(
    "shown",
    [
        *("", "soon", "2026-02-31 25:61", "2026-13-01", "0", 0, -5, "12:30", "2026", "3年前", None, True, [1], 1e300),
        *(float("nan"), "99999999999999999999", "02-30", "Sat Foo 22 00:02:39 +0800 2026", "2026-08-12 23:00+99:00"),
        *("2026-02-31 12:30", "2026-08-12 24:00", "0001-01-01 00:00", "9999-99-99 00:00:00"),
        *("2023-08-01 13:05 PM", "2023-08-01 上午13:05", "2023-08-01 上午9:05 PM", "2023-08-01 9:65 PM", "32873.9", "73051", 999.5),
        *("8/13/2023 9:05", "01.08.2023", "1-8-2023 9:05 PM"),
        *("202313011000", "202308012500", 202308011060, "2026-08-12 23:00+99", "2026-08-12 23:00+8"),
    ],
)
def test_what_is_no_time_is_refused_with_a_reason(shown):
    with pytest.raises(ValueError, match=r"no such|not a time"):
        moment(shown, zone=CHINA, seen_at=SEEN)


def test_which_of_two_numbers_is_the_month_is_not_guessed():
    for shown in ("8/1/2023", "8/13/2023 9:05", "13.08.2023 21:05:00"):
        with pytest.raises(ValueError, match="its first number may be the month or the day; write the year first"):
            moment(shown, zone=CHINA)


def test_the_zone_holds_only_where_none_is_told():
    assert moment("2026-01-15 12:00", zone=NEW_YORK).at == datetime(2026, 1, 15, 17)
    assert moment("2026-07-15 12:00", zone=NEW_YORK).at == datetime(2026, 7, 15, 16)
    assert moment("2026-07-15 12:00+08:00", zone=NEW_YORK).at == datetime(2026, 7, 15, 4)
    assert moment("2026-07-15", zone=NEW_YORK) == Moment(datetime(2026, 7, 15, 4), "day")


def test_a_year_is_guessed_only_where_it_is_left_out():
    assert year_is_guessed("06-27") and year_is_guessed("06月27日 12:30")
    assert not any(map(year_is_guessed, ("2026-06-27", "今天12:30", "刚刚", "", None, 1692064000)))


@given(times)
def test_every_way_of_writing_one_time_is_that_time(at):
    china = at.replace(tzinfo=UTC).astimezone(CHINA)
    english = f"{china:%a %b} {china.day:02d} {china:%H:%M:%S} +0800 {china.year}"
    epoch = int(at.replace(tzinfo=UTC).timestamp())
    for shown in (f"{china:%Y-%m-%d %H:%M:%S}", f"{china:%Y/%m/%d %H:%M:%S}", china.isoformat(), english, epoch, str(epoch), epoch * 1000):
        assert moment(shown, zone=CHINA) == Moment(at, "second")
    noon = "下午" if china.hour >= 12 else "上午"
    for shown in (
        f"{china:%Y-%m-%d %I:%M:%S %p}",
        f"{china.year}年{china.month}月{china.day}日 {noon}{china.hour % 12 or 12}:{china:%M:%S}",
    ):
        assert moment(shown, zone=CHINA) == Moment(at, "second")
    serial = (china.replace(tzinfo=None) - datetime(1899, 12, 30)) / timedelta(days=1)
    if serial >= 32_874:
        for shown in (serial, f"{serial:.10f}"):
            assert moment(shown, zone=CHINA).at in (at, at.replace(second=0))
    assert moment(f"{china:%Y-%m-%d %H:%M}", zone=CHINA) == Moment(at.replace(second=0), "minute")
    day = china.replace(hour=0, minute=0, second=0).astimezone(UTC).replace(tzinfo=None)
    assert moment(f"{china:%Y-%m-%d}", zone=CHINA) == Moment(day, "day")


@given(times, st.integers(-14 * 60, 14 * 60))
def test_an_offset_is_taken_at_its_word(at, minutes):
    local = at.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    assert moment(local.isoformat(), zone=CHINA) == Moment(at, "second")


@given(times, times)
def test_later_text_is_a_later_time(one, other):
    earlier, later = sorted((one, other))
    assert moment(f"{earlier}", zone=CHINA).at <= moment(f"{later}", zone=CHINA).at
    assert moment(f"{earlier:%Y-%m-%d}", zone=CHINA).at <= moment(f"{later:%Y-%m-%d}", zone=CHINA).at


@given(times, st.integers(0, 99), st.integers(0, 99), st.sampled_from(["秒", "分钟", "小时", "天"]))
def test_longer_ago_is_earlier_and_never_later_than_the_page(seen_at, one, other, unit):
    less, more = sorted((one, other))
    earlier, later = (moment(f"{n}{unit}前", zone=CHINA, seen_at=seen_at).at for n in (more, less))
    assert earlier <= later <= seen_at


@given(times, st.dates(datetime(2000, 1, 1).date(), datetime(2098, 12, 31).date()))
def test_a_guessed_year_is_the_newest_that_is_not_later_than_a_day_ahead(seen_at, day):
    assume(seen_at.year > 2009)
    found = moment(f"{day:%m-%d}", zone=CHINA, seen_at=seen_at).at
    local = (found.replace(tzinfo=UTC)).astimezone(CHINA)
    assert (local.month, local.day) == (day.month, day.day)
    assert found <= seen_at + timedelta(days=1)
    if (day.month, day.day) != (2, 29):
        assert found > seen_at + timedelta(days=1) - timedelta(days=366, hours=1)


@pytest.mark.parametrize(
    ("shown", "near", "at"),
    [
        ("08月15日 12:00", datetime(2023, 8, 15, 4, 0, 7), datetime(2023, 8, 15, 4)),
        ("12-31 23:59", datetime(2024, 1, 1), datetime(2023, 12, 31, 15, 59)),  # a page of before midnight
        ("01月01日", datetime(2023, 12, 31, 15, 59), datetime(2023, 12, 31, 16)),
        ("02-29", datetime(2022, 3, 1), datetime(2024, 2, 28, 16)),
        ("08月12日 23:00", SEEN + timedelta(days=2), datetime(2025, 8, 12, 15)),  # later than it was seen: it tells nothing
    ],
)
def test_a_year_is_that_of_a_time_near_by_where_one_is_known(shown, near, at):
    assert moment(shown, zone=CHINA, seen_at=SEEN, near=near).at == at
    assert moment("2020-08-15", zone=CHINA, seen_at=SEEN, near=near).at.year == 2020


@given(times, st.integers(-180, 180))
def test_a_time_within_half_a_year_of_one_near_by_is_read_as_it_was(at, days):
    assume(at.year > 2009)
    shown = at.replace(tzinfo=UTC).astimezone(CHINA)
    assert moment(f"{shown:%m-%d %H:%M:%S}", zone=CHINA, seen_at=datetime(2110, 1, 1), near=at + timedelta(days=days)).at == at


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers()))
def test_anything_is_read_or_refused(shown):
    try:
        found = moment(shown, zone=CHINA, seen_at=SEEN)
    except ValueError:
        return
    assert found.grain in ("second", "minute", "hour", "day")
    assert found.at.tzinfo is None
