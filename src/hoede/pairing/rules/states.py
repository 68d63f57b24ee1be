"""The states of a pairing, and the table of what leads from one to another. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hoede.core.errors import HoedeError


class State(StrEnum):
    DRAFT = "draft"
    INVITED = "invited"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    ACTIVE = "active"
    FROZEN = "frozen"
    ENDING = "ending"
    ENDED = "ended"


BEFORE = frozenset({State.DRAFT, State.INVITED, State.ACCEPTED, State.CONFIRMED})
COUNTS = frozenset({State.ACTIVE, State.ENDING})  # a guardian's limits are in force
STANDS = frozenset({*COUNTS, State.FROZEN})


class By(StrEnum):
    """Who does something with a pairing."""

    TEEN = "teen"
    GUARDIAN = "guardian"
    PERSON = "person"
    CLOCK = "clock"
    SERVICE = "service"


ENDS = frozenset({By.TEEN, By.GUARDIAN})
_ROLES = frozenset({"inviter", "guest"})


class Mode(StrEnum):
    """How limits come about."""

    LIMITS = "limits"  # the guardian sets, the teen can ask
    AGREEMENT = "agreement"  # both propose, both sign; no locks


class Cause(StrEnum):
    """Why a pairing froze or ended. Nobody outside is told: all of them look the same."""

    LAPSED = "lapsed"  # somebody did not say again that it is right
    UNASSURED = "unassured"  # the proof that the guardian is an adult ran out
    SAFE_EXIT = "safe_exit"
    SHUT_OUT = "shut_out"  # a person found that this guardian may not pair


class StatesError(HoedeError):
    """The table of states is not one we can act on."""

    code = "pairing-states-invalid"


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the table."""

    name: str
    sources: frozenset[State]
    to: State
    by: frozenset[str]
    says: str


Acts = Mapping[str, Act]


def parse_acts(text: str) -> Acts:
    """Read `states.toml`; `StatesError` names the row that is wrong, or the state that leads nowhere."""
    try:
        acts = {name: _act(name, **table) for name, table in tomllib.loads(text).items()}
        _check(acts)
    except (TypeError, ValueError) as error:
        raise StatesError(str(error)) from error
    return MappingProxyType(acts)


def _act(name: str, *, to: str, by: list[str], says: str, **more: list[str]) -> Act:
    sources = more.pop("from", None)
    if not sources or more or not says:
        raise ValueError(f"{name}: needs from, to, by and says, and nothing else")
    if strange := sorted(set(by) - {*By, *_ROLES}):
        raise ValueError(f"{name}: by names {strange[0]}, who is nobody")
    return Act(name, frozenset(map(State, sources)), State(to), frozenset(by), says)


def _check(acts: Acts) -> None:
    """No state without a way on that needs nobody's help, and none that nobody of the two can leave."""
    for state in set(State) - {State.ENDED}:
        ways = [one for one in acts.values() if state in one.sources and one.to is not state]
        if not any(By.CLOCK in one.by for one in ways):
            raise ValueError(f"{state}: time alone never ends it")
        if not any(one.by & {*ENDS, *_ROLES} for one in ways):
            raise ValueError(f"{state}: neither of the two can leave it")
    if any(State.ENDED in one.sources for one in acts.values()):
        raise ValueError("ended: nothing leads on from it")


def allows(acts: Acts, state: State, act: str, by: By, invited_by: By | None = None) -> State | None:
    """The state after an act, or None where the table has no such way for who does it."""
    row = acts.get(act)
    if row is None or state not in row.sources or not row.by & _roles(by, invited_by):
        return None
    return row.to


def _roles(by: By, invited_by: By | None) -> set[str]:
    if by not in ENDS or invited_by is None:
        return {by}
    return {by, "inviter" if by is invited_by else "guest"}
