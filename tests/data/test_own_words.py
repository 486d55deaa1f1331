"""What a repost carries of others is not its author's, however the chain is written."""

from datetime import datetime

import pytest

from analysis.slogans import letters_pattern, pattern
from data.build import build, reading
from data.campaign import new
from data.home import Home
from data.log import Log
from data.model import Membership, Post, Run, Sighting, text_sha256
from data.questions import Filters, ask, ids

AT = datetime(2024, 5, 1, 4)
CHAINS = ("//@画室:", "// @画室:", "//＠画室：", "//\u200b@画室:", "//\u3000\u200b＠画室:")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("chains") / "home")
    new(home, "art", name="Art", hashtags=[], start=None)
    texts = [own + chain + "别拿画喂AI//@鱼:好" for own in ("说得好", "转发微博", "\u200b", "") for chain in CHAINS]
    texts += ["别拿画喂AI " + chain + "随便" for chain in CHAINS]
    texts += ["见http://t.cn/A6xyz 别拿画喂AI", "别拿画喂AI//说完了"]
    Log(home.log).append_rows([Run(run_id="r", source="test", campaign="art", started=AT, version="0")])
    Log(home.log).append_rows([row for number, text in enumerate(texts) for row in post(str(number), text)])
    build(home)
    return home


def post(post_id, text):
    key = {"platform": "weibo", "is_comment": False, "post_id": post_id, "run_id": "r"}
    yield Post(record_id=post_id, text=text, text_sha256=text_sha256(None, text), published_at=AT, published_grain="minute",
               kind="repost", author_key=f"a{post_id}", **key)  # fmt: skip
    yield Sighting(record_id=post_id, format="test", seen_at=AT, seen_at_basis="told", **key)
    yield Membership(campaign="art", via="query", **key)


def test_a_slogan_in_the_chain_is_not_the_reposters(home):
    wordings = ("别拿画喂AI",)
    with reading(home) as connection:
        told = ask(connection, "slogan", Filters(campaign="art"), slogan=letters_pattern(wordings))
        twin = ids(connection, "slogan", Filters(campaign="art"), form=pattern(wordings))
    shows = len(CHAINS) + 2
    assert (told["posts"][0], told["accounts"][0]) == (shows, shows)
    assert (twin["figure"] == "posts").sum() == shows


def test_a_repost_of_nothing_but_a_chain_is_bare(home):
    with reading(home) as connection:
        bare = connection.execute("select text from posts where bare").fetchall()
    assert {text for (text,) in bare} == {own + chain + "别拿画喂AI//@鱼:好" for own in ("转发微博", "\u200b", "") for chain in CHAINS}


def test_keywords_are_taken_from_what_is_the_authors(home):
    asked = {"kind": "emotion", "value": None, "target": None, "rows": 99}
    with reading(home) as connection:
        own = ask(connection, "group_posts", Filters(campaign="art"), **asked)["own"]
    assert set(own) == {"说得好", "别拿画喂AI ", "见http://t.cn/A6xyz 别拿画喂AI", "别拿画喂AI//说完了"}
