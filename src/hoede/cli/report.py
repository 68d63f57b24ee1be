"""`hoede report show|resend|settle`."""

from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from hoede.cli.common import database, say
from hoede.core.orders import OrderView
from hoede.db import orders, restores
from hoede.reporting import jobs
from hoede.reporting import store as reports

commands = typer.Typer(no_args_is_help=True, help="Reports to authorities.")

Why = Annotated[str, typer.Option(help="Who looked, where and when; kept with the order.")]


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
    db, _ = database(context)
    jobs.settle(db, order, receipt, why)
    db.close()
    typer.echo(f"{order} is done, as {receipt}.")


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
