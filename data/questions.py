"""The named questions to the published database: SQL in, small table out.

A question says what it costs (`roll-up` ≤ 100 ms, `indexed` ≤ 300 ms, `scan` ≤ 3 s), which columns are cells (what a figure is
of) and which are figures. Beside it stands its id twin: SQL of its own that returns, for each figure, one row with the same
cells and the id of each thing counted. A test holds that the twin's count equals the figure, for every question there is.

Every question takes a `Viewer`. For a public one the SQL itself drops names, verbatim text and what finds a post or a person again
(ids, keys, regions, hashtags of one post, queries, names of files), and withholds every figure of posts or
people from one to four: it is null, which is "not shown" and never 0. What can be worked out from figures that are shown (a whole
less its other parts) is not withheld.

Parameters, all named: $campaign, $since and $until (dates of the campaign's zone, until excluded, null: open), $platforms (a
list, null: all), $tag (a tag key, '': posts with any tag or none), $public. A question names those it takes; a page tells its
reader which chosen filter a figure ignores. Those that find posts also take $from_at and $to_at (naive UTC, the end excluded,
null: open) and $timed (true: only posts whose time is known better than to the day), so that a bin of a chart can be listed, and
$texts (hashes of the only texts that may contain $words, as `text_index.candidates` names them; null: all).
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import duckdb
import pandas as pd
import pyarrow as pa

from data.model import BETWEEN_ASKED

FEW = 5  # a public viewer sees no figure of posts or people smaller than this, but 0


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who asks. `public` sees no names, no ids, no verbatim text and no figure of posts or people under five."""

    public: bool = False


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the reader chose. Days are days of the campaign's zone; `until` is not included."""

    campaign: str
    since: date | None = None
    until: date | None = None
    platforms: tuple[str, ...] | None = None
    tag: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. `figures` maps a figure column to what its id twin calls it."""

    sql: str
    cost: Literal["roll-up", "indexed", "scan"]
    cells: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    ids: str | None = None

    @property
    def takes(self) -> frozenset[str]:
        """The parameters it uses."""
        return frozenset(re.findall(r"\$(\w+)", self.sql))


def ask(connection: duckdb.DuckDBPyConnection, name: str, filters: Filters, viewer: Viewer | None = None, **more: Any) -> pd.DataFrame:
    """Answers a question as a small table. Raises KeyError for an unknown one."""
    return _table(connection, QUESTIONS[name].sql, filters, viewer or Viewer(), more)


def ids(connection: duckdb.DuckDBPyConnection, name: str, filters: Filters, **more: Any) -> pd.DataFrame:
    """The ids behind a question's figures: the cells, `figure`, `id`. For the full viewer only: ids lead to people."""
    twin = QUESTIONS[name].ids
    if twin is None:
        raise KeyError(f"{name} counts nothing, it has no id twin")
    return _table(connection, twin, filters, Viewer(), more)


def _table(connection: duckdb.DuckDBPyConnection, sql: str, filters: Filters, viewer: Viewer, more: dict[str, Any]) -> pd.DataFrame:
    told = {
        "campaign": filters.campaign,
        "since": filters.since,
        "until": filters.until,
        "platforms": None if filters.platforms is None else list(filters.platforms),
        "tag": filters.tag,
        "public": viewer.public,
        "few": FEW,
        "from_at": None,
        "to_at": None,
        "timed": False,
        "words": None,
        "texts": None,
        **more,
    }
    used = {name: told[name] for name in set(re.findall(r"\$(\w+)", sql))}
    # A cursor of its own: a shared connection gives wrong rows to threads.
    with connection.cursor() as cursor:
        rows = cursor.sql(sql, params=used).to_arrow_table()
    return rows.to_pandas(types_mapper=PANDAS_TYPES.get)


PANDAS_TYPES: dict[pa.DataType, Any] = {
    pa.int32(): pd.Int64Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.float64(): pd.Float64Dtype(),
}

QUESTIONS: dict[str, Question] = {}


def _shown(*figures: str) -> str:
    """Figures as the viewer may see them, to select from the rows that hold them."""
    columns = f"columns('^({'|'.join(figures)})$')"
    return f"if($public and {columns} between 1 and $few - 1, null, {columns})"


# Where a post stands on the line of time, as `counted_at` has it, in the words of the id twins, and the day that is there.
_STANDS = "(p.published_at + to_hours(if(p.published_grain = 'day', 12, 0)))"
_ON_DAY = f"cast({_STANDS} at time zone 'UTC' at time zone c.zone as date)"

# Counters and trends are of the campaign of their run, of one whose run brought them again, and of each that names the hashtag.
OF_CAMPAIGN = """(run_id in (select run_id from run where campaign = $campaign)
                  or record_id in (select claimed from claim where campaign = $campaign)
                  or (platform, tag_key) in (select (platform, tag_key) from campaign_tag where campaign = $campaign))"""
# Invented counters stay out of real campaigns that name the same hashtag, and the other way round.
_OF_ITS_KIND = "run_id in (select r.run_id from run r join campaign c using (synthetic) where c.campaign = $campaign)"

# Gaps, each up to where a later run of the same source began that read the same again to the gap's end, without a gap of its own there:
# a refusal is over once the next run has caught up. Only searches for posts tell what time they covered.
GAPS = f"""(
    with told as (select g.*, r.source, r.started as told_at from gap g left join run r using (run_id)),
    again as (
        select t.run_id, t.query, t.starts_at, t.ends_at, min(later.covers_from) as since
        from told t join run later on later.campaign = t.campaign and later.source = t.source and later.started > t.told_at
            and later.covers_from < t.ends_at and later.covers_to >= t.ends_at
        where list_contains(string_split(later.query, '{BETWEEN_ASKED}'), t.query) and not exists (
            select 1 from told own
            where own.run_id = later.run_id and own.query = t.query
              and own.starts_at < t.ends_at and own.ends_at > greatest(t.starts_at, later.covers_from))
        group by all)
    select t.* exclude (told_at) replace (least(t.ends_at, a.since) as ends_at)
    from told t left join again a on a.run_id = t.run_id and a.query = t.query and a.starts_at = t.starts_at and a.ends_at = t.ends_at
    where a.since is null or a.since > t.starts_at)"""

# What a run looks at. Counters and hot lists that were read, or were not, say nothing of posts.
_OF_WHAT = "case source when 'weibo-counts' then 'counters' when 'weibo-hot' then 'hot_search' else 'posts' end"

# What a run looks for, as the name of its source ends: under posts that are known it finds comments or reposts, and no new posts. The
# search for posts shows reposts too. Files, the user's own browser and the invented campaign's runs hold everything.
_LOOKS_FOR = """case when source like '%-comments' or source like '%-notes' then ['comment']
                 when source like '%-reposts' then ['repost']
                 when source like '%-posts' or source like '%-topics' then ['post', 'repost']
                 when source like '%-counts' or source like '%-hot' or starts_with(source, 'recheck') then []::varchar[]
                 else ['post', 'repost', 'comment'] end"""

# Overview ---------------------------------------------------------------------------------------------------------------

QUESTIONS["headline"] = Question(
    cost="indexed",
    cells=("platform",),
    figures=("posts", "reposts", "comments", "accounts", "no_account", "undated", "undated_posts"),
    sql=f"""
        with here as (
            select p.platform, p.author_key, counted_at(p.published_at, p.published_grain) as published_at,
                   class_of(p.is_comment, p.kind, p.bare) as class,
                   -- Its day is worked out only where days are chosen: of a million posts it takes half of the time.
                   case when $since is not null or $until is not null
                        then day_in(p.published_at, p.published_grain, c.zone) end as day,
                   -- What tells no day is of none that are chosen, and is told beside them.
                   p.published_at is not null or ($since is null and $until is null) as within
            from posts p join campaign c on c.campaign = $campaign and list_contains(p.campaigns, c.campaign)
            where ($platforms is null or list_contains($platforms, p.platform))
              and ($tag = '' or list_contains(p.tag_keys, $tag))),
        counted as (
            select platform, count(*) filter (within and class = 'post') as posts,
                   count(*) filter (within and class = 'repost') as reposts, count(*) filter (within and class = 'comment') as comments,
                   count(distinct author_key) filter (within and class = 'post') as accounts,
                   count(*) filter (published_at is null) as undated,
                   count(*) filter (class = 'post' and published_at is null) as undated_posts,
                   count(*) filter (within and class = 'post' and author_key is null) as no_account,
                   count(published_at) filter (class = 'post') as dated, min(published_at) filter (class = 'post') as first,
                   max(published_at) filter (class = 'post') as last
            from here
            where ($since is null or day >= $since or day is null) and ($until is null or day < $until or day is null)
            group by platform)
        select platform, {_shown("posts", "reposts", "comments", "accounts", "undated", "undated_posts", "no_account")},
               if($public and dated < $few, null, first) as first_post, if($public and dated < $few, null, last) as last_post
        from counted order by platform""",
    ids=f"""
        select platform, f.figure, f.id from posts p
        join campaign c on c.campaign = $campaign,
        lateral (select {_ON_DAY} as day) k,
        lateral (select is_comment or coalesce(kind, '') = 'comment' as comment,
                        ($since is null or coalesce(k.day >= $since, false)) and ($until is null or coalesce(k.day < $until, false))
                        as inside) d,
        lateral (
            select 'posts' as figure, post_id || '/' || is_comment as id where d.inside and not d.comment and not bare
            union all select 'reposts', post_id where d.inside and not d.comment and bare
            union all select 'comments', post_id || '/' || is_comment where d.inside and d.comment
            union all select 'accounts', author_key where d.inside and not d.comment and not bare and author_key is not null
            union all select 'no_account', post_id where d.inside and not d.comment and not bare and author_key is null
            union all select 'undated', post_id || '/' || is_comment where published_at is null
            union all select 'undated_posts', post_id where published_at is null and not d.comment and not bare) f
        where campaigns @> [$campaign] and ($platforms is null or platform in (select unnest($platforms)))
          and ($tag = '' or tag_keys @> [$tag])
          and (published_at is null or d.inside)""",
)

