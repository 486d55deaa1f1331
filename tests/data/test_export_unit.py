"""The export bundle: cells that a spreadsheet would run, people taken out, samples, and a bundle that is there whole or not at all.

Names, ids and texts are invented.
"""

import csv
import hashlib
import hmac
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import campaign as campaign_files
from data.build import build, reading
from data.errors import Unreadable, WrongUsage
from data.export import describe, export
from data.export.sheets import Csv, Excel, unguarded
from data.home import Home
from data.log import Log
from data.model import (
    Author,
    Claim,
    Edge,
    Gap,
    HashtagCount,
    Label,
    Membership,
    Post,
    Run,
    Sighting,
    id_for_record_without_id,
    text_sha256,
)
from data.pseudonyms import Pseudonyms
from data.tags import fold, tag_key
from data.verify import verify
from tests.command import groundswell

NOON = datetime(2024, 5, 1, 4)
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
RARE, PLAIN, OLD, SPACED = "纸鸢阿岚", "快乐", "砚台不语", "Robin Vale"
IDS = {RARE: "9000011111", PLAIN: "9000022222", "AI": "9000033333", "小红": "9000044444", SPACED: "00000000aa00000000bb0001"}


# Cells ------------------------------------------------------------------------------------------------------------------

cells = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.builds(lambda start, rest: start + rest, st.sampled_from([*FORMULA_STARTS, "'", "''", '"']), st.text(max_size=8)),
)


def written(tmp: Path, column: list[str | None]) -> tuple[str, list[str], int]:
    rows = pa.record_batch({"n": pa.array(range(len(column))), "cell": pa.array(column, pa.string())})
    sheet = Csv(tmp / "cells.csv", rows.schema)
    sheet.write(rows)
    sheet.close(whole=True)
    text = (tmp / "cells.csv").read_bytes().decode("utf-8-sig")
    return text, [row["cell"] for row in csv.DictReader(io.StringIO(text, newline=""))], sheet.guarded


@given(column=st.lists(cells, min_size=1, max_size=20))
def test_guarded_cells_come_back_and_none_would_run(tmp_path_factory, column):
    _, read, guarded = written(tmp_path_factory.mktemp("cells"), column)
    assert [unguarded(cell) for cell in read] == [cell or "" for cell in column]
    assert not any(cell.startswith(FORMULA_STARTS) for cell in read)
    assert guarded == sum(cell is not None and cell.startswith((*FORMULA_STARTS, "'")) for cell in column)


def test_not_told_is_not_the_empty_text(tmp_path):
    text, _, _ = written(tmp_path, [None, "", 'a"b,c'])
    assert text == '"n","cell"\r\n0,\r\n1,""\r\n2,"a""b,c"\r\n'


def test_a_csv_file_begins_with_a_byte_order_mark(tmp_path):
    written(tmp_path, ["x"])
    assert (tmp_path / "cells.csv").read_bytes().startswith(b"\xef\xbb\xbf")


# Pseudonyms -------------------------------------------------------------------------------------------------------------


def people(names: dict[str, str], words: tuple[str, ...] = (), home: str = "") -> Pseudonyms:
    made = Pseudonyms(lambda name: "u" + hashlib.sha256((home + name).encode()).hexdigest()[:10], words=words)
    made.learn_names((name, made.account(hashlib.sha256(id.encode()).hexdigest())) for name, id in names.items())
    made.learn_ids((id, made.account(hashlib.sha256(id.encode()).hexdigest()) or "") for id in names.values())
    return made


KNOWN = people(IDS | {OLD: "9000055555"}, words=("拒绝AI绘画",))
ONE = people({RARE: "9000011111"})
letters = st.text(st.sampled_from("云水山月abXY书画9 ，。!#/😀"), max_size=12)
names = st.sampled_from([RARE, OLD, SPACED])


@given(before=letters, name=names, after=letters)
def test_no_name_stands_as_a_whole_token(before, name, after):
    """Whole in the plainest sense: no letter or digit on either side."""
    out = KNOWN.text(f"{before} {name}，{after}")
    assert not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", out)
    assert KNOWN.name(name) in out


@given(before=letters, name=st.sampled_from([*IDS, OLD, "未曾见过的人"]), after=letters)
def test_after_at_and_in_chains_every_name_goes(before, name, after):
    for form in ("@{} ", "＠{}，", "//@{}:", "回复@{}：", "// @{}："):
        out = KNOWN.text(before + form.format(name) + after)
        assert f"@{name}" not in out.replace("＠", "@")
        assert KNOWN.name(name) in out


@given(before=letters, id=st.sampled_from(list(IDS.values())), after=letters)
def test_no_known_id_stays_anywhere(before, id, after):
    for form in ("{}", "https://weibo.com/u/{}", "https://weibo.com/{}/Nabc", "uid={}&x=1", "（{}）", "编号{}号", "x{}"):
        assert id not in KNOWN.text(f"{before} {form.format(id)} {after}")


@given(text=st.text(st.characters(exclude_characters="@＠"), max_size=60))
def test_a_text_without_people_stays_as_it_is(text):
    if RARE not in text and "9000011111" not in text:
        assert ONE.text(text) == text


@given(text=st.text(max_size=60))
def test_words_are_cut_without_loss(text):
    """Edges are counted on the dictionary's pieces: they must add up to the text."""
    assert "".join(KNOWN.dictionary.cut(text, False)) == text


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("今天很快乐", True),  # inside a run of letters an ordinary word is no one
        ("今天很 快乐！", False),  # alone it is replaced, whatever word it is
        ("小红书又出了AI功能", True),
        ("#拒绝AI绘画#", True),
        ("反对 AI 绘画", False),
        ("纸鸢阿岚丝丝", False),  # no dictionary word straddles the name's end
        ("我和 Robin Vale 都在", False),
        ("Robin Valery", True),  # another word
        ("robin vale!", False),  # in any case
    ],
)
def test_ordinary_words_stay_among_letters_and_names_go(text, stays):
    assert (KNOWN.text(text) == text) is stays


