"""`groundswell label`."""

import argparse

from commands.given import OTHER_MODEL, publishing
from commands.published import begun, publish, up_to_date
from commands.saying import far, progress, say
from data.home import Home

HELP = "emotion, sentiment and stance of every distinct text that has none of this model version"


def options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--campaign", required=True, metavar="ID")
    made.add_argument("--model", metavar="DIR|NAME", help=OTHER_MODEL)
    made.add_argument("--redo", action="store_true", help="label again what this model version has labelled")
    publishing(made)


def run(told: argparse.Namespace, home: Home) -> None:
    from dataclasses import replace

    from analysis.classifier import load
    from analysis.labelling import label as label_texts
    from data.build import forgotten_until
    from data.campaign import find
    from data.clock import now
    from data.forget import append_of_texts
    from data.log import Log
    from data.unlabelled import unlabelled

    campaign = find(home, told.campaign)
    targets = [concept for concept, _ in campaign.targets]
    classifier = load(told.model, campaign.told.get("label_names"))
    log = Log(home.log)
    labelled, seconds, rate = 0, 0.0, 0.0
    with up_to_date(told, home) as connection:
        run = begun("label", campaign, f"{classifier.name} {classifier.version}")
        log.append_rows([run])
        total, texts = unlabelled(
            connection, campaign=told.campaign, model=classifier.name, version=classifier.version, kinds=classifier.post_kinds,
            targets=targets if classifier.head("stance") else [], with_context=classifier.takes_context, again=told.redo,
        )  # fmt: skip
        forgotten = forgotten_until(connection)
        for step in label_texts(texts, classifier, total=total, run_id=run.run_id):
            append_of_texts(log, step.rows, forgotten)
            labelled += len({row.text_sha256 for row in step.rows})
            seconds, rate = step.progress.seconds, step.progress.posts_per_second
            progress(far(step.progress))
    progress("")
    log.append_rows([replace(run, ended=max(now(), run.started), read=total, added=labelled)])
    say(
        told,
        f"{labelled:,} texts labelled toward {len(targets)} targets by {classifier.name} {classifier.version} "
        f"in {seconds:.1f} s ({rate:.0f} posts/s)",
        {"model": classifier.name, "model_version": classifier.version, "labelled": labelled, "seconds": round(seconds, 1),
         "posts_per_second": round(rate, 1)},
    )  # fmt: skip
    if not told.no_publish:
        publish(home)
