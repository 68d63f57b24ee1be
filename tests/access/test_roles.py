"""Roles as data: what the shipped table gives, and which tables refuse to be read."""

from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files

import pytest

from hoede.access import Permission, Roles, RolesError, RoleUnknown, parse_roles

SHIPPED = (files("hoede") / "access" / "roles.toml").read_text(encoding="utf-8")


@pytest.fixture
def roles() -> Roles:
    return parse_roles(SHIPPED)


def test_there_are_six_roles(roles: Roles) -> None:
    assert list(roles.may) == ["judge", "lead", "legal", "policy", "administrator", "auditor"]


@pytest.mark.parametrize(
    ("permission", "held_by"),
    [
        (Permission.PEOPLE_MANAGE, {"administrator"}),
        (Permission.CASE_JUDGE, {"judge", "lead"}),
        (Permission.EVIDENCE_RAW, {"lead", "legal"}),
        (Permission.AUDIT_READ, {"auditor"}),
        (Permission.POLICY_CHANGE, {"policy"}),
    ],
)
def test_what_can_harm_is_in_few_hands(roles: Roles, permission: Permission, held_by: set[str]) -> None:
    assert {name for name, may in roles.may.items() if permission in may} == held_by


def test_who_manages_people_sees_no_case_and_no_evidence(roles: Roles) -> None:
    seen = {one for one in Permission if one.startswith(("case.", "queue.", "evidence."))}
    assert roles.permitted(["administrator"]) & seen == set()


def test_evidence_policy_and_people_want_a_passkey_used_just_now(roles: Roles) -> None:
    assert roles.fresh == {
        Permission.CASE_HAND_OVER: timedelta(minutes=15),
        Permission.EVIDENCE_PREVIEW: timedelta(minutes=60),
        Permission.EVIDENCE_RAW: timedelta(minutes=5),
        Permission.PEOPLE_MANAGE: timedelta(minutes=15),
        Permission.POLICY_CHANGE: timedelta(minutes=15),
    }


def test_several_roles_may_what_each_may(roles: Roles) -> None:
    both = roles.permitted(["auditor", "policy"])
    assert both == roles.may["auditor"] | roles.may["policy"]


def test_no_role_and_a_role_that_is_gone_may_nothing(roles: Roles) -> None:
    assert (roles.permitted([]), roles.permitted(["king"])) == (frozenset(), frozenset())


def test_chosen_roles_stand_once_in_the_order_of_the_table(roles: Roles) -> None:
    assert roles.chosen(["auditor", "judge", "auditor"]) == ("judge", "auditor")


@pytest.mark.parametrize("names", [[], ["king"], ["judge", "king"], [""]])
def test_no_role_and_strange_roles_are_refused(roles: Roles, names: list[str]) -> None:
    with pytest.raises(RoleUnknown, match="Known are judge, lead"):
        roles.chosen(names)


CHANGED: dict[str, Callable[[str], str]] = {
    "'people.eat' is not a valid": lambda text: text.replace(
        '"people.manage", "orders', '"people.eat", "orders'
    ),
    "no role has audit.read": lambda text: text.replace('"audit.read", ', ""),
    "unexpected keyword argument": lambda text: text + "\n[colours]\n",
    "must be a list": lambda text: text.replace('["queue.see", "evidence.raw"', '"all" # ["queue.see"'),
    "whole number of at least 1": lambda text: text.replace("= 60", "= 0"),
    "must be a whole number": lambda text: text.replace("= 60", "= true"),
    "missing 1 required": lambda text: text.replace("[fresh_minutes]", "[other]"),
}


@pytest.mark.parametrize("says", CHANGED)
def test_a_table_that_is_wrong_refuses_to_start(says: str) -> None:
    with pytest.raises(RolesError):
        parse_roles(CHANGED[says](SHIPPED))


def test_a_permission_nobody_knows_is_named() -> None:
    with pytest.raises(RolesError, match=r"'people\.eat'"):
        parse_roles(SHIPPED.replace('"people.manage"', '"people.eat"'))
