-- A rule holds where all of must, one of any, none of not and its regular expression do. Each has one of must, any and regex, so a
-- post that it finds has a hit.
insert into membership by name
    select r.campaign, i.platform, i.is_comment, i.post_id, 'rule' as via, r.rule, r.version as rule_version
    from (select platform, is_comment, post_id, campaign, rule,
                 coalesce(max(words) filter (part = 'must'), 0) as must, coalesce(max(words) filter (part = 'any'), 0) as "any",
                 coalesce(max(words) filter (part = 'not'), 0) as "not", count(*) filter (part = 'regex') as regex
          from hit group by platform, is_comment, post_id, campaign, rule) m
    join campaign_rule r using (campaign, rule)
    join invented i using (platform, is_comment, post_id)
    join campaign c on c.campaign = r.campaign and c.synthetic = i.synthetic
    where (r.platforms is null or list_contains(r.platforms, i.platform))
      and m.must = len(list_distinct(list_transform(coalesce(r.must, []), lambda word: lower(word))))
      and (r."any" is null or m."any" > 0) and m."not" = 0 and (r.regex is null or m.regex > 0);
drop table hit;
drop table wording;

-- Context, such as the original of a repost, is kept beside a campaign and counted in no figure.
create temp table belongs as
    select platform, is_comment, post_id, list_sort(list(distinct campaign)) as campaigns
    from membership semi join touched using (platform, is_comment, post_id)
    where via <> 'context' group by all;
