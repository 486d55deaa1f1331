"""What do people feel, what side do they take, and in which words?"""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, numbers, post_list, provenance, show, sidebar, wording
from dashboard.escape import for_markdown
from dashboard.over_time import pick, signs, still_open, two_of, within
from dashboard.reader import Reader, reader
from data.model import LABEL_VALUES
from data.questions import FEW, Filters

WORDS = 12  # keywords of a group
PHRASES = 6
TOLD_APART = 12  # words of each side
TYPICAL = 5
BY_VALUES = {"stance": ("against", "favour", "neutral"), "sentiment": ("negative", "positive", "neutral")}
LIKE_EVERYBODY: dict[str, Any] = {"kind": "sentiment", "target": None, "value": None}


def page(reader: Reader) -> None:
    show.head(reader, "opinion")
    known = wording.user_words(show.campaign_file(reader))
    totals = reader.ask("labels_total")
    if not len(totals):
        if numbers.some(reader.ask("labelled")["labelled"]):
            show.missing(reader.texts("missing.labelled"))
        else:
            show.missing(reader.texts("missing.labels"), show.how_to_label(reader))
        apart(reader, LIKE_EVERYBODY, [], known)
        return
    answer(reader, totals)
    kind, target = choose(reader, totals)
    totals = totals[(totals["kind"] == kind) & (totals["target"] == target)]
    over_time(reader, kind, target, totals)
    label: dict[str, Any] = {"kind": kind, "target": target or None}
    values = [value for value in BY_VALUES.get(kind, tuple(totals["value"])) if value in set(totals["value"]) and value != "undecided"]
    groups(reader, label, values[:3], totals, known)
    apart(reader, label, values, known)
    typical(reader, label, values, known)


def answer(reader: Reader, totals: pd.DataFrame) -> None:
    """One sentence for each target, or on the sentiment where no stance is labelled."""
    texts = reader.texts
    kind = "stance" if (totals["kind"] == "stance").any() else "sentiment"
    told = totals[totals["kind"] == kind]
    written = reader.with_meaning()
    for target, rows in told.groupby("target", sort=True):
        posts = dict(zip(rows["value"], rows["posts"], strict=True))
        whole = rows["posts"].sum(skipna=False)  # of which a part is withheld there are no shares
        shares = {value: numbers.share(posts.get(value, 0), whole) for value in (*LABEL_VALUES[kind], "undecided")}
        of = {"target": for_markdown(written(target))} if kind == "stance" else {}
        st.markdown(texts(f"opinion.answer_{kind}", posts=numbers.exact(whole), **of, **shares))
    show.source(
        reader, kind, asked=["labels_total"], note=" · ".join(filter(None, (provenance.models(reader), provenance.undated(reader))))
    )


def choose(reader: Reader, totals: pd.DataFrame) -> tuple[str, str]:
    """Which label, and toward which target."""
    texts = reader.texts
    kinds = [kind for kind in ("stance", "sentiment", "emotion") if (totals["kind"] == kind).any()]
    left, right = st.columns(2)
    with left:
        kind = pick(reader, "label", kinds, texts("spread.label_kind"))
    targets = sorted(totals.loc[totals["kind"] == kind, "target"].unique())
    if kind != "stance":
        return kind, ""
    sidebar.kept("target", targets[0], lambda told: told if told in targets else None)
    with right:
        target = str(st.selectbox(texts("spread.target"), targets, key="target", format_func=reader.with_meaning()))
    sidebar.in_address({"target": target if target != targets[0] else ""})
    return kind, target


