"""Every page in both languages, of a known campaign, an invented one and an empty one: no exception, the right numbers."""

import re
from pathlib import Path

import pytest
from invented_home import ART
from streamlit.testing.v1 import AppTest

from dashboard.metrics import registry
from dashboard.numbers import count, exact
from dashboard.texts import LANGUAGES, Texts
from data.build import build, reading
from data.home import Home
from data.questions import Filters, ask

APP = Path(__file__).parents[2] / "app.py"
PAGES = sorted(path.stem for path in (APP.parent / "dashboard" / "views").glob("[!_]*.py"))


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    """Streamlit reads .streamlit/config.toml of the current folder."""
    monkeypatch.chdir(APP.parent)


@pytest.fixture
def opened(home, monkeypatch):
    """Opens a page of the invented home with what the address says."""

    def open_page(page: str = "overview", of: Home = home, **address: str) -> AppTest:
        monkeypatch.setenv("GROUNDSWELL_HOME", str(of.path))
        app = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in address.items():
            app.query_params[key] = value
        app.run()
        if page != "overview":
            app.switch_page(f"dashboard/views/{page}.py").run()
        assert not app.exception, app.exception[0].message
        return app

    return open_page


@pytest.mark.parametrize("campaign", ["art", "play", "bare", "no-to-ai-images"])
@pytest.mark.parametrize("language", LANGUAGES)
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
        inside = day is None or (address.get("from", "") <= day <= address.get("to", "9"))
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


def test_the_health_page_counts_what_went_wrong(opened):
    app = opened("health", campaign="art")
    shown = {id: metric(app, id, "en") for id in ("runs", "runs_cut_off", "quarantine", "gaps")}
    assert shown == {"runs": "2", "runs_cut_off": "1", "quarantine": "3", "gaps": "1"}


def test_completeness_is_unknown_without_counters_and_never_whole(opened):
    bare = opened(campaign="bare")
    assert any("Unknown" in element.value for element in bare.markdown)
    art = opened(campaign="art")
    [table] = [element.value for element in art.dataframe if "share" in element.value.columns and "reported" in element.value.columns]
    assert table["reported"].tolist() == [210] and 0 < table["collected"][0] < 210
    assert table["share"][0] == f"{100 * table['collected'][0] / 210:.1f}%"


def test_an_address_opens_what_was_shared(opened):
    app = opened("posts", campaign="art", words="训练", order="oldest", **{"class": "post"}, platforms="xiaohongshu", lang="zh")
    assert app.text_input(key="words").value == "训练" and app.selectbox(key="class").value == "post"
    assert app.multiselect(key="platforms").value == ["xiaohongshu"]
    texts = app.dataframe[0].value["text"]
    assert len(texts) and texts.str.contains("训练").all()
    assert set(app.dataframe[0].value["platform"]) == {"小红书"}


@pytest.mark.parametrize(
    "address",
    [{"campaign": "none"}, {"from": "yesterday", "to": "0000-00-00"}, {"platforms": "x,y,"}, {"tag": "<script>"}, {"lang": "xx"},
     {"class": "'", "status": "*", "order": "?", "post": "weibo:'; drop table posts", "metric": "%"},
     {"from": "2024-05-09", "to": "2024-05-01"},
     {"measure": "x", "by": "x", "bin": "x", "slot": "x", "label": "x", "target": "x", "trend": "x", "counter": "x"}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("page", PAGES)
def test_an_address_with_nonsense_opens_too(opened, page, address):
    opened(page, **{"campaign": "art", **address})


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


def test_texts_of_strangers_reach_only_what_shows_them_as_they_are(opened):
    """No Markdown, caption, label or heading holds a stranger's words unescaped."""
    for page in PAGES:
        app = opened(page, campaign="art", tag="<b>粗标签</b>", measure="posts", by="hashtag")
        said = [e.value for kind in ("markdown", "caption", "title", "subheader", "info", "warning") for e in getattr(app, kind)]
        for hostile in ("<b>", "<script>", "](http", "$\\LaTeX$", "$banners$", ":red["):
            assert not [line for line in said if hostile in line], (page, hostile)


@pytest.mark.parametrize("bin, by", [("hour", "platform"), ("hour", "hashtag"), ("day", "hashtag")])
@pytest.mark.parametrize("measure", ["posts", "accounts", "reposts", "comments"])
def test_spread_draws_every_choice(opened, measure, by, bin):
    app = opened("spread", campaign="art", measure=measure, by=by, bin=bin, label="stance")
    refused = [element.value for element in app.warning]
    assert refused == ([Texts("en")("spread.refused_accounts")] if measure == "accounts" and bin == "hour" else [])
    assert len(app.get("plotly_chart")) == 5


def test_an_hourly_chart_says_what_it_leaves_out(opened, home):
    with reading(home) as connection:
        coarse = ask(connection, "by_day", Filters(campaign="art"))["coarse"].sum()
    app = opened("spread", campaign="art", bin="hour")
    assert coarse and any(f"left out: {exact(coarse)} posts known to the day only" in element.value for element in app.caption)


def test_hot_search_looks_for_words(opened):
    app = opened("spread", campaign="art", hot_words="热搜")
    table = app.dataframe[-1].value
    assert table["title"].tolist() == ["抵制云画机冲上热搜"] * 2 and table["rank"].tolist() == [12, 12]
    said = [element.value for element in app.caption]
    assert any("seen on 9 days with 180 titles; 2 of them hold these words" in line for line in said)
    shipped = opened("spread", campaign="no-to-ai-images")
    assert any(Texts("en")("spread.hot_no_tags") in element.value for element in shipped.caption)


def test_without_labels_pages_say_how_to_get_them(opened):
    for page in ("overview", "spread", "method"):
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


def test_every_figure_has_a_source_line_and_every_metric_is_shown(opened, home):
    shown = set()
    for page in ("overview", "spread", "health"):
        app = opened(page, campaign="art")
        figures = len(app.metric) + len(app.dataframe) + len(app.get("plotly_chart"))
        assert len(sources(app)) == figures > 3, page
        shown |= set(sources(app))
    for measure in ("accounts", "reposts", "comments"):
        shown |= set(sources(opened("spread", campaign="art", measure=measure)))
    for label in ("sentiment", "stance"):
        shown |= set(sources(opened("spread", campaign="art", label=label)))
    with reading(home) as connection:
        [(post,)] = connection.execute(
            """
            select min(platform || ':' || post_id) from posts
            where not is_comment and sentiment is not null and list_contains(campaigns, 'art')"""
        ).fetchall()
    shown |= set(sources(opened("posts", campaign="art", post=post)))
    assert shown == set(registry())


def sources(app: AppTest) -> list[str]:
    """The metrics that the source lines of a page name."""
    return [found[1] for element in app.caption if (found := re.search(r"\[Definition: (\w+) v\d+\]", element.value))]


def test_every_metric_is_defined_in_both_languages():
    for metric in registry().values():
        for words in (metric.name, metric.definition, metric.limits, metric.source):
            assert set(words) == set(LANGUAGES) and all(words.values()), metric.id
