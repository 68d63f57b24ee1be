"""`python -m hoede.simulators.cybertipline`: the stand-in as a program of its own."""

import argparse
import json
import sys
from contextlib import suppress
from pathlib import Path

from hoede.simulators.cybertipline.server import Simulator
from hoede.simulators.cybertipline.settings import Settings, allow_file


def main(words: list[str]) -> None:
    """Serve until a signal ends it. Prints one JSON line with `url` and `api` once it answers."""
    told = _parser().parse_args(words)
    settings = Settings(allowed=allow_file(told.allow), css=told.css)
    simulator = Simulator(settings, told.ledger, port=told.port)

    def say() -> None:
        sys.stdout.write(json.dumps({"url": simulator.url, "api": simulator.api}) + "\n")
        sys.stdout.flush()

    with suppress(KeyboardInterrupt):
        simulator.run(say)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hoede.simulators.cybertipline",
        description="A loopback stand-in for NCMEC's CyberTipline. Signs in: rehearsal / rehearsal.",
    )
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--ledger", type=Path, required=True, help="its record, JSON lines")
    parser.add_argument(
        "--allow", type=Path, required=True, help="SHA-256 of the files it takes, one per line"
    )
    parser.add_argument("--css", type=Path, help="a folder with tokens.css and base.css")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
