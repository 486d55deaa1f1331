"""`groundswell collect`."""

import argparse

from commands.came import tell_what_was_collected
from commands.given import accepted, publishing, span
from commands.stopping import going_on
from data.errors import WrongUsage
from data.home import Home

HELP = "live, slowly, from hosts you consented to: see the README before you use it"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "sources", nargs="+", metavar="SOURCE|ADDRESS",
        help="weibo-counts, weibo-hot, weibo-posts, weibo-comments, weibo-reposts, xiaohongshu-notes, xiaohongshu-topics, "
        "browser; the last three with the addresses of notes, of topic pages, of what to open first",
    )  # fmt: skip
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--since", metavar="TIME", help="a day, or a time, of the campaign's zone (default: where the last run came to)")
    made.add_argument("--until", metavar="TIME", help="not included (default: now)")
    made.add_argument("--pages", type=int, metavar="N", help="at most so many pages a query")
    made.add_argument(
        "--accept-terms", default="", metavar="default|HOST,…", help="you consent to asking these hosts; kept in the home, needed once"
    )
    publishing(made)


def run(told: argparse.Namespace, home: Home) -> int:
    from collectors.collecting import Asked, collect_all
    from data.campaign import find

    if told.pages is not None and told.pages < 1:
        raise WrongUsage("--pages: at least 1")
    chosen = find(home, told.campaign)
    since, until = span(told, chosen)
    asked = Asked(
        campaign=chosen, sources=tuple(name for name in told.sources if "://" not in name), since=chosen.utc(since)[0],
        until=chosen.utc(until)[0], pages=told.pages, addresses=tuple(name for name in told.sources if "://" in name),
        accepted=accepted(told),
    )  # fmt: skip
    with going_on() as go_on:
        done = collect_all(home, asked, go_on)
    return tell_what_was_collected(told, home, done, go_on.by)
