"""Step 5: the folder that ships, with int8 weights, the temperatures already in the heads.

The int8 graph and the one in full precision are scored on the same official test sets. Where int8 loses more than half a
point of macro-F1 nothing is written. A first look at some rows (`--rows`) cannot decide half a point: it refuses nothing, and
the folder it writes calls itself a preview.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from . import sets
from .calibrate import SEED, arrays
from .evaluate import test_sets
from .folder import CORPUS, TRAINING, arguments
from .graph import OUTPUTS, State, model
from .runner import Runner, wanted
from .scores import macro_f1
from .sets import LABELS, Row

MOST_LOST = 0.005
NAME = "groundswell-zh"


class TooMuchLost(Exception):
    """int8 costs more accuracy than allowed: train further, or leave the layer named by a profile in full precision."""


def calibrated(state: State, calibration: Mapping) -> State:
    """The arrays with each head divided by its temperature: a softmax of what the graph gives is then calibrated."""
    heads = {
        name: state[name] / np.float32(calibration[head]["temperature"])
        for head in LABELS
        for name in (f"heads.{head}.weight", f"heads.{head}.bias")
    }
    return {**state, **heads}


def losses(full: Runner, small: Runner, tests: Mapping[str, tuple[str, list[Row]]]) -> dict[str, dict[str, float]]:
    """Macro-F1 of both graphs by test set."""
    found = {}
    for name, (head, rows) in tests.items():
        labels = wanted(rows, head)
        pair = [macro_f1(labels, runner.logits(rows)[head].argmax(1), len(LABELS[head])) for runner in (full, small)]
        found[name] = {"rows": len(rows), "full": round(pair[0], 4), "int8": round(pair[1], 4)}
        print(name, found[name], flush=True)
    return found


def config(form: Mapping, calibration: Mapping, legs: Sequence[Mapping], name: str) -> dict:
    """The settings of the folder in the manner of transformers, what a head's output and labels are, and the legs of its training."""
    stance = {"input": "pair: target, context, post", "context": True}
    return {
        "name": name,
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": form["vocabulary"],
        "hidden_size": form["width"],
        "num_hidden_layers": form["layers"],
        "num_attention_heads": form["heads"],
        "intermediate_size": form["inner"],
        "max_position_embeddings": form["positions"],
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "heads": {
            head: {
                "output": OUTPUTS[head],
                "labels": list(names),
                **(stance if head == "stance" else {"input": "post", "context": False}),
                "temperature_in_weights": calibration[head]["temperature"],
                "undecided_below": calibration[head]["undecided_below"],
            }
            for head, names in LABELS.items()
        },
        "vector": {"output": "v", "pooling": "mean"},
        "legs": list(legs),
    }


TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "model_max_length": 512,
}


def write(folder: Path, graph: bytes, tokenizer: Path, settings: dict) -> None:
    """The files of the folder that ships."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(graph)
    shutil.copy(tokenizer, folder / "tokenizer.json")
    (folder / "tokenizer_config.json").write_text(json.dumps(TOKENIZER_CONFIG, indent=1) + "\n")
    (folder / "config.json").write_text(json.dumps(settings, indent=1) + "\n")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, help="at most so many rows of a test set, for a first look; default: all")
    parser.add_argument("--out", type=Path, default=TRAINING / "ready")
    options = parser.parse_args()
    checkpoint = torch.load(options.folder / "checkpoint.pt", weights_only=True)
    calibration = json.loads((options.folder / "calibration.json").read_text())
    if calibration["step"] != checkpoint["step"]:
        raise SystemExit("The checkpoint is newer than its calibration: run `python -m analysis.training.calibrate` again.")
    form = checkpoint["form"]
    state = calibrated(arrays(checkpoint), calibration["heads"])
    graphs = [model(state, layers=form["layers"], heads=form["heads"], int8=int8) for int8 in (False, True)]
    full, small = (graph.SerializeToString() for graph in graphs)
    tokenizer = options.folder / "tokenizer.json"
    cut = Tokenizer.from_file(str(tokenizer))
    tests = {
        name: (head, [rows[number] for number in np.random.default_rng(SEED).permutation(len(rows))[: options.rows]])
        for name, (head, rows) in test_sets(sets.read(options.data, CORPUS)).items()
    }
    found = losses(Runner(full, cut), Runner(small, cut), tests)
    (options.folder / "quantised.json").write_text(json.dumps(found, indent=1) + "\n")
    worst = max(found, key=lambda name: found[name]["full"] - found[name]["int8"])
    if options.rows is None and found[worst]["full"] - found[worst]["int8"] > MOST_LOST:
        raise TooMuchLost(f"{worst}: {found[worst]}")
    name = NAME if options.rows is None else f"{NAME}-preview"
    write(options.out, small, tokenizer, config(form, calibration["heads"], calibration["legs"], name))
    print(f"{len(small) / 1e6:.1f} MB -> {options.out}")


if __name__ == "__main__":
    main()