LINKED = people({"weibo": "9000066666", "lofter": "9000077777", "AI": "9000088888", "Moonlit_Otter": "9000099999"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("看https://video.weibo.com:80/show?fid=1", "看https://video.weibo.com:80/show?fid=1"),
        ("https://m.weibo.cn/detail/53?from=AI", "https://m.weibo.cn/detail/53?from={AI}"),
        ("weibo.com/n/weibo 和 www.weibo.com/n/AI?x", "weibo.com/n/{weibo} 和 www.weibo.com/n/{AI}?x"),
        ("http://ai.example.org/weibo/1#AI", "http://ai.example.org/{weibo}/1#{AI}"),
        ("https://moonlit_otter.lofter.com/post/1", "https://{Moonlit_Otter}.lofter.com/post/1"),
        ("weibo，我在 lofter 上", "{weibo}，我在 {lofter} 上"),
        ("AI.不懂", "{AI}.不懂"),
    ],
)
def test_hosts_of_links_stay_and_names_in_their_paths_go(text, left):
    assert LINKED.text(text) == re.sub("{(.+?)}", lambda name: LINKED.name(name[1]), left)


def test_the_words_of_the_campaign_stay_where_they_stand():
    made = people({"留白": "9000011111"}, words=("留白",))
    assert made.text("#留白# @留白 好") == f"#留白# @{made.name('留白')} 好"


def test_ordinary_words_are_told_by_a_rule():
    ordinary = ["快乐", "AI", "ai", "小红", "小红书", "阳光", "文明", "😀😀", "2023", "是你", "拒绝AI绘画", "抖音", "画画的人"]
    assert [name for name in ordinary if not KNOWN.ordinary(name)] == []
    told = (RARE, OLD, SPACED, "李娜", "12345678", "Zoltan77", "晒太阳的砚台", "雪鱼")
    assert [name for name in told if KNOWN.ordinary(name)] == []


def test_mentions_tell_where_a_name_ends():
    assert KNOWN.text("@云间客说得对", mentions=["云间客"]) == f"@{KNOWN.name('云间客')}说得对"
    assert "说得对" not in KNOWN.text("@云间客说得对")  # else the whole run goes


def test_stand_ins_are_of_the_account_and_differ_between_homes(tmp_path):
    here, there = Home(tmp_path / "here"), Home(tmp_path / "there")
    assert KNOWN.name(RARE) == "u" + hashlib.sha256(IDS[RARE].encode()).hexdigest()[:10]
    assert here.pseudonym("未曾见过的人") == Home(tmp_path / "here").pseudonym("未曾见过的人") != there.pseudonym("未曾见过的人")


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("雪鱼灯", "雪魚燈說得對，@雪魚燈 和 @雪鱼灯", "u1說得對，@u1 和 @u1"),
        ("畫手阿嵐", "转给画手阿岚。//@画手阿嵐：對", "转给u1。//@u1：對"),
        ("蘭蘭", "兰兰 蘭蘭 兰花", "u1 u1 兰花"),
        ("听着雨声", "聽著雨聲說得對，@聽著雨聲", "u1說得對，@u1"),
        ("隆爷", "看乾隆爷的画，和隆爺的畫", "看乾隆爷的画，和u1的畫"),
        ("吒之魔童", "我喜欢哪吒之魔童降世", "我喜欢哪吒之魔童降世"),
    ],
)
def test_a_name_goes_in_either_script_and_the_rest_stays_in_its_own(name, text, left):
    home = Pseudonyms(lambda name: "u0")
    home.learn_names([(name, "u1")])
    assert home.text(text) == left


@pytest.mark.parametrize("names", [[("白雲居", "u1"), ("白云居", "u2")], [("白云居", "u2"), ("白雲居", "u1")]])
def test_of_two_accounts_whose_names_differ_in_script_each_is_found_by_its_own(names):
    made = Pseudonyms(lambda name: f"<{name}>")
    made.learn_names(names)
    assert made.text("@白雲居 和 @白云居 说：白雲居、白云居") == "@u1 和 @u2 说：u1、u2"
    assert made.text("@白雲居") == "@u1" and made.name("白云居") == "u2"


@pytest.mark.parametrize("names", [[("Moon", "u1"), ("moon", "u2")], [("moon", "u2"), ("Moon", "u1")], [("Moon", "u1"), ("moon", None)]])
def test_a_name_that_two_bear_in_other_letters_stands_for_neither_whoever_comes_first(names):
    made = Pseudonyms(lambda name: f"<{name}>")
    made.learn_names(names)
    assert made.text("@MOON 和 Moon") == "@<moon> 和 <moon>"


def test_a_word_of_the_campaign_stays_though_an_account_is_called_so_in_the_other_script():
    made = Pseudonyms(lambda name: "u0", words=["乾坤圈"])
    made.learn_names([("干坤圈", "u1")])
    assert made.text("反对乾坤圈！ @干坤圈") == "反对乾坤圈！ @u1"


def test_a_name_of_two_accounts_stands_for_neither():
    made = people({RARE: "9000011111"})
    made.learn_names([("双生", None)])
    assert made.text("@双生 好") == f"@{made.stand_in('双生')} 好"


@pytest.mark.parametrize("text", ["İ {} 好", "{}，İİ", "@{} İ 好", "{}.A", "İ看https://weibo.com/n/{}"])
@pytest.mark.parametrize("name", ["Zoltan77", "ΝΊΚΟΣ", "İrem_9"])
@pytest.mark.parametrize("written", [str, str.upper, str.lower])
def test_a_name_goes_in_any_case_whatever_else_stands_in_the_text(text, name, written):
    """İ is two characters in lower case, and Σ another one at the end of a word than before ".A"."""
    shown = name if written is str.lower and "İ" in name else written(name)
    made = people({name: "9000011111"})
    assert made.text(text.format(shown)) == text.format(made.name(name))


@pytest.mark.parametrize("text", ["看 {}", "{}", "@{}", "回复@{}", "//@{}"])
def test_a_name_at_the_end_of_a_text_is_found_beside_a_longer_one_that_begins_alike(text):
    made = people({"砚台": "9000011111", "砚台不语的人": "9000022222"})
    assert made.text(text.format("砚台")) == text.format(made.name("砚台"))


def test_every_character_has_its_own_lower_case():
    assert [hex(code) for code in range(sys.maxunicode + 1) if len(fold(chr(code))) != 1] == []


