"""A chart as a picture to take along: SVG drawn here, PNG made of it, and its figures as CSV. No browser is needed.

A picture stands alone, so it carries what the page says around a chart: title, what was chosen, source line, completeness and date.
It draws what `charts.py` uses: bars (stacked, side by side, lying), lines with points, rectangles, lines and words.
"""

import csv
import html
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import resvg_py

from dashboard.texts import width
from data.formulas import guarded

WIDTH, PLOT = 1200, 420  # pixels; a lying chart is as high as its words need
LEFT, RIGHT, LINE = 90, 30, 20
SIGN = 7.3  # pixels of a column of small words
LONGEST = 150  # columns of a line of words; a Chinese character fills two
FONTS = "'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei','PingFang SC','Source Han Sans SC','WenQuanYi Micro Hei',sans-serif"
INK, PALE, RULE = "#1c2526", "#5c6a6c", "#e3e8e8"
WHENCE = 3  # of the lines below a chart: source, completeness, date
SHARP = 2  # pixels of a PNG for one of the SVG
DAY = 86_400_000.0


@dataclass(frozen=True, kw_only=True)
class Words:
    """What stands around the chart: `below` are whole lines (source, completeness, date, definition). `zone`: of its times."""

    title: str
    subtitle: str
    below: tuple[str, ...]
    zone: str
    synthetic: bool


