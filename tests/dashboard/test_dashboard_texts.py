"""The catalogues, how numbers are written, and what makes strangers' texts harmless."""

import ast
import re
import string
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.refusing import LASTS, Stopped
from dashboard import numbers, post_list
from dashboard.escape import for_markdown, for_plotly
from dashboard.texts import Texts, catalogue
from data import campaign
from data.errors import WrongUsage
from data.model import BASES, COUNTS, KINDS, LABEL_VALUES, STATUSES

DASHBOARD = Path(__file__).parents[2] / "dashboard"
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in [DASHBOARD.parent / "app.py", *DASHBOARD.rglob("*.py")])


COUNTS_SHOWN = [f'"{name}"' for name in COUNTS]


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_both_languages_have_the_same_keys_and_placeholders():
    english, chinese = catalogue("en"), catalogue("zh")
    assert set(english) == set(chinese)
    for key in english:
        assert placeholders(english[key]) == placeholders(chinese[key]), key
        assert english[key].strip() and chinese[key].strip(), key


def test_the_chinese_is_chinese():
    may_be_the_same = {"filter.language", "part.where", "source.each_of"}
    for key, text in catalogue("zh").items():
        assert key in may_be_the_same or re.search("[\u4e00-\u9fff]", text), key


# Keys that a page puts together, from its own name, a chosen option or the name of a column.
PAGES = [path.stem for path in (DASHBOARD / "views").glob("[!_]*.py")]
PUT_TOGETHER = (
    {f"page.{page}" for page in PAGES}
    | {f"{page}.question" for page in PAGES}
    | {f"posts.{choice}" for choice in ("class", "status", *LABEL_VALUES)}
    | {f"opinion.answer_{kind}" for kind in ("stance", "sentiment")}
    | {f"chart.take_{kind}" for kind in ("png", "svg", "csv")}
    | {f"opinion.side_{place}" for place in (1, 2)}
    | {f"spread.refused_{reason}" for reason in ("accounts", "grain", "long")}
)
FAMILIES = {
    "asked",
    "find",
    "count",
    "grain",
    "account",
    "reason",
    "odd",
    "part",
    "fault",
    "sentence",
    "endpoint",
    "apart",
    "by",
    "bin",
    "class",
    "label_kind",
    "measure",
    "unit",
    "filter_name",
    *LABEL_VALUES,
}


def test_every_key_that_is_asked_for_is_there_and_none_is_left_over():
    asked = set(re.findall(r"texts\(\s*['\"]([a-z_]+\.[a-z_]+)['\"]", SOURCES)) | PUT_TOGETHER
    families = set(re.findall(r"texts\.of\(\s*['\"](\w+)['\"]", SOURCES)) | FAMILIES
    columns = {
        key for key in catalogue("en") if key.startswith("column.") and f'"{key.removeprefix("column.")}"' in SOURCES + str(COUNTS_SHOWN)
    }
    known = set(catalogue("en"))
    assert asked - known == set()
    assert {key for key in known - asked - columns if key.split(".")[0] not in families} == set()


def test_every_value_that_rows_hold_has_our_word():
    texts = Texts("zh")
    families = {"kind": KINDS, "status": STATUSES, "basis": BASES, **LABEL_VALUES, "label_kind": LABEL_VALUES}
    for family, values in families.items():
        for value in values:
            assert texts.of(family, value) != value, (family, value)
    assert texts.of("platform", "lofter") == "lofter" and texts.of("platform", None) == "" == texts.of("platform", float("nan"))


# Code whose errors reach an import, a run or a page.
WRITERS = [*(DASHBOARD.parent / "collectors").rglob("*.py"), *(DASHBOARD.parent / "data").rglob("*.py")]
ASKING = [DASHBOARD.parent / "commands" / "import_.py", DASHBOARD / "views" / "add_data.py"]  # for the mapping of an unknown table


