"""`hoede policy ...`: reading packs, and asking what they answer, without a server."""

import json
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer

from hoede.cli import policy_versions
from hoede.cli.common import say
from hoede.cli.policy_diff import diff
from hoede.cli.policy_explain import explain
from hoede.cli.policy_given import day, moment, policy
from hoede.cli.policy_simulate import simulate_
from hoede.core.errors import HoedeError
from hoede.policy import (
    SOMEBODY,
    Attempt,
    Lock,
    PackError,
    Permit,
    Relation,
    Side,
    Step,
    Vocabulary,
    born_side,
    check_place,
    decide,
    knows_zone,
    read_pack,
    shipped_vocabulary,
    show_permit,
)

commands = typer.Typer(no_args_is_help=True, help="Age policy: packs, permits and their reasons.")
RELATIONS = [one.name.lower() for one in Relation]


class AttemptUnknown(HoedeError):
    """There is no such attempt or setting."""

    code = "attempt-unknown"


commands.command()(explain)
commands.command()(diff)
commands.command()(policy_versions.show)
commands.command()(policy_versions.propose)
commands.command()(policy_versions.approve)
commands.command()(policy_versions.shadow)
commands.command()(policy_versions.withdraw)
commands.command()(policy_versions.rollback)
commands.command()(policy_versions.counts)
commands.command("simulate")(simulate_)


@commands.callback()
def about() -> None:
    """Age policy: packs, permits and their reasons."""


@commands.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Packs to read.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Read packs strictly: every problem with its line and a remedy; exit 1 when there is any."""
    found = {str(file): _problems(file) for file in files}
    words = [f"{name}:{line}: {told}" for name, problems in found.items() for line, told in problems]
    words += [f"{name}: good" for name, problems in found.items() if not problems]
    values = [
        {"file": name, "problems": [{"line": line, "words": told} for line, told in problems]}
        for name, problems in found.items()
    ]
    say("\n".join(words), values, as_json=as_json)
    raise typer.Exit(1 if any(found.values()) else 0)


def _problems(file: Path) -> list[tuple[int, str]]:
    try:
        read_pack(file.read_text(encoding="utf-8"), shipped_vocabulary())
    except OSError as error:
        return [(0, f"it cannot be read: {error.strerror}; name a file that is there")]
    except UnicodeDecodeError:
        return [(0, "it is not UTF-8; save it as UTF-8")]
    except PackError as error:
        return [(one.line, one.words) for one in error.problems]
    return []


@commands.command("decide")
def decide_(
    packs: Annotated[str, typer.Option(help="Ids or files of packs, with commas between them.")],
    attempt: Annotated[str, typer.Option(help="A setting (dm.send) or what is attempted (message).")],
    born: Annotated[str | None, typer.Option(help="Date of birth; without, the age is unknown.")] = None,
    at: Annotated[str | None, typer.Option(help="Day or time; else now.")] = None,
    counterpart_born: Annotated[str | None, typer.Option(help="Date of birth of the other side.")] = None,
    relation: Annotated[str | None, typer.Option(help=f"Of the two: {', '.join(RELATIONS)}.")] = None,
    country: Annotated[
        str | None, typer.Option(help="Like NL or US-CA; without, the strictest of all.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Like Europe/Amsterdam.")] = "UTC",
    joined: Annotated[
        str | None, typer.Option(help="First day of the account; else that of the oldest pack.")
    ] = None,
    wanted: Annotated[
        str | None, typer.Option(help="The step that is wanted, where --attempt is a setting.")
    ] = None,
    choice: Annotated[list[str] | None, typer.Option(help="What was chosen: dm.receive=connections.")] = None,
    lock: Annotated[list[str] | None, typer.Option(help="What a guardian set: search.use=off.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Answer one attempt with every reason: granted, refused, or ask (oneself or a guardian)."""
    selected, now = policy(packs), moment(at)
    words = selected.vocabulary
    if not knows_zone((zone,)):
        raise typer.BadParameter(f"{zone} is no zone; write it like Europe/Amsterdam")
    if attempt not in words.attempts:
        near = " or ".join(get_close_matches(attempt, words.attempts)) or "one of policy/settings.toml"
        raise AttemptUnknown(f"There is no attempt {attempt}; did you mean {near}?")
    since = day(joined) or min(one.effective_from for one in selected.packs)
    side = _side(day(born), now, since, country, zone)
    side = _with(side, words, choice or [], lock or [])
    asked = Attempt(
        what=attempt,
        counterpart=_other(day(counterpart_born), now, since, relation, zone),
        relation=_relation(relation),
        wanted=None if wanted is None else _read(words, attempt, wanted),
    )
    permit = decide(selected, side, asked, now)
    inert = [one.ref for one in selected.inert(side, now)]
    say(_told(permit), {**show_permit(permit, words), "inert": inert}, as_json=as_json)


def _side(born: date | None, now: datetime, joined: date, place: str | None, zone: str) -> Side:
    country = place.partition("-")[0] if place else None
    region = place if place and "-" in place else None
    if place is not None:
        _place(place)
    return born_side(born, now, zones=(zone,), joined=joined, country=country, region=region)


def _place(place: str) -> None:
    try:
        check_place(place)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _other(born: date | None, now: datetime, joined: date, relation: str | None, zone: str) -> Side | None:
    if born is not None:
        return born_side(born, now, zones=(zone,), joined=joined)
    return None if relation is None else SOMEBODY


def _relation(told: str | None) -> Relation:
    if told is None:
        return Relation.NONE
    if told not in RELATIONS:
        raise typer.BadParameter(f"{told} is no relation; there are {', '.join(RELATIONS)}")
    return Relation[told.upper()]


def _with(side: Side, words: Vocabulary, choices: list[str], locks: list[str]) -> Side:
    chosen = dict(_pair(words, one) for one in choices)
    locked = (_pair(words, one) for one in locks)
    made = tuple(Lock(setting=name, step=step, reason="", by="") for name, step in locked)
    return replace(side, choices=chosen, locks=made)


def _pair(words: Vocabulary, told: str) -> tuple[str, Step]:
    name, _, step = told.partition("=")
    return name, _read(words, name, step)


def _read(words: Vocabulary, name: str, told: str) -> Step:
    """A step as it is typed: a rung, or JSON for what is no rung."""
    if name not in words.settings:
        raise typer.BadParameter(f"{name} is no setting; there are {', '.join(words.settings)}")
    try:
        raw: Any = told if words[name].ladder else json.loads(told)
    except ValueError:
        raw = told
    try:
        return words[name].kind.read(raw)
    except ValueError as error:
        raise typer.BadParameter(f"{name}: {error}") from None


def _told(permit: Permit) -> str:
    first = permit.answer.value + (f" {permit.whom.value}" if permit.whom else "")
    lines = [
        f"  {one.code.value}: layer {int(one.layer)}, {one.setting or 'account'}"
        f"{f', from {one.age}' if one.age else ''}{', of the other side' if one.theirs else ''}"
        f"{f', {one.pack}' if one.pack else ''}"
        for one in permit.reasons
    ]
    return "\n".join([first, *lines, f"  packs: {', '.join(permit.packs) or 'none'}"])
