"""What a judgment says of each file, and why an answer is not one."""

from dataclasses import replace

import pytest

from hoede.app.tables import read_tables
from hoede.review import AccountIs, Answer, FileAnswer, Named, PersonIs, Refused, Said, Why, understand

OUTCOMES = read_tables().outcomes
FILES = ("evi_1", "evi_2")
ANSWER = Answer(
    outcome="confirmed_new", reason="Seen in the image.", shown=frozenset(FILES), classification="A1"
)


def said(answer: Answer, *, adult: bool = True) -> Said | Refused:
    return understand(answer, OUTCOMES, FILES, adult=adult)


def test_what_is_said_of_the_case_is_said_of_every_file() -> None:
    found = said(ANSWER)
    assert isinstance(found, Said)
    assert [(one.evidence, one.outcome.name, one.classification) for one in found.files] == [
        ("evi_1", "confirmed_new", "A1"),
        ("evi_2", "confirmed_new", "A1"),
    ]
    assert (found.account_is, found.verdict.reports) == (AccountIs.OFFENDER, True)


def test_a_file_may_be_judged_milder_and_classified_apart() -> None:
    own = {"evi_1": FileAnswer("no_violation"), "evi_2": FileAnswer(classification="B2")}
    found = said(replace(ANSWER, files=own))
    assert isinstance(found, Said)
    assert [(one.outcome.name, one.classification) for one in found.files] == [
        ("no_violation", None),
        ("confirmed_new", "B2"),
    ]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (replace(ANSWER, outcome="guilty"), Why.OUTCOME),
        (replace(ANSWER, reason="  ok  "), Why.REASON),
        (replace(ANSWER, reason="x" * 3001), Why.REASON),
        (replace(ANSWER, classification=None), Why.CLASSIFICATION),  # needed
        (replace(ANSWER, classification="C3"), Why.CLASSIFICATION),  # unknown
        (replace(ANSWER, outcome="grooming"), Why.CLASSIFICATION),  # forbidden
        (replace(ANSWER, shown=frozenset({"evi_1"})), Why.CHANGED),  # another file joined meanwhile
        (replace(ANSWER, files={"evi_9": FileAnswer("no_violation")}), Why.FILE),
        (replace(ANSWER, files={"evi_1": FileAnswer("cannot_tell")}), Why.OUTCOME),  # not of one file
        (replace(ANSWER, files={"evi_1": FileAnswer("guilty")}), Why.OUTCOME),
        (  # graver than the case itself
            replace(
                ANSWER,
                outcome="exploitative",
                classification=None,
                files={"evi_1": FileAnswer("generated", "A1")},
            ),
            Why.OUTCOME,
        ),
        (replace(ANSWER, outcome="victim", account_is=AccountIs.OFFENDER), Why.WHO),  # both cannot be
    ],
)
def test_an_answer_that_is_none_is_refused(answer: Answer, why: Why) -> None:
    assert said(answer) == Refused(why)


def test_somebody_under_18_is_named_an_offender_only_when_the_judgment_says_so() -> None:
    assert said(ANSWER, adult=False) == Refused(Why.WHO)
    for who in AccountIs:
        found = said(replace(ANSWER, account_is=who), adult=False)
        assert isinstance(found, Said)
        assert found.account_is is who


def test_a_child_that_is_protected_is_named_the_victim_without_asking() -> None:
    found = said(replace(ANSWER, outcome="self_made"), adult=False)
    assert isinstance(found, Said)
    assert found.account_is is AccountIs.VICTIM


CHILD, FRIEND = Named("kim", PersonIs.VICTIM, "guardian-1"), Named("robin", PersonIs.NOBODY)
GUARDED = Named("a-7", PersonIs.ITSELF, "guardian-1")


def named(*people: Named, outcome: str = "confirmed_new") -> Said | Refused:
    answer = replace(ANSWER, outcome=outcome, people=people)
    return understand(answer, OUTCOMES, FILES, adult=True, receivers=frozenset({"kim", "robin"}))


def test_whom_a_report_names_is_said_of_those_to_whom_it_was_sent() -> None:
    found = named(CHILD, FRIEND)
    assert isinstance(found, Said)
    assert found.people == (CHILD, FRIEND)
    protected = named(GUARDED, outcome="self_made")
    assert isinstance(protected, Said)
    assert protected.people == (GUARDED,)


@pytest.mark.parametrize(
    "person",
    [
        Named("stranger", PersonIs.VICTIM),  # nothing was sent to them
        Named("kim", PersonIs.RECIPIENT, "guardian-1"),  # a guardian of no victim
        Named("kim", PersonIs.NOBODY, "guardian-1"),
        GUARDED,  # the account is the offender's
    ],
)
def test_nobody_else_is_named(person: Named) -> None:
    found = named(person)
    assert isinstance(found, Refused)
    assert found.why is Why.NAMED
