-- The newest label of each touched post's text. A person's label is kept apart from a model's: pages show the model's and say how
-- often people agree with it. A comment is read with its parent's text where the model takes context.

update posts set context_sha256 = parent.text_sha256
    from touched t, posts parent
    where posts.platform = t.platform and posts.is_comment = t.is_comment and posts.post_id = t.post_id
      and posts.is_comment and parent.platform = posts.platform and not parent.is_comment and parent.post_id = posts.parent_id;

create temp table said as
    select kind, text_sha256, arg_max({'value': value, 'probabilities': probabilities, 'model': model || ' ' || version},
                                      row(labelled_at, version, model, value)) as newest
    from label
    where kind in ('emotion', 'sentiment') and coder is null
      and text_sha256 in (select text_sha256 from posts semi join touched using (platform, is_comment, post_id))
    group by all;
update posts set emotion = s.newest.value, emotion_score = s.newest.probabilities[s.newest.value], label_model = s.newest.model
    from said s, touched t
    where s.kind = 'emotion' and posts.text_sha256 = s.text_sha256
      and posts.platform = t.platform and posts.is_comment = t.is_comment and posts.post_id = t.post_id;
update posts set sentiment = s.newest.value, sentiment_score = s.newest.probabilities[s.newest.value],
                 label_model = s.newest.model
    from said s, touched t
    where s.kind = 'sentiment' and posts.text_sha256 = s.text_sha256
      and posts.platform = t.platform and posts.is_comment = t.is_comment and posts.post_id = t.post_id;
drop table said;

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
