"""Forgetting a person or a post: taken out of the log for good, and not let in again.

The tombstone that stays holds only the home's keyed hash: it recognises who was forgotten and names no one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.campaign import PLATFORMS
from data.clock import now
from data.compact import rows
from data.errors import WrongUsage
from data.home import Home
from data.log import Log, Manifest, Overtaken
from data.model import Embedding, Label, Tombstone, arrow_schema, to_arrow
from data.said import unsaid
from data.tags import bare_name, fold

# Columns of other rows in which an id may stand: in a file's name, in what was asked for.
MAY_NAME = {"run": ("query", "viewer", "warnings"), "gap": ("query",), "quarantine": ("file",)}
OF_FILES = ("import", "replay")  # sources of runs: what the others asked for are tags and words, which a name may be too
SHORTEST = 5  # characters of an id that is taken out of them: a shorter one might be anything
INSTEAD = "…"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a `forget` took out: how many rows, labels and vectors aside, the ids of accounts, posts and comments, the platforms that they
    are of, and where their records stand in the archive ("<file>#<frame>.<record>")."""

    rows: int
    posts: int
    ids: frozenset[str]
    platforms: frozenset[str]
    places: frozenset[str]


class Forgotten:
    """Who and what must not come back, for the rows of an import."""

    def __init__(self, home: Home, log: Log):
        self.home = home
        manifest = log.manifest()
        self.generation = manifest.forgotten
        stones = log.read("tombstone", manifest, ["kind", "subject"]).to_pylist()
        self.authors = {stone["subject"] for stone in stones if stone["kind"] == "author"}
        self.posts = {stone["subject"] for stone in stones if stone["kind"] == "post"}
        self.platforms = platforms(log) if stones else set()

    def __bool__(self) -> bool:
        return bool(self.authors or self.posts)

    def stands_in(self, told: Any) -> bool:
        """Whether a record that could not be read tells the id of someone or something forgotten, anywhere among its values."""
        if isinstance(told, dict):
            return any(map(self.stands_in, told.values()))
        if isinstance(told, list):
            return any(map(self.stands_in, told))
        if not isinstance(told, str | int):
            return False
        value = str(told).strip()
        return any(
            self.home.author_key(platform, value) in self.authors
            or any(self.home.post_subject(platform, is_comment, value) in self.posts for is_comment in (False, True))
            for platform in self.platforms
        )

    def of(self, tables: Iterable[pa.Table]) -> set[str]:
        """The record ids among rows, table by table, that belong to a forgotten person or post."""
        gone: set[str] = set()
        authors = pa.array(sorted(self.authors), pa.string())
        is_gone = cache(self._is_gone)  # several tables tell of one post
        for table in tables:
            if "author_key" in table.schema.names:
                gone.update(table["record_id"].filter(pc.is_in(table["author_key"], value_set=authors)).to_pylist())
            if self.posts and "post_id" in table.schema.names:
                keys = zip(*(table[name].to_pylist() for name in ("platform", "is_comment", "post_id", "record_id")), strict=True)
                gone.update(record for *key, record in keys if is_gone(*key))
        return gone

    def edges_left(self, edges: pa.Table) -> pa.Table:
        """Edges without those that lead to a forgotten post: `forget` takes them out, and they do not come back either."""
        if not self.posts:
            return edges
        leads = zip(*(edges[name].to_pylist() for name in ("platform", "to_is_comment", "to_id")), strict=True)
        return edges.filter(pa.array([None in lead or not self._is_gone(*lead) for lead in leads], pa.bool_()))

    def leads_left(self, posts: pa.Table) -> pa.Table:
        """Posts that lead to no forgotten one, as `forget` leaves those that are here."""
        return _leading_to_none(posts, self._among) if self.posts else posts

    def _among(self, identities: pa.ChunkedArray) -> pa.Array:
        told = pc.unique(identities).drop_null().to_pylist()
        gone = [identity for identity in told if _subject(self.home, identity) in self.posts]
        return pc.is_in(identities, value_set=pa.array(gone, pa.string()))

    def _is_gone(self, platform: str, is_comment: bool, post_id: str) -> bool:
        return self.home.post_subject(platform, is_comment, post_id) in self.posts


def platforms(log: Log) -> set[str]:
    """The platforms whose ids may stand in this log."""
    return set(log.read("sighting", columns=["platform"])["platform"].unique().to_pylist()) | {"weibo", "xiaohongshu"}


