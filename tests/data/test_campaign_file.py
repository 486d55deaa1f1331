"""The campaign that ships: every event and figure has a source, the real series is whole, and its rules find what they should."""

import re
import tomllib
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import data.campaign
from collectors.formats import formats
from data.build import build, reading
from data.campaign import PLATFORMS, SHIPPED, campaigns, read
from data.errors import WrongUsage
from data.home import Home
from data.log import Log
from data.model import Post, Run, Sighting, text_sha256
from tests.command import groundswell

NOON = datetime(2023, 8, 20, 4)
SERIES = SHIPPED / "no-to-ai-images.hot-search.parquet"


@pytest.fixture(scope="module")
def campaign():
    return read(SHIPPED / "no-to-ai-images.toml")


@pytest.fixture(scope="module")
def titles():
    return pq.read_table(SERIES).to_pylist()


def test_what_a_new_campaign_is_told_to_add_is_sound(tmp_path):
    said = groundswell(tmp_path, "campaign", "new", "ours", "--hashtag", "weibo:停更", "--start", "2024-05-01", json=False).out
    file = tmp_path / "campaigns" / "ours.toml"
    assert said.startswith(f"Made {file}\n")
    example = said[said.index("[[") : said.index("\n\nand then")]
    file.write_text(file.read_text(encoding="utf-8") + example, encoding="utf-8")
    added = read(file)
    assert added.targets == [("AI绘画", "against")] and added.told["slogans"] == [{"text": "先问再用"}]
    assert added.hashtags == [("weibo", "停更")] and groundswell(tmp_path, "campaign", "check", file).status == 0


