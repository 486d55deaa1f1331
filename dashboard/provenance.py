"""What is said beside a figure: whence it is, how complete, when it was last looked for, and what it leaves out. Sentences alone, no part
of a page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard import numbers
from dashboard.escape import for_markdown
from dashboard.reader import Reader
from dashboard.texts import SIGNS, Texts
from data.model import LABEL_VALUES
from data.questions import FEW, QUESTIONS, Filters

OF_RUNS = ("runs", "runs_cut_off", "quarantine", "gaps", "warnings")
RECORDS = ("post", "repost", "comment")
# What must have been looked for so that a figure may have changed, where that is not posts.
LOOKED_FOR = {
    "reposts": ("repost",), "comments": ("comment",), "views": ("counters",), "counters": ("counters",), "trend": ("counters",),
    "hot_search": ("hot_search",), "statuses": (*RECORDS, "again"), "sightings": (*RECORDS, "again"), "membership": RECORDS,
    "growth": RECORDS, "posts_found": RECORDS, "near": RECORDS, "exported": RECORDS,
}  # fmt: skip


def withheld(reader: Reader) -> str:
    """The same in a sentence; "" where none is."""
    figures = sum(reader.withheld.values())
    return reader.texts("source.withheld", figures=numbers.exact(figures), few=FEW) if figures else ""


def not_drawn(reader: Reader, figures: pd.Series) -> str:
    """How many figures of a chart are too small for a public viewer; "" where none is."""
    few = int(figures.isna().sum())
    return reader.texts("chart.withheld", figures=numbers.exact(few), few=FEW) if few else ""


def undated(reader: Reader) -> str:
    """How many posts are in no figure of a day, since they tell none; "" where each tells its own."""
    posts = reader.ask("headline")["undated_posts"]
    return reader.texts("source.undated", posts=numbers.exact(numbers.total(posts))) if numbers.some(posts) else ""


def no_account(reader: Reader, *filters: Filters) -> str:
    """How many posts tell no account, of each choice where there are several; "" where each tells its own."""
    posts = [numbers.total(reader.ask("headline", chosen)["no_account"]) for chosen in filters or (reader.filters,)]
    told = numbers.some(pd.Series(posts, dtype="Int64").fillna(0))
    return reader.texts("overview.no_account", posts=" / ".join(map(numbers.exact, posts))) if told else ""


def left_out(reader: Reader) -> str:
    """How many records are on none of the days that are chosen, since they tell none; "" where no days are, or each tells its own."""
    undated = int(reader.ask("headline")["undated"].sum()) if reader.filters.since or reader.filters.until else 0
    return reader.texts("spread.left_out_undated", posts=numbers.exact(undated)) if undated else ""


def labelled_of(reader: Reader, totals: pd.DataFrame, bins: pd.DataFrame) -> str:
    """Of how many labelled posts a chart is, and what it leaves out. `totals`: posts of each label, `bins`: count."""
    labelled = numbers.exact(totals["posts"].sum(skipna=False))
    of = reader.texts("spread.labelled_of", labelled=labelled, threshold=reader.ask("threshold")["threshold"][0])
    return " · ".join(filter(None, (of, not_drawn(reader, bins["count"]), undated(reader))))


def chosen(reader: Reader) -> str:
    """What the reader narrowed to, safe as Markdown; "" for all."""
    return " · ".join(map(for_markdown, active(reader).values()))


def collected_share(texts: Texts, collected: Any, reported: Any) -> str:
    """What is collected of the originals that a platform counted; more than all of them is no share."""
    return texts("overview.more_than_reported") if pd.notna(collected) and collected > reported else numbers.share(collected, reported)


def collected_shares(reader: Reader, written: Callable[[str], str] = str) -> dict[str, str]:
    """The same of the hashtags that are chosen, the lowest to the highest, with the first and last day of their counters; {} where no
    counter tells, or days are chosen: counters tell of the time between two of their readings. `written`: how a hashtag is."""
    filters = reader.filters
    known = reader.ask("completeness", reader.everything())
    known = known[(known["reported"] > 0) & known["collected"].notna()]
    if filters.platforms is not None:
        known = known[known["platform"].isin(filters.platforms)]
    if filters.tag:
        known = known[known["tag_key"] == filters.tag]
    if not len(known) or filters.since or filters.until:
        return {}
    known = known.iloc[(known["collected"] / known["reported"]).argsort()]
    shares = [f"{written('#' + row.tag)} {collected_share(reader.texts, row.collected, row.reported)}" for row in known.itertuples()]
    return {
        "share": " – ".join(dict.fromkeys([*shares[:1], *shares[-1:]])),
        "first": reader.day(known["counted_from"].min()),
        "last": reader.day(known["counted_to"].max()),
    }


def completeness(reader: Reader) -> str:
    """The same in a few words, to stand beside a figure."""
    shares = collected_shares(reader, for_markdown)
    return reader.texts("overview.share_known", **shares) if shares else reader.texts("overview.share_unknown")


def models(reader: Reader) -> str:
    """Which models labelled, each with its version; "" where the labels of the posts tell none."""
    named = SIGNS[reader.texts.language][2].join(for_markdown(model) for model in labelled_by(reader))
    return reader.texts("overview.models", models=named) if named else ""


def labelled_by(reader: Reader) -> list[str]:
    """The models behind the labels, each with its version and with what it labelled where that is not the same of all."""
    texts, found, written = reader.texts, reader.ask("models"), reader.with_meaning()
    targets = found.loc[found["target"] != "", "target"].unique()
    labelled = {}
    for model, rows in found.groupby("model", sort=False):
        kinds = [texts.of("label_kind", kind) for kind in LABEL_VALUES if (rows["kind"] == kind).any()]
        toward = sorted(set(rows["target"]) - {""})
        if toward and len(toward) < len(targets):
            kinds[-1:] = [texts("overview.toward", target=written(target)) for target in toward]
        labelled[model] = kinds
    return each_of(texts, labelled)


def each_of(texts: Texts, told: Mapping[str, Sequence[str]]) -> list[str]:
    """What is told, each with the parts that it is of: "weibo-counts (views)"; without them where each is of the same."""
    if len({tuple(parts) for parts in told.values()}) < 2:
        return list(told)
    return [texts("source.each_of", told=one, parts=SIGNS[texts.language][2].join(parts)) for one, parts in told.items()]


def last_collection(reader: Reader, metric: str) -> str:
    """When what the figure counts was last looked for; a run that was refused did not. A hot-search series may come with the campaign
    file."""
    if metric in OF_RUNS:
        last = reader.ask("last_collection")["last"].max()
    else:
        looks = reader.ask("last_look")
        last = looks.loc[looks["of"].isin(LOOKED_FOR.get(metric, ("post",))), "last"].max()
    if pd.isna(last):
        return reader.texts("source.shipped") if metric == "hot_search" else reader.texts("source.never")
    return reader.texts("source.last", at=reader.moment(last))


def with_accounts(found: pd.DataFrame, accounts: str = "accounts", of: str = "posts") -> pd.DataFrame:
    """Figures of which some count accounts. Where there are posts and none tells its account, how many accounts wrote them is not told,
    and not 0; posts too few to be shown are posts too."""
    untold = (found[accounts] == 0) & (found[of] != 0).fillna(True)
    return found.assign(**{accounts: found[accounts].mask(untold.fillna(False))})


def by_accounts(reader: Reader, found: pd.DataFrame) -> str:
    """Whose the posts are that `posts_found` counted, to follow their number in a sentence."""
    accounts = found["accounts"][0]
    if pd.isna(accounts):
        return reader.texts("posts.by_few", few=FEW)
    if pd.isna(with_accounts(found)["accounts"][0]):
        return reader.texts("posts.by_untold")
    return reader.texts("posts.by_accounts", accounts=numbers.exact(accounts))


def headline(reader: Reader) -> pd.DataFrame:
    """The figures of each platform."""
    return with_accounts(reader.ask("headline"))


def active(reader: Reader) -> dict[str, str]:
    """The filters that are set, each with what it is set to."""
    filters = reader.filters
    told = {
        "days": "–".join(numbers.days(filters.since, filters.until)) if filters.since or filters.until else "",
        "platforms": ", ".join(reader.texts.of("platform", platform) for platform in filters.platforms or ()),
        "tag": f"#{filters.tag}" if filters.tag else "",
    }
    return {name: value for name, value in told.items() if value}


def ignored(reader: Reader, asked: Sequence[str]) -> list[str]:
    """Of the filters that are set, those that a figure read by these questions does not follow."""
    return [name for name in active(reader) if not all(_follows(QUESTIONS[question].takes, name) for question in asked)]


def not_narrowed(reader: Reader, asked: Sequence[str]) -> str:
    """The same in words; "" where it follows all."""
    named = [reader.texts(f"filter_name.{name}") for name in ignored(reader, asked)]
    return reader.texts("source.ignores", filters=", ".join(named)) if named else ""


def _follows(takes: frozenset[str], name: str) -> bool:
    return {"days": "since", "platforms": "platforms", "tag": "tag"}[name] in takes or (name == "tag" and "tags" in takes)
