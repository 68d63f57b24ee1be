"""`hoede evidence hold|release|holds|destroyed|scrub|believe-clock`: what is kept, and what was destroyed."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from hoede import accounts
from hoede.app import new_id, scrub_vault
from hoede.cli.common import configured, database, reason, say
from hoede.core.errors import HoedeError
from hoede.db import Transaction, lock_kept
from hoede.evidence import clock, holds
from hoede.evidence import store as evidence
from hoede.evidence.holds import Hold, Kept
from hoede.evidence.rules import GONE
from hoede.review import store as review

commands = typer.Typer(
    no_args_is_help=True, help="Sealed copies: holds, destruction, and whether all are whole."
)

Json = Annotated[bool, typer.Option("--json")]
DAY = timedelta(days=1, hours=12)  # from its beginning in UTC until it has ended everywhere

By = Annotated[str, typer.Option(help="Who says so: an id of `hoede people list`, or a name.")]


class NothingToHold(HoedeError):
    """There is no such case or copy, or the copy is destroyed already. Look at its id again."""

    code = "nothing-to-hold"


@commands.callback()
def about() -> None:
    """Sealed copies: holds, destruction, and whether all are whole."""


@commands.command()
def hold(
    context: typer.Context,
    kind: Annotated[Kept, typer.Argument(help="What is held.")],
    target: Annotated[str, typer.Argument(help="Its id; of an account the platform's own.")],
    basis: Annotated[str, typer.Option(help="The order or law, as it is cited.")],
    why: Annotated[str, typer.Option(help="In words, for colleagues.")],
    by: By,
    service: Annotated[str | None, typer.Option(help="Of an account: whose id it is.")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day, if it says.")
    ] = None,
) -> None:
    """Let nothing of an account, a case or a copy be destroyed, whatever else says so."""
    if (kind is Kept.ACCOUNT) != (service is not None):
        raise typer.BadParameter("goes with an account, and an account needs it", param_hint="--service")
    made = Hold(
        id=new_id("lho"),
        kind=kind,
        service=service,
        target=target,
        basis=reason(basis),
        why=reason(why),
        set_by=by,
        until=until.replace(tzinfo=UTC) + DAY if until else None,
    )
    db, _ = database(context)
    is_known = db.commit(lambda tx: _set(tx, made))
    db.close()
    typer.echo(f"{made.id} is in force." if is_known else f"{made.id} is in force; no such account is known.")


@commands.command()
def release(
    context: typer.Context,
    hold_id: Annotated[str, typer.Argument(help="The id that `hoede evidence holds` shows.")],
    why: Annotated[str, typer.Option(help="In words, for colleagues.")],
    by: By,
) -> None:
    """End a hold: what it kept goes when its own time is over."""
    db, _ = database(context)
    db.commit(lambda tx: holds.end_hold(tx, hold_id, by=by, why=reason(why)))
    db.close()
    typer.echo(f"{hold_id} has ended.")


@commands.command("holds")
def holds_(context: typer.Context, as_json: Json = False) -> None:
    """Show every hold in force."""
    db, _ = database(context)
    now = db.now()
    rows = db.read(lambda conn: holds.in_force(conn, now))
    db.close()
    words = [f"{one.id}: {one.kind} {one.target}, {_end(one.until)}, {one.basis}" for one in rows]
    say("\n".join(words) or "No hold.", [_hold(one) for one in rows], as_json=as_json)


@commands.command()
def destroyed(context: typer.Context, as_json: Json = False) -> None:
    """Show the record of every copy whose key was destroyed; the log has a leaf of each."""
    db, _ = database(context)
    rows = [one for one in db.read(evidence.all_rows) if one.destroyed_at is not None]
    db.close()
    values = [
        {
            "copy": one.taken.id,
            "sha256": one.taken.sha256,
            "bytes": one.taken.size,
            "sealed_at": one.sealed_at.isoformat() if one.sealed_at else None,
            "destroyed_at": one.destroyed_at.isoformat() if one.destroyed_at else None,
            "why": one.destroyed_why,
        }
        for one in rows
    ]
    words = [f"{one['copy']}: {one['destroyed_at']}, {one['why']}" for one in values]
    say("\n".join(words) or "No copy was destroyed.", values, as_json=as_json)


@commands.command()
def scrub(context: typer.Context, as_json: Json = False) -> None:
    """Read every sealed copy anew and hash it; exit 1 when one is missing or is not as it was sealed."""
    scrubbed = scrub_vault(configured(context))
    words = [f"{scrubbed.whole} copies are whole"] + [f"{one.copy}: {one.lack}" for one in scrubbed.lacking]
    values = {
        "whole": scrubbed.whole,
        "lacking": [{"copy": one.copy, "lack": one.lack} for one in scrubbed.lacking],
    }
    say("\n".join(words), values, as_json=as_json)
    raise typer.Exit(1 if scrubbed.lacking else 0)


@commands.command("believe-clock")
def believe_clock(context: typer.Context) -> None:
    """Say that it is as late as the clock says, after a jump: from then on copies are destroyed again."""
    db, _ = database(context)
    stopped = db.read(clock.stopped_at)
    db.commit(clock.believe)
    db.close()
    typer.echo("The clock is believed again." if stopped else "The clock was believed all the time.")


def _set(tx: Transaction, made: Hold) -> bool:
    """Whether it is on something that is known: an account may be told of later. Raises `NothingToHold`."""
    lock_kept(tx)  # before we look: what is there stays until the hold is
    is_known = _is_known(tx.conn, made)
    if not is_known and made.kind is not Kept.ACCOUNT:
        raise NothingToHold
    holds.set_hold(tx, made)
    return is_known


def _is_known(conn: Connection, made: Hold) -> bool:
    match made.kind:
        case Kept.ACCOUNT:
            return accounts.is_known(conn, made.service or "", made.target)
        case Kept.CASE:
            return review.find_case(conn, made.target) is not None
        case Kept.COPY:
            copy = evidence.find(conn, made.target)
            return copy is not None and copy.state not in GONE


def _end(until: datetime | None) -> str:
    return f"until the end of {until - DAY:%Y-%m-%d}" if until else "until it is ended"


def _hold(one: Hold) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "service": one.service,
        "target": one.target,
        "basis": one.basis,
        "why": one.why,
        "by": one.set_by,
        "until": one.until.isoformat() if one.until else None,
    }
