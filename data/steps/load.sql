-- Takes what was added to the log into the mirrors. `new_<table>` are the added rows. A record that two processes appended at
-- once stands in the log twice: the run that was first keeps it.

create temp table twice as
    select record_id from (select record_id from new_sighting
                           union all select record_id from sighting semi join new_sighting using (record_id))
    group by record_id having count(*) > 1;
create temp table candidate as
    select * from new_sighting semi join twice using (record_id)
    union all by name select * from sighting semi join twice using (record_id);
delete from sighting where record_id in (select record_id from twice);
insert into sighting by name select * from new_sighting anti join twice using (record_id);
insert into sighting by name select * from candidate qualify row_number() over (partition by record_id order by run_id) = 1;
drop table twice;
drop table candidate;

create temp table twice as
    select campaign, platform, is_comment, post_id, via from (
        select campaign, platform, is_comment, post_id, via from new_membership
        union all
        select campaign, platform, is_comment, post_id, via from asserted
        semi join new_membership using (campaign, platform, is_comment, post_id, via))
    group by all having count(*) > 1;
create temp table candidate as
    select * from new_membership semi join twice using (campaign, platform, is_comment, post_id, via)
    union all by name select * from asserted semi join twice using (campaign, platform, is_comment, post_id, via);
delete from asserted using twice t
    where asserted.campaign = t.campaign and asserted.platform = t.platform and asserted.is_comment = t.is_comment
      and asserted.post_id = t.post_id and asserted.via = t.via;
insert into asserted by name
    select * from new_membership anti join twice using (campaign, platform, is_comment, post_id, via);
insert into asserted by name
    select * from candidate
    qualify row_number() over (partition by campaign, platform, is_comment, post_id, via order by run_id, query) = 1;
drop table twice;
drop table candidate;

insert into claim by name
    select n.* from new_claim n anti join claim using (campaign, claimed)
    qualify row_number() over (partition by campaign, claimed order by n.run_id) = 1;

create temp table twice as select record_id, author_key from new_author group by all having count(*) > 1;
insert into author by name
    select n.* from new_author n anti join author using (record_id, author_key) anti join twice using (record_id, author_key);
insert into author by name
    select n.* from new_author n semi join twice using (record_id, author_key) anti join author using (record_id, author_key)
    qualify row_number() over (partition by record_id, author_key order by n.run_id) = 1;
drop table twice;

create temp table edge_known as
    select record_id, from_id, kind, coalesce(to_id, '') as to_id, coalesce(to_name, '') as to_name
    from edge semi join new_edge using (record_id);
insert into edge by name
    select n.* from new_edge n
    anti join edge_known k on k.record_id = n.record_id and k.from_id = n.from_id and k.kind = n.kind
        and k.to_id = coalesce(n.to_id, '') and k.to_name = coalesce(n.to_name, '')
    qualify row_number() over (partition by n.record_id, n.from_id, n.kind, n.to_id, n.to_name order by n.run_id) = 1;
drop table edge_known;

insert into hashtag_count_told by name
    select distinct on (record_id) n.* from new_hashtag_count n anti join hashtag_count_told using (record_id)
    order by record_id, n.run_id;
insert into trend_told by name
    select distinct on (record_id, slot_start, slot_seconds) n.*
    from new_trend n anti join trend_told using (record_id, slot_start, slot_seconds)
    order by record_id, slot_start, slot_seconds, n.run_id;
insert into hot_search_told by name
    select distinct on (record_id) n.* from new_hot_search n anti join hot_search_told using (record_id)
    order by record_id, n.run_id;
insert into quoted_told by name
    select distinct on (record_id) n.* from new_quoted n anti join quoted_told using (record_id) order by record_id, n.run_id;

-- A text that was labelled again by the same model keeps its newest label.
-- Few are, and telling which by two columns spares reading all the others of millions of labels.
create temp table told_before as
    select distinct text_sha256, kind from label semi join new_label using (text_sha256, kind);
create temp table label_both as
    select * from new_label
    union all by name
    select label.* from label semi join told_before using (text_sha256, kind);
delete from label using told_before t where label.text_sha256 = t.text_sha256 and label.kind = t.kind;
insert into label by name
    select * from label_both
    qualify row_number() over (
        partition by text_sha256, context_sha256, kind, target, model, version, coder
        order by labelled_at desc, run_id desc, value) = 1;
drop table told_before;
drop table label_both;

insert into embedding by name
    select distinct on (text_sha256, model) n.* from new_embedding n anti join embedding using (text_sha256, model)
    order by text_sha256, model, n.run_id;
insert into media by name
    select distinct on (record_id, sha256) n.* from new_media n anti join media using (record_id, sha256)
    order by record_id, sha256, n.run_id;

-- A run is written when it starts and when it ends.
create temp table run_both as
    select * from new_run union all by name select run.* from run semi join new_run using (run_id);
delete from run using new_run n where run.run_id = n.run_id;
insert into run by name
    select * from run_both qualify row_number() over (partition by run_id order by ended desc nulls last) = 1;
drop table run_both;

-- Rows without an id of their own: after a compaction those that were taken in stand in a new segment beside new ones.
insert into gap by name (select * from new_gap except select * from gap);
insert into event_told by name (select * from new_event except select * from event_told);
insert into consent by name (select * from new_consent except select * from consent);
insert into alert by name (select * from new_alert except select * from alert);
insert into tombstone by name (select * from new_tombstone except select * from tombstone);
insert into quarantine by name
    select distinct on (record_id) n.* from new_quarantine n anti join quarantine using (record_id) order by record_id, n.run_id;
