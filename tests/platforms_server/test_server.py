"""The server is held to the shapes of real answers (`shapes.json`: key and kind of value, no content), to its own world, and to the
reports of how the platforms fail. All over real HTTP."""

import gzip
import http.client
import json
import re
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.platforms_server import checks
from tests.platforms_server.faults import FAULTS
from tests.platforms_server.fixtures import Running, start
from tests.platforms_server.invent import GONE_WORDINGS, NOTE_FORMS, ODD, RIVAL, SMALL, START, TAG, TINY, UNKNOWN, invent
from tests.platforms_server.sessions import DESKTOP, MOBILE, NOTES
from tests.platforms_server.world import Post, bid_of, mid_of

pytestmark = pytest.mark.slow  # of the stand-in itself, not of the program

SHAPES = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))
HASHTAG = f"#{TAG}#"
HOUR = timedelta(hours=1)


class _Stay(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, *_arguments: Any) -> None:
        """Leads nowhere: where to is not even looked at."""


@dataclass(frozen=True)
class Got:
    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def value(self) -> Any:
        return json.loads(self.body)


def ask(
    running: Running,
    host: str,
    path: str,
    *,
    login: str | None = None,
    form: dict[str, str] | None = None,
    timeout: float = 100,
    **headers: str,
) -> Got:
    """One request, redirects not followed. `login`: with the user's own cookies of that domain."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if login:
        sent["Cookie"] = running.sessions.login[login]
        sent["X-XSRF-TOKEN"] = running.sessions.xsrf
    body = urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(running.hosts[host] + path, data=body, headers=sent)
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=timeout) as answer:
            return Got(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Got(error.code, error.headers, error.read())


def container(told: str, **more: object) -> str:
    return f"/api/container/getIndex?{urlencode({'containerid': told, 'page_type': 'searchall', **more})}"


def search_path(query: str, **more: object) -> str:
    return f"/weibo?{urlencode({'q': query, **more})}"


@pytest.fixture
def small() -> Iterator[Running]:
    with start(size=SMALL) as running:
        yield running


def mblogs(value: Any) -> list[dict[str, Any]]:
    """As a collector has to find them: cards of type 9, and those grouped in cards of type 11."""
    cards = [inner for card in value["data"]["cards"] for inner in (card["card_group"] if card["card_type"] == 11 else [card])]
    return [card["mblog"] for card in cards if card["card_type"] == 9]


# Shapes


def shape(value: Any, path: str = "", into: dict[str, set[str]] | None = None) -> dict[str, set[str]]:
    into = {} if into is None else into
    kinds = {type(None): "null", bool: "bool", int: "number", float: "number", str: "text", list: "list", dict: "object"}
    plain = re.sub(r"\.[0-9a-f]{24}(?=\.|$)", ".ID", re.sub(r"pic_infos\.\w+", "pic_infos.PID", path))
    into.setdefault(plain or ".", set()).add(kinds[type(value)])
    for name, inner in value.items() if isinstance(value, dict) else ():
        shape(inner, f"{path}.{name}", into)
    for inner in value if isinstance(value, list) else ():
        shape(inner, f"{path}[]", into)
    return into


def misshapen(name: str, values: list[Any]) -> list[str]:
    """What a real answer has and these do not, or have as another kind."""
    ours: dict[str, set[str]] = {}
    for value in values:
        shape(value, into=ours)
    wanted = {path: set(kinds.split()) for path, kinds in SHAPES[name].items()}
    missing = [f"no {path}" for path in wanted if path not in ours]
    return missing + [f"{path} is {ours[path]}" for path, kinds in wanted.items() if path in ours and not ours[path] <= kinds]


def without_posts(value: Any) -> Any:
    for card in value["data"]["cards"]:
        for one in (card, *card.get("card_group", ())):
            one.pop("mblog", None)
    return value


def alone(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "retweeted_status"}


def state(text: str, name: str = "__INITIAL_STATE__") -> Any:
    """The page's state. Bare `undefined` stands only where a value stands; texts with the word stay whole."""
    script = text[text.index(name) + len(name) + 1 : text.index("</script>", text.index(name))]
    return json.loads(re.sub(r'("(?:[^"\\]|\\.)*")|\bundefined\b', lambda found: found.group(1) or "null", script))


def test_mobile_answers_have_the_shape_of_real_ones(platforms: Running) -> None:
    world, pages, rows = platforms.world, [], []
    for number in range(1, 41):
        pages.append(ask(platforms, "m.weibo.cn", container(f"100103type=61&q={HASHTAG}", page=number), login=MOBILE).value)
        rows += [alone(row) for row in mblogs(pages[-1])]
        rows += [row["retweeted_status"] for row in mblogs(pages[-1]) if row.get("retweeted_status", {}).get("user")]
    assert misshapen("mblog", rows) == []
    assert misshapen("mobile_search", [without_posts(page) for page in pages]) == []
    uid = next(uid for uid in world.authors if int(uid) % 2 and len(world.posts_of(uid, START)) > 12)
    account = ask(platforms, "m.weibo.cn", container(f"107603{uid}"), login=MOBILE).value
    assert misshapen("mobile_account", [without_posts(account)]) == []
    assert misshapen("mobile_profile", [ask(platforms, "m.weibo.cn", container(f"100505{uid}"), login=MOBILE).value]) == []
    assert misshapen("mobile_long", [ask(platforms, "m.weibo.cn", f"/statuses/extend?id={rows[0]['id']}", login=MOBILE).value]) == []
    assert misshapen("mobile_empty", [ask(platforms, "m.weibo.cn", container("1005051"), login=MOBILE).value]) == []


def test_desktop_answers_have_the_shape_of_real_ones(platforms: Running) -> None:
    path = "/ajax/statuses/mymblog?page=1&feature=0&uid="
    pages = [ask(platforms, "weibo.com", path + uid, login=DESKTOP).value for uid in list(platforms.world.authors)[:9]]
    rows = [row for page in pages for row in page["data"]["list"]]
    originals = [row["retweeted_status"] for row in rows if row.get("retweeted_status", {}).get("user")]
    assert misshapen("status", [alone(row) for row in rows + originals]) == []
    assert misshapen("desktop_mine", pages) == []
    heads = ask(platforms, "weibo.com", f"/ajax/statuses/search?q={quote(HASHTAG)}&page=1", login=DESKTOP).value
    assert misshapen("topic_heads", [heads]) == []


def test_topic_answers_have_the_shape_of_real_ones(platforms: Running) -> None:
    for name in ("detail", "trend"):
        got = ask(platforms, "m.s.weibo.com", f"/ajax_topic/{name}?q={quote(HASHTAG)}&show_rank_info=1")
        assert misshapen(f"topic_{name}", [got.value]) == []


def test_note_answers_have_the_shape_of_real_ones(platforms: Running) -> None:
    world = platforms.world
    notes = [note for note in world.notes.values() if world.note_there(note, START)]
    video = next(note for note in notes if note.type == "video" and note.region and int(note.id, 16) % 3)
    text = ask(platforms, "www.xiaohongshu.com", f"/explore/{video.id}?xsec_token={quote(video.token)}").text
    assert misshapen("note_page", [state(text)]) == []
    users = [state(ask(platforms, "www.xiaohongshu.com", f"/user/profile/{uid}").text) for uid in world.note_authors]
    assert misshapen("user_page", users) == []
    api = "edith.xiaohongshu.com"
    posted = {"source_note_id": video.id, "xsec_token": video.token}
    assert misshapen("note_feed", [signed(platforms, "/api/sns/web/v1/feed", posted).value]) == []
    assert misshapen("note_search", [signed(platforms, "/api/sns/web/v1/search/notes", {"keyword": TAG, "page": 1}).value]) == []
    assert misshapen("note_topics", [signed(platforms, "/web_api/sns/v1/search/topic", {"keyword": TAG}).value]) == []
    comments = [ask(platforms, api, f"/api/sns/web/v2/comment/page?note_id={note.id}", login=NOTES, x_s="XYS_1").value for note in notes]
    assert misshapen("note_comments", comments) == []


