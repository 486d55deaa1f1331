"""docs/metrics.md says what the registry says."""

from pathlib import Path

import pytest

from dashboard.metrics import page, registry
from dashboard.texts import LANGUAGES, Texts
from data.model import LABEL_VALUES, STATUSES

WRITTEN = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_page_of_the_figures_is_not_stale():
    assert WRITTEN.read_text(encoding="utf-8") == page(), "write it anew: python -m dashboard.metrics"


def test_it_holds_every_figure_in_both_languages():
    for metric in registry().values():
        for language in ("en", "zh"):
            assert metric.definition[language] in page() and metric.limits[language] in page(), metric.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figure_of_what_is_still_there_names_every_status(language):
    said = registry()["statuses"].definition[language]
    assert not [status for status in STATUSES if Texts(language).of("status", status) not in said]


@pytest.mark.parametrize("kind", LABEL_VALUES)
def test_a_figure_of_labels_says_that_the_middle_of_a_long_post_is_not_read(kind):
    limits = registry()[kind].limits
    assert "only the beginning and the end are read" in limits["en"] and "只读开头和结尾" in limits["zh"]
