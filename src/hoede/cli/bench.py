"""`hoede bench NAME`."""

import json
from typing import Annotated

import typer

from hoede.bench import BENCHES, measure
from hoede.core.errors import HoedeError


class Unknown(HoedeError):
    """There is no such bench."""

    code = "bench-unknown"


def bench(
    name: Annotated[str, typer.Argument(help=f"{', '.join(BENCHES)}.")],
    database: Annotated[
        str | None, typer.Option(help="An empty PostgreSQL database that journey and lists measure on, too.")
    ] = None,
    kills: Annotated[int | None, typer.Option(min=0, help="Of crash: how often a process is killed.")] = None,
    seeds: Annotated[int | None, typer.Option(min=0, help="Of crash: how many runs are simulated.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of crash: the first of them.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure against DESIGN's targets and print every figure with its spread."""
    if name not in BENCHES:
        raise Unknown(f"There is no bench {name}; there are {', '.join(BENCHES)}.")
    asked = {"kills": kills, "seeds": seeds, "first": seed}
    result = measure(name, database, {size: count for size, count in asked.items() if count is not None})
    if as_json:
        typer.echo(json.dumps(result, indent=1))
        return
    typer.echo(result["machine"])
    for row in result["rows"]:
        peer = f"; {row['peer_name']}: {row['peer']}" if row["peer_name"] else ""
        told = f"{row['ours']} {row['unit']} (target {row['target'] or 'none'}; {row['spread']}{peer})"
        typer.echo(f"{row['name']:32} {told}")
