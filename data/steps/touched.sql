-- Which posts may look different after what was added: seen again, asserted, relabelled, or under a parent whose text is new
-- (a comment's stance is read with its parent as context).
create temp table touched as
    select distinct platform, is_comment, post_id from (
        select platform, is_comment, post_id from new_sighting
        union all select platform, is_comment, post_id from new_post
        union all select platform, is_comment, post_id from new_membership
        union all select platform, is_comment, post_id from posts semi join new_label using (text_sha256)
        union all select platform, is_comment, post_id from posts where (select rules_changed from plan));
insert into touched
    select distinct p.platform, p.is_comment, p.post_id
    from post_seen p join touched t on p.platform = t.platform and p.parent_id = t.post_id
    where p.is_comment
    except select platform, is_comment, post_id from touched;
-- The cells of the roll-ups that these posts were in.
create temp table cell as
    select distinct campaign, platform, tag_key, day, hour from member semi join touched using (platform, is_comment, post_id)
    where day is not null;
