"""An invented answer of every address that PROTOCOLS describes and a recording may hold, two records in each where it holds a list.

Written from the description of the protocols alone, as `counted.py` is.
"""

import json
from pathlib import Path
from typing import Any

from tests.collectors.invented_answers import (
    NOTE_PAGE,
    SEARCH,
    cards,
    entry,
    har,
    mblog,
    note,
    note_page,
    state_page,
    user,
    warc_file,
    warc_record,
)

MOBILE, AJAX, TOPIC, PAGES = "https://m.weibo.cn", "https://weibo.com/ajax", "https://m.s.weibo.com/ajax_topic", "https://s.weibo.com"
SITE, EDITH = "https://www.xiaohongshu.com", "https://edith.xiaohongshu.com"
ACCOUNT = "5f0000000000000000000001"


def of_note(number: int) -> str:
    return f"6a1b2c3d4e5f6a7b8c9d0{number:03d}"


def comment(number: int, **more: Any) -> dict[str, Any]:
    """A comment under a Weibo post."""
    told = {"id": 4900000000000000 + number, "text": f"好{number}", "created_at": "Tue May 06 14:10:00 +0800 2031", "source": "来自云南"}
    return {**told, "user": user(number), "like_count": number, "total_number": 0, "comments": False} | more


def thread(first: int) -> list[dict[str, Any]]:
    """Two comments, an answer to the first."""
    answer = comment(first + 1, rootid=4900000000000000 + first)
    return [comment(first, rootid=4900000000000000 + first, comments=[answer]), comment(first + 2)]


def desktop(number: int, **more: Any) -> dict[str, Any]:
    """A post of the desktop's interface."""
    told = mblog(number, id=5300000000000000 + number, idstr=str(5300000000000000 + number), mblogid=f"Kk{number:07d}", **more)
    return told | {"text_raw": f"#纸鸢# 放风筝{number}", "attitudes_count": 7, "comments_count": 8, "visible": {"type": 0, "list_id": 0}}


def below(first: int) -> list[dict[str, Any]]:
    """Two comments under a note, an answer to the first."""

    def told(number: int, **more: Any) -> dict[str, Any]:
        who = {"user_id": f"5f{number:022d}", "nickname": f"纸人{number}"}
        one = {"id": f"6b{number:022d}", "content": f"好看{number}", "create_time": 1935000100000 + number, "ip_location": "广东"}
        return {**one, "like_count": "12", "sub_comment_count": "0", "user_info": who} | more

    return [told(first, sub_comments=[told(first + 1)]), told(first + 2, sub_comments=[])]


def card(number: int, **more: Any) -> dict[str, Any]:
    """A note in a list of the interface."""
    who = {"user_id": ACCOUNT, "nick_name": "折纸人", "nickname": "折纸人"}
    return {"type": "normal", "display_title": f"纸鸢{number}", "user": who, "interact_info": {"liked_count": f"{number}"}} | more


def in_state(number: int) -> dict[str, Any]:
    """A note in a list of a page's state."""
    told = {"displayTitle": f"纸鸢{number}", "type": "normal", "interactInfo": {"likedCount": f"{number}"}}
    return {"id": of_note(number), "xsecToken": "SECRET", "noteCard": told | {"user": {"userId": ACCOUNT, "nickName": "折纸人"}}}


def found_page(*cards: str, head: str = "") -> str:
    """A page of s.weibo.com."""
    return (
        "<!DOCTYPE html><html><head><title>微博搜索</title><script>$CONFIG['product'] = 'search'; $CONFIG['islogin'] = '1';</script></head>"
        f'<body><div id="pl_feedlist_index">{head}{"".join(cards)}</div></body></html>'
    )


