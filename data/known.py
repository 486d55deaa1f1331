"""What the log holds already: which records, posts and memberships. An import asks it a batch at a time."""

from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from data.log import Log, Manifest

# Tables whose rows come from records; every record has a row in one of them, but for a file of accounts.
RECORD_TABLES = ("sighting", "hashtag_count", "trend", "hot_search", "quoted", "quarantine")

CLAIMED_TABLES = ("hashtag_count", "trend", "hot_search")


class News(NamedTuple):
    """What of each mark the log does not hold: the record, the post, and that the post or record belongs to the campaign. False for
    what the mark does not tell."""

    record: list[bool]
    post: list[bool]
    belongs: list[bool]


class Known:
    """Identities that stand in the log, and those that this import adds: the MD5 of what identifies a record, a post, a post's
    membership of a campaign and a campaign's claim on a record."""

    def __init__(self, log: Log, manifest: Manifest):
        self.connection = duckdb.connect()
        self._run("create table known (id uuid)")
        self._run("create macro id_of_record(record_id) as md5('r' || chr(31) || record_id)::uuid")
        self._run("create macro key_of(platform, is_comment, post_id) as platform || chr(31) || is_comment || chr(31) || post_id")
        self._run("create macro id_of_post(key) as md5('p' || chr(31) || key)::uuid")
        self._run(
            "create macro id_of_member(campaign, via, key) as md5('m' || chr(31) || campaign || chr(31) || via || chr(31) || key)::uuid"
        )
        self._run("create macro id_of_claim(campaign, record_id) as md5('c' || chr(31) || campaign || chr(31) || record_id)::uuid")
        for table in RECORD_TABLES:
            if self._offer(log, manifest, table):
                self._run("insert into known select id_of_record(record_id) from part")
        # A file of accounts tells nothing else; the other accounts are of records that are known already.
        if self._offer(log, manifest, "author"):
            self._run("""
                insert into known
                select id from (select distinct id_of_record(record_id) as id from part) anti join known using (id)""")
        if self._offer(log, manifest, "sighting"):
            self._run("insert into known select distinct id_of_post(key_of(platform, is_comment, post_id)) from part")
        if self._offer(log, manifest, "membership"):
            self._run("insert into known select id_of_member(campaign, via, key_of(platform, is_comment, post_id)) from part")
        # A counter belongs to its run's campaign without a claim.
        self.connection.register("run", log.read("run", manifest, ["run_id", "campaign"]))
        for table in CLAIMED_TABLES:
            if self._offer(log, manifest, table):
                self._run("""
                    insert into known
                    select distinct id_of_claim(campaign, record_id)
                    from part join (select distinct run_id, campaign from run) using (run_id)""")
        if self._offer(log, manifest, "claim"):
            self._run("insert into known select id_of_claim(campaign, claimed) from part")

    def news(self, campaign: str, marks: pa.Table) -> News:
        """What of each of `marks` (see `data.model.MARKS`) the log does not hold; from now on it counts as holding it."""
        self.connection.register("marked", marks.append_column("place", pa.array(np.arange(len(marks)), pa.int64())))
        self.connection.execute(
            """
            create or replace temp table asked as
            select place, id_of_record(record_id) as record, id_of_post(key) as post,
                   case when key is not null then id_of_member($campaign, coalesce(via, 'query'), key)
                        when via = 'claim' then id_of_claim($campaign, record_id) end as belongs
            from (select *, key_of(platform, is_comment, post_id) as key from marked)""",
            {"campaign": campaign},
        ).fetchall()
        self._run("""
            create or replace temp table told as
            select distinct id from (select record as id from asked union all select post from asked union all select belongs from asked)
            where id is not null""")
        self._run("create or replace temp table new as select id from told anti join known using (id)")
        self._run("insert into known select id from new")
        found = self.connection.execute("""
            select r.id is not null as record, p.id is not null as post, b.id is not null as belongs
            from asked left join new r on r.id = asked.record left join new p on p.id = asked.post left join new b on b.id = asked.belongs
            order by place""").fetchnumpy()
        return News(*(found[column].tolist() for column in News._fields))

    def close(self) -> None:
        self.connection.close()

    def _offer(self, log: Log, manifest: Manifest, table: str) -> bool:
        """Makes a table of the log readable as `part`; False where it has no rows."""
        files = [str(log.path(segment)) for segment in manifest.of(table)]
        if files:
            self.connection.execute("set variable files = ?", [files]).fetchall()
            self._run("create or replace temp view part as select * from read_parquet(getvariable('files'), union_by_name = true)")
        return bool(files)

    def _run(self, statement: str) -> None:
        self.connection.execute(statement).fetchall()
