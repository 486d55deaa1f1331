"""How big is it, and how sure is that?"""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import numbers, provenance, show
from dashboard.escape import for_markdown
from dashboard.reader import Reader, reader
from dashboard.texts import SIGNS, Texts

COUNTERS = ("views", "discussions", "originals")


def page(reader: Reader) -> None:
    show.head(reader, "overview")
    headline = provenance.headline(reader)
    answer(reader, headline)
    if len(headline) or len(reader.ask("counters")):
        headlines(reader, headline)
    if len(headline) > 1:
        by_platform(reader, headline)
    completeness(reader)
    counters(reader)
    events(reader)
    quoted(reader)
    if not len(headline):
        collections(reader)
        return
    left, right = st.columns((5, 6), gap="medium")  # a target with its meaning needs the room
    with left:
        statuses(reader)
        membership(reader)
    with right:
        labelled(reader)
        collections(reader)


def answer(reader: Reader, headline: pd.DataFrame) -> None:
    """The answer in one sentence; or what is missing."""
    texts = reader.texts
    headline = headline[[numbers.some(row) for _, row in headline[["posts", "reposts", "comments"]].iterrows()]]
    if not len(headline):
        show.no_posts(reader)
        return
    first, last = headline["first_post"].min(), headline["last_post"].max()
    span = texts("overview.span", first=reader.day(first), last=reader.day(last)) if pd.notna(first) else ""
    accounts = numbers.total(headline["accounts"])
    st.markdown(
        texts(
            "overview.answer",
            posts=numbers.exact(numbers.total(headline["posts"])),
            by=texts("overview.by_accounts", accounts=numbers.exact(accounts)) if pd.notna(accounts) else "",
            platforms=texts("overview.and").join(for_markdown(texts.of("platform", platform)) for platform in headline["platform"]),
            span=span,
        )
    )


def headlines(reader: Reader, headline: pd.DataFrame) -> None:
    """The figures a journalist would quote."""
    texts = reader.texts
    boxes = st.columns(5)
    for box, figure in zip(boxes, ("posts", "accounts", "reposts", "comments"), strict=False):
        note = ""
        if figure == "accounts" and len(headline):
            without = int(headline["no_account"].sum())
            note = texts("overview.no_account", posts=numbers.exact(without)) if without else ""
        if figure == "posts" and len(headline):
            undated = int(headline["undated"].sum())
            dateless = provenance.left_out(reader) or (texts("overview.undated", posts=numbers.exact(undated)) if undated else "")
            note = " · ".join(filter(None, [provenance.completeness(reader), dateless]))
        with box:
            value = numbers.total(headline[figure]) if len(headline) else None
            show.number(reader, figure, reader.count(value), asked=["headline"], note=note)
    with boxes[4]:
        views(reader)


def views(reader: Reader) -> None:
    """The platform's own counter of the campaign's most viewed hashtag: counters of several hashtags count the same eyes, and an
    imported list of counters may hold hashtags that are none of the campaign's."""
    counters = reader.ask("counters")
    told = [row for row in counters.to_dict("records") if isinstance(row["views"], dict) and row["of_campaign"]]
    if not told:
        show.number(reader, "views", numbers.NOT_TOLD, asked=["counters"], note=reader.texts("missing.counters_short"))
        return
    largest = told[0]
    shown = reader.count(largest["views"]["value"], largest["views"]["grain"])
    exact = numbers.exact(largest["views"]["value"], largest["views"]["grain"])
    read = reader.texts("overview.read", at=reader.moment(largest["views"]["seen_at"], largest["views"]["seen_at_grain"]))
    note = ", ".join([for_markdown("#" + largest["tag"]), *([exact] if exact != shown else []), read])
    show.number(reader, "views", shown, asked=["counters"], note=note)


def by_platform(reader: Reader, headline: pd.DataFrame) -> None:
    texts = reader.texts
    show.section(texts("overview.by_platform"))
    rows = headline.assign(
        platform=[texts.of("platform", platform) for platform in headline["platform"]],
        first_post=[reader.day(at) for at in headline["first_post"]],
        last_post=[reader.day(at) for at in headline["last_post"]],
    )
    columns = ("platform", "posts", "accounts", "reposts", "comments", "undated", "no_account", "first_post", "last_post")
    show.table(rows, {name: texts(f"column.{name}") for name in columns})
    show.source(reader, "accounts", asked=["headline"], note=texts("overview.platforms_overlap"))


def completeness(reader: Reader) -> None:
    """Collected beside what the platform says there is; unknown where it says nothing."""
    texts = reader.texts
    show.section(texts("overview.completeness"))
    known = reader.ask("completeness")
    known = known[known["reported"] > 0]
    if not len(known):
        st.markdown(texts("overview.completeness_unknown"))
        show.source(reader, "completeness", asked=["completeness"])
        return
    rows = pd.DataFrame(
        {
            "tag": "#" + known["tag"],
            "platform": [texts.of("platform", platform) for platform in known["platform"]],
            "collected": known["collected"],
            "reported": known["reported"],
            "share": [provenance.collected_share(texts, row.collected, row.reported) for row in known.itertuples()],
            "counted_from": numbers.moments(known["counted_from"], reader.zone),
            "counted_to": numbers.moments(known["counted_to"], reader.zone),
        }
    )
    show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    show.source(reader, "completeness", asked=["completeness"], note=texts("overview.completeness_note"))


