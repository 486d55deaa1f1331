"""The platforms' parses against a whole invented world, whose server was written from the description of the protocols alone.

Each answer is taken from the server's rooms without a network; what the parses make of it is compared with the world itself.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import pytest

from collectors import platforms
from collectors.formats import Origin
from collectors.platforms import Answer, weibo
from data.model import Author, Edge, HashtagCount, HotSearch, Post, Sighting, Trend
from tests.platforms_server.answers import Request
from tests.platforms_server.clock import Clock
from tests.platforms_server.fixtures import world_of
from tests.platforms_server.invent import START, Size
from tests.platforms_server.platforms import Platforms, Settings
from tests.platforms_server.server import ROOMS
from tests.platforms_server.sessions import Sessions, domain_of
from tests.platforms_server.texts import is_long

SIZE = Size(busy_hour=60, busy_day=6, posts_an_hour=3, authors=80)
NOW = START + timedelta(days=1, hours=23, minutes=4)
ORIGIN = Origin(
    run_id="run",
    campaign="ink",
    file="",
    path="",
    zone=ZoneInfo("Asia/Shanghai"),
    now=datetime(2032, 1, 1),
    author_key=lambda p, i: f"{p} {i}",
)
UNCAPPED = {"page_size": 50, "page_cap": 999, "mobile_pages": 999}
SIGNED = {"x-s": "XYS_", "x-rap-param": "1", "referer": "https://weibo.com/", "x-requested-with": "XMLHttpRequest"}


class Browser:
    """Asks the rooms of the server as somebody who is logged in."""

    def __init__(self, **settings):
        self.platforms = Platforms(
            world=world_of(1, START, SIZE), clock=Clock(NOW, 0.0), sessions=Sessions(1, None), settings=Settings(**UNCAPPED | settings)
        )
        self.world = self.platforms.world

    def ask(self, address, *, agent="Mozilla/5.0", body=b"", logged_in=True):
        parts = urlsplit(address)
        login = self.platforms.sessions.login.get(domain_of(parts.hostname) or "", "") if logged_in else ""
        request = Request(
            method="POST" if body else "GET", host=parts.hostname, path=parts.path, query=dict(parse_qsl(parts.query)),
            query_text=parts.query, body=body, now=NOW,
            headers={"user-agent": agent, **SIGNED, "x-xsrf-token": self.platforms.sessions.xsrf},
            cookies=dict(pair.split("=", 1) for pair in login.split("; ") if pair),
        )  # fmt: skip
        made = ROOMS[parts.hostname](request, self.platforms)
        location = dict(made.headers).get("Location")
        return Answer(address=address, body=made.body, seen_at=naive(NOW), status=made.status, location=location, asked=body)

    def page(self, address, **more):
        return platforms.platform_of(address).page(self.ask(address, **more))

    def pages(self, address, **more):
        """A listing, page after page, as its own pages say how it goes on."""
        while True:
            page = self.page(address, **more)
            assert page.refusal is None
            yield page
            if page.next is None:
                return
            parts = urlsplit(address)
            address = urlunsplit((*parts[:3], urlencode({**dict(parse_qsl(parts.query)), **page.next}), ""))

    def rows(self, page, address):
        module = platforms.platform_of(address)
        return [list(module.rows(item, format="test", sha256="0" * 64, origin=ORIGIN)) for item in page.items]

    def everything(self, address, **more):
        return [rows for page in self.pages(address, **more) for rows in self.rows(page, address)]


def naive(at):
    return at.astimezone(UTC).replace(tzinfo=None)


def of_kind(rows, kind):
    return [row for row in rows if type(row) is kind]


@pytest.fixture(scope="module")
def browser():
    return Browser()


def topic_of(world):
    return max(world.topics, key=lambda name: len(world.search(f"#{name}#", NOW)))


def mobile_search(tag, number=1):
    container = quote(f"100103type=61&q=#{tag}#", safe="")
    return f"https://m.weibo.cn/api/container/getIndex?containerid={container}&page_type=searchall&page={number}"


def check_post(browser, told, *, exact=True, minute=False, cut=False):
    """A post's rows against the world: every field it has."""
    post, sighting, author, *rest = told
    world, meant = browser.world, browser.world.posts[post.post_id]
    text, (likes, comments, reposts) = world.text(meant, NOW), world.counts(meant, NOW)
    if cut and is_long(text):
        assert text.startswith(post.text.removesuffix("...").rstrip(" \u200b"))
    else:
        assert post.text == text.strip()
        assert post.hashtags == tuple(dict.fromkeys(meant.hashtags)) or set(post.hashtags) == set(meant.hashtags)
        assert set(meant.mentions) <= set(post.mentions)
    assert (post.author_id, post.author_name) == (meant.uid, world.authors[meant.uid].name)
    assert post.url == f"https://weibo.com/{meant.uid}/{meant.bid}"
    off = naive(meant.published) - post.published_at
    assert abs(off) < timedelta(hours=1) if minute else off == timedelta()
    assert (post.kind, post.root_id) == (("repost", meant.root) if meant.root else ("original", None))
    assert sighting.status == "visible" and not sighting.context and sighting.seen_at == naive(NOW)
    assert author.verified == (world.authors[meant.uid].verified_type >= 0)
    if exact:
        assert (sighting.likes, sighting.comments, sighting.reposts) == tuple(min(n, 1_000_000) for n in (likes, comments, reposts)) or (
            sighting.likes, sighting.comments, sighting.reposts) == (likes, comments, reposts)  # fmt: skip
        assert post.region == meant.region
    edges = of_kind(rest, Edge)
    assert [e.to_id for e in edges if e.kind == "repost" and e.to_id] == ([meant.root] if meant.root else [])
    if meant.root and not world.there(world.posts[meant.root], NOW):
        gone = [row for row in of_kind(rest, Sighting) if row.context]
        assert [(row.post_id, row.status) for row in gone] == [(meant.root, world.posts[meant.root].gone.status)]
        assert not [row for row in of_kind(rest, Post)]


