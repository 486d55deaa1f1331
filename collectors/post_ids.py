"""Ids of posts and comments as their platforms tell them: what they look like, and where they stand in addresses."""

import re

from collectors.platforms.weibo_ids import id_of_short_id

# Nine characters since 2011; before that ten, for a long id that began with the year (wr4mOFqpbO is 201110410216293360).
WEIBO_SHORT_ID = "(?:[x-zA-Z]|w[p-r])[0-9a-zA-Z]{8}"
WEIBO_ID = rf"[0-9]{{15,19}}|{WEIBO_SHORT_ID}"
XIAOHONGSHU_ID = "[0-9a-f]{24}"
SHAPES = {"weibo": re.compile(WEIBO_ID), "xiaohongshu": re.compile(XIAOHONGSHU_ID)}
ANY_SHAPE = re.compile(r"\S{8,}")

HOST = r"(?:https?:)?(?://)?(?:[\w-]+\.)*"
ADDRESSES = {
    "weibo": re.compile(rf"{HOST}weibo\.(?:com|cn)/(?:[0-9]+|detail|status|statuses|comment)/({WEIBO_ID})(?![0-9a-zA-Z])"),
    "xiaohongshu": re.compile(
        rf"{HOST}xiaohongshu\.com/(?:explore|discovery/item|search_result|user/profile/{XIAOHONGSHU_ID})/({XIAOHONGSHU_ID})(?![0-9a-zA-Z])"
    ),
}


def may_be_id(told: str, platform: str | None) -> bool:
    """Whether a cell can be an id of that platform, and is not the number of a row."""
    return bool(SHAPES.get(platform or "", ANY_SHAPE).fullmatch(told))


def whole_id(told: str, platform: str) -> str:
    """The id under which a post is stored, whichever of its ids is told: of Weibo's two it is the long one."""
    return id_of_short_id(told) if platform == "weibo" and re.fullmatch(WEIBO_SHORT_ID, told) else told


def id_in_address(address: str, platform: str) -> str | None:
    """The id of the post that an address of Weibo or Xiaohongshu leads to; None where it leads elsewhere or does not tell."""
    pattern = ADDRESSES.get(platform)
    found = pattern.match(address) if pattern else None
    return whole_id(found[1], platform) if found else None
