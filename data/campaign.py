"""Campaign files: one TOML a campaign, in the home's `campaigns/` before the package's.

id = "no-to-ai-images"
name = "No to AI-generated images"        # name_zh, zone = "Asia/Shanghai", start = 2023-08-01, synthetic = false
words = ["雪鱼"]                           # kept whole where posts are cut into words, beside targets, slogans and hashtags
hot_search = "x.parquet"                  # a series beside the file: day, title, rank
[hashtags]
weibo = ["拒绝AI绘画"]
[[rules]]                                 # a post belongs when a rule holds: all of must, one of any, none of not, regex
name = "words"                            # platforms = ["weibo"]; capitals make no difference
any = ["小红书"]
must = ["AI"]
[[targets]]                               # stance is asked toward the plain concept; the side is the campaign's
concept = "AI绘画"
side = "against"
english = "AI painting"                   # what it means, shown beside it to those who read English
[[slogans]]
text = "拒绝AI绘画"                        # variants = [...], english = "…"
[[events]]                                # kind, title, title_zh, status, publisher, url
at = 2023-08-15
[[quoted]]                                # what, what_zh, value, shown, publisher, url, entered_by
at = 2023-09-28
[[milestones]]                            # kept, not shown yet, as banners are: example images of them
what = "posts"
value = 1000
[schedules]                               # of `watch`: minutes between two runs of a source
weibo-counts = 60
[label_names]                             # of a foreign model's labels: "LABEL_0" = "negative"
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import tomli_w

from data.errors import Unreadable, WrongUsage
from data.files import gone_where_it_fails
from data.home import Home
from data.tags import pasted, tag_key

SHIPPED = Path(__file__).parent / "campaigns"
EVENT_KINDS = ("trigger", "demand", "response", "rule", "lawsuit", "parallel", "press")
DEMAND_STATUSES = ("open", "partly met", "met")
SIDES = ("favour", "against")
KNOWN = {
    "id", "name", "name_zh", "zone", "start", "synthetic", "hashtags", "rules", "targets", "slogans", "events", "quoted",
    "milestones", "schedules", "banners", "label_names", "words", "hot_search",
}  # fmt: skip
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # lines may be broken
NOT_SHOWN = ("banners", "milestones")  # kept, for pages that are not there yet
# Those that formats write. A table may be mapped to any other, so only what looks like a slip is refused.
PLATFORMS = ("weibo", "xiaohongshu", "douyin", "bilibili", "kuaishou", "tieba", "zhihu")
ALIKE = 0.8  # as wiebo is to weibo; douban, another platform, is 0.67 to douyin
TEXT, LIST, DAY, NUMBER, YES, MINUTES = (
    "a text in quotes", 'a list of texts, such as ["拒绝AI绘画"]', "a date or time without quotes, such as 2023-08-01", "a whole number",
    "true or false", "minutes, at least 1",
)  # fmt: skip
# What the keys of each section hold, "" being the file itself.
HOLDS = {
    "": {"name": TEXT, "name_zh": TEXT, "zone": TEXT, "start": DAY, "synthetic": YES, "hot_search": TEXT, "words": LIST},
    "rules": {"name": TEXT, "platforms": LIST, "must": LIST, "any": LIST, "not": LIST, "regex": TEXT},
    "targets": {"concept": TEXT, "side": TEXT, "english": TEXT},
    "slogans": {"text": TEXT, "variants": LIST, "english": TEXT},
    "events": dict.fromkeys(("kind", "status", "title", "title_zh", "publisher", "url"), TEXT) | {"at": DAY},
    "quoted": dict.fromkeys(("what", "what_zh", "value_grain", "shown", "publisher", "url", "entered_by"), TEXT)
    | {"at": DAY, "value": NUMBER},
    "milestones": {"what": TEXT, "value": NUMBER},
}
# What stands beside names that are not ours: of platforms, of sources, of a model's labels.
NAMED = {"hashtags": LIST, "schedules": MINUTES, "label_names": TEXT}


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One campaign file, read and checked. Times are naive UTC; `told` is the file as it stands."""

    id: str
    name: str
    name_zh: str | None
    zone: ZoneInfo
    start: datetime | None
    synthetic: bool
    path: Path
    told: dict[str, Any] = field(repr=False)

    @property
    def hashtags(self) -> list[tuple[str, str]]:
        """Pairs of platform and hashtag."""
        return [(platform, tag) for platform, tags in self.told.get("hashtags", {}).items() for tag in tags]

    @property
    def targets(self) -> list[tuple[str, str]]:
        """Pairs of concept and the campaign's side on it."""
        return [(t["concept"], t["side"]) for t in self.told.get("targets", [])]

    @property
    def not_shown(self) -> list[str]:
        """The keys of the file that no page shows yet."""
        return [key for key in NOT_SHOWN if key in self.told]

    @property
    def english(self) -> dict[str, str]:
        """What targets and slogans mean in English, as far as the file tells."""
        told = [(t["concept"], t.get("english")) for t in self.told.get("targets", [])]
        told += [(s["text"], s.get("english")) for s in self.told.get("slogans", [])]
        return {words: meaning for words, meaning in told if meaning}

    def utc(self, moment: date | datetime | None) -> tuple[datetime | None, str | None]:
        """A time of the file as naive UTC and its grain; a bare date is midnight in the campaign's zone, grain day."""
        if moment is None:
            return None, None
        if not isinstance(moment, datetime):
            midnight = datetime.combine(moment, time(), tzinfo=self.zone)
            return midnight.astimezone(UTC).replace(tzinfo=None), "day"
        aware = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        return aware.astimezone(UTC).replace(tzinfo=None), "second"

    def rules(self) -> list[dict[str, Any]]:
        """The keyword rules, each with its version: the hash of what it says."""
        return [
            {
                "rule": rule.get("name", f"rule {number}"),
                "version": _fingerprint(rule),
                **{key: rule.get(key) for key in ("platforms", "must", "any", "not", "regex")},
            }
            for number, rule in enumerate(self.told.get("rules", []), 1)
        ]

    def fingerprint(self) -> str:
        """Changes when anything changes that decides which posts belong or which cells a figure has."""
        targets = self.told.get("targets")
        meant = targets and [{key: value for key, value in target.items() if key != "english"} for target in targets]
        return _fingerprint([self.id, self.zone.key, self.synthetic, self.told.get("hashtags"), self.told.get("rules"), meant])