def over_time(reader: Reader, kind: str, target: str, totals: pd.DataFrame) -> None:
    """Labelled posts of each day, as they are or as shares."""
    texts = reader.texts
    show.section(texts("opinion.over_time"))
    scale = pick(reader, "scale", ["posts", "share"], texts("spread.measure"))
    bins = reader.ask("labels_by_day", kind=kind)
    bins = bins[bins["target"] == target].rename(columns={"posts": "count"}).assign(at=pd.to_datetime(bins["day"]))
    note = provenance.labelled_of(reader, totals, bins)
    if scale == "share":  # of a day of which a part is withheld there are no shares
        bins = bins[bins["count"].notna().groupby(bins["day"]).transform("all")]
    bins = bins.dropna(subset="count")
    if not len(bins):
        show.missing(texts("missing.withheld", few=FEW))
        return
    bins["incomplete"] = still_open(reader, bins, pd.Timedelta(days=1))
    drawn = within(reader.around(), bins["at"], hourly=False)
    values = (*LABEL_VALUES[kind], "undecided")
    figure = partial(charts.labels, bins, texts, drawn, kind=kind, values=values, shares=scale == "share")
    of = f"{texts('spread.target')} {reader.with_meaning()(target)}" if target else ""
    show.chart(reader, kind, figure, asked=["labels_by_day"], key=f"labels-{kind}-{scale}", note=note, detail=of)
    signs(reader, drawn, set())


def groups(reader: Reader, label: dict[str, Any], values: list[str], totals: pd.DataFrame, known: tuple[str, ...]) -> None:
    """The keywords and phrases of each group, side by side."""
    texts = reader.texts
    if not values:
        return
    show.section(texts("opinion.groups"))
    for box, value in zip(st.columns(len(values)), values, strict=True):
        with box:
            posts = totals.loc[totals["value"] == value, "posts"].iloc[0]
            st.markdown(f"**{texts.of(label['kind'], value)}** · {reader.count(posts)}")
            said = own_words(reader, reader.filters, {**label, "value": value})
            found = wording.shown(reader, wording.keywords(said, known), known, WORDS)
            if not found:
                show.missing(texts("missing.words"))
                continue
            rows = pd.DataFrame({"word": [one.word for one in found], "posts": [one.posts for one in found]})
            show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
            show.source(reader, "keywords", asked=["group_posts"], note=wording.read_of(reader, said))
            phrases(reader, said, known)


def phrases(reader: Reader, said: tuple[str, ...], known: tuple[str, ...]) -> None:
    """What the posts of a group repeat."""
    found = wording.shown_phrases(reader, wording.phrases(said, known), known, PHRASES)
    if found:
        rows = pd.DataFrame({"phrase": [one.text for one in found], "posts": [one.posts for one in found]})
        show.table(rows, {name: reader.texts(f"column.{name}") for name in rows.columns})
        show.source(reader, "phrases", asked=["group_posts"], note=wording.read_of(reader, said))


def own_words(reader: Reader, filters: Filters, group: dict[str, Any]) -> tuple[str, ...]:
    """What the posts of a group say in their own words: all, or a fixed sample of them. Nothing for a public viewer."""
    return tuple(reader.ask("group_posts", filters, **group, rows=wording.ROWS)["own"])


def apart(reader: Reader, label: dict[str, Any], values: list[str], known: tuple[str, ...]) -> None:
    """The words that tell two groups, periods or hashtags apart."""
    texts = reader.texts
    show.section(texts("opinion.apart"))
    ways = [*(["groups"] if len(values) > 1 else []), "periods", "hashtags"]
    way = pick(reader, "apart", ways, texts("opinion.compare"))
    reader = show.of_any_tag(reader) if way == "hashtags" else reader
    sides = {"groups": two_groups, "periods": two_periods, "hashtags": two_hashtags}[way](reader, label, values)
    if sides is None:
        show.missing(texts("missing.sides"))
        return
    names = [name for name, _, _ in sides]
    said = [own_words(reader, filters, group) for _, filters, group in sides]
    sizes = [reader.ask("group", filters, **group)["posts"][0] for _, filters, group in sides]
    found = wording.shown_contrast(reader, wording.contrast(said[0], said[1], known, TOLD_APART), known, TOLD_APART)
    if not found:
        show.missing(texts("missing.words"))
        return
    rows = pd.DataFrame({"word": [w.word for w in found], "z": [w.z for w in found], "first": [w.first for w in found],
                         "second": [w.second for w in found]})  # fmt: skip
    shown = [texts("opinion.side", name=name, posts=reader.count(size)) for name, size in zip(names, sizes, strict=True)]
    figure = partial(charts.contrast, rows, texts, names=(shown[0], shown[1]), synthetic=reader.synthetic)
    show.chart(reader, "contrast", figure, asked=["group"], key=f"apart-{way}", note=wording.read_of(reader, *said))


