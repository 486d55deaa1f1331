-- Which campaign a touched post belongs to: what was asserted when it was collected, and what the campaign's hashtags and
-- rules find in it. Rules add posts, they never remove an asserted one. Invented posts match only invented campaigns.

delete from membership using touched t
    where membership.platform = t.platform and membership.is_comment = t.is_comment and membership.post_id = t.post_id;

create temp table invented as
    select s.platform, s.is_comment, s.post_id, s.tag_keys, coalesce(run.synthetic, false) as synthetic
    from state s left join run on run.run_id = s.run_id;
insert into membership by name
    select a.campaign, a.platform, a.is_comment, a.post_id, a.via
    from asserted a semi join invented using (platform, is_comment, post_id);
insert into membership by name
    select distinct g.campaign, p.platform, p.is_comment, p.post_id, 'rule' as via, 'hashtag' as rule,
           g.tag_key as rule_version
    from (select platform, is_comment, post_id, synthetic, unnest(tag_keys) as tag_key from invented) p
    join campaign_tag g on g.platform = p.platform and g.tag_key = p.tag_key
    join campaign c on c.campaign = g.campaign and c.synthetic = p.synthetic;

-- Most texts are of no rule. One look for all that any rule asks for leaves those worth a look for each of its words. Capitals make no
-- difference: texts and words are made small; a regular expression cannot be (\S is not \s), so it is told to look past them.
set variable asked_for = (
    select string_agg('(?i:' || pattern || ')', '|')
    from (select regexp_escape(lower(unnest(list_concat(coalesce(must, []), coalesce("any", []))))) as pattern from campaign_rule
          union all select regex from campaign_rule where regex is not null));
create temp table wording as
    select platform, is_comment, post_id, words
    from (select platform, is_comment, post_id, lower(coalesce(title || chr(10), '') || coalesce(text, '')) as words from state)
    where regexp_matches(words, getvariable('asked_for')::varchar);
-- Which of a rule's words stand in which text; its regular expression follows.
create temp table hit as
    with word as (
        select campaign, rule, 'must' as part, unnest(must) as word from campaign_rule
        union all select campaign, rule, 'any', unnest("any") from campaign_rule
        union all select campaign, rule, 'not', unnest("not") from campaign_rule)
    select w.platform, w.is_comment, w.post_id, r.campaign, r.rule, r.part, count(*) as words
    from wording w join (select distinct campaign, rule, part, lower(word) as word from word) r on contains(w.words, r.word)
    group by w.platform, w.is_comment, w.post_id, r.campaign, r.rule, r.part;
