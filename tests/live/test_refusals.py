"""Everything that can go wrong: the run ends with the right status, keeps what came before, says what to do, and leaves a host that
refused alone until its time."""

import re
from datetime import datetime, timedelta

import pytest

from collectors.run import only_one
from data.build import build, reading
from data.home import Home
from data.questions import Filters, ask
from tests.command import groundswell
from tests.live.helpers import TAG, collect, collected, make_home, rows, set_environment
from tests.live.test_evidence import everything
from tests.live.test_weibo import offered, polite
from tests.platforms_server import checks
from tests.platforms_server.fixtures import start
from tests.platforms_server.invent import SMALL

SEARCH, TOPIC = ("m.weibo.cn", "/api/container"), ("m.s.weibo.com", "/ajax_topic")


def waits(said, running):
    """Whether a time is told from when on the host may be asked again, in a form that means the same in every zone."""
    told = said.json["retry_after"]
    return told.endswith("Z") and datetime.fromisoformat(told) > running.clock.now()


REFUSALS = ["http_403", "http_414", "http_418", "http_432", "captcha_mobile", "captcha_page", "risk_page", "login_mobile"]


@pytest.mark.parametrize("kind", [*REFUSALS[:1], *(pytest.param(kind, marks=pytest.mark.slow) for kind in REFUSALS[1:])])
def test_a_host_that_refuses_is_left_alone(small, home, monkeypatch, kind):
    fault = small.fault(kind, *SEARCH, after=3)
    said = collect(home, "weibo-posts")
    assert said.status == 3
    assert said.json["blocked_by"].startswith("m.weibo.cn") and waits(said, small)
    assert "Not asked again before" in said.err
    assert rows(home, "select requests from run where ended is not null") == [(said.json["requests"],)]
    before = collected(home)
    assert len(before) > 15 and before < offered(small)
    assert rows(home, "select reason from gap") == [("blocked",)] and gaps(home) == ["blocked"]
    assert polite(small) is True
    asked = len(small.log.entries())
    assert collect(home, "weibo-posts", "weibo-comments").status == 3
    assert len(small.log.entries()) == asked
    small.heal(fault)
    small.clock.advance(timedelta(hours=25))
    set_environment(monkeypatch, small, cookies=True)
    monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
    assert collect(home, "weibo-posts").status == 0
    assert offered(small) <= collected(home)
    assert gaps(home) == [] and rows(home, "select distinct reason from gap") == [("blocked",)]


def test_a_run_that_reads_a_part_of_what_was_refused_leaves_its_gap(small, home, monkeypatch):
    fault = small.fault("http_403", *SEARCH)
    assert collect(home, "weibo-posts").status == 3 and gaps(home) == ["blocked"]
    small.heal(fault)
    small.clock.advance(timedelta(hours=25))
    set_environment(monkeypatch, small, cookies=True)
    monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
    assert collect(home, "weibo-posts", more=("--since", "2026-06-14")).status == 0
    assert gaps(home) == ["blocked"]


def gaps(home):
    """Why something is still missing."""
    build(Home(home))
    with reading(Home(home)) as connection:
        return ask(connection, "gaps", Filters(campaign="c"))["reason"].tolist()


@pytest.mark.parametrize("kind", ["http_403", pytest.param("http_418", marks=pytest.mark.slow)])
def test_a_refusal_of_one_host_costs_the_others_nothing(small, home, kind):
    small.fault(kind, *TOPIC)
    said = collect(home, "weibo-counts", "weibo-posts")
    assert said.status == 3 and said.json["blocked_by"].startswith("m.s.weibo.com")
    assert collected(home) == offered(small)
    assert polite(small) is True


OTHERS = ("纸鸢", "折纸")


