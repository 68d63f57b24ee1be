"""Making and using passkeys: a challenge is given, answered once, checked; then somebody is signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hoede.access.challenges import keep_challenge, take_challenge
from hoede.access.invitations import LinkRefused, invited, use_link
from hoede.access.passkeys import Passkey, add_passkey, find_passkey, passkey_used, passkeys_of
from hoede.access.people import Person, PersonKind, PersonUnknown, find_person, lock_person
from hoede.access.sessions import Session, end_session, open_session, renew
from hoede.access.tries import MOST_BY_PERSON, TooManyTries, may_try
from hoede.access.webauthn_check import (
    NewKey,
    PasskeyRefused,
    RelyingParty,
    challenge_in,
    check_new,
    check_use,
    credential_in,
    options_to_make,
    options_to_use,
    to_base64url,
)
from hoede.db import Database, Transaction

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremonies:
    """What a browser and we say to each other about passkeys. Every refusal is a `PasskeyRefused`."""

    db: Database
    party: RelyingParty
    new_id: Callable[[str], str]
    random: Callable[[int], bytes]
    kind: PersonKind = PersonKind.STAFF  # nobody of another kind passes

    def secret(self) -> str:
        """A cookie, link or challenge nobody can guess."""
        return to_base64url(self.random(SECRET_BYTES))

    def ask_to_use(self, bound_to: str, person: Person | None = None) -> dict[str, Any]:
        """What to ask a browser for any passkey of ours, or for one of this person's."""
        known = self.db.read(lambda conn: passkeys_of(conn, person.id)) if person else ()
        return options_to_use(self.party, self._challenge(bound_to), known)

    def ask_to_make(self, bound_to: str, person: Person) -> dict[str, Any]:
        known = self.db.read(lambda conn: passkeys_of(conn, person.id))
        return options_to_make(self.party, person, self._challenge(bound_to), known)

    def sign_in(self, answer: object, bound_to: str, former: Session | None = None) -> str:
        """The cookie of a new session, which ends the browser's former one. Also raises `TooManyTries`."""
        passkey, count = self._used(answer, bound_to)
        cookie, session_id = self.secret(), self.new_id("ses")

        def step(tx: Transaction) -> None:
            self._still(tx, passkey, count)
            self._end(tx, former)
            open_session(tx, session_id, cookie, passkey.person_id)

        self.db.commit(step)
        return cookie

    def step_up(self, answer: object, bound_to: str, session: Session) -> str:
        """The new cookie of a session in which its person used a passkey anew."""
        passkey, count = self._used(answer, bound_to)
        if passkey.person_id != session.person.id:
            raise PasskeyRefused
        cookie = self.secret()

        def step(tx: Transaction) -> None:
            self._still(tx, passkey, count)
            if not renew(tx, session.id, cookie):
                raise PasskeyRefused

        self.db.commit(step)
        return cookie

    def join(self, answer: object, link: str, former: Session | None = None) -> str:
        """Make the passkey an invitation is for; the cookie of the session. Also raises `LinkRefused`."""
        key = self._made(answer, link)
        cookie, session_id, passkey_id = self.secret(), self.new_id("ses"), self.new_id("key")

        def step(tx: Transaction) -> None:
            person_id = use_link(tx, link)
            person = lock_person(tx, person_id)
            if person.is_disabled or person.kind is not self.kind:
                raise LinkRefused
            self._keep(tx, passkey_id, person_id, key)
            self._end(tx, former)
            open_session(tx, session_id, cookie, person_id)

        self.db.commit(step)
        return cookie

    def add(self, answer: object, bound_to: str, person: Person) -> None:
        """Make one passkey more for somebody who is signed in."""
        key, passkey_id = self._made(answer, bound_to), self.new_id("key")

        def step(tx: Transaction) -> None:
            if lock_person(tx, person.id).is_disabled:
                raise PasskeyRefused
            self._keep(tx, passkey_id, person.id, key)

        self.db.commit(step)

    def invited(self, link: str) -> Person:
        """Whom a link is for; raises `LinkRefused`."""
        person = self.db.read(lambda conn: find_person(conn, invited(conn, link, self.db.time(conn))))
        if person is None or person.is_disabled or person.kind is not self.kind:
            raise LinkRefused
        return person

    def _challenge(self, bound_to: str) -> str:
        challenge = self.secret()
        self.db.commit(lambda tx: keep_challenge(tx, challenge, bound_to))
        return challenge

    def _made(self, answer: object, bound_to: str) -> NewKey:
        challenge = challenge_in(answer)
        if not self.db.commit(lambda tx: take_challenge(tx, challenge, bound_to)):
            raise PasskeyRefused
        return check_new(self.party, answer, challenge)

    def _used(self, answer: object, bound_to: str) -> tuple[Passkey, int]:
        credential, challenge = credential_in(answer), challenge_in(answer)

        def step(tx: Transaction) -> tuple[bool, Passkey | None, bool]:
            taken, passkey = take_challenge(tx, challenge, bound_to), find_passkey(tx.conn, credential)
            may = passkey is None or may_try(tx, f"person\x1f{passkey.person_id}", MOST_BY_PERSON)
            return taken, passkey, may

        taken, passkey, may = self.db.commit(step)
        if not may:
            raise TooManyTries
        if not taken or passkey is None:
            raise PasskeyRefused
        return passkey, check_use(self.party, answer, challenge, passkey)

    def _still(self, tx: Transaction, passkey: Passkey, count: int) -> None:
        """Raise `PasskeyRefused` when what was true while the passkey was checked no longer is."""
        try:
            person = lock_person(tx, passkey.person_id)
        except PersonUnknown as error:
            raise PasskeyRefused from error
        if person.is_disabled or person.kind is not self.kind or not passkey_used(tx, passkey, count):
            raise PasskeyRefused

    @staticmethod
    def _end(tx: Transaction, former: Session | None) -> None:
        if former is not None:
            end_session(tx, former.id, former.person.id, by=former.person.id)

    @staticmethod
    def _keep(tx: Transaction, passkey_id: str, person_id: str, key: NewKey) -> None:
        add_passkey(
            tx,
            passkey_id,
            credential=key.credential,
            person_id=person_id,
            public_key=key.public_key,
            sign_count=key.sign_count,
        )
