"""The language model: emotion and sentiment of a post, stance of a post toward a target.

A model is a folder in the layout of transformers: `config.json` with the heads, `tokenizer.json`, `model.onnx`. The
graph takes `ids` and `am` (token ids and attention mask, int64, rows × longest) and gives each head's logits:

    "name": "groundswell-zh",
    "heads": {"stance": {"output": "t", "labels": ["against", "neutral", "favour"], "temperature": 1.0, "context": false}}

A head whose `context` is true also reads the earlier turns of a conversation. Nothing here touches the network, and
nothing needs torch.

    classifier = load("my-model")
    classifier.score(["今天真开心", None])                     # a table: emotion, emotion_angry, …, sentiment, …
    classifier.stance(["从我做起"], "抵制小红书", ["大家都卸载了"])   # a table: stance, stance_favour, …

Both are functions of what they are given, and a `Classifier` can be pickled and sent to another process or machine that has
the folder. One caution about graphs whose int8 layers take one scale for a whole batch: the last digits of a
probability, and the value where two are nearly equal, may differ with the other texts of the call.
"""

import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.targets import split_target
from analysis.text import BEGIN, END, normalise, pair_ids, post_ids
from data.errors import WrongUsage
from data.model import LABEL_VALUES

SHIPPED = Path(__file__).parent / "model"
POST_KINDS = ("emotion", "sentiment")
FILES = ("config.json", "tokenizer.json", "model.onnx")

# Measured on two cores with texts of 33 tokens: a session of one thread for each core and batches of about 500 tokens, which
# stay in the processor's cache, are twice as fast as one session with two threads and batches of 32 posts.
BATCH_TOKENS = 512
REMEMBERED = 100_000

Probabilities = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Head:
    """One question the model answers: the graph's output, its labels in the output's order, and how to read it."""

    kind: str
    output: str
    labels: tuple[str, ...]
    temperature: float = 1.0
    context: bool = False


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """A model folder. `version` is a hash of what decides the answers: configuration, tokenizer and weights."""

    folder: Path
    name: str
    version: str
    heads: tuple[Head, ...]

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
        asked = [
            (split[target][0], _plain(context), _plain(text) if split[target][0] else "")
            for text, target, context in zip(texts, targets, contexts, strict=True)
        ]
        answers = self._answers(asked, ("stance",) if self.head("stance") else ())
        sides = [split[target][1] for target in targets]
        return [_for_target(told["stance"], side) if told else None for told, side in zip(answers, sides, strict=True)]

    def _answers(self, asked: Sequence[tuple[str, str, str]], kinds: tuple[str, ...]) -> list[dict[str, Probabilities] | None]:
        """The answers to (concept, context, text), all normalised; None where there is no text or nothing to ask."""
        if not kinds:
            return [None] * len(asked)
        found = _opened(self, os.getpid()).answers({key for key in asked if key[2]}, kinds)
        return [found.get(key) for key in asked]


