"""Deciding: the three ways of DESIGN 5, and the orders a decision opens."""

from collections.abc import Mapping

import pytest

from hoede.core.findings import Category, Certainty, DigestKind, Finding, Match
from hoede.core.orders import Order, Target, TargetKind
from hoede.enforcement import (
    Decision,
    DecisionStanding,
    Rulebook,
    ShadowDecision,
    Way,
    decide,
    decide_in_shadow,
    orders_of,
    parse_rulebook,
    way,
)

KEY = b"k" * 32
ACTING, OTHER = (Match("north", entry, DigestKind.SHA256) for entry in ("ent_acting", "ent_other"))
KNOWN = Finding("sha256", Category.CSEA, Certainty.KNOWN, "equal", ACTING)
KNOWN_OTHER = Finding("sha256", Category.CSEA, Certainty.KNOWN, "equal", OTHER)
LIKELY = Finding("pdq", Category.CSEA, Certainty.LIKELY, "close to an entry", ACTING)
LIKELY_ALONE = Finding("words", Category.CSEA, Certainty.LIKELY, "sounds like it")
HINT = Finding("words", Category.CSEA, Certainty.HINT, "sounds like it")
BLIND = Finding("md5", Category.UNSEEN, Certainty.HINT, "could not look")

ALL_HOLDS = DecisionStanding(verified_adult=True, adult=True, acting=frozenset({"ent_acting"}))
NOT_VERIFIED = DecisionStanding(verified_adult=False, adult=True, acting=frozenset({"ent_acting"}))
NOTHING_ACTS = DecisionStanding(verified_adult=True, adult=True)
EARLIER = DecisionStanding(verified_adult=True, adult=True, acting=frozenset({"ent_acting"}), earlier=True)
MINOR = DecisionStanding(verified_adult=False, adult=False, acting=frozenset({"ent_acting"}))

ALONE = ("hold", "preserve", "remove", "close_account", "report", "notify")
BY_AN_ADULT = ("hold", "preserve", "restrict_account", "notify", "review")
BY_A_MINOR = ("hold", "preserve", "review")
FAINT = ("hold", "preserve", "review")
AGAIN = ("hold", "want", "review")
UNSEEN = ("hold", "review")
SHADOW = """
[[rule]]
name     = "limit-on-a-hint"
category = "csea"
at_least = "hint"
when     = "adult"
shadow   = true
measures = ["hold", "preserve", "restrict_account"]
"""
TARGETS = {
    TargetKind.CONTENT: ("c-1",),
    TargetKind.ACCOUNT: ("a-1",),
    TargetKind.EVIDENCE: ("evi_1", "evi_2"),
    TargetKind.AUTHORITY: ("ncmec",),
    TargetKind.CASE: ("cas_1",),
    TargetKind.EVENT: ("evt_1",),
}


@pytest.mark.parametrize(
    ("finding", "standing", "measures"),
    [
        (KNOWN, ALL_HOLDS, ALONE),  # every condition holds
        (KNOWN, NOT_VERIFIED, BY_AN_ADULT),  # an adult, not verified
        (KNOWN, NOTHING_ACTS, BY_AN_ADULT),  # weak digest, other source, withdrawn or not switched on
        (KNOWN_OTHER, ALL_HOLDS, BY_AN_ADULT),  # another entry acts, not this one
        (LIKELY, ALL_HOLDS, BY_AN_ADULT),  # a perceptual match never acts by itself
        (LIKELY_ALONE, ALL_HOLDS, BY_AN_ADULT),  # no entry at all
        (HINT, ALL_HOLDS, FAINT),  # a faint sign limits nobody
        (KNOWN, MINOR, BY_A_MINOR),  # under 18 or unknown, whatever the entry
        (LIKELY, MINOR, BY_A_MINOR),
        (HINT, MINOR, BY_A_MINOR),
        (KNOWN, EARLIER, AGAIN),  # let through before: there is no copy to preserve
        (HINT, EARLIER, AGAIN),
        (BLIND, ALL_HOLDS, UNSEEN),  # blindness is no harm
        (BLIND, MINOR, UNSEEN),
    ],
)
def test_what_a_finding_leads_to(
    book: Rulebook, finding: Finding, standing: DecisionStanding, measures: tuple[str, ...]
) -> None:
    decision = decide([finding], standing, book)
    assert decision is not None
    assert decision.measures == measures
    assert decision.acts_alone is (measures == ALONE)


@pytest.mark.parametrize(
    ("finding", "standing", "on"),
    [
        (KNOWN, ALL_HOLDS, Way.MAY_ACT_ALONE),
        (KNOWN, NOT_VERIFIED, Way.ADULT),
        (KNOWN, NOTHING_ACTS, Way.ADULT),
        (LIKELY, ALL_HOLDS, Way.ADULT),  # only what is known can be on the way of acting alone
        (BLIND, ALL_HOLDS, Way.ADULT),
        (KNOWN, MINOR, Way.MINOR),
        (KNOWN, EARLIER, Way.EARLIER),  # whoever it was
    ],
)
def test_on_which_way_a_finding_is(finding: Finding, standing: DecisionStanding, on: Way) -> None:
    assert way(finding, standing) is on


def test_without_a_finding_nothing_is_decided(book: Rulebook) -> None:
    assert decide([], ALL_HOLDS, book) is None


