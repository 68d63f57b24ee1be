"""From what a judgment wants to what must be done about it. Pure: the preview and the deed are one plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hoede.core.orders import Order, OrderState, OrderView, Target, TargetKind, order_id
from hoede.db.orders import RESTORED
from hoede.enforcement import Measure
from hoede.evidence import EvidenceState
from hoede.flow.judge.facts import Content, Facts
from hoede.reporting import Correction
from hoede.review import AccountIs, Said

# What is graver on the same target: while it stands, the milder one is neither asked nor undone.
GRAVER: Mapping[str, str] = {"hold": "remove", "restrict_account": "close_account"}
TOLD = {"remove": "removed", "restrict_account": "restricted", "close_account": "closed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What should stand once it is done: by content, on the account, and of which copies a report tells."""

    content: Mapping[str, frozenset[str]]
    account: frozenset[str]
    reported: frozenset[str] = frozenset()  # contents
    reports: bool = False  # also where nothing is there but what somebody told
    protects: bool = False  # the account is the child's who was harmed: its letter says so
    opens_final: bool = True  # false: what nothing undoes may stay, and is never begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be done, each by its order; nothing of it runs twice."""

    opens: tuple[Order, ...] = ()
    supersedes: tuple[OrderView, ...] = ()
    resumes: tuple[OrderView, ...] = ()
    already: tuple[OrderView, ...] = ()  # asked, and done or under way
    corrects: tuple[Correction, ...] = ()  # what an authority was told otherwise

    def undoable(self, measures: Mapping[str, Measure]) -> tuple[Order, ...]:
        """Those of the new orders that an inverse undoes."""
        return tuple(one for one in self.opens if measures[one.measure].inverse)

    def final(self, measures: Mapping[str, Measure]) -> tuple[Order, ...]:
        """Those that nothing undoes, or not wholly."""
        return tuple(one for one in self.opens if measures[one.measure].irreversible)


def wants_of(facts: Facts, said: Said) -> Wants:
    """What an answer asks for; a content is judged as its files are, one without a file as the case."""
    by_file = {one.evidence: one.outcome for one in said.files}
    content, reported = {}, set()
    for one in facts.contents:
        outcomes = [by_file[copy.taken.id] for copy in one.copies if copy.taken.id in by_file] or [
            said.outcome
        ]
        content[one.id] = frozenset(name for outcome in outcomes for name in outcome.content)
        if any(outcome.report for outcome in outcomes):
            reported.add(one.id)
    return Wants(
        content=content,
        account=frozenset(said.outcome.account),
        reported=frozenset(reported),
        reports=bool(reported) or said.without_copy,
        protects=said.account_is is AccountIs.VICTIM,
    )


def wants_before(facts: Facts) -> Wants:
    """What the decisions asked for: what an undone judgment goes back to. Nothing final is begun."""
    reported = frozenset(one.id for one in facts.contents if "report" in one.decided)
    return Wants(
        content={one.id: one.decided for one in facts.contents},
        account=frozenset(facts.decided) - {"notify"},
        reported=reported,
        reports=bool(reported),
        opens_final=False,
    )


def plan(  # noqa: PLR0917 - what it stands on, what it wants, and what orders are made of
    facts: Facts,
    wants: Wants,
    cause: str,
    measures: Mapping[str, Measure],
    authorities: Iterable[str],
    names: bytes,
) -> Plan:
    """The difference between what stands and what should."""
    made = _Making(facts, wants, cause, measures, names)
    sealing = {one.id: made.preserve(one) for one in facts.contents}
    for one in facts.contents:
        made.settle(Target(TargetKind.CONTENT, one.id), wants.content[one.id], one.event, sealing[one.id])
    every_seal = tuple(order for ids in sealing.values() for order in ids)
    event = facts.contents[0].event if facts.contents else ""
    account = Target(TargetKind.ACCOUNT, facts.case.account)
    asked = wants.account if facts.adult else wants.account - made.adults_only
    made.settle(account, asked, event, every_seal, elsewhere=facts.elsewhere)
    made.report(tuple(authorities), sealing)
    made.letter(account, event)
    return made.plan()


