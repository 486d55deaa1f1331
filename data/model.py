"""The rows of the log: what one record of a platform answer or a file says.

Every class is one table of the log; the annotations are its Parquet schema (`arrow_schema`). Three rules hold for all:

* None means "the platform did not tell". Missing is never 0 and never "".
* Times are naive `datetime` in UTC. What is known of a time only to the minute, hour or day carries a grain.
* Ids are text. Weibo's have 16 digits, spreadsheets keep 15.

A row that comes from a record carries `record_id` (see `record_id`): the identity of that record, the same whichever file,
copy or archive it was read from. A row of a known `record_id` is never appended again.
"""

import hashlib
import secrets
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, get_args, get_origin, get_type_hints

import pyarrow as pa

from data.quick import quickly_made

TIME_GRAINS = ("second", "minute", "hour", "day")
# How a capture time is known, strongest first. `not_before`: only known to be later than something told, such as the
# post's own time. `import`: only known to be earlier than the import.
BASES = ("told", "file_time", "not_before", "import")
KINDS = ("original", "repost", "comment", "quote")
STATUSES = ("visible", "deleted_by_author", "removed_by_platform", "half_year_only", "private", "unreachable", "unknown")
COUNTS = ("likes", "reposts", "comments", "favourites", "views", "shares")
BETWEEN_ASKED = " | "  # of several things that one run asked for
LABEL_VALUES = {
    "emotion": ("angry", "sad", "fear", "surprise", "happy", "neutral"),
    "sentiment": ("negative", "neutral", "positive"),
    "stance": ("favour", "against", "neutral"),
}


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What one record tells of a post or comment. The key is (platform, is_comment, post_id): comments share number
    spaces with posts. `text_sha256` is of title, line break and text as stored (`text_sha256`)."""

    record_id: str
    platform: str
    is_comment: bool = False
    post_id: str
    url: str | None = None
    author_key: str | None = None
    author_id: str | None = None
    author_name: str | None = None
    title: str | None = None
    text: str | None = None
    text_sha256: str | None = None
    published_at: datetime | None = None
    published_grain: str | None = None
    lang: str | None = None
    kind: str | None = None
    parent_id: str | None = None
    root_id: str | None = None
    hashtags: tuple[str, ...] | None = None
    tag_keys: tuple[str, ...] | None = None
    mentions: tuple[str, ...] | None = None
    region: str | None = None
    source_client: str | None = None
    run_id: str


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A post as it was seen once: its counts and whether it was there. A count's `_grain` is exact ("1234"), rounded ("1.2万", half a
    unit either way) or at_least ("10万+"); `_shown` keeps the text of one that is not exact. `context` marks a retweeted original or a
    parent, seen only because another post led to it."""

    record_id: str
    platform: str
    is_comment: bool = False
    post_id: str
    format: str
    seen_at: datetime | None = None
    seen_at_basis: str
    surface: str | None = None
    context: bool = False
    status: str = "visible"
    status_wording: str | None = None
    likes: int | None = None
    likes_grain: str | None = None
    likes_shown: str | None = None
    reposts: int | None = None
    reposts_grain: str | None = None
    reposts_shown: str | None = None
    comments: int | None = None
    comments_grain: str | None = None
    comments_shown: str | None = None
    favourites: int | None = None
    favourites_grain: str | None = None
    favourites_shown: str | None = None
    views: int | None = None
    views_grain: str | None = None
    views_shown: str | None = None
    shares: int | None = None
    shares_grain: str | None = None
    shares_shown: str | None = None
    extra: str | None = None
    run_id: str
    raw_ref: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """A post asserted to belong to a campaign: via `query` (what was imported or collected for it), `context` or `hand`.
    Membership by rule is derived at build and never stored here."""

    campaign: str
    platform: str
    is_comment: bool = False
    post_id: str
    via: str
    query: str | None = None
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A record that is no post, such as a hashtag's counters, belongs to one more campaign than that of its run: somebody
    imported the same record for it."""

    campaign: str
    claimed: str
    run_id: str


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """An account as it was seen once. `author_key` is the home's keyed hash (`data.home.Home.author_key`)."""

    record_id: str
    platform: str
    author_key: str
    author_id: str | None = None
    seen_at: datetime | None = None
    seen_at_basis: str
    name: str | None = None
    followers: int | None = None
    followers_grain: str | None = None
    posts: int | None = None
    verified: bool | None = None
    verified_kind: str | None = None
    registered_at: datetime | None = None
    avatar_url: str | None = None
    bio: str | None = None
    region: str | None = None
    run_id: str


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """One post leads to another post or to an account: kind repost, reply or mention; evidence api, chain or inferred."""

    record_id: str
    platform: str
    from_is_comment: bool = False
    from_id: str
    to_is_comment: bool | None = None
    to_id: str | None = None
    to_name: str | None = None
    kind: str
    evidence: str
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HashtagCount:
    """The platform's own cumulative counters of a hashtag. A tag that a file gives only by its id has `topic_id` alone."""

    record_id: str
    platform: str
    tag: str | None = None
    tag_key: str | None = None
    topic_id: str | None = None
    seen_at: datetime
    seen_at_basis: str
    seen_at_grain: str = "second"
    views: int | None = None
    views_grain: str | None = None
    discussions: int | None = None
    discussions_grain: str | None = None
    interactions: int | None = None
    interactions_grain: str | None = None
    originals: int | None = None
    originals_grain: str | None = None
    participants: int | None = None
    participants_grain: str | None = None
    source: str
    run_id: str
    raw_ref: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """What a hashtag gained in one slot, as the platform says: keyed by tag, `slot_start` and `slot_seconds`. A slot that
    had not ended at capture is `partial`. Slots of different lengths are never summed together."""

    record_id: str
    platform: str
    tag: str | None = None
    tag_key: str | None = None
    topic_id: str | None = None
    slot_start: datetime
    slot_seconds: int
    partial: bool
    seen_at: datetime | None = None
    seen_at_basis: str
    views: int | None = None
    discussions: int | None = None
    interactions: int | None = None
    originals: int | None = None
    source: str
    run_id: str
    raw_ref: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HotSearch:
    """One title on a platform's hot-search list; `seen_at_grain` day where the archive keeps one list a day."""

    record_id: str
    platform: str
    list: str
    title: str
    tag_key: str | None = None
    rank: int | None = None
    heat: int | None = None
    flag: str | None = None
    url: str | None = None
    seen_at: datetime
    seen_at_basis: str
    seen_at_grain: str
    run_id: str
    raw_ref: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quoted:
    """A figure that can only be quoted, such as "35 million views": who published it, when and where."""

    record_id: str
    campaign: str
    what: str
    value: int | None = None
    value_grain: str | None = None
    shown: str
    at: datetime | None = None
    at_grain: str | None = None
    publisher: str
    url: str | None = None
    entered_by: str
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """What a model (`model`, `version`) or a person (`coder`) says of a text. Keyed by the text, not the post: each distinct
    text is labelled once. `context_sha256` is null without context; `target` only for stance and slogan."""

    text_sha256: str
    context_sha256: str | None = None
    kind: str
    target: str | None = None
    value: str
    probabilities: dict[str, float]
    model: str | None = None
    version: str | None = None
    coder: str | None = None
    labelled_at: datetime
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedding:
    """The vector of a text by a model, for search by meaning."""

    text_sha256: str
    model: str
    vector: tuple[float, ...]
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """One picture of a post, avatar or cover, with its hashes and the text read in it."""

    record_id: str
    sha256: str
    owner_kind: str
    owner_id: str
    platform: str
    url: str | None = None
    fetched_at: datetime | None = None
    width: int | None = None
    height: int | None = None
    dhash: str | None = None
    phash: str | None = None
    pdq: str | None = None
    pdq_quality: int | None = None
    ocr_text: str | None = None
    ocr_score: float | None = None
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One import, collection, replay or labelling, for one campaign. Written when it starts and again when it ends: a run without
    `ended` was cut off. `source` is the command or the collector, `query` what was asked (file names for an import), several things
    with `BETWEEN_ASKED` between. Of the time from `covers_from` to `covers_to` it read all that it asked for, but for its gaps; null
    where a run does not say so, as one that was refused or cut off."""

    run_id: str
    source: str
    campaign: str | None = None
    query: str | None = None
    viewer: str | None = None
    synthetic: bool = False
    started: datetime
    ended: datetime | None = None
    pages: int | None = None
    requests: int | None = None
    read: int | None = None
    added: int | None = None
    updated: int | None = None
    duplicate: int | None = None
    quarantined: int | None = None
    capped: bool | None = None
    blocked_by: str | None = None
    warnings: tuple[str, ...] | None = None
    covers_from: datetime | None = None
    covers_to: datetime | None = None
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A time range in which something is known to be missing, and how much where that is known."""

    campaign: str
    platform: str
    query: str | None = None
    starts_at: datetime
    ends_at: datetime
    reason: str
    reported: int | None = None
    collected: int | None = None
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """A post that is seen again on a schedule. It was drawn from its stratum (day, stance, size) with `probability`, by `seed`."""

    campaign: str
    platform: str
    is_comment: bool = False
    post_id: str
    stratum: str
    probability: float
    seed: int
    drawn_at: datetime
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened, entered by hand: kind trigger, demand, response, rule, lawsuit, parallel or press; a demand
    has a status open, partly met or met. Events of campaign files are read at build and are not stored here."""

    campaign: str
    at: datetime
    at_grain: str
    kind: str
    status: str | None = None
    title: str
    title_zh: str | None = None
    publisher: str | None = None
    url: str | None = None
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """The user's word that a host may be asked, with what its robots file was reported to say."""

    host: str
    given_at: datetime
    says: str
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """A milestone or spike that was noticed."""

    campaign: str
    at: datetime
    kind: str
    subject: str
    value: float | None = None
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tombstone:
    """A post or person that was forgotten, or a name that the person bore. Holds only the home's keyed hash, so that it names no one; of
    a name its length and whose it was too ("4:<hash>:<author_key>")."""

    kind: str  # author, post or name
    subject: str
    at: datetime
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """A record that could not be read, with the reason; the record itself is in the archive under `raw_ref`."""

    record_id: str
    format: str
    file: str
    number: int
    reason: str
    run_id: str
    raw_ref: str | None = None


