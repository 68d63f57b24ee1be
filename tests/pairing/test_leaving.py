"""Leaving at each age, when it comes to rest, and the safe way out."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tests.pairing.resting import case_of, decided, lapses, subjects, take
from tests.pairing.scene import BASELINE, VOCABULARY, Scene, done, why

from hoede.core.ages import Assurance
from hoede.flow.pair import clock
from hoede.pairing import State, exits, store
from hoede.pairing.exits import Decided, Reach
from hoede.pairing.rules.asking import Kind, Stands
from hoede.pairing.rules.leaving import COOLS
from hoede.pairing.rules.saying import Refusal, Why
from hoede.pairing.tables import LINKS
from hoede.policy import Policy, shipped_pack
from hoede.review import Refused
from hoede.review.asked import LONGEST_TEXT


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
    assert timedelta(hours=1) <= asked_by - scene.clock.now() <= timedelta(days=180)
    scene.clock.advance(asked_by - scene.clock.now())
    scene.later()

    assert (scene.link(link.id).state, scene.step(teen, "search.use")) == (State.FROZEN, "on")


def test_who_says_it_again_in_time_stays_paired(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    for _ in range(2):
        scene.stays(teen, days=170)
        done(scene.links.say_again(guardian, link.id))

    assert scene.link(link.id).state is State.ACTIVE


def test_of_two_pairings_both_rest_when_the_teen_said_nothing(scene: Scene) -> None:
    teen = scene.teen()
    anna, bo = (scene.paired(teen, scene.guardian(name)) for name in ("Anna", "Bo"))
    lapses(scene, teen)
    scene.later()

    assert (scene.link(anna.id).state, scene.link(bo.id).state) == (State.FROZEN, State.FROZEN)


def test_a_proof_that_ran_out_lets_it_rest_and_one_that_is_renewed_in_time_does_not(scene: Scene) -> None:
    teen, ends = scene.teen(), scene.clock.now() + timedelta(days=10)
    anna, bo = (scene.guardian(name, proved=True, until=ends) for name in ("Anna", "Bo"))
    first, second = (scene.paired(teen, one) for one in (anna, bo))
    scene.prove(bo)
    scene.stays(teen, days=10)

    assert (scene.link(first.id).state, scene.link(second.id).state) == (State.FROZEN, State.ACTIVE)


def test_a_guardian_is_told_two_weeks_before_a_proof_ends(scene: Scene) -> None:
    teen, ends = scene.teen(), scene.clock.now() + timedelta(days=30)
    guardian = scene.guardian(proved=True, until=ends)
    scene.paired(teen, guardian)
    scene.stays(teen, days=15)
    assert "Your proof of age ends" not in subjects(scene)
    scene.stays(teen, days=2)
    assert subjects(scene).count("Your proof of age ends") == 1
    scene.prove(guardian)
    scene.stays(teen, days=150)

    assert subjects(scene).count("Your proof of age ends") == 1
    assert subjects(scene).count("Still right?") == 1


def test_a_guardian_is_asked_two_weeks_before(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.stays(teen, days=168)

    assert subjects(scene).count("Still right?") == 1
    done(scene.links.say_again(guardian, link.id))
    scene.stays(teen, days=1)
    assert subjects(scene).count("Still right?") == 1


def test_a_safe_exit_waits_for_a_person_in_its_lane_for_a_day(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    row = scene.exits.ask(teen, words="please")

    case = case_of(scene, row.case_id)
    assert (case.lane, case.due_at) == ("safe_exit", case.opened_at + timedelta(hours=24))
    assert scene.exits.ask(teen) == row  # asked again it is the same
    assert scene.exits.ask(teen, words="please") == row  # and sent twice
    assert scene.link(link.id) == link  # and nothing about the pairing changed


def test_what_a_teen_says_later_is_kept_and_how_to_reach_them_is_as_they_said_first(scene: Scene) -> None:
    teen = scene.teen()
    scene.paired(teen, scene.guardian())
    case = scene.exits.ask(teen).case_id  # one tap
    scene.exits.ask(teen, words="casino", reach=Reach.TRUSTED)
    row = scene.exits.ask(teen, words="no", reach=Reach.APP)  # whoever holds the phone now
    assert (row.case_id, row.words, row.reach) == (case, "casino\n\nno", Reach.TRUSTED)

    assert scene.exits.ask(teen, reach=Reach.NOT).reach is Reach.NOT
    assert scene.exits.ask(teen, reach=Reach.APP).reach is Reach.NOT


def test_who_fills_a_case_learns_nothing_of_what_was_there(scene: Scene) -> None:
    teen = scene.teen()
    scene.paired(teen, scene.guardian())
    first = scene.exits.ask(teen, words="please", reach=Reach.NOT)
    told = [scene.exits.ask(teen, words=f"{n}".ljust(LONGEST_TEXT, "x"), reach=Reach.APP) for n in range(10)]

    assert {one.case_id for one in told[:9]} == {first.case_id}
    assert (told[9].case_id == first.case_id, told[9].words[0], told[9].reach) == (False, "9", Reach.NOT)
    assert scene.exits.ask(teen, words="more").case_id == told[9].case_id
    assert scene.exits.told(teen) is None


@pytest.mark.parametrize("days", [0, 29, 30])
def test_a_safe_exit_where_nothing_counts_yet_lets_nothing_begin_for_a_month(scene: Scene, days: int) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    waits = done(scene.links.accept_link(guardian, scene.invited(teen).secret))
    decided(scene, scene.exits.ask(teen).case_id, Decided.ENDS)
    assert scene.link(waits.id) == waits  # who waits reads the same
    scene.later(days=days)
    if days:
        answer = scene.links.accept_link(teen, done(scene.links.invite(guardian)).secret)
    else:
        _, version = scene.links.what_is_seen(teen)
        answer = scene.links.confirm(teen, waits.id, version)

    assert why(answer) is (None if days == 30 else Why.UNAVAILABLE)


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


def test_a_move_that_is_refused_is_told_with_its_reason_alone() -> None:
    with capture_logs() as logged:
        assert clock._moved(Refusal(Why.UNAVAILABLE)) is None

    assert logged == [{"event": "pairing.stuck", "code": Why.UNAVAILABLE, "log_level": "error"}]


def overdue(scene: Scene) -> int:
    return scene.db.read(lambda conn: store.overdue(conn, scene.clock.now()))


def test_a_pairing_that_breaks_stops_no_other_and_no_cleaning(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "AT_ONCE", 1)
    broken = scene.paired(scene.teen(), scene.guardian())
    other = done(scene.links.invite(scene.guardian("Bo")))
    without = LINKS.update().where(LINKS.c.id == broken.id).values(account=None, teen_by=scene.clock.now())
    scene.db.commit(lambda tx: tx.conn.execute(without))
    assert overdue(scene) == 0
    scene.later(days=2)

    assert scene.link(other.link).state is State.ENDED
    assert overdue(scene) == 1


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
    scene.stays(teen, days=60)

    assert scene.link(link.id).state is State.ENDED
