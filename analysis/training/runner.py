"""Rows through an ONNX graph, as it ships or as it would: logits per head, in the order of the rows."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from analysis.runtime import as_often_right, session_options

from .batches import batch
from .graph import OUTPUTS
from .scores import probabilities
from .sets import LABELS, Row

Logits = dict[str, NDArray[np.float32]]


class Runner:
    """One session over a graph (bytes, or the path of a file) with its tokenizer. With the points of a folder's `confidence` by head, the
    logits are those of the probabilities that the folder gives."""

    def __init__(
        self,
        graph: bytes | Path,
        tokenizer: Tokenizer,
        threads: int = 2,
        confidence: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    ) -> None:
        options = session_options(threads=threads)
        given = graph if isinstance(graph, bytes) else str(graph)
        self._session = onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
        self._tokenizer = tokenizer
        self._confidence = confidence or {}

    def logits(self, rows: Sequence[Row], size: int = 32) -> Logits:
        """Batches by length, so that a short post does not wait for a long one."""
        order = sorted(range(len(rows)), key=lambda n: len(rows[n].text) + len(rows[n].target) + len(rows[n].context))
        found = {head: np.zeros((len(rows), len(names)), np.float32) for head, names in LABELS.items()}
        for start in range(0, len(rows), size):
            chosen = order[start : start + size]
            numbers = batch([rows[n] for n in chosen], self._tokenizer)
            answers = self._session.run(list(OUTPUTS.values()), {"ids": numbers.ids, "am": numbers.mask})
            for head, values in zip(OUTPUTS, answers, strict=True):
                found[head][chosen] = values
        for head, points in self._confidence.items():
            found[head] = np.log(np.maximum(as_often_right(probabilities(found[head].astype(np.float64)), points), 1e-12))
        return found


def of_folder(folder: Path) -> Runner:
    """The folder that ships, as it is used."""
    heads = json.loads((folder / "config.json").read_text(encoding="utf-8"))["heads"]
    confidence = {head: told["confidence"] for head, told in heads.items() if "confidence" in told}
    return Runner(folder / "model.onnx", Tokenizer.from_file(str(folder / "tokenizer.json")), confidence=confidence)


def wanted(rows: Sequence[Row], head: str) -> NDArray[np.int64]:
    """The class number of each row's label, -1 where it has none."""
    names = LABELS[head]
    return np.array([-1 if (label := getattr(row, head)) is None else names.index(label) for row in rows], np.int64)
