"""Comments under the campaign's Weibo posts, from the mobile site: of posts that have more of them than the log holds."""

from collectors.client import Client
from collectors.run import Collection, Wanted
from collectors.sources.under_posts import under_posts

NAME = "weibo-comments"
PLATFORM = "weibo"
HOST = "m.weibo.cn"


def hosts(client: Client, wanted: Wanted) -> tuple[str, ...]:
    return (HOST,)


def query(wanted: Wanted) -> str:
    return "comments under the campaign's posts"


def collect(run: Collection) -> None:
    under_posts(run, _address, comments=True)


def _address(mid: str, parameters: dict[str, str]) -> str:
    more = "".join(f"&{name}={value}" for name, value in ({"max_id_type": "0"} | parameters).items())
    return f"https://{HOST}/comments/hotflow?id={mid}&mid={mid}{more}"
