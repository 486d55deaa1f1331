"""The two ids of a Weibo post: the long one of digits, and the short one in addresses, which is the same to the base 62.

The long ids of posts and comments tell when they were given, to the second (seen in answers of m.weibo.cn and weibo.com and in files of
weibo-search and WeiboSpider, 2019 to 2025).
"""

from datetime import datetime, timedelta

BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
IDS_BEGAN = datetime(1986, 5, 3, 5, 51, 3)  # the second 0 of ids, UTC
WEIBO_BEGAN = datetime(2009, 8, 14)
DIGITS = 16


def id_of_short_id(bid: str) -> str:
    """The long id: from the right, four characters to the base 62 are seven digits (K3fnuEfZK is 4607741009594608)."""
    groups = [bid[max(0, end - 4) : end] for end in range(len(bid), 0, -4)][::-1]
    numbers = [str(_number(group)) for group in groups]
    return numbers[0] + "".join(number.zfill(7) for number in numbers[1:])


def short_id_of_id(mid: str) -> str:
    """The short id: from the right, seven digits are four characters."""
    groups = [mid[max(0, end - 7) : end] for end in range(len(mid), 0, -7)][::-1]
    texts = [_text(int(group)) for group in groups]
    return texts[0] + "".join(text.zfill(4) for text in texts[1:])


def time_of_id(mid: str) -> datetime | None:
    """When a post or comment with this long id was written (naive UTC); None for what is no such id."""
    if len(mid) != DIGITS or not (mid.isascii() and mid.isdigit()):
        return None
    at = IDS_BEGAN + timedelta(seconds=int(mid) >> 22)
    return at if at >= WEIBO_BEGAN else None


def _number(group: str) -> int:
    number = 0
    for character in group:
        number = number * 62 + BASE62.index(character)
    return number


def _text(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = BASE62[digit] + text
    return text or "0"
