"""`hoede promises`: which of the 24 promises are kept, by the last test run."""

import json
from pathlib import Path
from typing import Annotated

import typer

from hoede.cli.common import say
from hoede.promises import all_promises

RESULT = Path("build/promises.json")  # written by ./check promises


def promises(
    result: Annotated[Path, typer.Option(help="What the test run wrote.")] = RESULT,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print the promises and which are kept; without a test run none is."""
    passed = json.loads(result.read_text())["passed"] if result.exists() else []
    rows = [(promise, promise.kept(passed)) for promise in all_promises()]
    words = [
        f"P{promise.number:<3} {'kept' if kept else 'not kept':9} {promise.says}"
        + (f" (lacks: {promise.lacks})" if promise.lacks else "")
        for promise, kept in rows
    ]
    words.append(f"promises: {sum(kept for _, kept in rows)} of {len(rows)} kept")
    values = [{"number": promise.number, "kept": kept, "lacks": promise.lacks} for promise, kept in rows]
    say("\n".join(words), values, as_json=as_json)
