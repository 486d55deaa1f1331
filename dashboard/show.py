"""The pieces pages are made of: each figure with its definition and its source line, each table of posts as plain text."""

import io
import pickle
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import numbers, picture, provenance, sidebar
from dashboard.escape import for_markdown
from dashboard.metrics import registry
from dashboard.reader import Reader
from dashboard.texts import Texts, width
from data import campaign as campaigns
from data.campaign import Campaign
from data.clock import now
from data.errors import GroundswellError, WrongUsage
from data.files import saying_what_cannot_be_written

FROM_THE_CAMPAIGN_FILE = ("events", "quoted")
WRITTEN_COUNT = r"([≈≥] |[+−])?[\d,.]+[万亿%]?|–"
MOST_ROWS_AT_ONCE = 30  # a longer table scrolls within itself
LONG = 60  # columns of text; what is longer is wrapped
LONG_WIDTH = 320  # pixels: a phone's width
COUNT_WIDTH = 96  # measured columns follow their first rows and would cut off the ≈ of a later one
POST_HEIGHT = 68  # three lines; texts are only wrapped in rows this high
KEPT = 60  # charts
CHART_OPTIONS = {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset"}


def head(reader: Reader, page: str) -> None:
    """The page's head: campaign, the question it answers, what is shown of the campaign, the mark of invented data."""
    texts = reader.texts
    st.title(for_markdown(reader.name), anchor=False)
    st.markdown(f"**{texts(f'{page}.question')}**")
    if reader.synthetic:
        st.warning(texts("synthetic.banner"), icon="⚠️")
    narrowed = provenance.chosen(reader)
    if narrowed:
        st.caption(texts("filter.shown", filters=narrowed))
    filters = reader.filters
    if filters.since and filters.until and filters.since >= filters.until:
        st.warning(texts("filter.turned_round"))


def foot(reader: Reader) -> None:
    """The page's foot for a public viewer: how many figures are too small to be shown."""
    if told := provenance.withheld(reader):
        st.caption(told)


def number(reader: Reader, metric: str, value: str, *, asked: Sequence[str], note: str = "") -> None:
    """One headline figure in a box: its name, the value, and under it where it comes from."""
    told = registry()[metric]
    language = reader.texts.language
    with st.container(border=True, height="stretch"):
        st.metric(told.name[language], value, help=told.definition[language])
        source(reader, metric, asked=asked, note=note)


def chart(
    reader: Reader,
    metric: str,
    draw: partial[go.Figure],
    *,
    asked: Sequence[str],
    key: str,
    note: str = "",
    detail: str = "",
    select: bool = False,
) -> Any:
    """A chart with its source line; what was clicked when `select`. `draw`: a function of `charts` with all it needs. `detail`: what a
    picture of it must say beside its title."""
    figure = _drawn(_pickled(draw, key))
    clicked = st.plotly_chart(
        figure,
        key=key,
        config=CHART_OPTIONS,
        on_select="rerun" if select else "ignore",
        selection_mode="points",
    )
    source(reader, metric, asked=asked, note=note)
    take(reader, figure, around_picture(reader, metric, figure, note, detail, asked), key=key)
    return clicked


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _drawn(told: bytes) -> go.Figure:
    """The chart, the same one for the same table as long as it is kept: to make it takes longer than all else of a page. All readers
    share it, so that nothing may change it."""
    draw, key = pickle.loads(told)
    return draw().update_layout(uirevision=key)


def _pickled(*told: Any) -> bytes:
    """The same bytes for equal values: `fast` writes a word each time that it comes, whether or not it is the same object."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    pickler.fast = True
    pickler.dump(told)
    return written.getvalue()


def take(reader: Reader, figure: go.Figure, words: picture.Words, *, key: str) -> None:
    """The chart to take along: as a picture with all that must stand beside it, and its figures."""
    texts = reader.texts
    mark = texts("synthetic.mark").replace(" ", "-") + "-" if words.synthetic else ""
    name = f"{mark}groundswell-{reader.filters.campaign}-{re.sub(r'[^a-z0-9-]+', '-', key)}"
    made = {
        "png": ("image/png", lambda: picture.png(figure, words)),
        "svg": ("image/svg+xml", lambda: picture.svg(figure, words).encode()),
        "csv": ("text/csv", lambda: picture.table(figure, words)),
    }
    with st.popover(texts("chart.take"), icon=":material/download:", type="tertiary"):
        for kind, (mime, make) in made.items():
            st.download_button(
                texts(f"chart.take_{kind}"), make, file_name=f"{name}.{kind}", mime=mime, key=f"{kind}-{key}", on_click="ignore"
            )


def around_picture(reader: Reader, metric: str, figure: go.Figure, note: str, detail: str, asked: Sequence[str]) -> picture.Words:
    """What a picture says beside its chart, since it is read without the page: of what, to what it was narrowed, of which days, whence,
    how complete, when."""
    texts, told = reader.texts, registry()[metric]
    shares = provenance.collected_shares(reader)
    complete = texts("picture.complete", **shares) if shares else texts("picture.complete_unknown")
    ignored = provenance.ignored(reader, asked)
    followed = [value for name, value in provenance.active(reader).items() if name not in ignored]
    made = texts("picture.made", at=reader.moment(now()), zone=str(reader.zone))
    subtitle = " · ".join(filter(None, (detail, *(followed or [texts("picture.all")]))))
    if (days := picture.days(figure)) not in subtitle:
        subtitle = " · ".join((subtitle, texts("picture.days", days=days)))
    return picture.Words(
        title=f"{told.name[texts.language]} · {reader.name}",
        subtitle=subtitle,
        below=(
            " · ".join(part for part in (note, provenance.last_collection(reader, metric), provenance.not_narrowed(reader, asked)) if part),
            complete,
            f"{texts('synthetic.banner')} {made}" if reader.synthetic else made,
            f"{texts('source.definition', id=told.id, version=told.version)}: {told.definition[texts.language]}",
        ),
        zone=str(reader.zone),
        synthetic=reader.synthetic,
    )


def section(title: str) -> None:
    """The title of a part of a page."""
    st.header(title, anchor=False)


def source(reader: Reader, metric: str, *, asked: Sequence[str], note: str = "") -> None:
    """Where a figure comes from: what it was read from, when that was last collected, its definition, and which of the chosen
    filters it does not follow."""
    texts, told = reader.texts, registry()[metric]
    parts = [note] if note else []
    parts.append(texts("source.file") if metric in FROM_THE_CAMPAIGN_FILE else provenance.last_collection(reader, metric))
    if ignored := provenance.not_narrowed(reader, asked):
        parts.append(ignored)
    address = sidebar.link("/method", {**reader.query, "metric": metric})
    parts.append(f"[{texts('source.definition', id=told.id, version=told.version)}]({address})")
    st.caption(" · ".join(parts))


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


def no_posts(reader: Reader) -> None:
    """Why no post has a day: none of those that are here tells it, or none is here."""
    if numbers.some(reader.ask("headline")["undated_posts"]):
        missing(reader.texts("missing.undated"))
    else:
        missing(reader.texts("missing.posts"), *how_to_collect(reader))


HOW_TO_BEGIN = (
    "groundswell demo",
    "groundswell campaign new my-campaign --hashtag weibo:TAG",
    "groundswell import posts.csv --campaign my-campaign",
)


def of_any_tag(reader: Reader) -> Reader:
    """The reader as if no hashtag was chosen, for figures that choose their own; said where one was."""
    if reader.filters.tag:
        st.caption(reader.texts("compare.own_tags"))
    return replace(reader, filters=reader.only(tag=""))


def campaign_file(reader: Reader) -> Campaign | None:
    """The reader's campaign as its file says now; None, with what is wrong, where any campaign file of the home is not sound."""
    try:
        return campaigns.find(reader.home, reader.filters.campaign)
    except WrongUsage as fault:
        faulty(reader.texts, fault)
        return None


@contextmanager
def faults_said(reader: Reader) -> Iterator[None]:
    """Why what the reader asked for cannot be done stands on the page, a full disk too, and the rest of the page goes on."""
    try:
        with saying_what_cannot_be_written(lambda: str(reader.home.path)):
            yield
    except GroundswellError as fault:
        st.error(for_markdown(reader.texts.fault(str(fault))))


def faulty(texts: Texts, fault: WrongUsage) -> None:
    """What is wrong with a campaign file, in the words of `groundswell campaign check`."""
    st.error(texts("add_campaign.faults"))
    st.code(texts.fault(str(fault)), language=None, wrap_lines=True)


def how_to_collect(reader: Reader) -> tuple[str, ...]:
    """The commands that bring posts and counters into this campaign."""
    return (f"groundswell import FILE --campaign {reader.filters.campaign}",)


def how_to_label(reader: Reader) -> str:
    return f"groundswell label --campaign {reader.filters.campaign}"


def table(rows: pd.DataFrame, columns: dict[str, str]) -> None:
    """A table of plain text: the columns named, in their order. Numbers keep to the right, sentences are wrapped."""
    wrapped = any(holds_sentences(rows[name]) for name in columns)
    st.dataframe(
        rows[list(columns)],
        column_config={name: _column(rows[name], title) for name, title in columns.items()},
        hide_index=True,
        row_height=POST_HEIGHT if wrapped else None,
        height="content" if len(rows) <= MOST_ROWS_AT_ONCE else "auto",
        placeholder=numbers.NOT_TOLD,
    )


def _column(values: pd.Series, title: str) -> Any:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return st.column_config.NumberColumn(title, format="localized")
    if holds_counts(values):
        return st.column_config.TextColumn(title, alignment="right", width=COUNT_WIDTH)
    if holds_sentences(values):
        return st.column_config.TextColumn(title, width=LONG_WIDTH)
    return st.column_config.TextColumn(title)


def holds_counts(values: pd.Series) -> bool:
    """Whether a column of texts holds written counts, which stand to the right."""
    return len(values) > 0 and bool(values.astype(str).str.fullmatch(WRITTEN_COUNT).all())


def holds_sentences(values: pd.Series) -> bool:
    """Whether a column of texts holds one that fills a cell and can be broken: an id or an address cannot."""
    told = (text for text in values if isinstance(text, str))
    return any(width(text) > LONG and (" " in text.strip() or not text.isascii()) for text in told)
