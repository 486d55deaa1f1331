"""The HTTP server: one port on this machine, `/<host>/<path>` for what would be `https://<host>/<path>`."""

import gzip
import socket
import struct
import threading
import time
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.platforms_server import (
    edith_xiaohongshu_com,
    m_s_weibo_com,
    m_weibo_cn,
    passport,
    s_weibo_com,
    weibo_com_ajax,
    xiaohongshu,
)
from tests.platforms_server.answers import Answer, Request, nothing_here
from tests.platforms_server.faults import Faults
from tests.platforms_server.log import Entry
from tests.platforms_server.platforms import Platforms, Room

ROOMS: dict[str, Room] = {
    m_weibo_cn.HOST: m_weibo_cn.answer,
    s_weibo_com.HOST: s_weibo_com.answer,
    m_s_weibo_com.HOST: m_s_weibo_com.answer,
    weibo_com_ajax.HOST: weibo_com_ajax.answer,
    f"www.{weibo_com_ajax.HOST}": weibo_com_ajax.answer,
    passport.DESKTOP_HOST: passport.answer,
    passport.MOBILE_HOST: passport.answer,
    xiaohongshu.HOST: xiaohongshu.answer,
    xiaohongshu.SHORT_HOST: xiaohongshu.answer,
    edith_xiaohongshu_com.HOST: edith_xiaohongshu_com.answer,
}
_KEPT_HEADERS = (
    "user-agent",
    "referer",
    "accept",
    "accept-encoding",
    "x-requested-with",
    "x-xsrf-token",
    "mweibo-pwa",
    "x-s",
    "authorization",
)


class Server(ThreadingHTTPServer):
    """`port` 0 takes a free one."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, platforms: Platforms, port: int = 0) -> None:
        self.platforms, self.faults = platforms, Faults()
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def hosts(self) -> dict[str, str]:
        """What GROUNDSWELL_HOSTS wants, as a dictionary."""
        return {host: f"{self.base}/{host}" for host in ROOMS}

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of the server; anything else is shown."""
        import sys

        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    timeout = 60
    disable_nagle_algorithm = True  # head and body are written apart; a waiting second part costs 40 ms

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """The log is `platforms.log`."""

    def version_string(self) -> str:
        return "nginx"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The world's time, so that a client's clock can be compared with it."""
        return super().date_time_string(self.server.platforms.clock.now().timestamp())

    def _serve(self) -> None:
        began, request = time.monotonic(), self._request()
        faults = self.server.faults
        hits = faults.hitting(request)
        try:
            answer = faults.answer(request, self._room, hits)
        except Exception as error:
            answer = Answer(status=599, body=f"the test server itself failed: {error!r}".encode(), content_type="text/plain")
            self._send(answer)
            self._record(began, request, answer, hits)
            raise
        self._record(began, request, answer, hits)
        self._send(answer)

    def _room(self, request: Request) -> Answer:
        room = ROOMS.get(request.host)
        return room(request, self.server.platforms) if room else nothing_here()

    def _request(self) -> Request:
        self.server.platforms.clock.release()
        parts = urlsplit(self.path)
        _, host, *rest = parts.path.split("/", 2)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        return Request(
            method=self.command,
            host=host,
            path="/" + unquote(rest[0]) if rest else "/",
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            query_text=parts.query,
            form=dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) if is_form else {},
            headers=headers,
            cookies=_cookies(headers.get("cookie", "")),
            body=body,
            now=self.server.platforms.clock.now(),
        )

    def _record(self, began: float, request: Request, answer: Answer, hits: list[Any]) -> None:
        self.server.platforms.log.add(
            Entry(
                at=began,
                ended=time.monotonic(),
                world_at=request.now,
                method=request.method,
                host=request.host,
                path=request.path,
                query=dict(request.query),
                form=dict(request.form),
                cookies=dict(request.cookies),
                headers={name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers},
                status=answer.status,
                block=answer.block,
                wait=answer.wait,
                faults=tuple(hit.kind for hit in hits),
                sent=len(answer.body),
            )
        )

    # Sending

    def _send(self, answer: Answer) -> None:
        if answer.wire == "late":
            self.server.stopping.wait(30)
            self.close_connection = True
            return
        if answer.wire == "reset":
            self._reset()
            return
        body, headers = self._packed(answer)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in headers:
            self.send_header(name, value)
        if answer.wire == "endless":
            self._endless()
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.wire == "truncated":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif answer.wire == "slow":
            self._drip(body)
        else:
            self.wfile.write(body)

    def _packed(self, answer: Answer) -> tuple[bytes, tuple[tuple[str, str], ...]]:
        wanted = "gzip" in self.headers.get("Accept-Encoding", "") and self.server.platforms.settings.gzip
        if not wanted or answer.wire == "raw" or len(answer.body) < 400:
            return answer.body, answer.headers
        return gzip.compress(answer.body, 1, mtime=0), (*answer.headers, ("Content-Encoding", "gzip"))

    def _drip(self, body: bytes) -> None:
        """Never silent for long, and never done in reasonable time."""
        for at in range(0, len(body), 16):
            if self.server.stopping.wait(0.25):
                break
            self.wfile.write(body[at : at + 16])
            self.wfile.flush()
        self.close_connection = True

    def _endless(self) -> None:
        """A body without an end, as fast as it is read (stops after a gigabyte)."""
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for _ in range(1024):
            if self.server.stopping.is_set():
                break
            self.wfile.write(b" " * (1 << 20))

    def _reset(self) -> None:
        """The connection is cut without a goodbye, in the middle of the head."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: appli")
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