def svg(figure: go.Figure, words: Words) -> str:
    """The chart with its words, 1200 pixels wide, on white."""
    lying = _lies(figure)
    height = max(PLOT, int(figure.layout.height or 0) - 80) if lying else PLOT
    signs = list(_legend(figure))
    top = 76 + LINE * (1 + max((row for *_, row in signs), default=0)) + 16
    bottom = top + height
    below = [part for line in (_events(figure), *_beyond(figure), *words.below) for part in _wrapped(line)]
    whole = bottom + 58 + LINE * len(below) + 14
    place = _Lying(figure, top, bottom) if lying else _Upright(figure, top, bottom)
    drawn = [
        _text(LEFT - 60, 36, words.title, size=24, weight=700),
        _text(LEFT - 60, 60, words.subtitle, size=15, fill=PALE),
        *(_sign(x, 76 + LINE * row + 14, trace) for x, trace, row in signs),
        *place.axes(),
        *place.shapes(),
        *place.traces(),
        *place.words(),
        *(_text(LEFT - 60, whole - LINE * (len(below) - number) + 2, line, size=13, fill=PALE) for number, line in enumerate(below)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{whole}" viewBox="0 0 {WIDTH} {whole}" '
        f'font-family="{FONTS}"><title>{_written(words.title)}</title><rect width="100%" height="100%" fill="#ffffff"/>'
        f"{''.join(drawn)}</svg>"
    )


def days(figure: go.Figure) -> str:
    """The first and the last day that is drawn: "2023-12-30–2024-01-09"; "" of lying bars, and where nothing is drawn."""
    edges = [] if _lies(figure) else [edge for trace in figure.data if len(trace.x) for edge in _edges(trace)]
    return "–".join(dict.fromkeys(f"{edge:%Y-%m-%d}" for edge in (min(edges), max(edges)))) if edges else ""


def png(figure: go.Figure, words: Words) -> bytes:
    """The same as PNG, drawn with the fonts of this machine."""
    return resvg_py.svg_to_bytes(svg_string=svg(figure, words), zoom=SHARP, background="#ffffff")


def table(figure: go.Figure, words: Words) -> bytes:
    """The chart's figures, a row each: series, where it stands (time or word), value, what the page says of it; and, as a row may be copied
    alone, whether it is invented, the zone of its time, of what and whence it is, how complete and when it was made. UTF-8 with BOM;
    cells that a spreadsheet would run get an apostrophe, as in a bundle."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(["series", "at", "value", "shown", "synthetic", "zone", "source"])
    source = " · ".join((words.title, words.subtitle, *words.below[:WHENCE]))
    beside = [str(words.synthetic).lower(), words.zone, guarded(source)]
    for trace in figure.data:
        lying = trace.type == "bar" and trace.orientation == "h"
        told = trace.customdata if trace.customdata is not None else [None] * len(trace.x)
        beyond = trace.meta or {}  # what the name, the place or the height does not tell
        series = guarded(_plain(str(beyond.get("series", trace.name))))
        places, values = (trace.y, trace.x) if lying else (trace.x, trace.y)
        for at, value, said in zip(beyond.get("at", places), beyond.get("values", values), told, strict=True):
            if said is not None and len(said) > 1:
                at = said[1]  # where its bin begins; the bar is drawn in its middle
            shown = "" if said is None else _plain(said[0]).replace("<br>", " · ")
            number = "" if pd.isna(value) else f"{float(value):.6g}" if float(value) % 1 else str(int(value))
            write.writerow([series, guarded(_plain(_moment(at))), number, guarded(shown), *beside])
    return ("\ufeff" + out.getvalue()).encode()


def _lies(figure: go.Figure) -> bool:
    return any(getattr(trace, "orientation", None) == "h" for trace in figure.data)


def _edges(trace: Any) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Where the first bar of a series begins and the last ends; of points, the first and the last."""
    moments = pd.to_datetime(pd.Series(trace.x))
    half = pd.to_timedelta(np.broadcast_to(np.asarray(trace.width if trace.type == "bar" else 0, dtype=float) / 2, len(moments)), unit="ms")
    return (moments - half).min(), (moments + half).max()


def _moment(at: Any) -> str:
    return at if isinstance(at, str) else pd.Timestamp(at).isoformat()


def _plain(text: str) -> str:
    """Words as they were before they were made harmless for plotly."""
    return html.unescape(text.replace("<br>", " · "))


def _events(figure: go.Figure) -> str:
    """What the signs above the plot stand for; "" where there are none."""
    notes = [note for note in figure.layout.annotations if note.hovertext and note.yanchor == "top" and note.xanchor == "left"]
    told = [(note.x, *event.split(" ", 1)) for note in notes for event in note.hovertext.split("<br>")]
    return " · ".join(f"{sign} {pd.Timestamp(at):%Y-%m-%d} {_plain(title)}" for at, sign, title in told)


def _beyond(figure: go.Figure) -> Iterator[str]:
    """What the series say below a chart that is read without its page."""
    return (line for trace in figure.data for line in (trace.meta or {}).get("below", ()))


class _Upright:
    """A chart over time: moments from left to right, counts upwards."""

    def __init__(self, figure: go.Figure, top: int, bottom: int):
        self.figure, self.top, self.bottom = figure, top, bottom
        moments = [m for trace in figure.data for m in self._reach(trace)]
        first, last = (min(moments), max(moments)) if moments else (0.0, DAY)
        pad = (last - first) * 0.01 or DAY / 2
        self.first, self.last = first - pad, last + pad
        self.low, self.high = figure.layout.yaxis.range
        self.left = max(LEFT, 20 + SIGN * max(width(_plain(shown)) for shown in figure.layout.yaxis.ticktext))

    def _reach(self, trace: Any) -> Iterator[float]:
        for place, moment in enumerate(map(_milliseconds, trace.x)):
            half = float(_at(trace.width, place) or 0) / 2 if trace.type == "bar" else 0.0
            yield from (moment - half, moment + half)

    def x(self, moment: float) -> float:
        share = (moment - self.first) / (self.last - self.first)
        return self.left + share * (WIDTH - self.left - RIGHT)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)

    def axes(self) -> Iterator[str]:
        axis = self.figure.layout.yaxis
        for value, shown in zip(axis.tickvals, axis.ticktext, strict=True):
            yield _line(self.left, self.y(value), WIDTH - RIGHT, self.y(value), RULE)
            yield _text(self.left - 10, self.y(value) + 5, _plain(shown), size=13, fill=PALE, anchor="end")
        year = None
        for moment, shown in self._ticks():
            yield _text(self.x(moment), self.bottom + 22, shown, size=13, fill=PALE, anchor="middle")
            if year != (year := str(_stamp(moment).year)):
                yield _text(self.x(moment), self.bottom + 38, year, size=13, fill=PALE, anchor="middle")

    def _ticks(self) -> Iterator[tuple[float, str]]:
        """Days under the middle of their bars; hours where the chart is of a few days. The year stands below the first, and where it
        changes."""
        span = self.last - self.first
        steps = [DAY / 24, DAY / 8, DAY / 4, DAY / 2, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 364 * DAY]
        step = next((step for step in steps if span / step <= (14 if step >= DAY else 8)), 728 * DAY)
        axis = self.figure.layout.xaxis
        middle = axis.tick0 is not None
        start = _milliseconds(axis.tick0) if middle else math.floor(self.first / DAY) * DAY
        if middle:
            step = max(step, DAY)
        moment = start + math.ceil((self.first - start) / step) * step
        form = "%m-%d %H:%M" if step < DAY else "%m-%d"
        while moment <= self.last:
            yield moment, _stamp(moment).strftime(form)
            moment += step

    def traces(self) -> Iterator[str]:
        heaped: dict[float, float] = {}
        bars = [trace for trace in self.figure.data if trace.type == "bar"]
        side_by_side = self.figure.layout.barmode == "group"
        for trace in self.figure.data:
            if trace.type == "bar":
                yield from self._bars(trace, heaped, bars.index(trace) if side_by_side else 0, len(bars) if side_by_side else 1)
            else:
                yield from self._points(trace)

    def _bars(self, trace: Any, heaped: dict[float, float], number: int, of: int) -> Iterator[str]:
        for place, (moment, value) in enumerate(zip(map(_milliseconds, trace.x), trace.y, strict=True)):
            if pd.isna(value):
                continue
            width = float(_at(trace.width, place) or 0)
            under = 0.0 if of > 1 else heaped.get(moment, 0.0)
            heaped[moment] = under + float(value)
            start = moment - width * of / 2 + number * width if of > 1 else moment - width / 2
            left, right = self.x(start), self.x(start + width)
            upper, lower = self.y(under + float(value)), self.y(under)
            fill, edge, thick = _at(trace.marker.color, place), _at(trace.marker.line.color, place), _at(trace.marker.line.width, place)
            yield (
                f'<rect x="{left:.1f}" y="{upper:.1f}" width="{max(right - left, 0.5):.1f}" height="{max(lower - upper, 0):.1f}" '
                f'fill="{fill}"' + (f' stroke="{edge}" stroke-width="{thick}"' if edge and thick else "") + "/>"
            )

    def _points(self, trace: Any) -> Iterator[str]:
        places = [
            None if pd.isna(value) else (self.x(moment), self.y(float(value)))
            for moment, value in zip(map(_milliseconds, trace.x), trace.y, strict=True)
        ]
        if "lines" in (trace.mode or ""):
            yield from (_path(run, trace.line.color, trace.line.width or 2) for run in _runs(places))
        for number, place in enumerate(places):
            if place is not None and "markers" in (trace.mode or ""):
                colour = trace.marker.color or trace.line.color
                yield _marker(*place, str(_at(trace.marker.symbol, number) or "circle"), float(trace.marker.size or 6), str(colour))

    def shapes(self) -> Iterator[str]:
        for shape in self.figure.layout.shapes:
            left, right = (min(max(self.x(_milliseconds(x)), self.left), WIDTH - RIGHT) for x in (shape.x0, shape.x1))
            yield _shape(shape, left, right, self.top, self.bottom)

    def words(self) -> Iterator[str]:
        for note in self.figure.layout.annotations:
            if note.xref == "paper":
                yield _mark(note, self.top, self.bottom)
                continue
            anchor = {"left": "start", "right": "end"}.get(note.xanchor, "middle")
            size = note.font.size or 12
            height = self.bottom - float(note.y) * (self.bottom - self.top) + size
            yield _text(self.x(_milliseconds(note.x)) + 2, height, _plain(note.text), size=size, fill=PALE, anchor=anchor)


