"""Runs seeds, or tells what those came to that were run before.

`python -m hoede.bench.crash FIRST COUNT [--until-broken]` prints one JSON object. So many seeds that they
take hours are run in pieces, each to a file: `python -m hoede.bench.crash FILE...` prints the rows of all,
and with `--keep` one such object, to be added up with later ones.
"""

import json
import os
import sys
from pathlib import Path

from hoede.bench.crash.figures import seed_rows
from hoede.bench.crash.simulate import read, several, together
from hoede.bench.rows import document


def main() -> None:
    asked = sys.argv[1:]
    if asked[0].isdecimal():
        first, count, *more = asked
        _on_one_processor(int(first) // max(1, int(count)))
        json.dump(vars(several(int(first), int(count), until_broken="--until-broken" in more)), sys.stdout)
        return
    files = [Path(one) for one in asked if one != "--keep"]
    whole = together([read(json.loads(one.read_bytes())) for one in files], in_turn=True)
    json.dump(vars(whole) if "--keep" in asked else document(seed_rows(whole)), sys.stdout, indent=1)


def _on_one_processor(place: int) -> None:
    """Threads of which one runs at a time pass that on faster so: a tenth less time. Two programs differ."""
    if hasattr(os, "sched_setaffinity"):
        there = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {there[place % len(there)]})


if __name__ == "__main__":
    main()
