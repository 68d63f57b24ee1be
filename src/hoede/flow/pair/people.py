"""Guardians as people: a link by mail, a passkey, proof of being an adult; and how they go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from hoede.access.invitations import LinkRefused, end_links, give_link, use_link
from hoede.access.passkeys import end_all_passkeys, passkeys_of
from hoede.access.people import PersonKind, add_person, forget_name, lock_person, rename
from hoede.access.sessions import end_all_sessions, open_session, sessions_of
from hoede.access.tries import may_try
from hoede.core.ages import AgeEvidence
from hoede.core.handover import Handover
from hoede.db import Transaction
from hoede.flow.pair import mailing
from hoede.flow.pair.desk import PairDesk, adult_by_proof, settings_changed, teen_facts, teen_of
from hoede.flow.pair.links import Links
from hoede.pairing import By, State, guardians, mails, store
from hoede.pairing.guardians import GuardianRow, plain_mail
from hoede.pairing.rules.saying import Refusal, Why
from hoede.pairing.rules.states import STANDS

LINK_LASTS = timedelta(hours=1)
MOST_BY_MAIL, MOST_BY_ADDRESS = 5, 30  # letters in ten minutes
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class GuardianPeople:
    desk: PairDesk
    secret: Callable[[], str]

    def write_to(
        self, mail: str, *, name: str, locale: str, address: str = "", go: str = "/family"
    ) -> Refusal | None:
        """Send a link that makes a passkey, to a new guardian or one who lost theirs.

        The answer is the same whether we know the address: nobody learns who is a guardian.
        """
        plain, fit = plain_mail(mail), name.strip()
        if plain is None or not (1 <= len(fit) <= LONGEST_NAME and fit.isprintable()):
            return Refusal(Why.MAIL)
        link, person = self.secret(), self.desk.new_id("per")
        path = go if go.startswith("/family") else "/family"
        url = f"{self.desk.public_url}/family/join/{link}?to={quote(path, safe='')}"

        def step(tx: Transaction) -> Refusal | None:
            mine = may_try(tx, f"mail\x1f{plain}", MOST_BY_MAIL)
            if not may_try(tx, f"guardian\x1f{address}", MOST_BY_ADDRESS) or not mine:
                return Refusal(Why.TRIES)
            there = guardians.by_mail(tx.conn, plain)
            if there is None:
                add_person(
                    tx, person, name=fit, roles=(), language=locale, by=person, kind=PersonKind.GUARDIAN
                )
                guardians.add(tx, person, name=fit, mail=plain, locale=locale)
            elif there.name != fit and _never_came(tx, there.person):
                # Somebody else may have typed the name: it counts from the first time they came on.
                rename(tx, there.person, fit)
                guardians.rename(tx, there.person, fit)
            whom = person if there is None else there.person
            give_link(tx, link, whom, LINK_LASTS)
            mailing.to_person(tx, self.desk, whom, "sign_in", tried_for=LINK_LASTS, facts={"url": url})
            return None

        return self.desk.db.commit(step)

    def enter(self, link: str) -> str:
        """Sign in by a letter alone, where no passkey can be made: the cookie of the session.

        The link works no more; raises `LinkRefused`. Who works at the desk cannot.
        """
        cookie, session_id = self.secret(), self.desk.new_id("ses")

        def step(tx: Transaction) -> None:
            person = lock_person(tx, use_link(tx, link))
            if person.is_disabled or person.kind is not PersonKind.GUARDIAN:
                raise LinkRefused
            open_session(tx, session_id, cookie, person.id)

        self.desk.db.commit(step)
        return cookie

    def known(self, person: str) -> tuple[GuardianRow | None, tuple[tuple[str, str], ...]]:
        """What is kept of a guardian, and the accounts of their own, by service."""
        return self.desk.db.read(
            lambda conn: (
                guardians.find(conn, person),
                tuple((service, account) for service, account, _ in guardians.accounts_of(conn, person)),
            )
        )

    def came_from(self, person: str, handed: Handover) -> GuardianRow | Refusal:
        """They were handed over by a platform where they have an account of their own."""

        def step(tx: Transaction) -> GuardianRow | Refusal:
            found = guardians.lock(tx, person)
            if found is None:
                return Refusal(Why.UNAVAILABLE)
            guardians.has_account(tx, person, handed.service, handed.subject, handed.linked)
            self._assure(tx, person)
            return guardians.find(tx.conn, person) or found

        return self.desk.db.commit(step)

    def prove(self, person: str, evidence: AgeEvidence) -> GuardianRow | Refusal:
        """Somebody proved to be of an age; what waited for it begins, and what rested for it goes on."""

        def step(tx: Transaction) -> GuardianRow | Refusal:
            found = guardians.lock(tx, person)
            if found is None:
                return Refusal(Why.UNAVAILABLE)
            others = tuple(
                one
                for one in found.age_evidence
                if (one.method, one.issuer) != (evidence.method, evidence.issuer)
            )
            guardians.proved(tx, person, (*others, evidence))
            self._assure(tx, person)
            return guardians.find(tx.conn, person) or found

        done = self.desk.db.commit(step)
        for link in self.desk.db.read(lambda conn: store.of_guardian(conn, person)):
            if link.state is State.CONFIRMED:
                Links(self.desk).begin(link.id)
            if link.service and link.account:
                self.desk.forget(link.service, link.account)
        return done

    def go(self, person: str) -> None:
        """A guardian deletes themselves here: pairings end, and nothing they sign in with works any more."""
        Links(self.desk).erase_guardian(person)

        def step(tx: Transaction) -> None:
            end_all_sessions(tx, person)
            end_all_passkeys(tx, person)
            end_links(tx, person)
            guardians.forget(tx, person)
            forget_name(tx, person)
            mails.forget_gone(tx)

        self.desk.db.commit(step)

    def _assure(self, tx: Transaction, person: str) -> None:
        """What stands is as well assured as what is known now."""
        for one in store.of_guardian(tx.conn, person):
            if one.state not in STANDS:
                continue
            asks = teen_facts(tx.conn, self.desk, *teen_of(one), tx.now).asks
            adult = adult_by_proof(tx.conn, person, asks, tx.now)
            if adult.assured and (adult.assured, adult.until) != (one.assured, one.assured_until):
                link = store.lock(tx, one.id)
                noted = store.note(
                    tx,
                    link,
                    "assure",
                    by=By.GUARDIAN,
                    assured=True,
                    assured_until=adult.until,
                    reminded_at=None,
                )
                settings_changed(tx, self.desk, noted)


def _never_came(tx: Transaction, person: str) -> bool:
    """Whether nobody ever signed in by a letter to this address, as far as anything is kept of it."""
    came = passkeys_of(tx.conn, person) or sessions_of(tx.conn, lock_person(tx, person), tx.now)
    return not came and not store.of_guardian(tx.conn, person)
