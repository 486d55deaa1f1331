"""Live answers as evidence: what was changed, is missing or was added is found; what is forgotten is gone and stays away."""

import gzip
import hashlib
import json
import os
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from urllib.parse import quote

import duckdb
import pytest
from warcio.archiveiterator import ArchiveIterator

from collectors import archive
from collectors.live_archive import LiveArchive
from collectors.platforms import Answer
from data.home import Home
from data.text_index import bring_up_to_date
from tests.command import groundswell
from tests.live.helpers import collect, collected, rows, set_environment
from tests.live.test_weibo import offered
from tests.platforms_server.world import World


@pytest.fixture
def home(home):
    assert collect(home, "weibo-posts", publish=True).status == 0
    return home


def verify(home):
    return groundswell(home, "verify", home / "archive")


def warc(home):
    [path] = (home / "archive" / "live").glob("*.warc.gz")
    return path


def test_each_row_leads_to_the_answer_it_came_from(small, home):
    found = rows(home, "select post_id, raw_ref, surface from sighting where not context")
    assert found
    for post_id, ref, surface in found:
        body = archive.read(home / "archive" / "tables", ref)
        answer = LiveArchive(home / "archive" / "live").read(ref)
        assert answer.body == body
        assert post_id in body.decode() or "long text" in surface
    said = verify(home)
    assert (said.status, said.json["ok"], said.json["problems"]) == (0, True, [])
    assert said.json["checked"] == len({ref.partition("#")[2].partition(".")[0] for _, ref, _ in found})


def test_where_a_page_leads_on_to_is_kept_without_the_tokens_in_it(tmp_path):
    leads = "/404?originalUrl=https%3A%2F%2Fwww.xiaohongshu.com%2Fexplore%2F1%3Fxsec_token%3DSECRET&error_code=300031"
    page = Answer(address="https://www.xiaohongshu.com/explore/1", body=b"", seen_at=datetime(2031, 5, 6), status=302, location=leads)
    live = LiveArchive(tmp_path)
    kept = live.read(live.keep("xiaohongshu-notes", page, []))
    assert kept.location == leads.replace("SECRET", "-")


@pytest.mark.slow
def test_the_file_is_a_warc_like_any_other(small, home):
    with open(warc(home), "rb") as file:
        records = [(record.rec_headers.get_header("WARC-Target-URI"), record.rec_type) for record in ArchiveIterator(file)]
    assert {kind for _, kind in records} == {"response"}
    assert all(address.startswith("https://m.weibo.cn/") for address, _ in records)
    heads = gzip.decompress(warc(home).read_bytes()).lower()
    assert b"set-cookie" not in heads and b"user-agent" not in heads


@pytest.mark.slow
@pytest.mark.parametrize("what", ["body", "ledger line", "ledger order", "file", "addition"])
def test_what_was_done_to_the_archive_is_found(small, home, what):
    path, ledger = warc(home), home / "archive" / "live" / "ledger.jsonl"
    if what == "body":
        members = gzip.decompress(path.read_bytes())
        path.write_bytes(gzip.compress(members.replace(b'"ok":1', b'"ok":2', 1)))
    elif what == "ledger line":
        ledger.write_text(ledger.read_text().replace("record", "redacted", 1))
    elif what == "ledger order":
        lines = ledger.read_text().splitlines(keepends=True)
        ledger.write_text("".join([lines[1], lines[0], *lines[2:]]))
    elif what == "file":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() * 2)
    said = verify(home)
    assert said.status == 1 and said.json["problems"]
    word = {"body": "changed", "ledger line": "changed", "ledger order": "changed", "file": "missing", "addition": "added"}[what]
    assert any(word in problem or "damaged" in problem for problem in said.json["problems"])


@pytest.mark.parametrize("changed", ['"kind"', '"commitment"', '"about"', '"file"', '"record":', '"record",', '"previous"'])
def test_a_line_of_the_ledger_that_lacks_something_is_found(tmp_path, changed):
    live = LiveArchive(tmp_path)
    live.keep("weibo-hot", Answer(address="https://m.weibo.cn/", body=b"{}", seen_at=datetime(2026, 6, 15)), [])
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text(ledger.read_text().replace(changed, changed.replace('"', '"x', 1)))
    assert "ledger.jsonl, line 1: changed" in live.verify()["problems"]


def everything(home):
    """The bytes of every file of a home, packed ones unpacked too, and Parquet, databases and the text index as text."""
    found = {}
    for path in home.rglob("*"):
        if not path.is_file():
            continue
        found[str(path)] = path.read_bytes()
        if path.suffix == ".gz":
            found[f"{path} unpacked"] = gzip.decompress(path.read_bytes())
        if path.suffix == ".frames":
            found[f"{path} unpacked"] = b"".join(archive.frames(path))
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            found[f"{path} unpacked"] = json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False).encode()
        if path.suffix == ".sqlite":
            found[f"{path} unpacked"] = b"\n".join(terms_in(path))
        if path.suffix == ".duckdb":
            found[f"{path} unpacked"] = b"\n".join(rows_in(path))
    return found


def rows_in(path):
    """Every row of a database as text: DuckDB packs its columns."""
    with duckdb.connect(str(path), read_only=True) as connection:
        for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            for row in connection.execute(f'from "{table}"').fetchall():
                yield json.dumps(row, default=str, ensure_ascii=False).encode()


