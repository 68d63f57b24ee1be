"""Leaving at each age, resting, and the safe way out: what the other end can see is the same, to the byte."""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from tests.conftest import NOON
from tests.pairing.scene import BASELINE, VOCABULARY, Scene, done, why

from hoede.core.ages import Assurance
from hoede.db import Database, orders
from hoede.enforcement.platforms.webhook import message
from hoede.flow.pair import Guardian, Teen, clock
from hoede.flow.pair.exits import ExitFull
from hoede.pairing import LinkRow, State, exits
from hoede.pairing.exits import Decided, Reach
from hoede.pairing.rules.asking import Kind, Stands, Wish
from hoede.pairing.rules.leaving import COOLS, FADES
from hoede.pairing.rules.saying import Why
from hoede.pairing.rules.seeing import RestingSeen
from hoede.pairing.tables import LINKS, MAILS
from hoede.policy import Policy, shipped_pack
from hoede.review import CaseRow, Refused, claims
from hoede.review import store as review
from hoede.review.asked import LONGEST_TEXT
from hoede.simulators.cybertipline import VirtualClock


def test_at_16_one_stops_at_once_and_both_are_told(scene: Scene) -> None:
    teen, guardian = scene.teen(age=16), scene.guardian()
    link = scene.paired(teen, guardian)

    assert done(scene.links.stop(teen, link.id)).state is State.ENDED
    assert scene.told(teen).count("link_ended") == 1
    assert subjects(scene)[-1] == "A pairing has stopped"


def test_under_16_it_stops_by_itself_in_seven_days(scene: Scene) -> None:
    teen, guardian = scene.teen(age=15), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.limit(guardian, link.id, teen, "search.use", "off")
    assert done(scene.links.stop(teen, link.id)).state is State.ENDING

    scene.later(days=6, hours=23)
    assert (scene.link(link.id).state, scene.step(teen, "search.use")) == (State.ENDING, "off")
    scene.later(hours=1)
    assert (scene.link(link.id).state, scene.step(teen, "search.use")) == (State.ENDED, "on")


def test_under_16_it_stops_when_the_guardian_agrees(scene: Scene) -> None:
    teen, guardian = scene.teen(age=13), scene.guardian()
    link = scene.paired(teen, guardian)
    done(scene.links.stop(teen, link.id))
    [question] = [one for one in scene.views.my_requests(teen) if one.kind == Kind.END_LINK]

    assert done(scene.asking.approve(guardian, question.id)).stands is Stands.APPROVED
    assert scene.link(link.id).state is State.ENDED


def test_not_now_stops_no_stopping(scene: Scene) -> None:
    teen, guardian = scene.teen(age=13), scene.guardian()
    link = scene.paired(teen, guardian)
    done(scene.links.stop(teen, link.id))
    [question] = [one for one in scene.views.my_requests(teen) if one.kind == Kind.END_LINK]
    done(scene.asking.decline(guardian, question.id, "let us talk"))
    scene.clock.advance(COOLS)
    scene.later()

    assert scene.link(link.id).state is State.ENDED


def test_the_teen_may_rather_go_on(scene: Scene) -> None:
    teen, guardian = scene.teen(age=13), scene.guardian()
    link = scene.paired(teen, guardian)
    done(scene.links.stop(teen, link.id))
    assert done(scene.links.take_back(teen, link.id)).state is State.ACTIVE
    scene.later(days=8)

    assert scene.link(link.id).state is State.ACTIVE
    assert [one.stands for one in scene.views.my_requests(teen)] == [Stands.TAKEN_BACK]


def test_who_turns_16_while_it_cools_stops_at_once(scene: Scene) -> None:
    teen, guardian = scene.teen(age=15), scene.guardian()
    link = scene.paired(teen, guardian)
    done(scene.links.stop(teen, link.id))
    teen = scene.teen(age=16)

    assert done(scene.links.stop(teen, link.id)).state is State.ENDED


def test_where_a_law_wants_a_pairing_a_teen_does_not_stop_it_alone(scene: Scene) -> None:
    scene.policy = Policy(VOCABULARY, (*BASELINE.packs, shipped_pack("br-eca")), home="BR")
    teen, guardian = scene.teen(age=14), scene.guardian(proved=True)
    link = scene.paired(teen, guardian)

    assert why(scene.links.stop(teen, link.id)) is Why.BY_LAW
    assert scene.exits.ask(teen).answer is None  # the safe way out is always there


