"""`groundswell doctor`."""

import argparse

from commands.saying import say
from data.home import Home

HELP = "what is installed, reachable, stale, missing, full; one line each with the remedy"


def run(told: argparse.Namespace, home: Home) -> int:
    from collectors.doctor import examine

    findings = examine(home)
    lines = [f"{'ok ' if finding.ok else '!! '} {finding.what}{'' if finding.ok else ' — ' + finding.remedy}" for finding in findings]
    say(told, "\n".join(lines), {"findings": [vars(finding) for finding in findings]})
    return 0
