-- What was added to each table of the log since the database was built, and all that was ever told of posts. The files are named by
-- the build; a column that an older segment lacks is null.
create or replace temp view new_post as select * from read_parquet(getvariable('new_post'), union_by_name = true);
create or replace temp view new_sighting as select * from read_parquet(getvariable('new_sighting'), union_by_name = true);
create or replace temp view new_membership as select * from read_parquet(getvariable('new_membership'), union_by_name = true);
create or replace temp view new_claim as select * from read_parquet(getvariable('new_claim'), union_by_name = true);
create or replace temp view new_author as select * from read_parquet(getvariable('new_author'), union_by_name = true);
create or replace temp view new_edge as select * from read_parquet(getvariable('new_edge'), union_by_name = true);
create or replace temp view new_hashtag_count as select * from read_parquet(getvariable('new_hashtag_count'), union_by_name = true);
create or replace temp view new_trend as select * from read_parquet(getvariable('new_trend'), union_by_name = true);
create or replace temp view new_hot_search as select * from read_parquet(getvariable('new_hot_search'), union_by_name = true);
create or replace temp view new_quoted as select * from read_parquet(getvariable('new_quoted'), union_by_name = true);
create or replace temp view new_label as select * from read_parquet(getvariable('new_label'), union_by_name = true);
create or replace temp view new_embedding as select * from read_parquet(getvariable('new_embedding'), union_by_name = true);
create or replace temp view new_media as select * from read_parquet(getvariable('new_media'), union_by_name = true);
create or replace temp view new_run as select * from read_parquet(getvariable('new_run'), union_by_name = true);
create or replace temp view new_gap as select * from read_parquet(getvariable('new_gap'), union_by_name = true);
create or replace temp view new_event as select * from read_parquet(getvariable('new_event'), union_by_name = true);
create or replace temp view new_consent as select * from read_parquet(getvariable('new_consent'), union_by_name = true);
create or replace temp view new_alert as select * from read_parquet(getvariable('new_alert'), union_by_name = true);
create or replace temp view new_tombstone as select * from read_parquet(getvariable('new_tombstone'), union_by_name = true);
create or replace temp view new_quarantine as select * from read_parquet(getvariable('new_quarantine'), union_by_name = true);
create or replace temp view log_post as select * from read_parquet(getvariable('log_post'), union_by_name = true);
