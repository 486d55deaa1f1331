"""What the bundle says of itself: codebook, query, data package, README."""

import hashlib
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

import orjson
import pyarrow as pa

from data.build import schema_version
from data.campaign import Campaign
from data.export.sheets import CELL_CHARACTERS
from data.questions import QUESTIONS
from data.version import VERSION

HERE = Path(__file__).parent
TYPES = {
    pa.string(): "string", pa.large_string(): "string", pa.bool_(): "boolean", pa.int64(): "integer", pa.int32(): "integer",
    pa.float64(): "number", pa.timestamp("us"): "datetime",
}  # fmt: skip
ABOUT = {
    "posts": "one row a post or comment, with its newest counts, status and labels",
    "sightings": "one row each time a post was seen",
    "labels": "every label of the posts' texts, with probabilities",
    "hashtag_counts": "the platform's own counters of the campaign's hashtags",
    "completeness": "runs, gaps, and collected against reported",
    "codebook": "every column of every file",
}
NEVER = "never empty"
GUARD = "a leading apostrophe, if any, is a guard against formulas: take one away"
CUT = f"a text of more than {CELL_CHARACTERS:,} characters, which is what Excel holds in a cell, is cut there"
PEOPLE = {
    "ids": "There are no account ids and no account names here, and addresses of posts leave the author's id out.",
    "no_ids": "Account ids and names ARE in posts (--with-identities). Keep the file as you would keep a list of people.",
    "none": "Texts and titles were left out.",
    "verbatim": "Texts are verbatim, with the names that stand in them: whoever searches a platform for a text finds its author.",
    "pseudonymised": """\
In texts, titles and hashtags people are replaced by stand-ins (u and ten digits). A stand-in is the same for the same account
everywhere in every export of one home, and different in every other home. Replaced are:
* every name after @ and in repost chains (//@name:), whatever word it is;
* every name of two or more characters that a collected account ever had, whatever word it is, where no letter or digit stands on either
  side of it; only the words that the campaign itself is known by stay;
* the same names inside a run of letters, as Chinese is written, where no word of the jieba dictionary straddles their ends. An
  ordinary word, alone or with function characters (four characters at most), stays there: anyone might say it. Ordinary are the words
  of that dictionary (except personal names: a common surname and one or two characters), a list of words of the net and of stock names
  (the Jane Does), names of platforms, names of signs only, and numbers of up to four digits;
* account ids of five or more characters anywhere, and whoever a link to a profile leads to.
People whom texts name without @ and who did not post in the collection are NOT replaced, nor nicknames and faces in pictures.
Pseudonymised is not anonymous: whoever searches a platform for the rest of a text can still find its author. Do not publish texts of
private people without need.""",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Written:
    """One file of a table: its columns, and how many rows and how many cells guarded or cut it has."""

    table: str
    schema: pa.Schema
    rows: int = 0
    guarded: int = 0
    cut: int = 0


@dataclass(kw_only=True)
class Bundle:
    """What was asked of an export and what came of it."""

    campaign: Campaign
    filters: dict[str, Any]
    text: str
    with_identities: bool
    formats: tuple[str, ...]
    exported_at: datetime
    synthetic: bool  # by the campaign file, or a row that was written
    posts: int = 0  # with bare reposts and comments, as all records
    classes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("post", "repost", "comment"), 0))  # of those
    of: int = 0
    undated_left_out: int = 0
    generation: int = 0
    models: dict[str, list[str]] = field(default_factory=dict)  # each with the kinds of labels that it made
    tables: dict[str, Written] = field(default_factory=dict)  # by file


def codebook(bundle: Bundle) -> pa.Table:
    """One row a column of every file. Raises KeyError for a column that the codebook does not know."""
    told = tomllib.loads((HERE / "codebook.toml").read_text(encoding="utf-8"))
    rows = []
    for file, written in bundle.tables.items():
        for column in written.schema:
            entry = _entry(told, written.table, column.name)
            rows.append(
                {"file": file, "column": column.name, "type": _type(column.type), "synthetic": bundle.synthetic,
                 "meaning": entry["meaning"], "unit": entry.get("unit"), "allowed_values": entry.get("values"),
                 "source": entry["source"], "missing_rule": entry.get("missing", NEVER), "note": _note(entry, file, column.type)}
            )  # fmt: skip
    names = ("file", "column", "type", "meaning", "unit", "allowed_values", "source", "missing_rule", "note")
    schema = pa.schema([*((name, pa.string()) for name in names), ("synthetic", pa.bool_())])
    return pa.Table.from_pylist(rows, schema=schema)