def gaps_of_now(home):
    """Gaps of one moment, as a page shows them."""
    build(Home(home))
    with reading(Home(home)) as connection:
        shown = ask(connection, "gaps", Filters(campaign="c"))
    assert (shown["starts_at"] == shown["ends_at"]).all()
    return list(zip(shown["query"], shown["reason"], shown["of"], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "path", "times", "unread"),
    [
        ("http_418", "/ajax_topic/detail", {"after": 1}, OTHERS), ("http_418", "/ajax_topic/trend", {"after": 1}, (TAG, *OTHERS)),
        ("bad_json", "/ajax_topic/detail", {"after": 1, "times": 1}, OTHERS[:1]), ("http_418", "/ajax_topic", {}, ()),
        ("http_418", "/robots.txt", {}, ()),
    ],
    ids=["a second hashtag", "a trend", "unreadable", "all", "the robots file"],
)  # fmt: skip
def test_each_hashtag_that_is_left_unread_is_told(small, tmp_path, monkeypatch, kind, path, times, unread):
    """The hashtag that was refused, those that were not asked any more, and none that was read whole. What is refused as a whole is told by
    the run, and by a watch once."""
    home = make_home(tmp_path, monkeypatch, small, tags=(TAG, *OTHERS))
    small.fault(kind, "m.s.weibo.com", path, **times)
    said = collect(home, "weibo-counts")
    assert said.status == (3 if kind == "http_418" else 4) and said.json["gaps"] == len(unread)
    assert len(rows(home, "select * from hashtag_count")) == (1 if unread else 0)
    reason = "blocked" if kind == "http_418" else "unreadable"
    assert sorted(gaps_of_now(home)) == sorted((f"#{tag}#", reason, "counters") for tag in unread)


@pytest.mark.parametrize(
    "kind",
    [
        "http_429",
        "reset",
        *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("http_503", "truncated", "corrupt_gzip", "http_500", "http_501")),
    ],
)
def test_trouble_for_a_moment_costs_nothing(small, home, kind):
    small.fault(kind, *TOPIC, times=2)
    said = collect(home, "weibo-counts")
    assert said.status == 0, said.err
    assert len(rows(home, "select * from hashtag_count")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["http_502", "reset", "http_500_parameter", "truncated"])
def test_trouble_that_stays_ends_the_run(small, home, kind):
    small.fault(kind, *TOPIC)
    said = collect(home, "weibo-counts")
    assert said.status == 3 and said.json["blocked_by"]
    asked = len(small.log.entries(*TOPIC))
    assert asked == (1 if kind == "http_500_parameter" else 4)
    assert collect(home, "weibo-counts").status == 3
    assert len(small.log.entries(*TOPIC)) == asked


@pytest.mark.slow
def test_a_long_wait_that_is_asked_for_is_left_to_a_later_command(small, home, monkeypatch):
    small.fault("http_429", *TOPIC, times=1, retry_after=1800)
    said = collect(home, "weibo-counts")
    assert said.status == 3 and "come back in 1800 s" in said.err
    assert collect(home, "weibo-counts").status == 3 and len(small.log.entries(*TOPIC)) == 1
    small.clock.advance(timedelta(minutes=31))
    set_environment(monkeypatch, small, cookies=True)
    assert collect(home, "weibo-counts").status == 0
    assert polite(small) is True


@pytest.mark.parametrize(
    "told",
    ["1e400", "inf", pytest.param("9" * 30, marks=pytest.mark.slow), pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", marks=pytest.mark.slow)],
)
def test_a_wait_that_is_no_time_ends_in_a_message(small, home, told):
    small.fault("http_429", *TOPIC, retry_after=told)
    said = collect(home, "weibo-counts")
    assert said.status == 3 and said.json["blocked_by"].startswith("m.s.weibo.com"), said.err
    assert "Traceback" not in said.err


UNREADABLE = ["bad_json", "html_for_json", "empty_body", "missing_fields", "other_types", "dead_address"]


@pytest.mark.parametrize("kind", [*UNREADABLE[:1], *(pytest.param(kind, marks=pytest.mark.slow) for kind in UNREADABLE[1:])])
def test_an_answer_that_cannot_be_read_is_kept_and_told(small, home, kind):
    small.fault(kind, *SEARCH, after=3)
    said = collect(home, "weibo-posts")
    assert said.status in (3, 4), said.err
    assert said.err.strip()
    assert 15 < len(collected(home) & offered(small)) < len(offered(small))
    assert collected(home) <= offered(small)
    assert rows(home, "select * from gap")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["one_missing_fields", "one_other_types"])
def test_one_odd_post_costs_that_post(small, home, kind):
    small.fault(kind, *SEARCH, after=1, times=1)
    said = collect(home, "weibo-posts")
    assert said.status == 0, said.err
    assert len(offered(small) - collected(home)) <= 1
    assert collected(home) <= offered(small)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["big_page", "wrong_type", "bad_letters"])
def test_an_odd_form_of_a_sound_answer_is_read(small, home, kind):
    small.fault(kind, *SEARCH, after=1, times=1)
    assert collect(home, "weibo-posts").status == 0
    assert collected(home) == offered(small)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gzip_bomb", pytest.param("endless_body", marks=pytest.mark.slow)])
