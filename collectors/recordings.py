"""Recordings of a browser (HAR, WARC, WACZ): what they share.

A record is one item of an answer that is read here: a post, a comment, a hashtag's counters, the line of its trend, one title of a hot
list. An answer of a platform that cannot be read is one record too, a quarantined one. Everything else in a recording is counted by
kind, named in one warning a file, and not kept: other sites, pictures and scripts, pages that refuse, empty pages, posts that are not
public, profiles. The user's file itself is never copied, since it holds their session: of each item its own part of the body is kept,
with the address it came from, the tokens in it replaced, and the time the browser saw it. Headers are never kept.

The same answer twice in a file is the same records twice; the same post seen at another time is another sighting.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from collectors.carries import Carries
from collectors.cells import canonical, mended
from collectors.formats import Broken, Origin, Record, Source
from collectors.platforms import Answer, Item, clean, clean_text, json_of, may_hold_tokens, module, platform_of, without_tokens
from collectors.times import CHINA, moment
from data.errors import Unreadable

CARRIES = Carries(
    tool="a browser", files=(), holds=("posts", "comments", "counters", "trends", "hot_search"), platforms=("weibo", "xiaohongshu"),
    grain=("second", "minute"), counts=("likes", "reposts", "comments", "favourites", "shares"), account=("id", "name"),
    followers=True, region=("posts", "comments"), captured=True, original=True, gone=True, known_from="defined",
)  # fmt: skip
BATCH_BYTES = 2**20  # a post of a recording may make six rows; with more at once, a large file took over half a gigabyte of memory
LONGEST_ANSWER = 16 * 2**20  # bytes; pages have up to five million
HELD_BACK = {
    "captcha": "a captcha was wanted",
    "login": "a login was wanted",
    "guest": "a login was wanted",
    "visitor": "the page for visitors stood there",
    "too_fast": "too many requests",
    "blocked": "the network was blocked",
    "account": "the account was restricted",
    "signature": "the signature was not accepted",
    "link": "the address had lost its token",
    "permission": "no permission",
    "server": "the platform had a fault",
    "unknown": "something else stood there",
}
PROFILES = "profiles of accounts"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry of a recording that is not kept; `kind` in words."""

    kind: str


OTHER_SITES = LeftOut("answers of other sites")
NOT_READ = LeftOut("pictures, scripts and other things of the platforms")
NOT_SENT = LeftOut("answers that say no more than that nothing has changed")


WITHOUT_CONTENT = frozenset((0, 204, 304))


def wanted(address: str, method: str) -> LeftOut | None:
    """Why an answer is left out without a look at it; None for one that is read."""
    platform = platform_of(address)
    if platform is None:
        return OTHER_SITES
    if platform.endpoint(address) is None:
        return NOT_READ
    return NOT_SENT if method not in ("GET", "POST") else None


def status_of(status: int, content: str | bytes | None) -> int | None:
    """The status an answer is read with; None where it comes without content. Browsers record what their cache held under the status
    304 (or 0): that is what the user saw."""
    if status not in WITHOUT_CONTENT:
        return status
    return 200 if content else None


def records(answers: Iterable[Answer | Broken | LeftOut], source: Source, origin: Origin) -> Iterator[Record | Broken]:
    """The records in the answers of one file; warns once of what is left out."""
    left_out: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    number = 0
    for answer in _as_far_as_can_be_read(answers, origin):
        if isinstance(answer, LeftOut):
            left_out[answer.kind] += 1
            continue
        if isinstance(answer, Broken):
            number += 1
            yield Broken(number=number, reason=answer.reason, body=answer.body)
            continue
        platform = platform_of(answer.address)
        assert platform is not None  # `wanted` said so
        try:
            page = platform.page(answer)
        except ValueError as error:
            number += 1
            yield Broken(number=number, reason=clean_text(f"{platform.endpoint(answer.address)}: {error}"), body=unread(answer))
            continue
        except Exception as error:  # noqa: BLE001 - a fault of the parse: the answer is kept for a replay and the rest goes on
            number += 1
            yield Broken(number=number, reason=clean_text(f"the parser failed: {type(error).__name__}: {error}"), body=unread(answer))
            continue
        if page.refusal:
            refused[HELD_BACK[page.refusal.kind]] += 1
        elif page.empty:
            left_out["answers of the platforms that hold nothing"] += 1
        left_out.update(page.left_out)
        for item in page.items:
            if item.kind == "author":
                left_out[PROFILES] += 1  # an account's state alone is no record of the log
                continue
            number += 1
            yield Record(number=number, cells=None, body=body_of(item, platform.NAME, answer.address))
    if left_out:
        told = ", ".join(f"{n:,} {kind}" for kind, n in left_out.most_common())
        origin.warn(f"{source.name}: left out: {told}")
    if refused:
        told = ", ".join(f"{n:,} where {why}" for why, n in refused.most_common())
        origin.warn(f"{source.name}: answers that kept back what was asked for: {told}")


