"""One invented home for all tests of the pages: they only read."""

import pytest
from invented_home import make

from data.home import Home


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Home:
    return make(tmp_path_factory.mktemp("invented") / "home")
