"""The network: the base encoder with three linear heads on the mean of its last layer."""

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu

from .base import Base, Weights
from .batches import NO_LABEL
from .sets import LABELS

EPSILON = 1e-12
SMOOTHING = 0.05


@dataclass(frozen=True, kw_only=True)
class Form:
    """The measures of the network."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    positions: int


class Layer(nn.Module):
    """One transformer layer as in BERT: normalised after attention and after the inner layer."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.heads = form.heads
        self.qkv = nn.Linear(form.width, 3 * form.width)
        self.out = nn.Linear(form.width, form.width)
        self.out_norm = nn.LayerNorm(form.width, EPSILON)
        self.inner = nn.Linear(form.width, form.inner)
        self.back = nn.Linear(form.inner, form.width)
        self.back_norm = nn.LayerNorm(form.width, EPSILON)

    def forward(self, states: Tensor, unseen: Tensor) -> Tensor:
        rows, length, width = states.shape
        size = width // self.heads
        query, key, value = (
            part.view(rows, length, self.heads, size).transpose(1, 2).reshape(rows * self.heads, length, size)
            for part in self.qkv(states).chunk(3, dim=-1)
        )
        # Written out: the processor's fused attention takes three times as long backwards.
        scores = torch.baddbmm(unseen, query, key.transpose(1, 2), alpha=size**-0.5)
        mixed = torch.bmm(scores.softmax(-1).to(value.dtype), value)
        mixed = mixed.view(rows, self.heads, length, size).transpose(1, 2).reshape(rows, length, width)
        states = self.out_norm(states + self.out(mixed))
        return self.back_norm(states + self.back(gelu(self.inner(states))))


class Network(nn.Module):
    """ids and mask (rows, length) to logits per head and the pooled vector (rows, width)."""

    def __init__(self, form: Form, dropout: float = 0.1) -> None:
        super().__init__()
        self.form = form
        self.words = nn.Embedding(form.vocabulary, form.width)
        self.places = nn.Embedding(form.positions, form.width)
        self.start_norm = nn.LayerNorm(form.width, EPSILON)
        self.layers = nn.ModuleList(Layer(form) for _ in range(form.layers))
        self.heads = nn.ModuleDict({head: nn.Linear(form.width, len(names)) for head, names in LABELS.items()})
        self.drop = nn.Dropout(dropout)

    def pooled(self, ids: Tensor, mask: Tensor) -> Tensor:
        states = self.drop(self.start_norm(self.words(ids) + self.places.weight[: ids.shape[1]]))
        unseen = torch.zeros(mask.shape).masked_fill(mask == 0, -1e4).repeat_interleave(self.form.heads, 0)[:, None, :]
        for layer in self.layers:
            states = layer(states, unseen)
        weights = mask[..., None].to(torch.float32)
        return (states.float() * weights).sum(1) / weights.sum(1)

    def forward(self, ids: Tensor, mask: Tensor) -> dict[str, Tensor]:
        pooled = self.drop(self.pooled(ids, mask))
        return {name: head(pooled).float() for name, head in self.heads.items()}


def from_base(base: Base, words: np.ndarray, layers: list[int]) -> Network:
    """The network with the base's weights, the kept rows of its vocabulary and the named layers; heads untrained."""
    form = Form(
        vocabulary=len(words),
        width=base.width,
        layers=len(layers),
        heads=base.heads,
        inner=base.inner,
        positions=base.positions,
    )
    network = Network(form)
    state = network.state_dict()
    state.update({name: torch.from_numpy(value.copy()) for name, value in _named(base.weights, words, layers).items()})
    network.load_state_dict(state)
    return network


def _named(weights: Weights, words: np.ndarray, layers: list[int]) -> Weights:
    named = {
        "words.weight": words,
        # Every token is of segment type 0, so its vector belongs to the position.
        "places.weight": weights["emb.pos"] + weights["emb.type"][0],
        "start_norm.weight": weights["emb.ln.w"],
        "start_norm.bias": weights["emb.ln.b"],
    }
    names = {"out": "ao", "inner": "fi", "back": "fo", "out_norm": "aln", "back_norm": "oln"}
    for place, layer in enumerate(layers):
        for ours, theirs in (("weight", "w"), ("bias", "b")):
            at = f"layers.{place}."
            named[at + f"qkv.{ours}"] = np.concatenate([weights[f"l{layer}.{part}.{theirs}"] for part in "qkv"])
            for our_part, their_part in names.items():
                named[at + f"{our_part}.{ours}"] = weights[f"l{layer}.{their_part}.{theirs}"]
    return named


def loss(logits: dict[str, Tensor], labels: dict[str, Tensor]) -> Tensor:
    """The sum over the heads of the mean loss over the rows that have that head's label.

    A head without a label in the batch adds nothing; sentiment counts beside emotion on the sets that have both.
    """
    terms = [
        cross_entropy(logits[head], wanted, ignore_index=NO_LABEL, label_smoothing=SMOOTHING)
        for head, wanted in labels.items()
        if bool((wanted != NO_LABEL).any())
    ]
    return torch.stack(terms).sum()


def described(form: Form) -> dict[str, int]:
    """The form as plain numbers, for a checkpoint."""
    return asdict(form)