QUESTIONS["labelled"] = Question(
    cost="roll-up",
    cells=("kind", "target"),
    figures=("labelled", "posts"),
    sql=f"""
        -- Roll-ups count what has a day; the few posts that tell no time are looked up.
        with undated as (
            select platform, post_id, is_comment, emotion, sentiment from posts
            where published_at is null and list_contains(campaigns, $campaign) and is_post(is_comment, kind, bare)),
        labelled as (
            select kind, target, sum(posts) as posts from label_day where campaign = $campaign and tag_key = '' group by kind, target
            union all select 'emotion', '', count(emotion) from undated
            union all select 'sentiment', '', count(sentiment) from undated
            union all
            select 'stance', s.target, count(*) from undated join stances s using (platform, post_id, is_comment) group by s.target),
        here as (
            select coalesce(sum(posts), 0) + (select count(*) from undated) as posts from post_day
            where campaign = $campaign and tag_key = '' and class = 'post'),
        asked as (
            select 'emotion' as kind, '' as target
            union all select 'sentiment', ''
            union all select 'stance', concept from campaign_target where campaign = $campaign),
        counted as (
            select a.kind, a.target, cast(coalesce(sum(l.posts), 0) as bigint) as labelled, cast(any_value(here.posts) as bigint) as posts
            from asked a cross join here left join labelled l using (kind, target) group by a.kind, a.target)
        select kind, target, {_shown("labelled", "posts")} from counted order by kind, target""",
    ids="""
        with here as (
            select *, platform || ':' || post_id as id from posts
            where campaigns @> [$campaign] and not bare and not is_comment and coalesce(kind, '') <> 'comment')
        select 'emotion' as kind, '' as target, 'labelled' as figure, id from here where emotion is not null
        union all select 'emotion', '', 'posts', id from here
        union all select 'sentiment', '', 'labelled', id from here where sentiment is not null
        union all select 'sentiment', '', 'posts', id from here
        union all select 'stance', concept, 'posts', id from here, campaign_target where campaign_target.campaign = $campaign
        union all select 'stance', target, 'labelled', h.id from stances s join here h using (platform, post_id, is_comment)
            join campaign_target t on t.campaign = $campaign and t.concept = s.target""",
)

# Of the posts that figures of labels count: one model may make one kind, and another the others.
QUESTIONS["models"] = Question(
    cost="roll-up",
    cells=("kind", "target", "model"),
    figures=("posts",),
    sql=f"""
        with undated as (
            select platform, post_id, is_comment, emotion_model, sentiment_model from posts
            where published_at is null and list_contains(campaigns, $campaign) and is_post(is_comment, kind, bare)),
        told as (
            select kind, target, model, posts from label_day where campaign = $campaign and tag_key = ''
            union all select 'emotion', '', emotion_model, 1 from undated
            union all select 'sentiment', '', sentiment_model, 1 from undated
            union all
            select 'stance', target, model || ' ' || version, 1
            from undated join stances using (platform, post_id, is_comment)
            where target in (select concept from campaign_target where campaign = $campaign)),
        counted as (
            select kind, target, model, sum(posts)::bigint as posts from told where model is not null group by kind, target, model)
        select kind, target, model, {_shown("posts")} from counted order by counted.posts desc, kind, target, model""",
    ids="""
        with here as (
            select *, platform || ':' || post_id as id from posts
            where campaigns @> [$campaign] and not bare and not is_comment and (kind is null or kind <> 'comment'))
        select 'emotion' as kind, '' as target, emotion_model as model, 'posts' as figure, id from here where emotion_model is not null
        union all select 'sentiment', '', sentiment_model, 'posts', id from here where sentiment_model is not null
        union all select 'stance', s.target, concat_ws(' ', s.model, s.version), 'posts', h.id
            from stances s join here h using (platform, post_id, is_comment)
            join campaign_target t on t.campaign = $campaign and t.concept = s.target
            where s.model is not null and s.version is not null""",
)

QUESTIONS["why_here"] = Question(
    cost="indexed",
    cells=("via", "rule"),
    figures=("posts",),
    sql=f"""
        -- A record stands there once for each of the campaign's hashtags that it has.
        with once as (
            select via, rule from membership where campaign = $campaign and rule is distinct from 'hashtag'
            union all
            select via, rule from (select distinct via, rule, platform, is_comment, post_id from membership
                                   where campaign = $campaign and rule = 'hashtag')),
        counted as (select via, rule, count(*) as posts from once group by via, rule)
        select via, rule, {_shown("posts")} from counted order by counted.posts desc, via, rule""",
    ids="""
        select distinct via, rule, 'posts' as figure, platform || ':' || post_id || '/' || is_comment as id
        from membership where campaign = $campaign""",
)

QUESTIONS["events"] = Question(
    cost="roll-up",
    sql="""
        select "at", at_grain, kind, status, title, title_zh, publisher, url from event
        where campaign = $campaign order by "at", title""",
)

QUESTIONS["quoted"] = Question(
    cost="roll-up",
    sql="""
        select what, what_zh, value, value_grain, shown, "at", at_grain, publisher, url, entered_by from quoted
        where campaign = $campaign order by "at" nulls last, what, publisher""",
)

# A run that was refused before it read anything has collected nothing, and is counted all the same.
QUESTIONS["last_collection"] = Question(
    cost="roll-up",
    sql="""
        select source, max(coalesce(ended, started)) filter (blocked_by is null or read > 0) as last, count(*) as runs,
               count(*) filter (ended is null) as unfinished
        from run where campaign = $campaign and source not in ('label', 'embed', 'replay')
        group by source order by last desc nulls last, source""",
)

# When each kind of thing was last looked for: by a run of its own, or by one that brought some. A file that brought nothing but counters
# or hot lists was no look for posts. `again`: at posts that were known.
QUESTIONS["last_look"] = Question(
    cost="roll-up",
    sql=f"""
        with beside as (
            select run_id, record_id, 'counters' as of from hashtag_count where {OF_CAMPAIGN} and {_OF_ITS_KIND}
            union all select run_id, record_id, 'counters' from trend where {OF_CAMPAIGN} and {_OF_ITS_KIND}
            union all select run_id, record_id, 'hot_search' from hot_search where campaign = $campaign),
        held as (select run_id, list(distinct of) as kinds, count(distinct record_id) as records from beside group by run_id),
        done as (
            select r.*, coalesce(r.ended, r.started) as "at", coalesce(h.kinds, []) as kinds, coalesce(h.records, 0) as records
            from run r left join held h using (run_id) where r.blocked_by is null or r.read > 0),
        looked as (
            select "at", unnest(case when {_OF_WHAT} <> 'posts' then [{_OF_WHAT}]
                                     when starts_with(source, 'recheck') then ['again'] else {_LOOKS_FOR} end) as of
            from done
            where campaign = $campaign and source not in ('label', 'embed', 'replay')
              and not (source = 'import' and coalesce(added, 0) + coalesce(updated, 0) between 1 and records)
            union all select "at", unnest(kinds) from done)
        select of, max("at") as last from looked group by of order by of""",
)

# What was asked for, and when, of the sources that brought posts; not by runs that were refused and brought none.
QUESTIONS["asked_for"] = Question(
    cost="scan",
    sql="""
        with asked as (
            select source, query, started, blocked_by, run_id in (select run_id from sighting) as brought from run
            where campaign = $campaign and query is not null and requests > 0 and not starts_with(source, 'recheck'))
        select source, query, started from asked
        where source in (select source from asked where brought) and (brought or blocked_by is null) order by started""",
)

