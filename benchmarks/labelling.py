"""The shipped model beside what a user would pick without us: BERT-base in a PyTorch `pipeline("text-classification")`.

    python benchmarks/labelling.py [--model FOLDER] [--posts 1000] [--rounds 3]

Needs the extra [hub]. Both read the same invented posts (analysis/training/corpus, sorted by nothing), one pass a post, all
cores. The rival has bert-base-chinese's shape with random weights, a piece a character, and its best of four batch sizes;
random weights are as fast as trained ones. Also: posts a second with every target of the bundled campaign, the memory of a
process that labels, and the time to its first label.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

CORPUS = Path(__file__).parents[1] / "analysis" / "training" / "corpus"
SIZES = (1, 8, 16, 32)


def texts(posts: int, round_: int = 0) -> list[str]:
    """Invented posts, others each round: a loaded model remembers what it labelled. Where there are too few they come again with
    their number, so that none is the same."""
    told = [json.loads(line)["text"] for file in sorted(CORPUS.glob("batch_*.jsonl")) for line in file.open(encoding="utf-8")]
    numbers = range(round_ * posts, (round_ + 1) * posts)
    return [told[number % len(told)] + (str(number) if number >= len(told) else "") for number in numbers]


def rival(posts: list[str]):
    """The pipeline: random weights of bert-base-chinese's shape, a vocabulary of the posts' characters."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast, pipeline

    torch.set_num_threads(os.cpu_count() or 1)
    characters = sorted({character for post in posts for character in post.lower() if not character.isspace()})
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = Path(folder) / "vocab.txt"
        vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]), encoding="utf-8")
        tokenizer = BertTokenizerFast(vocab=str(vocabulary))
    model = BertForSequenceClassification(BertConfig(vocab_size=21128, num_labels=3)).eval()
    return pipeline("text-classification", model=model, tokenizer=tokenizer, device=-1)


def ours(model: Path | None, posts: list[str], targets: list[str]) -> float:
    """Posts a second: emotion and sentiment in one pass, and a pass for each target."""
    from analysis.classifier import load

    classifier = load(model)
    classifier.score(["热身"])
    begun = time.monotonic()
    if targets:
        for target in targets:
            classifier.stance(posts, target)
    else:
        classifier.score(posts)
    return len(posts) / (time.monotonic() - begun)


def first_label(model: Path | None, posts: list[str]) -> None:
    """In a process of its own: seconds from its start to the first label, then the peak of its memory after all posts."""
    code = (
        "import sys,time,json,resource\nbegun=time.monotonic()\n"
        "from analysis.classifier import load\nposts=json.load(sys.stdin)\n"
        "made=load(sys.argv[1] or None)\nmade.score(posts[:1])\nfirst=time.monotonic()-begun\nmade.score(posts)\n"
        "print(first, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(model or "")], input=json.dumps(posts), capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[1],
    ).stdout.split()  # fmt: skip
    print(f"first label after {float(told[0]):.2f} s; {float(told[1]):.0f} MB at the most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rival-posts", type=int, default=96, help="it is slow")
    told = parser.parse_args()
    warnings.simplefilter("ignore")
    posts = texts(told.posts)
    print(f"{len(posts)} posts, {statistics.mean(map(len, posts)):.0f} characters on average; {os.cpu_count()} cores")
    first_label(told.model, posts)
    pipe = rival(posts)
    few = posts[:: max(1, len(posts) // told.rival_posts)][: told.rival_posts]
    found: dict[str, list[float]] = {}
    for round_ in range(told.rounds):
        posts = texts(told.posts, round_)
        found.setdefault("ours, emotion and sentiment", []).append(ours(told.model, posts, []))
        found.setdefault("ours, one target", []).append(ours(told.model, posts, ["AI绘画"]))
        for size in SIZES:
            begun = time.monotonic()
            pipe(few, batch_size=size, truncation=True)
            found.setdefault(f"BERT-base, batches of {size}", []).append(len(few) / (time.monotonic() - begun))
    for what, rates in found.items():
        print(f"| {what} | {statistics.median(rates):.1f} ({min(rates):.1f} to {max(rates):.1f}) |")
    best = max(statistics.median(rates) for what, rates in found.items() if what.startswith("BERT"))
    print(f"per pass {statistics.median(found['ours, emotion and sentiment']) / best:.1f} times its best batch size")
    from data.campaign import SHIPPED, read

    targets = [concept for concept, _ in read(SHIPPED / "no-to-ai-images.toml").targets]
    both = 1 / (1 / statistics.median(found["ours, emotion and sentiment"]) + len(targets) / statistics.median(found["ours, one target"]))
    print(f"with all {len(targets)} targets of the bundled campaign: {both:.0f} posts/s")


if __name__ == "__main__":
    main()