def test_an_answer_that_swells_is_not_taken(small, home, kind):
    small.fault(kind, *TOPIC)
    said = collect(home, "weibo-counts")
    assert said.status in (3, 4) and "larger than 16 MB" in said.err


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["slow", "late"])
def test_an_answer_that_never_ends_is_given_up(small, home, kind):
    small.fault(kind, *SEARCH)
    said = collect(home, "weibo-posts")
    assert said.status == 3 and ("in time" in said.err or "not there after" in said.err)
    assert len(small.log.entries(*SEARCH)) == 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["redirect_elsewhere", "redirect_loop", "redirect_nowhere"])
def test_a_redirect_leads_nowhere_else(small, home, kind):
    small.fault(kind, *TOPIC)
    said = collect(home, "weibo-counts")
    assert said.status == 3
    assert checks.strays(small.log) == [] and len(small.log.entries(*TOPIC)) <= 3


def goes_back_once_healed(small, home, monkeypatch, *, without):
    """The next run brings what the broken one lacked, and its gap is closed."""
    small.heal()
    small.clock.advance(timedelta(hours=7))
    set_environment(monkeypatch, small, cookies=True)
    monkeypatch.delenv(without)
    assert collect(home, "weibo-posts").status == 0
    assert offered(small) <= collected(home) and gaps(home) == []


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "after", "status"), [("system_error", 2, 4), ("endless_paging", 0, 0)])
def test_a_list_that_breaks_off_is_told_and_read_again(tmp_path, monkeypatch, kind, after, status):
    with start(size=SMALL, page_size=3) as small:
        home = make_home(tmp_path, monkeypatch, small, cookies=True)
        monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
        small.fault(kind, *SEARCH, after=after)
        assert collect(home, "weibo-posts").status == status
        [(starts, ends, reason)] = rows(home, "select starts_at, ends_at, reason from gap")
        assert reason == "unreadable" and gaps(home) == ["unreadable"]
        missing = [small.world.posts[mid] for mid in offered(small) - collected(home)]
        assert missing and all(starts <= post.published.replace(tzinfo=None) <= ends for post in missing)
        goes_back_once_healed(small, home, monkeypatch, without="GROUNDSWELL_WEIBO_COOKIE")


def test_what_a_broken_list_lacks_comes_from_the_search_site(tmp_path, monkeypatch):
    with start(size=SMALL, page_size=3) as small:
        home = make_home(tmp_path, monkeypatch, small, cookies=True)
        small.fault("system_error", *SEARCH, after=2)
        assert collect(home, "weibo-posts").json["gaps"] == 0
        assert collected(home) == offered(small)


@pytest.mark.parametrize("kind", [pytest.param("spa_page", marks=pytest.mark.slow), "endless_paging"])
def test_a_slice_that_breaks_off_is_told_and_read_again(tmp_path, monkeypatch, kind):
    with start(size=SMALL, page_size=3) as small:
        home = make_home(tmp_path, monkeypatch, small, cookies=True)
        monkeypatch.delenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE")
        small.fault(kind, "s.weibo.com", "/weibo", after=1)
        collect(home, "weibo-posts")
        assert gaps(home) == ["unreadable"] and collected(home) < offered(small)
        goes_back_once_healed(small, home, monkeypatch, without="GROUNDSWELL_WEIBO_MOBILE_COOKIE")


@pytest.mark.parametrize("refused", ["/robots.txt", "/statuses/extend"])
def test_the_search_site_does_without_the_long_texts_of_the_mobile_one(small, tmp_path, monkeypatch, refused):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    monkeypatch.delenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE")
    small.fault("http_432", "m.weibo.cn", refused)
    small.fault("beginnings_only", "s.weibo.com")
    for _ in range(2):
        said = collect(home, "weibo-posts")
        assert (said.status, said.json["retry_after"], said.json["gaps"]) == (3, None, 0), said.err
        assert said.json["blocked_by"].startswith("m.weibo.cn")
        assert re.search(r"weibo-posts: long texts of which only the beginning came: [1-9]\d*\. m\.weibo\.cn", said.err)
        assert offered(small) <= collected(home)
        small.clock.advance(timedelta(hours=2))
        set_environment(monkeypatch, small, cookies=True)
        monkeypatch.delenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE")
    assert len(small.log.entries("m.weibo.cn", refused)) == 1
    assert polite(small) is True


