"""The laws of the log, one by one, on what an import and a build really leave."""

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest import mock

import duckdb
import pyarrow.parquet as pq
import pytest

from analysis import labelling
from analysis.classifier import load
from collectors import archive, forgetting, importing
from collectors.forgetting import forget as forget_everywhere
from collectors.formats import Broken
from collectors.platforms.weibo_ids import short_id_of_id
from collectors.verify import verify_archive
from data.build import build, reading
from data.build import published as pointer
from data.errors import WrongUsage
from data.forget import forget
from data.home import Home
from data.log import Log, Overtaken
from data.model import Embedding, Gap, HashtagCount, Label, Run, Trend, arrow_schema, id_for_record_without_id, text_sha256
from data.questions import Filters, ids
from data.questions import ask as question
from data.unlabelled import unlabelled
from tests.command import asked, groundswell
from tests.hostile import make
from tests.laws import told as told_format
from tests.laws.dump import ask, differences, dump, published
from tests.laws.told import NOON, bring, campaign_file, label, no_shipped_campaigns, post, write
from tests.tiny_model import tiny_model

pytestmark = pytest.mark.store

MAY_3, MAY_4, MAY_5 = (f"2024-05-0{day}T08:00:00" for day in (3, 4, 5))


def newest(home, *told, columns="likes"):
    """What the database says of the one post that these records tell of, each imported as a file of its own, in this order."""
    for number, one in enumerate(told):
        bring(home, write(home.path.parent / f"{number}.told", one))
    build(home)
    (row,) = ask(home, f"select {columns} from posts")
    return row if "," in columns else row[0]


def outcome(done):
    return {name: getattr(done, name) for name in ("read", "added", "updated", "duplicate", "quarantined")}


# Sighting identity -------------------------------------------------------------------------------------------------


def copied(file):
    return shutil.copyfile(file, file.with_name("another name.csv"))


def touched(file):
    os.utime(file, (1_600_000_000, 1_600_000_000))
    return file


def zipped(file):
    with zipfile.ZipFile(file.with_suffix(".zip"), "w") as made:
        made.write(file, "deep/inside.csv")
    return file.with_suffix(".zip")


def in_a_folder(file):
    folder = file.with_name("folder")
    folder.mkdir()
    shutil.copyfile(file, folder / "in it.csv")
    return folder


def in_another_order(file):
    return make.table(file.with_name("turned.csv"), [make.post(n) for n in (3, 1, 2)])


@pytest.mark.parametrize("again", [lambda file: file, copied, touched, zipped, in_a_folder, in_another_order])
def test_the_same_records_from_any_file_add_nothing(tmp_path, again):
    home = tmp_path / "home"
    groundswell(home, "campaign", "new", "art")
    file = make.good(tmp_path)
    assert outcome_of(groundswell(home, "import", file, "--campaign", "art", "--no-publish")) == (3, 3, 0, 0, 0)
    before = content(Log(Home(home).log))
    assert outcome_of(groundswell(home, "import", again(file), "--campaign", "art", "--no-publish")) == (3, 0, 0, 3, 0)
    assert content(Log(Home(home).log)) == before


def outcome_of(said):
    assert said.status == 0, said.err
    return tuple(said.json[name] for name in ("read", "added", "updated", "duplicate", "quarantined"))


def content(log):
    return {name: log.read(name).num_rows for name in ("post", "sighting", "membership", "author", "edge", "quarantine")}


def test_the_clock_is_no_part_of_a_record(home, tmp_path, monkeypatch):
    file = write(tmp_path / "a.told", post(likes=1), post("7002", likes=2))
    monkeypatch.setenv("GROUNDSWELL_NOW", "2024-06-01T00:00:00")
    bring(home, file)
    monkeypatch.setenv("GROUNDSWELL_NOW", "2025-06-01T00:00:00")
    assert outcome(bring(home, file)) == {"read": 2, "added": 0, "updated": 0, "duplicate": 2, "quarantined": 0}


def test_a_record_twice_in_one_file_is_one_sighting(home, tmp_path):
    done = bring(home, write(tmp_path / "a.told", post(likes=1), post(likes=1)))
    assert (done.added, done.duplicate) == (1, 1)
    build(home)
    assert ask(home, "select sightings from posts") == [(1,)]


def test_the_same_words_about_a_comment_and_a_post_of_one_number_are_two_sightings(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("9", text="支持", likes=1), post("9", text="支持", likes=1, comment=True)))
    build(home)
    assert ask(home, "select is_comment, likes, sightings from posts order by all") == [(False, 1, 1), (True, 1, 1)]


def test_what_is_told_of_a_comment_leaves_the_post_of_the_same_number_alone(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("9", text="画", likes=5, seen=MAY_3)))
    bring(home, write(tmp_path / "b.told", post("9", text="支持", likes=8, seen=MAY_5, comment=True, status="deleted_by_author")))
    build(home)
    assert ask(home, "select is_comment, text, likes, status from posts order by all") == [
        (False, "画", 5, "visible"),
        (True, "支持", 8, "deleted_by_author"),
    ]


# Basis -------------------------------------------------------------------------------------------------------------

WEAKER = [
    ({"basis": "told", "seen": MAY_3}, {"basis": "file_time", "seen": MAY_5}),
    ({"basis": "told", "seen": MAY_3}, {"basis": "not_before", "seen": MAY_5}),
    ({"basis": "told", "seen": MAY_3}, {"basis": "import"}),
    ({"basis": "file_time", "seen": MAY_3}, {"basis": "not_before", "seen": MAY_5}),
    ({"basis": "file_time", "seen": MAY_3}, {"basis": "import"}),
    ({"basis": "not_before"}, {"basis": "import"}),
]


@pytest.mark.parametrize("swapped", [False, True], ids=["stronger first", "weaker first"])
def test_a_weaker_basis_never_overrides_a_stronger_one(home, tmp_path, swapped):
    """A post for each pair of bases: one file with all that is told first, one with all that is told later."""
    strong = [post(str(n), text="昨天的字", likes=3, status="removed_by_platform", **told) for n, (told, _) in enumerate(WEAKER)]
    weak = [post(str(n), text="别的字", likes=900, status="visible", reposts=4, **told) for n, (_, told) in enumerate(WEAKER)]
    for number, told in enumerate((weak, strong) if swapped else (strong, weak)):
        bring(home, write(tmp_path / f"{number}.told", *told))
    build(home)
    found = ask(home, "select post_id, text, likes, status, reposts from posts order by all")
    assert found == [(str(n), "昨天的字", 3, "removed_by_platform", 4) for n in range(len(WEAKER))]


@pytest.mark.parametrize("basis", ["told", "file_time"])
def test_among_equal_bases_the_time_orders_not_the_import(home, basis):
    new = post(likes=1, text="新", basis=basis, seen=MAY_5)
    old = post(likes=9, text="旧", basis=basis, seen=MAY_4)
    assert newest(home, new, old, columns="likes, text, first_seen, last_seen") == (
        1, "新", datetime(2024, 5, 4, 8), datetime(2024, 5, 5, 8),
    )  # fmt: skip


# Time unknown ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", ["not_before", "import"])
@pytest.mark.parametrize("larger_first", [False, True])
def test_where_no_time_is_told_the_larger_count_holds(home, basis, larger_first):
    told = [post(basis=basis, likes=12), post(basis=basis, likes=7)]
    assert newest(home, *(told if larger_first else told[::-1])) == 12


@pytest.mark.parametrize("words", ["甲乙", "丙丁", "戊己", "庚辛"])
def test_where_no_time_is_told_all_comes_from_the_sighting_of_the_larger_count(home, words):
    """Counts grow: the larger one was probably seen later. Several texts, since a hash would be right in half of the cases."""
    larger = post(likes=12, text=words, status="deleted_by_author", region=words)
    smaller = post(likes=7, text=words[::-1], status="visible", region=words[::-1])
    assert newest(home, larger, smaller, columns="likes, text, status, region") == (12, words, "deleted_by_author", words)


@pytest.mark.slow
@pytest.mark.parametrize("basis", ["not_before", "import"])
@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_where_no_time_is_told_gone_is_later_than_visible(home, basis, order):
    """What is gone tells no counts, and a post was there before it was gone."""
    told = [post(basis=basis, likes=9, text="画"), post(basis=basis, status="deleted_by_author"), post(basis=basis, likes=11)]
    assert newest(home, *(told[place] for place in order), columns="status, likes") == ("deleted_by_author", 11)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_post_that_was_seen_again_at_a_known_time_is_visible(home, swapped):
    told = [post(seen=MAY_3, status="private"), post(status="deleted_by_author"), post(seen=MAY_4, text="画")]
    assert newest(home, *(told[::-1] if swapped else told), columns="status") == "visible"


def test_where_no_time_is_told_a_missing_count_is_smaller_than_any(home):
    assert newest(home, post(likes=0, region="零"), post(likes=None, region="无")) == 0


def test_a_post_of_unknown_time_is_shown_as_such(home, tmp_path):
    told = post(published="2024-05-01T04:00:00", seen="2024-05-01T04:00:00", likes=1) | {"basis": "not_before"}
    assert newest(home, told, columns="first_seen, last_seen, sightings") == (None, None, 1)
    with reading(home) as db:
        (answer,) = question(db, "seen_until", Filters(campaign="art")).to_dict("records")
    assert answer["time_unknown"] == 1


def test_a_known_time_beside_unknown_ones_is_the_first_and_the_last(home):
    told = [post(seen=MAY_4, likes=1), post(likes=2), post(basis="import", likes=3)]
    assert newest(home, *told, columns="first_seen, last_seen, sightings") == (datetime(2024, 5, 4, 8),) * 2 + (3,)


# The order of imports ----------------------------------------------------------------------------------------------

NO_TIMES = [
    [post("1", likes=5, comments=1, text="甲", name="画手一", author="901", kind="original"), post("2", text="同", likes=1)],
    [post("1", likes=3, comments=9, text="乙", name="画手壹", author="901", region="上海"), post("2", text="异", likes=1, context=True)],
    [post("1", likes=5, comments=1, text="丙", status="deleted_by_author", tags=["停更周"]), post("2", text="又", likes=1, basis="import")],
]
TIMES = [
    [post("1", likes=5, text="甲", seen=MAY_4, tags=["停更週"], published="2024-05-01T04:00:00", grain="day"), post("2", text="同")],
    [post("1", likes=3, text="乙", seen=MAY_4, published="2024-05-01T04:30:00", grain="minute"), post("2", text="异", seen=MAY_3)],
    [post("1", text="乙……全文", basis="file_time", seen=MAY_5, tags=["停更周"]), post("2", comment=True, text="支持", parent="1")],
    [post("1", likes=0, text=None, seen=MAY_5, followers=5, author="901", name="画手一"), post("3", text="画", parent="1", kind="repost")],
]


