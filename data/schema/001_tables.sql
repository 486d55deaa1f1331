-- The published database. Mirrors of the log come first, then what the build derives from them.
-- It is disposable: a database of another schema is built anew from the log.

create table meta (schema integer not null, generation bigint not null, forgotten bigint not null, campaigns varchar not null,
                   built_at timestamp not null);

-- Mirrors of the log -----------------------------------------------------------------------------------------------
create table sighting (
    record_id varchar not null, platform varchar not null, is_comment boolean not null, post_id varchar not null,
    format varchar not null, seen_at timestamp, seen_at_basis varchar not null, surface varchar, context boolean not null,
    status varchar not null, status_wording varchar,
    likes bigint, likes_grain varchar, likes_shown varchar, reposts bigint, reposts_grain varchar, reposts_shown varchar,
    comments bigint, comments_grain varchar, comments_shown varchar, favourites bigint, favourites_grain varchar,
    favourites_shown varchar, views bigint, views_grain varchar, views_shown varchar, shares bigint, shares_grain varchar,
    shares_shown varchar, extra varchar, run_id varchar not null, raw_ref varchar);
create table asserted (campaign varchar not null, platform varchar not null, is_comment boolean not null,
    post_id varchar not null, via varchar not null, query varchar, run_id varchar not null);
create table claim (campaign varchar not null, claimed varchar not null, run_id varchar not null);
create table author (
    record_id varchar not null, platform varchar not null, author_key varchar not null, author_id varchar, seen_at timestamp,
    seen_at_basis varchar not null, name varchar, followers bigint, followers_grain varchar, posts bigint, verified boolean,
    verified_kind varchar, registered_at timestamp, avatar_url varchar, bio varchar, region varchar, run_id varchar not null);
create table edge (
    record_id varchar not null, platform varchar not null, from_is_comment boolean not null, from_id varchar not null,
    to_is_comment boolean, to_id varchar, to_name varchar, kind varchar not null, evidence varchar not null,
    run_id varchar not null);
create table hashtag_count_told (
    record_id varchar not null, platform varchar not null, tag varchar, tag_key varchar, topic_id varchar,
    seen_at timestamp not null, seen_at_basis varchar not null, seen_at_grain varchar not null,
    views bigint, views_grain varchar, discussions bigint, discussions_grain varchar, interactions bigint,
    interactions_grain varchar, originals bigint, originals_grain varchar, participants bigint, participants_grain varchar,
    source varchar not null, run_id varchar not null, raw_ref varchar);
create table trend_told (
    record_id varchar not null, platform varchar not null, tag varchar, tag_key varchar, topic_id varchar,
    slot_start timestamp not null, slot_seconds bigint not null, partial boolean not null, seen_at timestamp,
    seen_at_basis varchar not null, views bigint, discussions bigint, interactions bigint, originals bigint,
    source varchar not null, run_id varchar not null, raw_ref varchar);
create table hot_search_told (
    record_id varchar not null, platform varchar not null, list varchar not null, title varchar not null, tag_key varchar,
    rank bigint, heat bigint, flag varchar, url varchar, seen_at timestamp not null, seen_at_basis varchar not null,
    seen_at_grain varchar not null, run_id varchar not null, raw_ref varchar);
create table quoted_told (
    record_id varchar not null, campaign varchar not null, what varchar not null, value bigint, value_grain varchar,
    shown varchar not null, "at" timestamp, at_grain varchar, publisher varchar not null, url varchar,
    entered_by varchar not null, run_id varchar not null);
create table label (
    text_sha256 varchar not null, context_sha256 varchar, kind varchar not null, target varchar, value varchar not null,
    probabilities map(varchar, double) not null, model varchar, version varchar, coder varchar,
    labelled_at timestamp not null, run_id varchar not null);
create table embedding (text_sha256 varchar not null, model varchar not null, vector float[] not null, run_id varchar not null);
create table media (
    record_id varchar not null, sha256 varchar not null, owner_kind varchar not null, owner_id varchar not null,
    platform varchar not null, url varchar, fetched_at timestamp, width bigint, height bigint, dhash varchar, phash varchar,
    pdq varchar, pdq_quality bigint, ocr_text varchar, ocr_score double, run_id varchar not null);
