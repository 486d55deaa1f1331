"""The subcommands of `groundswell`, a file each. A subcommand has

* `HELP`: one line of what it does;
* `run(told, home) -> int | None`: does it, with the options as argparse tells them; the exit status, None for 0;
* `options(made)`, where it takes any: adds them to its parser.

What is heavy is imported when a subcommand runs, so that `--help` comes at once. What several share: options in `given.py`, what is
said in `saying.py`, what came of records in `came.py`, the published database in `published.py`, and being stopped in `stopping.py`.
"""

import importlib
from types import ModuleType

# As `--help` lists them: from what brings posts to what is done with them.
ORDER = (
    "demo", "campaign", "import_", "collect", "recheck", "watch", "replay", "label", "embed", "score", "build", "sql", "path", "export",
    "report", "verify", "forget", "dashboard", "doctor",
)  # fmt: skip


def commands() -> dict[str, ModuleType]:
    """Every subcommand by its name."""
    return {name.rstrip("_"): importlib.import_module(f"commands.{name}") for name in ORDER}
