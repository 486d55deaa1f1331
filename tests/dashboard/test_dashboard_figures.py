"""Every figure of every question equals the number of ids its twin returns, whatever the reader filters by."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from invented_home import START

from analysis.slogans import letters_pattern, pattern
from data.build import reading
from data.questions import FEW, QUESTIONS, Filters, Viewer, ask, ids


def slogan(*wordings: str) -> dict[str, str]:
    """A slogan as the questions take it."""
    return {"slogan": letters_pattern(wordings), "form": pattern(wordings)}


PLAIN = {
    "kind": "sentiment",
    "of": "post",
    "tags": ["抵制云画机", "云画机ai绘画", "<b>粗标签</b>", "云画机"],
    "slot_seconds": 10800,
    "words": None,
    "target": None,
    "emotion": None,
    "sentiment": None,
    "stance": None,
    "status": None,
    "class": None,
    "value": None,
    **slogan("支持画师", "横幅"),
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
    "undecided feeling": {"emotion": "undecided", "sentiment": "undecided"},
    "undecided side": {"target": "云画机", "stance": "undecided"},
    "deleted": {"status": "deleted_by_author"},
    "comments": {"class": "comment", "of": "comment"},
    "reposts": {"class": "repost", "of": "repost"},
    "posts of an hour": {"class": "post", "from_at": datetime(2024, 5, 1, 3), "to_at": datetime(2024, 5, 1, 4), "timed": True},
    "posts of a day": {"class": "post", "from_at": datetime(2024, 5, 1, 16), "to_at": datetime(2024, 5, 2, 16)},
    "words": {"words": "ai"},
    "hostile words": {"words": "<script>"},
    "quoted words": {"words": "'; drop table posts; --"},
    "percent": {"words": "%"},
    "undecided": {"kind": "stance", "target": "AI绘画", "value": "undecided"},
    "sad": {"kind": "emotion", "value": "sad"},
    "in favour": {"kind": "stance", "target": "云画机", "value": "favour"},
    "no slogan": slogan(),
    "hostile slogan": slogan("<script>"),
    "slogan of a hashtag": slogan("抵制云画机", "AI"),
}
COUNTING = [name for name, question in QUESTIONS.items() if question.ids is not None]


PUBLIC = Viewer(public=True)
# What these count are no people's doings: readings of a platform's counters, its hot lists, and records that could not be read.
OF_NO_ONE = {"counters", "trend_lengths", "hot_search_by_day", "quarantine"}
# Every choice under the widest and the narrowest filters, and a few of them under each of the others, in turn; of the other
# campaigns (one invented, one without posts) a few as well.
ASKED = [("art", filters) for filters in FILTERS] + [("play", "all"), ("bare", "all")]
TURNS = 7


def some_choices(campaign, filters):
    if campaign == "art" and filters in ("all", "all at once"):
        return CHOICES
    names = list(CHOICES)
    return {name: CHOICES[name] for name in ("plain", *names[1 + ASKED.index((campaign, filters)) % TURNS :: TURNS])}


def test_every_choice_is_met_under_a_filter_of_its_own():
    met = [set(some_choices("art", filters)) for filters in FILTERS if filters not in ("all", "all at once")]
    assert set.union(*met) == set(CHOICES)


@pytest.mark.slow
@pytest.mark.parametrize(("campaign", "filters"), ASKED)
def test_every_figure_equals_its_id_twin(home, campaign, filters):
    """For the public too, where what the twin counts one to four times is not shown."""
    chosen = Filters(campaign=campaign, **FILTERS[filters])
    withheld = set()
    with reading(home) as connection:
        for name in COUNTING:
            for choice, more in some_choices(campaign, filters).items():
                if more and not QUESTIONS[name].takes & set(more):
                    continue
                counted = _counted(name, ids(connection, name, chosen, **{**PLAIN, **more}))
                assert _told(name, ask(connection, name, chosen, **{**PLAIN, **more})) == counted, (name, choice)
                if name in OF_NO_ONE:
                    continue
                few = {cell for cell, number in counted.items() if number < FEW}
                shown = {cell: None if cell in few else number for cell, number in counted.items()}
                if name in ("tags", "tags_used", "slogan_forms"):  # a hashtag or wording so rare would tell who it is of
                    shown = {cell: number for cell, number in shown.items() if cell not in few}
                assert _told(name, ask(connection, name, chosen, PUBLIC, **{**PLAIN, **more})) == shown, (name, choice)
                withheld |= {name} if few else set()
    if (campaign, filters) == ("art", "all"):
        assert {"headline", "by_day", "by_hour", "tags_by_day", "labels_by_day", "statuses", "posts_found"} <= withheld


def test_the_home_has_something_to_count(home):
    with reading(home) as connection:
        for name in COUNTING:
            figures = ask(connection, name, Filters(campaign="art"), **PLAIN)
            assert len(figures) and (figures[list(QUESTIONS[name].figures)].sum() > 0).any(), name


def test_every_question_that_shows_numbers_of_things_has_a_twin():
    for name, question in QUESTIONS.items():
        assert bool(question.figures) == (question.ids is not None), name


def test_a_question_is_open_only_where_it_counts_no_people(home):
    assert {name for name in COUNTING if not {"public", "few"} <= QUESTIONS[name].takes} == OF_NO_ONE
    with reading(home) as connection:
        for name in OF_NO_ONE:
            told = ask(connection, name, Filters(campaign="art"), PUBLIC, **PLAIN)
            full = ask(connection, name, Filters(campaign="art"), **PLAIN)
            assert told[list(QUESTIONS[name].figures)].equals(full[list(QUESTIONS[name].figures)]), name


def test_a_withheld_figure_does_not_tell_when(home):
    """The times beside a figure that is not shown are those of a few people."""
    with reading(home) as connection:
        for filters in FILTERS.values():
            headline, full = (ask(connection, "headline", Filters(campaign="art", **filters), viewer) for viewer in (PUBLIC, Viewer()))
            dated = full["posts"] - (0 if "since" in filters else full["undated_posts"])
            assert (headline["first_post"].isna() == (dated < FEW)).all() and (headline["last_post"].isna() == (dated < FEW)).all()
            statuses = ask(connection, "statuses", Filters(campaign="art", **filters), PUBLIC)
            assert statuses.loc[statuses["posts"].isna(), "last_seen"].isna().all()


TELLING = [  # what leads to a person or a post, of each question that would tell it
    ("posts_page", ["post_id", "author_key", "author_name", "region", "title", "text", "url"]),
    ("runs", ["query", "warnings"]),
    ("gaps", ["query"]),
    ("quarantine", ["file", "reason"]),
]


@pytest.mark.parametrize(("question", "columns"), TELLING)
def test_a_public_viewer_sees_no_words_of_anyone_and_nothing_that_finds_them(home, question, columns):
    with reading(home) as connection:
        asked = {**PLAIN, "order": "newest", "rows": 100, "skip": 0}
        told, full = (ask(connection, question, Filters(campaign="art"), viewer, **asked) for viewer in (PUBLIC, Viewer()))
    assert len(told) == len(full) and told[columns].isna().all(axis=None) and full[columns].notna().any().all()


@pytest.mark.parametrize("question", ["post", "post_sightings", "post_texts", "post_labels"])
def test_a_public_viewer_is_told_nothing_of_one_post(home, question):
    """Whose id may be known from elsewhere: one post is a group of one."""
    with reading(home) as connection:
        [(post_id,)] = connection.execute(
            """
            select min(post_id) from posts join label using (text_sha256)
            where platform = 'weibo' and not is_comment and list_contains(campaigns, 'art')"""
        ).fetchall()
        key = {"platform": "weibo", "post_id": post_id, "is_comment": False}
        told, full = (ask(connection, question, Filters(campaign="art"), viewer, **key) for viewer in (PUBLIC, Viewer()))
    assert not len(told) and len(full)


@pytest.mark.parametrize(("most", "listed"), [(FEW - 1, False), (FEW, True)])
def test_a_list_of_fewer_than_five_posts_is_empty_for_the_public(home, most, listed):
    with reading(home) as connection:
        [(first, last)] = connection.execute(
            """
            with here as (select published_at as "at" from posts where list_contains(campaigns, 'art') and published_at is not null)
            select first, last from (select distinct "at" as first from here), (select distinct "at" as last from here)
            where (select count(*) from here where "at" >= first and "at" < last) = ? order by all limit 1""",
            [most],
        ).fetchall()
        asked = {**PLAIN, "from_at": first, "to_at": last, "order": "newest", "rows": 100, "skip": 0}
        told, full = (ask(connection, "posts_page", Filters(campaign="art"), viewer, **asked) for viewer in (PUBLIC, Viewer()))
    assert len(full) == most and len(told) == (most if listed else 0)


def test_what_a_run_brought_is_not_told_to_the_public_where_it_is_little(home):
    with reading(home) as connection:
        told, full = (ask(connection, "runs", Filters(campaign="art"), viewer) for viewer in (PUBLIC, Viewer()))
    outcomes = ["read", "added", "updated", "duplicate"]
    few = full[outcomes].apply(lambda numbers: numbers.between(1, FEW - 1))
    assert few.any(axis=None) and told[outcomes].equals(full[outcomes].mask(few))
    assert told["withheld"].tolist() == few.sum(axis=1).tolist() and not full["withheld"].any()


def test_the_days_of_the_posts_are_those_of_the_posts_alone(home):
    with reading(home) as connection:
        for row in ask(connection, "headline", Filters(campaign="art")).itertuples():
            expected = connection.execute(
                """
                select min(stands), max(stands)
                from (select *, if(published_grain = 'day', published_at + interval 12 hours, published_at) as stands from posts)
                where list_contains(campaigns, 'art') and platform = ? and not bare and not is_comment
                  and coalesce(kind, '') <> 'comment'""",
                [row.platform],
            ).fetchall()
            assert [(row.first_post, row.last_post)] == expected


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


def _told(name: str, figures: pd.DataFrame) -> dict[tuple, int | None]:
    """Figure of each cell, None for what is not shown; zeros left out: a twin has no row for what is not there."""
    question = QUESTIONS[name]
    return {
        (*_cell(question.cells, row), figure): None if pd.isna(row[figure]) else int(row[figure])
        for row in figures.to_dict("records")
        for figure in question.figures
        if pd.isna(row[figure]) or row[figure]
    }


def _counted(name: str, twin: pd.DataFrame) -> dict[tuple, int]:
    question = QUESTIONS[name]
    counted: dict[tuple, set] = {}
    for row in twin.to_dict("records"):
        counted.setdefault((*_cell(question.cells, row), row["figure"]), set()).add(row["id"])
    return {cell: len(found) for cell, found in counted.items()}


def _cell(cells: tuple[str, ...], row: dict) -> tuple:
    return tuple("" if pd.isna(row[cell]) else str(row[cell]) for cell in cells)
