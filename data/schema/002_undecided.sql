-- A label under this probability is shown as undecided; what is stored stays what the model said.
create macro undecided_below() as 0.5;
alter table label_day add column undecided bigint;