def found_card(number: int) -> str:
    mid, account = 5300000000000000 + number, 7000000000 + number
    return f"""<!--card-wrap--><div class="card-wrap" action-type="feed_list_item" mid="{mid}"><div class="card"><div class="card-feed">
<div class="content"><div class="info"><a href="//weibo.com/{account}?refer_flag=1" class="name" nick-name="纸船{number}">纸船</a></div>
<div class="from"><a href="//weibo.com/{account}/Kk{number:07d}?refer_flag=1">今天08:15</a> 来自 <a href="x">纸手机</a></div>
<p class="txt" node-type="feed_list_content" nick-name="纸船{number}"><a href="x">#纸鸢#</a> 放风筝{number}</p></div></div>
<div class="card-act"><ul><li><a action-type="feed_list_forward">转发</a></li><li><a action-type="feed_list_comment">12</a></li>
<li><a action-type="feed_list_like" action-data="mid={mid}"><button><span class="woo-like-count">赞</span></button></a></li></ul></div>
</div></div><!--/card-wrap-->"""


HEAD = """<div class="card-topic-a"><div class="info" id="pl_topic_header"><div class="title"><h1><a href="x">#纸鸢#</a></h1></div>
<div class="total"><span>阅读3.2亿</span><span>讨论1.4万</span></div></div></div>"""
HOT = """<!DOCTYPE html><html><head><title>微博搜索</title></head><body><div id="pl_top_realtimehot"><table><tbody>
<tr><td class="td-01"></td><td class="td-02"><a href="/weibo?q=%23a%23">折纸节</a></td><td class="td-03"></td></tr>
<tr><td class="td-01">1</td><td class="td-02"><a href="/weibo?q=b">纸灯会</a><span>剧集 4321</span></td><td class="td-03">新</td></tr>
<tr><td class="td-01">2</td><td class="td-02"><a href="/weibo?q=c">纸桥</a><span>321</span></td><td class="td-03"></td></tr>
</tbody></table></div></body></html>"""
NOTHING = found_page(found_card(90), head='<div class="card card-no-result"><p>抱歉，未找到相关结果。</p></div>')
HEADS = {
    "topic_ori": "纸鸢",
    "object": {"display_name": "#纸鸢#", "biz": {"containerid": f"231522{'a' * 32}"}},
    "count": {"read": 5, "mention": 6},
}
COUNTERS = {"baseInfo": HEADS, "baseData": {"sum_all": {"r": {"val": 3.5, "unit": "万"}}}}
SLOTS = {"read": [{"time": "13:50", "value": 5}, {"time": "14:00", "value": 7}], "me": [{"time": "13:50", "value": 1}]}
GROUPED = {
    "card_type": 11,
    "card_group": [{"card_type": 9, "mblog": mblog(12)}, {"card_type": 4, "desc": "x"}, {"card_type": 10, "user": user()}],
}
FOUND = cards(mblog(10), mblog(11, retweeted_status=mblog(13)))
FOUND["data"]["cards"] += [GROUPED, {"card_type": 8, "mblog": mblog(14)}]
DETAIL = f"""<!DOCTYPE html><html><body><script>
var config = {{}};
var $render_data = [{json.dumps({"status": mblog(21), "hotScheme": "x"}, ensure_ascii=False)}][0] || {{}};
var __wb_performance_data={{v:'v8'}};
</script></body></html>"""
NOTES = [
    {"id": of_note(n), "type": "normal", "title": f"纸{n}", "desc": "", "likes": n, "create_time": 1935000000000 + n} for n in (80, 81)
]
TOLD_OF = {"user": {"loggedIn": False}}
PAGE_OF_TOPIC = '<html><div class="summary"><div class="title">#纸鸢</div><div class="meta"><span>1065.3</span>万浏览</div></div></html>'


def container(name: str) -> str:
    return f"{MOBILE}/api/container/getIndex?containerid={name}"


def xhs(**data: Any) -> dict[str, Any]:
    return {"code": 0, "success": True, "data": data}


