"""What exactly was said, by whom, and is it still there?"""

from typing import Any

import pandas as pd
import streamlit as st

from analysis import meaning
from dashboard import ask, numbers, post_list, provenance, show, sidebar
from dashboard.escape import for_markdown
from dashboard.over_time import pick
from dashboard.reader import Reader, reader
from data.errors import WrongUsage
from data.model import COUNTS, LABEL_VALUES, STATUSES

ROWS = 25
ALIKE = 8
ORDERS = ("newest", "oldest", "engagement")
CLASSES = ("post", "repost", "comment")


def page(reader: Reader) -> None:
    show.head(reader, "posts")
    if pick(reader, "find", ["words", "meaning"], reader.texts("posts.find"), family="find") == "meaning":
        opened(reader, by_meaning(reader))
    else:
        opened(reader, by_words(reader))


def by_words(reader: Reader) -> dict[str, Any] | None:
    """The posts that contain the words and are as chosen; the one that was picked."""
    chosen, order = choices(reader)
    found = reader.ask("posts_found", **chosen)
    texts = reader.texts
    if pd.isna(found["posts"][0]):
        show.missing(texts("missing.few"))
        return None
    total = int(found["posts"][0])
    if not total:
        nothing(reader)
        return None
    pages = -(-total // ROWS)
    left, right = st.columns(2, vertical_alignment="center")
    left.markdown(texts("posts.found", posts=numbers.exact(total), by=provenance.by_accounts(reader, found)))
    number = min(right.pagination(pages, key="page"), pages) if pages > 1 else 1
    rows = reader.ask("posts_page", **chosen, order=order, rows=ROWS, skip=(number - 1) * ROWS)
    picked = post_list.posts(reader, rows, key=f"posts-{number}-{order}-{sorted(chosen.items(), key=str)}", words=chosen["words"] or "")
    show.source(reader, "posts_found", asked=["posts_found"])
    return picked


def by_meaning(reader: Reader) -> dict[str, Any] | None:
    """The posts that say most nearly what is asked for, in whatever language; the one that was picked."""
    texts = reader.texts
    if reader.viewer.public:
        show.missing(texts("missing.words"))
        return None
    sidebar.kept("question", "", str)
    question = st.text_input(texts("posts.question_box"), key="question", help=texts("posts.question_help")).strip()
    sidebar.in_address({"question": question})
    if not meaning.installed():
        show.missing(texts("missing.meaning"), "pip install 'groundswell[search]'")
        return None
    if not question:
        return None
    try:
        vector = as_vector(question)
    except WrongUsage:
        show.missing(texts("missing.found"))
        return None
    found = reader.ask("near_posts", model=meaning.MODEL, vector=vector, rows=ROWS)
    if not len(found):
        show.missing(texts("missing.vectors"), f"groundswell embed --campaign {reader.filters.campaign}")
        return None
    picked = post_list.posts(reader, found, key=f"near-{question}")
    show.source(reader, "near", asked=["near_posts"])
    return picked


@st.cache_data(max_entries=100, show_spinner=False)
def as_vector(question: str) -> list[float]:
    return meaning.question_vector(question)


def opened(reader: Reader, picked: dict[str, Any] | None) -> None:
    """All that is known of the post that was picked, or that the address names; nothing for the public."""
    if reader.viewer.public:
        if from_address():
            show.missing(reader.texts("missing.one_post"))
        return
    if picked is None:
        st.caption(reader.texts("posts.pick"))
        told = from_address()
    else:
        told = (picked["platform"], picked["post_id"], bool(picked["is_comment"]))
    if told is not None:
        one_post(reader, *told)


def nothing(reader: Reader) -> None:
    """Nothing found: because of the choice, or because nothing is here."""
    if numbers.some(reader.ask("headline", reader.everything())["posts"]):
        show.missing(reader.texts("missing.found"))
    else:
        show.missing(reader.texts("missing.posts"), *show.how_to_collect(reader))


def choices(reader: Reader) -> tuple[dict[str, Any], str]:
    """What the reader looks for, and the order."""
    texts, lacking = reader.texts, list[str]()
    words_box, class_box, status_box, order_box = st.columns([4, 2, 2, 2])
    sidebar.kept("words", "", str)
    words = words_box.text_input(texts("posts.words"), key="words", help=texts("posts.words_help")).strip()
    of_class = one_of(reader, class_box, "class", CLASSES, lacking)
    status = one_of(reader, status_box, "status", STATUSES, lacking)
    sidebar.kept("order", ORDERS[0], lambda told: told if told in ORDERS else None, lacking)
    order = order_box.selectbox(texts("posts.order"), ORDERS, key="order", format_func=lambda o: texts.of("order", o))
    chosen: dict[str, Any] = {"words": words or None, "class": of_class, "status": status, "emotion": None, "sentiment": None,
                              "stance": None, "target": None}  # fmt: skip
    if numbers.some(reader.ask("labelled")["labelled"]):
        chosen |= label_choices(reader, lacking)
    else:
        lacking += [st.query_params[kind] for kind in LABEL_VALUES if kind in st.query_params]
    sidebar.say_not_here(texts, lacking)
    sidebar.in_address({"words": words, "order": order if order != ORDERS[0] else ""})
    return chosen, order


def label_choices(reader: Reader, lacking: list[str]) -> dict[str, Any]:
    """Emotion, sentiment, and stance toward one of the campaign's targets."""
    emotion, sentiment, target_box, stance = st.columns([2, 2, 3, 3])
    chosen: dict[str, Any] = {
        kind: one_of(reader, box, kind, (*LABEL_VALUES[kind], "undecided"), lacking)
        for kind, box in (("emotion", emotion), ("sentiment", sentiment))
    }
    targets = reader.ask("targets")["concept"].tolist()
    if targets:
        sidebar.kept("target", targets[0], lambda told: told if told in targets else None, lacking)
        chosen["target"] = target_box.selectbox(reader.texts("spread.target"), targets, key="target", format_func=reader.with_meaning())
        chosen["stance"] = one_of(reader, stance, "stance", (*LABEL_VALUES["stance"], "undecided"), lacking)
    return chosen


def one_of(reader: Reader, box: Any, key: str, options: tuple[str, ...], lacking: list[str]) -> str | None:
    """One of the options, or none of them; kept in the address."""
    texts = reader.texts
    sidebar.kept(key, "", lambda told: told if told in options else None, lacking)
    chosen = box.selectbox(texts(f"posts.{key}"), ["", *options], key=key,
                           format_func=lambda option: texts.of(key, option) if option else texts("filter.all"))  # fmt: skip
    sidebar.in_address({key: chosen})
    return chosen or None


def from_address() -> tuple[str, str, bool] | None:
    """The post that the address names: platform:id, or platform:id/comment."""
    told = st.query_params.get("post", "")
    platform, colon, rest = told.partition(":")
    post_id = rest.removesuffix("/comment")
    return (platform, post_id, post_id != rest) if colon and post_id else None


def one_post(reader: Reader, platform: str, post_id: str, is_comment: bool) -> None:
    """Everything that is known of one post."""
    texts = reader.texts
    key: dict[str, Any] = {"platform": platform, "post_id": post_id, "is_comment": is_comment}
    found = reader.ask("post", **key).to_dict("records")
    if not found or reader.filters.campaign not in as_list(found[0]["campaigns"]):
        show.missing(texts("missing.post"))
        return
    post = found[0]
    sidebar.in_address({"post": post_list.post_key(key)})
    with st.container(border=True):
        show.section(texts("posts.one", key=for_markdown(f"{texts.of('platform', platform)} {post_id}")))
        left, right = st.columns([3, 2], gap="large")
        with left:
            words(reader, post)
        with right:
            facts(reader, post)
        sightings(reader, key)
        versions(reader, key)
        labels(reader, key)
        records(reader, key)
        alike(reader, key)


def alike(reader: Reader, key: dict[str, Any]) -> None:
    """Posts that say much the same, if asked for: every vector is looked at."""
    texts = reader.texts
    if not st.toggle(texts("posts.alike"), key="alike"):
        return
    found = reader.ask("like_posts", model=meaning.MODEL, rows=ALIKE, **key)
    if not len(found):
        show.missing(texts("missing.vectors"), f"groundswell embed --campaign {reader.filters.campaign}")
        return
    picked = post_list.posts(reader, found, key=f"alike-{post_list.post_key(key)}")
    show.source(reader, "near", asked=["like_posts"])
    post_list.open_post(reader, picked)


def words(reader: Reader, post: dict[str, Any]) -> None:
    """Title and text as they are, as plain text."""
    if isinstance(post["title"], str):
        st.text(post["title"])
    st.text(post["text"] if isinstance(post["text"], str) else reader.texts("posts.no_text"))
    if isinstance(post["url"], str):
        st.caption(reader.texts("posts.url"))
        st.code(post["url"], language=None, wrap_lines=True)


def facts(reader: Reader, post: dict[str, Any]) -> None:
    texts = reader.texts
    told = {
        "at": reader.moment(post["published_at"], post["published_grain"]),
        "author": post["author_name"],
        "author_key": post["author_key"],
        "kind": texts.of("kind", post["kind"]),
        "status": texts.of("status", post["status"]),
        "status_wording": post["status_wording"],
        "region": post["region"],
        "tags": " ".join(f"#{tag}" for tag in as_list(post["hashtags"])),
        **{name: reader.count(post[name], post[f"{name}_grain"]) for name in COUNTS},
        "sightings": numbers.exact(post["sightings"]),
        "first_seen": reader.moment(post["first_seen"]),
        "last_seen": reader.moment(post["last_seen"]),
    }
    rows = [
        (texts(f"column.{name}"), value) for name, value in told.items() if isinstance(value, str) and value not in ("", numbers.NOT_TOLD)
    ]
    facts = pd.DataFrame(rows, columns=["what", "value"])
    show.table(facts, {"what": texts("column.fact"), "value": texts("column.value")})


def sightings(reader: Reader, key: dict[str, Any]) -> None:
    """Each time it was seen. A time that nobody told is said to be unknown."""
    texts = reader.texts
    seen = reader.ask("post_sightings", **key)
    st.markdown(f"**{texts('posts.sightings', number=len(seen))}**")
    counted = [name for name in COUNTS if seen[name].notna().any()]
    rows = pd.DataFrame(
        {
            "seen_at": [seen_at(reader, row) for row in seen.to_dict("records")],
            "basis": [texts.of("basis", basis) for basis in seen["seen_at_basis"]],
            "status": [texts.of("status", status) for status in seen["status"]],
            **{name: [count_as_shown(reader, row, name) for row in seen.to_dict("records")] for name in counted},
            "format": [texts.of("source_name", format) for format in seen["format"]],
            "run_id": seen["run_id"],
        }
    )
    show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    show.source(reader, "sightings", asked=["post_sightings"])


def seen_at(reader: Reader, sighting: dict[str, Any]) -> str:
    """When: as told; else what is known of it."""
    if sighting["seen_at_basis"] == "told":
        return reader.moment(sighting["seen_at"])
    if sighting["seen_at_basis"] == "file_time":
        return reader.texts("posts.time_unknown_file", at=reader.moment(sighting["seen_at"]))
    return reader.texts("posts.time_unknown")


def count_as_shown(reader: Reader, sighting: dict[str, Any], name: str) -> str:
    """The count with its grain, and the platform's own writing where it was not exact."""
    shown = sighting[f"{name}_shown"]
    value = reader.count(sighting[name], sighting[f"{name}_grain"])
    return f"{value} ({shown})" if isinstance(shown, str) else value


def versions(reader: Reader, key: dict[str, Any]) -> None:
    """Every text it was seen with, where there is more than one."""
    texts = reader.texts
    found = reader.ask("post_texts", **key)
    if len(found) < 2:
        return
    st.markdown(f"**{texts('posts.versions', number=len(found))}**")
    for version in found.to_dict("records"):
        st.caption(f"{seen_at(reader, version)} · {texts('posts.seen_times', number=version['sightings'])}")
        st.text(post_list.one_line(version["title"], version["text"]))


def labels(reader: Reader, key: dict[str, Any]) -> None:
    """What a model or a person says of the text, with all probabilities."""
    texts = reader.texts
    said = reader.ask("post_labels", **key)
    st.markdown(f"**{texts('posts.labels')}**")
    if not len(said):
        show.missing(texts("missing.label_of_post"), show.how_to_label(reader))
        return
    rows = pd.DataFrame(
        {
            "kind": [texts.of("label_kind", kind) for kind in said["kind"]],
            "target": said["target"].fillna("").map(reader.with_meaning()),
            "value": [texts.of(row.kind, row.value) for row in said.itertuples()],
            "probabilities": [
                " · ".join(
                    f"{texts.of(row.kind, value)} {chance:.2f}"
                    for value, chance in sorted(as_pairs(row.probabilities), key=lambda p: -p[1])
                )
                for row in said.itertuples()
            ],
            "model": [f"{row.model} {row.version}" if isinstance(row.model, str) else row.coder for row in said.itertuples()],
            "labelled_at": numbers.moments(said["labelled_at"], reader.zone),
        }
    )
    show.table(rows, {name: texts(f"column.{name}") for name in rows.columns})
    show.source(reader, "label", asked=["post_labels"])


def records(reader: Reader, key: dict[str, Any]) -> None:
    """The archived records it was read from, as they came."""
    texts = reader.texts
    references = reader.ask("post_sightings", **key)["raw_ref"].dropna().unique()
    if not len(references) or not st.toggle(texts("posts.record"), key="record"):
        return
    for reference in references:
        st.caption(texts("posts.record_ref"))
        st.code(reference, language=None, wrap_lines=True)
        try:
            body = ask.archived(reader.home, reference)
        except (KeyError, ValueError) as error:
            st.code(texts.warning(str(error)), language=None, wrap_lines=True)
            st.error(texts("posts.record_fault"))
            st.code(f"groundswell verify '{reader.home.archive}'", language=None, wrap_lines=True)
            continue
        if body is None:
            show.missing(texts("posts.record_gone"))
        else:
            st.code(body.decode("utf-8", errors="backslashreplace"), language=None, wrap_lines=True)


def as_list(told: Any) -> list[str]:
    return [] if told is None or isinstance(told, float) else list(told)


def as_pairs(probabilities: Any) -> list[tuple[str, float]]:
    return list(probabilities.items()) if isinstance(probabilities, dict) else [tuple(pair) for pair in probabilities]


page(reader())
