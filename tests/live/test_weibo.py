"""Weibo's sources against the local platforms: all that is offered, nothing else, every field, and politely."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from collectors.collecting import Asked, collect_all
from collectors.platforms.weibo import status_of
from data.campaign import find
from data.home import Home
from tests.live.helpers import TAG, collect, collected, make_home, rows, set_environment
from tests.platforms_server import checks
from tests.platforms_server.fixtures import start
from tests.platforms_server.invent import ODD, SMALL, UNKNOWN

SINCE = datetime(2026, 6, 12, tzinfo=UTC) - timedelta(hours=8)  # midnight in China


def polite(running):
    log, sessions = running.log, running.sessions
    found = [
        *checks.guest_twice(log), *checks.fingerprinted(log), *checks.after_block(log), *checks.impatient(log), *checks.strays(log),
        *checks.cookies_astray(log, sessions), *checks.secrets_in_addresses(log, sessions), *checks.signed_calls(log),
        *checks.robots_unread(log), *checks.failures(log),
    ]  # fmt: skip
    return found == [] or found


def offered(running, query=f"#{TAG}#"):
    """What a search shows to somebody who may see all that is public, the banner with it."""
    now = running.clock.now()
    return {post.mid for post in [*running.world.search(query, now), *running.world.banners(query, now)]}


def test_the_counters_are_exact_and_the_trend_is_told(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, tags=(TAG, UNKNOWN))
    said = collect(home, "weibo-counts")
    assert said.status == 0, said.err
    assert f"#{UNKNOWN}#: no such topic" in said.err
    topic, now = small.world.topics[TAG], small.clock.now()
    told = rows(home, "select tag, views, discussions, interactions, originals, views_grain, seen_at from hashtag_count")
    wanted = tuple(small.world.counter(topic, metric, now) for metric in ("read", "mention", "interact", "ori_m"))
    assert told == [(TAG, *wanted, "exact", now.replace(tzinfo=None))]
    slots = dict(rows(home, "select slot_start, views from trend where slot_seconds = 600 and not partial"))
    assert len(slots) == 5  # and one that is still running
    for begun, views in slots.items():
        begun = begun.replace(tzinfo=UTC)
        assert views == small.world.gained(topic, "read", begun, begun + timedelta(minutes=10))
    assert rows(home, "select host, says from consent") == [("m.s.weibo.com", "its robots.txt is not there, or could not be read")]
    assert all(not entry.cookies for entry in small.log.entries())
    assert polite(small) is True


@pytest.mark.slow
@pytest.mark.parametrize("form", ["empty", "no_object", "no_id"])
def test_a_word_that_is_no_topic_has_no_counters(small, tmp_path, monkeypatch, form):
    small.set(unknown_topic=form)
    home = make_home(tmp_path, monkeypatch, small, tags=(UNKNOWN,))
    said = collect(home, "weibo-counts")
    assert said.status == 0 and "no such topic" in said.err
    assert rows(home, "select * from hashtag_count") == []


def test_a_counter_that_falls_is_said_to(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    assert collect(home, "weibo-counts").status == 0
    small.clock.advance(timedelta(hours=1))
    small.fault("falling_counters", "m.s.weibo.com", "/ajax_topic/detail")
    set_environment(monkeypatch, small)
    said = collect(home, "weibo-counts")
    assert said.status == 0
    for counter in ("views", "discussions", "interactions", "originals", "participants"):
        assert f"{counter} fell from" in said.err


def test_counters_are_of_the_run_that_tells_them(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, tags=(TAG, ODD))
    small.fault("http_418", "m.s.weibo.com", "/ajax_topic", after=3)  # what is asked of one hashtag
    assert collect(home, "weibo-counts").status == 3
    assert rows(home, "select distinct tag from hashtag_count") == [(TAG,)]
    small.heal()
    small.clock.advance(timedelta(hours=20))
    set_environment(monkeypatch, small)
    assert collect(home, "weibo-counts").status == 0
    told = rows(home, "select distinct tag, seen_at from hashtag_count order by seen_at desc limit 2")
    assert len({tag for tag, _ in told}) == 2 and {seen_at for _, seen_at in told} == {small.clock.now().replace(tzinfo=None)}


@pytest.mark.parametrize("accept", ["default", "weibo.com"])
def test_the_hot_list_comes_from_the_host_that_may_be_asked(small, tmp_path, monkeypatch, accept):
    home = make_home(tmp_path, monkeypatch, small)
    said = collect(home, "weibo-hot", accept=accept)
    assert said.status == 0, said.err
    wanted = {(line.word.strip("#"), line.rank) for line in small.world.hot_list(small.clock.now()) if line.rank}
    assert set(rows(home, "select title, rank from hot_search where rank is not null")) == wanted
    asked = {entry.host for entry in small.log.entries()}
    assert asked == ({"s.weibo.com", "passport.weibo.com"} if accept == "default" else {"weibo.com"})
    assert polite(small) is True


@pytest.mark.parametrize("surface", ["mobile", "desktop", "both"])
def test_all_posts_of_a_hashtag_and_no_others(small, tmp_path, monkeypatch, surface):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    if surface != "both":
        monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE" if surface == "mobile" else "GROUNDSWELL_WEIBO_MOBILE_COOKIE")
    said = collect(home, "weibo-posts")
    assert (said.status, said.json["gaps"], said.json["quarantined"]) == (0, 0, 0), said.err
    assert collected(home) == offered(small)
    assert polite(small) is True


@pytest.mark.slow
def test_every_field_of_a_mobile_post(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
    assert collect(home, "weibo-posts").status == 0
    world, now = small.world, small.clock.now()
    told = rows(
        home,
        """select post_id, max_by(text, length(text)), max(author_id), max(author_name), max(published_at), max(region),
                  max(likes), max(comments), max(reposts), max(hashtags)
           from post join sighting using (record_id, post_id) where not context group by post_id""",
    )
    assert len(told) == len(offered(small))
    for mid, text, uid, name, published, region, likes, comments, reposts, tags in told:
        post = world.posts[mid]
        assert checks.bare(text) == checks.bare(world.text(post, now)), mid
        assert (uid, name, region) == (post.uid, world.authors[post.uid].name, post.region)
        assert published == post.published.replace(tzinfo=None, microsecond=0)
        # From a million on the mobile site shows "100万+".
        assert (likes, comments, reposts) == tuple(min(count, 1_000_000) for count in world.counts(post, now))
        assert set(post.hashtags) <= set(tags)


@pytest.mark.slow
def test_reposts_lead_to_what_they_repeat(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts").status == 0
    told = dict(rows(home, "select post_id, max(root_id) from post group by post_id"))
    now = small.clock.now()
    for mid in collected(home):
        root = small.world.posts[mid].root
        assert told[mid] == (root if root is None or small.world.there(small.world.posts[root], now) else told[mid])


@pytest.mark.slow
def test_slices_are_cut_until_they_hold_fewer_pages_than_the_cap(tmp_path, monkeypatch):
    with start(size=SMALL, page_size=1) as running:
        home = make_home(tmp_path, monkeypatch, running, cookies=True)
        monkeypatch.delenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE")
        said = collect(home, "weibo-posts")
        assert (said.status, said.json["capped"]) == (0, False), said.err
        assert collected(home) == offered(running)
        scopes = {entry.query["timescope"] for entry in running.log.entries("s.weibo.com", "/weibo")}
        assert len(scopes) > 12  # whole, days, and the hours of a day


@pytest.mark.slow
def test_behind_the_mobile_cap_slices_go_on(tmp_path, monkeypatch):
    with start(size=SMALL, page_size=1) as running:
        home = make_home(tmp_path, monkeypatch, running, cookies=True)
        said = collect(home, "weibo-posts")
        assert said.status == 0, said.err
        assert collected(home) == offered(running)
        assert running.log.entries("s.weibo.com", "/weibo")


@pytest.mark.slow
def test_what_stays_capped_is_told(tmp_path, monkeypatch):
    with start(size=SMALL, page_size=1) as running:
        home = make_home(tmp_path, monkeypatch, running, cookies=True)
        monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
        said = collect(home, "weibo-posts")
        assert (said.status, said.json["capped"], said.json["gaps"]) == (0, True, 1)
        [(starts, ends, reason)] = rows(home, "select starts_at, ends_at, reason from gap")
        assert reason == "page cap" and starts < ends
        held = collected(home)
        missing = [running.world.posts[mid] for mid in offered(running) - held]
        assert missing and all(starts <= post.published.replace(tzinfo=None) < ends for post in missing)


@pytest.mark.slow
def test_a_budget_of_pages_is_kept_and_what_lacks_is_told(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    said = collect(home, "weibo-posts", more=("--pages", 2))
    assert (said.status, said.json["gaps"]) == (0, 1)
    assert len(small.log.entries("m.weibo.cn", "/api/container")) == 2 and not small.log.entries("s.weibo.com", "/weibo")
    assert rows(home, "select reason from gap") == [("page budget",)]


@pytest.mark.slow
def test_the_next_run_starts_where_the_last_one_came_to(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts").status == 0
    pages = len(small.log.entries("m.weibo.cn", "/api/container"))
    small.log.clear()
    small.clock.advance(timedelta(hours=2))
    set_environment(monkeypatch, small, cookies=True)
    said = collect(home, "weibo-posts")
    assert said.status == 0
    assert len(small.log.entries("m.weibo.cn", "/api/container")) < pages
    assert not small.log.entries(path="/robots.txt")  # read once a day
    assert offered(small) <= collected(home)  # and what has gone since stays


@pytest.mark.slow
def test_a_guest_sees_the_first_pages_and_what_is_missing_is_told(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    said = collect(home, "weibo-posts")
    assert said.status == 3 and "GROUNDSWELL_WEIBO_MOBILE_COOKIE" in said.err
    assert said.json["blocked_by"].startswith("m.weibo.cn") and said.json["retry_after"]
    assert 10 < len(collected(home)) < len(offered(small))
    assert collected(home) <= offered(small)
    assert rows(home, "select reason from gap") == [("blocked",)]
    assert checks.guest_flows(small.log) == {"visitor.passport.weibo.cn": 1}
    assert polite(small) is True
    small.log.clear()
    assert collect(home, "weibo-posts").status == 3  # the same session would meet the same wall
    assert small.log.entries() == []
    monkeypatch.setenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE", small.sessions.own_cookies()["GROUNDSWELL_WEIBO_MOBILE_COOKIE"])
    assert collect(home, "weibo-posts").status == 0  # another session may ask
    assert collected(home) == offered(small)


def test_the_end_of_a_list_is_none_for_a_guest(small, tmp_path, monkeypatch):
    """The page that says that there is no more is the same to whom no more is shown."""
    home = make_home(tmp_path, monkeypatch, small)
    small.fault("empty", "m.weibo.cn", "/api/container", after=2)  # who is no guest yet is sent to become one
    said = collect(home, "weibo-posts")
    assert (said.status, said.json["capped"]) == (0, True), said.err
    [(starts, ends, reason)] = rows(home, "select starts_at, ends_at, reason from gap")
    assert reason == "page cap" and starts == SINCE.replace(tzinfo=None) < ends
    missing = [small.world.posts[mid] for mid in offered(small) - collected(home)]
    assert missing and all(starts <= post.published.replace(tzinfo=None) < ends for post in missing)


def test_a_run_that_began_later_leaves_what_lies_before_to_the_next(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    later = small.clock.now() - timedelta(hours=2)
    assert collect(home, "weibo-posts", more=("--since", f"{later:%Y-%m-%dT%H:%M:%SZ}")).status == 0
    assert collected(home) < offered(small)
    assert collect(home, "weibo-posts").status == 0
    assert collected(home) == offered(small)
    pages = []
    for asked in ((), ("--since", "2026-06-12", "--until", "2026-06-13"), ()):
        small.log.clear()
        assert collect(home, "weibo-posts", more=asked).status == 0
        pages.append(len(small.log.entries("m.weibo.cn", "/api/container")))
    assert pages[0] == pages[2] > 0  # from where the newest run came to, whatever was asked for in between


def test_comments_of_a_list_that_was_not_read_to_its_end_are_asked_for_again(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts").status == 0
    assert collect(home, "weibo-comments", more=("--pages", 1)).status == 0
    few = collected(home, comments=True)
    assert ("page budget",) in rows(home, "select reason from gap")
    assert collect(home, "weibo-comments").status == 0
    assert few < collected(home, comments=True)


@pytest.mark.slow
def test_one_guest_serves_later_commands(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    for _ in range(3):
        assert collect(home, "weibo-hot").status == 0
    assert checks.guest_flows(small.log) == {"passport.weibo.com": 1}


@pytest.mark.slow
def test_a_guest_that_became_too_old_is_renewed_once(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    assert collect(home, "weibo-posts", more=("--pages", 1)).status == 0
    small.set(guest_life=timedelta(hours=1))
    small.clock.advance(timedelta(hours=7))
    set_environment(monkeypatch, small)
    assert collect(home, "weibo-posts", more=("--pages", 1)).status == 0
    assert checks.guest_flows(small.log) == {"visitor.passport.weibo.cn": 2}


@pytest.mark.slow
def test_comments_with_their_answers(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts", "weibo-comments").status == 0
    now, world = small.clock.now(), small.world
    asked = {entry.query["mid"] for entry in small.log.entries("m.weibo.cn", "/comments/hotflow")}
    wanted = {row.cid for row in world.comments if row.post in asked and row.published <= now and world.there(world.posts[row.post], now)}
    wanted = {cid for cid in wanted if (row := next(c for c in world.comments if c.cid == cid)).root is None or row.root in wanted}
    assert collected(home, comments=True) == wanted and len(wanted) > 50
    told = {row[0]: row[1:] for row in rows(home, "select post_id, text, author_id, root_id, published_at from post where is_comment")}
    for comment in world.comments:
        if comment.cid in wanted:
            text, uid, root, published = told[comment.cid]
            assert (checks.bare(text), uid, root) == (checks.bare(comment.text), comment.uid, comment.post)
            assert published == comment.published.replace(tzinfo=None, microsecond=0)
    small.log.clear()
    assert collect(home, "weibo-comments").status == 0
    assert not small.log.entries("m.weibo.cn", "/comments")  # nothing has changed since
    assert polite(small) is True


@pytest.mark.slow
def test_reposts_want_their_host_named_and_carry_edges(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts").status == 0
    said = collect(home, "weibo-comments", "weibo-reposts", accept="default")
    assert said.status == 2 and "weibo.com" in said.err and "name it" in said.err
    said = collect(home, "weibo-reposts", accept="weibo.com")
    assert said.status == 0, said.err
    [(says,)] = rows(home, "select says from consent where host = 'weibo.com'")
    assert "forbids all" in says
    now, world = small.clock.now(), small.world
    asked = {entry.query["id"] for entry in small.log.entries("weibo.com", "/ajax/statuses/repostTimeline")}
    roots = dict(rows(home, "select post_id, max(root_id) from post group by post_id"))
    for mid in asked:
        for post in world.reposts_of(mid, now) if world.there(world.posts[mid], now) else []:
            assert roots[post.mid] == post.root or not world.there(world.posts[post.root], now)
    assert any(world.reposts_of(mid, now) for mid in asked)
    assert {evidence for (evidence,) in rows(home, "select distinct evidence from edge where kind = 'repost'")} >= {"api"}
    assert polite(small) is True


LONG_TEXTS = "select count(distinct post_id) from sighting where surface like '%long text%'"


def test_a_run_that_is_stopped_among_long_texts_goes_on_with_them(tmp_path, monkeypatch):
    with start(size=SMALL, page_size=40) as running:
        whole = make_home(tmp_path / "whole", monkeypatch, running, cookies=True)
        assert collect(whole, "weibo-posts").status == 0
        running.log.clear()
        cut = Home(make_home(tmp_path / "cut", monkeypatch, running, cookies=True))
        asked = Asked(campaign=find(cut, "c"), sources=("weibo-posts",), accepted=("default",))
        assert collect_all(cut, asked, lambda: not running.log.entries("m.weibo.cn", "/statuses/extend")).halted
        assert rows(cut.path, LONG_TEXTS) == [(1,)]
        assert not collect_all(cut, asked, lambda: True).halted
        assert rows(cut.path, LONG_TEXTS) == rows(whole, LONG_TEXTS) > [(4,)]


def test_long_texts_that_were_refused_on_the_last_page_are_asked_for_later(tmp_path, monkeypatch):
    with start(size=SMALL, page_size=200) as running:
        home = make_home(tmp_path, monkeypatch, running, cookies=True)
        monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
        running.fault("http_418", "m.weibo.cn", "/statuses/extend", after=1, times=1)
        said = collect(home, "weibo-posts")
        assert said.status == 3 and "long texts of which only the beginning came" in said.err
        assert rows(home, LONG_TEXTS) == [(1,)] and len(running.log.entries("m.weibo.cn", "/api/container")) == 1
        running.clock.advance(timedelta(hours=4))
        set_environment(monkeypatch, running, cookies=True)
        monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
        assert collect(home, "weibo-posts").status == 0
        assert rows(home, LONG_TEXTS) > [(4,)]


def test_without_consent_nothing_is_asked(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    said = collect(home, "weibo-counts", "weibo-posts", accept=None)
    assert said.status == 2 and "m.s.weibo.com, m.weibo.cn" not in said.out
    assert "--accept-terms" in said.err and small.log.entries() == []


@pytest.mark.slow
def test_a_host_that_comes_to_forbid_all_has_to_be_named(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    assert collect(home, "weibo-counts").status == 0
    small.set(robots={"m.s.weibo.com": "User-agent: *\nDisallow: /\n"})
    small.clock.advance(timedelta(days=2))
    set_environment(monkeypatch, small)
    small.log.clear()
    said = collect(home, "weibo-counts")
    assert said.status == 2 and "name it" in said.err
    assert [entry.path for entry in small.log.entries()] == ["/robots.txt"]
    assert collect(home, "weibo-counts", accept="m.s.weibo.com").status == 0


def test_the_run_tells_how_it_went(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    said = collect(home, "weibo-posts")
    [(source, campaign, pages, requests, read, added, capped, ended)] = rows(
        home, "select source, campaign, pages, requests, read, added, capped, ended from run where ended is not null"
    )
    assert (source, campaign, pages, requests) == ("weibo-posts", "c", said.json["pages"], said.json["requests"])
    assert (read, added, capped) == (said.json["read"], said.json["added"], False) and ended
    assert requests == len(small.log.entries())
    outcomes = [said.json[name] for name in ("added", "updated", "duplicate", "quarantined")]
    assert sum(outcomes) == said.json["read"] == read
    assert json.dumps(said.json)


@pytest.mark.slow
def test_a_gone_original_is_seen_as_gone(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts").status == 0
    now, world = small.clock.now(), small.world
    told = rows(home, "select distinct post_id, status from sighting where context and status <> 'visible'")
    for mid, status in told:
        gone = world.posts[mid].gone
        assert gone and not world.there(world.posts[mid], now)
        assert status in (gone.status, status_of(gone.wording))


@pytest.mark.slow
def test_a_whole_campaign_within_what_the_pages_hold(tmp_path, monkeypatch):
    """A day with more posts than fifty pages, and an hour with more than fifty pages: that hour stays capped, and is told as a gap."""
    with start() as running:
        home = make_home(tmp_path, monkeypatch, running, cookies=True)
        monkeypatch.delenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE")
        said = collect(home, "weibo-posts")
        assert (said.status, said.json["capped"], said.json["quarantined"]) == (0, True, 0), said.err
        held, query, now = collected(home), f"#{TAG}#", running.clock.now()
        banners = {post.mid for post in running.world.banners(query, now)}
        wanted = {post.mid for post in running.offered(query, SINCE, now + timedelta(hours=1))}
        assert wanted <= held <= offered(running) | banners
        for starts, ends, reason in rows(home, "select starts_at, ends_at, reason from gap"):
            assert reason == "page cap" and ends - starts == timedelta(hours=1)
        assert polite(running) is True
