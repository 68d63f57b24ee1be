"""`hoede report show|resend|settle|supplement|validate|examples|xsd`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from lxml import etree
from sqlalchemy import Connection

from hoede.app import new_id, open_database
from hoede.app.build import settle_of
from hoede.app.outside import build_authorities
from hoede.app.tables import read_tables
from hoede.cli.common import configured, database, name, say
from hoede.core.errors import HoedeError
from hoede.core.orders import OrderView
from hoede.db import orders, restores
from hoede.flow.report import Supplement
from hoede.reporting import NoReply, cybertipline, jobs
from hoede.reporting import store as reports
from hoede.reporting.cybertipline.examples import documents

commands = typer.Typer(no_args_is_help=True, help="Reports to authorities.")

Why = Annotated[str, typer.Option(help="Who looked, where and when; kept with the order.")]


class SchemaNotFetched(HoedeError):
    """The authority gave no schema. Look at its address and password, then try again."""

    code = "schema-not-fetched"


@commands.callback()
def about() -> None:
    """Reports to authorities."""


@commands.command()
def show(context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Show every report: its case, where it stands, and the authority's own id; first those that wait."""
    db, _ = database(context)
    rows = db.read(_rows)
    db.close()
    words = [
        f"{row['order']}: {row['authority']} {row['remote_id'] or '-'} {row['state']}, {row['files']} files"
        + (f"; waits for a person: {row['waits']}, account {row['account']}" if row["waits"] else "")
        for row in rows
    ]
    say("\n".join(words) or "No report yet.", rows, as_json=as_json)


@commands.command()
def resend(
    context: typer.Context,
    order: Annotated[list[str], typer.Argument(help="Orders that wait after a restore.")],
    why: Why,
) -> None:
    """File reports after all: somebody looked, and the authority has none of them."""
    db, _ = database(context)
    for one in order:
        jobs.resend(db, one, why)
        typer.echo(f"{one} is filed as soon as a worker comes by.")
    db.close()


@commands.command()
def settle(
    context: typer.Context,
    order: Annotated[str, typer.Argument(help="An order that waits after a restore.")],
    receipt: Annotated[str, typer.Option(help="The id under which the authority has it.")],
    why: Why,
) -> None:
    """Note that a report was filed before a restore, and under which id; nothing is filed."""
    config = configured(context)
    db, _ = open_database(config)
    settle_of(read_tables(config.may_look_file, config.formats_file), db)(order, receipt, why)
    db.close()
    typer.echo(f"{order} is done, as {receipt}.")


@commands.command()
def supplement(
    context: typer.Context,
    order: Annotated[str, typer.Argument(help="A report that is finished.")],
    words: Annotated[str, typer.Option(help="What the authority should know besides.")],
    by: Annotated[str, typer.Option(help="Who adds it; kept with it.")],
    transcript: Annotated[
        bool, typer.Option(help="With a transcript of what was written in the case and is reported.")
    ] = False,
) -> None:
    """File a supplementary report: words that came to light after a report was finished."""
    config = configured(context)
    measures = read_tables(config.may_look_file, config.formats_file).book.measures
    db, _ = open_database(config)
    add = Supplement(db=db, measures=measures, new_id=new_id)
    new = add(order, words, name(by) or "", transcript=transcript)
    db.close()
    typer.echo(f"{new} is filed as soon as a worker comes by.")


