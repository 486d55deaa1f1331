"""Posts seen again: due times, the sample, and statuses in the platform's words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from collectors import recheck
from collectors.collecting import see_again
from collectors.forgetting import forget
from collectors.live_archive import LiveArchive
from collectors.recheck import BUDGET, LOOKS, draw, due_since
from data.campaign import find
from data.clock import now
from data.collected import KnownPost
from data.home import Home
from data.log import Log
from tests.command import groundswell
from tests.live.helpers import collect, collected, make_home, rows, set_environment
from tests.live.test_weibo import polite
from tests.platforms_server import answers
from tests.platforms_server.faults import FAULTS

AT = datetime(2026, 6, 15, 4)


def post(number, *, likes=1, first=AT, last=None, day=0):
    published = datetime(2026, 6, 1) + timedelta(days=day)
    return KnownPost(
        post_id=f"{number:016}", published_at=published, likes=likes, reposts=0, comments=0, first_seen=first, last_seen=last or first,
        status="visible",
    )  # fmt: skip


def test_a_post_is_due_at_each_look_once_and_then_daily():
    seen, at, looks = AT, AT, []
    while at < AT + timedelta(days=3):
        at += timedelta(minutes=1)
        if due_since(post(1, last=seen), at):
            seen = at
            looks.append(at - AT)
    assert looks == [*LOOKS, timedelta(days=2), timedelta(days=3)]


def test_a_look_that_was_missed_is_made_once():
    assert due_since(post(1), AT + timedelta(hours=5)) == AT + timedelta(minutes=5)
    assert due_since(post(1, last=AT + timedelta(hours=5)), AT + timedelta(hours=5, minutes=59)) is None


def test_the_sample_takes_all_while_there_is_room_and_shares_when_there_is_not():
    posts = [post(number, likes=10 ** (number % 4), day=number % 3) for number in range(600)]
    whole = draw(posts, {}, 600, 7)
    assert len(whole) == 600 and {probability for _, _, probability in whole} == {1.0}
    some = draw(posts, {post.post_id: "favour" for post in posts[::2]}, 60, 7)
    assert len(some) <= 60 and some == draw(posts, {post.post_id: "favour" for post in posts[::2]}, 60, 7)
    assert some != draw(posts, {post.post_id: "favour" for post in posts[::2]}, 60, 8)
    strata = {name for _, name, _ in some}
    assert len(strata) >= 12
    # Weighted by what the probability tells, the sample stands for all: the estimate of a total is near it.
    assert 400 < sum(1 / probability for _, _, probability in some) < 800
    assert draw(posts, {}, 0, 7) == [] == draw([], {}, 60, 7)


@pytest.mark.slow
def test_statuses_are_right_after_deletions(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts").status == 0
    held = collected(home)
    small.clock.advance(timedelta(hours=30))
    set_environment(monkeypatch, small, cookies=True)
    said = groundswell(home, "recheck", "--campaign", "c", "--all", "--no-publish")
    assert said.status == 0, said.err
    now, world = small.clock.now(), small.world
    told = rows(
        home, "select post_id, arg_max(status, seen_at), arg_max(status_wording, seen_at) from sighting where not context group by post_id"
    )
    gone = {mid for mid in held if not world.there(world.posts[mid], now)}
    assert gone
    for mid, status, wording in told:
        truth = world.posts[mid].gone
        if mid in gone:
            assert (status, wording) == (truth.status, truth.wording)
        elif world.posts[mid].visible == 0:
            assert status == "visible"
    likes = dict(
        rows(home, "select post_id, arg_max(likes, seen_at) from sighting where not context and status = 'visible' group by post_id")
    )
    for mid in held - gone:
        assert likes[mid] == min(world.counts(world.posts[mid], now)[0], 1_000_000)
    assert polite(small) is True
    small.log.clear()
    assert groundswell(home, "recheck", "--campaign", "c", "--all", "--no-publish").status == 0
    assert not any(entry.query["id"] in gone for entry in small.log.entries("m.weibo.cn", "/statuses/show"))


def test_a_post_that_only_friends_see_now_is_told_and_asked_for_no_more(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts", more=("--pages", 1)).status == 0
    held = collected(home)
    small.clock.advance(timedelta(minutes=6))
    set_environment(monkeypatch, small, cookies=True)
    small.fault("for_friends", "m.weibo.cn", "/statuses/show")
    said = groundswell(home, "recheck", "--campaign", "c", "--all", "--no-publish")
    assert said.status == 0 and said.json["updated"] == len(held) == looks(small), said.err
    told = "select post_id, arg_max(status, seen_at), arg_max(status_wording, seen_at) from sighting where not context group by 1"
    assert set(rows(home, told)) == {(mid, "private", None) for mid in held}
    small.log.clear()
    assert groundswell(home, "recheck", "--campaign", "c", "--all", "--no-publish").status == 0
    assert looks(small) == 0


@pytest.mark.slow
def test_what_is_followed_is_drawn_and_seen_when_due(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts").status == 0
    assert groundswell(home, "recheck", "--campaign", "c", "--no-publish").status == 0
    assert not small.log.entries("m.weibo.cn", "/statuses/show")  # seen just now
    drawn = {row["post_id"]: row for row in Log(Home(home).log).read("followed").to_pylist()}
    assert 0 < len(drawn) <= BUDGET // (len(LOOKS) + 1)
    assert all(0 < row["probability"] <= 1 and row["stratum"] and row["seed"] for row in drawn.values())
    for minutes, asked in ((5, True), (2, False), (3, True)):
        small.log.clear()
        small.clock.advance(timedelta(minutes=minutes))
        set_environment(monkeypatch, small, cookies=True)
        assert groundswell(home, "recheck", "--campaign", "c", "--due", "--no-publish").status == 0
        seen = {entry.query["id"] for entry in small.log.entries("m.weibo.cn", "/statuses/show")}
        assert seen == (set(drawn) if asked else set())


@pytest.mark.slow
def test_an_edit_is_kept_beside_what_stood_before(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts").status == 0
    world, before = small.world, small.clock.now()
    small.clock.advance(timedelta(hours=30))
    now = small.clock.now()
    edited = {
        mid for mid in collected(home)
        if world.there(world.posts[mid], now) and world.text(world.posts[mid], before) != world.text(world.posts[mid], now)
    }  # fmt: skip
    set_environment(monkeypatch, small, cookies=True)
    assert groundswell(home, "recheck", "--campaign", "c", "--all", "--no-publish").status == 0
    versions = dict(rows(home, "select post_id, count(distinct text_sha256) from post where text is not null group by post_id"))
    assert edited and all(versions[mid] >= 2 for mid in edited)


def test_what_could_not_be_followed_waits_for_a_draw_that_can(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts", more=("--pages", 1)).status == 0
    first = collected(home)
    monkeypatch.setattr(recheck, "BUDGET", len(first) * len(LOOKS))  # taken whole by the first day of those
    assert groundswell(home, "recheck", "--campaign", "c", "--no-publish").status == 0
    small.clock.advance(timedelta(minutes=1))
    set_environment(monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts").status == 0
    waiting = len(collected(home) - first)
    said = groundswell(home, "recheck", "--campaign", "c", "--no-publish")
    assert f"{waiting} new posts are not followed yet" in said.err, said.err
    assert recheck.next_due(Home(home), "c") > now()
    small.clock.advance(timedelta(days=1, minutes=1))
    set_environment(monkeypatch, small, cookies=True)
    assert recheck.next_due(Home(home), "c") <= now()
    assert "not followed yet" not in groundswell(home, "recheck", "--campaign", "c", "--no-publish").err
    drawn = Log(Home(home).log).read("followed").to_pylist()
    assert {row["post_id"] for row in drawn} - first
    # Those of the second draw were offered once: their probability is that of the draw that could.
    second = [row["probability"] for row in drawn if row["post_id"] not in first]
    assert sum(1 / share for share in second) == pytest.approx(waiting, rel=0.5)


def test_a_post_that_the_interface_could_not_look_for_is_not_said_to_be_gone(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts", more=("--pages", 1)).status == 0
    small.fault("system_error", "m.weibo.cn", "/statuses/show")
    said = groundswell(home, "recheck", "--campaign", "c", "--all", "--no-publish")
    assert "neither the post nor word of it: 系统错误" in said.err
    assert {status for (status,) in rows(home, "select status from sighting where not context")} == {"visible"}


def looks(small):
    return len(small.log.entries("m.weibo.cn", "/statuses/show"))


def test_what_a_stopped_run_has_seen_counts_for_the_budget_once(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts", more=("--pages", 2)).status == 0
    campaign, due = find(Home(home), "c"), len(collected(home))
    assert due > 9
    assert groundswell(home, "recheck", "--campaign", "c", "--no-publish").status == 0
    small.clock.advance(timedelta(minutes=6))
    set_environment(monkeypatch, small, cookies=True)
    monkeypatch.setattr(recheck, "BUDGET", due)
    seen = due * 2 // 3
    assert see_again(Home(home), campaign, (), False, lambda: looks(small) < seen).halted and looks(small) == seen
    said = see_again(Home(home), campaign, (), False, lambda: True)
    assert (said.pages, said.warnings, looks(small)) == (due - seen, [], due)


@pytest.mark.slow
@pytest.mark.parametrize("within", [False, True], ids=["between two answers", "while an answer is being archived"])
def test_who_is_forgotten_while_a_run_goes_on_is_not_archived_by_it(small, tmp_path, monkeypatch, within):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts", more=("--pages", 2)).status == 0
    [(uid, _)] = rows(home, "select author_id, count(*) from post where author_id <> '' group by all order by 2 desc, 1 limit 1")
    gone, keep = [], LiveArchive.keep

    def go_on():
        if looks(small) > 2 and not within and not gone:
            gone.append(forget(Home(home), author=uid))
        return True

    def kept(archive, source, answer, headers):
        if within and uid.encode() in answer.body and not gone:
            gone.append(forget(Home(home), author=uid))
        return keep(archive, source, answer, headers)

    monkeypatch.setattr(LiveArchive, "keep", kept)
    small.clock.advance(timedelta(hours=30))
    set_environment(monkeypatch, small, cookies=True)
    said = see_again(Home(home), find(Home(home), "c"), (), True, go_on)
    assert gone and said.pages > 5 and rows(home, "select * from post where author_id = $uid", uid=uid) == []
    live = LiveArchive(home / "archive" / "live")
    bodies = [kept.answer.body for file in live.files() for kept in live.records(file) if kept.answer]
    assert bodies and not [body for body in bodies if uid.encode() in body]


@pytest.mark.slow
def test_what_cannot_be_read_waits_for_its_next_look(small, tmp_path, monkeypatch):
    """Three posts in an answer that nobody can read, all of them where nothing is: neither takes the others' part of the budget."""
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts", more=("--pages", 2)).status == 0
    held = collected(home)
    damaged = sorted(held)[:3]
    assert groundswell(home, "recheck", "--campaign", "c", "--no-publish").status == 0

    def damage(request, produce, fault):
        told = {"id": request.query["id"], "mid": request.query["id"], "text": "x", "user": {"id": 1}, "attitudes_count": "many"}
        return answers.json({"ok": 1, "data": told}) if request.query["id"] in damaged else produce(request)

    def looked(minutes):
        small.log.clear()
        small.clock.advance(timedelta(minutes=minutes))
        set_environment(monkeypatch, small, cookies=True)
        said = groundswell(home, "recheck", "--campaign", "c", "--no-publish")
        return said, [entry.query["id"] for entry in small.log.entries("m.weibo.cn", "/statuses/show")]

    monkeypatch.setitem(FAULTS, "damaged", damage)
    small.fault("damaged", "m.weibo.cn", "/statuses/show")
    hour = [(minutes, looked(minutes)[1]) for minutes in (6, 1, 4, 5, 15, 5)]  # 6, 7, 11, 16, 31 and 36 minutes after the first look
    assert [minutes for minutes, seen in hour if seen] == [6, 4, 15]
    assert all(sorted(seen) == sorted(held) for _, seen in hour if seen)
    small.heal()
    small.fault("http_404", "m.weibo.cn", "/statuses/show")
    said, seen = looked(30)
    assert said.status == 4 and sorted(seen) == sorted(held)
    assert said.json["warnings"] == ["recheck: post: HTTP 404, nothing is there"]
    assert looked(5)[1] == []
    small.heal()
    said, seen = looked(120)
    assert said.status == 0 and sorted(seen) == sorted(held)
    assert looked(5)[1] == []


def test_a_post_of_which_nobody_knows_when_it_was_seen_is_asked_for_once_a_day_where_it_cannot_be_read():
    unseen = KnownPost(
        post_id="1", published_at=None, likes=None, reposts=None, comments=None, first_seen=None, last_seen=None, status="unknown"
    )
    assert due_since(unseen, AT) == AT
    asked = replace(unseen, last_seen=AT)
    assert due_since(asked, AT + timedelta(hours=23)) is None and due_since(asked, AT + timedelta(hours=25)) == AT + timedelta(days=1)