def forget_quarantined(home: Home, doomed: Callable[[str], bool]) -> int:
    """Takes quarantined records out of the log for whose `raw_ref` `doomed` holds; how many. Nobody could read whose they are, so
    the caller looks into the archive."""
    log = Log(home.log)
    while True:
        with log.held() as manifest:
            gone = [ref for ref in log.read("quarantine", manifest, ["raw_ref"])["raw_ref"].to_pylist() if ref and doomed(ref)]
            if not gone:
                return 0
            old = manifest.of("quarantine")
            kept = log.read("quarantine", manifest).filter(
                pc.invert(pc.fill_null(pc.is_in(log.read("quarantine", manifest)["raw_ref"], value_set=pa.array(gone)), False))
            )
            try:
                log.replace(old, {"quarantine": kept.cast(arrow_schema("quarantine"))}, forgotten=True)
            except Overtaken:
                continue
        return len(gone)


def forget(home: Home, *, author: str | None = None, post: str | None = None) -> Taken:
    """Takes a person ("weibo:1993300447", the bare id or the author_key) or a post ("weibo:4607741009594608", or the bare id) out of the
    log and leaves tombstones, also of each post of a person: a file may tell it and not whose it is. The archive is erased by the
    caller, by `Taken.places` and `references`. Raises WrongUsage for the bare id of accounts on several platforms."""
    log = Log(home.log)
    while True:
        with log.held() as manifest:
            doomed = _doomed(home, log, manifest, author, post)
            try:
                taken = _rewrite(log, manifest, doomed)
                break
            except Overtaken:
                continue
    return taken


def append_of_texts(log: Log, rows: Sequence[Label | Embedding], forgotten: int) -> None:
    """Appends labels or vectors of texts that stood in the log when its generation `forgotten` was the last in which something was taken
    out: without those of texts that nobody says any more, where something was since."""
    while True:
        try:
            log.append_rows(rows, forgotten=forgotten)
            return
        except Overtaken:
            with log.held() as manifest:
                forgotten = manifest.forgotten
                told = sorted(set[str]().union(*map(_texts_of, rows)))
                gone = unsaid(log, manifest, pa.array(told, pa.string()), pa.array([], pa.string()))
            rows = [row for row in rows if not gone & _texts_of(row)]


def _texts_of(row: Label | Embedding) -> set[str]:
    """The text that a label or a vector is of, and the one that it was read under."""
    context = row.context_sha256 if isinstance(row, Label) else None
    return {row.text_sha256, *([context] if context else [])}


def references(log: Log) -> dict[str, str]:
    """The places of the archive that the log refers to, with their commitments. What it does not refer to was never acknowledged,
    or is forgotten."""
    found: dict[str, str] = {}
    for table in ("sighting", "hashtag_count", "trend", "hot_search", "quarantine"):
        for ref in log.read(table, columns=["raw_ref"])["raw_ref"].to_pylist():
            if ref:
                place, _, commitment = ref.rpartition(".")
                found[place] = commitment
    return found


def elsewhere(log: Log, platforms: Collection[str]) -> set[str]:
    """The places of the archive where records of other platforms than these stand: an id is somebody else's there."""
    refs: list[str] = []
    for table in ("sighting", "hashtag_count", "trend", "hot_search"):
        told = log.read(table, columns=["platform", "raw_ref"])
        theirs = pc.is_in(told["platform"], value_set=pa.array(sorted(platforms), pa.string()))
        refs += told["raw_ref"].filter(pc.invert(theirs)).drop_null().to_pylist()
    return {_place(ref) for ref in refs}


@dataclass(frozen=True, kw_only=True)
class Unplaced:
    """What the log holds of records whose rows do not say where they stand in the archive, accounts by themselves and quoted figures: the
    record ids, and what these were made of: the platforms by account, and the campaigns."""

    records: frozenset[str]
    accounts: dict[str, set[str]]
    campaigns: frozenset[str]


def unplaced(log: Log) -> Unplaced:
    """Accounts that came with a post stand where its sighting says."""
    of_posts = pc.unique(log.read("sighting", columns=["record_id"])["record_id"])
    told = log.read("author", columns=["record_id", "platform", "author_id"])
    accounts: dict[str, set[str]] = defaultdict(set)
    alone = told.filter(pc.invert(pc.is_in(told["record_id"], value_set=of_posts))).to_pylist()
    for row in alone:
        accounts[row["author_id"]].add(row["platform"])
    figures = log.read("quoted", columns=["record_id", "campaign"]).to_pylist()
    return Unplaced(
        records=frozenset(row["record_id"] for row in (*alone, *figures)),
        accounts=accounts,
        campaigns=frozenset(row["campaign"] for row in figures),
    )


