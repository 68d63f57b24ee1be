"""Who works here: adding people, changing roles, disabling, and a new link, with all that ends thereby."""

import json
from collections.abc import Collection, Mapping

from sqlalchemy import update

from hoede.access.invitations import INVITED_FOR, end_codes, end_links, give_link
from hoede.access.passkeys import end_all_passkeys
from hoede.access.people import Person, PersonUnknown, add_person, lock_everybody, lock_person, note
from hoede.access.roles import Permission, Roles
from hoede.access.sessions import end_all_sessions
from hoede.access.tables import PEOPLE
from hoede.core.errors import HoedeError
from hoede.db import Transaction


class LastAdministrator(HoedeError):
    """Nobody else could manage people then. Make somebody else administrator first."""

    code = "last-administrator"


class PersonDisabled(HoedeError):
    """This person is disabled. Let them in again first."""

    code = "person-disabled"


def add(
    tx: Transaction, person_id: str, link: str, *, name: str, roles: tuple[str, ...], language: str, by: str
) -> None:
    """Add somebody with a link that makes their first passkey."""
    add_person(tx, person_id, name=name, roles=roles, language=language, by=by)
    give_link(tx, link, person_id, INVITED_FOR)


def set_roles(tx: Transaction, person_id: str, names: Collection[str], book: Roles, *, by: str) -> None:
    """Change what somebody may do; their sessions end, so that it holds at once everywhere.

    Raises `PersonUnknown`, `RoleUnknown` or `LastAdministrator`.
    """
    everybody, chosen = lock_everybody(tx), book.chosen(names)
    person = _known(everybody, person_id)
    if chosen == person.roles:
        return
    if Permission.PEOPLE_MANAGE not in book.permitted(chosen):
        _refuse_last(everybody, person, book)
    held = json.dumps(chosen)
    tx.conn.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(roles=held))
    end_all_sessions(tx, person_id)
    note(tx, person_id, "person.roles", by=by, detail=held)


def disable(tx: Transaction, person_id: str, book: Roles, *, by: str) -> bool:
    """Keep somebody out at once: their sessions, passkeys, codes and links end. False when they were out.

    Raises `PersonUnknown` or `LastAdministrator`.
    """
    everybody = lock_everybody(tx)
    person = _known(everybody, person_id)
    if person.is_disabled:
        return False
    _refuse_last(everybody, person, book)
    tx.conn.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(disabled_at=tx.now))
    _end_everything(tx, person_id)
    note(tx, person_id, "person.disabled", by=by)
    return True


def enable(tx: Transaction, person_id: str, *, by: str) -> bool:
    """Let somebody in again, who then needs a new link; false when they were not disabled."""
    if not _known(lock_everybody(tx), person_id).is_disabled:
        return False
    tx.conn.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(disabled_at=None))
    note(tx, person_id, "person.enabled", by=by)
    return True


def invite(tx: Transaction, person_id: str, link: str, *, by: str) -> None:
    """Give somebody a new link, for a lost passkey too: what they signed in with before ends.

    Raises `PersonUnknown` or `PersonDisabled`.
    """
    if _known(lock_everybody(tx), person_id).is_disabled:
        raise PersonDisabled
    _end_everything(tx, person_id)
    give_link(tx, link, person_id, INVITED_FOR)
    note(tx, person_id, "person.invited", by=by)


def sign_out(tx: Transaction, person_id: str, *, by: str) -> None:
    """End all sessions of somebody, who may sign in again. Raises `PersonUnknown`."""
    lock_person(tx, person_id)
    end_all_sessions(tx, person_id)
    note(tx, person_id, "person.signed_out", by=by)


def _known(everybody: Mapping[str, Person], person_id: str) -> Person:
    if person_id not in everybody:
        raise PersonUnknown
    return everybody[person_id]


def _refuse_last(everybody: Mapping[str, Person], person: Person, book: Roles) -> None:
    """Raise `LastAdministrator` when nobody but this person can manage people."""
    managing = {
        one.id
        for one in everybody.values()
        if not one.is_disabled and Permission.PEOPLE_MANAGE in book.permitted(one.roles)
    }
    if managing == {person.id}:
        raise LastAdministrator


def _end_everything(tx: Transaction, person_id: str) -> None:
    end_all_sessions(tx, person_id)
    end_all_passkeys(tx, person_id)
    end_codes(tx, person_id)
    end_links(tx, person_id)
