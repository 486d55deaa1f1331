"""Something else where an answer's list, post or note should stand: it is refused or counted, never taken for "nothing there" or "gone".

Found by tests/hostile/test_changed_files.py.
"""

import json
from datetime import datetime

import pytest

from collectors.formats import har
from data.model import HotSearch, Sighting, Trend
from tests.collectors.invented_answers import NOTE, NOTE_PAGE, SEARCH, cards, entry, mblog, note, note_page, state_page
from tests.collectors.invented_answers import har as har_file
from tests.collectors.recorded import told
from tests.collectors.test_platform_weibo import SEARCH_PAGE, SHOW, S
from tests.collectors.test_platform_weibo import all_rows as weibo_rows
from tests.collectors.test_platform_weibo import page as weibo
from tests.collectors.test_platform_xiaohongshu import COMMENTS, EDITH, FEED, SITE
from tests.collectors.test_platform_xiaohongshu import SEARCH as NOTES
from tests.collectors.test_platform_xiaohongshu import all_rows as note_rows
from tests.collectors.test_platform_xiaohongshu import page as xiaohongshu

AJAX, TOPIC = "https://weibo.com/ajax", "https://m.s.weibo.com/ajax_topic"
HOT = "https://m.weibo.cn/api/container/getIndex?containerid=106003type%3D25"
COMMENTS_OF_POST = "https://m.weibo.cn/comments/hotflow?id=5"


@pytest.mark.parametrize("odd", ["x", 7, True])
@pytest.mark.parametrize(
    ("page", "address", "answer"),
    [
        (weibo, SEARCH, lambda odd: {"ok": 1, "data": odd}),
        (weibo, SEARCH, lambda odd: {"ok": 1, "data": {"cards": odd}}),
        (weibo, f"{AJAX}/statuses/mymblog?uid=1", lambda odd: {"ok": 1, "data": {"list": odd}}),
        (weibo, f"{AJAX}/statuses/repostTimeline?id=5", lambda odd: {"ok": 1, "data": odd}),
        (weibo, f"{AJAX}/statuses/search?q=x", lambda odd: {"ok": 1, "statuses": odd}),
        (weibo, f"{AJAX}/statuses/buildComments?id=5", lambda odd: {"ok": 1, "data": odd}),
        (weibo, COMMENTS_OF_POST, lambda odd: {"ok": 1, "data": {"data": odd}}),
        (weibo, "https://m.weibo.cn/statuses/extend?id=5", lambda odd: {"ok": 1, "data": odd}),
        (weibo, f"{AJAX}/side/hotSearch", lambda odd: {"ok": 1, "data": {"realtime": odd}}),
        (weibo, HOT, lambda odd: {"ok": 1, "data": {"cards": odd}}),
        (weibo, f"{TOPIC}/detail?q=x", lambda odd: {"code": 100000, "data": odd}),
        (weibo, f"{TOPIC}/detail?q=x", lambda odd: {"code": 100000, "data": {"baseInfo": odd}}),
        (weibo, f"{TOPIC}/trend?q=x", lambda odd: {"code": 100000, "data": {"read": odd}}),
        (xiaohongshu, NOTES, lambda odd: {"code": 0, "data": {"items": odd}}),
        (xiaohongshu, FEED, lambda odd: {"code": 0, "data": odd}),
        (xiaohongshu, COMMENTS, lambda odd: {"code": 0, "data": {"comments": odd}}),
        (xiaohongshu, f"{EDITH}/api/sns/web/v1/user_posted?user_id=u", lambda odd: {"code": 0, "data": {"notes": odd}}),
        (xiaohongshu, f"{EDITH}/web_api/sns/v1/search/topic", lambda odd: {"code": 0, "data": {"topic_info_dtos": odd}}),
        (xiaohongshu, f"{SITE}/web_api/sns/v3/page/notes?page_id=5a", lambda odd: {"code": 0, "data": {"notes": odd}}),
        (xiaohongshu, f"{SITE}/user/profile/{NOTE}", lambda odd: state_page({"user": {"notes": odd}})),
        (xiaohongshu, f"{SITE}/search_result?keyword=x", lambda odd: state_page({"search": {"feeds": odd}})),
        (xiaohongshu, NOTE_PAGE, lambda odd: state_page({"note": {"noteDetailMap": odd}})),
        (xiaohongshu, NOTE_PAGE, lambda odd: note_page(odd)),
    ],
)
def test_something_else_in_the_place_of_a_list_is_no_empty_list(page, address, answer, odd):
    with pytest.raises(ValueError, match="something else stands"):
        page(address, answer(odd))


