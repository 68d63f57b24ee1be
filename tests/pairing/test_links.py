"""Pairing: invited by either end, accepted, confirmed by the teen, begun; and everything that is refused."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update
from tests.pairing.scene import BASELINE, SERVICE, TABLES, VOCABULARY, Scene, done, why

from hoede.access.people import find_person
from hoede.accounts import Account
from hoede.accounts.store import put_account
from hoede.core.ages import Assurance
from hoede.core.handover import Handover
from hoede.flow.pair import Guardian
from hoede.pairing import By, State, codes, exits, guardians, mails
from hoede.pairing.rules import codes as code_rules
from hoede.pairing.rules.saying import Why
from hoede.pairing.tables import CODES, MAILS, TRIES
from hoede.policy import Policy, shipped_pack
from hoede.review import Grounds
from hoede.review import store as review


def test_a_teen_invites_and_a_guardian_comes_by_the_link(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)

    assert (link.state, link.guardian, link.account) == (State.ACTIVE, guardian.person, "noor")
    assert (link.assured, link.teen_name) == (False, "noor")
    assert scene.told(teen) == ["link_started", "settings_changed"]


def test_a_guardian_invites_and_the_teen_types_the_code_beside_their_address(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    invitation = done(scene.links.invite(guardian))
    typed = invitation.code.lower().replace("-", " ")
    link = done(scene.links.accept_code(teen, typed, " Anna@mail.example "))

    assert (link.state, link.invited_by) == (State.ACCEPTED, By.GUARDIAN)
    assert scene.confirmed(teen, link.id).state is State.ACTIVE


def test_neither_link_nor_code_is_kept(scene: Scene) -> None:
    invitation = scene.invited(scene.teen())
    row = scene.db.read(lambda conn: conn.execute(select(CODES)).one())

    kept = " ".join(str(one) for one in row)
    assert invitation.secret not in kept
    assert invitation.code.replace("-", "") not in kept
    assert "noor" not in kept


def test_a_link_works_once(scene: Scene) -> None:
    invitation = scene.invited(scene.teen())
    done(scene.links.accept_link(scene.guardian(), invitation.secret))

    assert why(scene.links.accept_link(scene.guardian("Bo"), invitation.secret)) is Why.CODE


def test_a_link_is_over_after_48_hours(scene: Scene) -> None:
    invitation, guardian = scene.invited(scene.teen()), scene.guardian()
    scene.later(hours=48)

    assert why(scene.links.accept_link(guardian, invitation.secret)) is Why.CODE
    assert scene.link(invitation.link).state is State.ENDED


def test_an_invitation_of_a_guardian_that_nobody_takes_ends(scene: Scene) -> None:
    made = done(scene.links.invite(scene.guardian()))
    scene.later(hours=48)

    assert scene.link(made.link).state is State.ENDED


def test_what_has_no_teen_yet_can_be_declined_and_not_stopped(scene: Scene) -> None:
    guardian = scene.guardian()
    made = done(scene.links.invite(guardian))

    for act in (scene.links.stop, scene.links.agree_end, scene.links.say_again):
        assert why(act(guardian, made.link)) is Why.NOT_NOW
    assert done(scene.links.decline(guardian, made.link)).state is State.ENDED


def test_an_invitation_that_was_taken_back_opens_nothing(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    invitation = scene.invited(teen)
    done(scene.links.decline(teen, invitation.link))

    assert why(scene.links.accept_code(guardian, invitation.code, "noor")) is Why.CODE


@pytest.mark.parametrize(
    ("code", "handle"),
    [
        ("0000-0000-0000", "noor"),  # guessed
        ("right", "sam"),  # the right code of somebody else's name
        ("right", ""),
        ("7K3M", "noor"),  # too short
        ("", "noor"),
    ],
)
def test_a_wrong_code_and_a_wrong_name_are_told_the_same(scene: Scene, code: str, handle: str) -> None:
    invitation, guardian = scene.invited(scene.teen()), scene.guardian()
    typed = invitation.code if code == "right" else code

    assert why(scene.links.accept_code(guardian, typed, handle)) is Why.CODE


def test_after_five_wrong_codes_the_right_one_works_no_more(scene: Scene) -> None:
    invitation = scene.invited(scene.teen())
    for number in range(code_rules.BY_CODE):
        stranger = scene.guardian(f"Stranger{number}")
        assert why(scene.links.accept_code(stranger, "0000-0000-0000", "noor")) is Why.CODE

    assert why(scene.links.accept_code(scene.guardian(), invitation.code, "noor")) is Why.CODE


def test_who_guessed_ten_times_waits_until_tomorrow(scene: Scene) -> None:
    guardian = scene.guardian()
    for _ in range(code_rules.BY_END):
        scene.links.accept_code(guardian, "0000-0000-0000", "noor")
    invitation = scene.invited(scene.teen())

    late = scene.links.accept_code(guardian, invitation.code, "noor")

    assert (why(late), late.until) == (Why.TRIES, codes.tomorrow(scene.clock.now()))
    scene.clock.advance(timedelta(hours=12))
    assert done(scene.links.accept_code(guardian, invitation.code, "noor")).state is State.ACCEPTED


def test_one_address_guesses_only_so_often_whoever_signs_in_there(scene: Scene) -> None:
    for number in range(code_rules.BY_ADDRESS // code_rules.BY_END):
        person = scene.guardian(f"Guest{number}").person
        for _ in range(code_rules.BY_END):
            scene.links.accept_code(Guardian(person=person, address="192.0.2.1"), "0000-0000-0000", "x")

    fresh = Guardian(person=scene.guardian().person, address="192.0.2.1")
    assert why(scene.links.accept_code(fresh, "0000-0000-0000", "x")) is Why.TRIES


def test_when_everybody_together_guessed_too_often_codes_rest_and_links_go_on(scene: Scene) -> None:
    scene.db.commit(lambda tx: codes.wrong(tx, codes.EVERYBODY))
    scene.db.commit(lambda tx: tx.conn.execute(update(TRIES).values(tries=code_rules.BY_EVERYBODY)))
    invitation, guardian = scene.invited(scene.teen()), scene.guardian()

    assert why(scene.links.accept_code(guardian, invitation.code, "noor")) is Why.TRIES
    assert done(scene.links.accept_link(guardian, invitation.secret)).state is State.ACCEPTED


def test_an_inviter_cannot_accept_their_own_invitation(scene: Scene) -> None:
    teen = scene.teen()

    assert why(scene.links.accept_link(scene.teen("sam"), scene.invited(teen).secret)) is Why.CODE


def test_both_ends_are_one_person_by_their_account(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    came = Handover(service=SERVICE, subject="noor", once="o", until=scene.clock.now())
    scene.people.came_from(guardian.person, came)

    assert why(scene.links.accept_link(guardian, scene.invited(teen).secret)) is Why.SAME_PERSON


def test_both_ends_are_one_hand_as_the_platform_tells(scene: Scene) -> None:
    teen, guardian = scene.teen(linked="hand-7"), scene.guardian()
    scene.teen("other", age=30)
    came = Handover(service=SERVICE, subject="other", once="o", until=scene.clock.now(), linked="hand-7")
    scene.people.came_from(guardian.person, came)

    assert why(scene.links.accept_link(guardian, scene.invited(teen).secret)) is Why.SAME_PERSON


def test_a_guardian_who_is_under_18_by_anything_that_counts_is_refused(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    scene.prove(guardian, age=17)

    assert why(scene.links.accept_link(guardian, scene.invited(teen).secret)) is Why.ADULT_NEEDED


def test_a_pack_that_wants_proof_keeps_a_confirmed_pairing_waiting_for_it(scene: Scene) -> None:
    scene.policy = Policy(VOCABULARY, (*BASELINE.packs, shipped_pack("br-eca")), home="BR")
    teen, guardian = scene.teen(), scene.guardian()
    waits = scene.paired(teen, guardian)
    assert waits.state is State.CONFIRMED

    scene.prove(guardian)

    assert (scene.link(waits.id).state, scene.link(waits.id).assured) == (State.ACTIVE, True)


def test_a_guardian_with_an_open_case_of_their_own_is_refused_neutrally(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    scene.teen("anna-plays", age=40)
    came = Handover(service=SERVICE, subject="anna-plays", once="o", until=scene.clock.now())
    scene.people.came_from(guardian.person, came)
    scene.db.commit(
        lambda tx: review.open_case(
            tx,
            "case_1",
            service=SERVICE,
            account="anna-plays",
            grounds=Grounds.SUSPECTED,
            lane="child_safety",
            due_at=tx.now,
        )
    )

    assert why(scene.links.accept_link(guardian, scene.invited(teen).secret)) is Why.UNAVAILABLE
    assert why(scene.links.invite(guardian)) is Why.UNAVAILABLE


def test_an_adult_is_nobodys_teen(scene: Scene) -> None:
    assert why(scene.links.invite(scene.teen("old", age=19))) is Why.UNAVAILABLE


def test_two_guardians_are_the_most(scene: Scene) -> None:
    teen = scene.teen()
    for name in ("Anna", "Bo"):
        scene.paired(teen, scene.guardian(name))

    assert why(scene.links.invite(teen)) is Why.TOO_MANY


def test_the_third_of_two_invitations_out_at_once_is_refused(scene: Scene) -> None:
    teen = scene.teen()
    first, second = scene.invited(teen), scene.invited(teen)
    assert why(scene.links.invite(teen)) is Why.TOO_MANY
    done(scene.links.decline(teen, first.link))
    assert scene.invited(teen).link not in {first.link, second.link}


def test_the_same_guardian_does_not_pair_twice(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    scene.paired(teen, guardian)

    assert why(scene.links.accept_link(guardian, scene.invited(teen).secret)) is Why.REPEAT


def test_no_pairing_in_the_session_of_a_first_message(scene: Scene) -> None:
    wrote = scene.clock.now() - timedelta(hours=1)
    teen = scene.teen(age=16, wrote_first=wrote)

    late = scene.links.invite(teen)

    assert (why(late), late.until) == (Why.TOO_SOON, wrote + timedelta(hours=24))


def test_who_reaches_for_a_third_unrelated_teen_is_looked_at_by_a_person_first(scene: Scene) -> None:
    guardian = scene.guardian()
    for name in ("noor", "sam"):
        scene.paired(scene.teen(name), guardian)
    third = scene.teen("kim")

    refused = why(scene.links.accept_link(guardian, scene.invited(third).secret))

    reach = scene.db.read(lambda conn: exits.open_reach(conn, guardian.person))
    case = scene.db.read(lambda conn: review.find_case(conn, reach.case_id if reach else ""))
    assert (refused, case and (case.lane, case.grounds)) == (
        Why.UNAVAILABLE,
        ("child_safety", Grounds.PAIRING),
    )


def test_teens_who_share_the_other_guardian_are_one_family(scene: Scene) -> None:
    anna, bo = scene.guardian("Anna"), scene.guardian("Bo")
    for name in ("noor", "sam"):
        teen = scene.teen(name)
        scene.paired(teen, bo)
        scene.paired(teen, anna)
    kim = scene.teen("kim")

    assert scene.paired(kim, anna).state is State.ACTIVE


def test_a_teen_says_yes_to_the_very_list_that_was_shown(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = done(scene.links.accept_link(guardian, scene.invited(teen).secret))
    keys, version = scene.links.what_is_seen(teen)

    assert why(scene.links.confirm(teen, link.id, "0" * 16)) is Why.STALE
    assert done(scene.links.confirm(teen, link.id, version)).list_version == version
    assert keys == ("settings", "time_parts", "counts", "public", "requests")


def test_only_the_teen_confirms_and_only_their_own(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = done(scene.links.accept_link(guardian, scene.invited(teen).secret))
    _, version = scene.links.what_is_seen(teen)

    assert why(scene.links.confirm(scene.teen("sam"), link.id, version)) is Why.NOT_NOW


def test_a_pairing_nobody_confirms_ends_by_itself(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = done(scene.links.accept_link(guardian, scene.invited(teen).secret))
    scene.later(days=7)

    assert (scene.link(link.id).state, scene.told(teen)) == (State.ENDED, [])


def test_a_declared_birthday_makes_nobody_18_while_paired(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.teen(age=19)
    scene.later(days=1)
    assert scene.link(link.id).state is State.ACTIVE

    proof = scene.aged(19, Assurance.VERIFIED)
    scene.db.commit(lambda tx: put_account(tx, Account(service=SERVICE, id="noor", age_evidence=(proof,))))
    done(scene.links.stop(guardian, link.id))
    assert scene.link(link.id).state is State.ENDED


def test_a_pairing_ends_on_the_18th_birthday(scene: Scene) -> None:
    teen = scene.teen(age=17)
    link = scene.paired(teen, scene.guardian())
    scene.stays(teen, days=54)  # born on 15 January: from 23 November on

    assert (scene.link(link.id).state, scene.told(teen)[-1]) == (State.ENDED, "settings_changed")


def test_an_account_that_is_erased_ends_its_pairings(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)

    assert scene.links.erase_teen(SERVICE, "noor") == 1
    assert scene.link(link.id).state is State.ENDED
    assert "link_ended" in scene.told(teen)


def test_a_guardian_who_goes_ends_their_pairings(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.people.go(guardian.person)

    assert scene.link(link.id).state is State.ENDED


def test_nobody_learns_whether_an_address_is_a_guardians(scene: Scene) -> None:
    scene.guardian()
    for mail in ("anna@mail.example", "nobody@mail.example"):
        assert scene.people.write_to(mail, name="Anna", locale="en") is None

    counted = select(func.count()).select_from(MAILS)
    assert scene.db.read(lambda conn: conn.execute(counted).scalar_one()) == 2


def test_a_letter_to_sign_in_says_nothing_that_whoever_asked_for_it_wrote(scene: Scene) -> None:
    scene.people.write_to("anna@mail.example", name="Call 0900-1234 now", locale="en")
    bodies = scene.db.read(lambda conn: conn.execute(select(MAILS.c.body)).scalars().all())

    assert "0900" not in "".join(bodies)


def test_a_name_counts_from_the_first_time_somebody_came(scene: Scene) -> None:
    def named() -> tuple[str, str]:
        row = scene.db.read(lambda conn: guardians.by_mail(conn, "anna@mail.example"))
        assert row is not None
        person = scene.db.read(lambda conn: find_person(conn, row.person))
        return row.name, person.name if person else ""

    scene.people.write_to("anna@mail.example", name="Somebody else", locale="en")
    scene.people.write_to("anna@mail.example", name="Anna", locale="en")
    assert named() == ("Anna", "Anna")
    scene.people.enter(f"secret_{2:032}")
    scene.people.write_to("anna@mail.example", name="Somebody else", locale="en")
    assert named() == ("Anna", "Anna")


def test_of_a_guardian_who_went_no_letter_tells_more(scene: Scene) -> None:
    guardian = scene.guardian()
    scene.paired(scene.teen(), guardian)
    scene.people.go(guardian.person)
    asked = select(MAILS.c.id, MAILS.c.to, MAILS.c.subject)
    for mail, to, _ in scene.db.read(lambda conn: conn.execute(asked).all()):
        assert to == "anna@mail.example"  # until it is sent
        scene.db.commit(partial(mails.sent, mail_id=mail))
    scene.time.once()
    person = scene.db.read(lambda conn: find_person(conn, guardian.person))

    assert {row[1:] for row in scene.db.read(lambda conn: conn.execute(asked).all())} == {("", "")}
    assert person is not None
    assert person.name == ""


@pytest.mark.parametrize("mail", ["", "anna", "a b@mail.example", "anna@mail", "a@b.c\nBcc: x@y.example"])
def test_what_is_no_address_gets_no_letter(scene: Scene, mail: str) -> None:
    assert why(scene.people.write_to(mail, name="Anna", locale="en")) is Why.MAIL


def test_letters_to_one_address_are_few(scene: Scene) -> None:
    sent = [scene.people.write_to("anna@mail.example", name="Anna", locale="en") for _ in range(6)]

    assert [why(one) for one in sent] == [None] * 5 + [Why.TRIES]


def test_the_table_of_states_is_whole() -> None:
    assert {one.to for one in TABLES.pairing.acts.values()} == set(State) - {State.DRAFT}