@dataclass(frozen=True, kw_only=True)
class _Doomed:
    """Everything of the forgotten: record ids, author keys, post identities (`refused`: with those that are not here), hashes of texts that
    nobody else wrote, ids as the platform has them, what the accounts were called, and the platforms."""

    records: pa.Array
    authors: pa.Array
    posts: pa.Array
    refused: pa.Array
    texts: pa.Array
    names: frozenset[str]
    called: frozenset[str]
    platforms: frozenset[str]
    stones: list[Tombstone]

    def told(self, identities: pa.ChunkedArray) -> pa.Array:
        return pc.is_in(identities, value_set=self.refused)


def _doomed(home: Home, log: Log, manifest: Manifest, author: str | None, post: str | None) -> _Doomed:
    told = log.read("post", manifest, ["record_id", "platform", "is_comment", "post_id", "author_key"])
    sightings = log.read("sighting", manifest, ["record_id", "platform", "is_comment", "post_id"])
    authors = accounts(home, log, manifest, author) if author else {}
    keys = _identity(told)
    going = pc.is_in(told["author_key"], value_set=pa.array(sorted(authors), pa.string()))
    posts = pc.unique(keys.filter(pc.fill_null(going, False)))
    refused = set(posts.to_pylist())
    if post:
        mine = _posts_called(sightings, post)  # some were only ever seen to be gone, and have no row among the posts
        posts = pc.unique(pa.concat_arrays([posts, pa.array(mine, pa.string())]))
        refused.update(mine or _identities(post, platforms(log)))
    called = _called(log, manifest, authors)
    subjects = [("author", key) for key in authors] + [("post", _subject(home, identity)) for identity in refused]
    subjects += [("name", _name_subject(home, name, key)) for name, key in called if name.strip()]
    texts = unsaid(log, manifest, _labelled(log, manifest), posts)
    records = pc.unique(sightings["record_id"].filter(pc.is_in(_identity(sightings), value_set=posts)))
    at = now()
    ids = {key.rpartition("\x1f")[2] for key in posts.to_pylist()} | (_account_ids(log, manifest, author, authors) if author else set())
    return _Doomed(
        records=records,
        authors=pa.array(sorted(authors), pa.string()),
        posts=posts,
        refused=pa.array(sorted(refused), pa.string()),
        texts=pa.array(sorted(texts), pa.string()),
        names=frozenset(ids),
        called=frozenset(name for name, _ in called),
        platforms=frozenset({*authors.values(), *(identity.split("\x1f")[0] for identity in refused)}),
        stones=[Tombstone(kind=kind, subject=subject, at=at, run_id="forget") for kind, subject in sorted(subjects)],
    )


def _name_subject(home: Home, name: str, author_key: str) -> str:
    """A name's length, its keyed hash and the account that bore it: exports know it again in what others say."""
    plain = fold(bare_name(name))
    return f"{len(plain)}:{home.name_subject(plain)}:{author_key}"


def _subject(home: Home, identity: str) -> str:
    platform, is_comment, id = identity.split("\x1f")
    return home.post_subject(platform, is_comment == "true", id)


def _labelled(log: Log, manifest: Manifest) -> pa.Array:
    """The hashes of all texts that have a label or a vector, or that a label was read under."""
    columns = (("label", "text_sha256"), ("label", "context_sha256"), ("embedding", "text_sha256"))
    return pc.unique(pa.concat_arrays([pc.unique(log.read(table, manifest, [name])[name]) for table, name in columns])).drop_null()


def accounts(home: Home, log: Log, manifest: Manifest, author: str) -> dict[str, str]:
    """The platforms of an account by its keys: told as key, as "platform:id", or as a bare id. One of nobody here may be of any platform.
    Raises WrongUsage where several platforms have an account of a bare id: these are different people."""
    here: dict[str, str] = {}
    for table in ("author", "post"):
        told = log.read(table, manifest, ["author_key", "platform"]).group_by(["author_key", "platform"]).aggregate([])
        here.update(zip(told["author_key"].to_pylist(), told["platform"].to_pylist(), strict=True))
    if author in here:
        return {author: here[author]}
    of, id = _account(log, author)
    keys = {home.author_key(platform, id): platform for platform in of}
    found = keys.keys() & here.keys()
    if len(found) > 1:
        several = sorted(keys[key] for key in found)
        raise WrongUsage(
            f"--author {id} is the id of different accounts on {' and '.join(several)}, and nothing was forgotten. "
            f"Say which one: {' or '.join(f'--author {platform}:{id}' for platform in several)}"
        )
    gone = log.read("tombstone", manifest, ["subject"])["subject"].to_pylist()
    return {key: keys[key] for key in found or keys.keys() & set(gone) or keys}


