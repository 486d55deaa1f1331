"""Any part of any answer may be of another type tomorrow: that costs an item or the answer, with a reason, and never the program."""

import copy
import json
import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import platforms
from collectors.markup import text_of_html
from collectors.platforms import Answer
from data.model import TABLE_OF, to_arrow
from tests.collectors.invented_answers import NOTE, NOTE_PAGE, SEARCH, cards, mblog, note, note_page, state_page, user
from tests.collectors.test_mapped import ORIGIN
from tests.collectors.test_platform_weibo import SEARCH_PAGE

MOBILE, AJAX, TOPIC = "https://m.weibo.cn", "https://weibo.com/ajax", "https://m.s.weibo.com/ajax_topic"
SITE, EDITH = "https://www.xiaohongshu.com", "https://edith.xiaohongshu.com"
REPLY = {"id": 2, "rootid": 1, "reply_comment": {"id": 3}, "text": "y", "user": user()}
COMMENT = {"id": 1, "rootid": 1, "text": "x", "user": user(), "comments": [REPLY], "like_counts": 1, "source": "来自云南"}
HEADS = {"topic_ori": "纸鸢", "object": {"display_name": "纸鸢"}, "count": {"read": 5, "mention": 6}}
COUNTERS = {"baseInfo": {**HEADS, "lists_users": [1]}, "baseData": {"sum_all": {"r": {"val": 3.5, "unit": "万"}}}}
THREAD = {
    "id": "c",
    "content": "x",
    "createTime": 1935000000000,
    "userInfo": {"userId": "u"},
    "subComments": [{"id": "d"}],
    "likeCount": "3",
}
DETAIL = {"note": note(), "comments": {"list": [THREAD], "hasMore": True, "cursor": "x"}}
CARD = {"display_title": "x", "corner_tag_info": [{"type": "publish_time", "text": "3天前"}], "interact_info": {"liked_count": "3"}}
EDITED = {"edit_at": "Tue May 06 14:00:00 +0800 2031", "longText": {"longTextContent": "x"}, "topic_struct": [{"topic_title": "x"}]}
ANSWERS = [
    (SEARCH, cards(mblog(1, retweeted_status=mblog(2), **EDITED))),
    (f"{MOBILE}/api/container/getIndex?containerid=1005057000000001", {"ok": 1, "data": {"userInfo": user()}}),
    (f"{MOBILE}/api/container/getIndex?containerid=106003", {"data": {"cards": [{"card_group": [{"desc": "x", "desc_extr": "剧集 12"}]}]}}),
    (f"{MOBILE}/statuses/show?id=5300000000000001", {"ok": 1, "data": mblog(1)}),
    (f"{MOBILE}/statuses/extend?id=5300000000000001", {"ok": 1, "data": {"longTextContent": "x", "attitudes_count": 4}}),
    (f"{MOBILE}/comments/hotflow?id=5", {"ok": 1, "data": {"data": [COMMENT], "max_id": 5, "max_id_type": 1, "total_number": 4}}),
    (f"{AJAX}/statuses/buildComments?id=5", {"ok": 1, "data": [COMMENT], "max_id": 5, "total_number": 4}),
    (f"{AJAX}/statuses/mymblog?uid=1&page=1", {"ok": 1, "data": {"list": [mblog(1)], "since_id": "5", "total": 3}}),
    (f"{AJAX}/statuses/repostTimeline?id=5&page=1", {"ok": 1, "data": [mblog(1)], "max_page": 3, "total_number": 5}),
    (f"{AJAX}/statuses/search?q=x&page=1", {"ok": 1, "statuses": [mblog(1)], "topicHeads": HEADS}),
    (
        f"{AJAX}/side/hotSearch",
        {"ok": 1, "data": {"hotgov": {"word": "a"}, "realtime": [{"word": "x", "num": 1, "realpos": 1, "is_ad": 1}]}},
    ),
    (f"{TOPIC}/detail?q=x", {"code": "100000", "data": COUNTERS}),
    (f"{TOPIC}/trend?q=x", {"code": "100000", "data": {"read": [{"time": "23:40", "value": 5}], "me": [{"time": "23:40", "value": 1}]}}),
    (NOTE_PAGE, ("state", {"user": {"loggedIn": False}, "note": {"firstNoteId": NOTE, "noteDetailMap": {NOTE: DETAIL}}})),
    (f"{SITE}/user/profile/5f0000000000000000000001", ("state", {"user": {"notes": {"_rawValue": [[{"id": NOTE, "noteCard": CARD}]]}}})),
    (f"{SITE}/search_result?keyword=x", ("state", {"search": {"feeds": {"_rawValue": [{"id": NOTE, "noteCard": CARD}]}}})),
    (f"{EDITH}/api/sns/web/v1/feed", {"code": 0, "data": {"items": [{"id": NOTE, "note_card": note()}]}}),
    (f"{EDITH}/api/sns/web/v1/search/notes", {"code": 0, "data": {"has_more": True, "items": [{"id": NOTE, "note_card": CARD}]}}),
    (
        f"{EDITH}/api/sns/web/v2/comment/page?note_id={NOTE}",
        {"code": 0, "data": {"comments": [{"id": "c", "sub_comments": [{"id": "d"}]}]}},
    ),
    (f"{EDITH}/web_api/sns/v1/search/topic", {"code": 0, "data": {"topic_info_dtos": [{"id": "t", "name": "x", "view_num": 5}]}}),
    (
        f"{EDITH}/api/sns/web/v1/user/otherinfo?target_user_id=u",
        {"data": {"basic_info": {"nickname": "x"}, "interactions": [{"count": "3"}]}},
    ),
    (f"{SITE}/web_api/sns/v3/page/notes?page_id=5a", {"data": {"notes": [{"id": NOTE, "likes": 3}], "total_note_count": 3, "cursor": "x"}}),
]
ODD = [
    None,
    0,
    -1,
    1.5,
    1e300,
    "",
    "x",
    "1.2万",
    True,
    [],
    {},
    [1],
    {"a": 1},
    [[]],
    [None],
    {"id": 1},
    "9" * 30,
    10**30,
    "2031-05-06",
    "null",
]


