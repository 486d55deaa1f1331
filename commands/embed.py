"""`groundswell embed`."""

import argparse

from commands.given import publishing
from commands.published import begun, publish, up_to_date
from commands.saying import far, progress, say
from data.home import Home

HELP = "vectors of every distinct text that has none, for search by meaning (extra [search])"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--campaign", required=True, metavar="ID")
    publishing(made)


def run(told: argparse.Namespace, home: Home) -> None:
    from dataclasses import replace

    from analysis import meaning
    from data.build import forgotten_until
    from data.campaign import find
    from data.clock import now
    from data.forget import append_of_texts
    from data.log import Log
    from data.unembedded import unembedded

    campaign = find(home, told.campaign)
    encoder = meaning.encoder()
    log = Log(home.log)
    added, seconds, rate = 0, 0.0, 0.0
    with up_to_date(told, home) as connection:
        run = begun("embed", campaign, meaning.MODEL)
        log.append_rows([run])
        total, texts = unembedded(connection, campaign=told.campaign, model=meaning.MODEL)
        forgotten = forgotten_until(connection)
        for step in meaning.embed(texts, encoder, total=total, run_id=run.run_id):
            append_of_texts(log, step.rows, forgotten)
            added, seconds, rate = added + len(step.rows), step.progress.seconds, step.progress.posts_per_second
            progress(far(step.progress))
    progress("")
    log.append_rows([replace(run, ended=max(now(), run.started), read=total, added=added)])
    say(
        told,
        f"{added:,} texts can be found by meaning now, {meaning.MODEL}, in {seconds:.1f} s ({rate:.0f} posts/s)",
        {"model": meaning.MODEL, "embedded": added, "seconds": round(seconds, 1), "posts_per_second": round(rate, 1)},
    )
    if not told.no_publish:
        publish(home)
