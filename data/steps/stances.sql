-- The newest stance toward each target, as of labels; one that was told with the same context before one without.
drop table said;
drop table parent;
drop table belongs;
drop table invented;

delete from stances using touched t
    where stances.platform = t.platform and stances.is_comment = t.is_comment and stances.post_id = t.post_id;
-- Made first, so that the labels are not joined with all posts.
create temp table read as
    select platform, is_comment, post_id, text_sha256, context_sha256 from posts semi join touched using (platform, is_comment, post_id);
insert into stances by name
    select p.platform, p.post_id, p.is_comment, l.target, l.value as stance, l.probabilities[l.value] as stance_score,
           l.probabilities, l.model, l.version
    from read p join label l on l.text_sha256 = p.text_sha256 and l.kind = 'stance' and l.coder is null
         and (l.context_sha256 is null or l.context_sha256 = p.context_sha256)
    qualify row_number() over (partition by p.platform, p.is_comment, p.post_id, l.target
                               order by l.model <> default_model(), l.context_sha256 is null, l.labelled_at desc, l.version desc, l.model desc, l.value) = 1;
drop view some_state;
drop table piece;
drop view state;
drop table merged_state;
drop table seen_once;
drop table read;
