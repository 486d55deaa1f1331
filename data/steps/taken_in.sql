-- Posts as they stand now, of some of the added segments at a time and of those merged before with the first: texts are what is large,
-- and joining all at once would hold them in memory. `some_post` names the segments.
-- For the same reason joins stand as they are written here: the texts flow by, and what is looked up is small, since it is of these
-- posts alone. DuckDB would otherwise guess which side is smaller, and hold the texts once for each join.
set disabled_optimizers = 'join_order,build_side_probe_side';
create or replace temp table piece as
    select platform, is_comment, post_id, text_sha256, record_id from read_parquet(getvariable('some_post'), union_by_name = true)
    union all by name
    select platform, is_comment, post_id, text_sha256 from merged_state where getvariable('first');
create or replace temp view some_state as
    select p.* exclude (record_id, run_id), s.* exclude (record_id)
    from read_parquet(getvariable('some_post'), union_by_name = true) p
    join (select * from seen_once semi join piece using (record_id)) s using (record_id)
    union all by name
    select * from merged_state where getvariable('first');
insert into posts by name
    select s.*,
           -- A bare repost says nothing of its own: no text, the platform's filler, or only the chain of others' words.
           coalesce(s.kind, '') = 'repost'
               and regexp_matches(
                   coalesce(s.text, ''),
                   '^[\s\p{Z}\p{Cf}]*(转发微博|轉發微博|转发|轉發|Repost)?[.。]?[\s\p{Z}\p{Cf}]*(' || chain_begins() || '[\s\S]*)?$') as bare,
           parent.text_sha256 as context_sha256, coalesce(b.campaigns, []) as campaigns, i.synthetic,
           e.newest.value as emotion, e.newest.probabilities[e.newest.value] as emotion_score, e.newest.model as emotion_model,
           f.newest.value as sentiment, f.newest.probabilities[f.newest.value] as sentiment_score, f.newest.model as sentiment_model
    from some_state s
    join (select platform, is_comment, post_id, synthetic from invented semi join piece using (platform, is_comment, post_id)) i
        using (platform, is_comment, post_id)
    left join (select * from belongs semi join piece using (platform, is_comment, post_id)) b using (platform, is_comment, post_id)
    left join (select * from said semi join piece using (text_sha256)) e on e.kind = 'emotion' and e.text_sha256 = s.text_sha256
    left join (select * from said semi join piece using (text_sha256)) f on f.kind = 'sentiment' and f.text_sha256 = s.text_sha256
    left join parent on s.is_comment and parent.platform = s.platform and parent.post_id = s.parent_id;
reset disabled_optimizers;
