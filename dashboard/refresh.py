"""A page draws itself anew when something was published, for instance while a collection runs."""

import streamlit as st

from data.build import published
from data.home import Home

EVERY = 10  # seconds; looking costs one small file


def when_published(home: Home) -> None:
    """Looks again and again which publication holds, and runs the page anew when it is another than the one it shows."""
    shown = published(home)

    @st.fragment(run_every=EVERY)
    def look() -> None:
        if published(home) != shown:
            st.rerun()

    look()
