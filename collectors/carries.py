"""What files of a format can carry, declared in the format's own file and read by the page "Add data", the README and the docs.

A test holds each declaration to the format's invented samples: what is declared is told by one of them, and nothing else is.
"""

from dataclasses import dataclass

from data.model import COUNTS, TIME_GRAINS

HOLDS = ("posts", "comments", "accounts", "counters", "trends", "hot_search", "quoted")
OF_POSTS = ("posts", "comments")
ACCOUNTS = ("id", "hash", "name")
KNOWN_FROM = ("written", "described", "listed", "defined")
LACKS = (
    *("posts", "comments", "reach", "engagement", "region", "capture", "times", "minute", "day"),
    *("identity", "hashed", "original", "gone"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Carries:
    """What files of a format can carry; what is not named, they cannot.

    `tool` is who writes them, `files` their kinds ("CSV", "SQLite"), `holds` what a record may be (of `HOLDS`). Of posts: `grain` is how
    fine their times are, each that occurs; `counts` those of `data.model.COUNTS`; `account` by what accounts are known (of `ACCOUNTS`);
    of which the `region` (IP 属地) is told; whether `followers` of accounts are, when the posts were `captured`, to which `original` a
    repost leads, and, in the platform's words, that a post is `gone`. `known_from` is how sure the format is: files were seen that the
    tool had `written`; files made after its own description (`described`); its list of fields alone (`listed`: never seen); or the
    format is a standard or our own (`defined`). `unseen` are those of `files`, `holds` and `platforms` of which no file was ever seen.
    `by_columns`: all of this hangs on the columns of the table.
    """

    tool: str
    files: tuple[str, ...]
    holds: tuple[str, ...]
    platforms: tuple[str, ...]
    grain: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    followers: bool = False
    region: tuple[str, ...] = ()
    captured: bool = False
    original: bool = False
    gone: bool = False
    known_from: str
    unseen: tuple[str, ...] = ()
    by_columns: bool = False

    def __post_init__(self) -> None:
        for told, allowed in (
            (self.holds, HOLDS), (self.grain, TIME_GRAINS), (self.counts, COUNTS), (self.account, ACCOUNTS), (self.region, OF_POSTS),
            (self.unseen, (*self.files, *self.holds, *self.platforms)),
        ):  # fmt: skip
            if odd := set(told) - set(allowed):
                raise ValueError(f"{self.tool}: {', '.join(sorted(odd))} is none of {', '.join(allowed)}")
        if self.known_from not in KNOWN_FROM:
            raise ValueError(f"{self.tool}: known_from is one of {', '.join(KNOWN_FROM)}")

    def lacks(self) -> tuple[str, ...]:
        """What cannot be said of a campaign from such files alone, of `LACKS`, what matters most first."""
        if not set(OF_POSTS) & set(self.holds):
            return ("posts",)
        found = {
            "comments": "comments" not in self.holds,
            "reach": not (self.followers or "views" in self.counts),
            "engagement": not self.counts,
            "region": "posts" in self.holds and "posts" not in self.region,
            "capture": not self.captured,
            "times": not self.grain,
            "minute": "minute" in self.grain,
            "day": "day" in self.grain,
            "identity": not {"id", "hash"} & set(self.account),
            "hashed": "hash" in self.account,
            "original": "weibo" in self.platforms and not self.original,
            "gone": not self.gone,
        }
        return tuple(name for name in LACKS if found.get(name))
