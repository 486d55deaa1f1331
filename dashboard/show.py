"""The pieces pages are made of: each figure with its definition and its source line, each table of posts as plain text."""

import io
import pickle
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import numbers, picture, sidebar
from dashboard.escape import for_markdown
from dashboard.metrics import registry
from dashboard.reader import Reader
from dashboard.texts import SIGNS, Texts, width
from data import campaign as campaigns
from data.campaign import Campaign
from data.clock import now
from data.errors import GroundswellError, WrongUsage
from data.files import saying_what_cannot_be_written
from data.home import stand_in
from data.model import COUNTS, LABEL_VALUES
from data.questions import FEW, QUESTIONS, Filters

FROM_THE_CAMPAIGN_FILE = ("events", "quoted")
OF_RUNS = ("runs", "runs_cut_off", "quarantine", "gaps", "warnings")
RECORDS = ("post", "repost", "comment")
# What must have been looked for so that a figure may have changed, where that is not posts.
LOOKED_FOR = {
    "reposts": ("repost",), "comments": ("comment",), "views": ("counters",), "counters": ("counters",), "trend": ("counters",),
    "hot_search": ("hot_search",), "statuses": (*RECORDS, "again"), "sightings": (*RECORDS, "again"), "membership": RECORDS,
    "growth": RECORDS, "posts_found": RECORDS, "near": RECORDS, "exported": RECORDS,
}  # fmt: skip
WRITTEN_COUNT = r"([≈≥] |[+−])?[\d,.]+[万亿%]?|–"
MOST_ROWS_AT_ONCE = 30  # a longer table scrolls within itself
LONG = 60  # columns of text; what is longer is wrapped
LONG_WIDTH = 320  # pixels: a phone's width
COUNT_WIDTH = 96  # measured columns follow their first rows and would cut off the ≈ of a later one
# Pixels. With the box that picks a row they fill what a window of 1280 leaves beside the menu; the kind of post, its platform and
# whether it is still there stand behind them.
POST_WIDTHS = {"at": 110, "text": 181, "author": 96, "likes": 71, "reposts": 71, "comments": 78,
               "emotion": 87, "sentiment": 87, "stance": 84}  # fmt: skip
POST_HEIGHT = 68  # three lines; texts are only wrapped in rows this high
POST_COLUMNS = 60  # of text in three lines of that width, where one breaks early
BEFORE = 8  # characters of a cut text that lead to the words looked for
KEPT = 60  # charts
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


def foot(reader: Reader) -> None:
    """The page's foot for a public viewer: how many figures are too small to be shown."""
    if told := withheld(reader):
        st.caption(told)


def withheld(reader: Reader) -> str:
    """The same in a sentence; "" where none is."""
    figures = sum(reader.withheld.values())
    return reader.texts("source.withheld", figures=numbers.exact(figures), few=FEW) if figures else ""


def not_drawn(reader: Reader, figures: pd.Series) -> str:
    """How many figures of a chart are too small for a public viewer; "" where none is."""
    few = int(figures.isna().sum())
    return reader.texts("chart.withheld", figures=numbers.exact(few), few=FEW) if few else ""


def undated(reader: Reader) -> str:
    """How many posts are in no figure of a day, since they tell none; "" where each tells its own."""
    posts = reader.ask("headline")["undated_posts"]
    return reader.texts("source.undated", posts=numbers.exact(numbers.total(posts))) if numbers.some(posts) else ""


def no_account(reader: Reader, *filters: Filters) -> str:
    """How many posts tell no account, of each choice where there are several; "" where each tells its own."""
    posts = [numbers.total(reader.ask("headline", chosen)["no_account"]) for chosen in filters or (reader.filters,)]
    told = numbers.some(pd.Series(posts, dtype="Int64").fillna(0))
    return reader.texts("overview.no_account", posts=" / ".join(map(numbers.exact, posts))) if told else ""


def left_out(reader: Reader) -> str:
    """How many records are on none of the days that are chosen, since they tell none; "" where no days are, or each tells its own."""
    undated = int(reader.ask("headline")["undated"].sum()) if reader.filters.since or reader.filters.until else 0
    return reader.texts("spread.left_out_undated", posts=numbers.exact(undated)) if undated else ""


