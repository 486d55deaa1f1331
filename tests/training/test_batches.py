"""Rows into batches: truncation, padding, the labels a loss may use, the mix and what is changed at random."""

from collections import Counter

import numpy as np
import pytest
from numpy.random import default_rng

from analysis.text import PAIR_TOKENS, POST_TOKENS
from analysis.training import batches
from analysis.training.prune import PAD, SPECIAL, tokenizer
from analysis.training.sets import Row

SIGNS = "画师苔圈支持反对天地玄黄#!"
CUT = tokenizer([*SPECIAL, "▁", *SIGNS], [0.0] * 4 + [-2.0] * (1 + len(SIGNS)))


def pair(text: str, target: str = "苔圈", stance: str = "against", **more: str) -> Row:
    return Row(source="corpus", text=text, target=target, stance=stance, **more)


def test_padded_to_the_longest_of_the_batch() -> None:
    made = batches.batch([Row(source="smp", text="画"), Row(source="smp", text="画师反对")], CUT)
    assert made.ids.shape == made.mask.shape == (2, 7)
    assert made.mask.sum(axis=1).tolist() == [4, 7]
    assert (made.ids[made.mask == 0] == PAD).all()


def test_a_label_that_is_not_there_is_not_learned() -> None:
    rows = [
        Row(source="smp", text="画", emotion="surprise", sentiment=None),
        Row(source="smp", text="画", emotion="angry", sentiment="negative"),
        pair("画师", stance="favour"),
    ]
    labels = batches.batch(rows, CUT).labels
    none = batches.NO_LABEL
    assert labels["emotion"].tolist() == [3, 0, none]
    assert labels["sentiment"].tolist() == [none, 0, none]
    assert labels["stance"].tolist() == [none, none, 2]


def test_posts_and_pairs_are_cut_to_their_limits_but_never_the_target() -> None:
    target = "苔圈" * 20
    rows = [Row(source="smp", text="画" * 900), pair("画" * 900, target, context="天" * 900), pair("画" * 30, context="地" * 900)]
    post, both, with_context = batches.sequences_of(rows, CUT)
    assert (len(post), len(both), len(with_context)) == (POST_TOKENS, PAIR_TOKENS, PAIR_TOKENS)
    assert both[1:42] == CUT.encode(target, add_special_tokens=False).ids
    sign = CUT.token_to_id("画")
    assert with_context.count(sign) == 30
    assert CUT.token_to_id("天") not in both


@pytest.mark.parametrize("seed", [1, 2])
def test_sets_take_turns_in_their_proportion(seed: int) -> None:
    plenty = [pair("画")] * batches.FEWEST
    given = {"smp": plenty, "c_stance": plenty, "corpus": plenty[:10]}
    drawn = Counter(batches.next_set(given, seed, step) for step in range(2000))
    assert drawn.keys() == {"smp", "c_stance"}
    wanted = batches.TURNS["smp"] / (batches.TURNS["smp"] + batches.TURNS["c_stance"])
    assert drawn["smp"] / 2000 == pytest.approx(wanted, abs=0.04)


def test_a_pass_reads_every_row_once_and_the_next_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "TARGET_SWAPPED", 0.0)
    rows = [pair(f"画{number}") for number in range(100)]
    per_pass = 4
    first = [row.text for turn in range(per_pass) for row in batches.rows_of_turn(rows, turn, 7)]
    second = [row.text for turn in range(per_pass, 2 * per_pass) for row in batches.rows_of_turn(rows, turn, 7)]
    assert sorted(first) == sorted(second) == sorted(row.text for row in rows)
    assert first != second
    assert batches.rows_of_turn(rows, 2, 7) == batches.rows_of_turn(rows, 2, 7)


def test_hashtags_and_context_are_dropped_now_and_then() -> None:
    row = pair("#苔圈# 反对", context="天地")
    seen = [batches.changed(row, [], default_rng(number)) for number in range(1000)]
    assert np.mean([made.text == "反对" for made in seen]) == pytest.approx(batches.TAGS_DROPPED, abs=0.05)
    assert np.mean([made.context == "" for made in seen]) == pytest.approx(batches.CONTEXT_DROPPED, abs=0.05)
    assert {made.stance for made in seen} == {"against"}


def test_a_swapped_target_is_a_strangers_and_neutral() -> None:
    row = pair("反对天地", about="a")
    others = [row, pair("支持", "画师", about="a"), pair("支持", "玄黄", about="b"), pair("支持", "天地", about="b")]
    seen = [batches.changed(row, others, default_rng(number)) for number in range(1000)]
    swapped = [made for made in seen if made.target != "苔圈"]
    assert len(swapped) / 1000 == pytest.approx(batches.TARGET_SWAPPED, abs=0.03)
    assert {(made.target, made.stance) for made in swapped} == {("玄黄", "neutral")}


def test_a_post_without_a_target_is_never_given_one() -> None:
    row = Row(source="smp", text="画", emotion="sad")
    assert {batches.changed(row, [pair("画")], default_rng(number)) for number in range(200)} == {row}
