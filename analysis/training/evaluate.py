"""Step 7: every figure of the card, on the official test sets, by the files that ship.

Baselines stand beside the stance figures: the target without the post (how much the wording of a target gives away) and the post
without the target (how much tone alone does). The yardstick of invented posts about image AI is scored by case; nothing
is chosen by it, nor by ZS-CSD's validation part.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.targets import split_target
from analysis.text import normalise

from . import sets
from .folder import CORPUS, TRAINING, arguments
from .runner import Runner, of_folder, wanted
from .scores import Reals, calibration_error, f1, macro_f1, probabilities
from .sets import EMOTIONS, SENTIMENTS, STANCES, Row

YARDSTICK = Path(__file__).parents[2] / "tests" / "fixtures" / "stance" / "campaign_300.jsonl"
ANYTHING = "这个"  # "this": stands for a target that is not told

Found = Mapping[str, Mapping[str, Sequence[Row]]]


def test_sets(found: Found) -> dict[str, tuple[str, list[Row]]]:
    """The official test sets by name, each with the head it tests."""
    tests = found["test"]
    emotions = {
        f"smp_{subset}_emotion": ("emotion", [row for row in tests["smp"] if row.subset == subset]) for subset in ("usual", "virus")
    }
    return {
        **emotions,
        "smp_sentiment": ("sentiment", [row for row in tests["smp"] if row.sentiment and not row.repeated]),
        "c_stance": ("stance", list(tests["c_stance"])),
        "nlpcc_a": ("stance", list(tests["nlpcc"])),
        "nlpcc_b": ("stance", list(found["test_taskB"]["nlpcc"])),
        "zs_csd": ("stance", list(found["zero_shot"]["zs_csd"])),
    }


def feeling(rows: Sequence[Row], runner: Runner) -> dict[str, float]:
    """Emotion and sentiment on the SMP 2020 tests, official and without the rows that repeat a train row."""
    logits = runner.logits(rows)
    numbers: dict[str, float] = {}
    for name, chosen in {"": np.full(len(rows), True), "_distinct": np.array([not row.repeated for row in rows])}.items():
        for subset in ("usual", "virus"):
            of = chosen & np.array([row.subset == subset for row in rows])
            numbers[f"emotion_{subset}{name}"] = _macro(rows, logits, "emotion", of)
            numbers[f"sentiment_{subset}{name}"] = _macro(rows, logits, "sentiment", of)
        numbers[f"emotion_mean{name}"] = (numbers[f"emotion_usual{name}"] + numbers[f"emotion_virus{name}"]) / 2
        numbers[f"sentiment_all{name}"] = _macro(rows, logits, "sentiment", chosen)
        for head in ("emotion", "sentiment"):
            has = chosen & (wanted(rows, head) >= 0)
            numbers[f"{head}_calibration_error{name}"] = calibration_error(wanted(rows, head)[has], probabilities(logits[head][has]))
    return numbers


def _macro(rows: Sequence[Row], logits: Mapping, head: str, of: np.ndarray) -> float:
    has = of & (wanted(rows, head) >= 0)
    classes = len(EMOTIONS) if head == "emotion" else len(SENTIMENTS)
    return macro_f1(wanted(rows, head)[has], logits[head][has].argmax(1), classes)


def stance(rows: Sequence[Row], logits: Reals) -> dict[str, float]:
    """Macro-F1, the mean of F-favour and F-against, and the calibration error."""
    labels, given = wanted(rows, "stance"), logits.argmax(1)
    return {
        "rows": len(rows),
        "macro_f1": macro_f1(labels, given, len(STANCES)),
        "favour_against": (f1(labels, given, STANCES.index("favour")) + f1(labels, given, STANCES.index("against"))) / 2,
        "calibration_error": calibration_error(labels, probabilities(logits)),
    }


def with_baselines(rows: Sequence[Row], runner: Runner) -> dict[str, dict[str, float]]:
    """`stance` over all rows and over those of each kind, beside macro-F1 of the target alone and of the post alone."""
    told = {
        "": list(rows),
        "target_only": [replace(row, text="", context="") for row in rows],
        "text_only": [replace(row, target=ANYTHING, context="") for row in rows],
    }
    logits = {name: runner.logits(changed)["stance"] for name, changed in told.items()}
    found = {}
    for kind in ("", *sorted({row.kind for row in rows} - {""})):
        numbers = [number for number, row in enumerate(rows) if kind in ("", row.kind)]
        chosen = [rows[number] for number in numbers]
        scored = {name: stance(chosen, values[numbers]) for name, values in logits.items()}
        found[kind or "all"] = scored.pop("") | {name: scores["macro_f1"] for name, scores in scored.items()}
    return found


def yardstick(path: Path, runner: Runner) -> dict[str, object]:
    """The invented posts about image AI, asked as in use, over all and by case, and the first error of each case.

    A target with a side (反对X) never reaches the model: it is asked about X, and the answer is turned round. Rows whose target
    mirrors another's are not in the figures; `mirrors_agree` is the share of them that say the same of the campaign.
    """
    with path.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    logits = turned(lines, runner)
    plain = [number for number, line in enumerate(lines) if not line.get("mirror_of")]
    rows = [Row(source="yardstick", text=lines[number]["text"], stance=lines[number]["stance"]) for number in plain]
    given = logits[plain].argmax(1)
    right = given == wanted(rows, "stance")
    by_case: dict[str, dict[str, object]] = {}
    for case in sorted({lines[number]["case"] for number in plain}):
        of = np.array([lines[number]["case"] == case for number in plain])
        by_case[case] = {"rows": int(of.sum()), "right": float(right[of].mean())}
        for place in np.flatnonzero(of & ~right)[:1]:
            told = {key: lines[plain[place]][key] for key in ("text", "target", "stance")}
            by_case[case]["error"] = told | {"given": STANCES[given[place]]}
    return stance(rows, logits[plain]) | {"mirrors_agree": _mirrors_agree(lines, logits.argmax(1)), "by_case": by_case}


def turned(lines: Sequence[Mapping[str, str]], runner: Runner) -> Reals:
    """Stance logits for the targets as given: of the plain concept, turned round where the target is against it."""
    asked = [split_target(line["target"]) for line in lines]
    rows = [
        Row(source="yardstick", text=normalise(line["text"], concept), target=concept)
        for line, (concept, _) in zip(lines, asked, strict=True)
    ]
    logits = runner.logits(rows)["stance"]
    against = np.array([side == "against" for _, side in asked])
    return np.where(against[:, None], logits[:, ::-1], logits)


def _mirrors_agree(lines: Sequence[Mapping[str, str]], given: Reals) -> float:
    places = {line["id"]: number for number, line in enumerate(lines)}
    pairs = [(number, places[line["mirror_of"]]) for number, line in enumerate(lines) if line.get("mirror_of")]
    return float(np.mean([given[mirror] == len(STANCES) - 1 - given[plain] for mirror, plain in pairs]))


def figures(found: Found, runner: Runner, yardstick_path: Path) -> dict[str, dict]:
    """All of them, by set."""
    tests = found["test"]
    claims = with_baselines(tests["c_stance"], runner)
    threads = {"with_context": found["zero_shot"]["zs_csd"]}
    threads["text_alone"] = [replace(row, context="") for row in threads["with_context"]]
    return {
        "smp": feeling(tests["smp"], runner),
        "c_stance": claims["all"],
        "c_stance_noun_phrases": claims["noun_phrases"],
        "nlpcc_a": with_baselines(tests["nlpcc"], runner)["all"],
        "nlpcc_b": with_baselines(found["test_taskB"]["nlpcc"], runner)["all"],
        "c_mtcsd": stance(tests["c_mtcsd"], runner.logits(tests["c_mtcsd"])["stance"]),
        **{f"zs_csd_{name}": stance(rows, runner.logits(rows)["stance"]) for name, rows in threads.items()},
        "yardstick": yardstick(yardstick_path, runner),
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--model", type=Path, default=TRAINING / "ready", help="the folder that ships")
    options = parser.parse_args()
    found = _rounded(figures(sets.read(options.data, CORPUS), of_folder(options.model), YARDSTICK))
    (options.folder / "figures.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


def _rounded(value):
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return round(value, 4) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
