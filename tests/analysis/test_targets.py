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
        ("抵制支持者们", "支持者们", "against"),
        ("反对者", "反对者", "favour"),
        ("反对者言论", "反对者言论", "favour"),
        ("反对派", "反对派", "favour"),
        ("反对方的意见", "反对方的意见", "favour"),
        ("抗议活动", "抗议活动", "favour"),
        ("支持率", "支持率", "favour"),
        ("反对声优AI配音", "声优AI配音", "against"),
        ("抵制运动品牌", "运动品牌", "against"),
        ("反对度假区开发", "度假区开发", "against"),
        ("反对的士涨价", "的士涨价", "against"),
        ("反对方便面涨价", "方便面涨价", "against"),
        ("反对权力滥用", "权力滥用", "against"),
        ("抵制活动造假", "活动造假", "against"),
        ("反对", "反对", "favour"),
        ("  ", "", "favour"),
    ],
)
def test_a_target_is_a_concept_and_a_side(target, concept, side):
    assert split_target(target) == (concept, side)
