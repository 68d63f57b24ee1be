"""`hoede handover due|show|pack|record|offices`: authorities besides the one Hoede files to itself."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hoede.app import open_hand_over
from hoede.cli.audit import FileThere
from hoede.cli.common import configured, reason, say
from hoede.flow.hand_over import Stand

commands = typer.Typer(no_args_is_help=True, help="Police, hotlines and others that a person hands cases to.")

Json = Annotated[bool, typer.Option("--json")]
Case = Annotated[str, typer.Argument(help="The case's id.")]
OfficeName = Annotated[str, typer.Argument(help="An office's name, as `hoede handover offices` shows it.")]
By = Annotated[str, typer.Option(help="Who does it: an id of `hoede people list`, or a name.")]


@commands.callback()
def about() -> None:
    """Police, hotlines and others that a person hands cases to."""


@commands.command()
def due(context: typer.Context, as_json: Json = False) -> None:
    """Show every case that a law asks to be handed over or reported, and that is not there yet."""
    with open_hand_over(configured(context)) as hand_over:
        found = hand_over.due()
    words = [f"{case}: {', '.join(one.routed.office.name for one in stands)}" for case, stands in found]
    values = [{"case": case, "due": [_values(one) for one in stands]} for case, stands in found]
    say("\n".join(words) or "Nothing is due.", values, as_json=as_json)


@commands.command()
def show(context: typer.Context, case: Case, as_json: Json = False) -> None:
    """Show every office a case is for, why, and how far that is."""
    with open_hand_over(configured(context)) as hand_over:
        stands = hand_over.stands(case)
    words = [_line(one) for one in stands]
    say("\n".join(words), [_values(one) for one in stands], as_json=as_json)


@commands.command()
def pack(
    context: typer.Context,
    case: Case,
    office: OfficeName,
    file: Annotated[Path, typer.Argument(help="Where to; it must not be there yet.")],
    by: By,
) -> None:
    """Write an archive that only the office can open: the report as JSON and to read, and its files."""
    with open_hand_over(configured(context)) as hand_over:
        try:
            packed = hand_over.pack(case, office, file, by=reason(by))
        except FileExistsError as error:
            raise FileThere from error
        how = hand_over.offices[office].how
    typer.echo(f"{file}: {packed.size} bytes, sha256 {packed.sha256}\n{how}")


@commands.command()
def record(
    context: typer.Context,
    case: Case,
    office: OfficeName,
    how: Annotated[str, typer.Option(help="How and to whom it was given.")],
    by: By,
    reference: Annotated[str | None, typer.Option(help="The number under which they have it.")] = None,
) -> None:
    """Note that it was handed over; once for each case and office."""
    with open_hand_over(configured(context)) as hand_over:
        hand_over.record(case, office, by=reason(by), how=reason(how), reference=reference)
    typer.echo(f"{case} was handed over to {office}.")


@commands.command()
def offices(context: typer.Context, as_json: Json = False) -> None:
    """Show every office, and whether a package can be made for it."""
    with open_hand_over(configured(context)) as hand_over:
        rows = [
            {
                "office": one.name,
                "title": one.title,
                "kind": one.kind.value,
                "has_key": one.name in hand_over.recipients,
            }
            for one in hand_over.offices.values()
        ]
    words = [f"{one['office']}: {one['title']} ({one['kind']}{_key(one)})" for one in rows]
    say("\n".join(words), json.loads(json.dumps(rows)), as_json=as_json)


def _key(row: dict[str, Any]) -> str:
    return "" if row["kind"] == "api" else ", key configured" if row["has_key"] else ", no key configured"


def _line(one: Stand) -> str:
    told = one.routed
    return f"{told.office.name}: {told.route.duty}, {_stands(one)}; {told.route.id}: {told.route.basis}"


def _stands(one: Stand) -> str:
    if one.handed is not None and one.handed.handed_at is not None:
        return f"handed over {one.handed.handed_at:%Y-%m-%d} by {one.handed.handed_by}"
    if one.reported is not None:
        return f"reported to {one.reported}"
    packed = one.handed is not None and one.handed.packed_at is not None
    return "packed, not handed over" if packed else "not done"


def _values(one: Stand) -> dict[str, Any]:
    handed = one.handed
    return {
        "office": one.routed.office.name,
        "duty": one.routed.route.duty.value,
        "route": one.routed.route.id,
        "basis": one.routed.route.basis,
        "reported_to": one.reported,
        "handed_at": handed.handed_at.isoformat() if handed and handed.handed_at else None,
        "handed_by": handed.handed_by if handed else None,
        "handed_how": handed.handed_how if handed else None,
        "reference": handed.reference if handed else None,
        "sha256": handed.sha256 if handed else None,
        "settled": one.settled,
    }
