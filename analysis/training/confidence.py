"""Step 6: how often what the shipped folder says is right, written into its `config.json`.

One temperature a head bends all probabilities alike, and training with softened labels leaves the highest ones too low: what is said
with 0.90 is right 96 times in a hundred. The points are the means of groups of validation rows that repeat no train row; the error told
is of rows that the points were not made from, in five parts.
"""

import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from analysis.runtime import as_often_right

from . import sets
from .calibrate import SEED, rows_for
from .folder import CORPUS, TRAINING, arguments
from .runner import Runner, wanted
from .scores import Numbers, Reals, calibration_error, confidence, probabilities, undecided_below
from .sets import LABELS

PARTS = 5


def held_out(labels: Numbers, chances: Reals) -> Reals:
    """The probabilities of each part of the rows by points from the other parts."""
    part = np.random.default_rng(SEED).permutation(len(labels)) % PARTS
    told = np.zeros_like(chances)
    for number in range(PARTS):
        of = part == number
        told[of] = as_often_right(chances[of], confidence(labels[~of], chances[~of]))
    return told


def chosen(labels: Numbers, chances: Reals) -> dict[str, object]:
    """The points of a head, the error before and after, and the probability under which an answer counts as undecided."""
    points = confidence(labels, chances)
    return {
        "rows": len(labels),
        "confidence": points,
        "undecided_below": undecided_below(labels, as_often_right(chances, points)),
        "error_before": round(calibration_error(labels, chances), 4),
        "error_held_out": round(calibration_error(labels, held_out(labels, chances)), 4),
    }


def write(folder: Path, found: dict[str, dict[str, object]]) -> None:
    """Puts the points into the folder's configuration."""
    place = folder / "config.json"
    settings = json.loads(place.read_text(encoding="utf-8"))
    for head, told in found.items():
        settings["heads"][head] |= {name: told[name] for name in ("confidence", "undecided_below")}
    place.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--model", type=Path, default=TRAINING / "ready", help="the folder that ships")
    options = parser.parse_args()
    runner = Runner(options.model / "model.onnx", Tokenizer.from_file(str(options.model / "tokenizer.json")))
    validation = sets.read(options.data, CORPUS)["val"]
    found = {}
    for head in LABELS:
        rows = rows_for(head, validation)
        found[head] = chosen(wanted(rows, head), probabilities(runner.logits(rows)[head].astype(np.float64)))
    write(options.model, found)
    (options.folder / "confidence.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
