"""Invented databases of MediaCrawler, with all of its tables of posts, comments and accounts or with some: what its other sample files
tell."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.collectors.test_formats import FIXTURES

FOLDER = FIXTURES / "mediacrawler"
FILES = {
    "weibo_note": "search_contents_2031-04-27.csv",
    "weibo_note_comment": "search_comments_2031-04-27.csv",
    "xhs_note": "xhs_contents.csv",
    "xhs_note_comment": "xhs_comments.jsonl",
    "xhs_creator": "creator_creators.csv",
}
OTHERS = ("douyin_aweme", "bilibili_video", "kuaishou_video", "tieba_note", "zhihu_content")  # in the order of the lines
COMMENTS = ("douyin_aweme_comment", "bilibili_video_comment", "kuaishou_video_comment", "tieba_comment", "zhihu_comment")


def mediacrawler(path: Path) -> None:
    write(path, _tables())


def write(path: Path, tables: Iterable[tuple[str, list[dict[str, Any]]]]) -> None:
    """A database as MediaCrawler makes it: the columns of its files, `id` and `add_ts`."""
    with sqlite3.connect(path) as made:
        for name, records in tables:
            kinds = {column: "bigint" if isinstance(cell, int) else "text" for column, cell in records[0].items()}
            columns = ", ".join(f'"{column}" {kind}' for column, kind in kinds.items())
            made.execute(f"create table {name} (id integer primary key, add_ts bigint, {columns})")
            for record in records:
                cells = [json.dumps(cell) if isinstance(cell, (list, dict)) else cell for cell in record.values()]
                made.execute(f"insert into {name} values (null, 1935010000000{', ?' * len(cells)})", cells)
    made.close()


def _tables() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for name, file in FILES.items():
        text = (FOLDER / file).read_text("utf-8-sig")
        yield name, list(csv.DictReader(io.StringIO(text, newline=""))) if file.endswith(".csv") else _lines(text)
    others = _lines((FOLDER / "other_platforms.jsonl").read_text("utf-8"))
    for name, record in zip((name for pair in zip(OTHERS, COMMENTS, strict=True) for name in pair), others, strict=True):
        yield name, [record]


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
