"""Deciding. Values in, value out; the reasons travel with the answer. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hoede.core.findings import Category, Certainty, Finding
from hoede.core.orders import Order, Target, TargetKind, order_id
from hoede.enforcement.measures import Measures
from hoede.enforcement.rulebook import Rulebook, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionStanding:
    """What a decision needs to know besides the findings; built by `flow/screen`.

    `acting` are the entries that may act without a person: a strong digest matched, the list is of a
    verifying authority, in force, and switched on in writing.
    """

    verified_adult: bool
    adult: bool  # by the best evidence, declared adults too
    earlier: bool = False  # let through before, and found again: we hold no copy of it
    acting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rules fitted, what they ask for together, and because of which findings."""

    rulebook: str  # its version, so that anyone can decide it again
    rules: tuple[str, ...]
    measures: tuple[str, ...]  # in the order of carrying out
    because: tuple[Finding, ...]

    @property
    def acts_alone(self) -> bool:
        """True when no person is asked: the case is known, nobody needs to look."""
        return "review" not in self.measures


def way(finding: Finding, standing: DecisionStanding) -> Way:
    """On which way a finding is."""
    if standing.earlier:
        return Way.EARLIER
    entry = finding.match.entry if finding.match and finding.certainty is Certainty.KNOWN else None
    if finding.category is Category.CSEA and standing.verified_adult and entry in standing.acting:
        return Way.MAY_ACT_ALONE
    return Way.ADULT if standing.adult else Way.MINOR


def decide(
    findings: Iterable[Finding], standing: DecisionStanding, book: Rulebook, *, shadow: bool = False
) -> Decision | None:
    """Join the measures of every rule that some finding fits; None when no rule fits.

    A further finding can only add measures: a lesser harm never hides a graver one. With `shadow` the
    rules in shadow count, too.
    """
    on_ways = [(finding, way(finding, standing)) for finding in findings]
    asked = book.rules if shadow else book.live
    rules = [rule for rule in asked if any(rule.fits(*one) for one in on_ways)]
    if not rules:
        return None
    wanted = frozenset[str]().union(*(rule.measures for rule in rules))
    measures = tuple(name for name in book.measures if name in wanted)
    because = tuple(finding for finding, on in on_ways if any(rule.fits(finding, on) for rule in rules))
    return Decision(book.version, tuple(rule.name for rule in rules), measures, because)


@dataclass(frozen=True, slots=True)
class ShadowDecision:
    """What would have happened besides, were the rules and detectors in shadow live."""

    rules: tuple[str, ...]  # that fitted besides
    detectors: tuple[str, ...]  # in shadow, that something was found by
    measures: tuple[str, ...]  # besides those that were decided; maybe none


def decide_in_shadow(
    findings: tuple[Finding, ...],
    unseen: tuple[Finding, ...],
    standing: DecisionStanding,
    book: Rulebook,
) -> ShadowDecision | None:
    """What the findings of detectors in shadow (`unseen`) and the rules in shadow would have added."""
    live, full = decide(findings, standing, book), decide((*findings, *unseen), standing, book, shadow=True)
    if full is None:
        return None
    decided = live.measures if live else ()
    fitted = live.rules if live else ()
    rules = tuple(rule for rule in full.rules if rule not in fitted)
    detectors = tuple(sorted({one.detector for one in full.because if one in unseen}))
    if not rules and not detectors:
        return None
    return ShadowDecision(rules, detectors, tuple(one for one in full.measures if one not in decided))


def orders_of(
    decision: Decision,
    measures: Measures,
    *,
    key: bytes,
    service: str,
    cause: str,
    targets: Mapping[TargetKind, tuple[str, ...]],
    causes: Mapping[str, str],
    values: Mapping[str, str],
) -> tuple[Order, ...]:
    """The orders a decision opens, each waiting for those its measure must come after.

    A measure has one order per target of its kind (two pieces of evidence, two seals). `causes` names
    measures that have another cause than the decision: a report's is its case.
    """
    made: dict[str, list[Order]] = {}
    for name in decision.measures:
        measure = measures[name]
        after = tuple(former.id for other in measure.after for former in made.get(other, ()))
        why = causes.get(name, cause)
        made[name] = [
            Order(
                id=order_id(key, why, name, Target(measure.target, target)),
                service=service,
                cause=why,
                measure=name,
                target=Target(measure.target, target),
                by=measure.by,
                after=after,
                values=values,
                may_fall_away=measure.irreversible or measure.adults_only,
            )
            for target in targets[measure.target]
        ]
    return tuple(order for orders in made.values() for order in orders)
