"""`hoede enforcement shadow`: what rules and detectors in shadow would have done."""

from datetime import timedelta
from typing import Annotated

import typer

from hoede.cli.common import database, say
from hoede.enforcement import shadows

commands = typer.Typer(no_args_is_help=True, help="Rules and detectors.")


@commands.callback()
def about() -> None:
    """Rules and detectors."""


@commands.command()
def shadow(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, help="How far to look back.")] = 30,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show what every rule and detector in shadow would have added, and the newest events it was about."""
    db, _ = database(context)
    rows = db.read(lambda conn: shadows.figures(conn, db.time(conn) - timedelta(days=days)))
    db.close()
    values = [
        {"name": one.name, "events": one.events, "measures": dict(one.measures), "latest": list(one.latest)}
        for one in rows
    ]
    words = [
        f"{one.name}: {one.events} events; would have added"
        f" {', '.join(f'{name} {count} times' for name, count in one.measures) or 'nothing'};"
        f" newest {', '.join(one.latest)}"
        for one in rows
    ]
    say("\n".join(words) or f"Nothing in shadow would have acted in {days} days.", values, as_json=as_json)
