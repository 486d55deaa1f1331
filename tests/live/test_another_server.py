"""The client against a server of the same protocols that is written otherwise: a mirror that names its own addresses, other packings, a
guest flow with fewer fields, refusals at odd places."""

import gzip
import json
import threading
import zlib
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from collectors.client import Client
from collectors.hosts import Hosts
from collectors.refusing import Stopped
from data.clock import now
from data.errors import WrongUsage
from data.home import Home
from data.log import Log

MOBILE, DESKTOP, TOPICS = "m.weibo.cn", "weibo.com", "m.s.weibo.com"
GUESTS = {MOBILE: "visitor.passport.weibo.cn", DESKTOP: "passport.weibo.com"}
POST = {"ok": 1, "data": {"id": "5300000000000001", "text": "x", "created_at": "Tue May 06 14:30:00 +0800 2025", "user": {"id": 7}}}
SHOW = f"https://{MOBILE}/statuses/show?id=5300000000000001"


class Heard(list):
    """The requests that came: host, path, query, cookies."""

    def of(self, host, path=""):
        return [one for one in self if one[0] == host and one[1].startswith(path)]


@contextmanager
def serving(answers):
    """A server on a free port. `answers(host, path, query, cookies)` gives status, headers and body."""
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            parts = urlsplit(self.path)
            _, host, path = parts.path.split("/", 2)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = (host, f"/{path}", dict(parse_qsl(parts.query)), self.headers.get("Cookie") or "")
            heard.append(asked)
            status, headers, body = answers(*asked)
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if ("Transfer-Encoding", "chunked") in headers:
                self.end_headers()
                for at in range(0, len(body), 7):
                    part = body[at : at + 7]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.write(b"0\r\n\r\n")
                return
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def asking(tmp_path, monkeypatch):
    """A client for what a server answers; its home is kept between two of a test."""

    @contextmanager
    def begin(answers):
        with serving(answers) as (base, heard):
            hosts = (MOBILE, DESKTOP, f"www.{DESKTOP}", TOPICS, *GUESTS.values())
            monkeypatch.setenv("GROUNDSWELL_HOSTS", json.dumps({host: f"{base}/{host}" for host in hosts}))
            monkeypatch.setenv("GROUNDSWELL_PACE", "0")
            client = Client(Home(tmp_path / "home"), run_id="r", accepted=(MOBILE, DESKTOP, TOPICS))
            try:
                yield client, heard, base
            finally:
                client.close()

    return begin


def ask(client, address=SHOW):
    return client.ask(address, lambda answer, headers: None)


def found(told, *headers):
    return 200, [("Content-Type", "application/json"), *headers], json.dumps(told).encode()


def nothing():
    return 404, [], b""


@pytest.mark.parametrize("packed", ["gzip", "zlib", "bare deflate", "chunked", "gzip in chunks"])
def test_an_answer_may_be_packed_as_it_likes(asking, packed):
    plain = json.dumps(POST).encode()
    bare = zlib.compressobj(wbits=-15)
    body, encoding = {
        "gzip": (gzip.compress(plain), "gzip"),
        "zlib": (zlib.compress(plain), "deflate"),
        "bare deflate": (bare.compress(plain) + bare.flush(), "deflate"),
        "chunked": (plain, None),
        "gzip in chunks": (gzip.compress(plain), "gzip"),
    }[packed]
    headers = [("Content-Encoding", encoding)] if encoding else []
    headers += [("Transfer-Encoding", "chunked")] if "chunk" in packed else []
    with asking(lambda host, path, query, cookies: (200, headers, body) if path == "/statuses/show" else nothing()) as (client, _heard, _):
        assert ask(client).page.items[0].told["id"] == "5300000000000001"


@pytest.mark.parametrize("form", ["real", "relative", "mirror", "mirror's root"])
def test_a_redirect_may_name_the_platform_the_path_or_the_mirror(asking, form):
    base = []

    def answers(host, path, query, cookies):
        if path != "/statuses/show":
            return nothing()
        if query["id"] == "Kkzwhj69V":
            beginning = {"real": f"https://{MOBILE}", "relative": "", "mirror": f"{base[0]}/{MOBILE}", "mirror's root": f"/{MOBILE}"}[form]
            return 302, [("Location", f"{beginning}/statuses/show?id=5300000000000001")], b""
        return found(POST)

    with asking(answers) as (client, heard, place):
        base.append(place)
        fetched = ask(client, f"https://{MOBILE}/statuses/show?id=Kkzwhj69V")
        assert fetched.page.items[0].told["id"] == "5300000000000001" and fetched.answer.address == SHOW
        assert len(heard.of(MOBILE, "/statuses")) == 2


