"""How does it spread, and where?"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard import charts, numbers, post_list, provenance, show, sidebar
from dashboard.charts import Around
from dashboard.escape import for_markdown
from dashboard.over_time import ANYTHING, filled, named, pick, signs, still_open, within
from dashboard.reader import Reader, reader
from data.questions import FEW

CLASS_OF = {"posts": "post", "accounts": "post", "reposts": "repost", "comments": "comment"}
COARSE = {"posts": "coarse_posts", "reposts": "coarse_reposts", "comments": "coarse_comments"}  # those known to the day only
MOST_HOURS_OF_DAYS = 92  # more hourly bars than that are no picture
DAY = 86_400  # seconds
MOST_LINES = 6
LISTED = 100


def page(reader: Reader) -> None:
    show.head(reader, "spread")
    explained: set[str] = set()
    for part, of in ((volume, "posts"), (counters, "counters"), (trend, "counters"), (hot_search, "hot_search")):
        part(reader, reader.around(of), explained)


def volume(reader: Reader, around: Around, explained: set[str]) -> None:
    """Posts, accounts, reposts or comments in each hour or day, by platform or by hashtag; a click lists the posts of a bar."""
    texts = reader.texts
    show.section(texts("spread.volume"))
    left, middle, right = st.columns([3, 2, 2])
    with left:
        what = pick(reader, "measure", list(CLASS_OF), texts("spread.measure"))
    with middle:
        by = pick(reader, "by", ["platform", "hashtag"], texts("spread.by"))
    days = provenance.with_accounts(reader.ask("by_day"))
    with right:
        bin = pick(reader, "bin", ["day", "hour"], texts("spread.bin"))
    if what == "accounts" and days["posts"].sum() and days["accounts"].isna().all():
        show.missing(texts("missing.accounts"))
        return
    if not days[what].sum():
        nothing(reader, days, what)
        return
    refusal = hours_refused(days, what) if bin == "hour" else None
    if refusal:
        st.warning(texts(f"spread.refused_{refusal}"))
    peak(reader, days, what)
    hourly = bin == "hour" and refusal is None
    tags, more = shown_tags(reader, CLASS_OF[what]) if by == "hashtag" else (None, "")
    asked, bins, few = bins_of(reader, what, tags, hourly)
    if not len(bins):
        show.missing(texts("missing.withheld", few=FEW) if few else texts("missing.tags"))
        return
    draw = charts.volume_by_platform if by == "platform" else charts.volume_by_hashtag
    clicked = show.chart(
        reader,
        what,
        partial(draw, bins, texts, within(around, bins["at"], hourly), hourly=hourly),
        asked=[asked],
        key=f"volume-{what}-{by}-{'hour' if hourly else 'day'}",  # a day that was clicked is no hour
        note=" · ".join(filter(None, (more, few, left_out(reader, days, what, hourly)))),
        select=True,
    )
    signs(reader, within(around, bins["at"], hourly), explained)
    list_bin(reader, clicked, what, by, hourly)


def nothing(reader: Reader, days: pd.DataFrame, what: str) -> None:
    """Why there is nothing to draw: it is too little for a public viewer, it tells no day, or it is not here."""
    texts = reader.texts
    if reader.viewer.public and days[what].isna().any():
        show.missing(texts("missing.withheld", few=FEW))
    elif CLASS_OF[what] == "post" and numbers.some(reader.ask("headline")["undated_posts"]):
        show.missing(texts("missing.undated"))
    elif CLASS_OF[what] != "post" and numbers.some(reader.ask("headline")[what]):
        show.missing(texts("missing.undated_records", what=texts.of("measure", what)))
    else:
        show.missing(texts("missing.volume", what=texts.of("measure", what)), *show.how_to_collect(reader))


def peak(reader: Reader, days: pd.DataFrame, what: str) -> None:
    """The highest day in a sentence. Not of accounts, which may be the same on two platforms; nor where a part is withheld."""
    if what == "accounts" or days[what].isna().any():
        return
    counts = days.groupby("day")[what].sum()
    told = {
        "day": f"{pd.Timestamp(counts.idxmax()):%Y-%m-%d}",
        "count": numbers.exact(counts.max()),
        "what": reader.texts.of("measure", what),
    }
    st.markdown(reader.texts("spread.peak", **told))


def hours_refused(days: pd.DataFrame, what: str) -> str | None:
    """Why hourly bins cannot be shown; None where they can."""
    if what == "accounts":
        return "accounts"
    if days[COARSE[what]].sum() == days[what].sum():
        return "grain"
    if days["day"].max() - days["day"].min() > timedelta(days=MOST_HOURS_OF_DAYS):
        return "long"
    return None


def bins_of(reader: Reader, what: str, tags: dict[str, str] | None, hourly: bool) -> tuple[str, pd.DataFrame, str]:
    """The question that was asked, its bins with a count (at, clock of hours, platform | tag_key and tag, count, incomplete), and how many
    of them are too small for a public viewer. By platform, or by these hashtags."""
    start = "hour" if hourly else "day"
    if tags is None:
        asked = f"by_{start}"
        bins = reader.ask(asked)
    else:
        asked = f"tags_by_{start}"
        bins = reader.ask(asked, tags=list(tags))
    few = provenance.not_drawn(reader, bins[what])
    bins = provenance.with_accounts(bins) if what == "accounts" else bins
    bins = bins.rename(columns={what: "count"})
    if hourly:
        bins["clock"] = numbers.clock(bins["hour"], reader.zone)
    bins["at"] = bins["clock"].dt.tz_localize(None) if hourly else pd.to_datetime(bins["day"])
    if tags and len(bins):
        bins = filled(bins, hourly, reader.around().gaps)
        bins["tag"] = bins["tag_key"].map(tags)
    else:
        bins = bins[bins["count"] > 0]
    length = pd.Timedelta(hours=1) if hourly else pd.Timedelta(days=1)
    return asked, bins.assign(incomplete=still_open(reader, bins, length, CLASS_OF[what])), few


def shown_tags(reader: Reader, of: str) -> tuple[dict[str, str], str]:
    """The hashtags drawn: the one chosen, else the campaign's own and the most used; and how many there are, where these are not all."""
    used = reader.ask("tags_used", of=of)
    tags = dict(zip(used["tag_key"], used["tag"], strict=True))
    chosen = reader.filters.tag
    if chosen:
        return {chosen: tags.get(chosen, chosen)}, ""
    note = reader.texts("spread.tags_drawn", shown=MOST_LINES, all=numbers.exact(len(tags))) if len(tags) > MOST_LINES else ""
    return dict(list(tags.items())[:MOST_LINES]), note


