"""What the commands of measurements share: their options, and a folder to work in that a later run may use again."""

import argparse
import resource
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path


def run(description: str | None, measure: Callable[[argparse.Namespace, Path], None], what: Sequence[str], **numbers: int) -> None:
    """Reads the options and measures in the folder told, or in one that is gone afterwards. `what` are the things that `--only` chooses
    from, `numbers` further options with their defaults."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, help="where to work; what an earlier run left there is used again")
    parser.add_argument("--only", default=",".join(what), help="some of them")
    told = parser.parse_args()
    if told.folder:
        measure(told, told.folder)
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(told, Path(folder))


def used() -> float:
    """Processor seconds of all processes that this one started and that have ended."""
    of_children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return of_children.ru_utime + of_children.ru_stime
