"""One spelling for a hashtag, so that its forms meet: 拒绝AI繪畫, 拒绝ai绘画, #拒绝AI绘画[话题]#."""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

# Characters that show nothing: zero-width spaces and joiners, direction marks, variation selectors, the byte-order mark.
UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
TOPIC_MARK = re.compile(r"\[(话题|話題|超话|超話)\]")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=65536)
def tag_key(tag: str) -> str:
    """The key of a hashtag: NFKC, case folded, without "#", zero-width characters and [话题], simplified. "" for a tag of
    nothing else."""
    plain = TOPIC_MARK.sub("", UNSEEN.sub("", unicodedata.normalize("NFKC", tag)))
    return _simplifier().convert(plain.strip().strip("#").strip().casefold())