def labelled_of(reader: Reader, totals: pd.DataFrame, bins: pd.DataFrame) -> str:
    """Of how many labelled posts a chart is, and what it leaves out. `totals`: posts of each label, `bins`: count."""
    labelled = numbers.exact(totals["posts"].sum(skipna=False))
    of = reader.texts("spread.labelled_of", labelled=labelled, threshold=reader.ask("threshold")["threshold"][0])
    return " · ".join(filter(None, (of, not_drawn(reader, bins["count"]), undated(reader))))


def chosen(reader: Reader) -> str:
    """What the reader narrowed to, safe as Markdown; "" for all."""
    return " · ".join(map(for_markdown, _active(reader).values()))


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
    shares = collected_shares(reader)
    complete = texts("picture.complete", **shares) if shares else texts("picture.complete_unknown")
    ignored = _ignored(reader, asked)
    followed = [value for name, value in _active(reader).items() if name not in ignored]
    made = texts("picture.made", at=reader.moment(now()), zone=str(reader.zone))
    subtitle = " · ".join(filter(None, (detail, *(followed or [texts("picture.all")]))))
    if (days := picture.days(figure)) not in subtitle:
        subtitle = " · ".join((subtitle, texts("picture.days", days=days)))
    return picture.Words(
        title=f"{told.name[texts.language]} · {reader.name}",
        subtitle=subtitle,
        below=(
            " · ".join(part for part in (note, last_collection(reader, metric), _not_narrowed(reader, asked)) if part),
            complete,
            f"{texts('synthetic.banner')} {made}" if reader.synthetic else made,
            f"{texts('source.definition', id=told.id, version=told.version)}: {told.definition[texts.language]}",
        ),
        zone=str(reader.zone),
        synthetic=reader.synthetic,
    )


def collected_share(texts: Texts, collected: Any, reported: Any) -> str:
    """What is collected of the originals that a platform counted; more than all of them is no share."""
    return texts("overview.more_than_reported") if pd.notna(collected) and collected > reported else numbers.share(collected, reported)


def collected_shares(reader: Reader, written: Callable[[str], str] = str) -> dict[str, str]:
    """The same of the hashtags that are chosen, the lowest to the highest, with the first and last day of their counters; {} where no
    counter tells, or days are chosen: counters tell of the time between two of their readings. `written`: how a hashtag is."""
    filters = reader.filters
    known = reader.ask("completeness", reader.everything())
    known = known[(known["reported"] > 0) & known["collected"].notna()]
    if filters.platforms is not None:
        known = known[known["platform"].isin(filters.platforms)]
    if filters.tag:
        known = known[known["tag_key"] == filters.tag]
    if not len(known) or filters.since or filters.until:
        return {}
    known = known.iloc[(known["collected"] / known["reported"]).argsort()]
    shares = [f"{written('#' + row.tag)} {collected_share(reader.texts, row.collected, row.reported)}" for row in known.itertuples()]
    return {
        "share": " – ".join(dict.fromkeys([*shares[:1], *shares[-1:]])),
        "first": reader.day(known["counted_from"].min()),
        "last": reader.day(known["counted_to"].max()),
    }


def completeness(reader: Reader) -> str:
    """The same in a few words, to stand beside a figure."""
    shares = collected_shares(reader, for_markdown)
    return reader.texts("overview.share_known", **shares) if shares else reader.texts("overview.share_unknown")


def section(title: str) -> None:
    """The title of a part of a page."""
    st.header(title, anchor=False)


def source(reader: Reader, metric: str, *, asked: Sequence[str], note: str = "") -> None:
    """Where a figure comes from: what it was read from, when that was last collected, its definition, and which of the chosen
    filters it does not follow."""
    texts, told = reader.texts, registry()[metric]
    parts = [note] if note else []
    parts.append(texts("source.file") if metric in FROM_THE_CAMPAIGN_FILE else last_collection(reader, metric))
    if ignored := _not_narrowed(reader, asked):
        parts.append(ignored)
    address = sidebar.link("/method", {**reader.query, "metric": metric})
    parts.append(f"[{texts('source.definition', id=told.id, version=told.version)}]({address})")
    st.caption(" · ".join(parts))


