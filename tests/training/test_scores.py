"""The measures against values worked out by hand, and that calibration mends what it should."""

import numpy as np
import pytest

from analysis.runtime import as_often_right
from analysis.training import scores

WANTED = np.array([0, 0, 1, 1, 2])
GIVEN = np.array([0, 1, 1, 1, 0])


def test_f1_of_each_class() -> None:
    assert [scores.f1(WANTED, GIVEN, label) for label in range(3)] == [0.5, 0.8, 0.0]
    assert scores.macro_f1(WANTED, GIVEN, 3) == pytest.approx(1.3 / 3)
    assert scores.f1(WANTED, GIVEN, 7) == 0.0


def test_probabilities_add_up_and_a_temperature_flattens() -> None:
    logits = np.array([[2.0, 0.0, 0.0], [1000.0, 0.0, -1000.0]])
    assert scores.probabilities(logits).sum(axis=1) == pytest.approx([1, 1])
    assert scores.probabilities(logits)[0, 0] == pytest.approx(np.e**2 / (np.e**2 + 2))
    assert scores.probabilities(logits, 2.0)[0, 0] < scores.probabilities(logits)[0, 0]


def test_calibration_error_by_hand() -> None:
    chances = np.array([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.3, 0.7]])
    wanted = np.array([0, 1, 1, 1])
    # At 0.9 half are right (gap 0.4), at 0.7 all (gap 0.3); each holds half the rows.
    assert scores.calibration_error(wanted, chances) == pytest.approx(0.35)
    assert scores.calibration_error(wanted, np.eye(2)[wanted]) == 0.0


@pytest.mark.parametrize("true", [0.5, 1.0, 2.0])
def test_the_temperature_that_was_lost_is_found(true: float) -> None:
    random = np.random.default_rng(5)
    logits = random.normal(size=(6000, 3)) * 2
    chances = scores.probabilities(logits)
    wanted = (chances.cumsum(axis=1) < random.random((6000, 1))).sum(axis=1)
    found = scores.temperature(wanted, logits * true)
    assert found == pytest.approx(true, rel=0.1)
    assert scores.calibration_error(wanted, scores.probabilities(logits * true, found)) < 0.02


def test_points_of_confidence_rise_and_mend_what_a_temperature_cannot() -> None:
    random = np.random.default_rng(5)
    said = random.uniform(0.5, 1, 20_000)
    true = np.where(said > 0.8, 0.97, said - 0.1)  # too low where it is high, too high where it is low
    wanted = (random.random(20_000) > true).astype(int)
    chances = np.stack([said, 1 - said], axis=1)
    points = scores.confidence(wanted, chances)
    assert points[0] == (0.0, 0.0) and points[-1] == (1.0, 1.0) and points == sorted(points)
    assert [right for _, right in points] == sorted(right for _, right in points)
    degree = scores.temperature(wanted, np.log(chances))
    assert scores.calibration_error(wanted, scores.probabilities(np.log(chances), degree)) > 0.05
    assert scores.calibration_error(wanted, as_often_right(chances, points)) < 0.03


def test_undecided_is_where_answers_are_wrong_more_often_than_right() -> None:
    random = np.random.default_rng(5)
    top = random.uniform(0.4, 1.0, 8000)
    chances = np.stack([top, (1 - top) * 0.6, (1 - top) * 0.4], axis=1)
    right = random.random(8000) < np.where(top < 0.6, 0.3, 0.9)
    assert scores.undecided_below(np.where(right, 0, 1), chances) == pytest.approx(0.61, abs=0.03)
    assert scores.undecided_below(np.zeros(8000, int), chances) == 0.0
