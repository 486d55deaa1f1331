"""What comes in and what goes out, as plain values: the rooms of the hosts turn one into the other."""

import json as _json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Request:
    """`host` is the platform's own host (first segment of the path here), header names are lower-case, `now` is world time."""

    method: str
    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    query_text: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    now: datetime

    def asked(self, **query: object) -> "Request":
        """The same request with other parameters."""
        return replace(self, query={**self.query, **{name: str(value) for name, value in query.items()}})

    def page(self) -> int:
        told = self.query.get("page", "1")
        return max(1, int(told)) if told.isdigit() else 1


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`wire` is how it is sent: whole, slow, reset, truncated, or as it is (`raw`: the body is already encoded). `block` names why
    a polite client must stop asking this host; `wait` is what Retry-After says, in seconds."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    wire: str = "whole"
    block: str | None = None
    wait: float | None = None

    def with_header(self, name: str, value: str) -> "Answer":
        return replace(self, headers=(*self.headers, (name, value)))

    def value(self) -> Any:
        return _json.loads(self.body)


def json(value: Any, *, status: int = 200, escaped: bool = False, **more: Any) -> Answer:
    """`escaped`: other letters than ASCII as \\uXXXX, as Weibo writes them."""
    text = _json.dumps(value, ensure_ascii=escaped, separators=(",", ":"))
    return Answer(status=status, body=text.encode(), **more)


def page(html: str, *, status: int = 200, **more: Any) -> Answer:
    return Answer(status=status, body=html.encode(), content_type="text/html; charset=utf-8", **more)


def plain(text: str, *, status: int = 200) -> Answer:
    return Answer(status=status, body=text.encode(), content_type="text/plain; charset=utf-8")


def redirect(to: str, **more: Any) -> Answer:
    return Answer(status=302, content_type="text/html; charset=utf-8", headers=(("Location", to),), **more)


def nothing_here() -> Answer:
    return page("<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>", status=404)
