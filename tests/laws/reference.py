"""What the published database must hold, said again in plain Python from the laws alone, slowly and for few posts.

It knows what was told (the lines of imported files, in any order), what the campaign files say, which texts got which labels, and
who was forgotten. Where a law leaves the choice to a hash, every value that the law allows is allowed here.
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data.model import text_sha256
from data.tags import tag_key

UTC = ZoneInfo("UTC")
BASES = ("import", "not_before", "file_time", "told")  # the weakest first
MARKS = ("…", "全文", "展开")
DEFAULT = "groundswell-zh"
FINENESS = ("day", "hour", "minute", "second")

Key = tuple[str, bool, str]


@dataclass
class World:
    """All that was said: records by campaign, campaign files, labels by text, and the forgotten."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    labels: dict[tuple[str, str, str], tuple[str, float]] = field(default_factory=dict)
    in_context: dict[tuple[str, str, str], tuple[str, float]] = field(default_factory=dict)
    by_default: set[tuple[str, str, str]] = field(default_factory=set)

    def tell(self, campaign: str, *records: dict[str, Any]) -> None:
        self.told += [(campaign, record) for record in records]

    def forget_post(self, key: Key) -> None:
        self.told = [(campaign, one) for campaign, one in self.told if key_of(one) != key]
        self._forget_labels()

    def forget_author(self, author: str) -> set[Key]:
        """Forgets a person; the posts that went."""
        gone = {key_of(one) for _, one in self.told if one.get("author") == author}
        self.told = [(campaign, one) for campaign, one in self.told if key_of(one) not in gone]
        self._forget_labels()
        return gone

    def label(self, of: "dict[tuple[str, str, str], tuple[str, float]]", key: tuple[str, str, str], said: tuple[str, float], model: str):
        """The newest of the default model holds, of any other where it said nothing."""
        if model == DEFAULT or key not in of or key not in self.by_default:
            of[key] = said
        if model == DEFAULT:
            self.by_default.add(key)

    def _forget_labels(self) -> None:
        left = {text_sha256(one.get("title"), one.get("text")) for _, one in self.told}
        self.labels = {key: value for key, value in self.labels.items() if key[0] in left}
        self.in_context = {key: value for key, value in self.in_context.items() if key[0] in left and key[1] in left}
        self.by_default &= self.labels.keys() | self.in_context.keys()

    def sightings(self) -> dict[Key, list[dict[str, Any]]]:
        """The distinct records of each post: the same record from any file is one."""
        found: dict[Key, dict[str, dict[str, Any]]] = defaultdict(dict)
        for _, one in self.told:
            found[key_of(one)][canonical(one)] = one
        return {key: list(records.values()) for key, records in found.items()}

    def posts(self) -> dict[Key, "Merged"]:
        return {key: Merged(records) for key, records in self.sightings().items()}

    def versions(self) -> set[tuple[Key, str]]:
        """Every text ever seen of each post."""
        shas = {(key_of(one), text_sha256(one.get("title"), one.get("text"))) for _, one in self.told}
        return {(key, sha) for key, sha in shas if sha is not None}

    def membership(self) -> set[tuple[str, Key, str]]:
        asserted = {(campaign, key_of(one), "context" if one.get("context") else "query") for campaign, one in self.told}
        found = {
            (campaign, key, "rule")
            for campaign, file in self.files.items()
            for key, merged in self.posts().items()
            if merged.matches(key[0], file)
        }
        return asserted | found

    def campaigns_of(self) -> dict[Key, set[str]]:
        found: dict[Key, set[str]] = {key: set() for key in self.sightings()}
        for campaign, key, via in self.membership():
            if via != "context" and campaign in self.files:
                found[key].add(campaign)
        return found

    def cells(self) -> "tuple[dict[tuple, int], dict[tuple, tuple[int, int, int, int]]]":
        """Counts by hour and by day: {(campaign, platform, tag, hour, class): posts} and
        {(…, day, class): (posts, known to the day only, accounts, without an account)}."""
        hours: dict[tuple, int] = defaultdict(int)
        days: dict[tuple, list[tuple[bool, str | None]]] = defaultdict(list)
        posts = self.posts()
        for key, campaigns in self.campaigns_of().items():
            merged = posts[key]
            if merged.published is None:
                continue
            moment, grain = merged.published
            for campaign in campaigns:
                zone = ZoneInfo(self.files[campaign].get("zone", "Asia/Shanghai"))
                day = day_of(moment, grain, zone)
                for tag in {"", *(tag_key(tag) for tag in merged.tags or ())}:
                    if grain != "day":
                        local = moment.replace(tzinfo=UTC).astimezone(zone)
                        hour = moment - timedelta(minutes=local.minute, seconds=local.second)
                        hours[campaign, key[0], tag, hour, merged.sort(key)] += 1
                    days[campaign, key[0], tag, day, merged.sort(key)].append((grain == "day", merged.author))
        by_day = {
            cell: (len(found), sum(c for c, _ in found), len({a for _, a in found if a}), sum(a is None for _, a in found))
            for cell, found in days.items()
        }
        return dict(hours), by_day

    def sentiment(self, merged: "Merged") -> tuple[str, float] | tuple[None, None]:
        """The newest label of the text that holds."""
        return self.labels.get((merged.sha256, "sentiment", ""), (None, None))

    def stances(self) -> dict[tuple[Key, str], tuple[str, float]]:
        """A comment's stance is the one read under its parent as that stands now, else the one of its text alone; of the default model
        before any other."""
        posts, found, alone = self.posts(), {}, {}
        for key, merged in posts.items():
            for (sha, kind, target), said in self.labels.items():
                if kind == "stance" and sha == merged.sha256:
                    found[key, target] = said
                    alone[key, target] = (sha, kind, target) in self.by_default
            parent = posts.get((key[0], False, str(_only(merged.newest("parent"))))) if key[1] else None
            for (sha, context, target), said in self.in_context.items():
                mine = (sha, context, target) in self.by_default
                if sha == merged.sha256 and parent and context == parent.sha256 and (mine or not alone.get((key, target))):
                    found[key, target] = said
        return found

    def labelled_days(self) -> dict[tuple, tuple[int, float, int]]:
        """{(campaign, platform, tag, day, kind, target, value): (posts, sum of scores, those under 0.5)}, of posts alone, and of the
        campaign's targets."""
        found: dict[tuple, list[float]] = defaultdict(list)
        posts, stances = self.posts(), self.stances()
        for key, campaigns in self.campaigns_of().items():
            merged = posts[key]
            if merged.published is None or merged.sort(key) != "post":
                continue
            said = [("sentiment", "", *self.sentiment(merged))]
            said += [("stance", target, *one) for (of, target), one in stances.items() if of == key]
            for campaign in campaigns:
                file = self.files[campaign]
                day = day_of(*merged.published, ZoneInfo(file.get("zone", "Asia/Shanghai")))
                for kind, target, value, score in said:
                    if value is None or (kind == "stance" and target not in file.get("targets", [])):
                        continue
                    for tag in {"", *(tag_key(tag) for tag in merged.tags or ())}:
                        found[campaign, key[0], tag, day, kind, target, value].append(score)
        return {cell: (len(scores), sum(scores), sum(score < 0.5 for score in scores)) for cell, scores in found.items()}