# Whether a file brought any of the posts, reposts or comments first.
QUESTIONS["imported"] = Question(
    cost="indexed",
    sql="""
        select exists (
            select 1 from posts p join campaign c on c.campaign = $campaign and list_contains(p.campaigns, c.campaign)
            join run r on r.run_id = p.run_id and r.source = 'import'
            where ($platforms is null or list_contains($platforms, p.platform)) and ($tag = '' or list_contains(p.tag_keys, $tag))
              and ($since is null or day_in(p.published_at, p.published_grain, c.zone) >= $since)
              and ($until is null or day_in(p.published_at, p.published_grain, c.zone) < $until)) as imported""",
)


# Each counter with when and where it was read itself: a later reading may not tell it.
def _newest(counter: str) -> str:
    reading = f"'value': {counter}, 'grain': {counter}_grain, 'seen_at': seen_at, 'seen_at_grain': seen_at_grain, 'source': source"
    return f"arg_max({{{reading}}}, seen_at) filter ({counter} is not null) as {counter}"


QUESTIONS["counters"] = Question(
    cost="roll-up",
    cells=("platform", "tag_key"),
    figures=("counted",),
    sql=f"""
        with known as (select *, coalesce(tag_key, topic_id) as of from hashtag_count where {OF_CAMPAIGN})
        select platform, of as tag_key, arg_max(coalesce(tag, topic_id), seen_at) as tag, max(seen_at) as seen_at,
               arg_max(seen_at_grain, seen_at) as seen_at_grain, min(seen_at) as first_seen, count(*) as counted,
               {_newest("views")}, {_newest("discussions")}, {_newest("originals")},
               max(originals) - min(originals) as originals_gained, arg_max(source, seen_at) as source,
               (platform, of) in (select (platform, tag_key) from campaign_tag where campaign = $campaign) as of_campaign
        from known where ($platforms is null or list_contains($platforms, platform)) and {_OF_ITS_KIND}
        group by platform, of order by of_campaign desc, max(views) desc nulls last, of""",
    ids="""
        select platform, coalesce(tag_key, topic_id) as tag_key, 'counted' as figure, record_id as id from hashtag_count
        where ($platforms is null or platform in (select unnest($platforms)))
          and exists (select 1 from run r, campaign c
                      where c.campaign = $campaign and r.run_id = hashtag_count.run_id and r.synthetic = c.synthetic)
          and (exists (select 1 from run r where r.run_id = hashtag_count.run_id and r.campaign = $campaign)
               or exists (select 1 from claim k where k.claimed = hashtag_count.record_id and k.campaign = $campaign)
               or exists (select 1 from campaign_tag t where t.campaign = $campaign and t.platform = hashtag_count.platform
                          and t.tag_key = hashtag_count.tag_key))""",
)

QUESTIONS["completeness"] = Question(
    cost="indexed",
    cells=("platform", "tag_key"),
    figures=("collected",),
    sql=f"""
        with counted as (
            select platform, tag_key, arg_max(tag, seen_at) as tag, min(seen_at) as counted_from, max(seen_at) as counted_to,
                   arg_max(originals, seen_at) - arg_min(originals, seen_at) as reported
            from hashtag_count
            where tag_key is not null and originals is not null and originals_grain = 'exact' and {_OF_ITS_KIND}
              and (platform, tag_key) in (select (platform, tag_key) from campaign_tag where campaign = $campaign)
            group by all having count(*) > 1),
        -- Posts that tell only their day may be from before the first reading: a time shorter than two days is then too short, and so on.
        posted as (
            select platform, tag_keys, published_at,
                   case published_grain when 'day' then 86400 when 'hour' then 3600 when 'minute' then 60 else 1 end as unit
            from posts
            where list_contains(campaigns, $campaign) and not is_comment and coalesce(kind, 'original') in ('original', 'quote')),
        beside as (
            select k.*, count(p.platform) filter (p.published_at >= k.counted_from) as collected
            from counted k left join posted p on p.platform = k.platform and list_contains(p.tag_keys, k.tag_key)
                and p.published_at <= k.counted_to and p.published_at + to_seconds(p.unit) > k.counted_from
            group by all having epoch(counted_to) - epoch(counted_from) >= 2 * coalesce(max(p.unit), 0))
        select platform, tag_key, tag, counted_from, counted_to, reported, {_shown("collected")}
        from beside order by reported desc, tag_key""",
    ids="""
        with span as (
            select h.platform, h.tag_key, min(h.seen_at) as first, max(h.seen_at) as last
            from hashtag_count h join run r using (run_id) join campaign c on c.campaign = $campaign and c.synthetic = r.synthetic
            where h.originals is not null and h.originals_grain = 'exact' group by all having count(distinct h.record_id) > 1)
        select s.platform, s.tag_key, 'collected' as figure, p.post_id as id
        from span s join campaign_tag t using (platform, tag_key)
        join posts p on p.platform = s.platform and p.tag_keys @> [s.tag_key] and p.published_at >= s.first and p.published_at <= s.last
        where t.campaign = $campaign and p.campaigns @> [$campaign] and not p.is_comment
          and (p.kind is null or p.kind in ('original', 'quote'))
          and not exists (
              select 1 from posts q
              join (values ('day', interval 1 day), ('hour', interval 1 hour), ('minute', interval 1 minute)) g(grain, length)
                  on q.published_grain = g.grain
              where s.last < s.first + 2 * g.length and q.published_at > s.first - g.length and q.published_at <= s.last
                and q.platform = s.platform and q.tag_keys @> [s.tag_key] and q.campaigns @> [$campaign] and not q.is_comment
                and (q.kind is null or q.kind in ('original', 'quote')))""",
)

_OF_THE_CHOICE = """($platforms is null or list_contains($platforms, platform))
              and ($since is null or day >= $since) and ($until is null or day < $until)"""


def _tags(figure: str, which: str) -> str:
    return f"""
        with used as (
            select tag_key, sum(posts)::bigint as {figure} from post_day
            where campaign = $campaign and tag_key <> '' and {which}
            group by tag_key)
        select u.tag_key, coalesce(s.tag, u.tag_key) as tag, u.{figure},
               u.tag_key in (select tag_key from campaign_tag where campaign = $campaign) as of_campaign
        from used u left join tag_shown s using (tag_key)
        where not $public or {figure} >= $few
        order by of_campaign desc, {figure} desc, u.tag_key"""


QUESTIONS["tags"] = Question(
    cost="roll-up",
    cells=("tag_key",),
    figures=("posts",),
    sql=_tags("posts", "class = 'post'") + " limit 200",
    ids="""
        with every as (
            select post_id, unnest(list_distinct(tag_keys)) as tag_key from posts
            where campaigns @> [$campaign] and published_at is not null and not is_comment and coalesce(kind, '') <> 'comment'
              and not bare),
        ranked as (
            select tag_key, count(*) as n, tag_key in (select tag_key from campaign_tag where campaign = $campaign) as own
            from every group by all order by own desc, n desc, tag_key limit 200)
        select tag_key, 'posts' as figure, post_id as id from every semi join ranked using (tag_key)""",
)

# The hashtags of what is chosen, by how many posts, reposts or comments ($of) have them, the campaign's own first.
QUESTIONS["tags_used"] = Question(
    cost="roll-up",
    cells=("tag_key",),
    figures=("records",),
    sql=_tags("records", f"class = $of and {_OF_THE_CHOICE}"),
    ids=f"""
        select unnest(list_distinct(p.tag_keys)) as tag_key, 'records' as figure,
               p.platform || ':' || p.post_id || '/' || p.is_comment as id
        from posts p join campaign c on c.campaign = $campaign and p.campaigns @> [$campaign],
        lateral (select {_ON_DAY} as day,
                        p.is_comment or coalesce(p.kind, '') = 'comment' as comment) d
        where d.day is not null and ($platforms is null or p.platform in (select unnest($platforms)))
          and ($since is null or d.day >= $since) and ($until is null or d.day < $until)
          and $of = case when d.comment then 'comment' when p.bare then 'repost' else 'post' end""",
)

# A hashtag that is in no list: rarely used, of posts that tell no day, or of reposts and comments alone. No row where nothing has it.
QUESTIONS["tag"] = Question(
    cost="indexed",
    sql="""
        with here as (
            select is_post(is_comment, kind, bare) as post from posts
            where list_contains(campaigns, $campaign) and list_contains(tag_keys, $tag))
        select coalesce((select tag from tag_shown where tag_key = $tag), $tag) as tag
        from (select count(*) as records, count(*) filter (post) as posts from here)
        where if($public, posts >= $few, records > 0)""",
)

QUESTIONS["platforms"] = Question(
    cost="roll-up",
    sql="""
        select platform from post_day where campaign = $campaign
        union select platform from posts where published_at is null and list_contains(campaigns, $campaign)
        union select platform from campaign_tag where campaign = $campaign order by platform""",
)

