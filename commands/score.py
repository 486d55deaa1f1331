"""`groundswell score`."""

import argparse
import sys
from pathlib import Path

from commands.given import OTHER_MODEL
from commands.saying import far, progress, say
from data.home import Home

HELP = "labels a CSV, JSONL or Parquet file without importing it"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("path", type=Path, metavar="PATH")
    made.add_argument("--out", required=True, type=Path, metavar="FILE")
    made.add_argument("--model", metavar="DIR|NAME", help=OTHER_MODEL)
    made.add_argument("--text-column", default="text")
    made.add_argument("--target")
    made.add_argument("--target-column")
    made.add_argument("--context-column")


def run(told: argparse.Namespace, home: Home) -> None:
    from analysis.classifier import load
    from analysis.labelling import score_file

    classifier = load(told.model)
    done = score_file(
        told.path, told.out, classifier, text_column=told.text_column, target=told.target, target_column=told.target_column,
        context_column=told.context_column, progress=lambda so_far: progress(far(so_far)),
    )  # fmt: skip
    progress("")
    for message in done.warnings:
        print(message, file=sys.stderr)
    if done.formulas:
        remedy = "import it there with all columns as text, do not just open it"
        print(f"{told.out}: a spreadsheet reads {done.formulas:,} cells as formulas; {remedy}", file=sys.stderr)
    say(
        told,
        f"{told.out}: {done.labelled:,} of {done.rows:,} rows labelled in {done.seconds:.1f} s",
        {"model": classifier.name, "model_version": classifier.version, "rows": done.rows, "labelled": done.labelled,
         "seconds": round(done.seconds, 1), "posts_per_second": round(done.posts_per_second, 1), "warnings": done.warnings,
         "formulas": done.formulas},
    )  # fmt: skip
