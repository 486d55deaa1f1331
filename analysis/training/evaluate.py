"""Scores."""
import numpy as np
import torch
from .batches import batch
from .sets import LABELS

def macro_f1(wanted, given, classes):
    scores = []
    for label in range(classes):
        hit = int(((wanted == label) & (given == label)).sum())
        both = int((wanted == label).sum() + (given == label).sum())
        scores.append(2 * hit / both if both else 0.0)
    return float(np.mean(scores))


def logits_of(network, rows, tokenizer, size=64):
    order = sorted(range(len(rows)), key=lambda n: len(rows[n].text) + len(rows[n].context))
    out = {head: np.zeros((len(rows), len(names)), np.float32) for head, names in LABELS.items()}
    network.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(rows), size):
            chosen = order[start : start + size]
            numbers = batch([rows[n] for n in chosen], tokenizer)
            for head, values in network(torch.from_numpy(numbers.ids), torch.from_numpy(numbers.mask)).items():
                out[head][chosen] = values.numpy()
    return out


def by_set(name, rows, logits):
    numbers = {}
    for head, names in LABELS.items():
        wanted = np.array([names.index(v) if (v := getattr(row, head)) else -1 for row in rows])
        has = wanted >= 0
        if has.any():
            numbers[f"{name}.{head}"] = round(macro_f1(wanted[has], logits[head].argmax(1)[has], len(names)), 4)
    return numbers