QUESTIONS["campaigns"] = Question(
    cost="roll-up",
    cells=("campaign",),
    figures=("dated",),
    sql=f"""
        with counted as (
            select c.* replace (c.synthetic or c.campaign in (select campaign from run where synthetic) as synthetic),
                   coalesce(sum(d.posts), 0)::bigint as dated, min(d.day) as first, max(d.day) as last
            from campaign c left join post_day d on d.campaign = c.campaign and d.tag_key = '' and d.class = 'post' group by all)
        select campaign, name, name_zh, zone, synthetic, {_shown("dated")},
               if($public and counted.dated < $few, null, first) as first_day,
               if($public and counted.dated < $few, null, last) as last_day
        from counted order by counted.dated > 0 desc, synthetic, campaign""",
    ids="""
        select c.campaign, 'dated' as figure, p.platform || ':' || p.post_id as id
        from posts p, campaign c
        where p.campaigns @> [c.campaign] and p.published_at is not null and not p.is_comment
          and coalesce(p.kind, '') <> 'comment' and not p.bare""",
)

QUESTIONS["statuses"] = Question(
    cost="indexed",
    cells=("platform", "status"),
    figures=("posts",),
    sql=f"""
        with counted as (
            select p.platform, p.status, count(*) as posts, max(p.last_seen) as last
            from posts p join campaign c on c.campaign = $campaign and list_contains(p.campaigns, c.campaign)
            where ($platforms is null or list_contains($platforms, p.platform)) and ($tag = '' or list_contains(p.tag_keys, $tag))
              and ($since is null or day_in(p.published_at, p.published_grain, c.zone) >= $since)
              and ($until is null or day_in(p.published_at, p.published_grain, c.zone) < $until)
            group by p.platform, p.status)
        select platform, status, {_shown("posts")}, if($public and counted.posts < $few, null, last) as last_seen
        from counted order by platform, counted.posts desc, status""",
    ids=f"""
        select p.platform, p.status, 'posts' as figure, p.post_id || '/' || p.is_comment as id
        from posts p, campaign c,
        lateral (select {_ON_DAY} as day) d
        where c.campaign = $campaign and p.campaigns @> [$campaign]
          and ($platforms is null or p.platform in (select unnest($platforms))) and ($tag = '' or p.tag_keys @> [$tag])
          and ($since is null or d.day >= $since) and ($until is null or d.day < $until)""",
)

QUESTIONS["seen_until"] = Question(
    cost="indexed",
    cells=("platform", "class"),
    figures=("time_unknown",),
    sql=f"""
        with here as (
            select platform, class_of(is_comment, kind, bare) as class,
                   run_id, max(first_seen) as last, count(*) as posts, count(*) filter (first_seen is null) as time_unknown
            from posts where list_contains(campaigns, $campaign) and ($platforms is null or list_contains($platforms, platform))
            group by all),
        look as (select *, coalesce(ended, started) as "at", {_LOOKS_FOR} as sought from run),
        counted as (
            select platform, class, max(h.last) filter (coalesce(list_contains(l.sought, class), true)) as last,
                   sum(h.posts)::bigint as posts, sum(h.time_unknown)::bigint as time_unknown
            from here h left join look l using (run_id) group by platform, class),
        asked as (
            select c.platform, c.class, max(l."at") as asked_until
            from counted c join look l on l.campaign = $campaign and l.requests > 0 and l.blocked_by is null
                and list_contains(l.sought, c.class) and (starts_with(l.source, c.platform || '-') or l.source = 'demo')
            group by c.platform, c.class)
        select platform, class, if($public and posts < $few, null, last) as seen_until, {_shown("time_unknown")}, asked_until
        from counted left join asked using (platform, class) order by platform, class""",
    ids="""
        select platform, case when is_comment or coalesce(kind, '') = 'comment' then 'comment' when bare then 'repost'
                              else 'post' end as class,
               'time_unknown' as figure, post_id || '/' || is_comment as id from posts
        where campaigns @> [$campaign] and first_seen is null and ($platforms is null or platform in (select unnest($platforms)))""",
)

# Spread -----------------------------------------------------------------------------------------------------------------

_SPAN = f"campaign = $campaign and tag_key = $tag and {_OF_THE_CHOICE}"

_BY_CLASS = """coalesce(sum(posts) filter (class = 'post'), 0)::bigint as posts,
                   coalesce(sum(posts) filter (class = 'repost'), 0)::bigint as reposts,
                   coalesce(sum(posts) filter (class = 'comment'), 0)::bigint as comments"""

QUESTIONS["by_day"] = Question(
    cost="roll-up",
    cells=("day", "platform"),
    figures=("posts", "reposts", "comments", "accounts", "coarse_posts", "coarse_reposts", "coarse_comments"),
    sql=f"""
        with counted as (
            select day, platform, {_BY_CLASS},
                   coalesce(sum(accounts) filter (class = 'post'), 0)::bigint as accounts,
                   coalesce(sum(coarse) filter (class = 'post'), 0)::bigint as coarse_posts,
                   coalesce(sum(coarse) filter (class = 'repost'), 0)::bigint as coarse_reposts,
                   coalesce(sum(coarse) filter (class = 'comment'), 0)::bigint as coarse_comments
            from post_day where {_SPAN}
            group by day, platform)
        select day, platform,
               {_shown("posts", "reposts", "comments", "accounts", "coarse_posts", "coarse_reposts", "coarse_comments")}
        from counted order by day, platform""",
    ids=f"""
        select d.day, p.platform, f.figure, f.id
        from posts p join campaign c on c.campaign = $campaign and p.campaigns @> [$campaign],
        lateral (select {_ON_DAY} as day,
                        p.is_comment or coalesce(p.kind, '') = 'comment' as comment) d,
        lateral (
            select 'posts' as figure, p.post_id as id where not d.comment and not p.bare
            union all select 'reposts', p.post_id where not d.comment and p.bare
            union all select 'comments', p.post_id || '/' || p.is_comment where d.comment
            union all select 'accounts', p.author_key where not d.comment and not p.bare and p.author_key is not null
            union all select case when d.comment then 'coarse_comments' when p.bare then 'coarse_reposts' else 'coarse_posts' end,
                             p.post_id || '/' || p.is_comment
                where p.published_grain = 'day') f
        where ($tag = '' or p.tag_keys @> [$tag]) and ($platforms is null or p.platform in (select unnest($platforms)))
          and d.day is not null and ($since is null or d.day >= $since) and ($until is null or d.day < $until)""",
)

QUESTIONS["by_hour"] = Question(
    cost="roll-up",
    cells=("hour", "platform"),
    figures=("posts", "reposts", "comments"),
    sql=f"""
        with counted as (
            select hour, platform, {_BY_CLASS}
            from (select h.*, cast(timezone(c.zone, timezone('UTC', h.hour)) as date) as day
                  from post_hour h join campaign c using (campaign))
            where {_SPAN}
            group by hour, platform)
        select hour, platform, {_shown("posts", "reposts", "comments")} from counted order by hour, platform""",
    ids="""
        select p.published_at - to_microseconds(epoch_us(p.published_at at time zone 'UTC' at time zone c.zone) % 3600000000) as hour,
               p.platform,
               case when p.is_comment or coalesce(p.kind, '') = 'comment' then 'comments' when p.bare then 'reposts'
                    else 'posts' end as figure,
               p.post_id || '/' || p.is_comment as id
        from posts p join campaign c on c.campaign = $campaign and p.campaigns @> [$campaign]
        where p.published_grain in ('second', 'minute', 'hour') and ($tag = '' or p.tag_keys @> [$tag])
          and ($platforms is null or p.platform in (select unnest($platforms)))
          and ($since is null or p.published_at >= (($since)::timestamp at time zone c.zone) at time zone 'UTC')
          and ($until is null or p.published_at < (($until)::timestamp at time zone c.zone) at time zone 'UTC')""",
)

QUESTIONS["tags_by_day"] = Question(
    cost="roll-up",
    cells=("day", "tag_key"),
    figures=("posts", "reposts", "comments", "accounts", "coarse"),
    sql=f"""
        with counted as (
            select day, tag_key, {_BY_CLASS},
                   coalesce(sum(accounts) filter (class = 'post'), 0)::bigint as accounts,
                   coalesce(sum(coarse) filter (class = 'post'), 0)::bigint as coarse
            from post_day
            where campaign = $campaign and list_contains($tags, tag_key)
              and ($platforms is null or list_contains($platforms, platform))
              and ($since is null or day >= $since) and ($until is null or day < $until)
            group by day, tag_key)
        select day, tag_key, {_shown("posts", "reposts", "comments", "accounts", "coarse")} from counted order by day, tag_key""",
    ids=f"""
        select d.day, t.tag_key, f.figure, f.id
        from posts p join campaign c on c.campaign = $campaign and p.campaigns @> [$campaign],
        lateral (select distinct unnest($tags) as tag_key) t,
        lateral (select {_ON_DAY} as day,
                        p.is_comment or coalesce(p.kind, '') = 'comment' as comment,
                        p.platform || ':' || p.post_id || '/' || p.is_comment as post) d,
        lateral (
            select case when d.comment then 'comments' when p.bare then 'reposts' else 'posts' end as figure, d.post as id
            union all select 'accounts', p.platform || ':' || p.author_key
                where not d.comment and not p.bare and p.author_key is not null
            union all select 'coarse', d.post where not d.comment and not p.bare and p.published_grain = 'day') f
        where p.tag_keys @> [t.tag_key] and d.day is not null and ($platforms is null or p.platform in (select unnest($platforms)))
          and ($since is null or d.day >= $since) and ($until is null or d.day < $until)""",
)

