"""The demonstration's labels are what the shipped model says: it labels two hundred of its texts again."""

from datetime import datetime
from itertools import islice

import pyarrow.parquet as pq
import pytest

from analysis.classifier import load
from analysis.labelling import label
from data.build import build, reading
from data.home import Home
from data.sample import demo, labels
from data.unlabelled import unlabelled

TEXTS = 200
CLOSE, FAR = 0.02, 0.05
# Processors round before a number becomes a byte otherwise: of 4,458 answers of one with VNNI and one without, 8 were more than CLOSE
# apart and the farthest 0.034.
NOT_CLOSE = 0.01  # of all answers

pytestmark = pytest.mark.slow


def key(row) -> tuple:
    return row["text_sha256"], row["context_sha256"], row["kind"], row["target"]


def test_the_shipped_model_says_again_what_ships(tmp_path):
    home = Home(tmp_path / "home")
    demo.fill(home, datetime(2026, 11, 22, 10))
    build(home)
    shipped = {key(row): row for row in pq.read_table(labels.SHIPPED).to_pylist()}
    model = load()
    asked = {"model": model.name, "version": model.version, "kinds": model.post_kinds, "with_context": model.takes_context}
    targets = sorted({row["target"] for row in shipped.values() if row["target"]})
    with reading(home) as connection:
        _, left = unlabelled(connection, campaign="demo", targets=targets, **asked)
        without_words = list(left)
        _, texts = unlabelled(connection, campaign="demo", targets=targets, again=True, **asked)
        chosen = list(islice(texts, TEXTS))
    assert [row for step in label(without_words, model, total=len(without_words), run_id="again") for row in step.rows] == []
    again = [row for step in label(chosen, model, total=TEXTS, run_id="again") for row in step.rows]
    assert len({row.text_sha256 for row in again}) > TEXTS // 2 and {row.kind for row in again} == {"emotion", "sentiment", "stance"}
    apart = []
    for row in again:
        told = shipped[row.text_sha256, row.context_sha256, row.kind, row.target]
        probabilities = dict(told["probabilities"])
        assert row.probabilities == pytest.approx(probabilities, abs=FAR)
        apart.append(max(abs(row.probabilities[value] - told) for value, told in probabilities.items()))
        second, first = sorted(probabilities.values())[-2:]
        assert row.value == told["value"] or first - second <= 2 * apart[-1]
    assert sum(distance > CLOSE for distance in apart) <= NOT_CLOSE * len(apart)
