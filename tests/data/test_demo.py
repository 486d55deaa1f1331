"""The demonstration: invented, marked, the same every time, and with everything in it that pages must be able to show."""

from datetime import datetime, timedelta

import pytest

from data.build import build, reading
from data.campaign import SHIPPED, campaigns, read
from data.home import Home
from data.log import Log
from data.questions import Filters, ask
from data.sample import demo

NOW = datetime(2026, 11, 22, 10)


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


def test_about_two_thousand_posts_on_two_platforms_in_three_weeks(db):
    assert 1_900 <= one(db, "select count(*) from posts") <= 2_100
    assert one(db, "select count(distinct platform) from posts") == 2
    days = ask(db, "by_day", Filters(campaign="demo")).groupby("day")["posts"].sum()
    assert len(days) == demo.DAYS
    assert max(days.index) == datetime(2026, 11, 21).date()


def test_two_spikes(db):
    days = ask(db, "by_day", Filters(campaign="demo")).groupby("day")["posts"].sum().tolist()
    spikes = [n for n in range(1, len(days) - 1) if days[n] > 100 and days[n - 1] < days[n] > days[n + 1]]
    assert spikes == [7, 15]


def test_it_has_what_pages_must_show(db):
    kinds = {kind for (kind,) in db.execute("select distinct kind from posts").fetchall()}
    assert kinds == {"original", "repost", "comment"}
    assert one(db, "select count(*) from posts where bare") > 20
    assert one(db, "select count(*) from posts where kind = 'repost' and parent_id <> root_id") > 5  # chains, not only stars
    statuses = {status for (status,) in db.execute("select distinct status from posts").fetchall()}
    assert {"visible", "deleted_by_author", "removed_by_platform"} <= statuses
    grains = {grain for (grain,) in db.execute("select distinct likes_grain from posts").fetchall()}
    assert grains == {None, "exact", "rounded", "at_least"}
    assert one(db, "select count(*) from posts where sightings > 2") > 100
    assert one(db, "select count(distinct seen_at_basis) from sighting") == 3
    assert one(db, "select count(*) from posts where published_grain = 'day'") > 20
    edited = "select count(*) from (select post_id from post_text group by platform, is_comment, post_id having count(*) > 1)"
    assert one(db, edited) > 5
    assert one(db, "select count(*) from gap") == 1 and one(db, "select count(*) from quarantine") == 2
    assert one(db, "select count(*) from author where followers is null") > 10


def test_counters_only_grow_and_report_more_than_was_collected(db):
    falls = """select count(*) from (select views - lag(views) over (partition by tag_key order by seen_at) as grew
               from hashtag_count) where grew < 0"""
    assert one(db, falls) == 0
    told = ask(db, "completeness", Filters(campaign="demo"))
    assert len(told) == 2 and (told["collected"] < told["reported"]).all() and (told["collected"] > 0.5 * told["reported"]).all()


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
        assert campaign.synthetic and len(campaign.told["events"]) == 7
        assert all(event["at"] <= now.date() for event in campaign.told["events"])


def test_nothing_of_the_real_campaign_is_in_it(db):
    real = "text like '%小红书%' or text like '%AI%' or text like '%画师%' or text like '%Trik%'"
    assert one(db, f"select count(*) from posts where {real}") == 0


def test_its_links_lead_to_no_platform(db):
    assert one(db, "select count(*) from posts where not starts_with(url, 'https://example.org/')") == 0