def terms_in(path):
    """Every term of a text index: they are written in hexadecimal, and packed by what they begin with."""
    with closing(sqlite3.connect(path)) as index:
        index.execute("create virtual table temp.told using fts5vocab('main', 'word', 'row')")
        for (term,) in index.execute("select term from told"):
            yield bytes.fromhex(term)


def standing(home, *words):
    """Where words stand: as they are, as JSON and as addresses write them."""
    forms = {(word, form.encode()) for word in words for form in (word, json.dumps(word)[1:-1], quote(word, safe=""))}
    return [(place, word) for place, body in everything(home).items() for word, form in sorted(forms) if form in body]


def own_words(mid):
    """Eight characters that only this post says; each two of them are its own too."""
    return "".join(chr(0x4E00 + int.from_bytes(pair) % 20000) for pair in batched(hashlib.sha256(mid.encode()).digest()[:16]))


def batched(told):
    return [told[at : at + 2] for at in range(0, len(told), 2)]


@pytest.fixture
def each_its_own(monkeypatch):
    """Every post begins with words of its own; the invented texts share theirs."""
    real = World.text
    monkeypatch.setattr(World, "text", lambda world, post, now: ("" if post.quick else own_words(post.mid)) + real(world, post, now))


def index(home):
    """The text index as the dashboard makes it."""
    assert bring_up_to_date(Home(home)) >= 0 and Home(home).text_index.exists()


def kinds(found):
    return {os.path.splitext(place.removesuffix(" unpacked"))[1] for place, _ in found}


@pytest.mark.slow
def test_a_forgotten_author_is_nowhere_and_does_not_come_back(small, each_its_own, home, monkeypatch):
    led_to = {post.root for post in small.world.posts.values()} | {post.parent for post in small.world.posts.values()}
    authors = rows(home, "select author_id, list(distinct post_id) from post where author_id is not null group by author_id order by 1")
    uid, mids = next((uid, mids) for uid, mids in authors if not led_to & set(mids))
    words = [part for mid in mids for part in (own_words(mid), *batched(own_words(mid)))]
    index(home)
    assert standing(home, uid) and kinds(standing(home, *words)) >= {".gz", ".parquet", ".duckdb", ".sqlite"}
    before = collected(home)
    said = groundswell(home, "forget", "--author", uid)
    assert said.status == 0 and said.json["archived"] > 0
    index(home)
    assert standing(home, uid, *mids, *words) == []
    assert collected(home) == before - set(mids)
    checked = verify(home)
    assert (checked.status, checked.json["problems"]) == (0, []) and checked.json["redacted"] == said.json["archived"]
    small.clock.advance(timedelta(minutes=5))
    set_environment(monkeypatch, small, cookies=True)
    again = collect(home, "weibo-posts", more=("--since", "2026-06-12"), publish=True)
    assert again.status == 0, again.err
    assert offered(small) - collected(home) == set(mids)
    index(home)
    assert standing(home, uid, *mids, *words) == []
    assert verify(home).status == 0


@pytest.mark.slow
def test_a_forgotten_post_is_nowhere_and_does_not_come_back(small, each_its_own, home, monkeypatch):
    reposted = {post.root for post in small.world.posts.values()} | {post.parent for post in small.world.posts.values()}
    mid = next(mid for mid in sorted(collected(home)) if mid not in reposted)
    gone, words = (mid, small.world.posts[mid].bid), [own_words(mid), *batched(own_words(mid))]
    index(home)
    assert {word for _, word in standing(home, *gone)} == {*gone}
    assert kinds(standing(home, *words)) >= {".gz", ".parquet", ".duckdb", ".sqlite"}
    small.fault("http_418", "m.weibo.cn", after=2)  # runs that are cut off leave where they stand
    assert groundswell(home, "recheck", "--campaign", "c", "--all", "--no-publish").status == 3
    small.heal()
    said = groundswell(home, "forget", "--post", f"weibo:{mid}")
    assert said.status == 0 and said.json["archived"] > 0
    index(home)
    assert standing(home, *gone, *words) == []
    checked = verify(home)
    assert (checked.status, checked.json["problems"]) == (0, []) and checked.json["redacted"] == said.json["archived"]
    small.clock.advance(timedelta(hours=4))
    set_environment(monkeypatch, small, cookies=True)
    assert collect(home, "weibo-posts", more=("--since", "2026-06-12"), publish=True).status == 0
    assert mid not in collected(home)
    index(home)
    assert standing(home, *gone, *words) == []
    assert verify(home).status == 0


def test_what_a_killed_process_left_half_written_is_taken_back(small, home, monkeypatch):
    live = home / "archive" / "live"
    path, ledger = warc(home), live / "ledger.jsonl"
    whole, lines = path.read_bytes(), ledger.read_bytes()
    last = json.loads(lines.splitlines()[-1])
    (live / "pending").write_text(json.dumps({"file": path.name, "ends": last["ends"]}))
    path.write_bytes(whole + whole[:200])
    ledger.write_bytes(lines + b'{"kind": "rec')
    assert verify(home).json["problems"] == []
    assert (path.read_bytes(), ledger.read_bytes()) == (whole, lines) and not (live / "pending").exists()
    assert os.listdir(Home(home).archive)