@pytest.mark.parametrize(
    ("page", "address", "answer", "kind"),
    [
        (weibo, SEARCH, {"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": mblog(1)}, "x", None]}}, "no cards"),
        (
            weibo,
            SEARCH,
            {"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": mblog(1)}, *[{"card_type": 9, "mblog": 7}] * 2]}},
            "no posts",
        ),
        (weibo, f"{AJAX}/statuses/mymblog?uid=1", {"ok": 1, "data": {"list": [7, mblog(1), None]}}, "no posts"),
        (weibo, COMMENTS_OF_POST, {"ok": 1, "data": {"data": [{"id": 1, "comments": "x"}, "y"]}}, "no comments"),
        (weibo, f"{AJAX}/side/hotSearch", {"data": {"realtime": [{"word": "x"}, {"word": []}, 7]}}, "without words"),
        (weibo, HOT, {"data": {"cards": [{"card_group": [{"desc": "x"}, {"desc": {}}, 7]}]}}, "without words"),
        (xiaohongshu, COMMENTS, {"code": 0, "data": {"comments": [{"id": "c", "sub_comments": "x"}, 7]}}, "no comments"),
        (xiaohongshu, f"{EDITH}/web_api/sns/v1/search/topic", {"data": {"topic_info_dtos": [{"id": "t"}, "x", 7]}}, "no topics"),
    ],
)
def test_entries_that_cannot_be_one_are_counted(page, address, answer, kind):
    found = page(address, answer)
    assert len(found.items) == 1
    assert [(name.endswith(kind), number) for name, number in found.left_out.items()] == [(True, 2)]


def test_a_line_of_the_summary_without_words_is_counted():
    row = '<tr><td class="td-01">{}</td><td class="td-02"><a href="/weibo?q=x">{}</a></td></tr>'
    html = f"<html><table><tbody>{row.format(1, '')}{row.format(2, '纸桥')}</tbody></table></html>"
    found = weibo("https://s.weibo.com/top/summary", html)
    assert [item.told["title"] for item in found.items] == ["纸桥"] and found.left_out == {"entries of hot lists without words": 1}


@pytest.mark.parametrize("visible", [{"type": True}, {"type": [0]}, {"type": {}}, 1, "x", [1], {"type": "x"}, {"type": 0.5}])
def test_what_cannot_be_read_is_not_taken_for_public(visible):
    found = weibo(SEARCH, cards(mblog(1, visible=visible), mblog(2, retweeted_status=mblog(3, visible=visible, text="私密"))))
    (item,) = found.items
    assert found.left_out == {"posts that are not public": 1} and "私密" not in json.dumps(item.told, ensure_ascii=False)


@pytest.mark.parametrize("odd", [7, {"desc": {}, "desc_extr": 5}, {"a": 1}, {"desc": "纸灯会", "desc_extr": ["x"]}])
def test_a_damaged_line_of_the_mobile_hot_list_moves_no_other(odd):
    told = {"data": {"cards": [{"card_group": [odd, {"desc": "纸桥", "desc_extr": 321}]}]}}
    *_, row = weibo_rows(HOT, told)
    assert type(row) is HotSearch and (row.title, row.rank, row.heat) == ("纸桥", 2, 321)


