-- The cells that touched posts were in or are in now, and only those, counted anew. A cell is never added to.

delete from member using touched t
    where member.platform = t.platform and member.is_comment = t.is_comment and member.post_id = t.post_id;
insert into member by name
    select c.campaign, p.platform, p.is_comment, p.post_id, unnest(list_distinct(coalesce(p.tag_keys, [])) || ['']) as tag_key,
           class_of(p.is_comment, p.kind, p.bare) as class,
           day_in(p.published_at, p.published_grain, c.zone) as day,
           -- Of the zone's clock: where that is half an hour off, an hour of UTC would be of two days.
           case when p.published_grain <> 'day'
                then p.published_at - (timezone(c.zone, timezone('UTC', p.published_at))
                                       - date_trunc('hour', timezone(c.zone, timezone('UTC', p.published_at)))) end as hour,
           p.author_key, p.emotion, p.emotion_score, p.emotion_model, p.sentiment, p.sentiment_score, p.sentiment_model
    from (select *, unnest(campaigns) as campaign from posts semi join touched using (platform, is_comment, post_id)
          where published_at is not null) p
    join campaign c on c.campaign = p.campaign;

insert into cell
    select distinct campaign, platform, tag_key, day, hour from member semi join touched using (platform, is_comment, post_id);
create temp table hour_cell as select distinct campaign, platform, tag_key, hour from cell where hour is not null;
create temp table day_cell as select distinct campaign, platform, tag_key, day from cell;

delete from post_hour using hour_cell c
    where post_hour.campaign = c.campaign and post_hour.platform = c.platform and post_hour.tag_key = c.tag_key
      and post_hour.hour = c.hour;
insert into post_hour by name
    select campaign, platform, tag_key, hour, class, count(*) as posts
    from member semi join hour_cell using (campaign, platform, tag_key, hour)
    group by campaign, platform, tag_key, hour, class;

delete from post_day using day_cell c
    where post_day.campaign = c.campaign and post_day.platform = c.platform and post_day.tag_key = c.tag_key
      and post_day.day = c.day;
insert into post_day by name
    select campaign, platform, tag_key, day, class, count(*) as posts, count(*) filter (hour is null) as coarse,
           count(distinct author_key) as accounts, count(*) filter (author_key is null) as no_account
    from member semi join day_cell using (campaign, platform, tag_key, day)
    group by campaign, platform, tag_key, day, class;

delete from label_day using day_cell c
    where label_day.campaign = c.campaign and label_day.platform = c.platform and label_day.tag_key = c.tag_key
      and label_day.day = c.day;
insert into label_day by name
    select campaign, platform, tag_key, day, 'emotion' as kind, '' as target, emotion_model as model, emotion as value, count(*) as posts,
           sum(emotion_score) as score_sum, count(*) filter (emotion_score < undecided_below()) as undecided
    from member semi join day_cell using (campaign, platform, tag_key, day)
    where class = 'post' and emotion is not null group by campaign, platform, tag_key, day, emotion_model, emotion
    union all by name
    select campaign, platform, tag_key, day, 'sentiment' as kind, '' as target, sentiment_model as model, sentiment as value, count(*) as posts,
           sum(sentiment_score) as score_sum, count(*) filter (sentiment_score < undecided_below()) as undecided
    from member semi join day_cell using (campaign, platform, tag_key, day)
    where class = 'post' and sentiment is not null group by campaign, platform, tag_key, day, sentiment_model, sentiment
    union all by name
    select m.campaign, m.platform, m.tag_key, m.day, 'stance' as kind, s.target, s.model || ' ' || s.version as model, s.stance as value,
           count(*) as posts,
           sum(s.stance_score) as score_sum, count(*) filter (s.stance_score < undecided_below()) as undecided
    from member m semi join day_cell d using (campaign, platform, tag_key, day)
    join stances s using (platform, is_comment, post_id)
    join campaign_target t on t.campaign = m.campaign and t.concept = s.target
    where m.class = 'post' group by m.campaign, m.platform, m.tag_key, m.day, s.target, s.model, s.version, s.stance;

-- The shown form of a hashtag is its commonest.
create temp table tag_cell as select distinct tag_key from cell where tag_key <> '';
delete from tag_shown using tag_cell where tag_shown.tag_key = tag_cell.tag_key;
insert into tag_shown by name
    with form as (
        select unnest(tag_keys) as tag_key, unnest(hashtags) as tag from posts
        where len(tag_keys) = len(hashtags) and len(campaigns) > 0 and published_at is not null)
    select tag_key, arg_max(tag, row(uses, tag)) as tag
    from (select tag_key, tag, count(*) as uses from form semi join tag_cell using (tag_key) group by tag_key, tag)
    group by tag_key;

drop table hour_cell;
drop table day_cell;
drop table tag_cell;

-- Hashtags that a file gave only by their id: those whose id tells, and those whose id was told with their name elsewhere.
delete from topic;
insert into topic by name
    with unresolved as (
        select distinct platform, topic_id from hashtag_count_told where tag is null and topic_id is not null
        union select distinct platform, topic_id from trend_told where tag is null and topic_id is not null),
    known as (
        select platform, tag, tag_key from campaign_tag
        union select platform, tag, tag_key from hashtag_count_told where tag is not null
        union select 'weibo', tag, tag_key from tag_shown),
    named as (
        select u.platform, u.topic_id, k.tag, k.tag_key
        from unresolved u join known k on k.platform = u.platform and u.topic_id = '231522' || md5(k.tag)
        union select platform, topic_id, h.tag, h.tag_key
        from unresolved join hashtag_count_told h using (platform, topic_id) where h.tag is not null)
    select platform, topic_id, min(tag) as tag, arg_min(tag_key, tag) as tag_key from named group by platform, topic_id;
