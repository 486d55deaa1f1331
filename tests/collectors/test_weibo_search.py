"""What weibo-search's files as a whole tell beyond their rows."""

from dataclasses import replace
from datetime import datetime

import pytest

from collectors import importing, replaying
from collectors.cells import canonical
from collectors.formats import Record, weibo_search
from collectors.platforms.weibo_ids import short_id_of_id
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
    rows = [{"id": str(5300000000000000 + 10 * n), "点赞数": "1"} for n in range(10)]
    assert read(rows)[1] == ["t.csv: all 10 ids end in 0: a spreadsheet has rounded them; import the file from before that"]
    assert read(rows[1:])[1] == []
    assert read([{**row, "bid": short_id_of_id(row["id"][:-1] + "3")} for row in rows])[1] == []


def test_the_original_directly_before_its_retweet_is_context():
    found, _ = read([{"id": "1"}, {"id": "2", "retweet_id": "1"}, {"id": "3"}, {"id": "4", "retweet_id": "1"}])
    context = [next(row.context for row in weibo_search.parse(r, ORIGIN) if hasattr(row, "context")) for r in found]
    assert context == [True, False, False, False]


@pytest.mark.slow
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


@pytest.mark.parametrize(
    ("told", "mid"),
    [
        ("5300000000000960", "5300000000000957"),  # to the nearest, as LibreOffice does
        ("5300000000000950", "5300000000000957"),  # cut off, as Excel does
        ("5300000000000950", "5300000000000950"),
        ("5.30000000000096E+15", "5300000000000957"),
        ("5.3E+15", "5300000000000957"),
        ("5300000000000960.0", "5300000000000957"),
    ],
)
def test_the_short_id_tells_what_a_spreadsheet_took(told, mid):
    (record,), _ = read([{"id": told, "bid": short_id_of_id(mid)}])
    assert next(weibo_search.parse(record, ORIGIN)).post_id == mid


@pytest.mark.parametrize("told", ["5300000000000970", "5300000000000957", "5300000000000010"])
def test_the_short_id_of_another_post_changes_no_id(told):
    (record,), _ = read([{"id": told, "bid": short_id_of_id("5300000000000957" if told[-2] != "5" else "5300000000000959")}])
    assert next(weibo_search.parse(record, ORIGIN)).post_id == told


def parents(rows):
    """(kind, parent, edges) of each row's post, and the warnings."""
    found, warnings = read(rows)
    told = [list(weibo_search.parse(record, ORIGIN)) for record in found]
    return [(rows[0].kind, rows[0].parent_id, [row.to_id for row in rows if hasattr(row, "to_id")]) for rows in told], warnings


def test_a_retweet_leads_to_the_id_that_the_short_id_of_its_original_tells():
    first, second = "5300000000000957", "5300000000000988"
    for rounded in ("5300000000000960", "5.30000000000096E+15"):
        rows = [
            {"id": rounded, "bid": short_id_of_id(first), "点赞数": "1"},
            {"id": "5300000000000990", "bid": short_id_of_id(second), "retweet_id": rounded},
        ]
        assert parents(rows) == ([("original", None, []), ("repost", first, [first])], [])


def test_a_retweet_leads_nowhere_where_its_originals_id_may_be_rounded():
    own, original = {"id": "5300000000000990", "bid": short_id_of_id("5300000000000988")}, "5300000000000960"
    told, warnings = parents([{**own, "retweet_id": original}, {"id": "5300000000000991", "retweet_id": original}])
    assert told == [("repost", None, []), ("repost", original, [original])]
    (warning,) = warnings
    assert warning.startswith("t.csv: reposts whose original is not known: 1; a spreadsheet may have rounded its id. ")


def test_ids_of_a_file_that_no_spreadsheet_has_rounded_are_believed():
    """One id in ten ends in 0 by itself."""
    told, warnings = parents([{"id": "5300000000000007"}, {"id": "5300000000000990", "retweet_id": "5300000000000120"}])
    assert told[-1] == ("repost", "5300000000000120", ["5300000000000120"]) and not warnings


def test_few_digits_that_are_alike_are_not_one_id():
    ids = [short_id_of_id(f"530000000000095{n}") for n in (1, 2)]
    found, _ = read([{"id": "5.3E+15", "bid": ids[0]}, {"id": "5.3E+15", "bid": ids[1], "retweet_id": "5.3E+15"}])
    assert not next(row.context for row in weibo_search.parse(found[0], ORIGIN) if hasattr(row, "context"))


def test_seconds_that_a_spreadsheet_added_are_not_told():
    found, _ = read([{"发布时间": at} for at in ("2031-05-06 07:08", "2031-05-06 07:08:00", "2031-05-06 07:08:09")])
    assert [next(weibo_search.parse(record, ORIGIN)).published_grain for record in found] == ["minute", "minute", "second"]


