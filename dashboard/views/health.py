"""What came in, what did not, and what is missing?"""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import charts, numbers, show
from dashboard.over_time import within
from dashboard.reader import Reader, reader

OUTCOMES = ("read", "added", "updated", "duplicate", "quarantined")


def page(reader: Reader) -> None:
    show.head(reader, "health")
    told = reader.ask("runs")
    if len(told):
        summary(reader)
        sources(reader)
    runs(reader, told)
    warnings(reader, told)
    quarantine(reader)
    gaps(reader)


def summary(reader: Reader) -> None:
    """Four figures that say whether anything needs a look."""
    boxes = st.columns(4)
    collected = reader.ask("last_collection")
    figures = {
        "runs": int(collected["runs"].sum()),
        "runs_cut_off": int(collected["unfinished"].sum()),
        "quarantine": int(reader.ask("quarantine")["records"].sum()),
        "gaps": len(reader.ask("gaps")),
    }
    asked = {"runs": "last_collection", "runs_cut_off": "last_collection", "quarantine": "quarantine", "gaps": "gaps"}
    for box, (metric, value) in zip(boxes, figures.items(), strict=True):
        with box:
            show.number(reader, metric, reader.count(value), asked=[asked[metric]])


def sources(reader: Reader) -> None:
    """Each source: its last good run, refusals, oddities and gaps, and when it was asked on a line of time."""
    texts = reader.texts
    found = reader.ask("sources")
    if not len(found):
        return
    show.section(texts("health.sources"))
    rows = found.assign(
        source=[texts.of("source_name", source) for source in found["source"]],
        last_good=[reader.moment(at) if pd.notna(at) else texts("health.never") for at in found["last_good"]],
        last=numbers.moments(found["last"], reader.zone),
        last_state=[texts.of("run_state", state) for state in found["state"]],
    )
    columns = ("source", "last_good", "last", "last_state", "runs", "refused", "odd", "gaps")
    show.table(rows, {name: texts(f"column.{name}") for name in columns})
    show.source(reader, "runs", asked=["sources"])
    times = reader.ask("run_times")
    points = times.assign(at_shown=[reader.moment(at) for at in times["at"]], at=numbers.to_zone(times["at"], reader.zone))
    around = within(reader.around(of=None), points["at"], hourly=True)
    show.chart(reader, "runs", partial(charts.collection, points, texts, around), asked=["run_times", "gaps"], key="collection")


def runs(reader: Reader, told: pd.DataFrame) -> None:
    """Each import, collection and labelling, the newest first."""
    texts = reader.texts
    show.section(texts("health.runs"))
    if not len(told):
        show.missing(texts("missing.runs"), *show.how_to_collect(reader))
        return
    rows = pd.DataFrame(
        {
            "started": numbers.moments(told["started"], reader.zone),
            "ended": [reader.moment(ended) if pd.notna(ended) else texts("health.cut_off") for ended in told["ended"]],
            "source": [texts.of("source_name", source) for source in told["source"]],
            "query": told["query"].fillna("").map(texts.asked),
            "blocked_by": told["blocked_by"].fillna("").map(texts.warning),
            **{outcome: told[outcome] for outcome in OUTCOMES},
            "requests": told["requests"],
            "capped": [texts("health.yes") if capped is True else "" for capped in told["capped"].astype(object)],
            "version": told["version"],
            "run_id": told["run_id"],
        }
    )
    show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    show.source(reader, "runs", asked=["runs"])


def warnings(reader: Reader, told: pd.DataFrame) -> None:
    texts = reader.texts
    rows = [
        (reader.moment(run["started"]), texts.of("source_name", run["source"]), texts.warning(warning))
        for run in told.to_dict("records")
        if run["warnings"] is not None
        for warning in run["warnings"]
    ]
    if not rows:
        return
    show.section(texts("health.warnings"))
    columns = ("started", "source", "warning")
    show.table(pd.DataFrame(rows, columns=list(columns)), {name: texts(f"column.{name}") for name in columns})
    show.source(reader, "warnings", asked=["runs"])


def quarantine(reader: Reader) -> None:
    """Records that could not be read, by reason."""
    texts = reader.texts
    show.section(texts("health.quarantine"))
    found = reader.ask("quarantine")
    if not len(found):
        st.caption(texts("missing.quarantine"))
        return
    rows = found.assign(
        format=[texts.of("source_name", format) for format in found["format"]],
        reason=[texts.reason(reason) if isinstance(reason, str) else None for reason in found["reason"]],
    )
    show.table(rows, {name: texts(f"column.{name}") for name in ("records", "reason", "format", "file", "first_record", "raw_ref")})
    show.source(reader, "quarantine", asked=["quarantine"], note=texts("health.replay"))


def gaps(reader: Reader) -> None:
    """Times in which something is known to be missing."""
    texts = reader.texts
    show.section(texts("health.gaps"))
    found = reader.ask("gaps")
    if not len(found):
        st.caption(texts("missing.gaps"))
        return
    rows = found.assign(
        platform=[texts.of("platform", platform) for platform in found["platform"]],
        starts_at=numbers.moments(found["starts_at"], reader.zone),
        ends_at=numbers.moments(found["ends_at"], reader.zone),
        query=found["query"].fillna("").map(texts.asked),
        reason=[texts.reason(reason) for reason in found["reason"]],
    )
    columns = ("starts_at", "ends_at", "platform", "query", "reason", "reported", "collected")
    show.table(rows, {name: texts(f"column.{name}") for name in columns})
    show.source(reader, "gaps", asked=["gaps"])


page(reader())
