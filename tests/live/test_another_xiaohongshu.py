"""Xiaohongshu's sources against a server of the same notes that is written otherwise."""

import json
import os

import pytest

from tests.command import groundswell
from tests.live.helpers import collect, rows
from tests.live.test_another_server import nothing, serving

HOST, SHORT = "www.xiaohongshu.com", "xhslink.com"
NOTES = [f"{number:024x}" for number in (1, 2, 3)]
FORBIDDEN = 200, [("Content-Type", "text/plain")], b"User-agent: Googlebot\nAllow: /explore/\n\nUser-agent: *\nDisallow: /\n"


def note_page(note, count="", comments=None):
    told = {"title": "一", "desc": "字 #停更一周[话题]#", "user": {"userId": "a" * 24, "nickName": "甲"}, "time": 1781500000000}
    detail = {"note": {**told, "interactInfo": {"commentCount": count}}, "comments": comments}
    state = {"note": {"noteDetailMap": {note: detail}}}
    return 200, [("Content-Type", "text/html; charset=utf-8")], f"<script>window.__INITIAL_STATE__ = {json.dumps(state)}</script>".encode()


def topic_page(views):
    return 200, [], f"<div class='summary'><h1>停更一周</h1><div class=meta>\n<span>{views}</span>次浏览</div></div>".encode()


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Serves `answers(host, path, query, cookies)`; gives the requests that came, and a home with a campaign."""
    for name in list(os.environ):
        if name.startswith("GROUNDSWELL_"):
            monkeypatch.delenv(name)
    home, stands = tmp_path / "home", []

    def serve(answers, robots=FORBIDDEN):
        stands.append(serving(lambda *asked: robots if asked[1] == "/robots.txt" and asked[0] == HOST else answers(*asked)))
        base, heard = stands[-1].__enter__()
        monkeypatch.setenv("GROUNDSWELL_HOSTS", json.dumps({host: f"{base}/{host}" for host in (HOST, SHORT)}))
        monkeypatch.setenv("GROUNDSWELL_PACE", "0")
        assert groundswell(home, "campaign", "new", "c", "--hashtag", "xiaohongshu:停更一周").status == 0
        return home, heard

    yield serve
    for stand in stands:
        stand.__exit__(None, None, None)


def test_addresses_as_people_paste_them(served):
    """A token that ends in "=" as it is, the host without www, a fragment, the note in its author's room."""

    def answers(host, path, query, cookies):
        if host == SHORT:
            return 302, [("Location", f"http://{HOST}/discovery/item/{NOTES[2]}?app_platform=ios&xsec_token=CDtoken%3D")], b""
        assert query["xsec_token"].endswith("token=")
        return note_page(path.rpartition("/")[2]) if query else nothing()

    home, heard = served(answers)
    told = [
        f"https://{HOST}/explore/{NOTES[0]}?xsec_token=ABtoken=&xsec_source=pc_search#comments",
        f"http://xiaohongshu.com/user/profile/{'a' * 24}/{NOTES[1]}?xsec_token=ABtoken%3D&xsec_source=pc_user",
        f"http://{SHORT}/a/AbC12",
    ]
    said = collect(home, "xiaohongshu-notes", *told, accept=f"{HOST},{SHORT}")
    assert said.status == 0, said.err
    assert {note for (note,) in rows(home, "select post_id from post")} == {*NOTES}
    assert {host for host, *_ in heard} == {HOST, SHORT}


def test_one_dead_note_costs_the_others_nothing(served):
    def answers(host, path, query, cookies):
        if path.endswith(NOTES[0]):
            return 302, [("Location", "/404?source=%2Fexplore")], b""
        if path.endswith(NOTES[1]):
            return 404, [("Content-Type", "text/html")], "<html><title>你访问的页面不见了</title></html>".encode()
        return note_page(NOTES[2])

    home, heard = served(answers)
    said = collect(home, "xiaohongshu-notes", *(f"https://{HOST}/explore/{note}?xsec_token=x" for note in NOTES), accept=HOST)
    assert said.status == 0 and said.err.count("lost its token") == 2
    assert rows(home, "select post_id, status from sighting") == [(NOTES[2], "visible")]
    assert len(heard.of(HOST, "/explore")) == 3