def test_a_file_that_an_editor_of_windows_saved_with_its_mark_is_read(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text('id = "x"\nname = "画"\n', encoding="utf-8-sig")
    assert groundswell(tmp_path, "campaign", "check", file).status == 0


def test_a_key_that_no_page_shows_is_named_by_the_check(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text('id = "x"\nname = "X"\nbanners = ["a.png"]\n[[milestones]]\nwhat = "posts"\nvalue = 5\n', encoding="utf-8")
    said = groundswell(tmp_path, "campaign", "check", file, json=False).out
    assert said.splitlines()[1:] == [f"{key}: kept, but no page shows it yet" for key in ("banners", "milestones")]
    assert groundswell(tmp_path, "campaign", "check", file).json["not_shown"] == ["banners", "milestones"]
    file.write_text('id = "x"\nname = "X"\n', encoding="utf-8")
    assert groundswell(tmp_path, "campaign", "check", file, json=False).out == f"{file}: x is fine\n"


def test_it_is_real_and_dated_in_china(campaign):
    assert campaign.id == "no-to-ai-images" and not campaign.synthetic
    assert campaign.zone.key == "Asia/Shanghai"
    assert campaign.start == datetime(2023, 7, 29, 16)


def test_only_the_sourced_campaign_ships():
    assert [path.stem for path in SHIPPED.glob("*.toml")] == ["no-to-ai-images"]


def test_every_event_names_its_publisher_and_both_languages(campaign):
    for event in campaign.told["events"]:
        assert event["publisher"] and event["title"] and event["title_zh"], event
        assert event.get("url", "https://").startswith(("https://", "http://"))


def test_the_days_that_the_sources_tell(campaign):
    days = {(event["kind"], event["at"]) for event in campaign.told["events"]}
    assert {
        ("trigger", date(2023, 7, 30)),
        ("rule", date(2023, 8, 15)),
        ("press", date(2023, 9, 28)),
        ("lawsuit", date(2023, 1, 13)),
        ("lawsuit", date(2023, 2, 3)),
        ("parallel", date(2023, 5, 2)),
        ("parallel", date(2023, 7, 14)),
    } <= days
    assert {event["status"] for event in campaign.told["events"] if event["kind"] == "demand"} == {"open"}


def test_quoted_figures_carry_value_shown_publisher_and_day(campaign):
    figures = {quoted["shown"]: (quoted.get("value"), quoted["at"]) for quoted in campaign.told["quoted"]}
    assert figures == {
        "more than 35 million": (35_000_000, date(2023, 9, 28)),
        "hundreds of artists": (None, date(2023, 9, 28)),
        "260 million": (260_000_000, date(2023, 9, 28)),
    }
    assert all("CNN" in quoted["publisher"] and quoted["entered_by"] and quoted["what_zh"] for quoted in campaign.told["quoted"])


def test_no_hashtag_is_made_up(campaign):
    assert campaign.hashtags == []


def test_the_series_has_every_day_of_two_months(titles):
    months = Counter(title["day"].strftime("%Y-%m") for title in titles)
    assert months == {"2023-08": 11_220, "2023-09": 10_865}
    days = Counter(title["day"] for title in titles)
    assert len(days) == 61 and min(days) == date(2023, 8, 1) and max(days) == date(2023, 9, 30)
    assert min(days.values()) == 314


def test_ranks_are_those_of_the_list_or_not_told(titles):
    ranks = [title["rank"] for title in titles]
    assert ranks.count(None) == 302
    assert {rank for rank in ranks if rank is not None} == set(range(1, 51))


def test_no_title_names_the_campaign(titles, campaign):
    wordings = [slogan["text"] for slogan in campaign.told["slogans"]]
    wordings += [variant for slogan in campaign.told["slogans"] for variant in slogan["variants"]]
    named = [title["title"] for title in titles if any(wording.lower() in title["title"].lower() for wording in wordings)]
    named += [title["title"] for title in titles if re.search(r"(?i)(^|[^a-z])trik([^a-z]|$)", title["title"])]
    named += [title["title"] for title in titles if "小红书" in title["title"] and "AI" in title["title"].upper()]
    assert named == []
    bare = [(title["day"], title["rank"]) for title in titles if title["title"] == "小红书"]
    assert bare == [(date(2023, 8, 14), 32), (date(2023, 8, 15), 11)]


def test_the_series_comes_with_its_licence():
    told = (SHIPPED / "no-to-ai-images.hot-search.LICENSE.txt").read_text(encoding="utf-8")
    assert "MIT License" in told and "Copyright (c) 2020" in told and "justjavac/weibo-trending-hot-search" in told


RULED = {
    "Trik AI能解释一下吗": {"the tool"},
    "编剧 strike 第一百天": set(),
    "小红书拿画师的图喂AI": {"Xiaohongshu and artists' work"},
    "小红书旅游搭子用AI训练头像": set(),
    "小红书AI功能真方便": set(),
    "反對 AI 繪圖！": {"refusal in Chinese"},
    "NO TO AI-GENERATED IMAGES": {"refusal in English"},
    "今天画了一只猫": set(),
}


def test_rules_find_what_is_of_the_campaign(tmp_path: Path):
    home = Home(tmp_path)
    rows = [Run(run_id="r", source="test", started=NOON, version="0")]
    for number, text in enumerate(RULED):
        key = {"record_id": f"record {number}", "platform": "weibo", "post_id": str(number), "run_id": "r"}
        rows.append(Post(text=text, text_sha256=text_sha256(None, text), published_at=NOON, published_grain="second", **key))
        rows.append(Sighting(format="test", seen_at=NOON, seen_at_basis="told", **key))
    Log(home.log).append_rows(rows)
    build(home)
    found = {text: set() for text in RULED}
    with reading(home) as db:
        for text, rule in db.execute("select text, rule from membership join posts using (platform, is_comment, post_id)").fetchall():
            found[text].add(rule)
    assert found == RULED


def test_it_reaches_the_published_database(tmp_path: Path):
    home = Home(tmp_path)
    build(home)
    with reading(home) as db:
        assert db.execute("select count(*), count(distinct record_id) from hot_search").fetchall() == [(22_085, 22_085)]
        assert db.execute("select count(*) from event where kind = 'rule'").fetchall() == [(1,)]
    assert list(campaigns(home)) == ["no-to-ai-images"]


@pytest.mark.parametrize(
    "wrong", ['hashtags = "x"', '[hashtags]\nweibo = "x"', "[hashtags]\nweibo = [1]", "[[slogans]]\nvariants = []",
              '[[slogans]]\ntext = "x"\nvariants = "y"', "slogans = [1]"],
)  # fmt: skip
def test_hashtags_and_slogans_that_are_none_are_told(tmp_path, wrong):
    file = tmp_path / "x.toml"
    file.write_text(f'id = "x"\nname = "X"\n{wrong}\n', encoding="utf-8")
    with pytest.raises(WrongUsage, match="hashtags|slogan"):
        read(file)


@pytest.mark.parametrize(
    ("copied", "tags"),
    [
        ("停更", ["停更"]),
        ("#停更#", ["停更"]),
        (" ＃停更＃ ", ["停更"]),
        ("#停更一周# #拒绝AI绘画#", ["停更一周", "拒绝AI绘画"]),
        ("#甲#、#乙#", ["甲", "乙"]),
        ("#甲##乙##甲#", ["甲", "乙"]),
        ("#不要 AI#，#乙#", ["不要 AI", "乙"]),
        ("#a #b", ["a", "b"]),
        ("#a,#b", ["a", "b"]),
        ("#甲[话题]# #乙[话题]#", ["甲", "乙"]),
    ],
)
def test_hashtags_are_taken_as_they_are_copied(tmp_path, copied, tags):
    said = groundswell(tmp_path, "campaign", "new", "ours", "--hashtag", f"weibo:{copied}", json=False)
    assert said.status == 0 and read(tmp_path / "campaigns" / "ours.toml").hashtags == [("weibo", tag) for tag in tags]


@pytest.mark.parametrize("copied", ["##", "# #", "甲#乙", "#甲#乙#丙#", "#甲# 和 #乙#", "#[话题]#"])
def test_what_is_no_hashtag_makes_no_campaign(tmp_path, copied):
    said = groundswell(tmp_path, "campaign", "new", "ours", "--hashtag", f"weibo:{copied}", json=False)
    assert said.status == 2 and "of weibo is none: write each by itself and without #" in said.err
    assert not (tmp_path / "campaigns" / "ours.toml").exists()


QUOTED = '[[quoted]]\nwhat = "views"\nshown = "1"\npublisher = "p"\nentered_by = "e"\n'
EVENT = '[[events]]\nkind = "press"\npublisher = "p"\n'


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('start = "2023-08-01"', "start = '2023-08-01': write a date or time without quotes"),
        ("zone = 8", "zone = 8: write a text in quotes"),
        ('synthetic = "no"', "true or false"),
        ("name_zh = 5", "name_zh = 5"),
        ('words = "雪鱼"', "words = '雪鱼': write a list of texts"),
        ('hot_search = "nothing.parquet"', "no file nothing.parquet"),
        ('rules = ["停更"]', r"begin each with a line \[\[rules\]\]"),
        ('[[rules]]\nany = "停更"', "rules any = '停更': write a list of texts"),
        ('[[rules]]\nany = ["停更"]\nplatforms = "weibo"', "rules platforms"),
        ('[[rules]]\nany = ["停更", ""]', "an empty word"),
        ('[[rules]]\nregex = ["停更"]', "rules regex"),
        ('[[rules]]\nregex = "停更(?=了)"', "regex"),
        ('targets = "AI绘画"', "begin each"),
        (f"{EVENT}at = 2023-08-01", "title is missing"),
        (f'{EVENT}title = "x"', "at is missing"),
        (f'{EVENT}title = "x"\nat = "2023-08-01"', "events at"),
        (f"{EVENT}title = 5\nat = 2023-08-01", "events title"),
        (f'{QUOTED}at = "2023"', "quoted at"),
        (f'{QUOTED}value = "35"', "quoted value = '35': write a whole number"),
        (f"{QUOTED}value = true", "quoted value"),
        ('[[targets]]\nconcept = "画师"\nside = "against"\n' * 2, "'画师' stands there twice"),
        ('zone = "Asia"', "is not known"),
        (f'zone = "{"x" * 300}"', "is not known"),
        ('hashtag = "x"', "unknown key 'hashtag', is 'hashtags' meant?"),
        ('[[rules]]\nany = ["停更"]\nnott = ["画"]', "rules: unknown key 'nott', is 'not' meant?"),
        ('[[rules]]\nany = ["停更"]\nplatforms = ["Weibo"]', "unknown platform 'Weibo', is 'weibo' meant?"),
        ('[[slogans]]\ntext = "x"\nvarients = ["y"]', "slogans: unknown key 'varients', is 'variants' meant?"),
        (f'{QUOTED}colour = "red"', r"quoted: unknown key 'colour'($|; )"),
        ('[hashtags]\nwiebo = ["停更"]', "unknown platform 'wiebo', is 'weibo' meant?"),
        ('[hashtags]\nweibo = [""]', "hashtag '' of weibo is none: write each by itself and without #"),
        ('[hashtags]\nweibo = ["停更", "＃[话题]＃"]', "hashtag '＃.*＃' of weibo is none"),
        ('[hashtags]\nweibo = ["停更一周# #拒绝AI绘画"]', "hashtag '停更一周# #拒绝AI绘画' of weibo is none"),
        (r'name_zh = "停\u0001更"', r"'停\\x01更' holds a control character"),
        (r'words = ["停\u007f更"]', "holds a control character"),
        ("milestones = 5", r"milestones: begin each with a line \[\[milestones\]\]"),
        ('[[milestones]]\nvalue = "5"', "milestones value = '5': write a whole number"),
        ('schedules = "x"', r"schedules: begin it with a line \[schedules\]"),
        ('[schedules]\nweibo-counts = "often"', "schedules weibo-counts = 'often': write minutes, at least 1"),
        ('label_names = ["negative"]', r"label_names: begin it with a line \[label_names\]"),
        ("[label_names]\nLABEL_0 = 1", "label_names LABEL_0 = 1: write a text"),
    ],
)
def test_what_cannot_be_so_is_told(tmp_path, wrong, says):
    """A text where a list of texts should be would find every post with one of its letters; what stands twice would be counted twice."""
    file = tmp_path / "x.toml"
    file.write_text(f'id = "x"\nname = "X"\n{wrong}\n', encoding="utf-8")
    with pytest.raises(WrongUsage, match=says):
        read(file)


