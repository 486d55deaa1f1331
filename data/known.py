"""What the log holds already: which records, posts and memberships. An import asks it a batch at a time."""

from collections.abc import Iterable
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.log import Log, Manifest, Segment

# Tables whose rows come from records; every record has a row in one of them, but for a file of accounts.
RECORD_TABLES = ("sighting", "hashtag_count", "trend", "hot_search", "quoted", "quarantine")

CLAIMED_TABLES = ("hashtag_count", "trend", "hot_search")


class News(NamedTuple):
    """What of each mark the log does not hold: the record, the post, and that the post or record belongs to the campaign. False for
    what the mark does not tell."""

    record: list[bool]
    post: list[bool]
    belongs: list[bool]


class Ids:
    """128-bit ids as their upper and their lower halves."""

    def __init__(self, upper: NDArray[np.uint64], lower: NDArray[np.uint64]):
        self.upper, self.lower = upper, lower

    def __len__(self) -> int:
        return len(self.upper)

    def chosen(self, which: NDArray) -> "Ids":
        return Ids(self.upper[which], self.lower[which])

    def joined_with(self, others: "Ids") -> "Ids":
        return Ids(np.concatenate([self.upper, others.upper]), np.concatenate([self.lower, others.lower]))

    def sorted(self) -> "Ids":
        """By their upper halves, and once where one stands twice side by side."""
        told = self.chosen(np.argsort(self.upper))
        again = (told.upper[1:] == told.upper[:-1]) & (told.lower[1:] == told.lower[:-1])
        return told.chosen(np.append(~again, True)) if again.any() else told

    def among(self, there: "Ids") -> NDArray[np.bool_]:
        """Which of these stand in `there`, which is sorted."""
        found = np.zeros(len(self), np.bool_)
        left = np.argsort(self.upper)  # one after the other they are near each other in memory
        place = np.searchsorted(there.upper, self.upper[left])
        while len(left):  # a second time only where the upper halves of different ids are the same
            inside = place < len(there)
            left, place = left[inside], place[inside]
            same = there.upper[place] == self.upper[left]
            left, place = left[same], place[same]
            found[left] = there.lower[place] == self.lower[left]
            left, place = left[~found[left]], place[~found[left]] + 1
        return found