def shown(number, answers=0, **more):
    told = [{"id": f"{at:024x}", "content": "字", "createTime": 1781500000000, "userInfo": {"userId": "b" * 24}} for at in range(number)]
    told[0]["subComments"] = [{**told[0], "id": f"{99 + at:024x}"} for at in range(answers)]
    return {"list": told, **more}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "comments", "gap"),
    [
        ("", None, None),
        ("0", {"list": [], "hasMore": True, "cursor": ""}, None),  # as a page is before its first comments come
        ("3", shown(2, answers=1), None),
        ("12", shown(2, answers=1), (12, 3)),
        ("1.2万", {"list": [], "hasMore": True, "cursor": ""}, (12000, 0)),
        ("", shown(2, hasMore=True, cursor="c"), (None, 2)),
        ("10+", shown(10, hasMore=True, cursor="c"), (None, 10)),
        ("评论", None, None),
    ],
)
def test_comments_that_a_page_has_more_of_are_told_as_a_gap_once(served, count, comments, gap):
    home, heard = served(lambda host, path, query, cookies: note_page(NOTES[0], count, comments) if query else nothing())
    said = collect(home, "xiaohongshu-notes", f"https://{HOST}/explore/{NOTES[0]}?xsec_token=x", accept=HOST)
    assert (said.status, said.json["gaps"]) == (0, int(gap is not None)), said.err
    told = rows(home, "select query, reason, reported, collected from gap")
    assert told == ([(NOTES[0], "fewer than reported", *gap)] if gap else [])
    assert collect(home, "xiaohongshu-notes", accept=None).json["gaps"] == 0 and len(heard.of(HOST, "/explore")) == 2
    count = "1.3万"
    assert collect(home, "xiaohongshu-notes", accept=None).json["gaps"] == 1


def test_a_robots_file_that_is_not_there_spares_nobody_the_naming(served):
    home, heard = served(lambda host, path, query, cookies: nothing(), robots=nothing())
    note = f"https://{HOST}/explore/{NOTES[0]}?xsec_token=x"
    said = collect(home, "xiaohongshu-notes", note, accept="default")
    assert said.status == 2 and f"--accept-terms {HOST}" in said.err and heard.of(HOST, "/explore") == []
    assert collect(home, "xiaohongshu-notes", note, accept=HOST).status == 0
    assert collect(home, "xiaohongshu-notes", note, accept=None).status == 0  # kept in the home
    [(says,)] = rows(home, "select says from consent where host = $host", host=HOST)
    assert says.endswith("reported to forbid all; the host was named")


def test_all_views_come_before_the_lists_that_may_be_refused(served):
    def answers(host, path, query, cookies):
        if path.startswith("/page/topics/"):
            return topic_page({"t1": "1065.3万", "t2": "30万"}[path.rpartition("/")[2]])
        return 406, [("Content-Type", "application/json")], b'{"code":-1,"success":false}'

    home, heard = served(answers)
    pages = [f"https://{HOST}/page/topics/{topic}?naviHidden=yes" for topic in ("t1", "t2")]
    said = collect(home, "xiaohongshu-topics", *pages, accept=HOST)
    assert said.status == 3 and said.json["blocked_by"].startswith(HOST)
    assert rows(home, "select views from hashtag_count order by views") == [(300000,), (10653000,)]
    assert len(heard.of(HOST, "/web_api")) == 1


def test_a_list_of_notes_that_is_gone_is_a_gap_and_the_views_stand(served):
    home, _heard = served(lambda host, path, query, cookies: topic_page("12") if path == "/page/topics/t1" else nothing())
    said = collect(home, "xiaohongshu-topics", f"https://{HOST}/page/topics/t1", accept=HOST)
    assert said.status == 4 and said.err.strip()
    assert rows(home, "select views from hashtag_count") == [(12,)]
    assert rows(home, "select reason from gap") == [("unreadable",)]


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("xiaohongshu-notes", f"https://{HOST}/user/profile/{'a' * 24}"),
        ("xiaohongshu-notes", f"https://{HOST}/search_result?keyword=x&source=web_explore_feed"),
        ("xiaohongshu-notes", f"https://{HOST}/page/topics/t1"),
        ("xiaohongshu-topics", f"https://{HOST}/explore/{NOTES[0]}?xsec_token=SECRET"),
        ("weibo-posts", f"https://{HOST}/explore/{NOTES[0]}?xsec_token=SECRET"),
    ],
)
def test_an_address_that_no_source_reads_is_said_before_anything_is_asked(served, source, address):
    home, heard = served(lambda host, path, query, cookies: nothing())
    said = collect(home, source, address, accept=HOST)
    assert said.status == 2 and address.partition("?")[0] in said.err and "groundswell import" in said.err
    assert "SECRET" not in said.err and heard == []
