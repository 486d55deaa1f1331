"""The traps of other tools' files, each by its name; what else of a file must be read stands in tests/fixtures/formats/."""

import io

from collectors.formats import Sample, Source, formats, weibo_crawler, weibo_search
from collectors.table_csv import header
from data.model import Edge, Post, Sighting
from tests.collectors.test_formats import FILES, origin_of

SEARCH = (
    "id,bid,user_id,用户昵称,微博正文,头条文章url,发布位置,艾特用户,"
    "话题,转发数,评论数,点赞数,发布时间,发布工具,微博图片url,微博视频url,retweet_id"
)
CRAWLER = (
    "id,bid,正文,头条文章url,原始图片url,视频url,Live Photo视频url,位置,日期,工具,点赞数,"
    "评论数,转发数,话题,@用户,完整日期,是否编辑过,编辑次数,是否原创,源用户id,源用户昵称,源微博id"
)


def searched(n, text="停更一周", pictures="", original=""):
    return f'{5100000000000000 + n},P{n},{n},画师{n},"{text}",,,,停更一周,1,2,3,2031-04-27 10:00,,"{pictures}",,{original}'


def told(module, text, name="a.csv"):
    """The rows of each record of a file."""
    body = text.encode()
    source = Source(name=name, path=f"x/{name}", size=len(body), open=lambda: io.BytesIO(body))
    assert next(m for m in formats() if m.recognises(Sample(name=name, path=name, head=body, header=header(body)))) is module
    return [list(module.parse(record, origin_of(FILES[0]))) for record in module.records(source, origin_of(FILES[0]))]


def test_a_byte_order_mark_before_a_half_chinese_header():
    [plain], [marked] = (told(weibo_search, mark + f"{SEARCH}\n{searched(1)}\n") for mark in ("", "\ufeff"))
    assert plain == marked and plain[0].post_id == "5100000000000001" and plain[0].author_name == "画师1"


def test_a_tab_after_the_id_and_a_row_that_ends_before_the_columns_of_a_retweet():
    row = "5100000000000001\t,P1,停更,,,,,,2031-04-27T10:00:00,,3,2,1,停更一周,,2031-04-27 10:00:00,False,0,True"
    [[post, *_]] = told(weibo_crawler, f"\ufeff{CRAWLER}\n{row}\n", "7700000001.csv")
    assert (post.post_id, post.author_id, post.kind) == ("5100000000000001", "7700000001", "original")


def test_quoted_line_breaks_and_a_list_as_python_writes_it():
    pictures = "['https://example.org/1.jpg', 'https://example.org/2.jpg']"
    rows = searched(1, "eins\n\nzwei", pictures), searched(2)
    [first, second] = told(weibo_search, "\n".join((SEARCH, *rows)))
    assert first[0].text == "eins\n\nzwei" and second[0].post_id == "5100000000000002"


def test_the_name_of_a_file_may_be_percent_encoded():
    rows = f"{SEARCH}\n{searched(1)}\n"
    assert told(weibo_search, rows, "%23停更一周%23.csv") == told(weibo_search, rows, "#停更一周#.csv")


def test_an_original_has_a_row_of_its_own_and_the_retweet_points_to_it():
    original, retweet = told(weibo_search, f"{SEARCH}\n{searched(1)}\n{searched(2, '转发微博', original='5100000000000001')}\n")
    assert [row.context for row in (*original, *retweet) if isinstance(row, Sighting)] == [True, False]
    assert [(edge.to_id, edge.kind) for edge in retweet if isinstance(edge, Edge)] == [("5100000000000001", "repost")]


def test_a_post_that_is_repeated_for_each_comment_is_one_record():
    rows = "\n".join(f"{searched(1)},90{n},评论{n},2031-04-27 11:0{n}" for n in range(3))
    found = told(weibo_search, f"{SEARCH},评论id,评论内容,评论时间\n{rows}\n")
    posts = [row for rows in found for row in rows if isinstance(row, Post)]
    assert len({post.record_id for post in posts if not post.is_comment}) == 1
    assert [post.post_id for post in posts if post.is_comment] == ["900", "901", "902"]