def test_a_platform_of_a_mapped_table_may_have_hashtags_and_rules(tmp_path):
    """Which platforms there are is the user's to say: only what looks like a slip is refused."""
    file = tmp_path / "x.toml"
    told = '[hashtags]\ndouban = ["停更"]\ninstagram = ["停更"]\n[[rules]]\nany = ["停更"]\nplatforms = ["douyu", "xhs"]\n'
    file.write_text(f'id = "x"\nname = "X"\n{told}', encoding="utf-8")
    assert read(file).hashtags == [("douban", "停更"), ("instagram", "停更")]


def test_the_known_platforms_are_those_that_formats_write():
    assert set(PLATFORMS) == {platform for format in formats() for platform in format.CARRIES.platforms}


def test_the_example_of_a_campaign_file_is_sound(tmp_path):
    """It is put together of parts, of which some need more than they show."""
    example = data.campaign.__doc__.split("\n\n", 1)[1]
    faults = data.campaign._faults(tomllib.loads(example))
    assert [fault for fault in faults if not re.match("event|quoted figure", fault)] == []


def test_a_schedule_of_no_source_is_told_by_the_check(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text('id = "x"\nname = "X"\n[schedules]\nweibo-count = 60\n', encoding="utf-8")
    said = groundswell(tmp_path, "campaign", "check", file)
    assert said.status == 2 and "weibo-count: not a source. Known are" in said.err


@pytest.mark.parametrize("content", [b"no table\n", b"\xff\xfe\x00\x01 = [", b'id = "x'])
def test_what_is_no_toml_is_an_unreadable_input(tmp_path, content):
    (tmp_path / "x.toml").write_bytes(content)
    said = groundswell(tmp_path, "campaign", "check", tmp_path / "x.toml")
    assert said.status == 4 and "x.toml: not a TOML file" in said.err
