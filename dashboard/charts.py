"""Charts: each a function of a small table and the texts. Nothing here knows of Streamlit or the database.

Times in the tables are naive times of the campaign's zone; a bin of an hour has its `clock` beside, which knows how far it is from
UTC. Each bar or point carries `customdata`: its hover text, then what it stands for, so that a click can be answered. A series carries
`meta` where its figures as CSV differ from what is drawn: its whole `series` name, the words it stands `at`, its `values`; and what a
picture says of it `below`. Labels and hover texts that hold words of strangers are escaped, for plotly reads HTML.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import numbers
from dashboard.escape import for_plotly
from dashboard.texts import Texts

DAY = 86_400_000  # plotly measures time in milliseconds
HOUR = 3_600_000
GREY = "#778081"  # as legible on white as on black
COLOURS = {
    "weibo": "#d9822b", "xiaohongshu": "#c2405c", "douyin": "#4c6fb1", "kuaishou": "#8a6d3b", "bilibili": "#2f9fb8", "zhihu": "#3d6fd1",
    "tieba": "#6b8e3a",
    "negative": "#c0504d", "neutral": "#9aa5a6", "undecided": "rgba(139,150,151,0.3)", "positive": "#2f8f83",
    "against": "#c0504d", "favour": "#2f8f83",
    "angry": "#c0504d", "sad": "#4c6fb1", "fear": "#6d5ba6", "surprise": "#d9a32b", "happy": "#2f8f83",
}  # fmt: skip
STATES = {
    "good": ("circle", "#2f8f83"), "odd": ("diamond", "#d9a32b"), "refused": ("x-thin", "#c0504d"), "cut_off": ("circle-open", GREY),
}  # fmt: skip
SERIES = ("#1f8a94", "#d9822b", "#a23b72", "#4c6fb1", "#6b8e3a", "#8a6d3b", "#6d5ba6", "#8b9697")
NAMED_DAYS = 8  # of a chart
NAME = 24  # characters of a hashtag, a slogan or a word
SIGN_WIDTH, SIGN_HEIGHT = 0.05, 0.075  # of a chart on a phone, of a chart
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True, kw_only=True)
class Around:
    """What every chart over time shows beside its own figures: `events` (at, sign, title), `gaps` (starts_at, ends_at, reason),
    and the mark of invented data."""

    events: pd.DataFrame
    gaps: pd.DataFrame
    synthetic: bool


def volume_by_platform(bins: pd.DataFrame, texts: Texts, around: Around, *, hourly: bool) -> go.Figure:
    """Stacked bars. `bins`: at, platform, count, incomplete; clock of hours."""
    figure = go.Figure()
    bins = _placed(bins, hourly)
    totals = bins.groupby("began")["count"].sum()
    for platform, rows in bins.groupby("platform", sort=True):
        colour = COLOURS.get(str(platform), GREY)
        name = texts.of("platform", platform)
        figure.add_bar(
            x=rows["middle"],
            y=rows["count"],
            width=0.88 * rows["length"],
            name=for_plotly(name),
            marker=_hollow_where(rows["incomplete"], colour),
            customdata=[
                _said(
                    [
                        _bin(row.began, hourly),
                        f"{name}: {numbers.exact(row.count_)}",
                        *([texts("chart.all", count=numbers.exact(totals[row.began]))] if bins["platform"].nunique() > 1 else []),
                        *([texts("chart.incomplete")] if row.incomplete else []),
                    ],
                    row.began,
                    platform,
                )
                for row in rows.rename(columns={"count": "count_"}).itertuples()
            ],
        )
    figure.update_layout(barmode="stack")
    return _finished(figure, texts, around, highest=totals.max() if len(totals) else 0, days=None if hourly else bins["at"])


def volume_by_hashtag(bins: pd.DataFrame, texts: Texts, around: Around, *, hourly: bool) -> go.Figure:
    """One line a hashtag: a post may carry several, so they do not add up. `bins`: at, tag_key, tag, count, incomplete;
    clock of hours."""
    figure = go.Figure()
    bins = _placed(bins, hourly)
    names = _short(_hashtags(bins))
    for colour, (tag_key, rows) in zip(_colours(), bins.groupby("tag_key", sort=False), strict=False):
        tag = "#" + rows["tag"].iloc[0]
        figure.add_scatter(
            x=rows["middle"],
            y=rows["count"],
            name=names[tag_key],
            meta={"series": _whole(tag)},
            mode="lines+markers",
            line={"color": colour, "width": 1.5},
            marker={
                "size": 4 if hourly else 7,
                "color": colour,
                "symbol": ["circle-open" if hollow else "circle" for hollow in rows["incomplete"]],
            },
            customdata=[
                _said(
                    [
                        _bin(row.began, hourly),
                        f"{tag}: {numbers.exact(row.count_)}",
                        *([texts("chart.incomplete")] if row.incomplete else []),
                    ],
                    row.began,
                    tag_key,
                )
                for row in rows.rename(columns={"count": "count_"}).itertuples()
            ],
        )
    return _finished(figure, texts, around, highest=bins["count"].max() if len(bins) else 0, days=None if hourly else bins["at"])


def counters(points: pd.DataFrame, quoted: pd.DataFrame, texts: Texts, around: Around) -> go.Figure:
    """A platform's own cumulative counter, one line a hashtag through the times it was read; quoted figures are hollow and stand
    alone. `points`: at, at_shown, tag_key, tag, value, grain; `quoted`: at, at_shown, value, grain, shown, publisher."""
    figure = go.Figure()
    names = _short(_hashtags(points))
    for colour, (tag_key, rows) in zip(_colours(), points.groupby("tag_key", sort=False), strict=False):
        tag = "#" + rows["tag"].iloc[0]
        figure.add_scatter(
            x=rows["at"],
            y=rows["value"],
            name=names[tag_key],
            meta={"series": _whole(tag)},
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 6, "color": colour},
            customdata=[_said([row.at_shown, f"{tag}: {numbers.exact(row.value, row.grain)}"]) for row in rows.itertuples()],
        )
    if len(quoted):
        figure.add_scatter(
            x=quoted["at"],
            y=quoted["value"],
            name=texts("chart.quoted"),
            mode="markers",
            meta={
                "below": [
                    f"◇ {row.shown} · {numbers.exact(row.value, row.grain)} · {row.publisher} · {row.at_shown}"
                    for row in quoted.itertuples()
                ]
            },
            marker={"size": 13, "symbol": "diamond-open", "color": GREY, "line": {"width": 2}},
            customdata=[_said([row.at_shown, row.shown, f"{row.publisher} · {texts('chart.quoted')}"]) for row in quoted.itertuples()],
        )
    highest = max([*points["value"].dropna(), *quoted["value"].dropna()], default=0)
    return _finished(figure, texts, around, highest=highest, days=None)


def trend(slots: pd.DataFrame, texts: Texts, around: Around, *, seconds: int) -> go.Figure:
    """What a platform says each slot brought, bars side by side. `slots`: at, at_shown, tag_key, tag, value, partial."""
    figure = go.Figure()
    names = _short(_hashtags(slots))
    for colour, (tag_key, rows) in zip(_colours(), slots.groupby("tag_key", sort=False), strict=False):
        tag = "#" + rows["tag"].iloc[0]
        figure.add_bar(
            x=_middle(rows["at"], seconds * 1000),
            y=rows["value"],
            width=0.88 * seconds * 1000 / slots["tag_key"].nunique(),
            name=names[tag_key],
            meta={"series": _whole(tag)},
            marker=_hollow_where(rows["partial"], colour),
            customdata=[
                _said(
                    [row.at_shown, f"{tag}: {numbers.exact(row.value)}", *([texts("chart.incomplete")] if row.partial else [])],
                    row.at,
                    tag_key,
                )
                for row in rows.itertuples()
            ],
        )
    figure.update_layout(barmode="group", bargap=0.12, bargroupgap=0)  # as the widths say, so that bars touch and do not overlap
    return _finished(
        figure, texts, around, highest=slots["value"].max() if len(slots) else 0, days=slots["at"] if seconds * 1000 == DAY else None
    )


def side_by_side(days: pd.DataFrame, texts: Texts, *, synthetic: bool) -> go.Figure:
    """Two times of as many days, the first days side by side: they stand at the days of the first time. `days`: at, day, name, count,
    incomplete."""
    figure = go.Figure()
    for colour, (name, rows) in zip(_colours(), days.groupby("name", sort=False), strict=False):
        figure.add_bar(
            x=_middle(rows["at"], DAY),
            y=rows["count"],
            width=0.44 * DAY,
            name=str(name),
            marker=_hollow_where(rows["incomplete"], colour),
            customdata=[
                _said([f"{row.day:%Y-%m-%d}: {numbers.exact(row.count_)}", *([texts("chart.incomplete")] if row.incomplete else [])],
                      row.day, str(name))
                for row in rows.rename(columns={"count": "count_"}).itertuples()
            ],
        )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.12, bargroupgap=0)  # as the widths say, so that bars touch and do not overlap
    none = pd.DataFrame({"at": pd.Series(dtype="datetime64[ns]"), "sign": [], "title": []})
    around = Around(events=none, gaps=pd.DataFrame(columns=["starts_at", "ends_at", "reason"]), synthetic=synthetic)
    return _finished(figure, texts, around, highest=days["count"].max() if len(days) else 0, days=days["at"])


def labels(bins: pd.DataFrame, texts: Texts, around: Around, *, kind: str, values: Iterable[str], shares: bool = False) -> go.Figure:
    """Labelled posts a day, stacked by label, those under the threshold as undecided; or their shares of the day. `bins`: at, value,
    count, incomplete."""
    figure = go.Figure()
    totals = bins.groupby("at")["count"].sum()
    for value in values:
        rows = bins[bins["value"] == value]
        colour = COLOURS.get(value, GREY)
        name = texts.of(kind, value)
        figure.add_bar(
            x=_middle(rows["at"], DAY),
            y=100 * rows["count"] / rows["at"].map(totals) if shares else rows["count"],
            width=0.88 * DAY,
            name=name,
            marker=_hollow_where(rows["incomplete"], colour),
            customdata=[
                _said(
                    [
                        _bin(row.at, hourly=False),
                        f"{name}: {numbers.exact(row.count_)} ({numbers.share(row.count_, totals[row.at])})",
                        *([texts("chart.incomplete")] if row.incomplete else []),
                    ],
                    row.at,
                    value,
                )
                for row in rows.rename(columns={"count": "count_"}).itertuples()
            ],
        )
    figure.update_layout(barmode="stack")
    highest = 100 if shares else totals.max() if len(totals) else 0
    return _in_percent(_finished(figure, texts, around, highest=highest, days=bins["at"]), shares)


def adoption(days: pd.DataFrame, texts: Texts, around: Around, *, shares: bool) -> go.Figure:
    """Accounts that have shown a slogan by the end of each day, one line a slogan; or their share of the accounts seen by then.
    `days`: at, slogan, shown, seen, incomplete."""
    figure = go.Figure()
    names = _short({slogan: str(slogan) for slogan in days["slogan"].unique()})
    for colour, (slogan, rows) in zip(_colours(), days.groupby("slogan", sort=False), strict=False):
        figure.add_scatter(
            x=_middle(rows["at"], DAY),
            y=100 * rows["shown"] / rows["seen"] if shares else rows["shown"],
            name=names[slogan],
            meta={"series": _whole(str(slogan))},
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 6, "color": colour, "symbol": ["circle-open" if hollow else "circle" for hollow in rows["incomplete"]]},
            customdata=[
                _said(
                    [
                        _bin(row.at, hourly=False),
                        f"{slogan}: "
                        + texts("chart.shown_of", shown=numbers.exact(row.shown), seen=numbers.exact(row.seen),
                                share=numbers.share(row.shown, row.seen)),
                        *([texts("chart.incomplete")] if row.incomplete else []),
                    ],
                    row.at,
                    slogan,
                )
                for row in rows.itertuples()
            ],
        )  # fmt: skip
    highest = (100 * days["shown"] / days["seen"]).max() if shares else days["shown"].max()
    return _in_percent(_finished(figure, texts, around, highest=highest, days=days["at"]), shares)


def contrast(words: pd.DataFrame, texts: Texts, *, names: tuple[str, str], synthetic: bool) -> go.Figure:
    """Words that tell two groups apart, as bars to the right for the first and to the left for the second, the strongest outside.
    `words`: word, z, first, second (posts of a thousand)."""
    figure = go.Figure()
    rows = words.iloc[::-1]
    short = _short({word: word for word in rows["word"]})
    for name, colour, mine in ((names[0], SERIES[0], rows["z"] > 0), (names[1], SERIES[1], rows["z"] < 0)):
        part = rows[mine]
        figure.add_bar(
            x=part["z"],
            y=[short[word] for word in part["word"]],
            meta={"at": [_whole(word) for word in part["word"]]},
            orientation="h",
            name=for_plotly(name),
            marker={"color": colour},
            customdata=[
                _said(
                    [
                        row.word,
                        *(
                            f"{name}: {texts('chart.of_a_thousand', posts=f'{of:.1f}')}"
                            for name, of in zip(names, (row.first, row.second), strict=True)
                        ),
                        f"z = {row.z:.1f}",
                    ]
                )
                for row in part.itertuples()
            ],
        )
    figure.add_vrect(x0=-1.96, x1=1.96, fillcolor="rgba(139,150,151,0.18)", line_width=0, layer="below")
    figure.update_traces(hovertemplate="%{customdata[0]}<extra></extra>")
    figure.update_layout(
        height=80 + 22 * len(rows),
        barmode="overlay",
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right", "title": {"text": ""}},
    )
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=[short[word] for word in rows["word"]],
                        automargin=True, fixedrange=True, dtick=1)  # fmt: skip
    figure.update_xaxes(fixedrange=True, title={"text": texts("chart.z")}, automargin=True, zeroline=True)
    if synthetic:
        _mark_synthetic(figure, texts)
    return figure


def hot_search(days: pd.DataFrame, texts: Texts, around: Around) -> go.Figure:
    """Titles on the hot list that name the campaign, by day; a tick below each day the list was seen at all, so that no title and
    no list look different. `days`: at, titles, matching."""
    figure = go.Figure()
    figure.add_bar(
        x=_middle(days["at"], DAY),
        y=days["matching"],
        width=0.88 * DAY,
        name=texts("chart.hot_matching"),
        marker={"color": COLOURS["weibo"]},
        customdata=[
            _said(
                [
                    _bin(row.at, hourly=False),
                    texts("chart.hot_of", matching=numbers.exact(row.matching), titles=numbers.exact(row.titles)),
                ],
                row.at,
                "",
            )
            for row in days.itertuples()
        ],
    )
    figure.add_scatter(
        x=_middle(days["at"], DAY),
        y=[0] * len(days),
        meta={"at": [pd.Timestamp(at).isoformat() for at in days["at"]], "values": [int(titles) for titles in days["titles"]]},
        name=texts("chart.hot_seen"),
        mode="markers",
        marker={"symbol": "line-ew-open", "size": 9, "color": GREY, "line": {"width": 3}},
        hoverinfo="skip",
    )
    return _finished(figure, texts, around, highest=max(days["matching"].max(), 1) if len(days) else 1, days=days["at"])


def collection(points: pd.DataFrame, texts: Texts, around: Around) -> go.Figure:
    """When each source was asked and what came of it, a line a source. `points`: at, at_shown, source, state, runs."""
    figure = go.Figure()
    rows = {source: row for row, source in enumerate(sorted(points["source"].unique(), reverse=True))}
    for state, (symbol, colour) in STATES.items():
        here = points[points["state"] == state]
        if len(here):
            name = texts.of("run_state", state)
            figure.add_scatter(
                x=here["at"],
                y=[rows[source] for source in here["source"]],
                meta={"values": [int(runs) for runs in here["runs"]]},
                mode="markers",
                name=for_plotly(name),
                marker={"symbol": symbol, "color": colour, "size": 9, "line": {"color": colour, "width": 1.5}},
                customdata=[
                    _said([row.at_shown, texts.of("source_name", row.source), f"{name}: {numbers.exact(row.runs)}"])
                    for row in here.itertuples()
                ],
            )
    figure = _finished(figure, texts, around, highest=max(len(rows), 1), days=None)
    names = [for_plotly(texts.of("source_name", source), 40) for source in rows]
    return figure.update_yaxes(tickvals=list(rows.values()), ticktext=names, range=[-0.6, max(len(rows), 1) - 0.4])


def _finished(figure: go.Figure, texts: Texts, around: Around, *, highest: Any, days: pd.Series | None) -> go.Figure:
    """Axes, hover, events, gaps and the mark of invented data. `days`: the days drawn, where a bar is a day."""
    figure.update_traces(hovertemplate="%{customdata[0]}<extra></extra>", selector=lambda trace: trace.customdata is not None)
    values, shown = ticks(0.0 if pd.isna(highest) else float(highest), texts.language)  # of nothing that is told there is no highest
    figure.update_layout(
        height=330,
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        hovermode="closest",
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right", "title": {"text": ""}},
        clickmode="event+select",
        dragmode="zoom",
    )
    figure.update_yaxes(tickvals=values, ticktext=shown, range=[-0.03 * values[-1], values[-1] * 1.04], fixedrange=True, automargin=True)
    figure.update_xaxes(
        type="date",
        automargin=True,
        tickformatstops=[
            {"dtickrange": [None, DAY - 1], "value": "%H:%M\n%m-%d"},
            {"dtickrange": [DAY, "M1"], "value": "%m-%d\n%Y"},
            {"dtickrange": ["M1", None], "value": "%Y-%m"},
        ],
    )
    if days is not None and len(days):
        _name_days(figure, days)
    _mark_gaps(figure, texts, around.gaps)
    _mark_events(figure, around.events, _span(figure))
    if around.synthetic:
        _mark_synthetic(figure, texts)
    return figure


def _span(figure: go.Figure) -> pd.Timedelta:
    """How long the time is that a chart is of."""
    moments = pd.to_datetime(pd.Series([moment for trace in figure.data for moment in trace.x]))
    return moments.max() - moments.min() if len(moments) else pd.Timedelta(0)


def _mark_synthetic(figure: go.Figure, texts: Texts) -> None:
    figure.add_annotation(
        text=texts("synthetic.mark"), x=0.5, y=0.55, xref="paper", yref="paper", showarrow=False, textangle=-12,
        # Legible on bars, on white and on black; and what it covers is seen through it.
        font={"size": 34, "color": "rgba(40,40,40,0.85)"}, bgcolor="rgba(245,245,245,0.5)",
    )  # fmt: skip


def _in_percent(figure: go.Figure, shares: bool) -> go.Figure:
    if shares:
        top = figure.layout.yaxis.tickvals[-1]
        # Whole bars would hide the signs of events above them.
        figure.update_yaxes(ticktext=[f"{value}%" for value in figure.layout.yaxis.ticktext], range=[-0.03 * top, 1.12 * top])
    return figure


def _middle(starts: pd.Series, length: int) -> pd.Series:
    """Where a bin is drawn: in the middle of its time, so that it covers it."""
    return starts + pd.Timedelta(milliseconds=length / 2)


def _placed(bins: pd.DataFrame, hourly: bool) -> pd.DataFrame:
    """The bins with when each began, and the middle and the length (in milliseconds) of where it is drawn: two hours that the clock
    strikes alike, as it is put back, share the place of one."""
    if not hourly:
        return bins.assign(began=bins["at"], middle=_middle(bins["at"], DAY), length=DAY)
    alike = bins.groupby("at")["clock"]
    length = HOUR / alike.transform("nunique")
    middle = bins["at"] + pd.to_timedelta(length * (alike.rank(method="dense") - 0.5), unit="ms")
    return bins.assign(began=bins["clock"], middle=middle, length=length)


def _name_days(figure: go.Figure, days: pd.Series) -> None:
    """Puts each day's name under the middle of its bar; of many days, every second, third, seventh … so that they stand side by
    side on a phone too."""
    span = (days.max() - days.min()).days + 1
    step = next((step for step in (1, 2, 3, 4, 7, 14, 28, 56) if span / step <= NAMED_DAYS), None)
    if step:
        figure.update_xaxes(tick0=days.min() + pd.Timedelta(hours=12), dtick=step * DAY)


def _mark_gaps(figure: go.Figure, texts: Texts, gaps: pd.DataFrame) -> None:
    for gap in gaps.itertuples():
        figure.add_shape(
            type="rect", xref="x", yref="paper", x0=gap.starts_at, x1=gap.ends_at, y0=0, y1=1, line={"width": 0},
            fillcolor="rgba(139,150,151,0.22)", layer="below",
        )  # fmt: skip
        figure.add_annotation(
            x=gap.starts_at + (gap.ends_at - gap.starts_at) / 2, y=0.8, xref="x", yref="paper", showarrow=False, yanchor="top",
            text=texts("chart.gap"), font={"size": 11, "color": GREY},
            hovertext=for_plotly(f"{texts('chart.gap')}: {gap.reason}", 200),
        )  # fmt: skip


def _mark_events(figure: go.Figure, events: pd.DataFrame, span: pd.Timedelta) -> None:
    """A line and a sign for each; signs that a phone would draw over one another stand in rows."""
    free: list[pd.Timestamp] = []  # until where each row is taken
    for at, here in events.groupby("at"):
        row = next((row for row, end in enumerate(free) if end <= at), len(free))
        free[row : row + 1] = [at + SIGN_WIDTH * len(here) * span]
        told = [for_plotly(f"{event.sign} {event.title}", 200) for event in here.itertuples()]
        figure.add_shape(
            type="line", xref="x", yref="paper", x0=at, x1=at, y0=0, y1=1, layer="below",
            line={"width": 1.2, "dash": "dot", "color": GREY},
        )  # fmt: skip
        figure.add_annotation(
            x=at, y=1 - SIGN_HEIGHT * row, xref="x", yref="paper", yanchor="top", xanchor="left", showarrow=False,
            text="".join(here["sign"]),
            font={"size": 14, "color": GREY}, hovertext="<br>".join(told),
        )  # fmt: skip


def ticks(highest: float, language: str) -> tuple[list[float], list[str]]:
    """Four to six round values from 0 to at least `highest`, and how they are written; whole numbers only."""
    step = max(highest, 1) / 4
    power = 10 ** math.floor(math.log10(step))
    round_step = max(1, next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= step))
    if round_step != int(round_step):
        round_step = math.ceil(round_step)
    values = [round_step * n for n in range(math.ceil(max(highest, 1) / round_step) + 1)]
    return values, [numbers.count(value, language) for value in values]


def _colours() -> Iterable[str]:
    while True:
        yield from SERIES


def _hashtags(rows: pd.DataFrame) -> dict[Any, str]:
    """The hashtag of each `tag_key`, as it is written."""
    return {key: "#" + of["tag"].iloc[0] for key, of in rows.groupby("tag_key", sort=False)}


def _short(names: Mapping[Any, str]) -> dict[Any, str]:
    """Each name as a legend has room for it; of those that begin alike the end stays too, and what is alike there is numbered."""
    begun = Counter(for_plotly(name, NAME) for name in names.values())
    shown: dict[Any, str] = {}
    taken: Counter[str] = Counter()
    for key, name in names.items():
        short = for_plotly(name, NAME)
        if begun[short] > 1 and len(name) > NAME:
            short = for_plotly(f"{name[: NAME // 2 - 1]}…{name[-NAME // 2 :]}", NAME)
        taken[short] += 1
        shown[key] = short if taken[short] == 1 else f"{short} ({taken[short]})"
    return shown


def _whole(name: str) -> str:
    return for_plotly(name, len(name))


def _hollow_where(incomplete: pd.Series, colour: str) -> dict[str, Any]:
    return {
        "color": ["rgba(139,150,151,0.10)" if hollow else colour for hollow in incomplete],
        "line": {"color": colour, "width": [1.5 if hollow else 0 for hollow in incomplete]},
    }


def _said(lines: list[str], at: Any = None, of: str | None = None) -> list[Any]:
    told = "<br>".join(for_plotly(line, 90) for line in lines)
    return [told] if at is None else [told, pd.Timestamp(at).isoformat(), of]


def _bin(at: Any, hourly: bool) -> str:
    start = pd.Timestamp(at)
    return hour(start) if hourly else f"{start:%Y-%m-%d}"


def hour(start: pd.Timestamp) -> str:
    """An hour as the clock of its zone tells it; with how far it is from UTC where that changes as the hour ends."""
    end = start + pd.Timedelta(hours=1)
    form = "%H:%M" if start.utcoffset() == end.utcoffset() else "%H:%M (UTC%z)"
    return f"{start:%Y-%m-%d} {start:{form}}–{end:{form}}"