# The bundle -------------------------------------------------------------------------------------------------------------


def post(id: str, name: str, text: str, number: int, platform: str = "weibo", home: Home | None = None, **more):
    key = {"platform": platform, "post_id": id, "run_id": "r1", "is_comment": more.pop("is_comment", False)}
    author_id, record = IDS[name], f"{id}-{number}"
    title = more.pop("title", None)
    return [
        Post(record_id=record, text=text, title=title, text_sha256=text_sha256(title, text), published_grain="minute",
             published_at=more.pop("published_at", datetime(2024, 5, 1, 4, number)), author_name=name, author_id=author_id,
             author_key=home.author_key(platform, author_id), kind=more.pop("kind", "original"),
             url=more.pop("url", f"https://weibo.com/{author_id}/Nabc"), **more, **key),
        Sighting(record_id=record, format="test", seen_at=NOON, seen_at_basis="told", likes=12000, likes_grain="rounded",
                 likes_shown="1.2万", raw_ref="r1-00000.frames#0.0.aa", extra='{"uid": "9000011111"}', **key),
        Membership(campaign="art", via="query", platform=platform, post_id=id, is_comment=key["is_comment"], run_id="r1"),
        Author(record_id=record, platform=platform, author_key=home.author_key(platform, author_id), author_id=author_id,
               seen_at_basis="told", name=name, run_id="r1"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    return make(Home(tmp_path_factory.mktemp("home")))


def make(home: Home, synthetic: bool = False) -> Home:
    file = campaign_files.new(home, "art", name="Art", hashtags=["weibo:留白"], start=None)
    file.write_text(f"synthetic = {'true' if synthetic else 'false'}\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    tags = {"hashtags": ("留白", f"{RARE}加油"), "tag_keys": ("留白", tag_key(f"{RARE}加油"))}
    rows = [
        Run(run_id="r1", source="import", campaign="art", query=f"9000011111.csv, {RARE}.csv", viewer="9000011111", started=NOON,
            synthetic=synthetic, ended=NOON, read=9, added=9, updated=0, duplicate=0, quarantined=0, version="0"),
        *post("5000000000000001", RARE, f"=1+1 我是{RARE}", 1, home=home, **tags),
        *post("5000000000000002", PLAIN, f"今天很快乐 @{RARE} 见 https://weibo.com/u/9000011111", 2, home=home, mentions=(RARE,)),
        *post("5000000000000003", "AI", f"说得对//@{PLAIN}:小红书的AI绘画//@{RARE}：'引号", 3, home=home, kind="repost",
              parent_id="5000000000000001", root_id="5000000000000001"),
        *post("5000000000000004", "小红", f"{SPACED} 你好，\r\n第二行 \"引\" 9000033333", 4, home=home, is_comment=True,
              kind="comment", parent_id="5000000000000001"),
        *post("00000000aa00000000cc0001", SPACED, f"{OLD}从前叫这个", 5, "xiaohongshu", home, title=f"给{RARE}的画", url=None),
        Author(record_id="old", platform="weibo", author_key=home.author_key("weibo", IDS[RARE]), author_id=IDS[RARE],
               seen_at_basis="import", name=OLD, run_id="r1"),
        HashtagCount(record_id="h1", platform="weibo", tag="留白", tag_key="留白", seen_at=NOON, seen_at_basis="told", views=35_000_000,
                     views_grain="rounded", source="test", run_id="r1"),
        Gap(campaign="art", platform="weibo", query=f"@{RARE}", starts_at=NOON, ends_at=NOON, reason="capped", reported=0, run_id="r1"),
        Label(text_sha256=text_sha256(None, f"=1+1 我是{RARE}"), kind="stance", target="AI绘画", value="against",
              probabilities={"against": 0.75, "favour": 0.25}, coder=RARE, labelled_at=NOON, run_id="r1"),
    ]  # fmt: skip
    Log(home.log).append_rows(rows)
    build(home)
    return home


def sheet(folder: Path, name: str) -> list[dict[str, str]]:
    with open(folder / name, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def whole(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8-sig") for path in sorted(folder.iterdir()))


@pytest.fixture(scope="module")
def bundle(home, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("out") / "bundle"
    told = export(home, "art", out)
    assert told["rows"] == 5
    assert told["files"] == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}
    return out


def test_the_files_are_those_of_the_interface(bundle):
    assert {path.name for path in bundle.iterdir()} == {
        "posts.csv", "hashtag_counts.csv", "sightings.csv", "labels.csv", "codebook.csv", "query.json", "completeness.csv",
        "README.txt", "datapackage.json", "manifest.sha256",
    }  # fmt: skip


def test_no_id_and_no_name_in_any_file(bundle):
    text = whole(bundle)
    assert [id for id in IDS.values() if id in text] == []
    assert [name for name in (RARE, OLD, SPACED) if name in text] == []
    assert [name for name in IDS if f"@{name}" in text] == []


def test_the_same_stand_in_as_author_after_at_in_chains_in_text_and_tags(bundle):
    rows = {row["post_key"]: row for row in sheet(bundle, "posts.csv")}
    author = rows["weibo:5000000000000001"]["author"]
    assert author == "u" + rows["weibo:5000000000000001"]["author_key"][:10]
    assert rows["weibo:5000000000000001"]["text"] == f"'=1+1 我是{author}"
    assert json.loads(rows["weibo:5000000000000001"]["hashtags"]) == ["留白", f"{author}加油"]
    plain = rows["weibo:5000000000000002"]["author"]
    assert rows["weibo:5000000000000002"]["text"] == f"今天很快乐 @{author} 见 https://weibo.com/u/{author}"
    assert json.loads(rows["weibo:5000000000000002"]["mentions"]) == [author]
    assert rows["weibo:5000000000000003"]["text"] == f"说得对//@{plain}:小红书的AI绘画//@{author}：'引号"
    note = rows["xiaohongshu:00000000aa00000000cc0001"]
    assert (note["title"], note["text"]) == (f"给{author}的画", f"{author}从前叫这个")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["紙鳶畫師", "ＺｏｌｔａｎＶａｌｅ", "纸鸢岚[话题]", "Zoltan77"])
def test_keys_of_hashtags_name_no_one_either(tmp_path, monkeypatch, name):
    """A key is in simplified characters, of half width and in lower case; the names are as people write them."""
    monkeypatch.setitem(IDS, name, "9000066666")
    home = make(Home(tmp_path / "home"))
    tags = {"hashtags": (name, "留白"), "tag_keys": (tag_key(name), "留白")}
    counted = {"platform": "weibo", "seen_at": NOON, "seen_at_basis": "told", "source": "test", "run_id": "r1"}
    Log(home.log).append_rows([
        *post("5000000000000008", name, "画了一张", 8, home=home, **tags),
        HashtagCount(record_id="h2", tag=f"{name}加油", tag_key=tag_key(f"{name}加油"), **counted),
        HashtagCount(record_id="h3", topic_id="1022:1", **counted),
        *(Claim(campaign="art", claimed=record, run_id="r1") for record in ("h2", "h3")),
    ])  # fmt: skip
    build(home)
    export(home, "art", tmp_path / "out")
    assert tag_key(name) not in whole(tmp_path / "out")
    [row] = [row for row in sheet(tmp_path / "out", "posts.csv") if row["post_id"].endswith("8")]
    assert json.loads(row["hashtags"]) == json.loads(row["tag_keys"]) == [row["author"], "留白"]
    counts = [(row["tag"], row["tag_key"]) for row in sheet(tmp_path / "out", "hashtag_counts.csv")]
    assert sorted(counts) == sorted([("留白", "留白"), (f"{row['author']}加油", f"{row['author']}加油"), ("", "")])
    export(home, "art", tmp_path / "verbatim", text="verbatim")
    [row] = [row for row in sheet(tmp_path / "verbatim", "posts.csv") if row["post_id"].endswith("8")]
    assert json.loads(row["tag_keys"]) == [tag_key(name), "留白"]


def test_first_column_is_the_key_and_comments_have_their_own(bundle):
    rows = sheet(bundle, "posts.csv")
    assert next(iter(rows[0])) == "post_key"
    assert [row["post_key"] for row in rows] == [
        "weibo:5000000000000001", "weibo:5000000000000002", "weibo:5000000000000003", "weibo:comment:5000000000000004",
        "xiaohongshu:00000000aa00000000cc0001",
    ]  # fmt: skip
    assert rows[3]["parent_key"] == "weibo:5000000000000001"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "key"),
    [
        ([True], "weibo:comment:5000000000000004"),
        ([False], "weibo:5000000000000004"),
        ([None], "weibo:5000000000000004"),
        ([], "weibo:5000000000000004"),
        ([False, True, None], "weibo:comment:5000000000000004"),  # who did not see the answer takes it to be on the post
    ],
)
def test_the_parent_of_a_reply_has_its_own_key(tmp_path, told, key):
    """Comments share number spaces with posts: only what the record said tells which of the two it answers."""
    home = make(Home(tmp_path / "home"))
    parent, reply = "5000000000000004", {"from_is_comment": True, "from_id": "5000000000000008", "platform": "weibo", "kind": "reply"}
    Log(home.log).append_rows([
        *post("5000000000000008", PLAIN, "同意", 8, home=home, is_comment=True, parent_id=parent, root_id="5000000000000001"),
        *(Edge(record_id=f"e{n}", to_is_comment=of, to_id=parent, evidence="api", run_id="r1", **reply) for n, of in enumerate(told)),
        Edge(record_id="e9", to_is_comment=True, to_id="5000000000000007", evidence="api", run_id="r1", **reply),
    ])  # fmt: skip
    build(home)
    rows = {row["post_key"]: row for row in export_rows(home, tmp_path / "out")}
    assert rows["weibo:comment:5000000000000008"]["parent_key"] == key
    assert rows["weibo:comment:5000000000000008"]["root_key"] == "weibo:5000000000000001"
    assert rows["weibo:5000000000000003"]["parent_key"] == "weibo:5000000000000001"
    assert rows["weibo:5000000000000002"]["parent_key"] == ""


def test_addresses_name_no_one(bundle):
    assert [row["url"] for row in sheet(bundle, "posts.csv")] == [
        "https://m.weibo.cn/detail/5000000000000001", "https://m.weibo.cn/detail/5000000000000002",
        "https://m.weibo.cn/detail/5000000000000003", "", "https://www.xiaohongshu.com/explore/00000000aa00000000cc0001",
    ]  # fmt: skip


def test_times_are_told_in_utc_and_in_the_zone(bundle):
    first = sheet(bundle, "posts.csv")[0]
    assert first["published_at"] == "2024-05-01T04:01:00Z"
    assert first["published_at_local"] == "2024-05-01T12:01:00+08:00"
    assert first["day"] == "2024-05-01"


def test_counts_keep_grain_and_wording_and_what_is_not_told_is_empty(bundle):
    first = sheet(bundle, "sightings.csv")[0]
    assert (first["likes"], first["likes_grain"], first["likes_shown"]) == ("12000", "rounded", "1.2万")
    assert first["reposts"] == ""


def test_the_share_of_what_nobody_reported_is_unknown(bundle):
    [gap] = [row for row in sheet(bundle, "completeness.csv") if row["what"] == "gap"]
    assert (gap["reported"], gap["share"]) == ("0", "")


ROUNDED, EXACT = "rounded", "exact"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("readings", "told"),
    [
        ([(12_000, ROUNDED), (13_000, ROUNDED)], []),
        ([(12_000, EXACT), (13_000, "at_least")], []),
        ([(12_000, None), (13_000, None)], []),
        ([(0, ROUNDED), (10, EXACT), (14, EXACT), (1_000, ROUNDED)], [("4", "2", "0.5")]),
        ([(12_000, EXACT), (11_998, EXACT)], [("-2", "2", "")]),
        ([(12_000, EXACT), (12_000, EXACT)], [("0", "2", "")]),
        ([(12_000, EXACT), (12_001, EXACT)], [("1", "2", "")]),
        ([(12_000, EXACT), (12_002, EXACT)], [("2", "2", "1")]),
    ],
)
def test_a_share_is_told_of_exact_counters_that_rose_by_no_less(tmp_path, readings, told):
    home = make(Home(tmp_path / "home"))
    tagged = {"home": home, "hashtags": ("留白",), "tag_keys": ("留白",)}
    counted = [
        HashtagCount(record_id=f"c{n}", platform="weibo", tag="留白", tag_key="留白", seen_at=NOON.replace(hour=10 + n),
                     seen_at_basis="told", originals=value, originals_grain=grain, source="test", run_id="r1")
        for n, (value, grain) in enumerate(readings)
    ]  # fmt: skip
    posts = [row for n in (8, 9) for row in post(f"500000000000000{n}", PLAIN, f"第{n}", n, published_at=NOON.replace(hour=11), **tagged)]
    Log(home.log).append_rows([*counted, *posts])
    build(home)
    export(home, "art", tmp_path / "out")
    rows = [row for row in sheet(tmp_path / "out", "completeness.csv") if row["what"] == "hashtag"]
    assert [(row["reported"], row["collected"], row["share"]) for row in rows] == told


def test_every_column_of_every_file_is_explained(bundle):
    told = sheet(bundle, "codebook.csv")
    there = {(file.name, column) for file in bundle.glob("*.csv") for column in sheet_columns(file)}
    assert {(row["file"], row["column"]) for row in told} == there
    assert all(row["meaning"] and row["type"] and row["source"] for row in told)
    assert "use post_key" in next(row["note"] for row in told if row["column"] == "post_id")


def sheet_columns(file: Path) -> list[str]:
    with open(file, encoding="utf-8-sig", newline="") as opened:
        return next(csv.reader(opened))


def test_the_data_package_tells_hash_size_and_columns(bundle):
    told = json.loads((bundle / "datapackage.json").read_text())
    for resource in told["resources"]:
        file = bundle / resource["path"]
        assert resource["hash"] == "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
        assert resource["bytes"] == file.stat().st_size
        assert [field["name"] for field in resource["schema"]["fields"]] == sheet_columns(file)


def test_cells_that_excel_cuts_are_noted_per_file(tmp_path):
    home = make(Home(tmp_path / "home"))
    long = "画" * 32_768
    Log(home.log).append_rows(
        [*post("5000000000000008", PLAIN, long, 8, home=home), *post("5000000000000009", PLAIN, long[1:], 9, home=home)]
    )
    build(home)
    out = tmp_path / "out"
    assert groundswell(home.path, "export", "--campaign", "art", "--out", out, "--format", "csv,xlsx").err == (
        f"{out / 'posts.xlsx'}: 1 cells are cut at the 32,767 characters that Excel holds; csv holds all\n"
    )
    assert export(home, "art", out, formats=("csv", "xlsx"))["cut_cells"] == {"posts.xlsx": 1}
    header, *rows = openpyxl.load_workbook(out / "posts.xlsx").active.iter_rows(values_only=True)
    assert sorted(len(row[header.index("text")]) for row in rows)[-2:] == [32_767, 32_767]
    assert json.loads((out / "query.json").read_text())["cut_cells"] == {
        "posts.xlsx": 1, "sightings.xlsx": 0, "labels.xlsx": 0, "hashtag_counts.xlsx": 0
    }  # fmt: skip
    resources = {told["path"]: told.get("cut_cells") for told in json.loads((out / "datapackage.json").read_text())["resources"]}
    assert (resources["posts.xlsx"], resources["labels.xlsx"], resources["posts.csv"]) == (1, 0, None)
    assert "what is beyond is CUT: 1 cells of posts.xlsx." in (out / "README.txt").read_text()
    noted = {(row["file"], row["column"]) for row in sheet(out, "codebook.csv") if "32,767" in row["note"]}
    assert ("posts.xlsx", "text") in noted and all(file.endswith(".xlsx") for file, _ in noted)


def test_a_bundle_without_excel_says_nothing_of_its_cells(bundle, home, tmp_path):
    assert json.loads((bundle / "query.json").read_text())["cut_cells"] == {} and "32,767" not in whole(bundle)
    assert groundswell(home.path, "export", "--campaign", "art", "--out", tmp_path / "out", "--format", "xlsx").err == ""
    assert "what is beyond is CUT: none here." in (tmp_path / "out" / "README.txt").read_text()


def test_guarded_cells_are_noted_per_file(bundle):
    assert json.loads((bundle / "query.json").read_text())["guarded_cells"]["posts.csv"] == 1
    assert "1 cells of posts.csv" in (bundle / "README.txt").read_text()


def test_formats_hold_the_same(home, tmp_path):
    export(home, "art", tmp_path / "b", formats=("csv", "parquet", "jsonl", "xlsx"))
    rows = sheet(tmp_path / "b", "posts.csv")
    parquet = pq.read_table(tmp_path / "b" / "posts.parquet")
    lines = [json.loads(line) for line in (tmp_path / "b" / "posts.jsonl").read_text().splitlines()]
    cells = list(openpyxl.load_workbook(tmp_path / "b" / "posts.xlsx")["posts"].values)
    assert [unguarded(row["text"]) for row in rows] == parquet["text"].to_pylist() == [line["text"] for line in lines]
    assert parquet["hashtags"].to_pylist()[0] == lines[0]["hashtags"] == json.loads(rows[0]["hashtags"])
    assert str(parquet.schema.field("published_at").type) == "timestamp[us, tz=UTC]"
    assert [str(row[cells[0].index("post_id")]) for row in cells[1:]] == parquet["post_id"].to_pylist()
    assert cells[1][cells[0].index("text")].startswith("=1+1")  # a text, not a formula
    sheet_of = openpyxl.load_workbook(tmp_path / "b" / "posts.xlsx")["posts"]
    assert sheet_of.cell(2, cells[0].index("text") + 1).data_type == "s"


def test_identities_and_texts_only_when_asked(home, tmp_path):
    export(home, "art", tmp_path / "ids", with_identities=True)
    first = sheet(tmp_path / "ids", "posts.csv")[0]
    assert (first["author_id"], first["author_name"]) == (IDS[RARE], RARE)
    assert first["url"] == f"https://weibo.com/{IDS[RARE]}/Nabc" and RARE not in first["text"]
    export(home, "art", tmp_path / "verbatim", text="verbatim")
    verbatim = sheet(tmp_path / "verbatim", "posts.csv")[0]
    assert verbatim["text"] == f"'=1+1 我是{RARE}" and "author_name" not in verbatim
    assert verbatim["url"] == "https://m.weibo.cn/detail/5000000000000001"
    export(home, "art", tmp_path / "none", text="none")
    assert not {"text", "title"} & set(sheet(tmp_path / "none", "posts.csv")[0])
    assert RARE not in whole(tmp_path / "none")


def with_made_ids(folder: Path) -> tuple[Home, str, str]:
    """A home with a post and a comment on it to which their file gives no ids, and the ids that were made."""
    home = make(Home(folder))
    of_post = id_for_record_without_id("weibo", IDS[RARE], "2024-05-01T04:08:00", "没有编号")
    of_comment = id_for_record_without_id("weibo", IDS[PLAIN], "2024-05-01T04:09:00", "支持", comment_on=of_post)
    answers = {"is_comment": True, "parent_id": of_post, "root_id": of_post}
    told = {"kind": "emotion", "value": "happy", "probabilities": {"happy": 1.0}, "labelled_at": NOON, "run_id": "r1"}
    Log(home.log).append_rows([
        *post(of_post, RARE, "没有编号", 8, home=home), *post(of_comment, PLAIN, "支持", 9, home=home, **answers),
        Label(text_sha256=text_sha256(None, "支持"), **told),
    ])  # fmt: skip
    build(home)
    return home, of_post, of_comment


def test_made_ids_cannot_be_undone_by_trying(tmp_path):
    """They are hashes of what stands beside them and of the account's id, which has few digits."""
    home, of_post, of_comment = with_made_ids(tmp_path / "home")
    out = tmp_path / "out"
    export(home, "art", out, formats=("csv", "jsonl"), text="verbatim")
    shown_post, shown_comment = ("x" + hmac.digest(home.key, f"id\x1f{id}".encode(), "sha256").hex() for id in (of_post, of_comment))
    records = {f"{of_post}-8", f"{of_comment}-9", "5000000000000001-1", "h1"}
    assert [told for told in (of_post, of_comment, *records) if told in whole(out)] == []
    rows = {row["post_key"]: row for row in sheet(out, "posts.csv")}
    comment = rows[f"weibo:comment:{shown_comment}"]
    assert (comment["post_id"], comment["text"]) == (shown_comment, "支持")
    assert comment["parent_key"] == comment["root_key"] == f"weibo:{shown_post}" in rows
    assert {row["post_key"] for row in sheet(out, "sightings.csv")} == set(rows)
    assert [row["post_key"] for row in sheet(out, "labels.csv") if row["kind"] == "emotion"] == [comment["post_key"]]
    seen = {row["post_key"]: row["record_id"] for row in sheet(out, "sightings.csv")}
    kept = hmac.digest(home.key, b"record\x1f5000000000000001-1", "sha256").hex()[:32]
    assert (rows["weibo:5000000000000001"]["post_id"], seen["weibo:5000000000000001"]) == ("5000000000000001", kept)
    assert [row["post_key"] for row in sheet(out, "sightings.csv")] == sorted(seen)  # in no order that tells of what was keyed
    export(home, "art", tmp_path / "again", sample=7)
    assert {row["post_key"]: row["record_id"] for row in sheet(tmp_path / "again", "sightings.csv")} == seen


def test_made_ids_are_as_they_were_made_beside_account_ids(tmp_path):
    home, of_post, of_comment = with_made_ids(tmp_path / "home")
    export(home, "art", tmp_path / "out", with_identities=True)
    rows = {row["post_key"]: row for row in sheet(tmp_path / "out", "posts.csv")}
    assert rows[f"weibo:comment:{of_comment}"]["parent_key"] == f"weibo:{of_post}"
    assert rows[f"weibo:{of_post}"]["post_id"] == of_post
    seen = {row["post_key"]: row["record_id"] for row in sheet(tmp_path / "out", "sightings.csv")}
    assert (seen[f"weibo:{of_post}"], seen["weibo:5000000000000001"]) == (f"{of_post}-8", "5000000000000001-1")


def test_windows_are_days_of_the_zone(home, tmp_path):
    assert export(home, "art", tmp_path / "a", since=date(2024, 5, 1), until=date(2024, 5, 2))["rows"] == 5
    assert export(home, "art", tmp_path / "b", until=date(2024, 5, 1))["rows"] == 0
    assert export(home, "art", tmp_path / "c", since=datetime(2024, 5, 1, 4, 2), until=datetime(2024, 5, 1, 4, 4))["rows"] == 2
    assert export(home, "art", tmp_path / "d", platforms=("xiaohongshu",))["rows"] == 1
    assert verify(tmp_path / "b")["ok"]


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, None, "of all times"),
        (date(2024, 4, 30), date(2024, 5, 3), "from 2024-04-30 to 2024-05-02"),
        (date(2024, 4, 30), None, "from 2024-04-30"),
        (None, date(2024, 5, 2), "to 2024-05-01"),
        (datetime(2024, 5, 1, 4), datetime(2024, 5, 2), "from 2024-05-01T04:00:00 up to 2024-05-02T00:00:00 (not included)"),
    ],
)
def test_a_citation_says_the_last_day_that_is_in_it_and_what_the_records_are(home, tmp_path, since, until, said):
    done = export(home, "art", tmp_path / "out", since=since, until=until)
    kinds = Counter(row["class"] for row in sheet(tmp_path / "out", "posts.csv"))
    assert done["classes"] == {"post": 4, "repost": 0, "comment": 1} == {"repost": 0, **kinds}
    written = " ".join((tmp_path / "out" / "README.txt").read_text("utf-8").split())
    assert "Records 5: 4 posts, 0 bare reposts, 1 comment " in written
    assert f"5 records (4 posts, 0 bare reposts, 1 comment), {said}, of all platforms, exported" in written


