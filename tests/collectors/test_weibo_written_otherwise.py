"""Weibo's answers as another honest server would write them: numbers as text, fields left out, other nesting, other spaces."""

import json
from datetime import datetime

import pytest

from collectors.platforms import Answer, weibo
from tests.collectors.invented_answers import SEARCH, cards, mblog
from tests.collectors.test_platform_weibo import SEARCH_PAGE, SHOW, S, all_rows, of_post, page


def ids(found):
    return [str(item.told["id"]) for item in found.items]


def test_types_of_cards_may_be_text_or_left_out_and_groups_may_hold_groups():
    told = cards()
    told["data"]["cards"] = [
        {"card_type": "9", "mblog": mblog(1)},
        {"card_type": "11", "card_group": [{"mblog": mblog(2)}, {"card_type": 11, "card_group": [{"card_type": 9, "mblog": mblog(3)}]}]},
        {"card_type": 4, "mblog": None},
        {"card_type": 9},
        {"card_type": 11, "card_group": None},
        None,
    ]
    assert ids(page(SEARCH, told)) == ["5300000000000001", "5300000000000002", "5300000000000003"]


def test_a_page_without_posts_for_everybody_is_not_the_last():
    hidden = page(SEARCH, cards(mblog(1, visible={"type": 1})))
    assert hidden.items == () and hidden.next == {"page": "2"}
    told = cards()
    told["data"]["cards"] = [{"card_type": 8, "desc": "banner"}]
    assert page(SEARCH, told).next == {"page": "2"}


@pytest.mark.parametrize("visible", [{"type": 0}, {"type": "0", "list_id": "0"}, {}, None])
def test_what_is_public_may_be_told_as_text_or_not_at_all(visible):
    assert len(page(SEARCH, cards(mblog(1, visible=visible))).items) == 1


def test_ids_and_counts_may_be_numbers_or_text():
    number = mblog(1)
    text = json.loads(json.dumps(number))
    number |= {"id": 5300000000000001, "mid": 5300000000000001, "reposts_count": 12, "attitudes_count": 7}
    text |= {"reposts_count": "12", "attitudes_count": "7"}
    text["user"] = {**text["user"], "id": str(text["user"]["id"])}
    told = [all_rows(SEARCH, cards(one)) for one in (number, text)]
    assert {(rows[0].post_id, rows[0].author_id, rows[1].reposts, rows[1].likes) for rows in told} == {
        ("5300000000000001", "7000000001", 12, 7)
    }


@pytest.mark.parametrize("left_out", ["bid", "mid", "region_name", "source", "pics", "pic_ids", "visible", "mblogtype", "textLength"])
def test_a_post_without_one_of_its_fields_is_a_post(left_out):
    whole = mblog(1)
    whole.pop(left_out, None)
    told = all_rows(SEARCH, cards(whole))[0]
    assert (told.post_id, told.text) == ("5300000000000001", of_post()[0].text)


@pytest.mark.parametrize(
    ("status", "says", "kind"),
    [
        (418, "", "too_fast"), (432, "此微博已被作者删除", "blocked"), (414, "", "blocked"), (403, "", "blocked"),
        (403, "根据博主设置，此内容无法访问", None), (200, "此微博已被作者删除", None),
    ],
)  # fmt: skip
def test_a_refusal_that_looks_like_a_post_that_is_gone(status, says, kind):
    found = page(SHOW, {"ok": 0, "msg": says}, status=status)
    assert (found.refusal.kind if found.refusal else None) == kind
    assert [item.kind for item in found.items] == ([] if kind else ["gone"])


def test_a_list_that_is_asked_too_fast_is_no_empty_list():
    assert page(SEARCH, {"ok": 0, "msg": "请求过于频繁，歇歇吧", "data": {"cards": []}}).refusal.kind == "too_fast"


def test_a_mark_of_byte_order_hides_no_refusal():
    told = b"\xef\xbb\xbf" + json.dumps({"ok": -100, "url": "https://m.weibo.cn/captcha?scene=limit"}).encode()
    assert page(SEARCH, told).refusal.kind == "captcha"


@pytest.mark.parametrize("code", ["100000", 100000])
@pytest.mark.parametrize("count", [{"read": 31927522, "mention": 28998}, {"read": "31927522", "mention": "28998"}])
def test_a_topic_in_both_shapes(code, count):
    address = "https://m.s.weibo.com/ajax_topic/detail?q=%23x%23"
    topic = {"topic_ori": "x", "object": {"biz": {"containerid": "231522" + "0" * 32}}, "count": count}
    [row] = all_rows(address, {"data": {"baseInfo": topic, "baseData": {}}, "code": code})
    assert (row.views, row.views_grain, row.discussions, row.originals) == (31927522, "exact", 28998, None)
    shown = {"r": {"val": 3192.8, "unit": "万"}, "m": {"val": "2.9", "unit": "万"}, "ori_um": None}
    for layer in (shown, {"sum_all": shown}):
        [row] = all_rows(address, {"code": code, "data": {"baseData": layer}})
        assert (row.tag, row.views, row.views_grain, row.discussions) == ("x", 31928000, "rounded", 29000)


@pytest.mark.parametrize("config", ["$CONFIG['product']='search'", '$CONFIG["product"] = "search"', "$CONFIG['product']  =  'search'"])
def test_the_search_site_is_known_by_its_own_word_however_spaced(config):
    text = f"<html><head><title>x</title><script>{config}; $CONFIG['islogin']='1';</script></head><body>验证码</body></html>"
    assert page(S, text).refusal is None
    plain = SEARCH_PAGE.replace("$CONFIG['islogin'] = '1';", "$CONFIG['islogin']=1;")
    assert plain != SEARCH_PAGE and page(S, plain).items[0].surface.endswith("logged in")


def test_nothing_found_may_be_told_in_words_alone():
    found = page(S, "<html><head><title>微博搜索</title></head><body><p>抱歉，未找到相关结果。</p></body></html>")
    assert found.empty and found.says


def test_an_answer_without_any_of_its_optional_parts_is_empty():
    for told in ({"ok": 1}, {"ok": 1, "data": {}}, {"ok": 1, "data": {"cards": None}}, {"data": {"cards": {}}, "ok": "1"}):
        assert page(SEARCH, told).empty
    assert weibo.page(Answer(address=SEARCH, body=b'{"ok":1}', seen_at=datetime(2031, 1, 1))).next is None
