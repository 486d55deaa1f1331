"""Where training keeps its files: outside the project, since they are large and can be made again."""

from argparse import ArgumentParser
from pathlib import Path

from platformdirs import user_cache_dir

TRAINING = Path(user_cache_dir("groundswell")) / "training"
CORPUS = Path(__file__).parent / "corpus"


def arguments(description: str | None, *, data: bool = True) -> ArgumentParser:
    """A parser with the options every step has: `--folder`, and `--data` where labelled sets are read."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--folder", type=Path, default=TRAINING, help="working folder (default: %(default)s)")
    if data:
        parser.add_argument("--data", type=Path, required=True, help="folder with the labelled sets as JSONL")
    return parser
