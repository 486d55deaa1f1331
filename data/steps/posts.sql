-- The newest facts of each touched post, in `state`. Per field the newest value that is not null wins, and newest means newest
-- told: a weaker basis never overrides a stronger one. Sightings whose time is not known are ordered by a total rule (the larger
-- counts, then the record's hash), so that the order of imports does not matter. A floor ("10+", as a platform shows who is not logged
-- in) takes the place of a smaller count alone: beside one as large or larger that was told before, it tells nothing.

create temp table merged_state as
    select platform, post_id, is_comment, url, author_key, author_id, author_name, title, text, text_sha256, published_at,
           published_grain, lang, kind, parent_id, root_id, hashtags, tag_keys, mentions, region, source_client, likes, likes_grain,
           reposts, reposts_grain, comments, comments_grain, favourites, favourites_grain, views, views_grain, shares, shares_grain,
           status, status_wording, sightings, first_seen, last_seen, run_id, raw_ref
    from posts semi join touched using (platform, is_comment, post_id) anti join seen_again using (platform, is_comment, post_id);

-- Most posts are seen once: nothing to merge.
create temp table once as
    select platform, is_comment, post_id from sighting semi join seen_again using (platform, is_comment, post_id)
    group by all having count(*) = 1
    intersect
    select platform, is_comment, post_id from new_post group by all having count(*) = 1;
create temp table seen_once as
    select record_id, likes, likes_grain, reposts, reposts_grain, comments, comments_grain, favourites, favourites_grain, views,
           views_grain, shares, shares_grain, status, status_wording, 1::bigint as sightings,
           case when seen_at_basis in ('told', 'file_time') then seen_at end as first_seen, first_seen as last_seen, run_id, raw_ref
    from sighting semi join once using (platform, is_comment, post_id);

-- The others, from all that the log ever said of them.
create temp table often as select * from seen_again anti join once using (platform, is_comment, post_id);
create temp table said as
    select * from log_post semi join often using (platform, is_comment, post_id)
    qualify row_number() over (partition by record_id order by run_id) = 1;
-- `place` is the sighting's place in the order just told: the higher, the newer.
create temp table placed as
    select s.*, p.url, p.author_key, p.author_id, p.author_name, p.title, p.text, p.text_sha256, p.published_at, p.published_grain,
           p.lang, p.kind, p.parent_id, p.root_id, p.hashtags, p.tag_keys, p.mentions, p.region, p.source_client,
           p.record_id is not null as told,
           case s.seen_at_basis when 'told' then 3 when 'file_time' then 2 when 'not_before' then 1 else 0 end as basis,
           case when s.seen_at_basis in ('told', 'file_time') then s.seen_at end as known_at,
           coalesce(known_at, timestamp '1970-01-01') as known,
           row_number() over (
               partition by s.platform, s.is_comment, s.post_id
               order by basis, known, likes nulls first, reposts nulls first, comments nulls first, favourites nulls first,
                        views nulls first, shares nulls first, s.record_id) as place
    from sighting s semi join often using (platform, is_comment, post_id)
    left join said p using (record_id);
drop table said;

-- Floors that tell nothing. What was told before reaches back to the newest count that is none.
create temp table reading as
    with floored as (
        select distinct platform, is_comment, post_id from placed
        where 'at_least' in (likes_grain, reposts_grain, comments_grain, favourites_grain, views_grain, shares_grain))
    select platform, is_comment, post_id, record_id, basis, known, place,
           unnest([{'count': 'likes', 'value': likes, 'grain': likes_grain},
                   {'count': 'reposts', 'value': reposts, 'grain': reposts_grain},
                   {'count': 'comments', 'value': comments, 'grain': comments_grain},
                   {'count': 'favourites', 'value': favourites, 'grain': favourites_grain},
                   {'count': 'views', 'value': views, 'grain': views_grain},
                   {'count': 'shares', 'value': shares, 'grain': shares_grain}], recursive := true)
    from placed semi join floored using (platform, is_comment, post_id);
create temp table idle as
    with apart as (
        select *, count(*) filter (grain is distinct from 'at_least') over (
                   partition by platform, is_comment, post_id, "count" order by basis, known, value, place) as since
        from reading where value is not null),
    beside as (
        select *, max(value) over (
                   partition by platform, is_comment, post_id, "count", since order by basis, known, value, place
                   rows between unbounded preceding and 1 preceding) as before
        from apart)
    select platform, is_comment, post_id, record_id, list("count") as idle from beside
    where grain = 'at_least' and before >= value group by all;
drop table reading;

-- Versions of the text. Two are cuts of one version when one begins with the other, white space and a trailing "…全文" aside: of
-- these the longest wins, otherwise the newest told.
create temp table version as
    select platform, is_comment, post_id, text,
           max(place) as newest,
           regexp_replace(regexp_replace(text, '\s+', '', 'g'), '(…|\.\.\.)*(全文|展开c?)?(…|\.\.\.)*$', '') as core
    from placed where text is not null
    group by platform, is_comment, post_id, text;
