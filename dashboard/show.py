"""The pieces pages are made of: each figure with its definition and its source line, each table of posts as plain text."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import numbers, sidebar
from dashboard.escape import for_markdown
from dashboard.metrics import registry
from dashboard.reader import Reader
from dashboard.texts import Texts
from data.model import LABEL_VALUES
from data.questions import QUESTIONS

FROM_THE_CAMPAIGN_FILE = ("events", "quoted")
WRITTEN_COUNT = r"([≈≥] )?[\d,.]+[万亿%]?|–"
MOST_ROWS_AT_ONCE = 30  # a longer table scrolls within itself
COUNT_WIDTH = 96  # measured columns follow their first rows and would cut off the ≈ of a later one
TEXT_WIDTH = 340  # pixels; the rest of a post's row is numbers and short words
CHART_OPTIONS = {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset"}


def head(reader: Reader, page: str) -> None:
    """The page's head: campaign, the question it answers, what is shown of the campaign, the mark of invented data."""
    texts = reader.texts
    st.title(for_markdown(reader.name), anchor=False)
    st.markdown(f"**{texts(f'{page}.question')}**")
    if reader.synthetic:
        st.warning(texts("synthetic.banner"), icon="⚠️")
    narrowed = chosen(reader)
    if narrowed:
        st.caption(texts("filter.shown", filters=narrowed))
    filters = reader.filters
    if filters.since and filters.until and filters.since >= filters.until:
        st.warning(texts("filter.turned_round"))


def chosen(reader: Reader) -> str:
    """What the reader narrowed to, safe as Markdown; "" for all."""
    filters, texts = reader.filters, reader.texts
    parts = []
    if filters.since or filters.until:
        parts.append("–".join(numbers.days(filters.since, filters.until)))
    if filters.platforms:
        parts.append(", ".join(texts.of("platform", platform) for platform in filters.platforms))
    if filters.tag:
        parts.append(for_markdown("#" + filters.tag))
    return " · ".join(parts)


def number(reader: Reader, metric: str, value: str, *, asked: Sequence[str], note: str = "") -> None:
    """One headline figure in a box: its name, the value, and under it where it comes from."""
    told = registry()[metric]
    language = reader.texts.language
    with st.container(border=True, height="stretch"):
        st.metric(told.name[language], value, help=told.definition[language])
        source(reader, metric, asked=asked, note=note)


def chart(reader: Reader, metric: str, figure: go.Figure, *, asked: Sequence[str], key: str, note: str = "", select: bool = False) -> Any:
    """A chart with its source line; what was clicked when `select`."""
    figure.update_layout(uirevision=key)
    clicked = st.plotly_chart(
        figure,
        key=key,
        config=CHART_OPTIONS,
        on_select="rerun" if select else "ignore",
        selection_mode="points",
    )
    source(reader, metric, asked=asked, note=note)
    return clicked


def section(title: str) -> None:
    """The title of a part of a page."""
    st.subheader(title, anchor=False)


def source(reader: Reader, metric: str, *, asked: Sequence[str], note: str = "") -> None:
    """Where a figure comes from: what it was read from, when that was last collected, its definition, and which of the chosen
    filters it does not follow."""
    texts, told = reader.texts, registry()[metric]
    parts = [note] if note else []
    parts.append(texts("source.file") if metric in FROM_THE_CAMPAIGN_FILE else last_collection(reader, metric))
    ignored = [name for name in _active(reader) if not all(_follows(QUESTIONS[question].takes, name) for question in asked)]
    if ignored:
        parts.append(texts("source.ignores", filters=", ".join(texts(f"filter_name.{name}") for name in ignored)))
    address = sidebar.link("/method", {**reader.query, "metric": metric})
    parts.append(f"[{texts('source.definition', id=told.id, version=told.version)}]({address})")
    st.caption(" · ".join(parts))


def last_collection(reader: Reader, metric: str) -> str:
    """When anything of the campaign was last imported or collected. A hot-search series may come with the campaign file."""
    runs = reader.ask("last_collection")
    if not len(runs):
        return reader.texts("source.shipped") if metric == "hot_search" else reader.texts("source.never")
    return reader.texts("source.last", at=reader.moment(runs["last"].max()))


def _active(reader: Reader) -> list[str]:
    filters = reader.filters
    on = {"days": filters.since or filters.until, "platforms": filters.platforms, "tag": filters.tag}
    return [name for name, value in on.items() if value]


