"""How many have taken up the slogans, since when, and how do they write them?"""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from analysis.slogans import letters_pattern, pattern
from dashboard import charts, numbers, post_list, provenance, show
from dashboard.escape import for_markdown
from dashboard.over_time import adopted, pick, showing, signs, still_open, within
from dashboard.reader import Reader, reader

LISTED = 50
MOST_LINES = 6


def page(reader: Reader) -> None:
    show.head(reader, "slogans")
    texts = reader.texts
    file = show.campaign_file(reader)
    if file is None:
        return
    slogans = {slogan["text"]: [slogan["text"], *slogan.get("variants", [])] for slogan in file.told.get("slogans", [])}
    if not slogans:
        show.missing(texts("missing.slogans", file=f"campaigns/{reader.filters.campaign}.toml"))
        st.code('[[slogans]]\ntext = "…"\nvariants = ["…"]', language=None)
        return
    patterns = {slogan: letters_pattern(wordings) for slogan, wordings in slogans.items()}
    every = letters_pattern(wording for wordings in slogans.values() for wording in wordings)
    whole = showing(reader, every)
    if not whole["all_posts"].fillna(1)[0]:
        show.no_posts(reader)
        return
    answer(reader, whole)
    each(reader, slogans, patterns, whole)
    adoption(reader, patterns, every)
    forms(reader, slogans, patterns)
    posts(reader, patterns)


def answer(reader: Reader, whole: pd.DataFrame) -> None:
    """One sentence: how many of the accounts seen have shown one of the slogans."""
    told = whole.to_dict("records")[0]
    accounts, every, posts = told["accounts"], told["all_accounts"], numbers.exact(told["posts"])
    if pd.isna(accounts) or pd.isna(every):
        st.markdown(reader.texts("slogans.answer_untold", posts=posts))
    else:
        written = {"accounts": numbers.exact(accounts), "all": numbers.exact(every), "share": numbers.share(accounts, every)}
        st.markdown(reader.texts("slogans.answer", posts=posts, **written))
    show.source(
        reader, "slogans", asked=["slogan"], note=" · ".join(filter(None, (provenance.undated(reader), provenance.no_account(reader))))
    )


def each(reader: Reader, slogans: dict[str, list[str]], patterns: dict[str, str], whole: pd.DataFrame) -> None:
    """Each slogan: posts and accounts that show it."""
    texts = reader.texts
    show.section(texts("slogans.each"))
    found = pd.concat([showing(reader, patterns[slogan]) for slogan in slogans], ignore_index=True)
    rows = pd.DataFrame(
        {
            "slogan": [reader.with_meaning()(slogan) for slogan in slogans],
            "variants": [" · ".join(wordings[1:]) for wordings in slogans.values()],
            "posts": found["posts"],
            "accounts": found["accounts"],
            "share": [numbers.share(accounts, whole["all_accounts"][0]) for accounts in found["accounts"]],
        }
    )
    show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    show.source(
        reader, "slogans", asked=["slogan"], note=" · ".join(filter(None, (texts("slogans.share_of"), provenance.no_account(reader))))
    )


def adoption(reader: Reader, patterns: dict[str, str], every: str) -> None:
    """Accounts that have shown a slogan by the end of each day, against accounts seen by then."""
    texts = reader.texts
    show.section(texts("slogans.adoption"))
    scale = pick(reader, "adopted", ["accounts", "share"], texts("spread.measure"))
    days = adopted(reader, {texts("slogans.any"): every, **dict(list(patterns.items())[:MOST_LINES])})
    if not len(days):
        show.missing(texts("missing.accounts"))
        return
    days["incomplete"] = still_open(reader, days, pd.Timedelta(days=1))
    drawn = within(reader.around(), days["at"], hourly=False)
    figure = partial(charts.adoption, days, texts, drawn, shares=scale == "share")
    more = texts("slogans.drawn", shown=MOST_LINES, all=len(patterns)) if len(patterns) > MOST_LINES else ""
    note = " · ".join(filter(None, (texts("slogans.from_first"), more, provenance.undated(reader))))
    show.chart(reader, "adoption", figure, asked=["slogan_by_day"], key=f"adoption-{scale}", note=note)
    signs(reader, drawn, set())


def forms(reader: Reader, slogans: dict[str, list[str]], patterns: dict[str, str]) -> None:
    """The ways in which a slogan is written."""
    texts = reader.texts
    show.section(texts("slogans.forms"))
    chosen = which(reader, patterns)
    found = reader.ask("slogan_forms", slogan=patterns[chosen], form=pattern(slogans[chosen]))
    if not len(found):
        st.caption(texts("missing.forms"))
        return
    show.table(found, {"form": texts("column.form"), "posts": texts("column.posts")})
    show.source(reader, "slogan_forms", asked=["slogan_forms"])


def which(reader: Reader, patterns: dict[str, str]) -> str:
    options = list(patterns)
    written = reader.with_meaning()
    return pick(
        reader, "slogan", options, reader.texts("column.slogan"), names={option: for_markdown(written(option)) for option in options}
    )


def posts(reader: Reader, patterns: dict[str, str]) -> None:
    """The first posts that show the chosen slogan."""
    texts = reader.texts
    show.section(texts("slogans.posts"))
    expression: Any = patterns[st.session_state["slogan"]]
    found = reader.ask("slogan_posts", slogan=expression, rows=LISTED)
    if not len(found):
        st.caption(texts("missing.forms"))
        return
    picked = post_list.posts(reader, found, key=f"slogan-posts-{st.session_state['slogan']}")
    show.source(reader, "slogans", asked=["slogan_posts"], note=texts("slogans.first", posts=LISTED))
    post_list.open_post(reader, picked)


page(reader())
