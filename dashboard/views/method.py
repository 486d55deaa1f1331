"""How is each figure made, and what can it not see?"""

import json
from pathlib import Path

import pandas as pd
import streamlit as st

import analysis
from dashboard import provenance, show, sidebar
from dashboard.escape import for_markdown
from dashboard.metrics import Metric, registry
from dashboard.reader import Reader, reader
from data.model import LABEL_VALUES
from data.version import VERSION

SHIPPED = Path(analysis.__file__).parent / "model"  # may be taken away


def page(reader: Reader) -> None:
    show.head(reader, "method")
    texts = reader.texts
    st.markdown(texts("method.rules"))
    known = registry()
    sidebar.kept("metric", "", lambda told: told if told in known else None)
    chosen = st.selectbox(
        texts("method.pick"), ["", *known], key="metric",
        format_func=lambda id: known[id].name[texts.language] if id else texts("filter.all"),
    )  # fmt: skip
    sidebar.in_address({"metric": chosen})
    for metric in [known[chosen]] if chosen else known.values():
        one(reader, metric)
    versions(reader)


def one(reader: Reader, metric: Metric) -> None:
    """One figure: definition, limits, source, version. All words are ours."""
    texts, language = reader.texts, reader.texts.language
    with st.container(border=True):
        st.markdown(f"#### {metric.name[language]}")
        st.markdown(metric.definition[language])
        st.markdown(f"**{texts('method.limits')}** {metric.limits[language]}")
        # No caption: those are faded, and an id in them too faint to read.
        st.markdown(
            f"`{metric.id}` · {texts('method.version', version=metric.version)} · {texts('method.source', source=metric.source[language])}"
        )


def versions(reader: Reader) -> None:
    """What made the labels and the figures."""
    texts = reader.texts
    show.section(texts("method.versions"))
    models = reader.ask("models")["model"].unique()
    rows = [("Groundswell", VERSION), *((texts("method.model"), model) for model in provenance.labelled_by(reader))]
    show.table(pd.DataFrame(rows, columns=["what", "value"]), {"what": texts("column.fact"), "value": texts("column.value")})
    if not len(models):
        show.missing(texts("missing.labels"), show.how_to_label(reader))
    for model in models:
        card(reader, model)


def card(reader: Reader, model: str) -> None:
    """The card of the model that ships: on what it was measured, and how often it erred."""
    described, told = SHIPPED / "config.json", SHIPPED / "README.md"
    if not described.is_file() or not told.is_file():
        return
    if model.split()[0] != json.loads(described.read_text(encoding="utf-8")).get("name"):
        return
    with st.expander(reader.texts("method.card", model=for_markdown(model)), expanded=st.session_state["metric"] in LABEL_VALUES):
        st.markdown(told.read_text(encoding="utf-8"))


page(reader())
