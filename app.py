"""The dashboard: which pages there are, who may see them, and the filters they share."""

import streamlit as st

from dashboard import ask, serve, show, sidebar
from data.home import find_home
from data.questions import Viewer

PAGES = ("overview", "spread", "posts", "health", "method")

st.set_page_config(page_title="Groundswell", page_icon="🌊", layout="wide")
texts = sidebar.language()
page = st.navigation(
    [st.Page(f"dashboard/views/{name}.py", title=texts(f"page.{name}"), url_path=name, default=name == "overview") for name in PAGES]
)
if serve.listens_elsewhere(st.get_option("server.address")):
    st.error(texts("refused.address"))
    st.stop()
home = find_home()
state = ask.state(home)
if state == "published":
    st.session_state["reader"] = sidebar.choose(home, texts, Viewer())
else:
    with st.sidebar:
        sidebar.choose_language(texts)
    show.not_published(texts, state)
    st.stop()
page.run()