TABLES: dict[str, type] = {
    "post": Post,
    "sighting": Sighting,
    "membership": Membership,
    "claim": Claim,
    "author": Author,
    "edge": Edge,
    "hashtag_count": HashtagCount,
    "trend": Trend,
    "hot_search": HotSearch,
    "quoted": Quoted,
    "label": Label,
    "embedding": Embedding,
    "media": Media,
    "run": Run,
    "gap": Gap,
    "followed": Followed,
    "event": Event,
    "consent": Consent,
    "alert": Alert,
    "tombstone": Tombstone,
    "quarantine": Quarantined,
}
TABLE_OF = {row: name for name, row in TABLES.items()}

ARROW_TYPES: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    float: pa.float64(),
    datetime: pa.timestamp("us"),
    tuple[str, ...]: pa.list_(pa.string()),
    tuple[float, ...]: pa.list_(pa.float32()),
    dict[str, float]: pa.map_(pa.string(), pa.float64()),
}


@cache
def arrow_schema(table: str) -> pa.Schema:
    """The Parquet schema of a log table, from the annotations of its row."""
    columns = []
    for name, annotation in get_type_hints(TABLES[table]).items():
        nullable = get_origin(annotation) is types.UnionType
        if nullable:
            annotation = next(a for a in get_args(annotation) if a is not type(None))
        columns.append(pa.field(name, ARROW_TYPES[annotation], nullable=nullable))
    return pa.schema(columns)


