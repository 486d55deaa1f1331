"""Every import format under atheris: bytes of its samples are changed, guided by what of `collectors` they reach.

    pip install atheris        # Linux; needed for this alone, no part of any extra
    nice -n 15 python -m tests.fuzz.importers --minutes 60 --out fuzz

What a format may do with any file: tell records, say of one why it is broken or refused, or say that the whole is unreadable. Anything
else is a finding: it is written into `--out` with the input that made it, once for each place in the code, and the fuzz goes on. So is an
end of the process, and an input that takes longer than 20 s or more than 2 GB. Exit status 1 with findings.
"""

import argparse
import hashlib
import io
import json
import random
import re
import subprocess
import sys
import time
import traceback
import zipfile
import zlib
from collections import defaultdict
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed: pip install atheris")

with atheris.instrument_imports(include=["collectors"]):
    from collectors.cells import HEAD
    from collectors.formats import Broken, Sample, Source, formats
    from collectors.table_csv import header

    formats()

from data.errors import Unreadable
from data.model import TABLE_OF, to_arrow
from tests.collectors.test_formats import FILES, mapping_of, module_of, origin_of

SECONDS, MEGABYTES, LARGEST = 20, 2048, 1 << 18
TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[-\d.]+|[^,\n\t{}\[\]:"]+')
ODD = (
    *(b"", b'""', b"null", b"0", b"-1", b"true", b"[]", b"{}", b'[null]', b'{"id":1}', b"1e400", b"NaN", b"9" * 40, b'"100\xe4\xb8\x87+"'),
    *(b'"undefined"', b"undefined", b'"2031-02-30"', b'"5.3E+15"', b'"#x#@y//@z:"', b"[[[[[[[[", b"\xff\xfe", b"\x00", b'"\xef\xbb\xbf"'),
)  # fmt: skip


def read(file: Path, body: bytes) -> None:
    """Reads a file of these bytes, as an import does, with the format of a sample."""
    name, module = file.name, module_of(file)
    source = Source(name=name, path=name, size=len(body), open=lambda: io.BytesIO(body))
    sample = Sample(name=name, path=name, head=body[:HEAD], header=header(body[:HEAD]))
    for known in formats():
        known.recognises(sample)
        getattr(known, "not_imported", lambda sample: None)(sample)
    origin = origin_of(file, mapping=mapping_of(file))
    rows = defaultdict(list)
    last = 0
    try:
        for record in module.records(source, origin):
            assert record.number > last or record.number == 0, f"record {record.number} after {last}"
            last = record.number
            if isinstance(record, Broken):
                assert record.reason and isinstance(record.body, bytes)
                continue
            try:
                for row in module.parse(record, origin):
                    rows[type(row)].append(row)
            except ValueError as reason:
                assert str(reason), "refused without a word"
    except Unreadable as reason:
        assert name in str(reason), f"the message does not name the file: {reason}"
    for kind, told in rows.items():
        to_arrow(TABLE_OF[kind], told)


def mutated(body: bytes, most: int, seed: int) -> bytes:
    """The bytes changed a little: within a zip archive a member of it, elsewhere a value or any bytes."""
    chance = random.Random(seed)
    if body.startswith(b"PK\x03\x04") and chance.random() < 0.9:
        try:
            return _in_zip(body, chance)[:most]
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, RuntimeError, EOFError, IndexError):
            pass  # no archive any more: its bytes are changed
    return _changed(body, chance, most)


def _in_zip(body: bytes, chance: random.Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as bundle, zipfile.ZipFile(made, "w") as other:
        members = {member.filename: bundle.read(member) for member in bundle.infolist()}
        chosen = chance.choice(sorted(members))
        for name, inside in members.items():
            other.writestr(name, _changed(inside, chance, LARGEST) if name == chosen else inside)
    return made.getvalue()


def _changed(body: bytes, chance: random.Random, most: int) -> bytes:
    tokens = list(TOKEN.finditer(body[:LARGEST])) if chance.random() < 0.5 else []
    if not tokens:
        return bytes(atheris.Mutate(body, most))
    token = chance.choice(tokens)
    put = chance.choice([*ODD, chance.choice(tokens)[0]])
    return (body[: token.start()] + put + body[token.end() :])[:most]


def fuzz(file: Path, out: Path, seconds: int) -> None:
    """Fuzzes the format of one sample in this process, which ends with it."""
    corpus = out / "corpus" / f"{file.parent.name} {file.name}"
    corpus.mkdir(parents=True, exist_ok=True)
    (corpus / "sample").write_bytes(file.read_bytes())

    def one(body: bytes) -> None:
        try:
            read(file, body)
        except Exception as fault:  # noqa: BLE001 - whatever falls over is what is looked for
            _found(out, file, body, fault)

    told = [f"-max_total_time={seconds}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={LARGEST}", "-verbosity=0",
            "-print_final_stats=1", f"-artifact_prefix={out}/{file.parent.name} {file.name} ", str(corpus)]  # fmt: skip
    atheris.Setup([sys.argv[0], *told], one, custom_mutator=mutated)
    atheris.Fuzz()


def _found(out: Path, file: Path, body: bytes, fault: Exception) -> None:
    ours = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(fault.__traceback__)]
    place = hashlib.sha256(f"{type(fault).__name__} {ours[-1]} {file.parent.name}".encode()).hexdigest()[:12]
    if not (out / f"{place}.txt").exists():
        (out / f"{place}.input").write_bytes(body)
        (out / f"{place}.txt").write_text(f"{file.parent.name}/{file.name}\n" + "".join(traceback.format_exception(fault)), "utf-8")


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--minutes", type=float, default=60, help="in all, shared by the formats (default: 60)")
    told.add_argument("--out", type=Path, required=True, metavar="DIR")
    told.add_argument("--format", action="append", metavar="NAME", help="only these formats")
    told.add_argument("--of-file", type=int, help=argparse.SUPPRESS)
    asked = told.parse_args()
    out = asked.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    if asked.of_file is not None:
        fuzz(FILES[asked.of_file], out, round(asked.minutes * 60))
        return 0
    chosen = [file for file in FILES if not asked.format or file.parent.name in asked.format]
    files_of = {name: sum(file.parent.name == name for file in chosen) for name in {file.parent.name for file in chosen}}
    for file in chosen:
        share = asked.minutes * 60 / len(files_of) / files_of[file.parent.name]
        print(
            json.dumps({"format": file.parent.name, "file": file.name, "seconds": round(share), **_in_a_process(file, out, share)}),
            flush=True,
        )
    findings = sorted(found.name for found in out.iterdir() if found.is_file() and not found.name.endswith(".input"))
    print(json.dumps({"findings": findings}), flush=True)
    return 1 if findings else 0


def _in_a_process(file: Path, out: Path, seconds: float) -> dict[str, int]:
    """Fuzzes in a process of its own, in another one where that died; how many inputs were tried, how often it died."""
    until, tried, died = time.monotonic() + seconds, 0, 0
    while (left := until - time.monotonic()) > 1:
        command = [sys.executable, "-m", "tests.fuzz.importers", "--of-file", str(FILES.index(file)), "--out", str(out)]
        done = subprocess.run([*command, "--minutes", str(left / 60)], capture_output=True, encoding="utf-8", errors="replace", check=False)
        number = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
        tried += int(number[1]) if number else 0
        if done.returncode:
            died += 1
            (out / f"died {file.parent.name} {file.name} {died}.txt").write_text(done.stderr[-4000:], "utf-8")
    return {"tried": tried, "died": died}


if __name__ == "__main__":
    sys.exit(main())
