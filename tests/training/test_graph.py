"""The ONNX graph against the same network written out in numpy."""

import math

import numpy as np
import onnxruntime
import pytest

from analysis.runtime import session_options
from analysis.training import graph

WIDTH, INNER, HEADS, LAYERS, PIECES = 32, 64, 4, 2, 50


@pytest.fixture(scope="module")
def state() -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    shapes = {"words.weight": (PIECES, WIDTH), "places.weight": (16, WIDTH)}
    for layer in range(LAYERS):
        at = f"layers.{layer}."
        for name, (outputs, inputs) in {
            "qkv": (3 * WIDTH, WIDTH), "out": (WIDTH, WIDTH), "inner": (INNER, WIDTH), "back": (WIDTH, INNER)
        }.items():  # fmt: skip
            shapes |= {f"{at}{name}.weight": (outputs, inputs), f"{at}{name}.bias": (outputs,)}
    for head, classes in {"emotion": 6, "sentiment": 3, "stance": 3}.items():
        shapes |= {f"heads.{head}.weight": (classes, WIDTH), f"heads.{head}.bias": (classes,)}
    made = {name: random.normal(0, 0.3, shape) for name, shape in shapes.items()}
    for name in ["start_norm", *(f"layers.{layer}.{part}_norm" for layer in range(LAYERS) for part in ("out", "back"))]:
        made |= {f"{name}.weight": random.normal(1, 0.1, WIDTH), f"{name}.bias": random.normal(0, 0.1, WIDTH)}
    return {name: values.astype(np.float32) for name, values in made.items()}


def written_out(state: dict[str, np.ndarray], ids: np.ndarray) -> dict[str, np.ndarray]:
    """One row without padding, step by step."""

    def normalised(values: np.ndarray, name: str) -> np.ndarray:
        centred = values - values.mean(axis=-1, keepdims=True)
        return centred / values.std(axis=-1, keepdims=True) * state[name + ".weight"] + state[name + ".bias"]

    def multiplied(values: np.ndarray, name: str) -> np.ndarray:
        return values @ state[name + ".weight"].T + state[name + ".bias"]

    states = normalised(state["words.weight"][ids] + state["places.weight"][: len(ids)], "start_norm")
    for at in (f"layers.{layer}." for layer in range(LAYERS)):
        query, key, value = np.split(multiplied(states, at + "qkv"), 3, axis=-1)
        mixed = []
        for part in np.split(np.arange(WIDTH), HEADS):
            scores = np.exp(query[:, part] @ key[:, part].T / math.sqrt(len(part)))
            mixed.append(scores / scores.sum(axis=1, keepdims=True) @ value[:, part])
        states = normalised(states + multiplied(np.concatenate(mixed, axis=1), at + "out"), at + "out_norm")
        inner = multiplied(states, at + "inner")
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        states = normalised(states + multiplied(inner, at + "back"), at + "back_norm")
    vector = states.mean(axis=0)
    return {"v": vector} | {output: multiplied(vector, f"heads.{head}") for head, output in graph.OUTPUTS.items()}


def run(state: dict[str, np.ndarray], ids: np.ndarray, mask: np.ndarray, *, int8: bool) -> dict[str, np.ndarray]:
    built = graph.model(state, layers=LAYERS, heads=HEADS, int8=int8).SerializeToString()
    session = onnxruntime.InferenceSession(built, session_options(threads=1), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"ids": ids, "am": mask}), strict=True))


def padded() -> tuple[np.ndarray, np.ndarray]:
    ids = np.array([[0, 7, 9, 30, 2], [0, 41, 2, 1, 1]])
    return ids, np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])


def test_full_precision_is_the_same_network(state: dict[str, np.ndarray]) -> None:
    ids, mask = padded()
    found = run(state, ids, mask, int8=False)
    for row, length in enumerate(mask.sum(axis=1)):
        for name, values in written_out(state, ids[row, :length]).items():
            np.testing.assert_allclose(found[name][row], values, atol=2e-4, err_msg=name)


def test_int8_is_near(state: dict[str, np.ndarray]) -> None:
    ids, mask = padded()
    full, small = (run(state, ids, mask, int8=int8) for int8 in (False, True))
    for row in range(len(ids)):
        cosine = full["v"][row] @ small["v"][row] / np.linalg.norm(full["v"][row]) / np.linalg.norm(small["v"][row])
        assert cosine > 0.99


def test_int8_keeps_weights_in_a_byte(state: dict[str, np.ndarray]) -> None:
    full, small = (graph.model(state, layers=LAYERS, heads=HEADS, int8=int8).ByteSize() for int8 in (False, True))
    assert small < 0.55 * full


def test_each_column_has_its_own_scale() -> None:
    matrix = np.array([[1.0, 0.001, 0.0], [-0.5, 0.002, 0.0]], np.float32)
    columns, scales = graph.by_column(matrix)
    assert columns[:, :2].tolist() == [[127, 64], [-64, 127]]
    np.testing.assert_allclose(columns * scales, matrix, atol=0.005)


def test_int8_says_the_same_of_a_text_whatever_stands_beside_it(state: dict[str, np.ndarray]) -> None:
    ids, mask = padded()
    together = run(state, ids, mask, int8=True)
    for row, length in enumerate(mask.sum(axis=1)):
        alone = run(state, ids[row : row + 1, :length], mask[row : row + 1, :length], int8=True)
        for name, values in alone.items():
            np.testing.assert_allclose(together[name][row], values[0], atol=1e-4, err_msg=name)