@pytest.fixture
def in_the_world(tmp_path, monkeypatch):
    """Clients that ask hosts by their own names, out in the world; here a function answers, and hears each address with its cookies."""
    monkeypatch.delenv("GROUNDSWELL_HOSTS", raising=False)
    monkeypatch.delenv("GROUNDSWELL_PACE", raising=False)
    monkeypatch.setattr(Hosts, "_pace", lambda hosts, host: 0.0)
    clients = []

    def begin(answers, *accepted):
        heard = []

        def answer(request):
            heard.append((str(request.url), request.headers.get("Cookie", "")))
            status, headers, body = answers(str(request.url))
            return httpx2.Response(status, headers=headers, content=iter((body,)))

        clients.append(Client(Home(tmp_path / "home"), run_id="r", accepted=accepted or (MOBILE, DESKTOP, TOPICS)))
        clients[-1].http = httpx2.Client(transport=httpx2.MockTransport(answer))
        return clients[-1], heard

    yield begin
    for client in clients:
        client.close()


def test_cookies_never_go_in_the_clear(in_the_world, monkeypatch):
    monkeypatch.setenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE", "SUB=own-sub-value; SUBP=own-subp-value")

    def answers(address):
        if address == SHOW:
            return found(POST)
        return (302, [("Location", SHOW.replace("https:", "http:"))], b"") if "Kkzwhj69V" in address else nothing()

    client, heard = in_the_world(answers)
    assert ask(client, f"https://{MOBILE}/statuses/show?id=Kkzwhj69V").page.items
    assert [address for address, _ in heard] == [f"https://{MOBILE}/robots.txt", f"https://{MOBILE}/statuses/show?id=Kkzwhj69V", SHOW]
    assert ["own-sub-value" in cookies for _, cookies in heard] == [False, True, True]  # a robots file is for everybody


def test_a_mirror_without_https_is_not_told_the_cookies(in_the_world, monkeypatch):
    monkeypatch.setenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE", "SUB=own-sub-value; SUBP=own-subp-value")
    monkeypatch.setenv("GROUNDSWELL_HOSTS", json.dumps({MOBILE: "http://mirror.example"}))
    client, heard = in_the_world(lambda address: nothing())
    with pytest.raises(WrongUsage, match="without https"):
        ask(client)
    assert [cookies for _, cookies in heard] == [""]


def test_a_mobile_guest_needs_no_tid(asking):
    def answers(host, path, query, cookies):
        if path == "/visitor/genvisitor2":
            told = {"retcode": 20000000, "data": {"sub": "guest-sub-value", "subp": "guest-subp-value"}}
            return 200, [], f"/* x */visitor_gray_callback({json.dumps(told)})".encode()
        if path == "/statuses/show" and "SUB=guest-sub-value" not in cookies:
            return 302, [("Location", "https://visitor.passport.weibo.cn/visitor/visitor?entry=sinawap&url=x")], b""
        return found(POST) if path == "/statuses/show" else nothing()

    with asking(answers) as (client, heard, _):
        assert ask(client).page.items
        assert [path for _, path, _, _ in heard.of(GUESTS[MOBILE])] == ["/robots.txt", "/visitor/genvisitor2"]
    said = {row["host"]: row["says"] for row in Log(client.home.log).read("consent").to_pylist()}
    assert said.keys() == {MOBILE, GUESTS[MOBILE]} and "guests' cookies" in said[GUESTS[MOBILE]]
    with asking(answers) as (client, heard, _):
        assert ask(client).page.items and not heard.of(GUESTS[MOBILE])


@pytest.mark.parametrize("robots", ["Disallow: /", "Disallow: /visitor/genvisitor2"])
def test_a_host_of_guests_that_forbids_it_is_not_asked_for_a_cookie(asking, robots):
    """Consent to a host does not name that of its guests."""

    def answers(host, path, query, cookies):
        if host == GUESTS[MOBILE] and path == "/robots.txt":
            return 200, [], f"User-agent: *\n{robots}\n".encode()
        return (302, [("Location", f"https://{GUESTS[MOBILE]}/visitor/visitor")], b"") if path == "/statuses/show" else nothing()

    with asking(answers) as (client, heard, _):
        with pytest.raises(WrongUsage, match=f"--accept-terms {GUESTS[MOBILE]}"):
            ask(client)
        assert [path for _, path, _, _ in heard.of(GUESTS[MOBILE])] == ["/robots.txt"]