def test_measures_of_all_rules_that_fit_are_joined_in_the_order_of_carrying_out(book: Rulebook) -> None:
    decision = decide([LIKELY, KNOWN, BLIND], ALL_HOLDS, book)
    assert decision == Decision(
        rulebook=book.version,
        rules=(
            "known-csea-acts-alone",
            "csea-by-an-adult",
            "hint-of-csea-by-an-adult",
            "could-not-look",
        ),
        measures=(
            "hold",
            "preserve",
            "restrict_account",
            "remove",
            "close_account",
            "report",
            "notify",
            "review",
        ),
        because=(LIKELY, KNOWN, BLIND),
    )


def test_findings_may_come_one_by_one(book: Rulebook) -> None:
    assert decide(iter([KNOWN]), ALL_HOLDS, book) == decide([KNOWN], ALL_HOLDS, book)


def opened(
    book: Rulebook,
    findings: list[Finding],
    *,
    cause: str = "dec_1",
    targets: Mapping[TargetKind, tuple[str, ...]] = TARGETS,
) -> tuple[Order, ...]:
    """The orders these findings open, the report by its case."""
    decision = decide(findings, ALL_HOLDS, book)
    assert decision is not None
    return orders_of(
        decision,
        book.measures,
        key=KEY,
        service="plein",
        cause=cause,
        targets=targets,
        causes={"report": "cas_1"},
        values={"case": "cas_1", "account": "a-1"},
    )


def measure_of(orders: tuple[Order, ...]) -> dict[str, str]:
    return {order.id: order.measure for order in orders}


@pytest.mark.parametrize(
    ("findings", "measure", "after"),
    [
        ([KNOWN], "hold", []),
        ([KNOWN], "preserve", []),  # beside the hold: neither may wait for the other
        ([KNOWN], "remove", ["preserve", "preserve"]),  # both copies
        ([KNOWN], "close_account", ["preserve", "preserve"]),
        ([KNOWN], "report", ["preserve", "preserve"]),  # not for any receipt of the platform
        ([KNOWN], "notify", ["remove", "close_account"]),
        ([LIKELY], "restrict_account", ["preserve", "preserve"]),
        ([LIKELY], "notify", ["restrict_account"]),
        ([LIKELY], "review", []),
        ([KNOWN, LIKELY], "notify", ["remove", "close_account", "restrict_account"]),
    ],
)
def test_what_an_order_waits_for(
    book: Rulebook, findings: list[Finding], measure: str, after: list[str]
) -> None:
    orders = opened(book, findings)
    names = measure_of(orders)
    [order] = [one for one in orders if one.measure == measure][:1]
    assert sorted(names[former] for former in order.after) == sorted(after)


def test_two_pieces_of_evidence_are_two_seals(book: Rulebook) -> None:
    seals = [order for order in opened(book, [KNOWN]) if order.measure == "preserve"]
    assert [seal.target for seal in seals] == [
        Target(TargetKind.EVIDENCE, "evi_1"),
        Target(TargetKind.EVIDENCE, "evi_2"),
    ]
    assert len({seal.id for seal in seals}) == 2


def test_a_measure_without_a_target_opens_no_order(book: Rulebook) -> None:
    orders = opened(book, [KNOWN], targets=TARGETS | {TargetKind.EVIDENCE: ()})
    assert [order.measure for order in orders] == ["hold", "remove", "close_account", "report", "notify"]


def test_the_same_cause_measure_and_target_give_the_same_orders(book: Rulebook) -> None:
    assert opened(book, [KNOWN]) == opened(book, [KNOWN])


def test_another_decision_opens_other_orders_but_the_same_report(book: Rulebook) -> None:
    first, second = opened(book, [KNOWN]), opened(book, [KNOWN], cause="dec_2")
    both = measure_of(first).keys() & measure_of(second).keys()
    assert [measure_of(first)[one] for one in both] == ["report"]  # one per case and authority
    assert {order.cause for order in first} == {"dec_1", "cas_1"}


def test_only_irreversible_orders_may_fall_away(book: Rulebook) -> None:
    falling = [order.measure for order in opened(book, [KNOWN]) if order.may_fall_away]
    assert falling == ["remove", "close_account", "report"]


def test_an_order_carries_service_carrier_and_values(book: Rulebook) -> None:
    [hold, *_rest] = opened(book, [KNOWN])
    assert (hold.service, hold.by, hold.target) == ("plein", "platform", Target(TargetKind.CONTENT, "c-1"))
    assert hold.values == {"case": "cas_1", "account": "a-1"}


def test_a_rule_in_shadow_is_counted_and_never_acted_on(rulebook_toml: str, book: Rulebook) -> None:
    shady = rulebook_toml + SHADOW
    with_shadow = parse_rulebook(shady, book.measures)
    assert decide([HINT], ALL_HOLDS, with_shadow) == decide([HINT], ALL_HOLDS, book)
    would = decide_in_shadow((HINT,), (), ALL_HOLDS, with_shadow)
    assert would == ShadowDecision(("limit-on-a-hint",), (), ("restrict_account",))


def test_a_detector_in_shadow_is_counted_and_never_acted_on(book: Rulebook) -> None:
    would = decide_in_shadow((), (LIKELY,), ALL_HOLDS, book)
    assert would == ShadowDecision(("csea-by-an-adult", "hint-of-csea-by-an-adult"), ("pdq",), BY_AN_ADULT)


def test_a_shadow_that_adds_nothing_but_itself_is_counted_all_the_same(book: Rulebook) -> None:
    would = decide_in_shadow((KNOWN_OTHER,), (LIKELY,), NOTHING_ACTS, book)
    assert would == ShadowDecision((), ("pdq",), ())


def test_without_a_shadow_nothing_is_counted(book: Rulebook) -> None:
    assert decide_in_shadow((KNOWN,), (), ALL_HOLDS, book) is None
    assert decide_in_shadow((), (), ALL_HOLDS, book) is None
