"""The network out of a folder that ships, to go on training from where its checkpoint is gone.

int8 weights come back as their nearest grid point, so what is lost is what rounding lost; the temperatures are taken out of the
heads again. The optimizer starts anew.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from .encoder import Form, Network
from .sets import LABELS


def network(folder: Path) -> Network:
    """The network of a folder that `quantise` wrote. Raises ValueError where it is of another shape."""
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    graph = onnx.load(str(folder / "model.onnx")).graph
    arrays = {given.name: numpy_helper.to_array(given) for given in graph.initializer}
    form = Form(
        vocabulary=settings["vocab_size"],
        width=settings["hidden_size"],
        layers=settings["num_hidden_layers"],
        heads=settings["num_attention_heads"],
        inner=settings["intermediate_size"],
        positions=settings["max_position_embeddings"],
    )
    built = Network(form)
    missing = sorted(name for name in built.state_dict() if _stored(name) not in arrays)
    if missing:
        raise ValueError(f"{folder} holds no {missing[0]}: it was not written by analysis.training.quantise")
    temperatures = {head: settings["heads"][head]["temperature_in_weights"] for head in LABELS}
    built.load_state_dict({name: torch.from_numpy(_array(name, arrays, temperatures)) for name in built.state_dict()})
    return built


def legs(folder: Path) -> list[dict]:
    """The legs that the folder's network was trained in."""
    return json.loads((folder / "config.json").read_text(encoding="utf-8"))["legs"]


def _stored(name: str) -> str:
    """The graph's name of an array: the two embeddings go without ".weight"."""
    return {"words.weight": "words", "places.weight": "places"}.get(name, name)


def _array(name: str, arrays: dict[str, np.ndarray], temperatures: dict[str, float]) -> np.ndarray:
    stored = _stored(name)
    values = arrays[stored].astype(np.float32)
    if name.startswith("heads."):
        return values * np.float32(temperatures[name.split(".")[1]])
    if stored == "words":
        return values * arrays["words.scale"]
    if name.startswith("layers.") and values.ndim == 2:
        return np.ascontiguousarray((values * arrays[stored.removesuffix("weight") + "scale"]).T)
    return values
