"""What a processor may do to a model: its int8 products are whole numbers, and every processor has to give the same."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from analysis.runtime import session_options

MIDDLE = np.uint8(128)


def product(states: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """As the shipped graph multiplies: bytes around 128 by int8 weights."""
    node = helper.make_node("MatMulInteger", ["states", "matrix", "middle"], ["product"])
    given = [helper.make_tensor_value_info("states", TensorProto.UINT8, [None, None])]
    made = [helper.make_tensor_value_info("product", TensorProto.INT32, [None, None])]
    arrays = [numpy_helper.from_array(matrix, "matrix"), numpy_helper.from_array(np.array(MIDDLE), "middle")]
    model = helper.make_model(helper.make_graph([node], "one", given, made, arrays), opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), session_options(threads=1), providers=["CPUExecutionProvider"])
    return session.run(None, {"states": states})[0]


@pytest.mark.parametrize("weight", [127, -127])
def test_the_largest_products_are_not_cut_off(weight):
    states, matrix = np.full((3, 8), 255, np.uint8), np.full((8, 5), weight, np.int8)
    assert (product(states, matrix) == 8 * (255 - 128) * weight).all()


def test_products_of_any_numbers_are_exact():
    chance = np.random.default_rng(7)
    states = chance.integers(0, 256, (40, 384), dtype=np.uint8)
    matrix = chance.integers(-127, 128, (384, 96), dtype=np.int8)
    np.testing.assert_array_equal(product(states, matrix), (states.astype(np.int64) - 128) @ matrix.astype(np.int64))
