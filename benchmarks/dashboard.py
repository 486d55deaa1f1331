"""The dashboard on a home of a million invented posts: what each question costs, each page, the start, memory, a build, a search.

    python benchmarks/dashboard.py [--posts 1000000] [--folder DIR] [--rounds 5] [--only questions,pages,start,delta,search]

* questions: every named question as a page asks it (the file opened, asked, closed), of the whole campaign and narrowed to 30 days, a
  platform and a hashtag; with its class and how many times its bar it takes, the worst first, and the processor time of all its threads;
* pages: every page on the server, in Streamlit's AppTest: with nothing kept of earlier answers, and again;
* start: `groundswell dashboard` and a bare page of one line, in turn, from the start of the process to the whole first page in headless
  Chromium (at CHROMIUM, else /usr/bin/chromium); then the server's memory after all pages and a search;
* delta: a build of 10,000 more posts, of the last two days as an import leaves them, then labelled, then of all days, on a copy, a whole
  process;
* search: making the text index, its size, and searches by it and without it.

What an earlier run left in the folder is used again. A million posts need 4 GB of disk, ten million 40 GB. The median of `--rounds`
after one that is not counted.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import command, many
from data import text_index
from data.build import build, database, reading
from data.home import Home
from data.questions import QUESTIONS, Filters, ask

WHAT = ("questions", "pages", "start", "delta", "search")
BARS = {"roll-up": 0.1, "indexed": 0.3, "scan": 3.0}
MORE = 10_000  # posts of a delta
ROOT = Path(__file__).parents[1]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PAGES = ("overview", "spread", "compare", "opinion", "slogans", "posts", "health", "method", "export", "add_campaign", "add_data")
WHOLE = Filters(campaign=many.CAMPAIGN)
NARROWED = Filters(
    campaign=many.CAMPAIGN, since=date(2025, 4, 8), until=date(2025, 5, 8), platforms=("weibo",), tag=many.tag_key(many.TAGS[0])
)
NOTHING = dict.fromkeys(("words", "texts", "target", "emotion", "sentiment", "stance", "status", "class", "value"))
A_PAGE = {"order": "newest", "rows": 25, "skip": 0}
WORDS = {"rare": "一只会飞的鲸", "common": "画手", "none": "没有这句话", "Latin": "Ask first", "one sign": "鲸"}


def main() -> None:
    command.run(__doc__, measure, WHAT, posts=1_000_000, rounds=5)


def measure(told: argparse.Namespace, folder: Path) -> None:
    home = made(folder, told.posts)
    parts: dict[str, Callable[[Home, int], None]] = {
        "questions": questions,
        "pages": pages,
        "start": start,
        "delta": lambda home, rounds: delta(home, rounds, told.posts),
        "search": search,
    }
    for what in told.only.split(","):
        print(f"\n{what}, {told.posts:,} posts, load {os.getloadavg()[0]:.1f}\n", flush=True)
        parts[what](home, told.rounds)


def made(folder: Path, posts: int) -> Home:
    """The home, made and published where it is not there yet."""
    place = folder.absolute() / f"many-{posts}"
    if not place.exists():
        unfinished = place.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        begun = time.monotonic()
        many.make(Home(unfinished), posts)
        written = time.monotonic()
        build(Home(unfinished))
        print(f"log written in {written - begun:.0f} s, built in {time.monotonic() - written:.0f} s", flush=True)
        unfinished.rename(place)
    home = Home(place)
    log = sum(file.stat().st_size for file in home.log.rglob("*.parquet"))
    print(f"log {log / 1e9:.2f} GB, database {database(home).stat().st_size / 1e9:.2f} GB")
    return home


# Questions --------------------------------------------------------------------------------------------------------------


def questions(home: Home, rounds: int) -> None:
    took = []
    for name, way, filters, more in asked(home):
        cost = QUESTIONS[name].cost
        seconds, cpu = again_and_again(lambda: answer(home, name, filters, more), rounds)  # noqa: B023 - called at once
        took.append((seconds / BARS[cost], seconds, cpu, f"{name}{way}", cost))
    table("question", "class", "bar, ms", "ms", "of the bar", "CPU ms")
    for share, seconds, cpu, name, cost in sorted(took, reverse=True):
        row(name, cost, f"{BARS[cost] * 1000:.0f}", f"{seconds * 1000:.0f}", f"{share:.2f}", f"{cpu * 1000:.0f}")


def asked(home: Home) -> Iterator[tuple[str, str, Filters, dict[str, Any]]]:
    """Each question in the ways that pages ask it: name, way, filters, choices."""
    for name, question in QUESTIONS.items():
        for filters in (WHOLE, NARROWED):
            if filters is WHOLE or question.takes & {"since", "platforms", "tag"}:
                for way, more in choices(home, name).items():
                    yield name, way + (", narrowed" if filters is NARROWED else ""), filters, more


def choices(home: Home, name: str) -> dict[str, dict[str, Any]]:
    from analysis.slogans import letters_pattern, pattern

    written = ["别拿画喂AI", "不要拿画喂AI"]
    takes = QUESTIONS[name].takes
    plain = NOTHING | A_PAGE | {
        "kind": "stance", "of": "post", "target": many.TARGETS[0], "slot_seconds": 3600,
        "tags": [many.tag_key(tag) for tag in many.TAGS[:4]],
        "slogan": letters_pattern(written), "form": pattern(written), "model": many.MODEL, "vector": [0.1] * many.WIDTH,
        "platform": "weibo", "post_id": first_post(home), "is_comment": False,
    }  # fmt: skip
    if name in ("posts_found", "posts_page"):
        a_post = {"class": "post"}
        ways = {"": {}, ", a label": {"emotion": "angry", "stance": "against"}, ", words": {"words": WORDS["rare"]}, ", posts": a_post}
        return {way: plain | more for way, more in ways.items()} | (
            {", by engagement": plain | {"order": "engagement"}, ", page 400": plain | {"skip": 10_000}} if name == "posts_page" else {}
        )
    if "rows" in takes and "kind" in takes:
        return {", all": plain | {"rows": 2_000}, ", a group": plain | {"rows": 2_000, "value": "against"}}
    if name == "hot_search_titles":
        return {"": plain | {"words": "话题"}}
    return {"": plain}


def first_post(home: Home) -> str:
    with reading(home) as connection:
        [(post_id,)] = connection.execute("select post_id from posts where platform = 'weibo' and not is_comment limit 1").fetchall()
    return post_id


def answer(home: Home, name: str, filters: Filters, more: dict[str, Any]) -> None:
    with reading(home) as connection:
        ask(connection, name, filters, **more)


# Pages ------------------------------------------------------------------------------------------------------------------


def pages(home: Home, rounds: int) -> None:
    """First with nothing kept, then as another click makes it run."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    os.environ["GROUNDSWELL_HOME"] = str(home.path)
    table("page", "nothing kept, ms", "CPU ms", "again, ms", "CPU ms")
    for page in PAGES:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
        if page != "overview":
            app.switch_page(f"dashboard/views/{page}.py")
        app.run()
        first = again_and_again(lambda: (st.cache_data.clear(), st.cache_resource.clear(), app.run()), min(rounds, 3))  # noqa: B023
        again = again_and_again(app.run, rounds)
        assert not app.exception, app.exception
        row(page, *(f"{seconds * 1000:.0f}" for seconds in (*first, *again)))


