drop table cell;
drop table touched;
drop table seen_again;
drop table plan;
delete from meta;
