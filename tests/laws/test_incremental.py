"""An incremental build equals a full one, row for row, whatever happened; and both are what the laws say."""

import atexit
import os
import shutil
import tempfile
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from collectors import importing
from data.build import build
from data.compact import compact
from data.forget import forget
from data.home import Home
from data.log import Log
from data.model import Alert, Consent, Event, Gap, Tombstone, text_sha256
from tests.laws.dump import ask, differences, dump
from tests.laws.reference import DEFAULT, World, key_of
from tests.laws.told import NOON, bring, campaign_file, label, no_shipped_campaigns, post, write

pytestmark = pytest.mark.store

# Cuts of one text, edits of it, a text that several posts share, and one that says nothing of its own.
TEXTS = (None, "停更一周，等一个说法", "停更一周…全文", "停更一周，等一个说法，明天见", "今天也在画画", "支持", "转发微博")
CUT = TEXTS[2]
WORDS = ("停更", "画画")
TAGS = (None, ["停更周"], ["停更週", "自己画"], [])
HOURS = ("2024-05-01T15:30:00", "2024-05-01T16:30:00", "2024-05-02T03:00:00")  # in China the first is another day than the second
TARGETS = ("机器画",)
FILES = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.sampled_from([["停更周"], ["自己画"]]),
        "any": st.sampled_from([["停更"], ["画画", "支持"]]),
        "targets": st.just(list(TARGETS)),
        "zone": st.sampled_from(["Asia/Shanghai", "Europe/Lisbon", "Asia/Kolkata"]),
    },
)
MODELS = st.sampled_from(["tiny", DEFAULT])
SEEN = [{"basis": basis, "seen": f"2024-05-0{day}T08:00:00"} for basis in ("told", "file_time") for day in (3, 4, 5)]
SEEN += [{"basis": "not_before"}, {"basis": "import"}]


@st.composite
def records(draw):
    """One record of one of a few posts. Of what a post has only once (its account, its time) each record tells the same or nothing."""
    number = draw(st.integers(1, 4))
    comment = draw(st.booleans()) and number < 3
    told = dict(draw(st.sampled_from(SEEN)))
    told |= {"id": str(number), "text": draw(st.sampled_from(TEXTS)), "likes": draw(st.sampled_from([None, 0, 3, 11]))}
    if told["likes"] and draw(st.booleans()):
        told["likes_grain"] = told["reposts_grain"] = "at_least"
    told["reposts"] = told["likes"]
    told["status"] = draw(st.sampled_from(["visible", "visible", "deleted_by_author", "private"]))
    if draw(st.booleans()):
        told |= {"published": HOURS[number % 3], "grain": "day" if number == 4 else "minute"}
    if number != 2 and draw(st.booleans()):
        told |= {"author": f"90{number}", "name": f"画手{number}号"}
        if draw(st.booleans()):
            told["followers"] = number * 100
    if comment:
        told |= {"comment": True, "parent": str(number + 1), "kind": "comment"}
    else:
        told |= {"kind": "repost" if number == 3 else "original", "tags": draw(st.sampled_from(TAGS))}
        told["context"] = draw(st.booleans()) and number == 1
    return told


def settled(told):
    """Whether the laws alone decide what holds. What two records tell at one moment, a hash decides."""
    seen = {}
    for one in told:
        key = (key_of(one), one["basis"], one.get("seen"), one["likes"])
        if seen.setdefault(key, one) != one:
            return False
    return True


FIRST_FILE = {"tags": ["停更周"], "targets": list(TARGETS)}
FIRST = [
    {"id": "1", "text": TEXTS[1], "likes": 3, "tags": ["停更周", "自己画"], "author": "901", "name": "画手1号", "kind": "original"},
    {"id": "2", "text": TEXTS[4], "likes": 0, "tags": ["停更週"], "kind": "original"},
    {"id": "3", "text": TEXTS[1], "likes": None, "tags": None, "author": "903", "name": "画手3号", "kind": "repost"},
    {"id": "1", "text": TEXTS[5], "likes": 3, "author": "901", "name": "画手1号", "comment": True, "parent": "2", "kind": "comment"},
]
FIRST = [
    one
    | {"reposts": one["likes"], "basis": "told", "seen": "2024-05-02T20:00:00", "published": HOURS[int(one["id"]) % 3], "grain": "minute"}
    for one in FIRST
]


@cache
def first_home():
    folder = Path(tempfile.mkdtemp(prefix="laws"))
    atexit.register(shutil.rmtree, folder)
    home = Home(folder / "home")
    campaign_file(home, **FIRST_FILE)
    bring(home, write(folder / "first.told", *FIRST))
    label(home, text_sha256(None, TEXTS[1]), "negative")
    build(home)
    return home.path


