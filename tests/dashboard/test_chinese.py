"""In Chinese, nothing of ours is left in another language: each page is opened, and every word in Latin letters must be one that has
no Chinese form (names, formats, commands) or be data.

Streamlit's and plotly's own words are not ours: the menu of the page, `Deploy`, the date picker's `yyyy-mm-dd`, the pagination's
buttons and the tooltips of a table (selectors `stMainMenu`, `stDateInput`, `stPagination`, `stElementToolbar`).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from collectors.formats import formats
from data.export.sheets import FORMATS

APP = Path(__file__).parents[2] / "app.py"
PAGES = sorted(path.stem for path in (APP.parent / "dashboard" / "views").glob("[!_]*.py"))
# Names and words that Chinese writers leave as they are.
ALLOWED = {
    "groundswell", "language", "english", "utc", "asia", "shanghai", "csv", "png", "svg", "sha", "ai", "aigc", "a1", "al", "z", "toml",
    "url", "id", "weibo", "search", "hot", "hub", "trending", "campaigns", "campaign", "verify", "import", "export", "label", "value",
    "shown", "doi", "jieba", "db", *FORMATS,
}  # fmt: skip
# The sources of definitions: persons, journals and projects.
SOURCES = {"bruns", "stieglitz", "media", "cloud", "monroe", "colaresi", "quinn", "state", "adamic", "j", "pan", "mpn"}
TOOLS = {word.lower() for module in formats() for word in re.findall(r"[A-Za-z]{2,}", f"{module.NAME} {module.CARRIES.tool}")}
# What the invented campaign holds: runs, models and the marks of its records.
DATA = {"play", "latex", "aiai", "tiny", "run", "cut", "posts", "article", "b", "script"}
COMMAND = re.compile(r"groundswell [a-z]+|`[^`]*`|\[[^\]]*\]\([^)]*\)|10\.\d{4,}/\S+|https?://\S+")
WORD = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture
def opened(home, monkeypatch):
    """Opens a page of the invented campaign in Chinese."""
    monkeypatch.chdir(APP.parent)
    monkeypatch.setenv("GROUNDSWELL_HOME", str(home.path))

    def open_page(page: str, **address: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in {"campaign": "play", "lang": "zh", **address}.items():
            app.query_params[key] = value
        if page != "overview":
            app.switch_page(f"dashboard/views/{page}.py")
        app.run()
        assert not app.exception, app.exception[0].message
        return app

    return open_page


def words_of_ours(app: AppTest) -> Iterator[str]:
    """What we write on a page: sentences, labels, helps, options, titles of columns, and all of a chart."""
    for kind in ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "success"):
        yield from (element.value for element in getattr(app, kind))
    for kind in ("metric", "button", "selectbox", "multiselect", "text_input", "text_area", "number_input", "toggle", "date_input"):
        for element in getattr(app, kind):
            yield from filter(None, (element.label, getattr(element, "help", None) or "", getattr(element, "placeholder", None) or ""))
    for element in app.selectbox:
        if element.key not in ("campaign", "tag", "checked_file") and not element.key.startswith("into-"):
            yield from map(str, element.options)
    for element in app.dataframe:
        for column in json.loads(element.proto.columns or "{}").values():
            yield str(column.get("label") or "")
    for chart in app.get("plotly_chart"):
        drawn = json.loads(chart.proto.spec)
        layout = drawn["layout"]
        yield from (str(note.get("text", "")) for note in layout.get("annotations", []))
        yield str(layout.get("xaxis", {}).get("title", {}).get("text", ""))
        yield from map(str, layout.get("yaxis", {}).get("ticktext", []))
        for trace in drawn["data"]:
            yield str(trace.get("name", ""))
            yield from (said[0] for said in trace.get("customdata", []) if isinstance(said, list))


def foreign(sentence: str) -> set[str]:
    rest = COMMAND.sub(" ", re.sub(r"<br>|&\w+;", " ", sentence))
    return {word.lower() for word in WORD.findall(rest)} - ALLOWED - SOURCES - TOOLS - DATA


CHOICES = [
    {"page": page} for page in PAGES
] + [
    {"page": "opinion", "label": "sentiment", "apart": "periods", "scale": "share"},
    {"page": "opinion", "label": "emotion", "apart": "hashtags"},
    {"page": "spread", "by": "hashtag", "bin": "hour", "measure": "reposts"},
    {"page": "spread", "bin": "hour", "measure": "accounts"},
    {"page": "posts", "words": "没有这句话"},
    {"page": "posts", "find": "meaning"},
]  # fmt: skip


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_no_word_of_ours_is_left_in_english(opened, choice):
    app = opened(**choice)
    sentences = list(words_of_ours(app))
    assert len(sentences) > 12
    assert {sentence: foreign(sentence) for sentence in sentences if foreign(sentence)} == {}


def test_a_word_that_was_forgotten_is_found():
    assert foreign("共 3 posts found") == {"found"} and not foreign("共 3 条，见 `posts.csv`，可用 groundswell import 导入 CSV")
