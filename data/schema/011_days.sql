-- Of what a file tells its day alone, its day begins at midnight of the file's zone. In a campaign west of there that is the day before, so it
-- stands in the middle of its day: on the day that most of it is in the campaign's zone.
create macro counted_at(told, grain) as case when grain = 'day' then told + interval 12 hour else told end;
create macro day_in(told, grain, zone) as cast(timezone(zone, timezone('UTC', counted_at(told, grain))) as date);
