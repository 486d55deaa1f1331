-- One model may make one kind of label, and another the others.
alter table posts add column emotion_model varchar;
alter table posts add column sentiment_model varchar;
alter table posts drop column label_model;
