"""What texts say, kept for as long as the same texts are asked about: cutting two thousand posts into words takes a part of a second.

What is kept is never changed: a page gets the thing itself, and no copy of a few thousand words.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from analysis import words
from analysis.words import Contrast, Keyword, Phrase
from dashboard import numbers
from dashboard.ask import WHOLE
from dashboard.reader import Reader
from data.campaign import Campaign
from data.questions import FEW

ROWS = 2_000  # posts of a group that are read at most: a fixed sample by the hash of their ids
KEPT = 60  # answers
SPARE = 4  # times as many words as are drawn: names of accounts are left out of them
Said = TypeVar("Said")


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=WHOLE)
def keywords(texts: tuple[str, ...], user_words: tuple[str, ...]) -> tuple[Keyword, ...]:
    """All of them: which are shown, `shown` says."""
    return tuple(words.keywords(texts, top=None, user_words=user_words, least=FEW))


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=WHOLE)
def phrases(texts: tuple[str, ...], user_words: tuple[str, ...]) -> tuple[Phrase, ...]:
    """All of them: which are shown, `shown_phrases` says."""
    return tuple(words.phrases(texts, top=None, user_words=user_words, least=FEW))


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=WHOLE)
def contrast(first: tuple[str, ...], second: tuple[str, ...], user_words: tuple[str, ...], top: int) -> list[Contrast]:
    """More than `top` of each side: which are shown, `shown_contrast` says."""
    return words.contrast(first, second, top=SPARE * top, user_words=user_words)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=WHOLE)
def typical(texts: tuple[str, ...], user_words: tuple[str, ...], top: int) -> list[int]:
    return words.typical(texts, top=top, user_words=user_words)


def read_of(reader: Reader, *said: tuple[str, ...]) -> str:
    """How many posts of each group were read, and whether they are a sample."""
    sampled = any(len(texts) == ROWS for texts in said)
    read = " / ".join(numbers.exact(len(texts)) for texts in said)
    return reader.texts("opinion.sampled", posts=read) if sampled else reader.texts("opinion.read", posts=read)


def shown(reader: Reader, found: Sequence[Keyword], user_words: tuple[str, ...], top: int) -> list[Keyword]:
    """The first keywords that may be shown."""
    return _first(reader, found, lambda keyword: keyword.word, user_words, top)


def shown_phrases(reader: Reader, found: Sequence[Phrase], user_words: tuple[str, ...], top: int) -> list[Phrase]:
    """The first phrases that may be shown."""
    return _first(reader, found, lambda phrase: phrase.text, user_words, top)


def _first(reader: Reader, found: Sequence[Said], said: Callable[[Said], str], user_words: tuple[str, ...], top: int) -> list[Said]:
    """The first `top` that may be shown. Only so many are asked about as that needs."""
    kept: list[Said] = []
    for start in range(0, len(found), SPARE * top):
        some = found[start : start + SPARE * top]
        without = _without(reader, [said(one) for one in some], user_words)
        kept += [one for one in some if said(one).casefold() not in without]
        if len(kept) >= top:
            break
    return kept[:top]


def shown_contrast(reader: Reader, found: list[Contrast], user_words: tuple[str, ...], top: int) -> list[Contrast]:
    """The strongest words of each side that may be shown. Hashtags may: that one side has them tells the two apart."""
    names = _names(reader, [one.word for one in found], user_words)
    told = [one for one in found if one.word.casefold() not in names]
    return [one for one in told if one.z > 0][:top] + [one for one in told if one.z < 0][-top:]


def _without(reader: Reader, said: list[str], user_words: tuple[str, ...]) -> set[str]:
    """The campaign's hashtags, which stand in nearly every post, and names of accounts."""
    return {tag.casefold() for tag in reader.ask("campaign_tags")["tag"]} | _names(reader, said, user_words)


def _names(reader: Reader, said: list[str], user_words: tuple[str, ...]) -> set[str]:
    """Of some words those that an account is called; a word of the campaign file stays, whoever is called so."""
    names = set(reader.ask("account_names", words=[word.lower() for word in said])["name"])
    return {name.casefold() for name in names - {word.lower() for word in user_words}}


def user_words(told: Campaign | None) -> tuple[str, ...]:
    """Words that are kept whole: a campaign's own dictionary, its targets, slogans and hashtags."""
    if told is None:
        return ()
    slogans = [wording for slogan in told.told.get("slogans", []) for wording in (slogan["text"], *slogan.get("variants", []))]
    tags = [tag for _, tag in told.hashtags]
    return tuple(dict.fromkeys([*told.told.get("words", []), *(concept for concept, _ in told.targets), *slogans, *tags]))
