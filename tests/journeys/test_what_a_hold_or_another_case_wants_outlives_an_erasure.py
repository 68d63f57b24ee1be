"""A legal hold beats an erasure, and what is a file of a case about somebody else stays with that case."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.journeys.desk import Desk
from tests.journeys.keeping import erase, hold, later, let_go, sound
from tests.journeys.scene import DECLARED, FIFTEEN, Scene

from hoede import accounts
from hoede.accounts import erasures
from hoede.app.rehearsal import SERVICE
from hoede.detection.store import EVENTS
from hoede.evidence import EvidenceRow, EvidenceState
from hoede.evidence.holds import Kept
from hoede.flow.judge.facts import facts
from hoede.review import store as review


def events_of(play: Scene, account: str) -> list[str]:
    asked = select(EVENTS.c.id).where(EVENTS.c.account == account)
    return list(play.hoede.db.read(lambda conn: conn.execute(asked).scalars().all()))


def is_known(play: Scene, account: str) -> bool:
    """Whether anything is still known of the account itself."""
    return play.hoede.db.read(lambda conn: accounts.account(conn, SERVICE, account)).country is not None


def under_way(play: Scene) -> int:
    play.hoede.erase.once()
    return len(play.hoede.db.read(erasures.all_under_way))


def suspected(play: Scene) -> tuple[str, EvidenceRow]:
    """An account with a case that waits, and the copy in it."""
    account, before = play.person(DECLARED), {one.taken.id for one in play.copies()}
    play.upload(account)
    play.settle()
    (copy,) = [one for one in play.copies() if one.taken.id not in before]
    return account, copy


def give(play: Scene, copy: EvidenceRow, account: str) -> None:
    """Make it a file of this account's case, as a report by somebody does."""
    case = play.case(account)
    play.hoede.db.commit(lambda tx: review.add_file(tx, case.id, copy.taken.id, copy.event))


def state_of(play: Scene, copy: EvidenceRow) -> str | None:
    """None when nothing is known of it any more."""
    return next((one.state for one in play.copies() if one.taken.id == copy.taken.id), None)


def test_nothing_at_all_goes_of_an_account_that_a_hold_is_on(play: Scene) -> None:
    account = play.person(FIFTEEN)
    play.upload(account, b"harmless")
    hold_id = hold(play, Kept.ACCOUNT, account)
    assert erase(play, account) == "legal-hold"
    assert (len(events_of(play, account)), is_known(play, account)) == (1, True)
    let_go(play, hold_id)
    assert under_way(play) == 0
    assert (events_of(play, account), is_known(play, account)) == ([], False)
    assert sound(play)


@pytest.mark.parametrize("kind", [Kept.CASE, Kept.COPY])
def test_a_hold_on_a_case_or_a_copy_keeps_the_account_it_is_about(play: Scene, kind: Kept) -> None:
    account, copy = suspected(play)
    Desk(play).judge(account, "eva", "no_violation")
    play.settle()
    later(play)
    hold_id = hold(play, kind, play.case(account).id if kind is Kept.CASE else copy.taken.id)
    assert erase(play, account) == "legal-hold"
    assert (is_known(play, account), state_of(play, copy)) == (True, "sealed")
    let_go(play, hold_id)
    assert under_way(play) == 0
    assert sound(play)


def test_who_was_judged_a_moment_ago_is_known_while_it_can_be_undone(play: Scene) -> None:
    account, _ = suspected(play)
    Desk(play).judge(account, "eva", "no_violation")
    play.settle()
    assert erase(play, account) == "may-be-undone"
    assert is_known(play, account)


def test_a_file_of_a_case_about_somebody_else_stays_with_that_case(play: Scene) -> None:
    account, _ = suspected(play)
    uploader, copy = suspected(play)
    give(play, copy, account)
    Desk(play).judge(uploader, "eva", "no_violation")
    play.settle()
    later(play)
    assert erase(play, uploader) == "still-judged"  # the other one's
    assert state_of(play, copy) is EvidenceState.SEALED
    Desk(play).judge(account, "eva", "no_violation")
    play.settle()
    later(play)
    assert under_way(play) == 0
    assert (state_of(play, copy), events_of(play, uploader)) == (None, [])
    case = play.case(account)
    shown = play.hoede.db.read(lambda conn: facts(conn, case, play.hoede.db.time(conn))).evidence
    assert (len(shown), copy.taken.id in shown) == (1, False)
    assert sound(play)


def test_a_case_that_goes_leaves_what_others_uploaded(play: Scene) -> None:
    account, _ = suspected(play)
    uploader, copy = suspected(play)
    give(play, copy, account)
    Desk(play).judge(account, "eva", "no_violation")
    play.settle()
    later(play)
    assert erase(play, account) is None
    assert (state_of(play, copy), len(events_of(play, uploader))) == (EvidenceState.SEALED, 1)
    assert sound(play)


def test_a_hold_on_a_copy_in_somebody_elses_case_keeps_it_whatever_that_case_says(play: Scene) -> None:
    account, copy = suspected(play)
    Desk(play).judge(account, "eva", "no_violation")
    play.settle()
    later(play)
    hold(play, Kept.COPY, copy.taken.id)
    assert play.hoede.expire.once().evidence == 0
    assert erase(play, account) == "legal-hold"
    assert state_of(play, copy) is EvidenceState.SEALED


def test_what_one_case_allowed_and_another_did_not_is_not_marked_to_be_destroyed(play: Scene) -> None:
    desk = Desk(play)
    account, _ = suspected(play)
    uploader, copy = suspected(play)
    give(play, copy, account)
    desk.judge(uploader, "eva", "confirmed_new")
    desk.judge(account, "jan", "no_violation")
    marks = {one.taken.id: one.destroy_after for one in play.copies()}
    assert marks.pop(copy.taken.id) is None
    assert all(at is not None and at - play.hoede.db.now() > timedelta() for at in marks.values())
