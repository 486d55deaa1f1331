-- Titles of hot lists meet hashtags under the hashtag's key, in whatever characters they are written; also those of a campaign's own series.
alter table campaign_hot_search add column tag_key varchar;
create or replace view hot_search as
    select campaign, record_id, platform, list, title, tag_key, rank, null::bigint as heat, null as flag, null as url, seen_at,
           'file_time' as seen_at_basis, seen_at_grain, null as run_id, null as raw_ref
    from campaign_hot_search
    union all by name
    -- A list that the campaign's own series holds already is not counted twice.
    select t.* from (select run.campaign, h.* from hot_search_told h left join run using (run_id)
                     union all by name
                     select claim.campaign, h.* from hot_search_told h join claim on claim.claimed = h.record_id) t
    where not exists (select 1 from campaign_hot_search c where c.campaign = t.campaign and c.platform = t.platform
                      and c.list = t.list and c.title = t.title and c.seen_at = t.seen_at);