@pytest.mark.slow
@pytest.mark.parametrize("files", [NO_TIMES, TIMES[:3]], ids=["no time told", "some times told"])
def test_the_order_of_imports_changes_nothing(tmp_path, files):
    assert_order_is_nothing(tmp_path, files)


@pytest.mark.slow
def test_the_order_of_four_imports_changes_nothing(tmp_path):
    assert_order_is_nothing(tmp_path, TIMES)
    assert_order_is_nothing(tmp_path, [*NO_TIMES, TIMES[3]])


def assert_order_is_nothing(tmp_path, files):
    """All permutations, some with a build between, into homes with one key, so that accounts have the same names."""
    with no_shipped_campaigns(tmp_path):
        first = Home(tmp_path / f"home of {len(files)} {id(files)}")
        first.key  # noqa: B018 - made at first use
        campaign_file(first, tags=["停更周"])
        expected = None
        for number, order in enumerate(itertools.permutations(range(len(files)))):
            home = Home(first.path.with_name(f"{first.path.name} {number}"))
            shutil.copytree(first.path, home.path)
            for place in order:
                bring(home, write(tmp_path / "now.told", *files[place]))
                if number % 3 == 1 and place == order[number % 2]:
                    build(home)
            build(home)
            found = published(home)
            expected = expected or found
            assert differences(expected, found) == {}, order
            shutil.rmtree(home.path)


@pytest.mark.usefixtures("home")
def test_of_two_counts_of_a_hashtag_at_one_moment_the_order_of_imports_decides_nothing(tmp_path):
    answers = []
    for order in ((100, 300), (300, 100)):
        other = Home(tmp_path / f"home {order[0]}")
        campaign_file(other)
        for number, views in enumerate(order):
            counters(other, f"r{number}", views=views, at=NOON, record=f"of {views}")
        build(other)
        with reading(other) as db:
            answers += question(db, "counters", Filters(campaign="art")).drop(columns=["source"]).to_dict("records")
    assert answers[0] == answers[1]


# Membership --------------------------------------------------------------------------------------------------------


def memberships(home):
    return set(ask(home, "select campaign, post_id, via from membership"))


def campaigns_of(home):
    return dict(ask(home, "select post_id, campaigns from posts"))


def test_an_import_asserts_its_campaign(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("1"), post("2")))
    build(home)
    assert memberships(home) == {("art", "1", "query"), ("art", "2", "query")}
    assert ask(home, "select distinct campaign from run") == [("art",)]


def test_a_reposts_original_is_context_and_is_counted_nowhere(home, tmp_path):
    at = "2024-05-01T04:00:00"
    original = post("1", text="原来的画", tags=["停更周"], published=at, author="901", context=True)
    repost = post("2", text="看这个", tags=["停更周"], published=at, author="902", kind="repost", parent="1")
    bring(home, write(tmp_path / "a.told", original, repost))
    build(home)
    assert memberships(home) == {("art", "1", "context"), ("art", "2", "query")}
    assert campaigns_of(home) == {"1": [], "2": ["art"]}
    assert ask(home, "select distinct post_id from member") == [("2",)]
    assert ask(home, "select tag_key, posts, accounts from post_day order by all") == [("", 1, 1), ("停更周", 1, 1)]
    with reading(home) as db:
        (answer,) = question(db, "headline", Filters(campaign="art")).to_dict("records")
        assert (answer["posts"], answer["reposts"], answer["accounts"]) == (1, 0, 1)


def test_a_context_post_that_is_found_later_is_counted_then(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("1", text="画", published="2024-05-01T04:00:00", context=True)))
    build(home)
    bring(home, write(tmp_path / "b.told", post("1", text="画", published="2024-05-01T04:00:00")))
    build(home)
    assert campaigns_of(home) == {"1": ["art"]}
    assert ask(home, "select posts from post_day") == [(1,)]


def test_rules_add_posts_and_never_remove_asserted_ones(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("1", text="停更一周"), post("2", text="今天吃面", tags=["午饭"])))
    campaign_file(home, "more", any=["停更"])
    campaign_file(home, "art", any=["没有这样的字"])
    build(home)
    assert memberships(home) == {("art", "1", "query"), ("art", "2", "query"), ("more", "1", "rule")}
    campaign_file(home, "more", tags=["午饭"])
    build(home)
    assert memberships(home) == {("art", "1", "query"), ("art", "2", "query"), ("more", "2", "rule")}
    assert campaigns_of(home) == {"1": ["art"], "2": ["art", "more"]}


def test_capitals_make_no_difference_to_a_rule(home, tmp_path):
    """Words and regular expressions alike, in a home that has the posts already as in one that is built from nothing."""
    texts = ["ai绘画滚开", "Ai绘画", "用 TRIK 画的", "今天吃面"]
    bring(home, write(tmp_path / "a.told", *(post(str(number), text=text) for number, text in enumerate(texts))))
    build(home)
    for told in ({"any": ["AI绘画", "Trik"]}, {"regex": "AI绘画|Trik"}, {"regex": "ai绘画|[T]rik"}):
        campaign_file(home, "more", **told)
        assert not build(home).full
        assert {id for campaign, id, _ in memberships(home) if campaign == "more"} == {"0", "1", "2"}, told
        incremental = dump(home)
        build(home, full=True)
        assert differences(incremental, dump(home)) == {}


def test_a_second_campaign_that_imports_the_same_file_gets_its_posts(home, tmp_path):
    campaign_file(home, "more")
    file = write(tmp_path / "a.told", post("1", published="2024-05-01T04:00:00"), post("2", context=True))
    bring(home, file)
    build(home)
    assert outcome(bring(home, file, campaign="more"))["duplicate"] == 2
    build(home)
    assert memberships(home) == {(c, *rest) for c in ("art", "more") for rest in (("1", "query"), ("2", "context"))}
    assert ask(home, "select campaign, posts from post_day order by all") == [("art", 1), ("more", 1)]
    assert ask(home, "select sightings from posts") == [(1,), (1,)]


def counters(home, run, *, views, at, campaign="art", tag="停更周", record="counted"):
    told = {"platform": "weibo", "tag": tag, "tag_key": tag, "seen_at": at, "seen_at_basis": "told", "source": "test"}
    Log(home.log).append_rows([
        Run(run_id=run, source="test", campaign=campaign, started=NOON, version="0"),
        HashtagCount(record_id=record, views=views, run_id=run, **told),
    ])  # fmt: skip


def counted(home, campaign):
    with reading(home) as db:
        found = question(db, "counters", Filters(campaign=campaign))
    return dict(zip(found["tag"], [views["value"] for views in found["views"]], strict=True))


def test_a_hashtags_counters_belong_to_the_campaign_of_their_run_and_to_those_that_name_it(home):
    campaign_file(home, "names-it", tags=["#停更週#"])
    campaign_file(home, "neither")
    counters(home, "r1", views=100, at=NOON)
    build(home)
    assert [counted(home, campaign) for campaign in ("art", "names-it", "neither")] == [{"停更周": 100}, {"停更周": 100}, {}]


def test_a_second_campaign_that_imports_the_same_counters_has_them_too(tmp_path):
    """Otherwise the order of the imports decides whose they are."""
    file = tmp_path / "08.json"
    told = {"captured_at": "2026-09-01T08:00:00+08:00", "topic_id": "231522" + "ab" * 16, "title": "停更周"}
    file.write_text(json.dumps(told | {"exact_counts": {"read": 1234, "mention": 5}}, ensure_ascii=False), encoding="utf-8")
    home = tmp_path / "home"
    for campaign in ("one", "two"):
        groundswell(home, "campaign", "new", campaign)
        assert groundswell(home, "import", file, "--campaign", campaign, "--format", "weibo-hot-hub").status == 0
    assert [counted(Home(home), campaign) for campaign in ("one", "two")] == [{"停更周": 1234}, {"停更周": 1234}]
    assert asked(home, "select count(*) from hashtag_count") == [(1,)]


# Texts -------------------------------------------------------------------------------------------------------------


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_texts_hash_is_of_title_line_break_and_text(home, tmp_path):
    told = [post("1", title="标题", text="正文"), post("2", text="正文"), post("3", title="标题"), post("4")]
    told.append(post("5", title="", text=" 正文\n"))
    bring(home, write(tmp_path / "a.told", *told))
    build(home)
    assert ask(home, "select text_sha256 from posts order by post_id") == [
        (sha("标题\n正文"),), (sha("正文"),), (sha("标题\n"),), (None,), (sha(" 正文\n"),),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        [post(title="标题", text="正文", seen=MAY_3), post(text="改过的正文", seen=MAY_4)],
        [post(title="旧标题", text="正文很长很长", seen=MAY_3), post(title="新标题", text="正文…", seen=MAY_4)],
        [post(title="标题", seen=MAY_3), post(text="正文", seen=MAY_4)],
    ],
    ids=["a title once told", "a title changed over a cut", "title and text told apart"],
)
def test_the_hash_of_a_post_is_of_the_title_and_text_it_shows(home, told):
    title, text, shown = newest(home, *told, columns="title, text, text_sha256")
    assert shown == text_sha256(title, text)


LONG = "停更一周，等一个说法。大家都放下笔，等到有人出来说话为止"


CUTS = ("停更一周，等…", "停更一周，等一个说法。…全文", "停更一周，等一个说法 展开", "停更一周，\n等一个说法。...全文")


@pytest.mark.parametrize("newest_is_cut", [True, False])
def test_of_cuts_of_one_version_the_longest_holds(home, tmp_path, newest_is_cut):
    whole = [post(str(n), text=LONG, seen=MAY_3 if newest_is_cut else MAY_4) for n in range(len(CUTS))]
    cut = [post(str(n), text=text, seen=MAY_4 if newest_is_cut else MAY_3) for n, text in enumerate(CUTS)]
    for number, told in enumerate((whole, cut) if newest_is_cut else (cut, whole)):
        bring(home, write(tmp_path / f"{number}.told", *told))
    build(home)
    assert ask(home, "select post_id, text from posts order by all") == [(str(n), LONG) for n in range(len(CUTS))]
    for n, text in enumerate(CUTS):
        versions = ask(home, "select text_sha256 from post_text where post_id = ? order by all", str(n))
        assert versions == sorted([(sha(LONG),), (sha(text),)])


