"""One page of a campaign to send to somebody: HTML that holds everything it shows and asks for nothing, not even a script.

It tells the figures of the dashboard by the same questions, charts and definitions. It quotes no post, and names no account of the
collection but where the campaign file does.
"""

import html
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import plotly.graph_objects as go

from analysis import words
from analysis.slogans import letters_pattern
from dashboard import charts, numbers, picture, provenance, show, wording
from dashboard.metrics import registry
from dashboard.over_time import adopted, still_open, within
from dashboard.reader import Reader
from dashboard.texts import Texts
from data import campaign as campaigns
from data import questions
from data.build import reading
from data.campaign import Campaign
from data.clock import now
from data.errors import WrongUsage
from data.files import write_durably
from data.home import Home
from data.model import LABEL_VALUES
from data.questions import FEW, Filters, Viewer
from data.version import VERSION

DAY = pd.Timedelta(days=1)
KEYWORDS = 12
STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Printed(Reader):
    """A reader of paper: asks one open connection, and remembers which figures were shown."""

    connection: duckdb.DuckDBPyConnection
    file: Campaign
    shown: dict[str, None] = field(default_factory=dict)

    def answer(self, question: str, filters: Filters, **more: Any) -> pd.DataFrame:
        return questions.ask(self.connection, question, filters, self.viewer, **more)


def write(home: Home, campaign: str, out: Path, *, language: str = "en", public: bool = False) -> int:
    """Writes the report of a campaign to the file `out`; its size in bytes. `public`: without figures under five. Raises
    WrongUsage for an unknown campaign, where nothing is published, and where `out` is a folder."""
    if out.is_dir():
        raise WrongUsage(f"{out}: is a folder; name a file for the report")
    file = campaigns.find(home, campaign)
    texts = Texts(language)
    with reading(home) as connection:
        filters, viewer = Filters(campaign=campaign), Viewer(public=public)
        reader = Printed(
            home=home, texts=texts, filters=filters, viewer=viewer, zone=ZoneInfo(file.zone.key), query={}, connection=connection,
            file=file, name=texts.either(file.name, file.name_zh),
            synthetic=bool(questions.ask(connection, "synthetic", filters, viewer)["synthetic"][0]),
        )  # fmt: skip
        page = "\n".join(_page(reader)).encode()
    written = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    write_durably(written, page)
    written.replace(out)
    return len(page)


def _page(reader: Printed) -> Iterator[str]:
    texts = reader.texts
    title = html.escape(reader.name)
    yield f'<!doctype html><html lang="{ {"zh": "zh-Hans"}.get(texts.language, texts.language) }"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
    yield f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{STYLE}</style></head><body>'
    yield f"<header><h1>{title}</h1>"
    if reader.synthetic:
        yield f'<p class="invented">{html.escape(texts("synthetic.banner"))}</p>'
    made = texts("picture.made", at=reader.moment(now()), zone=str(reader.zone))
    yield f'<p class="note">{html.escape(made)} {html.escape(texts("report.says"))}</p></header><main>'
    for part in (_size, _completeness, _volume, _counters, _opinion, _keywords, _slogans, _events, _quoted, _gaps):
        yield from part(reader)
    yield from _method(reader)
    if told := provenance.withheld(reader):
        yield _paragraph(told)
    yield "</main></body></html>"


def _size(reader: Printed) -> Iterator[str]:
    texts = reader.texts
    headline = provenance.headline(reader)
    yield _section(texts("overview.question"))
    if not len(headline):
        yield _paragraph(texts("report.nothing"))
        return
    told = {figure: numbers.exact(numbers.total(headline[figure])) for figure in ("posts", "accounts", "reposts", "comments")}
    for figure, value in told.items():
        reader.shown[figure] = None
        yield f'<div class="figure"><b>{value}</b> {html.escape(registry()[figure].name[texts.language])}</div>'
    columns = (*told, "undated", "no_account")
    rows = [
        [texts.of("platform", row["platform"]), *(numbers.exact(row[name]) for name in columns), reader.day(row["first_post"]),
         reader.day(row["last_post"])]
        for row in headline.to_dict("records")
    ]  # fmt: skip
    yield _table(reader, ("platform", *columns, "first_post", "last_post"), rows)
    without = headline["no_account"].sum()
    yield _note(" · ".join([
        *([texts("overview.no_account", posts=numbers.exact(without))] if without else []), texts("overview.platforms_overlap"),
    ]))  # fmt: skip


def _completeness(reader: Printed) -> Iterator[str]:
    texts = reader.texts
    reader.shown["completeness"] = None
    yield _section(texts("overview.completeness"))
    known = reader.ask("completeness")
    known = known[known["reported"] > 0]
    if not len(known):
        yield _paragraph(texts("overview.completeness_unknown").replace("**", ""))
        return
    rows = [
        [f"#{row.tag}", texts.of("platform", row.platform), numbers.exact(row.collected), numbers.exact(row.reported),
         provenance.collected_share(texts, row.collected, row.reported)]
        for row in known.itertuples()
    ]  # fmt: skip
    yield _table(reader, ("tag", "platform", "collected", "reported", "share"), rows)
    yield _note(texts("overview.completeness_note"))