# Start and memory -------------------------------------------------------------------------------------------------------


def start(home: Home, rounds: int) -> None:
    from playwright.sync_api import sync_playwright

    from dashboard.serve import OPTIONS
    from dashboard.texts import Texts

    texts = Texts("en")
    took: dict[str, list[tuple[float, float]]] = {"groundswell dashboard": [], "a bare page": []}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        bare = Path(folder) / "bare.py"
        bare.write_text('import streamlit as st\nst.write("A bare page")\n')
        options = [f"--{name}={value}" for name, value in OPTIONS.items() if not name.startswith("theme")]
        for _ in range(rounds + 1):
            with served("streamlit", "run", str(bare), *options, "--server.headless=true", port="--server.port={}") as (_, begun, port):
                took["a bare page"].append(shown(browser, port, "A bare page", begun)[1:])
            with served("groundswell", "--home", str(home.path), "dashboard", "--no-browser", port="--port={}") as (pid, begun, port):
                tab, *seconds = shown(browser, port, texts("overview.question"), begun)
                took["groundswell dashboard"].append((seconds[0], seconds[1]))
                at_first = memory(pid)
                if len(took["a bare page"]) > rounds:
                    visit(tab, texts)
                    print(f"memory of the server: {at_first} after the first page; {memory(pid)} after all pages and a search\n")
        browser.close()
    table("start", "to its first words, s", "to the whole page, s")
    for what, seconds in took.items():
        row(what, *(f"{statistics.median(column):.2f}" for column in zip(*seconds[1:], strict=True)))


