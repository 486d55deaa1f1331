"""Files that say in plain words what a platform told, and homes to import them into.

A file has one JSON object a line; what stands in it is exactly what its rows hold, so that a test says what was told and by what
basis, and everything from there on (archive, log, build) is the real thing. All that is told here is invented.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import data.campaign
from collectors.formats import Origin, Record, Sample, Source
from collectors.importing import ImportOptions, import_files
from collectors.outcome import Imported
from data.campaign import find
from data.home import Home
from data.log import Log
from data.model import COUNTS, Author, Edge, Label, Post, Run, Sighting, record_id, text_sha256
from data.tags import tag_key

NAME = "told"
NOON = datetime(2024, 5, 1, 4)  # 12:00 in China


def recognises(sample: Sample) -> bool:
    return sample.name.endswith(".told")


def records(source: Source, origin: Origin) -> Iterator[Record]:
    with source.open() as file:
        for number, line in enumerate(file, 1):
            cells = json.loads(line)
            body = json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            yield Record(number=number, cells=cells, body=body)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    """A post, how it was seen, its account where more than a key is told, and the post it answers or reposts."""
    told = record.cells
    if "unreadable" in told:
        raise ValueError(told["unreadable"])
    platform, is_comment, post_id = told.get("platform", "weibo"), told.get("comment", False), told["id"]
    identity = record_id(NAME, record.sha256, platform, is_comment, post_id)
    key = {"record_id": identity, "platform": platform, "run_id": origin.run_id}
    tags = told.get("tags")
    author = told.get("author")
    yield Post(
        post_id=post_id, is_comment=is_comment, url=told.get("url"), title=told.get("title"), text=told.get("text"),
        text_sha256=text_sha256(told.get("title"), told.get("text")), published_at=moment(told.get("published")),
        published_grain=told.get("grain", "second") if told.get("published") else None, kind=told.get("kind"),
        parent_id=told.get("parent"), region=told.get("region"), author_id=author, author_name=told.get("name"),
        author_key=origin.author_key(platform, author) if author else None,
        hashtags=tuple(tags) if tags is not None else None,
        tag_keys=tuple(tag_key(tag) for tag in tags) if tags is not None else None,
        mentions=tuple(told["mentions"]) if "mentions" in told else None, **key,
    )  # fmt: skip
    yield Sighting(
        post_id=post_id, is_comment=is_comment, format=NAME, seen_at=moment(told.get("seen")), seen_at_basis=told["basis"],
        context=told.get("context", False), status=told.get("status", "visible"), surface=told.get("surface"),
        **{count: told.get(count) for count in COUNTS}, **{f"{count}_grain": told.get(f"{count}_grain") for count in COUNTS}, **key,
    )  # fmt: skip
    if author and "followers" in told:
        yield Author(
            author_key=origin.author_key(platform, author), author_id=author, name=told.get("name"), followers=told["followers"],
            seen_at=moment(told.get("seen")), seen_at_basis=told["basis"], **key,
        )  # fmt: skip
    if told.get("parent"):
        kind = "reply" if is_comment else "repost"
        yield Edge(from_id=post_id, from_is_comment=is_comment, to_id=told["parent"], to_is_comment=False, kind=kind, evidence="api", **key)


def moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def post(id: str = "7001", **told: Any) -> dict[str, Any]:
    """What one record tells. Without `seen`, when it was seen is not known."""
    return {"id": id, "basis": "told" if told.get("seen") else "not_before", **told}


def write(file: Path, *told: dict[str, Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in told), encoding="utf-8")
    return file


def campaign_file(home: Home, id: str = "art", **told: Any) -> None:
    """Writes a campaign file: `tags` of Weibo, a rule of the words `any`, one of a `regex`, `targets`, `zone`."""
    lines = [f'id = "{id}"', f'name = "{id}"', f'zone = "{told.get("zone", "Asia/Shanghai")}"']
    if told.get("synthetic"):
        lines.append("synthetic = true")
    lines += ["[hashtags]", f"weibo = {json.dumps(told.get('tags', []), ensure_ascii=False)}"]
    if told.get("any"):
        lines += ["[[rules]]", 'name = "words"', f"any = {json.dumps(told['any'], ensure_ascii=False)}"]
    if told.get("regex"):
        lines += ["[[rules]]", 'name = "pattern"', f"regex = '{told['regex']}'"]
    for concept in told.get("targets", ()):
        lines += ["[[targets]]", f'concept = "{concept}"', 'side = "against"']
    home.campaigns.mkdir(parents=True, exist_ok=True)
    (home.campaigns / f"{id}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def bring(home: Home, *paths: Path, campaign: str = "art") -> Imported:
    """Imports files of what was told, as `groundswell import` does, without publishing."""
    chosen = find(home, campaign)
    wanted = ImportOptions(campaign=chosen, zone=ZoneInfo("Asia/Shanghai"), choose=_no_choice)
    import sys

    with mock.patch("collectors.files.formats", return_value=(sys.modules[__name__],)):
        return import_files(home, paths, wanted, lambda sofar: None)


def _no_choice(name: str, guess: dict[str, Any] | None) -> dict[str, Any]:
    raise AssertionError(f"{name} was not recognised")


def label(home: Home, sha256: str, value: str, **told: Any) -> None:
    """A model's label of one text, as `groundswell label` puts it into the log."""
    kind = told.get("kind", "sentiment")
    run_id = told.get("run_id", "labelling")
    Log(home.log).append_rows([
        Run(run_id=run_id, source="label", campaign="art", started=NOON, ended=NOON, version="0"),
        Label(
            text_sha256=sha256, context_sha256=told.get("context_sha256"), kind=kind, target=told.get("target"), value=value,
            probabilities=told.get("probabilities", {value: 0.75}), model=told.get("model", "tiny"), version=told.get("version", "1"),
            labelled_at=told.get("labelled_at", NOON), run_id=run_id,
        ),
    ])  # fmt: skip


@contextmanager
def no_shipped_campaigns(folder: Path) -> Iterator[None]:
    """The campaigns of the package stay out: what is tested here needs none, and their lists cost time at every build."""
    with mock.patch.object(data.campaign, "SHIPPED", folder / "no campaigns"):
        yield