QUESTIONS["tags_by_hour"] = Question(
    cost="roll-up",
    cells=("hour", "tag_key"),
    figures=("posts", "reposts", "comments"),
    sql=f"""
        with counted as (
            select hour, tag_key, {_BY_CLASS}
            from (select h.*, cast(timezone(c.zone, timezone('UTC', h.hour)) as date) as day
                  from post_hour h join campaign c using (campaign))
            where campaign = $campaign and list_contains($tags, tag_key)
              and ($platforms is null or list_contains($platforms, platform))
              and ($since is null or day >= $since) and ($until is null or day < $until)
            group by hour, tag_key)
        select hour, tag_key, {_shown("posts", "reposts", "comments")} from counted order by hour, tag_key""",
    ids="""
        select p.published_at - to_microseconds(epoch_us(p.published_at at time zone 'UTC' at time zone c.zone) % 3600000000) as hour,
               t.tag_key,
               case when p.is_comment or coalesce(p.kind, '') = 'comment' then 'comments' when p.bare then 'reposts'
                    else 'posts' end as figure,
               p.platform || ':' || p.post_id || '/' || p.is_comment as id
        from posts p join campaign c on c.campaign = $campaign and p.campaigns @> [$campaign],
        lateral (select distinct unnest($tags) as tag_key) t
        where p.tag_keys @> [t.tag_key] and p.published_grain in ('second', 'minute', 'hour')
          and ($platforms is null or p.platform in (select unnest($platforms)))
          and ($since is null or p.published_at >= (($since)::timestamp at time zone c.zone) at time zone 'UTC')
          and ($until is null or p.published_at < (($until)::timestamp at time zone c.zone) at time zone 'UTC')""",
)

QUESTIONS["labels_by_day"] = Question(
    cost="roll-up",
    cells=("day", "kind", "target", "value"),
    figures=("posts",),
    sql=f"""
        with told as (select * from label_day where {_SPAN} and kind = $kind),
        counted as (
            select day, kind, target, value, sum(posts)::bigint as posts
            from (select day, kind, target, value, posts - undecided as posts from told
                  union all select day, kind, target, 'undecided', undecided from told)
            where posts > 0 group by day, kind, target, value)
        select day, kind, target, value, {_shown("posts")} from counted order by day, target, value""",
    ids=f"""
        with here as (
            select p.*, {_ON_DAY} as day
            from posts p join campaign c on c.campaign = $campaign and p.campaigns @> [$campaign]
            where not p.is_comment and coalesce(p.kind, '') <> 'comment' and not p.bare and p.published_at is not null
              and ($tag = '' or p.tag_keys @> [$tag]) and ($platforms is null or p.platform in (select unnest($platforms)))),
        span as (select * from here where ($since is null or day >= $since) and ($until is null or day < $until)),
        said as (
            select day, '' as target, emotion as value, emotion_score as score, platform, post_id from span
                where $kind = 'emotion' and emotion is not null
            union all select day, '', sentiment, sentiment_score, platform, post_id from span
                where $kind = 'sentiment' and sentiment is not null
            union all select h.day, s.target, s.stance, s.stance_score, h.platform, h.post_id
                from span h join stances s using (platform, post_id, is_comment)
                join campaign_target t on t.campaign = $campaign and t.concept = s.target
                where $kind = 'stance')
        select day, $kind as kind, target, if(score < undecided_below(), 'undecided', value) as value, 'posts' as figure,
               platform || ':' || post_id as id
        from said""",
)

QUESTIONS["threshold"] = Question(cost="roll-up", sql="select undecided_below()::double as threshold")

QUESTIONS["counters_over_time"] = Question(
    cost="roll-up",
    sql=f"""
        select h.platform, coalesce(h.tag_key, h.topic_id) as tag_key, coalesce(h.tag, h.topic_id) as tag, h.seen_at,
               h.seen_at_grain, h.views, h.views_grain, h.discussions, h.discussions_grain, h.interactions, h.originals,
               h.originals_grain, h.participants, h.source
        from hashtag_count h join campaign c on c.campaign = $campaign
        where {OF_CAMPAIGN} and {_OF_ITS_KIND}
          and ($platforms is null or list_contains($platforms, h.platform)) and ($tag = '' or h.tag_key = $tag)
          and ($since is null or day_in(h.seen_at, h.seen_at_grain, c.zone) >= $since)
          and ($until is null or day_in(h.seen_at, h.seen_at_grain, c.zone) < $until)
        order by tag_key, h.seen_at""",
)

QUESTIONS["trend_lengths"] = Question(
    cost="roll-up",
    sql=f"""
        select slot_seconds, count(distinct row(platform, coalesce(tag_key, topic_id), slot_start)) as slots from trend
        where {OF_CAMPAIGN} and {_OF_ITS_KIND}
          and ($platforms is null or list_contains($platforms, platform)) and ($tag = '' or tag_key = $tag)
        group by slot_seconds order by slots desc, slot_seconds""",
    cells=("slot_seconds",),
    figures=("slots",),
    ids="""
        select slot_seconds, 'slots' as figure, platform || ':' || coalesce(tag_key, topic_id) || ' ' || slot_start as id from trend
        where ($platforms is null or platform in (select unnest($platforms))) and ($tag = '' or tag_key = $tag)
          and exists (select 1 from run r, campaign c
                      where c.campaign = $campaign and r.run_id = trend.run_id and r.synthetic = c.synthetic)
          and (exists (select 1 from run r where r.run_id = trend.run_id and r.campaign = $campaign)
               or exists (select 1 from claim k where k.claimed = trend.record_id and k.campaign = $campaign)
               or exists (select 1 from campaign_tag t where t.campaign = $campaign and t.platform = trend.platform
                          and t.tag_key = trend.tag_key))""",
)

QUESTIONS["trend"] = Question(
    cost="roll-up",
    sql=f"""
        select platform, coalesce(tag_key, topic_id) as tag_key, slot_start, slot_seconds,
               arg_max(coalesce(tag, topic_id), row(basis, known, record_id)) as tag,
               arg_max(partial, row(basis, known, record_id)) as partial, arg_max(views, row(basis, known, record_id)) as views,
               arg_max(discussions, row(basis, known, record_id)) as discussions,
               arg_max(interactions, row(basis, known, record_id)) as interactions,
               arg_max(originals, row(basis, known, record_id)) as originals
        from (select *, case seen_at_basis when 'told' then 3 when 'file_time' then 2 when 'not_before' then 1 else 0 end as basis,
                     case when seen_at_basis in ('told', 'file_time') then seen_at else timestamp '1970-01-01' end as known
              from trend)
        join (select zone from campaign where campaign = $campaign) c on true
        where {OF_CAMPAIGN} and {_OF_ITS_KIND}
          and slot_seconds = $slot_seconds and ($platforms is null or list_contains($platforms, platform))
          and ($tag = '' or tag_key = $tag)
          and ($since is null or cast(timezone(c.zone, timezone('UTC', slot_start)) as date) >= $since)
          and ($until is null or cast(timezone(c.zone, timezone('UTC', slot_start)) as date) < $until)
        group by all order by tag_key, slot_start""",
)

# `of`: what is missing. What has no length is of one post or topic each, such as comments that are hidden: a public viewer sees it summed
# up, at the last time. `withheld`: how many of its two figures are too small for a public viewer; a null one may be just not told.
QUESTIONS["gaps"] = Question(
    cost="roll-up",
    sql=f"""
        with each as (
            select g.platform, g.query, g.starts_at, g.ends_at, g.reason, g.reported, g.collected, {_OF_WHAT} as of,
                   $public and g.starts_at = g.ends_at as of_one
            from {GAPS} g
            where g.campaign = $campaign and ($platforms is null or list_contains($platforms, g.platform))),
        known as (
            select platform, case when not $public then query end as query, starts_at, ends_at, reason, reported, collected, of,
                   false as few
            from each where not of_one
            union all
            select platform, null, max(starts_at), max(ends_at), reason, sum(reported)::bigint, sum(collected)::bigint, of, count(*) < $few
            from each where of_one group by platform, reason, of)
        select platform, query, starts_at, ends_at, reason, if(few, null, {_shown("reported", "collected")}), of,
               coalesce(($public and (few and known.reported > 0 or known.reported between 1 and $few - 1))::int, 0)
               + coalesce(($public and (few and known.collected > 0 or known.collected between 1 and $few - 1))::int, 0) as withheld
        from known order by starts_at, ends_at""",
)

