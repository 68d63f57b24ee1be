"""What the commands of `hoede policy` are given: packs by name or file, people, days."""

import difflib
from datetime import UTC, date, datetime, time
from pathlib import Path

import typer

from hoede.policy import Pack, Policy, check_place, read_pack, shipped_pack, shipped_vocabulary
from hoede.policy.rules.sides import knows_zone


def day(told: str | None) -> date | None:
    """A day like 2026-11-26; nothing stays nothing."""
    if told is None:
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise typer.BadParameter(f"{told} is no day; write it like 2026-11-26") from None


def moment(told: str | None) -> datetime:
    """A moment: a day is its noon in UTC, nothing is now, and a time without a zone is refused."""
    if told is None:
        return datetime.now(UTC)
    try:
        read = datetime.fromisoformat(told)
    except ValueError:
        raise typer.BadParameter(f"{told} is no moment; write 2026-11-26 or 2026-11-26T21:30+01:00") from None
    if len(told) == len("2026-11-26"):
        return datetime.combine(read.date(), time(12), UTC)
    if read.tzinfo is None:
        raise typer.BadParameter(f"{told} has no zone; write it like {told}+00:00")
    return read


def pack(name: str) -> Pack:
    """A pack by its id, or from a file when the name ends in .toml."""
    if not name.endswith(".toml"):
        return shipped_pack(name)
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{name} cannot be read: {error}") from error
    return read_pack(text, shipped_vocabulary())


def policy(names: str) -> Policy:
    """Packs by name, with commas between them."""
    named = [name.strip() for name in names.split(",") if name.strip()]
    if not named:
        raise typer.BadParameter("name one pack or more, with commas between them")
    return Policy(shipped_vocabulary(), tuple(pack(name) for name in dict.fromkeys(named)))


def place(told: str | None) -> tuple[str | None, str | None]:
    """Country and part of it, of `NL` or `US-CA`."""
    if told is None:
        return None, None
    try:
        check_place(told)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return told.partition("-")[0], told if "-" in told else None


def zones(told: str) -> tuple[str, ...]:
    """The zone as policy takes it; one that does not exist is refused."""
    if not knows_zone((told,)):
        raise typer.BadParameter(f"{told} is no time zone; write it like Europe/Amsterdam")
    return (told,)


def attempt(policy: Policy, told: str) -> str:
    """Something that can be asked for."""
    return _one_of(told, policy.vocabulary.attempts, "attempt")


def setting(policy: Policy, told: str) -> str:
    return _one_of(told, tuple(policy.vocabulary.settings), "setting")


def _one_of(told: str, known: tuple[str, ...], what: str) -> str:
    if told in known:
        return told
    near = difflib.get_close_matches(told, known, n=1)
    meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    raise typer.BadParameter(f"{told} is no {what}; {meant}")
