"""One family's whole story on each database, and two processes that pair at once."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from tests.databases import KEY, KINDS
from tests.pairing.resting import take
from tests.pairing.scene import VOCABULARY, Scene, done, why

from hoede.db import Database, Transaction
from hoede.flow.pair import SendMail, Teen
from hoede.mail import Letter
from hoede.pairing import Mode, State, codes, digests, families, looks, mails, proposals, store
from hoede.pairing.exits import Decided
from hoede.pairing.rules.asking import Kind, Stands, Wish
from hoede.pairing.rules.saying import Why


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Sent:
    """Keeps letters."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)


def test_a_family_from_the_first_letter_to_the_end(scene: Scene) -> None:
    assert scene.people.write_to("anna@mail.example", name="Anna", locale="en") is None
    teen, guardian = scene.teen(age=15), scene.guardian("Bo", proved=True)
    assert why(scene.links.accept_code(guardian, "0000-0000-0000", "noor")) is Why.CODE
    link = scene.paired(teen, guardian)
    scene.limit(guardian, link.id, teen, "time.daily_cap", 30, reason="sleep")
    request = done(scene.asking.ask(teen, Wish(kind=Kind.LOOSEN, setting="time.daily_cap", step=60)))
    done(scene.asking.counter(guardian, request.id, 45))
    assert done(scene.asking.accept_offer(teen, request.id)).stands is Stands.APPROVED
    done(scene.together.block(guardian, link.id, "sam"))
    version = scene.family(teen).version
    steps = {"feed.level": "filtered"}
    proposal = done(scene.together.propose(guardian, link.id, steps, mode=Mode.LIMITS, version=version))
    done(scene.together.sign(teen, proposal.id))
    scene.views.guardian_sees(guardian, link.id, "overview")
    scene.clock.advance(timedelta(days=8))
    weekly = scene.weekly
    while weekly.once():
        pass
    done(scene.links.stop(teen, link.id))
    sent = Sent()
    for days in (0, 7):
        scene.later(days=days)
        while SendMail(db=scene.db, post=sent).once():
            pass

    assert scene.link(link.id).state is State.ENDED
    # What the teen took of the offer, and what both signed, is the teen's own choice: it stays.
    assert (scene.step(teen, "time.daily_cap"), scene.step(teen, "feed.level")) == (45, "filtered")
    assert [one.subject for one in sent.letters][-2:] == [
        "noor would like to stop pairing",
        "A pairing has stopped",
    ]
    assert len(scene.db.read(lambda conn: digests.digests_of(conn, link.id))) == 1
    assert len(scene.db.read(lambda conn: looks.looks_of(conn, link.id))) == 1
    assert scene.db.commit(codes.forget_old) >= 0
    letters = scene.db.read(lambda conn: mails.to(conn, guardian.person))
    assert {one.subject for one in sent.letters} <= {subject for subject, _ in letters}


def test_a_code_that_two_type_at_once_lets_one_in(scene: Scene) -> None:
    invitation = scene.invited(scene.teen())
    both = [scene.guardian(name) for name in ("Anna", "Bo")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: scene.links.accept_code(one, invitation.code, "noor"), both))

    assert sorted(str(why(one)) for one in answers) == ["None", "code"]


@pytest.fixture
def elsewhere(scene: Scene) -> Iterator[Scene]:
    """The same families in another process."""
    url, numbers = scene.db.engine.url.render_as_string(hide_password=False), itertools.count(1)
    db = Database(url, key=KEY, clock=lambda _conn: scene.clock.now())
    db.commit(lambda _tx: None)  # it is connected
    yield Scene(db, scene.clock, new_id=lambda kind: f"{kind}_b{next(numbers):031}")
    db.close()


def at_once(scene: Scene, teen: Teen, *acts: Callable[[], Any]) -> list[Any]:
    """What each came to: all begin, and as far as they get, while somebody else writes of this teen."""
    url = scene.db.engine.url.render_as_string(hide_password=False)
    other, reached, go = Database(url, key=KEY), Event(), Event()

    def hold(tx: Transaction) -> None:
        families.lock(tx, teen.service, teen.account)
        reached.set()
        go.wait(60)

    with closing(other), ThreadPoolExecutor(len(acts) + 1) as pool:
        held = pool.submit(other.commit, hold)
        assert reached.wait(60)
        begun = [pool.submit(one) for one in acts]
        wait(begun, timeout=0.5)
        go.set()
        held.result()
        return [one.result() for one in begun]


def test_of_two_guardians_in_two_processes_what_both_were_answered_counts(
    scene: Scene, elsewhere: Scene
) -> None:
    teen, anna, bo = scene.teen(), scene.guardian("Anna"), scene.guardian("Bo")
    hers, his = scene.paired(teen, anna), scene.paired(teen, bo)
    version = scene.family(teen).version
    both = at_once(
        scene,
        teen,
        lambda: scene.limit(anna, hers.id, teen, "search.use", "off", version=version),
        lambda: elsewhere.together.block(bo, his.id, "sam"),
    )
    said, limited = scene.family(teen), why(both[0]) is None

    assert (limited or why(both[0]) is Why.STALE, why(both[1])) == (True, None)
    assert ([one.setting for one in said.locks], said.blocked) == (
        ["search.use"] * limited,
        frozenset({"sam"}),
    )


