"""Runs the command in child processes that kill themselves at a chosen moment, as a power cut or `kill -9` would.

As a program it imports everything once, then forks a child for each line on standard input:

    {"arguments": [...], "small": {"module.NAME": value}, "kill": [number, "before" | "after"], "after_seconds": x, "wait": true}

`kill` counts the calls of os.link, os.rename and os.replace, through which all that is lasting gets its name; `small` makes batches
small enough that a few posts need several. The answer is one line: {"pid", "status", "calls", "err"}, a status of -9 for a child that
was killed. With `wait` false only the pid comes at once, and {"wait_for": pid} asks for the rest.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMING = ("link", "rename", "replace")
OURS = ("analysis.labelling", "collectors.importing", "data.build", "data.compact", "data.forget", "data.unlabelled", "groundswell")
OF_OTHERS = ("onnxruntime", "pandas", "pyarrow.dataset")


class Killable:
    """The program above, asked from a test."""

    def __init__(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GROUNDSWELL_")}
        self.program = subprocess.Popen(
            [sys.executable, "-m", "tests.laws.killable"], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, **told):
        print(json.dumps(told), file=self.program.stdin, flush=True)
        return json.loads(self.program.stdout.readline())

    def run(self, home, *arguments, **told):
        return self.ask(arguments=["--home", str(home), *map(str, arguments)], **{"wait": True, **told})

    def start(self, home, *arguments, **told):
        return self.run(home, *arguments, wait=False, **told)["pid"]

    def end_of(self, pid):
        return self.ask(wait_for=pid)

    def close(self):
        self.program.stdin.close()
        self.program.stdout.close()
        self.program.wait(30)


def serve():
    for name in (*OURS, *OF_OTHERS):
        importlib.import_module(name)  # so that a child starts at once
    sys.modules["collectors.formats"].formats()
    sys.modules["data.tags"].tag_key("畫")
    folder = Path(tempfile.mkdtemp(prefix="killable"))
    sys.modules["data.campaign"].SHIPPED = folder / "no campaigns"  # what is tested here needs none
    for line in sys.stdin:
        told = json.loads(line)
        if "wait_for" in told:
            answer = _ended(told["wait_for"], folder)
        else:
            pid = os.fork()
            if pid == 0:
                _child(told, folder / str(os.getpid()))
            if "after_seconds" in told:
                time.sleep(told["after_seconds"])
                os.kill(pid, signal.SIGKILL)
            answer = _ended(pid, folder) if told["wait"] else {"pid": pid}
        print(json.dumps(answer), flush=True)


def _ended(pid, folder):
    _, status = os.waitpid(pid, 0)
    calls, err = (folder / f"{pid}{suffix}" for suffix in (".calls", ".err"))
    return {
        "pid": pid,
        "status": os.waitstatus_to_exitcode(status),
        "calls": calls.stat().st_size if calls.exists() else 0,
        "err": err.read_text(errors="replace") if err.exists() else "",
    }


def _child(told, place):
    for number, name in ((0, os.devnull), (1, os.devnull), (2, f"{place}.err")):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
    for name, value in told.get("small", {}).items():
        module, constant = name.rsplit(".", 1)
        assert hasattr(sys.modules[module], constant), name
        setattr(sys.modules[module], constant, value)
    calls = os.open(f"{place}.calls", os.O_WRONLY | os.O_CREAT)
    for name in NAMING:
        setattr(os, name, _counted(getattr(os, name), calls, *told.get("kill") or (None, None)))
    import groundswell

    status = 1
    try:
        groundswell.main(told["arguments"])
    except SystemExit as ended:
        status = ended.code or 0
    finally:
        if sys.exc_info()[0]:
            sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        os._exit(status)


def _counted(real, calls, fatal, moment):
    def call(*arguments, **options):
        os.write(calls, b".")
        now = os.fstat(calls).st_size == fatal
        if now and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*arguments, **options)
        if now:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return call


if __name__ == "__main__":
    serve()