create temp table current_text as
    with last_told as (
        select platform, is_comment, post_id, arg_max(text, newest) as text, arg_max(core, newest) as core, count(*) as versions
        from version group by platform, is_comment, post_id),
    longer as (
        select l.platform, l.is_comment, l.post_id, arg_max(v.core, v.newest) as core
        from last_told l join version v using (platform, is_comment, post_id)
        where l.versions > 1 and l.core <> '' and starts_with(v.core, l.core) and length(v.core) > length(l.core)
        group by l.platform, l.is_comment, l.post_id),
    longest as (
        select l.platform, l.is_comment, l.post_id, arg_max(v.text, row(length(v.core), v.newest)) as text
        from longer l join version v using (platform, is_comment, post_id)
        where starts_with(v.core, l.core)
        group by l.platform, l.is_comment, l.post_id)
    select t.platform, t.is_comment, t.post_id, coalesce(g.text, t.text) as text
    from last_told t left join longest g using (platform, is_comment, post_id);
drop table version;

delete from text_version using seen_again t
    where text_version.platform = t.platform and text_version.is_comment = t.is_comment and text_version.post_id = t.post_id;
insert into text_version by name
    select platform, is_comment, post_id, text_sha256, arg_max(title, place) as title, any_value(text) as text,
           arg_max(surface, place) as surface, arg_max(seen_at, place) as seen_at, arg_max(seen_at_basis, place) as seen_at_basis,
           count(*) as sightings
    from placed where text_sha256 is not null
    group by platform, is_comment, post_id, text_sha256
    qualify count(*) over (partition by platform, is_comment, post_id) > 1;

create temp table merged as
    select platform, is_comment, post_id,
           arg_max(url, place) as url, arg_max(author_key, place) as author_key, arg_max(author_id, place) as author_id,
           arg_max(author_name, place) as author_name, arg_max(title, place) as title,
           -- A time known more finely wins.
           arg_max({'value': published_at, 'grain': published_grain},
                   row(case published_grain when 'second' then 3 when 'minute' then 2 when 'hour' then 1 else 0 end, place))
               filter (published_at is not null) as published,
           arg_max(lang, place) as lang, arg_max(kind, place) as kind, arg_max(parent_id, place) as parent_id,
           arg_max(root_id, place) as root_id,
           -- Those of the text that holds, which a newer cut of it has lost; where none were told with it, the newest.
           coalesce(arg_max(hashtags, place) filter (holds), arg_max(hashtags, place)) as hashtags,
           coalesce(arg_max(tag_keys, place) filter (holds), arg_max(tag_keys, place)) as tag_keys,
           coalesce(arg_max(mentions, place) filter (holds), arg_max(mentions, place)) as mentions,
           arg_max(region, place) as region, arg_max(source_client, place) as source_client,
           arg_max({'value': likes, 'grain': likes_grain}, row(basis, known, likes, place))
               filter (likes is not null and not list_contains(idle, 'likes')) as likes,
           arg_max({'value': reposts, 'grain': reposts_grain}, row(basis, known, reposts, place))
               filter (reposts is not null and not list_contains(idle, 'reposts')) as reposts,
           arg_max({'value': comments, 'grain': comments_grain}, row(basis, known, comments, place))
               filter (comments is not null and not list_contains(idle, 'comments')) as comments,
           arg_max({'value': favourites, 'grain': favourites_grain}, row(basis, known, favourites, place))
               filter (favourites is not null and not list_contains(idle, 'favourites')) as favourites,
           arg_max({'value': views, 'grain': views_grain}, row(basis, known, views, place))
               filter (views is not null and not list_contains(idle, 'views')) as views,
           arg_max({'value': shares, 'grain': shares_grain}, row(basis, known, shares, place))
               filter (shares is not null and not list_contains(idle, 'shares')) as shares,
           -- Where no time is known, gone is later than visible: it tells no counts, which decide elsewhere.
           arg_max({'value': status, 'wording': status_wording},
                   row(basis, known, known_at is null and status <> 'visible', place)) filter (status <> 'unknown') as status,
           count(*) as sightings, min(known_at) as first_seen, max(known_at) as last_seen,
           min(run_id) as run_id, arg_min(raw_ref, row(run_id, record_id)) as raw_ref, bool_or(told) as told
    from (select p.*, p.text = c.text as holds, coalesce(i.idle, []) as idle
          from placed p left join current_text c using (platform, is_comment, post_id)
          left join idle i using (platform, is_comment, post_id, record_id))
    group by platform, is_comment, post_id;
insert into merged_state by name
    select m.* exclude (published, likes, reposts, comments, favourites, views, shares, status, told), c.text,
           sha256(case when m.title <> '' then m.title || chr(10) || coalesce(c.text, '') else c.text end) as text_sha256,
           m.published.value as published_at, m.published.grain as published_grain,
           m.likes.value as likes, m.likes.grain as likes_grain, m.reposts.value as reposts, m.reposts.grain as reposts_grain,
           m.comments.value as comments, m.comments.grain as comments_grain,
           m.favourites.value as favourites, m.favourites.grain as favourites_grain,
           m.views.value as views, m.views.grain as views_grain, m.shares.value as shares, m.shares.grain as shares_grain,
           coalesce(m.status.value, 'unknown') as status, m.status.wording as status_wording
    from merged m left join current_text c using (platform, is_comment, post_id)
    where m.told;
drop table merged;
drop table current_text;
drop table idle;
drop table placed;
drop table often;
drop table once;

-- A view for those seen once: their texts go from the log to where they stay without another copy.
create temp view state as
    select p.* exclude (record_id, run_id), s.* exclude (record_id) from new_post p join seen_once s using (record_id)
    union all by name
    select * from merged_state;