Side = tuple[str, Filters, dict[str, Any]]


def two_groups(reader: Reader, label: dict[str, Any], values: list[str]) -> tuple[Side, Side] | None:
    """Posts with one label against posts with another."""
    first, second = two_of(reader, "group", {value: reader.texts.of(label["kind"], value) for value in values})
    return tuple((reader.texts.of(label["kind"], value), reader.filters, {**label, "value": value}) for value in (first, second))  # type: ignore[return-value]


def two_periods(reader: Reader, label: dict[str, Any], values: list[str]) -> tuple[Side, Side] | None:
    """Before a day and from it on."""
    days = reader.ask("by_day")["day"]
    if days.nunique() < 2:
        return None
    first, last = pd.Timestamp(days.min()).date(), pd.Timestamp(days.max()).date()
    middle = day_of_first_event(reader, first, last) or first + (last - first) // 2 + timedelta(days=1)
    least = first + timedelta(days=1)
    sidebar.kept("split", middle, lambda told: inside(told, least, last))
    split = st.date_input(reader.texts("opinion.split"), key="split", min_value=least, max_value=last, format="YYYY-MM-DD")
    if not isinstance(split, date):
        return None
    sidebar.in_address({"split": split.isoformat() if split != middle else ""})
    before = reader.texts("opinion.before", day=split)
    after = reader.texts("opinion.after", day=split)
    return (before, reader.only(until=split), LIKE_EVERYBODY), (after, reader.only(since=split), LIKE_EVERYBODY)


def day_of_first_event(reader: Reader, first: date, last: date) -> date | None:
    """The first event with days on both sides: a natural place to cut."""
    events = reader.around().events
    days = [at.date() for at in events["at"] if first < at.date() <= last]
    return min(days) if days else None


def inside(told: Any, first: date, last: date) -> date | None:
    if isinstance(told, str):
        try:
            told = date.fromisoformat(told)
        except ValueError:
            return None
    return told if isinstance(told, date) and first <= told <= last else None


def two_hashtags(reader: Reader, label: dict[str, Any], values: list[str]) -> tuple[Side, Side] | None:
    """Posts with one hashtag against posts with another."""
    tags = dict(zip(*(reader.ask("tags")[name] for name in ("tag_key", "tag")), strict=True))
    if len(tags) < 2:
        return None
    first, second = two_of(reader, "hashtag", {key: f"#{tag}" for key, tag in tags.items()})
    return tuple((f"#{tags[key]}", reader.only(tag=key), LIKE_EVERYBODY) for key in (first, second))  # type: ignore[return-value]


def typical(reader: Reader, label: dict[str, Any], values: list[str], known: tuple[str, ...]) -> None:
    """A few posts of one group that say most nearly what the group says."""
    texts = reader.texts
    if not values:
        return
    show.section(texts("opinion.typical"))
    value = pick(reader, "typical", values, texts("opinion.group_of"), family=label["kind"])
    found = reader.ask("group_posts", **label, value=value, rows=wording.ROWS)
    places = wording.typical(tuple(found["own"]), known, TYPICAL)
    if not places:
        show.missing(texts("missing.words"))
        return
    picked = post_list.posts(reader, found.iloc[places].reset_index(drop=True), key=f"typical-{label}-{value}")
    show.source(reader, "typical", asked=["group_posts"], note=wording.read_of(reader, tuple(found["own"])))
    post_list.open_post(reader, picked)


page(reader())
