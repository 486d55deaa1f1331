"""The language model: emotion and sentiment of a post, stance of a post toward a target.

A model is a folder in the layout of transformers: `config.json` with the heads, `tokenizer.json`, `model.onnx`. The
graph takes `ids` and `am` (token ids and attention mask, int64, rows × longest) and gives each head's logits:

    "name": "groundswell-zh",
    "heads": {"stance": {"output": "t", "labels": ["against", "neutral", "favour"], "temperature": 1.0, "context": false}}

A head whose `context` is true also reads the earlier turns of a conversation; `confidence` are points (said, right) by which a
probability is made as high as it is often right (`runtime.as_often_right`). Such a folder needs neither the network nor torch;
a name such as owner/model, where no folder is called so, is a model of the Hugging Face hub and needs both (hub.py).

    classifier = load("my-model")      # or a model of the Hugging Face hub: see hub.py
    classifier.score(["今天真开心", None])                     # a table: emotion, emotion_angry, …, sentiment, …
    classifier.stance(["从我做起"], "抵制小红书", ["大家都卸载了"])   # a table: stance, stance_favour, …

Both are functions of what they are given, and a `Classifier` can be pickled and sent to another process or machine that has
the folder. One caution about graphs whose int8 layers take one scale for a whole batch: the last digits of a
probability, and the value where two are nearly equal, may differ with the other texts of the call.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from analysis import hub
from analysis.runtime import Head, OnnxRuntime, Question, Runtime, probabilities
from analysis.targets import split_target
from analysis.text import normalise
from data.errors import WrongUsage
from data.model import LABEL_VALUES

SHIPPED = Path(__file__).parent / "model"
POST_KINDS = ("emotion", "sentiment")
FILES = ("config.json", "tokenizer.json", "model.onnx")

# Measured on two cores with texts of 33 tokens: a session of one thread for each core and batches of about 500 tokens, which
# stay in the processor's cache, are twice as fast as one session with two threads and batches of 32 posts.
BATCH_TOKENS = 512
REMEMBERED = 100_000
_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+", re.ASCII)  # owner/name

Probabilities = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """A model folder, or the name of a model of the hub (`runtime` "torch"). `version` is a hash of what decides the
    answers: configuration, tokenizer and weights."""

    folder: Path
    name: str
    version: str
    heads: tuple[Head, ...]
    runtime: str = "onnx"

    @property
    def post_kinds(self) -> tuple[str, ...]:
        """What it tells of a post alone: emotion, sentiment, both or neither."""
        return tuple(kind for kind in POST_KINDS if self.head(kind))

    @property
    def takes_context(self) -> bool:
        """Whether a stance depends on the earlier turns too."""
        stance = self.head("stance")
        return stance is not None and stance.context

    def head(self, kind: str) -> Head | None:
        """The head of a kind, None if the model has none."""
        return next((head for head in self.heads if head.kind == kind), None)

    def open(self) -> None:
        """Opens the model now rather than with the first text: about a second. Raises WrongUsage when it cannot be opened."""
        _opened(self, os.getpid())

    def score(self, texts: Sequence[str | None]) -> pa.Table:
        """A row a text, in order: `emotion`, `emotion_angry`, …, `sentiment`, `sentiment_negative`, …

        All null where nothing of the author's is left of a text, and for a head that the model lacks.
        """
        answers = self.post_probabilities(texts)
        return pa.table({name: column for kind in POST_KINDS for name, column in _columns(kind, [a.get(kind) for a in answers])})

    def stance(
        self, texts: Sequence[str | None], targets: str | Sequence[str | None], contexts: Sequence[str | None] | None = None
    ) -> pa.Table:
        """A row a text, in order: `stance`, `stance_favour`, `stance_against`, `stance_neutral`.

        `targets` is one for all or one a text; `contexts` are the earlier turns, the oldest first, a line each. All null
        without a text, a target or a stance head.
        """
        return pa.table(dict(_columns("stance", self.stance_probabilities(texts, targets, contexts))))

    def post_probabilities(self, texts: Sequence[str | None]) -> list[dict[str, Probabilities]]:
        """For each text the probabilities of each kind the model has; an empty dict for a text without words."""
        return [answer or {} for answer in self._answers([("", "", _plain(text)) for text in texts], self.post_kinds)]

    def stance_probabilities(
        self, texts: Sequence[str | None], targets: str | Sequence[str | None], contexts: Sequence[str | None] | None = None
    ) -> list[Probabilities | None]:
        """The probabilities behind `stance`. A target such as 抵制小红书 is asked as its concept and turned round."""
        targets = [targets] * len(texts) if targets is None or isinstance(targets, str) else targets
        if not self.takes_context or contexts is None:
            contexts = [None] * len(texts)
        split = {target: split_target(_sound(target or "")) for target in set(targets)}
        concepts = [split[target][0] for target in targets]
        asked = [
            (concept, _plain(context, concept), _plain(text, concept) if concept else "")
            for text, concept, context in zip(texts, concepts, contexts, strict=True)
        ]
        answers = self._answers(asked, ("stance",) if self.head("stance") else ())
        sides = [split[target][1] for target in targets]
        return [_for_target(told["stance"], side) if told else None for told, side in zip(answers, sides, strict=True)]

    def _answers(self, asked: Sequence[Question], kinds: tuple[str, ...]) -> list[dict[str, Probabilities] | None]:
        """The answers to (concept, context, text), all normalised; None where there is no text or nothing to ask."""
        if not kinds:
            return [None] * len(asked)
        found = _opened(self, os.getpid()).answers({key for key in asked if key[2]}, kinds)
        return [found.get(key) for key in asked]


def load(model: str | Path | None = None, label_names: Mapping[str, str] | None = None) -> Classifier:
    """The model in a folder; the one that ships without an argument; a text classifier of the Hugging Face hub by folder or
    name, its labels mapped by `label_names` (hub.py). Raises WrongUsage, saying what to do, where there is none."""
    if model is None and not (SHIPPED / "model.onnx").exists():
        raise WrongUsage("No language model is installed with this program. Give a model folder: --model FOLDER")
    folder = SHIPPED if model is None else Path(model).expanduser()
    if folder.is_file():
        raise WrongUsage(f"{folder} is a file. Give the folder that holds {', '.join(FILES)}.")
    if folder.is_dir():
        missing = [name for name in FILES if not (folder / name).is_file()]
        if not missing:
            return _of_folder(folder.resolve())
        if "model.onnx" not in missing or not any(list(folder.glob(pattern)) for pattern in hub.WEIGHTS):
            raise WrongUsage(f"{folder} is no model folder: it has no {' and no '.join(missing)}.")
        folder = folder.resolve()
    elif not _HUB_NAME.fullmatch(str(model)):
        raise WrongUsage(f"There is no model folder {folder}. Give a folder that holds {', '.join(FILES)}.")
    name, version, head = hub.described(folder.as_posix(), label_names or {})
    return Classifier(folder=folder, name=name, version=version, heads=(head,), runtime="torch")


def _of_folder(folder: Path) -> Classifier:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise WrongUsage(f"{folder / 'config.json'} is not JSON: {error}") from error
    return Classifier(
        folder=folder,
        name=str(config.get("name") or folder.name),
        version=_version(tuple(_stamp(folder / name) for name in FILES)),
        heads=_heads(config, folder),
    )


def _heads(config: dict[str, Any], folder: Path) -> tuple[Head, ...]:
    told = config.get("heads")
    if not isinstance(told, dict) or not set(told) & set(LABEL_VALUES):
        kinds = ", ".join(LABEL_VALUES)
        raise WrongUsage(f'{folder / "config.json"} names no heads: it needs "heads" with any of {kinds}.')
    heads = []
    for kind in LABEL_VALUES:
        if kind not in told:
            continue
        labels = tuple(told[kind].get("labels", ()))
        if sorted(labels) != sorted(LABEL_VALUES[kind]) or "output" not in told[kind]:
            allowed = ", ".join(LABEL_VALUES[kind])
            raise WrongUsage(f'{folder / "config.json"}: the head {kind} needs an "output" and the "labels" {allowed}.')
        heads.append(
            Head(
                kind=kind,
                output=told[kind]["output"],
                labels=labels,
                temperature=float(told[kind].get("temperature", 1.0)),
                context=bool(told[kind].get("context", False)),
                confidence=tuple((said, right) for said, right in told[kind].get("confidence", ())),
            )
        )
    return tuple(heads)


def _stamp(path: Path) -> tuple[Path, int, int]:
    told = path.stat()
    return path, told.st_size, told.st_mtime_ns


@cache
def _version(stamps: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, size, _ in stamps:
        digest.update(size.to_bytes(8))
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _opened(classifier: Classifier, process: int) -> "_Model":
    """The open model of this process: a session does not survive a fork."""
    return _Model(classifier)


class _Model:
    """An open model and the answers it gave lately: spam repeats itself across the chunks of a big file."""

    def __init__(self, classifier: Classifier) -> None:
        self._heads = {head.kind: head for head in classifier.heads}
        self._runtime = _runtime(classifier)
        self._workers = ThreadPoolExecutor(self._runtime.threads, thread_name_prefix="model")
        self._lock = threading.Lock()
        self._remembered: dict[bytes, dict[str, Probabilities] | None] = {}

    def answers(self, asked: Iterable[Question], kinds: tuple[str, ...]) -> dict[Question, dict[str, Probabilities] | None]:
        """The answers to distinct questions; None where a target is longer than the model can read."""
        keys = {question: _key(question) for question in sorted(asked)}  # a set has another order in every process
        with self._lock:
            found = {question: self._remembered[key] for question, key in keys.items() if key in self._remembered}
            new = [question for question in keys if question not in found]
            for question, answer in zip(new, self._run(new, kinds), strict=True):
                found[question] = self._remembered[keys[question]] = answer
            while len(self._remembered) > REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return found

    def _run(self, asked: Sequence[Question], kinds: tuple[str, ...]) -> list[dict[str, Probabilities] | None]:
        answers: list[dict[str, Probabilities] | None] = [None] * len(asked)
        sequences = self._runtime.sequences(asked)
        heads = [self._heads[kind] for kind in kinds]
        batches = list(_batches(sequences, self._runtime.most))
        run = self._workers.map(lambda batch: self._runtime.logits([sequences[n] for n in batch], heads), batches)
        for batch, logits in zip(batches, run, strict=True):
            by_head = [probabilities(head, values) for head, values in zip(heads, logits, strict=True)]
            for place, number in enumerate(batch):
                answers[number] = {head.kind: of[place] for head, of in zip(heads, by_head, strict=True)}
        return answers


def _runtime(classifier: Classifier) -> Runtime:
    if classifier.runtime == "torch":
        return hub.TorchRuntime(classifier.folder.as_posix())
    return OnnxRuntime(classifier.folder, classifier.heads)


def _batches(sequences: Sequence[Sized], most: int) -> Iterator[list[int]]:
    """Numbers of sequences of like length, the longest first; those longer than `most` are left out."""
    batch: list[int] = []
    for number in sorted(range(len(sequences)), key=lambda n: len(sequences[n]), reverse=True):
        if len(sequences[number]) > most:
            continue
        if batch and (len(batch) + 1) * len(sequences[batch[0]]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _for_target(chances: Probabilities, side: str) -> Probabilities:
    if side == "favour":
        return chances
    return {"favour": chances["against"], "against": chances["favour"], "neutral": chances["neutral"]}


def likeliest(chances: Probabilities | None) -> str | None:
    """The value with the highest probability, the first named of equal ones; None for None."""
    return max(chances, key=lambda value: chances[value]) if chances else None


def _columns(kind: str, answers: Sequence[Probabilities | None]) -> Iterator[tuple[str, pa.Array]]:
    yield kind, pa.array([likeliest(chances) for chances in answers], pa.string())
    for value in LABEL_VALUES[kind]:
        yield f"{kind}_{value}", pa.array([chances and chances[value] for chances in answers], pa.float64())


def _plain(text: str | None, about: str = "") -> str:
    return normalise(_sound(text), about) if text else ""


def _sound(text: str) -> str:
    """Text without what no tokenizer takes: halves of surrogate pairs, as broken exports have them, and NUL."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", " ")


def _key(question: Question) -> bytes:
    return hashlib.blake2b("\x1f".join(question).encode(), digest_size=16).digest()
