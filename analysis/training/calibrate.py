"""Step 4: one temperature a head and the probability under which an answer counts as undecided.

Both are chosen on validation rows that repeat no train row, by the int8 graph, which is what ships. Stance takes as many rows
of each set as the smallest of the large ones has, so that none of them decides alone.
"""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from tokenizers import Tokenizer

from . import sets
from .folder import CORPUS, arguments
from .graph import model
from .runner import Runner, wanted
from .scores import calibration_error, macro_f1, probabilities, temperature, undecided_below
from .sets import LABELS, Row

SEED = 20230815
MOST = 2_500


def arrays(checkpoint: dict) -> dict[str, np.ndarray]:
    """The network's arrays by name."""
    return {name: values.numpy() for name, values in checkpoint["network"].items()}


def rows_for(head: str, validation: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The validation rows that have a label of this head, at most MOST of a set, none a repetition of a train row."""
    chosen: list[Row] = []
    for rows in validation.values():
        labelled = [row for row in rows if getattr(row, head) is not None and not row.repeated]
        order = np.random.default_rng(SEED).permutation(len(labelled))
        chosen += [labelled[number] for number in order[: len(labelled) if head != "stance" else MOST]]
    return chosen


def chosen(head: str, rows: Sequence[Row], runner: Runner) -> dict[str, float]:
    """Temperature and threshold of a head, with the calibration error before and after."""
    logits, labels = runner.logits(rows)[head], wanted(rows, head)
    degree = temperature(labels, logits)
    chances = probabilities(logits, degree)
    by_set = {
        f"macro_f1_{source}": macro_f1(labels[of], logits[of].argmax(1), len(LABELS[head]))
        for source in sorted({row.source for row in rows})
        if (of := np.array([row.source == source for row in rows])).any()
    }
    return {
        "rows": len(rows),
        "temperature": degree,
        "undecided_below": undecided_below(labels, chances),
        "error_before": round(calibration_error(labels, probabilities(logits)), 4),
        "error_after": round(calibration_error(labels, chances), 4),
        **{name: round(value, 4) for name, value in by_set.items()},
    }


def main() -> None:
    options = arguments(__doc__).parse_args()
    checkpoint = torch.load(options.folder / "checkpoint.pt", weights_only=True)
    form = checkpoint["form"]
    graph = model(arrays(checkpoint), layers=form["layers"], heads=form["heads"], int8=True)
    runner = Runner(graph.SerializeToString(), Tokenizer.from_file(str(options.folder / "tokenizer.json")))
    validation = sets.read(options.data, CORPUS)["val"]
    heads = {head: chosen(head, rows_for(head, validation), runner) for head in LABELS}
    calibration = {"step": checkpoint["step"], "form": form, "legs": checkpoint["legs"], "heads": heads}
    (options.folder / "calibration.json").write_text(json.dumps(calibration, indent=1) + "\n")
    print(json.dumps(calibration, indent=1))


if __name__ == "__main__":
    main()
