"""Labels for the texts of a campaign, and for any file.

A campaign (`groundswell label`): publish, ask which texts lack a label, append what comes.

    build(home)
    classifier = load(model)
    with reading(home) as connection:
        total, texts = unlabelled(connection, campaign=campaign, model=classifier.name, version=classifier.version,
                                  kinds=classifier.post_kinds, targets=[concept for concept, _ in targets],
                                  with_context=classifier.takes_context)
        for step in label(texts, classifier, total=total, run_id=run_id):
            append_of_texts(log, step.rows, forgotten_until(connection))    # not every step hands rows over
            show(step.progress)
    build(home)

What was appended is not asked again, so a run that was stopped goes on where it was. `targets` is empty for a model without a
stance head.

A file (`groundswell score`): `score_file(path, out, load(model), target="AI绘画", progress=show)`.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from analysis.classifier import Classifier, likeliest
from analysis.tables import OUTPUTS, Rows, Source, as_text, look, opened_for_writing
from data.clock import now
from data.errors import Unreadable, WrongUsage
from data.formulas import is_formula
from data.model import LABEL_VALUES, Label
from data.unlabelled import Unlabelled

TEXTS = 512  # labelled together: enough for batches of like length, a few seconds of work
ROWS = 2_048
HOLD = 15.0  # seconds of work that a kill may cost; each hand-over makes a segment of the log

KINDS = ("emotion", "sentiment", "stance")
COLUMNS = tuple(name for kind in KINDS for name in (kind, *(f"{kind}_{value}" for value in LABEL_VALUES[kind])))


Text = TypeVar("Text")


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`done` of `total` texts or rows, with all their targets, after `seconds`; the opening of the model is not counted."""

    done: int
    total: int
    seconds: float

    @property
    def posts_per_second(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None until there is anything to tell it from."""
        return (self.total - self.done) / self.posts_per_second if self.posts_per_second else None


@dataclass(frozen=True, kw_only=True)
class Step:
    """Rows to append to the log, and how far it is."""

    rows: tuple[Any, ...]
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What scoring a file did: `labelled` rows of `rows` have an answer; the others had no words. `formulas`: cells, its header's too, that
    a spreadsheet would read as formulas, of an output that is CSV."""

    rows: int
    labelled: int
    formulas: int
    seconds: float
    warnings: tuple[str, ...]

    @property
    def posts_per_second(self) -> float:
        return self.rows / self.seconds if self.seconds else 0.0


def label(texts: Iterable[Unlabelled], classifier: Classifier, *, total: int, run_id: str) -> Iterator[Step]:
    """Labels of what each text lacks. A text without words of its author's gets none and counts as done."""
    classifier.open()
    return in_steps(texts, lambda chunk: _labels(chunk, classifier, run_id), total=total, at_once=TEXTS)


def in_steps(texts: Iterable[Text], rows_of: Callable[[list[Text]], Iterable[Any]], *, total: int, at_once: int) -> Iterator[Step]:
    """What is said of texts, `at_once` of them at a time: rows are handed over every `HOLD` seconds, so that little is lost by a stop."""
    started = handed = time.monotonic()
    rows: list[Any] = []
    done = 0
    texts = iter(texts)
    while chunk := list(islice(texts, at_once)):
        rows += rows_of(chunk)
        done += len(chunk)
        moment = time.monotonic()
        progress = Progress(done=done, total=total, seconds=moment - started)
        if moment - handed < HOLD and done < total:
            yield Step(rows=(), progress=progress)
            continue
        yield Step(rows=tuple(rows), progress=progress)
        rows, handed = [], time.monotonic()
    if rows:
        yield Step(rows=tuple(rows), progress=Progress(done=done, total=total, seconds=time.monotonic() - started))


def _labels(chunk: list[Unlabelled], classifier: Classifier, run_id: str) -> Iterator[Label]:
    said: dict[str, Any] = {
        "model": classifier.name,
        "version": classifier.version,
        "labelled_at": now(),
        "run_id": run_id,
    }
    posts = [text for text in chunk if text.kinds]
    for text, answer in zip(posts, classifier.post_probabilities([text.text for text in posts]), strict=True):
        for kind in text.kinds:
            if kind in answer:
                yield Label(text_sha256=text.text_sha256, kind=kind, **_answer(answer[kind]), **said)
    pairs = [(text, target) for text in chunk for target in text.targets]
    chances = classifier.stance_probabilities(
        [text.text for text, _ in pairs], [target for _, target in pairs], [text.context for text, _ in pairs]
    )
    for (text, target), stance in zip(pairs, chances, strict=True):
        if stance is not None:
            about: dict[str, Any] = {"target": target}
            about["context_sha256"] = text.context_sha256 if classifier.takes_context else None
            yield Label(text_sha256=text.text_sha256, kind="stance", **about, **_answer(stance), **said)


def _answer(chances: dict[str, float]) -> dict[str, Any]:
    return {"value": likeliest(chances), "probabilities": chances}


def score_file(
    path: Path,
    out: Path,
    classifier: Classifier,
    *,
    text_column: str = "text",
    target: str | None = None,
    target_column: str | None = None,
    context_column: str | None = None,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> Scored:
    """Labels a CSV, JSONL or Parquet file into another: the input's columns, then those of COLUMNS, row by row in its order.

    The output's kind is told by its suffix (.csv, .jsonl, .parquet; CSV is UTF-8 with BOM). The stance columns are empty
    without a target. A column of the input that has the name of one of COLUMNS is kept as `<name>_input`. Raises WrongUsage
    for columns and suffixes that cannot be, Unreadable for a file that cannot be read; the output appears whole or not at all.
    """
    if target and target_column:
        raise WrongUsage("Give a target or the column that holds the targets, not both.")
    if out.suffix.lower() not in OUTPUTS:
        raise WrongUsage(f"{out} must end in one of {', '.join(OUTPUTS)}.")
    if path.exists() and out.exists() and path.samefile(out):
        raise WrongUsage(f"{out} is the input itself. Give another file for the output.")
    source = look(path)
    if source.doubtful and text_column not in source.columns:
        raise Unreadable(
            f"{path.name} is no table with a column {text_column!r}. Give a CSV, JSONL or Parquet file, or if its first line "
            f"names columns, say which holds the texts with --text-column: {', '.join(source.columns)}"
        )
    text, targets, context = (_place(source, name) for name in (text_column, target_column, context_column))
    columns = _kept(source.columns) + COLUMNS
    types = source.types + tuple(pa.string() if name in KINDS else pa.float64() for name in COLUMNS)
    classifier.open()
    started = time.monotonic()
    done = labelled = 0
    formulas = _formulas([list(columns)], out)
    with opened_for_writing(out, columns, types) as write:
        for rows in source.chunks(ROWS):
            answers = _scored(
                classifier,
                _cells(rows, text),
                target if targets is None else _cells(rows, targets),
                None if context is None else _cells(rows, context),
            )
            write([[*row, *answer] for row, answer in zip(rows, answers, strict=True)])
            done += len(rows)
            formulas += _formulas(rows, out)
            labelled += sum(any(value is not None for value in answer) for answer in answers)
            progress(Progress(done=done, total=source.rows, seconds=time.monotonic() - started))
    renamed = tuple(
        f"The input's column {name} is kept as {new}." for name, new in zip(source.columns, columns, strict=False) if name != new
    )
    return Scored(rows=done, labelled=labelled, formulas=formulas, seconds=time.monotonic() - started, warnings=source.warnings + renamed)


def _formulas(rows: Rows, out: Path) -> int:
    return sum(is_formula(as_text(cell)) for row in rows for cell in row) if out.suffix.lower() == ".csv" else 0


def _scored(
    classifier: Classifier, texts: list[str | None], targets: str | list[str | None] | None, contexts: list[str | None] | None
) -> list[tuple[Any, ...]]:
    tables = [classifier.score(texts)]
    tables.append(classifier.stance(texts, [None] * len(texts) if targets is None else targets, contexts))
    return list(zip(*(column.to_pylist() for table in tables for column in table.columns), strict=True))


def _place(source: Source, name: str | None) -> int | None:
    if name is None:
        return None
    if name not in source.columns:
        raise WrongUsage(f"{source.path.name} has no column {name!r}. It has: {', '.join(source.columns)}")
    return source.columns.index(name)


def _kept(columns: tuple[str, ...]) -> tuple[str, ...]:
    taken = {*columns, *COLUMNS}
    kept = []
    for name in columns:
        if name in COLUMNS:
            while name in taken:
                name += "_input"
            taken.add(name)
        kept.append(name)
    return tuple(kept)


def _cells(rows: list[list[Any]], place: int | None) -> list[str | None]:
    """A column as text, None where a cell is empty; turns that stand in a list are a line each."""
    if place is None:
        return [None] * len(rows)
    cells = (row[place] for row in rows)
    return ["\n".join(map(as_text, cell)) if isinstance(cell, list) else as_text(cell) or None for cell in cells]
