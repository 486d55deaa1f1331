"""How is each figure made, and what can it not see?"""

import pandas as pd
import streamlit as st

from dashboard import show, sidebar
from dashboard.metrics import Metric, registry
from dashboard.reader import Reader, reader
from data.version import VERSION


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
        st.caption(
            f"`{metric.id}` · {texts('method.version', version=metric.version)} · {texts('method.source', source=metric.source[language])}"
        )


def versions(reader: Reader) -> None:
    """What made the labels and the figures."""
    texts = reader.texts
    show.section(texts("method.versions"))
    models = reader.ask("models")
    rows = [("Groundswell", VERSION), *((texts("method.model"), model) for model in models["model"])]
    show.table(pd.DataFrame(rows, columns=["what", "value"]), {"what": texts("column.fact"), "value": texts("column.value")})
    if not len(models):
        show.missing(texts("missing.labels"), show.how_to_label(reader))


page(reader())