def test_every_post_of_a_mobile_search(browser):
    tag = topic_of(browser.world)
    told = browser.everything(mobile_search(tag))
    meant = {post.mid for post in browser.world.search(f"#{tag}#", NOW)} | {post.mid for post in browser.world.banners(f"#{tag}#", NOW)}
    assert {rows[0].post_id for rows in told} == meant
    for rows in told:
        check_post(browser, rows, cut=True)


def test_long_texts_are_asked_for_and_whole(browser):
    tag = topic_of(browser.world)
    wanted = [mid for page in browser.pages(mobile_search(tag)) for item in page.items if (mid := weibo.long_text_needed(item))]
    assert wanted
    for mid in wanted[:20]:
        address = f"https://m.weibo.cn/statuses/extend?id={mid}"
        post = browser.rows(browser.page(address), address)[0][0]
        assert (post.post_id, post.text) == (mid, browser.world.text(browser.world.posts[mid], NOW).strip())
        bid = browser.world.posts[mid].bid
        address = f"https://weibo.com/ajax/statuses/longtext?id={bid}"
        assert browser.rows(browser.page(address), address)[0][0].post_id == mid


def test_every_post_alone_or_word_that_it_is_gone(browser):
    statuses = set()
    for mid, meant in list(browser.world.posts.items())[::7]:
        if meant.published > NOW or meant.visible:
            continue
        for address in (
            f"https://m.weibo.cn/statuses/show?id={mid}",
            f"https://weibo.com/ajax/statuses/show?id={meant.bid}&locale=zh-CN&isGetLongText=true",
            f"https://m.weibo.cn/detail/{mid}",
        ):
            (rows,) = browser.rows(browser.page(address), address)
            if browser.world.there(meant, NOW):
                check_post(browser, rows, cut="statuses/show?id=" + mid in address)
            else:
                statuses.add(meant.gone.status)
                (sighting,) = rows
                assert (sighting.post_id, sighting.status) == (mid, meant.gone.status), meant.gone
    assert len(statuses) > 2


