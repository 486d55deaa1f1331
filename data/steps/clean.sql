drop table cell;
drop table touched;
drop table plan;
delete from meta;
