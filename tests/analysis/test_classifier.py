"""The classifier on a tiny model whose answers can be told by reading the text."""

import json
import math
import pickle
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import classifier as module
from analysis.classifier import load
from analysis.runtime import OnnxRuntime, as_often_right
from analysis.text import PAIR_TOKENS, POST_TOKENS
from data.errors import WrongUsage
from data.model import LABEL_VALUES
from tests.tiny_model import NEUTRAL, WORD, tiny_model

TEXTS = ["今天真开心", "我很生气", "", None, "转发微博", "路过", "太难过了，太难过了", "今天真开心"]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    return load(tiny_model(tmp_path_factory.mktemp("model")))


@pytest.fixture
def sequences(monkeypatch):
    """The token sequences that reach the model, batch by batch."""
    seen = []
    asked = OnnxRuntime.logits

    def noted(self, batch, heads):
        seen.append([list(sequence) for sequence in batch])
        return asked(self, batch, heads)

    monkeypatch.setattr(OnnxRuntime, "logits", noted)
    return seen


def test_a_row_for_every_text_in_order(classifier):
    table = classifier.score(TEXTS)
    assert table["emotion"].to_pylist() == ["happy", "angry", None, None, None, "neutral", "sad", "happy"]
    assert table["sentiment"].to_pylist() == ["positive", "negative", None, None, None, "neutral", "negative", "positive"]
    assert table.column_names == [
        "emotion", "emotion_angry", "emotion_sad", "emotion_fear", "emotion_surprise", "emotion_happy", "emotion_neutral",
        "sentiment", "sentiment_negative", "sentiment_neutral", "sentiment_positive",
    ]  # fmt: skip


def test_probabilities_are_the_softmax_of_the_graphs_logits(classifier):
    [row] = classifier.score(["我很生气"]).to_pylist()
    total = math.exp(WORD) + math.exp(NEUTRAL) + 4
    assert row["emotion_angry"] == pytest.approx(math.exp(WORD) / total, abs=1e-5)
    assert row["emotion_neutral"] == pytest.approx(math.exp(NEUTRAL) / total, abs=1e-5)
    assert row["emotion_sad"] == row["emotion_happy"] == pytest.approx(1 / total, abs=1e-5)


def test_the_temperature_flattens(tmp_path):
    [row] = load(tiny_model(tmp_path, temperature=2.0)).score(["我很生气"]).to_pylist()
    assert row["emotion_angry"] == pytest.approx(math.exp(WORD / 2) / (math.exp(WORD / 2) + math.exp(NEUTRAL / 2) + 4), abs=1e-5)


def test_the_highest_is_as_often_right_as_it_says_and_the_others_share_the_rest(tmp_path, classifier):
    [plain], [told] = (
        load(model).score(["我很生气"]).to_pylist()
        for model in (tiny_model(tmp_path / "plain"), tiny_model(tmp_path / "told", confidence=[(0, 0), (0.5, 0.6), (1, 1)]))
    )
    said = plain["emotion_angry"]
    assert 0.5 < said < 1
    assert told["emotion_angry"] == pytest.approx(0.6 + (said - 0.5) * 0.8, abs=1e-5)
    assert told["emotion_sad"] / told["emotion_neutral"] == pytest.approx(plain["emotion_sad"] / plain["emotion_neutral"], abs=1e-4)
    assert sum(told[f"emotion_{value}"] for value in LABEL_VALUES["emotion"]) == pytest.approx(1, abs=1e-5)


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(sum), min_size=1, max_size=5),
    st.lists(st.floats(0, 1), min_size=4, max_size=4).map(sorted),
)
def test_what_is_said_of_confidence_changes_no_answer(parts, right):
    chances = np.array(parts) / np.array(parts).sum(axis=1, keepdims=True)
    told = as_often_right(chances, [(0, 0), *zip((0.3, 0.5, 0.7, 0.9), right, strict=True), (1, 1)])
    assert (told.argmax(axis=1) == chances.argmax(axis=1)).all()
    assert told.sum(axis=1) == pytest.approx(1) and ((told >= 0) & (told <= 1 + 1e-6)).all()
    assert (as_often_right(chances, ()) == chances).all()


def test_each_distinct_normalised_text_runs_once(classifier, sequences):
    again = ["@某人 真惊讶", "@别人  真惊讶", "真驚訝 http://t.cn/A6x", "@某人 真惊讶"]
    table = classifier.score(again)
    assert table["emotion"].to_pylist() == ["surprise"] * 4
    assert sum(map(len, sequences)) == 2
    assert classifier.score(again[:2]).to_pylist() == table.to_pylist()[:2]
    assert sum(map(len, sequences)) == 2


def test_neighbours_and_padding_do_not_change_an_answer(classifier, monkeypatch):
    texts = [f"第{n}条" + "很长的话" * (n % 30) + ("开心" if n % 2 else "害怕") for n in range(200)]
    together = classifier.score(texts).to_pylist()
    for n in (0, 57, 199):
        fresh = module._Model(classifier)
        monkeypatch.setattr(module, "_opened", lambda *_, fresh=fresh: fresh)
        assert classifier.score([texts[n]]).to_pylist() == [together[n]]


def test_batches_hold_like_lengths_and_pad_to_their_own_longest(classifier, sequences):
    classifier.score([f"编号{n}" + "字。" * (n % 60) for n in range(300)])
    assert sum(map(len, sequences)) == 300
    for batch in sequences:
        assert len(batch) * max(map(len, batch)) <= module.BATCH_TOKENS or len(batch) == 1


