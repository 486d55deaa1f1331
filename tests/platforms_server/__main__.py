"""Run the server by hand: `python -m tests.platforms_server --port 8700 --speed 60`."""

import argparse
import json
import time
from datetime import datetime

from tests.platforms_server.faults import FAULTS
from tests.platforms_server.fixtures import start
from tests.platforms_server.invent import SMALL, START, Size


def main() -> None:
    parser = argparse.ArgumentParser(description="An invented Weibo and Xiaohongshu on this machine.")
    parser.add_argument("--port", type=int, default=8700)
    parser.add_argument("--now", type=datetime.fromisoformat, default=START, help="the world's time, with a zone")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--fault", action="append", default=[], metavar="HOST:KIND", help=", ".join(FAULTS))
    told = parser.parse_args()
    with start(port=told.port, at=told.now, speed=told.speed, seed=told.seed, size=SMALL if told.small else Size()) as running:
        for fault in told.fault:
            host, _, kind = fault.partition(":")
            running.fault(kind, host)
        for name, value in running.environment(cookies=True).items():
            print(f"export {name}='{value}'")
        print(json.dumps({"topics": list(running.world.topics), "notes": list(running.world.notes)[:3]}, ensure_ascii=False), flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