def load(model: str | Path | None = None) -> Classifier:
    """The model in a folder; the one that ships without an argument. Raises WrongUsage, saying what to do, if there is none."""
    folder = Path(model).expanduser() if model is not None else SHIPPED
    if model is None and not (folder / "model.onnx").exists():
        raise WrongUsage("No language model is installed with this program. Give a model folder: --model FOLDER")
    if folder.is_file():
        raise WrongUsage(f"{folder} is a file. Give the folder that holds {', '.join(FILES)}.")
    if not folder.is_dir():
        raise WrongUsage(f"There is no model folder {folder}. Give a folder that holds {', '.join(FILES)}.")
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise WrongUsage(f"{folder} is no model folder: it has no {' and no '.join(missing)}.")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise WrongUsage(f"{folder / 'config.json'} is not JSON: {error}") from error
    return Classifier(
        folder=folder.resolve(),
        name=str(config.get("name") or folder.resolve().name),
        version=_version(tuple(_stamp(folder.resolve() / name) for name in FILES)),
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
    """An open session, its tokenizer, and the answers it gave lately: spam repeats itself across the chunks of a big file."""

    def __init__(self, classifier: Classifier) -> None:
        # Only here: half a second and more that commands without a model need not wait for.
        import onnxruntime

        os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")  # that torch is missing is as it should be
        from transformers import PreTrainedTokenizerFast

        onnxruntime.set_default_logger_severity(3)
        self._heads = {head.kind: head for head in classifier.heads}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        folder = classifier.folder
        try:
            tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
            self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the tokenizer and the runtime raise classes of their own without a common base
            raise WrongUsage(f"The model in {folder} cannot be opened: {error}") from error
        self._tokenizer = tokenizer.backend_tokenizer
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._pad = int(config.get("pad_token_id") or 0)
        self._most = int(config.get("max_position_embeddings") or 512)
        self._check(folder, (tokenizer.bos_token_id, tokenizer.eos_token_id))
        self._cores = _cores()
        self._workers = ThreadPoolExecutor(self._cores, thread_name_prefix="model")
        self._lock = threading.Lock()
        self._remembered: dict[bytes, dict[str, Probabilities] | None] = {}

    def _check(self, folder: Path, ends: tuple[int | None, int | None]) -> None:
        outputs = {output.name for output in self._session.get_outputs()}
        inputs = {given.name for given in self._session.get_inputs()}
        for head in self._heads.values():
            if head.output not in outputs:
                raise WrongUsage(f"The model in {folder} has no output {head.output!r} for {head.kind}; it has {sorted(outputs)}.")
        if inputs != {"ids", "am"}:
            raise WrongUsage(f"The model in {folder} must take the inputs ids and am; it takes {sorted(inputs)}.")
        if ends != (BEGIN, END):
            raise WrongUsage(f"The tokenizer in {folder} must number <s> {BEGIN} and </s> {END}; its numbers are {ends}.")

    def answers(
        self, asked: Iterable[tuple[str, str, str]], kinds: tuple[str, ...]
    ) -> dict[tuple[str, str, str], dict[str, Probabilities] | None]:
        """The answers to distinct (concept, context, text); None where a target is longer than the model can read."""
        keys = {question: _key(question) for question in sorted(asked)}  # an order of its own: a set's is not the same twice
        with self._lock:
            found = {question: self._remembered[key] for question, key in keys.items() if key in self._remembered}
            new = [question for question in keys if question not in found]
            for question, answer in zip(new, self._run(new, kinds), strict=True):
                found[question] = self._remembered[keys[question]] = answer
            while len(self._remembered) > REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return found

    def _run(self, asked: Sequence[tuple[str, str, str]], kinds: tuple[str, ...]) -> list[dict[str, Probabilities] | None]:
        answers: list[dict[str, Probabilities] | None] = [None] * len(asked)
        sequences = self._sequences(asked)
        heads = [self._heads[kind] for kind in kinds]
        batches = list(_batches(sequences, self._most))
        for batch, logits in zip(
            batches, self._workers.map(lambda batch: self._logits([sequences[n] for n in batch], heads), batches), strict=True
        ):
            by_head = [_probabilities(head, values) for head, values in zip(heads, logits, strict=True)]
            for place, number in enumerate(batch):
                answers[number] = {head.kind: of[place] for head, of in zip(heads, by_head, strict=True)}
        return answers

    def _sequences(self, asked: Sequence[tuple[str, str, str]]) -> list[list[int]]:
        parts = [part for question in asked for part in question]
        ids = iter(encoding.ids for encoding in self._tokenizer.encode_batch(parts, add_special_tokens=False))
        return [
            pair_ids(target, text, context) if concept else post_ids(text)
            for (concept, _, _), target, context, text in zip(asked, ids, ids, ids, strict=True)
        ]

    def _logits(self, sequences: Sequence[Sequence[int]], heads: Sequence[Head]) -> list[NDArray[np.float32]]:
        longest = max(map(len, sequences))
        ids = np.full((len(sequences), longest), self._pad, np.int64)
        seen = np.zeros_like(ids)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = sequence
            seen[row, : len(sequence)] = 1
        return self._session.run([head.output for head in heads], {"ids": ids, "am": seen})


def _batches(sequences: Sequence[Sequence[int]], most: int) -> Iterator[list[int]]:
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


def _probabilities(head: Head, logits: NDArray[np.float32]) -> list[Probabilities]:
    scaled = logits.astype(np.float64) / head.temperature
    chances = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    chances = np.round(chances / chances.sum(axis=1, keepdims=True), 6)
    places = [head.labels.index(value) for value in LABEL_VALUES[head.kind]]
    return [dict(zip(LABEL_VALUES[head.kind], row, strict=True)) for row in chances[:, places].tolist()]


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


def _plain(text: str | None) -> str:
    return normalise(_sound(text)) if text else ""


def _sound(text: str) -> str:
    """Text without what no tokenizer takes: halves of surrogate pairs, as broken exports have them, and NUL."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", " ")


def _key(question: tuple[str, str, str]) -> bytes:
    return hashlib.blake2b("\x1f".join(question).encode(), digest_size=16).digest()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1
