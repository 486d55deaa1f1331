"""Every page in both languages, of a known campaign, an invented one and an empty one: no exception, the right numbers."""

import ast
import csv
import html
import io
import json
import re
import shutil
import sys
from base64 import b64decode
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from invented_home import ART, START
from streamlit.testing.v1 import AppTest

from analysis import meaning
from analysis.slogans import holds, plain
from collectors import sources as live
from collectors.archive import Writer
from collectors.run import Wanted
from collectors.sources import weibo_comments, weibo_posts
from dashboard import charts, post_list, report, show
from dashboard.escape import for_markdown
from dashboard.metrics import registry
from dashboard.numbers import count, exact, moments, share
from dashboard.texts import LANGUAGES, SIGNS, Texts, catalogue
from data import campaign
from data.build import build, reading
from data.forget import forget
from data.home import Home
from data.log import Log
from data.model import (
    LABEL_VALUES,
    Embedding,
    Gap,
    HashtagCount,
    HotSearch,
    Label,
    Membership,
    Post,
    Quarantined,
    Quoted,
    Run,
    Sighting,
    Trend,
    text_sha256,
)
from data.questions import FEW, QUESTIONS, Filters, Viewer, ask, ids
from data.tags import tag_key
from tests.test_unwritable import no_file_larger_than

APP = Path(__file__).parents[2] / "app.py"
PAGES = sorted(path.stem for path in (APP.parent / "dashboard" / "views").glob("[!_]*.py"))


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    """Streamlit reads .streamlit/config.toml of the current folder, and leaves the page behind as the program's main module."""
    monkeypatch.chdir(APP.parent)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def opened(home, monkeypatch):
    """Opens a page of the invented home with what the address says."""

    def open_page(page: str = "overview", of: Home = home, **address: str) -> AppTest:
        monkeypatch.setenv("GROUNDSWELL_HOME", str(of.path))
        app = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in address.items():
            app.query_params[key] = value
        if page != "overview":
            app.switch_page(f"dashboard/views/{page}.py")
        app.run()
        assert not app.exception, app.exception[0].message
        return app

    return open_page


@pytest.mark.parametrize(
    ("campaign", "language"),
    [
        ("art", "en"),
        ("art", "zh"),
        *(pytest.param(*told, marks=pytest.mark.slow) for told in (("play", "zh"), ("bare", "en"), ("no-to-ai-images", "zh"))),
    ],
)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(opened, page, language, campaign):
    app = opened(page, campaign=campaign, lang=language)
    texts = Texts(language)
    assert texts(f"{page}.question") in [element.value.strip("*") for element in app.markdown]
    banner = texts("synthetic.banner") in [element.value for element in app.warning]
    assert banner == (campaign == "play")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "address",
    [
        {},
        {"platforms": "weibo"},
        {"tag": "抵制云画机"},
        {"from": "2024-05-02", "to": "2024-05-03"},
        {"tag": "<b>粗标签</b>", "to": "2024-05-04"},
    ],
    ids=str,
)
def test_the_headline_numbers_are_those_of_the_database(opened, home, language, address):
    app = opened(campaign="art", lang=language, **address)
    for figure, expected in counted_by_hand(home, address).items():
        assert metric(app, figure, language) == count(expected, language), figure


def counted_by_hand(home: Home, address: dict[str, str]) -> dict[str, int]:
    """The headline figures by another way than the pages': from the rows of the log that the build kept."""
    with reading(home) as connection:
        posts = connection.execute(
            """
            select platform, author_key, bare, is_comment or coalesce(kind, '') = 'comment' as comment, published_at, tag_keys
            from posts where list_contains(campaigns, 'art')"""
        ).fetchall()
    kept = []
    for platform, author, bare, comment, at, tags in posts:
        day = None if at is None else str(at.date() if at.hour < 16 else at.date().fromordinal(at.date().toordinal() + 1))
        inside = not {"from", "to"} & set(address) if day is None else address.get("from", "") <= day <= address.get("to", "9")
        if inside and platform in address.get("platforms", platform) and (not address.get("tag") or address["tag"] in (tags or [])):
            kept.append((platform, author, bare, comment))
    own = [(platform, author) for platform, author, bare, comment in kept if not bare and not comment]
    return {
        "posts": len(own),
        "accounts": len({pair for pair in own if pair[1]}),
        "reposts": sum(bare and not comment for _, _, bare, comment in kept),
        "comments": sum(comment for *_, comment in kept),
    }


def metric(app: AppTest, id: str, language: str) -> str:
    """The value of a headline figure."""
    [found] = [element for element in app.metric if element.label == registry()[id].name[language]]
    return found.value


def test_views_are_those_of_the_campaigns_own_hashtag(opened):
    """An imported list of counters holds a hashtag of others with far more views."""
    app = opened(campaign="art")
    assert metric(app, "views", "en") == "19,980,850"
    [table] = [element.value for element in app.dataframe if "counted" in element.value.columns]
    assert table["views"].tolist() == ["19,980,850", "99,000,000"]


@pytest.mark.parametrize(
    ("language", "seen_at", "source"),
    [
        ("en", "2024-05-01 12:00 (views), 2024-06-01 (discussions, original posts)",
         "weibo-hot-hub file (views), Weibo hashtag counters (discussions, original posts)"),
        ("zh", "2024-05-01 12:00（阅读量）、2024-06-01（讨论数、原创数）", "weibo-hot-hub 文件（阅读量）、微博话题计数（讨论数、原创数）"),
    ],
)  # fmt: skip
def test_a_counter_is_shown_with_when_and_where_it_was_read_itself(opened, own, language, seen_at, source):
    """A later reading may not tell it."""
    at = datetime(2024, 5, 1, 4)
    told = {"platform": "weibo", "tag": "第一", "tag_key": "第一", "seen_at_basis": "told", "run_id": "run 1"}
    Log(own.log).append_rows([
        *one_post("first"),
        HashtagCount(record_id="may", seen_at=at, views=100, discussions=7, source="weibo-hot-hub", **told),
        HashtagCount(record_id="june", seen_at=datetime(2024, 5, 31, 16), seen_at_grain="day", discussions=9, originals=3,
                     source="weibo-counts", **told),
    ])  # fmt: skip
    build(own)
    app = opened(of=own, campaign="first", lang=language)
    [table] = [element.value for element in app.dataframe if "counted" in element.value.columns]
    [row] = table.to_dict("records")
    assert [row[name] for name in ("views", "discussions", "originals", "seen_at", "source")] == ["100", "9", "3", seen_at, source]
    read = Texts(language)("overview.read", at="2024-05-01 12:00")
    assert any(element.value.startswith(f"{for_markdown('#第一')}, {read} · ") for element in app.caption)


def test_the_health_page_counts_what_went_wrong(opened):
    app = opened("health", campaign="art")
    shown = {id: metric(app, id, "en") for id in ("runs", "runs_cut_off", "quarantine", "gaps")}
    assert shown == {"runs": "2", "runs_cut_off": "1", "quarantine": "3", "gaps": "1"}
    [table] = [element.value for element in app.dataframe if "last_good" in element.value.columns]
    assert table[["source", "last_state", "refused", "gaps"]].values.tolist() == [
        ["Weibo posts", "cut off", 0, 0], ["weibo-search file", table["last_state"][1], 0, 1]
    ]  # fmt: skip
    assert table["last_good"][0] == "never" != table["last_good"][1]


@pytest.fixture(scope="module")
def troubled(tmp_path_factory):
    """A home in which every reason that we write stands, in quarantine and for a gap, and one that we do not."""
    home = Home(tmp_path_factory.mktemp("troubled") / "home")
    campaign.new(home, "art", name="Art", hashtags=["weibo:抵制云画机"], start=None)
    reasons = [text for key, text in catalogue("en").items() if key.startswith("reason.")]
    filled = [re.sub(r"{(\w+)}", r"'<b>\1</b>'", reason) for reason in reasons]
    told = {"campaign": "art", "run_id": "run"}
    Log(home.log).append_rows([
        Run(run_id="run", source="import", campaign="art", started=START, ended=START, version="0.1.0"),
        *(Quarantined(record_id=f"bad-{n}", format="weibo-search", file="posts.csv", number=n, reason=reason, run_id="run")
          for n, reason in enumerate([*filled, "no <b>idea</b>"])),
        *(Gap(platform="weibo", query=None, starts_at=START, ends_at=START, reason=reason, **told) for reason in [*filled, "no *idea*"]),
    ])  # fmt: skip
    build(home)
    return home


def test_reasons_are_told_in_chinese(opened, troubled):
    app = opened("health", of=troubled, campaign="art", lang="zh")
    chinese = [text for key, text in catalogue("zh").items() if key.startswith("reason.")]
    expected = [re.sub(r"{(\w+)}", r"'<b>\1</b>'", text) for text in chinese]
    tables = [element.value for element in app.dataframe if "reason" in element.value.columns]
    quarantine, gaps = sorted(tables, key=lambda rows: "raw_ref" not in rows.columns)
    assert sorted(quarantine["reason"]) == sorted([*expected, "`no <b>idea</b>`"])
    assert sorted(gaps["reason"]) == sorted([*expected, "`no *idea*`"])


def test_completeness_is_unknown_without_counters_and_never_whole(opened):
    bare = opened(campaign="bare")
    assert any("Unknown" in element.value for element in bare.markdown)
    art = opened(campaign="art")
    [table] = [element.value for element in art.dataframe if "share" in element.value.columns and "reported" in element.value.columns]
    assert table["reported"].tolist() == [210] and 0 < table["collected"][0] < 210
    assert table["share"][0] == f"{100 * table['collected'][0] / 210:.1f}%"


def test_a_list_of_posts_begins_with_what_is_asked_for_most(opened):
    [table] = [element.value for element in opened("posts", campaign="art").dataframe]
    most_asked = ["at", "text", "author", "likes", "reposts", "comments", "emotion", "sentiment", "stance"]
    assert list(table.columns) == [*most_asked, "platform", "kind", "status"] and list(post_list.POST_WIDTHS) == most_asked


def test_a_label_under_the_threshold_is_undecided(opened):
    for address in ({}, {"emotion": "undecided"}, {"emotion": "angry"}):
        [table] = [element.value for element in opened("posts", campaign="art", lang="en", **address).dataframe]
        for label in filter(None, table["emotion"]):
            said, chance = re.fullmatch(r"(\w+)(?: ([\d.]+))?", label).groups()
            assert (said == "undecided") == (chance is None) and said == address.get("emotion", said)
            assert chance is None or float(chance) >= 0.5


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    """A home in which two posts say nearly the same, in two languages, and one does not."""
    home = Home(tmp_path_factory.mktemp("embedded") / "home")
    campaign.new(home, "c", name="C", hashtags=[], start=None)
    rows: list = [Run(run_id="run", source="import", campaign="c", started=START, ended=START, version="0.1.0")]
    for number, (text, vector) in enumerate([("画师要求同意", (1.0, 0.1)), ("artists want to be asked", (1.0, 0.2)), ("面包", (0.0, 1.0))]):
        told = {"platform": "weibo", "post_id": str(number), "run_id": "run"}
        rows += [
            Post(record_id=str(number), text=text, text_sha256=text_sha256(None, text), published_at=START, published_grain="minute",
                 **told),
            Sighting(record_id=str(number), seen_at=START, seen_at_basis="told", format="weibo-search", **told),
            Membership(campaign="c", via="query", **told),
            Embedding(text_sha256=text_sha256(None, text), model=meaning.MODEL, vector=vector, run_id="run"),
        ]  # fmt: skip
    Log(home.log).append_rows(rows)
    build(home)
    return home


@pytest.mark.parametrize("language", LANGUAGES)
def test_posts_are_found_by_meaning_and_like_another(opened, embedded, monkeypatch, language):
    monkeypatch.setattr(meaning, "installed", lambda: True)
    monkeypatch.setattr(meaning, "question_vector", lambda question: [1.0, 0.0])
    app = opened("posts", of=embedded, campaign="c", lang=language, find="meaning", question="Who asks for consent?")
    [table] = [element.value for element in app.dataframe]
    assert table["text"].tolist() == ["画师要求同意", "artists want to be asked", "面包"]
    app = opened("posts", of=embedded, campaign="c", lang=language, post="weibo:0")
    app.toggle(key="alike").set_value(True).run()
    assert not app.exception and app.dataframe[-1].value["text"].tolist() == ["artists want to be asked", "面包"]


def test_without_the_models_or_the_vectors_a_page_says_how_to_get_them(opened, monkeypatch):
    monkeypatch.setattr(meaning, "installed", lambda: False)
    app = opened("posts", campaign="art", lang="en", find="meaning", question="Who?")
    assert app.code[0].value == "pip install 'groundswell[search]'"
    monkeypatch.setattr(meaning, "installed", lambda: True)
    monkeypatch.setattr(meaning, "question_vector", lambda question: [1.0, 0.0])
    app = opened("posts", campaign="art", lang="en", find="meaning", question="Who now?")
    assert app.code[0].value == "groundswell embed --campaign art"


def test_an_author_without_a_name_has_the_stand_in_of_exports():
    key = "0123456789abcdef"
    assert post_list.author({"author_name": "纸鸢\n阿岚", "author_key": key}) == "纸鸢 阿岚"
    assert post_list.author({"author_name": None, "author_key": key}) == "u0123456789"
    assert post_list.author({"author_name": float("nan"), "author_key": None}) == "–"


PUBLIC = Viewer(public=True)


@pytest.fixture
def public(opened, monkeypatch):
    """Opens a page as the public sees it."""
    monkeypatch.setattr("data.questions.Viewer", lambda: PUBLIC)
    return opened


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "address"),
    [(page, {}) for page in PAGES]
    + [(page, {"from": "2024-05-04", "to": "2024-05-04"}) for page in ("overview", "opinion")]
    + [("spread", {"tag": "<b>粗标签</b>", "by": "hashtag"})],
)
def test_a_public_page_says_how_many_figures_it_withholds(public, home, page, address):
    app = public(page, campaign="art", lang="en", **address)
    reader = app.session_state["reader"]
    few = 0
    with reading(home) as connection:
        for (question, filters, more), number in reader.withheld.items():
            full = ask(connection, question, filters, Viewer(), **ast.literal_eval(re.sub(r"datetime.*", "None}", more)))
            figures = ["read", "added", "updated", "duplicate"] if question == "runs" else list(QUESTIONS[question].figures)
            expected = int(((full[figures] > 0) & (full[figures] < FEW)).sum().sum()) if "few" in QUESTIONS[question].takes else 0
            assert number == (0 if question in ("tags", "tags_used", "slogan_forms") else expected), question
            few += number
    told = [element.value for element in app.caption if "are not shown here" in element.value]
    assert told == ([Texts("en")("source.withheld", figures=few, few=FEW)] if few else [])
    assert few or page in ("health", "method", "posts", "export", "add_campaign", "slogans", "compare")


def test_what_few_posts_hold_is_not_listed_to_the_public(public, home):
    app = public("posts", campaign="art", lang="en", words="drop table", **{"class": "comment"})
    with reading(home) as connection:
        chosen = {**NO_CHOICE, "words": "drop table", "class": "comment"}
        found = ask(connection, "posts_found", app.session_state["reader"].filters, Viewer(), **chosen)
    assert 0 < found["posts"][0] < FEW
    assert Texts("en")("missing.few") in [element.value for element in app.info] and not app.dataframe


