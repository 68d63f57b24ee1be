"""`hoede keys create|revoke` for platforms' API keys, `backup|rotate` for the long-lived ones."""

import secrets
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hoede.access import KeyKind, Scope, create_key, revoke_key
from hoede.app.rotate import copy_key_folder, keys_to_wrap, rotate_log, rotate_vault
from hoede.cli.common import configured, database, say
from hoede.core.errors import HoedeError
from hoede.enforcement.platforms.webhook import new_secret

commands = typer.Typer(
    no_args_is_help=True, help="API keys of platforms, and the long-lived keys in keys_folder."
)


class Which(StrEnum):
    """Which long-lived key is replaced. names.key never is: every id follows from it."""

    VAULT = "vault"
    LOG = "log"


class ScopeTooWide(HoedeError):
    """A flagger's or hotline's key reports and does nothing else: leave --scope out, or give notices."""

    code = "scope-too-wide"


class Unknown(HoedeError):
    """There is no such service or key."""

    code = "unknown"


@commands.command()
def create(
    context: typer.Context,
    service: Annotated[str, typer.Argument(help="A service of the configuration.")],
    scopes: Annotated[list[Scope] | None, typer.Option("--scope", help="Default: all.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Until it expires.")] = 365,
    kind: Annotated[
        KeyKind, typer.Option(help="Whose it is; a flagger's or hotline's key may only report.")
    ] = KeyKind.PLATFORM,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Make an API key and print it, this once."""
    if service not in configured(context).services:
        raise Unknown(f"There is no service {service} in the configuration.")
    if kind is not KeyKind.PLATFORM and set(scopes or [Scope.NOTICES]) != {Scope.NOTICES}:
        raise ScopeTooWide
    default = list(Scope) if kind is KeyKind.PLATFORM else [Scope.NOTICES]
    db, _ = database(context)
    key = db.commit(
        lambda tx: create_key(
            tx,
            prefix=secrets.token_hex(4),
            secret=secrets.token_urlsafe(32),
            service=service,
            scopes=scopes or default,
            lasts=timedelta(days=days),
            kind=kind,
        )
    )
    db.close()
    say(key, {"key": key}, as_json=as_json)


@commands.command("webhook-secret")
def webhook_secret() -> None:
    """Print a new secret for a service's webhook_secret_files."""
    typer.echo(new_secret(secrets.token_bytes(32)))


@commands.command()
def revoke(
    context: typer.Context,
    prefix: Annotated[str, typer.Argument(help="The part of the key after hk_.")],
) -> None:
    """End a key at once, in every process."""
    db, _ = database(context)
    ended = db.commit(lambda tx: revoke_key(tx, prefix))
    db.close()
    if not ended:
        raise Unknown(f"There is no key {prefix} in force.")
    typer.echo(f"Key {prefix} is revoked.")


@commands.command()
def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A new or empty folder, apart from data and backups.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Copy the long-lived keys to another place, and note that there is a copy."""
    noted = copy_key_folder(configured(context), folder)
    words = f"The keys are copied to {folder}."
    if not noted:
        words += " The database could not be reached to note it; before a rotation, copy them once more."
    say(words, {"folder": str(folder), "noted": noted}, as_json=as_json)


@commands.command()
def rotate(
    context: typer.Context,
    which: Annotated[Which, typer.Argument(help="names.key never changes: every id follows from it.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Replace a long-lived key while everything runs, or finish a rotation that was cut off."""
    config = configured(context)
    again = "Copy the keys again (hoede keys backup), and keep the copy from before as long as older backups."
    if which is Which.LOG:
        number = rotate_log(config)
        say(f"Key {number} of the log signs from now on.\n{again}", {"number": number}, as_json=as_json)
        return
    with typer.progressbar(length=keys_to_wrap(config), label="wrapping", hidden=as_json) as bar:
        done = rotate_vault(config, bar.update)
    words = f"Key {done.key_id} wraps all copies; {done.wrapped} were wrapped anew.\n{again}"
    values = {"key": done.key_id, "wrapped": done.wrapped, "removed": list(done.retired)}
    say(words, values, as_json=as_json)