def _follows(takes: frozenset[str], name: str) -> bool:
    return {"days": "since", "platforms": "platforms", "tag": "tag"}[name] in takes or (name == "tag" and "tags" in takes)


def missing(text: str, *commands: str) -> None:
    """What is not there, and the commands that get it."""
    st.info(text)
    if commands:
        st.code("\n".join(commands), language=None, wrap_lines=True)


def not_published(texts: Texts, state: str) -> None:
    """The page of a home that is still empty, or was published by another version."""
    st.title("Groundswell", anchor=False)
    if state == "nothing":
        missing(texts("missing.published"), *HOW_TO_BEGIN)
    else:
        missing(texts("missing.schema"), "groundswell build --full")


HOW_TO_BEGIN = (
    "groundswell demo",
    "groundswell campaign new my-campaign --hashtag weibo:TAG",
    "groundswell import posts.csv --campaign my-campaign",
)


def how_to_collect(reader: Reader) -> tuple[str, ...]:
    """The commands that bring posts and counters into this campaign."""
    return (f"groundswell import FILE --campaign {reader.filters.campaign}",)


def how_to_label(reader: Reader) -> str:
    return f"groundswell label --campaign {reader.filters.campaign} --model FOLDER"


def table(rows: pd.DataFrame, columns: dict[str, str]) -> None:
    """A table of plain text: the columns named, in their order. Numbers keep to the right."""
    st.dataframe(
        rows[list(columns)],
        column_config={name: _column(rows[name], title) for name, title in columns.items()},
        hide_index=True,
        height="content" if len(rows) <= MOST_ROWS_AT_ONCE else "auto",
        placeholder=numbers.NOT_TOLD,
    )


def _column(values: pd.Series, title: str) -> Any:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return st.column_config.NumberColumn(title, format="localized")
    if holds_counts(values):
        return st.column_config.TextColumn(title, alignment="right", width=COUNT_WIDTH)
    return st.column_config.TextColumn(title)


def holds_counts(values: pd.Series) -> bool:
    """Whether a column of texts holds written counts, which stand to the right."""
    return len(values) > 0 and bool(values.astype(str).str.fullmatch(WRITTEN_COUNT).all())


def posts(reader: Reader, found: pd.DataFrame, *, key: str) -> dict[str, Any] | None:
    """A list of posts as plain cells; the row that was picked."""
    texts = reader.texts
    rows = found.to_dict("records")
    shown = pd.DataFrame(
        {
            "at": numbers.moments(found["published_at"], reader.zone, found["published_grain"]),
            "platform": [texts.of("platform", row["platform"]) for row in rows],
            "text": [one_line(row["title"], row["text"]) for row in rows],
            "status": [texts.of("status", row["status"]) for row in rows],
            **{kind: [_labelled(reader, kind, row) for row in rows] for kind in LABEL_VALUES},
            **{count: [reader.count(row[count], row[f"{count}_grain"]) for row in rows] for count in ("likes", "reposts", "comments")},
            "author": found["author_name"].fillna(numbers.NOT_TOLD),
            "kind": [texts.of("kind", row["kind"]) for row in rows],
        }
    )
    shown = shown.drop(columns=[kind for kind in LABEL_VALUES if not any(shown[kind])])
    picked = st.dataframe(
        shown,
        column_config={
            name: st.column_config.TextColumn(texts("column.text"), width=TEXT_WIDTH)
            if name == "text"
            else _column(shown[name], texts(f"column.{name}"))
            for name in shown.columns
        },
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="single-row",
        key=key,
    )
    rows = picked["selection"]["rows"]
    return found.iloc[rows[0]].to_dict() if rows and rows[0] < len(found) else None


def post_key(post: dict[str, Any]) -> str:
    """How an address names a post: platform:id, or platform:id/comment."""
    return f"{post['platform']}:{post['post_id']}" + ("/comment" if post["is_comment"] else "")


def _labelled(reader: Reader, kind: str, row: dict[str, Any]) -> str:
    if not isinstance(row[kind], str):
        return ""
    return f"{reader.texts.of(kind, row[kind])} {row[f'{kind}_score']:.2f}"


def one_line(title: Any, text: Any) -> str:
    """Title and text of a post in one line."""
    parts = [part for part in (title, text) if isinstance(part, str) and part]
    return " ".join(" | ".join(parts).split())