def test_a_post_that_the_address_names_is_not_opened_to_the_public(public, home):
    with reading(home) as connection:
        [(post_id,)] = connection.execute(
            "select min(post_id) from posts where platform = 'weibo' and not is_comment and list_contains(campaigns, 'art')"
        ).fetchall()
    app = public("posts", campaign="art", lang="en", post=f"weibo:{post_id}")
    assert Texts("en")("missing.one_post") in [element.value for element in app.info]
    assert not [element for element in app.dataframe if "basis" in element.value.columns]


NO_CHOICE = dict.fromkeys(("target", "emotion", "sentiment", "stance", "status"))


def test_an_address_opens_what_was_shared(opened):
    app = opened("posts", campaign="art", words="训练", order="oldest", **{"class": "post"}, platforms="xiaohongshu", lang="zh")
    assert app.text_input(key="words").value == "训练" and app.selectbox(key="class").value == "post"
    assert app.multiselect(key="platforms").value == ["xiaohongshu"]
    texts = app.dataframe[0].value["text"]
    assert len(texts) and texts.str.contains("训练").all()
    assert set(app.dataframe[0].value["platform"]) == {"小红书"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "address",
    [{"campaign": "none"}, {"from": "yesterday", "to": "0000-00-00"}, {"platforms": "x,y,", "tag": "<script>", "lang": "xx"},
     {"class": "'", "status": "*", "order": "?", "post": "weibo:'; drop table posts", "metric": "%", "measure": "x", "by": "x", "bin": "x",
      "slot": "x", "label": "x", "target": "x", "trend": "x", "counter": "x", "scale": "x", "apart": "x", "split": "x", "typical": "x",
      "group_1": "x", "hashtag_1": "x", "adopted": "x", "slogan": "x"},
     {"from": "2024-05-09", "to": "2024-05-01"}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("page", PAGES)
def test_an_address_with_nonsense_opens_too(opened, page, address):
    opened(page, **{"campaign": "art", **address})


def tagged_posts(tag: str, *times: datetime | None) -> list[Any]:
    """The rows of Weibo posts that carry a hashtag."""
    rows = [row for number, at in enumerate(times) for row in one_post("first", f"{tag} {number}", at=at)]
    return [replace(row, hashtags=(tag,), tag_keys=(tag_key(tag),)) if isinstance(row, Post) else row for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_narrows_to_what_tells_no_day(opened, tmp_path, language):
    home = Home(tmp_path / "undated")
    campaign.new(home, "first", name="First", hashtags=["xiaohongshu:第一"], start=None)
    Log(home.log).append_rows([*tagged_posts("无日", None), *tagged_posts("别的", None)])
    build(home)
    app = opened(of=home, campaign="first", lang=language, platforms="weibo", tag="无日")
    assert metric(app, "posts", language) == "1" and not app.warning
    assert app.multiselect(key="platforms").value == ["weibo"] and app.query_params["platforms"] == "weibo"
    app.run()
    assert app.selectbox(key="tag").value == app.query_params["tag"] == "无日" and metric(app, "posts", language) == "1"


def test_an_address_narrows_to_a_hashtag_that_is_in_no_list(opened, own):
    Log(own.log).append_rows([row for number in range(201) for row in tagged_posts(f"话题{number:03}", START)])
    build(own)
    for tag in ("话题000", "话题200"):
        app = opened(of=own, campaign="first", lang="en", tag=tag)
        assert metric(app, "posts", "en") == "1" and app.selectbox(key="tag").value == tag and not app.warning


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_address_asks_for_and_is_not_here_is_said(opened, language):
    app = opened(campaign="art", lang=language, platforms="weibo,[x](http://b.example)", tag="<b>没有</b>")
    asked = SIGNS[language][2].join(map(for_markdown, ("[x](http://b.example)", "#<b>没有</b>")))
    assert [element.value for element in app.warning] == [Texts(language)("filter.not_here", asked=asked)]
    assert app.multiselect(key="platforms").value == ["weibo"] and app.selectbox(key="tag").value == ""
    assert not app.run().warning
    app.selectbox(key="campaign").set_value("bare").run()
    assert [element.value for element in app.warning] == [Texts(language)("filter.not_here", asked=Texts(language).of("platform", "weibo"))]


def test_what_an_address_asks_for_in_vain_is_said_of_every_choice(opened, own):
    Log(own.log).append_rows(one_post("first"))
    build(own)

    def said(page: str = "overview", **address: str) -> list[str]:
        return [element.value for element in opened(page, of=own, lang="en", **address).warning]

    def not_here(*asked: str) -> list[str]:
        return [Texts("en")("filter.not_here", asked=", ".join(map(for_markdown, asked)))]

    assert said(campaign="nosuch", **{"from": "2024-13-40", "to": "2008-01-01"}) == not_here("nosuch", "2024-13-40", "2008-01-01")
    day = opened(of=own, lang="en", campaign="first", **{"from": "2024-5-1"})
    assert day.date_input(key="from").value == date(2024, 5, 1) and not day.warning
    assert said("posts", status="gone", emotion="angry", order="x", **{"class": "posts"}) == not_here("posts", "gone", "x", "angry")
    label = {"text_sha256": text_sha256(None, "先问"), "kind": "emotion", "value": "sad", "probabilities": {"sad": 1.0}}
    Log(own.log).append_rows([Label(**label, model="tiny", version="1", labelled_at=START, run_id="run 1")])
    build(own)
    assert said("posts", emotion="rage", sentiment="positive") == not_here("rage")


def test_a_hashtag_of_few_posts_is_not_offered_to_the_public(public, own):
    Log(own.log).append_rows([*tagged_posts("五条", *[None] * FEW), *tagged_posts("四条", *[None] * (FEW - 1))])
    build(own)
    assert public(of=own, campaign="first", lang="en", tag="五条").selectbox(key="tag").value == "五条"
    few = public(of=own, campaign="first", lang="en", tag="四条")
    assert few.selectbox(key="tag").value == "" and few.warning[0].value == Texts("en")("filter.not_here", asked=for_markdown("#四条"))


def test_choices_go_into_the_address(opened):
    app = opened(campaign="art")
    app.multiselect(key="platforms").set_value(["weibo"])
    app.selectbox(key="tag").set_value("抵制云画机").run()
    assert app.query_params["platforms"] == "weibo" and app.query_params["tag"] == "抵制云画机"
    app.selectbox(key="campaign").set_value("bare").run()
    assert not app.exception and "platforms" not in app.query_params


def test_a_figure_says_which_filter_it_does_not_follow(opened):
    app = opened(campaign="art", tag="抵制云画机")
    said = [element.value for element in app.caption]
    assert any("Definition: labelled" in line and "not narrowed by hashtag" in line for line in said)
    assert not any("Definition: posts v" in line and "not narrowed" in line for line in said)


@pytest.mark.parametrize(
    ("page", "metric", "address", "of", "not_of"),
    [
        ("spread", "posts", {}, "2024-05-02–2024-05-04 · Weibo · #抵制云画机", ""),
        ("spread", "hot_search", {}, "2024-05-02–2024-05-04", "not narrowed by platform, hashtag"),
        ("health", "runs", {}, "everything collected · days drawn: 2024-05-09", "not narrowed by days, platform, hashtag"),
        ("compare", "posts", {"length": "1", "later": "2024-05-05", "earlier": "2024-05-03"},
         "2024-05-05 · 2024-05-03 · Weibo · #抵制云画机", ""),
        ("compare", "posts", {"compare": "hashtags"}, "2024-05-02–2024-05-04 · Weibo", ""),
        ("opinion", "contrast", {"apart": "hashtags"}, "2024-05-02–2024-05-04 · Weibo", ""),
    ],
)  # fmt: skip
def test_a_picture_names_the_filters_that_its_chart_follows(opened, monkeypatch, page, metric, address, of, not_of):
    taken = []
    monkeypatch.setattr(show, "take", lambda reader, figure, words, key: taken.append(words))
    opened(page, campaign="art", lang="en", platforms="weibo", tag="抵制云画机", **{"from": "2024-05-02", "to": "2024-05-04", **address})
    [words] = [words for words in taken if words.title.startswith(registry()[metric].name["en"] + " · ")]
    assert words.subtitle == of and ("not narrowed" in words.below[0]) == bool(not_of) and not_of in words.below[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_than_the_platform_counted_is_no_share_of_it(opened, own, monkeypatch, language):
    told = {"platform": "weibo", "tag": "第一", "tag_key": "第一", "seen_at_basis": "told", "source": "weibo-counts", "run_id": "run 1"}
    told |= {"originals_grain": "exact"}
    counted = [HashtagCount(record_id=f"{n}", seen_at=START + timedelta(days=n - 1), originals=n, **told) for n in (0, 2)]
    tagged = {"hashtags": ("第一",), "tag_keys": ("第一",)}
    posts = [replace(row, **tagged) if isinstance(row, Post) else row for id in "12345" for row in one_post("first", id)]
    Log(own.log).append_rows([*posts, *counted])
    build(own)
    taken = []
    monkeypatch.setattr(show, "take", lambda reader, figure, words, key: taken.append(words))
    texts = Texts(language)
    more = texts("overview.more_than_reported")
    app = opened(of=own, campaign="first", lang=language)
    assert [table["share"][0] for table in (element.value for element in app.dataframe) if "reported" in table] == [more]
    opened("spread", of=own, campaign="first", lang=language)
    report.write(own, "first", own.path / "report.html", language=language)
    page = (own.path / "report.html").read_text(encoding="utf-8")
    said = [" ".join(element.value for element in app.caption), " ".join(taken[0].below), page]
    assert all(more in text and "250" not in text for text in said)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("address", "known"),
    [
        ({}, True),
        ({"platforms": "weibo"}, True),
        ({"tag": "抵制云画机"}, True),
        ({"platforms": "xiaohongshu"}, False),
        ({"tag": "云画机ai绘画"}, False),
        ({"from": "2024-05-02"}, False),
        ({"to": "2024-05-05"}, False),
    ],
    ids=str,
)
def test_completeness_stands_only_beside_what_the_counters_are_of(opened, monkeypatch, language, address, known):
    """And says of which hashtag and which days it is."""
    taken = []
    monkeypatch.setattr(show, "take", lambda reader, figure, words, key: taken.append(words))
    texts = Texts(language)
    [table] = [element.value for element in opened(campaign="art").dataframe if "reported" in element.value.columns]
    told = {"first": "2024-05-01", "last": "2024-05-07", "share": f"#抵制云画机 {table['share'][0]}"}
    box = " ".join(element.value for element in opened(campaign="art", lang=language, **address).caption)
    assert (texts("overview.share_known", **{**told, "share": for_markdown("#抵制云画机") + told["share"][6:]}) in box) is known
    assert (texts("overview.share_unknown") in box) is not known
    opened("spread", campaign="art", lang=language, **address)
    below = taken[0].below
    assert (texts("picture.complete", **told) in below) is known and (texts("picture.complete_unknown") in below) is not known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("of", ["art", "play"])
def test_what_is_taken_along_says_whether_it_is_invented(opened, monkeypatch, of, language):
    taken = {}
    monkeypatch.setattr(show.st, "download_button", lambda label, made, file_name, **_: taken.update({file_name: made}))
    opened("health", campaign=of, lang=language)
    mark = Texts(language)("synthetic.mark").replace(" ", "-")
    names = [f"groundswell-{of}-collection.{kind}" for kind in ("png", "svg", "csv")]
    assert list(taken) == [f"{mark}-{name}" if of == "play" else name for name in names]
    rows = list(csv.DictReader(io.StringIO(taken.popitem()[1]().decode("utf-8-sig"))))
    assert {(row["synthetic"], row["zone"]) for row in rows} == {("true" if of == "play" else "false", "Asia/Shanghai")}
    assert len(rows) > 1 and all(Texts(language)("source.last", at="").strip() in row["source"] for row in rows)


@pytest.mark.parametrize(("page", "way"), [("compare", "compare"), ("opinion", "apart")])
def test_two_hashtags_are_not_narrowed_to_a_third(opened, page, way):
    said = Texts("en")("compare.own_tags")
    for tag in ("", "抵制云画机"):
        app = opened(page, campaign="art", lang="en", tag=tag, **{way: "hashtags"})
        assert (said in [element.value for element in app.caption]) == bool(tag)


def test_one_post_is_shown_with_all_that_is_known(opened, home):
    with reading(home) as connection:
        [(platform, post_id, sightings)] = connection.execute(
            """
            select platform, post_id, sightings from posts
            where sightings = 2 and sentiment is not null and not is_comment and list_contains(campaigns, 'art')
            order by post_id limit 1"""
        ).fetchall()
    app = opened("posts", campaign="art", post=f"{platform}:{post_id}")
    said = [element.value for element in app.markdown]
    assert f"**Seen {sightings} time(s)**" in said
    shown = next(element.value for element in app.dataframe if "basis" in element.value.columns)
    assert len(shown) == 2
    labels = next(element.value for element in app.dataframe if "probabilities" in element.value.columns)
    assert len(labels) == 4 and labels["model"].eq("tiny 1").all()
    app.toggle(key="record").set_value(True).run()
    assert not app.exception
    assert any(element.value.startswith('{"n": ') for element in app.code)


def test_a_damaged_archive_is_told_with_the_command_that_checks_it(opened, own):
    references = Writer(own.archive / "tables", "run").write([b"{}"])
    Log(own.log).append_rows([*one_post("first", raw_ref=references[0])])
    build(own)
    [file] = (own.archive / "tables").iterdir()
    file.write_bytes(file.read_bytes()[:-8] + b"damaged!")
    app = opened("posts", of=own, campaign="first", post="weibo:1")
    app.toggle(key="record").set_value(True).run()
    assert not app.exception and app.error[0].value == Texts("en")("posts.record_fault")
    assert app.code[-1].value == f"groundswell verify '{own.archive}'"


def test_a_post_of_another_campaign_is_not_shown(opened, home):
    """An invented one would stand under a real campaign without its mark."""
    with reading(home) as connection:
        [(post,)] = connection.execute(
            "select min(platform || ':' || post_id) from posts where list_contains(campaigns, 'play') and not is_comment"
        ).fetchall()
    assert opened("posts", campaign="play", lang="en", post=post).header
    app = opened("posts", campaign="art", lang="en", post=post)
    assert not app.header and Texts("en")("missing.post") in [element.value for element in app.info]


@pytest.mark.slow
@pytest.mark.parametrize("id", ["a/b", ":red[a] **b**", "[x](http://b.example/)"])
def test_a_post_whose_id_is_like_an_address_or_markup_is_opened_by_its_address(opened, own, id):
    Log(own.log).append_rows([*one_post("first", id=id), *one_post("first", id=id, comment=True)])
    build(own)
    for post in (f"weibo:{id}", f"weibo:{id}/comment"):
        [head] = opened("posts", of=own, campaign="first", lang="en", post=post).header
        assert head.value == "Post " + for_markdown(f"Weibo {id}")


def test_a_platform_of_a_mapping_is_no_markup(opened, own):
    Log(own.log).append_rows([*one_post("first", platform="*bold*")])
    build(own)
    app = opened(of=own, campaign="first", lang="en", platforms="*bold*")
    said = [element.value for kind in ("markdown", "caption") for element in getattr(app, kind)]
    assert sum(r"\*bold\*" in line for line in said) == 2 and not any("*bold*" in line for line in said)


def test_a_time_nobody_told_is_unknown(opened, home):
    with reading(home) as connection:
        found = dict(
            connection.execute(
                """
                select seen_at_basis, min(platform || ':' || post_id || case when is_comment then '/comment' else '' end)
                from sighting join posts using (platform, post_id, is_comment) where list_contains(campaigns, 'art') group by all"""
            ).fetchall()
        )
    for basis, expected in {"import": "time unknown", "not_before": "time unknown", "file_time": "time unknown (the file says "}.items():
        app = opened("posts", campaign="art", post=found[basis])
        [shown] = [element.value["seen_at"] for element in app.dataframe if "basis" in element.value.columns]
        assert shown.str.startswith(expected).all()


@pytest.mark.slow
def test_texts_of_strangers_reach_only_what_shows_them_as_they_are(opened):
    """No Markdown, caption, label or heading holds a stranger's words unescaped."""
    for page in PAGES:
        app = opened(page, campaign="art", tag="<b>粗标签</b>", measure="posts", by="hashtag")
        said = [e.value for kind in ("markdown", "caption", "title", "header", "info", "warning") for e in getattr(app, kind)]
        for hostile in ("<b>", "<script>", "](http", "$\\LaTeX$", "$banners$", ":red["):
            assert not [line for line in said if hostile in line], (page, hostile)


@pytest.mark.parametrize("bin, by", [("hour", "platform"), ("hour", "hashtag"), ("day", "hashtag")])
@pytest.mark.parametrize("measure", ["posts", "accounts", "reposts", "comments"])
def test_spread_draws_every_choice(opened, measure, by, bin):
    app = opened("spread", campaign="art", measure=measure, by=by, bin=bin)
    refused = [element.value for element in app.warning]
    assert refused == ([Texts("en")("spread.refused_accounts")] if measure == "accounts" and bin == "hour" else [])
    assert len(app.get("plotly_chart")) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_comments_and_bare_reposts_are_not_called_posts(opened, home, monkeypatch, language):
    """In the tables of all that is here, and where those behind a bar are listed."""
    texts, titles = Texts(language), []
    monkeypatch.setattr(show, "table", lambda rows, columns: titles.append(columns))
    opened(campaign="art", lang=language)
    assert [columns["posts"] for columns in titles if {"status", "via"} & set(columns)] == [texts("column.records")] * 2
    assert registry()["membership"].version == 3
    with reading(home) as connection:
        days = ask(connection, "by_day", Filters(campaign="art", platforms=("weibo",)))
    for measure, kind in (("posts", "post"), ("accounts", "post"), ("reposts", "repost"), ("comments", "comment")):
        day = days.loc[days["reposts" if kind == "repost" else "comments"] > 0].iloc[0]
        clicked = {"selection": {"points": [{"customdata": ["", f"{day['day']:%Y-%m-%d}", "weibo"]}]}}
        monkeypatch.setattr(show, "chart", lambda *told, clicked=clicked, **more: clicked)
        app = opened("spread", campaign="art", lang=language, measure=measure)
        figure = "posts" if measure == "accounts" else measure
        said = texts("spread.listed", bin=f"{day['day']:%Y-%m-%d}", of=texts.of("platform", "weibo"), posts=exact(day[figure]),
                     what=texts.of("class", kind), by="|").split("|")[0]  # fmt: skip
        assert [element.value for element in app.markdown if element.value.startswith(said)], said


def test_a_record_of_two_of_the_campaigns_hashtags_is_here_once(two):
    tags = ("停更一周", "AI绘画")
    rows = [*one_post("both", "1"), *one_post("both", "2", comment=True), *one_post("both", "3")]
    tagged = [
        replace(row, hashtags=tags, tag_keys=tuple(map(tag_key, tags))) if isinstance(row, Post) and row.post_id != "3" else row
        for row in rows
    ]
    Log(two.log).append_rows(tagged)
    build(two)
    with reading(two) as connection:
        told = ask(connection, "why_here", Filters(campaign="both")).set_index("via")["posts"]
    assert told.to_dict() == {"query": 3, "rule": 2}


def test_why_a_post_is_here_is_told_in_the_pages_language(opened):
    for language, word in (("en", "hashtag"), ("zh", "话题")):
        [table] = [element.value for element in opened(campaign="art", lang=language).dataframe if "rule" in element.value.columns]
        assert word in set(table["rule"])


def test_what_lies_outside_of_the_days_chosen_is_not_called_never_seen(opened):
    texts = Texts("en")
    said = [element.value for element in opened("spread", campaign="art", lang="en", **{"from": "2030-01-01"}).info]
    assert texts("missing.counters_chosen") in said and texts("missing.counters") not in said
    said = [element.value for element in opened("spread", campaign="bare", lang="en", **{"from": "2030-01-01"}).info]
    assert texts("missing.counters_chosen") not in said and texts("missing.counters") in said


def test_a_hashtag_of_two_platforms_is_two_lines(opened, tmp_path):
    two = Home(tmp_path / "two")
    campaign.new(two, "both", name="Both", hashtags=["weibo:同名", "xiaohongshu:同名"], start=None)
    told = {"tag": "同名", "tag_key": "同名", "seen_at_basis": "told", "source": "weibo-counts", "run_id": "run"}
    Log(two.log).append_rows([
        Run(run_id="run", source="weibo-counts", campaign="both", started=START, ended=START, version="0.1.0"),
        *(HashtagCount(record_id=f"{platform}-{n}", platform=platform, seen_at=START + timedelta(hours=n), views=n * times, **told)
          for platform, times in (("weibo", 1000), ("xiaohongshu", 10)) for n in range(4)),
    ])  # fmt: skip
    build(two)
    app = opened("spread", of=two, campaign="both")
    [chart] = app.get("plotly_chart")
    drawn = json.loads(chart.proto.spec)["data"]
    assert [(trace["name"], len(trace["customdata"])) for trace in drawn] == [("#同名 · Weibo", 4), ("#同名 · Xiaohongshu", 4)]


@pytest.mark.parametrize("days, bars", [(92, 92 * 24 + 1), (93, 94)])
def test_hourly_slots_of_many_days_are_summed_by_the_day(opened, tmp_path, days, bars):
    """Of the second day one slot is not told, the last day has begun only."""
    home = Home(tmp_path / "long")
    campaign.new(home, "long", name="Long", hashtags=["weibo:停更一周"], start=None)
    told = {"platform": "weibo", "tag": "停更一周", "tag_key": "停更一周", "seen_at_basis": "told", "run_id": "run"}
    midnight = datetime(2024, 4, 30, 16)  # in China
    hours = [hour for hour in range(days * 24 + 1) if days == 92 or hour != 30]
    Log(home.log).append_rows([
        Run(run_id="run", source="weibo-counts", campaign="long", started=START, ended=START, version="0.1.0"),
        *(Trend(record_id=str(hour), slot_start=midnight + timedelta(hours=hour), slot_seconds=3600, partial=False,
                seen_at=midnight + timedelta(days=200), views=hour, source="weibo-counts", **told) for hour in hours),
    ])  # fmt: skip
    build(home)
    app = opened("spread", of=home, campaign="long", lang="en")
    [chart] = app.get("plotly_chart")
    [drawn] = json.loads(chart.proto.spec)["data"]
    assert len(drawn["customdata"]) == bars
    summed = any("summed by the day" in element.value for element in app.caption)
    assert summed == (days > 92)
    if summed:
        assert values(drawn["y"])[:3] == [sum(range(24)), sum(range(24, 48)) - 30, sum(range(48, 72))]
        hollow = [place for place, width in enumerate(values(drawn["marker"]["line"]["width"])) if width]
        assert hollow == [1, 93]


def test_a_day_on_which_the_clock_is_changed_is_whole_with_its_own_hours(opened, tmp_path):
    """In Berlin 31 March 2024 has 23 hours, 27 October 25, of which one is not told here."""
    home = Home(tmp_path / "berlin")
    campaign.new(home, "long", name="Long", hashtags=["weibo:停更一周"], start=None, zone="Europe/Berlin")
    told = {"platform": "weibo", "tag": "停更一周", "tag_key": "停更一周", "seen_at_basis": "told", "run_id": "run"}
    begins, ends = datetime(2024, 3, 29, 23), datetime(2024, 10, 28, 23)  # midnights in Berlin
    hours = [begins + timedelta(hours=hour) for hour in range(round((ends - begins).total_seconds()) // 3600)]
    Log(home.log).append_rows([
        Run(run_id="run", source="weibo-counts", campaign="long", started=START, ended=START, version="0.1.0"),
        *(Trend(record_id=str(at), slot_start=at, slot_seconds=3600, partial=False, seen_at=ends + timedelta(days=9), views=1,
                source="weibo-counts", **told) for at in hours if at != datetime(2024, 10, 27, 1)),
    ])  # fmt: skip
    build(home)
    [chart] = opened("spread", of=home, campaign="long", lang="en").get("plotly_chart")
    [drawn] = json.loads(chart.proto.spec)["data"]
    hollow = [place for place, width in enumerate(values(drawn["marker"]["line"]["width"])) if width]
    assert hollow == [(date(2024, 10, 27) - date(2024, 3, 30)).days]


def values(told: list[float] | dict[str, str]) -> list[float]:
    """The figures of a trace, which plotly writes as a list or packed."""
    return told if isinstance(told, list) else list(np.frombuffer(b64decode(told["bdata"]), told["dtype"]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("measure", ["posts", "reposts", "comments"])
def test_an_hourly_chart_says_what_it_leaves_out(opened, home, measure, language):
    with reading(home) as connection:
        coarse = ask(connection, "by_day", Filters(campaign="art"))[f"coarse_{measure}"].sum()
    app = opened("spread", campaign="art", bin="hour", measure=measure, lang=language)
    texts = Texts(language)
    said = texts("spread.left_out_hour", posts=exact(coarse), what=texts.of("measure", measure))
    assert coarse and any(said in element.value for element in app.caption)


def test_comments_of_which_only_the_day_is_known_are_shown_by_the_day(opened, own):
    rows = one_post("first", comment=True)
    Log(own.log).append_rows([replace(row, published_grain="day") if isinstance(row, Post) else row for row in rows])
    build(own)
    app = opened("spread", of=own, campaign="first", lang="en", measure="comments", bin="hour")
    assert app.warning[0].value == Texts("en")("spread.refused_grain") and len(app.get("plotly_chart")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("by", ["platform", "hashtag"])
def test_two_hours_that_the_clock_strikes_alike_are_two(opened, tmp_path, monkeypatch, by):
    """Clocks in Germany are put back at 01:00 UTC: two posts before, one after."""
    home = Home(tmp_path / "berlin")
    campaign.new(home, "first", name="First", hashtags=["weibo:第一"], start=None, zone="Europe/Berlin")
    at = datetime(2024, 10, 27)
    tagged = {"hashtags": ("第一",), "tag_keys": ("第一",)}
    rows = [row for id, minutes in (("1", 5), ("2", 10), ("3", 65)) for row in one_post("first", id, at=at + timedelta(minutes=minutes))]
    Log(home.log).append_rows([replace(row, **tagged) if isinstance(row, Post) else row for row in rows])
    build(home)
    [chart] = opened("spread", of=home, campaign="first", lang="en", bin="hour", by=by).get("plotly_chart")
    [drawn] = json.loads(chart.proto.spec)["data"]
    assert values(drawn["y"]) == [2, 1]
    for place, (posts, hour) in enumerate(((2, "2024-10-27 02:00 (UTC+0200)–02:00 (UTC+0100)"), (1, "2024-10-27 02:00–03:00"))):
        clicked = {"selection": {"points": [{"customdata": drawn["customdata"][place]}]}}
        monkeypatch.setattr(show, "chart", lambda *told, clicked=clicked, **more: clicked)
        app = opened("spread", of=home, campaign="first", lang="en", bin="hour", by=by)
        of = "Weibo" if by == "platform" else for_markdown("#第一")
        said = Texts("en")("spread.listed", bin=hour, of=of, posts=posts, what="posts", by=Texts("en")("posts.by_untold"))
        assert said in [element.value for element in app.markdown]


def test_two_times_are_compared_and_a_gap_forbids_a_change(opened, home):
    with reading(home) as connection:
        days = ask(connection, "by_day", Filters(campaign="art"))
        [gap] = ask(connection, "gaps", Filters(campaign="art"))["starts_at"]
    posts = days.groupby("day")["posts"].sum()
    later, earlier = posts.index[4], posts.index[3]
    address = {"length": "1", "later": str(later)[:10], "earlier": str(earlier)[:10]}
    app = opened("compare", campaign="art", **address)
    [table] = [element.value for element in app.dataframe]
    assert table.loc[0, ["later", "earlier"]].tolist() == [exact(posts[later]), exact(posts[earlier])]
    assert table["change"][0] == f"{100 * (posts[later] - posts[earlier]) / posts[earlier]:+.1f}%".replace("-", "−")
    assert not app.warning
    here = str((gap + timedelta(hours=8)).date())
    app = opened("compare", campaign="art", length="1", later=str(later)[:10], earlier=here)
    assert set(app.dataframe[0].value["change"]) == {"–"} and app.warning[0].value == Texts("en")("compare.gap")


@pytest.fixture
def two(tmp_path):
    """A home of a campaign with two hashtags of which nothing is collected yet."""
    home = Home(tmp_path / "two")
    campaign.new(home, "both", name="Both", hashtags=["weibo:停更一周", "weibo:AI繪畫"], start=None)
    return home


def collected(of: Home, runs: list[tuple[ModuleType, int, int]]) -> None:
    """Live runs of a source, each on a day and for so many of the hashtags: it tells two comments or posts that carry all of them."""
    rows = []
    for number, (source, day, asked) in enumerate(runs):
        at = START + timedelta(days=day)
        file = campaign.find(of, "both")
        tags = [tag for _, tag in file.hashtags]
        wanted = Wanted(campaign=replace(file, told={**file.told, "hashtags": {"weibo": tags[:asked]}}))
        rows.append(Run(run_id=f"run-{number}", source=source.NAME, query=source.query(wanted), campaign="both", started=at, ended=at,
                        requests=1, version="0.1.0"))  # fmt: skip
        for hours in (30, 6):
            told = {"record_id": f"{number}-{hours}", "platform": "weibo", "post_id": f"{number}{hours}",
                    "is_comment": source is weibo_comments, "run_id": f"run-{number}"}  # fmt: skip
            published = {"published_at": at - timedelta(hours=hours), "published_grain": "minute"}
            rows.append(Post(text=f"先问 {number}", hashtags=tags, tag_keys=[*map(tag_key, tags)], **published, **told))
            rows.append(Sighting(seen_at=at, seen_at_basis="told", format=source.NAME, **told))
    Log(of.log).append_rows(rows)
    build(of)


TWO_DAYS = {"campaign": "both", "length": "1", "later": "2024-05-07", "earlier": "2024-05-02"}


def test_a_changed_plan_and_a_day_that_had_not_ended_forbid_a_change(opened, two):
    collected(two, [(weibo_posts, day, 1 if day < 5 else 2) for day in (1, 3, 5, 7)])
    assert opened("compare", of=two, **TWO_DAYS).warning[0].value == Texts("en")("compare.plan")
    later = opened("compare", of=two, tag="ai绘画", **TWO_DAYS)
    assert later.warning[0].value == Texts("en")("compare.plan")
    kept = opened("compare", of=two, tag="停更一周", **TWO_DAYS)
    assert not kept.warning and kept.dataframe[0].value["change"][0] == "+0.0%"
    today = opened("compare", of=two, tag="停更一周", **{**TWO_DAYS, "later": "2024-05-08"})
    assert today.warning[0].value == Texts("en")("compare.open")


def test_what_was_asked_for_is_compared_source_by_source(opened, two):
    days = (1, 3, 5, 7)
    collected(two, [(source, day, 2) for source in (weibo_posts, weibo_comments) for day in days])
    kept = opened("compare", of=two, **TWO_DAYS)
    assert not kept.warning and kept.dataframe[0].value["change"].tolist()[::3] == ["+0.0%", "+0.0%"]


def test_a_source_that_was_asked_in_one_time_alone_forbids_a_change(opened, two):
    collected(two, [*((weibo_posts, day, 2) for day in (1, 3, 5, 7)), (weibo_comments, 1, 2)])
    assert opened("compare", of=two, **TWO_DAYS).warning[0].value == Texts("en")("compare.plan")


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_brought_posts_of_one_time_forbids_a_change(opened, two, language):
    """Not one that brought posts of other days, nor one that tells again what was collected."""
    collected(two, [(weibo_posts, day, 2) for day in (1, 3, 5, 7)])
    texts = Texts(language)
    for id, hours, said in (("other day", 72, []), ("06", 18, []), ("new", 24, [texts("compare.imported_too")])):
        Log(two.log).append_rows(of_a_file(START + timedelta(hours=hours), id))
        build(two)
        app = opened("compare", of=two, lang=language, **TWO_DAYS)
        assert [warning.value for warning in app.warning] == said
        assert (app.dataframe[0].value["change"][0] == "–") == bool(said)
        assert texts("compare.imported") not in [caption.value for caption in app.caption]


def of_a_file(at: datetime, id: str) -> list[Any]:
    """The rows of a file that was imported after all of it was collected, and tells a post."""
    later = START + timedelta(days=9)
    run = f"z-{id}"  # ids of runs sort as they began
    told = {"platform": "weibo", "post_id": id, "is_comment": False, "run_id": run}
    return [
        Run(run_id=run, source="import", query="more.csv", campaign="both", started=later, ended=later, version="0.1.0"),
        Post(record_id=run, text="先问", published_at=at, published_grain="minute", **told),
        Sighting(record_id=run, seen_at_basis="import", format="weibo-search", **told),
        Membership(campaign="both", via="query", **told),
    ]


def test_files_alone_are_compared_and_it_is_said(opened, own):
    rows = [row for day in (0, 1, 3) for row in one_post("first", f"{day}", at=START + timedelta(days=day))]
    seen = [replace(row, seen_at=START + timedelta(days=4)) if isinstance(row, Sighting) else row for row in rows]
    Log(own.log).append_rows(seen)
    build(own)
    app = opened("compare", of=own, campaign="first", lang="en", length="1", later="2024-05-02", earlier="2024-05-01")
    assert not app.warning and app.dataframe[0].value["change"][0] == "+0.0%"
    assert Texts("en")("compare.imported") in [caption.value for caption in app.caption]


def posts_of_days(days: range, hours: int = 0) -> list[Any]:
    """A post of each of these days after the first of the invented home, all seen later than the last."""
    rows = [row for day in days for row in one_post("first", f"{day}-{hours}", at=START + timedelta(days=day, hours=hours))]
    return [replace(row, seen_at=START + timedelta(days=days.stop + 1)) if isinstance(row, Sighting) else row for row in rows]


def last_days(app: AppTest) -> tuple[str, str]:
    """The last days of the two times that are compared."""
    return str(app.date_input(key="later").value), str(app.date_input(key="earlier").value)


def test_the_times_follow_until_one_is_chosen(opened, own):
    Log(own.log).append_rows(posts_of_days(range(70)))
    build(own)
    app = opened("compare", of=own, campaign="first", lang="en")
    assert last_days(app) == ("2024-07-09", "2024-07-02")
    app.button_group(key="length").set_value("28").run()
    assert last_days(app) == ("2024-07-09", "2024-06-11")
    app.button_group(key="length").set_value("7").run()
    app.date_input(key="later").set_value(date(2024, 7, 2)).run()
    assert last_days(app) == ("2024-07-02", "2024-06-25")
    assert app.query_params["later"] == "2024-07-02" and "earlier" not in app.query_params
    app.date_input(key="earlier").set_value(date(2024, 6, 1)).run()
    app.date_input(key="later").set_value(date(2024, 7, 3)).run()
    assert last_days(app) == ("2024-07-03", "2024-06-01")


def test_an_open_page_compares_the_days_that_come_in(opened, own):
    Log(own.log).append_rows(posts_of_days(range(20)))
    build(own)
    app = opened("compare", of=own, campaign="first", lang="en")
    assert last_days(app) == ("2024-05-20", "2024-05-13")
    Log(own.log).append_rows(posts_of_days(range(20, 24)))
    build(own)
    app.run()
    assert last_days(app) == ("2024-05-24", "2024-05-17") and not {"later", "earlier"} & set(app.query_params)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("earlier", "overlaps"), [("2024-05-20", True), ("2024-05-14", True), ("2024-05-25", True), ("2024-05-13", False)])
def test_no_change_is_told_of_times_that_share_days(opened, own, earlier, overlaps, language):
    Log(own.log).append_rows(posts_of_days(range(30)))
    build(own)
    app = opened("compare", of=own, campaign="first", lang=language, later="2024-05-20", earlier=earlier)
    assert [warning.value for warning in app.warning] == ([Texts(language)("compare.overlap")] if overlaps else [])
    assert set(app.dataframe[0].value["change"]) == ({"–"} if overlaps else {"+0.0%", "–"})


def test_the_hashtags_drawn_are_those_of_what_is_chosen(opened, own):
    """And it is said that there are more. Counters that are rounded or but a floor are drawn as such."""
    rows = [row for number in range(7) for row in tagged_posts(f"话题{number}", START, START)]
    rows += [replace(row, platform="xiaohongshu") if hasattr(row, "platform") else row for row in tagged_posts("笔记", START)]
    for n, (value, grain) in enumerate([(120_000, "rounded"), (350_000, "at_least")]):
        told = {"platform": "weibo", "tag": "第一", "tag_key": "第一", "seen_at": START + timedelta(days=n), "seen_at_basis": "told"}
        counter = {"discussions": value, "discussions_grain": grain, "source": "weibo-counts", "run_id": "run 话题0 0"}
        rows.append(HashtagCount(record_id=f"count {n}", views=1_000_000, views_grain="exact", **counter, **told))
    Log(own.log).append_rows(rows)
    build(own)
    app = opened("spread", of=own, lang="en", campaign="first", by="hashtag", counter="discussions")
    volume, counters = (json.loads(chart.proto.spec)["data"] for chart in app.get("plotly_chart"))
    assert {trace["name"] for trace in volume} == {f"#话题{number}" for number in range(6)}
    assert any(Texts("en")("spread.tags_drawn", shown=6, all=8) in element.value for element in app.caption)
    assert [said.split(": ")[1] for said, *_ in counters[0]["customdata"]] == ["≈ 120,000", "≥ 350,000"]
    app = opened("spread", of=own, lang="en", campaign="first", by="hashtag", platforms="xiaohongshu")
    assert [trace["name"] for trace in json.loads(app.get("plotly_chart")[0].proto.spec)["data"]] == ["#笔记"]


def test_slogans_that_are_not_drawn_are_told(opened, tmp_path):
    home = Home(tmp_path / "slogans")
    wordings = [f"先问第{number}遍" for number in "一二三四五六七"]
    campaign.new(home, "first", name="First", hashtags=["weibo:第一"], start=None, slogans=wordings)
    Log(home.log).append_rows([replace(row, author_key="a") if isinstance(row, Post) else row for row in one_post("first")])
    build(home)
    app = opened("slogans", of=home, lang="en", campaign="first")
    assert any(Texts("en")("slogans.drawn", shown=6, all=7) in element.value for element in app.caption)


def test_two_hashtags_are_compared_under_the_days_that_were_chosen(opened, home):
    app = opened("compare", campaign="art", compare="hashtags", to="2024-05-04")
    [table] = [element.value for element in app.dataframe]
    with reading(home) as connection:
        first, second = ask(connection, "tags", Filters(campaign="art"))["tag_key"][:2]
        for side, tag in (("first", first), ("second", second)):
            chosen = Filters(campaign="art", tag=tag, until=date(2024, 5, 5))
            found = ask(connection, "posts_found", chosen, **{**NO_CHOICE, "class": "post"})
            assert table[side].tolist()[:2] == [exact(found["posts"][0]), exact(found["accounts"][0])]


@pytest.mark.parametrize("label", LABEL_VALUES)
@pytest.mark.parametrize("apart", ["groups", "periods", "hashtags"])
def test_opinion_draws_every_choice(opened, label, apart):
    app = opened("opinion", campaign="art", label=label, apart=apart, scale="share")
    assert len(app.get("plotly_chart")) == 2
    tables = [element.value for element in app.dataframe if "word" in element.value.columns]
    assert len(tables) == 3 and all(len(table) for table in tables)
    [typical] = [element.value for element in app.dataframe if "text" in element.value.columns]
    assert 1 <= len(typical) <= 5


def test_keywords_are_those_of_five_posts_and_no_names_of_accounts(opened, own):
    """But for the words of the campaign file itself: a company's account may be called as the product the campaign is against."""
    file = own.campaigns / "first.toml"
    file.write_text('words = ["蒲公英"]\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    rows: list[Any] = []
    named = {"1": "向日葵", "2": "蒲公英", "3": "Zephyr"}
    for id in "1234567":
        told = {"text": f"向日葵 zephyr 章鱼 蒲公英 {'企鹅' if id < '6' else ''} {'长颈鹿' if id < '5' else ''}", "mentions": ("章鱼",)}
        post = {**told, "author_name": named.get(id), "text_sha256": text_sha256(None, told["text"])}
        rows += [replace(row, **post) if isinstance(row, Post) else row for row in one_post("first", id)]
        label = {"kind": "sentiment", "value": "negative", "probabilities": {"negative": 1.0}, "model": "tiny", "version": "1"}
        rows.append(Label(text_sha256=post["text_sha256"], labelled_at=START, run_id="run 1", **label))
    Log(own.log).append_rows(rows)
    build(own)
    [table] = [element.value for element in opened("opinion", of=own, campaign="first").dataframe if "word" in element.value.columns]
    assert sorted(table["word"]) == ["企鹅", "蒲公英"]
    report.write(own, "first", own.path / "report.html")
    page = (own.path / "report.html").read_text(encoding="utf-8")
    assert "企鹅 (5)" in page and "蒲公英 (7)" in page and "(posts read: 7)" in page
    assert not [word for word in ("向日葵", "zephyr", "章鱼", "长颈鹿") if word in page]


def test_words_that_tell_two_periods_apart_are_no_names_of_accounts(opened, own):
    """Many more words than are drawn are looked at, so that a name does not leave a gap."""
    rows: list[Any] = []
    for number in range(8):
        said = "企鹅 向日葵" if number < 4 else "长颈鹿 蒲公英"
        post = {"text": said, "text_sha256": text_sha256(None, said), "author_name": "向日葵", "mentions": ("蒲公英",)}
        of_day = one_post("first", f"{number}", at=START + timedelta(days=number // 4))
        rows += [replace(row, **post) if isinstance(row, Post) else row for row in of_day]
    Log(own.log).append_rows(rows)
    build(own)
    [chart] = opened("opinion", of=own, campaign="first", apart="periods").get("plotly_chart")
    drawn = [trace["y"] for trace in json.loads(chart.proto.spec)["data"]]
    assert drawn == [["企鹅"], ["长颈鹿"]]


def test_phrases_of_a_group_are_those_of_five_posts(opened, own):
    """Counted once a post; 保住画师 stands only within the longer one, and four posts are too few for the other."""
    rows: list[Any] = []
    for id in "123456":
        text = f"第{id}条：保住画师的饭碗。{'保住画师的饭碗！' if id == '1' else ''}{'企鹅喜欢长颈鹿' if id < '5' else ''}"
        rows += [
            replace(row, text=text, text_sha256=text_sha256(None, text)) if isinstance(row, Post) else row for row in one_post("first", id)
        ]
        label = {"kind": "sentiment", "value": "negative", "probabilities": {"negative": 1.0}, "model": "tiny", "version": "1"}
        rows.append(Label(text_sha256=text_sha256(None, text), labelled_at=START, run_id="run 1", **label))
    Log(own.log).append_rows(rows)
    build(own)
    tables = [element.value for element in opened("opinion", of=own, campaign="first").dataframe]
    [phrases] = [table for table in tables if "phrase" in table.columns]
    assert phrases.to_dict("records") == [{"phrase": "保住画师的饭碗", "posts": 6}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_opinion_names_the_model_that_labelled(opened, language):
    said = Texts(language)("overview.models", models="tiny 1")
    assert any(element.value.startswith(f"{said} · ") for element in opened("opinion", campaign="art", lang=language).caption)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_on_stance_is_of_the_labels_there_are(opened, home, language):
    with reading(home) as connection:
        told = ask(connection, "labels_total", Filters(campaign="art")).query("target == '云画机'")
    posts = dict(zip(told["value"], told["posts"], strict=True))
    whole = sum(posts.values())
    shares = {value: share(posts[value], whole) for value in ("against", "favour", "neutral", "undecided")}
    expected = Texts(language)("opinion.answer_stance", target="云画机", posts=exact(whole), **shares)
    assert expected in [element.value for element in opened("opinion", campaign="art", lang=language).markdown]


def test_a_public_viewer_gets_no_words_and_no_typical_posts(public):
    app = public("opinion", campaign="art")
    assert not [element for element in app.dataframe if {"word", "text"} & set(element.value.columns)]
    app = public("slogans", campaign="art")
    assert not [element for element in app.dataframe if "text" in element.value.columns]
    app = public("posts", campaign="art", lang="en")
    [table] = [element.value for element in app.dataframe]
    assert len(table) and set(table["author"]) == {"–"} and Texts("en")("posts.pick") not in [element.value for element in app.caption]


@pytest.mark.parametrize(("measure", "by"), [("posts", "platform"), ("posts", "hashtag"), ("accounts", "platform")])
def test_a_public_picture_says_how_many_figures_it_leaves_out(public, home, monkeypatch, measure, by):
    taken = []
    monkeypatch.setattr(show, "take", lambda reader, figure, words, key: taken.append(words))
    app = public("spread", campaign="art", lang="en", measure=measure, by=by)
    reader = app.session_state["reader"]
    with reading(home) as connection:
        tags = list(ask(connection, "tags", reader.filters, PUBLIC)["tag_key"][:6])
        bins = ask(connection, "by_day" if by == "platform" else "tags_by_day", reader.filters, Viewer(), tags=tags)
    few = int(bins[measure].between(1, FEW - 1).sum())
    assert few and f"left out: {few} figures under {FEW}" in taken[0].below[0]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["overview", "spread", "opinion", "posts"])
def test_what_is_withheld_is_not_called_none(public, undated, page):
    """Four posts, labelled: every figure of them is too small for the public."""
    app = public(page, of=undated(*[START] * 4), campaign="first", lang="en")
    texts = Texts("en")
    said = [element.value for element in app.info]
    assert not {*(texts(f"missing.{what}") for what in ("posts", "labels", "labelled")), texts("missing.volume", what="posts")} & set(said)
    assert (texts("missing.withheld", few=FEW) in said) == (page in ("spread", "opinion"))


def test_of_a_sum_of_which_a_part_is_withheld_there_are_no_shares(public):
    """Of 17 posts 9 are against, and the others are too few to be shown: 9 of 9 would be all."""
    app = public("opinion", campaign="art", lang="en", tag="画师[a](http://b.example/)")
    said = [element.value for element in app.markdown if element.value.startswith("Toward")]
    assert said and all("of – labelled posts **–** are against" in one for one in said), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_records_that_tell_no_day_are_told_by_what_they_are(opened, own, language):
    """Three comments tell none, and the one post does."""
    texts = Texts(language)
    comments = [row for n in range(3) for row in one_post("first", f"c{n}", at=None, comment=True)]
    Log(own.log).append_rows([*one_post("first"), *comments])
    build(own)
    comment = texts.of("measure", "comments")
    assert opened("spread", of=own, campaign="first", lang=language, measure="comments").info[0].value == texts(
        "missing.undated_records", what=comment
    )
    below = " ".join(element.value for element in opened("spread", of=own, campaign="first", lang=language).caption)
    assert texts("source.undated", posts="3") not in below and texts("spread.left_out_undated", posts="3") not in below


def test_a_quoted_figure_of_a_day_stands_on_that_day_west_of_its_file(opened, own, monkeypatch):
    taken = []
    monkeypatch.setattr(show, "take", lambda reader, figure, words, key: taken.append((key, figure)))
    (own.campaigns / "first.toml").write_text(
        'id = "first"\nname = "First"\nzone = "America/New_York"\n[hashtags]\nweibo = ["第一"]\n', encoding="utf-8"
    )
    midnight = datetime(2024, 5, 6, 16)  # of 7 May in China
    told = {"platform": "weibo", "tag": "第一", "tag_key": "第一", "seen_at_basis": "told", "source": "weibo-counts", "run_id": "run 1"}
    counts = [
        HashtagCount(record_id=f"{n}", seen_at=START + timedelta(days=7 + n), views=9 + n, views_grain="exact", **told) for n in range(2)
    ]
    figure = Quoted(record_id="q", campaign="first", what="views", value=9, value_grain="exact", shown="9", at=midnight, at_grain="day",
                    publisher="The Invented Gazette", entered_by="me", run_id="run 1")  # fmt: skip
    Log(own.log).append_rows([*one_post("first"), *counts, figure])
    build(own)
    opened("spread", of=own, campaign="first", lang="en", **{"from": "2024-05-07"})
    drawn = {trace.name: trace for key, figure in taken if key.startswith("counters-") for trace in figure.data}
    [at] = drawn[Texts("en")("chart.quoted")].x
    assert pd.Timestamp(at).date() == date(2024, 5, 7)


def test_slogans_count_who_shows_them(opened, home):
    slogans = {"支持画师": ["支持画师", "横幅"], "反对AI": ["反对AI"]}
    with reading(home) as connection:
        rows = connection.execute(
            """
            select coalesce(title || chr(10), '') || coalesce(text, ''), author_key from posts
            where list_contains(campaigns, 'art') and not is_comment and coalesce(kind, '') <> 'comment' and not bare
              and published_at is not null"""
        ).fetchall()
    app = opened("slogans", campaign="art")
    [table] = [element.value for element in app.dataframe if "variants" in element.value.columns]
    for (slogan, wordings), told in zip(slogans.items(), table.to_dict("records"), strict=True):
        showing = [(text, author) for text, author in rows if holds(text, wordings)]
        assert (told["slogan"], told["posts"]) == (slogan, len(showing)) and told["posts"] > 0
        assert told["accounts"] == len({author for _, author in showing if author})
    forms = opened("slogans", campaign="art", slogan="反对AI").dataframe[1].value
    assert forms["form"].map(plain).eq("反对ai").all() and forms["posts"].sum() == table["posts"][1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_exported_is_what_was_chosen(opened, home, language):
    app = opened("export", campaign="art", platforms="weibo", lang=language)
    assert "--platform weibo" in app.code[0].value and "--text pseudonymised" in app.code[0].value
    app.button[0].click().run()
    assert not app.exception
    with reading(home) as connection:
        told = ask(connection, "headline", Filters(campaign="art", platforms=("weibo",)))
    posts, reposts, comments = (exact(told[figure].sum()) for figure in ("posts", "reposts", "comments"))
    assert all(int(number) for number in (posts, reposts, comments))
    records = exact(told[["posts", "reposts", "comments"]].sum().sum())
    done = {"records": records, "post": posts, "repost": reposts, "comment": comments}
    assert app.success[0].value == Texts(language)("export.done", files=10, **done)
    [files] = [element.value for element in app.dataframe if "sha256" in element.value.columns]
    assert {"posts.csv", "codebook.csv", "README.txt", "manifest.sha256"} <= set(files["file"])
    app.toggle(key="export_identities").set_value(True).run()
    assert not app.success and any(element.value == Texts(language)("export.people") for element in app.warning)


def test_a_bundle_of_some_days_holds_as_many_as_the_page_says(opened, own):
    Log(own.log).append_rows([*one_post("first", id="1"), *one_post("first", id="2", at=None), *one_post("first", id="3", at=None)])
    build(own)
    for address, records in (({}, 3), ({"from": "2024-05-01", "to": "2024-05-01"}, 1)):
        app = opened("export", of=own, campaign="first", lang="en", **address)
        assert any(element.value.startswith(f"**{records}** posts") for element in app.markdown)
        app.button[0].click().run()
        assert app.success[0].value == Texts("en")("export.done", records=records, files=10, post=records, repost=0, comment=0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_bundle_is_made_of_what_may_hold_the_forgotten(opened, own, language):
    Log(own.log).append_rows(one_post("first", id="1"))
    build(own)
    forget(own, author="weibo:1")
    app = opened("export", of=own, campaign="first", lang=language)
    app.button[0].click().run()
    assert [element.value for element in app.error] == [Texts(language)("fault.forgotten")] and not app.exception and not app.success


@pytest.fixture(scope="session")
def untouched(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("untouched") / "home")
    campaign.new(home, "first", name="First", hashtags=["weibo:第一"], start=None)
    build(home)
    return home


@pytest.fixture
def own(untouched, tmp_path):
    """A home of its own, to be changed."""
    return Home(shutil.copytree(untouched.path, tmp_path / "own"))


def test_a_campaign_is_made_and_is_there_at_once(opened, own):
    app = opened("add_campaign", of=own, lang="zh")
    app.text_input(key="new_id").set_value("art-2")
    app.text_input(key="new_name").set_value("第二个")
    app.text_area(key="new_tags_weibo").set_value("#抵制#\n 停更 \n\n停更")
    app.text_area(key="new_tags_xiaohongshu").set_value("#画师 #抵制")
    app.text_area(key="new_against").set_value("云画机")
    app.text_area(key="new_favour").set_value("画师\n")
    app.text_area(key="new_slogans").set_value("先问再用")
    app.button[0].click().run()
    assert not app.exception and not app.error
    made = campaign.campaigns(own)["art-2"]
    told = [("weibo", "抵制"), ("weibo", "停更"), ("xiaohongshu", "画师"), ("xiaohongshu", "抵制")]
    assert made.name == "第二个" and made.hashtags == told
    assert made.targets == [("云画机", "against"), ("画师", "favour")] and made.told["slogans"] == [{"text": "先问再用"}]
    assert "第二个" in app.selectbox(key="campaign").options and app.success


@pytest.mark.parametrize("id, said", [("Art 2", "bad_id"), ("", "bad_id"), ("../x", "bad_id"), ("first", "taken")])
def test_a_campaign_that_cannot_be_is_not_made(opened, own, id, said):
    app = opened("add_campaign", of=own)
    app.text_input(key="new_id").set_value(id)
    app.button[0].click().run()
    assert app.error[0].value == Texts("en")(f"add_campaign.{said}") and not app.success
    assert list(campaign.campaigns(own)) == ["first", "no-to-ai-images"]


def test_where_no_campaign_can_be_written_the_page_says_so(opened, own):
    app = opened("add_campaign", of=own)
    app.text_input(key="new_id").set_value("art-2")
    with no_file_larger_than(0):
        app.button[0].click().run()
    assert not app.exception and "Make room there" in app.error[0].value and not app.success
    assert list(campaign.campaigns(own)) == ["first", "no-to-ai-images"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", ["##", "甲#乙"])
def test_a_hashtag_that_is_none_makes_no_campaign(opened, own, language, told):
    app = opened("add_campaign", of=own, lang=language)
    app.text_input(key="new_id").set_value("art-2")
    app.text_area(key="new_tags_weibo").set_value(f"{told}\n停更")
    app.button[0].click().run()
    shown = repr(told.strip("#"))
    assert app.code[0].value == Texts(language)("fault.no_hashtag", shown=shown, platform="weibo") and not app.success
    assert list(campaign.campaigns(own)) == ["first", "no-to-ai-images"]


def one_post(of: str, id: str = "1", *, platform: str = "weibo", at: datetime | None = START, comment: bool = False, **sighting: Any):
    """The rows of a post of which nothing is told but text and time."""
    told = {"platform": platform, "post_id": id, "is_comment": comment, "run_id": f"run {id}"}
    record = f"{platform} {id} {comment}"
    yield Run(run_id=told["run_id"], source="import", campaign=of, started=START, ended=START, version="0.1.0")
    yield Post(record_id=record, text="先问", text_sha256=text_sha256(None, "先问"), published_at=at,
               published_grain=at and "minute", **told)  # fmt: skip
    yield Sighting(record_id=record, seen_at=START, seen_at_basis="told", format="weibo-search", **sighting, **told)
    yield Membership(campaign=of, via="query", **told)


@pytest.mark.parametrize(
    ("grain", "hours", "known"), [("minute", 2, True), ("hour", 2, True), ("hour", 1, False), ("day", 47, False), ("day", 48, True)]
)
def test_a_time_finer_than_twice_what_posts_tell_has_no_completeness(own, grain, hours, known):
    """One of three posts tells its time so, and may be from before the first reading."""
    told = {"platform": "weibo", "tag": "第一", "tag_key": "第一", "seen_at_basis": "told", "source": "weibo-counts", "run_id": "run 1 0"}
    rows = [row for number in range(3) for row in tagged_posts(f"{number}", START)]
    rows = [replace(row, tag_keys=("第一",)) if isinstance(row, Post) else row for row in rows]
    rows = [replace(row, published_grain=grain) if isinstance(row, Post) and row.post_id == "1 0" else row for row in rows]
    for n, at in enumerate((START - timedelta(minutes=5), START - timedelta(minutes=5) + timedelta(hours=hours))):
        rows.append(HashtagCount(record_id=f"{n}", seen_at=at, originals=90 + 10 * n, originals_grain="exact", **told))
    Log(own.log).append_rows(rows)
    build(own)
    with reading(own) as connection:
        found = ask(connection, "completeness", Filters(campaign="first"))
        twin = ids(connection, "completeness", Filters(campaign="first"))
    assert found["collected"].tolist() == [3] * known and len(twin) == 3 * known


@pytest.mark.parametrize("language", LANGUAGES)
def test_rounded_counters_tell_no_completeness(opened, own, language):
    """1.2万 and 1.3万 are right to half a unit: they may have risen by nothing, or by 2,000."""
    told = {"platform": "weibo", "tag": "第一", "tag_key": "第一", "seen_at_basis": "told", "source": "weibo-counts", "run_id": "run 1"}
    for n in (0, 2):
        at = START + timedelta(days=n - 1)
        row = HashtagCount(record_id=f"{n}", seen_at=at, originals=12_000 + 500 * n, originals_grain="rounded", **told)
        Log(own.log).append_rows([row])
    Log(own.log).append_rows(
        [replace(row, hashtags=("第一",), tag_keys=("第一",)) if isinstance(row, Post) else row for row in one_post("first")]
    )
    build(own)
    app = opened(of=own, campaign="first", lang=language)
    unknown = Texts(language)("overview.completeness_unknown")
    assert unknown in [element.value for element in app.markdown]
    assert Texts(language)("overview.share_unknown") in " ".join(element.value for element in app.caption)
    report.write(own, "first", own.path / "report.html", language=language)
    assert html.escape(unknown.replace("**", "")) in (own.path / "report.html").read_text(encoding="utf-8")
    with reading(own) as connection:
        asked = Filters(campaign="first")
        assert (len(ask(connection, "completeness", asked)), len(ids(connection, "completeness", asked))) == (0, 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_invented_posts_are_marked_whatever_the_campaign_file_says_by_now(opened, own, monkeypatch, language):
    invented = [replace(row, synthetic=True) if isinstance(row, Run) else row for row in one_post("first")]
    Log(own.log).append_rows(invented)
    build(own)
    texts, taken = Texts(language), []
    monkeypatch.setattr(show, "take", lambda reader, figure, words, key: taken.append(words))
    app = opened("spread", of=own, campaign="first", lang=language)
    assert texts("synthetic.banner") in [element.value for element in app.warning]
    assert f"First · {texts('synthetic.short')}" in app.selectbox(key="campaign").options
    assert taken and all(words.synthetic for words in taken)
    report.write(own, "first", own.path / "report.html", language=language)
    assert texts("synthetic.banner") in (own.path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_many_accounts_there_are_is_not_told_where_no_post_tells_its_own(opened, own, language):
    Log(own.log).append_rows([*one_post("first")])
    build(own)
    app = opened(of=own, campaign="first", lang=language)
    assert (metric(app, "posts", language), metric(app, "accounts", language)) == ("1", "–")
    assert any("**1**" in said.value and "**0**" not in said.value for said in app.markdown)
    report.write(own, "first", own.path / "report.html", language=language)
    assert f"<b>–</b> {registry()['accounts'].name[language]}" in (own.path / "report.html").read_text(encoding="utf-8")


def labelled(model: str, kind: str, value: str, target: str | None = None) -> Label:
    """What a model says of the text of `one_post`."""
    return Label(text_sha256=text_sha256(None, "先问"), kind=kind, target=target, value=value, probabilities={value: 1.0}, model=model,
                 version="1", labelled_at=START, run_id="run 1")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "two", "three"),
    [
        ("en", ["ours 1 (emotion, stance)", "theirs 1 (sentiment)"],
         ["ours 1 (emotion, stance toward 云画机)", "theirs 1 (sentiment)", "later 1 (stance toward AI绘画)"]),
        ("zh", ["ours 1（情绪、立场）", "theirs 1（情感倾向）"],
         ["ours 1（情绪、对“云画机”的立场）", "theirs 1（情感倾向）", "later 1（对“AI绘画”的立场）"]),
    ],
)  # fmt: skip
def test_of_several_models_each_is_named_with_what_it_labelled(opened, own, language, two, three):
    with (own.campaigns / "first.toml").open("a", encoding="utf-8") as file:
        file.write("".join(f'[[targets]]\nconcept = "{target}"\nside = "against"\n' for target in ("云画机", "AI绘画")))
    ours = [labelled("ours", "emotion", "angry"), labelled("ours", "stance", "against", "云画机")]
    Log(own.log).append_rows([*one_post("first"), *ours, labelled("theirs", "sentiment", "negative")])
    texts = Texts(language)
    for added, expected in (([], two), ([labelled("later", "stance", "against", "AI绘画")], three)):
        Log(own.log).append_rows(added)
        build(own)
        said = texts("overview.models", models=SIGNS[language][2].join(for_markdown(one) for one in expected))
        for page in ("opinion", "overview"):
            app = opened(page, of=own, campaign="first", lang=language)
            assert any(element.value.startswith(f"{said} · ") for element in app.caption), page
        [versions] = [element.value for element in opened("method", of=own, campaign="first", lang=language).dataframe]
        assert versions["value"].tolist()[1:] == expected
        report.write(own, "first", own.path / "report.html", language=language)
        assert " · ".join(expected) in (own.path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_posts_are_from_the_first_to_the_last_of_them(opened, own, language):
    """Comments go on for months."""
    Log(own.log).append_rows([*one_post("first"), *one_post("first", "2", at=START + timedelta(days=90), comment=True)])
    build(own)
    said = Texts(language)("overview.span", first="2024-05-01", last="2024-05-01")
    assert any(said in element.value for element in opened(of=own, campaign="first", lang=language).markdown)
    report.write(own, "first", own.path / "report.html", language=language)
    page = (own.path / "report.html").read_text(encoding="utf-8")
    assert "<td>2024-05-01</td><td>2024-05-01</td>" in page and "2024-07-30" not in page


@pytest.fixture
def undated(tmp_path):
    """A campaign with a slogan, to which posts come that tell their time, or not."""
    home = Home(tmp_path / "undated")
    campaign.new(home, "first", name="First", hashtags=["weibo:第一"], start=None, slogans=["先问"])
    sha256 = text_sha256(None, "先问")

    def publish(*times: datetime | None) -> Home:
        rows = [row for number, at in enumerate(times) for row in one_post("first", str(number), at=at)]
        label = {"kind": "sentiment", "value": "negative", "probabilities": {"negative": 1.0}, "model": "tiny", "version": "1"}
        told = [replace(row, text_sha256=sha256, author_key=row.post_id) if isinstance(row, Post) else row for row in rows]
        Log(home.log).append_rows([*told, Label(text_sha256=sha256, labelled_at=START, run_id="run 0", **label)])
        build(home)
        return home

    return publish


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["compare", "slogans", "spread"])
def test_posts_that_tell_no_day_are_not_called_none(opened, undated, page, language):
    app = opened(page, of=undated(None, None), campaign="first", lang=language)
    assert app.info[0].value == Texts(language)("missing.undated")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["opinion", "slogans"])
def test_a_page_says_how_many_posts_tell_no_day(opened, undated, page, language):
    said = Texts(language)("source.undated", posts=2)
    app = opened(page, of=undated(START, START, None, None), campaign="first", lang=language)
    assert said in next(element.value for element in app.caption if "/method" in element.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_hashtags_say_what_tells_no_day_or_no_account(opened, own, language):
    """One of the hashtags is called as a column of the table is."""
    rows: list[Any] = []
    for number, at in enumerate((START, START, None)):
        for row in one_post("first", str(number), at=at):
            told = {"hashtags": ("fact", "别的"), "tag_keys": ("fact", "别的"), "author_key": None if number else "a"}
            rows.append(replace(row, **told) if isinstance(row, Post) else row)
    Log(own.log).append_rows(rows)
    build(own)
    app = opened("compare", of=own, campaign="first", compare="hashtags", lang=language)
    texts, said = Texts(language), [element.value for element in app.caption]
    for note in (texts("source.undated", posts="1 / 1"), texts("overview.no_account", posts="2 / 2")):
        assert any(note in caption for caption in said)
    assert app.dataframe[0].value["fact"].tolist()[0] == texts.of("measure", "posts")
    said = [element.value for element in opened("compare", of=own, campaign="first", length="1", lang=language).caption]
    assert any(texts("overview.no_account", posts="1 / 0") in caption for caption in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_tells_no_day_is_on_none_of_the_days_chosen(opened, undated, language):
    texts = Texts(language)
    days = {"from": "2024-05-01", "to": "2024-05-05"}
    home = undated(*(START + timedelta(days=day) for day in (0, 1, 2, 20, 21, 22)), None)
    app = opened(of=home, campaign="first", lang=language, **days)
    said = [element.value for element in app.caption if texts("spread.left_out_undated", posts=1) in element.value]
    assert [metric(app, figure, language) for figure in ("posts", "accounts")] == ["3", "3"] and len(said) == 2
    [statuses] = [element.value for element in app.dataframe if "last_seen" in element.value.columns]
    assert statuses["posts"].tolist() == [3]
    export = opened("export", of=home, campaign="first", lang=language, **days)
    assert texts("export.answer", records=3) in [element.value for element in export.markdown]
    app = opened(of=home, campaign="first", lang=language)
    assert [metric(app, figure, language) for figure in ("posts", "accounts")] == ["7", "7"]
    assert any(texts("overview.undated", posts=1) in element.value for element in app.caption)
    app = opened(of=undated(None, None), campaign="first", lang=language, **{"from": "2024-07-01"})
    assert app.info[0].value == texts("missing.undated")


UNTOLD = [  # pages that count accounts, and what of it their address chooses
    ("slogans", {}),
    ("slogans", {"adopted": "share"}),
    ("compare", {"later": "2024-05-01", "length": "1"}),
    ("compare", {"compare": "hashtags"}),
    ("posts", {}),
    ("spread", {"measure": "accounts"}),
    ("spread", {"measure": "accounts", "by": "hashtag"}),
]


@pytest.fixture(scope="module")
def untold(tmp_path_factory):
    """A home of posts with slogans and hashtags of which none tells its account."""
    home = Home(tmp_path_factory.mktemp("untold"))
    campaign.new(home, "first", name="First", hashtags=["weibo:第一"], start=None, slogans=["先问"])
    rows = [row for id in "12" for row in one_post("first", id)]
    tags = {"hashtags": ("第一", "第二"), "tag_keys": ("第一", "第二")}
    Log(home.log).append_rows([replace(row, **tags) if isinstance(row, Post) else row for row in rows])
    build(home)
    return home


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("page", "address"), UNTOLD)
def test_no_page_takes_accounts_that_are_not_told_for_none(opened, untold, page, address, language):
    app = opened(page, of=untold, campaign="first", lang=language, **address)
    said = " ".join(element.value for kind in (app.markdown, app.info) for element in kind)
    assert not re.search(r"(?<!\d)0\*{0,2} (of the|accounts|个)", said)
    if page in ("slogans", "spread"):
        assert not app.get("plotly_chart") and Texts(language)("missing.accounts") in said
    if page == "slogans":
        assert app.dataframe[0].value[["posts", "share"]].values.tolist() == [[2, "–"]] and app.dataframe[0].value["accounts"].isna().all()
    if page == "compare":
        told = app.dataframe[0].value.set_index("fact").loc[Texts(language).of("measure", "accounts")]
        assert told.iloc[0] == "–"


def test_a_chart_of_accounts_says_how_many_posts_tell_none(opened, home):
    with reading(home) as connection:
        without = ask(connection, "headline", Filters(campaign="art"))["no_account"].sum()
    app = opened("spread", campaign="art", lang="en", measure="accounts")
    said = Texts("en")("overview.no_account", posts=exact(without))
    assert without and any(said in element.value for element in app.caption)


def test_the_report_draws_no_accounts_that_are_not_told(untold):
    report.write(untold, "first", untold.path / "report.html")
    assert Texts("en")("missing.accounts") in (untold.path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", ["embed", "replay"])
def test_a_run_over_what_was_collected_is_no_collection(opened, own, source):
    later = START + timedelta(days=3)
    told = {"campaign": "first", "source": source, "started": later, "ended": later, "version": "0.1.0"}
    Log(own.log).append_rows([*one_post("first"), Run(run_id="over", **told)])
    build(own)
    app = opened(of=own, campaign="first", lang="en")
    said = [element.value for element in app.caption if "last collected" in element.value]
    assert said and all("last collected 2024-05-01 09:00" in line for line in said)
    [table] = [element.value for element in app.dataframe if "unfinished" in element.value.columns]
    assert table["source"].tolist() == ["import of files"]
    app = opened("health", of=own, campaign="first", lang="en")
    assert metric(app, "runs", "en") == "1" and Texts("zh").of("source_name", source) != source


@pytest.mark.slow
@pytest.mark.parametrize(("read", "said"), [(0, "2024-05-01 09:00"), (None, "2024-05-01 09:00"), (7, "2024-05-04 09:00")])
def test_a_refusal_that_brought_nothing_is_no_collection(opened, own, read, said):
    later = START + timedelta(days=3)
    told = {"campaign": "first", "source": "weibo-posts", "started": later, "ended": later, "requests": 1, "version": "0.1.0"}
    Log(own.log).append_rows([*one_post("first"), Run(run_id="refused", blocked_by="m.weibo.cn: 418", read=read, **told)])
    build(own)
    app = opened(of=own, campaign="first", lang="en")
    assert {figure: last_collected(app)[figure] for figure in ("posts", "reposts", "runs")} == dict.fromkeys(
        ("posts", "reposts", "runs"), said
    )
    assert last_collected(app)["comments"] == "2024-05-01 09:00"  # nobody looked for any since
    [table] = [element.value for element in app.dataframe if "unfinished" in element.value.columns]
    shown = table.set_index("source")["last"].to_dict()
    assert shown == {"import of files": "2024-05-01 09:00", Texts("en").of("source_name", "weibo-posts"): said if read else "–"}
    assert metric(opened("health", of=own, campaign="first", lang="en"), "runs", "en") == "2"


def last_collected(app: AppTest) -> dict[str, str]:
    """Of each figure under which it stands, when it was last collected."""
    told = [re.search(r"last collected ([-0-9: ]+) ·.*&metric=(\w+)\)", element.value) for element in app.caption]
    return {found[2]: found[1].strip() for found in told if found}


def test_each_figure_says_when_what_it_counts_was_last_looked_for(opened, own):
    """Counters, a hot list, comments and posts that are known: none is a look for posts, and no more is a file that brought only lists."""
    days = {"weibo-comments": 1, "recheck": 2, "weibo-counts": 3, "weibo-hot": 4, "import": 5}
    rows: list[Any] = [*one_post("first", comment=True), *one_post("first", "2")]
    for source, day in days.items():
        at = START + timedelta(days=day)
        rows.append(
            Run(run_id=source, source=source, campaign="first", started=at, ended=at, requests=1, added=1, updated=0, version="0.1.0")
        )
    told = {"platform": "weibo", "seen_at": START, "seen_at_basis": "told"}
    rows.append(HashtagCount(record_id="1", tag="第一", tag_key="第一", views=9, source="weibo-counts", run_id="weibo-counts", **told))
    rows.append(HotSearch(record_id="2", list="realtimehot", title="第一", seen_at_grain="second", run_id="import", **told))
    Log(own.log).append_rows(rows)
    build(own)
    expected = {
        "posts": 0,
        "accounts": 0,
        "reposts": 0,
        "comments": 1,
        "statuses": 2,
        "membership": 1,
        "views": 3,
        "counters": 3,
        "runs": 5,
    }
    app = opened(of=own, campaign="first", lang="en")
    assert last_collected(app) == {figure: f"2024-05-0{1 + day} 09:00" for figure, day in expected.items()} | {
        "completeness": "2024-05-01 09:00"
    }
    assert last_collected(opened("spread", of=own, campaign="first", lang="en"))["hot_search"] == "2024-05-06 09:00"
    report.write(own, "first", own.path / "report.html")
    page = (own.path / "report.html").read_text(encoding="utf-8")
    assert set(re.findall("last collected ([-0-9]+)", page)) == {"2024-05-01", "2024-05-04"}


def test_where_every_run_was_refused_nothing_is_collected_yet(opened, own):
    told = {"campaign": "first", "source": "weibo-posts", "started": START, "ended": START, "version": "0.1.0"}
    Log(own.log).append_rows([Run(run_id="refused", blocked_by="m.weibo.cn: 418", read=0, **told)])
    build(own)
    app = opened("health", of=own, campaign="first", lang="en")
    assert any(Texts("en")("source.never") in element.value for element in app.caption)
    assert not any("last collected" in element.value for element in app.caption)


def test_the_public_sees_no_gap_of_a_single_post(own):
    told = {"campaign": "first", "platform": "weibo", "reason": "fewer than reported", "run_id": "run 1"}
    at = [START + timedelta(minutes=number) for number in range(FEW)]

    def gaps(posts: int, viewer: Viewer) -> list[tuple]:
        rows = [Gap(query=f"49{n}", starts_at=at[n], ends_at=at[n], reported=37, collected=12 if n else None, **told) for n in range(posts)]
        Log(own.log).append_rows([*one_post("first"), *rows])
        build(own)
        with reading(own) as connection:
            found = ask(connection, "gaps", Filters(campaign="first"), viewer).astype(object)
        found = found.where(found.notna(), None)
        return list(found[["query", "starts_at", "ends_at", "reported", "collected", "withheld"]].itertuples(index=False, name=None))

    assert gaps(FEW - 1, PUBLIC) == [(None, at[3], at[3], None, None, 2)]
    assert gaps(FEW, PUBLIC) == [(None, at[4], at[4], 37 * FEW, 12 * (FEW - 1), 0)]
    assert len(gaps(FEW, Viewer())) == FEW


def test_favourites_are_engagement_where_the_platform_counts_them_so(own):
    rows = [*one_post("first", "1", platform="xiaohongshu", favourites=900, favourites_grain="exact")]
    rows += [*one_post("first", "2", platform="xiaohongshu", likes=5, likes_grain="exact")]
    rows += [*one_post("first", "3", favourites=9000, favourites_grain="exact")]
    Log(own.log).append_rows(rows)
    build(own)
    with reading(own) as connection:
        found = ask(connection, "posts_page", Filters(campaign="first"), **{**NO_CHOICE, "class": None}, order="engagement", rows=9, skip=0)
    assert found["post_id"].tolist() == ["1", "2", "3"]


def test_more_runs_are_counted_than_are_listed(opened, own):
    at = [START + timedelta(minutes=number) for number in range(501)]
    told = {"campaign": "first", "source": "weibo-counts", "version": "0.1.0"}
    Log(own.log).append_rows(
        [Run(run_id=f"run {moment}", started=moment, ended=None if moment == START else moment, **told) for moment in at]
    )
    build(own)
    app = opened("health", of=own, campaign="first", lang="en")
    assert metric(app, "runs", "en") == "501" and metric(app, "runs_cut_off", "en") == "1"


def test_opinion_tells_filters_from_labels_that_are_not_there(opened):
    for address, said in (({"from": "2030-01-01"}, "labelled"), ({"campaign": "bare"}, "labels")):
        app = opened("opinion", **{"campaign": "art", "lang": "en", **address})
        assert app.info[0].value == Texts("en")(f"missing.{said}") and bool(app.code) == (said == "labels")


def test_a_day_of_a_gap_and_one_before_the_first_are_not_told_in_a_comparison(opened, own):
    rows = [row for day in (0, 3) for row in one_post("first", id=str(day), at=START + timedelta(days=day))]
    gap = {"starts_at": START + timedelta(days=1), "ends_at": START + timedelta(days=1, hours=3), "reason": "blocked", "run_id": "run 0"}
    Log(own.log).append_rows([*rows, Gap(campaign="first", platform="weibo", **gap)])
    build(own)
    app = opened("compare", of=own, campaign="first", length="7", later="2024-05-04")
    [chart] = app.get("plotly_chart")
    told = [said[0] for said in json.loads(chart.proto.spec)["data"][0]["customdata"]]
    assert [line.removeprefix("2024-")[:8] for line in told] == [
        "04-28: –", "04-29: –", "04-30: –", "05-01: 1", "05-02: –", "05-03: 0", "05-04: 1",
    ]  # fmt: skip
    later = opened("compare", of=own, campaign="first", length="1", later="2024-05-02", earlier="2024-05-02")
    assert len(later.get("plotly_chart")) == 1  # a chart of nothing that is told


@pytest.mark.slow
@pytest.mark.parametrize(
    ("later", "known"),
    [
        ({}, []),
        ({"query": "#第二#"}, ["blocked"]),
        ({"query": "#第一#甲"}, ["blocked"]),
        ({"source": "weibo-comments"}, ["blocked"]),
        ({"campaign": "other"}, ["blocked"]),
        ({"covers_from": START + timedelta(minutes=1)}, ["blocked"]),
        ({"covers_to": START + timedelta(hours=2)}, ["blocked"]),
        ({"covers_from": None, "covers_to": None}, ["blocked"]),
        ({"started": START - timedelta(days=1)}, ["blocked"]),
        ({"lacks": START + timedelta(hours=4)}, ["page cap"]),
        ({"lacks": START + timedelta(hours=2)}, ["blocked", "page cap"]),
    ],
    ids=str,
)
def test_a_gap_ends_with_a_run_that_read_all_of_its_time_again(opened, own, later, known):
    """A refusal's gap lasts until the next run has caught up: one of the same source that asked the same, and missed nothing there."""
    told = {"source": "weibo-posts", "campaign": "first", "query": "#第一# | 甲", "requests": 5, "version": "0.1.0"}
    again = {**told, "started": START + timedelta(days=1), "covers_from": START, "covers_to": START + timedelta(days=1), **later}
    lacks = again.pop("lacks", None)
    gap = {"campaign": "first", "platform": "weibo", "query": "#第一#"}
    rows = [
        *one_post("first"),
        Run(run_id="refused", started=START + timedelta(hours=3), blocked_by="m.weibo.cn: 418", **told),
        Gap(starts_at=START, ends_at=START + timedelta(hours=3), reason="blocked", run_id="refused", **gap),
        Run(run_id="again", ended=again["started"] + timedelta(hours=1), **again),
    ]
    if lacks:
        rows.append(Gap(starts_at=lacks, ends_at=lacks + timedelta(hours=1), reason="page cap", run_id="again", **gap))
    Log(own.log).append_rows(rows)
    build(own)
    page = opened("health", of=own, campaign="first", lang="en")
    [sources] = [element.value for element in page.dataframe if "last_good" in element.value.columns]
    with reading(own) as connection:
        assert ask(connection, "gaps", Filters(campaign="first"))["reason"].tolist() == known
    assert metric(page, "gaps", "en") == str(len(known)) and sources["gaps"].sum() == len(known)


def test_a_gap_is_as_long_as_what_no_later_run_read_again(own):
    told = {"source": "weibo-posts", "campaign": "first", "query": "#第一#", "version": "0.1.0"}
    ends = START + timedelta(hours=9)
    gap = Gap(campaign="first", platform="weibo", query="#第一#", starts_at=START, ends_at=ends, reason="blocked", run_id="refused")
    again = [
        Run(run_id=f"{hours}", started=ends + timedelta(hours=hours), covers_from=START + timedelta(hours=hours), covers_to=ends, **told)
        for hours in (5, 2, 7)
    ]
    Log(own.log).append_rows([Run(run_id="refused", started=ends, blocked_by="418", **told), gap, *again])
    build(own)
    with reading(own) as connection:
        [known] = ask(connection, "gaps", Filters(campaign="first")).to_dict("records")
    assert (known["starts_at"], known["ends_at"]) == (START, START + timedelta(hours=2))


def test_gaps_of_what_only_the_moment_tells_are_none_of_the_posts(own):
    span = {"starts_at": START, "ends_at": START + timedelta(hours=1)}
    for name in live.sources():
        run = Run(run_id=name, source=name, campaign="first", started=START, ended=START, version="0.1.0")
        Log(own.log).append_rows([run, Gap(campaign="first", platform="weibo", reason=name, run_id=name, **span)])
    build(own)
    with reading(own) as connection:
        gaps = ask(connection, "gaps", Filters(campaign="first"))
    apart = {name for name, source in live.sources().items() if getattr(source, "OF_THE_MOMENT", False)}
    assert set(gaps.loc[gaps["of"] != "posts", "reason"]) == apart and len(gaps) == len(live.sources())


LOOKS_FOR = {  # a source's platform, and what of it ends with a look by it
    "weibo-posts": {("weibo", "post"), ("weibo", "repost")},
    "weibo-comments": {("weibo", "comment")},
    "weibo-reposts": {("weibo", "repost")},
    "xiaohongshu-topics": {("xiaohongshu", "post"), ("xiaohongshu", "repost")},
    "xiaohongshu-notes": {("xiaohongshu", "comment")},
    **{name: set() for name in ("weibo-counts", "weibo-hot", "browser")},
}


def one_of_each(of: str, run: str, seen: datetime, *, platforms: tuple[str, ...] = ("weibo", "xiaohongshu")):
    """The rows of a post, a bare repost and a comment of each platform, which a run saw then."""
    for platform in platforms:
        for kind in ("original", "repost", "comment"):
            told = {"platform": platform, "post_id": f"{of} {run} {kind}", "is_comment": kind == "comment", "run_id": run}
            record = f"{of} {run} {kind} {platform}"
            text = "转发微博" if kind == "repost" else "先问"
            yield Post(record_id=record, text=text, kind=kind, published_at=START, published_grain="minute", **told)
            yield Sighting(record_id=record, seen_at=seen, seen_at_basis="told", format="live", **told)
            yield Membership(campaign=of, via="query", **told)


@pytest.mark.parametrize("refused", [False, True], ids=["answered", "refused"])
def test_what_is_drawn_ends_with_a_look_for_such_things_on_its_platform(own, refused):
    """Else the half day of one platform is drawn whole because another was watched on, or only the counters or comments of known posts.
    Comments end with a look at comments. What the user reads is no search, and a refusal is no look."""
    assert set(LOOKS_FOR) == set(live.sources())
    later = START + timedelta(days=1)
    for name in LOOKS_FOR:
        campaign = own.campaigns / f"{name}.toml"
        campaign.write_text(f'id = "{name}"\nname = "{name}"\n', encoding="utf-8")
        told = {"campaign": name, "started": later, "ended": later, "version": "0.1.0"}
        file = Run(run_id=f"file {name}", source="import", **told)
        run = Run(run_id=name, source=name, requests=1, blocked_by="418" if refused else None, **told)
        Log(own.log).append_rows([run, file, *one_of_each(name, file.run_id, START)])
    build(own)
    with reading(own) as connection:
        for name, looked in LOOKS_FOR.items():
            told = ask(connection, "seen_until", Filters(campaign=name))
            assert len(told) == 6 and (told["seen_until"] == START).all()
            ended = told[told["asked_until"] == later]
            assert set(zip(ended["platform"], ended["class"], strict=True)) == (set() if refused else looked), name


def test_what_was_found_under_known_posts_is_no_look_for_posts(own):
    """Reposts with words of their own are posts, and are found while nobody looks for others."""
    rows = [*one_of_each("first", "posts", START, platforms=("weibo",))]
    later = START + timedelta(days=1)
    for name in ("weibo-reposts", "weibo-comments", "recheck"):
        rows += one_of_each("first", name, later, platforms=("weibo",))
    asked = {"campaign": "first", "started": START, "version": "0.1.0"}
    names = {"posts": "weibo-posts", **{name: name for name in ("weibo-reposts", "weibo-comments", "recheck")}}
    Log(own.log).append_rows([*rows, *(Run(run_id=run, source=source, **asked) for run, source in names.items())])
    build(own)
    with reading(own) as connection:
        told = ask(connection, "seen_until", Filters(campaign="first")).set_index("class")["seen_until"]
    assert told.to_dict() == {"post": START, "repost": later, "comment": later}


def test_a_half_day_of_one_platform_is_not_ended_by_a_look_at_another(opened, own):
    days = (START, START + timedelta(days=1))
    rows = [row for platform in ("weibo", "xiaohongshu") for at in days for row in one_post("first", f"{at.day}", platform=platform, at=at)]
    seen = [replace(row, seen_at=days[1]) if isinstance(row, Sighting) else row for row in rows]
    watched = {"source": "weibo-posts", "query": "#第一#", "started": START + timedelta(days=3), "requests": 1}
    Log(own.log).append_rows([*seen, Run(run_id="watched", campaign="first", version="0.1.0", **watched)])
    build(own)
    times = {"campaign": "first", "lang": "en", "length": "1", "later": "2024-05-02", "earlier": "2024-05-01"}
    there = opened("compare", of=own, platforms="xiaohongshu", **times)
    assert [said.value for said in there.warning] == [Texts("en")("compare.open")]
    assert not opened("compare", of=own, platforms="weibo", **times).warning


def test_a_change_of_comments_is_told_where_comments_were_looked_at(opened, two):
    """Posts were searched for on: this ends no day of comments."""
    collected(two, [*((source, day, 2) for source in (weibo_posts, weibo_comments) for day in (1, 3, 5)), (weibo_posts, 7, 2)])
    told = opened("compare", of=two, lang="en", campaign="both", length="1", later="2024-05-06", earlier="2024-05-02")
    assert not told.warning and told.dataframe[0].value["change"].tolist()[::3] == ["+0.0%", "–"]
    assert Texts("en")("compare.open_of", what=Texts("en").of("measure", "comments")) in [said.value for said in told.caption]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "hours"), [("weibo-comments", 0), ("weibo-counts", 3), ("weibo-hot", 3)], ids=["comments", "counters", "hot list"]
)
def test_only_a_time_without_posts_is_a_gap_of_posts(opened, own, source, hours):
    """A post may hide comments, which is no time, and a missed reading of counters leaves all posts where they are."""
    rows = [row for id, day in (("0", 0), ("1", 1), ("2", 3)) for row in one_post("first", id, at=START + timedelta(days=day))]
    asked: dict[str, Any] = {"campaign": "first", "started": START + timedelta(days=9), "requests": 1, "version": "0.1.0"}
    runs = [Run(run_id="other", source=source, **asked), Run(run_id="posts", source="weibo-posts", **asked)]
    starts = START + timedelta(days=2)
    span = {"starts_at": starts, "ends_at": starts + timedelta(hours=hours), "reason": "nothing was read", "run_id": "other"}
    Log(own.log).append_rows([*rows, *runs, Gap(campaign="first", platform="weibo", **span)])
    build(own)
    compared = opened("compare", of=own, campaign="first", lang="en", length="1", later="2024-05-03", earlier="2024-05-02")
    assert not compared.warning and compared.dataframe[0].value["change"][0] == "−100.0%"
    [chart] = opened("spread", of=own, campaign="first").get("plotly_chart")
    assert not json.loads(chart.proto.spec)["layout"].get("annotations")
    assert metric(opened("health", of=own, campaign="first", lang="en"), "gaps", "en") == "1"


def test_a_missed_reading_is_a_gap_of_the_counters_alone(opened, own):
    told = {"platform": "weibo", "tag": "第一", "tag_key": "第一", "seen_at_basis": "told", "source": "weibo-counts", "run_id": "run 1"}
    counted = [
        HashtagCount(record_id=f"{day}", seen_at=START + timedelta(days=day), views=day, views_grain="exact", **told) for day in (1, 2)
    ]
    run = Run(run_id="other", source="weibo-counts", campaign="first", started=START, ended=START, version="0.1.0")
    span = {"starts_at": START + timedelta(days=1), "ends_at": START + timedelta(days=1, hours=3), "run_id": "other"}
    gap = Gap(campaign="first", platform="weibo", reason="nothing was read", **span)
    Log(own.log).append_rows([*one_post("first", at=START + timedelta(days=1)), *counted, run, gap])
    build(own)
    drawn = [
        json.loads(chart.proto.spec)["layout"].get("annotations", [])
        for chart in opened("spread", of=own, campaign="first").get("plotly_chart")
    ]
    assert [len(notes) for notes in drawn] == [0, 1]


def test_a_gap_is_told_in_chinese_on_a_chart(opened, own):
    gap = {"starts_at": START - timedelta(hours=2), "ends_at": START + timedelta(hours=3), "reason": "blocked", "run_id": "run 1"}
    Log(own.log).append_rows([*one_post("first"), Gap(campaign="first", platform="weibo", **gap)])
    build(own)
    [chart] = opened("spread", of=own, campaign="first", lang="zh").get("plotly_chart")
    told = [note.get("hovertext") for note in json.loads(chart.proto.spec)["layout"]["annotations"]]
    assert told == ["缺口: 被平台拒绝"]


@pytest.mark.parametrize(("line", "shown"), [("", "First"), ('name_zh = ""', "First"), ('name_zh = "第一个"', "第一个")])
def test_a_campaign_is_called_the_same_everywhere(opened, own, line, shown):
    file = own.campaigns / "first.toml"
    file.write_text(f"{line}\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    build(own)
    page = opened(of=own, campaign="first", lang="zh")
    assert page.title[0].value == shown and shown in page.selectbox(key="campaign").options
    assert shown in opened("add_data", of=own, campaign="first", lang="zh").selectbox(key="into-first").options
    report.write(own, "first", own.path / "report.html", language="zh")
    assert f"<h1>{shown}</h1>" in (own.path / "report.html").read_text(encoding="utf-8")


def test_a_name_that_the_menu_cuts_off_is_read_beside_it(opened, own):
    long = "A campaign of *illustrators* against the training on their work"
    campaign.new(own, "long", name=long, hashtags=["weibo:甲"], start=None)
    build(own)
    assert opened(of=own, campaign="long").selectbox(key="campaign").help == for_markdown(long)
    assert not opened(of=own, campaign="first").selectbox(key="campaign").help


def label_one_post(home: Home, *labels: tuple[str, str | None, str], model: str) -> None:
    """One post of the campaign first, with labels: kind, target, value."""
    text, run = "不要云画机", {"platform": "weibo", "post_id": "1", "run_id": "run"}
    sha256 = text_sha256(None, text)
    Log(home.log).append_rows([
        Run(run_id="run", source="import", campaign="first", started=START, ended=START, version="0.1.0"),
        Post(record_id="1", text=text, text_sha256=sha256, published_at=START, published_grain="minute", **run),
        Sighting(record_id="1", seen_at=START, seen_at_basis="told", format="weibo-search", **run),
        Membership(campaign="first", via="query", **run),
        *(Label(text_sha256=sha256, kind=kind, target=target, value=value, probabilities={value: 0.9}, model=model, version="1",
                labelled_at=START, run_id="run") for kind, target, value in labels),
    ])  # fmt: skip
    build(home)


@pytest.mark.slow
def test_words_of_the_campaign_file_are_kept_whole(opened, own):
    same = {"text": "不要云画机", "text_sha256": text_sha256(None, "不要云画机")}
    rows = [row for id in "2345" for row in one_post("first", id)]
    Log(own.log).append_rows([replace(row, **same) if isinstance(row, Post) else row for row in rows])
    label_one_post(own, ("sentiment", None, "negative"), model="tiny")
    file = own.campaigns / "first.toml"
    for words, found in (("", "云画机"), ('words = ["不要云画机"]\n', "不要云画机")):
        file.write_text(words + file.read_text(encoding="utf-8"), encoding="utf-8")
        assert opened("opinion", of=own, campaign="first", label="sentiment").dataframe[0].value["word"].tolist() == [found]
        report.write(own, "first", own.path / "report.html")
        assert f"): {found} (5)</p>" in (own.path / "report.html").read_text(encoding="utf-8")


def test_who_reads_english_is_told_what_targets_and_slogans_mean(opened, own):
    file = own.campaigns / "first.toml"
    told = '[[targets]]\nconcept = "云画机"\nside = "against"\nenglish = "the cloud [painter]"\n'
    told += '[[slogans]]\ntext = "先问再用"\nenglish = "ask first"\n'
    file.write_text(file.read_text(encoding="utf-8") + told, encoding="utf-8")
    label_one_post(own, ("stance", "云画机", "against"), model="tiny")
    for page in ("opinion", "posts"):
        assert opened(page, of=own, campaign="first", lang="en").selectbox(key="target").options == ["云画机 (the cloud [painter])"]
        assert opened(page, of=own, campaign="first", lang="zh").selectbox(key="target").options == ["云画机"]
    said = [text.value for text in opened("opinion", of=own, campaign="first", lang="en").markdown]
    assert any(for_markdown("云画机 (the cloud [painter])") in text for text in said)
    [slogans] = [table.value for table in opened("slogans", of=own, campaign="first", lang="en").dataframe if "variants" in table.value]
    assert list(slogans["slogan"]) == ["先问再用 (ask first)"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_quoted_figure_counts_is_told_in_the_readers_language(opened, own, language):
    file = own.campaigns / "first.toml"
    source = 'publisher = "Gazette"\nentered_by = "desk"\n'
    told = f'what = "artists who left"\nwhat_zh = "离开的画师"\nshown = "300"\n{source}[[quoted]]\nwhat = "views"\nshown = "9"\n{source}'
    file.write_text(f"{file.read_text(encoding='utf-8')}[[quoted]]\n{told}", encoding="utf-8")
    build(own)
    texts = Texts(language)
    written = ["离开的画师" if language == "zh" else "artists who left", texts.of("what", "views")]
    [table] = [element.value for element in opened(of=own, campaign="first", lang=language).dataframe if "quoted" in element.value.columns]
    assert table["what"].tolist() == written
    report.write(own, "first", own.path / "report.html", language=language)
    page = (own.path / "report.html").read_text(encoding="utf-8")
    assert all(f"<td>{what}</td>" in page for what in written)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("address", "drawn", "said"),
    [
        ({}, True, False),
        ({"to": "2024-05-06"}, True, False),
        ({"from": "2024-05-06"}, True, False),
        ({"to": "2024-05-05"}, False, False),
        ({"from": "2024-05-07"}, False, False),
        ({"platforms": "weibo"}, False, True),
        ({"tag": "抵制云画机"}, False, True),
        ({"tag": "抵制云画机", "to": "2024-05-05"}, False, False),
        ({"tag": "抵制云画机", "counter": "originals"}, False, False),
    ],
    ids=str,
)
def test_quoted_figures_are_drawn_where_they_are_of_what_is_chosen(opened, monkeypatch, language, address, drawn, said):
    """The one of the campaign is of 6 May, and tells neither platform nor hashtag."""
    taken = []
    monkeypatch.setattr(show, "take", lambda reader, figure, words, key: taken.append((key, figure, words)))
    opened("spread", campaign="art", lang=language, **address)
    [(figure, words)] = [(figure, words) for key, figure, words in taken if key.startswith("counters-")]
    texts = Texts(language)
    assert (texts("chart.quoted") in [trace.name for trace in figure.data]) is drawn
    assert (texts("spread.not_quoted") in words.below[0]) is said


def test_the_highest_day_is_told(opened, home):
    with reading(home) as connection:
        posts = ask(connection, "by_day", Filters(campaign="art")).groupby("day")["posts"].sum()
    [said] = [text.value for text in opened("spread", campaign="art", lang="en").markdown if "highest day" in text.value]
    assert f"{posts.idxmax():%Y-%m-%d}" in said and f"**{posts.max():,}** posts" in said
    assert not any("highest day" in text.value for text in opened("spread", campaign="art", lang="en", measure="accounts").markdown)


def test_a_table_wraps_sentences_and_no_ids():
    assert show.holds_sentences(pd.Series(["short", "the id was rounded by a spreadsheet; import the file as it was before that"]))
    assert show.holds_sentences(pd.Series(["编号被表格软件取整；请导入用表格软件打开之前的文件，其中的编号是完整的"]))
    assert not show.holds_sentences(pd.Series(["f" * 64, "a sentence of few words", None]))


def test_the_card_of_the_model_that_ships_stands_on_the_method_page(opened, own):
    label_one_post(own, ("emotion", None, "angry"), ("sentiment", None, "negative"), model="groundswell-zh")
    ships = (APP.parent / "analysis" / "model" / "config.json").exists()
    for metric, unfolded in (("emotion", True), ("posts", False)):
        cards = opened("method", of=own, campaign="first", lang="en", metric=metric).expander
        assert [(for_markdown("groundswell-zh 1") in card.label, card.proto.expanded) for card in cards] == [(True, unfolded)] * ships


def test_a_campaign_file_is_checked(opened, own):
    file = own.campaigns / "first.toml"
    app = opened("add_campaign", of=own)
    app.selectbox(key="checked_file").set_value(file)
    app.button[1].click().run()
    assert app.success[0].value == Texts("en")("add_campaign.sound")
    file.write_text(file.read_text(encoding="utf-8") + 'zone = "Nowhere/Here"\nslogan = 1\n', encoding="utf-8")
    app.button[1].click().run()
    assert app.error[0].value == Texts("en")("add_campaign.faults") and str(file) in app.code[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_that_no_page_shows_are_named_where_a_file_is_checked(opened, own, language):
    file = own.campaigns / "first.toml"
    for added, named in (("", []), ('banners = ["a.png"]\n[[milestones]]\nwhat = "posts"\nvalue = 5\n', ["banners, milestones"])):
        file.write_text(file.read_text(encoding="utf-8").replace("[hashtags]", f"{added}[hashtags]"), encoding="utf-8")
        app = opened("add_campaign", of=own, lang=language)
        app.selectbox(key="checked_file").set_value(file)
        app.button[1].click().run()
        assert app.success and [told.value for told in app.info] == [Texts(language)("add_campaign.not_shown", keys=keys) for keys in named]


@pytest.mark.parametrize("page", ["opinion", "slogans", "add_campaign"])
def test_a_file_that_is_not_sound_stops_no_page(opened, own, page):
    (own.campaigns / "other.toml").write_text("name = 3", encoding="utf-8")
    app = opened(page, of=own, campaign="first")
    if page == "add_campaign":
        app.text_input(key="new_id").set_value("third")
        app.button[0].click().run()
    assert not app.exception and app.error[0].value == Texts("en")("add_campaign.faults")


def test_a_list_of_a_day_is_of_that_day_in_a_campaign_west_of_china(own):
    """A day's list is told by its midnight in China, which is the afternoon before in Lisbon."""
    (own.campaigns / "first.toml").write_text('id = "first"\nname = "First"\nzone = "Europe/Lisbon"\n', encoding="utf-8")
    told = {"list": "realtimehot", "platform": "weibo", "seen_at_basis": "told", "seen_at_grain": "day", "run_id": "run 1"}
    midnight = datetime(2024, 5, 1, 16)
    Log(own.log).append_rows([*one_post("first"), HotSearch(record_id="1", title="停更", tag_key="停更", seen_at=midnight, **told)])
    build(own)
    second = Filters(campaign="first", since=date(2024, 5, 2), until=date(2024, 5, 3))
    with reading(own) as connection:
        days = ask(connection, "hot_search_by_day", second, words="停")
        twin = ids(connection, "hot_search_by_day", second, words="停")
        titles = ask(connection, "hot_search_titles", Filters(campaign="first"), words="停")
    assert days[["titles", "matching"]].to_numpy().tolist() == [[1, 1]] and sorted(twin["figure"]) == ["matching", "titles"]
    assert moments(titles["seen_at"], ZoneInfo("Europe/Lisbon"), titles["seen_at_grain"]) == ["2024-05-02"]


def test_a_title_is_of_a_hashtag_in_whatever_characters_it_is_written(own):
    """In a list that was read, and in a campaign's own series."""
    series = ["拒绝AI繪畫", "拒绝ＡＩ绘画冲上热搜", "拒绝画画"]
    table = {"day": pa.array([date(2024, 5, 9)] * 3), "title": series, "rank": [1, 2, 3]}
    pq.write_table(pa.table(table), own.campaigns / "list.parquet")
    tags = 'hot_search = "list.parquet"\n[hashtags]\nweibo = ["拒絕AI绘画"]\n'
    (own.campaigns / "first.toml").write_text(f'id = "first"\nname = "First"\n{tags}', encoding="utf-8")
    told = {"list": "realtimehot", "platform": "weibo", "seen_at_basis": "told", "seen_at_grain": "second", "run_id": "run 1"}
    titles = ("拒絕ai繪畫又上榜", "别的")
    rows = [HotSearch(record_id=title, title=title, tag_key=tag_key(title), seen_at=START, **told) for title in titles]
    Log(own.log).append_rows([*one_post("first"), *rows])
    build(own)
    with reading(own) as connection:
        days = ask(connection, "hot_search_by_day", Filters(campaign="first"), words=None).set_index("day")
        twin = ids(connection, "hot_search_by_day", Filters(campaign="first"), words=None)
    assert days["titles"].tolist() == [2, 3] and days["matching"].tolist() == [1, 2]
    matching = set(twin.loc[twin["figure"] == "matching", "id"].str.split(" ").str[1])
    assert matching == {title for title in (*titles, *series) if tag_key("拒绝AI绘画") in tag_key(title)} and len(matching) == 3


def test_hot_search_looks_for_words(opened):
    app = opened("spread", campaign="art", hot_words="热搜")
    table = app.dataframe[-1].value
    assert table["title"].tolist() == ["抵制云画机冲上热搜"] * 2 and table["rank"].tolist() == [12, 12]
    said = [element.value for element in app.caption]
    assert any("seen on 9 days with 180 titles; 2 of them hold these words" in line for line in said)
    shipped = opened("spread", campaign="no-to-ai-images")
    assert any(Texts("en")("spread.hot_no_tags") in element.value for element in shipped.caption)


def test_without_labels_pages_say_how_to_get_them(opened):
    for page in ("overview", "opinion", "method"):
        app = opened(page, campaign="no-to-ai-images")
        if page == "method":
            assert any("groundswell label" in element.value for element in app.code)


def test_an_empty_home_says_how_to_begin(opened, tmp_path):
    for language in LANGUAGES:
        app = opened(of=Home(tmp_path / "nowhere"), lang=language)
        assert app.info[0].value == Texts(language)("missing.published")
        assert "groundswell demo" in app.code[0].value


def test_a_home_of_another_version_asks_to_be_built(opened, tmp_path, monkeypatch):
    home = Home(tmp_path / "older")
    home.campaigns.mkdir(parents=True)
    (home.campaigns / "art.toml").write_text(ART, encoding="utf-8")
    build(home)
    monkeypatch.setattr("data.build.schema_version", lambda: 999)
    monkeypatch.setattr("dashboard.ask.schema_version", lambda: 999)
    app = opened(of=home)
    assert app.code[0].value == "groundswell build --full"


def test_a_server_open_to_other_machines_shows_nothing(opened, monkeypatch):
    for address in (None, "", "0.0.0.0", "192.168.1.7"):
        monkeypatch.setattr("streamlit.get_option", {"server.address": address}.__getitem__)
        app = opened(campaign="art")
        assert app.error[0].value == Texts("en")("refused.address") and not app.metric and not app.selectbox


@pytest.mark.slow
def test_every_figure_has_a_source_line_and_every_metric_is_shown(opened, home, embedded, monkeypatch):
    shown = set()
    for page in ("overview", "spread", "health", "slogans"):
        app = opened(page, campaign="art")
        figures = len(app.metric) + len(app.dataframe) + len(app.get("plotly_chart"))
        answers = {"slogans": 1}.get(page, 0)  # a sentence of figures has a source line too
        assert len(sources(app)) == figures + answers > 3, page
        shown |= set(sources(app))
    for measure in ("accounts", "reposts", "comments"):
        shown |= set(sources(opened("spread", campaign="art", measure=measure)))
    for label in LABEL_VALUES:
        app = opened("opinion", campaign="art", label=label)
        assert len(sources(app)) == 1 + len(app.dataframe) + len(app.get("plotly_chart"))
        shown |= set(sources(app))
    shown |= set(sources(opened("export", campaign="art"))) | set(sources(opened("compare", campaign="art")))
    with reading(home) as connection:
        [(post,)] = connection.execute(
            """
            select min(platform || ':' || post_id) from posts
            where not is_comment and sentiment is not null and list_contains(campaigns, 'art')"""
        ).fetchall()
    shown |= set(sources(opened("posts", campaign="art", post=post)))
    monkeypatch.setattr(meaning, "installed", lambda: True)
    monkeypatch.setattr(meaning, "question_vector", lambda question: [1.0, 0.0])
    shown |= set(sources(opened("posts", of=embedded, campaign="c", find="meaning", question="Who is asked?")))
    assert shown == set(registry())


def sources(app: AppTest) -> list[str]:
    """The metrics that the source lines of a page name."""
    return [found[1] for element in app.caption if (found := re.search(r"\[Definition: (\w+) v\d+\]", element.value))]


def test_every_metric_is_defined_in_both_languages():
    for metric in registry().values():
        for words in (metric.name, metric.definition, metric.limits, metric.source):
            assert set(words) == set(LANGUAGES) and all(words.values()), metric.id


@pytest.mark.slow
@pytest.mark.parametrize("page", ["spread", "opinion", "slogans"])
def test_a_chart_is_made_once_for_the_same_table(opened, monkeypatch, page):
    made = []
    finished = charts._finished
    monkeypatch.setattr(charts, "_finished", lambda *told, **more: (made.append(told), finished(*told, **more))[1])
    show._drawn.clear()
    app = opened(page, campaign="art")
    first = len(made)
    app.run()
    assert len(made) == first > 0
    opened(page, campaign="art", **{"from": "2024-05-03"})
    assert len(made) > first
