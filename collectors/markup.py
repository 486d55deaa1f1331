"""Text out of the HTML in which platforms deliver posts and comments."""

from html import unescape
from html.parser import HTMLParser


def text_of_html(html: str) -> str:
    """HTML as text: emoji pictures as their alternative text ("[心]"), <br> as a line break, other tags gone, outer white
    space trimmed."""
    if "<" not in html and "&" not in html:
        return html.strip()
    # Behind the last ">" no tag can end. Looking for its end from every "<" there takes the parser hours on a hostile text.
    tags, end, rest = html.rpartition(">")
    reader = _Text()
    reader.feed(tags + end)
    reader.close()
    return ("".join(reader.parts) + unescape(rest)).strip()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")
        elif tag == "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
