"""Every door that acts on one thing, tried on one's own and on others': let in only as told here."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from httpx2 import Response
from lxml import html
from tests.parts import fresh, settings
from tests.web.api import Api
from tests.web.cases import Judges
from tests.web.conftest import opened
from tests.web.passkeys import URL, Authenticator, Seat, invite, signed_in

from hoede.evidence import store as evidence
from hoede.flow.judge import Judged
from hoede.review import AccountIs, Answer, Grounds, LetterRow, exposure
from hoede.review import store as review
from hoede.review.claims import Taken
from hoede.web.session import DoorRoute
from hoede.web.visits import Door

ROLES = ("lead", "judge", "legal", "policy", "administrator", "auditor")  # so that no role is in the way
OTHER, THIRD = "per_other", "per_third"
REASON = "Seen in the image."

MINE = {"mine", "others' judgment, mine", "objection to others', mine"}
ALL = MINE | {"free", "others'", "my judgment", "others' judgment", "objection to mine"}
OBJECTIONS = {"objection to mine", "objection to others', mine"}
# Which of these each door lets in; all else is refused, and changes nothing. A door without a row fails.
OF_CASE = {
    "case": ALL,
    "case-age": set[str](),  # none of these is about an age; test_console_age.py
    "case-answer": {"objection to others', mine"},
    "case-back": ALL,  # the page again, with what was typed
    "case-check": {"others' judgment, mine"},
    "case-danger": MINE,
    "case-escalate": MINE,
    "case-hand-over": MINE,
    "case-judge": {"mine", "my judgment"},  # sent twice it is one
    "case-look": MINE,
    "case-note": ALL,  # one's own; nobody else sees it
    "case-pairing": set(),  # none of these: test_console_pairing.py
    "case-picture": MINE,
    "case-preview": ALL - OBJECTIONS,  # what a judgment would do; it does nothing
    "case-renew": MINE,
    "case-skip": MINE,
    "case-take": MINE | {"free", "others' judgment"},
    "case-undo": {"my judgment", "objection to mine"},  # one's own, whoever objected meanwhile
    "raw-ask": MINE,
    "raw-files": MINE,
}
OF_WISH = {"raw-agree": {"others' wish"}, "raw-open": {"my wish, agreed"}}
WISHES = {"my wish", "others' wish", "my wish, agreed", "others' wish, agreed by me", "others' wish, agreed"}
OF_ME = {"passkey-end": {"mine"}, "session-end": {"mine"}}
NOBODYS = {
    "authorities-case": "whoever sees reports sees to whom a case is due",
    "authorities-pack": "what it makes is for the authority alone to open",
    "authorities-record": "once for each case and authority",
    "authorities-victims": "whoever judges or leads says where a child lives who is harmed",
    "calibration": "everybody's who judges; others' answers only once it is closed",
    "calibration-close": "whoever keeps the quality of judging",
    "calibration-next": "everybody's who judges, for themselves",
    "disagreement-resolve": "a third person; who judged or checked is refused by the store",
    "exposure-skills": "whoever leads says what everybody was trained for",
    "golden-retire": "whoever keeps the quality of judging",
    "guidance-end": "likewise",
    "invitation": "whoever has the link",
    "invitation-begin": "likewise",
    "invitation-finish": "likewise",
    "log-proof": "the log is everybody's who may read it",
    "order": "orders are given by machines",
    "order-resend": "likewise",
    "order-settle": "likewise",
    "person": "whoever manages people manages themselves, too",
    "person-disable": "likewise; the last administrator stays",
    "person-enable": "likewise",
    "person-invite": "likewise",
    "person-roles": "likewise; the last administrator stays",
    "person-sign-out": "likewise",
    "policy-agree": "everybody's whose work is policy; who proposed it is refused by the store",
    "policy-figure": "whoever sees policy sees every version",
    "policy-pack": "likewise",
    "policy-shadow": "everybody's whose work is policy",
    "policy-simulation": "whoever sees policy sees every version",
    "policy-unshadow": "everybody's whose work is policy",
    "policy-version": "whoever sees policy sees every version",
    "policy-withdraw": "everybody's whose work is policy",
    "report": "reports are sent by machines",
    "report-add": "everybody's who judges; once under one name",
    "report-add-preview": "likewise; nothing is written",
}
OTHERWISE: dict[str, dict[str, object]] = {"case-look": {"how": "text"}, "case-skip": {"reason": "too_heavy"}}
# What no refusal may change. Readings are not among them: a refusal is told on the page of the case. Nor are
# notes: what somebody typed who is refused is kept for them.
KEPT = ("case_", "case_claim", "case_skip", "judgment", "second_check", "objection", "orders")
SEEN = ("evidence_view", "raw_view", "passkey")


@dataclass(frozen=True)
class Thing:
    """What a door is tried on."""

    id: str
    told: dict[str, object]


@dataclass(frozen=True)
class House:
    judges: Judges
    seat: Seat
    me: str
    form: str

    @property
    def doors(self) -> dict[str, Door]:
        """Of the console; a family's have tests of their own."""
        routes = [one for one in self.judges.api.hoede.site.routes if isinstance(one, DoorRoute)]
        return {one.door.name: one.door for one in routes if one.path.startswith("/console")}

    def knock(self, name: str, thing: Thing) -> Response:
        door = self.doors[name]
        path = door.path.replace("{id}", thing.id)
        if name == "case-picture":
            return self.picture(path, thing)
        if door.method == "GET":
            return self.seat.get(path)
        return self.post(path, thing.told | OTHERWISE.get(name, {}))

    def post(self, path: str, told: dict[str, object]) -> Response:
        fields = {"form": self.form, **told}
        return self.seat.http.post(path, data=fields, headers={"origin": URL}, follow_redirects=False)

    def picture(self, path: str, thing: Thing) -> Response:
        """By an address that this session was given, whoever has the case."""
        file = str(thing.told["picture"])
        why = "It may be on the list by mistake."  # else nobody gets an address of what is known
        self.judges.api.hoede.db.commit(lambda tx: exposure.ask_again(tx, thing.id, file, self.me, why))
        told: dict[str, object] = {"file": file, "how": "blurred", "purpose": "judge"}
        page = self.post(path.replace("/picture", "/look"), told).text
        return self.seat.get(next(str(one.get("src")) for one in html.fromstring(page).iter("img")))

    def state(self) -> list[object]:
        def ask(conn: object) -> list[object]:
            return [conn.exec_driver_sql(f"SELECT * FROM {one}").all() for one in (*KEPT, *SEEN)]  # type: ignore[attr-defined] # noqa: S608 - our own names

        return self.judges.api.hoede.db.read(ask)

    def case(self) -> str:
        account = fresh("account")
        return self.judges.case(account, text=f"they wrote {account}").id  # nothing judged before is like it

    def take(self, case: str, person: str) -> None:
        assert isinstance(self.judges.api.hoede.cases.take(case, person, lead=True), Taken)

    def judged(self, by: str) -> str:
        """A case that somebody judged, and that waits for a second person."""
        case = self.case()
        self.take(case, by)
        shown = frozenset(one.evidence for one in self.files(case))
        said = Answer(
            outcome="confirmed_new",
            reason=REASON,
            shown=shown,
            classification="A1",
            account_is=AccountIs.OFFENDER,
        )
        assert isinstance(self.judges.api.hoede.judge.judge(case, by, said), Judged)
        return case

    def objection(self, by: str) -> str:
        """The case of an objection to what somebody judged."""
        hoede, against, order = self.judges.api.hoede, self.judged(by), fresh("ord")
        case = hoede.db.read(lambda conn: review.find_case(conn, against))
        assert case is not None
        sent = case.opened_at.date()
        letter = LetterRow(
            order_id=order,
            service=case.service,
            account=case.account,
            case_id=against,
            locale="en",
            title="A letter",
            paragraphs=("What we did.",),
            sent_on=sent,
            until=sent.replace(year=sent.year + 1),
        )
        hoede.db.commit(lambda tx: review.save_letter(tx, letter, order))
        hoede.appeal.object(order, "Not me.")
        waits = hoede.db.read(review.queue)
        return next(one.id for one in waits if one.grounds is Grounds.OBJECTION and one.earlier == against)

    def files(self, case: str) -> tuple[review.CaseFile, ...]:
        return self.judges.api.hoede.db.read(lambda conn: review.files_of(conn, case))

    def thing(self, case: str, colleague: str) -> Thing:
        """The case with a right answer for each of its doors."""
        hoede = self.judges.api.hoede
        row = hoede.db.read(lambda conn: review.find_case(conn, case))
        subject = row.earlier if row and row.grounds is Grounds.OBJECTION else case
        files = self.files(str(subject))
        events = {one.event for one in files}
        copies = [one for one in hoede.db.read(evidence.all_rows) if one.event in events]
        judged = "SELECT id FROM judgment WHERE case_id = ?"
        judgment = hoede.db.read(lambda conn: conn.exec_driver_sql(judged, (subject,)).scalar())
        text = next(one.taken.id for one in copies if one.part == "text")
        told = {
            "picture": next(one.taken.id for one in copies if one.part != "text"),
            "file": text,
            "purpose": "judge",
            "why": "she is in danger",
            "note": fresh("note"),
            "to": colleague,
            "outcome": "no_violation",
            "reason": REASON,
            "shown": [one.evidence for one in files],
            "judgment": judgment or "jud_0",
            "agrees": "yes",
            "right": "no",
        }
        return Thing(case, told)


