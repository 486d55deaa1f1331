"""Did one time beat another, or one hashtag the other?"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, numbers, provenance, show, sidebar
from dashboard.over_time import ANYTHING, filled, pick, signs, still_open, two_of, within
from dashboard.reader import Reader, reader
from data.model import BETWEEN_ASKED
from data.questions import Filters
from data.tags import tag_key

LENGTHS = ("1", "7", "14", "28")  # days
SIDES = ("first", "second")
MEASURES = {"posts": ("post", "posts"), "accounts": ("post", "accounts"), "reposts": ("repost", "posts"), "comments": ("comment", "posts")}


@dataclass(frozen=True, kw_only=True)
class Time:
    """Whole days, the last one included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} – {self.last}"

    def short(self) -> str:
        """Without the year, for the head of a column on a phone; the sentence above tells it."""
        return f"{self.first:%m-%d}" if self.first == self.last else f"{self.first:%m-%d} – {self.last:%m-%d}"

    def filters(self, reader: Reader) -> Filters:
        return reader.only(since=self.first, until=self.last + timedelta(days=1))


def page(reader: Reader) -> None:
    show.head(reader, "compare")
    way = pick(reader, "compare", ["periods", "hashtags"], reader.texts("opinion.compare"))
    {"periods": periods, "hashtags": hashtags}[way](reader)


def periods(reader: Reader) -> None:
    """Two times of one length: the figures of each, how they changed where that can be said, and the days over one another."""
    texts = reader.texts
    narrowed = reader.filters.since or reader.filters.until
    reader = replace(reader, filters=reader.only(since=None, until=None))
    days = reader.ask("by_day")
    days = days.assign(at=pd.to_datetime(days["day"]))
    if not len(days):
        show.no_posts(reader)
        return
    if narrowed:
        st.caption(texts("compare.own_days"))
    later, earlier = two_times(reader, days)
    figures = [figures_of(reader, time.filters(reader)) for time in (later, earlier)]
    why = why_no_growth(reader, days, later, earlier)
    untold = [measure for measure in MEASURES if why or unended(reader, days, (later, earlier), measure)]
    answer(reader, later, earlier, figures, why)
    rows = pd.DataFrame(
        {
            "fact": [texts.of("measure", measure) for measure in MEASURES],
            "later": [numbers.exact(figures[0][measure]) for measure in MEASURES],
            "earlier": [numbers.exact(figures[1][measure]) for measure in MEASURES],
            "change": [numbers.NOT_TOLD if measure in untold else change(figures[0][measure], figures[1][measure]) for measure in MEASURES],
        }
    )
    show.table(
        rows, {"fact": texts("spread.measure"), "later": later.short(), "earlier": earlier.short(), "change": texts("column.change")}
    )
    if untold and not why:
        st.caption(texts("compare.open_of", what=texts("overview.and").join(texts.of("measure", measure) for measure in untold)))
    show.source(
        reader, "growth", asked=["posts_found"], note=provenance.no_account(reader, *(time.filters(reader) for time in (later, earlier)))
    )
    over_one_another(reader, days, later, earlier)


def two_times(reader: Reader, days: pd.DataFrame) -> tuple[Time, Time]:
    """The reader's two times; at first the last whole days and those just before them."""
    texts = reader.texts
    first, last = (pd.Timestamp(day).date() for day in (days["at"].min(), days["at"].max()))
    ended = days.loc[~still_open(reader, days, pd.Timedelta(days=1)), "at"]
    left, middle, right = st.columns([2, 1, 1])
    with left:
        names = {length: numbers.length(int(length) * 86400, *(texts(f"unit.{unit}") for unit in ("day", "hour", "minute")))
                 for length in LENGTHS}  # fmt: skip
        length = timedelta(days=int(pick(reader, "length", list(LENGTHS), texts("compare.length"), names=names, usual="7")))
    with middle:
        later = end(texts("compare.later"), "later", ended.max().date() if len(ended) else last, first, last)
    with right:
        earlier = end(texts("compare.earlier"), "earlier", later - length, first - length, last)
    started = timedelta(days=1) - length
    return Time(first=later + started, last=later), Time(first=earlier + started, last=earlier)


