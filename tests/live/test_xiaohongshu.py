"""Xiaohongshu's sources against the local platform: known notes and topic pages, and nothing that wants a login."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from collectors.platforms import Page, Refusal, xiaohongshu
from collectors.run import only_one
from data.home import Home
from data.tags import tag_key
from tests.command import asked, groundswell
from tests.live.helpers import collect, collected, make_home, rows, set_environment
from tests.live.test_evidence import index, standing
from tests.live.test_weibo import polite
from tests.platforms_server import checks

HOST = "www.xiaohongshu.com"


@pytest.fixture
def home(small, tmp_path, monkeypatch):
    return make_home(tmp_path, monkeypatch, small, tags=("xiaohongshu:停更一周",))


def address(note):
    return f"https://{HOST}/explore/{note.id}?xsec_token={quote(note.token, safe='')}&xsec_source=pc_search"


def published(running):
    return [note for note in running.world.notes.values() if note.published <= running.clock.now()]


@pytest.mark.parametrize("accept", [None, "default", "m.weibo.cn"])
def test_the_host_has_to_be_named(small, home, accept):
    said = collect(home, "xiaohongshu-notes", address(published(small)[0]), accept=accept)
    assert said.status == 2 and HOST in said.err
    assert [entry.path for entry in small.log.entries()] == (["/robots.txt"] if accept == "default" else [])


def test_known_notes_with_all_they_tell(small, home, monkeypatch):
    small.set(mask_counts=False)
    notes, now = published(small), small.clock.now()
    said = collect(home, "xiaohongshu-notes", *map(address, notes), accept=HOST)
    assert said.status == 0, said.err
    there = {note.id for note in notes if small.world.note_there(note, now)}
    visible = {note for (note,) in rows(home, "select distinct post_id from sighting where not is_comment and status = 'visible'")}
    assert visible == there
    gone = rows(home, "select post_id, status from sighting where not is_comment and status <> 'visible'")
    assert {post_id for post_id, _ in gone} == {note.id for note in notes} - there
    told = {
        row[0]: row[1:] for row in rows(home, "select post_id, title, text, author_id, published_at, region from post where not is_comment")
    }
    for note in notes:
        if note.id in there:
            title, text, uid, at, region = told[note.id]
            assert (title, checks.bare(text), uid, region) == (note.title or None, checks.bare(note.desc), note.uid, note.region)
            assert at.replace(microsecond=0) == note.published.replace(tzinfo=None, microsecond=0)
    wanted = {row.cid for row in small.world.note_comments if row.post in there and small.world.notes[row.post].comments_on_page}
    assert collected(home, comments=True) <= wanted
    assert bool(collected(home, comments=True)) == bool(wanted)
    assert polite(small) is True
    [(says,)] = rows(home, "select says from consent where host = $host", host=HOST)
    assert "forbids all" in says


def test_a_note_without_its_token_is_said_and_costs_no_other(small, home):
    one, other = [note for note in published(small) if small.world.note_there(note, small.clock.now())][:2]
    bare = f"https://{HOST}/explore/{one.id}"
    said = collect(home, "xiaohongshu-notes", bare, address(other), accept=HOST)
    assert said.status == 0 and "lost its token" in said.err and one.id[-4:] in said.err
    assert collected(home) == {other.id}
    assert not [run for run in rows(home, "select warnings from run") if one.id in str(run)]


def test_a_short_link_leads_to_its_note(small, home):
    note = next(note for note in published(small) if small.world.note_there(note, small.clock.now()))
    said = collect(home, "xiaohongshu-notes", f"https://xhslink.com/{note.id[:8]}", accept=f"{HOST},xhslink.com")
    assert said.status == 0, said.err
    assert collected(home) == {note.id}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["http_461", "http_471", "note_captcha", "code_300012", "code_300013", "code_300011", "http_403"])
def test_a_refusal_ends_it(small, home, kind):
    notes = published(small)
    small.fault(kind, HOST, "/explore", after=1)
    said = collect(home, "xiaohongshu-notes", *map(address, notes), accept=HOST)
    assert said.status == 3 and said.json["blocked_by"].startswith(HOST)
    assert len(small.log.entries(HOST, "/explore")) == 2
    assert collect(home, "xiaohongshu-notes", accept=None).status == 3
    assert len(small.log.entries(HOST, "/explore")) == 2
    assert polite(small) is True


def test_a_topic_page_that_refuses_is_said_without_its_token(small, home, monkeypatch):
    refused = Page(endpoint="topic page", refusal=Refusal("link", "404 nothing is there"))
    monkeypatch.setattr(xiaohongshu, "page", lambda answer: refused)
    said = collect(home, "xiaohongshu-topics", f"https://{HOST}/page/topics/abc123?xsec_token=S3cretS3cret", accept=HOST)
    assert "/page/topics/abc123" in said.err and "nothing is there" in said.err
    assert "S3cret" not in said.err + str(rows(home, "select * from run"))


def test_what_is_counted_of_a_topic_is_one_series(small, home):
    """Its page tells its name and views, the list of its notes only its id with how many notes and people there are."""
    topic = next(iter(small.world.note_topics.values()))
    said = collect(home, "xiaohongshu-topics", f"https://{HOST}/page/topics/{topic.page_id}", accept=HOST, publish=True)
    assert said.status == 0, said.err
    counted = asked(home, "select tag, tag_key, max(views) > 0, max(participants) > 0 from hashtag_count group by all")
    assert counted == [(topic.name, tag_key(topic.name), True, True)]


@pytest.mark.parametrize(
    ("fault", "reason", "pages"),
    [("endless_paging", "unreadable", ()), ("endless_paging", "page budget", ("--pages", 1)), ("code_300017", "blocked", ())],
)
def test_a_list_of_notes_that_was_not_read_to_its_end_is_told(small, home, fault, reason, pages):
    topic = next(iter(small.world.note_topics.values()))
    small.fault(fault, HOST, "/web_api")
    collect(home, "xiaohongshu-topics", f"https://{HOST}/page/topics/{topic.page_id}", accept=HOST, more=pages)
    assert rows(home, "select reason from gap") == [(reason,)]


def test_each_topic_that_a_refusal_leaves_unread_is_told(small, home, monkeypatch):
    topics = list(small.world.note_topics.values())[:2]
    pages = [f"https://{HOST}/page/topics/{topic.page_id}" for topic in topics]
    refused = small.fault("http_461", HOST, "/page/topics", after=1)
    said = collect(home, "xiaohongshu-topics", *pages, accept=HOST)
    assert (said.status, said.json["gaps"], len(topics)) == (3, 2, 2)
    told = rows(home, "select query, reason from gap")
    assert sorted(told) == sorted((f"topic {topic.page_id}", "blocked") for topic in topics)
    small.heal(refused)
    small.clock.advance(timedelta(hours=7))
    set_environment(monkeypatch, small)
    assert collect(home, "xiaohongshu-topics", accept=None).json["gaps"] == 0


@pytest.mark.slow
def test_topic_pages_and_their_notes(small, home):
    topics, now = list(small.world.note_topics.values()), small.clock.now()
    pages = [f"https://{HOST}/page/topics/{topic.page_id}?naviHidden=yes" for topic in topics]
    said = collect(home, "xiaohongshu-topics", *pages, accept=HOST)
    assert said.status == 0, said.err
    assert collected(home) == {note.id for topic in topics for note in small.world.notes_of_topic(topic.name, now)}
    assert {views for (views,) in rows(home, "select views from hashtag_count where views is not null")}
    assert polite(small) is True


def test_what_wants_a_login_names_the_import_road(small, home):
    for name in ("xiaohongshu-posts", "xiaohongshu-search"):
        said = collect(home, name, accept=HOST)
        assert said.status == 2 and "groundswell import" in said.err
    assert small.log.entries() == []
    said = collect(home, "xiaohongshu-notes", accept=HOST)
    assert said.status == 0 and "groundswell import" in said.err


def own_words(text, others, length=6):
    """What only this text says: pieces of it that stand in no other."""
    pieces = {text[at : at + length] for at in range(len(text) - length + 1)}
    return sorted(piece for piece in pieces if piece.isalnum() and not any(piece in other for other in others))


@pytest.mark.slow
@pytest.mark.parametrize("what", ["note", "author"])
def test_what_is_forgotten_is_nowhere_and_is_not_asked_again(small, home, what):
    """Its address is no longer known either, nor what the recorded browser has seen."""
    small.set(mask_counts=False)
    now = small.clock.now()
    notes = [note for note in published(small) if small.world.note_there(note, now)]
    texts = {note.id: note.title + note.desc for note in small.world.notes.values()}
    note, words = next(
        (note, words)
        for note in notes
        if (words := own_words(texts[note.id], [text for other, text in texts.items() if other != note.id]))
        and sum(one.uid == note.uid for one in notes) == 1
    )
    assert collect(home, "xiaohongshu-notes", *map(address, notes), accept=HOST, publish=True).status == 0
    profile = home / "live" / "browser" / "Default" / "Cache"
    profile.mkdir(parents=True)
    (profile / "data_0").write_text(texts[note.id])
    index(home)
    assert len({place for place, _ in standing(home, note.id, *words)}) > 4
    told = ("--post", f"xiaohongshu:{note.id}") if what == "note" else ("--author", note.uid)
    with only_one(Home(home), "c", "browser"):
        said = groundswell(home, "forget", *told)
        assert said.status == 2 and "close its window" in said.err and standing(home, note.id)
    said = groundswell(home, "forget", *told)
    assert said.status == 0 and said.json["posts"] >= 1, said.err
    asked = len(small.log.entries())
    assert collect(home, "xiaohongshu-notes", accept=None, publish=True).status == 0
    index(home)
    assert standing(home, note.id, *words, *([note.uid] if what == "author" else [])) == []
    assert note.id not in {entry.path.rpartition("/")[2] for entry in small.log.entries()[asked:]}
    assert groundswell(home, "verify", home / "archive").json["problems"] == []