@contextmanager
def served(module: str, *arguments: str, port: str) -> Iterator[tuple[int, float, int]]:
    """A server in a process of its own: its id, when it was started, its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    begun = time.monotonic()
    line = [sys.executable, "-m", module, *arguments, port.format(number)]
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process.pid, begun, number
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def shown(browser: Any, port: int, words: str, begun: float) -> tuple[Any, float, float]:
    """The page in a browser that knows nothing of it: seconds to these words, and to the end of its script."""
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.01)  # nothing tells when a port opens: a start is known to this much
    tab = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    tab.set_default_timeout(300_000)
    tab.goto(f"http://127.0.0.1:{port}/")
    tab.get_by_text(words, exact=True).wait_for()
    first = time.monotonic() - begun
    ended(tab)
    return tab, first, time.monotonic() - begun


def ended(tab: Any) -> None:
    tab.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def visit(tab: Any, texts: Any) -> None:
    """Every page by the menu, then a search."""
    for page in (*PAGES, "posts"):
        tab.get_by_test_id("stSidebarNavLink").filter(has_text=re.compile(f"^{texts(f'page.{page}')}$")).click()
        tab.get_by_text(texts(f"{page}.question"), exact=True).wait_for()
        ended(tab)
    tab.get_by_label(texts("posts.words"), exact=True).fill(WORDS["rare"])
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(1000)
    ended(tab)


def memory(pid: int) -> str:
    """What a process holds, and held at most, as Linux tells it."""
    kept = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    most = re.search(r"^VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert kept and most
    return f"{int(kept[1]) / 1024:.0f} MiB (at most {int(most[1]) / 1024:.0f})"


# Build and search -------------------------------------------------------------------------------------------------------


def delta(home: Home, rounds: int, posts: int) -> None:
    place = home.path.with_name("more")
    shutil.rmtree(place, ignore_errors=True)
    # Files of the log and published databases are never written to again; the text index is.
    shutil.copytree(home.path, place, copy_function=os.link, ignore=shutil.ignore_patterns("texts.sqlite*", "*.lock"))
    line = [sys.executable, "-m", "groundswell", "--home", str(place), "build"]
    table("build of 10,000 more posts", "s", "from", "to", "CPU s")
    kinds = (("of the last two days", 2, False), ("of the last two days, labelled", 2, True), ("of all days, labelled", None, True))
    for what, days, labelled in kinds:
        took = []
        for _ in range(rounds + 1):
            many.add(Home(place), posts, MORE, days, labelled)
            posts += MORE
            begun, used = time.monotonic(), command.used()
            subprocess.run(line, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
            took.append((time.monotonic() - begun, command.used() - used))
        seconds, cpu = zip(*took[1:], strict=True)
        row(what, *(f"{of(seconds):.1f}" for of in (statistics.median, min, max)), f"{statistics.median(cpu):.1f}")
    shutil.rmtree(place)


def search(home: Home, rounds: int) -> None:
    table("text index", "")
    with reading(home) as connection:
        complete = text_index.covers(connection, home)
    if not complete:
        with FileLock(home.text_index.with_suffix(".lock")):  # a dashboard's search may have begun one
            home.text_index.unlink(missing_ok=True)
        begun = time.monotonic()
        making = subprocess.Popen([sys.executable, "-m", "data.text_index", str(home.path)], cwd=ROOT)
        _, ended, used = os.wait4(making.pid, 0)
        assert ended == 0
        row("made in", f"{time.monotonic() - begun:.0f} s ({used.ru_utime + used.ru_stime:.0f} of a processor)")
        row("within", f"{used.ru_maxrss / 1024:.0f} MiB")
    row("size", f"{home.text_index.stat().st_size / 1e6:.0f} MB")
    print()
    table("words", "posts", "by the index, ms", "reading all, ms", "a page of them by the index, ms")
    for kind, words in WORDS.items():
        with reading(home) as connection:
            narrowed = text_index.candidates(connection, home, words) is not None
            posts = ask(connection, "posts_found", WHOLE, **NOTHING | {"words": words})["posts"][0]
        ways = [("posts_found", True), ("posts_found", False), ("posts_page", True)]
        took = [again_and_again(lambda: found(home, name, words, by_index), rounds)[0] for name, by_index in ways]  # noqa: B023
        row(f"{kind}: {words}{'' if narrowed else ' (no help)'}", f"{posts:,}", *(f"{seconds * 1000:.0f}" for seconds in took))


def found(home: Home, name: str, words: str, by_index: bool) -> None:
    """As the page of posts asks."""
    with reading(home) as connection:
        texts = text_index.candidates(connection, home, words) if by_index else None
        ask(connection, name, WHOLE, **NOTHING | A_PAGE | {"words": words, "texts": texts})


# Around them ------------------------------------------------------------------------------------------------------------


def again_and_again(what: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Seconds that it takes on the clock and of the processors: the medians, after once that is not counted."""
    took = []
    for _ in range(rounds + 1):
        begun, used = time.monotonic(), time.process_time()
        what()
        took.append((time.monotonic() - begun, time.process_time() - used))
    seconds, cpu = zip(*took[1:], strict=True)
    return statistics.median(seconds), statistics.median(cpu)


def table(*names: str) -> None:
    row(*names)
    print("|" + "---|" * len(names))


def row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