create table run (
    run_id varchar not null, source varchar not null, campaign varchar, query varchar, viewer varchar,
    synthetic boolean not null, started timestamp not null, ended timestamp, pages bigint, requests bigint, read bigint,
    added bigint, updated bigint, duplicate bigint, quarantined bigint, capped boolean, blocked_by varchar,
    warnings varchar[], version varchar not null);
create table gap (
    campaign varchar not null, platform varchar not null, query varchar, starts_at timestamp not null,
    ends_at timestamp not null, reason varchar not null, reported bigint, collected bigint, run_id varchar not null);
create table event_told (
    campaign varchar not null, "at" timestamp not null, at_grain varchar not null, kind varchar not null, status varchar,
    title varchar not null, title_zh varchar, publisher varchar, url varchar, run_id varchar not null);
create table consent (host varchar not null, given_at timestamp not null, says varchar not null, run_id varchar not null);
create table alert (campaign varchar not null, "at" timestamp not null, kind varchar not null, subject varchar not null,
    value double, run_id varchar not null);
create table tombstone (kind varchar not null, subject varchar not null, "at" timestamp not null, run_id varchar not null);
create table quarantine (
    record_id varchar not null, format varchar not null, file varchar not null, number bigint not null, reason varchar not null,
    run_id varchar not null, raw_ref varchar);

-- What the campaign files say, read at every build -----------------------------------------------------------------
create table campaign (
    campaign varchar not null, name varchar not null, name_zh varchar, zone varchar not null, starts_at timestamp,
    synthetic boolean not null, source varchar not null);
create table campaign_tag (campaign varchar not null, platform varchar not null, tag varchar not null, tag_key varchar not null);
create table campaign_rule (
    campaign varchar not null, rule varchar not null, version varchar not null, platforms varchar[], must varchar[],
    "any" varchar[], "not" varchar[], regex varchar);
create table campaign_target (campaign varchar not null, concept varchar not null, side varchar not null);
create table campaign_event (
    campaign varchar not null, "at" timestamp not null, at_grain varchar not null, kind varchar not null, status varchar,
    title varchar not null, title_zh varchar, publisher varchar, url varchar);
create table campaign_quoted (
    campaign varchar not null, what varchar not null, value bigint, value_grain varchar, shown varchar not null, "at" timestamp,
    at_grain varchar, publisher varchar not null, url varchar, entered_by varchar not null);

create table campaign_hot_search (
    campaign varchar not null, record_id varchar not null, platform varchar not null, list varchar not null,
    title varchar not null, rank bigint, seen_at timestamp not null, seen_at_grain varchar not null);

-- A hashtag told only by its id, which is "231522" and the MD5 of its words: resolved where the words are known from elsewhere.
create table topic (platform varchar not null, topic_id varchar not null, tag varchar not null, tag_key varchar not null);
create view hashtag_count as
    select h.* replace (coalesce(h.tag, t.tag) as tag, coalesce(h.tag_key, t.tag_key) as tag_key)
    from hashtag_count_told h left join topic t using (platform, topic_id);
create view trend as
    select h.* replace (coalesce(h.tag, t.tag) as tag, coalesce(h.tag_key, t.tag_key) as tag_key)
    from trend_told h left join topic t using (platform, topic_id);

create view event as
    select campaign, "at", at_grain, kind, status, title, title_zh, publisher, url, null as run_id from campaign_event
    union all by name select * from event_told;
create view quoted as
    select campaign, what, value, value_grain, shown, "at", at_grain, publisher, url, entered_by, null as run_id from campaign_quoted
    union all by name select * exclude (record_id) from quoted_told;
create view hot_search as
    select campaign, record_id, platform, list, title, null as tag_key, rank, null::bigint as heat, null as flag, null as url, seen_at,
           'file_time' as seen_at_basis, seen_at_grain, null as run_id, null as raw_ref
    from campaign_hot_search
    union all by name
    -- A list that the campaign's own series holds already is not counted twice.
    select t.* from (select run.campaign, h.* from hot_search_told h left join run using (run_id)
                     union all by name
                     select claim.campaign, h.* from hot_search_told h join claim on claim.claimed = h.record_id) t
    where not exists (select 1 from campaign_hot_search c where c.campaign = t.campaign and c.platform = t.platform
                      and c.list = t.list and c.title = t.title and c.seen_at = t.seen_at);

