"""A family on a database of its own: a desk as `app` builds it, and people whose age one chooses."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from hoede import accounts
from hoede.access.people import PersonKind, add_person
from hoede.accounts import Account
from hoede.accounts.store import put_account
from hoede.app.tables import read_tables
from hoede.core.ages import AgeEvidence, Assurance
from hoede.db import Database, Transaction, orders
from hoede.flow.attempt import Permits, Sides, Tables
from hoede.flow.pair import (
    Asking,
    Clock,
    Exits,
    FamilyViews,
    Guardian,
    GuardianPeople,
    Invitation,
    KeptFigures,
    Links,
    PairDesk,
    Teen,
    Together,
    Weekly,
)
from hoede.pairing import Family, LinkRow, Mode, State, family_of, guardians, store
from hoede.pairing.rules.saying import Refusal, Why
from hoede.policy import InForce, Policy, shipped_pack, shipped_vocabulary
from hoede.simulators.cybertipline import VirtualClock

T = TypeVar("T")
SERVICE = "plein"
TABLES = read_tables()
VOCABULARY = shipped_vocabulary()
BASELINE = Policy(VOCABULARY, (shipped_pack("hoede-baseline"),))
KEY = b"k" * 32


def counted() -> Callable[[str], str]:
    """Ids in the order they were asked for, by kind: two runs of the same story have the same."""
    numbers: dict[str, int] = defaultdict(int)

    def new_id(kind: str) -> str:
        numbers[kind] += 1
        return f"{kind}_{numbers[kind]:032}"

    return new_id


def drawn() -> Callable[[int], bytes]:
    """Bytes nobody guesses, in the order they were asked for."""
    numbers = itertools.count(1)
    return lambda many: next(numbers).to_bytes(4).rjust(many, b"\x5a")


@dataclass(slots=True)
class Scene:
    db: Database
    clock: VirtualClock
    policy: Policy = BASELINE
    new_id: Callable[[str], str] = field(default_factory=counted)
    random: Callable[[int], bytes] = field(default_factory=drawn)
    sides: Sides = field(init=False)
    desk: PairDesk = field(init=False)

    def __post_init__(self) -> None:
        self.sides = Sides(self.db, TABLES.book.measures, VOCABULARY)
        self.desk = PairDesk(
            db=self.db,
            names=KEY,
            acts=TABLES.pairing.acts,
            assurance=TABLES.pairing.assurance,
            presets=TABLES.pairing.presets,
            vocabulary=VOCABULARY,
            policy=lambda: self.policy,
            side=self.sides.at,
            forget=self.sides.forget,
            measures=TABLES.book.measures,
            lanes=TABLES.lanes,
            new_id=self.new_id,
            random=self.random,
            public_url="https://hoede.example",
        )

    @property
    def links(self) -> Links:
        return Links(self.desk)

    @property
    def together(self) -> Together:
        return Together(self.desk)

    @property
    def asking(self) -> Asking:
        return Asking(self.desk)

    @property
    def exits(self) -> Exits:
        return Exits(self.desk)

    @property
    def time(self) -> Clock:
        return Clock(self.desk)

    @property
    def views(self) -> FamilyViews:
        return FamilyViews(self.desk, KeptFigures())

    @property
    def people(self) -> GuardianPeople:
        return GuardianPeople(self.desk, lambda: self.new_id("secret"))

    @property
    def weekly(self) -> Weekly:
        return Weekly(self.db, KeptFigures(), VOCABULARY, self.new_id)

    @property
    def permits(self) -> Permits:
        return Permits(
            db=self.db,
            sides=self.sides,
            tables=Tables(lambda: self.policy),
            in_shadow=lambda: False,
            counted=lambda *_: None,
        )

    def teen(self, account: str = "noor", *, age: int | None = 14, locale: str = "nl", **more: Any) -> Teen:
        """An account of this age today, born half a year before its birthday."""
        told = Account(
            service=SERVICE, id=account, zone="Europe/Amsterdam", locale=locale, screen_name=account
        )
        evidence = () if age is None else (self.aged(age),)
        self.db.commit(lambda tx: put_account(tx, _with(told, evidence)))
        self.sides.forget(SERVICE, account)
        return Teen(service=SERVICE, account=account, **more)

    def age_is(self, account: str, evidence: AgeEvidence) -> None:
        """Told of an account that is there, as the door for platforms does it."""
        told = Account(service=SERVICE, id=account, zone="Europe/Amsterdam", age_evidence=(evidence,))

        def step(tx: Transaction) -> None:
            put_account(tx, told)
            self.time.age_told(tx, SERVICE, [account])

        self.db.commit(step)
        self.sides.forget(SERVICE, account)

    def aged(self, age: int, assurance: Assurance = Assurance.DECLARED) -> AgeEvidence:
        today = self.clock.now().date()
        born = date(today.year - age, 1, 15)
        return AgeEvidence(
            method="document" if assurance is Assurance.VERIFIED else "self-declared",
            assurance=assurance,
            issuer="plein",
            as_of=today,
            born=born,
        )

    def guardian(
        self, name: str = "Anna", *, proved: bool = False, until: datetime | None = None
    ) -> Guardian:
        """Somebody who signed in; `proved` to be an adult."""
        person, mail = self.new_id("per"), f"{name.lower()}@mail.example"

        def step(tx: Any) -> None:
            kind = PersonKind.GUARDIAN
            add_person(tx, person, name=name, roles=(), language="en", by=person, kind=kind)
            assert guardians.add(tx, person, name=name, mail=mail, locale="en")

        self.db.commit(step)
        if proved:
            self.prove(Guardian(person=person), until=until)
        return Guardian(person=person)

    def prove(self, guardian: Guardian, *, age: int = 40, until: datetime | None = None) -> None:
        told = self.aged(age, Assurance.VERIFIED)
        proof = AgeEvidence(
            method="document",
            assurance=told.assurance,
            issuer="bureau",
            as_of=told.as_of,
            born=told.born,
            until=until,
        )
        assert not isinstance(self.people.prove(guardian.person, proof), Refusal)

    def invited(self, teen: Teen, mode: Mode = Mode.LIMITS) -> Invitation:
        return done(self.links.invite(teen, mode))

    def paired(self, teen: Teen, guardian: Guardian, mode: Mode = Mode.LIMITS) -> LinkRow:
        """The whole way: invited by the teen, accepted, confirmed, begun."""
        link = done(self.links.accept_link(guardian, self.invited(teen, mode).secret))
        return self.confirmed(teen, link.id)

    def confirmed(self, teen: Teen, link: str) -> LinkRow:
        _, version = self.links.what_is_seen(teen)
        return done(self.links.confirm(teen, link, version))

    def link(self, link: str) -> LinkRow:
        return self.db.read(lambda conn: store.known(conn, link))

    def family(self, teen: Teen) -> Family:
        return self.db.read(lambda conn: family_of(conn, teen.service, teen.account))

    def in_force(self, teen: Teen) -> dict[str, InForce]:
        found = self.permits.effective(teen.service, teen.account, self.clock.now())
        return dict(found.settings)

    def step(self, teen: Teen, setting: str) -> Any:
        return self.in_force(teen)[setting].step

    def limit(
        self, guardian: Guardian, link: str, teen: Teen, setting: str, step: object, **more: Any
    ) -> Any:
        version = more.pop("version", self.family(teen).version)
        return self.together.limit(guardian, link, setting, step, version=version, **more)

    def chooses(self, teen: Teen, setting: str, step: object) -> None:
        self.db.commit(lambda tx: accounts.choose(tx, teen.service, teen.account, setting, step))
        self.sides.forget(teen.service, teen.account)

    def later(self, **more: float) -> None:
        """Time goes by, and the clock of pairings with it."""
        self.clock.advance(timedelta(**more))
        while self.time.once():
            pass

    def stays(self, teen: Teen, **more: float) -> None:
        """Likewise, and the teen says in time, each time, that it is still right."""
        until = self.clock.now() + timedelta(**more)
        while self.clock.now() < until:
            asked = [until]
            for one in self.db.read(lambda conn: store.of_account(conn, teen.service, teen.account)):
                if one.state is State.ACTIVE:
                    said = done(self.links.say_again(teen, one.id)).teen_by
                    asked += [] if said is None else [said - timedelta(seconds=1)]
            self.later(seconds=(min(asked) - self.clock.now()).total_seconds())

    def told(self, teen: Teen) -> list[str]:
        """What the platform was told about this account, in order."""
        rows = self.db.read(
            lambda conn: conn.execute(
                orders.ORDERS.select()
                .where(orders.ORDERS.c.target_id == teen.account)
                .order_by(orders.ORDERS.c.opened_at, orders.ORDERS.c.measure)
            ).all()
        )
        return [row.measure for row in rows]


def _with(told: Account, evidence: tuple[AgeEvidence, ...]) -> Account:
    return Account(
        service=told.service,
        id=told.id,
        zone=told.zone,
        locale=told.locale,
        screen_name=told.screen_name,
        age_evidence=evidence,
    )


def done(answer: T | Refusal) -> T:
    """What was done; a refusal fails the test and says why."""
    assert not isinstance(answer, Refusal), answer
    return answer


def why(answer: Any) -> Why | None:
    """Why it was not done; None when it was."""
    return answer.why if isinstance(answer, Refusal) else None


def names(those: Iterator[Any]) -> list[str]:
    return [str(one) for one in those]