def places(told, path=()):
    yield path
    for name, value in told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ():
        yield from places(value, (*path, name))


def put(told, path, value):
    if not path:
        return value
    told = copy.deepcopy(told)
    inner = told
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return told


def read(address, told):
    """How many items there are and how many of them can be read; every row fits its table."""
    body = state_page(told[1]) if isinstance(told, tuple) else json.dumps(told)
    module = platforms.platform_of(address)
    page = module.page(Answer(address=address, body=body.encode(), seen_at=datetime(2031, 5, 6), asked=b'{"page":1}'))
    readable = 0
    for item in page.items:
        try:
            rows = list(module.rows(item, format="test", sha256="0" * 64, origin=ORIGIN))
        except ValueError:
            continue
        readable += 1
        for row in rows:
            assert to_arrow(TABLE_OF[type(row)], [row]).num_rows == 1
    return len(page.items), readable


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer[0])
def test_as_they_are_all_can_be_read(answer):
    items, readable = read(*answer)
    assert items == readable > 0


def cases():
    for address, told in ANSWERS:
        inside = told[1] if isinstance(told, tuple) else told
        for path in places(inside):
            yield address, told, path


@given(st.sampled_from(list(cases())), st.sampled_from(ODD))
def test_an_odd_part_is_refused_with_a_reason_or_read(case, odd):
    address, told, path = case
    changed = ("state", put(told[1], path, odd)) if isinstance(told, tuple) else put(told, path, odd)
    try:
        read(address, changed)
    except ValueError as error:
        assert type(error) is ValueError and str(error)


HOSTILE = ["<a", "<a ", '<a href="', "<span>全文", "<a>@", "@a", "#a", "//@a:", "<", "&#", "<!--", "<!", " ", "\n", "<p>", "展开"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_read_in_time(text):
    began = time.process_time()
    for address, body in (
        (SEARCH, json.dumps(cards(mblog(1, text=text * 100_000)))),
        ("https://s.weibo.com/weibo?q=x", SEARCH_PAGE.replace("放风筝", text * 100_000)),
        (NOTE_PAGE, note_page(note(desc=text * 100_000))),
    ):
        module = platforms.platform_of(address)
        try:
            page = module.page(Answer(address=address, body=body.encode(), seen_at=datetime(2031, 5, 6)))
            for item in page.items:
                list(module.rows(item, format="test", sha256="0" * 64, origin=ORIGIN))
        except ValueError as error:
            assert "levels deep" in str(error)
    assert time.process_time() - began < 20  # with a parser that looks again from every place: hours


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<a><i>"])
def test_a_page_nested_beyond_all_measure_is_refused(tag):
    body = SEARCH_PAGE.replace("放风筝", tag * 5000)
    with pytest.raises(ValueError, match="levels deep"):
        platforms.module("weibo").page(Answer(address="https://s.weibo.com/weibo?q=x", body=body.encode(), seen_at=None))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a <b", "a <b"),
        ("a<b>c</b> & d &amp; e<br/>f", "ac & d & e\nf"),
        ("x</p", "x</p"),
        ("1 > 0", "1 > 0"),
        ('<img alt="[心]">&lt;b&gt;', "[心]<b>"),
        ("<a <a <a", "<a <a <a"),
    ],
)
def test_text_of_html(html, text):
    assert text_of_html(html) == text
