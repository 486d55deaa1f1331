"""From what a reader sees to the markup each surface makes of it."""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote

EMOJI = ("[心]", "[怒]", "[悲伤]", "[笑cry]", "[good]", "[并不简单]")
_TOKENS = re.compile(r"(?P<tag>#[^#\n]+#)|(?P<mention>@[\w-]+)|(?P<emoji>" + "|".join(map(re.escape, EMOJI)) + r")|(?P<line>\n)")
CUT = 130


def marked(text: str, make: dict[str, Callable[[str], str]]) -> str:
    """`text` with every tag, mention, emoji and line break replaced by what `make` says, the rest escaped."""
    parts, end = [], 0
    for token in _TOKENS.finditer(text):
        kind = str(token.lastgroup)
        parts += [make["other"](text[end : token.start()]), make[kind](token.group())]
        end = token.end()
    return "".join([*parts, make["other"](text[end:])])


def mobile(text: str) -> str:
    """m.weibo.cn: spans of the class surl-text, emoji images, names in single quotes."""
    return marked(
        text,
        {
            "tag": lambda tag: (
                '<a  href="https://m.weibo.cn/search?containerid=231522type%3D1%26t%3D10%26q%3D'
                f'{quote(tag, safe="")}&isnewpage=1" data-hide=""><span class="surl-text">{escape(tag, quote=False)}</span></a>'
            ),
            "mention": lambda name: f"<a href='/n/{name[1:]}'>{name}</a>",
            "emoji": lambda name: (
                f'<span class="url-icon"><img alt="{name}" src="https://h5.sinaimg.cn/m/emoticon/icon/x.png" '
                'style="width:1em; height:1em;" /></span>'
            ),
            "line": lambda _: "<br />",
            "other": lambda rest: escape(rest, quote=False),
        },
    )


def desktop(text: str) -> str:
    """weibo.com/ajax: attributes without quotes on names, titles on images."""
    return marked(
        text,
        {
            "tag": lambda tag: f'<a href="//s.weibo.com/weibo?q={quote(tag, safe="")}" target="_blank">{escape(tag, quote=False)}</a>',
            "mention": lambda name: f"<a href=/n/{name[1:]} usercard=name={name}>{name}</a>",
            "emoji": lambda name: f'<img alt="{name}" title="{name}" src="https://face.t.sinajs.cn/t4/appstyle/expression/x.png" />',
            "line": lambda _: "<br />",
            "other": lambda rest: escape(rest, quote=False),
        },
    )


def search(text: str, query: str) -> str:
    """s.weibo.com: what was asked for is in <em>."""
    words = [word for word in query.replace("#", " ").split() if word]
    found = re.compile("|".join(map(re.escape, words))) if words else None

    def lit(part: str) -> str:
        safe = escape(part, quote=False)
        return found.sub(lambda hit: f'<em class="s-color-red">{hit.group()}</em>', safe) if found else safe

    return marked(
        text,
        {
            "tag": lambda tag: f'<a href="https://s.weibo.com/weibo?q={quote(tag, safe="")}" target="_blank">#{lit(tag[1:-1])}#</a>',
            "mention": lambda name: f'<a href="//weibo.com/n/{quote(name[1:])}" target="_blank">{name}</a>',
            "emoji": lambda name: f'<img src="//face.t.sinajs.cn/x.png" title="{name}" alt="{name}" class="face"/>',
            "line": lambda _: "<br/>",
            "other": lit,
        },
    )


def is_long(text: str) -> bool:
    return len(text) > CUT + 10


def cut(text: str) -> str:
    """The beginning, never in the middle of a tag, a name or an emoji."""
    at = CUT
    for token in _TOKENS.finditer(text):
        if token.start() < CUT < token.end():
            at = token.start()
    return text[:at]


def shown_weibo(number: int, *, capped: bool) -> int | str:
    """Weibo's mobile display: exact below a million, from there on `100万+` (`capped`) or `237万`."""
    if number < 1_000_000:
        return number
    return "100万+" if capped else shown_short(number // 10_000 * 10_000 if number < 100_000_000 else number)


def shown_short(number: int) -> str:
    """`9999`, `1万`, `1.2万`, `3.4亿`: what pages show, rounded."""
    for unit, name in ((100_000_000, "亿"), (10_000, "万")):
        if number >= unit:
            tenths = (number * 10 + unit // 2) // unit
            return f"{tenths // 10}{name}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}{name}"
    return str(number)


def shown_unit(number: int) -> dict[str, object]:
    """`{"val": 3192.8, "unit": "万"}`."""
    if number >= 100_000_000:
        return {"val": _round(number / 100_000_000), "unit": "亿"}
    if number >= 10_000:
        return {"val": _round(number / 10_000), "unit": "万"}
    return {"val": number, "unit": ""}


def _round(number: float) -> int | float:
    tenth = round(number, 1)
    return int(tenth) if tenth == int(tenth) else tenth


def shown_note(number: int, *, logged_in: bool) -> str:
    """Xiaohongshu: plain digits to 9999, then `1.2万`, `10万+`; without login `10+`, `1千+`, `1万+`."""
    if logged_in:
        return "10万+" if number >= 100_000 else shown_short(number)
    for least, name in ((10_000, "1万+"), (1_000, "1千+"), (10, "10+")):
        if number >= least:
            return name
    return str(number)
