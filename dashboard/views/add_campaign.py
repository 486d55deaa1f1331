"""How do I follow a campaign of my own, and is its file sound?"""

import re
from datetime import date
from pathlib import Path

import streamlit as st

from dashboard import show
from dashboard.reader import Reader, reader
from dashboard.sidebar import EARLIEST, LATEST
from data import campaign
from data.build import build
from data.errors import WrongUsage

PLATFORMS = ("weibo", "xiaohongshu")
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MADE = "campaign_made"


def page(reader: Reader) -> None:
    show.head(reader, "add_campaign")
    if reader.viewer.public:
        show.missing(reader.texts("missing.public"))
        return
    new(reader)
    check(reader)


def new(reader: Reader) -> None:
    """A form over `groundswell campaign new`."""
    texts = reader.texts
    show.section(texts("add_campaign.new"))
    with st.form("new_campaign", border=True):
        left, right = st.columns(2)
        id = left.text_input(texts("add_campaign.id"), key="new_id", help=texts("add_campaign.id_help")).strip()
        name = right.text_input(texts("add_campaign.name"), key="new_name").strip()
        tags = {
            platform: box.text_area(texts("add_campaign.tags", platform=texts.of("platform", platform)), key=f"new_tags_{platform}",
                                    help=texts("add_campaign.tags_help"))
            for platform, box in zip(PLATFORMS, (left, right), strict=True)
        }  # fmt: skip
        targets = {
            side: box.text_area(texts.of("campaign_side", side), key=f"new_{side}", help=texts("add_campaign.targets_help"))
            for side, box in zip(campaign.SIDES[::-1], (left, right), strict=True)
        }
        slogans = right.text_area(texts("add_campaign.slogans"), key="new_slogans", help=texts("add_campaign.slogans_help"))
        start = left.date_input(texts("add_campaign.start"), value=None, key="new_start", min_value=EARLIEST, max_value=LATEST,
                                format="YYYY-MM-DD")  # fmt: skip
        if st.form_submit_button(texts("add_campaign.make")):
            st.session_state[MADE] = make(reader, id, name, tags, start, targets, slogans)
            if st.session_state[MADE]:
                st.rerun()  # the list of campaigns was drawn before
    if made := st.session_state.get(MADE):
        st.success(texts("add_campaign.made"))
        st.code(str(made), language=None, wrap_lines=True)
        show.missing(texts("add_campaign.next"), f"groundswell import FILE --campaign {made.stem}")


def make(reader: Reader, id: str, name: str, tags: dict[str, str], start: object, targets: dict[str, str], slogans: str) -> Path | None:
    """The file of a new campaign, published; None where something is to be mended first, which is then said."""
    texts = reader.texts
    if not ID.fullmatch(id):
        st.error(texts("add_campaign.bad_id"))
        return None
    told = [f"{platform}:{tag}" for platform, lines in tags.items() for tag in lines.splitlines() if tag.strip()]
    day = start.isoformat() if isinstance(start, date) else None
    with show.faults_said(reader):
        try:
            if id in campaign.campaigns(reader.home):
                st.error(texts("add_campaign.taken"))
                return None
            made = campaign.new(
                reader.home, id, name=name or None, hashtags=told, start=day,
                targets=[(concept, side) for side, lines in targets.items() for concept in listed(lines)], slogans=listed(slogans),
            )  # fmt: skip
        except WrongUsage as fault:
            show.faulty(texts, fault)
            return None
        build(reader.home)
        return made
    return None


def listed(lines: str) -> list[str]:
    """One a line, with or without the signs of a hashtag; each once."""
    told = (line.strip().strip("#").strip() for line in lines.splitlines())
    return list(dict.fromkeys(one for one in told if one))


def check(reader: Reader) -> None:
    """A form over `groundswell campaign check`: the files of this home, and those that ship."""
    texts = reader.texts
    show.section(texts("add_campaign.check"))
    st.markdown(texts("add_campaign.edit"))
    files = sorted([*reader.home.campaigns.glob("*.toml"), *campaign.SHIPPED.glob("*.toml")])
    chosen = st.selectbox(texts("column.file"), files, key="checked_file", format_func=lambda file: file.name)
    if chosen is None or not st.button(texts("add_campaign.check_now")):
        return
    with show.faults_said(reader):
        try:
            read = campaign.read(chosen)
            build(reader.home)
        except WrongUsage as fault:
            show.faulty(texts, fault)
            return
        st.success(texts("add_campaign.sound"))
        if read.not_shown:
            st.info(texts("add_campaign.not_shown", keys=", ".join(read.not_shown)))
        st.code(chosen.read_text(encoding="utf-8"), language="toml", wrap_lines=True)


page(reader())
