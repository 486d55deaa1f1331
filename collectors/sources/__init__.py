"""The sources of live collection, one file each. A file added to this folder that has a `NAME` is a source of `collect`.

A source has

* `NAME`: what `collect` calls it. `PLATFORM`: whose it is.
* `hosts(client, wanted) -> tuple[str, ...]`: the hosts it will ask, each of which the user must have consented to.
* `query(wanted) -> str`: what is asked, for the run's row.
* `VIEWER` (may be left out): who looks, where it is not the program.
* `takes(address) -> bool` (may be left out): whether it reads an address that the user tells; without it, it reads none.
* `OF_THE_MOMENT` (may be left out): what it tells cannot be had later, so that a missed run of `watch` is a gap, and a run
  that was cut off is begun anew.
* `collect(run)`: asks through `run` (`collectors.run.Collection`), and tells it how far it is.
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from data.errors import WrongUsage


@cache
def sources() -> dict[str, ModuleType]:
    """All sources by name."""
    found = (importlib.import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(__path__))
    return {module.NAME: module for module in found if hasattr(module, "NAME")}


def source(name: str) -> ModuleType:
    """A source by its name. Raises WrongUsage with the known ones."""
    if name.startswith("xiaohongshu") and name not in sources():
        raise WrongUsage(
            f"{name}: Xiaohongshu gives this only to who is logged in and to its own signed scripts, which this program does not imitate. "
            "Read it in your own browser, save a recording (HAR) or a Zeeschuimer capture, and use groundswell import. "
            "Without a login there are xiaohongshu-notes and xiaohongshu-topics, for addresses you know"
        )
    if name not in sources():
        raise WrongUsage(f"{name}: not a source. Known are {', '.join(sources())}")
    return sources()[name]
