"""Slogans, however they are written, and the regular expression that is to find the very same."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import slogans


@pytest.fixture(scope="module")
def db():
    with duckdb.connect() as connection:
        yield connection


LEFT = "select regexp_matches(regexp_replace(?::varchar, '[^\\p{L}\\p{N}]+', ' ', 'g'), ?::varchar)"


def found(db, text: str, wordings: list[str]) -> bool:
    """Whether the database finds it: in the text as stored, and with one space for all that is between letters, which must agree."""
    [(there,)] = db.execute("select regexp_matches(?::varchar, ?::varchar)", [text, slogans.pattern(wordings)]).fetchall()
    assert db.execute(LEFT, [text, slogans.letters_pattern(wordings)]).fetchall() == [(there,)]
    return there


@pytest.mark.parametrize(
    "text",
    ["别拿画喂AI", "今天也说：別拿畫餵AI！", "别 拿 画 喂 A I", "别拿画喂A1", "别拿画喂Al", "别·拿·画·喂·ａｉ", "🚫别拿画🎨喂AI🚫",
     "别拿画喂\nAI",
     "别拿画喂AI绘画", "别拿画喂aⅼ"],
)  # fmt: skip
def test_one_slogan_in_many_writings(db, text):
    assert slogans.holds(text, ["别拿画喂AI"]) and found(db, text, ["别拿画喂AI"])


@pytest.mark.parametrize("text", ["", "别拿画", "别拿你的画喂AI", "喂AI别拿画", "别拿画喂A2", "别拿画喂Ai"[:-1], "别拿画不喂AI"])
def test_another_text_is_none(db, text):
    assert not slogans.holds(text, ["别拿画喂AI"]) and not found(db, text, ["别拿画喂AI"])


@pytest.mark.parametrize(
    ("slogan", "whole", "part"),
    [
        ("抵制AI", ["抵制AI", "抵制AI。", "抵制 A I", "抵制A.I.", "抵制ＡＩ了", "抵制A1!", "抵制Airbnb，也抵制AI", "抵制AI4"],
         ["抵制Airbnb涨价", "抵制 Aldi 超市", "抵制Alipay收费", "抵制all in的老板", "抵制AIï", "抵制 A Irbnb"]),
        ("AI滚开", ["AI滚开", "叫AI滚开", "open AI滚开", "2AI滚开"], ["OpenAI滚开", "ｏＡＩ滚开", "éAI滚开"]),
        ("no AI", ["No AI", "#NoAI#", "say no: A.I.!", "不，no ai，不"], ["piano AI", "no aim", "casino Air", "NoAIArt"]),
    ],
)  # fmt: skip
def test_a_slogan_in_latin_letters_ends_where_a_word_ends(db, slogan, whole, part):
    for text, there in (*((text, True) for text in whole), *((text, False) for text in part)):
        assert slogans.holds(text, [slogan]) == found(db, text, [slogan]) == there, text
    assert found(db, whole[0], ["别的口号", slogan]) and not found(db, part[0], ["Trik", slogan, "别的AI"])


def test_a_rare_character_is_itself(db):
    assert found(db, "说𠀀画", ["𠀀画"]) and not found(db, "说画", ["𠀀画"])


def test_only_after_an_a_does_a_1_stand_for_an_i(db):
    for text, there in (("m1ss", False), ("MISS", True), ("mlss", False)):
        assert slogans.holds(text, ["miss"]) == found(db, text, ["miss"]) == there


def test_variants_are_the_same_slogan_and_none_finds_nothing(db):
    assert found(db, "No to A1-generated images!", ["拒绝云画机", "no to AI generated images"])
    for nothing in ([], [""], ["！！"]):
        assert not found(db, "任何话", nothing) and not slogans.holds("任何话", nothing)
    assert not found(db, "", ["a.*"]) and found(db, "A (*)", ["a.*"])  # signs are no letters: they are dropped, not obeyed


ODD = "aAiI1lLｌ１Ａ画畫喂餵拿别別 ·！\n①ﬁⅠ½é\u0301\u200b🎨.*[]\\^𠀀㍿한ǅ"
texts = st.text(alphabet=st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=("Cs", "Cn"), max_codepoint=0xFFFF)), max_size=12)


@pytest.mark.slow
@settings(max_examples=80)
@given(data=st.data(), slogan=texts, before=texts, after=texts)
def test_the_expression_finds_what_the_steps_find(db, data, slogan, before, after):
    """On texts that hold the slogan in another writing, and on texts that may not."""
    inner = "".join(
        c + data.draw(st.sampled_from(["", " ", "·", "！"])) for c in data.draw(st.sampled_from([slogan, slogan.upper(), slogan.lower()]))
    )
    for text in (before + inner + after, before + after, slogan[1:] + before):
        assert found(db, text, [slogan]) == slogans.holds(text, [slogan]), (text, slogan)


@given(st.text(alphabet="abcXYZ012画喂别AIl1 ·！", max_size=20))
def test_writing_does_not_matter(text):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    traditional = text.translate(str.maketrans("画喂别", "畫餵別"))
    for written in (wide, traditional, text.upper(), text.lower(), " ".join(text), text.replace("A", "Ａ")):
        assert slogans.plain(written) == slogans.plain(text)
