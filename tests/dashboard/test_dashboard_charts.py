"""What each chart draws, from small tables written by hand."""

import json

import numpy as np
import pandas as pd
import pytest

from dashboard import charts
from dashboard.charts import Around
from dashboard.over_time import filled
from dashboard.texts import LANGUAGES, Texts

NONE = Around(
    events=pd.DataFrame({"at": pd.to_datetime([]), "sign": [], "title": []}),
    gaps=pd.DataFrame({"starts_at": pd.to_datetime([]), "ends_at": pd.to_datetime([]), "reason": []}),
    synthetic=False,
)
SOME = Around(
    events=pd.DataFrame({"at": pd.to_datetime(["2024-05-02 10:00"]), "sign": ["①"], "title": ["<b>first</b> $x$"]}),
    gaps=pd.DataFrame(
        {"starts_at": pd.to_datetime(["2024-05-03 00:00"]), "ends_at": pd.to_datetime(["2024-05-03 12:00"]), "reason": ["<i>refused</i>"]}
    ),
    synthetic=True,
)
DAYS = pd.to_datetime(["2024-05-01", "2024-05-02", "2024-05-04"])
HOSTILE = "<a href='http://b.example'>x</a>"


def volume() -> pd.DataFrame:
    return pd.DataFrame(
        {"at": [*DAYS, DAYS[0]], "platform": ["weibo", "weibo", "weibo", HOSTILE], "count": [3, 5, 2, 4],
         "incomplete": [False, False, True, False]}
    )  # fmt: skip


def tagged() -> pd.DataFrame:
    return pd.DataFrame({"at": DAYS, "tag_key": "t", "tag": HOSTILE, "count": [3, 0, 2], "incomplete": [False, False, True]})


def hours(bins: pd.DataFrame) -> pd.DataFrame:
    """The same bins as bins of hours."""
    return bins.assign(clock=bins["at"].dt.tz_localize("Asia/Shanghai"))


def read() -> pd.DataFrame:
    return pd.DataFrame(
        {"at": DAYS, "at_shown": ["2024-05-01 00:00", "2024-05-02", "2024-05-04"], "tag_key": "t", "tag": HOSTILE,
         "value": [1_000, 12_000, 1_000_000], "grain": ["exact", "rounded", "at_least"], "partial": [False, False, True]}
    )  # fmt: skip