def read(path: Path) -> Campaign:
    """A campaign file, checked. Raises WrongUsage that names the file and what to change."""
    try:
        told = parsed(path)
    except Unreadable as error:
        raise WrongUsage(str(error)) from error
    faults = _faults(told)
    series = told.get("hot_search")
    if not faults and series and not (path.parent / series).is_file():
        faults = [f"hot_search: there is no file {series} beside this one"]
    if faults:
        raise WrongUsage(f"{path}: " + "; ".join(faults))
    campaign = Campaign(
        id=told["id"],
        name=told["name"],
        name_zh=told.get("name_zh"),
        zone=ZoneInfo(told.get("zone", "Asia/Shanghai")),
        start=None,
        synthetic=told.get("synthetic", False),
        path=path,
        told=told,
    )
    start, _ = campaign.utc(told.get("start"))
    return Campaign(**{**vars(campaign), "start": start})


def parsed(path: Path) -> dict[str, Any]:
    """What a campaign file says, not checked. Raises Unreadable for a file that is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path}: not a TOML file: {error}") from error


def campaigns(home: Home) -> dict[str, Campaign]:
    """All campaigns by id; one of the home stands before one of the package with the same id."""
    found: dict[str, Campaign] = {}
    for folder in (home.campaigns, SHIPPED):
        for path in sorted(folder.glob("*.toml")):
            campaign = read(path)
            found.setdefault(campaign.id, campaign)
    return found


def find(home: Home, id: str) -> Campaign:
    """The campaign of this id. Raises WrongUsage with the known ones."""
    known = campaigns(home)
    if id not in known:
        there = ", ".join(known) or "none yet"
        raise WrongUsage(f"There is no campaign {id!r} (known: {there}). Make it with: groundswell campaign new {id}")
    return known[id]


def new(
    home: Home,
    id: str,
    *,
    name: str | None,
    hashtags: list[str],
    start: str | None,
    zone: str = "Asia/Shanghai",
    targets: Sequence[tuple[str, str]] = (),
    slogans: Sequence[str] = (),
) -> Path:
    """Writes a new campaign file into the home. `hashtags` are "platform:tag", or several as they
    are copied, "platform:#甲# #乙#"; `targets` pairs of concept and side. Raises
    WrongUsage where one is there already."""
    path = home.campaigns / f"{id}.toml"
    if path.exists():
        raise WrongUsage(f"The campaign {id!r} exists already: edit {path}")
    told: dict[str, Any] = {"id": id, "name": name or id, "zone": zone}
    if start:
        told["start"] = _moment(start)
    for pair in hashtags:
        platform, colon, tags = pair.partition(":")
        if not colon or not tags.strip():
            raise WrongUsage(f"--hashtag {pair!r}: write platform:tag, for example weibo:拒绝AI绘画")
        named = told.setdefault("hashtags", {}).setdefault(platform.strip(), [])
        named += [tag for tag in dict.fromkeys(pasted(tags)) if tag not in named]
    if targets:
        told["targets"] = [{"concept": concept, "side": side} for concept, side in targets]
    if slogans:
        told["slogans"] = [{"text": slogan} for slogan in slogans]
    faults = _faults(told)
    if faults:
        raise WrongUsage("; ".join(faults))
    home.campaigns.mkdir(parents=True, exist_ok=True)
    with open(path, "xb") as file, gone_where_it_fails(path):
        tomli_w.dump(told, file)
        file.flush()
    return path


def _moment(told: str) -> date | datetime:
    try:
        return date.fromisoformat(told)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(told)
    except ValueError as error:
        raise WrongUsage(f"--start {told!r}: write a date such as 2023-08-01") from error


def _faults(told: dict[str, Any]) -> list[str]:
    faults = _unknown_keys(told, KNOWN) + _controls(told)
    id = told.get("id")
    if not isinstance(id, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", id):
        faults.append("id must be of lower-case letters, digits, - and _ (it names files)")
    if "name" not in told:
        faults.append("name is missing")
    if misheld := _misheld(told):
        return faults + misheld
    faults += _unknown_platforms(told) + _no_hashtags(told)
    try:
        ZoneInfo(told.get("zone", "Asia/Shanghai"))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, a name that no file may have
        faults.append(f"zone {told['zone']!r} is not known: write one such as Asia/Shanghai")
    for rule in told.get("rules", []):
        if not any(rule.get(key) for key in ("must", "any", "regex")):
            faults.append("a rule needs must, any or regex, or it would take every post")
        if not all(word.strip() for key in ("must", "any", "not") for word in rule.get(key, [])):
            faults.append("a rule has an empty word, which stands in every post")
        try:
            pc.match_substring_regex(pa.array([""]), rule.get("regex", ""))  # by RE2, as the build: it knows no (?=…)
        except pa.ArrowInvalid as error:
            faults.append(f"regex {rule['regex']!r}: {error}")
    for target in told.get("targets", []):
        if not target.get("concept") or target.get("side") not in SIDES:
            faults.append(f"target {target}: needs a concept and a side, favour or against")
    concepts = [target.get("concept") for target in told.get("targets", [])]
    faults += [f"target {concept!r} stands there twice" for concept in dict.fromkeys(concepts) if concept and concepts.count(concept) > 1]
    faults += [f"slogan {slogan}: needs a text" for slogan in told.get("slogans", []) if "text" not in slogan]
    for event in told.get("events", []):
        faults += _event_faults(event)
    for quoted in told.get("quoted", []):
        missing = [key for key in ("what", "shown", "publisher", "entered_by") if not quoted.get(key)]
        if missing:
            faults.append(f"quoted figure {quoted.get('shown', quoted)}: missing {', '.join(missing)}")
    return faults


def not_known(named: Collection[str], known: Collection[str]) -> dict[str, str | None]:
    """What of these is not known, each with what was probably meant: what is misspelled would count for nothing."""
    near = {name: get_close_matches(name.strip().lower(), known, n=1) for name in named if name not in known}
    return {name: likely[0] if likely else None for name, likely in near.items()}


def _unknown_keys(named: Collection[str], known: Collection[str]) -> list[str]:
    meant = not_known(named, known)
    return [f"unknown key {key!r}, is {likely!r} meant?" if likely else f"unknown key {key!r}" for key, likely in meant.items()]


def likely_platform(named: str) -> str | None:
    """The platform that is meant by what is nearly its name; None for its name, and for what may be another platform's."""
    near = [] if named in PLATFORMS else get_close_matches(named.strip().lower(), PLATFORMS, n=1, cutoff=ALIKE)
    return near[0] if near else None


