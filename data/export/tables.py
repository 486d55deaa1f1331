"""What each file of the export bundle holds: SQL in, rows out.

Parameters, all named: $campaign, $zone, $since and $until (naive UTC, until excluded, null: open), $platforms (a list, null: all),
$sample (how many posts, null: all) and $seed. `chosen` is made first; the tables read it.

Ids that were made are plain hashes, of a whole record or of its author, time and text: whoever has all but the account's ten digits
finds those by trying. Where accounts are not told, these ids are keyed, and here rather than when rows are written: rows stand in the
order of their keys, and a sample is drawn by them.
"""

from data.questions import GAPS, OF_CAMPAIGN, QUESTIONS

# A time in the zone of the campaign, with what it is ahead of UTC: 2023-08-15T12:00:00+08:00.
MACROS = (
    "create temp macro in_zone(t, zone) as timezone(zone, timezone('UTC', t))",
    "create temp macro minutes_ahead(t, zone) as date_diff('minute', t, in_zone(t, zone))",
    """create temp macro local_time(t, zone) as
           strftime(in_zone(t, zone), '%Y-%m-%dT%H:%M:%S') || case when minutes_ahead(t, zone) < 0 then '-' else '+' end
           || printf('%02d:%02d', abs(minutes_ahead(t, zone)) // 60, abs(minutes_ahead(t, zone)) % 60)""",
    """create temp macro key_of(platform, is_comment, id) as
           platform || ':' || case when is_comment then 'comment:' else '' end || shown_id(id)""",
)
MADE_IDS = ("create temp macro shown_id(id) as id", "create temp macro shown_record(id) as id")
# HMAC-SHA256; the variables are the home's key, padded as HMAC does.
KEYED_IDS = (
    """create temp macro keyed(told) as
           sha256(getvariable('outer_key') || unhex(sha256(getvariable('inner_key') || encode(told))))""",
    """create temp macro shown_id(id) as
           case when regexp_full_match(id, 'x[0-9a-f]{64}') then 'x' || keyed('id' || chr(31) || id) else id end""",
    "create temp macro shown_record(id) as left(keyed('record' || chr(31) || id), 32)",
)

# A sample is the posts with the smallest hashes of seed and key: the same for the same posts, whatever their order.
CHOSEN = """
    create temp table chosen as
    select platform, is_comment, post_id, key_of(platform, is_comment, post_id) as post_key,
           class_of(is_comment, kind, bare) as class
    from posts
    where list_contains(campaigns, $campaign)
      and ($platforms is null or list_contains($platforms, platform))
      and ($since is null or counted_at(published_at, published_grain) >= $since)
      and ($until is null or counted_at(published_at, published_grain) < $until)
    order by case when $sample is null then null else sha256($seed::varchar || ':' || post_key) end, post_key
    limit $sample"""

COUNTED = """
    select count(*), count(*) filter (published_at is null and ($platforms is null or list_contains($platforms, platform))),
           count(*) filter (platform || ':' || is_comment || ':' || post_id in
                            (select platform || ':' || is_comment || ':' || post_id from chosen))
    from posts where list_contains(campaigns, $campaign)"""

PLATFORMS = "select distinct platform from posts where list_contains(campaigns, $campaign)"

CLASSES = "select class, count(*) from chosen group by class"

# Which kinds of labels each model made.
MODELS = """
    select model || ' ' || version as made_by, list_sort(list(distinct kind)) from label
    where made_by is not null and text_sha256 in (select text_sha256 from posts semi join chosen using (platform, is_comment, post_id))
    group by made_by order by made_by"""

# The log knows every name that an account was ever seen with; the database knows the newest.
NAMES = """
    select name, case when count(distinct coalesce(author_key, '')) = 1 then max(author_key) end as author_key
    from (select author_name as name, author_key from log_post where author_name <> ''
          union select name, author_key from log_author where name <> '')
    group by name"""

IDS = """
    select author_id, max(author_key) as author_key
    from (select author_id, author_key from log_post union select author_id, author_key from log_author)
    where author_id <> '' group by author_id"""

POSTS = """
    select c.post_key, p.platform, shown_id(p.post_id) as post_id, p.is_comment, p.url, p.author_key, p.author_id, p.author_name,
           p.title, p.text, p.text_sha256, p.published_at, local_time(p.published_at, $zone) as published_at_local, p.published_grain,
           strftime(day_in(p.published_at, p.published_grain, $zone), '%Y-%m-%d') as day, p.kind,
           c.class,
           key_of(p.platform, coalesce(
               (select bool_or(e.to_is_comment) from edge e where e.platform = p.platform and e.from_is_comment = p.is_comment
                and e.from_id = p.post_id and e.to_id = p.parent_id), false), p.parent_id) as parent_key,
           key_of(p.platform, false, p.root_id) as root_key,
           p.hashtags, p.tag_keys, p.mentions, p.lang, p.region, p.source_client,
           p.likes, p.likes_grain, p.reposts, p.reposts_grain, p.comments, p.comments_grain, p.favourites, p.favourites_grain,
           p.views, p.views_grain, p.shares, p.shares_grain, p.status, p.status_wording, p.sightings,
           p.first_seen, local_time(p.first_seen, $zone) as first_seen_local,
           p.last_seen, local_time(p.last_seen, $zone) as last_seen_local,
           p.emotion, p.emotion_score, p.emotion_model, p.sentiment, p.sentiment_score, p.sentiment_model,
           (select string_agg(distinct m.via, ' ' order by m.via) from membership m
            where m.campaign = $campaign and m.platform = p.platform and m.is_comment = p.is_comment and m.post_id = p.post_id)
               as via,
           p.synthetic, p.run_id, p.raw_ref
    from chosen c join posts p using (platform, is_comment, post_id)
    order by p.published_at nulls last, c.post_key"""