class _Lying:
    """Lying bars: words from top to bottom, values from left to right."""

    def __init__(self, figure: go.Figure, top: int, bottom: int):
        self.figure, self.top, self.bottom = figure, top, bottom
        self.words_shown = list(figure.layout.yaxis.categoryarray)
        values = [float(x) for trace in figure.data for x in trace.x] or [0.0]
        reach = max(map(abs, values)) * 1.08 or 1.0
        self.left = max(LEFT + 110, 20 + 0.55 * 14 * max((width(_plain(word)) for word in self.words_shown), default=0))
        self.low, self.high = min(0.0, -reach if min(values) < 0 else 0.0), reach

    def x(self, value: float) -> float:
        return self.left + (value - self.low) / (self.high - self.low) * (WIDTH - RIGHT - self.left)

    def y(self, place: int) -> float:
        return self.bottom - (place + 0.5) * (self.bottom - self.top) / max(len(self.words_shown), 1)

    def axes(self) -> Iterator[str]:
        for place, word in enumerate(self.words_shown):
            yield _text(self.left - 10, self.y(place) + 5, _plain(word), size=14, anchor="end")
        step = next(step for step in (0.5, 1, 2, 5, 10, 20, 50, 100, 1e9) if (self.high - self.low) / step <= 12)
        for number in range(math.ceil(self.low / step), math.floor(self.high / step) + 1):
            x = self.x(number * step)
            yield _line(x, self.top, x, self.bottom, PALE if number == 0 else RULE)
            yield _text(x, self.bottom + 20, f"{number * step:g}".replace("-", "−"), size=13, fill=PALE, anchor="middle")
        title = self.figure.layout.xaxis.title.text
        if title:
            yield _text((self.left + WIDTH - RIGHT) / 2, self.bottom + 42, _plain(title), size=13, fill=PALE, anchor="middle")

    def traces(self) -> Iterator[str]:
        thick = 0.78 * (self.bottom - self.top) / max(len(self.words_shown), 1)
        for trace in self.figure.data:
            for word, value in zip(trace.y, trace.x, strict=True):
                from_x, to_x = sorted((self.x(0), self.x(float(value))))
                middle = self.y(self.words_shown.index(word))
                yield (
                    f'<rect x="{from_x:.1f}" y="{middle - thick / 2:.1f}" width="{to_x - from_x:.1f}" height="{thick:.1f}" '
                    f'fill="{trace.marker.color}"/>'
                )

    def shapes(self) -> Iterator[str]:
        for shape in self.figure.layout.shapes:
            yield _shape(shape, self.x(float(shape.x0)), self.x(float(shape.x1)), self.top, self.bottom)

    def words(self) -> Iterator[str]:
        for note in self.figure.layout.annotations:
            if note.xref == "paper":
                yield _mark(note, self.top, self.bottom)


