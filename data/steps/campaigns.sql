-- The campaign files as they stand now.
delete from campaign;
insert into campaign by name select * from told_campaign;
delete from campaign_tag;
insert into campaign_tag by name select * from told_campaign_tag;
delete from campaign_rule;
insert into campaign_rule by name select * from told_campaign_rule;
delete from campaign_target;
insert into campaign_target by name select * from told_campaign_target;
delete from campaign_event;
insert into campaign_event by name select * from told_campaign_event;
delete from campaign_quoted;
insert into campaign_quoted by name select * from told_campaign_quoted;
delete from campaign_hot_search;
insert into campaign_hot_search by name select * from told_campaign_hot_search;
