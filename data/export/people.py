"""Takes people out of exported rows: columns that name them go, texts get stand-ins."""

import hmac
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads

from data.campaign import Campaign
from data.export import tables
from data.forget import platforms
from data.home import Home, stand_in
from data.log import Log
from data.model import arrow_schema
from data.pseudonyms import Pseudonyms
from data.tags import tag_key

TEXTS = ("none", "pseudonymised", "verbatim")
IDENTITIES = ("author_id", "author_name")
ACCOUNT = ("author_key", "author_id", "author_name", "name")  # what the log's rows tell of an account
VERBATIM = ("title", "text", "hashtags", "tag")  # what --text is about
KEY_OF = {"tag_keys": "hashtags", "tag_key": "tag"}  # made anew of what is shown: as a key (ＡＢ is ab) some names are not known any more
AROUND = ("status_wording", "source_client", "query", "note", "blocked_by")  # texts of files and platforms that may hold a name


@dataclass(frozen=True, kw_only=True)
class Disclosed:
    """What may leave the house: which texts, and whether the columns that name accounts."""

    text: str
    with_identities: bool


def learned(connection: duckdb.DuckDBPyConnection, home: Home, campaign: Campaign) -> Pseudonyms:
    """Stand-ins for every account of the home, under every name it was ever seen with, and for those that were forgotten."""
    made = Pseudonyms(home.pseudonym, words=own_words(campaign))
    log = Log(home.log)
    with log.held() as manifest:
        for table in ("post", "author"):
            schema = pa.schema([pa.field(f.name, f.type) for f in arrow_schema(table) if f.name in ACCOUNT])
            files = [str(log.path(segment)) for segment in manifest.of(table)]
            rows = pads.dataset(files, schema=schema, format="parquet") if files else schema.empty_table()
            connection.register(f"log_{table}", rows)
        made.learn_names((row["name"], made.account(row["author_key"])) for row in _streamed(connection, tables.NAMES))
        made.learn_ids(
            (row["author_id"], made.account(row["author_key"], row["author_id"]) or "") for row in _streamed(connection, tables.IDS)
        )
        for table in ("post", "author"):
            connection.unregister(f"log_{table}")
        _learn_gone(made, home, log.read("tombstone", manifest, ["kind", "subject"]).to_pylist(), platforms(log))
    return made


def _learn_gone(made: Pseudonyms, home: Home, stones: list[dict[str, str]], of: Collection[str]) -> None:
    """The forgotten, whom others may still speak of."""
    accounts = {stone["subject"] for stone in stones if stone["kind"] == "author"}
    names = [stone["subject"].split(":") for stone in stones if stone["kind"] == "name"]

    def account_of_id(id: str) -> str | None:
        keys = (home.author_key(platform, id) for platform in of)
        return next((stand_in(key) for key in keys if key in accounts), None)

    if accounts:
        made.learn_gone(
            {keyed: stand_in(key) for _, keyed, key in names}, {int(length) for length, _, _ in names}, home.name_subject, account_of_id
        )


def _streamed(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[dict[str, Any]]:
    for batch in connection.sql(sql).to_arrow_reader(50_000):
        yield from batch.to_pylist()


def own_words(campaign: Campaign) -> list[str]:
    """The words that a campaign is known by: they are no one's name, whatever an account is called."""
    told = campaign.told
    words = [tag for _, tag in campaign.hashtags] + [concept for concept, _ in campaign.targets]
    for slogan in told.get("slogans", []):
        words += [slogan["text"], *slogan.get("variants", [])]
    for rule in told.get("rules", []):
        words += [word for key in ("must", "any", "not") for word in rule.get(key, [])]
    return [word for word in words if word.strip()]


def without_people(rows: pa.RecordBatch, people: Pseudonyms, home: Home, wanted: Disclosed) -> pa.RecordBatch:
    """A batch as it may be written. `author` is the stand-in that also stands in the texts; `text_key` is a keyed hash of the
    text as stored, the same for the same text, that cannot be undone by trying texts."""
    columns: dict[str, pa.Array] = {}
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        if name == "url" and "author_id" in rows.schema.names and not wanted.with_identities:
            columns[name] = pa.array(_urls(rows, people), column.type)
        elif name == "author_key":
            accounts = zip(column.to_pylist(), rows["author_name"].to_pylist(), strict=True)
            columns["author"] = pa.array([people.account(key, told) for key, told in accounts], pa.string())
            columns[name] = column
        elif name == "text_sha256":
            columns["text_key"] = pa.array([_text_key(home, told) for told in column.to_pylist()], pa.string())
        elif name in KEY_OF and wanted.text != "verbatim":
            columns[name] = pa.array([_each(tag_key, cell) for cell in columns[KEY_OF[name]].to_pylist()], column.type)
        elif not (name in IDENTITIES and not wanted.with_identities) and not (name in ("title", "text") and wanted.text == "none"):
            change = _change(name, people, wanted)
            columns[name] = column if change is None else pa.array([_each(change, cell) for cell in column.to_pylist()], column.type)
    if wanted.text == "pseudonymised" and "text" in columns:
        mentioned = rows["mentions"].to_pylist()
        texts = zip(rows["text"].to_pylist(), mentioned, strict=True)
        columns["text"] = pa.array([people.text(text, named or ()) for text, named in texts], pa.string())
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _change(name: str, people: Pseudonyms, wanted: Disclosed) -> Callable[[str], str | None] | None:
    if name in ("mentions", "coder"):
        return None if wanted.with_identities else people.name
    if (name in VERBATIM and name != "text" and wanted.text != "verbatim") or (name in AROUND and not wanted.with_identities):
        return people.text
    return None


def _each(change: Callable[[str], str | None], cell: Any) -> Any:
    if isinstance(cell, list):
        return [change(item) for item in cell]
    return None if cell is None else change(cell)


def _urls(rows: pa.RecordBatch, people: Pseudonyms) -> list[str | None]:
    columns = ("platform", "is_comment", "post_id", "url", "author_id", "synthetic")
    return [_url(row, people) for row in rows.select(columns).to_pylist()]


def _url(post: dict[str, Any], people: Pseudonyms) -> str | None:
    """A post's address without its author: the platform's own short form, else the address as told where it names no one."""
    id, url, author_id = post["post_id"], post["url"], post["author_id"]
    if not post["is_comment"] and not post["synthetic"]:
        if post["platform"] == "weibo" and re.fullmatch(r"[0-9A-Za-z]{6,20}", id):
            return f"https://m.weibo.cn/detail/{id}"
        if post["platform"] == "xiaohongshu" and re.fullmatch(r"[0-9a-f]{24}", id):
            return f"https://www.xiaohongshu.com/explore/{id}"
    if url is None or people.text(url) != url or (author_id and author_id in url):
        return None
    return url


def _text_key(home: Home, told: str | None) -> str | None:
    return None if told is None else hmac.digest(home.key, f"text\x1f{told}".encode(), "sha256").hex()[:24]
