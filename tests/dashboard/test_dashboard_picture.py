"""Pictures of charts: everything that must stand beside a figure is inside, bars are as long as their figures, and the figures go
along as CSV."""

import csv
import io
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image
from test_dashboard_charts import (
    ADOPTED,
    APART,
    DRAWN,
    HOSTILE,
    LABELS,
    NONE,
    QUOTED,
    RUNS,
    SOME,
    hours,
    put_back,
    read,
    tagged,
    volume,
)

from dashboard import charts, picture
from dashboard.texts import LANGUAGES, Texts
from dashboard.texts import width as width_of

WORDS = picture.Words(
    title="Stance & <b>more</b> · 先问再用",
    subtitle="2024-05-01–2024-05-04 · #<i>tag</i>",
    below=("12 posts · last collected 2024-05-04", "Completeness: unknown", "完整度" * 120, "Made 2024-05-05"),
    zone="Asia/Shanghai",
    synthetic=True,
)
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {**DRAWN, "apart": lambda texts, around: charts.contrast(APART, texts, names=("one", HOSTILE), synthetic=around.synthetic)}


def words_of(drawn: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawn).iter(f"{SVG}text")]


def test_a_title_holds_no_character_that_xml_cannot():
    drawn = ElementTree.fromstring(
        picture.svg(charts.volume_by_hashtag(tagged(), Texts("en"), NONE, hourly=False), replace(WORDS, title="a\x01\ufffeb"))
    )
    assert drawn[0].tag == f"{SVG}title" and drawn[0].text == "ab"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", DRAWN)
@pytest.mark.parametrize("around", [NONE, SOME], ids=["plain", "synthetic"])
def test_a_picture_says_what_must_stand_beside_it(chart, language, around):
    texts = Texts(language)
    figure = DRAWN[chart](texts, around)
    drawn = picture.svg(figure, WORDS)
    shown = words_of(drawn)
    assert WORDS.title in shown and WORDS.subtitle in shown
    assert "".join(WORDS.below).replace(" ", "") in "".join(shown).replace(" ", "")
    assert (texts("synthetic.mark") in shown) == around.synthetic
    assert ("① 2024-05-02 <b>first</b> $x$" in shown) == (around.synthetic and chart != "apart")
    assert {trace.name for trace in figure.data} <= {word.replace("<", "&lt;").replace(">", "&gt;") for word in shown}
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(drawn).iter()}
    assert tags <= {"svg", "title", "rect", "text", "path", "circle", "g"}
    assert "nan" not in re.sub(r">[^<]*<", "><", drawn)


@pytest.mark.parametrize("chart", DRAWN)
def test_everything_lies_within_the_picture(chart):
    drawn = ElementTree.fromstring(picture.svg(DRAWN[chart](Texts("zh"), SOME), WORDS))
    width, height = float(drawn.get("width")), float(drawn.get("height"))
    for element in [*drawn.iter(f"{SVG}rect"), *drawn.iter(f"{SVG}text")]:
        x, y = float(element.get("x", 0)), float(element.get("y", 0))
        if element.get("text-anchor") == "end":
            x -= 6.5 * width_of(element.text)
        assert -1 <= x <= width and -1 <= y <= height, element.attrib
        if element.get("width", "%")[-1] != "%":
            assert x + float(element.get("width")) <= width + 1 and y + float(element.get("height")) <= height + 1


def test_a_refusal_is_told_from_a_good_run_without_its_colour():
    drawn = ElementTree.fromstring(picture.svg(charts.collection(RUNS, Texts("en"), NONE), WORDS))
    assert len(list(drawn.iter(f"{SVG}circle"))) == 2 * 2  # good and cut off, each in the plot and in the legend


def test_bars_are_as_long_as_their_figures():
    figure = charts.labels(LABELS, Texts("en"), NONE, kind="stance", values=("favour", "against"))
    drawn = ElementTree.fromstring(picture.svg(figure, WORDS))
    bars = [rect for rect in drawn.iter(f"{SVG}rect") if float(rect.get("height", "0").rstrip("%")) > 20 and rect.get("width") != "100%"]
    one, three, two = (float(bar.get("height")) for bar in bars)  # favour 1, then against 3 and 2
    assert three == pytest.approx(3 * one, abs=0.2) and two == pytest.approx(2 * one, abs=0.2)
    assert float(bars[1].get("y")) + three == pytest.approx(float(bars[0].get("y")), abs=0.2)  # stacked upon it


