"""`hoede policy show|propose|approve|shadow|withdraw|rollback|counts`: versions, each a step by a person.

In the console somebody is signed in. At the machine they say who they are, and that is written down with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hoede.app.build import policy_changes
from hoede.app.packs import texts_named
from hoede.app.tables import read_tables
from hoede.cli.common import configured, database, say
from hoede.cli.policy_given import day, moment
from hoede.flow.change_policy import ChangePolicy, Proof
from hoede.policy.rules.differences import differences
from hoede.policy.rules.versions import Version, in_force_at, state_of
from hoede.policy.shadow import SHOWN_FROM, as_csv, changed_answers, counts_of
from hoede.policy.store import all_versions
from hoede.policy.versions import find

Person = Annotated[str, typer.Option("--by", help="Who does it: an id of `hoede people list`.")]
Why = Annotated[str, typer.Option("--why", help="What it is for, and who asked for it.")]
Number = Annotated[int, typer.Argument(help="A version that `hoede policy show` lists.")]
AsJson = Annotated[bool, typer.Option("--json")]


@contextmanager
def changing(context: typer.Context) -> Iterator[ChangePolicy]:
    """What changes policy; a deployment that has no version yet gets its first one."""
    config = configured(context)
    db, keys = database(context)
    try:
        change = policy_changes(config, read_tables(), db, keys)
        change.begin(texts_named(config.policy_packs))
        yield change
    finally:
        db.close()


def show(
    context: typer.Context,
    at: Annotated[str | None, typer.Option("--at", help="A day or a moment; else now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is, was or will be in force, with what proves it, and every version. Exit 1: not proved."""
    with changing(context) as change:
        now = change.db.now()
        when = now if at is None else moment(at)
        proof, versions = change.proof_at(when), change.db.read(all_versions)
    if proof is None:
        raise typer.BadParameter(f"no version was in force on {at}; the first begins {versions[0].starts_at}")
    lines = [*_proof(proof), "", *(_line(one, versions, now) for one in versions)]
    told = {
        "in_force": _values(proof.version, versions, now),
        "proved": not proof.wrong,
        "wrong": list(proof.wrong),
        "leaves": [{"act": act, "number": number} for act, number in proof.leaves],
        "texts": list(proof.packs),
        "versions": [_values(one, versions, now) for one in versions],
    }
    say("\n".join(lines), told, as_json=as_json)
    raise typer.Exit(1 if proof.wrong else 0)


