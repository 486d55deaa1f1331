"""Figures by set and the baselines beside them, with a runner that only reads what it is given."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from analysis.training import evaluate
from analysis.training.sets import LABELS, Row


class ByWords:
    """Stands for the model: against when the post says 拒绝, favour when its target is 画师, else neutral."""

    def logits(self, rows: Sequence[Row]) -> dict[str, np.ndarray]:
        found = {head: np.zeros((len(rows), len(names)), np.float32) for head, names in LABELS.items()}
        for number, row in enumerate(rows):
            found["stance"][number, 0 if "拒绝" in row.text else 2 if row.target == "画师" else 1] = 5
            found["emotion"][number, 0 if "怒" in row.text else 5] = 5
            found["sentiment"][number, 0 if "怒" in row.text else 1] = 5
        return found


def pair(text: str, target: str, stance: str, kind: str = "noun_phrases") -> Row:
    return Row(source="c_stance", text=text, target=target, stance=stance, kind=kind)


ROWS = [
    pair("拒绝", "AI绘画", "against"),
    pair("加油", "画师", "favour"),
    pair("今天", "天气", "neutral"),
    pair("拒绝", "画师", "favour", kind="clauses"),
]


def test_baselines_take_the_post_or_the_target_away() -> None:
    found = evaluate.with_baselines(ROWS, ByWords())
    assert found.keys() == {"all", "clauses", "noun_phrases"}
    nouns = found["noun_phrases"]
    assert (nouns["rows"], nouns["macro_f1"], nouns["favour_against"]) == (3, 1.0, 1.0)
    # Without the post nothing is against; without the target nothing is favour.
    assert nouns["target_only"] == pytest.approx((0 + 2 / 3 + 1) / 3)
    assert nouns["text_only"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert found["clauses"]["macro_f1"] == 0.0


def test_rows_that_repeat_a_train_row_are_left_out_of_the_distinct_figures() -> None:
    rows = [
        Row(source="smp", text="怒", emotion="angry", sentiment="negative", subset="usual"),
        Row(source="smp", text="嗯", emotion="neutral", sentiment="neutral", subset="virus"),
        Row(source="smp", text="嗯", emotion="angry", sentiment="negative", subset="virus", repeated=True),
        Row(source="smp", text="啊", emotion="surprise", sentiment=None, subset="usual"),
    ]
    found = evaluate.feeling(rows, ByWords())
    assert found["emotion_virus_distinct"] == pytest.approx(1 / 6)
    assert found["emotion_virus"] == pytest.approx((2 / 3) / 6)
    assert found["sentiment_all_distinct"] == pytest.approx(2 / 3)
    assert found["emotion_mean"] == pytest.approx((found["emotion_usual"] + found["emotion_virus"]) / 2)


def test_the_yardstick_by_case_leaves_mirrors_out(tmp_path: Path) -> None:
    lines = [
        {"id": "c1", "case": "plain", "text": "拒絕", "target": "AI绘画", "stance": "against"},
        {"id": "c2", "case": "irony", "text": "真棒", "target": "AI绘画", "stance": "against"},
        {"id": "c2-m", "case": "irony", "text": "真棒", "target": "反对AI绘画", "stance": "favour", "mirror_of": "c2"},
    ]
    path = tmp_path / "yardstick.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    found = evaluate.yardstick(path, ByWords())
    assert (found["rows"], found["mirrors_agree"]) == (2, 1.0)
    assert found["by_case"]["plain"] == {"rows": 1, "right": 1.0}
    assert found["by_case"]["irony"]["error"] == {
        "text": "真棒", "target": "AI绘画", "stance": "against", "given": "neutral"
    }  # fmt: skip
