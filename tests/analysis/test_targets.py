"""A target as concept and side, by meaning."""

import pytest

from analysis.targets import split_target


@pytest.mark.parametrize(
    ("target", "concept", "side"),
    [
        ("AI绘画", "AI绘画", "favour"),
        ("反对AI绘画", "AI绘画", "against"),
        ("拒绝AI绘画", "AI绘画", "against"),
        ("抵制 小红书", "小红书", "against"),
        ("支持画师", "画师", "favour"),
        ("反对抵制小红书", "小红书", "favour"),
        ("支持抵制小红书", "小红书", "against"),
        ("不抵制小红书", "小红书", "favour"),
        ("不支持AI绘画", "AI绘画", "against"),
        ("坚决抵制Trik AI", "Trik AI", "against"),
        ("抵制小紅書", "小红书", "against"),
        ("反对不育主义", "不育主义", "against"),
        ("抵制行动", "抵制行动", "favour"),
        ("反对抵制行动", "抵制行动", "against"),
        ("抵制支持者", "支持者", "against"),
        ("支持者", "支持者", "favour"),
        ("抵制小红书的人", "抵制小红书的人", "favour"),
        ("反对", "反对", "favour"),
        ("  ", "", "favour"),
    ],
)
def test_a_target_is_a_concept_and_a_side(target, concept, side):
    assert split_target(target) == (concept, side)
