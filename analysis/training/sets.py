"""The labelled sets as rows, and which of their splits each step may read.

Train reads the train splits, calibration and every choice the validation splits (for NLPCC 2016, which has none, a tenth
of train; for our own corpus whole controversies, so that their concepts are unseen), `evaluate` the tests. ZS-CSD's
validation part is a zero-shot test: it is never trained on and nothing is chosen by it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from analysis.text import normalise

EMOTIONS = ("angry", "sad", "fear", "surprise", "happy", "neutral")
SENTIMENTS = ("negative", "neutral", "positive")
STANCES = ("against", "neutral", "favour")
LABELS = {"emotion": EMOTIONS, "sentiment": SENTIMENTS, "stance": STANCES}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A labelled text, normalised. With a target it is a pair for the stance head, without one a post.

    `about` groups rows whose targets belong together (a domain, a controversy): a target may be swapped in only from
    another group. `kind` and `subset` are the set's own words for reporting by kind.
    """

    source: str
    text: str
    target: str = ""
    context: str = ""
    emotion: str | None = None
    sentiment: str | None = None
    stance: str | None = None
    about: str = ""
    kind: str = ""
    subset: str = ""
    repeated: bool = False


def read(data: Path, corpus: Path) -> dict[str, dict[str, list[Row]]]:
    """Rows by split ("train", "val", "test", …) and set."""
    found: dict[str, dict[str, list[Row]]] = {}
    for split, row in (*_smp(data), *_c_stance(data), *_nlpcc(data), *_c_mtcsd(data), *_zs_csd(data), *_corpus(corpus)):
        found.setdefault(split, {}).setdefault(row.source, []).append(row)
    return found


def _lines(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _smp(data: Path) -> Iterator[tuple[str, Row]]:
    for line in _lines(data / "smp2020_ewect.jsonl"):
        yield (
            line["split"],
            Row(
                source="smp",
                text=normalise(line["text"]),
                emotion=line["emotion"],
                sentiment=line["label"],
                subset=line["subset"],
                repeated=bool(line.get("dup_of_train")),
            ),
        )


def _c_stance(data: Path) -> Iterator[tuple[str, Row]]:
    for line in _lines(data / "c_stance.jsonl"):
        if line["split"] == "train" and (line["seen_in_test"] or line["seen_in_val"]):
            continue
        yield line["split"], _pair("c_stance", line, about=line["domain"], kind=line["type"])


def _nlpcc(data: Path) -> Iterator[tuple[str, Row]]:
    for line in _lines(data / "nlpcc2016_stance.jsonl"):
        split = line["split"]
        if split == "train" and _share(line["id"]) < 0.1:
            split = "val"
        yield split, _pair("nlpcc", line, about=line["target"])


def _c_mtcsd(data: Path) -> Iterator[tuple[str, Row]]:
    for line in _lines(data / "c_mtcsd.jsonl"):
        yield line["split"], _pair("c_mtcsd", line | {"target": line["target_zh"]}, about=line["target_zh"])


def _zs_csd(data: Path) -> Iterator[tuple[str, Row]]:
    for line in _lines(data / "zs_csd_val.jsonl"):
        yield "zero_shot", _pair("zs_csd", line, kind=line["target_type"])


def _corpus(corpus: Path) -> Iterator[tuple[str, Row]]:
    for path in sorted(corpus.glob("batch_*.jsonl")):
        for line in _lines(path):
            split = "val" if _share(line["controversy"]) < 0.1 else "train"
            for target in line["targets"]:
                concept = normalise(target["concept"])
                yield (
                    split,
                    Row(
                        source="corpus",
                        text=normalise(line["text"], concept),
                        target=concept,
                        context=normalise(" ".join(line.get("context") or ()), concept),
                        stance=target["stance"],
                        about=line["controversy"],
                        kind=line.get("manner", ""),
                    ),
                )


def _pair(source: str, line: dict, *, about: str = "", kind: str = "") -> Row:
    target = normalise(line["target"])
    return Row(
        source=source,
        text=normalise(line["text"], target),
        target=target,
        context=normalise(" ".join(line.get("context") or ()), target),
        stance={"favor": "favour"}.get(line["label"], line["label"]),
        about=about,
        kind=kind,
        repeated=bool(line.get("dup_of_train")),
    )


def _share(name: str) -> float:
    """A number between 0 and 1 that depends on the name alone, so that a split stays the same when rows are added."""
    return int.from_bytes(sha256(name.encode()).digest()[:4]) / 2**32
