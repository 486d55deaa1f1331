"""What the first reader of a started dashboard would wait for, done while the browser fetches its scripts: the first page's answers
are asked, and what asks and draws them is loaded."""

import socket
import threading
import time

from data.home import Home

FIRST_PAGE = (  # of questions that the overview of a campaign asks, in the order that it asks them
    "platforms", "tags", "publication", "synthetic", "headline", "completeness", "statuses", "why_here", "models", "labelled", "counters",
    "events", "quoted", "last_collection", "last_look",
)  # fmt: skip


def start(home: Home, address: str, port: int) -> None:
    """Begins once the server listens; nothing waits for it."""
    threading.Thread(target=_read, args=(home, address, port), daemon=True).start()


def _read(home: Home, address: str, port: int) -> None:
    while not _listens(address, port):
        time.sleep(0.01)  # nothing tells when a port opens; before it does, each import here would make the server later
    from dashboard.ask import ask, opened_once, state
    from data.questions import Filters, Viewer

    with opened_once():
        if state(home) == "published":
            campaign = ask(home, "campaigns", Filters(campaign=""), Viewer())["campaign"].iloc[0]
            for question in FIRST_PAGE:
                ask(home, question, Filters(campaign=campaign), Viewer())
    from dashboard import refresh, show, sidebar  # noqa: F401 - a tenth of a second that the first page would take


def _listens(address: str, port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex((address, port)) == 0
