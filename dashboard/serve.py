"""Starts the dashboard, on this machine and for this machine only: there is no login yet."""

import os
import socket
from pathlib import Path

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
    # A table's own download would write cells that a spreadsheet runs. `groundswell export` makes them harmless.
    "client.disableDataExport": "true",
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

    told = {**OPTIONS, "server.port": str(port), "server.headless": str(not browser).lower()}
    cli.main(["run", str(APP), *(f"--{name}={value}" for name, value in told.items())], standalone_mode=False)


def refuse_other_addresses() -> None:
    """Raises WrongUsage when the environment or a configuration file asks Streamlit to listen elsewhere."""
    from streamlit import config

    asked = os.environ.get("STREAMLIT_SERVER_ADDRESS") or config.get_option("server.address")
    if asked and asked not in OF_THIS_MACHINE:
        raise WrongUsage(
            f"Streamlit is configured to listen on {asked}. The dashboard has no login, so it serves only this machine "
            f"({ADDRESS}): unset STREAMLIT_SERVER_ADDRESS, or server.address in the Streamlit configuration."
        )


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
