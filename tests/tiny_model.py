"""A model folder small enough to be made by a test, which answers by the words it knows.

Each token adds its weights to the logits of a head, so that an answer can be told by reading the text. Padding would add a
lot if the mask let it.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from data.model import LABEL_VALUES

WORDS = {
    "生气": ("angry", "negative", None),
    "愤怒": ("angry", "negative", None),
    "难过": ("sad", "negative", None),
    "害怕": ("fear", "negative", None),
    "惊讶": ("surprise", None, None),
    "开心": ("happy", "positive", None),
    "喜欢": ("happy", "positive", "favour"),
    "支持": (None, None, "favour"),
    "反对": (None, None, "against"),
    "抵制": (None, None, "against"),
    "拒绝": (None, None, "against"),
}
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
PIECES = (*SPECIAL, "▁", *WORDS)
NEUTRAL, WORD, PADDING = 1.0, 3.0, 50.0
OUTPUTS = {"emotion": "e", "sentiment": "s", "stance": "t"}


def tiny_model(
    folder: Path,
    *,
    heads: Sequence[str] = ("emotion", "sentiment", "stance"),
    context: bool = False,
    temperature: float = 1.0,
    name: str = "tiny",
    confidence: Sequence[tuple[float, float]] = (),
) -> Path:
    """Writes config.json, tokenizer.json, tokenizer_config.json and model.onnx. A text without a word it knows is neutral;
    beside the words of a pair's post, those of its target and context count too, where the model reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = {head: tuple(reversed(LABEL_VALUES[head])) for head in heads}
    save(_graph(labels), str(folder / "model.onnx"))
    _tokenizer().save(str(folder / "tokenizer.json"))
    ends = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    told = {"tokenizer_class": "PreTrainedTokenizerFast", **ends}
    (folder / "tokenizer_config.json").write_text(json.dumps(told), encoding="utf-8")
    config = {
        "name": name,
        "model_type": "bert",
        "pad_token_id": 1,
        "max_position_embeddings": 512,
        "heads": {
            head: {
                "output": OUTPUTS[head],
                "labels": names,
                "temperature": temperature,
                "context": context and head == "stance",
                "confidence": confidence,
            }
            for head, names in labels.items()
        },
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram([(piece, -1.0) for piece in PIECES], unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return tokenizer


def _graph(labels: dict[str, tuple[str, ...]]):
    """ids → weights of each token, times the mask, summed over the text, plus a head start for neutral."""
    nodes = [
        helper.make_node("Cast", ["am"], ["seen"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["seen", "last"], ["column"]),
    ]
    arrays = {"last": np.array([2]), "along": np.array([1])}
    for head, names in labels.items():
        arrays[f"{head}.words"], arrays[f"{head}.start"] = _weights(head, names)
        nodes += [
            helper.make_node("Gather", [f"{head}.words", "ids"], [f"{head}.found"]),
            helper.make_node("Mul", [f"{head}.found", "column"], [f"{head}.told"]),
            helper.make_node("ReduceSum", [f"{head}.told", "along"], [f"{head}.sum"], keepdims=0),
            helper.make_node("Add", [f"{head}.sum", f"{head}.start"], [OUTPUTS[head]]),
        ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["rows", "longest"]) for name in ("ids", "am")],
        [helper.make_tensor_value_info(OUTPUTS[head], TensorProto.FLOAT, ["rows", len(n)]) for head, n in labels.items()],
        [numpy_helper.from_array(values, name) for name, values in arrays.items()],
    )
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    built.ir_version = 10
    return built


def _weights(head: str, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    words = np.zeros((len(PIECES), len(names)), np.float32)
    words[SPECIAL.index("<pad>"), 0] = PADDING
    for word, told in WORDS.items():
        value = told[list(LABEL_VALUES).index(head)]
        if value:
            words[PIECES.index(word), names.index(value)] = WORD
    start = np.zeros(len(names), np.float32)
    start[names.index("neutral")] = NEUTRAL
    return words, start