def _note(entry: dict[str, str], file: str, kind: pa.DataType) -> str | None:
    guarded = GUARD if file.endswith(".csv") and _type(kind) == "string" else None
    cut = CUT if file.endswith(".xlsx") and _type(kind) in ("string", "array") else None
    return "; ".join(part for part in (entry.get("note"), guarded, cut) if part) or None


def _entry(told: dict[str, Any], table: str, column: str) -> dict[str, str]:
    for section in (table, "any"):
        if column in told.get(section, {}):
            return told[section][column]
    for ending in ("grain", "shown"):
        if column.endswith(f"_{ending}"):
            return told["any"][ending]
    raise KeyError(f"the codebook has no entry for {table}.{column}")


def _type(kind: pa.DataType) -> str:
    return "array" if pa.types.is_list(kind) else TYPES[kind]


def query(bundle: Bundle) -> dict[str, Any]:
    """What was asked, exactly enough to ask it again; and the version of all that answered. A metric's version is the hash of
    its definition."""
    c = bundle.campaign
    return {
        "campaign": {
            "id": c.id, "name": c.name, "name_zh": c.name_zh, "zone": c.zone.key, "hashtags": c.told.get("hashtags", {}),
            "rules": c.rules(), "targets": c.told.get("targets", []), "version": c.fingerprint(),
        },
        "synthetic": bundle.synthetic,
        "filters": bundle.filters,
        "text": bundle.text,
        "with_identities": bundle.with_identities,
        "formats": list(bundle.formats),
        "posts": {"exported": bundle.posts, "in_campaign": bundle.of, "undated_left_out": bundle.undated_left_out},
        "guarded_cells": {file: written.guarded for file, written in bundle.tables.items() if file.endswith(".csv")},
        "cut_cells": {file: written.cut for file, written in bundle.tables.items() if file.endswith(".xlsx")},
        "exported_at": f"{bundle.exported_at:%Y-%m-%dT%H:%M:%SZ}",
        "versions": {
            "program": VERSION,
            "schema": schema_version(),
            "log_generation": bundle.generation,
            "models": bundle.models,
            "metrics": {name: hashlib.sha256(question.sql.encode()).hexdigest()[:12] for name, question in sorted(QUESTIONS.items())},
        },
    }  # fmt: skip


def data_package(bundle: Bundle, folder: Path) -> dict[str, Any]:
    """A data package descriptor (Frictionless): every table with its columns, size and hash."""
    about = {(row["file"], row["column"]): row for row in codebook(bundle).to_pylist()}
    resources = []
    for file, written in bundle.tables.items():
        kind = file.rsplit(".", 1)[1]
        resource: dict[str, Any] = {
            "name": file.replace(".", "-").replace("_", "-"), "path": file, "title": ABOUT[written.table], "format": kind,
            "bytes": (folder / file).stat().st_size, "hash": f"sha256:{sha256(folder / file)}", "rows": written.rows,
            "synthetic": bundle.synthetic,
        }  # fmt: skip
        if kind == "csv":
            resource |= {
                "profile": "tabular-data-resource", "mediatype": "text/csv", "encoding": "utf-8-sig",
                "guarded_cells": written.guarded,
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
                "schema": {"fields": [_field(column, about[file, column.name]) for column in written.schema], "missingValues": [""]},
            }  # fmt: skip
        if kind == "xlsx":
            resource["cut_cells"] = written.cut
        resources.append(resource)
    return {
        "profile": "data-package",
        "name": bundle.campaign.id,
        "title": bundle.campaign.name,
        "description": ("SYNTHETIC: invented, not collected. " if bundle.synthetic else "")
        + "Posts of a campaign as collected with Groundswell; see README.txt",
        "synthetic": bundle.synthetic,
        "created": f"{bundle.exported_at:%Y-%m-%dT%H:%M:%SZ}",
        "resources": resources,
    }