def test_a_part_is_cited_as_a_part(home, tmp_path):
    """Who reads the citation learns that more of the campaign was collected than is here."""
    export(home, "art", tmp_path / "a", platforms=("weibo",))
    export(home, "art", tmp_path / "b", sample=2, seed=7)
    for folder, records, chosen in (
        ("a", "4 of 5", "of all times, only of weibo"),
        ("b", "2 of 5", "of all times, of all platforms, a random sample of at most 2 (seed 7)"),
    ):
        written = " ".join((tmp_path / folder / "README.txt").read_text("utf-8").split())
        assert f"Records {records}: " in written and f"Chosen {chosen} Texts" in written
        assert f"{records} records (" in written and f"), {chosen}, exported" in written
        assert json.loads((tmp_path / folder / "query.json").read_bytes())["posts"]["in_campaign"] == 5


def test_a_workbook_holds_signs_that_xml_forbids_and_counts_as_excel_does(tmp_path):
    table = pa.table({"text": ["b\x0bc", "_x0041_", "a\tb\n_c", "😀" * 20_000]})
    written = Excel(tmp_path / "posts.xlsx", table.schema)
    written.write(table.to_batches()[0])
    written.close(whole=True)
    read = [row[0] for row in openpyxl.load_workbook(tmp_path / "posts.xlsx").active.iter_rows(min_row=2, values_only=True)]
    assert read[:2] == ["b_x000B_c", "_x005F_x0041_"]  # which a spreadsheet shows as they were (ISO/IEC 29500, ST_Xstring)
    assert read[2] == "a\tb\n_c" and len(read[3].encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert written.cut == 1


@pytest.mark.parametrize("seed", [0, 7])
def test_a_sample_is_drawn_by_hash(home, tmp_path, seed):
    keys = [row["post_key"] for row in export_rows(home, tmp_path / "all")]
    drawn = {row["post_key"] for row in export_rows(home, tmp_path / "some", sample=2, seed=seed)}
    expected = sorted(keys, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).hexdigest())[:2]
    assert drawn == set(expected)
    assert {row["post_key"] for row in sheet(tmp_path / "some", "sightings.csv")} == drawn


