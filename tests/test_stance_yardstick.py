"""The stance yardstick keeps its shape: what the figures in the model card are counted over."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
YARDSTICK = ROOT / "tests" / "fixtures" / "stance" / "campaign_300.jsonl"
CORPUS = ROOT / "analysis" / "training" / "corpus"

CASES = {
    "plain", "slogan", "hashtag_only", "irony", "quotation_of_other_side", "question", "news_without_opinion",
    "not_boycott", "oppose_boycott", "support_boycott", "boycott_supporters", "mixed_feelings", "side_remark",
    "changed_mind", "traditional_characters", "english_or_mixed", "long_post", "xiaohongshu_manner",
    "self_introduction",
}  # fmt: skip
FIELDS = {"id", "case", "platform", "text", "target", "side", "stance", "for_campaign"}
TURNED = {"favour": "against", "against": "favour", "neutral": "neutral", None: None}
NEGATIONS = ("反对", "抵制", "拒绝")


def for_campaign(side: str | None, stance: str) -> str:
    """Whether a stance is for the campaign, given the campaign's side on the same target."""
    if side is None or stance == "neutral":
        return "neither"
    return "yes" if side == stance else "no"


def bare(text: str) -> str:
    """The letters, digits and characters of a text: two texts that differ in spaces and marks only are one."""
    return re.sub(r"[\W_]", "", text).lower()


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return [json.loads(line) for line in YARDSTICK.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def concepts(rows: list[dict]) -> list[dict]:
    return [row for row in rows if "mirror_of" not in row]


@pytest.fixture(scope="module")
def mirrors(rows: list[dict]) -> list[dict]:
    return [row for row in rows if "mirror_of" in row]


def test_there_are_300_concept_rows_and_at_least_40_mirrors(concepts, mirrors):
    assert len(concepts) == 300
    assert len(mirrors) >= 40


def test_every_row_has_the_fields_and_known_values(rows):
    for row in rows:
        assert set(row) - {"mirror_of"} == FIELDS, row["id"]
        assert row["case"] in CASES, row["id"]
        assert row["platform"] in {"weibo", "xiaohongshu"}, row["id"]
        assert row["stance"] in {"favour", "against", "neutral"}, row["id"]
        assert row["side"] in {"favour", "against", None}, row["id"]
        assert row["for_campaign"] == for_campaign(row["side"], row["stance"]), row["id"]
        assert row["text"] == row["text"].strip() != "", row["id"]
        assert row["target"] == row["target"].strip() != "", row["id"]


def test_ids_are_unique(rows):
    assert [id for id, n in Counter(row["id"] for row in rows).items() if n > 1] == []


def test_no_text_comes_twice_among_the_concept_rows(concepts):
    # The bare tags #AI绘画# and the like have letters too, so none is lost in the comparison.
    assert [text for text, n in Counter(bare(row["text"]) for row in concepts).items() if n > 1] == []


def test_every_case_has_at_least_15_posts(concepts):
    counts = Counter(row["case"] for row in concepts)
    assert set(counts) == CASES
    assert {case: n for case, n in counts.items() if n < 15} == {}


def test_stances_are_balanced_as_planned(concepts):
    counts = Counter(row["stance"] for row in concepts)
    assert counts["against"] / 300 == pytest.approx(0.40, abs=0.03)
    assert counts["favour"] / 300 == pytest.approx(0.25, abs=0.03)
    assert counts["neutral"] / 300 == pytest.approx(0.35, abs=0.03)


def test_the_campaign_has_one_side_on_each_concept(concepts):
    sides = defaultdict(set)
    for row in concepts:
        sides[row["target"]].add(row["side"])
    assert {target: found for target, found in sides.items() if len(found) > 1} == {}


def test_a_mirror_turns_target_stance_and_side_of_an_existing_row(concepts, mirrors):
    by_id = {row["id"]: row for row in concepts}
    for mirror in mirrors:
        concept = by_id[mirror["mirror_of"]]
        assert mirror["target"] in {negation + concept["target"] for negation in NEGATIONS}, mirror["id"]
        assert mirror["stance"] == TURNED[concept["stance"]], mirror["id"]
        assert mirror["side"] == TURNED[concept["side"]], mirror["id"]
        for same in ("text", "case", "platform", "for_campaign"):
            assert mirror[same] == concept[same], mirror["id"]


def test_a_row_has_one_mirror_at_most(mirrors):
    assert [id for id, n in Counter(row["mirror_of"] for row in mirrors).items() if n > 1] == []


@pytest.mark.parametrize(("tag", "target"), [("#拒绝AI绘画", "AI绘画"), ("#抵制小红书", "小红书")])
def test_a_slogan_tag_alone_does_not_give_the_answer(concepts, tag, target):
    stances = {row["stance"] for row in concepts if tag in row["text"] and row["target"] == target}
    assert stances == {"favour", "against", "neutral"}


def test_news_is_neutral(concepts):
    assert {row["stance"] for row in concepts if row["case"] == "news_without_opinion"} == {"neutral"}


def test_long_posts_have_150_to_400_characters(concepts):
    lengths = {row["id"]: len(row["text"]) for row in concepts if row["case"] == "long_post"}
    assert {id: n for id, n in lengths.items() if not 150 <= n <= 400} == {}


def test_no_post_of_it_stands_in_the_training_corpus(concepts):
    batches = sorted(CORPUS.glob("batch_*.jsonl"))
    assert batches, f"no batch of the training corpus in {CORPUS}"
    trained = {bare(json.loads(line)["text"]) for batch in batches for line in batch.read_text("utf-8").splitlines() if line}
    # A slogan or a bare tag is nobody's sentence: under 12 characters the same words may be found twice.
    assert [row["id"] for row in concepts if len(bare(row["text"])) >= 12 and bare(row["text"]) in trained] == []