def case_things(house: House, colleague: str) -> dict[str, Callable[[], Thing]]:
    def made(case: Callable[[], str], holder: str | None = None) -> Thing:
        one = case()
        if holder:
            house.take(one, holder)
        return house.thing(one, colleague)

    me = house.me
    return {
        "free": partial(made, house.case),
        "mine": partial(made, house.case, me),
        "others'": partial(made, house.case, OTHER),
        "my judgment": partial(made, partial(house.judged, me)),
        "others' judgment": partial(made, partial(house.judged, OTHER)),
        "others' judgment, mine": partial(made, partial(house.judged, OTHER), me),
        "objection to mine": partial(made, partial(house.objection, me)),
        "objection to others', mine": partial(made, partial(house.objection, OTHER), me),
    }


def wish_things(house: House) -> dict[str, Callable[[], Thing]]:
    view = house.judges.api.hoede.view

    def wish(by: str, agreed: str | None = None) -> Thing:
        case = house.case()
        house.take(case, by)
        raw = view.ask_raw(case, house.files(case)[0].evidence, by, REASON)
        assert isinstance(raw, str)
        if agreed:
            assert view.approve_raw(raw, agreed) is None
        return Thing(raw, {})

    return {
        "my wish": partial(wish, house.me),
        "others' wish": partial(wish, OTHER),
        "my wish, agreed": partial(wish, house.me, OTHER),
        "others' wish, agreed by me": partial(wish, OTHER, house.me),
        "others' wish, agreed": partial(wish, OTHER, THIRD),
    }