def test_without_consent_to_the_mobile_site_its_long_texts_are_left(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    monkeypatch.delenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE")
    small.fault("beginnings_only", "s.weibo.com")
    said = collect(home, "weibo-posts", accept="s.weibo.com")
    assert said.status == 0 and "long texts of which only the beginning came" in said.err
    assert collected(home) == offered(small) and small.log.entries("m.weibo.cn") == []


@pytest.mark.slow
@pytest.mark.parametrize(("path", "after"), [("/statuses/extend", 1), ("/api/container", 1), ("/robots.txt", 0)])
def test_a_refusal_of_the_mobile_site_costs_the_search_site_nothing(small, tmp_path, monkeypatch, path, after):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    small.fault("http_418", "m.weibo.cn", path, after=after)
    for _ in range(2):
        said = collect(home, "weibo-posts")
        assert (said.status, said.json["retry_after"], said.json["gaps"]) == (3, None, 0), said.err
        assert said.json["blocked_by"].startswith("m.weibo.cn: HTTP 418")
        assert offered(small) <= collected(home)
        small.clock.advance(timedelta(hours=2))
        set_environment(monkeypatch, small, cookies=True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["endless_paging", "duplicate_pages"])
def test_pages_that_repeat_come_to_an_end(small, home, kind):
    small.fault(kind, *SEARCH)
    said = collect(home, "weibo-posts")
    assert said.status == 0
    assert collected(home) <= offered(small) and len(collected(home)) >= 18
    assert len(small.log.entries(*SEARCH)) < 20


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["empty", "spa_page", "login_redirect", "visitor_page", "captcha_page", "missing_fields"])
def test_the_search_site_under_its_faults(small, tmp_path, monkeypatch, kind):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    monkeypatch.delenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE")
    small.fault(kind, "s.weibo.com", "/weibo")
    said = collect(home, "weibo-posts")
    assert said.status == {"empty": 0, "spa_page": 4, "missing_fields": 4}.get(kind, 3), said.err
    assert collected(home) == set()
    assert polite(small) is True


