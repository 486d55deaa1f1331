"""Keywords and phrases of invented posts."""

import warnings

import pytest

from analysis.words import STOP_WORDS, keywords, phrases

POSTS = [
    "拒绝AI绘画，拒绝拒绝拒绝！画师的饭碗不能丢 http://t.cn/A6画师 @画师小明",
    "拒绝ai绘画 从我做起[怒]",
    "画師也要吃饭",
    "今天我们的天气真的很好",
]


def told(found):
    return {keyword.word: keyword.posts for keyword in found}


def test_a_word_counts_once_a_post():
    found = told(keywords(POSTS))
    assert found["拒绝"] == 2 and found["画师"] == 2 and found["饭碗"] == 1


def test_addresses_names_emoticons_and_common_words_are_no_keywords():
    found = told(keywords(POSTS))
    assert not {"http", "cn", "A6", "小明", "怒", "我们", "今天", "真的"} & set(found)


def test_user_words_stay_whole_in_any_case_and_show_their_commonest_form():
    assert told(keywords([*POSTS, "ai绘画"], user_words=["AI繪畫"]))["ai绘画"] == 3
    assert "绘画" not in told(keywords(POSTS, user_words=["AI绘画"]))
    assert told(keywords(["丁真"], user_words=["真"])) == told(keywords(["丁真"]))
    assert told(keywords(["甲 真 乙"], user_words=["真"]))["真"] == 1


@pytest.fixture(scope="module")
def jieba():
    """The original, whose source today's Python warns about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba.analyse
    return jieba


def test_rare_words_weigh_more_and_unknown_ones_the_median(jieba):
    by_word = {keyword.word: keyword.weight for keyword in keywords(["天气 纺织工人 烃基某某"], user_words=["烃基某某"])}
    assert by_word["纺织工人"] > by_word["天气"]
    table = jieba.analyse.default_tfidf
    assert by_word["天气"] == pytest.approx(table.idf_freq["天气"])
    assert by_word["烃基某某"] == pytest.approx(table.median_idf, abs=0.01)


def test_order_is_by_weight_then_word_and_top_cuts():
    found = keywords(POSTS)
    assert found == sorted(found, key=lambda keyword: (-keyword.weight, keyword.word.casefold()))
    assert keywords(POSTS, top=2) == found[:2] and keywords([]) == []


def test_phrases_count_once_a_post_and_need_two():
    posts = ["画师的饭碗，画师的饭碗", "保住画师的饭碗", "保住画师的饭碗！", "饭碗"]
    assert [(phrase.text, phrase.posts) for phrase in phrases(posts)] == [("画师的饭碗", 3), ("保住画师的饭碗", 2)]


def test_phrases_end_at_punctuation_and_keep_spaces_of_latin_words():
    assert [phrase.text for phrase in phrases(["Trik AI 下架", "抵制，Trik AI", "trik ai"])] == ["Trik AI"]
    assert phrases(["抵制。平台", "抵制。平台"]) == []


def test_stop_words_do_not_begin_or_end_a_phrase():
    assert [phrase.text for phrase in phrases(["我们的画师了", "我们的画师了"])] == []
    assert "的" in STOP_WORDS
