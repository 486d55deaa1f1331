import pytest

from data.home import Home
from tests.laws.told import campaign_file, no_shipped_campaigns


@pytest.fixture
def home(tmp_path):
    """A new home with the campaign `art`, which no hashtag and no rule adds to."""
    with no_shipped_campaigns(tmp_path):
        home = Home(tmp_path / "home")
        campaign_file(home)
        yield home