def test_bars_of_two_lengths_keep_theirs():
    figure = charts.volume_by_platform(put_back().assign(platform="weibo"), Texts("en"), NONE, hourly=True)
    drawn = ElementTree.fromstring(picture.svg(figure, WORDS))
    bars = [rect for rect in drawn.iter(f"{SVG}rect") if float(rect.get("height", "0").rstrip("%")) > 20 and rect.get("width") != "100%"]
    left, wide = ([float(bar.get(side)) for bar in bars] for side in ("x", "width"))
    assert wide[1:] == [pytest.approx(wide[0] / 2, abs=0.2)] * 2 and left[1] + wide[1] < left[2]


def over_new_year(freq: str, periods: int) -> pd.DataFrame:
    at = pd.date_range("2023-12-30", periods=periods, freq=freq)
    return pd.DataFrame({"at": at, "platform": "weibo", "count": 1, "incomplete": False})


@pytest.mark.parametrize(
    ("bins", "hourly", "first", "last"),
    [(over_new_year("D", 11), False, "12-30", "01-09"), (hours(over_new_year("h", 72)), True, "12-30 00:00", "01-02 00:00"),
     (over_new_year("D", 400), False, "12-30", "12-28")],
    ids=["days", "hours", "more than a year"],
)  # fmt: skip
def test_the_year_stands_where_it_begins(bins, hourly, first, last):
    drawn = picture.svg(charts.volume_by_platform(bins, Texts("en"), NONE, hourly=hourly), WORDS)
    texts = list(ElementTree.fromstring(drawn).iter(f"{SVG}text"))
    ticks = [text for text in texts if re.fullmatch(r"\d\d-\d\d( \d\d:\d\d)?", text.text)]
    years = {text.text: text.get("x") for text in texts if text.text in ("2023", "2024", "2025")}
    assert (ticks[0].text, ticks[-1].text) == (first, last)
    new_year = [tick for before, tick in pairwise(ticks) if before.text > tick.text]
    assert list(years.values())[-len(new_year) :] == [tick.get("x") for tick in new_year]
    assert next(iter(years.values())) == ticks[0].get("x") and len(years) == 2


@pytest.mark.parametrize("chart", DRAWN)
def test_the_days_of_a_chart_are_the_first_and_the_last_drawn(chart):
    assert picture.days(DRAWN[chart](Texts("en"), SOME)) == ("" if chart == "apart" else "2024-05-01–2024-05-04")


def test_a_chart_of_one_day_and_one_of_nothing_tell_their_days():
    assert picture.days(charts.volume_by_platform(volume()[:1], Texts("en"), NONE, hourly=False)) == "2024-05-01"
    assert picture.days(charts.volume_by_platform(volume()[:0], Texts("en"), NONE, hourly=False)) == ""


def test_a_line_breaks_where_a_figure_is_missing():
    bins = pd.DataFrame({"at": pd.date_range("2024-05-01", periods=5), "tag_key": "t", "tag": "t", "count": [1, 2, None, 3, 4],
                         "incomplete": False})  # fmt: skip
    figure = charts.volume_by_hashtag(bins, Texts("en"), NONE, hourly=False)
    paths = re.findall(r'<path d="M[^"]*L[^"]*" fill="none"', picture.svg(figure, WORDS))
    assert len(paths) == 2


@pytest.mark.parametrize("chart", DRAWN)
def test_a_png_is_drawn_without_a_browser(chart):
    image = Image.open(io.BytesIO(picture.png(DRAWN[chart](Texts("zh"), SOME), WORDS)))
    assert image.format == "PNG" and image.width == picture.SHARP * picture.WIDTH
    assert len(image.convert("RGB").resize((300, 200)).getcolors(60_000)) > 20
    title = image.convert("L").crop((0, 0, 1600, 90))
    assert title.getextrema()[0] < 120  # letters were found and drawn


@pytest.mark.parametrize("chart", DRAWN)
def test_the_figures_go_along(chart):
    figure = DRAWN[chart](Texts("en"), SOME)
    told = picture.table(figure, WORDS)
    assert told.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(told.decode("utf-8-sig"))))
    lying = [trace.orientation == "h" if trace.type == "bar" else False for trace in figure.data]
    values = [v for trace, flat in zip(figure.data, lying, strict=True) for v in (trace.x if flat else trace.y)]
    if chart == "collection":
        values = [4, 1, 1]  # runs, not the rows that they are drawn in
    assert {(row["synthetic"], row["zone"]) for row in rows} == {("true", "Asia/Shanghai")}
    assert {row["source"] for row in rows} == {" · ".join((WORDS.title, WORDS.subtitle, *WORDS.below[:3]))}
    if chart == "hot":
        values[3:] = [50, 40, 50]  # titles of the lists that were seen
    assert [float(row["value"]) if row["value"] else None for row in rows] == [
        None if pd.isna(v) else pytest.approx(v, rel=1e-5) for v in values
    ]


