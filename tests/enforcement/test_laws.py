"""Laws of deciding, over any findings about anybody."""

from hypothesis import given
from hypothesis import strategies as st

from hoede.core.findings import Category, Certainty, DigestKind, Finding, Match
from hoede.core.orders import TargetKind
from hoede.enforcement import DecisionStanding, Rulebook, decide, orders_of

ENTRIES = st.sampled_from(("ent_1", "ent_2", "ent_3"))
MATCHES = st.builds(Match, st.just("north"), ENTRIES, st.sampled_from(DigestKind))
CATEGORIES = st.sampled_from(Category)
FINDINGS = st.one_of(
    st.builds(Finding, st.just("d"), CATEGORIES, st.sampled_from(Certainty), st.just("why"), MATCHES),
    st.builds(
        Finding, st.just("d"), CATEGORIES, st.sampled_from((Certainty.HINT, Certainty.LIKELY)), st.just("why")
    ),
)
VERIFIED_ADULTS, ADULTS, MINORS = (
    st.builds(
        DecisionStanding,
        verified_adult=st.just(verified),
        adult=st.just(adult),
        acting=st.frozensets(ENTRIES),
    )
    for verified, adult in ((True, True), (False, True), (False, False))
)
ANYBODY = st.one_of(VERIFIED_ADULTS, ADULTS, MINORS)


def measures(findings: list[Finding], standing: DecisionStanding, book: Rulebook) -> set[str]:
    decision = decide(findings, standing, book)
    return set(decision.measures) if decision else set()


@given(findings=st.lists(FINDINGS), further=FINDINGS, standing=ANYBODY)
def test_a_further_finding_never_takes_a_measure_away(
    book: Rulebook, findings: list[Finding], further: Finding, standing: DecisionStanding
) -> None:
    before = measures(findings, standing, book)
    assert before <= measures([*findings, further], standing, book)


@given(findings=st.lists(FINDINGS, min_size=1), standing=ANYBODY)
def test_every_finding_holds_the_content_and_is_a_reason(
    book: Rulebook, findings: list[Finding], standing: DecisionStanding
) -> None:
    decision = decide(findings, standing, book)
    assert decision is not None
    assert decision.measures[0] == "hold"
    assert decision.because == tuple(findings)


@given(findings=st.lists(FINDINGS, min_size=1), standing=ANYBODY)
def test_csea_is_always_preserved_and_somebody_or_something_acts(
    book: Rulebook, findings: list[Finding], standing: DecisionStanding
) -> None:
    taken = measures(findings, standing, book)
    assert ("preserve" in taken) is any(one.category is Category.CSEA for one in findings)
    assert "review" in taken or "report" in taken


@given(findings=st.lists(FINDINGS, min_size=1), standing=ANYBODY)
def test_nothing_irreversible_without_a_verified_adult_and_a_known_entry_that_acts(
    book: Rulebook, findings: list[Finding], standing: DecisionStanding
) -> None:
    taken = measures(findings, standing, book)
    irreversible = {name for name in taken if book.measures[name].irreversible}
    allowed = standing.verified_adult and any(
        one.category is Category.CSEA
        and one.certainty is Certainty.KNOWN
        and one.match is not None
        and one.match.entry in standing.acting
        for one in findings
    )
    assert bool(irreversible) is allowed


@given(findings=st.lists(FINDINGS, min_size=1), standing=MINORS)
def test_a_minor_is_neither_restricted_nor_closed_nor_reported_before_a_judgment(
    book: Rulebook, findings: list[Finding], standing: DecisionStanding
) -> None:
    assert measures(findings, standing, book) <= {"hold", "preserve", "review"}


@given(findings=st.lists(FINDINGS), standing=ANYBODY)
def test_the_order_of_findings_decides_nothing(
    book: Rulebook, findings: list[Finding], standing: DecisionStanding
) -> None:
    assert measures(findings, standing, book) == measures(findings[::-1], standing, book)


@given(findings=st.lists(FINDINGS, min_size=1), standing=ANYBODY)
def test_what_cannot_be_undone_waits_for_every_seal(
    book: Rulebook, findings: list[Finding], standing: DecisionStanding
) -> None:
    decision = decide(findings, standing, book)
    assert decision is not None
    orders = orders_of(
        decision,
        book.measures,
        key=b"k" * 32,
        service="plein",
        cause="dec_1",
        targets={kind: (f"{kind}-1", f"{kind}-2") for kind in TargetKind},
        causes={},
        values={},
    )
    seals = {order.id for order in orders if order.measure == "preserve"}
    assert [one.measure for one in orders if one.may_fall_away and not seals <= set(one.after)] == []
    assert all(seals for one in orders if one.may_fall_away)