def test_of_edits_the_newest_told_holds_and_all_are_kept(home):
    texts = ["停更一周，等一个说法，到五月十日", "停更两周", "今天恢复更新"]
    told = [post(text=text, seen=at) for text, at in zip(texts, (MAY_4, MAY_5, MAY_3), strict=True)]
    assert newest(home, *told, columns="text") == "停更两周"
    assert ask(home, "select text, seen_at from post_text order by seen_at") == [
        ("今天恢复更新", datetime(2024, 5, 3, 8)), (texts[0], datetime(2024, 5, 4, 8)), ("停更两周", datetime(2024, 5, 5, 8)),
    ]  # fmt: skip


def test_a_cut_of_the_newest_version_is_made_whole_from_that_version_only(home):
    texts = ["停更一周，不再等了", "今天恢复更新，谢谢大家", "今天恢复更新…全文"]
    told = [post(text=text, seen=at) for text, at in zip(texts, (MAY_3, MAY_4, MAY_5), strict=True)]
    assert newest(home, *told, columns="text") == "今天恢复更新，谢谢大家"
    assert ask(home, "select count(*) from post_text") == [(3,)]


def test_a_longer_text_known_only_by_a_weaker_basis_completes_a_cut_and_overrides_no_edit(home, tmp_path):
    told = [post("1", text=LONG), post("1", text="停更一周…", seen=MAY_3), post("2", text=LONG), post("2", text="恢复更新", seen=MAY_3)]
    bring(home, write(tmp_path / "a.told", *told))
    build(home)
    assert dict(ask(home, "select post_id, text from posts")) == {"1": LONG, "2": "恢复更新"}


def test_a_cut_seen_later_takes_no_hashtag_or_rule_from_a_post(home):
    """What stands in a cut text is not all of the post's: what stands in the text that holds is."""
    whole = post(text=f"{LONG}#停更周#@画手", tags=["停更周"], mentions=["画手"], seen=MAY_3, published="2024-05-01T04:00:00")
    cut = post(text=f"{LONG[:9]}…全文", tags=[], mentions=[], seen=MAY_4, likes=9)
    shorter = post(text=f"{LONG[:5]}…全文", tags=["自己画"], mentions=["别人"], seen=MAY_5, likes=11)
    campaign_file(home, tags=["停更周"])
    for one in (whole, cut, shorter):
        found = newest(home, one, columns="hashtags, tag_keys, mentions, likes")
        assert found == (["停更周"], ["停更周"], ["画手"], one.get("likes"))
        assert ask(home, "select tag_key from post_day order by all") == [("",), ("停更周",)]
        assert ask(home, "select rule from membership where via = 'rule'") == [("hashtag",)]


def test_an_edit_takes_its_own_hashtags_and_where_it_tells_none_the_newest_stay(home):
    told = [post(text="停更两周#停更周#", tags=["停更周"], seen=MAY_3), post(text="今天恢复更新", seen=MAY_4)]
    assert newest(home, *told, columns="hashtags") == ["停更周"]
    assert newest(home, post(text="今天恢复更新", tags=[], seen=MAY_5), columns="hashtags") == []


def test_a_text_told_once_is_one_version_though_seen_often(home):
    newest(home, *(post(text="画", likes=n, seen=MAY_3) for n in range(3)))
    assert ask(home, "select text, sightings from post_text") == [("画", 3)]


# Stance and its context --------------------------------------------------------------------------------------------


def test_one_answer_under_two_posts_is_two_texts_to_label(home, tmp_path):
    posts = [post("1", text="机器画的画好看"), post("2", text="不要机器画的画")]
    answers = [post(id, text="支持", comment=True, parent=parent, kind="comment") for id, parent in (("11", "1"), ("12", "2"))]
    campaign_file(home, targets=["机器画"])
    bring(home, write(tmp_path / "a.told", *posts, *answers))
    build(home)
    wanted = {"campaign": "art", "model": "tiny", "version": "1", "kinds": ["sentiment"], "targets": ["机器画"]}
    with reading(home) as db:
        alone, _ = unlabelled(db, **wanted)
        _, texts = unlabelled(db, **wanted, with_context=True)
        read = Counter((one.text, one.context) for one in texts if one.targets)
    assert alone == 3
    assert {pair: n for pair, n in read.items() if pair[0] == "支持"} == {("支持", posts[0]["text"]): 1, ("支持", posts[1]["text"]): 1}
    for parent, value in zip(posts, ("favour", "against"), strict=True):
        label(home, sha("支持"), value, kind="stance", target="机器画", context_sha256=sha(parent["text"]))
    build(home)
    assert ask(home, "select post_id, stance from stances order by all") == [("11", "favour"), ("12", "against")]
    with reading(home) as db:
        for id, value in (("11", "favour"), ("12", "against")):
            told = question(db, "post_labels", Filters(campaign="art"), platform="weibo", is_comment=True, post_id=id)
            assert told["value"].tolist() == [value]


def test_a_stance_read_under_another_post_says_nothing_of_this_one(home, tmp_path):
    told = [post("1", text="机器画"), post("11", text="支持", comment=True, parent="1", kind="comment"), post("3", text="支持")]
    bring(home, write(tmp_path / "a.told", *told))
    label(home, sha("支持"), "favour", kind="stance", target="机器画", context_sha256=sha("别的帖子"))
    build(home)
    assert ask(home, "select * from stances") == []


def test_a_stance_follows_the_post_it_answers(home, tmp_path):
    told = [post("1", text="机器画", seen=MAY_3), post("11", text="支持", comment=True, parent="1", kind="comment", seen=MAY_3)]
    bring(home, write(tmp_path / "a.told", *told))
    for parent, value in (("机器画", "favour"), ("改过", "against")):
        label(home, sha("支持"), value, kind="stance", target="机器画", context_sha256=sha(parent))
    build(home)
    assert ask(home, "select post_id, stance from stances") == [("11", "favour")]
    bring(home, write(tmp_path / "b.told", post("1", text="改过", seen=MAY_4)))
    assert not build(home).full
    assert ask(home, "select post_id, stance from stances") == [("11", "against")]


def test_the_default_model_s_labels_hold_and_of_other_texts_the_newest(home, tmp_path):
    """As the metric `labelled` says: a look at another model changes no page, and a home that only another labelled is labelled; what a
    person says is kept apart."""
    texts = ["画一", "画二", "画三", "画四"]
    bring(home, write(tmp_path / "a.told", *(post(str(n), text=text, published="2024-05-01T04:00:00") for n, text in enumerate(texts))))
    later = NOON + timedelta(hours=1)
    label(home, sha("画一"), "negative", version="1")
    label(home, sha("画二"), "negative", version="2")
    label(home, sha("画二"), "positive", model="another", version="1", labelled_at=later)
    Log(home.log).append_rows([
        Label(text_sha256=sha("画三"), kind="sentiment", value="positive", probabilities={"positive": 1.0}, coder="ann", labelled_at=later,
              run_id="by hand"),
    ])  # fmt: skip
    build(home)
    assert ask(home, "select sentiment from posts order by post_id") == [("negative",), ("positive",), (None,), (None,)]
    with reading(home) as db:
        told = question(db, "labelled", Filters(campaign="art")).set_index("kind")
    assert told.loc["sentiment", ["labelled", "posts"]].tolist() == [2, 4]
    label(home, sha("画一"), "neutral", model="groundswell-zh", version="1")
    label(home, sha("画一"), "positive", model="groundswell-zh", version="2", labelled_at=later)
    label(home, sha("画一"), "negative", model="another", version="1", labelled_at=later + timedelta(hours=1))
    build(home)
    assert ask(home, "select sentiment, sentiment_model from posts order by post_id limit 1") == [("positive", "groundswell-zh 2")]


def test_the_default_model_is_the_one_that_ships(home):
    build(home)
    assert ask(home, "select default_model()") == [(load().name,)]


def test_a_stance_of_the_default_model_holds_before_one_read_under_the_post_by_another(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("1", text="机器画"), post("11", text="支持", comment=True, parent="1", kind="comment")))
    later = NOON + timedelta(hours=1)
    label(home, sha("支持"), "favour", kind="stance", target="机器画", context_sha256=sha("机器画"), labelled_at=later)
    build(home)
    assert ask(home, "select stance from stances") == [("favour",)]
    label(home, sha("支持"), "against", kind="stance", target="机器画", model="groundswell-zh")
    build(home)
    assert ask(home, "select stance, model from stances") == [("against", "groundswell-zh")]


def test_an_edited_post_loses_the_label_of_its_old_text(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post(text="生气", seen=MAY_3)))
    label(home, sha("生气"), "negative")
    build(home)
    assert ask(home, "select sentiment, sentiment_score from posts") == [("negative", 0.75)]
    bring(home, write(tmp_path / "b.told", post(text="开心", seen=MAY_4)))
    build(home)
    assert ask(home, "select text, sentiment from posts") == [("开心", None)]
    label(home, sha("开心"), "positive")
    build(home)
    assert ask(home, "select sentiment from posts") == [("positive",)]
    assert ask(home, "select value from label order by all") == [("negative",), ("positive",)]


# Records without an id ---------------------------------------------------------------------------------------------


def test_a_record_without_an_id_is_known_by_what_it_says(tmp_path):
    home = tmp_path / "home"
    groundswell(home, "campaign", "new", "art")
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'platform = "weibo"\nkind = "post"\nzone = "Asia/Shanghai"\n[columns]\ntext = "said"\nauthor_name = "who"\npublished_at = "when"\n',
        encoding="utf-8",
    )
    file = tmp_path / "a.csv"
    file.write_text("who,said,when\n画手,停更,2024-05-01 12:00\n画手,停更,2024-05-01 12:01\n画师,停更,2024-05-01 12:00\n", encoding="utf-8")
    options = ("--campaign", "art", "--map", mapping)
    assert outcome_of(groundswell(home, "import", file, *options)) == (3, 3, 0, 0, 0)
    assert outcome_of(groundswell(home, "import", copied(file), *options)) == (3, 0, 0, 3, 0)
    ids = [id for (id,) in asked(home, "select post_id from posts")]
    assert len(set(ids)) == 3
    assert all(id[0] == "x" and len(id) == 65 and int(id[1:], 16) for id in ids)


