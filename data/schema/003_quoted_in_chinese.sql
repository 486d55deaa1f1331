-- What a quoted figure of a campaign file counts, in Chinese, as events have their titles.
alter table campaign_quoted add column what_zh varchar;
create or replace view quoted as
    select campaign, what, what_zh, value, value_grain, shown, "at", at_grain, publisher, url, entered_by, null as run_id
    from campaign_quoted
    union all by name select * exclude (record_id) from quoted_told;
