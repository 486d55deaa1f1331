-- Takes what was added to the log into the mirrors. `new_<table>` are the added rows. A record that two processes appended at
-- once stands in the log twice: the run that was first keeps it.

delete from post_seen using new_post n where post_seen.record_id = n.record_id and n.run_id < post_seen.run_id;
insert into post_seen by name
    select distinct on (record_id) n.* from new_post n anti join post_seen using (record_id) order by record_id, n.run_id;

delete from sighting using new_sighting n where sighting.record_id = n.record_id and n.run_id < sighting.run_id;
insert into sighting by name
    select distinct on (record_id) n.* from new_sighting n anti join sighting using (record_id) order by record_id, n.run_id;

delete from asserted using new_membership n
    where asserted.campaign = n.campaign and asserted.platform = n.platform and asserted.is_comment = n.is_comment
      and asserted.post_id = n.post_id and asserted.via = n.via and n.run_id < asserted.run_id;
insert into asserted by name
    select distinct on (campaign, platform, is_comment, post_id, via) n.*
    from new_membership n anti join asserted using (campaign, platform, is_comment, post_id, via)
    order by campaign, platform, is_comment, post_id, via, n.run_id;

delete from author using new_author n
    where author.record_id = n.record_id and author.author_key = n.author_key and n.run_id < author.run_id;
insert into author by name
    select distinct on (record_id, author_key) n.* from new_author n anti join author using (record_id, author_key)
    order by record_id, author_key, n.run_id;

insert into edge by name
    select n.* from (select * from new_edge
                     qualify row_number() over (partition by record_id, from_id, kind, to_id, to_name order by run_id) = 1) n
    where not exists (
        select 1 from edge e where e.record_id = n.record_id and e.from_id = n.from_id and e.kind = n.kind
        and e.to_id is not distinct from n.to_id and e.to_name is not distinct from n.to_name);

insert into hashtag_count by name
    select distinct on (record_id) n.* from new_hashtag_count n anti join hashtag_count using (record_id)
    order by record_id, n.run_id;
insert into trend by name
    select distinct on (record_id, slot_start, slot_seconds) n.*
    from new_trend n anti join trend using (record_id, slot_start, slot_seconds)
    order by record_id, slot_start, slot_seconds, n.run_id;
insert into hot_search_told by name
    select distinct on (record_id) n.* from new_hot_search n anti join hot_search_told using (record_id)
    order by record_id, n.run_id;
insert into quoted_told by name
    select distinct on (record_id) n.* from new_quoted n anti join quoted_told using (record_id) order by record_id, n.run_id;

-- A text that was labelled again by the same model keeps its newest label.
create temp table label_both as
    select * from new_label
    union all by name
    select label.* from label semi join new_label using (text_sha256, kind);
delete from label using new_label n where label.text_sha256 = n.text_sha256 and label.kind = n.kind;
insert into label by name
    select * from label_both
    qualify row_number() over (
        partition by text_sha256, context_sha256, kind, target, model, version, coder
        order by labelled_at desc, run_id desc, value) = 1;
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

insert into gap by name select * from new_gap;
insert into event_told by name select * from new_event;
insert into consent by name select * from new_consent;
insert into alert by name select * from new_alert;
insert into tombstone by name select * from new_tombstone;
insert into quarantine by name
    select distinct on (record_id) n.* from new_quarantine n anti join quarantine using (record_id) order by record_id, n.run_id;