def test_of_two_forms_in_two_processes_the_second_is_told_to_look_again(
    scene: Scene, elsewhere: Scene
) -> None:
    teen, anna, bo = scene.teen(), scene.guardian("Anna"), scene.guardian("Bo")
    hers, his = scene.paired(teen, anna), scene.paired(teen, bo)
    version = scene.family(teen).version
    both = at_once(
        scene,
        teen,
        lambda: scene.limit(anna, hers.id, teen, "search.use", "off", version=version),
        lambda: elsewhere.limit(bo, his.id, teen, "time.daily_cap", 30, version=version),
    )

    assert sorted(str(why(one)) for one in both) == ["None", "stale"]
    assert len(scene.family(teen).locks) == 1


def test_no_third_guardian_slips_in_while_a_second_begins(scene: Scene, elsewhere: Scene) -> None:
    teen = scene.teen()
    scene.paired(teen, scene.guardian("Anna"))
    waiting = [
        done(scene.links.accept_link(scene.guardian(name), scene.invited(teen).secret))
        for name in ("Bo", "Cas")
    ]
    _, version = scene.links.what_is_seen(teen)
    both = at_once(
        scene,
        teen,
        lambda: scene.links.confirm(teen, waiting[0].id, version),
        lambda: elsewhere.links.confirm(teen, waiting[1].id, version),
    )

    assert sorted(str(why(one)) for one in both) == ["None", "too_many"]
    assert sorted(scene.link(one.id).state for one in waiting) == [State.ACCEPTED, State.ACTIVE]


def test_what_a_teen_chooses_in_the_very_moment_of_a_signature_is_not_lost(
    scene: Scene, elsewhere: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    version = scene.family(teen).version
    looser = {"mention": "friends"}
    paper = done(scene.together.propose(teen, link.id, looser, mode=Mode.LIMITS, version=version))
    signing, (setting, none) = proposals.sign, (VOCABULARY["mention"], "none")
    with ThreadPoolExecutor(1) as pool:

        def meanwhile(*signed: Any) -> None:
            now = scene.clock.now()
            begun.append(
                pool.submit(elsewhere.permits.choose, teen.service, teen.account, setting, none, now)
            )
            wait(begun, timeout=0.5)
            signing(*signed)

        begun: list[Any] = []
        monkeypatch.setattr(proposals, "sign", meanwhile)
        done(scene.together.sign(guardian, paper.id))
        assert begun[0].result().permit.answer == "granted"
    scene.sides.forget(teen.service, teen.account)

    assert scene.step(teen, "mention") == "none"


def test_what_begins_in_the_moment_of_a_safe_exit_rests_too_or_never_begins(
    scene: Scene, elsewhere: Scene
) -> None:
    teen, bo = scene.teen(), scene.guardian("Bo")
    scene.paired(teen, scene.guardian("Anna"))
    waits = done(scene.links.accept_link(bo, scene.invited(teen).secret))
    _, version = scene.links.what_is_seen(teen)
    case = scene.exits.ask(teen).case_id
    take(elsewhere, case)
    at_once(
        scene,
        teen,
        lambda: scene.links.confirm(teen, waits.id, version),
        lambda: elsewhere.exits.answer(case, "eva", Decided.ENDS, reason="they told us how it is"),
    )
    scene.later()

    assert not any(one.counts for one in scene.db.read(lambda conn: store.of_account(conn, "plein", "noor")))


def test_a_letter_that_cannot_be_one_stops_no_other(scene: Scene) -> None:
    assert scene.people.write_to("=?utf-8?q?=0a?=@mail.example", name="X", locale="en") is not None
    for name in ("Anna", "Bo"):
        scene.people.write_to(f"{name.lower()}@mail.example", name=name, locale="en")
    sent = Sent()

    class Picky:
        def send(self, letter: Letter) -> None:
            if letter.to.startswith("anna"):
                raise ValueError("a line break in a header")
            sent.send(letter)

    while SendMail(db=scene.db, post=Picky()).once():
        pass

    assert [one.to for one in sent.letters] == ["bo@mail.example"]


def test_what_is_written_anew_is_read_as_it_was_said(scene: Scene) -> None:
    teen, guardian = scene.teen(age=16), scene.guardian(proved=True)
    link = scene.paired(teen, guardian)
    until = scene.clock.now() + timedelta(days=3)
    scene.limit(guardian, link.id, teen, "feed.keywords_blocked", ["Slime", "b"], reason="é", until=until)
    done(
        scene.asking.approve(
            guardian, done(scene.asking.ask(teen, Wish(kind=Kind.CONTACT, about="coach"))).id
        )
    )
    family = scene.family(teen)

    assert [(one.step, one.reason, one.until) for one in family.locks] == [(["b", "slime"], "é", until)]
    assert [(one.kind, one.about, one.assured) for one in family.grants] == [(Kind.CONTACT, "coach", True)]
    assert scene.db.commit(lambda tx: families.retell(tx, "plein", "noor")).version == family.version + 1
