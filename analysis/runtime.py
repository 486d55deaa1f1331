"""What runs a model: texts into token ids, token ids into the logits of its heads."""

import json
import os
from collections.abc import Sequence, Sized
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.text import BEGIN, END, pair_ids, post_ids
from data.errors import WrongUsage
from data.model import LABEL_VALUES

# Concept, earlier turns and post, all normalised; the first two are "" for what is asked of a post alone.
Question = tuple[str, str, str]
Logits = list[NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Head:
    """One question the model answers. `labels` are the values behind the places of its output; a value may stand at several
    places (their probabilities add up) or at none (its probability is 0). `confidence` tells how often the likeliest value is right
    by what the graph says of it: `as_often_right`."""

    kind: str
    output: str
    labels: tuple[str, ...]
    temperature: float = 1.0
    context: bool = False
    confidence: tuple[tuple[float, float], ...] = ()


class Runtime(Protocol):
    """An open model. `most` is the longest sequence it can read; `threads` may call `logits` at once."""

    most: int
    threads: int

    def sequences(self, asked: Sequence[Question]) -> Sequence[Sized]:
        """What the model reads for each question, with its length in tokens."""

    def logits(self, sequences: Sequence[Any], heads: Sequence[Head]) -> Logits:
        """For each head (rows, labels)."""


def session_options(*, threads: int) -> Any:
    """`onnxruntime.SessionOptions` under which every processor gives the same answers. One without VNNI (before about 2020) adds
    two int8 products in 16 bits and cuts off what does not fit, which moved probabilities by up to 0.05, unless it is told to
    take the longer way: a fifth slower there. With VNNI both ways give the same to the last digit, and the longer one took twice the time
    on an Intel Xeon, and no more on two AMD EPYC."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    if not _has_vnni():
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options


@cache
def _has_vnni() -> bool:
    """Whether the processor says that it has avx512_vnni or avx_vnni. Only Linux tells it in a file."""
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


class OnnxRuntime:
    """A folder with `model.onnx` and `tokenizer.json`. The graph takes `ids` and `am`, int64, rows × longest."""

    def __init__(self, folder: Path, heads: Sequence[Head]) -> None:
        # Only here: commands that need no model need not wait for these. Tokenizers alone, since the first label would wait
        # another second and more for transformers; the ids are the same.
        import onnxruntime
        from tokenizers import Tokenizer

        onnxruntime.set_default_logger_severity(3)
        options = session_options(threads=1)
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # both raise classes of their own without a common base
            raise WrongUsage(f"The model in {folder} cannot be opened: {error}") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._pad = int(config.get("pad_token_id") or 0)
        self.most = int(config.get("max_position_embeddings") or 512)
        self.threads = cores()
        self._check(folder, heads)

    def _check(self, folder: Path, heads: Sequence[Head]) -> None:
        outputs = {output.name for output in self._session.get_outputs()}
        inputs = {given.name for given in self._session.get_inputs()}
        for head in heads:
            if head.output not in outputs:
                raise WrongUsage(f"The model in {folder} has no output {head.output!r} for {head.kind}; it has {sorted(outputs)}.")
        if inputs != {"ids", "am"}:
            raise WrongUsage(f"The model in {folder} must take the inputs ids and am; it takes {sorted(inputs)}.")
        ends = self._tokenizer.token_to_id("<s>"), self._tokenizer.token_to_id("</s>")
        if ends != (BEGIN, END):
            raise WrongUsage(f"The tokenizer in {folder} must number <s> {BEGIN} and </s> {END}; its numbers are {ends}.")

    def sequences(self, asked: Sequence[Question]) -> list[list[int]]:
        """Token ids; the post is cut to fit, the target never."""
        parts = [part for question in asked for part in question]
        ids = iter(encoding.ids for encoding in self._tokenizer.encode_batch(parts, add_special_tokens=False))
        return [
            pair_ids(target, text, context) if concept else post_ids(text)
            for (concept, _, _), target, context, text in zip(asked, ids, ids, ids, strict=True)
        ]

    def logits(self, sequences: Sequence[Sequence[int]], heads: Sequence[Head]) -> Logits:
        """Padded to the longest of the batch."""
        longest = max(map(len, sequences))
        ids = np.full((len(sequences), longest), self._pad, np.int64)
        seen = np.zeros_like(ids)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = sequence
            seen[row, : len(sequence)] = 1
        return self._session.run([head.output for head in heads], {"ids": ids, "am": seen})


def probabilities(head: Head, logits: NDArray[np.float32]) -> list[dict[str, float]]:
    """A row of logits as probabilities of the values of the head's kind, rounded to six digits."""
    scaled = logits.astype(np.float64) / head.temperature
    chances = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    values = LABEL_VALUES[head.kind]
    places = np.array([[label == value for value in values] for label in head.labels], np.float64)
    told = as_often_right(chances @ places, head.confidence)
    return [dict(zip(values, row, strict=True)) for row in np.round(told, 6).tolist()]


def as_often_right(chances: NDArray[np.floating], confidence: Sequence[tuple[float, float]]) -> NDArray[np.floating]:
    """Probabilities (rows, values) of which the highest is as often right as it says: by straight lines between the points (said, right)
    of `confidence`, rising from (0, 0) to (1, 1); as they are without any. The others share what is left as before, and the highest
    stays the highest."""
    if not confidence:
        return chances
    said, right = np.array(confidence).T
    highest = chances.max(axis=1, keepdims=True)
    others = np.where(np.arange(chances.shape[1]) == chances.argmax(axis=1)[:, None], 0.0, chances)
    left = np.maximum(1 - highest, 1e-12)
    second = others.max(axis=1, keepdims=True)
    told = np.maximum(np.interp(highest, said, right), second / (left + second) + 1e-6)
    return np.where(others == 0, np.where(chances == highest, told, 0.0), others * (1 - told) / left)


def cores() -> int:
    """The processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1