@pytest.fixture(scope="module")
def api(prepared: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One for all of these: each makes what it knocks with."""
    folder = tmp_path_factory.mktemp("own") / "hoede"
    shutil.copytree(prepared[0], folder)
    with opened(settings(folder, public_url=URL), prepared[1]) as shared:
        yield shared


@pytest.fixture
def house(api: Api) -> House:
    seat, me = signed_in(api.hoede, *ROLES)
    return House(Judges(api), seat, me, seat.form())


def tried(house: House, doors: dict[str, set[str]], whose: str, make: Callable[[], Thing]) -> dict[str, str]:
    """What each door did with it; a thing that a door changed is made anew for the next one."""
    got, thing = {}, make()
    for name in doors:
        before, answer = house.state(), house.knock(name, thing)
        is_in, changed = answer.status_code < 400, house.state() != before
        assert (name, whose, answer.status_code < 500) == (name, whose, True)
        got[name] = "in" if is_in else ("refused, and changed something" if changed else "refused")
        if changed:
            thing = make()
    return got


def due(doors: dict[str, set[str]], whose: str) -> dict[str, str]:
    return {name: "in" if whose in let_in else "refused" for name, let_in in doors.items()}


def test_every_door_that_acts_on_one_thing_has_a_row(house: House) -> None:
    acts = {name for name, door in house.doors.items() if "{" in door.path}
    assert acts == {*OF_CASE, *OF_WISH, *OF_ME, *NOBODYS}


@pytest.mark.parametrize("whose", sorted(ALL))
def test_a_door_of_a_case_lets_in_only_whose_it_is(house: House, whose: str) -> None:
    colleague, _ = invite(house.judges.api.hoede, "lead", name="Joris")
    make = case_things(house, colleague)[whose]
    assert tried(house, OF_CASE, whose, make) == due(OF_CASE, whose)


@pytest.mark.parametrize("whose", sorted(WISHES))
def test_a_wish_is_agreed_to_by_another_and_opened_by_who_asked(house: House, whose: str) -> None:
    assert tried(house, OF_WISH, whose, wish_things(house)[whose]) == due(OF_WISH, whose)


def test_nobody_ends_anothers_passkey_or_session(house: House) -> None:
    other, _ = signed_in(house.judges.api.hoede, "judge", name="Joris")
    for one in (house.seat, other):  # a second one each: the last is never ended
        options = one.say("/console/me/passkeys/begin", {}, at="/console/me").json()
        one.say("/console/me/passkeys/finish", {"answer": Authenticator().make(options)}, at="/console/me")
    for whose, person in (("others'", "person_id <> ?"), ("mine", "person_id = ?")):
        for name, table in (("passkey-end", "passkey"), ("session-end", "session")):
            asked = f"SELECT id FROM {table} WHERE {person}"  # noqa: S608 - our own names
            found = house.judges.api.hoede.db.read(
                lambda conn, asked=asked: conn.exec_driver_sql(asked, (house.me,)).scalars().first()  # type: ignore[misc] # one of each
            )
            thing = partial(Thing, str(found), {})
            doors = {name: OF_ME[name]}
            assert tried(house, doors, whose, thing) == due(doors, whose)
