"""Hashtags and @names in texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.hashtags import chain_in, mentions_in, tag_keys, tags_in, topics_in
from data.tags import tag_key


@pytest.mark.parametrize(
    "spelling",
    [
        "手绘不死AI",
        "手绘不死ai",
        " 手绘不死AI ",
        "#手绘不死AI#",
        "手繪不死ＡＩ",
        "手绘\u200b不死AI\ufeff",
        "手绘不死AI[话题]",
        "＃手绘不死Ａi＃",
        "手繪不死AI[話題]",
    ],
)
def test_spellings_of_one_hashtag_meet(spelling):
    assert tag_key(spelling) == "手绘不死ai"


@pytest.mark.parametrize(("one", "other"), [("手绘不死", "手绘不死了"), ("线稿 日记", "线稿日记"), ("灯塔", "灯塔[超话]")])
def test_different_hashtags_stay_apart(one, other):
    assert tag_key(one) != tag_key(other)


@given(st.text(max_size=20))
def test_the_key_of_a_key_is_itself_and_has_no_hash_or_space_around_it(tag):
    key = tag_key(tag)
    assert key == key.strip() == key.strip("#")
    assert tag_key(key) == key


@given(st.lists(st.text(alphabet="手绘不死线稿日记abcABC1２ 繪", min_size=1, max_size=8).filter(str.strip), max_size=5))
def test_what_is_written_as_hashtags_is_found_in_order_once(tags):
    shown = [tag.strip() for tag in tags]
    text = "开头" + "".join(f"#{tag}#" for tag in shown) + "结尾"
    assert tags_in(text) == tuple(dict.fromkeys(shown))
    assert len(tag_keys(tags_in(text))) == len(tags_in(text))


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", ()),
        ("没有", ()),
        ("#一##二#", ("一", "二")),
        ("#一# 中间 #二#", ("一", "二")),
        ("#一[话题]# #二[话题]#", ("一", "二")),
        ("半个#一", ()),
        ("#一\n二#", ()),
        ("##", ()),
        ("# #", ()),
        ("#一#又#一#", ("一",)),
    ],
)
def test_hashtags_of_a_text(text, tags):
    assert tags_in(text) == tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("没有", ()),
        ("#一[话题]# #二[话题]#", ("一", "二")),
        ("#一[话题]##二[话题]#", ("一", "二")),
        ("#一[话题]#\u00a0#二 三[话题]#\n#四#", ("一", "二 三", "四")),
        ("一[话题]# #二[话题]#", ("二",)),
        ("#一 #二 #三", ()),
        ("# #二[话题]#", ("二",)),
        ("#[话题]#", ()),
        ("# 一#", ()),
        ("第#1名是#画画[话题]#", ("画画",)),
        ("#纸船#画画[话题]#", ("画画",)),
        ("#纸船##画画[话题]#", ("纸船", "画画")),
        ("一#二#三[话题]# 四#五 #六[話題]#七#", ("三", "六")),
    ],
)
def test_hashtags_of_a_text_of_xiaohongshu(text, tags):
    assert topics_in(text) == tags


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("@灯塔画室 来看", ("灯塔画室",)),
        ("谢谢@小-石_头：", ("小-石_头",)),
        ("AI@灯塔画室", ("灯塔画室",)),
        ("写信给 ink@post.example", ()),
        ("@甲 @乙@甲", ("甲", "乙")),
        ("@", ()),
    ],
)
def test_names_in_a_text(text, names):
    assert mentions_in(text) == names


def test_the_way_of_a_repost_is_told_from_the_nearest():
    assert chain_in("说得好//@小石头:支持// @灯塔画室：关店一天") == ("小石头", "灯塔画室")
    assert chain_in("见 https://weekly.example/@ink") == ()
