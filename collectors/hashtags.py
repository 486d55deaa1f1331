"""Hashtags and @names in post texts, and the key under which the spellings of one hashtag meet."""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

# Characters without width: spaces, joiners, direction marks, soft hyphen, byte order mark, variation selectors.
WIDTHLESS = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]")
# Xiaohongshu closes a linked hashtag with "[话题]#": "#名[话题]#".
LINKED = re.compile(r"\[(?:话题|話題)\]")
TAG = re.compile(r"#([^#\r\n]{1,100})#")
NAME = r"[\w·\-]{1,30}"
# "a@b.com" names nobody.
MENTION = re.compile(rf"(?<![A-Za-z0-9._%+-])@({NAME})|(?<=[A-Za-z0-9._%+-])@(?![A-Za-z0-9-]+\.[A-Za-z])({NAME})")
CHAIN = re.compile(rf"//\s*@({NAME})\s*[:：]")


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


def tag_keys(tags: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of hashtags, in their order."""
    return tuple(map(tag_key, tags))


def tags_in(text: str) -> tuple[str, ...]:
    """The hashtags of a text as written, in order, each once: #话题# (Weibo) and #名[话题]# (Xiaohongshu)."""
    if "#" not in text:
        return ()
    found = (LINKED.sub("", tag).strip() for tag in TAG.findall(text))
    return tuple(dict.fromkeys(tag for tag in found if tag))


def mentions_in(text: str) -> tuple[str, ...]:
    """The @names of a text, in order, each once. Where white space is gone the end of a name cannot be told."""
    if "@" not in text:
        return ()
    return tuple(dict.fromkeys(first or second for first, second in MENTION.findall(text)))


def chain_in(text: str) -> tuple[str, ...]:
    """The accounts a repost came through, the nearest first: "…//@near: … //@far: …"."""
    return tuple(CHAIN.findall(text)) if "//" in text else ()