def left_out(reader: Reader, days: pd.DataFrame, what: str, hourly: bool) -> str:
    """What of the selection this chart cannot place."""
    texts, notes = reader.texts, []
    if hourly and days[COARSE[what]].sum():
        notes.append(texts("spread.left_out_hour", posts=numbers.exact(days[COARSE[what]].sum()), what=texts.of("measure", what)))
    headline = reader.ask("headline")
    if CLASS_OF[what] == "post":
        notes.append(provenance.undated(reader))
    elif numbers.some(headline["undated"]):
        notes.append(texts("spread.left_out_undated", posts=numbers.exact(numbers.total(headline["undated"]))))
    if what == "accounts" and headline["no_account"].sum():
        notes.append(texts("overview.no_account", posts=numbers.exact(headline["no_account"].sum())))
    return " · ".join(filter(None, notes))


def list_bin(reader: Reader, clicked: Any, what: str, by: str, hourly: bool) -> None:
    """The posts, bare reposts or comments behind the bar that was clicked."""
    texts = reader.texts
    points = clicked["selection"]["points"]
    if not points or not points[0].get("customdata"):
        st.caption(texts("spread.click"))
        return
    _, at, of = points[0]["customdata"][:3]
    start = pd.Timestamp(at)
    from_at, to_at = span_of(start, hourly, reader.zone)
    filters = reader.only(platforms=(of,)) if by == "platform" else reader.only(tag=of)
    only = {
        **ANYTHING,
        "class": CLASS_OF[what],
        "from_at": from_at,
        "to_at": to_at,
        "timed": hourly,
    }
    found = reader.ask("posts_found", filters, **only)
    if pd.isna(found["posts"][0]):
        show.missing(texts("missing.few"))
        return
    st.markdown(
        texts(
            "spread.listed",
            bin=charts.hour(start.tz_convert(str(reader.zone))) if hourly else f"{start:%Y-%m-%d}",
            of=for_markdown(texts.of("platform", of) if by == "platform" else f"#{of}"),
            posts=numbers.exact(found["posts"][0]),
            what=texts.of("class", CLASS_OF[what]),
            by=provenance.by_accounts(reader, found),
        )
    )
    picked = post_list.posts(
        reader, reader.ask("posts_page", filters, **only, order="oldest", rows=LISTED, skip=0), key=f"posts-of-bin-{at}-{of}"
    )
    post_list.open_post(reader, picked)
    show.source(reader, what, asked=["posts_found"])


