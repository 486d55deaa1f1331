"""Which texts the posts of the log say. Labels and vectors are kept by the hash of a text: of one that nobody says any more they go."""

import duckdb
import pyarrow as pa

from data.log import Log, Manifest

TOLD = """
create temp view told as
from (select platform || chr(31) || is_comment || chr(31) || post_id as post, title, text, text_sha256
      from read_parquet(getvariable('files'), union_by_name = true))
anti join gone using (post)
"""
# No row's own text, and none that a build makes of several rows of one post: the title of one and the text of another, as in
# `steps/posts.sql`. Without a title that is always the text of one row.
OF_NO_ROW = "select text_sha256 from asked anti join told using (text_sha256)"
OF_NO_POST = """
with several as (
    select post from told group by post having count(distinct text_sha256) > 1 and bool_or(title <> '')),
titles as (select distinct post, coalesce(title, '') as title from told semi join several using (post)),
texts as (select distinct post, text from told semi join several using (post)),
merged as (
    select sha256(case when title <> '' then title || chr(10) || coalesce(text, '') else text end) as text_sha256
    from titles join texts using (post))
select text_sha256 from asked anti join merged using (text_sha256)
"""


def unsaid(log: Log, manifest: Manifest, hashes: pa.Array, without: pa.Array) -> set[str]:
    """Which of these hashes are of texts that no post says, those of the identities `without` ("weibo<US>false<US>1", with the unit
    separator) aside."""
    files = [str(log.path(segment)) for segment in manifest.of("post")]
    if not files:
        return set(hashes.to_pylist())
    with duckdb.connect() as connection:
        connection.execute("set variable files = ?", [files]).fetchall()
        connection.register("gone", pa.table({"post": without}))
        connection.execute(TOLD).fetchall()
        for question in (OF_NO_ROW, OF_NO_POST):
            connection.register("asked", pa.table({"text_sha256": hashes}))
            hashes = pa.array([sha for (sha,) in connection.execute(question).fetchall()], pa.string())
            if not len(hashes):
                break
    return set(hashes.to_pylist())
