"""`hoede accounts erase|erasures|export`: what somebody may ask for about their own account."""

import json
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from hoede.accounts import erasures
from hoede.app import erase_account, open_database
from hoede.cli.common import configured, database, say
from hoede.config import Config, ConfigError
from hoede.flow.erase import own_data, shipped_columns

commands = typer.Typer(no_args_is_help=True, help="What people may ask for about their own account.")

Account = Annotated[str, typer.Argument(help="The platform's own id.")]
Service = Annotated[str | None, typer.Option(help="Whose id it is; needed where there are several services.")]


@commands.callback()
def about() -> None:
    """What people may ask for about their own account."""


@commands.command()
def erase(context: typer.Context, account: Account, service: Service = None) -> None:
    """Erase an account now, but for what a duty or a legal hold keeps; the rest follows by itself."""
    config = configured(context)
    erasure = erase_account(config, _service(config, service), account)
    db, _ = open_database(config)
    found = next(one for one in db.read(erasures.all_erasures) if one.id == erasure)
    db.close()
    typer.echo(f"{erasure}: " + ("erased" if found.done_at else f"kept for now: {found.kept}"))


@commands.command("erasures")
def erasures_(context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Show every wish to be erased, and what still keeps something. Not for the eyes of who asked."""
    db, _ = database(context)
    rows = db.read(erasures.all_erasures)
    db.close()
    words = [f"{one.id}: {one.service}, asked {one.asked_at:%Y-%m-%d %H:%M}, {_stands(one)}" for one in rows]
    say("\n".join(words) or "Nobody asked yet.", [_values(one) for one in rows], as_json=as_json)


@commands.command()
def export(context: typer.Context, account: Account, service: Service = None) -> None:
    """Print what somebody gets who asks for their own data, as JSON; cases are left out for everybody."""
    config = configured(context)
    whose = _service(config, service)
    db, _ = database(context)

    def read(conn: Connection) -> dict[str, Any]:
        return own_data(conn, shipped_columns(), whose, account)

    told = db.read(read)
    db.close()
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1))


def _service(config: Config, told: str | None) -> str:
    if told is None and len(config.services) == 1:
        return next(iter(config.services))
    if told is None or told not in config.services:
        raise ConfigError(f"Give --service; there are {', '.join(config.services)}.")
    return told


def _stands(one: erasures.Erasure) -> str:
    return f"erased {one.done_at:%Y-%m-%d %H:%M}" if one.done_at else f"kept: {one.kept or 'under way'}"


def _values(one: erasures.Erasure) -> dict[str, Any]:
    return {
        "id": one.id,
        "service": one.service,
        "account": one.account,
        "kept": one.kept,
        "asked_at": one.asked_at.isoformat(),
        "done_at": one.done_at.isoformat() if one.done_at else None,
    }
