"""What a campaign has collected already, for those who collect more: asked of the log, which is newer than the published database."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa
from pyarrow.dataset import dataset

from data.log import Log
from data.model import arrow_schema

KNOWN_POSTS = """
    with member as (
        select distinct post_id from membership
        where campaign = $campaign and platform = $platform and not is_comment and via in ('query', 'hand')
    ), told as (
        select post_id, min(published_at) as published_at
        from post where platform = $platform and not is_comment group by post_id
    ), seen as (
        select post_id, max(likes) as likes, max(reposts) as reposts, max(comments) as comments, min(seen_at) as first_seen,
               max(seen_at) as last_seen, arg_max(status, seen_at) as status
        from sighting where platform = $platform and not is_comment and seen_at_basis = 'told' group by post_id
    )
    select post_id, published_at, likes, reposts, comments, first_seen, last_seen, coalesce(status, 'visible')
    from member left join told using (post_id) left join seen using (post_id)
    order by published_at desc nulls last, post_id
"""
STANCES = """
    with text as (select post_id, arg_max(text_sha256, length(text)) as text_sha256 from post
                  where platform = $platform and not is_comment and text is not null group by post_id),
         stance as (select text_sha256, arg_max(value, labelled_at) as value from label where kind = 'stance' group by text_sha256)
    select post_id, value from text join stance using (text_sha256)
"""
FOLLOWED = "select post_id, min(drawn_at) from followed where campaign = $campaign and platform = $platform group by post_id"
SPENT = "select coalesce(sum(requests), 0) from run where source = $source and started > $since and ended is not null"
HELD_UNDER = """
    select root_id, count(distinct post_id) from post
    where platform = $platform and is_comment = $comments and root_id is not null group by root_id
"""
LONG_TEXTS = "select distinct post_id from sighting where platform = $platform and surface like '%long text%'"
ADDRESSES = """
    select distinct url from post semi join (select distinct post_id from membership where campaign = $campaign and platform = $platform)
    using (post_id)
    where platform = $platform and not is_comment and regexp_matches(url, '[?&]xsec_token=[^&-][^&]+') order by url
"""
HIGHEST = """
    select max(views), max(discussions), max(interactions), max(originals), max(participants) from hashtag_count
    where platform = $platform and tag_key = $tag_key and views_grain = 'exact'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownPost:
    """A post of the campaign with the largest counts ever seen and its newest status; times are naive UTC."""

    post_id: str
    published_at: datetime | None
    likes: int | None
    reposts: int | None
    comments: int | None
    first_seen: datetime | None
    last_seen: datetime | None
    status: str

    @property
    def there(self) -> bool:
        """Whether it is not known to be gone."""
        return self.status in ("visible", "unknown")


def known_posts(log: Log, campaign: str, platform: str) -> list[KnownPost]:
    """The posts that were collected or imported for a campaign, newest first."""
    rows = _ask(log, KNOWN_POSTS, ("membership", "post", "sighting"), campaign=campaign, platform=platform)
    names = KnownPost.__slots__
    return [KnownPost(**dict(zip(names, row, strict=True))) for row in rows]


def held_under(log: Log, platform: str, *, comments: bool) -> dict[str, int]:
    """How many comments, or reposts, the log holds of each post."""
    return dict(_ask(log, HELD_UNDER, ("post",), platform=platform, comments=comments))


def stances(log: Log, platform: str) -> dict[str, str]:
    """The newest stance label of each post that has one."""
    return dict(_ask(log, STANCES, ("post", "label"), platform=platform))


def followed(log: Log, campaign: str, platform: str) -> dict[str, datetime]:
    """The posts that are followed, and since when."""
    return dict(_ask(log, FOLLOWED, ("followed",), campaign=campaign, platform=platform))


def spent(log: Log, source: str, since: datetime) -> int:
    """How many requests the runs of a source made since then."""
    return int(_ask(log, SPENT, ("run",), source=source, since=since)[0][0])


def long_texts(log: Log, platform: str) -> set[str]:
    """The posts whose long text was fetched."""
    return {post_id for (post_id,) in _ask(log, LONG_TEXTS, ("sighting",), platform=platform)}


def addresses_with_token(log: Log, campaign: str, platform: str) -> list[str]:
    """The addresses of a campaign's posts that still carry the token they are read with."""
    return [url for (url,) in _ask(log, ADDRESSES, ("post", "membership"), campaign=campaign, platform=platform)]


def highest_counters(log: Log, platform: str, tag_key: str) -> tuple[int | None, ...]:
    """The largest exact views, discussions, interactions, originals and participants seen of a hashtag."""
    return _ask(log, HIGHEST, ("hashtag_count",), platform=platform, tag_key=tag_key)[0]


def _ask(log: Log, statement: str, tables: tuple[str, ...], **values: object) -> list:
    """Reads only the columns and row groups that the statement wants; columns that an older segment lacks are null."""
    with duckdb.connect() as connection, log.held() as manifest:
        for table in tables:
            schema = pa.schema([pa.field(field.name, field.type) for field in arrow_schema(table)])
            files = [str(log.path(segment)) for segment in manifest.of(table)]
            connection.register(table, dataset(files, schema=schema, format="parquet") if files else schema.empty_table())
        return connection.execute(statement, values).fetchall()