@cache
def column_names(table: str) -> tuple[str, ...]:
    """The columns of a log table, in the order of its row's fields."""
    return tuple(f.name for f in fields(TABLES[table]))


# Which record ids the records of a batch tell: `number` is the record's, in whose rows the leading one stands first. `platform`,
# `is_comment` and `post_id` are its post's key, null for what is no post; `via` is query, context or claim, null for what belongs to
# no campaign.
MARKS = pa.schema([
    ("number", pa.int64()), ("record_id", pa.string()),
    ("platform", pa.string()), ("is_comment", pa.bool_()), ("post_id", pa.string()),
    ("via", pa.string()),
])  # fmt: skip

Made = dict[tuple[Any, ...], tuple[tuple[Any, ...], pa.Array]]


def to_arrow(table: str, rows: list[Any], made: Made | None = None) -> pa.Table:
    """Rows of one table as an Arrow table, column by column. Raises ValueError, TypeError or OverflowError for a value of another kind.
    `made` is where columns are looked up that rows of the same records in other tables gave."""
    schema = arrow_schema(table)
    if not rows:
        return schema.empty_table()
    columns = []
    for field, cells in zip(schema, zip(*map(_cells(table), rows), strict=True), strict=True):
        column = to_column(cells, field.type, made)
        if column.null_count and not field.nullable:
            raise ValueError(f"{table}.{field.name} is never null")
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)