@pytest.mark.slow
def test_no_guest_cookie_today(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    small.fault("guest_refused", "visitor.passport.weibo.cn")
    said = collect(home, "weibo-posts")
    assert said.status == 3 and "guest cookie" in said.err
    asked = len(small.log.entries())
    assert collect(home, "weibo-posts").status == 3
    assert len(small.log.entries("visitor.passport.weibo.cn", "/visitor")) == 1 and len(small.log.entries()) <= asked + 1


@pytest.mark.slow
def test_no_secret_is_left_anywhere(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small, cookies=True)
    said = [collect(home, "weibo-counts", "weibo-hot", "weibo-posts", "weibo-comments", publish=True)]
    for name in ("GROUNDSWELL_WEIBO_COOKIE", "GROUNDSWELL_WEIBO_MOBILE_COOKIE"):
        monkeypatch.delenv(name)
    said.append(collect(home, "weibo-hot", "weibo-posts", publish=True))  # as a guest
    small.fault("http_418", *SEARCH)
    said.append(collect(home, "weibo-posts", publish=True))
    said.append(groundswell(home, "export", "--campaign", "c", "--out", tmp_path / "out"))
    secrets = [secret.encode() for secret in small.sessions.secrets()]
    texts = everything(home) | everything(tmp_path / "out")
    texts |= {f"said {number}": f"{one.out}{one.err}".encode() for number, one in enumerate(said)}
    assert len(texts) > 20
    assert [(str(path), secret) for path, text in texts.items() for secret in secrets if secret in text] == []


@pytest.mark.slow
def test_cookies_in_a_file_are_for_their_owner_only(small, tmp_path, monkeypatch):
    home = make_home(tmp_path, monkeypatch, small)
    kept = home / "cookies.toml"
    kept.write_text(f'weibo_mobile = "{small.sessions.own_cookies()["GROUNDSWELL_WEIBO_MOBILE_COOKIE"]}"\n')
    kept.chmod(0o644)
    said = collect(home, "weibo-posts")
    assert said.status == 2 and "chmod 600" in said.err and "SUB" not in said.err
    kept.chmod(0o600)
    assert collect(home, "weibo-posts").status == 0
    assert collected(home) == offered(small)


@pytest.mark.parametrize("told", ["no cookie at all", "SUB=ä", "SUB"])
def test_a_cookie_that_is_none_is_refused_without_repeating_it(small, tmp_path, monkeypatch, told):
    home = make_home(tmp_path, monkeypatch, small)
    monkeypatch.setenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE", told)
    said = collect(home, "weibo-posts")
    assert said.status == 2 and "GROUNDSWELL_WEIBO_MOBILE_COOKIE" in said.err and told not in said.err


@pytest.mark.parametrize(
    "hosts",
    [None, '{"m.s.weibo.com": "http://192.0.2.7:80"}', '{"m.s.weibo.com": "https://mirror.example"}', "{}", "[]", '{"m.s.weibo.com": "x"}'],
)
@pytest.mark.parametrize("variable", [("GROUNDSWELL_PACE", "0"), ("GROUNDSWELL_NOW", "2026-06-15T04:00:00*600")])
def test_haste_is_for_this_machine_only(small, home, monkeypatch, hosts, variable):
    monkeypatch.delenv("GROUNDSWELL_HOSTS")
    monkeypatch.delenv("GROUNDSWELL_PACE")
    if hosts is not None:
        monkeypatch.setenv("GROUNDSWELL_HOSTS", hosts)
    monkeypatch.setenv(*variable)
    said = collect(home, "weibo-counts")
    assert said.status == 2 and "GROUNDSWELL_HOSTS" in said.err


def test_a_host_that_is_not_mapped_is_not_asked_in_haste(small, home, monkeypatch):
    monkeypatch.setenv("GROUNDSWELL_HOSTS", '{"m.weibo.cn": "http://127.0.0.1:9/m.weibo.cn"}')
    said = collect(home, "weibo-counts")
    assert said.status == 2 and "m.s.weibo.com" in said.err


def test_two_at_once_are_refused(small, home):
    with only_one(Home(home), "c", "weibo-counts"):
        said = collect(home, "weibo-counts")
    assert said.status == 2 and "running already" in said.err


def sources_published(home):
    with reading(Home(home)) as connection:
        return sorted(ask(connection, "sources", Filters(campaign="c"))["source"])


def test_a_source_that_cannot_run_costs_the_others_nothing(small, home):
    with only_one(Home(home), "c", "weibo-hot"):
        said = collect(home, "weibo-counts", "weibo-hot", "weibo-posts", publish=True)
    [error] = said.json["errors"]
    assert said.status == 2 and error.startswith("weibo-hot of c is running already")
    assert said.err.count(error) == 1 and said.json["added"] > 3
    assert sources_published(home) == ["weibo-counts", "weibo-posts"]


def test_a_full_disk_is_said(small, home, monkeypatch):
    import shutil
    from collections import namedtuple

    monkeypatch.setattr(shutil, "disk_usage", lambda place: namedtuple("usage", "total used free")(10**12, 10**12, 400 * 2**20))
    said = collect(home, "weibo-counts")
    assert said.status == 1 and "500 MB" in said.err and small.log.entries(*TOPIC) == []


def test_the_tag_is_asked_as_it_is_written(small, home):
    assert collect(home, "weibo-counts").status == 0
    assert {entry.query["q"] for entry in small.log.entries(*TOPIC)} == {f"#{TAG}#"}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "says"), [("no_likes", "nobody likes"), ("far_future", "from the future")])
def test_what_is_odd_is_said(small, home, kind, says):
    small.fault(kind, *SEARCH)
    said = collect(home, "weibo-posts", more=("--pages", 2))
    assert said.status == 0 and says in said.err


def test_a_search_that_goes_silent_is_said_and_looked_at_again(small, home, monkeypatch):
    assert collect(home, "weibo-posts").status == 0
    fault = small.fault("empty", *SEARCH)
    said = {}
    for hours in (1, 2):
        small.clock.advance(timedelta(hours=hours))
        set_environment(monkeypatch, small, cookies=True)
        monkeypatch.delenv("GROUNDSWELL_WEIBO_COOKIE")
        said[hours] = collect(home, "weibo-posts")
        small.heal(fault)
    assert said[1].status == 0 and "nothing was found, where" in said[1].err
    assert said[2].status == 0 and "nothing was found" not in said[2].err
    assert offered(small) <= collected(home)


def test_doctor_says_what_the_newest_run_warned_of(small, home):
    small.fault("no_likes", *SEARCH)
    assert collect(home, "weibo-posts", more=("--pages", 2)).status == 0
    told = [finding for finding in groundswell(home, "doctor").json["findings"] if "nobody likes" in finding["what"]]
    assert told and not told[0]["ok"] and "groundswell replay" in told[0]["remedy"]
