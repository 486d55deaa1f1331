"""Every figure of every question equals the number of ids its twin returns, whatever the reader filters by."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from invented_home import START

from data.build import reading
from data.questions import QUESTIONS, Filters, Viewer, ask, ids

PLAIN = {
    "kind": "sentiment",
    "tags": ["抵制云画机", "云画机ai绘画", "<b>粗标签</b>", "云画机"],
    "slot_seconds": 10800,
    "words": None,
    "target": None,
    "emotion": None,
    "sentiment": None,
    "stance": None,
    "status": None,
    "class": None,
}  # fmt: skip
FILTERS = {
    "all": {},
    "days": {"since": date(2024, 5, 2), "until": date(2024, 5, 4)},
    "from a day": {"since": date(2024, 5, 3)},
    "platform": {"platforms": ("weibo",)},
    "two platforms": {"platforms": ("weibo", "xiaohongshu")},
    "no platform": {"platforms": ("douyin",)},
    "tag": {"tag": "抵制云画机"},
    "hostile tag": {"tag": "<b>粗标签</b>"},
    "all at once": {"since": date(2024, 5, 1), "until": date(2024, 5, 6), "platforms": ("weibo",), "tag": "云画机ai绘画"},
}
CHOICES = {
    "plain": {},
    "stance": {"kind": "stance", "target": "云画机", "stance": "against"},
    "emotion": {"kind": "emotion", "emotion": "angry"},
    "sentiment": {"sentiment": "negative"},
    "deleted": {"status": "deleted_by_author"},
    "comments": {"class": "comment"},
    "reposts": {"class": "repost"},
    "posts of an hour": {"class": "post", "from_at": datetime(2024, 5, 1, 3), "to_at": datetime(2024, 5, 1, 4), "timed": True},
    "posts of a day": {"class": "post", "from_at": datetime(2024, 5, 1, 16), "to_at": datetime(2024, 5, 2, 16)},
    "words": {"words": "ai"},
    "hostile words": {"words": "<script>"},
    "quoted words": {"words": "'; drop table posts; --"},
    "percent": {"words": "%"},
}
COUNTING = [name for name, question in QUESTIONS.items() if question.ids is not None]


@pytest.mark.parametrize("campaign", ["art", "play", "bare"])
@pytest.mark.parametrize("filters", FILTERS)
def test_every_figure_equals_its_id_twin(home, campaign, filters):
    chosen = Filters(campaign=campaign, **FILTERS[filters])
    with reading(home) as connection:
        for name in COUNTING:
            for choice, more in CHOICES.items():
                if more and not QUESTIONS[name].takes & set(more):
                    continue
                figures = ask(connection, name, chosen, **{**PLAIN, **more})
                twin = ids(connection, name, chosen, **{**PLAIN, **more})
                assert _counted(name, twin) == _told(name, figures), (name, choice)


def test_the_home_has_something_to_count(home):
    with reading(home) as connection:
        for name in COUNTING:
            figures = ask(connection, name, Filters(campaign="art"), **PLAIN)
            assert len(figures) and (figures[list(QUESTIONS[name].figures)].sum() > 0).any(), name


def test_every_question_that_shows_numbers_of_things_has_a_twin():
    for name, question in QUESTIONS.items():
        assert bool(question.figures) == (question.ids is not None), name


def test_a_public_viewer_sees_no_group_under_five_and_no_words(home):
    public = Viewer(public=True)
    with reading(home) as connection:
        for name in ("headline", "by_day", "by_hour", "tags_by_day", "tags_by_hour", "labels_by_day", "statuses", "tags"):
            figures = ask(connection, name, Filters(campaign="art"), public, **PLAIN)
            classes = [figure for figure in ("posts", "reposts", "comments") if figure in figures]
            assert (figures[classes].sum(axis=1) >= 5).all(), name
        page = ask(connection, "posts_page", Filters(campaign="art"), public, **PLAIN, order="newest", rows=10, skip=0)
        assert page[["text", "title", "url", "author_name"]].isna().all(axis=None)


def test_the_bins_of_a_chart_hold_the_posts_they_list(home):
    chosen = Filters(campaign="art")
    with reading(home) as connection:
        hours = ask(connection, "by_hour", chosen).query("posts > 0")
        for row in hours.sample(12, random_state=1).itertuples():
            bin = {"from_at": row.hour, "to_at": row.hour + timedelta(hours=1), "timed": True, "class": "post"}
            found = ask(connection, "posts_found", Filters(campaign="art", platforms=(row.platform,)), **{**PLAIN, **bin})
            assert found.posts[0] == row.posts
        days = ask(connection, "by_day", chosen).query("posts > 0")
        for row in days.itertuples():
            midnight = datetime(row.day.year, row.day.month, row.day.day) - timedelta(hours=8)
            bin = {"from_at": midnight, "to_at": midnight + timedelta(days=1), "class": "post"}
            found = ask(connection, "posts_found", Filters(campaign="art", platforms=(row.platform,)), **{**PLAIN, **bin})
            assert found.posts[0] == row.posts
    assert START.hour == 1 and len(hours) > 20


def _told(name: str, figures: pd.DataFrame) -> dict[tuple, int]:
    """Figure of each cell; zeros left out: a twin has no row for what is not there."""
    question = QUESTIONS[name]
    return {
        (*_cell(question.cells, row), figure): int(row[figure])
        for row in figures.to_dict("records")
        for figure in question.figures
        if row[figure]
    }


def _counted(name: str, twin: pd.DataFrame) -> dict[tuple, int]:
    question = QUESTIONS[name]
    counted: dict[tuple, set] = {}
    for row in twin.to_dict("records"):
        counted.setdefault((*_cell(question.cells, row), row["figure"]), set()).add(row["id"])
    return {cell: len(found) for cell, found in counted.items()}


def _cell(cells: tuple[str, ...], row: dict) -> tuple:
    return tuple("" if pd.isna(row[cell]) else str(row[cell]) for cell in cells)