def test_who_is_asked_for_consent_is_told_of_the_host_of_guests(asking, monkeypatch):
    with asking(lambda *asked: nothing()) as (client, heard, _):
        client.accepted = frozenset()
        with pytest.raises(WrongUsage, match=f"{MOBILE}, {TOPICS}, and with it {GUESTS[MOBILE]} for a guest's cookie"):
            client.consented([MOBILE, TOPICS])
        with pytest.raises(WrongUsage, match=f"asking {TOPICS}\\. "):
            client.consented([TOPICS])
    monkeypatch.setenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE", "SUB=own-sub-value")
    with asking(lambda *asked: nothing()) as (client, _heard, _):
        client.accepted = frozenset()
        with pytest.raises(WrongUsage, match=f"asking {MOBILE}\\. "):
            client.consented([MOBILE])
    assert not heard


@pytest.mark.parametrize("wall", ["login.php", "visitor page"])
def test_a_desktop_guest_has_the_cookies_that_were_set(asking, wall):
    """The cross-domain page has the last word, in several headers, one of which takes an older cookie away."""

    def answers(host, path, query, cookies):
        if path == "/visitor/genvisitor2":
            told = {"retcode": 20000000, "msg": "succ", "data": {"tid": "tid+1=", "sub": "first-sub", "subp": "first-subp"}}
            return 200, [], f"window.visitor_gray_callback && visitor_gray_callback({json.dumps(told)});".encode()
        if path == "/visitor/visitor":
            assert (query["t"], query["s"], query["sp"]) == ("tid+1=", "first-sub", "first-subp")
            set_ = ("ALF=1; Domain=.weibo.com", "SUB=second-sub; Domain=.weibo.com; HttpOnly", "SUBP=second-subp; path=/",
                    "SUB_OLD=x", "XSRF-TOKEN=deleted; Max-Age=0")  # fmt: skip
            return 302, [("Set-Cookie", one) for one in set_] + [("Location", "https://weibo.com/")], b""
        if path != "/ajax/statuses/show":
            return nothing()
        if "SUB=second-sub" in cookies and "SUBP=second-subp" in cookies and "deleted" not in cookies:
            return found({**POST["data"], "ok": 1})
        if wall == "login.php":
            return found({"ok": -100, "url": "https://weibo.com/login.php?url=https%3A%2F%2Fweibo.com%2F"})
        return 200, [("Content-Type", "text/html")], b"<html><title>Sina Visitor System</title></html>"

    with asking(answers) as (client, heard, _):
        assert ask(client, f"https://{DESKTOP}/ajax/statuses/show?id=Kkzwhj69V").page.items
        assert [path for _, path, _, _ in heard.of(GUESTS[DESKTOP])] == ["/robots.txt", "/visitor/genvisitor2", "/visitor/visitor"]
        assert not any("second-sub" in cookies for host, _, _, cookies in heard if host != DESKTOP)


def test_a_guest_that_another_command_became_is_taken_over(asking, tmp_path):
    flows = []

    def answers(host, path, query, cookies):
        if path == "/visitor/genvisitor2":
            flows.append(host)
            return 200, [], f"cb({json.dumps({'data': {'sub': f'sub-number-{len(flows)}', 'subp': 'p'}})})".encode()
        if path == "/statuses/show":
            return (
                found(POST)
                if "SUB=sub-number" in cookies
                else (302, [("Location", "https://visitor.passport.weibo.cn/visitor/visitor")], b"")
            )
        return nothing()

    with asking(answers) as (client, _heard, _):
        other = Client(Home(tmp_path / "home"), run_id="other", accepted=(MOBILE,))
        assert ask(client).page.items and ask(other).page.items
        other.close()
    assert len(flows) == 1


def test_what_is_not_there_is_no_refusal_of_the_host(asking):
    def answers(host, path, query, cookies):
        return found(POST) if path == "/statuses/show" else nothing()

    with asking(answers) as (client, _heard, _):
        gone = ask(client, f"https://{MOBILE}/statuses/extend?id=5300000000000001")
        assert gone.page is None and "HTTP 404" in gone.unreadable
        assert ask(client).page.items


