"""Xiaohongshu's answers as another honest server would write them: other wrappings, codes as text, words without a code, other 404s."""

import json

import pytest

from collectors.platforms import Answer, xiaohongshu
from data.model import HashtagCount
from tests.collectors.invented_answers import NOTE, NOTE_PAGE, note, note_page, state_page
from tests.collectors.test_platform_xiaohongshu import FEED, SEARCH, SITE, all_rows, page, rows

OTHER = "0" * 23 + "9"
UID = "5f0000000000000000000001"
CODES = {
    300011: ("", "account"),
    300012: ("网络连接异常，请检查网络设置或重启试试", "blocked"),
    300013: ("访问频次异常，请勿频繁操作或重启试试", "too_fast"),
    300015: ("浏览器异常，请尝试关闭/卸载风险插件或重启试试！", "signature"),
    300017: ("访问链接异常", "link"),
    -100: ("登录已过期", "login"),
    -101: ("无登录信息", "login"),
    -104: ("", "permission"),
}
GONE = {-510000: "", -510001: "笔记状态异常，请稍后查看", 300031: "当前笔记暂时无法浏览"}


def about(found):
    return [(item.kind, item.about or item.told.get("note_id")) for item in found.items]


# The state ----------------------------------------------------------------------------------------------------------------


def test_a_title_that_looks_like_the_state_is_not_the_state():
    whole = note_page()
    title = "<title>window.__INITIAL_STATE__={}</title>"
    odd = whole.replace("<script", f"<head>{title}</head><script type=text/javascript>/* x */</script ><SCRIPT nonce='a'", 1)
    assert about(page(NOTE_PAGE, odd)) == [("note", NOTE), *about(page(NOTE_PAGE, whole))[1:]]


@pytest.mark.parametrize("around", ["\n  window.__INITIAL_STATE__ =\n {};\n", "window.__INITIAL_STATE__= {} ;(function(){var s;}())"])
def test_white_space_and_scripts_around_the_state(around):
    state = json.dumps({"note": {"noteDetailMap": {NOTE: {"note": note()}}}})
    assert about(page(NOTE_PAGE, f"\ufeff\n<html><script>{around.replace('{}', state, 1)}</script></html>")) == [("note", NOTE)]


def test_the_newest_state_counts_where_the_old_one_is_empty():
    store = json.dumps({"LAUNCHER_SSR_STORE_PAGE_DATA": {"noteData": note()}})
    text = f"<script>window.__INITIAL_STATE__={{}}</script><script>window.__SETUP_SERVER_STATE__={store}</script>"
    assert about(page(NOTE_PAGE, text)) == [("note", NOTE)]


def test_a_note_is_known_by_the_key_it_stands_under():
    bare = {name: value for name, value in note().items() if name != "noteId"}
    assert about(page(NOTE_PAGE, note_page(bare))) == [("note", NOTE)]
    first = {"note": {"firstNoteId": NOTE, "noteDetailMap": {NOTE: {"note": bare}}}}
    assert about(page(f"{SITE}/explore/{NOTE}?xsec_token=x", state_page(first))) == [("note", NOTE)]


def test_another_note_in_place_of_a_missing_one_is_not_that_one():
    state = {"note": {"firstNoteId": OTHER, "noteDetailMap": {OTHER: {"note": note(noteId=OTHER)}}}}
    assert about(page(NOTE_PAGE, state_page(state))) == [("gone", NOTE)]


def test_a_note_on_the_page_of_its_author_is_the_note():
    address = f"{SITE}/user/profile/{UID}/{NOTE}?xsec_token=x"
    assert about(page(address, note_page())) == about(page(NOTE_PAGE, note_page()))
    assert about(page(address, note_page({}))) == [("gone", NOTE)]


def test_all_of_a_state_may_be_wrapped():
    def wrap(told):
        return {"_rawValue": told}

    detail = wrap({"note": wrap(note())})
    state = {"note": wrap({"firstNoteId": wrap(NOTE), "noteDetailMap": wrap({NOTE: detail})})}
    assert about(page(NOTE_PAGE, state_page(state))) == [("note", NOTE)]
    told = {"note": wrap({"noteDetailMap": wrap({}), "serverRequestInfo": wrap({"errCode": "-510001", "errMsg": "x"})})}
    assert all_rows(NOTE_PAGE, state_page(told))[0].status_wording == "-510001 x"


