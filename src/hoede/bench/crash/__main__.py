"""Runs pieces of what takes hours, or tells what those came to that were run before.

`python -m hoede.bench.crash FIRST COUNT [--until-broken]` simulates seeds and prints one JSON object; with
`--kills` it kills so often, drawn by that seed. `python -m hoede.bench.crash FILE...` prints the rows of all
pieces kept in files, and with `--keep` one piece that is all of them, to be added up with later ones.
"""

import json
import os
import sys
from pathlib import Path

from hoede.bench.crash.figures import kill_rows, seed_rows
from hoede.bench.crash.killed import kill
from hoede.bench.crash.pieces import Piece, added, read, written
from hoede.bench.crash.simulate import several
from hoede.bench.rows import document
from hoede.logs import start_logs

FLAGS = {"--until-broken", "--kills", "--keep"}
BESIDE = "in pieces, beside one another and other work"


def main() -> None:
    start_logs(level="critical")
    flags = {one for one in sys.argv[1:] if one.startswith("--")}
    if unknown := flags - FLAGS:
        sys.exit(f"no such flag: {', '.join(sorted(unknown))}")
    asked = [one for one in sys.argv[1:] if one not in flags]
    if not asked or (asked[0].isdecimal() and len(asked) != 2):
        sys.exit(__doc__)
    if asked[0].isdecimal():
        first, count = int(asked[0]), int(asked[1])
        sys.stdout.buffer.write(written(_run(first, count, flags)))
        return
    whole = added([read(Path(one).read_bytes()) for one in asked])
    if "--keep" in flags:
        sys.stdout.buffer.write(written(whole))
        return
    rows = seed_rows(whole.simulated, BESIDE) if whole.simulated else []
    rows += kill_rows(whole.killed, BESIDE) if whole.killed else []
    json.dump(document(rows), sys.stdout, indent=1)


def _run(first: int, count: int, flags: set[str]) -> Piece:
    if "--kills" in flags:
        return Piece(None, kill(count, first))
    _on_one_processor(first // max(1, count))
    return Piece(several(first, count, until_broken="--until-broken" in flags), None)


def _on_one_processor(place: int) -> None:
    """Threads of which one runs at a time pass that on faster so: a tenth less time. Two programs differ."""
    if hasattr(os, "sched_setaffinity"):
        there = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {there[place % len(there)]})


if __name__ == "__main__":
    main()
