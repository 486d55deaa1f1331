"""What all pages share, beside them: campaign, days, platforms, hashtag and language. All of it is in the address, so that an
address can be shared."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import numbers
from dashboard.ask import ask
from dashboard.escape import for_markdown
from dashboard.reader import Reader
from dashboard.texts import LANGUAGES, SIGNS, Texts, width
from data.home import Home
from data.questions import Filters, Viewer

FITS = 18  # columns of a box of the menu; the lists of boxes wrap what is longer
WRAPPED = "<style>[role=option], [role=option] * { height: auto; white-space: normal } [role=option] > * { padding-block: 0.35rem }</style>"
EARLIEST, LATEST = date(2009, 8, 1), date(2100, 1, 1)  # no Weibo before August 2009


def language() -> Texts:
    """The texts in the language of the address, else of the browser."""
    spoken = "zh" if (st.context.locale or "").lower().startswith("zh") else "en"
    return Texts(kept("lang", spoken, lambda told: told if told in LANGUAGES else None))


def choose(home: Home, texts: Texts, viewer: Viewer) -> Reader:
    """Draws the filters; what the reader chose."""
    campaigns = {row["campaign"]: row for row in ask(home, "campaigns", Filters(campaign=""), viewer).to_dict("records")}
    st.html(WRAPPED)
    asked, lacking = _asked_for(), list[str]()
    with st.sidebar:
        filters = _filters(home, texts, viewer, campaigns, lacking, *asked)
        choose_language(texts)
        told = campaigns[filters.campaign]
        built = ask(home, "publication", filters, viewer)["built_at"][0]
        st.caption(
            f"{texts('filter.zone', zone=told['zone'])} {texts('filter.published', at=numbers.moment(built, ZoneInfo(told['zone'])))}"
        )
    lacking += [texts.of("platform", platform) for platform in asked[0] if platform not in (filters.platforms or ())]
    say_not_here(texts, lacking + ([f"#{asked[1]}"] if asked[1] != filters.tag else []))
    return Reader(
        home=home,
        texts=texts,
        filters=filters,
        viewer=viewer,
        name=texts.either(told["name"], told["name_zh"]),
        zone=ZoneInfo(told["zone"]),
        synthetic=bool(ask(home, "synthetic", filters, viewer)["synthetic"][0]),
        query=_address(filters, texts),
    )


def _asked_for() -> tuple[list[str], str]:
    """The platforms and the hashtag that the reader or the address asks for, be they here or not."""
    platforms, tag = (st.session_state.get(key, st.query_params.get(key, "")) for key in ("platforms", "tag"))
    return [told for told in (platforms.split(",") if isinstance(platforms, str) else platforms) if told], tag


def say_not_here(texts: Texts, lacking: list[str]) -> None:
    """A warning of what was asked for and could not be chosen, where there is any."""
    if lacking:
        st.warning(texts("filter.not_here", asked=SIGNS[texts.language][2].join(map(for_markdown, lacking))))


def _filters(
    home: Home,
    texts: Texts,
    viewer: Viewer,
    campaigns: dict[str, dict[str, Any]],
    lacking: list[str],
    asked_platforms: list[str],
    asked_tag: str,
) -> Filters:
    names = {campaign: texts.either(told["name"], told["name_zh"]) for campaign, told in campaigns.items()}

    def name(campaign: str) -> str:
        told = campaigns[campaign]
        unmarked = told["synthetic"] and texts("synthetic.short") not in names[campaign].lower()
        shown = f"{names[campaign]} · {texts('synthetic.short')}" if unmarked else names[campaign]
        return shown if list(names.values()).count(names[campaign]) == 1 else f"{shown} ({campaign})"

    kept("campaign", next(iter(campaigns)), lambda told: told if told in campaigns else None, lacking)
    campaign = st.selectbox(
        texts("filter.campaign"), list(campaigns), key="campaign", format_func=name, help=whole(name(st.session_state["campaign"]))
    )
    all_of_it = Filters(campaign=campaign)

    first, last = campaigns[campaign]["first_day"], campaigns[campaign]["last_day"]
    covers = texts("filter.covers", first=first, last=last) if isinstance(first, date) else texts("filter.covers_none")
    for key in ("from", "to"):
        kept(key, None, day, lacking)
    chosen_from = st.date_input(texts("filter.from"), key="from", value=None, min_value=EARLIEST, max_value=LATEST,
                                   format="YYYY-MM-DD", help=covers)  # fmt: skip
    chosen_to = st.date_input(texts("filter.to"), key="to", value=None, min_value=EARLIEST, max_value=LATEST,
                                 format="YYYY-MM-DD", help=texts("filter.to_help"))  # fmt: skip

    platforms = ask(home, "platforms", all_of_it, viewer)["platform"].tolist()
    kept("platforms", [], lambda told: [platform for platform in asked_platforms if platform in platforms])
    picked = st.multiselect(texts("filter.platforms"), platforms, key="platforms", placeholder=texts("filter.all"),
                            format_func=lambda platform: texts.of("platform", platform))  # fmt: skip

    tags = {"": texts("filter.all")}
    tags |= {row.tag_key: f"#{row.tag} · {numbers.exact(row.posts)}" for row in ask(home, "tags", all_of_it, viewer).itertuples()}
    if asked_tag not in tags and len(unlisted := ask(home, "tag", replace(all_of_it, tag=asked_tag), viewer)):
        tags[asked_tag] = f"#{unlisted['tag'][0]}"
    kept("tag", "", lambda told: told if told in tags else None)
    tag = st.selectbox(texts("filter.tag"), list(tags), key="tag", format_func=tags.__getitem__, help=whole(tags[st.session_state["tag"]]))
    return Filters(
        campaign=campaign,
        since=chosen_from,
        until=chosen_to + timedelta(days=1) if chosen_to else None,
        platforms=tuple(picked) or None,
        tag=tag,
    )


def whole(shown: str) -> str | None:
    """What a box of the menu cuts off, to be read at the sign beside it; none where it shows all."""
    return for_markdown(shown) if width(shown) > FITS else None


def choose_language(texts: Texts) -> None:
    """The language switch, each language in its own words."""
    st.selectbox(texts("filter.language"), list(LANGUAGES), key="lang", format_func=lambda code: LANGUAGES[code])


def kept(key: str, default: Any, valid: Callable[[Any], Any | None], lacking: list[str] | None = None) -> Any:
    """The value of a widget that is about to be drawn under `key`: as the reader left it, else as the address says, else the
    default. `valid` reads it and returns None for what cannot be, which is then one of the `lacking`."""
    told = st.session_state.get(key, st.query_params.get(key))
    value = None if told is None else valid(told)
    if told and value is None and lacking is not None:
        lacking.append(str(told))
    st.session_state[key] = default if value is None else value
    return st.session_state[key]


def in_address(told: dict[str, str]) -> None:
    """Puts values into the address; an empty one is left out."""
    for key, value in told.items():
        if value and st.query_params.get(key) != value:
            st.query_params[key] = value
        elif not value and key in st.query_params:
            del st.query_params[key]


def _address(filters: Filters, texts: Texts) -> dict[str, str]:
    told = {
        "campaign": filters.campaign,
        "from": filters.since.isoformat() if filters.since else "",
        "to": (filters.until - timedelta(days=1)).isoformat() if filters.until else "",
        "platforms": ",".join(filters.platforms or ()),
        "tag": filters.tag,
        "lang": texts.language,
    }
    in_address(told)
    return {key: value for key, value in told.items() if value}


def link(path: str, query: dict[str, str]) -> str:
    """The address of a page of ours with what the reader chose."""
    return f"{path}?{urlencode(query)}"


def day(told: Any) -> date | None:
    """A day of an address or of a widget; none where it is no day that can be asked for."""
    if isinstance(told, date):
        return told
    try:
        day = date.fromisoformat(re.sub(r"-(?=\d(-|$))", "-0", told))  # 2024-5-1
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