def test_what_was_limited_goes_to_the_start_and_no_looser(scene: Scene) -> None:
    teen, guardian = scene.teen(age=16), scene.guardian()
    scene.chooses(teen, "dm.send", "everyone")  # looser than the start of 16 and 17
    scene.chooses(teen, "mention", "friends")
    link = scene.paired(teen, guardian)
    for name in ("dm.send", "mention"):
        scene.limit(guardian, link.id, teen, name, "none")
    done(scene.links.stop(teen, link.id))

    assert (scene.step(teen, "dm.send"), scene.step(teen, "mention")) == ("connections", "friends")


def test_who_does_not_say_again_that_it_is_right_finds_it_resting(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.limit(guardian, link.id, teen, "search.use", "off")
    asked_by = link.teen_by or scene.clock.now()
    assert timedelta(days=90) <= asked_by - scene.clock.now() <= timedelta(days=180)
    scene.clock.advance(asked_by - scene.clock.now())
    scene.later()

    assert (scene.link(link.id).state, scene.step(teen, "search.use")) == (State.FROZEN, "on")


def test_what_lapsed_goes_on_when_both_say_again_that_it_is_right(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.limit(guardian, link.id, teen, "search.use", "off")
    scene.later(days=181)
    assert done(scene.links.say_again(guardian, link.id)).state is State.FROZEN
    assert done(scene.links.say_again(teen, link.id)).state is State.ACTIVE

    assert scene.step(teen, "search.use") == "off"


def test_what_rested_for_a_proof_goes_on_when_it_is_renewed(scene: Scene) -> None:
    teen = scene.teen()
    guardian = scene.guardian(proved=True, until=scene.clock.now() + timedelta(days=10))
    link = scene.paired(teen, guardian)
    scene.later(days=10)
    assert scene.link(link.id).state is State.FROZEN

    scene.prove(guardian)

    assert (scene.link(link.id).state, scene.link(link.id).assured_until) == (State.ACTIVE, None)


def test_a_guardian_is_asked_two_weeks_before(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    for _ in range(2):
        scene.later(days=84)
        done(scene.links.say_again(teen, link.id))

    assert subjects(scene).count("Still right?") == 1
    done(scene.links.say_again(guardian, link.id))
    scene.later(days=1)
    assert subjects(scene).count("Still right?") == 1


def test_maintenance_rests_and_goes_on(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    done(scene.time.pause(link.id))
    assert done(scene.links.say_again(guardian, link.id)).state is State.FROZEN
    assert done(scene.time.resume(link.id)).state is State.ACTIVE
    assert why(scene.time.resume(link.id)) is Why.NOT_NOW


def test_a_safe_exit_waits_for_a_person_in_its_lane_for_a_day(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    row = scene.exits.ask(teen, words="please")

    case = case_of(scene, row.case_id)
    assert (case.lane, case.due_at) == ("safe_exit", case.opened_at + timedelta(hours=24))
    assert scene.exits.ask(teen) == row  # asked again it is the same
    assert scene.exits.ask(teen, words="please") == row  # and sent twice
    assert scene.link(link.id) == link  # and nothing about the pairing changed


def test_what_a_teen_says_later_is_kept_and_the_last_way_to_reach_them_counts(scene: Scene) -> None:
    teen = scene.teen()
    scene.paired(teen, scene.guardian())
    case = scene.exits.ask(teen).case_id  # one tap
    scene.exits.ask(teen, words="casino", reach=Reach.APP)
    scene.exits.ask(teen)
    row = scene.exits.ask(teen, words="no", reach=Reach.NOT)

    assert (row.case_id, row.words, row.reach) == (case, "casino\n\nno", Reach.NOT)
    for number in range(9):
        scene.exits.ask(teen, words=f"{number}".ljust(LONGEST_TEXT, "x"))
    with pytest.raises(ExitFull):
        scene.exits.ask(teen, words="y" * LONGEST_TEXT, reach=Reach.TRUSTED)
    row = scene.exits.ask(teen)
    assert (row.reach, "y" in row.words) == (Reach.TRUSTED, False)  # how to reach them needs no room


def test_what_is_said_after_the_answer_is_a_case_of_its_own(scene: Scene) -> None:
    teen = scene.teen()
    scene.paired(teen, scene.guardian())
    first = scene.exits.ask(teen, words="please")
    decided(scene, first.case_id, Decided.STAYS)
    again = scene.exits.ask(teen, words="still")

    assert again.case_id != first.case_id
    assert again.words == "still"


def test_a_person_ends_it_and_the_limits_go(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.limit(guardian, link.id, teen, "search.use", "off")
    decided(scene, scene.exits.ask(teen).case_id, Decided.ENDS)

    assert (scene.link(link.id).state, scene.step(teen, "search.use")) == (State.FROZEN, "on")
    done(scene.links.say_again(teen, link.id))
    assert done(scene.links.say_again(guardian, link.id)).state is State.FROZEN


def test_a_person_who_leaves_it_changes_nothing(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    decided(scene, scene.exits.ask(teen).case_id, Decided.STAYS)

    assert scene.link(link.id) == link


@pytest.mark.parametrize("reach", list(Reach))
def test_the_teen_reads_what_came_of_it_only_where_they_said_so(scene: Scene, reach: Reach) -> None:
    teen = scene.teen()
    scene.paired(teen, scene.guardian())
    decided(scene, scene.exits.ask(teen, reach=reach).case_id, Decided.ENDS)

    assert (scene.exits.told(teen) is not None) is (reach is Reach.APP)


def test_only_who_has_the_case_answers_with_a_reason_and_what_fits(scene: Scene) -> None:
    teen = scene.teen()
    scene.paired(teen, scene.guardian())
    case = scene.exits.ask(teen).case_id

    assert isinstance(scene.exits.answer(case, "eva", Decided.ENDS, reason="said so to us"), Refused)
    take(scene, case)
    for said, reason in ((Decided.ENDS, ""), (Decided.CLEARS, "said so to us")):
        assert isinstance(scene.exits.answer(case, "eva", said, reason=reason), Refused)
    assert not isinstance(scene.exits.answer(case, "eva", Decided.ENDS, reason="said so to us"), Refused)
    assert isinstance(scene.exits.answer(case, "eva", Decided.STAYS, reason="said so to us"), Refused)


@pytest.mark.parametrize(("said", "third"), [(Decided.CLEARS, None), (Decided.SHUTS_OUT, Why.UNAVAILABLE)])
def test_a_person_says_whether_a_guardian_of_many_may_pair_on(
    scene: Scene, said: Decided, third: Why | None
) -> None:
    guardian = scene.guardian()
    first = [scene.paired(scene.teen(name), guardian) for name in ("noor", "sam")]
    kim = scene.teen("kim")
    scene.links.accept_link(guardian, scene.invited(kim).secret)
    reach = scene.db.read(lambda conn: exits.open_reach(conn, guardian.person))
    decided(scene, reach.case_id if reach else "", said)

    assert why(scene.links.accept_link(guardian, scene.invited(kim).secret)) is third
    rests = State.ACTIVE if third is None else State.FROZEN
    assert {scene.link(one.id).state for one in first} == {rests}


def lapses(scene: Scene, teen: Teen, guardian: Guardian, link: LinkRow) -> None:
    scene.db.commit(lambda tx: tx.conn.execute(LINKS.update().values(teen_by=tx.now)))


def loses_proof(scene: Scene, teen: Teen, guardian: Guardian, link: LinkRow) -> None:
    scene.db.commit(lambda tx: tx.conn.execute(LINKS.update().values(assured=True, assured_until=tx.now)))


def is_paused(scene: Scene, teen: Teen, guardian: Guardian, link: LinkRow) -> None:
    done(scene.time.pause(link.id))


def asks_for_a_safe_exit(scene: Scene, teen: Teen, guardian: Guardian, link: LinkRow) -> None:
    decided(scene, scene.exits.ask(teen, words="not safe").case_id, Decided.ENDS)


CAUSES = (lapses, loses_proof, is_paused, asks_for_a_safe_exit)


def story(scene: Scene, cause: Callable[..., None]) -> str:
    """Everything a guardian and a platform can see from before a pairing rests until after it ended."""
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.limit(guardian, link.id, teen, "search.use", "off")
    scene.asking.ask(teen, Wish(kind=Kind.LOOSEN, setting="search.use", step="on"))
    seen: list[Any] = []

    def look() -> None:
        scene.later()
        scene.weekly.once()
        seen.append([asdict(one) for one in scene.views.my_teens(guardian)])
        for page in ("overview", "digest"):
            shown = scene.views.guardian_sees(guardian, link.id, page)
            seen.append(None if shown is None else asdict(shown))
        seen.append([one.text for one in scene.views.digests(guardian, link.id)])
        seen.extend(
            str(why(answer))
            for answer in (
                scene.limit(guardian, link.id, teen, "feed.level", "strict"),
                scene.asking.approve(guardian, "req_00000000000000000000000000000001"),
                scene.links.agree_end(guardian, link.id),
                scene.links.take_back(teen, link.id),
            )
        )
        seen.append([asdict(one) for one in scene.views.my_guardians(teen)])

    look()
    cause(scene, teen, guardian, link)
    look()
    seen.append(str(why(scene.links.say_again(guardian, link.id))))
    for _ in range(FADES.days // 6 + 1):  # until some days after it ended
        scene.clock.advance(timedelta(days=6))
        look()
    return json.dumps([seen, mails(scene), webhooks(scene)], default=str, indent=0)


@pytest.mark.parametrize("cause", CAUSES[1:], ids=lambda one: one.__name__)
def test_every_cause_looks_the_same_to_both_ends_and_to_the_platform(
    open_db: Callable[..., Database], cause: Callable[..., None]
) -> None:
    told = []
    for one in (lapses, cause):
        clock = VirtualClock(lambda: NOON)
        told.append(story(Scene(open_db(lambda _conn, at=clock: at.now()), clock), one))

    assert told[0] == told[1]
    for word in ("exit.g", "order.link_ended", "Family Pairing is not available now", "has stopped"):
        assert word in told[0]


def test_a_resting_pairing_has_no_field_but_its_id_and_one_text() -> None:
    assert {one.name for one in fields(RestingSeen)} == {"link", "words"}


def mails(scene: Scene) -> list[list[str]]:
    """Every letter with its text and its moment."""
    rows = scene.db.read(lambda conn: conn.execute(select(MAILS).order_by(MAILS.c.id)).all())
    return [[row.id, row.to, row.subject, row.body, str(row.made_at)] for row in rows]


def subjects(scene: Scene) -> list[str]:
    return [one[2] for one in mails(scene)]


def webhooks(scene: Scene) -> list[str]:
    """Every message to the platform, as its bytes go out."""
    table = orders.ORDERS
    ids = select(table.c.id, table.c.opened_at).order_by(table.c.opened_at, table.c.id)
    rows = scene.db.read(lambda conn: conn.execute(ids).all())
    views = [(scene.db.read(partial(orders.view, order=row.id)), row.opened_at) for row in rows]
    return [
        message(view.order, account=view.order.values["account"], letter=None, now=at)
        for view, at in views
        if view is not None
    ]


def case_of(scene: Scene, case_id: str) -> CaseRow:
    case = scene.db.read(lambda conn: review.find_case(conn, case_id))
    assert case is not None
    return case


def take(scene: Scene, case_id: str) -> None:
    claim = scene.new_id("clm")
    scene.db.commit(lambda tx: claims.take(tx, case_id, "eva", claim_id=claim, lead=False))


def decided(scene: Scene, case_id: str, said: Decided) -> None:
    take(scene, case_id)
    answer = scene.exits.answer(case_id, "eva", said, reason="they told us how it is")
    assert not isinstance(answer, Refused)


def test_what_cannot_move_keeps_no_other_pairing_waiting(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "AT_ONCE", 1)
    stuck = scene.paired(scene.teen("old", age=17), scene.guardian("Bea"))
    scene.teen("old", age=None)  # the birthday that was known is not believed any more
    scene.age_is("old", scene.aged(15, Assurance.VERIFIED))
    other = scene.teen("kid")
    link = scene.paired(other, scene.guardian("Carl"))
    done(scene.links.stop(other, link.id))
    scene.clock.advance(timedelta(days=400))
    scene.time.once()

    assert scene.link(link.id).state is State.ENDED
    assert scene.link(stuck.id).state is not State.ENDED


@pytest.mark.parametrize("age", [None, 16])
def test_who_is_proved_to_be_an_adult_is_nobodys_teen_any_more(scene: Scene, age: int | None) -> None:
    teen = scene.teen(age=age)
    link = scene.paired(teen, scene.guardian())
    scene.age_is(teen.account, scene.aged(19, Assurance.DECLARED))
    assert scene.link(link.id).state is State.ACTIVE  # said is not proved
    scene.age_is(teen.account, scene.aged(19, Assurance.VERIFIED))

    assert scene.link(link.id).state is State.ENDED


def test_a_birthday_that_is_proved_later_ends_it_when_it_comes(scene: Scene) -> None:
    teen = scene.teen(age=None)
    link = scene.paired(teen, scene.guardian())
    scene.age_is(teen.account, scene.aged(17, Assurance.VERIFIED))  # born on 15 January
    for _ in range(12):
        scene.links.say_again(teen, link.id)
        scene.later(days=5)

    assert scene.link(link.id).state is State.ENDED
