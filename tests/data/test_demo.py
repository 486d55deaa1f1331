"""The demonstration: invented, marked, the same every time, and with everything in it that pages must be able to show."""

from datetime import datetime, timedelta

import pytest

from data.build import build, reading
from data.campaign import SHIPPED, campaigns, read
from data.home import Home
from data.log import Log
from data.model import BETWEEN_ASKED, Label
from data.questions import Filters, ask
from data.sample import demo, labels

NOW = datetime(2026, 11, 22, 10)


pytestmark = pytest.mark.slow  # twenty thousand posts, published three times


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    assert demo.fill(home, NOW)
    build(home)
    return home


@pytest.fixture
def db(home):
    with reading(home) as connection:
        yield connection


def one(db, sql: str):
    [(value,)] = db.execute(sql).fetchall()
    return value


def test_it_is_marked_and_lives_in_its_own_home(home, db):
    campaign = campaigns(home)["demo"]
    assert campaign.synthetic
    assert not (SHIPPED / "demo.toml").exists()
    assert one(db, "select bool_and(synthetic) from posts") and one(db, "select bool_and(synthetic) from run")


def test_twice_is_once(home):
    generation = Log(home.log).manifest().generation
    assert not demo.fill(home, NOW + timedelta(days=3))
    assert Log(home.log).manifest().generation == generation


def test_about_twenty_thousand_posts_on_two_platforms_in_four_weeks(db):
    assert 19_000 <= one(db, "select count(*) from posts") <= 22_000
    assert one(db, "select count(distinct platform) from posts") == 2
    days = ask(db, "by_day", Filters(campaign="demo")).groupby("day")["posts"].sum()
    assert len(days) == demo.DAYS
    assert max(days.index) == datetime(2026, 11, 21).date()


def posts_of_days(db) -> list[int]:
    return ask(db, "by_day", Filters(campaign="demo")).groupby("day")["posts"].sum().tolist()


def test_two_spikes(db):
    days = posts_of_days(db)
    assert [n for n in range(1, len(days)) if days[n] > 3 * days[n - 1]] == [demo.FOUND, demo.ANSWERED]


def test_texts_differ(db):
    originals = "from posts where kind = 'original'"
    assert one(db, f"select count(distinct text) / count(*) {originals}") > 0.85


def test_people_sleep_and_hours_scatter_more_than_chance(db):
    by_hour = ask(db, "by_hour", Filters(campaign="demo")).groupby("hour")["posts"].sum()
    of_day = by_hour.groupby((by_hour.index.hour + 8) % 24).sum()
    assert of_day.loc[19:22].mean() > 5 * of_day.loc[2:5].mean()
    evenings = by_hour[(by_hour.index.hour == 12) & (by_hour.index >= by_hour.index.max() - timedelta(days=6))]
    assert evenings.var() > 2 * evenings.mean()


def test_it_has_what_pages_must_show(db):
    kinds = {kind for (kind,) in db.execute("select distinct kind from posts").fetchall()}
    assert kinds == {"original", "repost", "comment"}
    assert one(db, "select count(*) from posts where bare") > 200
    assert one(db, "select count(*) from posts where kind = 'repost' and parent_id <> root_id") > 50  # chains, not only stars
    statuses = {status for (status,) in db.execute("select distinct status from posts").fetchall()}
    assert {"visible", "deleted_by_author", "removed_by_platform"} <= statuses
    grains = {grain for (grain,) in db.execute("select distinct likes_grain from posts").fetchall()}
    assert grains == {None, "exact", "rounded", "at_least"}
    assert one(db, "select count(*) from posts where sightings > 2") > 500
    assert one(db, "select count(distinct seen_at_basis) from sighting") == 3
    assert one(db, "select count(*) from posts where published_grain = 'day'") > 200
    edited = "select count(*) from (select post_id from post_text group by platform, is_comment, post_id having count(*) > 1)"
    assert one(db, edited) > 50
    assert one(db, "select count(*) from gap") == 1 and one(db, "select count(*) from quarantine") == 2
    assert one(db, "select count(*) from author where followers is null") > 100
    languages = dict(db.execute("select lang, count(*) from posts group by lang").fetchall())
    assert set(languages) == {"zh", "en", "ja", "ko"} and min(languages.values()) > 20
    assert one(db, "select count(*) from media where ocr_text is not null and owner_id in (select post_id from posts)") > 100


def test_the_collection_plan_changes_once(db):
    plans = db.execute("select query from run where source = 'demo' order by started").fetchall()
    assert [len(query.split(BETWEEN_ASKED)) for (query,) in plans] == [1] * demo.WIDER + [3] * (len(plans) - demo.WIDER)
    second = (
        "select min(published_at) from posts where list_contains(tag_keys, '训练请先问') and not list_contains(tag_keys, '画手集体停更')"
    )
    assert one(db, second) >= datetime(2026, 10, 24, 16) + timedelta(days=demo.RUN_DAYS[demo.WIDER] - demo.REACH_BACK)


def test_the_gap_lacks_most_of_what_was_there(db):
    [(reported, collected)] = db.execute("select reported, collected from gap").fetchall()
    there = """select count(*) from posts, gap
               where posts.platform = gap.platform and published_at >= starts_at and published_at < ends_at"""
    assert 0 < collected < 0.4 * reported and abs(one(db, there) - collected) <= 3  # a post known to the minute may lie before it


