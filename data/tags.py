"""One key for a hashtag, under which its spellings meet: 拒绝AI繪畫, 拒绝ai绘画, #拒绝AI绘画[话题]#."""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

# Characters without width: spaces, joiners, direction marks, soft hyphen, byte order mark, variation selectors.
WIDTHLESS = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]")
# Xiaohongshu closes a linked hashtag with "[话题]#": "#名[话题]#".
LINKED = re.compile(r"\[(?:话题|話題)\]")
# Forms of Taiwan and Hong Kong that OpenCC simplifies within words alone, or not at all.
OTHER_FORMS = str.maketrans("著衞敍枱", "着卫叙台")
# Hashtags that were copied one after the other, as Weibo and as Xiaohongshu show them, and what may stand between them.
CLOSED, OPENED, BETWEEN = re.compile(r"#([^#\s](?:[^#]*[^#\s])?)#"), re.compile(r"#([^#\s,，、;；]+)"), re.compile(r"[\s,，、;；]*")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@cache
def simplified_characters() -> dict[int, str]:
    """The traditional characters, each with what it is simplified to where it stands by itself, for `str.translate`."""
    signs = [chr(code) for first, last in ((0x3400, 0x9FFF), (0x20000, 0x2FA1F)) for code in range(first, last + 1)]
    plain = simplified("\n".join(signs)).split("\n")
    return {ord(sign): one for sign, one in zip(signs, plain, strict=True) if sign != one}


def bare_name(told: str) -> str:
    """A name of an account without the @ before it."""
    return told.strip().lstrip("@＠").strip()


def lower_case(text: str) -> str:
    """Lower case with every character in its place and the same wherever it stands: İ is the only one whose lower case is two
    characters, Σ the only one whose lower case depends on its neighbours."""
    return text.replace("İ", "i").lower().replace("ς", "σ")


def fold(text: str) -> str:
    """Lower case and simplified character by character, each in its place."""
    return lower_case(text).translate(_folds())


@cache
def _folds() -> dict[int, str]:
    """What stays stands here too: a character that is missing costs an error that is raised and caught."""
    return {code: chr(code) for code in range(0xA000)} | simplified_characters() | {k: chr(v) for k, v in OTHER_FORMS.items()}


def simplified(text: str) -> str:
    """A text in simplified characters, phrase by phrase: 乾 is 干, and stays 乾 in 乾隆."""
    return _simplifier().convert(text)


@lru_cache(maxsize=1 << 16)
def tag_key(tag: str) -> str:
    """The key of a hashtag: NFKC, case folded, without characters that have no width and without "[话题]", in simplified
    characters, trimmed of white space and "#". Two spellings with one key are one hashtag."""
    plain = unicodedata.normalize("NFKC", WIDTHLESS.sub("", tag)).casefold()
    plain = LINKED.sub("", WIDTHLESS.sub("", unicodedata.normalize("NFKC", plain)))
    return simplified(plain).strip().strip("#").strip()


def pasted(text: str) -> list[str]:
    """The hashtags of a text as people copy them: "#甲# #乙#", "#甲#、#乙#", "#甲 #乙", or one with or without its signs. What is none
    of these stays in one piece, with the signs in it."""
    plain = LINKED.sub("", text).replace("＃", "#")
    one = plain.strip().strip("#").strip()
    for written in (CLOSED, OPENED) if "#" in one else ():
        if BETWEEN.fullmatch(written.sub("", plain)):
            return written.findall(plain)
    return [one]
