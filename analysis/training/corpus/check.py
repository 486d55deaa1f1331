"""Does every post keep to the form of README.md? Prints the counts, or the faults and ends with 1.

python analysis/training/corpus/check.py [batch_01.jsonl ...]
"""

import json
import re
import sys
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parent
FIELDS = {"post_id", "controversy", "platform", "manner", "text", "context", "targets"}
STANCES = {"favour", "against", "neutral"}
PLATFORMS = {"weibo", "xiaohongshu"}
NEGATED_TARGET = re.compile("^(反对|抵制|拒绝|拒买|不)")


def concepts_by_controversy(folder: Path = FOLDER) -> dict[str, list[str]]:
    """The concepts of each controversy id."""
    read = tomllib.loads((folder / "controversies.toml").read_text(encoding="utf-8"))
    return {one["id"]: one["concepts"] for one in read["controversy"]}


def faults_of(post: dict, concepts: dict[str, list[str]]) -> list[str]:
    """What is wrong with one post, in words; empty when nothing is."""
    faults = []
    missing = FIELDS - {"context"} - post.keys()
    if missing or post.keys() - FIELDS:
        return [f"fields missing {sorted(missing)}, unknown {sorted(post.keys() - FIELDS)}"]
    if post["platform"] not in PLATFORMS:
        faults.append(f"platform {post['platform']!r}")
    if not re.fullmatch("[a-z_]+", post["manner"]):
        faults.append(f"manner {post['manner']!r}")
    if not 2 <= len(post["text"]) <= 400 or post["text"] != post["text"].strip():
        faults.append(f"text of {len(post['text'])} characters, or with blanks around it")
    turns = post.get("context", ["-"])
    if not (isinstance(turns, list) and turns and all(isinstance(turn, str) and turn for turn in turns)):
        faults.append("context is not a list of texts")
    named = [target["concept"] for target in post["targets"]]
    if not 2 <= len(named) <= 3 or len(set(named)) < len(named):
        faults.append(f"targets {named}: two or three different ones are wanted")
    known = concepts.get(post["controversy"])
    if known is None:
        return [*faults, f"controversy {post['controversy']!r} is not in controversies.toml"]
    for target in post["targets"]:
        if target["concept"] not in known:
            faults.append(f"concept {target['concept']!r} is not of {post['controversy']}")
        if target["stance"] not in STANCES:
            faults.append(f"stance {target['stance']!r}")
    return faults


def normal(text: str) -> str:
    """Letters and digits only, to find a text that stands twice."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).lower()


def check(files: list[Path]) -> list[str]:
    """All faults of these files, each with file and line; prints the counts of each file."""
    concepts = concepts_by_controversy()
    faults = [
        f"controversies.toml: {concept!r} is a negated target"
        for several in concepts.values()
        for concept in several
        if NEGATED_TARGET.match(concept)
    ]
    seen: dict[str, str] = {}
    for file in files:
        stances: Counter[str] = Counter()
        manners: Counter[str] = Counter()
        controversies: Counter[str] = Counter()
        differing = 0
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            post = json.loads(line)
            here = f"{file.name}:{number}"
            faults += [f"{here}: {fault}" for fault in faults_of(post, concepts)]
            thread = normal(post["text"]) + "|" + normal("".join(post.get("context", [])))
            for key in (post["post_id"], thread):
                if seen.setdefault(key, here) != here:
                    faults.append(f"{here}: stands already in {seen[key]}")
            own = [target["stance"] for target in post["targets"]]
            stances.update(own)
            differing += len(set(own)) > 1
            manners[post["manner"]] += 1
            controversies[post["controversy"]] += 1
        posts = controversies.total()
        shares = ", ".join(f"{name} {count / stances.total():.0%}" for name, count in stances.most_common())
        print(f"{file.name}: {posts} posts, {stances.total()} labels ({shares})")
        print(f"  stances differ within {differing / max(posts, 1):.0%} of the posts")
        print("  " + ", ".join(f"{name} {count}" for name, count in controversies.items()))
        print("  " + ", ".join(f"{name} {count}" for name, count in manners.most_common()))
    return faults


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("batch_*.jsonl"))
    found = check(given)
    print("\n".join(found))
    sys.exit(1 if found else 0)
