"""Training with torch (the extra `[train]`, so slow): the loss, a checkpoint, a stop and going on from it."""

import json
import math
import signal
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.training import base
from analysis.training.sets import Row

pytestmark = pytest.mark.train

WORDS = ["<s>", "<pad>", "</s>", "<unk>", "▁", *"喜怒哀乐天地玄黄"]


def small_base() -> base.Base:
    """A base of two layers with random weights."""
    random = np.random.default_rng(2)
    shapes = base._shapes(32, 2, 64, len(WORDS), 200, 2)
    weights = {
        name: (np.ones(shape) if name.endswith("ln.w") else random.normal(0, 0.1, shape)).astype(np.float32)
        for name, shape in shapes.items()
    }
    scores = np.array([0.0] * 4 + [-2.0] * (len(WORDS) - 4), np.float32)
    return base.Base(width=32, layers=2, heads=4, inner=64, positions=200, pieces=WORDS, scores=scores, weights=weights)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    import torch

    torch.set_num_threads(1)  # two would wait for each other longer than they work on so small a network


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from analysis.training.prune import tokenizer

    made = small_base()
    base.write(made, tmp_path / "base.npz")
    np.save(tmp_path / "words.npy", made.weights["emb.word"])
    tokenizer(made.pieces, made.scores).save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def rows(count: int = 2600) -> dict[str, list[Row]]:
    """Posts whose feeling is told by one sign."""
    signs = {"喜": ("happy", "positive"), "怒": ("angry", "negative")}
    chosen = [list(signs.items())[number % 2] for number in range(count)]
    return {"smp": [Row(source="smp", text=f"天{sign}地", emotion=e, sentiment=s) for sign, (e, s) in chosen]}


def test_a_head_without_labels_adds_nothing_to_the_loss() -> None:
    import torch

    from analysis.training.batches import NO_LABEL
    from analysis.training.encoder import loss

    logits = {"emotion": torch.randn(4, 6), "sentiment": torch.randn(4, 3), "stance": torch.randn(4, 3)}
    none = torch.full((4,), NO_LABEL)
    emotion = torch.tensor([0, 1, 2, 3])
    only = loss(logits, {"emotion": emotion, "sentiment": none, "stance": none})
    both = loss(logits, {"emotion": emotion, "sentiment": torch.tensor([0, NO_LABEL, 1, 2]), "stance": none})
    assert torch.isfinite(only) and only < both
    changed = logits | {"sentiment": logits["sentiment"].clone().index_fill(0, torch.tensor([1]), 50.0)}
    again = loss(changed, {"emotion": emotion, "sentiment": torch.tensor([0, NO_LABEL, 1, 2]), "stance": none})
    assert torch.equal(both, again)


def test_padding_changes_nothing() -> None:
    import torch

    from analysis.training.encoder import from_base

    made = small_base()
    network = from_base(made, made.weights["emb.word"], [0, 1]).eval()
    ids, mask = torch.tensor([[0, 5, 6, 2, 1, 1]]), torch.tensor([[1, 1, 1, 1, 0, 0]])
    with torch.inference_mode():
        alone, padded = network(ids[:, :4], mask[:, :4]), network(ids, mask)
    for head, logits in alone.items():
        torch.testing.assert_close(padded[head], logits, atol=1e-5, rtol=1e-4)


def test_the_graph_is_the_network() -> None:
    import onnxruntime
    import torch

    from analysis.training.encoder import from_base
    from analysis.training.graph import OUTPUTS, model

    made = small_base()
    network = from_base(made, made.weights["emb.word"], [0, 1]).eval()
    state = {name: values.numpy() for name, values in network.state_dict().items()}
    built = model(state, layers=2, heads=4, int8=False).SerializeToString()
    session = onnxruntime.InferenceSession(built, providers=["CPUExecutionProvider"])
    ids, mask = np.array([[0, 5, 6, 2], [0, 7, 2, 1]]), np.array([[1, 1, 1, 1], [1, 1, 1, 0]])
    with torch.inference_mode():
        wanted = network(torch.from_numpy(ids), torch.from_numpy(mask))
    for head, output in OUTPUTS.items():
        found = session.run([output], {"ids": ids, "am": mask})[0]
        np.testing.assert_allclose(found, wanted[head].numpy(), atol=1e-4)


def test_it_learns_and_goes_on_from_a_checkpoint(folder: Path) -> None:
    from tokenizers import Tokenizer

    from analysis.training import train

    cut = Tokenizer.from_file(str(folder / "tokenizer.json"))
    options = Namespace(minutes=math.inf, steps=250, rate=train.RATE, folder=folder)
    run = train.started(folder, 2)
    train.leg(run, rows(), cut, options, train.Clock(None))
    train.save(run, folder / "checkpoint.pt")
    again = train.resumed(folder / "checkpoint.pt")
    assert (again.step, again.turns) == (250, {"smp": 250})
    assert again.legs[0]["seen"] == run.legs[0]["seen"]
    train.leg(again, rows(), cut, options, train.Clock(None))
    assert again.step == 500
    assert train.validate(again.network, {"smp": rows(40)["smp"]}, cut)["smp sentiment"] > 0.6