def test_comment_cells_of_a_posts_file_are_comments_by_that_rule(tmp_path):
    home = tmp_path / "home"
    groundswell(home, "campaign", "new", "art")
    header = [*make.HEADER, "评论用户昵称", "评论内容", "评论时间"]
    row = make.post(1) | {"评论用户昵称": "路人甲", "评论内容": "支持", "评论时间": "2026-02-03 13:00"}
    file = tmp_path / "a.csv"
    file.write_text(make.text_of([row, row | {"评论用户昵称": "路人乙"}], header=header), encoding="utf-8-sig")
    assert outcome_of(groundswell(home, "import", file, "--campaign", "art")) == (2, 2, 0, 0, 0)
    assert asked(home, "select is_comment, count(*), bool_and(post_id like 'x%') from posts group by 1 order by 1") == [
        (False, 1, False),
        (True, 2, True),
    ]


def test_one_comment_under_two_posts_is_two_and_posts_keep_their_made_ids(tmp_path):
    home = tmp_path / "home"
    groundswell(home, "campaign", "new", "art")
    header = [*make.HEADER, "评论内容", "评论时间"]
    rows = [make.post(n) | {"评论内容": "支持", "评论时间": "2026-02-03 13:00"} for n in (1, 2, 2)]
    file = tmp_path / "a.csv"
    file.write_text(make.text_of(rows, header=header), encoding="utf-8-sig")
    assert outcome_of(groundswell(home, "import", file, "--campaign", "art")) == (3, 2, 0, 1, 0)
    assert asked(home, "select is_comment, count(*), count(distinct root_id) from posts group by 1 order by 1") == [
        (False, 2, 0),
        (True, 2, 2),
    ]
    made = id_for_record_without_id("weibo", "画手", "2024-05-01T04:00:00", "停更")
    assert made == "x" + hashlib.sha256("weibo\x1f画手\x1f2024-05-01T04:00:00\x1f停更".encode()).hexdigest()


# Outcomes ----------------------------------------------------------------------------------------------------------


def test_each_record_has_one_outcome(home, tmp_path):
    first = post("1", text="画", likes=1, seen=MAY_3)
    bring(home, write(tmp_path / "a.told", first))
    told = [
        first,  # duplicate
        first | {"seen": MAY_4},  # updated: another sighting
        first | {"text": "改"},  # updated: another text
        first | {"author": "901", "name": "画手", "followers": 7},  # updated: the account's state
        first | {"parent": "5"},  # updated: an edge
        post("2", likes=1),  # added
        post("2", likes=2),  # updated, within the file
        post("2", likes=1),  # duplicate, within the file
        post("1", likes=1, comment=True),  # added: a comment is no post
        post("1", likes=1, platform="xiaohongshu"),  # added: another platform
        {"unreadable": "no time in it"},  # quarantined
        {"unreadable": "no text in it"},  # quarantined
    ]
    done = bring(home, write(tmp_path / "b.told", *told))
    assert outcome(done) == {"read": 12, "added": 3, "updated": 5, "duplicate": 2, "quarantined": 2}


def test_outcomes_add_up_also_when_all_comes_again(home, tmp_path):
    file = write(tmp_path / "a.told", post("1"), post("1"), post("2", likes=1), {"unreadable": "nothing in it"})
    assert outcome(bring(home, file)) == {"read": 4, "added": 2, "updated": 0, "duplicate": 1, "quarantined": 1}
    again = outcome(bring(home, file))
    assert again.pop("read") == sum(again.values()) == 4
    assert (again["added"], again["updated"]) == (0, 0)
    build(home)
    assert ask(home, "select count(*) from quarantine") == [(1,)]
    runs = ask(home, "select read, added, updated, duplicate, quarantined from run order by started")
    assert [row[0] - sum(row[1:]) for row in runs] == [0, 0]


@pytest.mark.parametrize("as_json", [False, True])
def test_a_campaign_file_that_is_faulty_since_an_import_began_costs_no_counts(home, tmp_path, monkeypatch, as_json):
    import_now = importing.import_files

    def imported_meanwhile(home, *told):
        done = import_now(home, *told)
        (home.campaigns / "other.toml").write_text("id =", encoding="utf-8")
        return done

    monkeypatch.setattr(importing, "import_files", imported_meanwhile)
    said = groundswell(home.path, "import", make.good(tmp_path), "--campaign", "art", json=as_json)
    assert said.status == 2 and "other.toml: not a TOML file" in said.err
    if as_json:
        assert (said.json["added"], said.json["read"]) == (3, 3) and "other.toml" in said.json["error"]
    else:
        assert said.out.startswith("1 files, 3 records: 3 added")
    (home.campaigns / "other.toml").unlink()
    assert groundswell(home.path, "build").status == 0
    assert ask(home, "select count(*) from posts") == [(3,)]


def test_a_batch_of_unreadable_records_costs_the_others_nothing(home, tmp_path):
    told = [{"unreadable": f"fault {n}"} for n in range(50)]
    told[25:25] = [post("1"), post("2")]
    assert outcome(bring(home, write(tmp_path / "a.told", *told)))["added"] == 2
    build(home)
    assert ask(home, "select count(*), count(distinct reason) from quarantine") == [(50, 50)]


# Trends ------------------------------------------------------------------------------------------------------------


def slot(home, run, *, views, seen, basis="told", length=3600, partial=False, start=NOON):
    Log(home.log).append_rows([
        Run(run_id=run, source="test", campaign="art", started=NOON, version="0"),
        Trend(
            record_id=f"slot {run}", platform="weibo", tag="停更周", tag_key="停更周", slot_start=start, slot_seconds=length,
            partial=partial, seen_at=seen, seen_at_basis=basis, views=views, source="test", run_id=run,
        ),
    ])  # fmt: skip


def slots(home, length=3600):
    with reading(home) as db:
        found = question(db, "trend", Filters(campaign="art"), slot_seconds=length)
    return [(row.views, row.partial) for row in found.itertuples()]


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("newest_first", [False, True])
def test_of_one_slot_the_newest_seen_holds(home, newest_first):
    seen = [("r1", 40, NOON + HOUR / 2, True), ("r2", 90, NOON + 2 * HOUR, False), ("r3", 80, NOON + 3 * HOUR, False)]
    for run, views, at, partial in reversed(seen) if newest_first else seen:
        slot(home, run, views=views, seen=at, partial=partial)
    build(home)
    assert slots(home) == [(80, False)]


def test_a_slot_that_had_not_ended_when_it_was_seen_is_partial(home):
    slot(home, "r1", views=40, seen=NOON + HOUR / 2, partial=True)
    build(home)
    assert slots(home) == [(40, True)]


@pytest.mark.parametrize("unknown_first", [False, True])
def test_a_slot_seen_at_no_known_time_overrides_no_told_one(home, unknown_first):
    told = [
        lambda: slot(home, "r1", views=40, seen=None, basis="import"),
        lambda: slot(home, "r2", views=90, seen=NOON + HOUR),
    ]
    for one in told if unknown_first else reversed(told):
        one()
    build(home)
    assert slots(home) == [(90, False)]


def test_slots_of_different_lengths_are_never_summed(home):
    slot(home, "r1", views=40, seen=NOON + HOUR, length=600)
    slot(home, "r2", views=90, seen=NOON + HOUR, length=3600)
    build(home)
    assert slots(home, 600) == [(40, False)]
    assert slots(home, 3600) == [(90, False)]
    with reading(home) as db:
        found = question(db, "trend_lengths", Filters(campaign="art"))
    assert sorted(zip(found["slot_seconds"], found["slots"], strict=True)) == [(600, 1), (3600, 1)]


# None and 0 --------------------------------------------------------------------------------------------------------

EVERYTHING = {
    "url": "https://weibo.com/7001", "title": "标题", "text": "正文", "published": "2024-05-01T04:00:00", "kind": "original",
    "author": "901", "name": "画手", "region": "上海", "tags": ["停更周"], "likes": 3, "reposts": 4, "comments": 5, "favourites": 6,
    "views": 7, "shares": 8, "likes_grain": "rounded",
}  # fmt: skip
COLUMNS = """url, title, text, published_at, published_grain, kind, author_id, author_name, region, hashtags, likes, reposts,
             comments, favourites, views, shares, likes_grain"""


def test_what_a_newer_sighting_does_not_tell_stays(home):
    before = newest(home, post(**EVERYTHING, seen=MAY_3), columns=COLUMNS)
    assert None not in before
    after = newest(home, post(seen=MAY_4), columns=COLUMNS)
    assert after == before
    assert ask(home, "select last_seen, sightings from posts") == [(datetime(2024, 5, 4, 8), 2)]


def test_what_no_one_told_is_null_and_never_0(home):
    assert newest(home, post(seen=MAY_3), columns=COLUMNS) == (None,) * 17
    assert newest(home, post(seen=MAY_4, likes=0, reposts=0), columns="likes, reposts, comments, favourites, views, shares") == (
        0, 0, None, None, None, None,
    )  # fmt: skip


def test_a_count_keeps_the_grain_it_was_told_with(home):
    told = [post(likes=12000, likes_grain="rounded", seen=MAY_3), post(likes=12345, likes_grain="exact", seen=MAY_4)]
    assert newest(home, *told, columns="likes, likes_grain") == (12345, "exact")
    rounded = post(likes=13000, likes_grain="rounded", seen=MAY_5)
    assert newest(home, rounded, columns="likes, likes_grain") == (13000, "rounded")


def test_a_count_that_fell_is_the_newer_one(home):
    assert newest(home, post(likes=90, seen=MAY_3), post(likes=2, seen=MAY_4)) == 2


# Hours -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "Asia/Shanghai", "Europe/Lisbon"])
def test_an_hour_is_of_one_day_wherever_the_clock_is_half_an_hour_off(home, tmp_path, zone):
    """In India the day begins at 18:30 of UTC: the posts of 18:20 and 18:40 are of two days. In Lisbon one hour came twice."""
    campaign_file(home, zone=zone)
    minutes = [f"2024-05-02T{minute}:00" for minute in ("17:50", "18:10", "18:20", "18:40")]
    minutes += [f"2024-10-27T{minute}:00" for minute in ("00:30", "01:30")]
    bring(home, write(tmp_path / "a.told", *(post(str(n), published=at, grain="minute") for n, at in enumerate(minutes))))
    build(home)
    days = [date(2024, 5, 2), date(2024, 5, 3), date(2024, 5, 4), None]
    with reading(home) as db:
        for since, until in itertools.combinations(days, 2):
            chosen = Filters(campaign="art", since=since, until=until)
            told = question(db, "by_hour", chosen)
            behind = ids(db, "by_hour", chosen)
            assert dict(zip(told["hour"], told["posts"], strict=True)) == behind.groupby("hour").size().to_dict()
            assert told["posts"].sum() == question(db, "by_day", chosen)["posts"].sum()
            assert (told["hour"].dt.tz_localize("UTC").dt.tz_convert(zone).dt.minute == 0).all()


