"""Outcomes, read strictly: nothing irreversible without a copy and a second person."""

from importlib.resources import files

import pytest

from hoede.app.tables import read_tables
from hoede.core.orders import TargetKind
from hoede.reporting import Mark as ReportMark
from hoede.review.outcomes import AccountIs, KnownNames, OutcomesError, parse_outcomes

SHIPPED = (files("hoede") / "review" / "outcomes.toml").read_text(encoding="utf-8")
KNOWN = KnownNames(
    measures={
        "preserve": TargetKind.EVIDENCE,
        "remove": TargetKind.CONTENT,
        "hold": TargetKind.CONTENT,
        "close_account": TargetKind.ACCOUNT,
        "notify": TargetKind.ACCOUNT,
    },
    irreversible={"remove", "close_account"},
    lanes={"second"},
)
ONE = '[a]\nsays = "x"\ncontent = ["preserve", "remove"]\nsecond = true\ntells = "removed"\n'
NAMES = """confirmed_known confirmed_new generated self_made victim grooming sextortion trade exploitative
viral age_unclear too_young false_guardian other_rule no_violation cannot_tell age_adult
age_stays"""


def test_every_outcome_that_the_console_has_words_for_is_there() -> None:
    assert list(read_tables().outcomes) == NAMES.split()


def test_an_outcome_says_what_it_asks_for() -> None:
    read = parse_outcomes(ONE, KNOWN)["a"]
    assert (read.content, read.account, read.report, read.second) == (("preserve", "remove"), (), False, True)


def test_marks_are_words_that_reports_know() -> None:
    marks = {one.value for outcome in read_tables().outcomes.values() for one in outcome.marks}
    assert marks == {"sextortion", "solicitation", "generated", "self_made", "viral"}
    assert marks <= {one.value for one in ReportMark}


def test_who_protects_a_child_never_closes_or_limits_their_account() -> None:
    for name in ("self_made", "victim"):
        one = read_tables().outcomes[name]
        assert (one.account_is, set(one.account)) == (AccountIs.VICTIM, {"notify"})


@pytest.mark.parametrize(
    "text",
    [
        "[a",  # no TOML
        "a = 1",  # no table
        ONE + "colour = true",  # an unknown key
        ONE + 'report = "yes"',
        ONE.replace('"remove"', '"erase"'),  # no such measure
        ONE.replace('"remove"', '"close_account"'),  # not on content
        ONE + 'account = ["remove"]',  # not on an account
        ONE.replace('"preserve", ', ""),  # removed without a copy
        ONE.replace("second = true", ""),  # nobody checks it
        # closed without a copy
        '[a]\nsays = "x"\naccount = ["close_account"]\nsecond = true\ntells = "account"',
        # reported without a copy
        '[a]\nsays = "x"\nreport = true\nsecond = true\naccount = ["notify"]\ntells = "account"',
        '[a]\nsays = "x"',  # nothing at all
        '[a]\nsays = "x"\nkeeps = true',  # goes on to nowhere
        '[a]\nsays = "x"\nkeeps = true\nlane = "first"',  # no such lane
        '[a]\nsays = "x"\nkeeps = true\nundoes = true\nlane = "second"',  # both
        '[a]\nsays = "x"\nundoes = true\naccount = ["notify"]\ntells = "no_break"',  # undoes and asks
        ONE.replace('tells = "removed"', ""),  # those who reported it hear nothing
        ONE.replace('"removed"', '"maybe"'),
        '[a]\nsays = "x"\nkeeps = true\nlane = "second"\ntells = "more"',  # told before it is decided
        ONE + 'lane = "second"',  # decides and goes on
        ONE + 'account_is = "offender"',  # names somebody in no report
        ONE + 'account_is = "guilty"',
        ONE + 'classification = "maybe"',
        '[a]\nsays = "x"\ncontent = "hold"\ntells = "removed"',  # a word in place of a list
        ONE + 'marks = ["sextortion"]',  # marks what it does not report
        ONE + 'report = true\nmarks = "sextortion"',  # likewise a word
        ONE + 'report = true\nmarks = ["spam"]',
    ],
)
def test_a_table_of_outcomes_that_could_wrong_somebody_is_refused(text: str) -> None:
    with pytest.raises(OutcomesError) as caught:
        parse_outcomes(text, KNOWN)
    assert caught.value.code == "outcomes-invalid"
    assert caught.value.detail
