"""Who has shown a slogan, and since when: each figure with the ids behind it."""

from datetime import date, datetime

import pandas as pd
import pytest

from analysis.slogans import letters_pattern, pattern
from data.build import build, reading
from data.campaign import new
from data.home import Home
from data.log import Log
from data.model import Membership, Post, Run, Sighting, text_sha256
from data.questions import QUESTIONS, Filters, ask, ids
from data.tags import tag_key


@pytest.fixture
def published(tmp_path):
    """A home with these posts: text, account, day of May, hashtags."""

    def publish(*posts):
        home = Home(tmp_path / "home")
        new(home, "art", name="Art", hashtags=[], start=None)
        Log(home.log).append_rows([Run(run_id="r", source="test", campaign="art", started=datetime(2024, 5, 9), version="0")])
        Log(home.log).append_rows([row for number, told in enumerate(posts) for row in post(str(number), *told)])
        build(home)
        return home

    return publish


def post(post_id, text, author, day=1, tags=()):
    key = {"platform": "weibo", "is_comment": False, "post_id": post_id, "run_id": "r"}
    at = datetime(2024, 5, day, 4)
    yield Post(record_id=post_id, text=text, text_sha256=text_sha256(None, text), published_at=at, published_grain="minute",
               kind="original", author_key=author, hashtags=tags, tag_keys=tuple(map(tag_key, tags)), **key)  # fmt: skip
    yield Sighting(record_id=post_id, format="test", seen_at=at, seen_at_basis="told", **key)
    yield Membership(campaign="art", via="query", **key)


def asked(home: Home, question: str, *wordings: str, **chosen) -> pd.DataFrame:
    """The answer, once its figures are those of its ids."""
    filters, slogan = Filters(campaign="art", **chosen), {"slogan": letters_pattern(wordings), "form": pattern(wordings)}
    cells, figures = list(QUESTIONS[question].cells), list(QUESTIONS[question].figures)
    with reading(home) as connection:
        told = ask(connection, question, filters, **slogan)
        counted = ids(connection, question, filters, **slogan).drop_duplicates().groupby([*cells, "figure"]).size()
    long = told.melt(id_vars=cells, value_vars=figures, var_name="figure", value_name="count").set_index([*cells, "figure"])["count"]
    assert long[long > 0].to_dict() == counted.to_dict()
    return told


def test_a_slogan_is_no_part_of_a_latin_word(published):
    texts = ("抵制Airbnb涨价", "抵制 Aldi 超市", "抵制Alipay收费", "抵制AI", "抵制all in的老板", "Airbnb抵制A.I.吧")
    home = published(*((text, f"a{number}") for number, text in enumerate(texts)))
    assert asked(home, "slogan", "抵制AI").iloc[0].to_dict() == {"posts": 2, "accounts": 2, "all_posts": 6, "all_accounts": 6}
    forms = asked(home, "slogan_forms", "抵制AI", "no AI")
    assert dict(zip(forms["form"], forms["posts"], strict=True)) == {"抵制AI": 1, "抵制A.I": 1}


def test_a_hashtag_in_a_column_of_its_own_shows_the_slogan(published):
    home = published(
        ("大家好", "a", 1, ("拒绝云画机",)),
        ("大家好呀", "b", 1, ("一起拒绝云画机吧", "画画")),
        ("大家", "c", 1, ("拒绝", "云画机")),
        ("说得好//@鱼:#拒绝云画机#", "d", 1, ("拒绝云画机",)),
        ("#拒绝云画机# 好", "e", 1, ("拒绝云画机",)),
    )
    told = asked(home, "slogan", "拒绝云画机")
    assert (told["posts"][0], told["accounts"][0]) == (3, 3)
    forms = asked(home, "slogan_forms", "拒绝云画机")
    assert dict(zip(forms["form"], forms["posts"], strict=True)) == {"拒绝云画机": 3}


def test_who_showed_a_slogan_before_the_days_that_are_chosen_has_shown_it(published):
    shown = [(f"拒绝云画机 {number}", f"a{number}", 1) for number in range(3)]
    home = published(*shown, *((f"天气 {day} {number}", f"a{number}", day) for day in (5, 6) for number in range(3)), ("新人", "b", 6))
    days = asked(home, "slogan_by_day", "拒绝云画机", since=date(2024, 5, 5))
    assert [(day.day, shown, seen) for day, shown, seen in days.itertuples(index=False)] == [(5, 3, 3), (6, 3, 4)]
    assert asked(home, "slogan", "拒绝云画机", since=date(2024, 5, 5))["posts"][0] == 0