@pytest.mark.parametrize("odd", [True, ["x"], {"a": 1}])
def test_a_long_text_that_is_no_text_is_refused(odd):
    with pytest.raises(ValueError, match="no long text"):
        weibo_rows("https://m.weibo.cn/statuses/extend?id=5", {"ok": 1, "data": {"longTextContent": odd}})


@pytest.mark.parametrize("odd", [7, {"topic_ori": "x", "count": "x"}])
def test_counters_beside_a_search_that_are_none_cost_no_post(odd):
    *posts, counters = weibo(f"{AJAX}/statuses/search?q=x", {"ok": 1, "statuses": [mblog(1)], "topicHeads": odd}).items
    assert [item.kind for item in (*posts, counters)] == ["post", "topic"]


@pytest.mark.parametrize("told", [{"ok": 1}, {"ok": 1, "data": {"text": "话"}}])
def test_a_post_is_not_gone_because_its_id_is(told):
    with pytest.raises(ValueError, match="the answer holds no post"):
        weibo_rows(SHOW, told)


def test_the_end_of_time_is_a_slot_like_any_other():
    (row,) = weibo_rows(f"{TOPIC}/trend?q=x", {"code": 100000, "data": {"read": [{"time": "9999-12-31 23:59:59", "value": 5}]}})
    assert type(row) is Trend and row.slot_start == datetime(9999, 12, 31, 15, 59, 59) and row.partial


@pytest.mark.parametrize("body", ["", "x", '{"ok":1}'])
def test_what_is_no_page_is_no_search_without_results(body):
    with pytest.raises(ValueError, match="page of the search"):
        weibo(S, body)


def test_the_head_of_a_search_without_its_hashtag_is_refused():
    head = '<div class="card-topic-a"><h1></h1><div class="total"><span>阅读3.2亿</span></div></div>'
    with pytest.raises(ValueError, match="no hashtag"):
        weibo_rows(S, SEARCH_PAGE.replace("<body>", f"<body>{head}"))


@pytest.mark.parametrize("odd", [None, "", 7, "x", [], {"a": 1}])
def test_a_damaged_id_makes_no_note_gone(odd):
    post, sighting, *_ = note_rows(NOTE_PAGE, note_page(note(noteId=odd)))
    assert type(sighting) is Sighting and (post.post_id, sighting.status) == (NOTE, "visible")


@pytest.mark.parametrize("odd", ["x", 7, {"list": "x"}])
def test_damaged_comments_cost_no_note(odd):
    found = xiaohongshu(NOTE_PAGE, state_page({"note": {"noteDetailMap": {NOTE: {"note": note(), "comments": odd}}}}))
    assert [item.kind for item in found.items] == ["note"] and found.left_out == {"entries of lists that are no comments": 1}


@pytest.mark.parametrize("odd", [None, "x", True, [], 0.5, -1, 10**30])
def test_an_entry_that_does_not_say_what_became_of_it_is_quarantined(odd):
    whole = entry(SEARCH, cards(mblog(1)))
    found = told(har, har_file({**whole, "response": {**whole["response"], "status": odd}}), "a.har")
    assert found.reasons == ["the entry lacks its request or its response"] and not found.warnings


@pytest.mark.parametrize("odd", ["x", 7, True, ["GET"]])
def test_an_entry_that_does_not_say_how_it_was_asked_for_is_quarantined(odd):
    whole = entry(SEARCH, cards(mblog(1)))
    found = told(har, har_file({**whole, "request": {**whole["request"], "method": odd}}), "a.har")
    assert found.reasons == ["the entry lacks its request or its response"] and not found.warnings


@pytest.mark.parametrize("told_", [{"method": None}, {"method": "get"}, {"method": ""}])
def test_an_entry_is_read_however_it_says_so(told_):
    whole = entry(SEARCH, cards(mblog(1)), status="200")
    assert len(told(har, har_file({**whole, "request": {**whole["request"], **told_}}), "a.har").rows) == 1