def propose(
    context: typer.Context,
    why: Why,
    by: Person,
    drafts: Annotated[
        list[str] | None, typer.Argument(help="Packs: ids of ours, or files that end in .toml.")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help="The id of a pack that goes.")] = None,
    begins: Annotated[
        str | None, typer.Option("--from", help="The day it begins, at 0:00 UTC; else once agreed to.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose a version: what stands, with these packs in the place of those of the same id."""
    first_day = _day(begins)
    with changing(context) as change:
        draft = change.draft(texts_named(drafts or []), without or [])
        version = change.propose(draft, why=why, day=first_day, by=change.at_machine(by))
        before = {one.id: one for one in change.packs_of(draft.base.number)}
        changed = _differences(change, draft.packs, before)
    words = f"Version {version.number} is proposed. Somebody else agrees to it: in the console, or"
    lines = [*changed, f"{words} `hoede policy approve {version.number} --by PERSON`."]
    say("\n".join(lines), _told(version), as_json=as_json)


def approve(context: typer.Context, version: Number, by: Person, as_json: AsJson = False) -> None:
    """Agree to a version, or to a rollback, as the second person."""
    with changing(context) as change:
        agreed = change.agree(version, by=change.at_machine(by))
    words = f"Version {version} is agreed to, and counts from {agreed.begins:%Y-%m-%d %H:%M} UTC on."
    say(words, _told(agreed), as_json=as_json)


def shadow(
    context: typer.Context,
    version: Number,
    by: Person,
    end: Annotated[bool, typer.Option("--end", help="Stop counting.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count what a version would answer beside the one in force; it answers nobody."""
    with changing(context) as change:
        who = change.at_machine(by)
        done = change.end_shadow(version, by=who) if end else change.shadow(version, by=who)
    words = f"Version {version} is {'no longer in' if end else 'in'} shadow."
    say(words, _told(done), as_json=as_json)


def withdraw(context: typer.Context, version: Number, why: Why, by: Person, as_json: AsJson = False) -> None:
    """Take back what does not count yet; or, as the second person, a rollback that nobody confirmed."""
    with changing(context) as change:
        gone = change.withdraw(version, why=why, by=change.at_machine(by))
    say(f"Version {version} is withdrawn.", _told(gone), as_json=as_json)


def rollback(context: typer.Context, why: Why, by: Person, as_json: AsJson = False) -> None:
    """Go back to what stood before, at once. A second person confirms it within 24 hours."""
    with changing(context) as change:
        done = change.roll_back(why=why, by=change.at_machine(by))
    number = done.version.number
    until = f"{done.version.confirm_until:%Y-%m-%d %H:%M} UTC"
    way = f"in the console, or `hoede policy approve {number} --by PERSON`"
    lines = [f"Version {number}, the same as {done.version.equals}, is in force."]
    lines += [f"Somebody else confirms it before {until}: {way}."]
    lines += [f"Version {one}, planned for later, is withdrawn with it." for one in done.withdrawn]
    say("\n".join(lines), {**_told(done.version), "withdrawn": list(done.withdrawn)}, as_json=as_json)


def counts(
    context: typer.Context,
    version: Number,
    csv: Annotated[
        Path | None, typer.Option(help="Write how often each was attempted, for `hoede policy simulate`.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what was counted while a version was in shadow; no cell that could be one person."""
    with changing(context) as change:
        find(change.db.read(all_versions), version)
        found = change.db.read(lambda conn: counts_of(conn, version))
    lines = [
        f"{attempt:24} {band:9} {live} -> {shadow}: {times}"
        for attempt, band, live, shadow, times in changed_answers(found)
    ]
    lines = lines or ["Nothing that may be shown would have been answered otherwise."]
    if found.hidden:
        lines.append(
            f"{found.hidden} answers stand in cells of fewer than {SHOWN_FROM}, which are not shown."
        )
    if csv is not None:
        _write(csv, as_csv(found))
    cells = [cell._asdict() | {"times": times} for cell, times in found.shown]
    say("\n".join(lines), {"version": version, "counts": cells, "hidden": found.hidden}, as_json=as_json)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}") from error


def _day(told: str | None) -> date | None:
    return None if told == "today" else day(told)


def _differences(change: ChangePolicy, packs: Any, before: dict[str, Any]) -> Iterator[str]:
    after = {one.id: one for one in packs}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{name}: goes"
        elif name not in before:
            yield f"{after[name].ref}: new"
        else:
            for one in differences(before[name], after[name], change.vocabulary):
                said = " -> ".join(value for value in (one.before, one.after) if value is not None)
                yield f"{name}: {one.change} {one.part} {one.band or 'everybody'} {one.about}: {said}"


def _proof(proof: Proof) -> Iterator[str]:
    version = proof.version
    yield f"version {version.number}, {version.hash}"
    yield from (f"  {one}" for one in version.packs)
    yield from (
        f"  {act}: leaf {'not numbered yet' if number is None else number}" for act, number in proof.leaves
    )
    yield from (f"  wrong: {one}" for one in proof.wrong)
    if not proof.wrong:
        yield "  proved: its texts, its signature and its leaves fit"


def _line(one: Version, versions: tuple[Version, ...], now: datetime) -> str:
    people = f"{one.proposed_by}, {one.agreed_by or 'nobody yet'}"
    late = ", NOT CONFIRMED IN TIME" if one.overdue(now) else ", to be confirmed" if one.unconfirmed else ""
    begins = f"{one.begins:%Y-%m-%d %H:%M}" if one.begins else "not agreed to"
    return f"{one.number:4} {state_of(one, versions, now):10} {begins:17} {people}: {one.why}{late}"


def _values(one: Version, versions: tuple[Version, ...], now: datetime) -> dict[str, Any]:
    live = in_force_at(versions, now)
    return _told(one) | {
        "state": state_of(one, versions, now).value,
        "in_force": live is not None and live.number == one.number,
        "overdue": one.overdue(now),
    }


def _told(one: Version) -> dict[str, Any]:
    return {
        "version": one.number,
        "hash": one.hash,
        "packs": [str(pack) for pack in one.packs],
        "origin": one.origin.value,
        "equals": one.equals,
        "why": one.why,
        "begins": _at(one.begins),
        "proposed_by": one.proposed_by,
        "proposed_via": one.proposed_via.value,
        "agreed_by": one.agreed_by,
        "agreed_via": one.agreed_via.value if one.agreed_via else None,
        "confirm_until": _at(one.confirm_until) if one.unconfirmed else None,
        "signature": one.signature.hex() if one.signature else None,
        "signed_by": one.signed_by.hex() if one.signed_by else None,
    }


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")