def export_rows(home: Home, out: Path, **asked) -> list[dict[str, str]]:
    export(home, "art", out, **asked)
    return sheet(out, "posts.csv")


def test_verify_finds_what_is_missing_changed_or_extra(home, tmp_path):
    out = tmp_path / "bundle"
    export(home, "art", out)
    assert verify(out) == {"ok": True, "checked": 9, "problems": [], "redacted": 0}
    assert verify(out / "manifest.sha256")["ok"]
    (out / "labels.csv").unlink()
    (out / "posts.csv").write_bytes((out / "posts.csv").read_bytes() + b" ")
    (out / "note.txt").write_text("mine")
    told = verify(out)
    assert not told["ok"]
    assert told["problems"] == ["labels.csv: missing", "posts.csv: changed", "note.txt: not of the bundle"]
    with pytest.raises(Unreadable, match="no export bundle"):
        verify(tmp_path)


def test_an_earlier_bundle_gives_way_and_nothing_else_does(home, tmp_path):
    out = tmp_path / "bundle"
    export(home, "art", out, formats=("csv", "jsonl"))
    export(home, "art", out)
    assert verify(out)["ok"] and not (out / "posts.jsonl").exists()
    (out / "note.txt").write_text("mine")
    with pytest.raises(WrongUsage, match="note.txt"):
        export(home, "art", out)
    assert (out / "note.txt").read_text() == "mine"
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    with pytest.raises(WrongUsage, match="letter.txt"):
        export(home, "art", other)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(WrongUsage, match="is a file"):
        export(home, "art", tmp_path / "file")


