"""Counts as platforms show them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.counts import LABELS, NOT_TOLD, UNITS, Count, count

whole = st.integers(0, 2**63 - 1)


@pytest.mark.parametrize(
    ("shown", "value", "grain"),
    [
        ("0", 0, "exact"),
        (" 17 ", 17, "exact"),
        ("0017", 17, "exact"),
        ("1,234", 1234, "exact"),
        ("1，234，567", 1234567, "exact"),
        ("３５", 35, "exact"),
        (12, 12, "exact"),
        (3.0, 3, "exact"),
        ("3.0", 3, "exact"),
        ("转发", 0, "exact"),
        ("评论", 0, "exact"),
        ("赞", 0, "exact"),
        ("收藏", 0, "exact"),
        ("分享", 0, "exact"),
        ("赞 12", 12, "exact"),
        ("评论：7", 7, "exact"),
        ("1.2万", 12_000, "rounded"),
        ("2.1w", 21_000, "rounded"),
        ("2.1W", 21_000, "rounded"),
        ("3千", 3_000, "rounded"),
        ("1.5k", 1_500, "rounded"),
        ("237万", 2_370_000, "rounded"),
        ("阅读3.2亿", 320_000_000, "rounded"),
        ("３．２億", 320_000_000, "rounded"),
        ("10万+", 100_000, "at_least"),
        ("100万＋", 1_000_000, "at_least"),
        ("999+", 999, "at_least"),
    ],
)
def test_what_is_shown_is_read(shown, value, grain):
    told = count(shown)
    assert (told.value, told.grain) == (value, grain)
    assert told.shown == (None if grain == "exact" else str(shown).strip())


@pytest.mark.parametrize("shown", ["", " ", "\u3000", None, "-", "--", "—", "None", "null", "NaN", "n/a", math.nan])
def test_what_is_not_told_is_never_0(shown):
    assert count(shown) == NOT_TOLD == Count(None, None, None)


@pytest.mark.parametrize(
    "shown",
    ["许多", "1.5", 1.5, "1,23", "-3", -3, "万", "+", "1 2", "3万人", "9" * 30, 2**63, math.inf, True, [1], {"n": 1}, b"1", "2.1.万"],
)
def test_rubbish_is_refused_with_a_reason(shown):
    with pytest.raises(ValueError, match="not a count"):
        count(shown)


@pytest.mark.parametrize("shown", [1_000_000, "1000000", "1,000,000", 1e6])
def test_exactly_a_million_on_weibo_means_a_million_or_more(shown):
    assert count(shown, weibo=True) == Count(1_000_000, "at_least", str(shown))
    assert count(shown) == Count(1_000_000, "exact", None)


@pytest.mark.parametrize("shown", ["999999", "1000001", 0])
def test_other_numbers_on_weibo_are_what_they_are(shown):
    assert count(shown, weibo=True) == count(shown) == Count(int(shown), "exact", None)


@given(whole)
def test_a_plain_number_comes_back(number):
    exact = Count(number, "exact", None)
    assert count(number) == count(str(number)) == count(f"{number:,}") == count(f" {number} ") == exact
    assert count(f"{number:,}".replace(",", "，")) == exact


@given(st.integers(0, 9_999), st.integers(0, 9), st.sampled_from([unit for unit, size in UNITS.items() if size >= 1000]))
def test_a_rounded_number_is_its_decimal_times_its_unit(number, tenth, unit):
    shown = f"{number}.{tenth}{unit}"
    value = (number * 10 + tenth) * UNITS[unit] // 10
    assert count(shown) == Count(value, "rounded", shown)
    assert count(shown + "+") == Count(value, "at_least", shown + "+")


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["", "千", "万", "亿"]), st.sampled_from(["", "+"]))
def test_what_shows_more_is_more(one, other, unit, more):
    smaller, larger = sorted((one, other))
    assert count(f"{smaller}{unit}{more}").value <= count(f"{larger}{unit}{more}").value


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_and_0_needs_a_digit_or_a_label(shown):
    try:
        told = count(shown)
    except ValueError:
        return
    assert (told.value is None) == (told.grain is None)
    assert told.value is None or told.value >= 0
    assert told.shown in (None, shown.strip())
    if told.value == 0:
        assert any(c.isnumeric() for c in shown) or any(label in shown.lower() for label in LABELS)


@given(st.floats())
def test_any_float_is_read_or_refused(shown):
    try:
        told = count(shown)
    except ValueError:
        return
    assert told == NOT_TOLD if math.isnan(shown) else told.value == shown