ANSWERS: list[tuple[str, Any, dict[str, Any]]] = [
    (SEARCH, FOUND, {}),
    (container("1076037000000001"), cards(mblog(15), mblog(16), since_id=5), {}),
    (
        container("106003type%3D25%26t%3D3%26disable_hot%3D1%26filter_type%3Drealtimehot"),
        {"ok": 1, "data": {"cards": [{"card_group": [{"desc": "折纸节", "desc_extr": 4321}, {"desc": "纸桥", "desc_extr": "剧集 321"}]}]}},
        {},
    ),
    (f"{MOBILE}/statuses/show?id=5300000000000020", {"ok": 1, "data": mblog(20)}, {}),
    (f"{MOBILE}/statuses/show?id=5300000000000022", {"ok": 0, "msg": "该微博因违反《微博社区公约》的相关规定，已被删除"}, {}),
    (f"{MOBILE}/detail/5300000000000021", DETAIL, {}),
    (f"{MOBILE}/statuses/extend?id=5300000000000023", {"ok": 1, "data": {"longTextContent": "#纸鸢# 全文", "attitudes_count": 4}}, {}),
    (
        f"{MOBILE}/comments/hotflow?id=5300000000000020&mid=5300000000000020&max_id_type=0",
        {"ok": 1, "data": {"data": thread(30), "max_id": 0, "max_id_type": 0, "total_number": 3}},
        {},
    ),
    (f"{AJAX}/statuses/show?id=Kk0000040", {"ok": 1, **desktop(40)}, {}),
    (f"{AJAX}/statuses/longtext?id=K3fnuEfZK", {"ok": 1, "data": {"longTextContent": "#纸鸢# 全文", "longTextContent_raw": "x"}}, {}),
    (
        f"{AJAX}/statuses/mymblog?uid=7000000001&page=1&feature=0",
        {"ok": 1, "data": {"list": [desktop(41), desktop(42)], "since_id": ""}},
        {},
    ),
    (f"{AJAX}/statuses/searchProfile?uid=7000000001&page=1&q=x", {"ok": 1, "data": {"list": [desktop(43), desktop(44)], "total": 2}}, {}),
    (f"{AJAX}/statuses/buildComments?id=5300000000000040&count=20", {"ok": 1, "data": thread(50), "max_id": 0, "total_number": 3}, {}),
    (f"{AJAX}/statuses/repostTimeline?id=5300000000000040&page=1", {"ok": 1, "data": [desktop(45), desktop(46)], "max_page": 1}, {}),
    (
        f"{AJAX}/side/hotSearch",
        {
            "ok": 1,
            "data": {
                "hotgov": {"word": "#折纸节#"},
                "realtime": [{"word": "纸灯会", "num": 4321, "realpos": 1}, {"word": "纸桥", "num": 321, "is_ad": 1}],
            },
        },
        {},
    ),
    (
        f"{AJAX}/statuses/hot_band",
        {"ok": 1, "data": {"band_list": [{"word": "纸灯会", "num": 4, "realpos": 1}, {"word": "纸桥", "num": 3, "realpos": 2}]}},
        {},
    ),
    (
        f"{AJAX}/statuses/search?q=%23%E7%BA%B8%E9%B8%A2%23&page=1",
        {"ok": 1, "statuses": [desktop(47), desktop(48)], "topicHeads": HEADS},
        {},
    ),
    (f"{AJAX}/statuses/search?q=x&page=2", {"ok": 1, "data": {"list": [desktop(49), desktop(50)]}}, {}),
    (f"{PAGES}/weibo?q=%23%E7%BA%B8%E9%B8%A2%23", found_page(found_card(60), found_card(61), head=HEAD), {}),
    (f"{PAGES}/realtime?q=x&rd=realtime&tw=realtime", found_page(found_card(62), found_card(63)), {}),
    (f"{PAGES}/weibo?q=x&page=3", NOTHING, {}),
    (f"{PAGES}/top/summary?cate=realtimehot", HOT, {}),
    (f"{TOPIC}/detail?q=%23%E7%BA%B8%E9%B8%A2%23&show_rank_info=1", {"code": "100000", "msg": "success", "data": COUNTERS}, {}),
    (f"{TOPIC}/trend?q=%23%E7%BA%B8%E9%B8%A2%23", {"code": "100000", "data": SLOTS}, {}),
    (NOTE_PAGE, note_page(note()).replace('"list": []', f'"list": {json.dumps(below(70), ensure_ascii=False)}'), {}),
    (f"{SITE}/explore/{of_note(71)}?xsec_token=x", "", {"status": 302, "redirect": f"{SITE}/404?errorCode=-510001&errorMsg=x"}),
    (f"{SITE}/user/profile/{ACCOUNT}", state_page({"user": {"loggedIn": False, "notes": [[in_state(72), in_state(73)], []]}}), {}),
    (f"{SITE}/search_result?keyword=x", state_page({**TOLD_OF, "search": {"feeds": [in_state(74), in_state(75)]}}), {}),
    (
        f"{EDITH}/api/sns/web/v1/search/notes",
        xhs(
            has_more=False,
            items=[
                *({"id": of_note(n), "model_type": "note", "xsec_token": "SECRET", "note_card": card(n)} for n in (76, 77)),
                {"id": "0", "model_type": "rec_query"},
            ],
        ),
        {"method": "POST"},
    ),
    (
        f"{EDITH}/api/sns/web/v1/feed",
        xhs(
            items=[
                {
                    "id": of_note(78),
                    "model_type": "note",
                    "note_card": card(78, note_id=of_note(78), title="纸", desc="鸢", time=1935000000000),
                }
            ]
        ),
        {"method": "POST"},
    ),
    (f"{EDITH}/api/sns/web/v2/comment/page?note_id={of_note(78)}&cursor=", xhs(comments=below(80), cursor="", has_more=False), {}),
    (
        f"{EDITH}/api/sns/web/v2/comment/sub/page?note_id={of_note(78)}&root_comment_id=6b{80:022d}&num=10&cursor=",
        xhs(comments=below(90)[1:] + below(95)[1:], cursor="", has_more=False),
        {},
    ),
    (
        f"{EDITH}/api/sns/web/v1/user_posted?num=30&cursor=&user_id={ACCOUNT}",
        xhs(notes=[{"note_id": of_note(n), **card(n)} for n in (79, 82)], cursor="", has_more=False),
        {},
    ),
    (
        f"{EDITH}/web_api/sns/v1/search/topic",
        xhs(topic_info_dtos=[{"id": f"t{n}", "name": f"纸鸢{n}", "view_num": 9918059975 + n, "type": "official"} for n in (1, 2)]),
        {"method": "POST"},
    ),
    (f"{SITE}/page/topics/5a438d9e?naviHidden=yes", PAGE_OF_TOPIC, {}),
    (
        f"{SITE}/web_api/sns/v3/page/notes?page_size=20&sort=hot&page_id=5a43&cursor=&sid=",
        xhs(notes=NOTES, total_note_count=16, total_user_count=15, has_more=False, cursor=""),
        {},
    ),
    (SEARCH, {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}, {}),
    (SEARCH, {"ok": -100, "url": "https://m.weibo.cn/captcha?scene=limit"}, {}),
    (SEARCH, "<html><head><title>Sina Visitor System</title></head></html>", {}),
    (f"{MOBILE}/api/config", {"ok": 1, "data": {"login": True}}, {}),
    ("https://other.example/", "x", {}),
]


def seen(number: int) -> str:
    return f"2031-05-06T07:{number:02d}:09Z"


def every_address_har(path: Path) -> None:
    path.write_bytes(har(*(entry(address, body, seen=seen(n), **more) for n, (address, body, more) in enumerate(ANSWERS))))


def every_address_warc(path: Path) -> None:
    def record(number: int, address: str, body: Any, told: dict[str, Any]) -> bytes:
        status, headers = ("302 Found", [f"Location: {told['redirect']}"]) if "redirect" in told else ("200 OK", [])
        return warc_record(address, body, seen=seen(number), status=status, headers=headers)

    path.write_bytes(warc_file(*(record(n, *answer) for n, answer in enumerate(ANSWERS))))