def to_column(cells: tuple[Any, ...], type: pa.DataType, made: Made | None = None) -> pa.Array:
    """The cells of one column, of which there is one at least. In half of the columns all rows tell the same, such as the platform or
    nothing: to count that is a tenth of the work of converting them. A third of the others were converted for another table: a post, its
    sighting and its author tell the same ids and times, and whether cells are the same ones is seen at once."""
    first = cells[0]
    if (first is None or isinstance(first, str)) and first is cells[-1] and cells.count(first) == len(cells):
        return pa.nulls(len(cells), type) if first is None else pa.repeat(pa.scalar(first, type), len(cells))
    if made is None or not (pa.types.is_string(type) or pa.types.is_timestamp(type)):
        return _converted(cells, type)
    key = (type, id(first), id(cells[-1]), len(cells))
    there = made.get(key)
    if there is None or there[0] != cells:
        there = made[key] = (cells, _converted(cells, type))
    return there[1]


def _converted(cells: tuple[Any, ...], type: pa.DataType) -> pa.Array:
    if pa.types.is_map(type):
        cells = tuple(list(cell.items()) for cell in cells)
    return pa.array(cells, type=type)


def filled(table: str, rows: pa.Table, told: Mapping[str, str]) -> pa.Table:
    """Rows of one table from the columns of `rows` that it has and from what is `told` of all of them; other columns are null."""
    schema = arrow_schema(table)
    there = set(rows.schema.names)
    columns = [
        rows[field.name] if field.name in there else pa.repeat(pa.scalar(told.get(field.name), field.type), len(rows)) for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


@cache
def _cells(table: str) -> attrgetter:
    """All fields of a row at once: the inner loop of every import."""
    return attrgetter(*column_names(table))


def new_run_id(begun: datetime) -> str:
    """The id of a run that begins now: its time, so that ids sort as runs began, and what tells it from others of the same second."""
    return f"{begun:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def text_sha256(title: str | None, text: str | None) -> str | None:
    """SHA-256 of title, line break and text as stored; of the text alone without a title; None without either."""
    if title:
        text = f"{title}\n{text or ''}"
    if text is None:
        return None
    return hashlib.sha256(text.encode()).hexdigest()


def record_id(format: str, record_sha256: str, *key: str | bool) -> str:
    """Identity of a sighting: the post's key, the source format and the SHA-256 of the canonical record, as 32 hex digits.
    File name, modification time and clock are no part of it, so the same record from any copy is known again."""
    return hashlib.sha256("\x1f".join((format, record_sha256, *map(str, key))).encode()).hexdigest()[:32]


def id_for_record_without_id(
    platform: str, author: str | None, time: str | None, text: str | None, *, comment_on: str | None = None
) -> str:
    """The id of a record that has none: `x` and the SHA-256 of platform, author, time and text, and of a comment also of the id of
    what it is on: "支持" under two posts is two comments."""
    told = "\x1f".join((platform, author or "", time or "", text or "", *([comment_on] if comment_on else ())))
    return "x" + hashlib.sha256(told.encode()).hexdigest()
