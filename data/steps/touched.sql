-- Which posts may look different after what was added. Those seen again get their facts anew; those relabelled, asserted, under a
-- parent whose text is new (a comment's stance is read with it) or of changed rules keep them.
create temp table seen_again as
    select platform, is_comment, post_id from new_sighting union select platform, is_comment, post_id from new_post;
create temp table touched as
    select platform, is_comment, post_id from seen_again
    union select platform, is_comment, post_id from new_membership
    union select platform, is_comment, post_id from posts semi join new_label using (text_sha256)
    union select platform, is_comment, post_id from posts where (select rules_changed from plan);
insert into touched
    select p.platform, p.is_comment, p.post_id
    from posts p semi join touched t on p.is_comment and not t.is_comment and p.platform = t.platform and p.parent_id = t.post_id
    anti join touched u on p.platform = u.platform and p.is_comment = u.is_comment and p.post_id = u.post_id;

-- The cells of the roll-ups that these posts were in.
create temp table cell as
    select distinct campaign, platform, tag_key, day, hour from member semi join touched using (platform, is_comment, post_id);
