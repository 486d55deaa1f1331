"""`groundswell forget`."""

import argparse
import re

from commands.given import publishing
from commands.published import publish
from commands.saying import plain, say
from data.errors import Unreadable
from data.home import Home

HELP = "takes a person or a post out of log, archive and database; it does not come back"
STAND_IN = re.compile(r"u[0-9a-f]{10}")  # of an account, as `data.home.stand_in` makes it
STAYS = "What others wrote stays: in their posts, mentions and reposts the @name may still stand, and words repeated after //@name: there."
UNSEARCHED = """These files of the archive are damaged and could not be searched: {files}.
What is to be forgotten may still stand there; all else is done. Put sound copies of them in
their place in {folder}, or delete them there, and run the same command again"""


def options(made: argparse.ArgumentParser) -> None:
    who = made.add_mutually_exclusive_group(required=True)
    who.add_argument("--author", metavar="ID", help="the account: weibo:1993300447, the bare id, or its author_key")
    who.add_argument("--post", metavar="ID", help="weibo:4607741009594608, or the bare id")
    publishing(made)


def run(told: argparse.Namespace, home: Home) -> None:
    from collectors.forgetting import forget as forget_now

    done = forget_now(home, author=told.author, post=told.post)
    taken, erased = done.taken, done.erased
    if not told.no_publish:
        publish(home)
    gone = f"Gone: {taken.posts:,} posts, {taken.rows:,} rows of the log, {erased:,} records of the archive. They will not come back."
    say(
        told,
        f"{gone}\n{STAYS}" if taken.rows else _nobody(told.author, told.post, erased),
        {"found": taken.rows > 0, "posts": taken.posts, "rows": taken.rows, "archived": erased, "unsearched": done.unsearched},
    )
    if done.unsearched:
        raise Unreadable(UNSEARCHED.format(files=", ".join(done.unsearched), folder=home.archive))


def _nobody(author: str | None, post: str | None, erased: int) -> str:
    """What is said where the log holds nothing of an id: it may be mistyped, or no id at all."""
    id = author or post or ""
    # The archive may tell of whom the log does not; what nothing refers to any more goes with it.
    archived = f" {erased:,} records of the archive that told it, or that nothing referred to, are gone." if erased else ""
    lines = [f"Nothing here is of this id: {plain(id)}.{archived} It will be refused from now on."]
    if author and author.startswith(("@", "＠")):
        lines.append("This is a name, and names change: give the id of the account, or its author_key.")
    if author and STAND_IN.fullmatch(author):
        lines.append("This looks like the stand-in of a bundle or a page: give the author_key that begins with it.")
        where = f"author_key like '{author[1:]}%'"
    else:
        where = "author_name = 'NAME'" if author else "text like '%WORDS%'"
    asked = "distinct author_id, author_key, author_name" if author else "platform, post_id, text"
    return "\n".join([*lines, f'Found by: groundswell sql "select {asked} from posts where {where}"'])