SIGHTINGS = """
    select c.post_key, s.seen_at, local_time(s.seen_at, $zone) as seen_at_local, s.seen_at_basis, s.format, s.surface, s.context,
           s.status, s.status_wording, s.likes, s.likes_grain, s.likes_shown, s.reposts, s.reposts_grain, s.reposts_shown,
           s.comments, s.comments_grain, s.comments_shown, s.favourites, s.favourites_grain, s.favourites_shown,
           s.views, s.views_grain, s.views_shown, s.shares, s.shares_grain, s.shares_shown,
           coalesce(r.synthetic, false) as synthetic, shown_record(s.record_id) as record_id, s.run_id, s.raw_ref
    from chosen c join sighting s using (platform, is_comment, post_id) left join run r on r.run_id = s.run_id
    order by c.post_key, s.seen_at nulls last, shown_record(s.record_id)"""

LABELS = """
    select c.post_key, p.text_sha256, l.kind, l.target, l.value, l.probabilities[l.value] as score,
           to_json(l.probabilities)::varchar as probabilities, l.model, l.version, l.coder,
           l.context_sha256 is not null as with_context, l.labelled_at, local_time(l.labelled_at, $zone) as labelled_at_local,
           p.synthetic, l.run_id
    from chosen c join posts p using (platform, is_comment, post_id)
    join label l on l.text_sha256 = p.text_sha256 and (l.context_sha256 is null or l.context_sha256 = p.context_sha256)
    order by c.post_key, l.kind, l.target, l.model, l.version, l.coder, l.context_sha256, l.labelled_at"""

HASHTAG_COUNTS = f"""
    select h.platform, h.tag, h.tag_key, h.topic_id, h.seen_at, local_time(h.seen_at, $zone) as seen_at_local,
           h.seen_at_basis, h.seen_at_grain, h.views, h.views_grain, h.discussions, h.discussions_grain,
           h.interactions, h.interactions_grain, h.originals, h.originals_grain, h.participants, h.participants_grain,
           h.source, coalesce(r.synthetic, false) as synthetic, shown_record(h.record_id) as record_id, h.run_id, h.raw_ref
    from hashtag_count h left join run r using (run_id)
    where {OF_CAMPAIGN} and coalesce(r.synthetic, false) = (select synthetic from campaign where campaign = $campaign)
      and ($platforms is null or list_contains($platforms, h.platform))
      and ($since is null or counted_at(h.seen_at, h.seen_at_grain) >= $since)
      and ($until is null or counted_at(h.seen_at, h.seen_at_grain) < $until)
    order by h.platform, h.tag_key, h.topic_id, h.seen_at, shown_record(h.record_id)"""

# The share is collected ÷ reported; of what no one reported, or of less than was collected, it is unknown, never 100 %.
COMPLETENESS = f"""
    with told as (
        select 'run' as what, null as platform, source, query, started as starts_at, ended as ends_at, pages, requests, read, added,
               updated, duplicate, quarantined, capped, blocked_by, null::bigint as reported, null::bigint as collected,
               case when ended is null then 'cut off: it never ended' end as note, synthetic, run_id
        from run where campaign = $campaign
        union all by name
        select 'gap' as what, platform, query, starts_at, ends_at, reason as note, reported, collected,
               coalesce((select r.synthetic from run r where r.run_id = gap.run_id), false) as synthetic, run_id
        from {GAPS} gap where campaign = $campaign and ($platforms is null or list_contains($platforms, platform))
        union all by name
        select 'hashtag' as what, platform, tag as query, counted_from as starts_at, counted_to as ends_at, reported, collected,
               'originals collected between two exact counts of the platform, and what its count of originals gained' as note,
               (select synthetic from campaign where campaign = $campaign) as synthetic
        from ({QUESTIONS["completeness"].sql}))
    select what, platform, source, query, starts_at, local_time(starts_at, $zone) as starts_at_local,
           ends_at, local_time(ends_at, $zone) as ends_at_local, pages, requests, read, added, updated, duplicate, quarantined,
           capped, blocked_by, reported, collected,
           case when reported > 0 and collected <= reported then collected / reported end as share, note, synthetic, run_id
    from told order by what, platform, starts_at, ends_at, query, run_id"""