@commands.command()
def validate(
    file: Annotated[list[Path], typer.Argument(help="Documents of the CyberTipline, one each.")],
    batched: Annotated[bool, typer.Option(help="File details belong to a batched report.")] = False,
    schema: Annotated[
        Path | None, typer.Option(help="The authority's own schema, to hold them against too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say what the authority would refuse in these documents, and where. Exit 1 when it would any."""
    theirs, now = _schema_of(schema), datetime.now(UTC)
    found = {
        str(one): cybertipline.check(_bytes_of(one), now=now, batched=batched, theirs=theirs) for one in file
    }
    values = [
        {"file": file_name, "by": one.by, "line": one.line, "says": one.says}
        for file_name, wrong in found.items()
        for one in wrong
    ]
    words = [f"{one['file']}:{one['line']}: {one['says']} [{one['by']}]" for one in values]
    words += [f"{one}: would be taken" for one, wrong in found.items() if not wrong]
    say("\n".join(words), values, as_json=as_json)
    if values:
        raise typer.Exit(1)


@commands.command()
def examples(folder: Annotated[Path, typer.Argument(help="Where to write them; made if need be.")]) -> None:
    """Write one document of every sort the CyberTipline takes. All of them are made up."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents().items():
            (folder / name).write_bytes(document)
            typer.echo(str(folder / name))
    except OSError as error:
        raise typer.BadParameter(f"{folder} cannot be written to: {error.strerror}") from error


@commands.command()
def xsd(
    context: typer.Context,
    fetch: Annotated[
        str | None,
        typer.Option(help="Fetch this authority's own into its `schema_file`, instead of printing ours."),
    ] = None,
) -> None:
    """Print our schema of the CyberTipline's documents, or fetch an authority's own."""
    if fetch is None:
        typer.echo(cybertipline.xsd().decode(), nl=False)
        return
    path = _fetch(context, fetch)
    typer.echo(f"{path}: from the next start on, documents are held against it too.")


def _fetch(context: typer.Context, authority: str) -> Path:
    """Where the schema of this authority is now. Raises `SchemaNotFetched`, saying why it is not."""
    config = configured(context)
    part = config.authorities.get(authority)
    if part is None or part.schema_file is None:
        raise SchemaNotFetched(f"There is no authorities.{authority}.schema_file in the configuration.")
    authorities = build_authorities(config)
    try:
        document = authorities[authority].fetch_schema()
    except NoReply as error:
        raise SchemaNotFetched(f"{authorities[authority].url}: {error}") from error
    finally:
        for one in authorities.values():
            one.close()
    if document is None:
        raise SchemaNotFetched(f"{authority} has no schema.")
    try:
        part.schema_file.write_bytes(document)
    except OSError as error:
        raise SchemaNotFetched(f"{part.schema_file} cannot be written: {error.strerror}.") from error
    return part.schema_file


def _schema_of(path: Path | None) -> etree.XMLSchema | None:
    if path is None:
        return None
    try:
        return cybertipline.read_schema(_bytes_of(path))
    except cybertipline.SchemaUnusable as error:
        raise typer.BadParameter(f"{path} is no schema of the authority's documents: {error}") from error


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from error


def _rows(conn: Connection) -> list[dict[str, Any]]:
    waits = {one: orders.view(conn, one) for one in restores.waiting(conn)}
    composed = {row.order_id: row for row in reports.all_reports(conn)}
    first = [
        _row(composed[one], seen) if one in composed else _not_composed(seen)
        for one, seen in waits.items()
        if seen
    ]
    return first + [_row(row, None) for one, row in composed.items() if one not in waits]


def _row(row: reports.ReportRow, waits: OrderView | None) -> dict[str, Any]:
    return {
        "order": row.order_id,
        "case": row.case_id,
        "authority": row.authority,
        "state": row.saga.state,
        "remote_id": row.saga.remote_id,
        "files": len(row.draft.files),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "account": row.draft.suspect.account,
        "waits": waits.reason if waits else None,
    }


def _not_composed(waits: OrderView) -> dict[str, Any]:
    """A report that was not begun, as far as we know."""
    return {
        "order": waits.order.id,
        "case": waits.order.cause,
        "authority": waits.order.target.id,
        "state": "not composed",
        "remote_id": None,
        "files": 0,
        "finished_at": None,
        "account": waits.order.values["account"],
        "waits": waits.reason,
    }