@pytest.mark.parametrize("named", ["posts.csv", "README.txt"])
def test_work_in_an_earlier_bundle_is_not_written_over(home, tmp_path, named):
    out = tmp_path / "bundle"
    export(home, "art", out)
    with open(out / named, "ab") as file:
        file.write("我的编码\r\n".encode())
    mine = (out / named).read_bytes()
    with pytest.raises(WrongUsage, match=f"{named} changed since the export.*give another --out"):
        export(home, "art", out)
    assert (out / named).read_bytes() == mine and list(tmp_path.iterdir()) == [out]
    (out / named).unlink()
    export(home, "art", out)  # nothing of what is gone can be lost
    assert verify(out)["ok"]


def test_a_folder_under_the_name_of_a_file_is_not_written_over(home, tmp_path):
    out = tmp_path / "bundle"
    export(home, "art", out)
    (out / "posts.csv").unlink()
    (out / "posts.csv").mkdir()
    with pytest.raises(WrongUsage, match="posts.csv changed"):
        export(home, "art", out)


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini"])
def test_what_a_file_manager_leaves_in_a_bundle_is_no_fault_of_it(home, tmp_path, name):
    out = tmp_path / "bundle"
    out.mkdir()
    for _ in range(2):  # into an empty folder, and over a bundle
        (out / name).write_bytes(b"\0")
        export(home, "art", out)
        (out / name).write_bytes(b"\0")
        assert verify(out) == {"ok": True, "checked": 9, "problems": [], "redacted": 0}
    (out / f"{name}.txt").write_text("mine")
    assert verify(out)["problems"] == [f"{name}.txt: not of the bundle"]
    (out / f"{name}.txt").rename(out / name)
    (out / name).unlink()
    (out / name).mkdir()
    assert verify(out)["problems"] == [f"{name}: not of the bundle"]
    with pytest.raises(WrongUsage, match="holds other things"):
        export(home, "art", out)


