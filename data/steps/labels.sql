-- The newest label of each touched post's text. A person's label is kept apart from a model's: pages show the model's and say how
-- often people agree with it.

create temp table said as
    select kind, text_sha256, arg_max({'value': value, 'probabilities': probabilities, 'model': model || ' ' || version},
                                      row(labelled_at, version, model, value)) as newest
    from label semi join state using (text_sha256)
    where kind in ('emotion', 'sentiment') and coder is null
    group by kind, text_sha256;

-- A comment is read with its parent's text where the model takes context.
create temp table parent as
    select platform, post_id, text_sha256 from state where not is_comment
    union all
    select platform, post_id, text_sha256 from posts p semi join (select platform, parent_id as post_id from state where is_comment) c
        using (platform, post_id)
    where not is_comment and not exists (select 1 from state s where s.platform = p.platform and s.post_id = p.post_id
                                         and not s.is_comment);

delete from posts using touched t
    where posts.platform = t.platform and posts.is_comment = t.is_comment and posts.post_id = t.post_id;
insert into posts by name
    select s.*,
           -- A bare repost says nothing of its own: no text, the platform's filler, or only the chain of others' words.
           coalesce(s.kind, '') = 'repost'
               and regexp_matches(coalesce(s.text, ''), '^\s*(转发微博|轉發微博|转发|轉發|Repost)?[.。]?\s*(//\s*@[\s\S]*)?$') as bare,
           parent.text_sha256 as context_sha256, coalesce(b.campaigns, []) as campaigns, i.synthetic,
           e.newest.value as emotion, e.newest.probabilities[e.newest.value] as emotion_score,
           f.newest.value as sentiment, f.newest.probabilities[f.newest.value] as sentiment_score,
           coalesce(f.newest.model, e.newest.model) as label_model
    from state s
    join invented i using (platform, is_comment, post_id)
    left join belongs b using (platform, is_comment, post_id)
    left join said e on e.kind = 'emotion' and e.text_sha256 = s.text_sha256
    left join said f on f.kind = 'sentiment' and f.text_sha256 = s.text_sha256
    left join parent on s.is_comment and parent.platform = s.platform and parent.post_id = s.parent_id;
drop table said;
drop table parent;
drop table belongs;
drop table invented;

delete from stances using touched t
    where stances.platform = t.platform and stances.is_comment = t.is_comment and stances.post_id = t.post_id;
insert into stances by name
    select p.platform, p.post_id, p.is_comment, l.target, l.value as stance, l.probabilities[l.value] as stance_score,
           l.probabilities, l.model, l.version
    from posts p semi join touched using (platform, is_comment, post_id)
    join label l on l.text_sha256 = p.text_sha256 and l.kind = 'stance' and l.coder is null
         and (l.context_sha256 is null or l.context_sha256 = p.context_sha256)
    qualify row_number() over (partition by p.platform, p.is_comment, p.post_id, l.target
                               order by l.context_sha256 is null, l.labelled_at desc, l.version desc, l.model desc, l.value) = 1;
drop table state;
