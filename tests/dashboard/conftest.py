"""One invented home for all tests of the pages: they only read."""

from functools import cache

import pytest
from invented_home import make
from streamlit.components.v2 import manifest_scanner

from data.home import Home


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Home:
    return make(tmp_path_factory.mktemp("invented") / "home")


@pytest.fixture(scope="session", autouse=True)
def components_are_looked_for_once():
    """A server looks through all installed packages when it starts, and `AppTest` at each of its runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What is tried in both languages is tried in Chinese among the slow tests. `test_chinese` is quick: no page has English left in it."""
    in_english = {item.function for item in items if _language(item) == "en"}
    for item in items:
        if _language(item) == "zh" and item.function in in_english:
            item.add_marker("slow")


def _language(item) -> str | None:
    told = getattr(item, "callspec", None)
    return told.params.get("language") if told else None
