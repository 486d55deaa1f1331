"""Stand-ins for people in texts that leave the house: the same person, the same stand-in, everywhere within one home.

What is replaced:

* after @, and in repost chains (//@name:): every name, known or not, whatever word it is;
* where it stands as a whole token, with no letter or digit on either side: every name of two or more characters that a collected
  account ever had, whatever word it is, except the words that the campaign itself is known by;
* inside a run of letters, as Chinese is written (雪鱼 in "雪鱼说得对"): the same names where no word of the jieba dictionary straddles
  their ends, unless the name is what anyone might say there: an ordinary word (快乐 in 天天快乐, AI in 反对AI绘画, 小红 in 小红书)
  or one with function characters, up to four characters in all (画画的人);
* account ids of five or more characters anywhere, and whoever a link to a profile leads to.

A name is found in simplified and in traditional characters, whichever of them its account uses (雪魚 for 雪鱼). Of accounts whose names
differ in that alone, each is found by its own spelling.

The host of a link stays (weibo.com, where somebody is called weibo), unless it holds a name that nobody else would say
(moonlit_otter.lofter.com).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import rjieba

from data.home import stand_in
from data.tags import bare_name, fold, lower_case, simplified, tag_key

# Words that people also take as names and that the dictionary lacks: of the net, of Latin letters, and the stock names of
# school-book sentences (the Jane Does).
NET = """
    ai aigc app art artist ap apple baby bb big blue boy bug cat cg chatgpt cn color colour cool cos cp cry cute dd ddl diy
    dj dna doctor dog dream emo eye fan fans fire fish fly game girl go god good gpt green group happy hello hi home hot
    idea ip it job joy kol life light link live lol love lucky man me mini mm moon music my new news nice no now ok okk oc
    one original pass pay pc photo pink play plus pm ppt pro ps pua red rip sad sb sea sky so star start stop story sun team
    test the think time top tv up us video vip vlog we web who why wifi world wow xs yes you yyds
    小红 小明 小刚 小丽 小芳 小华 小强 小李 小王 小张 老王 老张 小红书 红薯 小红薯 薯条 微博 抖音 快手 知乎
    豆瓣 哔哩哔哩 淘宝 拼多多 文明 高峰 高潮 白雪 黄金周 元宝 表情包 打工人 吃瓜群众 路人 路人甲 网友 楼主 博主
    画师 画手 太太 大大 老师 用户 游客 匿名 匿名用户 匿名者 管理员 客服 作者 粉丝 宝子 姐妹 姐妹们 家人们 集美
    绝绝子 破防 躺平 内卷 摸鱼 社恐 二次元 三次元 同人 约稿 原创 转载
"""
# Parts of hosts that are many people's, whoever else is called so.
HOSTS = """
    weibo sina qq wechat weixin baidu tieba xiaohongshu xhslink xhs douyin iesdouyin kuaishou bilibili b23 zhihu douban toutiao 163
    lofter sohu ifeng taobao tmall jd alipay mihoyo huaban zcool github google apple youtube youtu twitter instagram facebook tiktok
    reddit tumblr pixiv artstation deviantart behance patreon afdian discord telegram wikipedia medium notion archive http https www
    com cn
