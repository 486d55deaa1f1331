"""Many small builds in a row: what each leaves behind is merged now and then."""

import pytest
from test_walk import rows

from data import build as building
from data.build import build, reading
from data.campaign import new
from data.errors import WrongUsage
from data.home import Home
from data.log import Log

pytestmark = pytest.mark.store
BUILDS = 5


def groups_of_rows(home: Home, table: str) -> int:
    with reading(home) as db:
        return db.execute("select count(distinct row_group_id) from pragma_storage_info(?)", [table]).fetchone()[0]


@pytest.mark.parametrize(("every", "most"), [(2, 2), pytest.param(100, BUILDS, marks=pytest.mark.slow)])
def test_small_groups_of_rows_are_merged_every_so_many_builds(tmp_path, monkeypatch, every, most):
    """Without any merging there are as many as builds: the second case shows that the first does not hold by itself."""
    monkeypatch.setattr(building, "TIDIED_EVERY", every)
    home = Home(tmp_path)
    new(home, "art", name="Art", hashtags=["weibo:停更周"], start=None)
    log = Log(home.log)
    found = []
    for number in range(BUILDS):
        log.append_rows(rows(f"r{number}", f"record {number}", number))
        build(home)
        found.append(groups_of_rows(home, "sighting"))
    assert max(found) == most, found


def test_a_campaign_file_that_is_not_sound_leaves_no_copy_behind(tmp_path):
    home = Home(tmp_path)
    new(home, "art", name="Art", hashtags=["weibo:停更周"], start=None)
    log = Log(home.log)
    log.append_rows(rows("r1", "one", 1))
    build(home)
    published = sorted(home.published.iterdir())
    log.append_rows(rows("r2", "two", 2))
    file = home.campaigns / "art.toml"
    sound = file.read_text(encoding="utf-8")
    file.write_text(sound + "\nnonsense = 1\n", encoding="utf-8")
    with pytest.raises(WrongUsage, match="nonsense"):
        build(home)
    assert sorted(home.published.iterdir()) == published
    file.write_text(sound, encoding="utf-8")
    assert build(home).posts == 1
