"""Notes of Xiaohongshu whose address is known: told with the command, or read from an imported file with the note's token.

Each is one page. Its robots file forbids all, so that the host has to be named. Searching, and comments beyond those on the page, want a
login and signed calls: these are for the reader's own browser and `groundswell import`. How many comments are missing is told as a gap.
"""

from collectors.client import Client
from collectors.platforms import Page, host_of, xiaohongshu
from collectors.run import Collection, Wanted
from collectors.sources.known_addresses import KEPT, SHORT, hosts_of, keep, whole
from data.collected import addresses_with_token

NAME = "xiaohongshu-notes"
PLATFORM = "xiaohongshu"


def hosts(client: Client, wanted: Wanted) -> tuple[str, ...]:
    return hosts_of(wanted)


def takes(address: str) -> bool:
    """A note's page, or a short link, which leads to one."""
    return host_of(address) == SHORT or xiaohongshu.endpoint(whole(address)) == "note page"


def query(wanted: Wanted) -> str:
    return "notes whose address is known"


def collect(run: Collection) -> None:
    told = [address for address in run.wanted.addresses if takes(address)]
    known = keep(run, [*told, *addresses_with_token(run.log, run.campaign.id, PLATFORM)])
    if not known:
        run.warn(
            f"{NAME}: no note's address is known. Give addresses as your browser shows them (with xsec_token), or read the site in your "
            "own browser, save a recording (HAR), and use groundswell import"
        )
    for address in known:
        if not run.finished(address):
            _note(run, address)
            run.finish(address)


def _note(run: Collection, address: str) -> None:
    page = run.ask(address)
    if page is None:
        return
    _tell_missing_comments(run, address, page)
    if page.refusal is not None:
        # Warnings stay in the log, and a note that is forgotten must not be named there.
        where = f"the note that ends in {address.partition('?')[0].rstrip('/')[-4:]}"
        run.warn(f"{where}: {page.refusal.says}. Its address has lost its token: open the note in your browser and copy the address again")
        run.plan.reached.pop(KEPT + address, None)


def _tell_missing_comments(run: Collection, address: str, page: Page) -> None:
    """Says that the page shows fewer comments than there are, once for as many as it tells: it is seen again with every run."""
    seen = run.seen(page)
    note = next((one for one in seen if not one.is_comment), None)
    if note is None:
        return
    told, shown = note.comments, len({one.post_id for one in seen if one.is_comment})
    fewer = told is not None and shown < told
    if (fewer or page.next) and run.plan.reached[KEPT + address] != str(told):
        # Where only "10+" is told, ten may be shown, and still there are more.
        reported = told if fewer else None
        run.gap(note.post_id, run.until, run.until, "fewer than reported", reported=reported, collected=shown)
        run.plan.reached[KEPT + address] = str(told)
