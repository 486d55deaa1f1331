"""A stance target as a concept and a side: 抵制小红书 is 小红书, against.

A model is only asked about the plain concept. What it answers is turned round for a target that stands against its
concept, so that the answer is for the target as it was given.
"""

import re

from analysis.text import normalise

FAVOUR = ("支持", "赞成", "赞同", "拥护")
AGAINST = ("反对", "抵制", "拒绝", "抗议", "排斥", "反感", "厌恶")

# 不支持X, 坚决抵制X. A 不 turns the side round only right before one of the verbs: 反对不育主义 is about 不育主义.
_SIDE = re.compile(rf"(?:坚决|一致|强烈|共同|一起)?(?P<no>不)?(?:(?P<favour>{'|'.join(FAVOUR)})|(?P<against>{'|'.join(AGAINST)}))\s*")

# 抵制行动, 支持者 and 反对意见 name a thing, 抵制小红书的人 some people: none of them is a side on what follows the verb.
# 反对声优AI配音 is one: most of these words begin others too, and count only alone or before a 的.
_NOUN = re.compile(
    r"(?:者|率|的(?!士)).*"
    r"|(?:(?:派|方|度|票数?|权|声[音浪]?|们|意见|力度|行动|运动|活动|情绪|态度|理由|浪潮|人士|人群|群体|阵营)们?(?:的.*)?)?"
)
_PEOPLE = re.compile(r"的(?:人|人们|人群|网友|用户|群体|声音|行为|做法|行动|运动|活动|理由)$")


def split_target(target: str) -> tuple[str, str]:
    """The plain concept of a target, normalised, and the side the target stands on: "favour" or "against".

    反对抵制小红书 is 小红书, favour. A plain concept (AI绘画, 抵制行动) is itself, favour.
    """
    concept, side = normalise(target), "favour"
    if _PEOPLE.search(concept):
        return concept, side
    while found := _SIDE.match(concept):
        rest = concept[found.end() :]
        if _NOUN.fullmatch(rest):
            break
        if bool(found["against"]) != bool(found["no"]):
            side = "against" if side == "favour" else "favour"
        concept = rest
    return concept, side
