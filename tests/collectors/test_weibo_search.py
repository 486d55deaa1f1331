"""What weibo-search's files as a whole tell beyond their rows."""

from dataclasses import replace
from datetime import datetime

import pytest

from collectors import importing, replaying
from collectors.cells import canonical
from collectors.formats import Record, weibo_search
from data.campaign import find
from data.home import Home
from tests.collectors.test_mapped import ORIGIN
from tests.collectors.test_table import as_csv, source
from tests.command import asked, groundswell

HEADER = ["id", "bid", "user_id", "微博正文", "转发数", "评论数", "点赞数", "发布时间", "retweet_id"]


def read(rows):
    """(records, warnings) of a file with these cells told."""
    usual = {"微博正文": "话", "转发数": "1", "评论数": "1", "点赞数": "0", "发布时间": "2031-05-06 07:08"}
    told = [[{**usual, "id": str(5300000000000001 + n), **row}.get(name, "") for name in HEADER] for n, row in enumerate(rows)]
    warnings = []
    origin = replace(ORIGIN, warn=warnings.append)
    return list(weibo_search.records(source(as_csv([HEADER, *told]).encode()), origin)), warnings


@pytest.mark.parametrize(
    ("rows", "doubted"),
    [
        ([{}] * 50, 50),
        ([{}] * 50 + [{"点赞数": ""}], 50),
        ([{"点赞数": ""}] * 60, 0),
        ([{}] * 49, 0),
        ([{}] * 60 + [{"点赞数": "1"}], 0),
    ],
)
def test_likes_that_are_all_0_are_doubted_once(rows, doubted):
    found, warnings = read(rows)
    assert len(found) == len(rows)
    said = f"t.csv: the likes of all posts are 0 ({doubted}); a change of Weibo's page can cause that: do not trust them"
    assert warnings == ([said] if doubted else [])


def test_ids_that_all_end_in_0_are_said():
    _, warnings = read([{"id": str(5300000000000000 + 10 * n), "点赞数": "1"} for n in range(60)])
    assert warnings == ["t.csv: all 60 ids end in 0: a spreadsheet has rounded them; import the file from before that"]


def test_the_original_directly_before_its_retweet_is_context():
    found, _ = read([{"id": "1"}, {"id": "2", "retweet_id": "1"}, {"id": "3"}, {"id": "4", "retweet_id": "1"}])
    context = [next(row.context for row in weibo_search.parse(r, ORIGIN) if hasattr(row, "context")) for r in found]
    assert context == [True, False, False, False]


@pytest.mark.parametrize("large", [importing.LARGE, 0], ids=["here", "in other processes"])
def test_a_year_that_is_left_out_is_that_of_the_id_and_a_guess_is_said_once_a_file(tmp_path, monkeypatch, large):
    monkeypatch.setattr(importing, "LARGE", large)
    monkeypatch.setenv("GROUNDSWELL_NOW", "2026-11-30T00:00:00Z")
    monkeypatch.setattr(importing, "BATCH", 2)
    home, file = tmp_path / "home", tmp_path / "t.csv"
    rows = [
        ("4934567890123456", "08月15日 12:00"),
        ("4934567890123457", "08-13 12:00"),
        ("81", "12月31日 23:00"),
        ("4934567890123458", "2023-08-15 12:00"),
        ("4934567890123459", "08月33日 12:00"),
    ]
    file.write_text(as_csv([HEADER, *([i, "", "", "话", "1", "1", "1", at, ""] for i, at in rows)]), encoding="utf-8")
    groundswell(home, "campaign", "new", "ink")
    said = groundswell(home, "import", file, "--campaign", "ink").json
    assert (said["added"], said["quarantined"]) == (4, 1)
    (warning,) = (warning for warning in said["warnings"] if "guessed" in warning)
    assert warning.startswith("t.csv: years of 3 records were guessed, since their times tell none: ")
    assert asked(home, "select post_id, published_at, published_grain from posts order by post_id") == [
        ("4934567890123456", datetime(2023, 8, 15, 4), "minute"),
        ("4934567890123457", datetime(2023, 8, 13, 4), "minute"),
        ("4934567890123458", datetime(2023, 8, 15, 4), "minute"),
        ("81", datetime(2025, 12, 31, 15), "minute"),
    ]


