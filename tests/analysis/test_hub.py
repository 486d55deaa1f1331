"""Models of the hub: what their labels mean, and what is said where they cannot be had."""

import json

import pytest
from transformers import BertConfig

from analysis import hub
from analysis.classifier import load
from analysis.hub import head_of
from data.errors import WrongUsage


@pytest.mark.parametrize(
    ("labels", "names", "kind", "values"),
    [
        (["Negative", "Positive"], {}, "sentiment", ("negative", "positive")),
        (["LABEL_0", "LABEL_1"], {"LABEL_0": "positive", "LABEL_1": "negative"}, "sentiment", ("positive", "negative")),
        (["anger", "disgust", "joy"], {"anger": "angry", "disgust": "angry", "joy": "happy"}, "emotion", ("angry", "angry", "happy")),
        (["AGAINST", "FAVOR"], {"FAVOR": "favour"}, "stance", ("against", "favour")),
    ],
)
def test_labels_tell_the_head(labels, names, kind, values):
    head = head_of("m", labels, names)
    assert (head.kind, head.labels) == (kind, values)


@pytest.mark.parametrize("labels", [["LABEL_0", "LABEL_1"], ["positive", "angry"], ["neutral"]])
def test_labels_that_mean_nothing_to_us_are_asked_for(labels):
    with pytest.raises(WrongUsage, match=r"\[label_names\]"):
        head_of("m", labels, {})


def test_labels_that_are_mapped_otherwise_are_of_another_version(monkeypatch, tmp_path):
    """Else a mapping that is put right changes nothing: every text has its label of this version, the wrong one."""
    monkeypatch.setattr(hub, "find_spec", lambda name: True)
    told = {"model_type": "bert", "id2label": {"0": "LABEL_0", "1": "LABEL_1"}}
    (tmp_path / "config.json").write_text(json.dumps(told), encoding="utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"")
    wrong, right = {"LABEL_0": "positive", "LABEL_1": "negative"}, {"LABEL_0": "negative", "LABEL_1": "positive"}
    of_wrong, of_right, again = (load(tmp_path, names).version for names in (wrong, right, {**right, "LABEL_2": "neutral"}))
    assert of_wrong != of_right == again
    monkeypatch.setattr("transformers.AutoConfig.from_pretrained", lambda model: BertConfig(id2label={0: "LABEL_0", 1: "LABEL_1"}))
    assert load("owner/model", wrong).version != load("owner/model", right).version


def test_without_torch_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(hub, "find_spec", lambda name: None)
    with pytest.raises(WrongUsage, match=r"groundswell\[hub\]"):
        load("owner/model")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(WrongUsage, match=r"groundswell\[hub\]"):
        load(tmp_path)


def test_a_folder_that_is_mistyped_is_told_what_it_was_taken_for(monkeypatch):
    tried = "There is no folder models/mine, so it was taken for the name of a model of the Hugging Face hub"
    monkeypatch.setattr(hub, "find_spec", lambda name: None)
    with pytest.raises(WrongUsage, match=tried):
        load("models/mine")
    assert hub._unreachable("models/mine", OSError("no connection")).startswith(tried)


def test_a_bare_name_is_a_folder_that_is_not_there():
    with pytest.raises(WrongUsage, match="There is no model folder"):
        load("no-such-model")
