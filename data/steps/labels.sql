-- The label of each touched post's text: the default model's newest, or where it made none the newest of another. A person's label is kept apart from a model's: pages show the model's and say how
-- often people agree with it.

create temp table said as
    select kind, text_sha256, arg_max({'value': value, 'probabilities': probabilities, 'model': model || ' ' || version},
                                      row(model = default_model(), labelled_at, version, model, value)) as newest
    from label semi join state using (text_sha256)
    where kind in ('emotion', 'sentiment') and coder is null
    group by kind, text_sha256;

-- A comment is read with its parent's text where the model takes context.
create temp table parent as
    with answered as (select distinct platform, parent_id as post_id from state where is_comment)
    select platform, post_id, text_sha256 from state semi join answered using (platform, post_id) where not is_comment
    union all
    select platform, post_id, text_sha256 from posts p semi join answered using (platform, post_id)
    where not is_comment and not exists (select 1 from touched t where t.platform = p.platform and t.post_id = p.post_id
                                         and not t.is_comment);

delete from posts using touched t
    where posts.platform = t.platform and posts.is_comment = t.is_comment and posts.post_id = t.post_id;
