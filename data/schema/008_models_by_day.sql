-- Which models made the labels that a day counts: read from all posts, the question took longer than all others of the first page together.
alter table label_day add column model varchar;
alter table member add column emotion_model varchar;
alter table member add column sentiment_model varchar;
