-- One rule's regular expression, to which capitals make no difference either.
insert into hit
    select platform, is_comment, post_id, $campaign as campaign, $rule as rule, 'regex' as part, 1 as words
    from wording where regexp_matches(words, $regex, 'i');
