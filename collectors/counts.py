"""Counts as platforms show them: "1234", "1.2万", "10万+", "转发"."""

import re
import unicodedata
from functools import lru_cache
from math import isfinite, isnan
from typing import Any, NamedTuple


class Count(NamedTuple):
    """A count and how much of it was shown: exact, rounded (half a unit either way) or at_least. `shown` is the text where
    it is not exact. All None: not told, which is never 0."""

    value: int | None
    grain: str | None
    shown: str | None


NOT_TOLD = Count(None, None, None)

# What stands where nothing was written: by the platform, or by the program that wrote the file.
NOTHING = frozenset({"", "-", "--", "—", "–", "none", "null", "nan", "n/a", "na", "<na>", "#n/a", "nat"})
# A button without a number shows its own name. Nobody has pressed it yet.
LABELS = (
    *("转发", "评论", "点赞", "赞", "收藏", "分享", "回复", "喜欢", "抢首评"),
    *("轉發", "評論", "點讚", "讚", "分享", "回覆", "喜歡", "repost", "comment", "like", "share"),
)
UNITS = {
    unit: size
    for size, units in {
        1: ("",),
        100: ("百",),
        1000: ("千", "k"),
        10**4: ("万", "萬", "w"),
        10**6: ("百万", "百萬", "m"),
        10**7: ("千万", "千萬"),
        10**8: ("亿", "億"),
    }.items()
    for unit in units
}
# "阅读3.2亿": a page header names what it counts.
HEADINGS = (*LABELS, "阅读", "閱讀", "讨论", "討論", "浏览", "播放", "粉丝")
LABELLED = re.compile(rf"(?:{'|'.join(HEADINGS)})?\s*:?\s*(.*)", re.DOTALL)
NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\s*(百万|百萬|千万|千萬|[百千万萬亿億kwm]?)\s*(\+?)")

WEIBO_CAP = 1_000_000  # Weibo's mobile pages show "100万+" from here on; tools store the bare number
LARGEST = 2**63 - 1


def count(shown: Any, weibo: bool = False) -> Count:
    """A count as shown, as text or number. With `weibo`, exactly 1,000,000 means "or more".
    Raises ValueError, with a reason for people, when it is no count."""
    try:
        return _count(shown, weibo)
    except TypeError:  # a list or an object stands where a number should
        raise ValueError(f"{shown!r} is not a count") from None


@lru_cache(maxsize=1 << 14, typed=True)
def _count(shown: Any, weibo: bool) -> Count:
    if isinstance(shown, str):
        told = Count(int(shown), "exact", None) if shown.isascii() and shown.isdigit() else _spelled(shown)
    elif shown is None:
        return NOT_TOLD
    elif isinstance(shown, int) and not isinstance(shown, bool):
        told = Count(shown, "exact", None)
    elif isinstance(shown, float):
        told = _from_float(shown)
    else:
        raise ValueError(f"{shown!r} is not a count")
    if told.value is None:
        return told
    if told.value < 0:
        raise ValueError(f"{shown!r} is not a count: it is negative")
    if told.value > LARGEST:
        raise ValueError(f"{shown!r} is not a count: it is too large")
    if weibo and told.value == WEIBO_CAP and told.grain == "exact":
        return Count(WEIBO_CAP, "at_least", str(shown).strip())
    return told


def displayed(shown: Any) -> Count:
    """A counter as Weibo's pages hold it: {"val": 3192.8, "unit": "万"}, or "3192.8万". Raises ValueError when it is no count."""
    if not isinstance(shown, dict):
        return count(shown)
    if shown.get("val") is None:
        return NOT_TOLD
    unit = str(shown.get("unit") or "")
    if unit not in UNITS:
        raise ValueError(f"{shown} is not a count")
    return count(f"{shown['val']}{unit}")


def _spelled(shown: str) -> Count:
    plain = unicodedata.normalize("NFKC", shown).strip().lower()
    if plain in NOTHING:
        return NOT_TOLD
    if plain in LABELS:
        return Count(0, "exact", None)
    labelled = LABELLED.fullmatch(plain)
    number = NUMBER.fullmatch(labelled[1]) if labelled else None
    if number is None:
        raise ValueError(f"{shown!r} is not a count")
    whole, part, unit, more = number.groups(default="")
    if not unit and part.strip("0"):
        raise ValueError(f"{shown!r} is not a count: it is no whole number")
    value = int(whole.replace(",", "") + part) * UNITS[unit] // 10 ** len(part)
    if more:
        return Count(value, "at_least", shown.strip())
    return Count(value, "rounded", shown.strip()) if unit else Count(value, "exact", None)


def _from_float(shown: float) -> Count:
    """Spreadsheets and tables with gaps keep whole numbers as 3.0."""
    if isnan(shown):
        return NOT_TOLD
    if not isfinite(shown) or shown != int(shown):
        raise ValueError(f"{shown!r} is not a count: it is no whole number")
    return Count(int(shown), "exact", None)