"""
ORDINARY = frozenset(NET.split())
SERVICES = frozenset(HOSTS.split())
PLATFORMS = frozenset("微博 新浪微博 weibo 小红书 xiaohongshu rednote 抖音 douyin 快手 知乎 哔哩哔哩 bilibili b站".split())  # noqa: SIM905
FUNCTION_CHARACTERS = frozenset(
    "的了是在我你他她它们不就也都还有没这那个人来去上下大小很太最真好吗呢吧啊哦嗯哈呀么什和与或但而且把被给对从到为因所以可能会要想说看做吃"
)
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾"
    "夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
PERSONAL = frozenset({"nr", "nrt", "nrfg"})  # what the dictionary marks as a name; for words such as 明白 it is wrong

AT = re.compile("[@＠]")
# The run that a platform takes for a name after @: up to white space or punctuation.
RUN = re.compile(r"""(?:[^\s@＠:：,，。．；;!！?？、"“”‘’'()（）\[\]【】<>《》「」#＃/\\|~…*&^%$+=.]|\.(?=\w))+""")
CHAIN = re.compile(r"([^@＠:：\n/]{1,40})[:：]")  # after "//@": all up to the colon
LONGEST_RUN = 40
HAN = re.compile("[㐀-鿿豈-﫿\U00020000-\U0003ffff]")
ID_RUN = re.compile(r"[0-9A-Za-z]{5,}")
DIGITS_OR_HEX = re.compile(r"[0-9a-f]{24}|\d{5,}")
PROFILE = re.compile(
    r"(weibo\.(?:com|cn)/(?:u|n|profile|p)/|weibo\.(?:com|cn)/(?=\d)|user/profile/|[?&](?:uid|user_?id|author_?id)=)([^\s/?#&\"'<>]+)",
    re.IGNORECASE,
)
HOST = re.compile(
    r"https?://[a-z0-9._-]+|(?<![a-z0-9_.@-])(?:[a-z0-9_-]+\.)+(?:com|cn|net|org|edu|gov|tv|me|io|co|cc|hk|tw|jp)(?![a-z0-9_-])",
    re.IGNORECASE,
)
PHRASE = 4  # characters of a word with function characters around it that anyone might say
ADDED_WORD = 10_000_000  # how often a word of the campaign is said to occur: it is never cut


class Pseudonyms:
    """Replaces names and account ids. `stand_in` makes the keyed stand-in of a name that is of no one account (`Home.pseudonym`);
    an account's is `u` and the first ten digits of its author_key."""

    def __init__(self, stand_in: Callable[[str], str], *, words: Iterable[str] = ()):
        self.stand_in = stand_in
        self.dictionary = rjieba.Jieba()
        self.own = {tag_key(word) for word in words} - {""}
        self.own_folded = set(map(fold, self.own))
        for word in self.own | PLATFORMS:
            self.dictionary.add_word(word, ADDED_WORD, "n")
        self.names: dict[str, str] = {}
        self.as_written: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.distinctive: set[str] = set()
        self.lengths: dict[str, tuple[int, ...]] = {}
        self.ids: dict[str, str] = {}
        self.gone: dict[str, str] = {}
        self.gone_lengths: set[int] = set()
        self.keyed: Callable[[str], str] = self.stand_in
        self.account_of_id: Callable[[str], str | None] = self.ids.get

    def account(self, author_key: str | None, name: str | None = None) -> str | None:
        """The stand-in of an account; of its name where its key is not known; None where neither is told."""
        if author_key:
            return stand_in(author_key)
        return self.stand_in(name) if name else None

    def learn_names(self, names: Iterable[tuple[str, str | None]]) -> None:
        """Takes pairs of a name and the stand-in of the account that bears it; None where several do or none is known."""
        for told, stands_in in names:
            name = bare_name(told)
            if not name:
                continue
            folded = fold(name)
            self._learn(self.as_written, lower_case(name), stands_in or self.stand_in(name))
            self._learn(self.names, folded, stands_in or self.stand_in(name))
            if len(name) > 1 and tag_key(name) not in self.own and folded not in self.own_folded:
                self.tokens[folded] = self.names[folded]
                if not self.ordinary(name):
                    self.distinctive.add(folded)
        self._index()

    def _learn(self, known: dict[str, str], name: str, stands_in: str) -> None:
        """What several bear stands for none of them, in whatever order they come."""
        if known.setdefault(name, stands_in) != stands_in:
            known[name] = self.stand_in(name)

    def learn_ids(self, ids: Iterable[tuple[str, str]]) -> None:
        """Takes pairs of an account id and the stand-in of the account."""
        for told, stands_in in ids:
            if len(told) < 5:
                continue  # too short to be told from any other number
            self.ids[told] = stands_in
            if not ID_RUN.fullmatch(told):
                self.tokens[fold(told)] = stands_in
                self.distinctive.add(fold(told))
        self._index()

    def learn_gone(
        self, names: Mapping[str, str], lengths: Iterable[int], keyed: Callable[[str], str], account_of_id: Callable[[str], str | None]
    ) -> None:
        """Takes the forgotten, whom nothing here names any more: stand-ins by what `keyed` makes of a folded name, how long these names
        are, and the stand-in of an account by its id. A name of theirs is known again while a text says it."""
        self.gone, self.gone_lengths, self.keyed, self.account_of_id = dict(names), set(lengths), keyed, account_of_id

    def _recall(self, text: str) -> None:
        told, found = fold(text), []
        for length in self.gone_lengths if self.gone else ():
            for start in range(len(told) - length + 1):
                piece = told[start : start + length]
                if stands_in := self.gone.pop(self.keyed(piece), None):
                    found.append((piece, stands_in))
        if found:
            self.learn_names(found)

    def ordinary(self, name: str) -> bool:
        """Whether anyone might say a name's words without meaning the account: it is left where letters surround it."""
        key = tag_key(name)
        if not any(map(str.isalnum, key)) or key in self.own or key in PLATFORMS:
            return True
        if _word(key) or (key.isdigit() and len(key) < 5):
            return True
        content = [piece for piece in rjieba.cut(key, False) if piece not in FUNCTION_CHARACTERS]
        return len(key) <= PHRASE and (not content or (len(content) == 1 and (_word(content[0]) or len(content[0]) == 1)))

    def text(self, text: str | None, mentions: Iterable[str] = ()) -> str | None:
        """A text without its people. `mentions` are the names that the platform says it mentions: they tell where a name after @
        ends when words follow it without a space."""
        if not text:
            return text
        self._recall(text)
        text = PROFILE.sub(lambda link: link[1] + self._leads_to(link[2]), text)
        if not AT.search(text):
            return self._bare(text)
        folded = fold(text)
        mentioned = sorted({fold(bare_name(name)) for name in mentions if name}, key=len, reverse=True)
        made, done = [], 0
        for at in AT.finditer(text):
            if at.end() <= done:
                continue
            end = self._end_of_name(text, folded, at.end(), mentioned)
            if end == at.end():
                continue
            made += [self._bare(text[done : at.start()]), at[0], self.name(text[at.end() : end])]
            done = end
        made.append(self._bare(text[done:]))
        return "".join(made)

    def name(self, name: str) -> str:
        """The stand-in of a name: its account's where it is known."""
        name = bare_name(name)
        self._recall(name)
        known = self.as_written.get(lower_case(name)) or self.names.get(fold(name))
        return known or self._of_id(name) or self.stand_in(name)

    def _of_id(self, told: str) -> str | None:
        return self.ids.get(told) or self.account_of_id(told)

    def _leads_to(self, told: str) -> str:
        return self._of_id(told) or self.name(told)

    def _end_of_name(self, text: str, folded: str, start: int, mentioned: list[str]) -> int:
        """Where the name ends that begins after an @; `start` itself when there is none."""
        in_chain = re.search(r"//\s*$", text[max(0, start - 6) : start - 1])
        chain = CHAIN.match(text, start) if in_chain else None
        if chain and fold(chain[1].strip()) in self.names:
            return chain.end(1)
        run = RUN.match(text, start, start + LONGEST_RUN)
        end = run.end() if run else start
        longest = next(self._lengths_at(folded, start, self.names), 0)
        if longest and start + longest >= end:
            return start + longest
        if folded[start:end] in self.names:
            return end
        for name in mentioned:
            if name and folded.startswith(name, start):
                return start + len(name)
        return chain.end(1) if chain and chain.end(1) > end else end

    def _bare(self, text: str) -> str:
        """Names as whole tokens and account ids in a stretch without @."""
        text = ID_RUN.sub(self._without_ids, text)
        lower, folded = lower_case(text), fold(text)
        edges: set[int] | None = None
        hosts = [host.span() for host in HOST.finditer(text)] if "." in text else []
        made, done = [], 0
        for start, end in self._candidates(folded):
            if start < done:
                continue
            if hosts and any(first <= start and end <= last for first, last in hosts) and self._is_of_many(folded[start:end]):
                continue
            if not (_open(text, start) and _open(text, end)):
                if folded[start:end] not in self.distinctive:
                    continue
                edges = self._edges(lower) if edges is None else edges
                if not (_edge(text, start, edges) and _edge(text, end, edges)):
                    continue
            made += [text[done:start], self.as_written.get(lower[start:end]) or self.tokens[folded[start:end]]]
            done = end
        return "".join(made) + text[done:]

    def _is_of_many(self, name: str) -> bool:
        """Whether a name in the host of a link may be anyone's."""
        return name in SERVICES or name not in self.distinctive

    def _without_ids(self, run: re.Match[str]) -> str:
        return self._of_id(run[0]) or DIGITS_OR_HEX.sub(lambda part: self._of_id(part[0]) or part[0], run[0])

    def _candidates(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where a known name stands, from left to right, the longer first."""
        for start in range(len(folded) - 1):
            if folded[start : start + 2] in self.lengths:
                for length in self._lengths_at(folded, start, self.tokens):
                    yield start, start + length

    def _lengths_at(self, folded: str, start: int, known: dict[str, str]) -> Iterator[int]:
        for length in self.lengths.get(folded[start : start + 2], ()):
            if start + length <= len(folded) and folded[start : start + length] in known:
                yield length

    def _edges(self, lower: str) -> set[int]:
        edges, place = {0}, 0
        by_phrases = simplified(lower)  # 乾隆 is a word of the dictionary, and 干隆 none
        for word in self.dictionary.cut(by_phrases if len(by_phrases) == len(lower) else lower, False):
            place += len(word)
            edges.add(place)
        return edges

    def _index(self) -> None:
        lengths: dict[str, set[int]] = {}
        for known in (self.names, self.tokens):
            for name in known:
                lengths.setdefault(name[:2], set()).add(len(name))
        self.lengths = {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}


def _open(text: str, place: int) -> bool:
    """Whether no letter or digit stands on at least one side of a place."""
    return place in (0, len(text)) or not (_letter(text[place - 1]) and _letter(text[place]))


def _edge(text: str, place: int, edges: set[int]) -> bool:
    """Whether a place is open, or the edge of a dictionary word. Of other scripts than Han only spaces and signs cut words."""
    han = place not in (0, len(text)) and (HAN.match(text[place - 1]) or HAN.match(text[place]))
    return _open(text, place) or (place in edges and bool(han))


def _letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def _word(word: str) -> bool:
    """Whether it is an ordinary word: of the dictionary or of the net, and no person's name."""
    return word in ORDINARY or (rjieba.has_word(word) and not _personal(word))


def _personal(word: str) -> bool:
    """Whether a word of the dictionary is a person's name: marked as one, and with a common surname first."""
    tagged = rjieba.tag(word, False)
    return len(word) <= 3 and word[0] in SURNAMES and len(tagged) == 1 and tagged[0][1] in PERSONAL