class Store(RuleBasedStateMachine):
    """Any order of imports, changes and builds of one home, beside a plain Python account of the same."""

    @initialize()
    def start(self):
        """A published home of a few posts, so that each step has something to change."""
        self.folder = Path(tempfile.mkdtemp(prefix="laws"))
        self.quiet = no_shipped_campaigns(self.folder)
        self.quiet.__enter__()
        self.home = Home(self.folder / "home")
        shutil.copytree(first_home(), self.home.path)
        self.world = World(files={"art": FIRST_FILE}, labels={(text_sha256(None, TEXTS[1]), "sentiment", ""): ("negative", 0.75)})
        self.world.tell("art", *FIRST)
        self.files = [FIRST]
        self.relabelled = 0
        self.gone = set()

    def write_campaign(self, id, file):
        campaign_file(self.home, id, **file)
        self.world.files[id] = file

    @rule(told=st.lists(records(), min_size=1, max_size=4), other=st.booleans())
    def import_a_file(self, told, other):
        self.take([one for one in told if settled([*(known for _, known in self.world.told), one])], other)

    @precondition(lambda self: self.files)
    @rule(number=st.integers(0, 9), other=st.booleans())
    def import_a_file_again(self, number, other):
        self.take(self.files[number % len(self.files)], other)

    @precondition(lambda self: self.files)
    @rule(number=st.integers(0, 9), text=st.sampled_from(TEXTS), day=st.sampled_from([2, 6]))
    def edit_a_post(self, number, text, day):
        """The newest sighting, or one older than all that came before it."""
        told = self.files[number % len(self.files)][0] | {"text": text, "basis": "told", "seen": f"2024-05-0{day}T08:00:00"}
        if settled([*(known for _, known in self.world.told), told]):
            self.take([told], other=False)

    def take(self, told, other):
        if not told or not settled(told):
            return
        campaign = "more" if other and "more" in self.world.files else "art"
        self.files.append(told)
        bring(self.home, write(self.folder / f"{len(self.files)}.told", *told), campaign=campaign)
        left = [one for one in told if not self.is_gone(one)]
        self.world.tell(campaign, *left)

    def is_gone(self, one):
        return key_of(one) in self.gone or one.get("author") in self.gone

    def is_told(self, text):
        """Only what somebody says is ever labelled, and with the last who said it a label is forgotten."""
        return any(one["text"] == text for _, one in self.world.told)

    @rule(text=st.sampled_from(TEXTS[1:]), value=st.sampled_from(["negative", "positive"]), stance=st.booleans(), model=MODELS)
    def label_a_text(self, text, value, stance, model):
        if not self.is_told(text):
            return
        self.relabelled += 1
        kind, target = ("stance", TARGETS[0]) if stance else ("sentiment", None)
        said = {"negative": "against", "positive": "favour"}[value] if stance else value
        score = 0.5 if self.relabelled % 2 else 0.75
        label(
            self.home, text_sha256(None, text), said, kind=kind, target=target, version=str(self.relabelled % 2 + 1),
            probabilities={said: score}, labelled_at=NOON + timedelta(minutes=self.relabelled), model=model,
        )  # fmt: skip
        self.world.label(self.world.labels, (text_sha256(None, text), kind, target or ""), (said, score), model)

    @rule(
        text=st.sampled_from(TEXTS[5:]),
        parent=st.sampled_from([TEXTS[1], TEXTS[4]]),
        said=st.sampled_from(["favour", "against"]),
        model=MODELS,
    )
    def label_an_answer_under_a_text(self, text, parent, said, model):
        if not (self.is_told(text) and self.is_told(parent)):
            return
        self.relabelled += 1
        sha, context = text_sha256(None, text), text_sha256(None, parent)
        label(
            self.home, sha, said, kind="stance", target=TARGETS[0], context_sha256=context, version=str(self.relabelled % 2 + 1),
            probabilities={said: 0.5}, labelled_at=NOON + timedelta(minutes=self.relabelled), model=model,
        )  # fmt: skip
        self.world.label(self.world.in_context, (sha, context, TARGETS[0]), (said, 0.5), model)

    @rule(file=FILES)
    def change_the_campaign_file(self, file):
        self.write_campaign("art", file)

    @rule(file=FILES)
    def add_a_campaign(self, file):
        self.write_campaign("more", file)

    @rule()
    def compact_the_log(self):
        log = Log(self.home.log)
        compact(log)
        log.clear()

    @precondition(lambda self: self.world.told)
    @rule(number=st.integers(0, 9), whole_author=st.booleans())
    def forget_one(self, number, whole_author):
        _, one = self.world.told[number % len(self.world.told)]
        if whole_author and one.get("author"):
            forget(self.home, author=one["author"])
            self.gone |= {one["author"], *self.world.forget_author(one["author"])}
        else:
            platform, comment, id = key_of(one)
            forget(self.home, post=f"{platform}:comment:{id}" if comment else f"{platform}:{id}")
            self.world.forget_post(key_of(one))
            self.gone.add(key_of(one))

    @rule()
    def publish(self):
        build(self.home)

    def teardown(self):
        if not hasattr(self, "folder"):
            return
        try:
            build(self.home)
            incremental = dump(self.home)
            if not any(merged.tied for merged in self.world.posts().values()):
                self.equals_the_reference()
            build(self.home, full=True)
            assert differences(incremental, dump(self.home)) == {}
        finally:
            self.quiet.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    def equals_the_reference(self):
        world, posts = self.world, self.world.posts()
        found = {
            (platform, comment, id): rest
            for platform, comment, id, *rest in ask(
                self.home,
                "select platform, is_comment, post_id, text, text_sha256, likes, likes_grain, reposts, reposts_grain, sightings, "
                "first_seen, last_seen, published_at, published_grain, campaigns, sentiment, sentiment_score, hashtags, status from posts",
            )
        }
        campaigns = world.campaigns_of()
        assert found == {
            key: [
                merged.text, merged.sha256, *merged.likes_told, *merged.likes_told, len(merged.records), min(merged.seen, default=None),
                max(merged.seen, default=None), *(merged.published or (None, None)), sorted(campaigns[key]), *world.sentiment(merged),
                None if merged.tags is None else list(merged.tags), merged.status,
            ]
            for key, merged in posts.items()
        }  # fmt: skip
        versions = ask(self.home, "select platform, is_comment, post_id, text_sha256 from post_text")
        assert sorted(versions) == sorted((*key, sha) for key, sha in world.versions())
        member = ask(self.home, "select distinct campaign, platform, is_comment, post_id, via from membership")
        assert sorted(member) == sorted((campaign, *key, via) for campaign, key, via in world.membership())
        hours, days = world.cells()
        asked = "select campaign, platform, tag_key, hour, class, posts from post_hour"
        assert {row[:5]: row[5] for row in ask(self.home, asked)} == hours
        asked = "select campaign, platform, tag_key, day, class, posts, coarse, accounts, no_account from post_day"
        assert {row[:5]: row[5:] for row in ask(self.home, asked)} == days
        asked = (
            "select campaign, platform, tag_key, day, kind, target, value, sum(posts)::bigint, sum(score_sum), sum(undecided)::bigint "
            "from label_day group by all"
        )
        assert {row[:7]: row[7:] for row in ask(self.home, asked)} == world.labelled_days()
        asked = "select platform, is_comment, post_id, target, stance, stance_score from stances"
        assert {(row[:3], row[3]): row[4:] for row in ask(self.home, asked)} == world.stances()
        assert ask(self.home, "select count(*) from meta") == [(1,)]