def _volume(reader: Printed) -> Iterator[str]:
    texts = reader.texts
    yield _section(texts("spread.volume"))
    bins = reader.ask("by_day")
    bins = bins.rename(columns={"posts": "count"}).assign(at=pd.to_datetime(bins["day"]))
    note = " · ".join(filter(None, (provenance.not_drawn(reader, bins["count"]), provenance.undated(reader))))
    bins = bins[bins["count"] > 0]
    if not len(bins):
        yield _paragraph(_why_no_day(reader))
        return
    bins["incomplete"] = still_open(reader, bins, DAY)
    drawn = within(reader.around(), bins["at"], hourly=False)
    yield _chart(reader, "posts", charts.volume_by_platform(bins, texts, drawn, hourly=False), note=note)


def _why_no_day(reader: Printed) -> str:
    """Why no day is drawn: each has too few posts for a public viewer, no post tells its day, or none is here."""
    if reader.ask("by_day")["posts"].isna().any():
        return reader.texts("missing.withheld", few=FEW)
    if numbers.some(reader.ask("headline")["undated_posts"]):
        return reader.texts("report.undated")
    return reader.texts("report.nothing")


def _counters(reader: Printed) -> Iterator[str]:
    texts = reader.texts
    read = reader.ask("counters_over_time").rename(columns={"views": "value", "views_grain": "grain"}).dropna(subset="value")
    read = read[read["tag_key"].isin(reader.ask("campaign_tags")["tag_key"])]
    if not len(read):
        return
    yield _section(texts("spread.counters"))
    points = (
        numbers.placed(read, "seen_at", "seen_at_grain", reader.zone)
        .assign(
            tag=read["tag"] + " · " + read["platform"].map(lambda platform: texts.of("platform", platform)),
            tag_key=read["platform"] + read["tag_key"],
        )
        .sort_values(["tag_key", "at"])
    )
    quoted = reader.ask("quoted").rename(columns={"value_grain": "grain"})
    quoted = quoted[(quoted["what"] == "views") & quoted["value"].notna() & quoted["at"].notna()]
    quoted = numbers.placed(quoted, "at", "at_grain", reader.zone)
    drawn = within(reader.around("counters"), points["at"], hourly=True)
    yield _chart(reader, "counters", charts.counters(points, quoted, texts, drawn), detail=texts.of("measure", "views"))


def _opinion(reader: Printed) -> Iterator[str]:
    """Stance toward each target, or sentiment where no stance is labelled."""
    texts = reader.texts
    totals = reader.ask("labels_total")
    yield _section(texts("opinion.question"))
    if not len(totals):
        undated = numbers.some(reader.ask("labelled")["labelled"])
        yield _paragraph(texts("report.labelled_undated") if undated else texts("report.unlabelled"))
        return
    kind = "stance" if (totals["kind"] == "stance").any() else "sentiment"
    totals = totals[totals["kind"] == kind]
    bins = reader.ask("labels_by_day", kind=kind)
    bins = bins.rename(columns={"posts": "count"}).assign(at=pd.to_datetime(bins["day"]))
    written = reader.with_meaning()
    for target, every in bins.groupby("target", sort=True):
        detail = f"{texts('spread.target')} {written(target)}" if target else ""
        rows = every.dropna(subset="count")
        if not len(rows):
            yield _paragraph(" · ".join(filter(None, (detail, texts("missing.withheld", few=FEW)))))
            continue
        rows = rows.assign(incomplete=still_open(reader, rows, DAY))
        drawn = within(reader.around(), rows["at"], hourly=False)
        figure = charts.labels(rows, texts, drawn, kind=kind, values=(*LABEL_VALUES[kind], "undecided"))
        note = provenance.labelled_of(reader, totals[totals["target"] == target], every)
        yield _chart(reader, kind, figure, detail=detail, note=note)


def _keywords(reader: Printed) -> Iterator[str]:
    """The words of the posts against and in favour of the first target, or negative and positive."""
    texts = reader.texts
    totals = reader.ask("labels_total")
    kind = "stance" if (totals["kind"] == "stance").any() else "sentiment"
    values = {"stance": ("against", "favour"), "sentiment": ("negative", "positive")}[kind]
    targets = reader.file.targets
    target = targets[0][0] if targets and kind == "stance" else None
    found: dict[str, list[str]] = {}
    read: dict[str, str] = {}
    for value in values:
        said = tuple(reader.ask("group_posts", kind=kind, target=target, value=value, rows=wording.ROWS)["own"]) if len(totals) else ()
        kept = wording.user_words(reader.file)
        every = words.keywords(said, top=None, user_words=kept, least=FEW)
        read[value] = wording.read_of(reader, said)
        found[value] = [f"{word.word} ({word.posts})" for word in wording.shown(reader, every, kept, KEYWORDS)]
    if not any(found.values()):
        return
    reader.shown["keywords"] = None
    yield _section(texts("opinion.groups"))
    written = reader.with_meaning()
    yield _paragraph(f"{texts('spread.target')} {written(target)}" if target else texts.of("label_kind", kind))
    for value, told in found.items():
        yield f"<p><b>{html.escape(texts.of(kind, value))}</b> ({html.escape(read[value])}): {html.escape(' · '.join(told))}</p>"


