-- Of which time a run read all that it asked for, so that a later one closes the gap of a refusal.
alter table run add column covers_from timestamp;
alter table run add column covers_to timestamp;