def test_a_long_text_is_cut_in_its_middle_and_a_target_never(classifier, sequences):
    # Each known word between two unknown signs is a token, so the text's length can be counted.
    filling = "甲惊讶" * 200
    classifier.score([filling])
    assert len(sequences[-1][0]) == POST_TOKENS
    target = "乙惊讶" * 60
    assert classifier.stance([filling + "支持"], target)["stance"].to_pylist() == ["favour"]
    [pair] = sequences[-1]
    assert len(pair) <= PAIR_TOKENS and pair[1:122] == [4] + [3, 9] * 60  # the word begins with ▁
    endless = "丙惊讶" * 300
    assert classifier.stance(["支持"], endless)["stance"].to_pylist() == [None]


def test_a_stance_is_for_the_target_as_given(classifier):
    table = classifier.stance(["支持"] * 5 + ["反对"], ["AI绘画", "反对AI绘画", "支持AI绘画", "反对抵制AI绘画", None, "拒绝AI绘画"])
    assert table["stance"].to_pylist() == ["favour", "against", "favour", "favour", None, "favour"]
    rows = table.to_pylist()
    assert rows[0]["stance_favour"] == rows[1]["stance_against"] and rows[0]["stance_neutral"] == rows[1]["stance_neutral"]


def test_a_target_that_is_written_as_a_mention_is_read(tmp_path):
    model = load(tiny_model(tmp_path / "with", context=True))
    target, mentioned, written, other = "喜欢画画", "听说@喜欢画画官方 来了", "听说喜欢画画官方 来了", "听说@喜欢音乐 来了"
    told = model.stance([mentioned, written, other, "听说@ 来了"], target).to_pylist()
    assert told[0] == told[1] != told[2] == told[3]
    earlier = model.stance(["来了"] * 4, f"反对{target}", [mentioned, written, other, "听说@ 来了"]).to_pylist()
    assert earlier[0] == earlier[1] != earlier[2] == earlier[3]


def test_only_a_head_that_declares_it_reads_the_context(tmp_path):
    with_context = load(tiny_model(tmp_path / "with", context=True))
    without = load(tiny_model(tmp_path / "without"))
    asked = ["转一下这个", "转一下这个"], "画师", ["支持", None]
    assert with_context.stance(*asked)["stance"].to_pylist() == ["favour", "neutral"]
    assert without.stance(*asked)["stance"].to_pylist() == ["neutral", "neutral"]
    assert with_context.takes_context and not without.takes_context


def test_a_head_that_is_missing_gives_empty_columns(tmp_path):
    stance_only = load(tiny_model(tmp_path / "one", heads=["stance"]))
    assert stance_only.score(["开心"]).to_pylist() == [dict.fromkeys(stance_only.score(["开心"]).column_names)]
    assert stance_only.post_kinds == ()
    posts_only = load(tiny_model(tmp_path / "two", heads=["sentiment"]))
    assert posts_only.stance(["支持"], "画师")["stance"].to_pylist() == [None]
    assert posts_only.score(["开心"]).to_pylist()[0]["sentiment"] == "positive"
    assert posts_only.score(["开心"]).to_pylist()[0]["emotion"] is None


def test_broken_characters_cost_nothing(classifier):
    assert classifier.score(["开心\ud83d", "開心\0\udc00", "\ud83d"])["emotion"].to_pylist() == ["happy", "happy", "neutral"]


def test_it_can_be_sent_to_another_process(classifier):
    assert pickle.loads(pickle.dumps(classifier)) == classifier
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(classifier.score, ["难过"]).result().to_pylist() == classifier.score(["难过"]).to_pylist()


def test_the_version_follows_what_decides_the_answers(tmp_path, classifier):
    copy = tmp_path / "copy"
    shutil.copytree(classifier.folder, copy)
    assert load(copy).version == classifier.version and load(copy).name == "tiny"
    config = json.loads((copy / "config.json").read_text())
    del config["name"]
    (copy / "config.json").write_text(json.dumps(config))
    assert load(copy).version != classifier.version and load(copy).name == "copy"


def _without(file):
    return lambda folder: (folder / file).unlink()


def _config(**told):
    def change(folder):
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | told))

    return change


def _tokens(old, new):
    def change(folder):
        told = (folder / "tokenizer.json").read_text(encoding="utf-8")
        (folder / "tokenizer.json").write_text(told.replace(old, new), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without("model.onnx"), "has no model.onnx"),
        (_without("tokenizer.json"), "has no tokenizer.json"),
        (shutil.rmtree, "There is no model folder"),
        (lambda folder: (folder / "config.json").write_text("{"), "is not JSON"),
        (_config(heads={}), "names no heads"),
        (_config(heads={"stance": {"output": "t", "labels": ["yes", "no"]}}), "favour, against, neutral"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"no graph"), "cannot be opened"),
        (_config(heads={"stance": {"output": "x", "labels": ["favour", "against", "neutral"]}}), "has no output 'x'"),
        (_tokens("<s>", "<a>"), "must number <s> 0"),
    ],
)
def test_a_folder_that_is_no_model_says_what_to_do(tmp_path, change, said):
    folder = tiny_model(tmp_path / "model")
    change(folder)
    with pytest.raises(WrongUsage, match=said):
        load(folder).open()


def test_a_file_or_nothing_is_no_model(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongUsage, match="is a file"):
        load(tmp_path / "file")
    monkeypatch.setattr(module, "SHIPPED", tmp_path / "none")
    with pytest.raises(WrongUsage, match="--model"):
        load()


def test_the_graph_runs_in_the_runtime_that_is_installed(classifier):
    session = onnxruntime.InferenceSession(classifier.folder / "model.onnx", providers=["CPUExecutionProvider"])
    assert {output.name for output in session.get_outputs()} == {"e", "s", "t"}
