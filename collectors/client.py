"""The only code that talks to a platform.

It asks no host that the user has not consented to, follows `GROUNDSWELL_HOSTS` (JSON: a host and the address its requests go to
instead, such as a mirror or a test server), and says who is asking.
"""

import json
import os
from urllib.parse import urlsplit

import httpx2 as httpx

from data.errors import WrongUsage
from data.version import VERSION

USER_AGENT = f"groundswell/{VERSION} (research and journalism; one slow reader)"


def address(host: str) -> str:
    """Where requests to a host go. Raises WrongUsage when GROUNDSWELL_HOSTS is not what it should be."""
    told = os.environ.get("GROUNDSWELL_HOSTS")
    if not told:
        return f"https://{host}"
    try:
        mapped = json.loads(told)
        place = mapped.get(host, f"https://{host}")
        if not urlsplit(place).scheme:
            raise ValueError(f"{place!r} is not an address")
    except (ValueError, AttributeError) as error:
        raise WrongUsage(f'GROUNDSWELL_HOSTS: write JSON such as {{"m.weibo.cn": "http://127.0.0.1:8700"}} ({error})') from error
    return place


def reachable(host: str, *, timeout: float = 5.0) -> str | None:
    """None where the host answers at all, else why not, in words. Reads only its robots file."""
    try:
        with httpx.Client(timeout=timeout, headers={"User-Agent": USER_AGENT}) as client:
            client.get(f"{address(host)}/robots.txt")
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"
    return None
