"""`hoede audit verify`."""

from typing import Annotated

import typer

from hoede.app import verify_log
from hoede.cli.common import database, say

commands = typer.Typer(no_args_is_help=True, help="The audit log.")


@commands.callback()
def about() -> None:
    """The audit log."""


@commands.command()
def verify(context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Compute the whole log anew; hold it against its heads and our rows. Exit 1 when anything is wrong."""
    db, keys = database(context)
    verdict = verify_log(db, keys)
    db.close()
    words = [f"{verdict.leaves} leaves under {verdict.heads} heads, {verdict.unnumbered} not numbered yet"]
    words += [f"wrong: {one}" for one in verdict.wrong] or ["sound"]
    values = {
        "sound": verdict.sound,
        "leaves": verdict.leaves,
        "unnumbered": verdict.unnumbered,
        "heads": verdict.heads,
        "wrong": list(verdict.wrong),
    }
    say("\n".join(words), values, as_json=as_json)
    raise typer.Exit(0 if verdict.sound else 1)