@pytest.mark.parametrize("status", [414, 418, 432])
def test_a_robots_file_that_is_refused_is_a_refusal(asking, status):
    with asking(lambda host, path, query, cookies: (status, [], b"")) as (client, heard, _):
        for _ in range(2):
            with pytest.raises(Stopped):
                ask(client)
        assert len(heard) == 1


@pytest.mark.parametrize("status", [500, 503, 520, None])
def test_a_host_whose_robots_file_cannot_be_read_is_left_alone_for_now(tmp_path, monkeypatch, status):
    """By its own name, out in the world; here a function answers."""

    def answers(request):
        if status is None:
            raise httpx2.ConnectError("nobody there")
        return httpx2.Response(status, content=iter(()))

    monkeypatch.delenv("GROUNDSWELL_HOSTS", raising=False)
    monkeypatch.delenv("GROUNDSWELL_PACE", raising=False)
    client = Client(Home(tmp_path), run_id="r", accepted=(MOBILE,))
    client.http = httpx2.Client(transport=httpx2.MockTransport(answers))
    for _ in range(2):
        with pytest.raises(Stopped, match=r"robots\.txt cannot be read.*Not asked again before") as stopped:
            client.permitted([MOBILE])
    assert stopped.value.exit_status == 3 and stopped.value.until - now() < timedelta(hours=1)
    assert client.requests == 1 and client.hosts.robots(MOBILE) is None
    assert Log(Home(tmp_path).log).read("consent").num_rows == 0
    client.close()


VISITOR = "https://passport.weibo.com/visitor/visitor?entry=miniblog"
NO_ROBOTS = {
    "too fast": ((429, [], b""), timedelta(hours=1)),
    "too fast for two days": ((429, [("Retry-After", "172800")], b""), timedelta(hours=48)),
    "in trouble for two hours": ((503, [("Retry-After", "7200")], b""), timedelta(hours=2)),
    "visitor page": ((302, [("Location", VISITOR)], b""), timedelta(hours=3)),
    "captcha": ((200, [("Content-Type", "text/html")], "\n<html><title>安全验证</title></html>".encode()), timedelta(hours=3)),
    "no login": ((200, [("Content-Type", "application/json")], b'{"ok":-100}'), timedelta(hours=3)),
}


@pytest.mark.parametrize("instead", NO_ROBOTS)
def test_what_stands_where_a_robots_file_should_is_none(in_the_world, instead):
    answer, lasts = NO_ROBOTS[instead]
    client, heard = in_the_world(lambda address: answer)
    for _ in range(2):
        with pytest.raises(Stopped, match=r"robots\.txt cannot be read.*Not asked again before") as stopped:
            ask(client)
    assert lasts - timedelta(minutes=1) < stopped.value.until - now() <= lasts
    assert [address for address, _ in heard] == [f"https://{MOBILE}/robots.txt"]
    assert client.hosts.robots(MOBILE) is None and Log(client.home.log).read("consent").num_rows == 0


@pytest.mark.parametrize("status", [429, 503])
def test_a_mirror_that_asks_to_come_back_later_is_left_alone_until_then(asking, status):
    with asking(lambda host, path, query, cookies: (status, [("Retry-After", "7200")], b"")) as (client, heard, _):
        for _ in range(2):
            with pytest.raises(Stopped) as stopped:
                ask(client)
        assert len(heard) == 1 and stopped.value.until - now() > timedelta(minutes=119)


@pytest.mark.parametrize("instead", ["visitor page", "captcha"])
def test_a_mirror_that_shows_a_page_for_its_robots_file_is_looked_at_again(asking, instead):
    """What a page says of robots is not kept for a day; `weibo.com` has to be named whatever it shows."""

    def answers(host, path, query, cookies):
        return found({**POST["data"], "ok": 1}) if path.endswith("/statuses/show") else NO_ROBOTS[instead][0]

    for _ in range(2):
        with asking(answers) as (client, heard, _):
            assert ask(client, f"https://{DESKTOP}/ajax/statuses/show?id=Kkzwhj69V").page.items
            assert len(heard.of(DESKTOP, "/robots.txt")) == 1
    assert Log(client.home.log).read("consent")["says"].to_pylist() == ["its robots.txt is reported to forbid all; the host was named"]
    with asking(answers) as (client, _heard, _), pytest.raises(WrongUsage, match="--accept-terms www.weibo.com"):
        client.accepted = frozenset(("default",))
        ask(client, f"https://www.{DESKTOP}/ajax/statuses/show?id=Kkzwhj69V")


