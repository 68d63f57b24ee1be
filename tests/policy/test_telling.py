"""Every reason has words for each of its readers, and tells nobody more than it may."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hoede.policy import (
    Attempt,
    Code,
    Layer,
    Lock,
    Permit,
    Policy,
    Reason,
    Relation,
    Restriction,
    Side,
    Who,
    Whom,
    born_side,
    decide,
    shipped_pack,
    shipped_vocabulary,
)
from hoede.policy.rules.telling import NOW, Around, Reader, say_reason, say_reasons, what_now
from hoede.words import LOCALES, Catalogue, catalogue

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
VOCABULARY = shipped_vocabulary()
RELEASE = Policy(VOCABULARY, (shipped_pack("release-2021"),))
BASELINE = Policy(VOCABULARY, (shipped_pack("hoede-baseline"),))
EN, NL = catalogue("en"), catalogue("nl")
SOMETHING = Reason(
    code=Code.LAW,
    layer=Layer.JURISDICTION,
    who=Who.LAW,
    setting="live.host",
    step="off",
    law="a law",
    age=16,
    country="NL",
    until=NOON,
    note="we said so",
    pack="one@1.0.0+0",
)

ABOUT = {Code.DAILY_TIME: ("time.daily_cap", 60), Code.BREAK: ("time.break_every", 45)}


def around(**facts: object) -> Around:
    return Around(vocabulary=VOCABULARY, now=NOON, **facts)  # type: ignore[arg-type] # facts of the test's table


def teen(**facts: object) -> Side:
    return Side(known=True, age=14, zones=("Europe/Amsterdam",), **facts)  # type: ignore[arg-type] # likewise


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reader", Reader)
@pytest.mark.parametrize("code", Code)
def test_every_reason_has_words_for_every_reader(code: Code, reader: Reader, locale: str) -> None:
    told = around(age=16, band="16-17", more={"case": "c-1", "packs": "p", "evidence": "e"})

    setting, step = ABOUT.get(code, ("live.host", "off"))
    reason = replace(SOMETHING, code=code, setting=setting, step=step)
    said = say_reason(catalogue(locale), reason, told, reader)
    assert "{" not in said
    if reader in {Reader.TEEN, Reader.GUARDIAN}:
        assert " - " not in f" {said} ", "a fact is missing"


def test_every_reason_says_what_one_can_do() -> None:
    assert set(NOW) == set(Code)
    assert {line for lines in NOW.values() for line in lines} <= {
        key.removeprefix("now.") for key in EN.texts if key.startswith("now.")
    }


def test_a_refused_teen_reads_when_it_opens_and_that_help_stays_open() -> None:
    born = date(2012, 2, 29)
    permit = decide(RELEASE, born_side(born, NOON), Attempt(what="dm.send"), NOON)
    assert what_now(EN, permit, around(born=born)) == (
        "Opens on 29 February 2028. We tell you then; nothing opens by itself.",
        "The rest still works, as you set it.",
        "Wrong age? Prove it, or ask a person to look.",
        "Always open: help, report, block, object, account security.",
    )


def test_a_birthday_on_a_day_that_is_not_there_is_the_day_after() -> None:
    born = date(2011, 2, 28).replace(year=2012, day=29)
    permit = decide(BASELINE, born_side(born, NOON), Attempt(what="buy"), NOON)
    assert "Opens on 1 March 2030. We tell you then; nothing opens by itself." in what_now(
        EN, permit, around(born=born)
    )


def test_who_is_granted_something_reads_nothing_more() -> None:
    assert what_now(EN, decide(RELEASE, teen(), Attempt(what="search"), NOON), around()) == ()


def test_a_lock_names_who_set_it_why_and_until_when() -> None:
    lock = Lock(setting="search.use", step="off", reason="exams", by="pairing", until=NOON.replace(day=30))
    permit = decide(RELEASE, teen(locks=(lock,)), Attempt(what="search"), NOON)
    told = around(guardian="Robin", zones=("Europe/Amsterdam",))
    assert say_reasons(EN, permit, told, Reader.TEEN) == (
        "Robin set a limit: Search = Off. Reason: exams. Until: 30 November 2026.",
    )
    assert what_now(EN, permit, told)[0] == "Ask Robin. You get an answer, or it ends at 13:00."


def test_who_has_no_pairing_is_told_that_it_need_not_be() -> None:
    reason = Reason(code=Code.NEEDS_GUARDIAN, layer=Layer.START, who=Who.HOUSE, asks=Whom.GUARDIAN)
    permit = replace(check(), reasons=(reason,))
    assert what_now(EN, permit, around())[0] == EN.say("now.ask_none")


def check() -> Permit:
    return decide(RELEASE, teen(), Attempt(what="dm.send"), NOON)


def test_a_restriction_reads_like_a_limit_to_a_guardian() -> None:
    limited = Restriction(order="o-1", names=frozenset({"search"}))
    permit = decide(RELEASE, teen(restrictions=(limited,)), Attempt(what="search"), NOON)
    assert say_reasons(EN, permit, around(), Reader.GUARDIAN) == ("Not available at the moment.",)
    assert say_reasons(EN, permit, around(), Reader.TEEN) == (
        "Your account is limited. You got a letter about why.",
    )


def test_a_sender_reads_nothing_of_the_other_side() -> None:
    adult = born_side(date(1980, 1, 1), NOON)
    attempt = Attempt(what="message", counterpart=teen(), relation=Relation.FRIEND)
    told = decide(BASELINE, adult, attempt, NOON).told()
    assert say_reasons(NL, told, around(), Reader.TEEN) == ("Je kunt geen contact maken met dit account.",)
    assert what_now(NL, told, around()) == (NL.say("now.help"),)


def test_who_is_too_young_is_not_told_about_the_other_side_too() -> None:
    permit = decide(RELEASE, teen(), Attempt(what="message", counterpart=teen()), NOON).told()
    assert say_reasons(EN, permit, around(), Reader.TEEN) == ("Private messages are for 16 and over.",)


def test_all_birthday_offers_stand_in_one_sentence() -> None:
    side = born_side(date(2010, 11, 20), NOON, joined=date(2024, 1, 1))
    permit = decide(RELEASE, side, Attempt(what="message", counterpart=side), NOON)
    told = replace(permit, reasons=tuple(one for one in permit.reasons if not one.theirs))
    assert say_reasons(EN, told, around(age=16), Reader.GUARDIAN) == (
        "Your teen is 16. New choices are offered; nothing opened by itself.",
    )


def test_an_auditor_reads_names_and_steps_as_packs_have_them() -> None:
    permit = decide(RELEASE, teen(), Attempt(what="live.watch"), NOON)
    told = around(band="13-15", more={"packs": ", ".join(permit.packs), "evidence": "declared"})
    (said,) = say_reasons(EN, permit, told, Reader.AUDITOR)
    assert said.startswith("Layer 2, age_live: limit live.watch = off, 13-15. Packs release-2021@1.0.0+")
    assert said.endswith(". Evidence declared. At 2026-11-26T12:00:00+00:00.")


@pytest.mark.parametrize(
    ("who", "reader", "said"),
    [
        (Who.YOU, Reader.TEEN, "Search is off. You decided this."),
        (Who.GUARDIAN, Reader.TEEN, "Search is off. Your parent or guardian decided this."),
        (Who.LAW, Reader.TEEN, "Search is off. The law decided this."),
        (Who.YOU, Reader.MODERATOR, "Search = Off, decided by The account itself."),
    ],
)
def test_who_decided_is_called_as_the_reader_knows_them(who: Who, reader: Reader, said: str) -> None:
    reason = Reason(code=Code.SEARCH_OFF, layer=Layer.CHOICE, who=who, setting="search.use", step="off")
    assert say_reason(EN, reason, around(), reader) == said


@pytest.mark.parametrize(
    ("who", "said"),
    [(Who.YOU, "Streaks is off. Sam decided this."), (Who.GUARDIAN, "Streaks is off. You decided this.")],
)
def test_to_a_guardian_you_is_the_guardian(who: Who, said: str) -> None:
    reason = Reason(code=Code.FEATURE_OFF, layer=Layer.CHOICE, who=who, setting="streaks", step="off")
    assert say_reason(EN, reason, around(teen="Sam"), Reader.GUARDIAN) == said


@pytest.mark.parametrize(
    ("words", "says", "now"),
    [
        (EN, "You have to be 13 to be here. You did nothing wrong.", "Ask a grown-up you trust"),
        (NL, "Je moet 13 zijn om hier te zijn. Je hebt niets fout gedaan.", "Vraag een volwassene"),
    ],
)
def test_a_child_without_an_account_is_told_in_a_childs_words(words: Catalogue, says: str, now: str) -> None:
    child = born_side(date(2016, 1, 1), NOON)
    permit = decide(BASELINE, child, Attempt(what="post"), NOON)
    around = Around(vocabulary=VOCABULARY, now=NOON, band=child.band, age=child.age)
    lines = what_now(words, permit, around)
    assert say_reasons(words, permit, around, Reader.TEEN) == (says,)
    assert (lines[0].startswith(now), lines[-1]) == (True, words.say("now.help"))
    assert "13" in say_reasons(words, permit, around, Reader.GUARDIAN)[0]


def test_who_is_no_child_and_too_young_by_a_law_is_told_the_law_and_no_childs_words() -> None:
    policy = Policy(VOCABULARY, (shipped_pack("au-smma16"),))
    teen = born_side(date(2012, 1, 1), NOON, country="AU")
    permit = decide(policy, teen, Attempt(what="post"), NOON)
    around = Around(vocabulary=VOCABULARY, now=NOON, band=teen.band, age=teen.age)
    assert "you need to be 16 for an account" in say_reasons(EN, permit, around, Reader.TEEN)[0]
    assert EN.say("now.child") not in what_now(EN, permit, around)