def written_in(path: Path) -> list[str]:
    """Every text that a file of code holds and that is no docstring, with {} for what is filled in."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    apart |= {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            lines.append("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in apart:
            lines.append(node.value)
    return lines


@cache
def written_sentences() -> list[str]:
    return [line for path in (*WRITERS, *ASKING) for line in written_in(path)]


REASONS = {key: text for key, text in catalogue("en").items() if key.startswith("reason.")}
WARNINGS = {key: text for key, text in catalogue("en").items() if key.startswith("odd.")}
PARTS = {key: text for key, text in catalogue("en").items() if key.startswith(("part.", "fault."))}


@pytest.mark.parametrize("key", REASONS)
def test_a_reason_is_one_that_is_written_and_is_told_in_chinese(key):
    """Its sentence stands in the code that writes it, and whatever it is filled with comes back in the Chinese one."""
    shape = re.sub(r"\\{\w+\\}", ".+", re.escape(REASONS[key]))
    assert any(re.fullmatch(shape, sentence) for sentence in written_sentences()), "nothing writes this reason"
    for cell in ("7", "'31.31. is not a time'", "a\nb", "{0} %s"):
        filled = {name: cell for name in placeholders(REASONS[key])}
        assert Texts("zh").reason(REASONS[key].format(**filled)) == catalogue("zh")[key].format(**filled)
        assert Texts("en").reason(REASONS[key].format(**filled)) == REASONS[key].format(**filled)


@pytest.mark.parametrize("key", WARNINGS)
def test_a_warning_is_one_that_is_written_and_is_told_in_chinese(key):
    shape = re.sub(r"\\{\w+\\}", ".+", re.escape(WARNINGS[key]))
    assert any(re.fullmatch(shape, sentence) for sentence in written_sentences()), "nothing writes this warning"
    filled = {name: "7" for name in placeholders(WARNINGS[key])}
    told = WARNINGS[key].format(**filled)
    assert Texts("zh").warning(told) == catalogue("zh")[key].format(**filled) and Texts("en").warning(told) == told


@pytest.mark.parametrize("key", PARTS)
def test_a_part_or_a_fault_is_one_that_is_written_and_is_told_in_chinese(key):
    put_together = key.startswith("part.no_") or key in (
        "part.where",
        "part.leads_elsewhere",
        "part.nothing_there",
    )  # what a list holds none of, and the like
    shape = re.sub(r"\\{\w+\\}", ".+", re.escape(PARTS[key]))
    assert put_together or any(re.fullmatch(shape, sentence) for sentence in written_sentences()), "nothing writes this"
    filled = {name: "7" for name in placeholders(PARTS[key])}
    told = PARTS[key].format(**filled)
    assert Texts("zh").warning(told) == catalogue("zh")[key].format(**filled) and Texts("en").warning(told) == told


# Code whose sentences end at the terminal, or that holds names of columns.
OF_COMMANDS = {"carries.py", "columns.py", "cookies.py", "doctor.py", "forgetting.py", "mediacrawler.py", "verify.py"}
# Of other code: what refuses a command before a run begins, what is caught where it is raised, what is no sentence.
NOT_SHOWN = (
    r"it gives guests' cookies .*|, and with it .* for a guest's cookie .*",  # of consents
    r"groundswell/.*|its robots\.txt .*|the host was named|GROUNDSWELL_.*|Weibo and Xiaohongshu are reported.*|You have not consented.*",
    r".* is no platform's host|.*its robots\.txt forbids.*|Less than .* MB are free.*|.* is not an address|.*have no agreement with it.*",
    r".* does not read it\. What only somebody.*|--format .*|--run .*|.* is running already.*|.*: not a source\. Known are.*",
    r".*this program does not imitate.*|It needs the extra.*|collect browser: .*|The browser does not start.*",
    r"watch: you have consented.*|7\. Not published until that is mended.*|7 UTC 7: 7 pages, .*",
    r"--platform .*: is .* meant\?",
    r"ledger\.jsonl, .*|.*: changed \(.*\)",  # of `groundswell verify`
    r"not told what was asked for.*|no file begins where the archive says",
    r"entries of lists that are no 7",  # each kind has an entry of its own, see below
    r"damaged after row|application/json.*|Firefox, Chromium, Safari|ArchiveWeb.*|a sheet of figures|(\\\+|Sina Visitor).*\|.*",
    r"(select|pragma) .*|(table|ul|div)[. ].*|\[node-type.*",
)


@pytest.mark.parametrize("path", WRITERS, ids=lambda path: path.name)
def test_every_sentence_that_is_written_has_a_chinese_one(path):
    """Texts of three words and more. A new one wants an entry in both catalogues, or a place among those that no page shows."""
    if path.name in OF_COMMANDS or (path.is_relative_to(DASHBOARD.parent / "data") and path.name != "campaign.py"):
        return
    chinese, english = Texts("zh"), Texts("en")
    for line in written_in(path):
        told = re.sub(r"\{\w*\}", "7", line)
        is_sentence = told.count(" ") >= 2 and len(re.findall("[A-Za-z]+", told)) >= 3 and "\n" not in told
        if is_sentence and not any(re.fullmatch(pattern, told) for pattern in NOT_SHOWN):
            assert chinese.warning(told) != told and english.warning(told) == told, line


def test_each_kind_of_entries_that_are_left_out_has_a_sentence():
    kinds = {kind for path in WRITERS for kind in re.findall(r'objects\([^\n]*, "(\w+)"\)', path.read_text(encoding="utf-8"))}
    assert len(kinds) > 3
    for kind in kinds:
        assert Texts("zh").warning(f"entries of lists that are no {kind}") != f"entries of lists that are no {kind}"


def test_what_is_wrong_with_a_campaign_file_is_told_in_chinese(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text(
        'id = "X Y"\nzone = "Mars"\nodd = 1\n[[rules]]\nregex = "("\n[[rules]]\nany = [" "]\n[[targets]]\nconcept = "a; b"\n'
        '[[slogans]]\nenglish = "x\\u0001"\n[[events]]\ntitle = "x; y"\n[[quoted]]\nshown = "3"\n',
        encoding="utf-8",
    )
    with pytest.raises(WrongUsage) as fault:
        campaign.read(file)
    shown = Texts("zh").fault(str(fault.value)).split("；")
    assert len(shown) > 12 and Texts("en").fault(str(fault.value)) == str(fault.value)
    assert [line for line in shown if not re.search("[\u4e00-\u9fff]", line)] == []
    assert shown[:2] == [f"{file}：不认识的键 'odd'", r"'x\x01' 含有控制字符：请去掉"]
    assert "event x; y：须有出处（publisher，有网址时还有 url）" in shown


OF_PARTS = {
    "search: the answer is empty": "搜索：应答为空",
    "weibo-posts: long text: the answer holds no long text": "weibo-posts：长文：应答中没有长文",
    "x.har: left out: 1,204 answers of other sites, 3 pictures, scripts and other things of the platforms": (
        "x.har：未取：其他网站的应答 1,204 项、平台的图片、脚本等内容 3 项"
    ),
    "x.har: answers that kept back what was asked for: 2 where a captcha was wanted": "x.har：没有给出所求内容的应答：要求输入验证码 2 项",
    "not imported: 3 files, posts of weibo-hot-hub": "没有导入：3 个文件，weibo-hot-hub 的帖子",
    "all.zip: '../x.csv' was not read: its name leads out of the archive": "all.zip：没有读取 '../x.csv'：其名称指向压缩包之外",
    "x.warc: it is no WARC file, or damaged from beginning to end: get it again. What came before that was imported": (
        "x.warc：不是 WARC 文件，或从头到尾都已损坏：请重新取得。在此之前的内容已导入"
    ),
    "x.db: the table weibo cannot be read further: disk I/O error": "x.db：表 weibo 无法继续读取：disk I/O error",
    "m.weibo.cn: HTTP 418": "m.weibo.cn: HTTP 418",
    "m.weibo.cn: HTTP 503, again and again": "m.weibo.cn: HTTP 503，一再如此",
    "topic: the topic's counters are not told: 100001 失败": "话题：没有给出话题的计数：100001 失败",
}


@pytest.mark.parametrize("told", OF_PARTS)
def test_a_sentence_of_several_parts_is_told_in_chinese(told):
    assert Texts("zh").warning(told) == OF_PARTS[told] and Texts("en").warning(told) == told


@pytest.mark.parametrize("kind", LASTS)
@pytest.mark.parametrize("says", ["-100 请先登录", "-100 请先登录. Please log in. Thank you: bye", "100. 99. 98"])
def test_what_a_host_refuses_and_what_helps_is_told_in_chinese(kind, says):
    stopped = Stopped("m.weibo.cn", kind, says, datetime(2024, 5, 1, 12))
    shown = Texts("zh").warning(str(stopped)).replace(says, "").replace("Cookie", "").replace("HAR", "")
    assert shown.startswith("m.weibo.cn：。它") or kind in ("connection", "unknown")
    assert shown.endswith("。2024-05-01 12:00（UTC）之前不再访问。此前收到的内容已保存")
    assert set(re.findall("[A-Za-z]{2,}", shown)) <= {"weibo", "cn", "UTC", "GROUNDSWELL", "COOKIE", "WEIBO", "MOBILE"}


@pytest.mark.parametrize(
    "told", [": ".join(["a; b, 3 c"] * 500), f"../{'a: b was not read: ' * 250}x: it is a link", "x = y: write " * 300 + "true or false"]
)
def test_a_text_made_of_many_sentences_is_told_and_no_page_falls_over(told):
    for language in ("en", "zh"):
        assert Texts(language).warning(told) and Texts(language).fault(told)


def test_what_somebody_calls_a_file_or_a_run_is_not_translated():
    for told in ("where to draw AI.csv", "real", "blocked", "m.weibo.cn: real", "all runs of mine"):
        assert Texts("zh").asked(told) == told
    assert Texts("zh").asked("every post") != "every post"


def test_a_value_of_a_fault_stays_as_it_stands_in_the_file():
    value = "a; b; c; d; e; f"
    fault = f"target {{'concept': '{value}'}}: needs a concept and a side, favour or against"
    assert value in Texts("zh").fault(fault) != fault
    assert Texts("zh").fault("one; two") == "one; two"


def test_a_warning_that_is_not_ours_stays_as_it_is():
    assert Texts("zh").warning("all likes are 0 in <b>posts.csv</b>") == "all likes are 0 in <b>posts.csv</b>"


def test_a_reason_that_is_not_ours_stays_as_it_is():
    for told in ("a time that is none: '<b>31.31.</b>'", "is not a time", "{shown}\nx"):
        assert Texts("zh").reason(told) == f"`{told}`" == Texts("en").reason(told)


def test_no_page_holds_words_of_its_own():
    """What Streamlit shows comes from the catalogue: no literal with a space in a call that writes to the page."""
    written = re.findall(r"st\.(?:markdown|caption|info|warning|error|header|subheader|title|text)\(\s*f?\"([^\"]*)\"", SOURCES)
    ours = [re.sub(r"\{(?:[^{}]|\{[^{}]*\})*\}", "", text) for text in written]
    assert [text for text in ours if re.search(r"[A-Za-z\u4e00-\u9fff]{2,}", text)] == ["Groundswell"]


@pytest.mark.parametrize(
    "value, grain, english, chinese",
    [
        (0, "exact", "0", "0"),
        (12667, "exact", "12,667", "12,667"),
        (35_012_345, "exact", "35,012,345", "3,501.23万"),
        (35_000_000, "at_least", "≥ 35,000,000", "≥ 3,500万"),
        (12_000, "rounded", "≈ 12,000", "≈ 12,000"),
        (260_000_000, "rounded", "≈ 260,000,000", "≈ 2.6亿"),
        (99_999, "exact", "99,999", "99,999"),
        (99_999_900, "exact", "99,999,900", "9,999.99万"),
        (99_999_999, "exact", "99,999,999", "1亿"),
        (None, None, "–", "–"),
        (pd.NA, "exact", "–", "–"),
    ],
)
def test_counts_are_written_with_their_grain(value, grain, english, chinese):
    assert (numbers.count(value, "en", grain), numbers.count(value, "zh", grain)) == (english, chinese)


def test_a_share_never_rounds_to_all_or_nothing():
    assert numbers.share(61, 210) == "29.0%" and numbers.share(9999, 10000) == "> 99.9%" and numbers.share(1, 10000) == "< 0.1%"
    assert numbers.share(0, 5) == "0.0%" and numbers.share(5, 5) == "100.0%" and numbers.share(1, 0) == "–" == numbers.share(None, 3)


@pytest.mark.parametrize(
    "text, columns, shown",
    [("停更", 4, "停更"), ("停更了", 5, "停…"), ("停更了", 4, "停…"), ("stopped", 7, "stopped"), ("stopped", 6, "stopp…"), ("", 3, "")],
)
def test_a_text_is_cut_off_where_its_columns_end(text, columns, shown):
    assert post_list.shortened(text, columns) == shown


def test_the_words_looked_for_are_not_cut_off():
    text = "一二三四五六七八九十百千万 No AI 停更一周"
    assert post_list.shortened(text, 16) == "一二三四五六七…"
    assert post_list.shortened(text, 24, "no ai") == "…七八九十百千万 No AI …"
    assert post_list.shortened(text, 16, "三四") == "一二三四五六七…" == post_list.shortened(text, 16, "不在")


def test_times_are_those_of_the_zone():
    zone = ZoneInfo("Asia/Shanghai")
    at = datetime(2024, 5, 1, 17, 30, 12)
    assert numbers.moment(at, zone, "second") == "2024-05-02 01:30" and numbers.moment(at, zone, "hour") == "2024-05-02 01:00"
    assert numbers.moment(datetime(2024, 5, 1, 16), zone, "day") == "2024-05-02" and numbers.moment(pd.NaT, zone) == "–"
    london, told = ZoneInfo("Europe/London"), pd.Series([datetime(2024, 5, 1, 16), None, datetime(2024, 5, 1, 16)])
    assert numbers.moment(told[0], london, "day") == "2024-05-02" and numbers.day(told[0], london) == "2024-05-01"
    assert numbers.moments(told, london, pd.Series(["day", "day", "hour"])) == ["2024-05-02", "–", "2024-05-01 17:00"]
    assert numbers.to_utc(datetime(2024, 5, 2, 1), zone) == datetime(2024, 5, 1, 17)


HOSTILE = [
    "<b>x</b>",
    "<a href='http://b.example'>x</a>",
    "$x$",
    "&lt;b&gt;",
    "%{x}",
    "a\u202eb",
    "x\n# y",
    "~~x~~",
    "[a](http://b.example)",
]


@given(st.one_of(st.sampled_from(HOSTILE), st.text()))
def test_plotly_is_given_no_markup(text):
    safe = for_plotly(text)
    assert not re.search(r"[<>$\"\n\u202e]|&(?!(amp|lt|gt|#34|#36);)", safe)


@given(st.one_of(st.sampled_from(HOSTILE), st.text(alphabet="ab<>[]()*_`$:#-+=|~!{}\\.@/w 1\n")))
def test_markdown_is_given_no_markup(text):
    safe = for_markdown(text)
    assert "\n" not in safe
    assert not re.search(r"(?<!\\)(\\\\)*[`*_{}\[\]()#+\-.!|~<>$:&^=]", safe)
    assert not re.search(r"//(?!\u200b)|(?i:www)(?!\u200b)|@(?!\u200b)", safe)