def signed(running: Running, path: str, body: dict[str, Any]) -> Got:
    headers = {"Cookie": running.sessions.login[NOTES], "x-s": "XYS_1", "x-rap-param": "1", "Content-Type": "application/json"}
    request = urllib.request.Request(running.hosts["edith.xiaohongshu.com"] + path, data=json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=100) as answer:
        return Got(answer.status, answer.headers, answer.read())


# Weibo on the mobile web


def all_pages(running: Running, told: str, **more: object) -> list[list[dict[str, Any]]]:
    found, number = [], 1
    while number:
        value = ask(running, "m.weibo.cn", container(told, page=number, **more), login=MOBILE).value
        found.append(mblogs(value))
        number = value["data"]["cardlistInfo"]["page"]
    return found


def test_mobile_search_offers_every_post_of_the_topic(small: Running) -> None:
    pages = all_pages(small, f"100103type=61&q={HASHTAG}")
    wanted = small.world.search(HASHTAG, START, private=True)
    assert {row["id"] for page in pages for row in page} == {post.mid for post in [*wanted, *small.world.banners(HASHTAG, START)]}
    assert all(page[0]["mblogtype"] == 2 for page in pages), "the banner is on each page"
    assert all(other[1]["id"] == one[-1]["id"] for one, other in pairwise(pages)), "each page begins with the last of the one before"
    past = ask(small, "m.weibo.cn", container(f"100103type=61&q={HASHTAG}", page=len(pages) + 1), login=MOBILE).value
    assert past == {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
    assert {row["visible"]["type"] for page in all_pages(small, f"231522type=1&t=10&q={HASHTAG}") for row in page} <= {0, 1, 3, 4}


def test_an_unescaped_container_falls_apart(small: Running) -> None:
    got = ask(small, "m.weibo.cn", f"/api/container/getIndex?containerid=100103type=61&q={quote(HASHTAG)}", login=MOBILE)
    assert got.value["ok"] == 0


@pytest.mark.parametrize("tag", [ODD, UNKNOWN])
def test_odd_hashtags_are_found_everywhere(small: Running, tag: str) -> None:
    found, wanted = f"#{tag}#", {post.mid for post in small.world.search(f"#{tag}#", START)}
    assert wanted and every_page(small, search_path(found)) == wanted
    for told in (f"100103type=61&q={found}", f"100103type=61&q={quote(found, safe='')}", f"231522type=1&t=10&q={found}&isnewpage=1"):
        rows = [row for page in all_pages(small, told) for row in page]
        assert {row["id"] for row in rows if row["visible"]["type"] == 0} == wanted
        assert all(found in plain(row["text"]) or row["isLongText"] for row in rows)
    count = ask(small, "m.s.weibo.com", f"/ajax_topic/detail?q={quote(found)}").value["data"]
    assert bool(count) is (tag == ODD)


def test_account_lists_go_on_by_since_id_or_by_page(platforms: Running) -> None:
    many = [uid for uid in platforms.world.authors if len(platforms.world.posts_of(uid, START)) > 25]
    for uid in (next(uid for uid in many if int(uid) % 2), next(uid for uid in many if int(uid) % 2 == 0)):
        seen: list[str] = []
        more: dict[str, object] = {}
        while True:
            value = ask(platforms, "m.weibo.cn", container(f"107603{uid}", **more), login=MOBILE).value
            seen += [row["id"] for row in mblogs(value)]
            info = value["data"]["cardlistInfo"]
            following = {name: info[name] for name in ("since_id", "page") if info.get(name)}
            if not following:
                break
            more = following
        assert seen == [post.mid for post in platforms.world.posts_of(uid, START)]


def test_large_counts_are_shown_in_two_ways_on_the_mobile_web_and_exact_on_the_desktop(small: Running) -> None:
    shown = set()
    for post in (post for post in small.world.posts.values() if TINY in post.hashtags):
        row = ask(small, "m.weibo.cn", f"/statuses/show?id={post.bid}", login=MOBILE).value["data"]
        likes, comments, reposts = small.world.counts(post, START)
        assert (row["comments_count"], row["reposts_count"]) == (comments, reposts)
        shown.add(row["attitudes_count"])
        row = ask(small, "weibo.com", f"/ajax/statuses/show?id={post.bid}", login=DESKTOP).value
        assert (row["attitudes_count"], row["id"], row["mblogid"]) == (likes, int(post.mid), post.bid)
    assert shown == {"100万+", f"{likes // 10_000}万"}


def plain(html: str) -> str:
    """Markup to text: names of emoji, line breaks."""
    html = re.sub(r'<img[^>]*alt="([^"]*)"[^>]*>', r"\1", html)
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br ?/?>", "\n", html)))


def test_texts_come_back_whole(platforms: Running) -> None:
    world = platforms.world
    there = [post for post in world.posts.values() if world.there(post, START)]
    for post in there[::40]:
        text = world.text(post, START)
        long = len(text) > 140
        row = ask(platforms, "m.weibo.cn", f"/statuses/show?id={post.mid}", login=MOBILE).value["data"]
        assert row["isLongText"] is long and ("全文</a>" in row["text"]) is long
        extended = ask(platforms, "m.weibo.cn", f"/statuses/extend?id={post.mid}", login=MOBILE).value["data"]["longTextContent"]
        assert plain(extended) == text
        if not long:
            assert plain(row["text"]) == text
        told = ask(platforms, "weibo.com", f"/ajax/statuses/longtext?id={post.bid}", login=DESKTOP).value["data"]
        assert told == {} if not long else (told["longTextContent_raw"] == text and plain(told["longTextContent"]) == text)
        page = ask(platforms, "m.weibo.cn", f"/detail/{post.mid}", login=MOBILE).text
        found = re.search(r"var \$render_data = (\[.*?\])\[0\] \|\| \{\};\n", page, re.DOTALL)
        assert found and plain(json.loads(found.group(1))[0]["status"]["text"]) == text


def test_pictures_are_a_list_or_a_dictionary(platforms: Running) -> None:
    rows = [
        row
        for page in range(1, 12)
        for row in mblogs(ask(platforms, "m.weibo.cn", container(f"100103type=61&q={HASHTAG}", page=page), login=MOBILE).value)
    ]
    kinds = {type(row["pics"]) for row in rows if row["pic_ids"]}
    assert kinds == {list, dict}


def test_what_is_gone_is_said_in_every_wording(platforms: Running) -> None:
    world, seen = platforms.world, set()
    for post in world.posts.values():
        if post.gone is None or post.gone.at > START or post.gone.wording in seen:
            continue
        seen.add(post.gone.wording)
        for path in (
            f"/statuses/show?id={post.mid}",
            f"/statuses/extend?id={post.mid}",
            f"/comments/hotflow?id={post.mid}&mid={post.mid}&max_id_type=0",
        ):
            assert ask(platforms, "m.weibo.cn", path, login=MOBILE).value == {"ok": 0, "msg": post.gone.wording}
        assert "$render_data" not in ask(platforms, "m.weibo.cn", f"/detail/{post.mid}", login=MOBILE).text
        row = ask(platforms, "weibo.com", f"/ajax/statuses/show?id={post.mid}", login=DESKTOP).value
        assert row.get("error_code") == 20101 or (row["user"] is None and row["text_raw"] == post.gone.wording)
    assert seen == {wording for _, wording in GONE_WORDINGS}


def test_reposts_of_a_gone_original_carry_what_is_left_of_it(platforms: Running) -> None:
    world = platforms.world
    gone = {post.mid for post in world.posts.values() if post.gone and post.gone.at <= START}
    repost = next(post for post in world.posts.values() if post.root in gone and world.there(post, START) and not post.quick)
    left = ask(platforms, "m.weibo.cn", f"/statuses/show?id={repost.mid}", login=MOBILE).value["data"]["retweeted_status"]
    assert left["user"] is None and left["deleted"] in ("1", True) and left["id"] == repost.root
    assert plain(left["text"]) == world.posts[repost.root or ""].gone.wording  # type: ignore[union-attr]


def test_an_edit_is_told(platforms: Running) -> None:
    world = platforms.world
    post = next(post for post in world.posts.values() if post.edits and post.edits[0].at > START and world.there(post, START))

    def seen() -> tuple[dict[str, Any], str]:
        row = ask(platforms, "m.weibo.cn", f"/statuses/show?id={post.mid}", login=MOBILE).value["data"]
        whole = ask(platforms, "m.weibo.cn", f"/statuses/extend?id={post.mid}", login=MOBILE).value["data"]["longTextContent"]
        return row, plain(whole)

    before, old = seen()
    platforms.clock.set(post.edits[0].at)
    after, new = seen()
    assert "edit_at" not in before and not before["edit_config"]["edited"] and old == post.text
    assert after["edit_count"] == 1 and after["edit_at"].endswith("+0800 2026") and new == post.edits[0].text != old


def test_a_late_post_shows_up_later(platforms: Running) -> None:
    late = next(
        post
        for post in platforms.world.posts.values()
        if post.indexed > START > post.published and post.visible == 0 and TAG in post.hashtags
    )
    path = search_path(HASHTAG, timescope=f"custom:{_china(late, 0)}:{_china(late, 1)}")
    assert late.mid not in every_page(platforms, path)
    platforms.clock.set(late.indexed)
    assert (late.mid in every_page(platforms, path)) is platforms.world.there(late, late.indexed)


def _china(post: Post, plus: int) -> str:
    at = post.published + timedelta(hours=8 + plus)
    return f"{at:%Y-%m-%d}-{at.hour}"


# Weibo's desktop search


def cards(text: str) -> list[str]:
    return [part.split("<!--/card-wrap-->")[0] for part in text.split("<!--card-wrap-->")[1:]]


def mid_in(card: str) -> str:
    found = re.search(r'action-type="feed_list_item" mid="(\d+)"', card)
    assert found
    return found.group(1)


def every_page(running: Running, path: str) -> set[str]:
    """Follows the next link to the end, and gives the posts within the slice."""
    found: set[str] = set()
    following: str | None = path
    while following:
        text = ask(running, "s.weibo.com", following, login=DESKTOP).text
        if "card-no-result" not in text:
            found |= {mid_in(card) for card in cards(text)}
        link = re.search(r'<a href="([^"]+)" class="next"', text)
        following = unescape(link.group(1)) if link else None
    return found - {post.mid for post in running.world.posts.values() if post.banner}


def pages_told(text: str) -> int:
    inside = re.search(r'<ul class="s-scroll".*?</ul>', text, re.DOTALL)
    return inside.group().count("<li>") if inside else 1


def test_a_day_is_capped_its_hours_are_not_and_one_hour_stays_capped(platforms: Running) -> None:
    world = platforms.world
    whole = ask(platforms, "s.weibo.com", search_path(HASHTAG, timescope="custom:2026-06-14-0:2026-06-15-0"), login=DESKTOP).text
    assert pages_told(whole) == 50
    busy = ask(platforms, "s.weibo.com", search_path(HASHTAG, timescope="custom:2026-06-14-14:2026-06-14-15"), login=DESKTOP).text
    assert pages_told(busy) == 50
    midnight = START.replace(hour=16) - timedelta(days=2)
    for hour in (0, 5, 13, 15, 23):
        since = midnight + hour * HOUR
        end = f"2026-06-14-{hour + 1}" if hour < 23 else "2026-06-15-0"
        path = search_path(HASHTAG, timescope=f"custom:2026-06-14-{hour}:{end}")
        assert pages_told(ask(platforms, "s.weibo.com", path, login=DESKTOP).text) < 46
        assert every_page(platforms, path) == {post.mid for post in world.search(HASHTAG, START, since=since, until=since + HOUR)}
    offered = every_page(platforms, search_path(HASHTAG, timescope="custom:2026-06-14-14:2026-06-14-15"))
    assert offered == {post.mid for post in platforms.offered(HASHTAG, midnight + 14 * HOUR, midnight + 15 * HOUR)}
    there = world.search(HASHTAG, START, since=midnight + 14 * HOUR, until=midnight + 15 * HOUR)
    assert len(there) > 500 and offered == {post.mid for post in there[:500]}


def test_a_day_without_hours_is_the_whole_day(small: Running) -> None:
    midnight = START.replace(hour=16) - timedelta(days=2)
    found = every_page(small, search_path(HASHTAG, timescope="custom:2026-06-14:2026-06-14"))
    assert found == {post.mid for post in small.world.search(HASHTAG, START, since=midnight, until=midnight + 24 * HOUR)}


def test_a_card_says_what_the_world_does(platforms: Running) -> None:
    world, times = platforms.world, set()
    for hours_ago, pages in ((0, (1, 2, 3, 7, 20, 49)), (30, (1,))):
        platforms.clock.set(START + timedelta(minutes=2))
        since = START - timedelta(hours=hours_ago - 8 + 9)
        scope = f"custom:{since:%Y-%m-%d}-{since.hour}:2026-06-16-0" if hours_ago else ""
        for number in pages:
            for card in cards(ask(platforms, "s.weibo.com", search_path(HASHTAG, page=number, timescope=scope), login=DESKTOP).text):
                post = world.posts[mid_in(card)]
                now = platforms.clock.now()
                assert f'nick-name="{world.authors[post.uid].name}"' in card
                assert re.search(rf'href="//weibo.com/{post.uid}/{post.bid}\?refer_flag', card)
                full = re.findall(r'node-type="feed_list_content(?:_full)?"[^>]*>\n(.*?)</p>', card.split("card-comment")[0], re.DOTALL)[-1]
                if post.full_on_page or len(world.text(post, now)) <= 140:
                    whole = re.sub(r'<a [^>]*action-type="fl_fold".*?</a>', "", full)
                    assert checks.bare(plain(whole)) == checks.bare(world.text(post, now))
                likes = re.search(r'woo-like-count">([^<]*)<', card.split("card-comment")[0].split('<div class="card-act">')[-1])
                if not post.root:
                    assert likes and (likes.group(1) == "赞") is (world.counts(post, now)[0] == 0)
                told = re.search(r'class="from" ><a [^>]*>\s*(.*?)\s*</a>', card)
                assert told
                times.add(re.sub(r"\d+", "N", told.group(1)))
    assert {"N分钟前", "今天N:N", "N月N日 N:N"} <= times
    assert any(time.endswith(" 转赞人数超过N") for time in times)


def test_no_result_comes_with_recommended_posts(small: Running) -> None:
    text = ask(small, "s.weibo.com", search_path("#没有人用的话题#"), login=DESKTOP).text
    assert "抱歉，未找到相关结果" in text and 'class="card card-no-result' in text and len(cards(text)) == 2
    assert "card-no-result" in ask(small, "s.weibo.com", search_path(HASHTAG, page=49), login=DESKTOP).text


def test_a_search_page_is_known_by_its_mark_and_heads_with_the_topic(small: Running) -> None:
    text = ask(small, "s.weibo.com", search_path(HASHTAG), login=DESKTOP).text
    assert "$CONFIG['product'] = 'search'" in text and "$CONFIG['islogin'] = '1';" in text
    assert re.search(r'<div class="total"><span>阅读[\d.]+亿</span><span>讨论[\d.]+万</span></div>', text)


# Counters and lists


def test_counters_never_fall_and_slots_add_up(platforms: Running) -> None:
    def detail() -> dict[str, int]:
        return ask(platforms, "m.s.weibo.com", f"/ajax_topic/detail?q={quote(HASHTAG)}").value["data"]["baseInfo"]["count"]

    def trend() -> dict[str, int]:
        value = ask(platforms, "m.s.weibo.com", f"/ajax_topic/trend?q={quote(HASHTAG)}").value["data"]
        return {name: sum(slot["value"] for slot in slots) for name, slots in value.items()}

    platforms.clock.set(START + timedelta(minutes=30))
    before = detail()
    platforms.clock.set(START + timedelta(minutes=90) - timedelta(microseconds=1))
    after, gained = detail(), trend()
    assert gained == {
        name: after[metric] - before[metric]
        for name, metric in (("read", "read"), ("me", "mention"), ("partake", "interact"), ("ori", "ori_m"))
    }
    assert before["read"] > 2**32
    values = []
    for _ in range(50):
        platforms.clock.advance(timedelta(minutes=37))
        values.append(detail())
    assert all(
        one[name] <= other[name]
        for one, other in pairwise(values)
        for name in ("read", "mention", "interact", "ori_m", "ori_uv", "r_valid")
    )
    assert any(one["t_r_num"] > other["t_r_num"] for one, other in pairwise(values))


def test_trend_views_have_labels_of_the_start_of_a_slot(platforms: Running) -> None:
    platforms.clock.set(START + timedelta(minutes=17))
    for view, first, last, number in (
        ("", "11:20", "12:10", 6),
        ("24h", "13:00", "12:00", 24),
        ("7d", "06-09", "06-15", 7),
        ("30d", "05-17", "06-15", 30),
    ):
        slots = ask(platforms, "m.s.weibo.com", f"/ajax_topic/trend?q={quote(HASHTAG)}&time={view}").value["data"]["read"]
        assert (slots[0]["time"], slots[-1]["time"], len(slots)) == (first, last, number)
    assert list(ask(platforms, "m.s.weibo.com", f"/ajax_topic/trend?q={quote(HASHTAG)}&type=read").value["data"]) == ["read"]


def test_an_unknown_topic_has_no_counters_and_shapes_differ(small: Running) -> None:
    assert ask(small, "m.s.weibo.com", f"/ajax_topic/detail?q={quote('#无#')}").value == {"code": "100000", "msg": "success", "data": {}}
    for form in ("no_object", "no_id"):
        small.set(unknown_topic=form)
        info = ask(small, "m.s.weibo.com", f"/ajax_topic/detail?q={quote('#无#')}").value["data"]["baseInfo"]
        assert info["count"]["read"] == 0 and "biz" not in info.get("object", {})
    small.set(old_topic_shape=True, code_as_number=True)
    value = ask(small, "m.s.weibo.com", f"/ajax_topic/detail?q={quote(HASHTAG)}").value
    assert value["code"] == 100000 and set(value["data"]["baseData"]) == {"r", "m", "interact", "ori_m", "ori_uv"}
    assert ask(small, "m.s.weibo.com", f"/ajax_topic/level?q={quote(TAG)}").value["data"]["level"] > 0


def test_the_hot_list_is_the_same_in_four_places(small: Running) -> None:
    ranked = {line.word.strip("#"): line.heat for line in small.world.hot_list(START) if line.rank}
    side = ask(small, "weibo.com", "/ajax/side/hotSearch").value["data"]["realtime"]
    assert {row["word"]: row["num"] for row in side if not row.get("is_ad")} == ranked
    band = ask(small, "weibo.com", "/ajax/statuses/hot_band").value["data"]["band_list"]
    assert {row["word"]: row["raw_hot"] for row in band if not row.get("is_ad")} == ranked
    text = ask(small, "s.weibo.com", "/top/summary?cate=realtimehot", login=DESKTOP).text
    rows = re.findall(
        r'ranktop">(\d+)</td><td class="td-02"><a href="(/weibo\?q=[^"]+)" target="_blank">([^<]+)</a><span> (?:\S+ )?(\d+)</span>', text
    )
    assert {word: int(heat) for _, _, word, heat in rows} == ranked
    told = container("106003type=25&t=3&disable_hot=1&filter_type=realtimehot")
    group = ask(small, "m.weibo.cn", told, login=MOBILE).value["data"]["cards"][0]["card_group"]
    assert {row["desc"].strip("#"): int(str(row["desc_extr"]).split()[-1]) for row in group if "desc_extr" in row} == ranked


# Comments and reposts


def test_the_mobile_web_once_wrote_other_times(platforms: Running) -> None:
    platforms.set(old_times=True)
    platforms.clock.set(START + timedelta(seconds=90))
    told = set()
    for page in (1, 2, 5, 9, 30, 49):
        value = ask(platforms, "m.weibo.cn", container(f"100103type=61&q={HASHTAG}", page=page), login=MOBILE).value
        told |= {re.sub(r"\d+", "N", row["created_at"]) for row in mblogs(value)}
    assert {"N分钟前", "N小时前", "昨天 N:N", "N-N"} <= told


def test_comments_end_and_are_all_there(platforms: Running) -> None:
    world = platforms.world
    post = next(post for post in world.posts.values() if world.there(post, START) and len(world.comments_of(post.mid, START)) == 25)
    wanted = {row.cid for row in world.comments if row.post == post.mid and row.published <= START}
    seen, max_id = set(), 0
    while True:
        value = ask(
            platforms, "m.weibo.cn", f"/comments/hotflow?id={post.mid}&mid={post.mid}&max_id_type=0&max_id={max_id}", login=MOBILE
        ).value["data"]
        seen |= {row["id"] for top in value["data"] for row in (top, *(top["comments"] or ()))}
        max_id = value["max_id"]
        if max_id == 0:
            break
    assert seen == wanted
    seen, max_id = set(), 0
    while True:
        path = f"/ajax/statuses/buildComments?is_reload=1&id={post.mid}&is_show_bulletin=2&is_mix=0&count=20&uid={post.uid}&max_id={max_id}"
        value = ask(platforms, "weibo.com", path, login=DESKTOP).value
        for top in value["data"]:
            below = ask(platforms, "weibo.com", f"/ajax/statuses/buildComments?id={top['id']}&fetch_level=1&count=20", login=DESKTOP).value[
                "data"
            ]
            assert len(below) == top["total_number"]
            seen |= {top["idstr"], *(row["idstr"] for row in below)}
        max_id = value["max_id"]
        if max_id == 0:
            break
    assert seen == wanted


def test_reposts_are_all_there_with_their_original(platforms: Running) -> None:
    world = platforms.world
    roots = {post.root for post in world.posts.values() if post.root}
    root = max(
        (world.posts[mid] for mid in roots if mid and world.there(world.posts[mid], START)),
        key=lambda post: len(world.reposts_of(post.mid, START)),
    )
    seen: list[dict[str, Any]] = []
    page = last = 1
    while page <= last:
        value = ask(
            platforms, "weibo.com", f"/ajax/statuses/repostTimeline?id={root.mid}&page={page}&moduleID=feed&count=10", login=DESKTOP
        ).value
        seen, page, last = seen + value["data"], page + 1, value["max_page"]
    assert {row["mid"] for row in seen} == {post.mid for post in world.reposts_of(root.mid, START)} and len(seen) > 10
    assert all(row["retweeted_status"]["mid"] == root.mid for row in seen)
    assert any("//@" in row["text_raw"] for row in seen) and any(row.get("ori_mid") == root.mid for row in seen)
    chain = next(post for post in world.reposts_of(root.mid, START) if post.text.count("//@") >= 1)
    assert f"//@{world.authors[world.posts[chain.parent or ''].uid].name}:" in chain.text


def test_desktop_search_puts_its_posts_where_it_is_told(small: Running) -> None:
    for key in ("statuses", "data.statuses", "data.list"):
        small.set(search_key=key)
        value = ask(small, "weibo.com", f"/ajax/statuses/search?q={quote(HASHTAG)}&page=1", login=DESKTOP).value
        for name in key.split("."):
            value = value[name]
        assert value[1]["mid"] == small.world.search(HASHTAG, START, private=True)[0].mid
    dead = ask(small, "weibo.com", "/ajax/search/all?containerid=100103type%3D1", login=DESKTOP)
    assert dead.status == 404 and "地址不存在" in dead.text


# Who is asking


def guest(running: Running, host: str, callback: str = "visitor_gray_callback") -> dict[str, str]:
    form = {"cb": callback, "ver": "20250916", "tid": "", "from": "weibo", "webdriver": "false", "return_url": "https://weibo.com/"}
    text = ask(running, host, "/visitor/genvisitor2", form=form, Referer=f"https://{host}/visitor/visitor").text
    assert text.startswith(f"window.{callback} && {callback}(") and text.endswith(");")
    told = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    assert (told["retcode"], told["msg"]) == (20000000, "succ")
    return told["data"]


def test_the_guest_flow_of_the_desktop(small: Running) -> None:
    sent = ask(small, "weibo.com", "/ajax/statuses/show?id=1")
    assert sent.status == 302 and sent.headers["Location"].startswith("https://passport.weibo.com/visitor/visitor?")
    assert "Sina Visitor System" in ask(small, "passport.weibo.com", "/visitor/visitor?entry=miniblog").text
    data = guest(small, "passport.weibo.com")
    query = urlencode(
        {
            "a": "crossdomain",
            "t": data["tid"],
            "sp": data["subp"],
            "s": data["sub"],
            "from": "weibo",
            "_rand": "0.5",
            "url": "https://weibo.com/",
        }
    )
    got = ask(small, "passport.weibo.com", f"/visitor/visitor?{query}")
    cookies = got.headers.get_all("Set-Cookie")
    assert got.status == 302 and all("domain=.weibo.com" in cookie for cookie in cookies)
    assert [cookie.split(";")[0] for cookie in cookies] == [f"SUB={data['sub']}", f"SUBP={data['subp']}"]
    post = small.world.search(HASHTAG, START)[0]
    cookie = f"SUB={data['sub']}; SUBP={data['subp']}"
    shown = ask(small, "weibo.com", f"/ajax/statuses/show?id={post.mid}", Cookie=cookie)
    assert shown.value["ok"] == 1 and "XSRF-TOKEN=" in shown.headers["Set-Cookie"]
    assert (
        ask(small, "weibo.com", f"/ajax/statuses/search?q={quote(HASHTAG)}", Cookie=cookie)
        .value["url"]
        .startswith("https://weibo.com/login.php")
    )
    assert ask(small, "s.weibo.com", "/top/summary", Cookie=cookie).status == 200
    assert ask(small, "s.weibo.com", search_path(HASHTAG), Cookie=cookie).headers["Location"].startswith("https://weibo.com/login.php")


def test_the_guest_flow_of_the_mobile_web_and_its_end(small: Running) -> None:
    assert "visitor.passport.weibo.cn" in ask(small, "m.weibo.cn", container(f"100103type=61&q={HASHTAG}")).headers["Location"]
    data = guest(small, "visitor.passport.weibo.cn", "visitor_callback")
    cookie = f"SUB={data['sub']}; SUBP={data['subp']}"
    answers = [ask(small, "m.weibo.cn", container(f"100103type=61&q={HASHTAG}", page=page), Cookie=cookie).value for page in (1, 2, 3)]
    assert [answer["ok"] for answer in answers] == [1, 1, -100] and "sso/signin" in answers[2]["url"]
    assert not ask(small, "m.weibo.cn", "/api/config", Cookie=cookie).value["data"]["login"]
    small.set(guest_life=timedelta(hours=1))
    small.clock.advance(timedelta(hours=2))
    assert ask(small, "m.weibo.cn", container(f"100103type=61&q={HASHTAG}"), Cookie=cookie).value["ok"] == -100


def test_sessions_of_the_two_domains_are_different(small: Running) -> None:
    told = ask(small, "m.weibo.cn", container(f"100103type=61&q={HASHTAG}"), Cookie=small.sessions.login[DESKTOP]).value
    assert told["ok"] == -100
    assert ask(small, "m.weibo.cn", "/api/config", login=MOBILE).value["data"]["login"] is True
    small.sessions.sign_out(DESKTOP)
    assert ask(small, "s.weibo.com", search_path(HASHTAG), login=DESKTOP).status == 302
    assert ask(small, "weibo.com", "/ajax/statuses/show?id=1", login=DESKTOP).value["ok"] == -100


def test_the_xsrf_cookie_has_to_come_back_as_a_header(small: Running) -> None:
    post = small.world.search(HASHTAG, START)[0]
    cookie = small.sessions.login[DESKTOP]
    path = f"/ajax/statuses/show?id={post.mid}"
    assert ask(small, "weibo.com", path, Cookie=cookie).status == 403
    got = ask(small, "weibo.com", path, Cookie=cookie, X_XSRF_TOKEN=small.sessions.xsrf)
    assert got.value["ok"] == 1 and got.headers["x-log-uid"]


def test_every_host_sets_cookies_of_its_own(small: Running) -> None:
    mobile = ask(small, "m.weibo.cn", "/api/config").headers["Set-Cookie"]
    assert mobile.startswith("_T_WM=") and "domain=.weibo.cn" in mobile
    notes = ask(small, "www.xiaohongshu.com", "/404").headers["Set-Cookie"]
    assert notes.startswith("acw_tc=") and "domain" not in notes.lower()
    ask(small, "m.s.weibo.com", _DETAIL, Cookie="; ".join(cookie.split(";")[0] for cookie in (mobile, notes)))
    assert len(checks.cookies_astray(small.log, small.sessions)) == 2


def test_robots_are_as_reported(small: Running) -> None:
    assert ask(small, "www.xiaohongshu.com", "/robots.txt").text.endswith("User-agent: *\nDisallow: /\n")
    assert "User-agent: *\nDisallow: /\n" in ask(small, "weibo.com", "/robots.txt").text
    assert {ask(small, host, "/robots.txt").status for host in ("m.weibo.cn", "s.weibo.com", "m.s.weibo.com")} == {404}
    small.set(robots={"m.weibo.cn": "User-agent: *\nDisallow: /api/\n"})
    assert ask(small, "m.weibo.cn", "/robots.txt").text == "User-agent: *\nDisallow: /api/\n"


# Xiaohongshu


def test_a_note_page_says_what_the_world_does(small: Running) -> None:
    world = small.world
    for note in world.notes.values():
        if not world.note_there(note, START):
            continue
        path = f"/explore/{note.id}?xsec_token={quote(note.token)}&xsec_source=pc_search"
        got = state(ask(small, "www.xiaohongshu.com", path, login=NOTES).text)
        assert got["user"]["loggedIn"] is True
        entry = got["note"]["noteDetailMap"][note.id]
        assert (entry["note"]["title"], entry["note"]["desc"], entry["note"]["type"]) == (note.title, note.desc, note.type)
        assert entry["note"]["time"] == int(note.published.timestamp() * 1000)
        assert [tag["name"] for tag in entry["note"]["tagList"] if tag["type"] == "topic"] == list(note.tags)
        assert len(entry["comments"]["list"]) == (min(10, len(world.comments_of(note.id, START))) if note.comments_on_page else 0)
        masked = state(ask(small, "www.xiaohongshu.com", path).text)["note"]["noteDetailMap"][note.id]["note"]["interactInfo"]
        if world.note_counts(note, START)[0] >= 10:
            assert masked["likedCount"] in ("10+", "1千+", "1万+") and entry["note"]["interactInfo"]["likedCount"] != masked["likedCount"]
    assert "undefined" in "".join(note.title + note.desc for note in world.notes.values())


def test_a_note_for_a_telephone_has_other_states(small: Running) -> None:
    note = next(note for note in small.world.notes.values() if small.world.note_there(note, START))
    path = f"/explore/{note.id}?xsec_token={quote(note.token)}"
    agent = "Mozilla/5.0 (iPhone) Mobile/15E148"
    assert state(ask(small, "www.xiaohongshu.com", path, User_Agent=agent).text)["noteData"]["data"]["noteData"]["noteId"] == note.id
    small.set(new_mobile_state=True)
    told = state(ask(small, "www.xiaohongshu.com", path, User_Agent=agent).text, "__SETUP_SERVER_STATE__")
    assert told["LAUNCHER_SSR_STORE_PAGE_DATA"]["noteData"]["noteId"] == note.id


def test_a_missing_note_is_said_in_four_ways(platforms: Running) -> None:
    platforms.clock.set(START + timedelta(days=2))
    said = {}
    for note in platforms.world.notes.values():
        if note.gone:
            got = ask(platforms, "www.xiaohongshu.com", f"/explore/{note.id}?xsec_token={quote(note.token)}")
            said[note.gone_as] = got
    assert set(said) == set(NOTE_FORMS)
    assert said["redirect"].headers["Location"].startswith("/404?") and "errorCode=-510001" in said["redirect"].headers["Location"]
    assert state(said["empty_state"].text) == {}
    assert state(said["no_entry"].text)["note"]["noteDetailMap"] == {}
    assert [entry["note"] for entry in state(said["empty_note"].text)["note"]["noteDetailMap"].values()] == [{}]


def test_a_note_wants_its_own_token(small: Running) -> None:
    note = next(iter(small.world.notes.values()))
    for path in (f"/explore/{note.id}", f"/discovery/item/{note.id}?xsec_token=ABx%3D"):
        assert "errorCode=300017" in ask(small, "www.xiaohongshu.com", path).headers["Location"]
    short = ask(small, "xhslink.com", f"/a/{note.id[:8]}").headers["Location"]
    assert short.startswith(f"https://www.xiaohongshu.com/discovery/item/{note.id}?xsec_token=") and "%3D" in short
    assert "登录后查看搜索结果" in ask(small, "www.xiaohongshu.com", "/search_result?keyword=x").text


def test_topic_pages_and_their_notes(platforms: Running) -> None:
    host, world = "www.xiaohongshu.com", platforms.world
    for topic in world.note_topics.values():
        text = ask(platforms, host, f"/page/topics/{topic.page_id}?naviHidden=yes").text
        found = re.search(r'<div class="meta"><span>([\d.]+)</span>(万|亿)浏览</div>', text)
        assert found
        told = float(found.group(1)) * {"万": 1e4, "亿": 1e8}[found.group(2)]
        assert abs(told - world.topic_views(topic, START)) <= {"万": 500, "亿": 5e6}[found.group(2)]
        seen: list[dict[str, Any]] = []
        cursor, more = "", True
        while more:
            path = f"/web_api/sns/v3/page/notes?page_size=20&sort=time&page_id={topic.page_id}&cursor={cursor}&sid="
            data = ask(platforms, host, path).value["data"]
            seen, cursor, more = seen + data["notes"], data["cursor"], data["has_more"]
        assert [row["id"] for row in seen] == [note.id for note in world.notes_of_topic(topic.name, START)]
        assert data["total_note_count"] == len(seen) and seen[0]["create_time"] > 10**12


def test_the_signed_api_refuses_plain_requests(small: Running) -> None:
    api = "edith.xiaohongshu.com"
    got = ask(small, api, "/api/sns/web/v2/comment/page?note_id=1")
    assert (got.status, got.value) == (406, {"code": -1, "success": False})
    assert ask(small, api, "/api/sns/web/v1/search/notes", form={}, x_s="1").value["code"] == -104
    assert ask(small, api, "/api/sns/web/v2/comment/page?note_id=1", x_s="1").value["code"] == -101
    assert checks.signed_calls(small.log)


# Faults

_DETAIL = f"/ajax_topic/detail?q={quote(HASHTAG)}"
_STATUS_OF = {kind: int(kind.split("_")[1]) for kind in FAULTS if kind.startswith("http_")}


@pytest.mark.parametrize("kind", sorted(_STATUS_OF))
def test_statuses(small: Running, kind: str) -> None:
    small.fault(kind, "m.s.weibo.com")
    got = ask(small, "m.s.weibo.com", _DETAIL)
    assert got.status == _STATUS_OF[kind]
    blocked = got.status in (403, 406, 414, 418, 432, 461, 471)
    assert bool(small.log.entries()[-1].block) is blocked
    if got.status in (461, 471):
        assert got.headers["Verifytype"] and got.value["success"] is True
    if kind == "http_500_parameter":
        assert "Cannot read properties of undefined" in got.text


def test_a_wait_is_asked_for(small: Running) -> None:
    small.fault("http_429", "m.s.weibo.com", times=1, retry_after=30)
    assert ask(small, "m.s.weibo.com", _DETAIL).headers["Retry-After"] == "30"
    assert ask(small, "m.s.weibo.com", _DETAIL).status == 200
    assert len(checks.impatient(small.log)) == 1


def _says(code: int) -> Callable[[Got], bool]:
    return lambda got: got.value["code"] == code and got.value["success"] is False


_SAID: dict[str, Callable[[Got], bool]] = {
    "empty": lambda got: got.value["msg"] == "这里还没有内容",
    "login_desktop": lambda got: got.value == {"ok": -100, "url": "https://weibo.com/login.php?url=https%3A%2F%2Fweibo.com%2F"},
    "login_mobile": lambda got: got.value["ok"] == -100 and got.value["url"].startswith("https://passport.weibo.com/sso/signin?"),
    "login_redirect": lambda got: got.status == 302,
    "captcha_mobile": lambda got: (
        got.value == {"ok": -100, "errno": "-100", "msg": "", "url": "https://m.weibo.cn/captcha?scene=limit&referer=/"}
    ),
    "captcha_page": lambda got: got.status == 200 and "验证码" in got.text and "安全验证" in got.text,
    "visitor_page": lambda got: got.status == 200 and "<title>Sina Visitor System</title>" in got.text,
    "guest_refused": lambda got: got.text.startswith("window.visitor_gray_callback && ") and "50111261" in got.text,
    "visitor_redirect": lambda got: got.status == 302 and "/visitor/visitor?" in got.headers["Location"],
    "risk_page": lambda got: got.status == 200 and "微博搜索" not in got.text,
    "spa_page": lambda got: "$CONFIG['product'] = 'search'" in got.text and "card-wrap" not in got.text,
    "dead_address": lambda got: got.status == 404 and "地址不存在" in got.text,
    "system_error": lambda got: got.value == {"ok": 0, "msg": "系统错误"},
    "no_such_topic": lambda got: got.value["data"] == {},
    "note_captcha": lambda got: "/website-login/captcha?" in got.headers["Location"] and "verifyBiz=461" in got.headers["Location"],
    "note_empty_state": lambda got: "__INITIAL_STATE__={}<" in got.text,
    "wrong_type": lambda got: got.headers["Content-Type"] == "application/octet-stream" and got.value["code"] == "100000",
    "html_for_json": lambda got: got.status == 200 and got.text.startswith("<html>"),
    "empty_body": lambda got: got.body == b"",
    "big_page": lambda got: len(got.body) > 5 << 20 and got.value["code"] == "100000",
    "missing_fields": lambda got: "count" not in got.value["data"]["baseInfo"],
    "other_types": lambda got: isinstance(got.value["data"]["baseInfo"]["count"], str),
    "one_missing_fields": lambda got: "count" not in got.value["data"]["baseInfo"],
    "one_other_types": lambda got: isinstance(got.value["data"]["baseInfo"]["count"], str),
    "redirect_elsewhere": lambda got: "/elsewhere.example/" in got.headers["Location"],
    "redirect_nowhere": lambda got: got.headers["Location"] == "http://[no-address",
    "redirect_loop": lambda got: got.headers["Location"].startswith("https://m.s.weibo.com/ajax_topic/detail?"),
    **{kind: _says(int(kind.removeprefix("code_"))) for kind in FAULTS if kind.startswith("code_")},
}


@pytest.mark.parametrize("kind", sorted(_SAID))
def test_what_a_fault_says(small: Running, kind: str) -> None:
    small.fault(kind, "m.s.weibo.com", "/ajax_topic")
    assert _SAID[kind](ask(small, "m.s.weibo.com", _DETAIL))
    small.heal()
    assert ask(small, "m.s.weibo.com", _DETAIL).value["data"]["baseInfo"]["count"]["read"] > 0


_BREAKS: dict[str, type[Exception]] = {
    "reset": ConnectionError,
    "truncated": http.client.IncompleteRead,
    "bad_json": ValueError,
    "bad_letters": UnicodeDecodeError,
    "slow": TimeoutError,
    "late": TimeoutError,
    "endless_body": TimeoutError,
    "corrupt_gzip": Exception,
}


@pytest.mark.parametrize("kind", sorted(_BREAKS))
def test_broken_connections_and_bodies(small: Running, kind: str) -> None:
    small.fault(kind, "m.s.weibo.com")
    with pytest.raises((_BREAKS[kind], OSError)):
        began = time.monotonic()
        request = urllib.request.Request(small.hosts["m.s.weibo.com"] + _DETAIL, headers={"Accept-Encoding": "identity"})
        with urllib.request.urlopen(request, timeout=1) as answer:
            body = b""
            while part := answer.read1(1 << 16):
                body += part
                if time.monotonic() - began > 1.5 or len(body) > 1 << 24:
                    raise TimeoutError("this would go on")
            if kind == "truncated":
                raise http.client.IncompleteRead(body) if len(body) < int(answer.headers["Content-Length"]) else AssertionError("whole")
            if kind == "corrupt_gzip":
                assert answer.headers["Content-Encoding"] == "gzip"
                gzip.decompress(body)
            json.loads(body.decode())


def test_a_bomb_is_small_on_the_wire(small: Running) -> None:
    small.fault("gzip_bomb", "m.s.weibo.com")
    got = ask(small, "m.s.weibo.com", _DETAIL)
    assert len(got.body) < 1 << 20 and got.headers["Content-Encoding"] == "gzip"
    assert sum(1 for _ in _unpacked(zlib.decompressobj(31), got.body)) == 256


def _unpacked(pack: Any, body: bytes) -> Iterator[bytes]:
    while body:
        part = pack.decompress(body, 1 << 20)
        body = pack.unconsumed_tail
        if len(part) == 1 << 20:
            yield part


def test_nothing_is_said_by_each_host_in_its_way(small: Running) -> None:
    for host in ("s.weibo.com", "weibo.com", "www.xiaohongshu.com"):
        small.fault("empty", host)
    assert "card-no-result" in ask(small, "s.weibo.com", search_path(HASHTAG), login=DESKTOP).text
    assert ask(small, "weibo.com", "/ajax/statuses/search?q=x", login=DESKTOP).value["statuses"] == []
    assert ask(small, "www.xiaohongshu.com", "/web_api/sns/v3/page/notes").value["data"]["notes"] == []


def test_falling_counters_and_lost_likes(small: Running) -> None:
    read = ask(small, "m.s.weibo.com", _DETAIL).value["data"]["baseInfo"]["count"]["read"]
    small.fault("falling_counters", "m.s.weibo.com")
    assert ask(small, "m.s.weibo.com", _DETAIL).value["data"]["baseInfo"]["count"]["read"] == read // 2
    small.fault("no_likes", "m.weibo.cn")
    small.fault("far_future", "m.weibo.cn")
    rows = mblogs(ask(small, "m.weibo.cn", container(f"100103type=61&q={HASHTAG}"), login=MOBILE).value)
    assert {row["attitudes_count"] for row in rows} == {0} and all(row["created_at"].endswith("2199") for row in rows)
    small.fault("for_friends", "m.weibo.cn")
    shown = ask(small, "m.weibo.cn", f"/statuses/show?id={rows[0]['id']}", login=MOBILE).value["data"]
    assert (shown["id"], shown["visible"]["type"]) == (rows[0]["id"], 4)


def test_fields_get_lost_in_pages_too(small: Running) -> None:
    whole = ask(small, "s.weibo.com", search_path(HASHTAG), login=DESKTOP).text
    one = small.fault("one_missing_fields", "s.weibo.com")
    text = ask(small, "s.weibo.com", search_path(HASHTAG), login=DESKTOP).text
    first, second = (mid_in(card) for card in cards(whole)[:2])
    assert (
        text.count(' mid="') == whole.count(' mid="') - 1
        and mid_in(cards(text)[0]) == first
        and second not in re.findall(r' mid="(\d+)', text)
    )
    small.heal(one)
    small.fault("missing_fields", "s.weibo.com")
    assert ' mid="' not in ask(small, "s.weibo.com", search_path(HASHTAG), login=DESKTOP).text
    note = next(note for note in small.world.notes.values() if small.world.note_there(note, START))
    small.fault("other_types", "www.xiaohongshu.com")
    value = state(ask(small, "www.xiaohongshu.com", f"/explore/{note.id}?xsec_token={quote(note.token)}").text)
    told = value["note"]["noteDetailMap"][note.id]["note"]
    assert (told["time"], told["user"], told["interactInfo"]) == ("soon", [], 7)


def test_paging_without_an_end(platforms: Running) -> None:
    told = f"100103type=61&q={HASHTAG}"
    platforms.fault("endless_paging", "m.weibo.cn")
    for page in (1, 2, 77):
        value = ask(platforms, "m.weibo.cn", container(told, page=page), login=MOBILE).value
        assert value["data"]["cardlistInfo"]["page"] == page + 1 and mblogs(value)
    platforms.fault("endless_paging", "s.weibo.com")
    text = ask(platforms, "s.weibo.com", search_path(HASHTAG, page=60), login=DESKTOP).text
    assert re.search(r'page=61" class="next"', text) and len(cards(text)) > 5
    platforms.fault("endless_paging", "weibo.com")
    root = next(
        post.root for post in platforms.world.posts.values() if post.root and platforms.world.there(platforms.world.posts[post.root], START)
    )
    value = ask(platforms, "weibo.com", f"/ajax/statuses/repostTimeline?id={root}&page=40&count=10", login=DESKTOP).value
    assert value["max_page"] > 40 and value["data"]


def test_pages_without_the_whole_of_long_texts(small: Running) -> None:
    def shown() -> str:
        return "".join(ask(small, "s.weibo.com", search_path(HASHTAG, page=page), login=DESKTOP).text for page in range(1, 8))

    whole = shown()
    small.fault("beginnings_only", "s.weibo.com")
    cut = shown()
    assert "feed_list_content_full" in whole and "feed_list_content_full" not in cut
    assert cut.count("fl_unfold") == whole.count("fl_unfold") > 0


def test_pages_that_repeat(platforms: Running) -> None:
    told = f"100103type=61&q={HASHTAG}"
    platforms.fault("duplicate_pages", "m.weibo.cn")
    one, two, three = (ask(platforms, "m.weibo.cn", container(told, page=page), login=MOBILE).value for page in (1, 2, 3))
    assert [row["id"] for row in mblogs(one)] == [row["id"] for row in mblogs(two)] != [row["id"] for row in mblogs(three)]
    assert [value["data"]["cardlistInfo"]["page"] for value in (one, two, three)] == [2, 3, 4]


def test_a_fault_waits_hits_and_goes(small: Running) -> None:
    small.fault("http_418", "m.s.weibo.com", "/ajax_topic/detail", after=1, times=2)
    statuses = [ask(small, "m.s.weibo.com", _DETAIL).status for _ in range(4)]
    assert statuses == [200, 418, 418, 200]
    assert ask(small, "m.s.weibo.com", f"/ajax_topic/level?q={quote(TAG)}").status == 200
    with pytest.raises(KeyError, match="no fault 'nonsense'"):
        small.fault("nonsense", "m.s.weibo.com")


def test_every_fault_is_tried_here() -> None:
    others = {
        "gzip_bomb",
        "falling_counters",
        "no_likes",
        "far_future",
        "for_friends",
        "endless_paging",
        "duplicate_pages",
        "beginnings_only",
    }
    assert set(FAULTS) == set(_SAID) | set(_BREAKS) | set(_STATUS_OF) | others


# The log and what it proves


def test_the_log_has_every_request(small: Running) -> None:
    ask(small, "m.weibo.cn", "/api/config", login=MOBILE, User_Agent="test/1")
    ask(small, "m.s.weibo.com", _DETAIL)
    one, other = small.log.entries()
    assert (one.host, one.path, one.status, one.headers["user-agent"]) == ("m.weibo.cn", "/api/config", 200, "test/1")
    assert one.cookies["SUB"] in small.sessions.login[MOBILE] and other.query["q"] == HASHTAG
    assert one.at <= one.ended <= other.at and one.world_at == START


def test_checks_find_what_is_wrong(small: Running) -> None:
    for minutes in (0, 0.1, 30):
        small.clock.set(START + timedelta(minutes=minutes))
        ask(small, "m.s.weibo.com", _DETAIL)
    assert len(checks.too_close(small.log, "m.s.weibo.com", 10)) == 1 and not checks.too_close(small.log, "m.s.weibo.com", 5)
    assert checks.over_budget(small.log, "m.s.weibo.com", 2) and not checks.over_budget(small.log, "m.s.weibo.com", 3)
    assert checks.robots_unread(small.log)
    small.log.clear()
    small.fault("http_432", "m.weibo.cn", times=1)
    ask(small, "m.weibo.cn", "/", login=MOBILE)
    small.clock.advance(HOUR)
    ask(small, "m.weibo.cn", "/", login=MOBILE)
    assert len(checks.after_block(small.log, hours=2)) == 1 and not checks.after_block(small.log, hours=0.5)
    small.log.clear()
    ask(small, "s.weibo.com", "/weibo?q=x", Cookie=small.sessions.login[MOBILE])
    assert len(checks.cookies_astray(small.log, small.sessions)) == 2
    sub = small.sessions.login[MOBILE].split("; ")[0].removeprefix("SUB=")
    ask(small, "m.s.weibo.com", f"/ajax_topic/level?q={sub}")
    assert len(checks.secrets_in_addresses(small.log, small.sessions)) == 1
    for _ in range(2):
        guest(small, "passport.weibo.com")
    assert checks.guest_flows(small.log) == {"passport.weibo.com": 2} and checks.guest_twice(small.log)
    urllib.request.urlopen(urllib.request.Request(f"{small.base}/m.weibo.cn/api/config")).close()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{small.base}/elsewhere.example/landing")
    refused.value.close()
    assert len(checks.strays(small.log)) == 1
    assert not checks.fingerprinted(small.log) and not checks.failures(small.log) and not checks.signed_calls(small.log)
    ask(small, "weibo.com", "/ajax/statuses/searchProfile?uid=1", Cookie=f"SUB={'x' * 20}")
    ask(small, "weibo.com", "/ajax/statuses/searchProfile?uid=1", Cookie=f"SUB={'x' * 20}")
    assert checks.after_login_wall(small.log, "weibo.com", most=0) and not checks.after_login_wall(small.log, "weibo.com", most=1)


def test_looks_at_one_post_are_counted(small: Running) -> None:
    post = small.world.search(HASHTAG, START)[0]
    for path in (f"/statuses/show?id={post.mid}", f"/detail/{post.mid}", f"/statuses/extend?id={post.bid}", "/statuses/show?id=1"):
        ask(small, "m.weibo.cn", path, login=MOBILE)
    small.clock.advance(timedelta(days=1))
    ask(small, "m.weibo.cn", f"/statuses/show?id={post.bid}", login=MOBILE)
    assert checks.looks(small.log, post.mid, post.bid) == [START, START, START, START + timedelta(days=1)]
    assert checks.by_day(small.log, "m.weibo.cn") == {"2026-06-15": 4, "2026-06-16": 1}


def test_clean_behaviour_passes_every_check(small: Running) -> None:
    for host, path in (("m.weibo.cn", "/api/config"), ("m.s.weibo.com", _DETAIL)):
        ask(small, host, "/robots.txt")
        small.clock.advance(timedelta(seconds=10))
        ask(small, host, path, login=MOBILE if host == "m.weibo.cn" else None)
        assert checks.too_close(small.log, host, 8) == []
    log, sessions = small.log, small.sessions
    assert checks.after_block(log) == checks.cookies_astray(log, sessions) == checks.strays(log) == checks.robots_unread(log) == []
    assert checks.guest_twice(log) == checks.impatient(log) == checks.secrets_in_addresses(log, sessions) == checks.failures(log) == []


# The world


def test_the_same_seed_is_the_same_world() -> None:
    one, other = invent(3, START, SMALL), invent(3, START, SMALL)
    assert one.posts == other.posts and one.notes == other.notes and one.comments == other.comments
    assert one.hot_list(START) == other.hot_list(START) and one.posts != invent(4, START, SMALL).posts


def test_the_world_has_all_that_can_happen(platforms: Running) -> None:
    posts = list(platforms.world.posts.values())
    assert {post.gone.wording for post in posts if post.gone} == {wording for _, wording in GONE_WORDINGS}
    assert any(post.edits for post in posts) and any(post.quick for post in posts) and {post.visible for post in posts} == {0, 1, 3, 4}
    assert any(post.indexed > post.published for post in posts) and any(not post.full_on_page for post in posts)
    assert max(post.text.count("//@") for post in posts) >= 3 and any(RIVAL in post.hashtags for post in posts)
    assert any(row.cid in platforms.world.posts for row in platforms.world.comments)
    roots = [platforms.world.posts[post.root] for post in posts if post.root]
    assert any(TAG not in root.hashtags for root in roots) and any(root.gone for root in roots)
    assert {note.gone_as for note in platforms.world.notes.values() if note.gone} == set(NOTE_FORMS)


def test_a_world_around_new_year_writes_the_year() -> None:
    with start(size=SMALL, world_start=START.replace(year=2027, month=1, day=1)) as running:
        text = "".join(ask(running, "s.weibo.com", search_path(HASHTAG, page=page), login=DESKTOP).text for page in (1, 9))
    assert "2026年12月" in text and "今天" in text


def test_ids_and_short_ids() -> None:
    assert (bid_of("4607741009594608"), mid_of("K3fnuEfZK")) == ("K3fnuEfZK", "4607741009594608")
    world = invent(1, START, SMALL)
    assert all(mid_of(post.bid) == mid and world.post(post.bid) is post for mid, post in world.posts.items())


def test_counts_grow_and_never_fall(small: Running) -> None:
    for post in list(small.world.posts.values())[::9]:
        rows = [small.world.counts(post, post.published + hours * HOUR) for hours in (0, 1, 5, 20, 200)]
        assert rows[0] == (0, 0, 0) and all(a <= b for one, other in pairwise(rows) for a, b in zip(one, other, strict=True))


def test_the_clock_runs_as_fast_as_it_is_told() -> None:
    with start(size=SMALL, speed=3600, held=True) as running:
        time.sleep(0.05)
        assert running.clock.now() == START
        asked = time.monotonic()
        ask(running, "m.s.weibo.com", _DETAIL)
        time.sleep(0.05)
        assert timedelta(seconds=170) < running.clock.now() - START < timedelta(seconds=3600 * (time.monotonic() - asked))
        assert running.environment()["GROUNDSWELL_NOW"].endswith("*3600")
