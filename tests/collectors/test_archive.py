"""The archive of table records: bytes that were damaged are told, wherever they stand."""

import pytest

from collectors import archive
from collectors.verify import verify_archive
from data.log import Log
from data.model import Sighting

BODIES = [b'{"n": %d, "text": "aaaaaaaaaaaa"}' % number for number in range(3)]


@pytest.fixture
def kept(tmp_path):
    """An archive file, and a log that refers to each of its records."""
    references = archive.Writer(tmp_path / "tables", "run").write(BODIES)
    log = Log(tmp_path / "log")
    log.append_rows([
        Sighting(record_id=str(n), platform="weibo", post_id=str(n), seen_at=None, seen_at_basis="import", format="mapped", run_id="run",
                 raw_ref=reference) for n, reference in enumerate(references)
    ])  # fmt: skip
    return tmp_path / "tables" / "run-00000.frames", log, references


def test_a_damaged_byte_is_told_wherever_it_stands(kept):
    file, log, references = kept
    assert verify_archive(file.parent, log)["ok"]
    sound = file.read_bytes()
    for place in range(len(sound)):
        for bit in (1, 128):
            file.write_bytes(sound[:place] + bytes([sound[place] ^ bit]) + sound[place + 1 :])
            told = verify_archive(file.parent, log)
            read = []
            for reference in references:
                try:
                    read.append(archive.read(file.parent, reference))
                except (KeyError, ValueError):
                    read.append(None)
            # A few bits of the packed block decide nothing: then every record is what it was.
            assert not told["ok"] or read == BODIES, (place, bit)
            assert all(body in (None, BODIES[n]) for n, body in enumerate(read)), (place, bit)
