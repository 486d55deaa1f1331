-- The newest state of each touched post. Per field the newest value that is not null wins, and newest means newest told: a weaker
-- basis never overrides a stronger one. Sightings whose time is not known are ordered by a total rule (the larger count, then
-- the record's hash), so that the order of imports does not matter.

create temp table seen as
    select s.*, p.url, p.author_key, p.author_id, p.author_name, p.title, p.text, p.published_at, p.published_grain, p.lang, p.kind,
           p.parent_id, p.root_id, p.hashtags, p.tag_keys, p.mentions, p.region, p.source_client,
           p.record_id is not null as told,
           case s.seen_at_basis when 'told' then 3 when 'file_time' then 2 when 'not_before' then 1 else 0 end as basis,
           case when s.seen_at_basis in ('told', 'file_time') then s.seen_at end as known_at
    from sighting s semi join touched using (platform, is_comment, post_id)
    left join post_seen p using (record_id);

-- `place` is the sighting's place in the order just told: the higher, the newer.
create temp table placed as
    select *, row_number() over (partition by platform, is_comment, post_id
                                 order by basis, known_at nulls first, record_id) as place,
           coalesce(known_at, timestamp '1970-01-01') as known
    from seen;
drop table seen;

-- Versions of the text. Two are cuts of one version when one begins with the other, white space and a trailing "…全文" aside.
create temp table version as
    select platform, is_comment, post_id, text,
           max(row(basis, known, length(text), sha256(text))) as newest,
           regexp_replace(regexp_replace(text, '\s+', '', 'g'), '(…|\.\.\.)*(全文|展开c?)?(…|\.\.\.)*$', '') as core
    from placed where text is not null
    group by platform, is_comment, post_id, text;
create temp table current_text as
    with last_told as (
        select platform, is_comment, post_id, arg_max(text, newest) as text, arg_max(core, newest) as core, count(*) as versions
        from version group by all),
    longer as (
        select l.platform, l.is_comment, l.post_id, arg_max(v.core, v.newest) as core
        from last_told l join version v using (platform, is_comment, post_id)
        where l.versions > 1 and l.core <> '' and starts_with(v.core, l.core) and length(v.core) > length(l.core)
        group by all),
    longest as (
        select l.platform, l.is_comment, l.post_id, arg_max(v.text, row(length(v.core), v.newest)) as text
        from longer l join version v using (platform, is_comment, post_id)
        where starts_with(v.core, l.core)
        group by all)
    select t.platform, t.is_comment, t.post_id, coalesce(g.text, t.text) as text
    from last_told t left join longest g using (platform, is_comment, post_id);
drop table version;

delete from post_text using touched t
    where post_text.platform = t.platform and post_text.is_comment = t.is_comment and post_text.post_id = t.post_id;
insert into post_text by name
    select p.platform, p.is_comment, p.post_id, s.text_sha256, arg_max(p.title, place) as title, any_value(p.text) as text,
           arg_max(surface, place) as surface, arg_max(seen_at, place) as seen_at, arg_max(seen_at_basis, place) as seen_at_basis,
           count(*) as sightings
    from placed p join post_seen s using (record_id)
    where s.text_sha256 is not null
    group by p.platform, p.is_comment, p.post_id, s.text_sha256;

create temp table merged as
    select platform, is_comment, post_id,
           arg_max(url, place) as url, arg_max(author_key, place) as author_key, arg_max(author_id, place) as author_id,
           arg_max(author_name, place) as author_name, arg_max(title, place) as title,
           arg_max({'value': published_at, 'grain': published_grain},
                   row(case published_grain when 'second' then 3 when 'minute' then 2 when 'hour' then 1 else 0 end, place))
               filter (published_at is not null) as published,
           arg_max(lang, place) as lang, arg_max(kind, place) as kind, arg_max(parent_id, place) as parent_id,
           arg_max(root_id, place) as root_id, arg_max(hashtags, place) as hashtags, arg_max(tag_keys, place) as tag_keys,
           arg_max(mentions, place) as mentions, arg_max(region, place) as region,
           arg_max(source_client, place) as source_client,
           arg_max({'value': likes, 'grain': likes_grain}, row(basis, known, likes, place)) filter (likes is not null) as likes,
           arg_max({'value': reposts, 'grain': reposts_grain}, row(basis, known, reposts, place)) filter (reposts is not null) as reposts,
           arg_max({'value': comments, 'grain': comments_grain}, row(basis, known, comments, place)) filter (comments is not null) as comments,
           arg_max({'value': favourites, 'grain': favourites_grain}, row(basis, known, favourites, place)) filter (favourites is not null) as favourites,
           arg_max({'value': views, 'grain': views_grain}, row(basis, known, views, place)) filter (views is not null) as views,
           arg_max({'value': shares, 'grain': shares_grain}, row(basis, known, shares, place)) filter (shares is not null) as shares,
           arg_max({'value': status, 'wording': status_wording}, place) filter (status <> 'unknown') as status,
           count(*) as sightings, min(known_at) as first_seen, max(known_at) as last_seen,
           min(run_id) as run_id, arg_min(raw_ref, row(run_id, record_id)) as raw_ref,
           bool_or(told) as told
    from placed group by platform, is_comment, post_id;
drop table placed;

delete from posts using touched t
    where posts.platform = t.platform and posts.is_comment = t.is_comment and posts.post_id = t.post_id;
insert into posts by name
    select m.platform, m.post_id, m.is_comment, m.url, m.author_key, m.author_id, m.author_name, m.title, c.text,
           sha256(case when m.title <> '' then m.title || chr(10) || coalesce(c.text, '') else c.text end) as text_sha256,
           m.published.value as published_at, m.published.grain as published_grain, m.lang, m.kind,
           -- A bare repost says nothing of its own: no text, the platform's filler, or only the chain of others' words.
           coalesce(m.kind, '') = 'repost'
               and regexp_matches(coalesce(c.text, ''), '^\s*(转发微博|轉發微博|转发|轉發|Repost)?[.。]?\s*(//\s*@[\s\S]*)?$') as bare,
           m.parent_id, m.root_id, m.hashtags, m.tag_keys, m.mentions, [] as campaigns, m.region, m.source_client,
           m.likes.value as likes, m.likes.grain as likes_grain, m.reposts.value as reposts, m.reposts.grain as reposts_grain,
           m.comments.value as comments, m.comments.grain as comments_grain,
           m.favourites.value as favourites, m.favourites.grain as favourites_grain,
           m.views.value as views, m.views.grain as views_grain, m.shares.value as shares, m.shares.grain as shares_grain,
           coalesce(m.status.value, 'unknown') as status, m.status.wording as status_wording,
           m.sightings, m.first_seen, m.last_seen, coalesce(run.synthetic, false) as synthetic, m.run_id, m.raw_ref
    from merged m
    left join current_text c using (platform, is_comment, post_id)
    left join run on run.run_id = m.run_id
    where m.told;
drop table merged;
drop table current_text;