def span_of(start: pd.Timestamp, hourly: bool, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a bin begins and ends, as naive UTC: an hour's start tells how far it is from UTC, a day's is midnight in the zone."""
    if hourly:
        first = start.tz_convert("UTC").tz_localize(None).to_pydatetime()
        return first, first + timedelta(hours=1)
    return numbers.to_utc(start.to_pydatetime(), zone), numbers.to_utc((start + pd.Timedelta(days=1)).to_pydatetime(), zone)


def counters(reader: Reader, around: Around, explained: set[str]) -> None:
    """What the platform itself counts, and quoted figures beside it."""
    texts = reader.texts
    show.section(texts("spread.counters"))
    read = reader.ask("counters_over_time")
    if not len(read):
        if len(reader.ask("counters_over_time", reader.everything())):
            show.missing(texts("missing.counters_chosen"))
        else:
            show.missing(texts("missing.counters"), f"groundswell import FOLDER --campaign {reader.filters.campaign}")
        return
    what = pick(reader, "counter", ["views", "discussions", "originals"], texts("spread.measure"))
    points = read.rename(columns={what: "value"})
    points = numbers.placed(points, "seen_at", "seen_at_grain", reader.zone).assign(grain=points[f"{what}_grain"]).dropna(subset="value")
    if not len(points):
        st.caption(texts("missing.counter", what=texts.of("measure", what)))
        return
    points, note = largest(reader, by_platform(reader, points))
    quoted, not_quoted = quoted_of(reader, what)
    around = within(around, points["at"], hourly=True)
    show.chart(
        reader,
        "counters",
        partial(charts.counters, points, quoted, texts, around),
        asked=["counters_over_time"],
        key=f"counters-{what}",
        note=" · ".join(filter(None, (note, not_quoted))),
    )
    signs(reader, around, explained)


def quoted_of(reader: Reader, what: str) -> tuple[pd.DataFrame, str]:
    """The quoted figures of the days that are chosen; none where a platform or hashtag is, since they tell neither, which is then said."""
    filters, quoted = reader.filters, reader.ask("quoted").rename(columns={"value_grain": "grain"})
    quoted = quoted[(quoted["what"] == what) & quoted["value"].notna() & quoted["at"].notna()]
    quoted = numbers.placed(quoted, "at", "at_grain", reader.zone)
    if filters.since:
        quoted = quoted[quoted["at"] >= pd.Timestamp(filters.since)]
    if filters.until:
        quoted = quoted[quoted["at"] < pd.Timestamp(filters.until)]
    if len(quoted) and (filters.platforms or filters.tag):
        return quoted[:0], reader.texts("spread.not_quoted")
    return quoted, ""


def by_platform(reader: Reader, rows: pd.DataFrame) -> pd.DataFrame:
    """One series for a hashtag of each platform: two platforms count apart."""
    if rows["platform"].nunique() > 1:
        names = rows["platform"].map(lambda platform: reader.texts.of("platform", platform))
        rows = rows.assign(tag=rows["tag"] + " · " + names)
    return rows.assign(tag_key=rows["platform"] + " " + rows["tag_key"])


def largest(reader: Reader, points: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The hashtags with the highest values, and how many there are."""
    order = points.groupby("tag_key")["value"].max().sort_values(ascending=False).index
    kept = points[points["tag_key"].isin(order[:MOST_LINES])].sort_values(["tag_key", "at"])
    note = reader.texts("spread.largest", shown=MOST_LINES, all=len(order)) if len(order) > MOST_LINES else ""
    return kept, note


def trend(reader: Reader, around: Around, explained: set[str]) -> None:
    """What each slot brought, as the platform says; slots of one length at a time."""
    texts = reader.texts
    lengths = reader.ask("trend_lengths")["slot_seconds"].tolist()
    if not lengths:
        return
    show.section(texts("spread.trend"))
    left, right = st.columns(2)
    with left:
        what = pick(reader, "trend", ["views", "discussions", "originals"], texts("spread.measure"))
    with right:
        seconds = pick(reader, "slot", [str(seconds) for seconds in lengths], texts("spread.slot"))
    slots = reader.ask("trend", slot_seconds=int(seconds)).rename(columns={what: "value"}).dropna(subset="value")
    if not len(slots):
        st.caption(texts("missing.counter", what=texts.of("measure", what)))
        return
    slots = slots.assign(at=numbers.to_zone(slots["slot_start"], reader.zone))
    slots, note = largest(reader, by_platform(reader, slots))
    length = int(seconds)
    if length < DAY and slots["at"].max() - slots["at"].min() > timedelta(days=MOST_HOURS_OF_DAYS):
        note = " · ".join(part for part in (note, texts("spread.trend_days", slot=named(reader, "slot", seconds))) if part)
        slots, length = of_days(slots, length, reader.zone), DAY
    else:
        slots = slots.assign(at_shown=numbers.moments(slots["slot_start"], reader.zone))
    around = within(around, slots["at"], hourly=True)
    show.chart(
        reader,
        "trend",
        partial(charts.trend, slots, texts, around, seconds=length),
        asked=["trend"],
        key=f"trend-{what}-{seconds}",
        note=note,
    )
    signs(reader, around, explained)


def of_days(slots: pd.DataFrame, seconds: int, zone: ZoneInfo) -> pd.DataFrame:
    """What the slots that begin in each day brought together; partial where some are not told or had not ended. A day on which the clock is
    changed has an hour more or less."""
    each = slots.assign(at=slots["at"].dt.normalize()).groupby(["tag_key", "at"], sort=False)
    days = each.agg(tag=("tag", "first"), value=("value", "sum"), partial=("partial", "max"), told=("value", "size")).reset_index()
    whole = [(numbers.to_utc(at + timedelta(days=1), zone) - numbers.to_utc(at, zone)).total_seconds() // seconds for at in days["at"]]
    return days.assign(partial=days["partial"].astype(bool) | (days["told"] < whole), at_shown=days["at"].dt.strftime("%Y-%m-%d"))


def hot_search(reader: Reader, around: Around, explained: set[str]) -> None:
    """On which days a hot list was seen, and how many of its titles name the campaign's hashtags, or hold words of the reader's."""
    texts = reader.texts
    show.section(texts("spread.hot_search"))
    if not len(reader.ask("hot_search_by_day", reader.everything())):
        show.missing(texts("missing.hot_search"), f"groundswell import FOLDER --campaign {reader.filters.campaign}")
        return
    sidebar.kept("hot_words", "", str)
    words = st.text_input(texts("spread.hot_words"), key="hot_words", placeholder=texts("spread.hot_example")).strip()
    sidebar.in_address({"hot_words": words})
    days = reader.ask("hot_search_by_day", words=words or None)
    if not len(days):
        show.missing(texts("missing.hot_search_days"))
        return
    days = days.assign(at=pd.to_datetime(days["day"]))
    counts = {"days": len(days), "titles": numbers.exact(days["titles"].sum()), "matching": numbers.exact(days["matching"].sum())}
    if words:
        note = texts("spread.hot_note_words", **counts)
    elif len(reader.ask("campaign_tags")):
        note = texts("spread.hot_note", **counts)
    else:
        note = texts("spread.hot_no_tags")
    drawn = within(around, days["at"], hourly=False)
    show.chart(
        reader, "hot_search", partial(charts.hot_search, days, texts, drawn), asked=["hot_search_by_day"], key="hot-search", note=note
    )
    signs(reader, drawn, explained)
    if words:
        titles = reader.ask("hot_search_titles", words=words)
        rows = titles.assign(seen_at=numbers.moments(titles["seen_at"], reader.zone, titles["seen_at_grain"]))
        show.table(rows, {name: texts(f"column.{name}") for name in ("seen_at", "rank", "title", "list")})
        show.source(reader, "hot_search", asked=["hot_search_titles"], note=texts("spread.hot_found", titles=len(titles)))


page(reader())
