"""The demonstration's labels: `labels.parquet` beside this file, as the shipped model made them.

They are made from a home that holds the demonstration, after `groundswell label --campaign demo`, and again whenever its texts or the
model change:

    python -m data.sample.labels HOME
"""

import sys
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.home import Home
from data.log import Log
from data.model import Run, arrow_schema
from data.version import VERSION

SHIPPED = Path(__file__).parent / "labels.parquet"
RUN = "demo-labels"
OF_THE_RUN = ("labelled_at", "run_id")  # told anew in each home
SORTED = [("kind", "ascending"), ("target", "ascending"), ("text_sha256", "ascending"), ("context_sha256", "ascending")]


def shipped(campaign: str, at: datetime) -> tuple[Run, pa.Table] | None:
    """The labels that ship, as of naive UTC `at`, and the run that they are of; None where none do."""
    if not SHIPPED.exists():
        return None
    told = pq.read_table(SHIPPED)
    many = len(told)
    told = told.append_column("labelled_at", pa.array([at] * many, pa.timestamp("us")))
    told = told.append_column("run_id", pa.array([RUN] * many, pa.string()))
    by = " ".join(str(pc.max(told[name]).as_py()) for name in ("model", "version"))
    run = Run(run_id=RUN, source="label", campaign=campaign, query=by, synthetic=True, started=at, ended=at, read=many, added=many,
              updated=0, duplicate=0, quarantined=0, version=VERSION)  # fmt: skip
    schema = arrow_schema("label")
    return run, pa.Table.from_arrays([told[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


def keep(home: Home, file: Path = SHIPPED) -> int:
    """Writes a model's labels of a home that holds the demonstration to `file`: those of the model and version that labelled last;
    how many."""
    told = Log(home.log).read("label")
    told = told.filter(pc.is_null(told["coder"]))
    if not len(told):
        raise ValueError("this home has no labels of a model")
    last = told.sort_by([("labelled_at", "descending")]).slice(0, 1).to_pylist()[0]
    told = told.filter(pc.and_(pc.equal(told["model"], last["model"]), pc.equal(told["version"], last["version"])))
    pq.write_table(told.drop_columns(OF_THE_RUN).sort_by(SORTED), file, compression="zstd", compression_level=19)
    return len(told)


if __name__ == "__main__":
    print(keep(Home(Path(sys.argv[1]))))
