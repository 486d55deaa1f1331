"""What the log holds already: which records, posts and memberships. An import asks it a batch at a time."""

from collections.abc import Iterable

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads

from data.log import Log, Manifest
from data.model import arrow_schema

# Tables whose rows come from records; every record has a row in one of them.
RECORD_TABLES = ("sighting", "hashtag_count", "trend", "hot_search", "quoted", "quarantine")

CLAIMED_TABLES = ("hashtag_count", "trend", "hot_search")


def record(record_id: str) -> str:
    """The identity of a record."""
    return f"r\x1f{record_id}"


def post(platform: str, is_comment: bool, post_id: str) -> str:
    """The identity of a post or comment."""
    return f"p\x1f{platform}\x1f{'true' if is_comment else 'false'}\x1f{post_id}"


def member(campaign: str, via: str, post: str) -> str:
    """The identity of an asserted membership of a post (`post` as this module's `post` gives it)."""
    return f"m\x1f{campaign}\x1f{via}\x1f{post}"


def claim(campaign: str, record_id: str) -> str:
    """The identity of a claim on a record that is no post."""
    return f"c\x1f{campaign}\x1f{record_id}"


class Known:
    """Identities that stand in the log, and those that this import adds."""

    def __init__(self, log: Log, manifest: Manifest):
        self.connection = duckdb.connect()
        self.connection.execute("create table known (id uuid)").fetchall()
        for table in RECORD_TABLES:
            self._offer(log, manifest, table, ["record_id"])
            self._run("insert into known select md5('r' || chr(31) || record_id)::uuid from part")
        self._offer(log, manifest, "sighting", ["platform", "is_comment", "post_id"])
        self._run("""
            insert into known
            select distinct md5('p' || chr(31) || platform || chr(31) || is_comment || chr(31) || post_id)::uuid from part""")
        self._offer(log, manifest, "membership", ["campaign", "via", "platform", "is_comment", "post_id"])
        self._run("""
            insert into known
            select md5('m' || chr(31) || campaign || chr(31) || via || chr(31) || 'p' || chr(31) || platform || chr(31)
                       || is_comment || chr(31) || post_id)::uuid
            from part""")

        # A counter belongs to its run's campaign without a claim.
        self.connection.register("run", log.read("run", manifest, ["run_id", "campaign"]))
        for table in CLAIMED_TABLES:
            self._offer(log, manifest, table, ["record_id", "run_id"])
            self._run("""
                insert into known
                select distinct md5('c' || chr(31) || campaign || chr(31) || record_id)::uuid
                from part join (select distinct run_id, campaign from run) using (run_id)""")
        self._offer(log, manifest, "claim", ["campaign", "claimed"])
        self._run("insert into known select md5('c' || chr(31) || campaign || chr(31) || claimed)::uuid from part")

    def unknown(self, identities: Iterable[str]) -> set[str]:
        """Those identities that the log does not hold; from now on it counts as holding them."""
        told = list(dict.fromkeys(identities))
        self.connection.register("part", pa.table({"identity": pa.array(told, pa.string())}))
        self._run("create or replace temp table asked as select identity, md5(identity)::uuid as id from part")
        new = self.connection.execute("select identity from asked anti join known using (id)").fetchall()
        self._run("insert into known select id from asked anti join known using (id)")
        return {identity for (identity,) in new}

    def close(self) -> None:
        self.connection.close()

    def _offer(self, log: Log, manifest: Manifest, table: str, columns: list[str]) -> None:
        schema = pa.schema([pa.field(f.name, f.type) for f in arrow_schema(table) if f.name in columns])
        files = [str(log.path(segment)) for segment in manifest.of(table)]
        self.connection.register("part", pads.dataset(files, schema=schema) if files else schema.empty_table())

    def _run(self, statement: str) -> None:
        self.connection.execute(statement).fetchall()