def _legend(figure: go.Figure) -> Iterator[tuple[float, Any, int]]:
    """Where each series is named: x, trace, row."""
    x, row = LEFT - 60.0, 0
    for trace in figure.data:
        needs = 34 + 7.6 * width(_plain(str(trace.name)))
        if x + needs > WIDTH - RIGHT and x > LEFT:
            x, row = LEFT - 60.0, row + 1
        yield x, trace, row
        x += needs


def _sign(x: float, y: float, trace: Any) -> str:
    name = _text(x + 20, y + 1, _plain(str(trace.name)), size=14)
    colour = trace.line.color if trace.type == "scatter" and trace.line.color else _legend_colour(trace)
    if trace.type == "bar":
        return f'<rect x="{x:.1f}" y="{y - 11:.1f}" width="13" height="13" fill="{colour}"/>' + name
    symbol = str(_at(trace.marker.symbol, 0) or "circle")
    line = _line(x, y - 5, x + 14, y - 5, colour, 2) if "lines" in (trace.mode or "") else ""
    return line + _marker(x + 7, y - 5, symbol, 8, colour) + name


def _legend_colour(trace: Any) -> str:
    """The colour of a series; of bars that may be hollow, that of their edges."""
    edge = trace.marker.line.color if trace.type == "bar" else None
    return str(edge if isinstance(edge, str) else _at(trace.marker.color, 0))