def _as_far_as_can_be_read(answers: Iterable[Answer | Broken | LeftOut], origin: Origin) -> Iterator[Answer | Broken | LeftOut]:
    """Answers up to where a file turns out to be no recording; what came before stands, with a word on it."""
    any_yet = False
    try:
        for answer in answers:
            yield answer
            any_yet = any_yet or not isinstance(answer, Broken)
    except Unreadable as error:
        if not any_yet:
            raise
        origin.warn(f"{error}. What came before that was imported")


def parse(record: Record, origin: Origin, format: str) -> Iterator[Any]:
    """The rows of one record. Raises ValueError when it cannot be read."""
    kept = json_of(record.body)
    item = Item(
        kind=kept["kind"],
        told=kept["item"],
        about=kept["about"],
        surface=kept["surface"],
        seen_at=datetime.fromisoformat(kept["seen_at"]) if kept["seen_at"] else None,
    )
    return module(kept["platform"]).rows(item, format=format, sha256=record.sha256, origin=origin)


def body_of(item: Item, platform: str, address: str) -> bytes:
    """An item as it is kept: all that is needed to read it again."""
    kept = {
        "platform": platform,
        "address": without_tokens(address),
        "seen_at": item.seen_at.isoformat() if item.seen_at else None,
        "surface": item.surface,
        "kind": item.kind,
        "about": item.about,
        "item": item.told,
    }
    body = canonical(kept)
    if b"\\u" in body:
        kept["item"] = mended(item.told)
        body = canonical(kept)
    if may_hold_tokens(body.decode().lower()):
        body = canonical({**kept, "item": clean(kept["item"])})
    return body


def seen(shown: Any) -> datetime | None:
    """When an answer was seen, as a recording tells it (UTC); None where it does not."""
    if not isinstance(shown, str):
        return None
    try:
        return moment(shown, zone=CHINA).at
    except ValueError:
        return None


def unsaved(address: str, seen_at: datetime | None, reason: str) -> Broken:
    """An answer whose content is not in the recording."""
    kept = {"address": without_tokens(address), "seen_at": seen_at.isoformat() if seen_at else None}
    return Broken(number=0, reason=reason, body=canonical(kept))


def decoded(body: bytes, encoding: str) -> bytes:
    """A body without its content encodings ("gzip", "br", "deflate", "zstd"). Recordings may hold it decoded under a header that says
    otherwise: then it is taken as it is. Raises ValueError where it cannot be decoded or grows beyond LONGEST_ANSWER."""
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        if name in ("identity", "none") or (body[:1] in b"{[<" and body.isascii()):
            continue
        unpack = {"gzip": _inflated, "x-gzip": _inflated, "deflate": _inflated, "br": _brotli, "zstd": _zstandard}.get(name)
        if unpack is None:
            raise ValueError(f"the answer is packed as {name!r}, which is not known here")
        try:
            body = unpack(body)
        except (zlib.error, OSError) as error:
            if body.lstrip()[:1] in (b"{", b"[", b"<"):
                continue
            raise ValueError(f"the answer cannot be unpacked ({name}): it is damaged or cut off") from error
    return body


def _inflated(body: bytes) -> bytes:
    try:
        return _inflate(body, 47)  # gzip or zlib, by its first bytes
    except zlib.error:
        return _inflate(body, -15)  # some servers send bare deflate


def _inflate(body: bytes, window: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    plain = unpacker.decompress(body, LONGEST_ANSWER + 1)
    if len(plain) > LONGEST_ANSWER:
        raise _too_long()
    if not unpacker.eof:
        raise zlib.error("cut off")
    return plain


def _brotli(body: bytes) -> bytes:
    return _streamed(body, "brotli")


def _zstandard(body: bytes) -> bytes:
    return _streamed(body, "zstd")


def _streamed(body: bytes, name: str) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(body), name) as stream:
        parts, size = [], 0
        while part := stream.read(1 << 20):
            parts.append(part)
            size += len(part)
            if size > LONGEST_ANSWER:
                raise _too_long()
    return b"".join(parts)


def _too_long() -> ValueError:
    return ValueError(f"the answer is larger than {LONGEST_ANSWER // 2**20} MB: no page of the platforms is")


def unread(answer: Answer) -> bytes:
    """An answer that could not be read, as it is quarantined."""
    kept = {
        "address": without_tokens(answer.address),
        "seen_at": answer.seen_at.isoformat() if answer.seen_at else None,
        "status": answer.status,
        "body": clean_text(mended(answer.body.decode("utf-8", "surrogateescape"))),
    }
    return canonical(kept)