@dataclass(slots=True)
class _Making:
    """A plan while it is being made."""

    facts: Facts
    wants: Wants
    cause: str
    measures: Mapping[str, Measure]
    names: bytes
    opens: dict[str, Order] = field(default_factory=dict)
    supersedes: dict[str, OrderView] = field(default_factory=dict)
    resumes: list[OrderView] = field(default_factory=list)
    already: list[OrderView] = field(default_factory=list)

    @property
    def adults_only(self) -> frozenset[str]:
        return frozenset(name for name, one in self.measures.items() if one.adults_only)

    def plan(self) -> Plan:
        return Plan(
            opens=tuple(self.opens.values()),
            supersedes=tuple(self.supersedes.values()),
            resumes=tuple(self.resumes),
            already=tuple(self.already),
        )

    def preserve(self, content: Content) -> tuple[str, ...]:
        """The sealings of this content that what is final must wait for; opens those that are asked."""
        waits = []
        for copy in content.copies:
            target = Target(TargetKind.EVIDENCE, copy.taken.id)
            under_way = self._last("preserve", target)
            if under_way is not None and under_way.state is OrderState.OPEN:
                waits.append(under_way.order.id)
            elif copy.state is EvidenceState.INTAKE and "preserve" in self.wants.content[content.id]:
                waits.append(self._open("preserve", target, content.event).id)
        return tuple(waits)

    def settle(
        self,
        target: Target,
        wanted: frozenset[str],
        event: str,
        sealing: tuple[str, ...],
        *,
        elsewhere: frozenset[str] = frozenset(),
    ) -> None:
        """Ask for what does not stand yet, undo what stands and is not wanted."""
        for name, measure in self.measures.items():
            # `notify` has no inverse and `release` is one: neither is a state that stands.
            if (
                measure.target is not target.kind
                or measure.inverse is None
                or not _stands(name, self.measures)
            ):
                continue
            stands = self._stands(name, measure.inverse, target)
            graver = GRAVER.get(name, "") in wanted
            if name in wanted:
                self._ask(measure, target, event, stands, sealing)
            elif stands is not None and not graver and name not in elsewhere:
                self._undo(measure, stands, event)

    def report(self, authorities: tuple[str, ...], sealing: Mapping[str, tuple[str, ...]]) -> None:
        """One report per case and authority: opened, resumed, under way, or no longer asked for."""
        there = [one for one in self.facts.orders if one.order.measure == "report"]
        alive = {one.order.target.id: one for one in there if one.state is not OrderState.SUPERSEDED}
        used = {one.order.id for one in there}
        for authority in authorities:
            stands = alive.get(authority)
            if self.wants.reports:
                self._ask_report(Target(TargetKind.AUTHORITY, authority), stands, used, sealing)
            elif stands is not None and stands.order.id not in self.facts.composed:
                self._supersede(stands)
            for one in (one for one in self.facts.supplements if one.order.target.id == authority):
                if self.wants.reports:
                    self.resumes.append(one)
                elif self.wants.opens_final:  # an undone judgment leaves it to the next one
                    self._supersede(one)
            # One that is composed may be under way: its worker takes it back where it still can.

    def letter(self, account: Target, event: str) -> None:
        """A letter of what is new, instead of one that was not sent yet and would tell what is not so."""
        old = [one for one in self.facts.orders if one.order.measure == "notify"]
        new = [one for one in self.opens.values() if one.measure in TOLD]
        is_changed = bool(self.opens or self.supersedes)
        for one in old:
            if is_changed and not one.begun:
                self._supersede(one)
        if "notify" in self.wants.account and new:
            acts = " ".join(sorted({TOLD[one.measure] for one in new}))
            more = {"protects": "yes"} if self.wants.protects else {}
            self._open("notify", account, event, tuple(one.id for one in new), acts=acts, **more)

    def _ask(
        self,
        measure: Measure,
        target: Target,
        event: str,
        stands: OrderView | None,
        sealing: tuple[str, ...],
    ) -> None:
        if stands is not None and stands.state is not OrderState.WAITING:
            self.already.append(stands)
            return
        if measure.irreversible and not self.wants.opens_final:
            return
        if stands is not None:
            self._supersede(stands)
        self._open(measure.name, target, event, sealing if "preserve" in measure.after else ())

    def _undo(self, measure: Measure, stands: OrderView, event: str) -> None:
        """End what was not begun; what may have been carried out is undone after it."""
        # A hold stands from the answer on, whether its webhook was sent or not.
        begun = stands.begun or measure.name == "hold"
        if begun and not self.wants.opens_final and _shows(measure):
            self.already.append(stands)  # nobody decided yet that it may be seen again
            return
        if stands.state is OrderState.WAITING or not begun:
            self._supersede(stands)
        if begun and measure.inverse is not None:
            after = (stands.order.id,) if stands.state is OrderState.OPEN else ()
            self._open(measure.inverse, stands.order.target, event, after)

    def _ask_report(
        self,
        target: Target,
        stands: OrderView | None,
        used: set[str],
        sealing: Mapping[str, tuple[str, ...]],
    ) -> None:
        if stands is not None and stands.state is OrderState.WAITING and stands.reason != RESTORED:
            self.resumes.append(stands)
        elif stands is not None:
            self.already.append(stands)
        elif self.wants.opens_final:
            after = tuple(order for content in sorted(self.wants.reported) for order in sealing[content])
            cause = self.facts.case.id
            if order_id(self.names, cause, "report", target) in used:
                cause = self.cause  # the first one was superseded by a judgment that counts no more
            told = (one.event for one in self.facts.contents if one.id in self.wants.reported)
            self._open("report", target, next(told, ""), after, cause=cause)

    def _stands(self, name: str, inverse: str, target: Target) -> OrderView | None:
        """The newest order of this measure, unless it was undone since."""
        last, undone = self._last(name, target), self._last(inverse, target)
        if last is None or (undone is not None and _place(self.facts, undone) > _place(self.facts, last)):
            return None
        return last

    def _last(self, name: str, target: Target) -> OrderView | None:
        seen = [one for one in self.facts.orders if one.order.measure == name and one.order.target == target]
        alive = [one for one in seen if one.state is not OrderState.SUPERSEDED]
        return alive[-1] if alive else None

    def _supersede(self, one: OrderView) -> None:
        if one.state in {OrderState.OPEN, OrderState.WAITING} and one.reason != RESTORED:
            self.supersedes[one.order.id] = one

    def _open(
        self,
        name: str,
        target: Target,
        event: str,
        after: tuple[str, ...] = (),
        *,
        cause: str | None = None,
        **more: str,
    ) -> Order:
        case, measure, why = self.facts.case, self.measures[name], cause or self.cause
        order = Order(
            id=order_id(self.names, why, name, target),
            service=case.service,
            cause=why,
            measure=name,
            target=target,
            by=measure.by,
            after=after,
            values={"account": case.account, "event": event, "case": case.id, "ground": "suspected"} | more,
        )
        self.opens[order.id] = order
        return order


def _stands(name: str, measures: Mapping[str, Measure]) -> bool:
    """Whether a measure puts something on its target; the table names it before what undoes it."""
    inverse = measures[name].inverse
    listed = list(measures)
    return inverse is not None and listed.index(name) < listed.index(inverse)


def _shows(measure: Measure) -> bool:
    """Whether undoing it would show a content that is still suspected."""
    return measure.irreversible and measure.target is TargetKind.CONTENT


def _place(facts: Facts, view: OrderView) -> int:
    return facts.orders.index(view)
