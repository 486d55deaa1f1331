"""The report: all of it in one file, nothing asked for, the dashboard's figures, no account named."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from dashboard import report
from dashboard.numbers import exact
from dashboard.texts import LANGUAGES, Texts
from data.build import build, reading
from data.errors import WrongUsage
from data.home import Home
from data.questions import FEW, Filters, Viewer, ask
from tests.command import groundswell


class Read(HTMLParser):
    """The tags, their attributes and the words of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def written(home, tmp_path_factory):
    """The page of a campaign, as text."""
    folder = tmp_path_factory.mktemp("reports")

    def write(campaign: str, language: str = "en", public: bool = False) -> str:
        out = folder / f"{campaign}-{language}-{public}.html"
        assert report.write(home, campaign, out, language=language, public=public) == out.stat().st_size
        return out.read_text(encoding="utf-8")

    return write


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("campaign", ["art", "play", "bare", "no-to-ai-images"])
def test_it_holds_all_it_shows_and_asks_for_nothing(written, campaign, language):
    page = written(campaign, language)
    read = Read(page)
    assert not read.tags & {"script", "link", "img", "iframe", "object", "a", "form", "b:include"}
    assert set(read.attributes) <= {"lang", "charset", "http-equiv", "content", "name", "class", "role", "aria-label", "xmlns", "width",
                                    "height", "viewbox", "font-family", "fill", "font-size", "font-weight", "text-anchor", "x", "y", "d",
                                    "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "cx", "cy", "r", "transform",
                                    "opacity"}  # fmt: skip
    assert "default-src 'none'" in page and "url(" not in page and "@import" not in page
    texts = Texts(language)
    assert (texts("synthetic.banner") in "".join(read.words)) == (campaign == "play")
    assert page.count("<svg") == page.count("<figure")
    assert read.words.count(texts("synthetic.mark")) == (page.count("<svg") if campaign == "play" else 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_figures_are_those_of_the_dashboard(written, home, language):
    with reading(home) as connection:
        headline = ask(connection, "headline", Filters(campaign="art"))
    found = re.findall(r'<div class="figure"><b>([\d,]+)</b>', written("art", language))
    assert found == [exact(headline[figure].sum()) for figure in ("posts", "accounts", "reposts", "comments")]


def test_it_names_no_account_and_quotes_no_post(written, home):
    with reading(home) as connection:
        rows = connection.execute(
            "select author_name, author_key, post_id, text from posts where list_contains(campaigns, 'art')"
        ).fetchall()
    page = unescape(written("art"))
    names, keys, ids, texts = (set(filter(None, column)) for column in zip(*rows, strict=True))
    assert len(names) > 20 and not [told for told in names | keys | ids if told in page]
    assert not [text for text in texts if len(text) > 12 and text in page]


def test_words_of_strangers_stay_words(written):
    page = written("art")
    assert "<b>report</b>" not in page and "&lt;b&gt;report&lt;/b&gt;" in page
    assert "<b>粗标签" not in page


def test_a_public_report_has_no_keywords_and_no_figure_under_five(written, home):
    texts = Texts("en")
    assert texts("opinion.groups") in written("art") and texts("opinion.groups") not in written("art", public=True)
    with reading(home) as connection:
        told = ask(connection, "headline", Filters(campaign="play"), Viewer(public=True))
        full = ask(connection, "headline", Filters(campaign="play"))
    cells = re.findall(r"<td>([\d,–]+)</td>", written("play", public=True))
    few = full[["reposts", "comments"]].lt(FEW) & full[["reposts", "comments"]].gt(0)
    assert told["reposts"].isna().sum() + told["comments"].isna().sum() == few.sum().sum() <= cells.count("–")


def test_every_figure_is_defined_below(written):
    page = written("art", "zh")
    for id in ("posts", "accounts", "completeness", "counters", "stance", "keywords", "adoption", "events", "quoted", "gaps"):
        assert f"<code>{id} v" in page, id


def test_the_command_writes_it(home, tmp_path):
    out = tmp_path / "new" / "art.html"
    said = groundswell(home.path, "report", "--campaign", "art", "--out", out, "--language", "zh")
    assert (said.status, said.err) == (0, "") and said.json == {"file": str(out), "bytes": out.stat().st_size}
    assert "画师抵制云画机" in out.read_text(encoding="utf-8")


def test_a_campaign_nobody_knows(home, tmp_path):
    with pytest.raises(WrongUsage, match="no campaign"):
        report.write(home, "none", tmp_path / "x.html")
    empty = Home(tmp_path / "empty")
    with pytest.raises(WrongUsage, match="published"):
        report.write(empty, "no-to-ai-images", tmp_path / "x.html")
    build(empty)
    assert report.write(empty, "no-to-ai-images", tmp_path / "x.html") > 3_000