def _account(log: Log, author: str) -> tuple[set[str], str]:
    """The platforms that an account told as "platform:id" or as a bare id may be of, and its id. An id may have a colon of its own."""
    known = platforms(log)
    platform, colon, id = author.partition(":")
    return ({platform}, id) if colon and platform in known.union(PLATFORMS) else (known, author)


def _account_ids(log: Log, manifest: Manifest, author: str, keys: Collection[str]) -> set[str]:
    """The platform's ids of forgotten accounts: as told, and where the key was told as their rows have it."""
    told = log.read("author", manifest, ["author_key", "author_id"]).to_pylist()
    return {row["author_id"] for row in told if row["author_key"] in keys and row["author_id"]} | {_account(log, author)[1]}


def _called(log: Log, manifest: Manifest, keys: Collection[str]) -> set[tuple[str, str]]:
    """All names that accounts bore, each with the account's key."""
    found: set[tuple[str, str]] = set()
    for table, name in (("author", "name"), ("post", "author_name")):
        told = log.read(table, manifest, ["author_key", name])
        theirs = pc.is_in(told["author_key"], value_set=pa.array(sorted(keys), pa.string()))
        pairs = told.filter(theirs).group_by([name, "author_key"]).aggregate([]).to_pylist()
        found.update((row[name], row["author_key"]) for row in pairs if row[name])
    return found


def _posts_called(sightings: pa.Table, post: str) -> list[str]:
    """The identities of the posts here that are told as "platform:id", "platform:comment:id" or the bare id."""
    keys = pc.unique(_identity(sightings)).to_pylist()
    wanted = _identities(post, {key.split("\x1f")[0] for key in keys})
    return [key for key in keys if key in wanted]


def _identities(post: str, of: set[str]) -> set[str]:
    """The identities that a post so told may have: one, or where the bare id is told one of each platform in `of`, as post and comment."""
    told, _, id = post.rpartition(":")
    platform, _, comment = told.partition(":")
    if platform:
        return {f"{platform}\x1f{'true' if comment else 'false'}\x1f{id}"}
    return {f"{each}\x1f{comment}\x1f{id}" for each in of for comment in ("false", "true")}


def _identity(table: pa.Table, comment: str = "is_comment", id: str = "post_id") -> pa.ChunkedArray:
    return pc.binary_join_element_wise(table["platform"], pc.cast(table[comment], pa.string()), table[id], "\x1f")


def _leading_to_none(posts: pa.Table, gone: Callable[[pa.ChunkedArray], pa.Array]) -> pa.Table:
    """Posts without the ids above them of which `gone` holds, given identities."""
    for column, lead in _leads(posts).items():
        left = pc.if_else(pc.fill_null(gone(lead), False), pa.scalar(None, pa.string()), posts[column])
        posts = posts.set_column(posts.schema.get_field_index(column), posts.schema.field(column), left)
    return posts


def _leads(posts: pa.Table) -> dict[str, pa.ChunkedArray]:
    """The identities of what posts are under. The root is a post; the parent of a comment is a comment where it is not the root."""
    of_comment = pc.fill_null(pc.and_(posts["is_comment"], pc.not_equal(posts["parent_id"], posts["root_id"])), False)
    flags = {"parent_id": pc.cast(of_comment, pa.string()), "root_id": pa.scalar("false")}
    return {id: pc.binary_join_element_wise(posts["platform"], flag, posts[id], "\x1f") for id, flag in flags.items()}


def _rewrite(log: Log, manifest: Manifest, doomed: _Doomed) -> Taken:
    old, new, places, count = [], {}, set(), 0
    for table in ("post", "sighting", "membership", "author", "edge", "label", "embedding", "media", "followed"):
        for segment in manifest.of(table):
            here, leads = _touched(log, table, segment, doomed)
            if not here and not leads:
                continue
            count += here if table not in ("label", "embedding") else 0  # some of these are of texts of nobody
            old.append(segment)
            if table == "sighting":
                places |= _places(log, segment, doomed)
    for table in {segment.table for segment in old}:
        new[table] = _kept(log, table, [s for s in old if s.table == table], doomed)
    for table in MAY_NAME:
        unnamed = _unnamed(table, log.read(table, manifest), doomed)
        if unnamed is not None:
            old += manifest.of(table)
            new[table] = unnamed
    stones = to_arrow("tombstone", doomed.stones)
    if len(stones):
        new["tombstone"] = iter(stones.to_batches())
    log.replace(old, new, forgotten=True)
    return Taken(rows=count, posts=len(doomed.posts), ids=doomed.names, platforms=doomed.platforms, places=frozenset(places))