ANY_POST = dict.fromkeys(("target", "emotion", "sentiment", "stance", "status", "class"))


# What a file tells as 2 May begins at 16:00 of 1 May in UTC: at 17:00 in London, at noon in New York.
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/London", "America/New_York", "Pacific/Auckland"])
def test_a_day_that_a_file_tells_is_no_day_early_in_a_campaign_west_of_it(home, tmp_path, zone):
    campaign_file(home, zone=zone, tags=["停更"])
    told = [post(str(n), published=f"2024-05-{day:02d}T16:00:00", grain="day", tags=["停更"]) for n, day in enumerate((1, 1, 2))]
    bring(home, write(tmp_path / "a.told", *told))
    build(home)
    second = Filters(campaign="art", since=date(2024, 5, 2), until=date(2024, 5, 3))
    with reading(home) as db:
        days = question(db, "by_day", Filters(campaign="art"))
        assert [(day.day, posts) for day, posts in zip(days["day"], days["posts"], strict=True)] == [(2, 2), (3, 1)]
        assert list(question(db, "headline", second)["posts"]) == [2]
        assert list(question(db, "posts_found", second, **ANY_POST)["posts"]) == [2]
        for name, more in (("headline", {}), ("by_day", {}), ("posts_found", ANY_POST)):
            assert set(ids(db, name, second, **more).query("figure == 'posts'")["id"].str.extract(r"([012])(?:/|$)")[0]) == {"0", "1"}, name


# Floors ------------------------------------------------------------------------------------------------------------

LESS = {"likes": 10, "likes_grain": "at_least"}  # "10+", as it is shown to who is not logged in
MORE = {"likes": 10_000, "likes_grain": "at_least"}


@pytest.mark.slow
@pytest.mark.parametrize("builds", [False, True])
@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ([{"likes": 12_345, "likes_grain": "exact"}, LESS], (12_345, "exact")),
        ([{"likes": 12_000, "likes_grain": "rounded"}, LESS], (12_000, "rounded")),
        ([{"likes": 5_000, "likes_grain": "exact"}, MORE, LESS], (10_000, "at_least")),
        ([{"likes": 12_345, "likes_grain": "exact"}, LESS, {"likes": 8, "likes_grain": "exact"}], (8, "exact")),
        ([{"likes": 12_345, "likes_grain": "exact"}, {"likes": 8, "likes_grain": "exact"}, LESS], (10, "at_least")),
        ([MORE, LESS], (10_000, "at_least")),
        ([LESS, {"likes": 10, "likes_grain": "exact"}], (10, "exact")),
        ([{"likes": 10, "likes_grain": "exact"}, {}, LESS], (10, "exact")),
    ],
)
def test_a_floor_takes_the_place_of_a_smaller_count_alone(home, tmp_path, told, holds, builds):
    """With its grain, in whatever order the readings come in; each stays a sighting as it was seen."""
    read = [post(seen=f"2024-05-{day:02}T08:00:00", comments=day, **one) for day, one in enumerate(told, 3)]
    for number, one in enumerate(reversed(read)):
        bring(home, write(tmp_path / f"{number}.told", one))
        if builds:
            build(home)
    build(home)
    assert ask(home, "select likes, likes_grain, comments from posts") == [(*holds, len(told) + 2)]
    seen = ask(home, "select likes, likes_grain from sighting order by seen_at")
    assert seen == [(one.get("likes"), one.get("likes_grain")) for one in told]
    incremental = dump(home)
    build(home, full=True)
    assert differences(incremental, dump(home)) == {}


# Invented and real -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("invented_first", [False, True])
def test_invented_and_real_runs_refuse_to_live_in_one_campaign(home, tmp_path, invented_first):
    campaign_file(home, synthetic=invented_first)
    bring(home, write(tmp_path / "a.told", post("1")))
    before = content(Log(home.log))
    campaign_file(home, synthetic=not invented_first)
    with pytest.raises(WrongUsage):
        bring(home, write(tmp_path / "b.told", post("2")))
    assert content(Log(home.log)) == before


def test_a_run_that_labels_invented_posts_is_an_invented_one(home, tmp_path):
    campaign_file(home, synthetic=True)
    bring(home, write(tmp_path / "a.told", post("1", text="停更一周")))
    model = tiny_model(tmp_path / "model")
    assert groundswell(home.path, "label", "--campaign", "art", "--model", model, "--no-publish").json["labelled"] == 1
    assert bring(home, write(tmp_path / "b.told", post("2"))).added == 1


@pytest.mark.slow
def test_a_labelling_that_is_not_to_publish_labels_all_and_publishes_nothing(home, tmp_path):
    model = tiny_model(tmp_path / "model")
    command = ("label", "--campaign", "art", "--model", model, "--no-publish")
    bring(home, write(tmp_path / "a.told", post("1", text="停更一周")))
    assert [groundswell(home.path, *command).json["labelled"] for _ in range(2)] == [1, 0]
    assert pointer(home) is None
    build(home)
    before = pointer(home)
    bring(home, write(tmp_path / "b.told", post("2", text="停更两周")))
    assert [groundswell(home.path, *command).json["labelled"] for _ in range(2)] == [1, 0]
    assert pointer(home) == before
    assert {path.name for path in home.published.iterdir()} == {"building.lock", "current", before["file"]}
    build(home)
    assert ask(home, "select count(*) from posts where emotion is not null") == [(2,)]


def test_rules_of_a_real_campaign_find_no_invented_posts(home, tmp_path):
    campaign_file(home, "demo", synthetic=True)
    campaign_file(home, any=["停更"])
    bring(home, write(tmp_path / "a.told", post("1", text="停更一周")), campaign="demo")
    build(home)
    assert memberships(home) == {("demo", "1", "query")}
    assert ask(home, "select synthetic from posts") == [(True,)]


# The archive -------------------------------------------------------------------------------------------------------


def test_every_post_leads_to_its_record_as_it_came(home, tmp_path):
    told = [post(str(n), text=f"第{n}天", seen=MAY_3) for n in range(1001)]
    bring(home, write(tmp_path / "a.told", *told))
    build(home)
    found = {id: json.loads(archive.read(home.archive / "tables", ref)) for id, ref in ask(home, "select post_id, raw_ref from posts")}
    assert found == {one["id"]: one for one in told}
    sizes = Counter(ref.split("#")[1].split(".")[0] for (ref,) in ask(home, "select raw_ref from posts"))
    assert max(sizes.values()) <= 1000


def test_an_unreadable_record_is_kept_where_its_quarantine_points(home, tmp_path):
    bring(home, write(tmp_path / "a.told", {"unreadable": "no time in it"}))
    build(home)
    ((reason, ref),) = ask(home, "select reason, raw_ref from quarantine")
    assert reason == "no time in it"
    assert json.loads(archive.read(home.archive / "tables", ref)) == {"unreadable": "no time in it"}


def test_what_is_only_claimed_for_another_campaign_is_archived_once(home, tmp_path):
    file = write(tmp_path / "a.told", post("1"), post("2"))
    bring(home, file)
    before = sorted((home.archive / "tables").iterdir())
    campaign_file(home, "other")
    assert bring(home, file, campaign="other").duplicate == 2
    assert sorted((home.archive / "tables").iterdir()) == before


def test_a_table_whose_platform_cannot_be_told_ends_with_4(tmp_path):
    home = tmp_path / "home"
    groundswell(home, "campaign", "new", "art")
    file = tmp_path / "a.csv"
    file.write_text("正文,发布时间\n停更,2024-05-01 12:00\n", encoding="utf-8")
    assert groundswell(home, "import", file, "--campaign", "art", "--map", "auto").status == 4
    assert groundswell(home, "import", file, "--campaign", "art", "--map", "auto", "--platform", "weibo").status == 0


# Forgetting --------------------------------------------------------------------------------------------------------

GONE = {"user_id": "1993300447", "用户昵称": "停更的松鼠", "微博正文": "松鼠放下了铅笔，要一个说法 #自己画#"}
SHARED = "今天也在画画"
UNREADABLE = "松鼠还有一句话"


@pytest.fixture
def crowd(tmp_path, crowd_before):
    """A copy of `crowd_before`, and its files beside it."""
    shutil.copytree(crowd_before, tmp_path, dirs_exist_ok=True)
    with no_shipped_campaigns(tmp_path):
        yield tmp_path / "home"


@pytest.fixture(scope="module")
def crowd_before(tmp_path_factory):
    """A home of three people; one of them, who has two posts, one in words of others, asks to be forgotten."""
    folder = tmp_path_factory.mktemp("crowd")
    with no_shipped_campaigns(folder):
        make_crowd(folder)
    return folder


def make_crowd(tmp_path):
    home = tmp_path / "home"
    groundswell(home, "campaign", "new", "art")
    squirrel = [make.post(11, **GONE), make.post(12, **{**GONE, "微博正文": SHARED})]
    others = [make.post(1), make.post(2, 微博正文=SHARED), make.post(3)]
    unreadable = make.post(13, **{**GONE, "微博正文": UNREADABLE, "发布时间": "不是时间"})
    make.table(tmp_path / "crowd.csv", [*squirrel, *others, unreadable])
    later = [one | {"点赞数": "77"} for one in (*squirrel, *others)]
    make.table(tmp_path / "later.csv", later)
    for file in ("crowd.csv", "later.csv"):
        assert groundswell(home, "import", tmp_path / file, "--campaign", "art").status == 0
    for text, value in ((GONE["微博正文"], "negative"), (SHARED, "positive")):
        label(Home(home), sha(text), value)
    assert groundswell(home, "build").status == 0


def ids_of(home):
    return sorted(int(id) - 5_200_000_000_000_000 for (id,) in asked(home, "select post_id from posts"))


def places_with(home, *words):
    """The files under a home that hold any of these words, looked for in their bytes and in what these decompress to."""
    found = {}
    for path in sorted(home.rglob("*")):
        if not path.is_file():
            continue
        body = path.read_bytes()
        if path.suffix == ".parquet" or body[:4] == b"PAR1":
            body += repr(pq.read_table(path).to_pylist()).encode()
        elif path.suffix == ".duckdb":
            body += everything_in(path).encode()
        elif body.startswith(archive.MAGIC):
            body += b"".join(archive.frames(path))
        held = [word for word in words if word.encode() in body or json.dumps(word)[1:-1].encode() in body]
        if held:
            found[path.relative_to(home).as_posix()] = held
    return found


