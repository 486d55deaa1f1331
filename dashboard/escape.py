"""Texts of strangers, made harmless for the two places that would read them as markup. Everywhere else they are shown by what
takes plain text (`st.text`, `st.code`, cells of `st.dataframe`) and stay as they are."""

import re

TURNS_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


def for_plotly(text: str, longest: int = 60) -> str:
    """A label or hover text for plotly, which reads a subset of HTML and, between dollar signs, LaTeX."""
    plain = TURNS_DIRECTION.sub("", " ".join(text.split()))
    if len(plain) > longest:
        plain = plain[: longest - 1] + "…"
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;").replace("$", "&#36;")


def for_markdown(text: str) -> str:
    """One line for a heading or caption, which Streamlit reads as Markdown with LaTeX, colours, icons and bare links."""
    plain = TURNS_DIRECTION.sub("", " ".join(text.split()))
    escaped = re.sub(r"([\\`*_{}\[\]()#+\-.!|~<>$:&^=])", r"\\\1", plain)
    # Bare addresses are found after the backslashes are gone; a zero-width space keeps them from being links.
    return re.sub(r"(?i)(//|www|@)", "\\1\u200b", escaped)