def _unnamed(table: str, rows: pa.Table, doomed: _Doomed) -> pa.Table | None:
    """The rows of a table without these ids, and where files are named these names, in what `MAY_NAME` lists; None where none stands
    there."""
    ids = _any_of((id for id in doomed.names if len(id) >= SHORTEST), beside="[0-9A-Za-z]")
    # A short word of Latin letters is likelier one of a sentence, or the ending of a file.
    called = _any_of((name for name in doomed.called if len(name) >= (SHORTEST if name.isascii() else 2)), beside=r"[^\W_]")
    told = rows.to_pylist()
    clean = []
    for row in told:
        of_files = table == "quarantine" or row.get("source") in OF_FILES
        left = {column: _without(ids, row[column]) for column in MAY_NAME[table]}
        clean.append({**row, **({column: _without(called, cell) for column, cell in left.items()} if of_files else left)})
    return pa.Table.from_pylist(clean, schema=arrow_schema(table)) if clean != told else None


def _any_of(words: Iterable[str], beside: str) -> re.Pattern[str]:
    """Any of these words as a whole, nothing of `beside` next to it: the longest that fits."""
    told = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!{beside})(?:{told})(?!{beside})" if told else r"(?!)")


def _without(name: re.Pattern[str], cell: Any) -> Any:
    if isinstance(cell, list):
        return [_without(name, part) for part in cell]
    return name.sub(INSTEAD, cell) if isinstance(cell, str) else cell


def _kept(log: Log, table: str, segments: list, doomed: _Doomed) -> Iterator[pa.RecordBatch]:
    for batch in rows(log, table, segments):
        whole = pa.Table.from_batches([batch])
        left = whole.filter(pc.invert(_going(table, whole, doomed)))
        yield from (_leading_to_none(left, doomed.told) if table == "post" else left).to_batches()


def _touched(log: Log, table: str, segment, doomed: _Doomed) -> tuple[int, bool]:
    """How many rows of a segment go, and whether any of its posts lead to what goes."""
    going, leads = 0, False
    for batch in rows(log, table, [segment]):
        whole = pa.Table.from_batches([batch])
        going += pc.sum(_going(table, whole, doomed)).as_py() or 0
        leads = leads or (table == "post" and any(pc.any(doomed.told(lead)).as_py() for lead in _leads(whole).values()))
    return going, leads


def _going(table: str, batch: pa.Table, doomed: _Doomed) -> pa.Array:
    """Which rows of a batch go."""
    if table == "author":
        mask = pc.is_in(batch["author_key"], value_set=doomed.authors)
    elif table == "label":  # a label of an answer is gone with the text it was read under
        read_under = pc.and_(pc.is_valid(batch["context_sha256"]), pc.is_in(batch["context_sha256"], value_set=doomed.texts))
        mask = pc.or_(pc.is_in(batch["text_sha256"], value_set=doomed.texts), read_under)
    elif table == "embedding":
        mask = pc.is_in(batch["text_sha256"], value_set=doomed.texts)
    elif table == "edge":
        leads_there = doomed.told(_identity(batch, "to_is_comment", "to_id"))
        mask = pc.or_(pc.is_in(batch["record_id"], value_set=doomed.records), pc.fill_null(leads_there, False))
    elif table == "media":
        mask = pc.is_in(batch["record_id"], value_set=doomed.records)
    else:
        mask = pc.is_in(_identity(batch), value_set=doomed.posts)
    return pc.fill_null(mask, False)


def _places(log: Log, segment, doomed: _Doomed) -> set[str]:
    found = set()
    for batch in rows(log, "sighting", [segment]):
        whole = pa.Table.from_batches([batch])
        refs = whole["raw_ref"].filter(_going("sighting", whole, doomed)).to_pylist()
        found |= {_place(ref) for ref in refs if ref}
    return found


def _place(raw_ref: str) -> str:
    """ "<file>#<frame>.<record>" of a reference: without the commitment, which changes when the record is erased."""
    return raw_ref.rpartition(".")[0]
