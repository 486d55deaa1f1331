"""Who reads, and what they chose: what every page starts from."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard import numbers
from dashboard.ask import ask
from dashboard.charts import CIRCLED, Around
from dashboard.texts import Texts
from data import campaign as campaigns
from data.errors import WrongUsage
from data.home import Home
from data.questions import QUESTIONS, Filters, Viewer


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One reader's language, filters and campaign. `withheld` tells how many figures each question left out as too small for a
    public viewer."""

    home: Home
    texts: Texts
    filters: Filters
    viewer: Viewer
    name: str
    zone: ZoneInfo
    synthetic: bool
    query: dict[str, str]
    withheld: dict[Any, int] = field(default_factory=dict)
    answers: dict[Any, pd.DataFrame] = field(default_factory=dict)  # of this run: a page asks the same up to a dozen times

    def ask(self, question: str, filters: Filters | None = None, **more: Any) -> pd.DataFrame:
        """The answer for what the reader chose, or for other filters."""
        filters = filters or self.filters
        told = tuple(sorted((name, tuple(value) if isinstance(value, list) else value) for name, value in more.items()))
        key = (question, filters, told)
        if key not in self.answers:
            self.answers[key] = self.answer(question, filters, **more)
        found = self.answers[key].copy(deep=False)  # whoever changes its own changes no other's: pandas copies on write
        if self.viewer.public:
            untold = int(found[list(QUESTIONS[question].figures)].isna().sum().sum())
            self.withheld[question, filters, str(more)] = untold + (int(found["withheld"].sum()) if "withheld" in found else 0)
        return found

    def answer(self, question: str, filters: Filters, **more: Any) -> pd.DataFrame:
        """The answer, from the published database as it is now."""
        return ask(self.home, question, filters, self.viewer, **more)

    def everything(self) -> Filters:
        """The campaign without any narrowing."""
        return Filters(campaign=self.filters.campaign)

    def only(self, **changed: Any) -> Filters:
        """The reader's filters with some changed."""
        return replace(self.filters, **changed)

    def count(self, value: Any, grain: Any = "exact") -> str:
        return numbers.count(value, self.texts.language, grain)

    def moment(self, at: Any, grain: Any = "minute") -> str:
        return numbers.moment(at, self.zone, grain)

    def day(self, at: Any) -> str:
        return numbers.day(at, self.zone)

    def around(self, of: str | None = "posts") -> Around:
        """Events in the campaign's zone and the gaps in what a chart shows, all where `of` is None. A gap without a length, such as of
        comments that a post hides, is no time to be shaded."""
        events = self.ask("events")
        events = pd.DataFrame(
            {
                "at": numbers.to_zone(events["at"], self.zone),
                "grain": events["at_grain"],
                "sign": [CIRCLED[number] if number < len(CIRCLED) else "•" for number in range(len(events))],
                "title": [self.title_of(row) for row in events.to_dict("records")],
            }
        )
        gaps = self.ask("gaps")
        gaps = gaps[(gaps["ends_at"] > gaps["starts_at"]) & (gaps["of"].eq(of) | (of is None))]
        gaps = gaps.assign(
            starts_at=numbers.to_zone(gaps["starts_at"], self.zone),
            ends_at=numbers.to_zone(gaps["ends_at"], self.zone),
            reason=[self.texts.reason(reason) for reason in gaps["reason"]],
        )
        return Around(events=events, gaps=gaps, synthetic=self.synthetic)

    def title_of(self, event: dict[str, Any]) -> str:
        """An event's title in the reader's language, where it has one."""
        return self.texts.either(event["title"], event["title_zh"])

    def with_meaning(self) -> Callable[[str], str]:
        """Writes targets and slogans; for who reads English, each with what it means where the campaign file says so. What is wrong
        with a file is said by the pages that need it."""
        if self.texts.language != "en":
            return str
        meanings = self._meanings
        return lambda words: f"{words} ({meanings[words]})" if words in meanings else words

    @cached_property
    def _meanings(self) -> dict[str, str]:
        try:
            return campaigns.find(self.home, self.filters.campaign).english
        except WrongUsage:
            return {}

    def what_of(self, quoted: dict[str, Any]) -> str:
        """What a quoted figure counts, in the reader's language, where its file says so or we have a word for it."""
        return self.texts.either(self.texts.of("what", quoted["what"]), quoted["what_zh"])


def reader() -> Reader:
    """The reader of this run, as app.py made it out."""
    return st.session_state["reader"]