def _unknown_platforms(told: dict[str, Any]) -> list[str]:
    named = [*told.get("hashtags", {}), *(platform for rule in told.get("rules", []) for platform in rule.get("platforms", []))]
    near = {platform: likely_platform(platform) for platform in named}
    return [f"unknown platform {platform!r}, is {likely!r} meant?" for platform, likely in near.items() if likely]


def _no_hashtags(told: dict[str, Any]) -> list[str]:
    """Hashtags of which nothing is left, which would stand in every title, and such as hold a sign, which stand in none."""
    named = [(platform, tag, tag_key(tag)) for platform, tags in told.get("hashtags", {}).items() for tag in tags]
    return [
        f"hashtag {tag!r} of {platform} is none: write each by itself and without #, such as 拒绝AI绘画"
        for platform, tag, key in named
        if not key or "#" in key
    ]


def _misheld(told: dict[str, Any]) -> list[str]:
    """What is not of the kind that its key holds. A text where a list should be would be taken letter by letter."""
    faults = []
    for section, kind in NAMED.items():
        named = told.get(section, {})
        if not isinstance(named, dict):
            faults.append(f"{section}: begin it with a line [{section}]")
            continue
        faults += [f"{section} {name} = {value!r}: write {kind}" for name, value in named.items() if not _is(kind, value)]
    for section, holds in HOLDS.items():
        parts = told.get(section, []) if section else [told]
        if not (isinstance(parts, list) and all(isinstance(part, dict) for part in parts)):
            faults.append(f"{section}: begin each with a line [[{section}]]")
            continue
        if section:
            faults += [f"{section}: {fault}" for fault in _unknown_keys({key: None for part in parts for key in part}, holds)]
        wrong = [(key, part[key], kind) for part in parts for key, kind in holds.items() if key in part and not _is(kind, part[key])]
        faults += [f"{section} {key} = {value!r}: write {kind}".strip() for key, value, kind in wrong]
    return faults