QUESTIONS["hot_search_by_day"] = Question(
    cost="roll-up",
    cells=("day",),
    figures=("titles", "matching"),
    sql="""
        -- A list is read again and again: what stands there all day is one title of that day.
        with here as (
            select h.platform, h.list, h.title, day_in(h.seen_at, h.seen_at_grain, c.zone) as day,
                   coalesce(any_value(h.tag_key), lower(h.title)) as key
            from hot_search h join campaign c using (campaign) where h.campaign = $campaign
            group by h.platform, h.list, h.title, day)
        select day, count(*) as titles,
               count(*) filter (case when $words is not null then contains(lower(title), lower($words))
                                     else exists (select 1 from campaign_tag t where t.campaign = $campaign
                                                  and contains(here.key, t.tag_key)) end) as matching
        from here where ($since is null or day >= $since) and ($until is null or day < $until)
        group by day order by day""",
    ids="""
        select distinct d.day, f.figure, h.platform || ':' || h.list || ' ' || h.title as id
        from hot_search h join campaign c using (campaign),
        lateral (select h.seen_at + to_hours(if(h.seen_at_grain = 'day', 12, 0)) as seen) t,
        lateral (select cast(t.seen at time zone 'UTC' at time zone c.zone as date) as day) d,
        lateral (select 'titles' as figure
                 union all select 'matching' where instr(lower(h.title), lower($words)) > 0
                 union all select distinct 'matching' from campaign_tag t
                     where $words is null and t.campaign = c.campaign and instr(coalesce(h.tag_key, lower(h.title)), t.tag_key) > 0) f
        where h.campaign = $campaign and ($since is null or d.day >= $since) and ($until is null or d.day < $until)""",
)

QUESTIONS["hot_search_titles"] = Question(
    cost="indexed",
    sql="""
        -- Each title once a list and day, as it was first read that day.
        select h.seen_at, h.seen_at_grain, h.list, h.rank, h.heat, h.title
        from hot_search h join campaign c using (campaign)
        where h.campaign = $campaign and contains(lower(h.title), lower($words))
        qualify row_number() over (
            partition by h.platform, h.list, h.title, day_in(h.seen_at, h.seen_at_grain, c.zone)
            order by h.seen_at, h.rank nulls last) = 1
        order by h.seen_at, h.rank nulls last, h.title limit 200""",
)

# Opinion ----------------------------------------------------------------------------------------------------------------

QUESTIONS["labels_total"] = Question(
    cost="roll-up",
    cells=("kind", "target", "value"),
    figures=("posts",),
    sql=f"""
        with told as (select * from label_day where {_SPAN}),
        counted as (
            select kind, target, value, sum(posts)::bigint as posts
            from (select kind, target, value, posts - undecided as posts from told
                  union all select kind, target, 'undecided', undecided from told)
            where posts > 0 group by kind, target, value)
        select kind, target, value, {_shown("posts")} from counted order by kind, target, counted.posts desc, value""",
    ids=f"""
        with here as (
            select p.* from posts p join campaign c on c.campaign = $campaign and p.campaigns @> [$campaign],
            lateral (select {_ON_DAY} as day) d
            where not p.is_comment and coalesce(p.kind, '') <> 'comment' and not p.bare and p.published_at is not null
              and ($tag = '' or p.tag_keys @> [$tag]) and ($platforms is null or p.platform in (select unnest($platforms)))
              and ($since is null or d.day >= $since) and ($until is null or d.day < $until)),
        said as (
            select 'emotion' as kind, '' as target, emotion as value, emotion_score as score, platform, post_id from here
            union all select 'sentiment', '', sentiment, sentiment_score, platform, post_id from here
            union all select 'stance', s.target, s.stance, s.stance_score, h.platform, h.post_id
                from here h join stances s using (platform, post_id, is_comment)
                join campaign_target t on t.campaign = $campaign and t.concept = s.target)
        select kind, target, if(score < undecided_below(), 'undecided', value) as value, 'posts' as figure,
               platform || ':' || post_id as id
        from said where value is not null""",
)

# A group of posts: those with one label, or all where $value is null. What a repost quotes is not its own wording.
_GROUP = """
    from posts p join campaign c on c.campaign = $campaign and list_contains(p.campaigns, c.campaign)
    left join stances s on s.platform = p.platform and s.post_id = p.post_id and s.is_comment = p.is_comment and s.target = $target,
    lateral (select day_in(p.published_at, p.published_grain, c.zone) as day,
                    case $kind when 'emotion' then p.emotion when 'sentiment' then p.sentiment else s.stance end as label,
                    case $kind when 'emotion' then p.emotion_score when 'sentiment' then p.sentiment_score
                               else s.stance_score end as score) g
    where is_post(p.is_comment, p.kind, p.bare) and p.published_at is not null
      and ($platforms is null or list_contains($platforms, p.platform)) and ($tag = '' or list_contains(p.tag_keys, $tag))
      and ($since is null or g.day >= $since) and ($until is null or g.day < $until)
      and ($value is null or $value = if(g.score < undecided_below(), 'undecided', g.label))"""

QUESTIONS["group"] = Question(
    cost="scan",
    figures=("posts",),
    sql=f"with counted as (select count(*) as posts {_GROUP}) select {_shown('posts')} from counted",
    ids=f"""
        select 'posts' as figure, p.platform || ':' || p.post_id as id
        from posts p join campaign c on c.campaign = $campaign
        where p.campaigns @> [$campaign] and not (p.is_comment or coalesce(p.kind, '') = 'comment' or p.bare)
          and ($platforms is null or p.platform in (select unnest($platforms))) and ($tag = '' or p.tag_keys @> [$tag])
          and p.published_at is not null
          and ($since is null or {_STANDS} >= (($since)::timestamp at time zone c.zone) at time zone 'UTC')
          and ($until is null or {_STANDS} < (($until)::timestamp at time zone c.zone) at time zone 'UTC')
          and ($value is null
               or ($kind = 'emotion' and p.emotion is not null
                   and $value = case when p.emotion_score >= undecided_below() then p.emotion else 'undecided' end)
               or ($kind = 'sentiment' and p.sentiment is not null
                   and $value = case when p.sentiment_score >= undecided_below() then p.sentiment else 'undecided' end)
               or ($kind = 'stance' and exists (
                   select 1 from stances s
                   where s.platform = p.platform and s.post_id = p.post_id and s.is_comment = p.is_comment and s.target = $target
                     and $value = case when s.stance_score >= undecided_below() then s.stance else 'undecided' end)))""",
)

QUESTIONS["group_posts"] = Question(
    cost="scan",
    sql=f"""
        select p.platform, p.post_id, p.is_comment, p.url, p.author_name, p.author_key, p.title, p.text,
               coalesce(p.title || chr(10), '') || own_words(p.text) as own,
               p.published_at, p.published_grain, p.kind, p.likes, p.likes_grain, p.reposts, p.reposts_grain,
               p.comments, p.comments_grain, p.status, p.emotion, p.emotion_score, p.sentiment, p.sentiment_score, s.stance, s.stance_score
        {_GROUP} and not $public
        order by md5(p.platform || ':' || p.post_id) limit $rows""",
)

# Of some words, in lower case, those that are the whole name of an account, as it is or was called, or is mentioned.
QUESTIONS["account_names"] = Question(
    cost="scan",
    sql="""
        with named as (
            select author_name as name from posts where list_contains(campaigns, $campaign)
            union all select unnest(mentions) from posts where list_contains(campaigns, $campaign)
            union all select name from author)
        select distinct lower(name) as name from named where not $public and lower(name) in (select unnest($words::varchar[]))""",
)

# Slogans ----------------------------------------------------------------------------------------------------------------


# The letters in which a text shows a slogan; '' where it does not.
def _form(text: str) -> str:
    return f"regexp_replace(regexp_extract({text}, $form), $form, '\\1\\2\\3\\4')"


# $slogan finds a slogan in a text in which one space stands for all that is between letters and digits
# (`analysis.slogans.letters_pattern`), $form in the text as stored (`analysis.slogans.pattern`): in one of four groups, beside which a
# character that is no part of it may stand. A hashtag that holds the slogan shows it, among the author's own words or in a column of
# its own; 丨 counts as a letter, so that no slogan goes on beyond it.
_EVER_SHOWING = """
    select p.platform, p.post_id, p.author_key, day_in(p.published_at, p.published_grain, c.zone) as day,
           concat_ws('丨', coalesce(p.title || chr(10), '') || own_words(p.text),
                     array_to_string(list_filter(p.hashtags, lambda tag: not contains(concat(p.title, chr(10), p.text), tag)), '丨')
           ) as own,
           regexp_matches(regexp_replace(own, '[^\\p{L}\\p{N}]+', ' ', 'g'), $slogan) as shows
    from posts p join campaign c on c.campaign = $campaign and list_contains(p.campaigns, c.campaign)
    where is_post(p.is_comment, p.kind, p.bare) and p.published_at is not null
      and ($platforms is null or list_contains($platforms, p.platform)) and ($tag = '' or list_contains(p.tag_keys, $tag))
      and ($until is null or day < $until)"""
