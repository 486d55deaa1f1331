"""The page "Add data" on files of a folder, as a reader uses it; what it writes is what the command writes."""

import json
import re
import sys
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from collectors.formats import formats, mapped
from collectors.importing import ImportOptions, import_files
from dashboard.carried import TABLES, lacking, written
from dashboard.escape import for_markdown
from dashboard.texts import LANGUAGES, Texts, catalogue
from data import campaign
from data.build import build, reading
from data.home import Home
from data.questions import Viewer
from tests.test_unwritable import no_file_larger_than

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests/fixtures/formats"
APP = ROOT / "app.py"
TABLE = "笔记,谁,何时,赞\n停更一周，画师的手,阿墨,2031-04-27 10:00,12\n拒绝机器画,小雨,2031-04-27 11:30,1.2万\n坏的一行,小雨,不是时间,3\n"


@pytest.fixture
def home(tmp_path):
    """A published home of one campaign with nothing in it."""
    made = Home(tmp_path / "home")
    campaign.new(made, "ink", name="Ink", hashtags=["weibo:停更一周"], start=None)
    build(made)
    return made


@pytest.fixture
def opened(home, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("GROUNDSWELL_HOME", str(home.path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])

    def open_page(language: str = "en", path: Path | None = None) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.query_params["campaign"], app.query_params["lang"] = "ink", language
        app.switch_page("dashboard/views/add_data.py")
        app.run()
        if path is not None:
            app.text_input(key="path").set_value(str(path)).run()
        assert not app.exception, app.exception[0].message
        return app

    return open_page


def table_with(app, column):
    return next(element.value for element in app.dataframe if column in element.value.columns)


def box(app, target):
    """The box of a column mapping that asks which column tells this."""
    return next(element for element in app.selectbox if element.label == Texts("en").of("target", target))


def rows_of(home, sql):
    with reading(home) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_the_disk_is_full_the_page_says_so_and_what_helps(opened, home, language):
    app = opened(language, FIXTURES / "weibo-search" / "17_columns.csv")
    with no_file_larger_than(0):
        app.button(key="bring").click().run()
    assert not app.exception, app.exception[0].message
    [said] = [element.value for element in app.error]
    assert [(status.state, status.proto.expanded) for status in app.status] == [("error", True)]
    assert str(home.path.parent) in said.replace("\\", "") and {"en": "Make room there", "zh": "请腾出空间"}[language] in said
    assert rows_of(home, "select * from posts") == []


def test_where_a_dropped_file_cannot_be_kept_the_page_says_so(opened):
    app = opened()
    app.file_uploader(key="dropped").set_value([("posts.csv", TABLE.encode(), "text/csv")])
    with no_file_larger_than(0):
        app.run()
    assert not app.exception and "Make room there" in app.error[0].value
    assert len(app.run().error) == 0, "once there is room, the file is read"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_known_file_is_recognised_and_what_it_lacks_is_said(opened, language):
    texts = Texts(language)
    app = opened(language, FIXTURES / "weibo-search" / "17_columns.csv")
    found = table_with(app, "recognised")
    assert found["recognised"].tolist() == [texts("source_name.weibo-search")] and found["in_them"][0] > 0
    shown = "\n".join(element.value for element in app.markdown)
    assert texts("lacks.reach") in shown and texts("lacks.capture") in shown and texts("lacks.gone") in shown
    assert texts("known_from.written") in [element.value for element in app.caption]


def test_it_imports_as_the_command_does_and_says_what_came_of_it(opened, home, tmp_path):
    file = FIXTURES / "weibo-search" / "21_columns.csv"
    app = opened(path=file)
    app.button(key="bring").click().run()
    assert not app.exception, app.exception[0].message
    other = Home(tmp_path / "other")
    campaign.new(other, "ink", name="Ink", hashtags=["weibo:停更一周"], start=None)
    wanted = ImportOptions(campaign=campaign.find(other, "ink"), zone=ZoneInfo("Asia/Shanghai"), choose=lambda name, guess: {})
    done = import_files(other, [file], wanted, lambda sofar: None)
    build(other)
    told = {element.label: element.value for element in app.metric}
    assert told == {
        Texts("en")(f"column.{name}"): str(getattr(done, name)) for name in ("read", "added", "updated", "duplicate", "quarantined")
    }
    posts = "select platform, post_id, text, published_at, likes from posts order by all"
    assert rows_of(home, posts) == rows_of(other, posts) and len(rows_of(home, posts)) >= done.added > 0


def test_an_unknown_table_is_mapped_by_hand_with_a_preview(opened, home, tmp_path):
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    app = opened(path=tmp_path / "table.csv")
    texts = Texts("en")
    assert app.button(key="bring").disabled
    assert texts("add_data.no_platform") in [element.value for element in app.info]
    box(app, "platform").set_value("weibo").run()
    for target, column in {"text": "笔记", "author_name": "谁", "published_at": "何时", "likes": "赞"}.items():
        box(app, target).set_value(column).run()
    preview = table_with(app, "tags")
    assert preview["text"].tolist() == ["停更一周，画师的手", "拒绝机器画"] and preview["at"].tolist() == [
        "2031-04-27 10:00",
        "2031-04-27 11:30",
    ]
    assert table_with(app, "records")["records"].tolist() == [1]
    assert not app.button(key="bring").disabled
    app.button(key="bring").click().run()
    assert not app.exception, app.exception[0].message
    assert sorted(rows_of(home, "select text, likes, likes_grain from posts")) == [
        ("停更一周，画师的手", 12, "exact"),
        ("拒绝机器画", 12000, "rounded"),
    ]
    assert rows_of(home, "select count(*) from quarantine") == [(1,)]


def table_of(file: Path, host: str, **more: str) -> Path:
    """A table of a tool that nobody knows, of one post."""
    told = {"content": "停更一周", "created_at": "2031-04-27 10:00", "user_name": "阿墨", "url": f"https://{host}/1", **more}
    file.write_text(f"{','.join(told)}\n{','.join(told.values())}\n", encoding="utf-8")
    return file


def test_the_next_table_is_mapped_as_it_is_guessed_and_not_as_the_one_before(opened, home, tmp_path):
    app = opened(path=table_of(tmp_path / "first.csv", "weibo.com/9"))
    assert (box(app, "platform").value, box(app, "favourites").value) == ("weibo", "")
    box(app, "title").set_value("content").run()
    notes = table_of(tmp_path / "notes.csv", "www.xiaohongshu.com/explore", collects="12")
    app.text_input(key="path").set_value(str(notes)).run()
    assert (box(app, "platform").value, box(app, "favourites").value, box(app, "title").value) == ("xiaohongshu", "collects", "")
    app.button(key="bring").click().run()
    assert not app.exception, app.exception[0].message
    assert rows_of(home, "select platform, favourites from posts") == [("xiaohongshu", 12)]


def test_a_mapping_is_told_in_the_zone_of_its_campaign(opened, home, tmp_path):
    campaign.new(home, "far", name="Far", hashtags=["weibo:停更一周"], start=None, zone="America/New_York")
    app = opened(path=table_of(tmp_path / "first.csv", "weibo.com/9"))
    zone = Texts("en")("target.zone")
    assert next(element for element in app.text_input if element.label == zone).value == "Asia/Shanghai"
    app.selectbox(key="into-ink").set_value("far").run()
    assert next(element for element in app.text_input if element.label == zone).value == "America/New_York"


def test_names_alone_are_no_accounts_and_that_is_said(home, tmp_path):
    file = tmp_path / "table.csv"
    file.write_text(TABLE, encoding="utf-8")
    mapping = {"platform": "weibo", "columns": {"text": "笔记", "author_name": "谁"}}
    wanted = ImportOptions(
        campaign=campaign.find(home, "ink"), zone=ZoneInfo("Asia/Shanghai"), mapping=mapping, choose=lambda name, guess: mapping
    )
    import_files(home, [file], wanted, lambda sofar: None)
    build(home)
    assert rows_of(home, "select count(*), count(author_name), count(author_key) from posts") == [(3, 3, 0)]
    for language, said in {"en": "accounts cannot be counted", "zh": "无法统计"}.items():
        assert any(said in sentence for sentence in lacking(Texts(language), mapped.carried(mapping)))


@pytest.mark.slow
def test_a_wrong_column_is_mended_from_the_quarantine_without_the_file(opened, home, tmp_path):
    file = tmp_path / "table.csv"
    file.write_text(TABLE, encoding="utf-8")
    wrong = {"platform": "weibo", "kind": "post", "columns": {"text": "笔记", "published_at": "谁"}}
    wanted = ImportOptions(
        campaign=campaign.find(home, "ink"), zone=ZoneInfo("Asia/Shanghai"), mapping=wrong, choose=lambda name, guess: wrong
    )
    assert import_files(home, [file], wanted, lambda sofar: None).quarantined == 3
    build(home)
    file.unlink()
    app = opened()
    app.selectbox(key="mend-ink").set_value(("mapped", "table.csv")).run()
    box(app, "platform").set_value("weibo").run()
    for target, column in {"text": "笔记", "author_name": "谁", "published_at": "何时"}.items():
        box(app, target).set_value(column).run()
    app.button(key="mend_now").click().run()
    assert not app.exception, app.exception[0].message
    assert sorted(text for (text,) in rows_of(home, "select text from posts")) == ["停更一周，画师的手", "拒绝机器画"]
    assert rows_of(home, "select count(*), min(number) from quarantine") == [(1, 3)]
    assert rows_of(home, "select read, added, quarantined from run where source = 'replay'") == [(2, 2, 0)]


def test_what_cannot_be_read_is_named_and_the_rest_is_offered(opened, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as bundle:
        bundle.write(FIXTURES / "crawl4weibo" / "posts.json", "posts.json")
        bundle.writestr("picture.bin", b"\x00\x01\x02 no table")
        bundle.writestr("../../outside.csv", "a,b\n1,2\n")
    app = opened(path=tmp_path / "all.zip")
    found = table_with(app, "recognised").set_index("file")
    assert found["recognised"]["posts.json"] == "crawl4weibo" and found["recognised"]["picture.bin"] == Texts("en")("add_data.nothing")
    assert any(for_markdown("picture.bin") in element.value for element in app.error)
    assert not list(tmp_path.parent.glob("outside.csv"))
    app = opened(path=tmp_path / "nowhere")
    assert any("no such file" in element.value for element in app.error) and app.button(key="bring").disabled


def test_in_chinese_what_cannot_be_read_is_said_in_chinese(opened, home, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as bundle:
        bundle.write(FIXTURES / "crawl4weibo" / "posts.json", "posts.json")
        bundle.writestr("picture.bin", b"\x00\x01\x02 no table")
        bundle.writestr("empty.csv", b"")
        bundle.writestr("../../outside.csv", "a,b\n1,2\n")
    app = opened("zh", tmp_path / "all.zip")
    assert [re.sub(r"\\", "", element.value).partition("：")[2] for element in app.error] == [
        catalogue("zh")["odd.not_recognised"].partition("：")[2].format(formats=", ".join(module.NAME for module in formats())),
        "文件是空的。请用原来的工具重新导出，或不导入它",
        "没有读取 '../../outside.csv'：其名称指向压缩包之外",
    ]
    app.button(key="bring").click().run()
    assert sum("文件是空的" in element.value or "指向压缩包之外" in element.value for element in app.text) == 2
    ((warnings,),) = rows_of(home, "select warnings from run")
    assert any("the file is empty" in warning for warning in warnings)  # the log holds one language


def test_the_names_of_strangers_are_no_markup(opened, tmp_path):
    file = tmp_path / "<b>x [a](http:b.example) $x$.csv"
    file.write_text("<img src=x>,text\n1,:red[a] <script>\n", encoding="utf-8")
    app = opened(path=file)
    shown = [element.value for kind in ("markdown", "error", "info", "caption") for element in getattr(app, kind)]
    assert not [text for text in shown if "<b>" in text or "](http" in text or "<img" in text]


def test_the_page_is_not_offered_to_the_public(opened, monkeypatch):
    monkeypatch.setattr("data.questions.Viewer", lambda: Viewer(public=True))
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["campaign"] = "ink"
    app.switch_page("dashboard/views/add_data.py")
    app.run()
    assert not app.get("file_uploader") and not app.button and not [box for box in app.text_input if box.key == "path"]
    assert "Add data" not in json.dumps([element.value for element in app.title])


@pytest.mark.parametrize("document", TABLES, ids=lambda path: path.name)
def test_the_table_of_a_document_is_not_stale(document):
    text = document.read_text(encoding="utf-8")
    table = TABLES[document]()
    assert text == written(text, table), "write it anew: python -m dashboard.carried"
    assert table in text
    for module in formats():
        assert module.CARRIES.tool in table and f"`{module.NAME}`" in table or f"--format {module.NAME}`" in table


def test_each_lack_has_a_sentence_in_both_languages():
    for language in LANGUAGES:
        texts = Texts(language)
        for module in formats():
            for name, sentence in zip(module.CARRIES.lacks(), lacking(texts, module.CARRIES), strict=True):
                assert sentence != name and f"lacks_short.{name}" in catalogue(language)
