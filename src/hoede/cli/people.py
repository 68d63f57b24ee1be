"""`hoede people create|list|invite|disable`: who may sign in to the console."""

import secrets
from typing import Annotated, Any

import typer

from hoede.access import Person, RelyingParty, all_people, staff
from hoede.access.people import COMMAND_LINE
from hoede.app import new_id
from hoede.app.tables import read_tables
from hoede.cli.common import configured, database, say
from hoede.words import LOCALES

commands = typer.Typer(no_args_is_help=True, help="People who sign in to the console.")

LINK_BYTES = 32


@commands.callback()
def about() -> None:
    """People who sign in to the console."""


@commands.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As colleagues know them.")],
    roles: Annotated[list[str], typer.Option("--role", help="One or more; see docs/reference/roles.md.")],
    language: Annotated[str, typer.Option(help="en or nl")] = LOCALES[0],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Add somebody and print a link that works once, for 24 hours: there they make their passkey."""
    if language not in LOCALES:
        raise typer.BadParameter(f"{language} is none of {', '.join(LOCALES)}", param_hint="--language")
    config = configured(context)
    RelyingParty.at(config.public_url).refuse_unfit()
    chosen = read_tables().roles.chosen(roles)
    person_id, link = new_id("per"), secrets.token_urlsafe(LINK_BYTES)
    db, _ = database(context)
    db.commit(
        lambda tx: staff.add(tx, person_id, link, name=name, roles=chosen, language=language, by=COMMAND_LINE)
    )
    db.close()
    _say_link(config.public_url, person_id, link, as_json=as_json)


@commands.command("list")
def list_(context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Show everybody, with their roles."""
    db, _ = database(context)
    people = db.read(all_people)
    db.close()
    words = "\n".join(_line(one) for one in people) or "Nobody yet. Add somebody with `hoede people create`."
    say(words, [_values(one) for one in people], as_json=as_json)


@commands.command()
def invite(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="The id that `hoede people list` shows.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print a new link, for a lost passkey too; what they signed in with before ends."""
    config = configured(context)
    RelyingParty.at(config.public_url).refuse_unfit()
    link = secrets.token_urlsafe(LINK_BYTES)
    db, _ = database(context)
    db.commit(lambda tx: staff.invite(tx, person, link, by=COMMAND_LINE))
    db.close()
    _say_link(config.public_url, person, link, as_json=as_json)


@commands.command()
def disable(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="The id that `hoede people list` shows.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Keep somebody out at once, in every process."""
    roles = read_tables().roles
    db, _ = database(context)
    changed = db.commit(lambda tx: staff.disable(tx, person, roles, by=COMMAND_LINE))
    db.close()
    words = f"{person} is disabled." if changed else f"{person} was disabled already."
    say(words, {"person": person, "changed": changed}, as_json=as_json)


def _say_link(public_url: str, person_id: str, link: str, *, as_json: bool) -> None:
    address = f"{public_url.rstrip('/')}/console/invitation/{link}"
    words = f"{person_id}\nOpen this within 24 hours; it works once:\n{address}"
    say(words, {"person": person_id, "link": address}, as_json=as_json)


def _line(person: Person) -> str:
    state = "disabled" if person.is_disabled else ", ".join(person.roles)
    return f"{person.id}  {person.name}: {state}"


def _values(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "roles": list(person.roles),
        "language": person.language,
        "disabled": person.is_disabled,
    }
