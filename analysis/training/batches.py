"""Rows into batches: the mix of sets, what is changed at random while training, and the labels a loss may use.

Everything here is numpy and depends only on the seed and the number of the step, so that a run that was stopped goes on
as if it had not been.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from tokenizers import Tokenizer

from analysis.text import drop_hashtags, pair_ids, post_ids

from .prune import PAD
from .sets import LABELS, Row

SIZE = 32
NO_LABEL = -100
WINDOW = 50 * SIZE  # rows sorted by length together: little padding, yet no batch of one length only in one place

# How often a set's turn comes, relative to the others. Our own corpus is small and nearest to what users have.
TURNS = {"smp": 0.35, "c_stance": 0.28, "nlpcc": 0.05, "c_mtcsd": 0.05, "corpus": 0.36}
FEWEST = 2_500  # rows: a smaller set would be learned by heart before the others are read once
TAGS_DROPPED = 0.2
CONTEXT_DROPPED = 0.2
TARGET_SWAPPED = 0.06


@dataclass(frozen=True, kw_only=True)
class Batch:
    """`ids` and `mask` are (rows, longest); `labels` has a vector per head, NO_LABEL where a row has none."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    labels: dict[str, NDArray[np.int64]]


def batch(rows: Sequence[Row], tokenizer: Tokenizer) -> Batch:
    """Rows cut into pieces, truncated and padded to the longest."""
    sequences = sequences_of(rows, tokenizer)
    longest = max(map(len, sequences))
    ids = np.full((len(rows), longest), PAD, np.int64)
    for line, sequence in zip(ids, sequences, strict=True):
        line[: len(sequence)] = sequence
    lengths = np.array([[len(sequence)] for sequence in sequences])
    mask = (np.arange(longest) < lengths).astype(np.int64)
    return Batch(ids=ids, mask=mask, labels={head: _labels(rows, head) for head in LABELS})


def sequences_of(rows: Sequence[Row], tokenizer: Tokenizer) -> list[list[int]]:
    """The ids of each row: the post alone, or target, context and post."""
    texts = [part for row in rows for part in (row.text, row.target, row.context)]
    ids = iter(encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False))
    parts = zip(rows, ids, ids, ids, strict=True)
    return [pair_ids(target, text, context) if row.target else post_ids(text) for row, text, target, context in parts]


def _labels(rows: Sequence[Row], head: str) -> NDArray[np.int64]:
    names = LABELS[head]
    values = [getattr(row, head) for row in rows]
    return np.array([NO_LABEL if value is None else names.index(value) for value in values], np.int64)


def next_set(sets: Mapping[str, Sequence[Row]], seed: int, step: int) -> str:
    """Which set the step of this number reads: drawn in the proportion of TURNS among the sets that have enough rows."""
    names = [name for name in TURNS if len(sets.get(name, ())) >= FEWEST]
    shares = np.array([TURNS[name] for name in names])
    return names[default_rng([seed, step]).choice(len(names), p=shares / shares.sum())]


def rows_of_turn(rows: Sequence[Row], turn: int, seed: int) -> list[Row]:
    """The rows of a set's batch number `turn`, changed at random; after all rows had their turn they come in a new order."""
    per_pass = -(-len(rows) // SIZE)
    passed, place = divmod(turn, per_pass)
    order = default_rng([seed, passed])
    groups = _groups(rows, order)
    chosen = [rows[number] for number in groups[place]]
    return [changed(row, chosen, generator) for row, generator in zip(chosen, _generators(seed, turn), strict=False)]


def _groups(rows: Sequence[Row], order: Generator) -> list[NDArray[np.int64]]:
    shuffled = order.permutation(len(rows))
    lengths = np.array([len(row.text) + len(row.target) + len(row.context) for row in rows])
    windows = [shuffled[start : start + WINDOW] for start in range(0, len(rows), WINDOW)]
    ordered = np.concatenate([window[np.argsort(lengths[window], kind="stable")] for window in windows])
    groups = [ordered[start : start + SIZE] for start in range(0, len(rows), SIZE)]
    return [groups[number] for number in order.permutation(len(groups))]


def _generators(seed: int, turn: int) -> Iterator[Generator]:
    number = 0
    while True:
        yield default_rng([seed, turn, number])
        number += 1


def changed(row: Row, others: Sequence[Row], random: Generator) -> Row:
    """The row as the model sees it this time.

    Hashtags are dropped now and then, so that the tag is not all it looks at. A pair may lose its context, or get
    the target of a row about something else and is then neutral: a target's own tone must not be the answer.
    """
    if random.random() < TAGS_DROPPED:
        row = replace(row, text=drop_hashtags(row.text))
    if row.context and random.random() < CONTEXT_DROPPED:
        row = replace(row, context="")
    if row.target and random.random() < TARGET_SWAPPED:
        strangers = [other.target for other in others if other.about != row.about and other.target not in row.text]
        if strangers:
            row = replace(row, target=strangers[random.integers(len(strangers))], stance="neutral")
    return row