def counters(reader: Reader) -> None:
    texts = reader.texts
    show.section(texts("overview.counters"))
    counters = reader.ask("counters")
    if not len(counters):
        show.missing(texts("missing.counters"), f"groundswell import FOLDER --campaign {reader.filters.campaign}")
        return
    known = counters.to_dict("records")
    rows = pd.DataFrame(
        {
            "tag": ["#" + tag for tag in counters["tag"]],
            "platform": [texts.of("platform", platform) for platform in counters["platform"]],
            **{
                name: [
                    reader.count(told["value"], told["grain"]) if isinstance(told, dict) else numbers.NOT_TOLD for told in counters[name]
                ]
                for name in COUNTERS
            },
            "seen_at": [of_readings(texts, row, lambda one: reader.moment(one["seen_at"], one["seen_at_grain"])) for row in known],
            "counted": counters["counted"],
            "source": [of_readings(texts, row, lambda one: texts.of("source_name", one["source"])) for row in known],
        }
    )
    show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    show.source(reader, "counters", asked=["counters"])


def of_readings(texts: Texts, row: dict[str, Any], written: Callable[[dict[str, Any]], str]) -> str:
    """What is written of the readings that a hashtag's counters come from, with the counters that are of each where there are several;
    of its last reading where that told none of them."""
    said: dict[str, list[str]] = {}
    for name in COUNTERS:
        if isinstance(row[name], dict):
            said.setdefault(written(row[name]), []).append(texts.of("measure", name))
    return SIGNS[texts.language][2].join(provenance.each_of(texts, said)) or written(row)


def events(reader: Reader) -> None:
    texts = reader.texts
    show.section(texts("overview.events"))
    events = reader.ask("events")
    if not len(events):
        show.missing(texts("missing.events", file=f"campaigns/{reader.filters.campaign}.toml"))
        return
    rows = pd.DataFrame(
        {
            "at": numbers.moments(events["at"], reader.zone, events["at_grain"]),
            "event": [reader.title_of(event) for event in events.to_dict("records")],
            "event_kind": [texts.of("event_kind", kind) for kind in events["kind"]],
            "event_status": [texts.of("event_status", status) for status in events["status"]],
            "publisher": events["publisher"].fillna(""),
            "url": events["url"].fillna(""),
        }
    )
    show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    show.source(reader, "events", asked=["events"])


def quoted(reader: Reader) -> None:
    """Figures that can only be quoted: hollow, apart, each with who published it and when."""
    texts = reader.texts
    show.section(texts("overview.quoted"))
    quoted = reader.ask("quoted")
    if not len(quoted):
        st.caption(texts("missing.quoted"))
        return
    rows = pd.DataFrame(
        {
            "quoted": ["◇ " + shown for shown in quoted["shown"]],
            "what": [reader.what_of(row) for row in quoted.to_dict("records")],
            "publisher": quoted["publisher"],
            "at": numbers.moments(quoted["at"], reader.zone, quoted["at_grain"]),
            "url": quoted["url"].fillna(""),
            "entered_by": quoted["entered_by"],
        }
    )
    show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    show.source(reader, "quoted", asked=["quoted"], note=texts("overview.quoted_note"))


def statuses(reader: Reader) -> None:
    texts = reader.texts
    found = reader.ask("statuses")
    if not len(found):
        return
    show.section(texts("overview.statuses"))
    rows = found.assign(
        platform=[texts.of("platform", platform) for platform in found["platform"]],
        status=[texts.of("status", status) for status in found["status"]],
        last_seen=numbers.moments(found["last_seen"], reader.zone),
    )
    show.table(
        rows, {name: texts(f"column.{name}") for name in ("platform", "status", "posts", "last_seen")} | {"posts": texts("column.records")}
    )
    show.source(reader, "statuses", asked=["statuses"], note=provenance.left_out(reader))


def membership(reader: Reader) -> None:
    texts = reader.texts
    found = reader.ask("why_here")
    if not len(found):
        return
    show.section(texts("overview.why_here"))
    # A campaign's own rules have the names that its file gives them.
    rows = found.assign(
        via=[texts.of("via", via) for via in found["via"]], rule=found["rule"].fillna("").replace("hashtag", texts.of("by", "hashtag"))
    )
    show.table(rows, {name: texts(f"column.{name}") for name in ("via", "rule", "posts")} | {"posts": texts("column.records")})
    show.source(reader, "membership", asked=["why_here"])


def labelled(reader: Reader) -> None:
    texts = reader.texts
    show.section(texts("overview.labelled"))
    found = reader.ask("labelled")
    if not numbers.some(found["labelled"]):
        show.missing(texts("missing.labels"), show.how_to_label(reader))
        return
    rows = found.assign(
        kind=[texts.of("label_kind", kind) for kind in found["kind"]],
        target=[reader.with_meaning()(target) if isinstance(target, str) else target for target in found["target"]],
        share=[numbers.share(row.labelled, row.posts) for row in found.itertuples()],
    )
    show.table(rows, {name: texts(f"column.{name}") for name in ("kind", "target", "labelled", "posts", "share")})
    show.source(reader, "labelled", asked=["labelled"], note=provenance.models(reader))


def collections(reader: Reader) -> None:
    texts = reader.texts
    show.section(texts("overview.collections"))
    runs = reader.ask("last_collection")
    if not len(runs):
        show.missing(texts("missing.runs"), *show.how_to_collect(reader))
        return
    rows = runs.assign(
        source=[texts.of("source_name", source) for source in runs["source"]], last=numbers.moments(runs["last"], reader.zone)
    )
    show.table(rows, {name: texts(f"column.{name}") for name in ("source", "last", "runs", "unfinished")})
    show.source(reader, "runs", asked=["last_collection"])


page(reader())