MANY = int(os.environ.get("GROUNDSWELL_TEST_EXAMPLES", "60"))
QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def test_an_incremental_build_equals_a_full_one():
    run_state_machine_as_test(
        Store, settings=settings(QUIET, max_examples=4, stateful_step_count=6, derandomize=True, phases=[Phase.generate])
    )


@pytest.mark.slow
def test_an_incremental_build_equals_a_full_one_at_length():
    run_state_machine_as_test(Store, settings=settings(QUIET, max_examples=MANY, stateful_step_count=20))


@pytest.mark.slow
def test_what_has_no_id_of_its_own_is_taken_in_once_though_the_log_was_compacted(tmp_path):
    """A compaction puts published rows and new ones into one segment, which is new to the build."""
    home = Home(tmp_path / "home")
    campaign_file(home, **FIRST_FILE)
    log = Log(home.log)
    about = {"campaign": "art", "run_id": "run"}
    for number in range(2):
        later = NOON + timedelta(hours=number)
        log.append_rows([
            Gap(platform="weibo", starts_at=NOON, ends_at=later, reason="the platform refused", **about),
            Event(at=later, at_grain="minute", kind="other", title="一件事", **about),
            Consent(host="m.weibo.cn", given_at=later, says="nothing", run_id="run"),
            Alert(at=later, kind="spike", subject="停更周", **about),
            Tombstone(kind="post", subject=f"subject {number}", at=later, run_id="run"),
        ])  # fmt: skip
        if not number:
            build(home)
    compact(log)
    build(home)
    incremental = dump(home)
    assert [len(incremental[table]) for table in ("gap", "event_told", "consent", "alert", "tombstone")] == [2] * 5
    build(home, full=True)
    assert differences(incremental, dump(home)) == {}


@pytest.mark.slow
def test_what_a_build_compacts_is_not_new_to_the_build_after_it(tmp_path, monkeypatch):
    """Published rows merged with new ones would all be taken in again: after a large import, a build of everything."""
    monkeypatch.setattr(importing, "BATCH", 2)
    monkeypatch.setattr("data.compact.TOO_MANY", 12)
    home = Home(tmp_path / "home")
    campaign_file(home, **FIRST_FILE)
    for number, some in enumerate((range(1, 9), range(9, 12), range(12, 15))):
        bring(home, write(tmp_path / f"{number}.told", *(post(str(7000 + n)) for n in some)))
        assert build(home).posts == len(some)
    segments = Log(home.log).manifest().of("post")
    assert sorted(segment.rows for segment in segments) == [1, 1, 2, 2, 8]  # the second build found enough to merge
