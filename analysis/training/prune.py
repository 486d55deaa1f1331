"""Step 2: the vocabulary. Of the 250,002 pieces for a hundred languages a Chinese post needs some thirty-five thousand.

Kept are the special pieces; every piece seen when the train texts are cut into pieces; Han pieces that a
simplified text can contain; the more frequent Latin ones, for slogans, brands and English questions to the search; and
single signs of the kinds a post is made of (punctuation, kana, emoji, symbols). Pieces that normalisation makes
impossible (traditional forms, full-width letters) go.
"""

import unicodedata
from collections.abc import Iterable

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from analysis.text import BEGIN, END, normalise

from . import sets
from .base import Base, saved
from .folder import CORPUS, arguments

SPACE = "▁"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
PAD, UNKNOWN = 1, 3
NEVER = -60.0  # lower than the score of any piece: a post that contains "</s>" must not end the text
LATIN_ROWS = 40_000
LATIN_LENGTH = 12


def tokenizer(pieces: list[str], scores: Iterable[float]) -> Tokenizer:
    """The unigram tokenizer of XLM-R over the given pieces, the four special ones first.

    Pairs have `</s></s>` between them. Texts are expected to be normalised; NFKC is repeated for those that are not.
    """
    scored = [(piece, NEVER if piece in SPECIAL else float(score)) for piece, score in zip(pieces, scores, strict=True)]
    cut = Tokenizer(models.Unigram(scored, unk_id=UNKNOWN))
    cut.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    cut.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    cut.decoder = decoders.Metaspace()
    cut.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", BEGIN), ("</s>", END)]
    )
    return cut


def kept(pieces: list[str], seen: set[int]) -> list[int]:
    """Rows of the pieces to keep, in their old order; `seen` are the rows found in the train texts."""
    return [row for row, piece in enumerate(pieces) if row < len(SPECIAL) or row in seen or _wanted(row, piece)]


def _wanted(row: int, piece: str) -> bool:
    body = piece.replace(SPACE, "")
    if len(body) <= 1:
        return not body or _sign(body)
    if body.isascii():
        return row < LATIN_ROWS and len(body) <= LATIN_LENGTH
    return all(_han(sign) for sign in body) and normalise(body) == body


def _sign(sign: str) -> bool:
    if unicodedata.normalize("NFKC", sign) != sign:
        return False
    if _han(sign):
        return normalise(sign) == sign
    return sign.isascii() or "\u3040" <= sign <= "\u30ff" or unicodedata.category(sign)[0] in "PSN"


def _han(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


def seen_pieces(base: Base, texts: list[str]) -> set[int]:
    """The rows of the base vocabulary that occur in the texts."""
    encodings = tokenizer(base.pieces, base.scores).encode_batch(texts, add_special_tokens=False)
    return {row for encoding in encodings for row in encoding.ids}


def main() -> None:
    parser = arguments(__doc__)
    options = parser.parse_args()
    base = saved(options.folder / "base.npz")
    train = sets.read(options.data, CORPUS)["train"]
    texts = sorted({text for rows in train.values() for row in rows for text in (row.text, row.target, row.context)})
    rows = kept(base.pieces, seen_pieces(base, texts))
    pieces = [base.pieces[row] for row in rows]
    assert tuple(pieces[: len(SPECIAL)]) == SPECIAL
    tokenizer(pieces, base.scores[rows]).save(str(options.folder / "tokenizer.json"))
    np.save(options.folder / "words.npy", base.weights["emb.word"][rows])
    print(f"{len(rows)} of {len(base.pieces)} pieces -> {options.folder / 'tokenizer.json'}")


if __name__ == "__main__":
    main()
