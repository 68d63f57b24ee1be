"""Whatever the tables and the code can name has words in both languages, so that no page breaks on it."""

import pytest

from hoede.app.tables import read_tables
from hoede.core.ages import AgeBand, Assurance
from hoede.core.findings import Category, Certainty
from hoede.core.orders import OrderState, TargetKind
from hoede.db.unfinished import Why as Unfinished
from hoede.evidence import EvidenceState
from hoede.flow.carry_out import GONE
from hoede.flow.cases import SKIP_REASONS
from hoede.flow.view import How
from hoede.policy import Answer, Basis, Status
from hoede.policy.rules.differences import Change
from hoede.policy.rules.versions import State
from hoede.reporting import Lack, SagaState, Stage
from hoede.reporting.rules import StepKind
from hoede.review import AccountIs, Grounds, PersonIs, Why
from hoede.review import store as review
from hoede.review.outcomes import CLASSES
from hoede.web.console.desk import key_of
from hoede.web.console.looks import PURPOSES
from hoede.words import LOCALES, catalogue


def named() -> dict[str, set[str]]:
    """What has words, by the beginning of their keys."""
    tables = read_tables()
    return {
        "case.grounds": set(Grounds),
        "console.age.assurance": {one.name.lower() for one in Assurance},
        "console.age.basis": set(tables.age_bases),
        "case.state": {review.OPEN, review.SECOND, review.JUDGED},
        "category": set(Category),
        "certainty": {one.name.lower() for one in Certainty},
        "console.error": {key_of(one) for one in Why},
        "console.orders.lede": set(Unfinished),
        "console.orders.none": set(Unfinished),
        "console.orders.why": set(Unfinished),
        "evidence.state": set(EvidenceState),
        "judge.account_is": set(AccountIs),
        "judge.class": set(CLASSES),
        "judge.people.role": set(PersonIs),
        "judge.skip": set(SKIP_REASONS),
        "lane": set(tables.lanes),
        "look": set(How),
        "look.alt": set(How),
        "look.purpose": set(PURPOSES),
        "measure": set(tables.book.measures),
        "order.outcome": {"receipt", "sealed", "settled", "finished", "looked", GONE},
        "order.by": {one.by for one in tables.book.measures.values()},
        "order.state": set(OrderState),
        "outcome": set(tables.outcomes) | {f"{one}.is" for one in tables.outcomes},
        "policy.answer": set(Answer),
        "policy.basis": set(Basis),
        "policy.change": set(Change),
        "policy.state": set(State),
        "policy.status": set(Status),
        "console.reports.lacks": set(Lack),
        "report.stage": set(Stage),
        "report.state": set(SagaState),
        "report.step": set(StepKind),
        "target": set(TargetKind),
        "word.band": set(AgeBand),
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_a_page_of_the_desk_can_name_has_words(locale: str) -> None:
    keys = {f"{kind}.{one}" for kind, names in named().items() for one in names}
    assert sorted(keys - set(catalogue(locale).texts)) == []


@pytest.mark.parametrize("why", Why)
def test_every_refusal_says_something_of_its_own(why: Why) -> None:
    texts = catalogue("en").texts
    others = [texts[f"console.error.{key_of(one)}"] for one in Why if one is not why]
    assert texts[f"console.error.{key_of(why)}"] not in others