def everything_in(path):
    with duckdb.connect(str(path), read_only=True) as db:
        names = db.execute("select table_name from information_schema.tables").fetchall()
        return repr([db.execute(f'select * from "{name}"').fetchall() for (name,) in names])


def test_the_search_for_traces_finds_them_where_they_are(crowd):
    found = places_with(crowd, GONE["用户昵称"], GONE["微博正文"], GONE["user_id"])
    assert {place.split("/")[0] for place in found} == {"log", "archive", "db"}
    assert all(held for held in found.values())


def test_a_forgotten_person_is_nowhere_in_the_home(crowd):
    said = groundswell(crowd, "forget", "--author", GONE["user_id"])
    assert said.status == 0 and said.json["posts"] == 2
    assert ids_of(crowd) == [1, 2, 3]
    told = [make.post(n)[name] for n in (11, 12) for name in ("id", "bid")]
    found = places_with(crowd, GONE["微博正文"], sha(GONE["微博正文"]), *told)
    assert found == {}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (("--author", "19933004470"), "author_name = 'NAME'"),
        (("--author", f"@{GONE['用户昵称']}"), "give the id of the account"),
        (("--author", "u0123456789"), "author_key like '0123456789%'"),
        (("--post", "weibo:1"), "select platform, post_id, text from posts"),
    ],
)
def test_forgetting_nobody_is_no_success(crowd, told, says):
    said = groundswell(crowd, "forget", *told, "--no-publish", json=False)
    assert "Nothing here is of this id" in said.out and says in said.out and "Gone" not in said.out
    assert groundswell(crowd, "forget", *told, "--no-publish").json["found"] is False


@pytest.mark.parametrize("told", ["", " ", "weibo:", "weibo: "])
@pytest.mark.parametrize("who", ["--author", "--post"])
def test_an_empty_id_is_nobodys(home, who, told):
    before = Log(home.log).manifest()
    said = groundswell(home.path, "forget", who, told)
    assert said.status == 2 and "nothing was forgotten" in said.json["error"]
    assert Log(home.log).manifest() == before


@pytest.fixture
def namesakes(home, tmp_path):
    """Two people on two platforms whose accounts have the same id."""
    folder = tmp_path / "namesakes"
    folder.mkdir()
    for platform, id, text in (("weibo", "5300000000000901", "纸和笔"), ("bilibili", "880000000901", "纸和墨")):
        rows = f"评论id,用户ID,评论内容,评论时间\n{id},66600012,{text},2024-05-01 12:30:05\n"
        (folder / f"{platform}.csv").write_text(rows, encoding="utf-8")
        told = ("--campaign", "art", "--map", "auto", "--platform", platform)
        assert groundswell(home.path, "import", folder / f"{platform}.csv", *told).json["added"] == 1
    return folder


def test_an_id_of_accounts_on_several_platforms_forgets_nobody_until_the_platform_is_named(home, namesakes):
    (home.path / "live" / "browser").mkdir(parents=True)
    said = groundswell(home.path, "forget", "--author", "66600012", json=False)
    assert said.status == 2 and "--author bilibili:66600012 or --author weibo:66600012" in said.err
    assert Log(home.log).read("post").num_rows == 2 and (home.path / "live" / "browser").exists()
    assert groundswell(home.path, "forget", "--author", "weibo:66600012").json["posts"] == 1
    assert asked(home.path, "select platform, text from posts") == [("bilibili", "纸和墨")]
    assert [json.loads(body)["评论内容"] for body in archived(home.path)] == ["纸和墨"]
    for platform in ("weibo", "bilibili"):
        told = ("--campaign", "art", "--map", "auto", "--platform", platform)
        assert groundswell(home.path, "import", namesakes / f"{platform}.csv", *told).json["added"] == 0
    assert asked(home.path, "select platform, text from posts") == [("bilibili", "纸和墨")]


def test_an_id_with_a_colon_is_no_platform_and_id(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("1", text="画", author="did:plc:squirrel")))
    assert forget(home, author="did:plc:squirrel").posts == 1


def test_what_forgetting_leaves_of_a_person_in_the_posts_of_others_is_said(crowd, tmp_path):
    text = f"说得对//@{GONE['用户昵称']}:松鼠放下了铅笔"
    chain = make.table(tmp_path / "chain.csv", [make.post(17, 微博正文=text)])
    groundswell(crowd, "import", chain, "--campaign", "art")
    said = groundswell(crowd, "forget", "--author", GONE["user_id"], json=False)
    assert "Gone: 2 posts" in said.out and "What others wrote stays" in said.out
    assert asked(crowd, "select text from posts where post_id = ?", make.post(17)["id"]) == [(text,)]


def test_an_unreadable_record_of_a_forgotten_person_goes_too(crowd):
    groundswell(crowd, "forget", "--author", GONE["user_id"])
    assert places_with(crowd, GONE["user_id"], GONE["用户昵称"], UNREADABLE, make.post(13)["id"]) == {}


TORN = {
    "in quotes": '"5200000000000031","{id}","{name}","' + UNREADABLE,
    "between semicolons": "5200000000000031;{id};{name};" + UNREADABLE,
    "a line that was cut off": '{{"id":5200000000000031,"user_id":{id},"text":"' + UNREADABLE,
    "within an address": '{{"id": "", "url": "https://weibo.com/u/{id}?from=page", "text": "' + UNREADABLE + '"}}',
}


@pytest.mark.parametrize("torn", TORN.values(), ids=TORN.keys())
def test_a_torn_record_of_a_forgotten_person_goes_and_stays_away(home, tmp_path, torn):
    """Nobody could read it, so it is looked for in what stands there."""
    torn = torn.format(id=GONE["user_id"], name=GONE["用户昵称"])
    other = torn.replace(GONE["user_id"], "1770000002")
    quarantine(home, tmp_path, torn, other)
    assert GONE["user_id"] in "".join(body.decode() for body in archived(home.path))
    forget_everywhere(home, author=GONE["user_id"])
    assert list(archived(home.path)) == [other.encode()]
    quarantine(home, tmp_path, torn, other)
    assert list(archived(home.path)) == [other.encode()]
    assert Log(home.log).read("quarantine").num_rows == 1


def quarantine(home, folder, *bodies):
    """Imports records that cannot be read."""

    def records(source, origin):
        for number, body in enumerate(bodies, 1):
            yield Broken(number=number, reason="torn", body=body.encode())

    with mock.patch.object(told_format, "records", records):
        bring(home, write(folder / "torn.told", {}))


def test_a_damaged_file_of_the_archive_holds_up_nothing_else_and_is_named(crowd):
    """The first file is cut off; of the second the person is forgotten all the same, and what is published holds nothing of them."""
    first, second = sorted((crowd / "archive" / "tables").iterdir())
    whole = first.read_bytes()
    first.write_bytes(whole[:-5])
    said = groundswell(crowd, "forget", "--author", GONE["user_id"])
    assert (said.status, said.json["posts"], said.json["unsearched"]) == (4, 2, [first.name])
    assert first.name in said.json["error"] and second.name not in said.json["error"]
    assert ids_of(crowd) == [1, 2, 3]
    assert places_in(second, GONE["user_id"], GONE["微博正文"]) == []
    first.write_bytes(whole)
    said = groundswell(crowd, "forget", "--author", GONE["user_id"])
    assert (said.status, said.json["unsearched"]) == (0, [])
    assert places_with(crowd, GONE["user_id"], GONE["微博正文"], UNREADABLE) == {}


def places_in(path, *words):
    body = b"".join(archive.frames(path))
    return [word for word in words if word.encode() in body or json.dumps(word)[1:-1].encode() in body]


def test_other_peoples_rows_stay_as_they_are(crowd):
    columns = "platform, post_id, author_key, author_id, author_name, text, likes, sightings, campaigns, sentiment"
    kept = "select {} from posts where author_id <> ? order by all"
    before = asked(crowd, kept.format(columns), GONE["user_id"])
    assert len(before) == 3
    groundswell(crowd, "forget", "--author", GONE["user_id"])
    assert asked(crowd, kept.format(columns), GONE["user_id"]) == before
    assert asked(crowd, "select distinct value from label") == [("positive",)]
    home = Home(crowd)
    for id, ref in asked(crowd, "select post_id, raw_ref from sighting"):
        assert json.loads(archive.read(home.archive / "tables", ref))["id"] == id


def test_a_forgotten_person_does_not_come_back_with_the_next_import(crowd, tmp_path):
    groundswell(crowd, "forget", "--author", GONE["user_id"])
    new = make.table(tmp_path / "new.csv", [make.post(14, **GONE), make.post(4)])
    for file in (tmp_path / "crowd.csv", tmp_path / "later.csv", new):
        assert groundswell(crowd, "import", file, "--campaign", "art").status == 0
    assert ids_of(crowd) == [1, 2, 3, 4]
    assert groundswell(crowd, "build", "--full").status == 0
    assert ids_of(crowd) == [1, 2, 3, 4]
    assert places_with(crowd, GONE["微博正文"], make.post(11)["id"], make.post(14)["id"]) == {}


def test_a_forgotten_persons_posts_do_not_come_back_with_a_file_that_tells_no_account(crowd, tmp_path):
    groundswell(crowd, "forget", "--author", GONE["user_id"])
    columns = {"微博id": "id", "用户昵称": "用户昵称", "微博正文": "微博正文", "发布时间": "发布时间", "点赞数": "点赞数"}
    told = [make.post(11, **GONE), make.post(12, **GONE), make.post(4)]
    rows = [{name: one[source] for name, source in columns.items()} for one in told]
    file = tmp_path / "no accounts.csv"
    file.write_text(make.text_of(rows, list(columns)), encoding="utf-8")
    said = groundswell(crowd, "import", file, "--campaign", "art", "--map", "auto", "--platform", "weibo")
    assert said.status == 0 and said.json["added"] == 1
    assert ids_of(crowd) == [1, 2, 3, 4]
    assert places_with(crowd, GONE["用户昵称"], GONE["微博正文"], make.post(11)["id"]) == {}