def test_an_export_that_fails_leaves_everything_as_it_was(home, tmp_path, monkeypatch):
    out = tmp_path / "bundle"
    before = export(home, "art", out)["files"]

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(describe, "readme", full)
    with pytest.raises(OSError, match="No space"):
        export(home, "art", out)
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()} == before
    assert list(tmp_path.iterdir()) == [out]


def test_an_export_beside_a_reader_of_the_same_process_has_its_own_room(home, tmp_path):
    """A page that has spilled once: where to spill cannot be changed any more, and what it may keep in memory is little."""
    with reading(home) as page:
        page.execute("set memory_limit = '60MB'").fetchall()
        page.execute("select count(*) from (select md5(range::varchar) as h from range(2000000) order by h limit 1900000)").fetchall()
        with pytest.raises(duckdb.NotImplementedException):
            page.execute("set temp_directory = ?", [str(tmp_path)])
        room = page.execute("select current_setting('memory_limit')").fetchall()
        assert export_rows(home, tmp_path / "out") and verify(tmp_path / "out")["ok"]
        assert page.execute("select current_setting('memory_limit')").fetchall() == room


def test_what_a_killed_export_left_is_cleared_away(home, tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    killed, living = (tmp_path / f".bundle-{pid}-0123abcd.part" for pid in (gone.pid, os.getpid()))
    mine = tmp_path / ".bundle-of-mine"
    for folder in (killed, living, mine):
        folder.mkdir()
    export(home, "art", tmp_path / "bundle")
    assert (killed.exists(), living.exists(), mine.exists()) == (False, True, True)


def test_wrong_wishes_are_refused(home, tmp_path):
    for wish in ({"formats": ("ods",)}, {"text": "all"}, {"sample": 0}, {"formats": ()}):
        with pytest.raises(WrongUsage):
            export(home, "art", tmp_path / "b", **wish)
    for platform, said in [
        ("wiebo", "unknown platform 'wiebo', is 'weibo' meant"), ("Weibo", "is 'weibo' meant"), ("weibo,xiaohongshu", "unknown platform"),
        ("bilibili", r"unknown platform 'bilibili' \(known: weibo, xiaohongshu\)"), ("", "unknown platform ''"),
    ]:  # fmt: skip
        with pytest.raises(WrongUsage, match=said):
            export(home, "art", tmp_path / "b", platforms=("weibo", platform))
    with pytest.raises(WrongUsage, match="no campaign"):
        export(home, "nothing", tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_platforms_are_known_that_the_campaign_names_or_has_posts_of(tmp_path):
    home = make(Home(tmp_path / "home"))
    Log(home.log).append_rows(post("BV1invented", PLAIN, "片子", 8, "bilibili", home))
    build(home)
    assert export(home, "art", tmp_path / "bilibili", platforms=("bilibili",))["rows"] == 1
    file = campaign_files.find(home, "art").path
    file.write_text(file.read_text(encoding="utf-8") + 'douyin = ["留白"]\n', encoding="utf-8")
    assert export(home, "art", tmp_path / "douyin", platforms=("douyin",))["rows"] == 0
    with pytest.raises(WrongUsage, match="unknown platform 'zhihu'"):
        export(home, "art", tmp_path / "zhihu", platforms=("zhihu",))


def test_an_invented_campaign_is_marked_in_every_file(tmp_path):
    home = make(Home(tmp_path / "home"), synthetic=True)
    out = tmp_path / "out"
    export(home, "art", out)
    for file in ("posts", "sightings", "labels", "hashtag_counts", "completeness"):
        assert {row["synthetic"] for row in sheet(out, f"{file}.csv")} == {"true"}, file
    assert "SYNTHETIC" in (out / "README.txt").read_text()
    assert json.loads((out / "datapackage.json").read_text())["synthetic"] is True
    assert json.loads((out / "query.json").read_text())["synthetic"] is True


@pytest.mark.slow
@pytest.mark.parametrize("built", [False, True])
def test_invented_rows_are_told_whatever_the_campaign_file_says_by_now(tmp_path, built):
    home = make(Home(tmp_path / "home"), synthetic=True)
    file = campaign_files.find(home, "art").path
    file.write_text(file.read_text(encoding="utf-8").replace("synthetic = true\n", ""), encoding="utf-8")
    if built:
        build(home)
    out = tmp_path / "out"
    export(home, "art", out, platforms=("xiaohongshu",))
    assert [row["synthetic"] for row in sheet(out, "posts.csv")] == ["true"]
    assert {row["synthetic"] for row in sheet(out, "codebook.csv")} == {"true"}
    assert "YES: invented, not collected" in (out / "README.txt").read_text()
    package = json.loads((out / "datapackage.json").read_text())
    assert package["synthetic"] and all(resource["synthetic"] for resource in package["resources"])
    assert json.loads((out / "query.json").read_text())["synthetic"] is True


def test_counters_are_those_that_the_pages_show(tmp_path):
    """Those that somebody imported for the campaign too, and none of an invented one that names the same hashtag."""
    home = make(Home(tmp_path / "home"))
    campaign_files.new(home, "other", name="Other", hashtags=[], start=None)
    key = {"platform": "weibo", "tag": "留白", "tag_key": "留白", "seen_at": NOON, "seen_at_basis": "told", "source": "test"}
    Log(home.log).append_rows([
        Claim(campaign="other", claimed="h1", run_id="r1"), HashtagCount(record_id="h2", run_id="invented", views=1, **key),
        Run(run_id="invented", source="demo", campaign="demo", synthetic=True, started=NOON, ended=NOON, version="0"),
    ])  # fmt: skip
    build(home)
    for campaign in ("art", "other"):
        export(home, campaign, tmp_path / campaign, with_identities=True)
        assert [row["record_id"] for row in sheet(tmp_path / campaign, "hashtag_counts.csv")] == ["h1"]


def test_each_label_names_the_model_that_made_it(tmp_path):
    """One model may make one kind of label, and another the others."""
    home = make(Home(tmp_path / "home"))
    told = {"text_sha256": text_sha256(None, f"=1+1 我是{RARE}"), "version": "1", "labelled_at": NOON, "run_id": "r1"}
    said = (("ours", "emotion", "angry", None), ("ours", "stance", "against", "AI绘画"), ("theirs", "sentiment", "negative", None))
    Log(home.log).append_rows(
        Label(kind=kind, value=value, target=target, probabilities={value: 1.0}, model=model, **told) for model, kind, value, target in said
    )
    build(home)
    export(home, "art", tmp_path / "out")
    [row] = [row for row in sheet(tmp_path / "out", "posts.csv") if row["emotion"]]
    assert (row["emotion_model"], row["sentiment_model"]) == ("ours 1", "theirs 1")
    models = json.loads((tmp_path / "out" / "query.json").read_text())["versions"]["models"]
    assert models == {"ours 1": ["emotion", "stance"], "theirs 1": ["sentiment"]}
