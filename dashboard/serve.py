"""Starts the dashboard, on this machine and for this machine only: there is no login yet."""

import os
import socket
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from dashboard import ahead
from data.errors import WrongUsage
from data.home import Home

ADDRESS = "127.0.0.1"
OF_THIS_MACHINE = (ADDRESS, "localhost", "::1")
APP = Path(__file__).parent.parent / "app.py"
THEME = Path(__file__).parent / "theme.toml"
OPTIONS = {
    "server.address": ADDRESS,
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": "false",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorLinks": "false",  # they would carry the words of an error to others
    # A table's own download would write cells that a spreadsheet runs. `groundswell export` makes them harmless.
    "client.disableDataExport": "true",
    # With it goes an offer to install things for programming assistants, in the terminal and on the page. We say where it is ourselves.
    "logger.hideWelcomeMessage": "true",
    "runner.magicEnabled": "false",
    "global.developmentMode": "false",
    "theme.base": str(THEME),
}


def serve(home: Home, port: int, browser: bool) -> None:
    """Serves the dashboard of `home` on 127.0.0.1:`port` until it is stopped, and opens a browser if asked to. Raises WrongUsage
    when another address is configured for Streamlit, or the port is taken."""
    refuse_other_addresses()
    _check_free(port)
    os.environ["GROUNDSWELL_HOME"] = str(home.path)
    from streamlit.web import cli  # half a second that no other command should wait for

    ahead.start(home, ADDRESS, port)
    print(f"The dashboard is at http://{ADDRESS}:{port}, for this machine only. Stop it with Ctrl+C.", file=sys.stderr)
    told = {**OPTIONS, "server.port": str(port), "server.headless": str(not browser).lower()}
    cli.main(["run", str(APP), *(f"--{name}={value}" for name, value in told.items())], standalone_mode=False)


def refuse_other_addresses() -> None:
    """Raises WrongUsage when the environment or a configuration file asks Streamlit to listen elsewhere."""
    for place, address in _configured_addresses():
        if address not in OF_THIS_MACHINE:
            raise WrongUsage(
                f"{place} asks Streamlit to listen on {address}. The dashboard has no login, so it serves only this machine "
                f"({ADDRESS}): take that setting out."
            )


def _configured_addresses() -> Iterator[tuple[str, str]]:
    """Each place that sets an address, and the address. The files are read here because Streamlit, once it has read them itself,
    takes our own options for a change that needs a restart."""
    from streamlit.config import get_config_files

    if address := os.environ.get("STREAMLIT_SERVER_ADDRESS"):
        yield "STREAMLIT_SERVER_ADDRESS", address
    for file in map(Path, get_config_files("config.toml")):
        if file.is_file():
            try:
                told = tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise WrongUsage(f"{file}: not a TOML file: {error}") from error
            if address := told.get("server", {}).get("address"):
                yield str(file), address


def listens_elsewhere(address: str | None) -> bool:
    """Whether a server with this `server.address` could be reached from another machine; none means every address."""
    return address not in OF_THIS_MACHINE


def _check_free(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((ADDRESS, port))
        except OSError as error:
            raise WrongUsage(f"Port {port} is taken ({error.strerror}): choose another with --port") from error