def models(reader: Reader) -> str:
    """Which models labelled, each with its version; "" where the labels of the posts tell none."""
    named = SIGNS[reader.texts.language][2].join(for_markdown(model) for model in labelled_by(reader))
    return reader.texts("overview.models", models=named) if named else ""


def labelled_by(reader: Reader) -> list[str]:
    """The models behind the labels, each with its version and with what it labelled where that is not the same of all."""
    texts, found, written = reader.texts, reader.ask("models"), with_meaning(reader)
    targets = found.loc[found["target"] != "", "target"].unique()
    labelled = {}
    for model, rows in found.groupby("model", sort=False):
        kinds = [texts.of("label_kind", kind) for kind in LABEL_VALUES if (rows["kind"] == kind).any()]
        toward = sorted(set(rows["target"]) - {""})
        if toward and len(toward) < len(targets):
            kinds[-1:] = [texts("overview.toward", target=written(target)) for target in toward]
        labelled[model] = kinds
    return each_of(texts, labelled)


def each_of(texts: Texts, told: Mapping[str, Sequence[str]]) -> list[str]:
    """What is told, each with the parts that it is of: "weibo-counts (views)"; without them where each is of the same."""
    if len({tuple(parts) for parts in told.values()}) < 2:
        return list(told)
    return [texts("source.each_of", told=one, parts=SIGNS[texts.language][2].join(parts)) for one, parts in told.items()]


def last_collection(reader: Reader, metric: str) -> str:
    """When what the figure counts was last looked for; a run that was refused did not. A hot-search series may come with the campaign
    file."""
    if metric in OF_RUNS:
        last = reader.ask("last_collection")["last"].max()
    else:
        looks = reader.ask("last_look")
        last = looks.loc[looks["of"].isin(LOOKED_FOR.get(metric, ("post",))), "last"].max()
    if pd.isna(last):
        return reader.texts("source.shipped") if metric == "hot_search" else reader.texts("source.never")
    return reader.texts("source.last", at=reader.moment(last))


def with_accounts(found: pd.DataFrame, accounts: str = "accounts", of: str = "posts") -> pd.DataFrame:
    """Figures of which some count accounts. Where there are posts and none tells its account, how many accounts wrote them is not told,
    and not 0; posts too few to be shown are posts too."""
    untold = (found[accounts] == 0) & (found[of] != 0).fillna(True)
    return found.assign(**{accounts: found[accounts].mask(untold.fillna(False))})


def by_accounts(reader: Reader, found: pd.DataFrame) -> str:
    """Whose the posts are that `posts_found` counted, to follow their number in a sentence."""
    accounts = found["accounts"][0]
    if pd.isna(accounts):
        return reader.texts("posts.by_few", few=FEW)
    if pd.isna(with_accounts(found)["accounts"][0]):
        return reader.texts("posts.by_untold")
    return reader.texts("posts.by_accounts", accounts=numbers.exact(accounts))


def headline(reader: Reader) -> pd.DataFrame:
    """The figures of each platform."""
    return with_accounts(reader.ask("headline"))


def _active(reader: Reader) -> dict[str, str]:
    """The filters that are set, each with what it is set to."""
    filters = reader.filters
    told = {
        "days": "–".join(numbers.days(filters.since, filters.until)) if filters.since or filters.until else "",
        "platforms": ", ".join(reader.texts.of("platform", platform) for platform in filters.platforms or ()),
        "tag": f"#{filters.tag}" if filters.tag else "",
    }
    return {name: value for name, value in told.items() if value}


def _ignored(reader: Reader, asked: Sequence[str]) -> list[str]:
    """Of the filters that are set, those that a figure read by these questions does not follow."""
    return [name for name in _active(reader) if not all(_follows(QUESTIONS[question].takes, name) for question in asked)]


def _not_narrowed(reader: Reader, asked: Sequence[str]) -> str:
    """The same in words; "" where it follows all."""
    ignored = [reader.texts(f"filter_name.{name}") for name in _ignored(reader, asked)]
    return reader.texts("source.ignores", filters=", ".join(ignored)) if ignored else ""


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


def with_meaning(reader: Reader) -> Callable[[str], str]:
    """Writes targets and slogans; for who reads English, each with what it means where the campaign file says so. What is wrong
    with a file is said by the pages that need it."""
    if reader.texts.language != "en":
        return str
    try:
        meanings = campaigns.find(reader.home, reader.filters.campaign).english
    except WrongUsage:
        return str
    return lambda words: f"{words} ({meanings[words]})" if words in meanings else words


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


