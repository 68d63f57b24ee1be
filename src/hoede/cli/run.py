"""`hoede serve`, `work`, `migrate`."""

from typing import Annotated

import typer

from hoede import app
from hoede.app import build, move_database, open_database, rows_of
from hoede.cli.common import configured
from hoede.logs import start_logs


def serve(context: typer.Context) -> None:
    """Answer HTTP and carry orders out, until SIGTERM."""
    start_logs()
    app.serve(build(configured(context)))


def work(
    context: typer.Context,
    sets: Annotated[int, typer.Option(min=1, help="Workers of each kind.")] = 1,
) -> None:
    """Carry orders out beside `serve`, until SIGTERM."""
    start_logs()
    app.work(build(configured(context)), sets)


def migrate(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", help="Copy this database (a URL) into the configured, empty one.", metavar="URL"
        ),
    ] = None,
) -> None:
    """Bring the database to this version's schema; a new one gets its keys too."""
    config = configured(context)
    if source is not None:
        with typer.progressbar(length=rows_of(config, source), label="copying") as bar:
            moved = move_database(config, source, progress=bar.update)
        typer.echo(f"{moved.rows} rows copied; the log fits them.")
        if moved.old:
            typer.echo(f"The old file is {moved.old} now; remove it when you have a backup of the new one.")
        return
    db, _ = open_database(config, create=True)
    db.close()
    typer.echo(f"The database in {config.data_folder} is at this version's schema.")
