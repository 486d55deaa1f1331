"""What counts as a change of layout, and what does not."""

from datetime import datetime

import pytest

from collectors.drift import look
from data.model import Post

AT = datetime(2026, 6, 15, 4)


def row(*, comment, text, published=AT):
    post = Post(
        record_id="r", run_id="r", platform="weibo", is_comment=comment, post_id="1", kind="comment" if comment else "original",
        text=text, published_at=published,
    )  # fmt: skip
    return [post]


@pytest.mark.parametrize(
    ("items", "broken"),
    [
        ([row(comment=True, text=None)] * 7 + [row(comment=True, text="画得真好")], False),
        ([row(comment=True, text=None)] * 8, True),
        ([row(comment=True, text="话", published=None)] * 5 + [row(comment=True, text="话")] * 3, True),
        ([row(comment=False, text=None)] * 5 + [row(comment=False, text="话")] * 3, True),
    ],
    ids=["pictures below a post", "comments without words at all", "comments without times", "posts without words"],
)
def test_a_comment_may_be_a_picture_and_a_page_of_them_is_odd(items, broken):
    assert (look(items, AT).broken is not None) == broken
