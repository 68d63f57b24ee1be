"""Fuzzes one target by coverage: `python tests/fuzz/run.py TARGET [SECONDS] [SEED]`, from the checkout.

`./check fuzz` gives every target ten minutes. libFuzzer prints what it counted; an input that breaks a law is
kept in the folder it names, and the run fails.
"""

import sys
import tempfile
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
atheris = import_module("atheris")
with atheris.instrument_imports(include=["hoede", "python_multipart"]):
    from tests.fuzz.seeds import seeds
    from tests.fuzz.targets import TARGETS

LONGEST = 4096  # bytes of an input


def main(target: str, seconds: str = "600", seed: str = "20261126") -> None:
    """Runs until the time is over or something is found."""
    if target not in TARGETS:
        sys.exit(f"There is no target {target}; there are {', '.join(TARGETS)}.")
    corpus = Path(tempfile.mkdtemp(prefix="hoede-fuzz-"))
    for number, content in enumerate(seeds(target)):
        (corpus / f"{number}").write_bytes(content[:LONGEST])
    options = [
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={corpus}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([target, *options, str(corpus)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])