def _field(column: pa.Field, entry: dict[str, Any]) -> dict[str, Any]:
    kind = _type(column.type)
    shape = {"name": column.name, "type": kind, "description": entry["meaning"]}
    if kind == "datetime":
        shape["format"] = "%Y-%m-%dT%H:%M:%SZ"
    return shape


def readme(bundle: Bundle, folder: Path) -> str:
    """README.txt."""
    c = bundle.campaign
    title = f"{c.name}: an export of Groundswell"
    people = [PEOPLE["no_ids" if bundle.with_identities else "ids"], PEOPLE[bundle.text]]
    listed = {file: ABOUT[written.table] for file, written in bundle.tables.items()}
    listed |= {
        "query.json": "what was asked, and the versions of all that answered", "datapackage.json": "a data package descriptor",
        "manifest.sha256": "the hash of every file",
    }  # fmt: skip
    return Template((HERE / "README.template").read_text(encoding="utf-8")).substitute(
        title=title,
        underline="=" * len(title),
        synthetic_notice="\nSYNTHETIC: everything in this bundle is INVENTED. It shows the program and says nothing of any real event.\n"
        if bundle.synthetic
        else "",
        synthetic_words="YES: invented, not collected" if bundle.synthetic else "no: collected, not invented",
        synthetic_citation="SYNTHETIC (invented) data, " if bundle.synthetic else "",
        campaign=c.id,
        campaign_name=c.name,
        zone=c.zone.key,
        exported_at=f"{bundle.exported_at:%Y-%m-%d %H:%M:%S} UTC",
        exported_day=f"{bundle.exported_at:%Y-%m-%d}",
        version=VERSION,
        records=f"{bundle.posts:,}",
        parts=parts(bundle.classes),
        of_all=f" of {bundle.of:,}" if bundle.posts != bundle.of else "",
        text_words={"none": "left out", "pseudonymised": "with people replaced by stand-ins", "verbatim": "verbatim"}[bundle.text],
        identity_words="with ids and names" if bundle.with_identities else "stand-ins only",
        files="".join(f"  {file:<24}{about}\n" for file, about in listed.items()),
        guard_words="A text that a spreadsheet would run as a formula, or that begins with an apostrophe, got a leading apostrophe: "
        + _cells({file: written.guarded for file, written in bundle.tables.items()}),
        cut_words=f"\n* Excel holds {CELL_CHARACTERS:,} characters in a cell; what is beyond is CUT: "
        + _cells({file: written.cut for file, written in bundle.tables.items()})
        + " The other formats hold all."
        if "xlsx" in bundle.formats
        else "",
        people_words="\n\n".join(people),
        chosen=_chosen(bundle.filters),
        query_hash=sha256(folder / "query.json"),
    )


def parts(classes: dict[str, int]) -> str:
    """How many records are what: "3 posts, 0 bare reposts, 1 comment"."""
    words = {"post": "post", "repost": "bare repost", "comment": "comment"}
    return ", ".join(f"{classes[name]:,} {word}{'' if classes[name] == 1 else 's'}" for name, word in words.items())


def _chosen(filters: dict[str, Any]) -> str:
    """Which records of the campaign are here, in words."""
    of = f"only of {', '.join(filters['platforms'])}" if filters["platforms"] else "of all platforms"
    drawn = f"a random sample of at most {filters['sample']:,} (seed {filters['seed']})" if filters["sample"] is not None else None
    return ", ".join(filter(None, (_window(filters["since"], filters["until"]), of, drawn)))


def _window(since: str | None, until: str | None) -> str:
    """From when to when the records are, in words: the last day is included, a time at the end is not."""
    if until and len(until) == len("2024-05-01"):
        last = f"to {date.fromisoformat(until) - timedelta(days=1)}"
    else:
        last = f"up to {until} (not included)" if until else ""
    return " ".join(filter(None, (since and f"from {since}", last))) or "of all times"


def _cells(counts: dict[str, int]) -> str:
    return (", ".join(f"{count:,} cells of {file}" for file, count in counts.items() if count) or "none here") + "."


def dump(told: dict[str, Any]) -> bytes:
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str)


def sha256(path: Path) -> str:
    """The hash of a file, read in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
