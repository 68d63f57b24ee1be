"""`hoede audit verify|head|prove|export|checker`."""

import base64
import json
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from hoede.app import export_log, proofs_about, publish_head, verify_copy, verify_log
from hoede.audit import Verdict, browse, bundle
from hoede.cli.common import database, say
from hoede.core.errors import HoedeError

commands = typer.Typer(no_args_is_help=True, help="The audit log.")

Kept = Annotated[
    Path | None, typer.Option(help="Heads that were kept outside: a file, one JSON document a line.")
]


class LogEmpty(HoedeError):
    """No head is signed yet. Start `hoede serve` or `hoede work`, which numbers leaves and signs."""

    code = "log-empty"


class NothingToProve(HoedeError):
    """No leaf is about this, or no signed head covers it yet."""

    code = "nothing-to-prove"


class FileThere(HoedeError):
    """There is a file of this name already. Give another one."""

    code = "file-there"


@commands.callback()
def about() -> None:
    """The audit log."""


@commands.command()
def verify(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    kept: Kept = None,
    copy: Annotated[
        Path | None, typer.Option(help="Look at a copy by `hoede audit export`; no database is needed.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="With a copy: a public key of the log in base64, learned elsewhere.")
    ] = None,
) -> None:
    """Compute the whole log anew; hold it against its heads, kept ones and our rows. Exit 1 when wrong."""
    if copy is not None:
        _tell(verify_copy(copy, _public(key), kept), as_json=as_json)
    if key is not None:
        raise typer.BadParameter(
            "goes with --copy: the key of this log is in its key folder", param_hint="--key"
        )
    outside = bundle.kept_heads(kept) if kept else ()
    db, keys = database(context)
    verdict = verify_log(db, keys, outside)
    db.close()
    _tell(verdict, as_json=as_json)


@commands.command()
def head(
    context: typer.Context,
    append: Annotated[
        Path | None, typer.Option(help="Add it to this file, too, unless it stands there last.")
    ] = None,
) -> None:
    """Print the newest signed head, to be kept where nobody who can change this database can change it."""
    db, _ = database(context)
    signed = publish_head(db, append)
    db.close()
    if signed is None:
        raise LogEmpty
    typer.echo(json.dumps(signed.values()))


@commands.command()
def prove(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(help="A leaf's number, or the id of a case, an order, a decision, a sealed copy."),
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(help="Prove instead that the log only grew since the head over so many leaves."),
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Against the head over so many leaves, for instance one that was kept.")
    ] = None,
) -> None:
    """Print proofs that anybody can check with `hoede audit checker`: a JSON list."""
    if (what is None) == (since is None):
        raise typer.BadParameter("give what to prove, or --since; one of them")
    db, keys = database(context)
    found: list[Any]
    if since is not None:
        asked = since
        found = [db.read(lambda conn: browse.growth_of(conn, asked, size))]
    elif what is not None and what.isdecimal():
        number = int(what)
        found = [db.read(lambda conn: browse.proof_of(conn, number, size))]
    else:
        wanted = what or ""
        found = [*db.read(lambda conn: proofs_about(conn, keys.names, wanted, size))]
    db.close()
    if not any(found):
        raise NothingToProve
    typer.echo(json.dumps([one.values() for one in found], indent=1))


@commands.command()
def export(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="Where to; it must not be there yet.")]
) -> None:
    """Write a copy of the whole log that anybody can check: no ids, no text, only commitments."""
    db, _ = database(context)
    try:
        lines = export_log(db, file)
    except FileExistsError as error:
        raise FileThere from error
    finally:
        db.close()
    typer.echo(f"{lines} lines in {file}")


@commands.command()
def checker() -> None:
    """Print the independent checker: 150 lines of Python that share nothing with Hoede, to give away."""
    typer.echo((files("hoede") / "audit" / "independent.py").read_text(encoding="utf-8"), nl=False)


def _public(told: str | None) -> bytes | None:
    try:
        return None if told is None else base64.b64decode(told, validate=True)
    except ValueError as error:
        raise typer.BadParameter("is no base64", param_hint="--key") from error


def _tell(verdict: Verdict, *, as_json: bool) -> None:
    """Print it and exit."""
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
