-- Which campaign a touched post belongs to: what was asserted when it was collected, and what the campaign's hashtags and
-- rules find in it. Rules add posts, they never remove an asserted one. Invented posts match only invented campaigns.

delete from membership using touched t
    where membership.platform = t.platform and membership.is_comment = t.is_comment and membership.post_id = t.post_id;

insert into membership by name
    select a.campaign, a.platform, a.is_comment, a.post_id, a.via
    from asserted a semi join touched using (platform, is_comment, post_id) semi join state using (platform, is_comment, post_id);

create temp table invented as
    select s.platform, s.is_comment, s.post_id, s.tag_keys, coalesce(run.synthetic, false) as synthetic
    from state s left join run on run.run_id = s.run_id;
insert into membership by name
    select distinct g.campaign, p.platform, p.is_comment, p.post_id, 'rule' as via, 'hashtag' as rule,
           g.tag_key as rule_version
    from (select platform, is_comment, post_id, synthetic, unnest(tag_keys) as tag_key from invented) p
    join campaign_tag g on g.platform = p.platform and g.tag_key = p.tag_key
    join campaign c on c.campaign = g.campaign and c.synthetic = p.synthetic;

create temp table wording as
    select platform, is_comment, post_id, i.synthetic, lower(coalesce(title || chr(10), '') || coalesce(text, '')) as words
    from state join invented i using (platform, is_comment, post_id)
    where exists (select 1 from campaign_rule);
-- Which of a rule's words stand in which text; then whether all of must, one of any and none of not do.
create temp table hit as
    with word as (
        select campaign, rule, 'must' as part, unnest(must) as word from campaign_rule
        union all select campaign, rule, 'any', unnest("any") from campaign_rule
        union all select campaign, rule, 'not', unnest("not") from campaign_rule)
    select w.platform, w.is_comment, w.post_id, r.campaign, r.rule, r.part, count(*) as words
    from wording w join (select distinct campaign, rule, part, lower(word) as word from word) r on contains(w.words, r.word)
    group by w.platform, w.is_comment, w.post_id, r.campaign, r.rule, r.part;
create temp table matched as
    select platform, is_comment, post_id, campaign, rule,
           coalesce(max(words) filter (part = 'must'), 0) as must, coalesce(max(words) filter (part = 'any'), 0) as "any",
           coalesce(max(words) filter (part = 'not'), 0) as "not"
    from hit group by platform, is_comment, post_id, campaign, rule
    union all
    select w.platform, w.is_comment, w.post_id, r.campaign, r.rule, 0, 0, 0
    from wording w, campaign_rule r
    where r.must is null and r."any" is null
      and not exists (select 1 from hit h where h.platform = w.platform and h.is_comment = w.is_comment
                      and h.post_id = w.post_id and h.campaign = r.campaign and h.rule = r.rule);
insert into membership by name
    select r.campaign, w.platform, w.is_comment, w.post_id, 'rule' as via, r.rule, r.version as rule_version
    from matched m join campaign_rule r using (campaign, rule)
    join wording w using (platform, is_comment, post_id)
    join campaign c on c.campaign = r.campaign and c.synthetic = w.synthetic
    where (r.platforms is null or list_contains(r.platforms, w.platform))
      and m.must = len(list_distinct(list_transform(coalesce(r.must, []), lambda word: lower(word))))
      and (r."any" is null or m."any" > 0) and m."not" = 0 and (r.regex is null or regexp_matches(w.words, r.regex));
drop table hit;
drop table matched;
drop table wording;

-- Context, such as the original of a repost, is kept beside a campaign and counted in no figure.
create temp table belongs as
    select platform, is_comment, post_id, list_sort(list(distinct campaign)) as campaigns
    from membership semi join touched using (platform, is_comment, post_id)
    where via <> 'context' group by all;