def _controls(told: Any) -> list[str]:
    """Texts with characters that control a terminal or printer: no picture or file of XML can hold them."""
    if isinstance(told, str):
        return [f"{told!r} holds a control character: write it without"] if CONTROL.search(told) else []
    parts = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    return [fault for part in parts for fault in _controls(part)]


def _is(kind: str, value: Any) -> bool:
    if kind == LIST:
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    if kind == NUMBER:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == MINUTES:
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 1
    return isinstance(value, {TEXT: str, DAY: date, YES: bool}[kind])


def _event_faults(event: dict[str, Any]) -> list[str]:
    title = event.get("title", event)
    faults = [f"event {title}: {key} is missing" for key in ("at", "title") if key not in event]
    if event.get("kind") not in EVENT_KINDS:
        faults.append(f"event {title}: kind must be one of {', '.join(EVENT_KINDS)}")
    if event.get("kind") == "demand" and event.get("status") not in DEMAND_STATUSES:
        faults.append(f"event {title}: a demand's status is {', '.join(DEMAND_STATUSES)}")
    if not event.get("publisher"):
        faults.append(f"event {title}: needs a source (publisher, and url where there is one)")
    return faults


TEXTS = pa.list_(pa.string())
CAMPAIGN_TABLES = {
    "campaign": pa.schema(
        {"campaign": "string", "name": "string", "name_zh": "string", "zone": "string", "starts_at": pa.timestamp("us"),
         "synthetic": "bool", "source": "string"}
    ),
    "campaign_tag": pa.schema({"campaign": "string", "platform": "string", "tag": "string", "tag_key": "string"}),
    "campaign_rule": pa.schema(
        {"campaign": "string", "rule": "string", "version": "string", "platforms": TEXTS, "must": TEXTS, "any": TEXTS,
         "not": TEXTS, "regex": "string"}
    ),
    "campaign_target": pa.schema({"campaign": "string", "concept": "string", "side": "string"}),
    "campaign_event": pa.schema(
        {"campaign": "string", "at": pa.timestamp("us"), "at_grain": "string", "kind": "string", "status": "string",
         "title": "string", "title_zh": "string", "publisher": "string", "url": "string"}
    ),
    "campaign_quoted": pa.schema(
        {"campaign": "string", "what": "string", "what_zh": "string", "value": "int64", "value_grain": "string", "shown": "string",
         "at": pa.timestamp("us"), "at_grain": "string", "publisher": "string", "url": "string", "entered_by": "string"}
    ),
    "campaign_hot_search": pa.schema(
        {"campaign": "string", "record_id": "string", "platform": "string", "list": "string", "title": "string", "tag_key": "string",
         "rank": "int64", "seen_at": pa.timestamp("us"), "seen_at_grain": "string"}
    ),
}  # fmt: skip