def test_the_same_steps_give_the_same_weights(folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer

    from analysis.training import train

    cut = Tokenizer.from_file(str(folder / "tokenizer.json"))
    runs = [train.started(folder, 2) for _ in range(2)]
    for run in runs:
        train.leg(run, rows(), cut, Namespace(minutes=math.inf, steps=8, rate=train.RATE, folder=folder), train.Clock(None))
    for one, other in zip(runs[0].network.parameters(), runs[1].network.parameters(), strict=True):
        assert torch.equal(one, other)


def test_rate_rises_holds_and_falls() -> None:
    from analysis.training.train import WARM_UP, rate_factor

    assert rate_factor(0, 0.0) == pytest.approx(1 / WARM_UP)
    assert rate_factor(WARM_UP, 0.3) == 1.0
    assert rate_factor(WARM_UP, 0.75) == pytest.approx(0.5)
    assert rate_factor(WARM_UP, 1.0) == 0.02


def test_a_stop_leaves_a_checkpoint_and_a_pause_waits(folder: Path, tmp_path: Path) -> None:
    data, pause = tmp_path / "data", tmp_path / "pause"
    data.mkdir()
    for name in ("c_stance", "nlpcc2016_stance", "c_mtcsd", "zs_csd_val"):
        (data / f"{name}.jsonl").write_text("")
    lines = [
        {"text": row.text, "label": row.sentiment, "emotion": row.emotion, "subset": "usual", "split": "train"} for row in rows()["smp"]
    ]
    (data / "smp2020_ewect.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    pause.touch()
    command = [sys.executable, "-m", "analysis.training.train", "--layers", "2", "--minutes", "9", "--threads", "1"]
    command += ["--data", str(data), "--folder", str(folder), "--pause-file", str(pause)]
    log = tmp_path / "log.txt"
    with log.open("w") as file, subprocess.Popen(command, stderr=file, cwd=Path(__file__).parents[2]) as process:
        try:
            assert within(60, lambda: "from step 0" in log.read_text())
            time.sleep(3)
            assert "step 50" not in log.read_text()
            pause.unlink()
            assert within(60, lambda: "step 50" in log.read_text())
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
    from analysis.training.train import resumed

    assert resumed(folder / "checkpoint.pt").step >= 50


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    """Waits until it has happened, at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not happened():
        time.sleep(0.2)
    return happened()


def test_goes_on_from_a_folder_that_ships(folder, tmp_path):
    """What `quantise` wrote comes back as the same network, but for the rounding of int8; its tokenizer comes along."""
    import torch
    from tokenizers import Tokenizer

    from analysis.training import quantise, shipped, train
    from analysis.training.graph import model

    first = train.started(folder, layers=2).network.eval()
    heads = {
        head: {"temperature": degree, "undecided_below": 0.5} for head, degree in (("emotion", 1.5), ("sentiment", 0.8), ("stance", 1.0))
    }
    state = quantise.calibrated({name: values.numpy() for name, values in first.state_dict().items()}, heads)
    graph = model(state, layers=2, heads=4, int8=True).SerializeToString()
    form = train.described(first.form)
    quantise.write(tmp_path / "shipped", graph, folder / "tokenizer.json", quantise.config(form, heads, [{"steps": 7}], "small"))

    empty = tmp_path / "again"
    empty.mkdir()
    run = train.continued(empty, tmp_path / "shipped")
    assert run.network.form == first.form and run.legs == [{"steps": 7}]
    assert Tokenizer.from_file(str(empty / "tokenizer.json")).get_vocab_size() == len(WORDS)
    ids = torch.tensor([[0, 5, 6, 7, 2]])
    mask = torch.ones_like(ids)
    again = shipped.network(tmp_path / "shipped").eval()
    with torch.inference_mode():
        for head, values in first(ids, mask).items():
            assert torch.allclose(again(ids, mask)[head], values, atol=0.05)
            assert not torch.equal(again(ids, mask)[head], torch.zeros_like(values))


def test_an_average_lies_between_two_networks_and_the_leg_says_so(folder: Path) -> None:
    import torch

    from analysis.training import train

    one, other = train.started(folder, 2), train.started(folder, 2)
    with torch.no_grad():
        for value in other.network.parameters():
            value.add_(1.0)
    train.save(one, folder / "checkpoint.pt")
    train.save(other, folder / "other.pt")
    line = [sys.executable, "-m", "analysis.training.average", "--folder", str(folder), "--data", str(folder), "--share", "0.25"]
    subprocess.run([*line, str(folder / "other.pt")], check=True)
    found = train.resumed(folder / "checkpoint.pt")
    for name, value in found.network.state_dict().items():
        torch.testing.assert_close(value, one.network.state_dict()[name] + 0.25)
    assert found.legs == [{"averaged_with": "other.pt", "share": 0.25}]


def test_networks_of_different_shapes_are_not_averaged() -> None:
    import torch

    from analysis.training.average import average

    with pytest.raises(ValueError, match="different shapes"):
        average({"a": torch.zeros(2)}, {"a": torch.zeros(3)}, 0.5)