# Notes --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left_out",
    ["type", "title", "time", "lastUpdateTime", "ipLocation", "user", "interactInfo", "imageList", "tagList", "atUserList", "xsecToken"],
)
def test_a_note_without_one_of_its_fields_is_a_note(left_out):
    post, sighting, *_ = all_rows(NOTE_PAGE, note_page({name: value for name, value in note().items() if name != left_out}))
    assert (post.post_id, sighting.status) == (NOTE, "visible")
    assert (sighting.likes is None) == (left_out == "interactInfo") and (post.published_at is None) == (left_out == "time")


@pytest.mark.parametrize("time", [1935000000000, "1935000000000", 1935000000000.0, 1935000000])
def test_a_time_may_be_a_number_or_text(time):
    assert all_rows(NOTE_PAGE, note_page(note(time=time)))[0].published_at == all_rows(NOTE_PAGE, note_page(note()))[0].published_at


@pytest.mark.parametrize(
    ("shown", "value", "grain"),
    [
        (9999, 9999, "exact"), ("0", 0, "exact"), (0, 0, "exact"), ("", None, None), (None, None, None), ("1万", 10000, "rounded"),
        ("1.9万", 19000, "rounded"), (" 1.2 万 ", 12000, "rounded"), ("10万+", 100000, "at_least"), ("10+", 10, "at_least"),
        ("1千+", 1000, "at_least"), ("1万+", 10000, "at_least"),
    ],
)  # fmt: skip
def test_every_form_of_a_count(shown, value, grain):
    seen = all_rows(NOTE_PAGE, note_page(note(interactInfo={"likedCount": shown, "collectedCount": "3"})))[1]
    assert (seen.likes, seen.likes_grain, seen.favourites, seen.comments) == (value, grain, 3, None)


@pytest.mark.parametrize("name", ["nickname", "nickName"])
def test_names_go_by_either_name(name):
    told = note(user={"userId": UID, name: "折纸人"}, atUserList=[{"userId": "u2", name: "云朵"}])
    post = all_rows(NOTE_PAGE, note_page(told))[0]
    assert (post.author_id, post.author_name, post.mentions) == (UID, "折纸人", ("云朵",))


def test_only_topics_are_hashtags_and_other_tags_are_not():
    told = note(
        desc="#风筝[话题]# 好", tagList=[{"id": "1", "name": "手工", "type": "topic"}, {"name": "云南", "type": "location"}, None, {}]
    )
    post = all_rows(NOTE_PAGE, note_page(told))[0]
    assert (post.text, post.hashtags) == ("#风筝[话题]# 好", ("风筝", "手工"))


# Refusals and what is gone ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_a_code_means_the_same_wherever_it_is_told(code):
    says, kind = CODES[code]
    told = [
        page(SEARCH, {"code": code, "success": False, "msg": says, "data": {}}),
        page(SEARCH, {"code": str(code), "message": says}),
        page(NOTE_PAGE, "", status=302, location=f"/404?source=%2Fexplore&errorCode={code}&errorMsg={says}"),
        page(NOTE_PAGE, "", status=302, location=f"{SITE}/website-login/error?error_code={code}&error_msg={says}"),
        page(NOTE_PAGE, note_page({}, serverRequestInfo={"state": "fail", "errCode": str(code), "errMsg": says})),
        page(f"{SITE}/404/sec_x1?error_code={code}", "<html><body>x</body></html>"),
    ]
    if says:
        told += [
            page(SEARCH, {"success": False, "msg": says}),
            page(SEARCH, {"code": -1, "success": False, "msg": says}),
            page(NOTE_PAGE, "", status=301, location=f"/404?errorMsg={says}"),
            page(NOTE_PAGE, f"<!doctype html>\n<html><body><div>{says}</div></body></html>"),
        ]
    assert [found.refusal.kind if found.refusal else None for found in told] == [kind] * len(told)