_SHOWING = f"{_EVER_SHOWING} and ($since is null or day >= $since)"
_EVER_SHOWING_ID = f"""
    select p.platform, p.platform || ':' || p.post_id as post, p.author_key as account,
           {_ON_DAY} as day,
           coalesce(nullif(w.form, ''),
                    (select {_form("tag")} as form from (select unnest(p.hashtags) as tag)
                     where coalesce(instr(p.title, tag), 0) + coalesce(instr(p.text, tag), 0) = 0 and form <> '' limit 1), '') as form
    from posts p, campaign c,
    lateral (select {_form("coalesce(p.title || chr(10), '') || own_words(p.text)")} as form) w
    where c.campaign = $campaign and p.campaigns @> [$campaign] and p.published_at is not null
      and not (p.is_comment or coalesce(p.kind, '') = 'comment' or p.bare)
      and ($platforms is null or p.platform in (select unnest($platforms))) and ($tag = '' or p.tag_keys @> [$tag])
      and ($until is null or {_STANDS} < (($until)::timestamp at time zone c.zone) at time zone 'UTC')"""
_SHOWING_ID = f"""{_EVER_SHOWING_ID}
      and ($since is null or {_STANDS} >= (($since)::timestamp at time zone c.zone) at time zone 'UTC')"""

QUESTIONS["slogan"] = Question(
    cost="scan",
    figures=("posts", "accounts", "all_posts", "all_accounts"),
    sql=f"""
        with here as ({_SHOWING}),
        counted as (
            select count(*) filter (shows) as posts, count(distinct author_key) filter (shows) as accounts, count(*) as all_posts,
                   count(distinct author_key) as all_accounts
            from here)
        select {_shown("posts", "accounts", "all_posts", "all_accounts")} from counted""",
    ids=f"""
        with here as ({_SHOWING_ID})
        select 'posts' as figure, post as id from here where form <> ''
        union all select 'accounts', account from here where form <> '' and account is not null
        union all select 'all_posts', post from here
        union all select 'all_accounts', account from here where account is not null""",
)

# Who was seen, or showed it, before the days that are chosen is counted on each of them.
QUESTIONS["slogan_by_day"] = Question(
    cost="scan",
    cells=("day",),
    figures=("shown", "seen"),
    sql=f"""
        with here as ({_EVER_SHOWING}),
        account as (select min(day) as seen, min(day) filter (shows) as shown from here where author_key is not null group by author_key),
        gained as (
            select d.day, (select count(*) from account a where a.shown = d.day) as newly_shown,
                   (select count(*) from account a where a.seen = d.day) as newly_seen
            from (select distinct day from here) d),
        counted as (
            select day, sum(newly_shown) over (order by day)::bigint as shown, sum(newly_seen) over (order by day)::bigint as seen
            from gained)
        select day, {_shown("shown", "seen")} from counted where $since is null or day >= $since order by day""",
    ids=f"""
        with here as ({_EVER_SHOWING_ID}), d as (select distinct day from here where $since is null or day >= $since)
        select d.day, 'seen' as figure, h.account as id from d join here h on h.day <= d.day where h.account is not null
        union select d.day, 'shown', h.account from d join here h on h.day <= d.day where h.form <> '' and h.account is not null""",
)

QUESTIONS["slogan_forms"] = Question(
    cost="scan",
    cells=("form",),
    figures=("posts",),
    sql=f"""
        with here as ({_SHOWING}),
        used as (select {_form("own")} as form, count(*) as posts from here where shows group by form)
        select form, posts from used where not $public or posts >= $few order by posts desc, form limit 50""",
    ids=f"""
        with here as ({_SHOWING_ID}),
        ranked as (select form, count(*) as n from here where form <> '' group by form order by n desc, form limit 50)
        select form, 'posts' as figure, post as id from here semi join ranked using (form)""",
)

QUESTIONS["slogan_posts"] = Question(
    cost="scan",
    sql=f"""
        with here as ({_SHOWING})
        select p.platform, p.post_id, p.is_comment, p.url, p.author_name, p.author_key, p.title, p.text, p.published_at,
               p.published_grain, p.kind, p.likes, p.likes_grain, p.reposts, p.reposts_grain, p.comments, p.comments_grain, p.status,
               p.emotion, p.emotion_score, p.sentiment, p.sentiment_score, null::varchar as stance, null::double as stance_score
        from posts p semi join (select platform, post_id from here where shows) using (platform, post_id)
        where not p.is_comment and not $public
        order by p.published_at, p.platform, p.post_id limit $rows""",
)

# Posts ------------------------------------------------------------------------------------------------------------------

_FOUND = """
    from posts p join campaign c on c.campaign = $campaign and list_contains(p.campaigns, c.campaign)
    left join stances s on s.platform = p.platform and s.post_id = p.post_id and s.is_comment = p.is_comment and s.target = $target
    -- Only a candidate is read: two conditions side by side would read all texts first, index or not.
    where ($words is null or case when $texts is null or p.text_sha256 in (select unnest($texts::varchar[]))
                                  then contains(lower(coalesce(p.title || chr(10), '') || coalesce(p.text, '')), lower($words))
                                  else false end)
      and ($platforms is null or list_contains($platforms, p.platform)) and ($tag = '' or list_contains(p.tag_keys, $tag))
      and ($since is null or day_in(p.published_at, p.published_grain, c.zone) >= $since)
      and ($until is null or day_in(p.published_at, p.published_grain, c.zone) < $until)
      and ($from_at is null or counted_at(p.published_at, p.published_grain) >= $from_at)
      and ($to_at is null or counted_at(p.published_at, p.published_grain) < $to_at)
      and (not $timed or p.published_grain <> 'day')
      and ($emotion is null or $emotion = if(p.emotion_score < undecided_below(), 'undecided', p.emotion))
      and ($sentiment is null or $sentiment = if(p.sentiment_score < undecided_below(), 'undecided', p.sentiment))
      and ($stance is null or $stance = if(s.stance_score < undecided_below(), 'undecided', s.stance))
      and ($status is null or p.status = $status)
      and ($class is null or $class = class_of(p.is_comment, p.kind, p.bare))"""

QUESTIONS["posts_found"] = Question(
    cost="scan",
    figures=("posts", "accounts"),
    sql=f"""
        with counted as (select count(*) as posts, count(distinct p.author_key) as accounts {_FOUND})
        select {_shown("posts", "accounts")} from counted""",
    ids=f"""
        select f.figure, f.id
        from posts p join campaign c on c.campaign = $campaign,
        lateral (select 'posts' as figure, p.platform || ':' || p.post_id || '/' || p.is_comment as id
                 union all select 'accounts', p.author_key where p.author_key is not null) f
        where p.campaigns @> [$campaign]
          and ($words is null or instr(lower(p.title || chr(10) || coalesce(p.text, '')), lower($words)) > 0
               or (p.title is null and instr(lower(p.text), lower($words)) > 0))
          and ($platforms is null or p.platform in (select unnest($platforms))) and ($tag = '' or p.tag_keys @> [$tag])
          and ($since is null or {_STANDS} >= (($since)::timestamp at time zone c.zone) at time zone 'UTC')
          and ($until is null or {_STANDS} < (($until)::timestamp at time zone c.zone) at time zone 'UTC')
          and ($from_at is null or {_STANDS} >= $from_at) and ($to_at is null or {_STANDS} < $to_at)
          and (not $timed or p.published_grain in ('second', 'minute', 'hour'))
          and ($emotion is null or ($emotion = 'undecided' and p.emotion_score < undecided_below())
               or (p.emotion = $emotion and p.emotion_score >= undecided_below()))
          and ($sentiment is null or ($sentiment = 'undecided' and p.sentiment_score < undecided_below())
               or (p.sentiment = $sentiment and p.sentiment_score >= undecided_below()))
          and ($status is null or p.status = $status)
          and ($stance is null or exists (
              select 1 from stances s where s.platform = p.platform and s.post_id = p.post_id and s.is_comment = p.is_comment
              and s.target = $target and ((s.stance = $stance and s.stance_score >= undecided_below())
                                          or ($stance = 'undecided' and s.stance_score < undecided_below()))))
          and ($class is null or ($class = 'comment' and (p.is_comment or coalesce(p.kind, '') = 'comment'))
               or ($class = 'repost' and not p.is_comment and coalesce(p.kind, '') <> 'comment' and p.bare)
               or ($class = 'post' and not p.is_comment and coalesce(p.kind, '') <> 'comment' and not p.bare))""",
)