-- Derived ----------------------------------------------------------------------------------------------------------
create table posts (
    platform varchar not null, post_id varchar not null, is_comment boolean not null, url varchar, author_key varchar,
    author_id varchar, author_name varchar, title varchar, text varchar, text_sha256 varchar, context_sha256 varchar,
    published_at timestamp, published_grain varchar, lang varchar, kind varchar, bare boolean not null, parent_id varchar,
    root_id varchar, hashtags varchar[], tag_keys varchar[], mentions varchar[], campaigns varchar[] not null, region varchar,
    source_client varchar,
    likes bigint, likes_grain varchar, reposts bigint, reposts_grain varchar, comments bigint, comments_grain varchar,
    favourites bigint, favourites_grain varchar, views bigint, views_grain varchar, shares bigint, shares_grain varchar,
    status varchar not null, status_wording varchar, sightings bigint not null, first_seen timestamp, last_seen timestamp,
    emotion varchar, emotion_score double, sentiment varchar, sentiment_score double, label_model varchar,
    synthetic boolean not null, run_id varchar not null, raw_ref varchar);
create view post as
    select platform, is_comment, post_id, url, author_key, author_id, author_name, title, text, text_sha256, published_at,
           published_grain, lang, kind, parent_id, root_id, hashtags, tag_keys, mentions, region, source_client, run_id, raw_ref
    from posts;
create table text_version (
    platform varchar not null, is_comment boolean not null, post_id varchar not null, text_sha256 varchar not null,
    title varchar, text varchar, surface varchar, seen_at timestamp, seen_at_basis varchar not null, sightings bigint not null);
-- Every version of a text that was seen. Versions are kept apart only where there are several.
create view post_text as
    select * from text_version
    union all by name
    select p.platform, p.is_comment, p.post_id, p.text_sha256, p.title, p.text, s.surface, s.seen_at, s.seen_at_basis, p.sightings
    from posts p anti join text_version v using (platform, is_comment, post_id)
    left join (select platform, is_comment, post_id, arg_max(surface, record_id) as surface, max(seen_at) as seen_at,
                      arg_max(seen_at_basis, record_id) as seen_at_basis
               from sighting group by all) s using (platform, is_comment, post_id)
    where p.text_sha256 is not null;
create table stances (
    platform varchar not null, post_id varchar not null, is_comment boolean not null, target varchar not null,
    stance varchar not null, stance_score double not null, probabilities map(varchar, double) not null, model varchar,
    version varchar);
create table membership (
    campaign varchar not null, platform varchar not null, is_comment boolean not null, post_id varchar not null,
    via varchar not null, rule varchar, rule_version varchar);

-- A post once for each of its campaigns and hashtags, and once for all of them (''), with its day and hour. Context counts nowhere.
create table member (
    campaign varchar not null, platform varchar not null, is_comment boolean not null, post_id varchar not null,
    tag_key varchar not null, class varchar not null, day date not null, hour timestamp, author_key varchar,
    emotion varchar, emotion_score double, sentiment varchar, sentiment_score double);

-- Roll-ups. `tag_key` '' stands for all posts, with whatever tags or none; `class` is post (originals, quotes and reposts with words
-- of their own), repost (bare) or comment. Days are days of the campaign's zone.
create table post_hour (
    campaign varchar not null, platform varchar not null, tag_key varchar not null, hour timestamp not null,
    class varchar not null, posts bigint not null);
create table post_day (
    campaign varchar not null, platform varchar not null, tag_key varchar not null, day date not null,
    class varchar not null, posts bigint not null, coarse bigint not null, accounts bigint not null, no_account bigint not null);
create table label_day (
    campaign varchar not null, platform varchar not null, tag_key varchar not null, day date not null, kind varchar not null,
    target varchar not null, value varchar not null, posts bigint not null, score_sum double not null);
create table tag_shown (tag_key varchar not null, tag varchar not null);
