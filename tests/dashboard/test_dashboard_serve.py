"""The dashboard serves this machine only."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from dashboard import serve
from data.errors import WrongUsage

ROOT = Path(__file__).parents[2]
START = """
import sys
from pathlib import Path
from data.home import Home
from dashboard.serve import serve
serve(Home(Path(sys.argv[1])), int(sys.argv[2]), browser=False)
"""


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind((serve.ADDRESS, 0))
        return asked.getsockname()[1]


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.7", "::", "example.org"])
def test_another_address_is_refused(monkeypatch, home, address):
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", address)
    with pytest.raises(WrongUsage, match="no login"):
        serve.serve(home, free_port(), browser=False)


def test_another_address_in_a_configuration_file_is_refused(monkeypatch, home, tmp_path):
    monkeypatch.delenv("STREAMLIT_SERVER_ADDRESS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".streamlit").mkdir()
    for content, refusal in (('[server]\naddress = "0.0.0.0"\n', "no login"), ("[server\n", "not a TOML file")):
        (tmp_path / ".streamlit" / "config.toml").write_text(content)
        with pytest.raises(WrongUsage, match=refusal):
            serve.serve(home, free_port(), browser=False)
    (tmp_path / ".streamlit" / "config.toml").write_text('[server]\naddress = "localhost"\n')
    serve.refuse_other_addresses()


def test_a_taken_port_is_told(home):
    with socket.socket() as taken:
        taken.bind((serve.ADDRESS, 0))
        taken.listen()
        with pytest.raises(WrongUsage, match="--port"):
            serve.serve(home, taken.getsockname()[1], browser=False)


def test_none_means_every_address():
    assert serve.listens_elsewhere(None) and serve.listens_elsewhere("") and serve.listens_elsewhere("0.0.0.0")
    assert not serve.listens_elsewhere("127.0.0.1") and not serve.listens_elsewhere("localhost")


def test_it_serves_from_another_folder_on_this_machine_only_and_stops_when_told(home, tmp_path):
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    log = tmp_path / "log"
    with open(log, "wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", START, str(home.path), str(port)], cwd=tmp_path, env=environment, stdout=out, stderr=out
        )
    try:
        wait_for(port, server, log)
        [listening] = [address for address in listening_addresses(server.pid) if address[1] == port]
        assert listening == ("127.0.0.1", port)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
    assert "Traceback" not in log.read_text() and "restart" not in log.read_text()


def wait_for(port: int, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text())


def listening_addresses(pid: int) -> list[tuple[str, int]]:
    """Addresses a process listens on, as Linux tells them."""
    sockets = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and f"socket:[{inode}]" in sockets:
                address, port = local.split(":")
                shown = ".".join(str(byte) for byte in reversed(bytes.fromhex(address))) if table == "tcp" else address
                found.append((shown, int(port, 16)))
    return found