QUESTIONS["posts_page"] = Question(
    cost="scan",
    sql=f"""
        select p.platform, case when not $public then p.post_id end as post_id, p.is_comment,
               case when not $public then p.url end as url,
               case when not $public then p.author_name end as author_name, case when not $public then p.author_key end as author_key,
               case when not $public then p.title end as title, case when not $public then p.text end as text,
               p.published_at, p.published_grain, p.kind, case when not $public then p.region end as region, p.likes, p.likes_grain,
               p.reposts, p.reposts_grain, p.comments, p.comments_grain, p.favourites, p.favourites_grain, p.views, p.views_grain,
               p.status, p.sightings, p.last_seen, p.emotion, p.emotion_score, p.sentiment, p.sentiment_score, s.stance,
               s.stance_score, p.synthetic
        {_FOUND}
          and (not $public or (select count(*) {_FOUND} and $public) >= $few)
        order by case when $order = 'newest' then p.published_at end desc nulls last,
                 case when $order = 'oldest' then p.published_at end asc nulls last,
                 case when $order = 'engagement' then coalesce(p.likes, 0) + coalesce(p.reposts, 0) + coalesce(p.comments, 0)
                                                    + if(p.platform = 'xiaohongshu', coalesce(p.favourites, 0), 0) end desc,
                 p.platform, p.post_id
        limit $rows offset $skip""",
)

_ONE = "platform = $platform and post_id = $post_id and is_comment = $is_comment"

# One post is a group of one: a public viewer, who may know its id from elsewhere, is told nothing of it.
QUESTIONS["post"] = Question(cost="indexed", sql=f"select * from posts where {_ONE} and not $public")
QUESTIONS["post_sightings"] = Question(
    cost="indexed",
    sql=f"""
        select seen_at, seen_at_basis, format, surface, status, status_wording, likes, likes_grain, likes_shown, reposts,
               reposts_grain, reposts_shown, comments, comments_grain, comments_shown, favourites, favourites_grain,
               favourites_shown, views, views_grain, views_shown, shares, shares_grain, shares_shown, run_id, raw_ref
        from sighting where {_ONE} and not $public order by seen_at nulls first, record_id""",
)
QUESTIONS["post_texts"] = Question(
    cost="indexed",
    sql=f"""
        select seen_at, seen_at_basis, surface, title, text, sightings from post_text where {_ONE} and not $public
        order by seen_at nulls first, text_sha256""",
)
QUESTIONS["post_labels"] = Question(
    cost="indexed",
    sql=f"""
        select l.kind, l.target, l.value, l.probabilities, l.model, l.version, l.coder, l.labelled_at
        from label l
        where l.text_sha256 in (select text_sha256 from posts where {_ONE} and not $public)
          and (l.context_sha256 is null or l.context_sha256 in (select context_sha256 from posts where {_ONE}))
        order by l.kind, l.target, l.labelled_at desc""",
)

# Search by meaning ------------------------------------------------------------------------------------------------------


# Each text once, shown by its first post; texts that differ only in what is not read (addresses, names) have one vector and are one.
# More than asked are taken before they are put together. A public viewer sees none: they are verbatim.
def _near(vector: str, others: str = "true") -> str:
    return f"""
        with chosen as (
            select p.platform, p.post_id, p.is_comment, p.text_sha256, p.published_at
            from posts p join campaign c on c.campaign = $campaign and list_contains(p.campaigns, c.campaign)
            where not $public and not p.bare and p.text_sha256 is not null
              and ($platforms is null or list_contains($platforms, p.platform)) and ($tag = '' or list_contains(p.tag_keys, $tag))
              and ($since is null or day_in(p.published_at, p.published_grain, c.zone) >= $since)
              and ($until is null or day_in(p.published_at, p.published_grain, c.zone) < $until)),
        near as materialized (
            select e.text_sha256, e.vector, list_cosine_similarity(e.vector, (select {vector})) as nearness
            from embedding e
            where e.model = $model and e.text_sha256 in (select text_sha256 from chosen) and {others}
            order by nearness desc, e.text_sha256 limit 20 * $rows),
        said as (
            select max(n.nearness) as nearness, count(*) as posts, list(distinct n.text_sha256 order by n.text_sha256) as texts,
                   min_by({{platform: c.platform, post_id: c.post_id, is_comment: c.is_comment}},
                          (coalesce(c.published_at, timestamp '9999-01-01'), c.platform, c.post_id)) as first_post
            from near n join chosen c using (text_sha256)
            where n.nearness is not null
            group by n.vector)
        select p.platform, p.post_id, p.is_comment, p.url, p.author_name, p.author_key, p.title, p.text, p.published_at,
               p.published_grain, p.kind, p.likes, p.likes_grain, p.reposts, p.reposts_grain, p.comments, p.comments_grain, p.status,
               p.emotion, p.emotion_score, p.sentiment, p.sentiment_score, null::varchar as stance, null::double as stance_score,
               s.nearness, s.posts, s.texts
        from said s join posts p on p.platform = s.first_post.platform and p.post_id = s.first_post.post_id
            and p.is_comment = s.first_post.is_comment
        order by s.nearness desc, p.platform, p.post_id limit $rows"""


# $vector is what `analysis.meaning.question_vector` makes of what is sought.
QUESTIONS["near_posts"] = Question(cost="scan", sql=_near("cast($vector as float[])"))
_OF_THIS = f"""any_value(vector) from embedding
    where model = $model and text_sha256 in (select text_sha256 from posts where {_ONE})"""
QUESTIONS["like_posts"] = Question(cost="scan", sql=_near(_OF_THIS, f"e.vector <> (select {_OF_THIS})"))

# Health -----------------------------------------------------------------------------------------------------------------

# `withheld`: how many of its outcomes are too small for a public viewer; those of a run that goes on yet are just not told.
_OUTCOMES = ("read", "added", "updated", "duplicate")
QUESTIONS["runs"] = Question(
    cost="roll-up",
    sql=f"""
        select run_id, source, case when not $public then query end as query, synthetic, started, ended, pages, requests,
               {_shown(*_OUTCOMES)}, quarantined, capped, blocked_by, case when not $public then warnings end as warnings, version,
               if($public, len(list_filter([{", ".join(_OUTCOMES)}], lambda number: number between 1 and $few - 1)), 0) as withheld
        from run where campaign = $campaign order by started desc, run_id limit 500""",
)
# A run is good when it ended and nothing held it up; odd when it warned, or could not read some of what came.
_STATE = """case when blocked_by is not null then 'refused' when ended is null then 'cut_off'
                 when len(warnings) > 0 or quarantined > 0 then 'odd' else 'good' end"""
QUESTIONS["sources"] = Question(
    cost="roll-up",
    sql=f"""
        with state as (select source, started, ended, {_STATE} as state from run
                       where campaign = $campaign and source not in ('label', 'embed'))
        select source, max(ended) filter (state in ('good', 'odd')) as last_good, max(coalesce(ended, started)) as last, count(*) as runs,
               arg_max(state, started) as state, count(*) filter (state = 'refused') as refused, count(*) filter (state = 'odd') as odd,
               (select count(*) from {GAPS} g where g.campaign = $campaign and g.source = state.source) as gaps
        from state group by source order by last desc, source""",
)
# An hour of a source is a point: `watch` makes hundreds of runs a day.
QUESTIONS["run_times"] = Question(
    cost="roll-up",
    sql=f"""
        select source, date_trunc('hour', started) as "at", {_STATE} as state, count(*) as runs from run
        where campaign = $campaign and source not in ('label', 'embed')
        group by all order by "at" desc, source, state limit 3000""",
)
QUESTIONS["quarantine"] = Question(
    cost="roll-up",
    cells=("format", "file", "reason"),
    figures=("records",),
    sql="""
        select q.format, case when not $public then q.file end as file, case when not $public then q.reason end as reason,
               count(*) as records,
               min(q.number) as first_record, case when not $public then any_value(q.raw_ref) end as raw_ref
        from quarantine q join run r using (run_id) where r.campaign = $campaign
        group by q.format, q.file, q.reason order by records desc, q.file, q.reason""",
    ids="""
        select format, file, reason, 'records' as figure, record_id as id from quarantine
        where run_id in (select run_id from run where campaign = $campaign)""",
)
QUESTIONS["synthetic"] = Question(
    cost="roll-up",
    sql="""
        select coalesce(bool_or(synthetic), false) as synthetic from (
            select synthetic from campaign where campaign = $campaign
            union all select synthetic from run where campaign = $campaign)""",
)
QUESTIONS["publication"] = Question(
    cost="roll-up",
    sql="select schema, generation, built_at from meta order by built_at desc limit 1",
)
QUESTIONS["campaign_tags"] = Question(
    cost="roll-up",
    sql="select platform, tag, tag_key from campaign_tag where campaign = $campaign order by platform, tag",
)
QUESTIONS["targets"] = Question(
    cost="roll-up",
    sql="select concept, side from campaign_target where campaign = $campaign order by concept",
)
