"""The card is filled from figures alone, and says who was not asked."""

import re

import pytest

from analysis.classifier import SHIPPED
from analysis.training import card
from analysis.training.sets import Row

STANCE = {"rows": 10, "macro_f1": 0.71234, "favour_against": 0.6, "calibration_error": 0.02, "target_only": 0.5, "text_only": 0.4}
FIGURES = {
    "smp": {path[1]: 0.5 for _, path, *_ in card.TABLE if path[0] == "smp"},
    **{name: STANCE for name in {path[0] for _, path, *_ in card.TABLE} - {"smp", "yardstick"}},
    "yardstick": STANCE
    | {
        "mirrors_agree": 1.0,
        "by_case": {
            "plain": {"rows": 4, "right": 1.0},
            "irony": {
                "rows": 2,
                "right": 0.5,
                "error": {"text": "真|棒\n呢`", "target": "AI绘画", "stance": "against", "given": "favour"},
            },
        },
    },
}
QUANTISED = {"c_stance": {"rows": 10, "full": 0.72, "int8": 0.7175}}
HEAD = {"rows": 5, "temperature": 1.3, "undecided_below": 0.45, "error_before": 0.1, "error_after": 0.01}
CALIBRATED = {
    "form": {"layers": 12, "vocabulary": 34000},
    "legs": [{"steps": 100, "seen": 3200, "minutes": 4.5, "rows": {"smp": 7, "corpus": 2}}, {"averaged_with": "version-1", "share": 0.45}],
    "heads": {"emotion": HEAD, "sentiment": HEAD, "stance": HEAD},
}
CONFIDENCE = {head: {"error_held_out": 0.007, "undecided_below": 0.51} for head in CALIBRATED["heads"]}
TRAIN = {"smp": [Row(source="smp", text="甲"), Row(source="smp", text="甲")]}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return card.pages(FIGURES, QUANTISED, CALIBRATED, CONFIDENCE, TRAIN)


def test_an_average_between_legs_is_told(pages: dict[str, str]) -> None:
    assert "| 1 | 100 | 3200 | 4.5 | smp 7, corpus 2 |" in pages["README.md"]
    assert "| 2 | – | – | – | 45% of version-1, weight by weight |" in pages["README.md"]


def test_every_name_is_filled(pages: dict[str, str]) -> None:
    assert pages.keys() == {"README.md", "NOTICE.md"}
    for text in pages.values():
        assert not re.search(r"\{[A-Z]+\}", text)


def test_a_figure_is_what_was_measured(pages: dict[str, str]) -> None:
    assert "| C-STANCE macro-F1, all | **0.7123** | 0.70 | 0.74 | 0.78 |" in pages["README.md"]
    assert "| c_stance | 10 | 0.72 | 0.7175 | -0.25 |" in pages["README.md"]
    assert "| 1 | 100 | 3200 | 4.5 | smp 7, corpus 2 |" in pages["README.md"]


def test_the_hardest_case_comes_first_and_an_error_cannot_break_the_table(pages: dict[str, str]) -> None:
    text = pages["README.md"]
    assert "| irony | 2 | 0.50 | `真/棒 呢` · AI绘画 · against · favour |" in text
    assert text.index("| irony") < text.index("| plain")


def test_the_notice_counts_distinct_posts_and_names_licences(pages: dict[str, str]) -> None:
    assert "| 1 | 2 | none stated |" in pages["NOTICE.md"]
    assert "none consented" in pages["NOTICE.md"]


def test_a_name_that_is_not_told_is_an_error() -> None:
    with pytest.raises(KeyError):
        card.filled("card.md", {"LAYERS": "12"})


def test_the_card_that_ships_says_what_is_said_of_every_model() -> None:
    said = [part for part in (card.HERE / "card.md").read_text(encoding="utf-8").split("\n\n") if "{" not in part]
    shipped = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert said and not [part for part in said if part.strip() not in shipped]
    assert "does not read" in shipped and "rule for slogans" not in shipped