def tables(known: dict[str, Campaign]) -> dict[str, pa.Table]:
    """The campaign tables of the published database."""
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in CAMPAIGN_TABLES}
    for c in known.values():
        rows["campaign"].append(
            {"name": c.name, "name_zh": c.name_zh, "zone": c.zone.key, "starts_at": c.start, "synthetic": c.synthetic,
             "source": c.path.name, "campaign": c.id}
        )  # fmt: skip
        rows["campaign_tag"] += [
            {"campaign": c.id, "platform": platform, "tag": tag, "tag_key": tag_key(tag)} for platform, tag in c.hashtags
        ]
        rows["campaign_rule"] += [{"campaign": c.id, **rule} for rule in c.rules()]
        rows["campaign_target"] += [{"campaign": c.id, "concept": concept, "side": side} for concept, side in c.targets]
        rows["campaign_event"] += [_dated(c, event) for event in c.told.get("events", [])]
        rows["campaign_quoted"] += [_dated(c, quoted) for quoted in c.told.get("quoted", [])]
    made = {table: pa.Table.from_pylist(told, schema=CAMPAIGN_TABLES[table]) for table, told in rows.items()}
    made["campaign_hot_search"] = pa.concat_tables([made["campaign_hot_search"], *map(_hot_search, known.values())])
    return made


def _hot_search(campaign: Campaign) -> pa.Table:
    """The hot-search series that lies beside a campaign file: Parquet with day (date), title, rank. Times are midnight in the
    campaign's zone, grain day; the record's id is its place in the series."""
    schema = CAMPAIGN_TABLES["campaign_hot_search"]
    name = campaign.told.get("hot_search")
    if not name:
        return schema.empty_table()
    told = pq.read_table(campaign.path.parent / name, columns=["day", "title", "rank"])
    of_day = told["day"].combine_chunks().dictionary_encode(null_encoding="encode")
    days = of_day.dictionary.to_pylist()
    places = pa.array(range(len(told))).cast(pa.string())
    columns = {
        "campaign": pa.repeat(campaign.id, len(told)),
        "record_id": pc.binary_join_element_wise(campaign.id, pa.array(map(str, days)).take(of_day.indices), places, " "),
        "platform": pa.repeat("weibo", len(told)),
        "list": pa.repeat("realtimehot", len(told)),
        "title": told["title"],
        "tag_key": pa.array([tag_key(title) for title in told["title"].to_pylist()], pa.string()),
        "rank": told["rank"].cast(pa.int64()),
        "seen_at": pa.array([campaign.utc(day)[0] for day in days], pa.timestamp("us")).take(of_day.indices),
        "seen_at_grain": pa.repeat("day", len(told)),
    }
    return pa.table(columns, schema=schema)


def _dated(campaign: Campaign, told: dict[str, Any]) -> dict[str, Any]:
    at, grain = campaign.utc(told.get("at"))
    return {**told, "campaign": campaign.id, "at": at, "at_grain": grain}


def _fingerprint(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()[:12]