def test_a_few_accounts_post_the_same_words_within_seconds(db):
    crowd = """select count(*), count(distinct author_key), count(distinct date_trunc('hour', published_at)) from posts
               where text like '%澄岛科技%支持创新%' and kind = 'original'"""
    assert db.execute(crowd).fetchall() == [(4 * demo.CROWD, demo.CROWD, 4)]


PLANTED = {
    "spikes": "select max(n) / median(n) from (select sum(posts) as n from post_day where class = 'post' and tag_key = '' group by day)",
    "counter-voices": """
        select avg((text like '%大家散了吧%' or text like '%没必要上纲%')::int) filter (published_at >= first + interval 20 day)
             / avg((text like '%大家散了吧%' or text like '%没必要上纲%')::int) filter (published_at < first + interval 18 day)
        from posts, (select min(starts_at) as first from campaign where campaign = 'demo') where kind = 'original'""",
    "banners": """
        select count(*) filter (published_at >= first + interval 20 day) / count(*) filter (published_at < first + interval 8 day)
        from media join posts on owner_id = post_id, (select min(starts_at) as first from campaign where campaign = 'demo')""",
    "crowd": "select 1 + count(*) from posts where text like '%支持创新%'",
}
EFFECTS = {"spikes": 4.0, "counter-voices": 1.5, "banners": 20.0, "crowd": 50.0}
NONE = {"spikes": 1.5, "counter-voices": 1.3, "banners": 1.5, "crowd": 2.0}  # eight days of a quarter of the posts, of two thirds


@pytest.mark.parametrize("effect", PLANTED)
def test_the_planted_effects_are_there_and_the_twin_has_none(db, twin, effect):
    with reading(twin) as connection:
        without = one(connection, PLANTED[effect])
    assert one(db, PLANTED[effect]) > EFFECTS[effect] and without < NONE[effect]


@pytest.fixture(scope="module")
def twin(tmp_path_factory) -> Home:
    home = Home(tmp_path_factory.mktemp("twin"))
    demo.fill(home, NOW, planted=False)
    build(home)
    return home


def test_labels_that_ship_are_loaded_and_kept_again(tmp_path, monkeypatch, home):
    """What one home's model said becomes the file that ships, and a new home has it from the beginning."""
    file = tmp_path / "labels.parquet"
    text = Log(home.log).read("post", columns=["text_sha256"])["text_sha256"][0].as_py()
    told = {"text_sha256": text, "kind": "sentiment", "probabilities": {"negative": 0.9, "neutral": 0.06, "positive": 0.04},
            "value": "negative", "model": "tiny", "run_id": "x"}  # fmt: skip
    labelled = Home(tmp_path / "labelled")
    Log(labelled.log).append_rows(
        [Label(version=version, labelled_at=NOW + timedelta(days=n), **told) for n, version in enumerate(("1", "2"))]
    )
    assert labels.keep(labelled, file) == 1
    monkeypatch.setattr(labels, "SHIPPED", file)
    fresh = Home(tmp_path / "fresh")
    demo.fill(fresh, NOW)
    build(fresh)
    with reading(fresh) as connection:
        assert connection.execute("select distinct sentiment, sentiment_score, sentiment_model from posts where text_sha256 = ?",
                                  [text]).fetchall() == [("negative", 0.9, "tiny 2")]  # fmt: skip
        assert one(connection, "select count(*) from run where source = 'label' and synthetic and ended is not null") == 1


def test_counters_only_grow_and_report_more_than_was_collected(db):
    falls = """select count(*) from (select views - lag(views) over (partition by platform, tag_key order by seen_at) as grew
               from hashtag_count) where grew < 0"""
    assert one(db, falls) == 0
    told = ask(db, "completeness", Filters(campaign="demo"))
    assert len(told) == 4 and (told["collected"] < told["reported"]).all() and (told["collected"] > 0.5 * told["reported"]).all()


def test_a_later_look_never_shows_less(db):
    fewer = """select count(*) from (
        select likes - lag(likes) over (partition by platform, is_comment, post_id order by seen_at) as grew from sighting
        where likes is not null) where grew < 0"""
    assert one(db, fewer) == 0


def test_no_post_is_seen_before_it_was_there(db):
    early = "select count(*) from posts where first_seen < published_at"
    assert one(db, early) == 0


def test_texts_do_not_depend_on_the_clock(tmp_path):
    then, later = (
        {row.text_sha256 for row in demo.rows(Home(tmp_path), now) if hasattr(row, "text_sha256")}
        for now in (NOW, NOW + timedelta(days=100, hours=7))
    )
    assert then == later


def test_outcomes_of_its_runs_add_up(db):
    wrong = "select count(*) from run where read <> added + updated + duplicate + quarantined or ended is null"
    assert one(db, wrong) == 0
    assert one(db, "select sum(added) from run where source = 'demo'") == one(db, "select count(*) from posts")


def test_the_campaign_file_is_sound_at_any_time(tmp_path):
    for now in (NOW, datetime(2027, 1, 1, 16, 30)):
        file = tmp_path / "demo.toml"
        file.write_text(demo.demo_campaign(now), encoding="utf-8")
        campaign = read(file)
        assert campaign.synthetic and len(campaign.told["events"]) == 8
        assert all(event["at"] <= now.date() for event in campaign.told["events"])


def test_nothing_of_the_real_campaign_is_in_it(db):
    real = "text like '%小红书%' or text like '%Trik%' or text like '%雪鱼%' or text like '%拒绝AI%'"
    assert one(db, f"select count(*) from posts where {real}") == 0


def test_its_links_lead_to_no_platform(db):
    assert one(db, "select count(*) from posts where not starts_with(url, 'https://example.org/')") == 0