@pytest.mark.parametrize("code", GONE)
def test_a_note_is_gone_wherever_that_is_told(code):
    says = GONE[code]
    asked = {"source_note_id": NOTE}
    told = [
        page(FEED, {"code": code, "success": False, "msg": says, "data": {}}, asked=asked),
        page(FEED, {"code": str(code), "data": None}, asked=asked),
        page(NOTE_PAGE, "", status=302, location=f"/404?errorCode={code}&errorMsg={says}"),
        page(NOTE_PAGE, "", status=302, location=f"/404/sec_x1?source=xhs_sec_server&error_code={code}"),
        page(NOTE_PAGE, note_page({}, serverRequestInfo={"errCode": str(code), "errMsg": says}), status=404),
        page(f"{SITE}/404?errorCode={code}&originalUrl=https%3A%2F%2Fwww.xiaohongshu.com%2Fexplore%2F{NOTE}", "<html></html>"),
    ]
    assert [about(found) for found in told] == [[("gone", NOTE)]] * len(told)
    assert {row.status for found in told for item in found.items for row in rows(item)} == {"unreachable"}


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("", {"status": 302, "location": "/404"}),
        ("", {"status": 302, "location": f"{SITE}/404?source=%2Fexplore&errorCode=4711"}),
        ("<html><title>小红书 - 你访问的页面不见了</title></html>", {"status": 404}),
        ("", {"status": 410}),
    ],
)
def test_a_dead_address_says_nothing_of_the_host_or_the_note(body, more):
    found = page(NOTE_PAGE, body, **more)
    assert (found.refusal.kind, found.items) == ("link", ())


@pytest.mark.parametrize("status", [461, 471])
@pytest.mark.parametrize("body", ['{"code":0,"success":true,"data":{}}', '{"code":-510001}', "", "<html></html>"])
def test_a_captcha_is_told_by_the_status_before_the_body(status, body):
    for address in (FEED, NOTE_PAGE):
        found = page(address, body, status=status, asked={"source_note_id": NOTE})
        assert (found.refusal.kind, found.items) == ("captcha", ())


def test_words_of_a_refusal_in_a_sound_page_are_words():
    html = '<div class="summary"><h1>#验证码</h1><div class="meta"><span>12</span>次浏览</div></div><p>访问链接异常怎么办</p>'
    (row,) = all_rows(f"{SITE}/page/topics/5a438d9e", f"<html>{html}</html>")
    assert (row.views, row.tag) == (12, "验证码")
    assert about(page(NOTE_PAGE, note_page(note(desc="访问频次异常 验证码 undefined"))))[0] == ("note", NOTE)


def test_an_answer_that_did_not_succeed_is_no_empty_answer():
    for told in ({"success": False}, {"success": False, "msg": "x", "data": {"has_more": False, "items": []}}):
        assert page(SEARCH, told).refusal.kind == "unknown"


# Topics -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meta", "views"),
    [
        ("<span>1065.3</span>万浏览", 10653000), ("\n  <span>\n 1065.3万 </span>\n <span> 浏览</span>\n", 10653000),
        ("<span>16篇笔记</span> · <span>1,065次浏览</span>", 1065), ("<span>14.4亿</span>次浏览", 1440000000),
    ],
)  # fmt: skip
def test_views_of_a_topic_page_however_it_is_laid_out(meta, views):
    html = f"<section data-v='1' class='x summary y'><h1> 纸鸢 </h1><div data-v=1 class=meta>{meta}</div></section>"
    for body in (html, html.replace("section", "div")):
        (row,) = all_rows(f"{SITE}/page/topics/5a438d9e/", body)
        assert (row.tag, row.views) == ("纸鸢", views)


@pytest.mark.parametrize("total", [16, "16"])
def test_totals_may_be_text(total):
    address = f"{SITE}/web_api/sns/v3/page/notes?page_size=20&sort=time&page_id=5a43&cursor=&sid="
    told = {"data": {"total_user_count": None, "total_note_count": total, "notes": [], "has_more": False}, "success": True}
    (row,) = all_rows(address, told)
    assert (type(row), row.discussions, row.participants) == (HashtagCount, 16, None)
    assert page(address, told).total == 16


def test_a_body_that_is_no_text_is_said():
    with pytest.raises(ValueError, match="state|JSON|empty"):
        xiaohongshu.page(Answer(address=NOTE_PAGE, body=b"\xff\xfe\x00", seen_at=None))
