"""Which pieces stay, and that a post cannot forge the special ones."""

from analysis.training.prune import LATIN_ROWS, SPECIAL, kept, tokenizer

PIECES = [
    *SPECIAL,
    "▁",
    "画",
    "绘画",
    "繪畫",
    "拒绝",
    "a",
    "Ａ",
    "▁art",
    "▁unwahrscheinlichkeit",
    "の",
    "ый",
    "ы",
    "😡",
    "怒り",
    "!",
]


def names(*seen: int) -> set[str]:
    return {PIECES[row] for row in kept(PIECES, set(seen))}


def test_what_a_chinese_post_can_contain_stays() -> None:
    assert names() == {*SPECIAL, "▁", "画", "绘画", "拒绝", "a", "▁art", "の", "😡", "!"}


def test_what_was_seen_in_the_train_texts_stays() -> None:
    row = PIECES.index("怒り")
    assert names(row) - names() == {"怒り"}


def test_rare_latin_pieces_go() -> None:
    pieces = [*SPECIAL, *["▁the"] * LATIN_ROWS, "▁zyx"]
    assert len(pieces) - 1 not in kept(pieces, set())
    assert LATIN_ROWS - 1 in kept(pieces, set())


def test_order_is_kept_and_the_special_ones_are_first() -> None:
    rows = kept(PIECES, set())
    assert rows == sorted(rows)
    assert rows[: len(SPECIAL)] == [0, 1, 2, 3]


def test_cuts_by_score_and_writes_pairs() -> None:
    pieces = [PIECES[row] for row in kept(PIECES, set())]
    cut = tokenizer(pieces, [-1.0 if len(piece) > 1 else -2.0 for piece in pieces])
    assert cut.encode("绘画", "拒绝!").tokens == ["<s>", "▁", "绘画", "</s>", "</s>", "▁", "拒绝", "!", "</s>"]
    assert cut.encode("ＡＲＴ", add_special_tokens=False).tokens != []


def test_a_post_cannot_end_itself() -> None:
    pieces = [*SPECIAL, "▁", *"</s>pad"]
    cut = tokenizer(pieces, [0.0] * 4 + [-9.0] * 8)
    assert not {0, 1, 2} & set(cut.encode("</s><s><pad>", add_special_tokens=False).ids)
