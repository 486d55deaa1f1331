"""Of fifty English questions written beforehand, how many find their answer among the first ten of 5,000 real Chinese posts.

    GROUNDSWELL_SAMPLES=FOLDER python -m pytest -m slow -s tests/analysis/test_meaning_real.py

All posts of two of the sample files, and of the third those whose SHA-256 is smallest.
"""

import csv
import hashlib
import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from analysis.meaning import MODEL, embed, encoder, question_vector
from data.build import build, reading
from data.campaign import new
from data.home import Home
from data.log import Log
from data.model import Membership, Post, Run, Sighting
from data.questions import Filters, ask
from data.unembedded import unembedded

REAL = Path(os.environ["GROUNDSWELL_SAMPLES"]) / "real"
QUESTIONS = Path(__file__).parents[1] / "fixtures" / "search" / "questions.jsonl"
POSTS, FIRST, ENOUGH = 5_000, 10, 40
AT = datetime(2024, 11, 3)

# Ten minutes where nothing else runs, more than twenty beside other tests on a slow machine: longer than any other test may take.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(4_000)]


def corpus() -> dict[str, str]:
    """Distinct stripped texts by their SHA-256."""
    jiangping, art = (_by_hash(_lines(name)) for name in ("jiangping_weibo_2024.jsonl", "ai_art_real_posts.jsonl"))
    with (REAL / "weibo_search_yiqing_pseudonymised.csv").open(encoding="utf-8-sig", newline="") as file:
        whole = art | _by_hash(row["微博正文"] for row in csv.DictReader(file))
    rest = sorted(jiangping.keys() - whole.keys())[: POSTS - len(whole)]
    return whole | {key: jiangping[key] for key in rest}


def _lines(name: str) -> list[str]:
    with (REAL / name).open(encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


def _by_hash(texts) -> dict[str, str]:
    stripped = {text.strip() for text in texts}
    return {hashlib.sha256(text.encode()).hexdigest(): text for text in stripped if text}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The corpus as a campaign, through log, vectors and build."""
    home = Home(tmp_path_factory.mktemp("real") / "home")
    new(home, "real", name="real", hashtags=[], start=None)
    rows = [Run(run_id="r1", source="import", campaign="real", started=AT, ended=AT, version="test")]
    for text_sha256, text in corpus().items():
        key = {"platform": "weibo", "is_comment": False, "post_id": text_sha256[:16], "run_id": "r1"}
        told = {"text": text, "text_sha256": text_sha256, "published_at": AT, "published_grain": "day", "kind": "original"}
        rows.append(Post(record_id=text_sha256, **told, **key))
        rows.append(Sighting(record_id=text_sha256, format="test", seen_at=AT, seen_at_basis="told", **key))
        rows.append(Membership(campaign="real", via="query", **key))
    log = Log(home.log)
    log.append_rows(rows)
    build(home)
    with reading(home) as connection:
        total, texts = unembedded(connection, campaign="real", model=MODEL)
        for step in embed(texts, encoder(), total=total, run_id="e1"):
            log.append_rows(step.rows)
    print(f"\n{total:,} texts, {step.progress.posts_per_second:.0f} a second")
    build(home)
    return home


def test_the_answer_is_among_the_first_ten(home):
    asked = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(asked) == 50
    known, hits = corpus().keys(), 0
    assert len(known) == POSTS
    with reading(home) as connection:
        for one in asked:
            assert set(one["answers"]) <= known, one["question"]
            vector = question_vector(one["question"])
            found = ask(connection, "near_posts", Filters(campaign="real"), model=MODEL, vector=vector, rows=FIRST)
            places = [place for place, texts in enumerate(found["texts"], 1) if set(texts) & set(one["answers"])]
            hits += bool(places)
            print(f"{places[0] if places else '-':>3}  {one['question']}")
    print(f"{hits} of {len(asked)} have their answer among the first {FIRST}")
    assert hits >= ENOUGH
