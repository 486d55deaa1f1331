"""Step 8: the card beside the weights and their notice, from the figures the other steps left in the working folder.

Nothing in the card's tables is written by hand except what others published and the first run, which cannot be made again here.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from . import sets
from .folder import CORPUS, TRAINING, arguments

HERE = Path(__file__).parent

# name: (source, licence its publisher states)
SOURCES = {
    "smp": ("SMP2020-EWECT, Weibo posts with six emotions (HIT-SCIR and 微热点)", "none stated"),
    "c_stance": ("C-STANCE (ACL 2023), Weibo posts with a stance toward a target", "none stated"),
    "nlpcc": ("NLPCC-ICCPOL 2016 task 4, Weibo posts with a stance toward five targets", "CC-BY-4.0 on one copy"),
    "c_mtcsd": ("C-MTCSD (WWW 2025), Weibo comment threads, four of its five targets", "none stated"),
    "corpus": ("our own stance corpus: wholly invented posts", "CC-BY-4.0"),
}

# figure: (label, path into figures.json, first run, at least, aim or published)
TABLE = (
    ("SMP2020 six-class macro-F1, mean of usual and virus", ("smp", "emotion_mean"), "–", "0.71", "0.7467 (winning ensemble)"),
    ("… usual", ("smp", "emotion_usual"), "–", "–", "0.7856 (winning ensemble)"),
    ("… virus", ("smp", "emotion_virus"), "–", "–", "0.7078 (winning ensemble)"),
    ("… mean, duplicate-free", ("smp", "emotion_mean_distinct"), "–", "–", "–"),
    ("SMP2020 three-class macro-F1", ("smp", "sentiment_all"), "–", "–", "–"),
    ("… duplicate-free", ("smp", "sentiment_all_distinct"), "0.832", "0.85", "0.88"),
    ("C-STANCE macro-F1, all", ("c_stance", "macro_f1"), "0.70", "0.74", "0.78"),
    ("… target alone", ("c_stance", "target_only"), "0.52", "–", "–"),
    ("… post alone", ("c_stance", "text_only"), "–", "–", "–"),
    ("C-STANCE macro-F1, noun phrases", ("c_stance_noun_phrases", "macro_f1"), "0.59", "0.62", "0.68"),
    ("… target alone", ("c_stance_noun_phrases", "target_only"), "0.47", "–", "–"),
    ("… post alone", ("c_stance_noun_phrases", "text_only"), "–", "–", "–"),
    ("NLPCC2016 A, mean of F-favour and F-against", ("nlpcc_a", "favour_against"), "0.65", "0.68", "0.75 (XLNet)"),
    ("NLPCC2016 B, the same", ("nlpcc_b", "favour_against"), "0.44", "0.48", "0.55"),
    ("ZS-CSD validation, macro-F1 with context, zero-shot", ("zs_csd_with_context", "macro_f1"), "0.33", "0.36", "0.44"),
    ("… the post without its context", ("zs_csd_text_alone", "macro_f1"), "0.31", "–", "–"),
    ("C-MTCSD test macro-F1", ("c_mtcsd", "macro_f1"), "–", "–", "0.64 (zero-shot)"),
    ("Yardstick of invented posts, macro-F1", ("yardstick", "macro_f1"), "–", "0.70", "–"),
    ("… mirrored targets that agree with their concept", ("yardstick", "mirrors_agree"), "–", "0.95", "1"),
    ("Calibration error, emotion, SMP tests", ("smp", "emotion_calibration_error"), "–", "0.03", "0"),
    ("Calibration error, sentiment, SMP tests", ("smp", "sentiment_calibration_error"), "–", "0.03", "0"),
    ("Calibration error, stance, C-STANCE test", ("c_stance", "calibration_error"), "–", "–", "0"),
)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def figure(figures: Mapping, path: tuple[str, str]) -> str:
    """A figure with four decimals."""
    return f"{figures[path[0]][path[1]]:.4f}"


def results(figures: Mapping) -> str:
    """The table of results beside the first run, what is asked and what is published."""
    rows = ((label, f"**{figure(figures, path)}**", *others) for label, path, *others in TABLE)
    return table(("test, full official splits", "this model, int8", "first run", "asked (error: at most)", "aim or published"), rows)


def cases(yardstick: Mapping) -> str:
    """The yardstick by case, hardest first, each with its first error."""
    ordered = sorted(yardstick["by_case"].items(), key=lambda item: item[1]["right"])
    return table(
        ("case", "rows", "right", "an error: the post, its target, what it is, what the model said"),
        ((case.replace("_", " "), found["rows"], f"{found['right']:.2f}", _error(found.get("error"))) for case, found in ordered),
    )


def _error(error: Mapping | None) -> str:
    if error is None:
        return "–"
    text = " ".join(error["text"].split()).replace("|", "/")
    return f"`{text[:80].replace('`', '')}` · {error['target']} · {error['stance']} · {error['given']}"


def precision(quantised: Mapping) -> str:
    """Full precision against int8 by test set."""
    rows = (
        (name, found["rows"], found["full"], found["int8"], f"{100 * (found['int8'] - found['full']):+.2f}")
        for name, found in quantised.items()
    )
    return table(("test", "rows", "full precision", "int8", "points"), rows)


def calibration(found: Mapping, confidence: Mapping) -> str:
    """Temperature and threshold of each head, and what the points of its confidence mend beyond the temperature."""
    return table(
        (
            *("head", "validation rows", "temperature", "calibration error before", "after"),
            *("with the points, on rows they were not made from", "right less than half the time below"),
        ),
        (
            (
                *(head, of["rows"], of["temperature"], of["error_before"], of["error_after"]),
                *(confidence[head]["error_held_out"], confidence[head]["undecided_below"]),
            )
            for head, of in found.items()
        ),
    )


def legs(run: Iterable[Mapping]) -> str:
    """The legs of the run, and the averages between them."""
    return table(
        ("leg", "steps", "rows seen", "minutes", "rows there were"),
        (
            (number, "–", "–", "–", f"{leg['share']:.0%} of {leg['averaged_with']}, weight by weight")
            if "averaged_with" in leg
            else (number, leg["steps"], leg["seen"], leg["minutes"], ", ".join(f"{name} {n}" for name, n in leg["rows"].items()))
            for number, leg in enumerate(run, start=1)
        ),
    )


def sources(train: Mapping[str, list[sets.Row]]) -> str:
    """How many distinct posts of which set were trained on, and which set states a licence."""
    return table(
        ("set", "distinct posts trained on", "labels", "licence stated"),
        (
            (name, len({row.text for row in train[key]}), len(train[key]), licence)
            for key, (name, licence) in SOURCES.items()
            if train.get(key)
        ),
    )


def pages(
    figures: Mapping, quantised: Mapping, calibrated: Mapping, confidence: Mapping, train: Mapping[str, list[sets.Row]]
) -> dict[str, str]:
    """The card (README.md) and the notice (NOTICE.md), filled."""
    parts = {
        "LAYERS": str(calibrated["form"]["layers"]),
        "PIECES": f"{calibrated['form']['vocabulary']:,}",
        "RESULTS": results(figures),
        "CASES": cases(figures["yardstick"]),
        "PRECISION": precision(quantised),
        "CALIBRATION": calibration(calibrated["heads"], confidence),
        "LEGS": legs(calibrated["legs"]),
        "TRIED": (HERE / "tried.md").read_text(encoding="utf-8").strip(),
        "SOURCES": sources(train),
    }
    return {name: filled(template, parts) for name, template in {"README.md": "card.md", "NOTICE.md": "notice.md"}.items()}


def filled(template: str, parts: Mapping[str, str]) -> str:
    """A page beside this file with its {NAMES} replaced; a name that is not told is a KeyError."""
    text = (HERE / template).read_text(encoding="utf-8")
    return re.sub(r"\{([A-Z]+)\}", lambda name: parts[name.group(1)], text)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--out", type=Path, default=TRAINING / "ready", help="the folder that ships")
    options = parser.parse_args()
    figures, quantised, calibrated, confidence = (
        json.loads((options.folder / f"{name}.json").read_text()) for name in ("figures", "quantised", "calibration", "confidence")
    )
    for name, text in pages(figures, quantised, calibrated, confidence, sets.read(options.data, CORPUS)["train"]).items():
        (options.out / name).write_text(text, encoding="utf-8")
        print(options.out / name)


if __name__ == "__main__":
    main()
