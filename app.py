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
if not ask.published(home):
    show.nothing_published(texts)
    st.stop()
st.session_state["reader"] = sidebar.choose(home, texts, Viewer())
if st.session_state["reader"] is None:
    show.nothing_published(texts)
    st.stop()
page.run()