def day_of(moment: datetime, grain: str | None, zone: ZoneInfo) -> date:
    """The day of a time; of one known to its day alone, which begins at the moment, the day that most of it is in the zone."""
    hours = [moment + timedelta(hours=n) for n in (range(24) if grain == "day" else [0])]
    days = Counter(hour.replace(tzinfo=UTC).astimezone(zone).date() for hour in hours)
    return max(days, key=lambda day: (days[day], day))


@dataclass
class Merged:
    """One post out of all that was told of it. `texts`, `authors`, … are what the laws allow, in most cases one value."""

    records: list[dict[str, Any]]

    def newest(self, name: str) -> set[Any]:
        """The newest values of a field that are not None; several only where no law but a hash decides."""
        told = [one for one in self.records if one.get(name) is not None]
        top = max(map(when, told), default=None)
        tied = [one for one in told if when(one) == top]
        # The larger count decides among equals.
        most = max((one.get("likes") or -1 for one in tied), default=None)
        return {_plain(one[name]) for one in tied if (one.get("likes") or -1) == most} or {None}

    @property
    def likes(self) -> int | None:
        return self.likes_told[0]

    @property
    def likes_told(self) -> tuple[int | None, str | None]:
        """The count and its grain. A missing count is no count; among sightings of one moment or of none the larger; a floor takes the
        place of a smaller count alone."""
        told = [one for one in self.records if one.get("likes") is not None]
        held: tuple[int | None, str | None] = None, None
        for one in sorted(told, key=lambda one: (when(one), one["likes"])):
            if held[0] is None or one.get("likes_grain") != "at_least" or one["likes"] > held[0]:
                held = one["likes"], one.get("likes_grain")
        return held

    @property
    def status(self) -> str:
        """Where no time is known, gone is later than visible; else the larger count decides."""

        def place(one: dict[str, Any]) -> tuple[Any, ...]:
            gone = when(one)[1] == datetime.min and one.get("status", "visible") != "visible"
            return when(one), gone, -1 if one.get("likes") is None else one["likes"]

        return max(self.records, key=place).get("status", "visible")

    @property
    def texts(self) -> set[str | None]:
        every = {one["text"] for one in self.records if one.get("text") is not None}
        chosen = set()
        for newest in self.newest("text"):
            if newest is None:
                return {None}
            longer = [text for text in every if core(text).startswith(core(newest))]
            length = max(len(core(text)) for text in longer)
            chosen |= {text for text in longer if len(core(text)) == length}
        return chosen

    @property
    def tied(self) -> bool:
        """Whether a hash decides some field: the laws then allow several values."""
        told = [self.newest(name) for name in ("title", "author", "kind", "parent")]
        return any(len(values) > 1 for values in (self.texts, self._tags, *told))

    @property
    def text(self) -> str | None:
        return _only(self.texts)

    @property
    def sha256(self) -> str | None:
        return text_sha256(_only(self.newest("title")), self.text)

    @property
    def tags(self) -> tuple[str, ...] | None:
        return _only(self._tags)

    @property
    def _tags(self) -> set[tuple[str, ...] | None]:
        """Those told with the text that holds; where none were, the newest."""
        of_the_text = [one for one in self.records if one.get("text") in self.texts - {None} and one.get("tags") is not None]
        return Merged(of_the_text or self.records).newest("tags")

    @property
    def author(self) -> str | None:
        return _only(self.newest("author"))

    @property
    def seen(self) -> list[datetime]:
        """When it was seen, where that is known."""
        return sorted(
            datetime.fromisoformat(one["seen"]) for one in self.records if one["basis"] in ("told", "file_time") and one.get("seen")
        )

    @property
    def published(self) -> tuple[datetime, str] | None:
        told = [one for one in self.records if one.get("published")]
        if not told:
            return None
        finest = max(told, key=lambda one: (FINENESS.index(one.get("grain", "second")), when(one)))
        return datetime.fromisoformat(finest["published"]), finest.get("grain", "second")

    def sort(self, key: Key) -> str:
        if key[1]:
            return "comment"
        bare = _only(self.newest("kind")) == "repost" and self.text in (None, "", "转发微博")
        return "repost" if bare else "post"

    def matches(self, platform: str, file: dict[str, Any]) -> bool:
        keys = {tag_key(tag) for tag in file.get("tags", [])} if platform == "weibo" else set()
        return bool(keys & {tag_key(tag) for tag in self.tags or ()}) or any(word in (self.text or "") for word in file.get("any", []))


def key_of(one: dict[str, Any]) -> Key:
    return one.get("platform", "weibo"), one.get("comment", False), one["id"]


def canonical(one: dict[str, Any]) -> str:
    return json.dumps(one, sort_keys=True)


def when(one: dict[str, Any]) -> tuple[int, datetime]:
    """The order of sightings: how the time is known, then the time. A time that is not known orders nothing."""
    known = one["basis"] in ("told", "file_time")
    return BASES.index(one["basis"]), datetime.fromisoformat(one["seen"]) if known else datetime.min


def core(text: str) -> str:
    """A text without white space and without what shows that it was cut."""
    text = "".join(text.split())
    while cut := next((mark for mark in MARKS if text.endswith(mark)), None):
        text = text.removesuffix(cut)
    return text


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _only(values: set[Any]) -> Any:
    (value,) = values
    return value
