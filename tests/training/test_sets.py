"""Which rows of the labelled sets each step may read. The files are written here, with invented texts."""

import json
from pathlib import Path

import pytest

from analysis.training import sets

FILES = {
    "smp2020_ewect": [
        {"text": "真好！", "label": "positive", "emotion": "happy", "subset": "usual", "split": "train", "id": "1"},
        {"text": "什么？！", "label": None, "emotion": "surprise", "subset": "virus", "split": "test", "dup_of_train": True},
    ],
    "c_stance": [
        {"text": "甲", "target": "乙", "label": "favor", "type": "noun_phrases", "domain": "d", "split": "train",
         "seen_in_test": False, "seen_in_val": False},
        {"text": "丙", "target": "乙", "label": "favor", "type": "clauses", "domain": "d", "split": "train",
         "seen_in_test": True, "seen_in_val": False},
        {"text": "丁", "target": "乙", "label": "against", "type": "clauses", "domain": "d", "split": "train",
         "seen_in_test": False, "seen_in_val": True},
        {"text": "戊", "target": "乙", "label": "neutral", "type": "clauses", "domain": "d", "split": "test",
         "seen_in_test": None, "seen_in_val": None},
    ],
    "nlpcc2016_stance": [
        {"text": f"第{number}条", "target": "丑", "label": "against", "split": "train", "id": f"A-train-{number}"}
        for number in range(300)
    ] + [{"text": "寅", "target": "卯", "label": "neutral", "split": "test_taskB", "id": "B-1"}],
    "c_mtcsd": [
        {"text": "辰@已官方 @子", "context": ["早", "晚@已"], "target": "X", "target_zh": "已", "label": "favor", "type": "comment2",
         "split": "val"},
    ],
    "zs_csd_val": [
        {"text": "午", "context": [], "target": "抵制未", "target_type": "noun_phrase", "label": "against", "split": "val"},
    ],
}  # fmt: skip


@pytest.fixture
def found(tmp_path: Path) -> dict[str, dict[str, list[sets.Row]]]:
    for name, lines in FILES.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    posts = [
        {
            "post_id": str(number),
            "controversy": f"c{number % 50}",
            "manner": "slogan",
            "text": "拒絕AI繪畫！@AI绘画助手",
            "targets": [{"concept": "AI绘画", "stance": "against"}, {"concept": "画师", "stance": "favour"}],
        }
        for number in range(200)
    ]
    (corpus / "batch_01.jsonl").write_text("\n".join(map(json.dumps, posts)) + "\n", encoding="utf-8")
    (corpus / "second_labels.jsonl").write_text('{"not": "a post"}\n')
    return sets.read(tmp_path, corpus)


def test_rows_seen_in_a_test_or_validation_part_are_not_trained_on(found: dict) -> None:
    assert [row.text for row in found["train"]["c_stance"]] == ["甲"]


def test_the_zero_shot_set_is_in_no_other_split(found: dict) -> None:
    assert [row.target for row in found["zero_shot"]["zs_csd"]] == ["抵制未"]
    assert "zs_csd" not in found["val"] | found["train"] | found["test"]


def test_a_tenth_of_nlpcc_is_for_validation(found: dict) -> None:
    train, val = found["train"]["nlpcc"], found["val"]["nlpcc"]
    assert len(train) + len(val) == 300
    assert 15 <= len(val) <= 45
    assert [row.target for row in found["test_taskB"]["nlpcc"]] == ["卯"]


def test_whole_controversies_are_kept_for_validation(found: dict) -> None:
    train, val = ({row.about for row in found[split]["corpus"]} for split in ("train", "val"))
    assert train and val
    assert not train & val
    assert len(found["train"]["corpus"]) + len(found["val"]["corpus"]) == 400


def test_labels_are_ours_and_missing_ones_stay_missing(found: dict) -> None:
    assert found["train"]["c_stance"][0].stance == "favour"
    surprised = found["test"]["smp"][0]
    assert (surprised.emotion, surprised.sentiment, surprised.stance, surprised.repeated) == ("surprise", None, None, True)
    row = found["train"]["corpus"][0]
    assert (row.text, row.target, row.stance) == ("拒绝AI绘画!AI绘画助手", "AI绘画", "against")
    other = found["train"]["corpus"][1]
    assert (other.text, other.target) == ("拒绝AI绘画!@", "画师")


def test_earlier_turns_are_joined_the_oldest_first(found: dict) -> None:
    row = found["val"]["c_mtcsd"][0]
    assert (row.text, row.context, row.target) == ("辰已官方 @", "早 晚已", "已")