ALIKE = ["拒绝一切未经授权拿画师的作品去训练人工智能" + end for end in ("模型，先问再用", "模型，先问后用")]


@pytest.mark.parametrize("chart", ["adoption", "hashtag", "counters", "trend"])
def test_series_that_begin_alike_are_told_apart(chart):
    names = [*ALIKE, f"{ALIKE[0][:20]}，{ALIKE[0]}", "短"]
    if chart == "adoption":
        figure = charts.adoption(pd.concat([ADOPTED[:3].assign(slogan=name) for name in names]), Texts("en"), NONE, shares=False)
    else:
        rows = pd.concat([(tagged() if chart == "hashtag" else read()).assign(tag=name, tag_key=name) for name in names])
        names = [f"#{name}" for name in names]
        figure = {
            "hashtag": lambda: charts.volume_by_hashtag(rows, Texts("en"), NONE, hourly=False),
            "counters": lambda: charts.counters(rows, QUOTED[:0], Texts("en"), NONE),
            "trend": lambda: charts.trend(rows, Texts("en"), NONE, seconds=86400),
        }[chart]()
    legend = [trace.name for trace in figure.data]
    assert len(set(legend)) == len(names) == 4 and max(map(len, legend)) <= charts.NAME + len(" (2)") and legend[3] == names[3]
    told = csv.DictReader(io.StringIO(picture.table(figure, WORDS).decode("utf-8-sig")))
    assert list(dict.fromkeys(row["series"] for row in told)) == names


def test_words_that_begin_alike_are_bars_of_their_own():
    words = pd.DataFrame({"word": ALIKE, "z": [4.0, 2.5], "first": 90.0, "second": 2.0})
    figure = charts.contrast(words, Texts("en"), names=("one", "other"), synthetic=False)
    assert len(set(figure.data[0].y)) == 2 and set(figure.data[0].y) == set(figure.layout.yaxis.categoryarray)
    told = csv.DictReader(io.StringIO(picture.table(figure, WORDS).decode("utf-8-sig")))
    assert [row["at"] for row in told] == ALIKE[::-1]


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless():
    rows = pd.DataFrame({"word": ["=1+1", "@x"], "z": [2.0, -2.0], "first": [1.0, 0.0], "second": [0.0, 1.0]})
    words = replace(WORDS, title="=1+1")
    told = picture.table(charts.contrast(rows, Texts("en"), names=("+a", "-b"), synthetic=False), words).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(told)) for cell in row]
    assert "'=1+1" in cells and "'@x" in cells and "'+a" in cells and "'-b" in cells
    assert not [cell for cell in cells if cell[:1] in "=+@" and cell]


def test_a_quoted_figure_is_told_with_who_published_it_and_when():
    drawn = picture.svg(DRAWN["counters"](Texts("en"), NONE), WORDS)
    [said] = [words for words in words_of(drawn) if words.startswith("◇")]
    assert all(part in said for part in ("≥ 35,000,000", "The Invented Gazette", "2024-05-03"))


@pytest.mark.parametrize("chart", ["trend", "hot"])
def test_figures_stand_where_their_bin_begins(chart):
    rows = list(csv.DictReader(io.StringIO(picture.table(DRAWN[chart](Texts("en"), NONE), WORDS).decode("utf-8-sig"))))
    assert rows and all("T12:00" not in row["at"] for row in rows)


def test_the_beginning_of_a_long_word_is_within_the_picture():
    long = pd.DataFrame({"word": ["拒" * 24, "授权"], "z": [3.0, -3.0], "first": [9.0, 1.0], "second": [1.0, 9.0]})
    drawn = ElementTree.fromstring(picture.svg(charts.contrast(long, Texts("en"), names=("one", "two"), synthetic=False), WORDS))
    [word] = [text for text in drawn.iter() if (text.text or "").startswith("拒拒")]
    assert float(word.get("x")) >= 14 * len(word.text)
