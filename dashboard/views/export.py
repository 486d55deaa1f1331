"""How do I take it with me, and what is in it?"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import numbers, show
from dashboard.reader import Reader, reader
from data import export as bundles
from data.errors import WrongUsage
from data.export.people import TEXTS
from data.export.sheets import FORMATS
from data.version import VERSION

MOST = 200_000  # records: a larger bundle is made by the command, not in the memory of a page
DONE = "exported"


def page(reader: Reader) -> None:
    show.head(reader, "export")
    texts = reader.texts
    if reader.viewer.public:
        show.missing(texts("missing.public"))
        return
    headline = reader.ask("headline", reader.only(tag=""))
    records = int(headline[["posts", "reposts", "comments"]].sum().sum())
    if not records:
        show.missing(texts("missing.posts"), *show.how_to_collect(reader))
        return
    st.markdown(texts("export.answer", records=numbers.exact(records)))
    show.source(reader, "exported", asked=["headline"], note=texts("export.no_tag") if reader.filters.tag else "")
    wanted = form(reader)
    st.caption(texts("export.command"))
    st.code(command(reader, wanted), language=None, wrap_lines=True)
    if records > MOST:
        show.missing(texts("export.too_many", most=numbers.exact(MOST)))
    elif st.button(texts("export.make")):
        try:
            st.session_state[DONE] = (request(reader, wanted), *make(reader, wanted))
        except WrongUsage as fault:
            st.error(texts.fault(str(fault)))
    done = st.session_state.get(DONE)
    if done and done[0] == request(reader, wanted):
        offer(reader, done[1], done[2])


def form(reader: Reader) -> dict[str, Any]:
    """The bundle's options. By default nobody is named."""
    texts = reader.texts
    left, right = st.columns(2)
    formats = left.pills(texts("export.format"), list(FORMATS), selection_mode="multi", default=["csv"], key="export_format")
    text = right.selectbox(
        texts("export.text"), list(TEXTS), index=list(TEXTS).index("pseudonymised"), key="export_text",
        format_func=lambda told: texts.of("text_mode", told),
    )  # fmt: skip
    with_identities = left.toggle(texts("export.identities"), key="export_identities")
    sample = right.number_input(texts("export.sample"), min_value=0, step=100, key="export_sample", help=texts("export.sample_help"))
    if with_identities or text == "verbatim":
        st.warning(texts("export.people"))
    filters = reader.filters
    return {
        "formats": tuple(formats) or ("csv",),
        "since": filters.since,
        "until": filters.until,
        "platforms": filters.platforms,
        "text": text,
        "with_identities": with_identities,
        "sample": int(sample) or None,
    }


def request(reader: Reader, wanted: dict[str, Any]) -> str:
    """What a bundle was made for: another choice asks for another."""
    return f"{reader.filters.campaign} {sorted(wanted.items())}"


def command(reader: Reader, wanted: dict[str, Any]) -> str:
    """The same by the command."""
    told = [f"groundswell export --campaign {reader.filters.campaign} --out FOLDER", f"--format {','.join(wanted['formats'])}"]
    told += [f"--{name} {wanted[name]}" for name in ("since", "until") if wanted[name]]
    told += [f"--platform {platform}" for platform in wanted["platforms"] or ()]
    told.append(f"--text {wanted['text']}")
    if wanted["with_identities"]:
        told.append("--with-identities")
    if wanted["sample"]:
        told.append(f"--sample {wanted['sample']}")
    return " ".join(told)


def make(reader: Reader, wanted: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The bundle, and the same as one zip file."""
    with st.spinner(reader.texts("export.making")), tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / file_name(reader)
        done = bundles.export(reader.home, reader.filters.campaign, out, **wanted)
        packed = shutil.make_archive(str(out), "zip", folder, out.name)
        return done, Path(packed).read_bytes()


def file_name(reader: Reader) -> str:
    return f"groundswell-{VERSION}-{reader.filters.campaign}"


def offer(reader: Reader, done: dict[str, Any], packed: bytes) -> None:
    """What was made: how many records of each kind, the files with their hashes, and the zip to keep."""
    texts = reader.texts
    told = {kind: numbers.exact(records) for kind, records in done["classes"].items()}
    st.success(texts("export.done", records=numbers.exact(done["rows"]), files=len(done["files"]), **told))
    st.download_button(texts("export.download"), packed, file_name=f"{file_name(reader)}.zip", mime="application/zip", on_click="ignore")
    rows = pd.DataFrame({"file": list(done["files"]), "sha256": list(done["files"].values())})
    show.table(rows, {"file": texts("column.file"), "sha256": texts("column.sha256")})
    show.source(reader, "exported", asked=["headline"], note=texts("export.verify"))


page(reader())
