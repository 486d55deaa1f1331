-- The cells that touched posts were in or are in now, and only those, counted anew. A cell is never added to.

insert into cell
    select distinct campaign, platform, tag_key, day, hour from member semi join touched using (platform, is_comment, post_id)
    where day is not null
    except select * from cell;
create temp table day_cell as select distinct campaign, platform, tag_key, day from cell;
create temp table member_now as
    select m.* from member m semi join day_cell using (campaign, platform, tag_key, day)
    where m.published_at between (select min(day) - interval 2 day from day_cell) and (select max(day) + interval 2 day from day_cell);

delete from post_hour using cell c
    where post_hour.campaign = c.campaign and post_hour.platform = c.platform and post_hour.tag_key = c.tag_key
      and post_hour.hour = c.hour;
insert into post_hour by name
    select campaign, platform, tag_key, hour, class, count(*) as posts
    from member_now semi join cell using (campaign, platform, tag_key, hour)
    where published_grain <> 'day'
    group by campaign, platform, tag_key, hour, class;

delete from post_day using day_cell c
    where post_day.campaign = c.campaign and post_day.platform = c.platform and post_day.tag_key = c.tag_key
      and post_day.day = c.day;
insert into post_day by name
    select campaign, platform, tag_key, day, class, count(*) as posts, count(*) filter (published_grain = 'day') as coarse,
           count(distinct author_key) as accounts, count(*) filter (author_key is null) as no_account
    from member_now group by campaign, platform, tag_key, day, class;

delete from label_day using day_cell c
    where label_day.campaign = c.campaign and label_day.platform = c.platform and label_day.tag_key = c.tag_key
      and label_day.day = c.day;
insert into label_day by name
    select campaign, platform, tag_key, day, 'emotion' as kind, '' as target, emotion as value, count(*) as posts,
           sum(emotion_score) as score_sum
    from member_now where class = 'post' and emotion is not null group by all
    union all by name
    select campaign, platform, tag_key, day, 'sentiment' as kind, '' as target, sentiment as value, count(*) as posts,
           sum(sentiment_score) as score_sum
    from member_now where class = 'post' and sentiment is not null group by all
    union all by name
    select m.campaign, m.platform, m.tag_key, m.day, 'stance' as kind, s.target, s.stance as value, count(*) as posts,
           sum(s.stance_score) as score_sum
    from member_now m join stances s using (platform, is_comment, post_id)
    join campaign_target t on t.campaign = m.campaign and t.concept = s.target
    where m.class = 'post' group by all;

-- The shown form of a hashtag is its commonest.
create temp table tag_cell as select distinct tag_key from cell where tag_key <> '';
delete from tag_shown using tag_cell where tag_shown.tag_key = tag_cell.tag_key;
insert into tag_shown by name
    with form as (
        select unnest(tag_keys) as tag_key, unnest(hashtags) as tag from posts
        where len(tag_keys) = len(hashtags) and len(campaigns) > 0)
    select tag_key, arg_max(tag, row(uses, tag)) as tag
    from (select tag_key, tag, count(*) as uses from form semi join tag_cell using (tag_key) group by all)
    group by tag_key;

drop table member_now;
drop table day_cell;
drop table tag_cell;