def end(label: str, key: str, usual: date, least: date, most: date) -> date:
    """The last day of a time, kept in the address where it is not the usual one; what was offered and left so follows the usual one."""

    def read(told: Any) -> date | None:
        day = told if isinstance(told, date) else sidebar.day(told)
        return day if day and least <= day <= most else None

    usual, offered = min(max(usual, least), most), f"{key}-offered"
    if key in st.session_state and st.session_state[key] == st.session_state.get(offered):
        st.session_state[key] = usual
    st.session_state[offered] = usual
    sidebar.kept(key, usual, read)
    chosen = st.date_input(label, key=key, min_value=least, max_value=most, format="YYYY-MM-DD")
    chosen = chosen if isinstance(chosen, date) else usual
    sidebar.in_address({key: chosen.isoformat() if chosen != usual else ""})
    return chosen


def figures_of(reader: Reader, filters: Filters) -> dict[str, Any]:
    """Posts, accounts, bare reposts and comments; what is not told, or too few for a public viewer, is none."""
    found = {
        kind: provenance.with_accounts(reader.ask("posts_found", filters, **{**ANYTHING, "class": kind})) for kind, _ in MEASURES.values()
    }
    return {measure: found[kind][figure][0] for measure, (kind, figure) in MEASURES.items()}


def change(later: Any, earlier: Any) -> str:
    """(later − earlier) ÷ earlier; not told of nothing."""
    if pd.isna(later) or pd.isna(earlier) or not earlier:
        return numbers.NOT_TOLD
    return f"{100 * (later - earlier) / earlier:+.1f}%".replace("-", "−")


def why_no_growth(reader: Reader, days: pd.DataFrame, later: Time, earlier: Time) -> str:
    """Why no change of these figures is told; "" where nothing speaks against one."""
    times = (later, earlier)
    if later.first <= earlier.last and earlier.first <= later.last:
        return reader.texts("compare.overlap")
    if unended(reader, days, times, "posts"):
        return reader.texts("compare.open")
    gaps = reader.around().gaps
    if any(starts.date() <= time.last and ends.date() >= time.first
           for time in times for starts, ends in zip(gaps["starts_at"], gaps["ends_at"], strict=True)):  # fmt: skip
        return reader.texts("compare.gap")
    asked, asked_before = (plans(reader, time) for time in times)
    if asked != asked_before or len({source for source, _ in asked}) < len(asked):
        return reader.texts("compare.plan")
    if asked_live(reader) and any(reader.ask("imported", time.filters(reader))["imported"][0] for time in times):
        return reader.texts("compare.imported_too")
    return reader.texts("compare.before") if earlier.first < days["at"].min().date() else ""


def unended(reader: Reader, days: pd.DataFrame, times: tuple[Time, ...], measure: str) -> bool:
    """Whether a day of these times had not ended when its platform was last looked at for what is measured; of platforms that have any."""
    of, _ = MEASURES[measure]
    here = days[days[f"{of}s"].fillna(1).groupby(days["platform"]).transform("sum") > 0]  # what is withheld is there
    opened = here.loc[still_open(reader, here, pd.Timedelta(days=1), of), "at"].dt.date
    return any(time.first <= day <= time.last for time in times for day in opened)


def plans(reader: Reader, time: Time) -> set[tuple[str, frozenset[str]]]:
    """What each source was asked for by its runs of a time and by the one after it, which looked back on its end."""
    found: set[tuple[str, frozenset[str]]] = set()
    runs = reader.ask("asked_for")
    for source, asked in runs.assign(day=numbers.to_zone(runs["started"], reader.zone).dt.date).groupby("source"):
        after = asked.loc[asked["day"] > time.last, "day"]
        here = asked[(asked["day"] >= time.first) & (asked["day"] <= (after.min() if len(after) else time.last))]
        found |= {(str(source), plan(query, reader.filters.tag)) for query in here["query"]}
    return found


def plan(query: str, tag: str) -> frozenset[str]:
    """What a run asked for, hashtags told from words; the chosen hashtag alone where that was asked for."""
    asked = frozenset(("#" if part.startswith("#") else "") + tag_key(part) for part in query.split(BETWEEN_ASKED))
    return asked & {f"#{tag}"} or asked


def answer(reader: Reader, later: Time, earlier: Time, figures: list[dict[str, Any]], why: str) -> None:
    """One sentence, and why it says no more."""
    texts = reader.texts
    told = {"later": later, "earlier": earlier, "now": numbers.exact(figures[0]["posts"]), "then": numbers.exact(figures[1]["posts"])}
    grown = change(figures[0]["posts"], figures[1]["posts"])
    if why or grown == numbers.NOT_TOLD:
        st.markdown(texts("compare.answer", **told))
    else:
        st.markdown(texts("compare.answer_change", change=grown, **told))
    if why:
        st.warning(why)
    if not asked_live(reader):
        st.caption(texts("compare.imported"))