QUOTED = pd.DataFrame(
    {"at": pd.to_datetime(["2024-05-03"]), "at_shown": ["2024-05-03"], "value": [35_000_000], "grain": ["at_least"],
     "shown": ["more than <b>35 million</b>"], "publisher": ["The Invented Gazette"]}
)  # fmt: skip
LABELS = pd.DataFrame(
    {"at": [DAYS[0], DAYS[0], DAYS[2]], "value": ["against", "favour", "against"], "count": [3, 1, 2],
     "incomplete": [False, False, True]}
)  # fmt: skip
ADOPTED = pd.DataFrame(
    {"at": [*DAYS, *DAYS], "slogan": ["any", "any", "any", HOSTILE, HOSTILE, HOSTILE], "shown": [1, 4, 9, 0, 2, 3],
     "seen": [10, 20, 30, 10, 20, 30], "incomplete": [False, False, True] * 2}
)  # fmt: skip
APART = pd.DataFrame({"word": ["开关", HOSTILE, "训练"], "z": [4.0, 2.5, -3.0], "first": [90.0, 30.0, 1.0], "second": [2.0, 1.0, 80.0]})
HOT = pd.DataFrame({"at": DAYS, "titles": [50, 40, 50], "matching": [0, 2, 1]})
RUNS = pd.DataFrame(
    {"at": DAYS, "at_shown": ["2024-05-01 00:00", "2024-05-02", "2024-05-04"], "source": [HOSTILE, "weibo-posts", "weibo-posts"],
     "state": ["good", "refused", "cut_off"], "runs": [4, 1, 1]}
)  # fmt: skip
DRAWN = {
    "collection": lambda texts, around: charts.collection(RUNS, texts, around),
    "shares": lambda texts, around: charts.labels(LABELS, texts, around, kind="stance", values=("favour", "against"), shares=True),
    "adoption": lambda texts, around: charts.adoption(ADOPTED, texts, around, shares=False),
    "adoption shares": lambda texts, around: charts.adoption(ADOPTED, texts, around, shares=True),
    "platform": lambda texts, around: charts.volume_by_platform(volume(), texts, around, hourly=False),
    "hours": lambda texts, around: charts.volume_by_platform(hours(volume()), texts, around, hourly=True),
    "hashtag": lambda texts, around: charts.volume_by_hashtag(tagged(), texts, around, hourly=False),
    "counters": lambda texts, around: charts.counters(read(), QUOTED, texts, around),
    "trend": lambda texts, around: charts.trend(read(), texts, around, seconds=86400),
    "labels": lambda texts, around: charts.labels(LABELS, texts, around, kind="stance", values=("favour", "against", "neutral")),
    "hot": lambda texts, around: charts.hot_search(HOT, texts, around),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", DRAWN)
@pytest.mark.parametrize("around", [NONE, SOME], ids=["plain", "with events"])
def test_no_label_or_hover_text_is_markup(chart, language, around):
    drawn = json.loads(DRAWN[chart](Texts(language), around).to_json())
    labels = [trace["name"] for trace in drawn["data"]]
    labels += [text for trace in drawn["data"] for point in trace.get("customdata") or [] for text in point[0].split("<br>")]
    for annotation in drawn["layout"].get("annotations", []):
        labels += [annotation["text"], *annotation.get("hovertext", "").split("<br>")]
    assert labels and not [label for label in labels if set("<>$") & set(label)]


@pytest.mark.parametrize("chart", DRAWN)
def test_invented_data_carries_the_mark_inside_the_plot(chart):
    for language in LANGUAGES:
        texts = Texts(language)
        for around, expected in ((NONE, 0), (SOME, 1)):
            layout = DRAWN[chart](texts, around).to_dict()["layout"]
            marks = [a for a in layout.get("annotations", ()) if a["text"] == texts("synthetic.mark")]
            assert len(marks) == expected
            assert all(mark["xref"] == mark["yref"] == "paper" and 0 < mark["x"] < 1 and 0 < mark["y"] < 1 for mark in marks)


@pytest.mark.parametrize("chart", DRAWN)
def test_events_are_marked_and_gaps_shaded(chart):
    layout = DRAWN[chart](Texts("en"), SOME).to_dict()["layout"]
    kinds = sorted(shape["type"] for shape in layout["shapes"])
    assert kinds == ["line", "rect"]
    assert not DRAWN[chart](Texts("en"), NONE).to_dict()["layout"].get("shapes")


def test_events_at_one_time_share_one_sign():
    twice = Around(
        events=pd.DataFrame({"at": pd.to_datetime(["2024-05-02", "2024-05-02"]), "sign": ["①", "②"], "title": ["first", "second"]}),
        gaps=NONE.gaps,
        synthetic=False,
    )
    layout = DRAWN["platform"](Texts("en"), twice).to_dict()["layout"]
    assert [(a["text"], a["hovertext"]) for a in layout["annotations"]] == [("①②", "① first<br>② second")] and len(layout["shapes"]) == 1


def test_signs_that_a_phone_would_draw_over_one_another_stand_in_rows():
    near = pd.to_datetime(["2024-05-01 01:00", "2024-05-01 02:00", "2024-05-03 00:00"])
    events = pd.DataFrame({"at": near, "sign": ["①", "②", "③"], "title": ["first", "second", "third"]})
    layout = DRAWN["platform"](Texts("en"), Around(events=events, gaps=NONE.gaps, synthetic=False)).to_dict()["layout"]
    first, second, third = (note["y"] for note in layout["annotations"])
    assert first == third == 1 and second < first


def test_two_times_stand_side_by_side_day_by_day():
    days = pd.DataFrame(
        {
            "at": pd.to_datetime(["2024-05-08", "2024-05-09"] * 2),
            "day": pd.to_datetime(["2024-05-08", "2024-05-09", "2024-05-01", "2024-05-02"]),
            "name": ["later"] * 2 + ["earlier"] * 2,
            "count": [5, 6, 3, 4],
            "incomplete": [False, True, False, False],
        }
    )
    figure = charts.side_by_side(days, Texts("en"), synthetic=True)
    later, earlier = figure.data
    assert list(later.x) == list(earlier.x) and list(earlier.y) == [3, 4] and figure.layout.barmode == "group"
    assert earlier.customdata[1][0] == "2024-05-02: 4" and "not ended" in later.customdata[1][0]
    assert Texts("en")("synthetic.mark") in [note.text for note in figure.layout.annotations]


def test_a_bar_covers_the_time_it_stands_for():
    for chart, length in (("platform", charts.DAY), ("hours", charts.HOUR), ("labels", charts.DAY), ("hot", charts.DAY)):
        bars = DRAWN[chart](Texts("en"), NONE).data[0]
        middle = pd.Timestamp(bars.x[0])
        assert middle - pd.Timestamp("2024-05-01") == pd.Timedelta(milliseconds=length / 2)
        assert all(0.5 * length < width < length for width in np.atleast_1d(bars.width))


def put_back() -> pd.DataFrame:
    """Three hours of the night in which clocks in Germany are put back: they strike two twice."""
    clock = pd.date_range("2024-10-26 23:00", periods=3, freq="h", tz="UTC").tz_convert("Europe/Berlin")
    return pd.DataFrame({"clock": clock, "at": clock.tz_localize(None), "count": [1, 2, 3], "incomplete": False})


def test_two_hours_that_the_clock_strikes_alike_stand_side_by_side():
    bars = charts.volume_by_platform(put_back().assign(platform="weibo"), Texts("en"), NONE, hourly=True).data[0]
    line = charts.volume_by_hashtag(put_back().assign(tag_key="t", tag="t"), Texts("en"), NONE, hourly=True).data[0]
    for drawn in (bars, line):
        assert [f"{pd.Timestamp(moment):%H:%M}" for moment in drawn.x] == ["01:30", "02:15", "02:45"] and list(drawn.y) == [1, 2, 3]
        assert [said[0].split("<br>")[0] for said in drawn.customdata] == [
            "2024-10-27 01:00–02:00", "2024-10-27 02:00 (UTC+0200)–02:00 (UTC+0100)", "2024-10-27 02:00–03:00",
        ]  # fmt: skip
        assert [said[1][11:] for said in drawn.customdata] == ["01:00:00+02:00", "02:00:00+02:00", "02:00:00+01:00"]
    assert list(bars.width) == [0.88 * charts.HOUR, 0.44 * charts.HOUR, 0.44 * charts.HOUR]


def test_an_hour_of_a_zone_half_an_hour_off_is_told_as_its_clock_tells_it():
    assert charts.hour(pd.Timestamp("2024-05-01 18:00", tz="UTC").tz_convert("Asia/Kolkata")) == "2024-05-01 23:30–00:30"


def test_the_bin_that_had_not_ended_is_hollow():
    weibo = next(t for t in DRAWN["platform"](Texts("en"), NONE).data if t.name == "Weibo")
    solid, hollow = charts.COLOURS["weibo"], "rgba(139,150,151,0.10)"
    assert list(weibo.marker.color) == [solid, solid, hollow] and list(weibo.marker.line.width) == [0, 0, 1.5]
    assert "not ended" in weibo.customdata[2][0] and "not ended" not in weibo.customdata[0][0]
    line = DRAWN["hashtag"](Texts("en"), NONE).data[0]
    assert list(line.marker.symbol) == ["circle", "circle", "circle-open"]


def test_a_quoted_figure_is_hollow_and_joined_to_nothing():
    collected, quoted = DRAWN["counters"](Texts("en"), NONE).data
    assert quoted.mode == "markers" and quoted.marker.symbol == "diamond-open"
    assert list(quoted.y) == [35_000_000] and 35_000_000 not in collected.y
    assert "The Invented Gazette" in quoted.customdata[0][0] and "2024-05-03" in quoted.customdata[0][0]


def test_hover_texts_say_the_grain():
    said = [point[0] for point in DRAWN["counters"](Texts("en"), NONE).data[0].customdata]
    assert said[0].endswith(": 1,000") and said[1].endswith(": ≈ 12,000") and said[2].endswith(": ≥ 1,000,000")


def test_a_click_knows_the_bin_and_what_it_is_of():
    weibo = next(t for t in DRAWN["platform"](Texts("zh"), NONE).data if t.name == "微博")
    assert weibo.customdata[1][1:] == ["2024-05-02T00:00:00", "weibo"]
    assert DRAWN["hashtag"](Texts("en"), NONE).data[0].customdata[0][1:] == ["2024-05-01T00:00:00", "t"]


def test_labels_say_their_share():
    against = next(t for t in DRAWN["labels"](Texts("en"), NONE).data if t.name == "against")
    assert "against: 3 (75.0%)" in against.customdata[0][0]


def test_hot_list_shows_the_days_it_was_seen():
    matching, seen = DRAWN["hot"](Texts("en"), NONE).data
    assert list(matching.y) == [0, 2, 1] and len(seen.x) == 3 and "2 of 40 titles" in matching.customdata[1][0]


@pytest.mark.parametrize("highest", [0, 1, 2, 3, 7, 10, 43, 99, 1234, 35_000_000])
def test_ticks_are_round_and_reach_the_highest(highest):
    values, shown = charts.ticks(highest, "en")
    assert values[0] == 0 and values[-1] >= highest and 2 <= len(values) <= 6 and len(values) == len(shown)
    assert all(value == int(value) for value in values) and len(set(shown)) == len(shown)
    assert charts.ticks(35_000_000, "zh")[1][1] == "1,000万"


def test_long_spans_keep_few_names_of_days():
    days = pd.Series(pd.date_range("2024-01-01", periods=120))
    bins = pd.DataFrame({"at": days, "platform": "weibo", "count": 1, "incomplete": False})
    axis = charts.volume_by_platform(bins, Texts("en"), NONE, hourly=False).layout.xaxis
    assert axis.dtick == 28 * charts.DAY and pd.Timestamp(axis.tick0).hour == 12


def test_shares_add_up_to_a_hundred():
    figure = charts.labels(LABELS, Texts("en"), NONE, kind="stance", values=("favour", "against"), shares=True)
    of_day: dict = {}
    for trace in figure.data:
        for at, share in zip(trace.x, trace.y, strict=True):
            of_day[str(at)] = of_day.get(str(at), 0) + share
    assert list(of_day.values()) == [100, 100] and figure.layout.yaxis.ticktext[-1] == "100%"


@pytest.mark.parametrize("shares, highest", [(False, 9), (True, 30)])
def test_adoption_is_of_the_accounts_seen(shares, highest):
    figure = charts.adoption(ADOPTED, Texts("en"), NONE, shares=shares)
    assert max(figure.data[0].y) == highest and figure.data[0].marker.symbol[-1] == "circle-open"
    assert "9 of 30 accounts seen (30.0%)" in figure.data[0].customdata[2][0]


@pytest.mark.parametrize("synthetic", [False, True])
def test_words_stand_on_the_side_of_their_group(synthetic):
    figure = charts.contrast(APART, Texts("en"), names=("one <b>", "other"), synthetic=synthetic)
    first, second = figure.data
    assert (min(first.x) > 0, max(second.x) < 0) == (True, True) and list(figure.layout.yaxis.categoryarray)[-1] == "开关"
    assert "<" not in "".join([*first.y, first.name, *(told[0].replace("<br>", "") for told in first.customdata)])
    assert bool(figure.layout.annotations) == synthetic


def test_a_bin_into_which_a_gap_reaches_is_none_where_nothing_was_found():
    """Of a day that is but half within, a count that is there stands."""
    days = pd.date_range("2024-05-01", periods=5)
    bins = pd.DataFrame({"tag_key": "t", "at": days[[0, 1, 4]], "count": [4, 1, 2]})
    gaps = pd.DataFrame({"starts_at": [pd.Timestamp("2024-05-02 12:30")], "ends_at": [pd.Timestamp("2024-05-03 00:30")]})
    assert filled(bins, False, gaps)["count"].fillna(-1).tolist() == [4, 1, -1, 0, 2]
    hourly = pd.DataFrame(
        {"tag_key": "t", "clock": pd.date_range("2024-05-02 11:00", periods=2, freq="4h", tz="Asia/Shanghai"), "count": 1}
    )
    assert filled(hourly, True, gaps)["count"].fillna(-1).tolist() == [1, -1, -1, -1, 1]
