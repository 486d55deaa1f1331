"""What the id of a post or comment looks like on its platform."""

import re

# Nine characters since 2011; before that ten, for a long id that began with the year (wr4mOFqpbO is 201110410216293360).
WEIBO_SHORT_ID = "(?:[x-zA-Z]|w[p-r])[0-9a-zA-Z]{8}"
WEIBO_ID = rf"\d{{15,19}}|{WEIBO_SHORT_ID}"
XIAOHONGSHU_ID = "[0-9a-f]{24}"
SHAPES = {"weibo": re.compile(WEIBO_ID), "xiaohongshu": re.compile(XIAOHONGSHU_ID)}
ANY_SHAPE = re.compile(r"\S{8,}")


def may_be_id(told: str, platform: str | None) -> bool:
    """Whether a cell can be an id of that platform, and is not the number of a row."""
    return bool(SHAPES.get(platform or "", ANY_SHAPE).fullmatch(told))
