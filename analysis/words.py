"""The words of a set of texts: keywords weighed by how rare they are elsewhere, phrases people repeat, and the words that tell two
sets apart.

Words are cut by rjieba; how rare a word is in Chinese at large is told by the table that comes with jieba (inverse document
frequencies, natural logarithm). Each word and phrase counts once a post, so that one post that shouts a word a hundred times
is still one post. Addresses, @names and emoticons in brackets are no words; traditional characters count as simplified.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import distribution
from math import log, sqrt
from pathlib import Path
from statistics import median

import rjieba

from analysis.text import normalise

LONGEST_PHRASE = 6  # words
WORDS_OF_A_TYPICAL = 4
PRIOR = 500  # words: what is known beforehand weighs as much as so many
_EMOTICON = re.compile(r"\[[^\[\]\s]{1,8}\]")

# Words that every text has and no campaign is told by.
_STOP_WORDS = """
一个 一些 一下 一样 一种 一直 一定 一点 一次 一起 一切 这个 这些 这种 这样 这么 这里 那个 那些 那种 那样 那么 那里 什么 怎么
怎样 为什么 多少 哪里 谁 我们 你们 他们 她们 它们 咱们 大家 自己 别人 人家 有人 没有 不是 不会 不能 不要 不用 不想 不到 不过 不如
就是 还是 也是 都是 只是 可是 但是 而是 于是 要是 是不是 有没有 可以 可能 能够 应该 需要 必须 已经 正在 曾经 刚刚 马上 现在
今天 明天 昨天 时候 之前 之后 以前 以后 以上 以下 因为 所以 如果 虽然 然后 而且 并且 或者 还有 以及 不仅 甚至 其实 其中 其他
关于 对于 由于 为了 通过 根据 按照 非常 特别 真的 真是 比较 更加 最后 然而 那就 这就 也许 大概 似乎 好像 觉得 认为 知道 看到
出来 起来 下来 下去 上去 回来 过来 进行 一般 东西 事情 问题 的话 来说 而已 罢了 哈哈 哈哈哈 呵呵 嘿嘿 转发 微博 评论 网友 the
and of to in is for on it that this with you
的 了 是 在 我 你 他 她 它 们 这 那 有 和 与 及 或 也 都 就 还 又 再 很 太 更 最 不 没 要 会 能 可 把 被 让 给 对 从 到 向 以 为 因
而 但 却 之 其 所 着 过 得 地 吗 呢 吧 啊 呀 哦 嗯 哈 啦 嘛 么 个 些 种 次 等 上 下 中 里 外 前 后 来 去 说 想 看 做 用 人 一 二 三
a an i be are
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, kw_only=True)
class Keyword:
    """A word, the number of posts that have it, and its weight: posts × inverse document frequency."""

    word: str
    posts: int
    weight: float


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """Two to six words in a row and the number of posts that have them."""

    text: str
    posts: int


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A word that one of two groups of posts uses more: `z` above 0 is the first group's, below 0 the second's; `first` and `second`
    are the posts that have it, of 1,000 posts of each group. Beyond ±1.96 chance alone rarely goes, for one word looked at."""

    word: str
    z: float
    first: float
    second: float


def keywords(texts: Iterable[str], *, top: int | None = 30, user_words: Sequence[str] = (), least: int = 1) -> list[Keyword]:
    """The words of at least so many posts that weigh most, the heaviest first. `user_words` are kept whole (拒绝AI绘画) and are told
    however short.

    A word that the table does not know weighs as much as the table's median, as in jieba.
    """
    posts, shown = _counted(_words(text, user_words) for text in texts)
    rarity, unknown = _rarity()
    weighed = [(count * rarity.get(word, unknown), word, count) for word, count in posts.items() if count >= least]
    weighed.sort(key=lambda told: (-told[0], told[1]))
    return [Keyword(word=shown[word], posts=count, weight=weight) for weight, word, count in weighed[:top]]


def contrast(first: Iterable[str], second: Iterable[str], *, top: int = 20, user_words: Sequence[str] = ()) -> list[Contrast]:
    """The words that tell two groups or periods apart: up to `top` of the first, the strongest first, then up to `top` of the second,
    the strongest last. Empty where a group has no words, or both have but one and the same.

    Log-odds ratio with an informative Dirichlet prior, divided by its standard deviation (Monroe, Colaresi and Quinn 2008,
    10.1093/pan/mpn018). A word counts once a post; the prior is the use of both groups together, at the
    weight of `PRIOR` words, so that a rare word needs more than a chance find to stand out.
    """
    groups = [[_words(text, user_words) for text in texts] for texts in (first, second)]
    both, shown = _counted(words for group in groups for words in group)
    (one, _), (other, _) = (_counted(group) for group in groups)
    if not one or not other or len(both) < 2:
        return []
    before = {word: PRIOR * count / both.total() for word, count in both.items()}

    def log_odds(posts: Counter[str], word: str) -> float:
        uses = posts[word] + before[word]
        return log(uses / (posts.total() + PRIOR - uses))

    found = []
    for word in both:
        deviation = sqrt(1 / (one[word] + before[word]) + 1 / (other[word] + before[word]))
        z = (log_odds(one, word) - log_odds(other, word)) / deviation
        of_a_thousand = (1000 * posts[word] / len(group) for posts, group in zip((one, other), groups, strict=True))
        found.append(Contrast(word=shown[word], z=z, **dict(zip(("first", "second"), of_a_thousand, strict=True))))
    found.sort(key=lambda told: (-told.z, told.word))
    return [told for told in found if told.z > 0][:top] + [told for told in found if told.z < 0][-top:]


def typical(texts: Sequence[str], *, top: int = 5, user_words: Sequence[str] = ()) -> list[int]:
    """The places of the texts that say most nearly what all of them say together, the nearest first; none that shares more than half
    of its words with a nearer one, and none of fewer than `WORDS_OF_A_TYPICAL` words.

    Nearness is the cosine between a text's words and those of all texts, each weighed by posts × inverse document frequency.
    """
    words = [{word.casefold() for word in _words(text, user_words)} for text in texts]
    rarity, unknown = _rarity()
    posts = Counter(word for said in words for word in said)
    weight = {word: rarity.get(word, unknown) for word in posts}
    length = sqrt(sum((count * weight[word]) ** 2 for word, count in posts.items())) or 1.0

    def nearness(said: set[str]) -> float:
        own = sqrt(sum(weight[word] ** 2 for word in said))
        return sum(posts[word] * weight[word] ** 2 for word in said) / (own * length) if own else 0.0

    order = sorted((place for place, said in enumerate(words) if len(said) >= WORDS_OF_A_TYPICAL), key=lambda p: (-nearness(words[p]), p))
    chosen: list[int] = []
    for place in order:
        if all(2 * len(words[place] & words[other]) <= len(words[place]) for other in chosen):
            chosen.append(place)
        if len(chosen) == top:
            break
    return chosen


def phrases(texts: Iterable[str], *, top: int | None = 30, user_words: Sequence[str] = (), least: int = 2) -> list[Phrase]:
    """Phrases of at least so many posts, those of the most posts first; one that stands only inside a longer one is left out."""
    posts, shown = _counted({phrase for run in _runs(text, user_words) for phrase in _phrases(run)} for text in texts)
    common = [(phrase, count) for phrase, count in posts.items() if count >= least]
    longer = Counter[str]()
    for phrase, count in common:
        for part in {phrase[start:end] for start in range(len(phrase)) for end in range(start + 2, len(phrase) + 1)} - {phrase}:
            longer[part] = max(longer[part], count)
    told = sorted((-count, phrase) for phrase, count in common if longer[phrase] < count)
    return [Phrase(text=shown[phrase], posts=-count) for count, phrase in told[:top]]


def _words(text: str, user_words: Sequence[str]) -> set[str]:
    """The words of a post that tell something, each once."""
    kept = {word.casefold() for word in _plain(user_words)}
    return {word for run in _runs(text, user_words) for word, _, _ in run if _tells(word) or word.casefold() in kept}


def _counted(found: Iterable[set[str]]) -> tuple[Counter[str], dict[str, str]]:
    """Of what each post has, the number of posts, and the commonest form: what differs only by case is one."""
    posts, forms = Counter[str](), Counter[tuple[str, str]]()
    for told in found:
        posts.update({form.casefold() for form in told})
        forms.update((form.casefold(), form) for form in told)
    return posts, {key: form for (key, form), _ in sorted(forms.items(), key=lambda told: (told[1], told[0]))}


def _runs(text: str, user_words: Sequence[str]) -> Iterator[list[tuple[str, int, str]]]:
    """Words that follow each other with nothing between but a space inside Latin script: (word, place, the text)."""
    plain = _EMOTICON.sub("\n", normalise(text).replace("@", "\n"))
    run: list[tuple[str, int, str]] = []
    place = 0
    for word in _cutter(tuple(user_words)).cut(plain):
        if any(sign.isalnum() for sign in word):
            run.append((word, place, plain))
        elif not (word == " " and run and run[-1][0].isascii() and plain[place + 1 : place + 2].isascii()):
            if run:
                yield run
            run = []
        place += len(word)
    if run:
        yield run


def _phrases(run: list[tuple[str, int, str]]) -> Iterator[str]:
    for first, (word, start, plain) in enumerate(run):
        if word.casefold() in STOP_WORDS:
            continue
        for last, end, _ in run[first + 1 : first + LONGEST_PHRASE]:
            if last.casefold() not in STOP_WORDS:
                yield plain[start : end + len(last)]


def _tells(word: str) -> bool:
    return len(word) > 1 and not word.isdigit() and word.casefold() not in STOP_WORDS


def _plain(words: Iterable[str]) -> Iterator[str]:
    return (plain for word in words if (plain := normalise(word)))


@lru_cache(maxsize=8)
def _cutter(user_words: tuple[str, ...]) -> rjieba.Jieba:
    cutter = rjieba.Jieba()
    for word in _plain(user_words):
        for form in {word, word.lower(), word.upper(), word.capitalize()}:
            cutter.add_word(form, cutter.suggest_freq(form), "n")
    return cutter


@cache
def _rarity() -> tuple[dict[str, float], float]:
    """Inverse document frequencies by word, and their median. Read as a file: importing jieba would load its dictionary."""
    table = Path(str(distribution("jieba").locate_file("jieba/analyse/idf.txt")))
    lines = (line.split(" ") for line in table.read_text(encoding="utf-8").splitlines())
    rarity = {word: float(value) for word, value in lines}
    return rarity, median(rarity.values())
