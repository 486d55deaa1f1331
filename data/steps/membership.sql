-- Which campaign a touched post belongs to: what was asserted when it was collected, and what the campaign's hashtags and
-- rules find in it. Rules add posts, they never remove an asserted one. Invented posts match only invented campaigns.

delete from membership using touched t
    where membership.platform = t.platform and membership.is_comment = t.is_comment and membership.post_id = t.post_id;

insert into membership by name
    select a.campaign, a.platform, a.is_comment, a.post_id, a.via
    from asserted a semi join touched using (platform, is_comment, post_id) semi join posts using (platform, is_comment, post_id);

insert into membership by name
    select distinct g.campaign, p.platform, p.is_comment, p.post_id, 'rule' as via, 'hashtag' as rule,
           g.tag_key as rule_version
    from posts p semi join touched using (platform, is_comment, post_id)
    join campaign_tag g on g.platform = p.platform and list_contains(p.tag_keys, g.tag_key)
    join campaign c on c.campaign = g.campaign and c.synthetic = p.synthetic;

create temp table wording as
    select platform, is_comment, post_id, synthetic, lower(coalesce(title || chr(10), '') || coalesce(text, '')) as words
    from posts semi join touched using (platform, is_comment, post_id)
    where exists (select 1 from campaign_rule);
insert into membership by name
    select r.campaign, w.platform, w.is_comment, w.post_id, 'rule' as via, r.rule, r.version as rule_version
    from campaign_rule r
    join campaign c using (campaign)
    join wording w on w.synthetic = c.synthetic
         and (r.platforms is null or list_contains(r.platforms, w.platform))
         and (r.must is null or list_bool_and(list_transform(r.must, lambda word: contains(w.words, lower(word)))))
         and (r."any" is null or list_bool_or(list_transform(r."any", lambda word: contains(w.words, lower(word)))))
         and (r."not" is null or not list_bool_or(list_transform(r."not", lambda word: contains(w.words, lower(word)))))
         and (r.regex is null or regexp_matches(w.words, r.regex));
drop table wording;

-- Context, such as the original of a repost, is kept beside a campaign and counted in no figure.
create temp table belongs as
    select platform, is_comment, post_id, list_sort(list(distinct campaign)) as campaigns
    from membership semi join touched using (platform, is_comment, post_id)
    where via <> 'context' group by all;
update posts set campaigns = b.campaigns from belongs b
    where posts.platform = b.platform and posts.is_comment = b.is_comment and posts.post_id = b.post_id;
drop table belongs;
