"""The labels of a campaign, from the log to the published database and back to what is still lacking."""

from datetime import datetime

import pytest

from analysis import labelling
from analysis.classifier import load
from analysis.labelling import label
from data.build import build, reading
from data.campaign import new
from data.home import Home
from data.log import Log
from data.model import Label, Membership, Post, Run, Sighting, text_sha256
from data.unlabelled import unlabelled
from tests.command import groundswell
from tests.tiny_model import tiny_model

NOON = datetime(2024, 5, 1, 4)
TARGETS = ["AI绘画", "画师"]


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    new(home, "art", name="Art", hashtags=[], start=None)
    new(home, "other", name="Other", hashtags=[], start=None)
    return home


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    return load(tiny_model(tmp_path_factory.mktemp("model")))


@pytest.fixture
def with_context(tmp_path):
    return load(tiny_model(tmp_path / "with", context=True))


def post(number: int, text: str | None, *, campaign: str = "art", title: str | None = None, parent: int | None = None, via="query"):
    key = {"platform": "weibo", "is_comment": parent is not None, "post_id": str(number), "run_id": "r1"}
    record = f"{campaign}-{number}"
    return [
        Post(
            record_id=record,
            title=title,
            text=text,
            text_sha256=text_sha256(title, text),
            published_at=NOON,
            published_grain="minute",
            kind="original" if parent is None else "comment",
            parent_id=None if parent is None else str(parent),
            **key,
        ),
        Sighting(record_id=record, format="test", seen_at=NOON, seen_at_basis="told", **key),
        Membership(campaign=campaign, via=via, **key),
    ]


def keep(home: Home, *posts: list) -> None:
    run = Run(run_id="r1", source="test", campaign="art", started=NOON, version="0")
    Log(home.log).append_rows([run, *(row for rows in posts for row in rows)])
    build(home)


def lacking(home: Home, classifier, targets=TARGETS, **options) -> list:
    with reading(home) as connection:
        total, texts = unlabelled(
            connection,
            campaign=options.pop("campaign", "art"),
            model=classifier.name,
            version=classifier.version,
            kinds=classifier.post_kinds,
            targets=targets,
            with_context=classifier.takes_context,
            **options,
        )
        texts = list(texts)
    assert total == len(texts)
    return texts


def work(home: Home, classifier, targets=TARGETS, **options) -> list[Label]:
    texts = lacking(home, classifier, targets, **options)
    steps = list(label(texts, classifier, total=len(texts), run_id="l1"))
    rows = [row for step in steps for row in step.rows]
    Log(home.log).append_rows(rows)
    build(home)
    return rows


def test_each_distinct_text_is_asked_once_with_every_kind_and_target(home, classifier):
    keep(home, post(1, "开心"), post(2, "开心"), post(3, "难过", title="生气"), post(4, None), post(5, " \n"), post(6, "", title="支持"))
    texts = lacking(home, classifier)
    assert {text.text for text in texts} == {"开心", "生气\n难过", "支持\n"}
    assert all(text.kinds == ("emotion", "sentiment") and text.targets == ("AI绘画", "画师") for text in texts)
    assert [text.text_sha256 for text in texts] == sorted(text_sha256(None, text.text) for text in texts)


def test_only_posts_that_count_in_the_campaign_are_asked(home, classifier):
    keep(home, post(1, "开心"), post(2, "难过", campaign="other"), post(3, "害怕", via="context"))
    assert [text.text for text in lacking(home, classifier)] == ["开心"]
    assert [text.text for text in lacking(home, classifier, campaign="other")] == ["难过"]


def test_labels_reach_the_published_posts(home, classifier):
    keep(home, post(1, "开心，支持"), post(2, "开心，支持"), post(3, "生气，拒绝"))
    rows = work(home, classifier)
    assert len(rows) == 2 * (2 + 2)
    assert all(sum(row.probabilities.values()) == pytest.approx(1, abs=1e-5) for row in rows)
    assert all((row.model, row.version, row.coder, row.run_id) == ("tiny", classifier.version, None, "l1") for row in rows)
    with reading(home) as connection:
        posts = connection.execute("select post_id, emotion, sentiment from posts order by post_id").fetchall()
        stances = connection.execute("select post_id, target, stance from stances order by all").fetchall()
    assert posts == [("1", "happy", "positive"), ("2", "happy", "positive"), ("3", "angry", "negative")]
    assert stances == [(n, t, "favour" if n < "3" else "against") for n in "123" for t in ("AI绘画", "画师")]


def test_what_is_labelled_is_not_asked_again(home, classifier, tmp_path):
    keep(home, post(1, "开心"), post(2, "难过"))
    work(home, classifier)
    assert lacking(home, classifier) == []
    assert [text.targets for text in lacking(home, classifier, [*TARGETS, "小红书"])] == [("小红书",)] * 2
    assert all(text.kinds == () for text in lacking(home, classifier, ["小红书"]))
    assert len(lacking(home, classifier, again=True)) == 2
    keep(home, post(3, "害怕"))
    assert [text.text for text in lacking(home, classifier)] == ["害怕"]
    other = load(tiny_model(tmp_path / "another", temperature=1.5))
    assert len(lacking(home, other)) == 3


