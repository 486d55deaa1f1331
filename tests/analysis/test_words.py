"""Keywords and phrases of invented posts."""

import warnings

import pytest

from analysis.words import PRIOR, STOP_WORDS, contrast, keywords, phrases, typical

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


# Six posts whose words are counted by hand: 画师 3 : 0, 平台 2 : 2, 训练 0 : 3 posts; 5 words in each group, 10 together.
ARTISTS = ["画师，平台", "画师！画师！平台", "画师"]
MAKERS = ["平台，训练", "训练，平台", "训练 训练"]


def test_words_that_tell_two_groups_apart_have_the_z_of_the_paper():
    """Prior: 500 words shared out 3 : 4 : 3, so 150 for 画师, 200 for 平台, 150 for 训练.

    画师: log odds 153 / (505 - 153) in the first group and 150 / (505 - 150) in the second;
    difference log(153 * 355 / (352 * 150)) = log(54315 / 52800) = 0.0282891;
    deviation sqrt(1/153 + 1/150) = sqrt(0.0132026) = 0.1149026; z = 0.246202. 训练 is its mirror image, 平台 tells nothing.
    """
    assert PRIOR == 500
    first, second = contrast(ARTISTS, MAKERS)
    assert (first.word, first.first, first.second) == ("画师", 1000.0, 0.0)
    assert (second.word, second.first, second.second) == ("训练", 0.0, 1000.0)
    assert first.z == pytest.approx(0.246202, abs=5e-6) == -second.z


def test_groups_of_different_size_are_compared_by_share():
    """30 posts with 画师 and 10 with 平台 against 20 with 平台: 40 words against 20; of 500, 画师 has 250 and 平台 250.

    画师: 280 / (540 - 280) against 250 / (520 - 250): log(280 * 270 / (260 * 250)) = log(1.1630769) = 0.1510690;
    deviation sqrt(1/280 + 1/250) = sqrt(0.0075714) = 0.0870140; z = 1.736147. 平台: log(260 * 250 / (280 * 270)), deviation
    sqrt(1/260 + 1/270) = sqrt(0.0075499) = 0.0868899; z = -1.738625.
    """
    artist, platform = contrast(["画师，平台"] * 10 + ["画师"] * 20, ["平台"] * 20)
    assert (artist.first, artist.second) == (1000.0, 0.0)
    assert (platform.first, platform.second) == (pytest.approx(1000 / 3), 1000.0)
    assert (artist.z, platform.z) == (pytest.approx(1.736147, abs=5e-6), pytest.approx(-1.738625, abs=5e-6))


def test_a_contrast_counts_once_a_post_in_any_case_and_keeps_user_words_whole():
    loud = contrast(["画师 画师 画师 画师", "AI绘画", "ai绘画", "AI绘画"], ["平台"] * 4, user_words=["AI绘画"])
    assert {told.word: told.first for told in loud} == {"画师": 250.0, "AI绘画": 750.0, "平台": 0.0}


def test_a_contrast_is_cut_to_the_strongest_of_each_side():
    first, second = ["画师，画板，画室"] * 9 + ["画师，画板", "画师"], ["平台，训练"] * 5 + ["平台"]
    assert [told.word for told in contrast(first, second, top=2)] == ["画师", "画板", "训练", "平台"]
    zs = [told.z for told in contrast(first, second)]
    assert zs == sorted(zs, reverse=True) and contrast(second, first, top=1)[0].word == "平台"


@pytest.mark.parametrize(
    ("first", "second"), [([], ["画师"]), (["画师"], []), (["画师"], ["的了"]), (["画师"], ["画师"]), (ARTISTS, ARTISTS)]
)
def test_nothing_tells_apart_what_is_the_same_or_not_there(first, second):
    assert contrast(first, second) == []


def test_typical_posts_say_what_most_say_and_not_the_same_twice():
    common = "停更的画师要求平台公开训练名单"
    texts = ["今晚炖了一锅萝卜排骨汤配米饭", common, common + "！", "画师停更，平台还是不公开训练名单", "短"]
    places = typical(texts, top=3)
    assert places[0] in (1, 2, 3) and not {1, 2} <= set(places) and 4 not in places and places[-1] == 0
    assert typical([], top=3) == [] == typical(["短"], top=3)
