-- What a row of `posts` is counted as: an original, quote or repost with words of its own is a post. Questions use these; their id twins
-- say it in words of their own, so that they check it.
create macro class_of(is_comment, kind, bare) as
    case when is_comment or coalesce(kind, '') = 'comment' then 'comment' when bare then 'repost' else 'post' end;
create macro is_post(is_comment, kind, bare) as not is_comment and coalesce(kind, '') <> 'comment' and not bare;
