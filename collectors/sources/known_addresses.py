"""Addresses that a source was told, now or earlier."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from collectors.platforms import host_of
from collectors.run import Collection, Wanted

KEPT = "address "
SITE = "www.xiaohongshu.com"
SHORT = "xhslink.com"


def hosts_of(wanted: Wanted) -> tuple[str, ...]:
    """The hosts that the told addresses lead to, and the site itself."""
    return (*dict.fromkeys(host_of(whole(address)) for address in wanted.addresses if host_of(whole(address)) != SITE), SITE)


def whole(address: str) -> str:
    """An address as the site's own: with its full host, and each value encoded, since tokens end in "="."""
    parts = urlsplit(address)
    host = f"www.{host_of(address)}" if host_of(address) == SITE.removeprefix("www.") else host_of(address)
    return urlunsplit(("https", host, parts.path, urlencode(parse_qsl(parts.query, keep_blank_values=True)), ""))


def keep(run: Collection, addresses: list[str]) -> list[str]:
    """All addresses the source knows: those of earlier commands too, which are seen again."""
    for address in addresses:
        run.plan.reached.setdefault(KEPT + whole(address), "")
    return [key.removeprefix(KEPT) for key in run.plan.reached if key.startswith(KEPT)]