def test_an_answer_to_a_forgotten_post_comes_in_and_leads_nowhere(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("1", text="画", author="901"), post("2", text="纸", author="902")))
    forget(home, author="901")
    answers = [post(str(n), text="支持", author="903", parent=parent, comment=True) for n, parent in ((8, "1"), (9, "2"))]
    assert bring(home, write(tmp_path / "b.told", *answers)).added == 2
    assert [row["to_id"] for row in Log(home.log).read("edge").to_pylist()] == ["2"]
    assert sorted(Log(home.log).read("post", columns=["parent_id"])["parent_id"].to_pylist(), key=str) == ["2", None, None]


def test_a_post_under_a_forgotten_one_stays_and_leads_nowhere(home, tmp_path):
    """Also where only what is under it was ever here. A comment and a post of one number are two."""
    above = [post("1", text="画", author="901"), post("8", text="纸", author="902", comment=True)]
    under = [post("11", text="支持", author="903", parent="1", comment=True), post("12", text="转", author="904", parent="8")]
    bring(home, write(tmp_path / "a.told", *above))
    bring(home, write(tmp_path / "b.told", *under, post("13", text="好", author="905", parent="9", comment=True)))
    build(home)
    leads = "select post_id, parent_id from posts where post_id > '10' order by all"
    forget(home, post="weibo:comment:8")
    build(home)
    assert ask(home, leads) == [("11", "1"), ("12", "8"), ("13", "9")]
    forget(home, author="901")
    forget(home, post="weibo:9")
    build(home)
    assert ask(home, leads) == [("11", None), ("12", "8"), ("13", None)]
    assert [row["to_id"] for row in Log(home.log).read("edge").to_pylist()] == ["8"]


def test_a_forgotten_post_goes_and_its_authors_others_stay(crowd, tmp_path):
    post_id = make.post(11)["id"]
    said = groundswell(crowd, "forget", "--post", f"weibo:{post_id}")
    assert said.status == 0 and said.json["posts"] == 1
    assert ids_of(crowd) == [1, 2, 3, 12]
    assert places_with(crowd, post_id, GONE["微博正文"], sha(GONE["微博正文"])) == {}
    assert groundswell(crowd, "import", tmp_path / "crowd.csv", "--campaign", "art").status == 0
    assert ids_of(crowd) == [1, 2, 3, 12]


def test_a_post_that_was_only_seen_to_be_gone_is_forgotten_too(crowd, tmp_path):
    gone, repost = make.post(21)["id"], make.post(22)
    told = {"id": repost["id"], "bid": repost["bid"], "user_id": repost["user_id"], "text": "转发微博", "created_at": "2024-05-01 12:00:00"}
    retweet = {"id": gone, "user_id": "", "text": "此微博已被作者删除"}
    file = tmp_path / "weibo.json"
    file.write_text(json.dumps({"user": {"id": repost["user_id"]}, "weibo": [{**told, "retweet": retweet}]}, ensure_ascii=False))
    assert groundswell(crowd, "import", file, "--campaign", "art").json["added"] == 2
    assert asked(crowd, "select status from sighting where post_id = ?", gone) == [("deleted_by_author",)]
    said = groundswell(crowd, "forget", "--post", f"weibo:{gone}")
    assert said.status == 0 and said.json["posts"] == 1
    assert "sighting" not in "".join(places_with(crowd, gone))
    assert asked(crowd, "select status from sighting where post_id = ?", gone) == []


FORMATS = Path(__file__).parents[1] / "fixtures" / "formats"
OF_NO_POST = [
    "crawl4weibo/user.json", "mediacrawler/creator_creators.csv", "quoted/figures.csv", "weibo-crawler/account.json",
    "weibo-spider/user_spider_20310427040000.jsonl",
]  # fmt: skip


def archived(home):
    """What the archive holds, each as often as it stands there."""
    return Counter(record.body for path in (home / "archive" / "tables").iterdir() for record in archive.records_of(path) if record.body)


@pytest.mark.slow
def test_accounts_and_quoted_figures_of_others_stay_in_the_archive(crowd):
    said = groundswell(crowd, "import", *(FORMATS / file for file in OF_NO_POST), "--campaign", "art")
    assert said.status == 0 and {file.split("/")[0] for file in OF_NO_POST} == said.json["formats"].keys()
    before, figures = archived(crowd), asked(crowd, "select count(*) from quoted_told")
    groundswell(crowd, "forget", "--author", GONE["user_id"])
    gone = before - archived(crowd)
    assert gone and all(GONE["user_id"].encode() in body for body in gone)
    assert asked(crowd, "select count(*) from quoted_told") == figures != [(0,)]
    assert groundswell(crowd, "verify", crowd / "archive").json["problems"] == []
    alone = "select distinct author_id from author anti join sighting using (record_id) order by 1"
    for (account,) in asked(crowd, alone):
        before = archived(crowd)
        groundswell(crowd, "forget", "--author", account)
        gone = before - archived(crowd)
        assert gone and all(account.encode() in body for body in gone)
        assert account not in "".join(map(str, asked(crowd, alone)))


NESTED = {
    "an original in several reposts": ("weibo-crawler/current.csv", ("--author", "7700000001"), "7700000001"),
    "a post that each comment repeats": ("weibo-search/comments_of_a_fork.csv", ("--author", "1000000001"), "1000000001"),
    "a post of comments": ("weibo-search/comments_of_a_fork.csv", ("--post", "weibo:4900000000000402"), "4900000000000402"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("file", "told", "id"), NESTED.values(), ids=NESTED.keys())
def test_records_of_others_that_repeat_the_forgotten_go_too_and_what_is_left_is_sound(home, file, told, id):
    """One post is taken from the first record that tells it; the others tell it all the same. The rows of others stay, whose records go."""
    assert groundswell(home.path, "import", FORMATS / file, "--campaign", "art").status == 0
    before, posts = archived(home.path), "select count(*) from posts"
    ((all_posts,),) = asked(home.path, posts)
    assert sum(id in body.decode() for body in before) > 1
    said = groundswell(home.path, "forget", *told)
    assert archived(home.path) == Counter({body: number for body, number in before.items() if id not in body.decode()})
    assert asked(home.path, posts) == [(all_posts - said.json["posts"],)] != [(0,)]
    checked = groundswell(home.path, "verify", home.path / "archive")
    assert (checked.status, checked.json["problems"], checked.json["redacted"]) == (0, [], said.json["archived"])


@pytest.mark.parametrize("number", [1, 30], ids=["a few", "many"])
def test_what_an_archived_record_tells_of_the_forgotten_is_found(number):
    mid = make.post(11)["id"]
    tells = forgetting.telling([mid, "1993300447", "66600", "松鼠squirrel", "12", *(str(20_000_000 + n) for n in range(number))])
    told = [
        {"id": mid}, {"a": [{"b": 1993300447}]}, {"url": f"https://weibo.com/{short_id_of_id(mid)}?a=b"}, {"uid": "66600"},
        {"who": "松鼠squirrel"}, {"text": "看 /u/1993300447/home"},
    ]  # fmt: skip
    others = [{"id": f"{mid}0"}, {"likes": 12}, {"text": "花了66600元"}, {"text": "x1993300447"}, {"who": "松鼠"}]
    found = [one for one in (*told, *others) if tells(json.dumps(one, ensure_ascii=False).encode())]
    assert found == told


@pytest.mark.parametrize("told", ["weibo:{id}", "{id}"])
def test_a_post_that_is_forgotten_before_it_comes_does_not_come(crowd, tmp_path, told):
    post_id = make.post(4)["id"]
    said = groundswell(crowd, "forget", "--post", told.format(id=post_id))
    assert said.status == 0 and said.json["posts"] == 0
    new = make.table(tmp_path / "new.csv", [make.post(4), make.post(5)])
    assert groundswell(crowd, "import", new, "--campaign", "art").json["added"] == 1
    assert ids_of(crowd) == [1, 2, 3, 5, 11, 12]


def test_a_file_that_is_called_as_somebody_forgotten_leaves_no_name(crowd, tmp_path):
    unreadable = make.post(16, 发布时间="不是时间")
    file = make.table(tmp_path / f"{GONE['user_id']}.csv", [make.post(15, **GONE), unreadable])
    (tmp_path / "empty" / f"of-{GONE['user_id']}").mkdir(parents=True)
    assert groundswell(crowd, "import", file, tmp_path / "empty", "--campaign", "art").json["quarantined"] == 1
    post_id = make.post(11)["id"]
    Log(Home(crowd).log).append_rows(
        [Gap(campaign="art", platform="weibo", query=post_id, starts_at=NOON, ends_at=NOON, reason="page cap", run_id="r")]
    )
    assert groundswell(crowd, "build").status == 0
    assert {place.split("/")[0] for place in places_with(crowd, GONE["user_id"])} == {"log", "archive", "db"}
    assert groundswell(crowd, "forget", "--author", GONE["user_id"]).status == 0
    assert places_with(crowd, GONE["user_id"], post_id) == {}
    assert asked(crowd, "select query from gap") == [("…",)]
    assert ("….csv", 1) in asked(crowd, "select file, count(*) from quarantine group by file")


def test_a_file_that_is_called_by_a_name_of_somebody_forgotten_leaves_no_name(crowd, tmp_path):
    """A name within a longer one is somebody else's, and what was searched for is no name of a file."""
    name, former = GONE["用户昵称"], "画画的松鼠"
    folder = tmp_path / name
    folder.mkdir()
    make.table(folder / f"{former}_2024.csv", [make.post(15, **{**GONE, "用户昵称": former}), make.post(16, 发布时间="不是时间")])
    (folder / f"{name}.txt").write_text("x\n")
    make.table(folder / f"{name}们.csv", [make.post(17)])
    assert groundswell(crowd, "import", folder, *folder.glob("*.csv"), "--campaign", "art").status == 4  # the .txt is no export
    Log(Home(crowd).log).append_rows([Run(run_id="r", source="weibo-posts", campaign="art", query=name, started=NOON, version="1")])
    assert groundswell(crowd, "forget", "--author", GONE["user_id"]).status == 0
    told = "\n".join(f"{query} {warnings}" for query, warnings in asked(crowd, "select query, warnings from run where source = 'import'"))
    assert former not in told and name not in told.replace(f"{name}们", "") and "…_2024.csv" in told and f"{name}们.csv" in told
    assert former not in str(asked(crowd, "select file from quarantine"))
    assert asked(crowd, "select query from run where source = 'weibo-posts'") == [(name,)]


def test_a_forgotten_text_is_no_context_of_a_label_either(crowd):
    """The hash of a text tells whether a text one has is that text."""
    label(Home(crowd), sha("支持"), "favour", kind="stance", target="机器画", context_sha256=sha(GONE["微博正文"]))
    label(Home(crowd), sha(SHARED), "favour", kind="stance", target="机器画", context_sha256=sha(GONE["微博正文"]))
    groundswell(crowd, "forget", "--author", GONE["user_id"])
    assert places_with(crowd, sha(GONE["微博正文"])) == {}


def test_a_label_of_a_text_made_of_two_records_is_forgotten_with_them(home, tmp_path):
    """One file tells the title, another the text: what is labelled is the two together, which no record says."""
    halves = [
        half
        for id, author in (("1", "901"), ("2", "902"))
        for half in (post(id, author=author, title=f"{author} 的标题"), post(id, author=author, text=f"{author} 的正文"))
    ]
    bring(home, write(tmp_path / "a.told", *halves))
    build(home)
    mine, theirs = (text_sha256(f"{author} 的标题", f"{author} 的正文") for author in ("901", "902"))
    assert dict(ask(home, "select post_id, text_sha256 from posts")) == {"1": mine, "2": theirs}
    vectors = [Embedding(text_sha256=sha, model="m", vector=(0.5,), run_id="r") for sha in (mine, theirs)]
    Log(home.log).append_rows(vectors)
    for sha in (mine, theirs):
        label(home, sha, "negative")
    forget(home, author="901")
    left = [Log(home.log).read(table)["text_sha256"].to_pylist() for table in ("label", "embedding")]
    assert left == [[theirs], [theirs]]


@pytest.mark.parametrize("publishing", [(), ("--no-publish",)], ids=["published", "drafted"])
def test_a_text_that_is_forgotten_while_it_is_labelled_gets_no_label(home, tmp_path, monkeypatch, publishing):
    """Also where its label comes long after, in another step."""
    told = [post("1", text="停更一周", author="901"), post("2", text="停更两周", author="902"), post("3", text="停更三周", author="901")]
    bring(home, write(tmp_path / "a.told", *told))
    model = tiny_model(tmp_path / "model")
    real = labelling.label

    def and_a_word(texts, *rest, **more):
        for number, step in enumerate(real(texts, *rest, **more)):
            if number == 0:
                forget(home, author="901")
            yield step

    monkeypatch.setattr(labelling, "label", and_a_word)
    monkeypatch.setattr(labelling, "TEXTS", 1)
    monkeypatch.setattr(labelling, "HOLD", 0.0)
    said = groundswell(home.path, "label", "--campaign", "art", "--model", model, *publishing)
    assert said.status == 0, said.err
    assert {row["text_sha256"] for row in Log(home.log).read("label").to_pylist()} == {sha("停更两周")}


def test_who_was_forgotten_is_named_by_no_tombstone(crowd):
    groundswell(crowd, "forget", "--author", GONE["user_id"])
    stones = asked(crowd, "select kind, subject from tombstone")
    assert "author" in [kind for kind, _ in stones]
    named = [GONE["user_id"], sha(GONE["user_id"])[:16], make.post(11)["id"], sha(make.post(11)["id"])[:16]]
    assert not [subject for _, subject in stones if any(name in subject for name in named)]


def test_an_import_that_was_running_when_someone_was_forgotten_brings_nothing_of_them(home, tmp_path, monkeypatch):
    """The import began before and goes on after: what it appends then is held to the tombstone too."""
    told = [post(str(n), text=f"第{n}天", author="901" if n % 2 else "902") for n in range(8)]

    def records_and_a_word(source, origin):
        for record in in_files(source, origin):
            if record.number == 5:
                forget(home, author="901")
            yield record

    in_files = told_format.records
    monkeypatch.setattr(told_format, "records", records_and_a_word)
    monkeypatch.setattr(importing, "BATCH", 2)
    bring(home, write(tmp_path / "a.told", *told))
    assert places_with(home.log, "第1天", "第3天", "第5天", "第7天", "'901'") == {}
    build(home)
    assert ask(home, "select post_id from posts order by all") == [("0",), ("2",), ("4",), ("6",)]


def test_who_reads_the_log_while_somebody_is_forgotten_keeps_nothing_of_them_afterwards(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("1", text="第一天", author="901"), post("2", text="第二天", author="902")))
    log = Log(home.log)
    with log.held() as manifest:
        forget_everywhere(home, author="901")
        assert log.read("post", manifest)["text"].to_pylist() == ["第一天", "第二天"]
    assert places_with(home.path, "第一天") == {}