class Known:
    """Identities that stand in the log, and those that this import adds: the MD5 of what identifies a record, a post, a post's
    membership of a campaign and a campaign's claim on a record. They are kept in sorted arrays, each at most half as long as the one
    before: to look a batch up in them takes a small part of a join with millions of others."""

    def __init__(self, log: Log, manifest: Manifest):
        self.connection = duckdb.connect()
        self.log = log
        self.until = -1  # the generation of the log as far as it is held
        self.mine: set[int] = set()  # generations that this import has made since
        self.held: list[Ids] = []
        self.met: list[Ids] = []  # what others had appended when it was caught up last
        self.asked: Ids  # the records of posts that were asked for last
        self._run("create macro id_of_record(record_id) as md5_number('r' || chr(31) || record_id)")
        self._run("create macro key_of(platform, is_comment, post_id) as platform || chr(31) || is_comment || chr(31) || post_id")
        self._run("create macro id_of_post(key) as md5_number('p' || chr(31) || key)")
        self._run("""
            create macro id_of_member(campaign, via, key) as md5_number('m' || chr(31) || campaign || chr(31) || via || chr(31) || key)""")
        self._run("create macro id_of_claim(campaign, record_id) as md5_number('c' || chr(31) || campaign || chr(31) || record_id)")
        self._run("create macro upper_half(id) as (id >> 64)::ubigint")
        self._run("create macro lower_half(id) as (id & 18446744073709551615)::ubigint")
        self._take_in(manifest)
        self.before = tuple(self.held)

    def lacks(self, manifest: Manifest) -> bool:
        """Whether others have appended, by this manifest, what is not held yet."""
        return any(self._others(manifest, table) for table in (*RECORD_TABLES, "author", "membership", "claim"))

    def catch_up(self) -> None:
        """Holds what others have appended meanwhile, too."""
        self.met = []
        if self.lacks(self.log.manifest()):
            with self.log.held() as manifest:
                self._take_in(manifest)

    def without_met(self, news: News) -> News:
        """What of the last `news` is new after all, now that others have appended."""
        return News(**{what: (np.array(new) & ~_among_any(self.told[what], self.met)).tolist() for what, new in news._asdict().items()})

    def _take_in(self, manifest: Manifest) -> None:
        # A file of accounts tells nothing else; the other accounts are of records that are known already.
        for table in (*RECORD_TABLES, "author"):
            if self._offer(manifest, table):
                self._hold("create or replace temp view told as select id_of_record(record_id) as id from part")
        if self._offer(manifest, "sighting"):
            self._hold("""
                create or replace temp view told as select id_of_post(key_of(platform, is_comment, post_id)) as id from part""")
        if self._offer(manifest, "membership"):
            self._hold("""
                create or replace temp view told as
                select id_of_member(campaign, via, key_of(platform, is_comment, post_id)) as id from part""")
        # A counter belongs to its run's campaign without a claim.
        self.connection.register("run", self.log.read("run", manifest, ["run_id", "campaign"]))
        for table in CLAIMED_TABLES:
            if self._offer(manifest, table):
                self._hold("""
                    create or replace temp view told as
                    select distinct id_of_claim(campaign, record_id) as id
                    from part join (select distinct run_id, campaign from run) using (run_id)""")
        if self._offer(manifest, "claim"):
            self._hold("create or replace temp view told as select id_of_claim(campaign, claimed) as id from part")
        self.until = manifest.generation

    def news(self, campaign: str, marks: pa.Table) -> News:
        """What of each of `marks` (see `data.model.MARKS`) the log does not hold; from now on it counts as holding it."""
        self.connection.register("marked", marks.append_column("place", pa.array(np.arange(len(marks)), pa.int64())))
        asked = self.connection.execute(
            """
            select upper_half(record) as record_upper, lower_half(record) as record_lower,
                   upper_half(post) as post_upper, lower_half(post) as post_lower,
                   upper_half(belongs) as belongs_upper, lower_half(belongs) as belongs_lower
            from (select place, id_of_record(record_id) as record, id_of_post(key) as post,
                         case when key is not null then id_of_member($campaign, coalesce(via, 'query'), key)
                              when via = 'claim' then id_of_claim($campaign, record_id) end as belongs
                  from (select *, key_of(platform, is_comment, post_id) as key from marked))
            order by place""",
            {"campaign": campaign},
        ).fetchnumpy()
        told = {what: Ids(np.asarray(asked[f"{what}_upper"]), np.asarray(asked[f"{what}_lower"])) for what in News._fields}
        new = {what: ~(np.ma.getmaskarray(asked[f"{what}_upper"]) | self._holds(ids)) for what, ids in told.items()}
        for what, ids in told.items():
            self._add(ids.chosen(new[what]).sorted())
        self.told = told
        self.asked = told["record"].chosen(~np.ma.getmaskarray(asked["post_upper"]))
        return News(**{what: which.tolist() for what, which in new.items()})

    def held_before(self) -> int:
        """How many of the posts' records that were asked for last the log held when this import began."""
        return int(_among_any(self.asked, self.before).sum())

    def close(self) -> None:
        self.connection.close()

    def _hold(self, view: str) -> None:
        """Holds what the view `told` gives."""
        self._run(view)
        told = self.connection.execute("select upper_half(id) as upper, lower_half(id) as lower from told").fetchnumpy()
        ids = Ids(told["upper"], told["lower"]).sorted()
        if self.until >= 0:
            self.met.append(ids)
        self._add(ids.chosen(~self._holds(ids)))

    def _holds(self, ids: Ids) -> NDArray[np.bool_]:
        return _among_any(ids, self.held)

    def _add(self, ids: Ids) -> None:
        """Adds sorted ids."""
        while self.held and len(self.held[-1]) < 2 * len(ids):
            ids = self.held.pop().joined_with(ids).sorted()
        if len(ids):
            self.held.append(ids)

    def _others(self, manifest: Manifest, table: str) -> list[Segment]:
        return [s for s in manifest.of(table, self.until) if not (s.since == s.until and s.since in self.mine)]

    def _offer(self, manifest: Manifest, table: str) -> bool:
        """Makes what is not held yet of a table of the log readable as `part`; False where that is nothing."""
        files = [str(self.log.path(segment)) for segment in self._others(manifest, table)]
        if files:
            self.connection.execute("set variable files = ?", [files]).fetchall()
            self._run("create or replace temp view part as select * from read_parquet(getvariable('files'), union_by_name = true)")
        return bool(files)

    def _run(self, statement: str) -> None:
        self.connection.execute(statement).fetchall()


def _among_any(ids: Ids, arrays: Iterable[Ids]) -> NDArray[np.bool_]:
    found = np.zeros(len(ids), np.bool_)
    for there in arrays:
        found |= ids.among(there)
    return found
