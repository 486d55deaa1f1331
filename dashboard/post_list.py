"""Posts as a list: a line of plain text each, one of which can be picked."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import numbers
from dashboard.reader import Reader
from dashboard.show import MOST_ROWS_AT_ONCE, POST_HEIGHT
from dashboard.texts import Texts, width
from data.home import stand_in
from data.model import COUNTS, LABEL_VALUES

# Pixels. With the box that picks a row they fill what a window of 1280 leaves beside the menu; the kind of post, its platform and
# whether it is still there stand behind them.
POST_WIDTHS = {"at": 110, "text": 181, "author": 96, "likes": 71, "reposts": 71, "comments": 78,
               "emotion": 87, "sentiment": 87, "stance": 84}  # fmt: skip
POST_COLUMNS = 60  # of text in three lines of that width, where one breaks early
BEFORE = 8  # characters of a cut text that lead to the words looked for


def posts(reader: Reader, found: pd.DataFrame, *, key: str, words: str = "") -> dict[str, Any] | None:
    """A list of posts as plain cells, the most asked for first, each text with the words that were looked for; the row that was
    picked. The public picks none: it is not told which posts they are."""
    texts = reader.texts
    rows = found.to_dict("records")
    threshold = reader.ask("threshold")["threshold"][0]
    shown = pd.DataFrame(
        {
            "at": numbers.moments(found["published_at"], reader.zone, found["published_grain"]),
            "text": [shortened(one_line(row["title"], row["text"]), POST_COLUMNS, words) for row in rows],
            "author": [author(row) for row in rows],
            **{count: [reader.count(row[count], row[f"{count}_grain"]) for row in rows] for count in ("likes", "reposts", "comments")},
            **{kind: [_labelled(texts, kind, row, threshold) for row in rows] for kind in LABEL_VALUES},
            "platform": [texts.of("platform", row["platform"]) for row in rows],
            "kind": [texts.of("kind", row["kind"]) for row in rows],
            "status": [texts.of("status", row["status"]) for row in rows],
        }
    )
    shown = shown.drop(columns=[kind for kind in LABEL_VALUES if not any(shown[kind])])
    picked: Any = st.dataframe(
        shown,
        column_config={
            name: st.column_config.TextColumn(
                texts(f"column.{name}"), width=POST_WIDTHS.get(name), alignment="right" if name in COUNTS else "left"
            )
            for name in shown.columns
        },
        hide_index=True,
        row_height=POST_HEIGHT,
        height="content" if len(shown) <= MOST_ROWS_AT_ONCE else "auto",
        on_select="ignore" if reader.viewer.public else "rerun",
        selection_mode="single-row",
        key=key,
    )
    if reader.viewer.public:
        return None
    chosen = picked["selection"]["rows"]
    return found.iloc[chosen[0]].to_dict() if chosen and chosen[0] < len(found) else None


def open_post(reader: Reader, picked: dict[str, Any] | None) -> None:
    """The way to the post that was picked of a list."""
    if picked:
        address = {**reader.query, "post": post_key(picked)}
        st.page_link("dashboard/views/posts.py", label=reader.texts("spread.open"), query_params=address)


def shortened(text: str, columns: int, words: str = "") -> str:
    """A text cut off where it would fill more than so many columns (a Chinese character fills two), from a little before the words
    that are looked for where these would be cut off."""
    shown = _cut(text, columns)
    place = text.lower().find(words.lower())
    if place < 0 or words.lower() in shown.lower():
        return shown
    return _cut("…" + text[max(0, place - BEFORE) :], columns)


def _cut(text: str, columns: int) -> str:
    filled = 0
    for place, character in enumerate(text):
        filled += width(character)
        if filled > columns:
            return text[: place - 1] + "…"
    return text


def author(post: dict[str, Any]) -> str:
    """Whose post it is: the account's name; the stand-in that exports use where the name is not told."""
    if isinstance(post["author_name"], str):
        return one_line(None, post["author_name"])
    return stand_in(post["author_key"]) if isinstance(post["author_key"], str) else numbers.NOT_TOLD


def post_key(post: dict[str, Any]) -> str:
    """How an address names a post: platform:id, or platform:id/comment."""
    return f"{post['platform']}:{post['post_id']}" + ("/comment" if post["is_comment"] else "")


def _labelled(texts: Texts, kind: str, row: dict[str, Any], threshold: float) -> str:
    """A label and how probable it is; undecided where that is less than the threshold. The post itself tells what it leans to: here
    it would be cut off, for the table breaks no line of Latin letters among Chinese ones."""
    if not isinstance(row[kind], str):
        return ""
    if row[f"{kind}_score"] < threshold:
        return texts.of(kind, "undecided")
    return f"{texts.of(kind, row[kind])} {row[f'{kind}_score']:.2f}"


def one_line(title: Any, text: Any) -> str:
    """Title and text of a post in one line."""
    parts = [part for part in (title, text) if isinstance(part, str) and part]
    return " ".join(" | ".join(parts).split())
