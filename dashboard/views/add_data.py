"""Which files do I have, what can they tell, and how do they come in?"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import streamlit as st

from collectors import recognising, replaying
from collectors.carries import Carries
from collectors.columns import HOSTS, TARGETS
from collectors.formats import formats, mapped
from collectors.importing import ImportOptions, import_files
from collectors.outcome import Imported
from collectors.recognising import Recognised
from dashboard import numbers, post_list, show
from dashboard.carried import carried, lacking
from dashboard.escape import for_markdown
from dashboard.reader import Reader, reader
from dashboard.texts import Texts
from data import campaign as campaigns
from data.build import build
from data.campaign import Campaign
from data.errors import Unreadable, WrongUsage
from data.model import Post
from data.questions import Filters

# The columns asked for first; the others are folded away.
FIRST_TARGETS = (
    "text",
    "title",
    "post_id",
    "published_at",
    "author_id",
    "author_name",
    "likes",
    "reposts",
    "comments",
    "url",
    "region",
    "hashtags",
)
MORE_TARGETS = tuple(sorted(TARGETS - set(FIRST_TARGETS)))
ENOUGH = {"text", "title", "post_id"}  # one of them makes a record
SHOWN = 5  # posts of a preview
OUTCOMES = ("read", "added", "updated", "duplicate", "quarantined")
BROUGHT, LOOKED = "brought", "looked_at"


def page(reader: Reader) -> None:
    show.head(reader, "add_data")
    if reader.viewer.public:
        show.missing(reader.texts("missing.public"))
        return
    try:
        known = campaigns.campaigns(reader.home)
    except WrongUsage as fault:
        show.faulty(reader.texts, fault)
        return
    into, uploads, path, format = choose(reader, known)
    brought(reader, into)
    if uploads or path:
        with show.faults_said(reader), staged(uploads) as dropped:
            given(reader, into, [*dropped, *path], format, asked=(*(upload.file_id for upload in uploads), *map(str, path)))
    quarantine(reader, into)


def choose(reader: Reader, known: Mapping[str, Campaign]) -> tuple[Campaign, Sequence[Any], list[Path], str | None]:
    """The campaign, the files that were dropped, a path on this machine, and the format where the reader names it."""
    texts = reader.texts
    show.section(texts("add_data.choose"))
    left, right = st.columns(2)
    ids, shown = list(known), reader.filters.campaign
    id = left.selectbox(
        texts("add_data.into"), ids, key=f"into-{shown}", index=ids.index(shown) if shown in ids else 0,
        format_func=lambda id: called(reader, known[id]),
    )  # fmt: skip
    format = right.selectbox(
        texts("add_data.read_as"), ["", *sorted(module.NAME for module in formats())], key="read_as", help=texts("add_data.read_as_help"),
        format_func=lambda name: name_of(reader, name) if name else texts("add_data.by_itself"),
    )  # fmt: skip
    uploads = st.file_uploader(texts("add_data.drop"), accept_multiple_files=True, key="dropped", help=texts("add_data.drop_help"))
    path = st.text_input(texts("add_data.path"), key="path", help=texts("add_data.path_help")).strip().strip("'\"")
    return known[id], uploads, [Path(path).expanduser()] if path else [], format or None


@contextmanager
def staged(uploads: Sequence[Any]) -> Iterator[list[Path]]:
    """Dropped files under their own names, which tell much to some formats, for as long as they are read."""
    with TemporaryDirectory() as folder:
        files = []
        for number, upload in enumerate(uploads):
            name = PurePosixPath(upload.name.replace("\\", "/")).name
            file = Path(folder) / str(number) / (name if name.strip(".") else str(number))
            file.parent.mkdir()
            with open(file, "wb") as copy:
                upload.seek(0)
                shutil.copyfileobj(upload, copy)
            files.append(file)
        yield files


def given(reader: Reader, into: Campaign, paths: list[Path], format: str | None, asked: tuple[str, ...]) -> None:
    """What the files are, the mappings they want, and the import."""
    texts = reader.texts
    show.section(texts("add_data.recognised"))
    found = looked_at(reader, into, paths, format, asked)
    files(reader, found)
    for name in dict.fromkeys(file.format for file in found if file.carries and file.format != mapped.NAME):
        one_format(reader, name, next(file.carries for file in found if file.format == name and file.carries))
    mappings: dict[str, dict[str, Any]] = {}
    unknown: dict[tuple[str, ...], list[Recognised]] = {}
    for file in found:
        if file.format == mapped.NAME and file.columns:
            unknown.setdefault(file.columns, []).append(file)
    for alike in unknown.values():
        mapping = mapping_of(reader, into, alike)
        mappings |= {file.name: mapping for file in alike if mapping}
    unmapped = {file.name for alike in unknown.values() for file in alike} - mappings.keys()
    ready = not unmapped and any(file.carries or file.left_out for file in found)
    if st.button(texts("add_data.bring", campaign=for_markdown(called(reader, into))), disabled=not ready, key="bring"):
        bring(reader, into, paths, format, mappings)


def looked_at(reader: Reader, into: Campaign, paths: list[Path], format: str | None, asked: tuple[str, ...]) -> list[Recognised]:
    """What the files are; looked at once for each choice."""
    key = (asked, format, str(into.zone))
    kept = st.session_state.get(LOOKED)
    if kept is None or kept[0] != key:
        with st.spinner(reader.texts("add_data.looking")):
            st.session_state[LOOKED] = kept = (key, list(recognising.recognise(paths, zone=into.zone, format=format)))
    return kept[1]


def files(reader: Reader, found: list[Recognised]) -> None:
    """A line a file: what it is, and what of its first records can be read."""
    texts = reader.texts
    rows = pd.DataFrame(
        {
            "file": [file.name for file in found],
            "recognised": [name_of(reader, file.format) if file.format else texts("add_data.nothing") for file in found],
            "size": [size(file.size) for file in found],
            "looked_at": [file.read or len(file.cells) for file in found],
            "in_them": [len(file.posts) if file.read else None for file in found],
            "unreadable": [sum(file.refused.values()) if file.read else None for file in found],
        }
    )
    show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    st.caption(texts("add_data.first", records=recognising.FIRST))
    for file in found:
        if file.why_not:
            st.error(for_markdown(texts.warning(file.why_not)))
        if file.left_out:
            st.info(texts("add_data.left_out", file=for_markdown(file.name), what=for_markdown(texts.warning(file.left_out))))
    refused(reader, {reason: number for file in found for reason, number in file.refused.items()})


def refused(reader: Reader, reasons: Mapping[str, int]) -> None:
    """Why records cannot be read."""
    if reasons:
        texts = reader.texts
        rows = pd.DataFrame({"reason": [texts.reason(reason) for reason in reasons], "records": list(reasons.values())})
        show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})


def one_format(reader: Reader, name: str | None, told: Carries) -> None:
    """What files of a format can carry, and what they cannot."""
    texts = reader.texts
    with st.container(border=True):
        st.markdown(f"**{texts('add_data.format', format=for_markdown(name_of(reader, name or '')))}**")
        st.markdown(
            "\n".join([f"* ✓ {texts('add_data.carries', what=carried(texts, told))}", *(f"* ✗ {line}" for line in lacking(texts, told))])
        )
        st.caption(texts.of("known_from", told.known_from))


def cannot(texts: Texts, told: Carries) -> str:
    """A line for each thing that cannot be said from such files."""
    return "\n".join(f"* ✗ {line}" for line in lacking(texts, told))


def mapping_of(reader: Reader, into: Campaign, alike: list[Recognised]) -> dict[str, Any] | None:
    """The column mapping of unknown tables with the same columns; None while it is not enough."""
    texts, first, names = reader.texts, alike[0], ", ".join(file.name for file in alike)
    with st.container(border=True):
        st.markdown(f"**{texts('add_data.unknown', files=for_markdown(names))}**")
        return mapping_form(reader, into, first.cells, first.guess or {}, first.columns, of=f"map {names}")


def mapping_form(
    reader: Reader, into: Campaign, cells: Sequence[Mapping[str, Any]], guess: Mapping[str, Any], columns: Sequence[str], of: str
) -> dict[str, Any] | None:
    """Which column tells what, as guessed, and the posts that makes; the mapping, or None while it lacks something. `of`: which files
    it is of."""
    texts, guessed = reader.texts, guess.get("columns", {})
    # A box keeps what was chosen as long as its key stays, whatever is guessed now.
    key = sha256(repr((of, columns, guess, into.zone)).encode()).hexdigest()
    options = ["", *dict.fromkeys([*columns, *guessed.values()])]
    left, middle, right = st.columns(3)
    platforms = ["", *HOSTS]
    platform = left.selectbox(
        texts("target.platform"), platforms, key=f"{key}-platform", index=platforms.index(guess.get("platform", "")),
        format_func=lambda name: texts.of("platform", name) if name else texts("add_data.say"),
    )  # fmt: skip
    kinds = list(mapped.KINDS)
    kind = middle.selectbox(
        texts("target.rows"), kinds, key=f"{key}-rows", index=kinds.index(guess.get("kind", "post")),
        format_func=lambda kind: texts.of("class", kind),
    )  # fmt: skip
    zone = right.text_input(texts("target.zone"), value=str(into.zone), key=f"{key}-zone", help=texts("add_data.zone_help")).strip()
    chosen: dict[str, str] = {}

    def ask_for(targets: Sequence[str]) -> None:
        boxes = st.columns(3)
        for number, target in enumerate(targets):
            column = boxes[number % 3].selectbox(
                texts.of("target", target), options, key=f"{key}-{target}", index=options.index(guessed.get(target, "")),
                format_func=lambda name: name or texts("add_data.none"),
            )  # fmt: skip
            if column:
                chosen[target] = column

    ask_for(FIRST_TARGETS)
    with st.expander(texts("add_data.more")):
        ask_for(MORE_TARGETS)
    if not platform:
        st.info(texts("add_data.no_platform"))
        return None
    if not ENOUGH & chosen.keys():
        st.info(texts("add_data.no_text"))
        return None
    mapping = {"platform": platform, "kind": kind, "zone": zone, "columns": chosen}
    return mapping if preview(reader, into, cells, mapping) else None


def preview(reader: Reader, into: Campaign, cells: Sequence[Mapping[str, Any]], mapping: dict[str, Any]) -> bool:
    """The first posts by a mapping; False, said why, where it is none."""
    texts = reader.texts
    try:
        told = recognising.by_mapping(map(dict, cells), mapping, into.zone)
    except WrongUsage as fault:
        st.error(for_markdown(texts.fault(str(fault))))
        return False
    posts: tuple[Post, ...] = told["posts"]
    st.markdown(texts("add_data.preview", posts=len(posts), read=told["read"]))
    rows = pd.DataFrame(
        {
            "at": [reader.moment(post.published_at, post.published_grain) for post in posts[:SHOWN]],
            "author": [post.author_name or post.author_id or numbers.NOT_TOLD for post in posts[:SHOWN]],
            "text": [post_list.one_line(post.title, post.text) for post in posts[:SHOWN]],
            "region": [post.region for post in posts[:SHOWN]],
            "tags": [", ".join(post.hashtags or ()) for post in posts[:SHOWN]],
        }
    )
    if len(rows):
        show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    refused(reader, told["refused"])
    st.markdown(cannot(texts, mapped.carried(mapping)))
    return bool(posts)


def bring(reader: Reader, into: Campaign, paths: list[Path], format: str | None, mappings: Mapping[str, dict[str, Any]]) -> None:
    """Imports, as `groundswell import` does, and publishes."""
    texts = reader.texts

    def mapping(name: str, guess: dict[str, Any] | None) -> dict[str, Any]:
        if name not in mappings:
            raise Unreadable(f"{name}: which column tells what was not said")
        return mappings[name]

    wanted = ImportOptions(campaign=into, format=format, zone=into.zone, choose=mapping)
    with st.status(texts("add_data.bringing"), expanded=False) as status:

        def far(done: Imported) -> None:
            status.update(label=texts("add_data.far", records=numbers.exact(done.read), far=for_markdown(done.far)))

        publish(reader, into, lambda: import_files(reader.home, paths, wanted, far))
        status.update(state="error", expanded=True)  # else the page was drawn anew


def publish(reader: Reader, into: Campaign, work: Any) -> None:
    """Does what writes to the log, publishes it, and says on the page drawn anew what came of it."""
    with show.faults_said(reader):
        done: Imported = work()
        build(reader.home)
        st.session_state[BROUGHT] = (into.id, done.run_id, [*done.warnings, *done.unreadable])
        st.rerun()


def brought(reader: Reader, into: Campaign) -> None:
    """What came of the records of the last import of this session."""
    texts, last = reader.texts, st.session_state.get(BROUGHT)
    if not last or last[0] != into.id:
        return
    told = reader.ask("runs", Filters(campaign=into.id))
    told = told[told["run_id"] == last[1]]
    with st.container(border=True):
        st.markdown(f"**{texts('add_data.brought', campaign=for_markdown(called(reader, into)))}**")
        for run in told.to_dict("records"):
            boxes = st.columns(len(OUTCOMES))
            for box, outcome in zip(boxes, OUTCOMES, strict=True):
                box.metric(texts(f"column.{outcome}"), numbers.exact(run[outcome]))
        for line in last[2]:
            st.text(texts.warning(line))
        address = {**reader.query, "campaign": into.id}
        st.page_link("dashboard/views/overview.py", label=texts("add_data.see"), query_params=address)
        show.missing(texts("add_data.next"), f"groundswell label --campaign {into.id}")


def quarantine(reader: Reader, into: Campaign) -> None:
    """Records that could not be read, by reason, and two ways to mend that."""
    texts = reader.texts
    show.section(texts("health.quarantine"))
    found = reader.ask("quarantine", Filters(campaign=into.id))
    if not len(found):
        st.caption(texts("missing.quarantine"))
        return
    rows = found.assign(
        format=[name_of(reader, format) for format in found["format"]],
        reason=[texts.reason(reason) if isinstance(reason, str) else None for reason in found["reason"]],
    )
    show.table(rows, {name: texts(f"column.{name}") for name in ("records", "reason", "format", "file", "first_record")})
    show.source(reader, "quarantine", asked=["quarantine"], note=texts("health.replay"))
    st.markdown(texts("add_data.mend"))
    if st.button(texts("add_data.again"), help=texts("add_data.again_help"), key="again"):
        publish(reader, into, lambda: replaying.replay(reader.home))
    pairs = sorted({(row["format"], row["file"]) for row in found.to_dict("records") if isinstance(row["file"], str)})
    chosen = st.selectbox(
        texts("add_data.mend_file"), [None, *pairs], key=f"mend-{into.id}",
        format_func=lambda pair: f"{pair[1]} · {name_of(reader, pair[0])}" if pair else texts("add_data.none"),
    )  # fmt: skip
    if chosen:
        mend(reader, into, *chosen)


def mend(reader: Reader, into: Campaign, format: str, file: str) -> None:
    """The quarantined records of a file by a column mapping."""
    texts = reader.texts
    cells = [record.cells for record, _ in replaying.quarantined(reader.home, into, format, file)]
    if not cells:
        st.info(texts("add_data.no_columns"))
        return
    with st.container(border=True):
        columns = tuple(dict.fromkeys(name for row in cells for name in row))
        guess = mapped.guess(columns, cells) or {}
        mapping = mapping_form(reader, into, cells, guess, columns, of=f"mend {format} {file}")
        if st.button(texts("add_data.mend_now", records=len(cells)), disabled=mapping is None, key="mend_now") and mapping:
            publish(reader, into, lambda: replaying.mend(reader.home, into, format, file, mapping, into.zone))


def name_of(reader: Reader, format: str) -> str:
    """A format in the reader's language where it has a name there, else by who writes it."""
    own = {module.NAME: module.CARRIES.tool for module in formats()}
    name = reader.texts.of("source_name", format)
    return own.get(format, name) if name == format else name


def called(reader: Reader, of: Campaign) -> str:
    """A campaign's name in the reader's language, where it has one."""
    return reader.texts.either(of.name, of.name_zh)


def size(bytes: int) -> str:
    return f"{bytes / 1e6:,.1f} MB" if bytes >= 1e5 else f"{bytes / 1e3:,.1f} kB"


page(reader())
