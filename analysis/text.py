"""One normalisation of a post's text, the same in training the model and in using it.

The stored text of a post is never changed by this: `normalise` makes what the model reads. Emoticons in square
brackets, emoji and hashtags stay, since they carry much of the feeling and often the stance itself; addresses,
names of people and the words a platform's own buttons leave in a copied text carry none and go.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from data.tags import simplified, simplified_characters

# http://t.cn/A6xyz, www.example.com/a?b=c, xhslink.com/AbCd. Chinese, a comma or a hashtag may follow without a space.
_ADDRESS = re.compile(r"(?:https?://|www\.|(?<![\w.])(?:t\.cn|xhslink\.com)/)[\w/?=&%.:~+-]*", re.ASCII)

# @某某-2023, also in "回复@某某:" and in a repost chain "//@某某:". What is left says only that someone was named.
_NAME = re.compile(r"(?://\s*|回复\s*)?@[\w·-]{1,30}\s?:|@[\w·-]{1,30}")
_NAMED = re.compile(r"@(?:\s*@)+")

# Left by the buttons and cards of the two platforms when a post is copied or scraped.
_CARD = re.compile(
    r"[OL]?网页链接"
    # L某某的微博视频: the L was an icon. Without it only at the end and behind white space, and never 看她的微博视频.
    r"|(?<![A-Za-z0-9])L[\w·-]{1,30}的(?:微博|秒拍)视频(?!\w)|(?<=\s)[\w·-]{1,30}(?<![我你您他她它们])的(?:微博|秒拍)视频\s*$"
    r"|\[(?:超话|话题)\](?=#)"  # #某某[超话]#, #某某[话题]#
    r"|复制(?:本条|这条)?信息,?\s*打开【小红书】App查看精彩内容!?"
)
# As the platform names where a post came from.
_PLACE = (
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆|四川|贵州|云南"
    "|西藏|陕西|甘肃|青海|宁夏|新疆|(?:中国)?(?:香港|澳门|台湾)|海外|其他|美国|加拿大|墨西哥|巴西|英国|爱尔兰|法国|德国|荷兰|比利时|瑞士|奥地利"
    "|意大利|西班牙|葡萄牙|希腊|丹麦|挪威|瑞典|芬兰|波兰|匈牙利|俄罗斯|乌克兰|土耳其|阿联酋|日本|韩国|新加坡|马来西亚|泰国|越南|柬埔寨|缅甸"
    "|菲律宾|印度尼西亚|印度|澳大利亚|新西兰|南非|埃及|尼日利亚"
)
# A tail stands behind white space or a sign that closes: in 把我的图收起 it is the author's. The c and d of 展开c and 收起d were icons.
_TAIL = re.compile(
    r"(?:\s*(?:\.\.\.\s*展?开?全文[a-z]?|展开(?:全文)?c|收起(?:全文)?d"
    r"|(?<![\w,、(\[<《「『“‘])(?:展开全文?[a-z]?|收起(?:全文)?|查看图片|评论配图|图片评论|转发微博|秒拍视频"
    rf"|发布于\s(?:{_PLACE})|来自\s[\w+.·-]{{1,20}}(?:客户端|网页版|手机)"
    r"|来自\s?[A-Za-z0-9 +.·-]{0,20}(?:iPhone|Android|iPad)[A-Za-z0-9 +.-]{0,16}(?:客户端)?)(?:收藏转发评论)?))+\s*$"
)
_CARD_SIGN = re.compile("网页链接|视频|超话|话题|小红书】App")
_TAIL_SIGN = re.compile("全文|展开|收起|图片|配图|转发微博|视频|发布于|来自")

# Ids of <s> and </s> in the vocabulary of the base model, kept by every model made from it.
BEGIN, END = 0, 2
POST_TOKENS = 128
PAIR_TOKENS = 160

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]+")
_REPEATED = re.compile(r"(.)\1{3,}")

# #拒绝AI绘画# as on Weibo; #拒绝AI绘画 up to the next space as on Xiaohongshu. A Weibo tag neither begins nor ends
# with a space, or "#a #b" would count as one.
_HASHTAG = re.compile(r"#[^#\s](?:[^#]{0,58}[^#\s])?#|#[^\s#]+(?=\s|$)")


def normalise(text: str, about: str = "") -> str:
    """What the model reads of a post, a target or an earlier turn. `about` is the target, normalised, that a post or turn is asked about.

    Compatibility forms are unified (NFKC: ＡＩ，！ become AI,!), HTML entities decoded, traditional characters become
    simplified (phrase by phrase, OpenCC's t2s), addresses removed, each @name becomes "@", but one that begins with what
    is asked about keeps its words, since they say what is meant; platform boilerplate goes, a sign repeated more than
    three times is shown three times, white space runs become one space. Returns "" when nothing of the author's is left,
    as in a repost without a word.
    """
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if not _traditional().isdisjoint(text):
        text = simplified(text)
    if "/" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    if _CARD_SIGN.search(text):
        text = _CARD.sub("", text)
    if "@" in text:
        text = _NAMED.sub("@", _NAME.sub(lambda match: _without_name(match, about), text))
    if _TAIL_SIGN.search(text):
        text = _TAIL.sub("", text)
    return _REPEATED.sub(r"\1\1\1", " ".join(text.split()))


def drop_hashtags(text: str) -> str:
    """The text without its hashtags, for training only: so that the tag is not all the model looks at.

    A post that is nothing but hashtags is returned as it is.
    """
    if "#" not in text:
        return text
    rest = " ".join(_HASHTAG.sub(" ", text).split())
    return rest if any(sign.isalnum() for sign in rest) else text


def post_ids(post: Sequence[int], limit: int = POST_TOKENS) -> list[int]:
    """`<s> post </s>`, at most `limit` tokens, from the ids of the post without special tokens."""
    return [BEGIN, *_shortened(post, limit - 2), END]


def pair_ids(target: Sequence[int], post: Sequence[int], context: Sequence[int] = (), limit: int = PAIR_TOKENS) -> list[int]:
    """What the stance head reads: `<s> target </s></s> context </s> post </s>`, without context `… </s></s> post </s>`.

    All three are ids without special tokens; the context is the earlier turns of the conversation, the oldest first,
    joined by a space. The target is never cut. The context gives way first and keeps its newest end; only then is
    the post cut. Longer than `limit` tokens only if the target leaves no room for 16 of the post.
    """
    post = _shortened(post, max(limit - len(target) - 4, 16))
    room = limit - len(target) - len(post) - 5
    earlier = [*context[-room:], END] if context and room > 0 else []
    return [BEGIN, *target, END, END, *earlier, *post, END]


def _shortened(ids: Sequence[int], room: int) -> Sequence[int]:
    """The first three quarters and the last quarter of the room: tags and the last word often stand at the end."""
    if len(ids) <= room:
        return ids
    end = room // 4
    return [*ids[: room - end], *ids[len(ids) - end :]]


def _without_name(match: re.Match[str], about: str) -> str:
    before, at, name = match.group().partition("@")
    # A repost chain keeps its "//": what follows was said by someone else.
    before = "// " if before.startswith("//") else before
    begins = match.string[match.end() - len(name) :][: len(about)]
    if about and begins.casefold() == about.casefold():
        return before + name
    return "" if before.startswith("回复") else before or at


@cache
def _traditional() -> frozenset[str]:
    """The characters that OpenCC would change: asking it about every post would cost more than all the rest."""
    return frozenset(map(chr, simplified_characters()))