def _slogans(reader: Printed) -> Iterator[str]:
    texts = reader.texts
    told = reader.file.told.get("slogans", [])
    if not told or not len(reader.ask("headline")):
        return
    yield _section(texts("slogans.question"))
    wordings = {slogan["text"]: [slogan["text"], *slogan.get("variants", [])] for slogan in told}
    days = adopted(reader, {slogan: letters_pattern(forms) for slogan, forms in wordings.items()})
    if not len(days):
        yield _paragraph(texts("missing.accounts") if numbers.some(reader.ask("by_day")["posts"]) else _why_no_day(reader))
        return
    days["incomplete"] = still_open(reader, days, DAY)
    drawn = within(reader.around(), days["at"], hourly=False)
    note = " · ".join(filter(None, (texts("slogans.from_first"), provenance.undated(reader))))
    yield _chart(reader, "adoption", charts.adoption(days, texts, drawn, shares=False), note=note)


def _events(reader: Printed) -> Iterator[str]:
    texts = reader.texts
    events = reader.ask("events")
    if not len(events):
        return
    reader.shown["events"] = None
    yield _section(texts("overview.events"))
    rows = [
        [reader.moment(row["at"], row["at_grain"]), reader.title_of(row), texts.of("event_kind", row["kind"]),
         texts.of("event_status", row["status"]), _told(row["publisher"]), _told(row["url"])]
        for row in events.to_dict("records")
    ]  # fmt: skip
    yield _table(reader, ("at", "event", "event_kind", "event_status", "publisher", "url"), rows)


def _quoted(reader: Printed) -> Iterator[str]:
    texts = reader.texts
    quoted = reader.ask("quoted")
    if not len(quoted):
        return
    reader.shown["quoted"] = None
    yield _section(texts("overview.quoted"))
    rows = [
        [f"◇ {row['shown']}", reader.what_of(row), row["publisher"], reader.moment(row["at"], row["at_grain"]), _told(row["url"])]
        for row in quoted.to_dict("records")
    ]
    yield _table(reader, ("quoted", "what", "publisher", "at", "url"), rows)
    yield _note(texts("overview.quoted_note"))


def _gaps(reader: Printed) -> Iterator[str]:
    texts = reader.texts
    gaps = reader.ask("gaps")
    reader.shown["gaps"] = None
    yield _section(texts("health.gaps"))
    if not len(gaps):
        yield _paragraph(texts("missing.gaps"))
        return
    rows = [
        [reader.moment(row["starts_at"]), reader.moment(row["ends_at"]), texts.of("platform", row["platform"]),
         texts.reason(row["reason"]), numbers.exact(row["reported"]), numbers.exact(row["collected"])]
        for row in gaps.to_dict("records")
    ]  # fmt: skip
    yield _table(reader, ("starts_at", "ends_at", "platform", "reason", "reported", "collected"), rows)


def _method(reader: Printed) -> Iterator[str]:
    """The definition and the limits of every figure above, and what made them."""
    texts, language = reader.texts, reader.texts.language
    yield _section(texts("method.question"))
    yield _paragraph(texts("method.rules"))
    for id in reader.shown:
        told = registry()[id]
        yield (
            f"<p><b>{html.escape(told.name[language])}</b> <code>{id} v{told.version}</code> {html.escape(told.definition[language])} "
            f"<i>{html.escape(texts('method.limits'))}</i> {html.escape(told.limits[language])}</p>"
        )
    made_by = ["Groundswell " + VERSION, *provenance.labelled_by(reader)]
    yield _note(f"{texts('method.versions')}: {' · '.join(made_by)} · {provenance.last_collection(reader, 'posts')}")


def _chart(reader: Printed, metric: str, figure: go.Figure, *, detail: str = "", note: str = "") -> str:
    reader.shown[metric] = None
    told = show.around_picture(reader, metric, figure, note, detail, asked=())
    return f'<figure role="img" aria-label="{html.escape(told.title)}">{picture.svg(figure, told)}</figure>'


def _table(reader: Printed, columns: Sequence[str], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{html.escape(reader.texts(f'column.{name}'))}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _section(title: str) -> str:
    return f"<h2>{html.escape(title)}</h2>"


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _note(text: str) -> str:
    return f'<p class="note">{html.escape(text)}</p>'


def _told(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""
