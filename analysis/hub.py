"""Text classifiers of the Hugging Face hub in the place of our own, by folder or by name. Needs the extra `[hub]`.

    groundswell label --campaign art --model uer/roberta-base-finetuned-jd-binary-chinese

Such a model has one head. Which one is told by its labels: with "positive" it is sentiment, with "angry" emotion, with
"favour" stance, read as the pair of target and post. Labels of other names are mapped in the campaign file:

    [label_names]
    "LABEL_0" = "negative"
    "LABEL_1" = "positive"

Several labels may be mapped to one value; a value that no label stands for gets the probability 0. A name is fetched from
the hub once and is then in the cache of transformers; texts never leave the machine.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from analysis.runtime import Head, Logits, Question
from data.errors import WrongUsage
from data.model import LABEL_VALUES

WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
SHORTEST_POST = 16  # tokens that a long target must leave


def described(model: str, label_names: Mapping[str, str]) -> tuple[str, str, Head]:
    """Name, version and head of a model; the version is of its weights and of what its labels mean. Raises WrongUsage without torch,
    offline, or where a label means nothing to us."""
    if find_spec("torch") is None:
        raise WrongUsage(f"{_taken_for(model)} To use it, install torch first: pip install 'groundswell[hub]'")
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(model)
    except (OSError, ValueError) as error:
        raise WrongUsage(_unreachable(model, error)) from error
    labels = [config.id2label[place] for place in range(config.num_labels)]
    folder = Path(model)
    weights = _hash(folder) if folder.is_dir() else str(getattr(config, "_commit_hash", None) or "unknown")[:12]
    head = head_of(model, labels, label_names)
    meanings = hashlib.sha256(" ".join(head.labels).encode()).hexdigest()[:6]
    return folder.resolve().name if folder.is_dir() else model, f"{weights}-{meanings}", head


def head_of(model: str, labels: Sequence[str], label_names: Mapping[str, str]) -> Head:
    """The head whose values a model's labels are, by themselves or as `label_names` maps them."""
    values = tuple(label_names.get(label, label.casefold()) for label in labels)
    kinds = [kind for kind, known in LABEL_VALUES.items() if set(values) <= set(known)]
    if len(kinds) != 1:
        told = ", ".join(f"{label} = {value}" for label, value in zip(labels, values, strict=True))
        ours = "; ".join(f"{kind}: {', '.join(known)}" for kind, known in LABEL_VALUES.items())
        raise WrongUsage(f"What do the labels of {model} mean ({told})? Map them in the campaign file, [label_names]. {ours}")
    return Head(kind=kinds[0], output="logits", labels=values)


class TorchRuntime:
    """A model of transformers in torch, for sequence classification."""

    threads = 1  # torch divides one batch among the cores by itself

    def __init__(self, model: str) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model)
            self._network = AutoModelForSequenceClassification.from_pretrained(model).eval()
        except (OSError, ValueError) as error:
            raise WrongUsage(_unreachable(model, error)) from error
        # A tokenizer without a limit says so with a huge number, and RoBERTa counts its positions from its padding on.
        positions = getattr(self._network.config, "max_position_embeddings", 512) - 2
        self.most = min(self._tokenizer.model_max_length, positions, 256)

    def sequences(self, asked: Sequence[Question]) -> list["_Inputs"]:
        """The post is cut to fit, the target never; earlier turns are not read."""
        return [self._inputs(concept, text) for concept, _, text in asked]

    def _inputs(self, concept: str, text: str) -> "_Inputs":
        if not concept:
            return _Inputs(dict(self._tokenizer(text, truncation=True, max_length=self.most)))
        if len(self._tokenizer(concept)["input_ids"]) > self.most - SHORTEST_POST:
            return _Inputs({"input_ids": [0] * (self.most + 1)})  # too long to be asked
        return _Inputs(dict(self._tokenizer(concept, text, truncation="only_second", max_length=self.most)))

    def logits(self, sequences: Sequence["_Inputs"], heads: Sequence[Head]) -> Logits:
        """Padded to the longest of the batch."""
        import torch

        inputs = self._tokenizer.pad([sequence.told for sequence in sequences], return_tensors="pt")
        with torch.inference_mode():
            found = self._network(**inputs).logits
        return [found.float().numpy().astype(np.float32)]


@dataclass(frozen=True)
class _Inputs:
    """What the tokenizer made of one text; as long as its tokens."""

    told: dict[str, list[int]]

    def __len__(self) -> int:
        return len(self.told["input_ids"])


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for pattern in ("config.json", "tokenizer.json", "vocab.txt", *WEIGHTS):
        for path in sorted(folder.glob(pattern)):
            digest.update(path.name.encode())
            with path.open("rb") as file:
                while piece := file.read(1 << 24):
                    digest.update(piece)
    return digest.hexdigest()[:12]


def _unreachable(model: str, error: Exception) -> str:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return f"{_taken_for(model)} It cannot be read: {reason}. A model of the hub must be fetched once while online."


def _taken_for(model: str) -> str:
    """What a model was taken for: what looks like a name may be a folder that is mistyped."""
    if Path(model).is_dir():
        return f"The folder {model} holds a model as the Hugging Face hub has them."
    return f"There is no folder {model}, so it was taken for the name of a model of the Hugging Face hub."
