"""What texts say, kept for as long as the same texts are asked about: cutting two thousand posts into words takes a part of a second."""

import pickle
from collections.abc import Callable
from typing import Any

import streamlit as st

from analysis import words
from analysis.words import Contrast, Keyword
from data.campaign import Campaign

ROWS = 2_000  # posts of a group that are read at most: a fixed sample by the hash of their ids
KEPT = 60  # answers
WHOLE: dict[str | type, Callable[[Any], Any]] = {tuple: pickle.dumps}  # told apart at once: text by text took longer than to cut them


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=WHOLE)
def keywords(texts: tuple[str, ...], user_words: tuple[str, ...], top: int, but: tuple[str, ...]) -> list[Keyword]:
    """All but some: the campaign's hashtags stand in nearly every post."""
    without = {word.casefold() for word in but}
    found = words.keywords(texts, top=top + len(without), user_words=user_words)
    return [keyword for keyword in found if keyword.word.casefold() not in without][:top]


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=WHOLE)
def contrast(first: tuple[str, ...], second: tuple[str, ...], user_words: tuple[str, ...], top: int) -> list[Contrast]:
    return words.contrast(first, second, top=top, user_words=user_words)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=WHOLE)
def typical(texts: tuple[str, ...], user_words: tuple[str, ...], top: int) -> list[int]:
    return words.typical(texts, top=top, user_words=user_words)


def user_words(told: Campaign | None) -> tuple[str, ...]:
    """Words that are kept whole: a campaign's own dictionary, its targets, slogans and hashtags."""
    if told is None:
        return ()
    slogans = [wording for slogan in told.told.get("slogans", []) for wording in (slogan["text"], *slogan.get("variants", []))]
    tags = [tag for _, tag in told.hashtags]
    return tuple(dict.fromkeys([*told.told.get("words", []), *(concept for concept, _ in told.targets), *slogans, *tags]))