def test_a_year_that_is_guessed_of_a_mended_record_is_said(tmp_path):
    home, file = tmp_path / "home", tmp_path / "t.csv"
    file.write_text(as_csv([HEADER, ["no id", "", "", "话", "1", "1", "1", "08月15日 12:00", ""]]), encoding="utf-8")
    groundswell(home, "campaign", "new", "ink")
    assert groundswell(home, "import", file, "--campaign", "ink", "--no-publish").json["quarantined"] == 1
    mapping = {"platform": "weibo", "columns": {"text": "微博正文", "published_at": "发布时间"}}
    done = replaying.mend(Home(home), find(Home(home), "ink"), weibo_search.NAME, "t.csv", mapping, ORIGIN.zone)
    assert done.added == 1
    assert [said.partition(",")[0] for said in done.warnings] == ["t.csv: years of 1 records were guessed"]


def test_a_comment_without_an_id_and_a_year_is_the_same_under_another_clock():
    cells = {"id": "5300000000000001", "微博正文": "话", "评论内容": "好", "评论时间": "08月15日 12:00"}
    record = Record(number=1, cells=cells, body=canonical(cells))
    earlier, later = (next(weibo_search.parse(record, replace(ORIGIN, now=datetime(year, 10, 1)))) for year in (2031, 2032))
    assert (earlier.is_comment, earlier.published_at.year, later.published_at.year) == (True, 2031, 2032)
    assert earlier.post_id == later.post_id


def pointed(header, *rows):
    """The file as a table program with floating-point columns writes those that have gaps, and its ids, numbers and all."""
    of_numbers = [header.index(name) for name in ("id", "user_id", "retweet_id")]
    return [header, *([f"{cell}.0" if n in of_numbers and cell else cell for n, cell in enumerate(row)] for row in rows)]


def test_ids_with_a_point_lead_where_they_led(tmp_path):
    def row(post_id, original, at):
        return [post_id, "", "7000000001", "话", "1", "1", "1", at, original]

    rows = row("5300000000000011", "", "2031-05-06 07:08"), row("5300000000000022", "5300000000000011", "2031-05-06 08:08")
    found = []
    for name, cells in (("plain", [HEADER, *rows]), ("pointed", pointed(HEADER, *rows))):
        (tmp_path / f"{name}.csv").write_text(as_csv(cells), encoding="utf-8")
        groundswell(tmp_path / name, "campaign", "new", "ink")
        assert groundswell(tmp_path / name, "import", tmp_path / f"{name}.csv", "--campaign", "ink").status == 0
        found.append(
            [
                asked(tmp_path / name, "select post_id, author_id, kind, parent_id, campaigns from posts order by all"),
                asked(tmp_path / name, "select from_id, to_id, kind from edge"),
                asked(tmp_path / name, "select post_id from sighting where context"),
            ]
        )
    plain, with_a_point = found
    assert with_a_point == plain
    assert plain[1:] == [[("5300000000000022", "5300000000000011", "repost")], [("5300000000000011",)]]


def test_ids_with_a_point_are_not_taken_for_rounded_ones():
    assert read([{"id": f"{5300000000000001 + n}.0", "点赞数": "1"} for n in range(60)])[1] == []


@pytest.mark.parametrize("original", ["5.3E+15", "5.300000000000011e+15"])
def test_an_original_whose_digits_were_lost_puts_its_retweet_in_quarantine(original):
    first, second = read([{}, {"retweet_id": original}])[0]
    assert list(weibo_search.parse(first, ORIGIN))
    with pytest.raises(ValueError, match="rounded by a spreadsheet.* export it with ids as text"):
        list(weibo_search.parse(second, ORIGIN))


@pytest.mark.parametrize(("bid", "mid"), [("K3fnuEfZK", "4607741009594608"), ("0", "0"), ("z0000", "350000000")])
def test_a_short_id_is_the_long_one_to_another_base(bid, mid):
    assert weibo_search.id_of_short_id(bid) == mid


def test_the_parser_says_nothing_it_was_not_told():
    (record,), _ = read([{"评论数": "", "点赞数": ""}])
    post, sighting = weibo_search.parse(record, ORIGIN)
    assert (post.author_key, post.hashtags, post.mentions, post.region, post.kind) == (None, None, None, None, "original")
    assert (sighting.comments, sighting.comments_grain, sighting.likes, sighting.reposts) == (None, None, None, 1)
