"""The network as an ONNX graph, in full precision or with int8 weights, built node by node from the arrays.

Inputs `ids` and `am` (attention mask), both int64 (rows, longest). Outputs `e`, `s`, `t`, logits of emotion, sentiment and
stance, and `v` (rows, width), the mean of the last layer. Nodes of the domain com.microsoft are ONNX Runtime's own
fused forms. In the int8 graph a matrix has a scale for each of its columns and the embedding lookup one for each piece;
what flows through is measured and quantised as it comes, each token by its own largest value: what is said of a text does not
depend on the texts beside it in a batch.
"""

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"
OUTPUTS = {"emotion": "e", "sentiment": "s", "stance": "t"}
EPSILON = 1e-12

State = Mapping[str, NDArray[np.float32]]


def model(state: State, *, layers: int, heads: int, int8: bool) -> onnx.ModelProto:
    """The graph of a network's arrays, named as in its checkpoint."""
    graph = _Graph(state, heads, int8)
    graph.embed()
    for layer in range(layers):
        graph.layer(f"layers.{layer}.")
    graph.pool()
    return graph.done()


def by_column(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix (inputs, outputs) as int8 with one scale a column."""
    scales = np.maximum(np.abs(matrix).max(axis=0), 1e-12) / 127
    return np.round(matrix / scales).astype(np.int8), scales.astype(np.float32)


class _Graph:
    def __init__(self, state: State, heads: int, int8: bool) -> None:
        self._state = state
        self._heads = heads
        self._int8 = int8
        self._width = state["words.weight"].shape[1]
        self._nodes: list[onnx.NodeProto] = []
        self._arrays: list[onnx.TensorProto] = []
        self._states = ""

    def embed(self) -> None:
        words = self._state["words.weight"]
        if self._int8:
            rows, scales = by_column(words.T)
            rows_read = self._node("Gather", self._array("words", rows.T.copy()), "ids")
            scale = self._node("Gather", self._array("words.scale", scales[:, None]), "ids")
            found = self._node("Mul", self._node("Cast", rows_read, to=TensorProto.FLOAT), scale)
        else:
            found = self._node("Gather", self._array("words", words), "ids")
        length = self._node("Shape", "ids", start=1, end=2)
        first, axis = self._array("first", np.zeros(1, np.int64)), self._array("axis", np.zeros(1, np.int64))
        places = self._node("Slice", self._array("places", self._state["places.weight"]), first, length, axis)
        self._states = self._node(
            "LayerNormalization",
            self._node("Add", found, places),
            self._given("start_norm.weight"),
            self._given("start_norm.bias"),
            epsilon=EPSILON,
        )
        self._seen = self._node("Cast", "am", to=TensorProto.INT32)

    def layer(self, at: str) -> None:
        qkv = self._multiply(self._states, at + "qkv")
        parts = self._nodes_of("Split", [qkv], 3, axis=-1, num_outputs=3)
        mixed = self._node("MultiHeadAttention", *parts, "", self._seen, domain=MICROSOFT, num_heads=self._heads)
        self._states = self._normalised(self._multiply(mixed, at + "out"), at + "out_norm")
        inner = self._node(
            "BiasGelu", self._multiply(self._states, at + "inner", bias=False), self._given(at + "inner.bias"), domain=MICROSOFT
        )
        self._states = self._normalised(self._multiply(inner, at + "back"), at + "back_norm")

    def pool(self) -> None:
        weights = self._node("Unsqueeze", self._node("Cast", "am", to=TensorProto.FLOAT), self._array("last", np.array([2])))
        along = self._array("along", np.array([1]))
        total = self._node("ReduceSum", self._node("Mul", self._states, weights), along, keepdims=0)
        self._node("Div", total, self._node("ReduceSum", weights, along, keepdims=0), output="v")
        for head, output in OUTPUTS.items():
            matrix, bias = self._given(f"heads.{head}.weight"), self._given(f"heads.{head}.bias")
            self._node("Gemm", "v", matrix, bias, transB=1, output=output)

    def done(self) -> onnx.ModelProto:
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["rows", "longest"]) for name in ("ids", "am")]
        widths = {output: len(self._state[f"heads.{head}.bias"]) for head, output in OUTPUTS.items()} | {"v": self._width}
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", n]) for name, n in widths.items()]
        graph = helper.make_graph(self._nodes, "groundswell", inputs, outputs, self._arrays)
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
        built = helper.make_model(graph, opset_imports=versions, producer_name="groundswell")
        built.ir_version = 10
        return built

    def _multiply(self, states: str, name: str, *, bias: bool = True) -> str:
        matrix = self._state[name + ".weight"].T
        biases = [self._given(name + ".bias")] if bias else []
        if not self._int8:
            product = self._node("MatMul", states, self._array(name + ".weight", np.ascontiguousarray(matrix)))
            return self._node("Add", product, *biases) if bias else product
        columns, scales = by_column(matrix)
        largest = self._node("ReduceMax", self._node("Abs", states), self._array(name + ".axis", np.array([-1])), keepdims=1)
        largest = self._node("Max", largest, self._array(name + ".least", np.array(EPSILON, np.float32)))
        step, middle = self._array(name + ".step", np.array(1 / 127, np.float32)), self._array(name + ".middle", np.array(128, np.uint8))
        whole = self._node("QuantizeLinear", self._node("Div", states, largest), step, middle)
        weight, scale = self._array(name + ".weight", columns), self._array(name + ".scale", scales)
        zero = self._array(name + ".zero", np.zeros(len(scales), np.int8))
        product = self._node("MatMulIntegerToFloat", whole, weight, step, scale, middle, zero, domain=MICROSOFT)
        product = self._node("Mul", product, largest)
        return self._node("Add", product, *biases) if bias else product

    def _normalised(self, added: str, name: str) -> str:
        # Not Add: ONNX Runtime would fuse it into SkipLayerNormalization, eight times as slow on processors.
        total = self._node("Sum", self._states, added)
        weight, bias = self._given(name + ".weight"), self._given(name + ".bias")
        return self._node("LayerNormalization", total, weight, bias, epsilon=EPSILON)

    def _given(self, name: str) -> str:
        return self._array(name, self._state[name])

    def _array(self, name: str, values: NDArray) -> str:
        self._arrays.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, kind: str, *inputs: str, output: str = "", domain: str = "", **settings) -> str:
        return self._nodes_of(kind, list(inputs), 1, output=output, domain=domain, **settings)[0]

    def _nodes_of(self, kind: str, inputs: list[str], count: int, *, output: str = "", domain: str = "", **settings) -> list[str]:
        number = len(self._nodes)
        outputs = [output or f"{kind}.{number}.{place}" for place in range(count)]
        self._nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **settings))
        return outputs
