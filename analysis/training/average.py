"""Between legs: the checkpoint becomes the average of itself and another network of the same run, weight by weight.

Two networks that were trained on from one another lie in one valley, and a point between them errs less than either (Wortsman et al.
2022, "Model soups"; "Robust fine-tuning of zero-shot models"). Which share is best is read from the validation rows (`--look`),
never from a test set. The optimizer starts anew.
"""

import logging
from collections.abc import Mapping
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from . import sets, shipped
from .encoder import Network
from .folder import CORPUS, arguments
from .train import optimizer_for, resumed, save, validate

log = logging.getLogger("groundswell.training")


def weights_of(path: Path) -> dict[str, Tensor]:
    """The weights of a checkpoint, or of a folder that ships."""
    return (shipped.network(path) if path.is_dir() else resumed(path).network).state_dict()


def average(mine: Mapping[str, Tensor], other: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """`share` of the other and the rest of mine. Raises ValueError where they are not of one shape."""
    if {name: value.shape for name, value in mine.items()} != {name: value.shape for name, value in other.items()}:
        raise ValueError("the two networks are of different shapes: average only what was trained on from one another")
    return {name: torch.lerp(value, other[name], share) for name, value in mine.items()}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("other", type=Path, help="a checkpoint, or a folder that ships")
    parser.add_argument("--share", type=float, default=0.5, help="how much of the other (default: %(default)s)")
    parser.add_argument("--look", action="store_true", help="say how well validation rows are read at this share; write nothing")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    path = options.folder / "checkpoint.pt"
    run = resumed(path)
    network = Network(run.network.form)
    network.load_state_dict(average(run.network.state_dict(), weights_of(options.other), options.share))
    if options.look:
        tokenizer = Tokenizer.from_file(str(options.folder / "tokenizer.json"))
        log.info("validation %s", validate(network, sets.read(options.data, CORPUS)["val"], tokenizer))
        return
    run.network, run.optimizer = network, optimizer_for(network)
    run.legs.append({"averaged_with": options.other.name, "share": options.share})
    save(run, path)


if __name__ == "__main__":
    main()
