"""Packages that were chosen for their speed or size, beside what they stand in for; and what search by meaning costs.

    python benchmarks/packages.py [cut | json | vectors]

Texts are those of the invented corpus (analysis/training/corpus). `vectors` needs the extra [search].
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

CORPUS = Path(__file__).parents[1] / "analysis" / "training" / "corpus"


def texts(number: int) -> list[str]:
    told = (json.loads(line)["text"] for file in sorted(CORPUS.glob("batch_*.jsonl")) for line in file.open(encoding="utf-8"))
    return list(dict.fromkeys(told))[:number]


def times_as_fast(slow: Callable[[], object], fast: Callable[[], object]) -> str:
    """Processor seconds of five rounds in turn, the first of which only warms up."""
    found = []
    for _ in range(6):
        taken = []
        for work in (slow, fast):
            begun = time.process_time()
            work()
            taken.append(time.process_time() - begun)
        found.append(taken[0] / taken[1])
    low, *_, high = sorted(found[1:])
    return f"{low:.1f} to {high:.1f} times as fast"


def cut() -> None:
    import jieba
    import rjieba

    posts = texts(3_000)
    same = sum(jieba.lcut(text, HMM=False) == rjieba.cut(text, False) for text in posts)
    ratio = times_as_fast(lambda: [jieba.lcut(text, HMM=False) for text in posts], lambda: [rjieba.cut(text, False) for text in posts])
    print(f"rjieba, beside jieba: {ratio}; the same words in {same:,} of {len(posts):,} texts")


def canonical() -> None:
    import orjson

    rows = [{"id": str(number), "正文": text, "转发数": "1", "点赞数": "20", "昵称": "某人"} for number, text in enumerate(texts(10_000))]
    ratio = times_as_fast(
        lambda: [json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() for row in rows],
        lambda: [orjson.dumps(row, option=orjson.OPT_SORT_KEYS) for row in rows],
    )
    print(f"orjson, beside json: {ratio}")


def vectors() -> None:
    from analysis import meaning

    before, begun = peak(), time.process_time()
    model = meaning.Both()
    model.passage(["热身"])
    print(f"both models opened, with a first text: {time.process_time() - begun:.1f} s of a processor, {peak() - before:.0f} MB")
    posts = texts(300)
    begun = time.process_time()
    found = meaning.vectors(posts, model)
    print(f"{len(posts) / (time.process_time() - begun):.1f} texts a second of a processor; {peak():.0f} MB at the most in all")
    print(f"{room([vector for vector in found if vector]):,.0f} bytes a text in the database")


def room(found: list[list[float]]) -> float:
    """Bytes that a vector takes in DuckDB, of many that hold the same numbers in other orders: few would fill less than a block."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    many = np.random.default_rng(1).permuted(np.tile(np.array(found, np.float32), (8_000 // len(found), 1)), axis=1)
    vectors = pa.table({"vector": list(many)}, schema=pa.schema([("vector", pa.list_(pa.float32()))]))
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/db") as connection:
        connection.execute("create table embedding as from vectors").execute("checkpoint")
        return Path(f"{folder}/db").stat().st_size / len(vectors)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    for what, work in {"cut": cut, "json": canonical, "vectors": vectors}.items():
        if what in (sys.argv[1:] or [what]):
            work()


if __name__ == "__main__":
    main()
