"""Runs seeds: `python -m hoede.bench.crash FIRST COUNT [--until-broken]` prints one JSON object."""

import json
import sys

from hoede.bench.crash.simulate import several


def main() -> None:
    first, count, *more = sys.argv[1:]
    json.dump(vars(several(int(first), int(count), until_broken="--until-broken" in more)), sys.stdout)


if __name__ == "__main__":
    main()
