"""Every figure that a page asks for equals the number of ids of its twin, whatever the reader filters by and chooses on the page.

`test_dashboard_figures.py` holds the questions to it; here it is the pages, with the questions, filters and choices they really ask."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_dashboard_figures import _counted, _told

from analysis.slogans import letters_pattern, pattern
from dashboard.reader import Reader
from data.build import reading
from data.questions import QUESTIONS, ids

APP = Path(__file__).parents[2] / "app.py"
FILTERS = {
    "all": {},
    "days": {"from": "2024-05-02", "to": "2024-05-03"},
    "platform": {"platforms": "weibo"},
    "tag": {"tag": "抵制云画机"},
    "all at once": {"from": "2024-05-01", "to": "2024-05-05", "platforms": "weibo", "tag": "云画机ai绘画"},
}
CHOICES = [
    ("overview", {}),
    ("spread", {}),
    ("spread", {"measure": "accounts", "by": "hashtag"}),
    ("spread", {"measure": "comments", "bin": "hour", "hot_words": "AI"}),
    ("compare", {}),
    ("compare", {"length": "1", "later": "2024-05-05", "earlier": "2024-05-03"}),
    ("compare", {"compare": "hashtags"}),
    ("opinion", {}),
    ("opinion", {"label": "sentiment", "apart": "periods", "scale": "share"}),
    ("opinion", {"label": "emotion", "apart": "hashtags"}),
    ("slogans", {"adopted": "share"}),
    ("posts", {}),
    ("posts", {"words": "ai", "class": "post", "status": "deleted_by_author"}),
    ("posts", {"emotion": "angry", "sentiment": "negative", "target": "云画机", "stance": "against"}),
    ("health", {}),
    ("export", {}),
]
SLOGANS = (("支持画师", "横幅"), ("反对AI",), ("支持画师", "横幅", "反对AI"))  # of the campaign: each, and any
FORMS = {letters_pattern(wordings): pattern(wordings) for wordings in SLOGANS}  # a twin finds a slogan by an expression of its own
# The narrowest filters by default; each choice under each of the others as a slow test.
CASES = [
    pytest.param(page, choice, filters, marks=() if filters == "all at once" else pytest.mark.slow, id=f"{page} {choice} {filters}")
    for page, choice in CHOICES
    for filters in FILTERS
]


@pytest.mark.parametrize(("page", "choice", "filters"), CASES)
def test_every_figure_of_a_page_equals_its_id_twin(home, monkeypatch, page, choice, filters):
    monkeypatch.chdir(APP.parent)
    monkeypatch.setenv("GROUNDSWELL_HOME", str(home.path))
    asked = {}
    ask = Reader.ask

    def watched(reader, question, filters=None, **more):
        found = ask(reader, question, filters, **more)
        asked[question, filters or reader.filters, str(more)] = (more, found)
        return found

    monkeypatch.setattr(Reader, "ask", watched)
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in {"campaign": "art", "lang": "en", **FILTERS[filters], **choice}.items():
        app.query_params[key] = value
    if page != "overview":
        app.switch_page(f"dashboard/views/{page}.py")
    app.run()
    assert not app.exception, app.exception[0].message
    counted = [question for question, *_ in asked if QUESTIONS[question].ids is not None]
    assert counted
    with reading(home) as connection:
        for (question, chosen, _), (more, found) in asked.items():
            if question in counted:
                own_way = {"form": FORMS[more["slogan"]]} if "slogan" in more else {}
                twin = ids(connection, question, chosen, **{**more, **own_way})
                assert _told(question, found) == _counted(question, twin), (question, chosen, more)
