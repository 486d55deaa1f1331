"""What pages with charts over time share: which events and gaps belong to a chart, which bins are not whole, and choices of a few."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import numbers, provenance, sidebar
from dashboard.charts import Around
from dashboard.escape import for_markdown
from dashboard.reader import Reader

# A choice of posts that leaves none out.
ANYTHING: dict[str, Any] = dict.fromkeys(("words", "target", "emotion", "sentiment", "stance", "status", "class"))
LISTED_BELOW = 8  # more events are told in running lines


def still_open(reader: Reader, bins: pd.DataFrame, length: pd.Timedelta, of: str = "post") -> pd.Series:
    """Which bins had not ended when their platform, or any chosen one, was last looked at for posts, or for what they are `of`. Where
    nobody told when that was, the last bin."""
    seen = reader.ask("seen_until")
    seen = seen[seen["class"] == of]
    until = pd.DataFrame({"platform": seen["platform"], "until": seen[["seen_until", "asked_until"]].max(axis=1)})
    until["until"] = numbers.to_zone(until["until"], reader.zone)
    if "platform" in bins:
        known = until.set_index("platform")["until"].reindex(bins["platform"]).set_axis(bins.index)
    else:
        known = pd.Series(until["until"].max(), index=bins.index)
    return (bins["at"] + length > known) | (known.isna() & (bins["at"] == bins["at"].max()))


def filled(bins: pd.DataFrame, hourly: bool, gaps: pd.DataFrame) -> pd.DataFrame:
    """Lines need a bin for each time: 0 where nothing was found, none where a gap reaches into it, so that the line breaks there. Hours are
    told apart by `clock`, for where it is put back two of them read alike."""
    length = pd.Timedelta(hours=1) if hourly else pd.Timedelta(days=1)
    start = "clock" if hourly else "at"
    every = pd.date_range(bins[start].min(), bins[start].max(), freq="h" if hourly else "D")
    whole = pd.MultiIndex.from_product([bins["tag_key"].unique(), every], names=["tag_key", start])
    full = bins.set_index(["tag_key", start])["count"].reindex(whole, fill_value=0).reset_index()
    full["at"] = full[start].dt.tz_localize(None)
    for gap in gaps.itertuples():
        full.loc[(full["count"] == 0) & (full["at"] + length > gap.starts_at) & (full["at"] < gap.ends_at), "count"] = pd.NA
    return full


def within(around: Around, at: pd.Series, hourly: bool) -> Around:
    """Events and gaps that fall into what is drawn."""
    start, end = at.min(), at.max() + (pd.Timedelta(hours=1) if hourly else pd.Timedelta(days=1))
    events = around.events[(around.events["at"] >= start) & (around.events["at"] < end)]
    gaps = around.gaps[(around.gaps["ends_at"] > start) & (around.gaps["starts_at"] < end)]
    return Around(events=events, gaps=gaps, synthetic=around.synthetic)


def signs(reader: Reader, around: Around, explained: set[str]) -> None:
    """What the signs above a chart stand for, where no chart above said it."""
    new = [event for event in around.events.itertuples() if event.sign not in explained]
    explained.update(event.sign for event in new)
    told = [f"{event.sign} {event.at:%Y-%m-%d} {for_markdown(event.title)}" for event in new]
    if told:
        st.caption(("  \n" if len(told) <= LISTED_BELOW else " · ").join(told))


def showing(reader: Reader, expression: str) -> pd.DataFrame:
    """Posts and accounts that show a slogan, and all there are."""
    found = reader.ask("slogan", slogan=expression)
    return provenance.with_accounts(provenance.with_accounts(found), "all_accounts", of="all_posts")


def adopted(reader: Reader, slogans: dict[str, str]) -> pd.DataFrame:
    """How many accounts have shown each slogan by the end of each day, and how many were seen by then; nothing of a slogan, or of days,
    of which no post tells its account, nor of what is too little for a public viewer."""
    told = {
        slogan: expression
        for slogan, expression in slogans.items()
        if showing(reader, expression)[["accounts", "all_accounts"]].notna().all(axis=None)
    }
    if not told:
        return pd.DataFrame()
    parts = [reader.ask("slogan_by_day", slogan=expression).assign(slogan=slogan) for slogan, expression in told.items()]
    days = pd.concat(parts, ignore_index=True).dropna(subset=["shown", "seen"])
    days = days[days["seen"] > 0]
    return days.assign(at=pd.to_datetime(days["day"]))


def pick(
    reader: Reader,
    key: str,
    options: list[str],
    label: str,
    *,
    family: str | None = None,
    names: dict[str, str] | None = None,
    usual: str | None = None,
) -> str:
    """One of a few, kept in the address where it is not the usual one, at first the first. What they are called: `names`, else our
    words of the family, else as the key says."""
    usual = usual or options[0]
    sidebar.kept(key, usual, lambda told: told if told in options else None)

    def name(option: str) -> str:
        if names:
            return names[option]
        return reader.texts.of(family, option) if family else named(reader, key, option)

    chosen = str(st.segmented_control(label, options, key=key, required=True, format_func=name))
    sidebar.in_address({key: chosen if chosen != usual else ""})
    return chosen


def named(reader: Reader, key: str, option: str) -> str:
    """What an option is called."""
    texts = reader.texts
    if key == "slot":
        return numbers.length(int(option), *(texts(f"unit.{unit}") for unit in ("day", "hour", "minute")))
    family = {"by": "by", "bin": "bin", "label": "label_kind", "apart": "apart", "compare": "apart"}.get(key, "measure")
    return texts.of(family, option)


def two_of(reader: Reader, what: str, names: dict[str, str]) -> tuple[str, str]:
    """Two of a few, side by side, kept in the address; another one where both are the same."""
    chosen: list[str] = []
    for place, box in enumerate(st.columns(2)):
        left = [option for option in names if option not in chosen]
        key = f"{what}_{place + 1}"
        sidebar.kept(key, left[0], dict(zip(left, left, strict=True)).get)
        chosen.append(str(box.selectbox(reader.texts(f"opinion.side_{place + 1}"), left, key=key, format_func=names.__getitem__)))
        sidebar.in_address({key: chosen[-1] if chosen[-1] != left[0] else ""})
    return chosen[0], chosen[1]
