"""The report: all of it in one file, nothing asked for, the dashboard's figures, no account named."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from invented_home import START

from dashboard import report
from dashboard.numbers import exact
from dashboard.texts import LANGUAGES, Texts
from data import campaign
from data.build import build, reading
from data.errors import WrongUsage
from data.home import Home
from data.log import Log
from data.model import Gap, Label, Membership, Post, Run, Sighting, text_sha256
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_posts_tell_neither_day_nor_account(written, home, language):
    """As the page does, beside the sum and for each platform."""
    with reading(home) as connection:
        headline = ask(connection, "headline", Filters(campaign="art"))
    page, texts = written("art", language), Texts(language)
    assert headline[["undated", "no_account"]].all(axis=None)
    assert texts("overview.no_account", posts=exact(headline["no_account"].sum())) in page
    assert f"<th>{texts('column.undated')}</th><th>{texts('column.no_account')}</th>" in page
    assert all(f"<td>{exact(row.comments)}</td><td>{exact(row.undated)}</td><td>{exact(row.no_account)}</td>" in page
               for row in headline.itertuples())  # fmt: skip


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


@pytest.mark.slow
def test_a_public_report_has_no_keywords_and_no_figure_under_five(written, home):
    texts = Texts("en")
    assert texts("opinion.groups") in written("art") and texts("opinion.groups") not in written("art", public=True)
    with reading(home) as connection:
        told = ask(connection, "headline", Filters(campaign="play"), Viewer(public=True))
        full = ask(connection, "headline", Filters(campaign="play"))
    cells = re.findall(r"<td>([\d,–]+)</td>", written("play", public=True))
    few = full[["reposts", "comments"]].lt(FEW) & full[["reposts", "comments"]].gt(0)
    assert told["reposts"].isna().sum() + told["comments"].isna().sum() == few.sum().sum() <= cells.count("–")


@pytest.fixture
def few(tmp_path):
    """Publishes a campaign with so many labelled posts on each day, None for those that tell none, and two gaps; writes its reports."""
    home = Home(tmp_path / "few")
    campaign.new(home, "few", name="Few", hashtags=["weibo:第一"], start=None, slogans=["先问"])

    def publish(days: dict[int | None, int]) -> Callable[..., str]:
        told = {"platform": "weibo", "run_id": "run"}
        rows: list[Any] = [Run(run_id="run", source="import", campaign="few", started=START, ended=START, version="0.1.0")]
        for day, number in [(day, number) for day, posts in days.items() for number in range(posts)]:
            id, at = f"{day}-{number}", None if day is None else START + timedelta(days=day)
            text = f"先问再用 {id}"
            post = {"text": text, "text_sha256": text_sha256(None, text), "author_key": id, "post_id": id}
            rows += [
                Post(record_id=id, published_at=at, published_grain=at and "minute", **post, **told),
                Sighting(record_id=id, post_id=id, seen_at=START, seen_at_basis="told", format="weibo-search", **told),
                Membership(campaign="few", via="query", post_id=id, **told),
                Label(text_sha256=post["text_sha256"], kind="sentiment", value="negative", probabilities={"negative": 1.0}, model="tiny",
                      version="1", labelled_at=START, run_id="run"),
            ]  # fmt: skip
        for hour, reported, collected in ((1, 3, 1), (2, 30, 2)):
            at = START + timedelta(hours=hour)
            rows.append(Gap(campaign="few", query="4900000000000001", starts_at=at, ends_at=at, reason="fewer than reported",
                            reported=reported, collected=collected, **told))  # fmt: skip
        Log(home.log).append_rows(rows)
        build(home)
        return write

    def write(language: str = "en", *, public: bool) -> str:
        report.write(home, "few", tmp_path / "few.html", language=language, public=public)
        return (tmp_path / "few.html").read_text(encoding="utf-8")

    return publish


def squeezed(page: str) -> str:
    """The words of a page without spaces, for lines of pictures are broken at them."""
    return re.sub(r"\s", "", "".join(Read(page).words))


@pytest.mark.slow
def test_a_public_report_withholds_small_counts_of_gaps(few):
    write, cells = few({0: 6}), re.compile(r"<td>([\d–]+)</td><td>([\d–]+)</td></tr>")
    assert cells.findall(write(public=False)) == [("3", "1"), ("30", "2")]
    assert cells.findall(write(public=True)) == [("–", "–")]  # both are of single posts


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_public_report_says_what_it_withholds(few, language):
    """Six posts of the first day are drawn, three and two are not; the labelled posts are eleven all the same."""
    write = few({0: 6, 1: 3, 2: 2})
    page = squeezed(write(language, public=True))
    texts = Texts(language)

    def said(key: str, **filled: Any) -> int:
        return page.count(squeezed(texts(key, **filled)))

    assert said("chart.withheld", figures=2, few=FEW) == 2 and said("spread.labelled_of", labelled=11, threshold=0.5) == 1
    before, after = squeezed(texts("source.withheld", figures="|", few=FEW)).split("|")
    [figures] = re.findall(re.escape(before) + r"(\d+)" + re.escape(after), page)
    assert int(figures) >= 7  # two of the gaps, the posts of two days, the labels of two days
    full = squeezed(write(language, public=False))
    assert after not in full and squeezed(texts("chart.withheld", figures=2, few=FEW)) not in full


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_public_report_does_not_call_nothing_what_it_withholds(few, language):
    page = squeezed(few({0: 3, 1: 4})(language, public=True))
    texts = Texts(language)
    assert page.count(squeezed(texts("missing.withheld", few=FEW))) == 2
    assert squeezed(texts("report.nothing")) not in page and squeezed(texts("report.unlabelled")) not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_posts_that_tell_no_day_are_not_called_nothing(few, language):
    page = squeezed(few({None: 6})(language, public=False))
    texts = Texts(language)
    assert page.count(squeezed(texts("report.undated"))) == 2 and squeezed(texts("report.labelled_undated")) in page
    assert not [key for key in ("report.nothing", "report.unlabelled", "missing.accounts") if squeezed(texts(key)) in page]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_how_many_posts_tell_no_day(few, language):
    page = squeezed(few({None: 2, 0: 6})(language, public=False))
    assert page.count(squeezed(Texts(language)("source.undated", posts=2))) == 3  # beside posts, labels and slogans


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chart_tells_its_days_with_their_year(few, language):
    page = squeezed(few({0: 6, 300: 6})(language, public=False))
    assert page.count(squeezed(Texts(language)("picture.days", days="2024-05-01–2025-02-25"))) == 3


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
