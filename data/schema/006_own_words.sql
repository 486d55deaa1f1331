-- A repost carries the words of those it came through: "…//@near:… //@far:…". Where they begin, also with white space or what is not seen
-- between the signs or with a full-width @, and what of a text is before them.
create macro chain_begins() as '//[\s\p{Z}\p{Cf}]*[@＠]';
create macro own_words(text) as
    case when regexp_matches(text, chain_begins()) then string_split_regex(text, chain_begins())[1] else coalesce(text, '') end;
