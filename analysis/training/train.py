"""Step 3: trains one encoder with its three heads, in legs that can be stopped and resumed.

A leg ends after `--minutes` of work or `--steps`, whichever comes first; the learning rate warms up at its start and falls
over its second half. A checkpoint is written every ten minutes, at the end, and on SIGTERM. The next leg starts from
it, with whatever rows the sets have then. While `--pause-file` exists the run waits; waiting is not work.

A finished leg prints its steps: with the same seed and `--steps` it can be repeated.
"""

import logging
import math
import os
import shutil
import signal
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from . import sets, shipped
from .base import saved
from .batches import SIZE, Batch, batch, next_set, rows_of_turn
from .encoder import Form, Network, described, from_base, loss
from .folder import CORPUS, arguments
from .runner import wanted
from .scores import macro_f1
from .sets import LABELS, Row

SEED = 20230815
RATE = 1.5e-4
HEAD_RATE = 1e-3
WARM_UP = 40
CHECKPOINT_SECONDS = 600
SAMPLE = 800

log = logging.getLogger("groundswell.training")


@dataclass(kw_only=True)
class Run:
    """What a checkpoint holds. `turns` counts the batches each set has given, `legs` tells how it came about."""

    network: Network
    optimizer: torch.optim.Optimizer
    step: int = 0
    turns: dict[str, int] = field(default_factory=dict)
    legs: list[dict] = field(default_factory=list)


def started(folder: Path, layers: int) -> Run:
    """A run from the base weights: `layers` of the base's, taken evenly."""
    torch.manual_seed(SEED)
    base = saved(folder / "base.npz")
    chosen = [round(place) for place in np.linspace(0, base.layers - 1, layers)]
    network = from_base(base, np.load(folder / "words.npy"), chosen)
    return Run(network=network, optimizer=optimizer_for(network))


def continued(folder: Path, shipped_from: Path) -> Run:
    """A run from a folder that ships, where its checkpoint is gone; its tokenizer is the run's from now on."""
    torch.manual_seed(SEED)
    network = shipped.network(shipped_from)
    shutil.copy(shipped_from / "tokenizer.json", folder / "tokenizer.json")
    return Run(network=network, optimizer=optimizer_for(network), legs=shipped.legs(shipped_from))


def resumed(path: Path) -> Run:
    """The run as its checkpoint left it."""
    state = torch.load(path, weights_only=True)
    network = Network(Form(**state["form"]))
    network.load_state_dict(state["network"])
    optimizer = optimizer_for(network)
    optimizer.load_state_dict(state["optimizer"])
    return Run(network=network, optimizer=optimizer, step=state["step"], turns=state["turns"], legs=state["legs"])


def save(run: Run, path: Path) -> None:
    """Writes the checkpoint whole or not at all."""
    state = {
        "form": described(run.network.form),
        "network": run.network.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "step": run.step,
        "turns": run.turns,
        "legs": run.legs,
    }
    unfinished = path.with_suffix(".part")
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def optimizer_for(network: Network) -> torch.optim.Optimizer:
    """AdamW; heads learn faster, and what decays is only matrices: a piece that is rare must not fade away."""
    heads = list(network.heads.parameters())
    matrices = [value for value in network.layers.parameters() if value.ndim == 2]
    chosen = {id(value) for value in (*heads, *matrices)}
    rest = [value for value in network.parameters() if id(value) not in chosen]
    groups = [
        {"params": matrices, "rate": RATE, "weight_decay": 0.01},
        {"params": rest, "rate": RATE, "weight_decay": 0.0},
        {"params": heads, "rate": HEAD_RATE, "weight_decay": 0.01},
    ]
    return torch.optim.AdamW(groups, lr=RATE, fused=True)


def rate_factor(step: int, progress: float) -> float:
    """The share of the full learning rate at a step of a leg that is `progress` (0 to 1) through."""
    return min(1.0, (step + 1) / WARM_UP) * max(0.02, min(1.0, 2 * (1 - progress)))


def learn(run: Run, numbers: Batch, factor: float) -> float:
    """One step on one batch; returns the loss."""
    for group in run.optimizer.param_groups:
        group["lr"] = group["rate"] * factor
    labels = {head: torch.from_numpy(values) for head, values in numbers.labels.items()}
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = run.network(torch.from_numpy(numbers.ids), torch.from_numpy(numbers.mask))
    value = loss(logits, labels)
    value.backward()
    torch.nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
    run.optimizer.step()
    run.optimizer.zero_grad(set_to_none=True)
    run.step += 1
    return value.item()


class Clock:
    """Seconds of work: waiting for the pause file to go is left out."""

    def __init__(self, pause_file: Path | None) -> None:
        self._start = time.monotonic()
        self._waited = 0.0
        self._pause_file = pause_file

    def wait(self) -> None:
        before = time.monotonic()
        while self._pause_file is not None and self._pause_file.exists() and not Stop.asked:
            time.sleep(2)
        self._waited += time.monotonic() - before

    def worked(self) -> float:
        return time.monotonic() - self._start - self._waited