@pytest.mark.parametrize("word", ["NA", "nan", "NaN", "NULL", "None", "<NA>", "#N/A"])
def test_what_programs_write_into_empty_cells_is_not_told(word):
    header = [*weibo_search.COLUMNS[:18]]
    usual = {"id": "5300000000000001", "发布时间": "2031-05-06 07:08", "转发数": "1", "评论数": "1", "点赞数": "1"}
    record = Record(number=1, cells={name: usual.get(name, word) for name in header}, body=b"")
    post, sighting = weibo_search.parse(record, ORIGIN)
    assert (post.post_id, post.url) == ("5300000000000001", "https://m.weibo.cn/detail/5300000000000001")
    assert (post.author_id, post.author_name, post.text, post.region, post.parent_id) == (None,) * 5
    assert (post.kind, post.hashtags, post.mentions, post.source_client) == ("original", (), (), None)
    assert sighting.likes == 1
    record = Record(number=2, cells={name: word for name in header}, body=b"")
    with pytest.raises(ValueError, match="neither an id nor a text nor an author"):
        list(weibo_search.parse(record, ORIGIN))
    counted = Record(number=3, cells={**record.cells, "id": "5300000000000001"}, body=b"")
    assert [row.likes for row in weibo_search.parse(counted, ORIGIN) if hasattr(row, "likes")] == [None]


def test_people_may_be_called_and_say_what_programs_write_into_empty_cells():
    cells = {name: "" for name in weibo_search.COLUMNS} | {"id": "5300000000000001", "用户昵称": "None", "微博正文": "NA", "ip": "NA"}
    post = next(weibo_search.parse(Record(number=1, cells=cells, body=b""), ORIGIN))
    assert (post.author_name, post.text, post.region) == ("None", "NA", None)


def test_a_comment_may_be_what_programs_write_into_empty_cells():
    cells = {"id": "5300000000000001", "微博正文": "话", "评论内容": "NA", "评论时间": "NA", "评论者": "", "ip": "NA"}
    comment, post = (row for row in weibo_search.parse(Record(number=1, cells=cells, body=b""), ORIGIN) if hasattr(row, "text"))
    assert (comment.text, comment.published_at, post.text, post.region) == ("NA", None, "话", None)
    unfilled = {**cells, "评论内容": "nan", "评论者": "nan", "评论时间": "nan"}
    assert not next(weibo_search.parse(Record(number=1, cells=unfilled, body=b""), ORIGIN)).is_comment


def test_an_id_or_short_id_of_any_length_ends_no_file():
    rows = [{"id": "1" + "0" * 9000, "bid": "z" * 9000}, {"id": "1E+99", "bid": "z" * 9}, {"id": "0", "bid": "０" * 9}]
    assert len(read(rows)[0]) == 3


def test_words_for_nothing_are_not_the_id_of_an_original():
    found, _ = read([{"id": "NA"}, {"id": "5300000000000002", "retweet_id": "NA"}])
    assert [next(row.context for row in weibo_search.parse(r, ORIGIN) if hasattr(row, "context")) for r in found] == [False, False]


@pytest.mark.parametrize("word", ["合计", "总计", "Total"])
def test_a_row_of_sums_is_no_post(word):
    found, _ = read([{"id": "", "发布时间": "", "微博正文": word, "点赞数": "66060"}, {"id": "", "微博正文": word}])
    with pytest.raises(ValueError, match=f"its text is '{word}': it holds sums and is no post"):
        list(weibo_search.parse(found[0], ORIGIN))
    assert next(weibo_search.parse(found[1], ORIGIN)).text == word


def test_headers_of_all_versions_in_the_middle_of_a_file_are_no_records():
    def file(columns, *ids):
        rows = [[{"id": i, "微博正文": "话"}.get(name, "") for name in weibo_search.COLUMNS[:columns]] for i in ids]
        return "\ufeff" + as_csv([weibo_search.COLUMNS[:columns], *rows])

    for order in ((17, 21, 18, 21), (21, 17, 19)):
        body = "".join(file(columns, f"53000000000000{columns}", f"53000000000001{columns}") for columns in order)
        warnings = []
        found = list(weibo_search.records(source(body.encode()), replace(ORIGIN, warn=warnings.append)))
        assert [r.cells["id"] for r in found] == [f"530000000000{n}{columns}" for columns in order for n in ("00", "01")]
        assert warnings == [f"t.csv: the header stands in the file {len(order)} times; the repeats are no records"]


def test_the_parser_says_nothing_it_was_not_told():
    (record,), _ = read([{"评论数": "", "点赞数": ""}])
    post, sighting = weibo_search.parse(record, ORIGIN)
    assert (post.author_key, post.hashtags, post.mentions, post.region, post.kind) == (None, None, None, None, "original")
    assert (sighting.comments, sighting.comments_grain, sighting.likes, sighting.reposts) == (None, None, None, 1)
