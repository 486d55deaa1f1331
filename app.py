"""The dashboard: which pages there are, who may see them, and the filters they share."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard import ask, refresh, serve, show, sidebar
from dashboard.texts import Texts
from data.home import find_home
from data.questions import Viewer

PAGES = ("overview", "spread", "compare", "opinion", "slogans", "posts", "health", "method", "export", "add_campaign", "add_data")
FOR_KEEPERS = ("add_data",)  # not even named to the public
AT_WORK = ("export", "add_campaign", "add_data")  # what they have just said must not be drawn over
MENU_WIDTH = 232  # pixels: the list of posts needs the rest of a small screen


def main() -> None:
    st.set_page_config(page_title="Groundswell", page_icon="🌊", layout="wide", initial_sidebar_state=MENU_WIDTH)
    texts, viewer = sidebar.language(), Viewer()
    offered = [name for name in PAGES if not (viewer.public and name in FOR_KEEPERS)]
    page = st.navigation(
        [st.Page(f"dashboard/views/{name}.py", title=texts(f"page.{name}"), url_path=name, default=name == "overview") for name in offered]
    )
    if serve.listens_elsewhere(st.get_option("server.address")):
        st.error(texts("refused.address"))
        st.stop()
    with ask.opened_once():
        draw(page, texts, viewer)


def draw(page: StreamlitPage, texts: Texts, viewer: Viewer) -> None:
    """The menu and the page, or why there is nothing to draw."""
    home = find_home()
    state = ask.state(home)
    if state == "published":
        st.session_state["reader"] = sidebar.choose(home, texts, viewer)
    else:
        with st.sidebar:
            sidebar.choose_language(texts)
        show.not_published(texts, state)
        refresh.when_published(home)
        st.stop()
    page.run()
    if page.url_path not in AT_WORK:
        refresh.when_published(home)
    show.foot(st.session_state["reader"])


if __name__ == "__main__":  # a large import parses in other processes, which load this file and must not run it
    main()