class Stop:
    """Set by SIGTERM or SIGINT; the step under way is finished first."""

    asked = False

    @classmethod
    def ask(cls, *_: object) -> None:
        cls.asked = True


def leg(run: Run, rows: dict[str, list[Row]], tokenizer: Tokenizer, options: Namespace, clock: Clock) -> None:
    """Steps until the time or the number of steps is over or a stop is asked for."""
    first, seen, losses = run.step, 0, defaultdict(list)
    last_saved = clock.worked()
    run.legs.append({"first_step": first, "rate": options.rate, "rows": {name: len(found) for name, found in rows.items()}})
    run.network.train()
    while not Stop.asked:
        clock.wait()
        done = run.step - first
        progress = max(clock.worked() / (60 * options.minutes), done / options.steps)
        if progress >= 1:
            break
        name = next_set(rows, SEED, run.step)
        turn = run.turns.get(name, 0)
        torch.manual_seed(SEED + run.step)
        numbers = batch(rows_of_turn(rows[name], turn, SEED), tokenizer)
        losses[name].append(learn(run, numbers, rate_factor(done, progress) * options.rate / RATE))
        run.turns[name] = turn + 1
        seen += len(numbers.ids)
        run.legs[-1].update(steps=run.step - first, seen=seen, minutes=round(clock.worked() / 60, 1))
        if run.step % 50 == 0:
            means = " ".join(f"{name} {np.mean(values):.3f}" for name, values in sorted(losses.items()))
            log.info("step %d, %.0f%%, %.1f rows/s, loss %s", run.step, 100 * progress, seen / clock.worked(), means)
            losses.clear()
        if clock.worked() - last_saved > CHECKPOINT_SECONDS:
            save(run, options.folder / "checkpoint.pt")
            last_saved = clock.worked()


def validate(network: Network, validation: Mapping[str, Sequence[Row]], tokenizer: Tokenizer) -> dict[str, float]:
    """Macro-F1 by set and head on a fixed sample of each validation set."""
    found = {}
    for name, rows in validation.items():
        chosen = [rows[number] for number in np.random.default_rng(SEED).permutation(len(rows))[:SAMPLE]]
        logits = answers(network, chosen, tokenizer)
        for head, names in LABELS.items():
            labels = wanted(chosen, head)
            if (has := labels >= 0).any():
                found[f"{name} {head}"] = round(macro_f1(labels[has], logits[head][has].argmax(1), len(names)), 4)
    return found


def answers(network: Network, rows: Sequence[Row], tokenizer: Tokenizer) -> dict[str, np.ndarray]:
    """Logits per head in the order of the rows, without dropout."""
    order = np.argsort([len(row.text) + len(row.context) for row in rows])
    found = {head: np.zeros((len(rows), len(names)), np.float32) for head, names in LABELS.items()}
    network.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for chosen in np.array_split(order, -(-len(rows) // SIZE)):
            numbers = batch([rows[number] for number in chosen], tokenizer)
            logits = network(torch.from_numpy(numbers.ids), torch.from_numpy(numbers.mask))
            for head, values in logits.items():
                found[head][chosen] = values.numpy()
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--from-folder", type=Path, help="start from a folder that ships, where there is no checkpoint yet")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--steps", type=float, default=math.inf)
    parser.add_argument("--rate", type=float, default=RATE, help="learning rate; a late leg does with less (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pause-file", type=Path, help="the run waits while this file exists")
    options = parser.parse_args()
    if math.isinf(options.minutes) and math.isinf(options.steps):
        parser.error("say when to end: --minutes or --steps")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    signal.signal(signal.SIGTERM, Stop.ask)
    signal.signal(signal.SIGINT, Stop.ask)

    checkpoint = options.folder / "checkpoint.pt"
    options.folder.mkdir(parents=True, exist_ok=True)
    if checkpoint.exists():
        run = resumed(checkpoint)
    elif options.from_folder:
        run = continued(options.folder, options.from_folder)
    else:
        run = started(options.folder, options.layers)
    tokenizer = Tokenizer.from_file(str(options.folder / "tokenizer.json"))
    rows = sets.read(options.data, CORPUS)
    log.info("from step %d, rows %s", run.step, {name: len(found) for name, found in rows["train"].items()})
    leg(run, rows["train"], tokenizer, options, Clock(options.pause_file))
    save(run, checkpoint)
    log.info("stopped at step %d: %s", run.step, run.legs[-1])
    if not Stop.asked:
        log.info("validation %s", validate(run.network, rows["val"], tokenizer))


if __name__ == "__main__":
    main()
