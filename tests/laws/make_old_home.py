"""Writes the home of `tests/fixtures/homes`, to be kept as this version of the program leaves it:

    python -m tests.laws.make_old_home tests/fixtures/homes/v1

A home once kept is never written again: a later version gets a folder of its own. All that is told in it is invented.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from data.home import Home
from data.model import text_sha256
from tests.command import groundswell
from tests.hostile import make
from tests.laws.told import label

CAMPAIGN = """id = "art"
name = "Art"
zone = "Asia/Shanghai"
start = 2026-02-01
[hashtags]
weibo = ["自己画"]
[[rules]]
name = "words"
any = ["机器画"]
[[targets]]
concept = "机器画"
side = "against"
[[events]]
at = 2026-02-02
kind = "trigger"
title = "An invented beginning"
publisher = "Nobody"
[[quoted]]
what = "views"
value = 1000
shown = "a thousand views"
at = 2026-02-03
publisher = "Nobody"
entered_by = "test"
"""
COUNTERS = {
    "captured_at": "2026-02-03T08:00:00+08:00",
    "topic_id": "231522" + "ab" * 16,
    "title": "自己画",
    "exact_counts": {"read": 1234, "mention": 5},
}


def write(folder: Path) -> None:
    os.environ["GROUNDSWELL_NOW"] = "2026-02-10T00:00:00"
    folder.mkdir(parents=True)
    (folder / "key").write_text("01" * 32)
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "art.toml").write_text(CAMPAIGN, encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        files = Path(place)
        posts = [make.post(n) for n in range(1, 5)]
        gone = make.post(9, user_id="1993300447")
        unreadable = make.post(8, 发布时间="不是时间")
        edited = make.post(1, 微博正文="改过：不要机器画的画 #自己画#", 点赞数="40")
        make.table(files / "first.csv", [*posts, gone, unreadable])
        make.table(files / "second.csv", [edited])
        (files / "08.json").write_text(json.dumps(COUNTERS, ensure_ascii=False), encoding="utf-8")
        for name in ("first.csv", "second.csv", "08.json"):
            said = groundswell(folder, "import", files / name, "--campaign", "art", "--no-publish")
            assert said.status == 0, said.err
    label(Home(folder), text_sha256(None, make.post(2)["微博正文"]), "negative")
    assert groundswell(folder, "forget", "--author", "1993300447", "--no-publish").status == 0
    for lock in folder.rglob("*.lock"):
        lock.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
