"""Roles as data: what each may do, and for which of it a passkey must have been used just now. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from hoede.core.errors import HoedeError


class Permission(StrEnum):
    """One thing a person may do here."""

    QUEUE_SEE = "queue.see"
    CASE_CLAIM = "case.claim"
    CASE_JUDGE = "case.judge"
    CASE_LEAD = "case.lead"  # take what waits for a lead
    CASE_HAND_OVER = "case.hand_over"  # to an authority
    SECOND_CHECK = "second.check"
    APPEAL_JUDGE = "appeal.judge"
    EVIDENCE_PREVIEW = "evidence.preview"
    EVIDENCE_RAW = "evidence.raw"
    ORDERS_SEE = "orders.see"
    ORDERS_ACT = "orders.act"
    REPORTS_SEE = "reports.see"
    PEOPLE_MANAGE = "people.manage"
    AUDIT_READ = "audit.read"
    POLICY_SEE = "policy.see"
    POLICY_CHANGE = "policy.change"
    QUALITY_SEE = "quality.see"  # figures, golden cases, disagreements
    QUALITY_KEEP = "quality.keep"  # make, settle, write


class RolesError(HoedeError):
    """The table of roles is not one we can act on."""

    code = "roles-invalid"


class RoleUnknown(HoedeError):
    """There is no such role. The roles stand in docs/reference/roles.md."""

    code = "role-unknown"


@dataclass(frozen=True, slots=True)
class Roles:
    """What each role may do, in the order of the table."""

    may: Mapping[str, frozenset[Permission]]
    fresh: Mapping[Permission, timedelta]  # how long ago a passkey may have been used; absent: any time

    def permitted(self, names: Iterable[str]) -> frozenset[Permission]:
        """What these roles may do together; a role that is gone from the table may do nothing."""
        return frozenset().union(*(self.may.get(name, frozenset()) for name in names))

    def listed(self, names: Iterable[str]) -> tuple[Permission, ...]:
        """Likewise, in the order people read them."""
        held = self.permitted(names)
        return tuple(one for one in Permission if one in held)

    def chosen(self, names: Iterable[str]) -> tuple[str, ...]:
        """These roles once each, in the order of the table; raises `RoleUnknown`, for none as well."""
        wanted = set(names)
        if strange := sorted(wanted - set(self.may)):
            raise RoleUnknown(f"There is no role {strange[0]}. Known are {', '.join(self.may)}.")
        if not wanted:
            raise RoleUnknown(f"Name a role at least. Known are {', '.join(self.may)}.")
        return tuple(name for name in self.may if name in wanted)


def parse_roles(text: str) -> Roles:
    """Read `roles.toml`; raises `RolesError` naming what is wrong."""
    try:
        return _roles(**tomllib.loads(text))
    except (AttributeError, TypeError, ValueError) as error:
        raise RolesError(str(error)) from error


def _roles(*, roles: Mapping[str, list[str]], fresh_minutes: Mapping[str, int]) -> Roles:
    may = {name: frozenset(Permission(one) for one in _listed(name, given)) for name, given in roles.items()}
    if unused := [one for one in Permission if not any(one in held for held in may.values())]:
        raise ValueError(f"no role has {unused[0]}")
    fresh = {
        Permission(name): timedelta(minutes=_minutes(name, given)) for name, given in fresh_minutes.items()
    }
    return Roles(MappingProxyType(may), MappingProxyType(fresh))


def _listed(name: str, given: object) -> list[str]:
    if not isinstance(given, list) or not given:
        raise TypeError(f"{name} must be a list of permissions")
    return given


def _minutes(name: str, given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise ValueError(f"fresh_minutes.{name} must be a whole number of at least 1")
    return given