def test_a_persons_label_is_none_of_the_models(home, classifier):
    keep(home, post(1, "开心"))
    said = {"text_sha256": text_sha256(None, "开心"), "labelled_at": NOON, "run_id": "c1", "coder": "a"}
    Log(home.log).append_rows([Label(kind="emotion", value="sad", probabilities={"sad": 1.0}, **said)])
    build(home)
    assert lacking(home, classifier)[0].kinds == ("emotion", "sentiment")


def test_a_run_that_was_stopped_goes_on_where_it_was(home, classifier, monkeypatch):
    monkeypatch.setattr(labelling, "TEXTS", 3)
    monkeypatch.setattr(labelling, "HOLD", 0.0)
    keep(home, *(post(n, f"第{n}条开心") for n in range(10)))
    texts = lacking(home, classifier)
    steps = label(texts, classifier, total=10, run_id="l1")
    log = Log(home.log)
    for _ in range(2):
        log.append_rows(next(steps).rows)
    steps.close()
    build(home)
    left = lacking(home, classifier)
    assert [text.text_sha256 for text in left] == [text.text_sha256 for text in texts[6:]]
    assert len(work(home, classifier)) == 4 * (2 + 2)
    assert lacking(home, classifier) == []
    with reading(home) as connection:
        [(labels,)] = connection.execute("select count(*) from label").fetchall()
    assert labels == 10 * (2 + 2)


def test_rows_are_held_so_that_the_log_gets_few_segments(home, classifier, monkeypatch):
    monkeypatch.setattr(labelling, "TEXTS", 3)
    keep(home, *(post(n, f"第{n}条开心") for n in range(10)))
    steps = list(label(lacking(home, classifier), classifier, total=10, run_id="l1"))
    assert [len(step.rows) for step in steps] == [0, 0, 0, 10 * (2 + 2)]
    assert [step.progress.done for step in steps] == [3, 6, 9, 10]
    assert steps[-1].progress.seconds_left == 0 and steps[0].progress.total == 10


def test_rows_are_not_lost_when_fewer_texts_come_than_were_counted(home, classifier):
    keep(home, post(1, "开心"))
    steps = list(label(lacking(home, classifier), classifier, total=5, run_id="l1"))
    assert sum(len(step.rows) for step in steps) == 2 + 2


def test_a_text_without_words_gets_no_label(home, classifier):
    keep(home, post(1, "转发微博"), post(2, "开心"))
    assert {row.text_sha256 for row in work(home, classifier)} == {text_sha256(None, "开心")}


def test_a_comment_is_read_with_its_parent_where_the_model_takes_context(home, with_context):
    keep(home, post(1, "支持"), post(2, "反对"), post(11, "同上", parent=1), post(12, "同上", parent=2), post(13, "同上", parent=9))
    texts = [text for text in lacking(home, with_context) if text.text == "同上"]
    assert [text.context for text in texts] == [None, *(c for _, c in sorted((text_sha256(None, c), c) for c in ("支持", "反对")))]
    assert [text.kinds for text in texts] == [("emotion", "sentiment"), (), ()]
    rows = work(home, with_context, ["画师"])
    stances = {row.context_sha256: row.value for row in rows if row.kind == "stance" and row.text_sha256 == text_sha256(None, "同上")}
    assert stances == {None: "neutral", text_sha256(None, "支持"): "favour", text_sha256(None, "反对"): "against"}
    assert lacking(home, with_context, ["画师"]) == []
    with reading(home) as connection:
        said = dict(connection.execute("select post_id, stance from stances where is_comment").fetchall())
    assert said == {"11": "favour", "12": "against", "13": "neutral"}


def test_without_context_a_comments_label_names_none(home, classifier):
    keep(home, post(1, "支持"), post(11, "反对", parent=1))
    assert {row.context_sha256 for row in work(home, classifier)} == {None}


def test_more_texts_than_are_read_at_once(home, classifier, monkeypatch):
    monkeypatch.setattr("data.unlabelled.AT_ONCE", 3)
    keep(home, *(post(n, f"第{n}条") for n in range(10)))
    assert len({text.text for text in lacking(home, classifier)}) == 10


def test_a_model_without_stance_is_asked_for_none(home, tmp_path):
    classifier = load(tiny_model(tmp_path / "one", heads=["sentiment"]))
    keep(home, post(1, "开心"))
    assert [(row.kind, row.value) for row in work(home, classifier, [])] == [("sentiment", "positive")]
    assert lacking(home, classifier, []) == []


def test_the_command_counts_the_texts_that_got_a_label(home, tmp_path):
    texts = ("转发微博", "http://t.cn/A6xyzQ1", "开心", "难过", "生气")
    keep(home, *(post(number, text) for number, text in enumerate(texts)))
    line = ("label", "--campaign", "art", "--model", tiny_model(tmp_path / "tiny"))
    assert [groundswell(home.path, *line).json["labelled"] for _ in range(2)] == [3, 0]
    with reading(home) as connection:
        assert connection.sql("select added from run where source = 'label' order by started, run_id").fetchall() == [(3,), (0,)]
