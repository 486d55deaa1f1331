"""The measures: F1 as the sets' papers define it, calibration, and the temperature that mends it. Only numpy.

`wanted` and `given` are vectors of class numbers, `logits` (rows, classes).
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Reals = NDArray[np.floating]

BINS = 15
GROUPS = 8


def f1(wanted: Numbers, given: Numbers, label: int) -> float:
    """F1 of one class; 0 when it is neither wanted nor given."""
    hits = ((wanted == label) & (given == label)).sum()
    both = (wanted == label).sum() + (given == label).sum()
    return float(2 * hits / both) if both else 0.0


def macro_f1(wanted: Numbers, given: Numbers, classes: int) -> float:
    """The mean of the F1 of all classes."""
    return float(np.mean([f1(wanted, given, label) for label in range(classes)]))


def probabilities(logits: Reals, temperature: float = 1.0) -> Reals:
    """Softmax of the logits divided by the temperature."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def calibration_error(wanted: Numbers, chances: Reals) -> float:
    """Expected calibration error of the top label, 15 equal bins (Guo et al. 2017): how far, on average, what the model says
    is from how often it is right; 0 to 1."""
    top, right = chances.max(axis=1), chances.argmax(axis=1) == wanted
    bins = np.minimum((top * BINS).astype(int), BINS - 1)
    gaps = [abs(right[bins == number].sum() - top[bins == number].sum()) for number in np.unique(bins)]
    return float(sum(gaps) / len(wanted))


def temperature(wanted: Numbers, logits: Reals) -> float:
    """The temperature with the least calibration error, to a hundredth, of those within a fifth of the one with the lowest negative
    log likelihood (between 0.25 and 4): likelihood alone weighs the few grave errors more than what a page says of the many."""
    likeliest = min(np.arange(0.25, 4.005, 0.01), key=lambda degree: _surprise(wanted, logits, degree))
    near = np.arange(0.8 * likeliest, 1.2 * likeliest, 0.01)
    return float(min(near, key=lambda degree: calibration_error(wanted, probabilities(logits, degree))).round(2))


def _surprise(wanted: Numbers, logits: Reals, degree: float) -> float:
    chances = probabilities(logits.astype(np.float64), degree)[np.arange(len(wanted)), wanted]
    return float(-np.log(np.maximum(chances, 1e-12)).mean())


def confidence(wanted: Numbers, chances: Reals) -> list[tuple[float, float]]:
    """How often the top label is right by what is said of it: the means of GROUPS groups of as many rows, made to rise by pooling
    neighbours (isotonic regression, Zadrozny and Elkan 2002), between (0, 0) and (1, 1)."""
    top, right = chances.max(axis=1), chances.argmax(axis=1) == wanted
    groups = np.array_split(np.argsort(top, kind="stable"), GROUPS)
    pools: list[tuple[float, int]] = []
    for group in groups:
        pools.append((float(right[group].mean()), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, size), (other, more) = pools[-2:]
            pools[-2:] = [((mean * size + other * more) / (size + more), size + more)]
    rising = [mean for mean, size in pools for _ in range(size)]
    points = [(round(float(top[group].mean()), 4), round(mean, 4)) for group, mean in zip(groups, rising, strict=True)]
    return [(0.0, 0.0), *points, (1.0, 1.0)]


def undecided_below(wanted: Numbers, chances: Reals) -> float:
    """The probability under which an answer is right less than half the time: shown as undecided. To a hundredth."""
    top, right = chances.max(axis=1), chances.argmax(axis=1) == wanted
    wrong_side = [
        level
        for level in np.arange(0.3, 0.9, 0.01)
        if (near := (top >= level - 0.05) & (top < level)).sum() >= 20 and right[near].mean() < 0.5
    ]
    return float(round(max(wrong_side, default=0.0), 2))
