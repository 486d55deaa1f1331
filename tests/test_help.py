"""What the command's help and errors say of what they take."""

import pytest

from collectors.files import format_of
from collectors.formats import Sample, formats
from data.errors import Unreadable
from tests.command import groundswell

KINDS = {kind.replace("JSON Lines", "JSONL").replace("NDJSON", "JSONL") for module in formats() for kind in module.CARRIES.files}


def test_the_help_of_import_and_a_file_that_is_none_name_every_kind_of_file(tmp_path):
    with pytest.raises(Unreadable) as refused:
        format_of(Sample(name="x", path="x", head=b"\0\1\2", header=()))
    for said in (groundswell(tmp_path, "import", "--help", json=False).out, str(refused.value)):
        assert [kind for kind in sorted(KINDS) if kind not in said] == []


@pytest.mark.parametrize("command", ["label", "score"])
def test_the_help_of_a_model_says_that_a_name_is_fetched(tmp_path, command):
    said = " ".join(groundswell(tmp_path, command, "--help", json=False).out.split())
    assert "DIR|NAME" in said and "fetched" in said and "[hub]" in said