def _mark(note: Any, top: float, bottom: float) -> str:
    """The mark of invented data, in the middle of the plot."""
    x, y = (LEFT + WIDTH - RIGHT) / 2, top + (1 - float(note.y)) * (bottom - top)
    size = 1.4 * (note.font.size or 30)
    return (
        f'<g transform="rotate({float(note.textangle or 0):g} {x:.0f} {y:.0f})" opacity="0.6">'
        + _text(x, y, _plain(note.text), size=size, fill="#3c3c3c", anchor="middle", weight=600)
        + "</g>"
    )


def _shape(shape: Any, left: float, right: float, top: float, bottom: float) -> str:
    if shape.type == "line":
        dash = ' stroke-dasharray="2,4"' if shape.line.dash else ""
        return f'<path d="M{left:.1f} {top}V{bottom}" stroke="{shape.line.color}" stroke-width="{shape.line.width or 1}"{dash}/>'
    return f'<rect x="{left:.1f}" y="{top}" width="{max(right - left, 0):.1f}" height="{bottom - top}" fill="{shape.fillcolor}"/>'


def _marker(x: float, y: float, symbol: str, size: float, colour: str) -> str:
    if symbol.startswith("line-ew"):
        return _line(x - size / 2, y, x + size / 2, y, colour, 3)
    if symbol == "x-thin":
        half = size / 2
        return _line(x - half, y - half, x + half, y + half, colour, 2) + _line(x - half, y + half, x + half, y - half, colour, 2)
    fill, edge = ("#ffffff", colour) if symbol.endswith("-open") else (colour, "none")
    if symbol.startswith("diamond"):
        half = size / 2 + 2
        shape = f'<path d="M{x:.1f} {y - half:.1f}l{half} {half}l{-half} {half}l{-half} {-half}z"'
    else:
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size / 2:.1f}"'
    return f'{shape} fill="{fill}" stroke="{edge}" stroke-width="1.6"/>'


def _runs(places: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """A line breaks where a value is missing."""
    run: list[tuple[float, float]] = []
    for place in [*places, None]:
        if place is not None:
            run.append(place)
        elif run:
            yield run
            run = []


def _path(run: Iterable[tuple[float, float]], colour: Any, width: float) -> str:
    points = "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
    return f'<path d="M{points}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>'


def _line(x0: float, y0: float, x1: float, y1: float, colour: str, width: float = 1) -> str:
    return f'<path d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: str, *, size: float, fill: str = INK, anchor: str = "start", weight: int = 400) -> str:
    """One line."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" font-weight="{weight}" fill="{fill}" text-anchor="{anchor}">'
        f"{_written(text)}</text>"
    )


def _written(text: str) -> str:
    """Words as XML has them; characters that it cannot hold are left out."""
    return escape("".join(c for c in text if c >= " " and not 0xD800 <= ord(c) < 0xE000 and ord(c) not in (0xFFFE, 0xFFFF)))


def _wrapped(line: str) -> Iterator[str]:
    """Parts of at most `LONGEST` columns, broken at a space where there is one."""
    if not line:
        return
    while width(line) > LONGEST:
        end = next(end for end in range(len(line), 0, -1) if width(line[:end]) <= LONGEST)
        space = line.rfind(" ", end // 2, end)
        end = space if space > 0 else end
        yield line[:end].strip()
        line = line[end:].strip()
    yield line


def _milliseconds(moment: Any) -> float:
    return pd.Timestamp(moment).timestamp() * 1000


def _stamp(moment: float) -> pd.Timestamp:
    return pd.Timestamp(moment, unit="ms")


def _at(told: Any, place: int) -> Any:
    """What a trace tells of one point, where it tells each or all."""
    if isinstance(told, str) or not hasattr(told, "__len__"):
        return told
    return told[place] if place < len(told) else None