@pytest.mark.parametrize("status", [404, 503])
def test_what_was_read_of_a_robots_file_is_kept_with_the_consent(asking, status):
    """A mapped host need not have one; one that could not be read is looked for again by the next command."""

    def answers(host, path, query, cookies):
        return found(POST) if path == "/statuses/show" else (status, [], b"User-agent: *\nDisallow: /")

    for _ in range(2):
        with asking(answers) as (client, heard, _):
            assert ask(client).page.items
    assert len(heard.of(MOBILE, "/robots.txt")) == (status == 503)
    assert Log(client.home.log).read("consent")["says"].to_pylist() == ["its robots.txt is not there, or could not be read"]


FORBIDDING = {
    "all, by a wildcard": ("User-agent: *\nDisallow: /*\n", "forbids all"),
    "a pattern": ("User-agent: *\nDisallow: /*/show\n", "forbids /statuses/show"),
    "a query": ("User-agent: *\nDisallow: /statuses/show?id=53\n", "forbids /statuses/show"),
    "for this reader": (
        "\ufeffUser-agent: Groundswell\r\nDisallow: /statuses\r\n\r\nUser-agent: *\r\nAllow: /\r\n",
        "forbids /statuses/show",
    ),
    "the longer rule": ("User-agent: *\nAllow: /stat\nDisallow: /statuses/\n", "forbids /statuses/show"),
}


@pytest.mark.parametrize("which", FORBIDDING)
def test_a_robots_file_is_read_as_the_standard_says(asking, which):
    """RFC 9309: wildcards, the query of an address, the longest rule."""
    text, says = FORBIDDING[which]
    with asking(lambda host, path, query, cookies: (200, [], text.encode()) if path == "/robots.txt" else found(POST)) as (
        client,
        heard,
        _,
    ):
        client.accepted = frozenset(("default",))
        with pytest.raises(WrongUsage, match=says):
            ask(client)
        assert not heard.of(MOBILE, "/statuses")


def test_a_robots_file_may_allow_what_a_shorter_rule_forbids(asking):
    text = b"User-agent: *\nDisallow: /stat\nAllow: /statuses/show\n"
    with asking(lambda host, path, query, cookies: (200, [], text) if path == "/robots.txt" else found(POST)) as (client, _, _):
        client.accepted = frozenset(("default",))
        assert ask(client).page.items


def test_a_refusal_that_says_how_long_lasts_so_long(asking):
    def answers(host, path, query, cookies):
        return (418, [("Retry-After", "180000")], b"") if path != "/robots.txt" else nothing()

    with asking(answers) as (client, heard, _):
        with pytest.raises(Stopped) as stopped:
            ask(client)
        assert stopped.value.until - now() > timedelta(hours=49)
        assert len(heard.of(MOBILE, "/statuses")) == 1


def test_a_418_in_the_shape_of_a_gone_post_says_nothing_of_the_post(asking):
    def answers(host, path, query, cookies):
        return (418, [], json.dumps({"ok": 0, "msg": "此微博已被作者删除"}).encode()) if path != "/robots.txt" else nothing()

    with asking(answers) as (client, _heard, _), pytest.raises(Stopped, match="418"):
        ask(client)


def test_a_login_that_is_refused_is_still_the_same_where_the_host_sets_a_cookie(asking, monkeypatch):
    """The next command has what the user gave, and nothing of what was set; with another login it may ask at once."""
    monkeypatch.setenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE", "SUB=own-sub-value")

    def answers(host, path, query, cookies):
        if path == "/robots.txt":
            return nothing()
        return found({"ok": -100, "url": "https://passport.weibo.com/sso/signin"}, ("Set-Cookie", "SUBP=set-by-the-host; path=/"))

    for _ in range(2):
        with asking(answers) as (client, heard, _), pytest.raises(Stopped, match="login"):
            ask(client)
    assert not heard
    monkeypatch.setenv("GROUNDSWELL_WEIBO_MOBILE_COOKIE", "SUB=another-sub-value")
    with asking(answers) as (client, heard, _), pytest.raises(Stopped, match="login"):
        ask(client)
    assert len(heard) == 1
