"""Hashtags and @names in post texts. The key under which the spellings of one hashtag meet is `data.tags.tag_key`."""

import re

from data.tags import LINKED, tag_key

TAG = re.compile(r"#([^#\r\n]{1,100})#")
# What stands between two marks and ends in white space is the first of "#一 #二", which are no hashtags on Xiaohongshu.
TOPIC = re.compile(r"#([^#\s](?:[^#\r\n]{0,98}[^#\s])?)#")
# Xiaohongshu's links, read before that: in "第#1名#画画[话题]#" the second mark opens one, and closes nothing.
LINK = re.compile(rf"#([^#\s][^#\r\n]{{0,98}}?){LINKED.pattern}#")
NAME = r"[\w·\-]{1,30}"
# "a@b.com" names nobody.
MENTION = re.compile(rf"(?<![A-Za-z0-9._%+-])@({NAME})|(?<=[A-Za-z0-9._%+-])@(?![A-Za-z0-9-]+\.[A-Za-z])({NAME})")
CHAIN = re.compile(rf"//\s*@({NAME})\s*[:：]")


def tag_keys(tags: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of hashtags, in their order."""
    return tuple(map(tag_key, tags))


def tags_in(text: str) -> tuple[str, ...]:
    """The hashtags of a text as written, in order, each once: #话题# (Weibo) and #名[话题]#."""
    return _unlinked(TAG.findall(text)) if "#" in text else ()


def topics_in(text: str) -> tuple[str, ...]:
    """The hashtags of a text of Xiaohongshu, in order, each once: #名[话题]#, which a mark astray before it does not cost, and #名# in what
    is left."""
    if "#" not in text:
        return ()
    parts = LINK.split(text)  # what is left and links by turns
    return _unlinked([tag for n, part in enumerate(parts) for tag in ([part] if n % 2 else TOPIC.findall(part))])


def _unlinked(tags: list[str]) -> tuple[str, ...]:
    found = (LINKED.sub("", tag).strip() for tag in tags)
    return tuple(dict.fromkeys(tag for tag in found if tag))


def mentions_in(text: str) -> tuple[str, ...]:
    """The @names of a text, in order, each once. Where white space is gone the end of a name cannot be told."""
    if "@" not in text:
        return ()
    return tuple(dict.fromkeys(first or second for first, second in MENTION.findall(text)))


def chain_in(text: str) -> tuple[str, ...]:
    """The accounts a repost came through, the nearest first: "…//@near: … //@far: …"."""
    return tuple(CHAIN.findall(text)) if "//" in text else ()