def posts(reader: Reader, found: pd.DataFrame, *, key: str, words: str = "") -> dict[str, Any] | None:
    """A list of posts as plain cells, the most asked for first, each text with the words that were looked for; the row that was
    picked. The public picks none: it is not told which posts they are."""
    texts = reader.texts
    rows = found.to_dict("records")
    threshold = reader.ask("threshold")["threshold"][0]
    shown = pd.DataFrame(
        {
            "at": numbers.moments(found["published_at"], reader.zone, found["published_grain"]),
            "text": [shortened(one_line(row["title"], row["text"]), POST_COLUMNS, words) for row in rows],
            "author": [author(row) for row in rows],
            **{count: [reader.count(row[count], row[f"{count}_grain"]) for row in rows] for count in ("likes", "reposts", "comments")},
            **{kind: [_labelled(texts, kind, row, threshold) for row in rows] for kind in LABEL_VALUES},
            "platform": [texts.of("platform", row["platform"]) for row in rows],
            "kind": [texts.of("kind", row["kind"]) for row in rows],
            "status": [texts.of("status", row["status"]) for row in rows],
        }
    )
    shown = shown.drop(columns=[kind for kind in LABEL_VALUES if not any(shown[kind])])
    picked: Any = st.dataframe(
        shown,
        column_config={
            name: st.column_config.TextColumn(
                texts(f"column.{name}"), width=POST_WIDTHS.get(name), alignment="right" if name in COUNTS else "left"
            )
            for name in shown.columns
        },
        hide_index=True,
        row_height=POST_HEIGHT,
        height="content" if len(shown) <= MOST_ROWS_AT_ONCE else "auto",
        on_select="ignore" if reader.viewer.public else "rerun",
        selection_mode="single-row",
        key=key,
    )
    if reader.viewer.public:
        return None
    chosen = picked["selection"]["rows"]
    return found.iloc[chosen[0]].to_dict() if chosen and chosen[0] < len(found) else None


def open_post(reader: Reader, picked: dict[str, Any] | None) -> None:
    """The way to the post that was picked of a list."""
    if picked:
        address = {**reader.query, "post": post_key(picked)}
        st.page_link("dashboard/views/posts.py", label=reader.texts("spread.open"), query_params=address)


def shortened(text: str, columns: int, words: str = "") -> str:
    """A text cut off where it would fill more than so many columns (a Chinese character fills two), from a little before the words
    that are looked for where these would be cut off."""
    shown = _cut(text, columns)
    place = text.lower().find(words.lower())
    if place < 0 or words.lower() in shown.lower():
        return shown
    return _cut("…" + text[max(0, place - BEFORE) :], columns)


def _cut(text: str, columns: int) -> str:
    filled = 0
    for place, character in enumerate(text):
        filled += width(character)
        if filled > columns:
            return text[: place - 1] + "…"
    return text


def author(post: dict[str, Any]) -> str:
    """Whose post it is: the account's name; the stand-in that exports use where the name is not told."""
    if isinstance(post["author_name"], str):
        return one_line(None, post["author_name"])
    return stand_in(post["author_key"]) if isinstance(post["author_key"], str) else numbers.NOT_TOLD


def post_key(post: dict[str, Any]) -> str:
    """How an address names a post: platform:id, or platform:id/comment."""
    return f"{post['platform']}:{post['post_id']}" + ("/comment" if post["is_comment"] else "")


def _labelled(texts: Texts, kind: str, row: dict[str, Any], threshold: float) -> str:
    """A label and how probable it is; undecided where that is less than the threshold. The post itself tells what it leans to: here
    it would be cut off, for the table breaks no line of Latin letters among Chinese ones."""
    if not isinstance(row[kind], str):
        return ""
    if row[f"{kind}_score"] < threshold:
        return texts.of(kind, "undecided")
    return f"{texts.of(kind, row[kind])} {row[f'{kind}_score']:.2f}"


def one_line(title: Any, text: Any) -> str:
    """Title and text of a post in one line."""
    parts = [part for part in (title, text) if isinstance(part, str) and part]
    return " ".join(" | ".join(parts).split())