def test_every_card_of_a_search_page(browser):
    tag = topic_of(browser.world)
    address = f"https://s.weibo.com/weibo?q={quote(f'#{tag}#')}"
    told = browser.everything(address)
    cards = [rows for rows in told if type(rows[0]) is Post]
    meant = [post.mid for post in browser.world.search(f"#{tag}#", NOW)]
    pages = list(browser.pages(address))
    assert pages[0].pages == len(pages) == -(-len(meant) // browser.platforms.settings.page_size)
    assert {rows[0].post_id for rows in cards} == set(meant) | {post.mid for post in browser.world.banners(f"#{tag}#", NOW)}
    for rows in cards:
        mid = rows[0].post_id
        root = browser.world.posts[mid].root
        if root and not browser.world.there(browser.world.posts[root], NOW):
            assert rows[0].kind == "repost"  # the page does not say of which post
        else:
            check_post(browser, rows, exact=False, minute=True, cut=True)
    (header,) = [rows[0] for rows in told if type(rows[0]) is HashtagCount]
    assert header.tag == tag
    assert abs(header.views / browser.world.counter(browser.world.topics[tag], "read", NOW) - 1) < 0.1


def test_a_search_without_results_has_none(browser):
    page = browser.page("https://s.weibo.com/weibo?q=nothing+of+the+kind")
    assert page.empty and page.next is None and page.says
    assert browser.page(mobile_search("nothing of the kind")).empty


def test_counters_and_trend_of_a_hashtag():
    for settings in ({}, {"old_topic_shape": True}, {"code_as_number": True}):
        browser = Browser(**settings)
        for name, topic in list(browser.world.topics.items())[:3]:
            if topic.started > NOW:
                continue
            address = f"https://m.s.weibo.com/ajax_topic/detail?q={quote(f'#{name}#')}&show_rank_info=1"
            ((row,),) = browser.rows(browser.page(address), address)
            told = (row.views, row.discussions, row.interactions, row.originals)
            assert told == tuple(browser.world.counter(topic, metric, NOW) for metric in ("read", "mention", "interact", "ori_m"))
            assert (row.tag, row.topic_id, row.views_grain) == (name, topic.containerid, "exact")
    for asked, seconds in (("", 600), ("24h", 3600), ("7d", 86400), ("30d", 86400)):
        address = f"https://m.s.weibo.com/ajax_topic/trend?q={quote(f'#{name}#')}" + (f"&time={asked}" if asked else "")
        (slots,) = browser.rows(browser.page(address), address)
        for slot in slots:
            assert type(slot) is Trend and slot.slot_seconds == seconds
            start = slot.slot_start.replace(tzinfo=UTC)
            end = min(start + timedelta(seconds=seconds), NOW)
            assert slot.views == browser.world.gained(topic, "read", start, end)
            assert slot.partial == (start + timedelta(seconds=seconds) > NOW)
    address = "https://m.s.weibo.com/ajax_topic/detail?q=%23unregistered%23"
    assert browser.page(address).empty


def test_hot_lists_tell_the_same_everywhere(browser):
    lines = browser.world.hot_list(NOW)
    ranked = {(line.word.strip("#"), line.rank) for line in lines if line.rank}
    for address in (
        "https://weibo.com/ajax/side/hotSearch",
        "https://weibo.com/ajax/statuses/hot_band",
        "https://s.weibo.com/top/summary?cate=realtimehot",
        "https://m.weibo.cn/api/container/getIndex?containerid=106003type%3D25%26t%3D3%26disable_hot%3D1%26filter_type%3Drealtimehot",
    ):
        rows = [row for rows in browser.rows(browser.page(address), address) for row in rows]
        assert all(type(row) is HotSearch for row in rows)
        assert {(row.title, row.rank) for row in rows if row.rank} == ranked, address
        heats = {row.title: row.heat for row in rows}
        assert all(heats[line.word.strip("#")] == line.heat for line in lines if line.rank), address


def test_desktop_search_wherever_its_posts_stand():
    for key in ("statuses", "data.statuses", "data.list"):
        browser = Browser(search_key=key)
        tag = topic_of(browser.world)
        address = f"https://weibo.com/ajax/statuses/search?q={quote(f'#{tag}#')}&page=1"
        told = browser.everything(address)
        assert len({rows[0].post_id for rows in told if type(rows[0]) is Post}) >= len(browser.world.search(f"#{tag}#", NOW))
        (heads,) = [rows[0] for rows in told if type(rows[0]) is HashtagCount]
        assert heads.views == browser.world.counter(browser.world.topics[tag], "read", NOW)


def test_posts_of_an_account_by_every_road(browser):
    uid = max(browser.world.authors, key=lambda uid: len(browser.world.posts_of(uid, NOW)))
    meant = {post.mid for post in browser.world.posts_of(uid, NOW) if not post.visible}
    assert meant
    for address in (
        f"https://m.weibo.cn/api/container/getIndex?containerid=107603{uid}",
        f"https://m.weibo.cn/api/container/getIndex?containerid=230413{uid}_-_WEIBO_SECOND_PROFILE_WEIBO",
        f"https://weibo.com/ajax/statuses/mymblog?uid={uid}&page=1&feature=0",
    ):
        assert {rows[0].post_id for rows in browser.everything(address)} == meant, address
    address = f"https://m.weibo.cn/api/container/getIndex?containerid=100505{uid}"
    ((author,),) = browser.rows(browser.page(address), address)
    assert type(author) is Author and author.name == browser.world.authors[uid].name


def test_reposts_have_edges_to_what_they_repost(browser):
    roots = {post.root for post in browser.world.posts.values() if post.root}
    there = [mid for mid in sorted(roots) if browser.world.there(browser.world.posts[mid], NOW)]
    mid = max(there, key=lambda mid: len(browser.world.reposts_of(mid, NOW)))
    address = f"https://weibo.com/ajax/statuses/repostTimeline?id={mid}&page=1&moduleID=feed&count=10"
    told = browser.everything(address)
    meant = {post.mid for post in browser.world.reposts_of(mid, NOW)}
    assert {rows[0].post_id for rows in told} == meant and meant
    for rows in told:
        assert [edge.evidence for edge in of_kind(rows, Edge) if edge.to_id == mid and edge.kind == "repost"] == ["api"]


def test_every_comment_and_reply(browser):
    world = browser.world
    there = sorted({row.post for row in world.comments if world.there(world.posts[row.post], NOW)})
    post = max(there, key=lambda name: len(world.comments_of(name, NOW)))
    meant = {row.cid: row for row in world.comments if row.post == post and row.published <= NOW}
    for address in (
        f"https://m.weibo.cn/comments/hotflow?id={post}&mid={post}&max_id_type=0",
        f"https://weibo.com/ajax/statuses/buildComments?is_reload=1&id={post}&is_show_bulletin=2&is_mix=0&count=20",
    ):
        told = {rows[0].post_id: rows for rows in browser.everything(address)}
        tops = {cid for cid, row in meant.items() if row.root is None}
        assert tops <= set(told) <= set(meant), address
        for cid, rows in told.items():
            comment, sighting, row = rows[0], rows[1], meant[cid]
            assert (comment.text, comment.author_id, comment.region) == (row.text.strip(), row.uid, row.region)
            assert (comment.root_id, comment.parent_id) == (post, row.root or post)
            assert (comment.published_at, sighting.likes) == (naive(row.published), row.likes)
            (edge,) = [edge for edge in of_kind(rows, Edge) if edge.kind == "reply"]
            assert (edge.to_id, edge.to_is_comment) == (row.root or post, row.root is not None)
    answered = next(row.root for row in meant.values() if row.root)
    address = f"https://weibo.com/ajax/statuses/buildComments?is_reload=1&id={answered}&is_show_bulletin=2&is_mix=1&count=20&fetch_level=1"
    for rows in browser.everything(address):
        assert (rows[0].parent_id, rows[0].root_id) == (answered, None)


# Xiaohongshu


def check_note(browser, rows, *, logged_in, whole=True):
    post, sighting = rows[:2]
    note = browser.world.notes[post.post_id]
    user = browser.world.note_authors[note.uid]
    assert (post.title, post.author_id, post.author_name) == (note.title.strip() or None, note.uid, user.name)
    if whole:
        assert (post.text, post.published_at, post.region) == (note.desc.strip() or None, naive(note.published), note.region)
        assert set(note.tags) <= set(post.hashtags) and set(note.mentions) <= set(post.mentions)
    counts = browser.world.note_counts(note, NOW)
    told = (sighting.likes, sighting.favourites, sighting.comments, sighting.shares) if whole else (sighting.likes,)
    for number, shown in zip(counts, told, strict=False):
        assert shown is None or shown <= number * 1.06 + 1
        if logged_in and number < 9999 and shown is not None:
            assert shown == number
    assert "SECRET" not in (post.url or "") and "token" not in post.url


def test_every_note_page_or_word_that_it_is_gone(browser):
    ways = set()
    for note in browser.world.notes.values():
        if note.published > NOW:
            continue
        address = f"https://www.xiaohongshu.com/explore/{note.id}?xsec_token={quote(note.token)}&xsec_source=pc_search"
        page = browser.page(address, logged_in=False)
        told = browser.rows(page, address)
        if browser.world.note_there(note, NOW):
            check_note(browser, told[0], logged_in=False)
            assert told[0][1].surface.endswith("logged out")
            for rows in told[1:]:
                meant = next(row for row in browser.world.note_comments if row.cid == rows[0].post_id)
                assert (rows[0].text, rows[0].root_id, rows[0].parent_id) == (meant.text.strip(), note.id, meant.root or note.id)
        else:
            ways.add(note.gone_as)
            ((sighting,),) = told
            assert sighting.post_id == note.id
            assert sighting.status == ("unknown" if note.gone_as == "empty_state" else "unreachable"), note.gone_as
    assert len(ways) >= 3
    page = browser.page(f"https://www.xiaohongshu.com/explore/{note.id}", logged_in=False)
    assert page.refusal.kind == "link"


def test_notes_as_telephones_get_them():
    for settings in ({}, {"new_mobile_state": True}):
        browser = Browser(**settings)
        note = next(n for n in browser.world.notes.values() if n.published < NOW and browser.world.note_there(n, NOW))
        address = f"https://www.xiaohongshu.com/discovery/item/{note.id}?xsec_token={quote(note.token)}"
        page = browser.page(address, agent="Mozilla/5.0 (iPhone) Mobile", logged_in=False)
        check_note(browser, browser.rows(page, address)[0], logged_in=False)


def test_notes_of_searches_feeds_accounts_and_topics(browser):
    world = browser.world
    name = max(world.note_topics.values(), key=lambda topic: len(world.notes_of_topic(topic.name, NOW)))
    search = "https://edith.xiaohongshu.com/api/sns/web/v1/search/notes"
    found, number = {}, 1
    while number:
        page = browser.page(search, body=json.dumps({"keyword": name.name, "page": number}).encode())
        assert page.left_out == {"entries of lists that are no notes": 1}
        for rows in browser.rows(page, search):
            found[rows[0].post_id] = rows
            check_note(browser, rows, logged_in=True, whole=False)
            assert rows[0].text is None and rows[0].published_grain == "day"
        number = int(page.next["page"]) if page.next else 0
    assert {note.id for note in world.notes_of_topic(name.name, NOW)} <= set(found)
    note = world.notes[next(iter(found))]
    feed = "https://edith.xiaohongshu.com/api/sns/web/v1/feed"
    asked = {"source_note_id": note.id, "xsec_token": note.token}
    check_note(browser, browser.rows(browser.page(feed, body=json.dumps(asked).encode()), feed)[0], logged_in=True)
    assert browser.page(feed, body=json.dumps({**asked, "xsec_token": "x"}).encode()).refusal
    gone = next(n for n in world.notes.values() if n.published < NOW and not world.note_there(n, NOW))
    page = browser.page(feed, body=json.dumps({"source_note_id": gone.id, "xsec_token": gone.token}).encode())
    assert browser.rows(page, feed)[0][0].status == "unreachable"

    posted = f"https://edith.xiaohongshu.com/api/sns/web/v1/user_posted?num=30&cursor=&user_id={note.uid}"
    profile = f"https://www.xiaohongshu.com/user/profile/{note.uid}"
    meant = {n.id for n in world.notes.values() if n.uid == note.uid and world.note_there(n, NOW)}
    assert {rows[0].post_id for rows in browser.everything(posted)} == meant
    told = browser.rows(browser.page(profile), profile)
    assert {rows[0].post_id for rows in told if type(rows[0]) is Post} == meant
    (author,) = [rows[0] for rows in told if type(rows[0]) is Author]
    assert (author.name, author.bio or "") == (world.note_authors[note.uid].name, world.note_authors[note.uid].description)

    topics = "https://edith.xiaohongshu.com/web_api/sns/v1/search/topic"
    counts = [rows[0] for rows in browser.rows(browser.page(topics, body=json.dumps({"keyword": name.name}).encode()), topics)]
    assert (name.name, world.topic_views(name, NOW), "exact") in [(row.tag, row.views, row.views_grain) for row in counts]
    shown = f"https://www.xiaohongshu.com/page/topics/{name.page_id}?naviHidden=yes"
    ((row,),) = browser.rows(browser.page(shown), shown)
    assert (row.tag, row.views_grain) == (name.name, "rounded") and abs(row.views / world.topic_views(name, NOW) - 1) < 0.1
    notes = f"https://www.xiaohongshu.com/web_api/sns/v3/page/notes?page_size=20&sort=time&page_id={name.page_id}&cursor=&sid="
    told = browser.everything(notes)
    assert {rows[0].post_id for rows in told if type(rows[0]) is Post} == {n.id for n in world.notes_of_topic(name.name, NOW)}
    for rows in told:
        if type(rows[0]) is HashtagCount:
            assert rows[0].discussions == len(world.notes_of_topic(name.name, NOW))


def test_comments_and_replies_of_a_note(browser):
    world = browser.world
    note = max(sorted({row.post for row in world.note_comments}), key=lambda name: len(world.comments_of(name, NOW)))
    address = f"https://edith.xiaohongshu.com/api/sns/web/v2/comment/page?note_id={note}&cursor=&top_comment_id="
    told = {rows[0].post_id: rows for rows in browser.everything(address)}
    meant = {row.cid: row for row in world.note_comments if row.post == note and row.published <= NOW}
    answered = [row.root for row in meant.values() if row.root]
    for root in dict.fromkeys(answered):
        replies = f"https://edith.xiaohongshu.com/api/sns/web/v2/comment/sub/page?note_id={note}&root_comment_id={root}&num=10&cursor="
        told |= {rows[0].post_id: rows for rows in browser.everything(replies)}
    assert set(told) == set(meant)
    for cid, rows in told.items():
        assert (rows[0].text, rows[0].author_id) == (meant[cid].text.strip(), meant[cid].uid)
        assert (rows[0].root_id, rows[0].parent_id) == (note, meant[cid].root or note)


def test_walls_are_told_apart(browser):
    for address, kind in (
        ("https://www.xiaohongshu.com/search_result?keyword=x", "login"),
        ("https://s.weibo.com/weibo?q=x", None),
        ("https://weibo.com/ajax/statuses/mymblog?uid=1", None),
        (mobile_search("x"), None),
    ):
        refused = browser.page(address, logged_in=False).refusal
        assert refused and (refused.kind == kind or (kind is None and refused.kind in ("login", "visitor"))), (address, refused)