def test_what_a_killed_reader_held_of_somebody_forgotten_is_cleared_by_the_next_build(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("1", text="第一天", author="901"), post("2", text="第二天", author="902")))
    log = Log(home.log)
    reader = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (log.folder / "readers" / f"{log.manifest().generation}-{reader.pid}-killed").touch()
    forget_everywhere(home, author="901")
    assert {place.split("/")[0] for place in places_with(home.path, "第一天")} == {"log"}
    reader.kill()
    reader.communicate()
    build(home)
    assert places_with(home.path, "第一天") == {}


def test_a_change_that_is_not_made_leaves_no_segment(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post("1", text="第一天", author="901")))
    log = Log(home.log)
    before, rows = log.manifest().generation, log.read("post").cast(arrow_schema("post"))
    forget(home, author="901")
    segments = set(log.segments.iterdir())

    def torn():
        yield from rows.to_batches()
        raise OSError("no space left on device")

    with pytest.raises(Overtaken):
        log.append({"post": rows}, forgotten=before)
    with pytest.raises(OSError, match="no space left"):
        log.replace((), {"author": arrow_schema("author").empty_table(), "post": torn()})
    assert set(log.segments.iterdir()) == segments


@pytest.mark.parametrize("late", [False, True], ids=["all of it later", "what was archived before is appended later"])
def test_what_an_import_brings_while_somebody_is_forgotten_keeps_its_evidence(home, tmp_path, monkeypatch, late):
    """The import begins when the log is rewritten already, and ends when `forget` knows what the log refers to."""
    bring(home, write(tmp_path / "a.told", post("1", text="画", author="901"), post("2", text="纸", author="902")))
    archived_there, known, meanwhile = threading.Event(), threading.Event(), ThreadPoolExecutor(1)
    write_there, places, unplaced_there, imports = archive.Writer.write, forgetting._forget_places, forgetting.unplaced, []

    def begin():
        imports.append(meanwhile.submit(bring, home, write(tmp_path / "b.told", post("3", text="笔", author="903"))))

    def written(writer, bodies):
        references = write_there(writer, bodies)
        archived_there.set()
        known.wait(20)
        return references

    def after_the_log(*told):
        if late:
            begin()
            assert archived_there.wait(20)
        places(*told)

    def after_the_references(log):
        found = unplaced_there(log)
        known.set()
        if not late:
            begin()
        imports[0].result(20)
        return found

    monkeypatch.setattr(archive.Writer, "write", written)
    monkeypatch.setattr(forgetting, "_forget_places", after_the_log)
    monkeypatch.setattr(forgetting, "unplaced", after_the_references)
    forget_everywhere(home, author="901")
    meanwhile.shutdown()
    assert {json.loads(body)["id"] for body in archived(home.path)} == {"2", "3"}
    assert verify_archive(home.archive / "tables", Log(home.log))["problems"] == []


# Where readers spill -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_a_killed_reader_spilled_goes_with_the_next_publication(home, tmp_path):
    """That of one which still reads stays: it would miss it."""
    bring(home, write(tmp_path / "a.told", post("1", text="画")))
    build(home)
    spills = """
import os, sys, signal
from pathlib import Path
from data.build import reading
from data.home import Home
with reading(Home(Path(sys.argv[1]))) as db:
    db.execute("set memory_limit = '60MB'")
    db.execute("create temp table t as select range as i, repeat(range::varchar, 20) as s from range(1000000) order by s desc")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", spills, str(home.path)], check=False)
    [left] = home.published.glob("*.duckdb.*.tmp")
    mine = home.published / left.name.replace(left.name.split(".")[-2], str(os.getpid()))
    mine.mkdir()
    bring(home, write(tmp_path / "b.told", post("2", text="画")))
    build(home)
    assert list(home.published.glob("*.tmp")) == [mine]


# Only what changed -------------------------------------------------------------------------------------------------


def test_a_build_touches_only_the_posts_and_cells_that_changed(home, tmp_path):
    days = [f"2024-05-{day:02}T04:00:00" for day in range(1, 21)]
    told = [post(str(n), text=f"第{n}天", tags=["停更周"], published=day, seen=MAY_3, likes=1) for n, day in enumerate(days)]
    bring(home, write(tmp_path / "a.told", *told))
    assert build(home).posts == 20
    with reading(home) as db:
        before = {row[0]: row for row in db.execute("select post_id, * from posts").fetchall()}
    bring(home, write(tmp_path / "b.told", told[4] | {"likes": 9, "seen": MAY_4}))
    built = build(home)
    # Its day and its hour, each with and without the hashtag, at most as often as before and after.
    assert (built.full, built.posts) == (False, 1) and 0 < built.cells <= 8
    with reading(home) as db:
        after = {row[0]: row for row in db.execute("select post_id, * from posts").fetchall()}
    assert {id for id in after if after[id] != before[id]} == {"4"}


def test_a_build_after_no_change_does_nothing(home, tmp_path):
    bring(home, write(tmp_path / "a.told", post()))
    build(home)
    database = sorted(path.name for path in home.published.iterdir())
    built = build(home)
    assert (built.full, built.posts, built.cells) == (False, 0, 0)
    assert sorted(path.name for path in home.published.iterdir()) == database


def test_what_was_relabelled_touches_the_posts_of_that_text_alone(home, tmp_path):
    told = [post(str(n), text=f"第{n % 5}天", published=f"2024-05-{n + 1:02}T04:00:00") for n in range(20)]
    bring(home, write(tmp_path / "a.told", *told))
    build(home)
    label(home, sha("第3天"), "negative")
    assert build(home).posts == 4
    assert ask(home, "select sum(posts) from label_day") == [(4,)]


@pytest.mark.parametrize("told", ["today", "2024-06-01*fast"])
def test_a_clock_that_is_none_is_wrong_usage(tmp_path, monkeypatch, told):
    monkeypatch.setenv("GROUNDSWELL_NOW", told)
    said = groundswell(tmp_path / "home", "demo", "--no-browser")
    assert said.status == 2 and "GROUNDSWELL_NOW" in said.err
