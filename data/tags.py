"""One key for a hashtag, under which its spellings meet: 拒绝AI繪畫, 拒绝ai绘画, #拒绝AI绘画[话题]#."""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

# Characters without width: spaces, joiners, direction marks, soft hyphen, byte order mark, variation selectors.
WIDTHLESS = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]")
# Xiaohongshu closes a linked hashtag with "[话题]#": "#名[话题]#".
LINKED = re.compile(r"\[(?:话题|話題)\]")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=1 << 16)
def tag_key(tag: str) -> str:
    """The key of a hashtag: NFKC, case folded, without characters that have no width and without "[话题]", in simplified
    characters, trimmed of white space and "#". Two spellings with one key are one hashtag."""
    plain = unicodedata.normalize("NFKC", WIDTHLESS.sub("", tag)).casefold()
    plain = LINKED.sub("", WIDTHLESS.sub("", unicodedata.normalize("NFKC", plain)))
    return _simplifier().convert(plain).strip().strip("#").strip()