def asked_live(reader: Reader) -> bool:
    """Whether anything but files brought posts."""
    return len(reader.ask("asked_for")) > 0


def over_one_another(reader: Reader, days: pd.DataFrame, later: Time, earlier: Time) -> None:
    """The posts of each day of both times, first days together."""
    texts = reader.texts
    show.section(texts("compare.by_day"))
    counted = by_day(reader, days)
    last = still_open(reader, days, pd.Timedelta(days=1)).groupby(days["at"]).any()
    parts = []
    for time in (later, earlier):
        every = pd.date_range(time.first, time.last)
        parts.append(
            pd.DataFrame(
                {
                    "at": pd.date_range(later.first, later.last),
                    "day": every,
                    "name": str(time),
                    "count": counted.reindex(every).to_numpy("float64", na_value=float("nan")),
                    "incomplete": last.reindex(every, fill_value=False).to_numpy(),
                }
            )
        )
    figure = partial(charts.side_by_side, pd.concat(parts, ignore_index=True), texts, synthetic=reader.synthetic)
    show.chart(reader, "posts", figure, asked=["by_day"], key=f"compared-{later}-{earlier}",
               detail=f"{later} · {earlier}", note=texts("compare.days_of", later=later))  # fmt: skip


def by_day(reader: Reader, days: pd.DataFrame) -> pd.Series:
    """The posts of each day from the first to the last: none told of a day of a gap on which nothing was found."""
    found = days.groupby("at")["posts"].sum(min_count=1)
    every = found.reindex(pd.date_range(found.index.min(), found.index.max()), fill_value=0)
    for gap in reader.around().gaps.itertuples():
        within = (every.index + timedelta(days=1) > gap.starts_at) & (every.index < gap.ends_at)
        every[within & every.eq(0).fillna(False)] = pd.NA
    return every


def hashtags(reader: Reader) -> None:
    """Two hashtags: the figures of each, and the posts of each day."""
    texts = reader.texts
    reader = show.of_any_tag(reader)
    tags = dict(zip(*(reader.ask("tags")[name] for name in ("tag_key", "tag")), strict=True))
    if len(tags) < 2:
        show.missing(texts("missing.sides"))
        return
    chosen = two_of(reader, "hashtag", {key: f"#{tag}" for key, tag in tags.items()})
    figures = [figures_of(reader, reader.only(tag=key)) for key in chosen]
    rows = pd.DataFrame(
        {
            "fact": [texts.of("measure", measure) for measure in MEASURES],
            **{side: [numbers.exact(told[measure]) for measure in MEASURES] for side, told in zip(SIDES, figures, strict=True)},
        }
    )
    show.table(rows, {"fact": texts("spread.measure"), **{side: f"#{tags[key]}" for side, key in zip(SIDES, chosen, strict=True)}})
    show.source(
        reader,
        "posts_found",
        asked=["posts_found"],
        note=" · ".join(filter(None, (texts("compare.both"), provenance.no_account(reader, *(reader.only(tag=key) for key in chosen))))),
    )
    show.section(texts("compare.by_day"))
    bins = reader.ask("tags_by_day", tags=list(chosen)).rename(columns={"posts": "count"})
    if not len(bins):
        show.missing(texts("missing.volume", what=texts.of("measure", "posts")))
        return
    bins = filled(bins.assign(at=pd.to_datetime(bins["day"])), hourly=False, gaps=reader.around().gaps)
    bins["tag"] = bins["tag_key"].map(tags)
    bins["incomplete"] = still_open(reader, bins, pd.Timedelta(days=1))
    drawn = within(reader.around(), bins["at"], hourly=False)
    figure = partial(charts.volume_by_hashtag, bins, texts, drawn, hourly=False)
    undated = [numbers.total(reader.ask("headline", reader.only(tag=key))["undated_posts"]) for key in chosen]
    note = texts("source.undated", posts=" / ".join(map(numbers.exact, undated))) if numbers.some(pd.Series(undated)) else ""
    show.chart(reader, "posts", figure, asked=["tags_by_day"], key=f"hashtags-{chosen[0]}-{chosen[1]}", note=note)
    signs(reader, drawn, set())


page(reader())
