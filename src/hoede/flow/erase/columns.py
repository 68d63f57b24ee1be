"""The table of every column: whose it is, why it is kept, until when, and how it goes. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from hoede.core.errors import HoedeError


class ColumnsInvalid(HoedeError):
    """The table of columns is not one we can follow."""

    code = "columns-invalid"


class Whose(StrEnum):
    """Whose data it is."""

    ACCOUNT = "account"
    REPORTER = "reporter"
    GUARDIAN = "guardian"
    STAFF = "staff"
    NOBODY = "nobody"


class Scope(StrEnum):
    """With what a row goes."""

    ACCOUNT = "account"
    EVENT = "event"
    CASE = "case"
    EVIDENCE = "evidence"
    DECISION = "decision"
    JUDGMENT = "judgment"
    NOTICE = "notice"
    ORDER = "order"
    PAIRING = "pairing"
    MENTIONS = "mentions"  # the account's id stands in the column's JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Columns that are kept for one reason."""

    names: tuple[str, ...]
    why: str
    until: str
    withheld: bool = False  # not given to who asks for their own data
    unlinked: tuple[str, ...] = ()  # emptied where they name an account that is erased


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRule:
    """A table of the database."""

    name: str
    about: str
    whose: Whose
    groups: tuple[Group, ...]
    erased: tuple[tuple[Scope, str], ...] = ()  # with what, by which column
    leaf: tuple[str, ...] = ()  # its leaves are about these, with a slash between
    given: bool = False

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(name for group in self.groups for name in group.names)


Columns = Mapping[str, TableRule]


def parse_columns(text: str) -> Columns:
    """Read the table; an unknown word, or a column named twice, is an error."""
    try:
        return MappingProxyType({name: _table(name, **row) for name, row in tomllib.loads(text).items()})
    except (TypeError, ValueError) as error:
        raise ColumnsInvalid(str(error)) from error


@cache
def shipped_columns() -> Columns:
    return parse_columns((files("hoede.flow.erase") / "columns.toml").read_text(encoding="utf-8"))


def _table(
    name: str,
    *,
    about: str,
    whose: str,
    columns: list[Mapping[str, Any]],
    erased: list[str] | None = None,
    leaf: list[str] | None = None,
    given: bool = False,
) -> TableRule:
    groups = tuple(_group(name, **one) for one in columns)
    names = [each for group in groups for each in group.names]
    if twice := sorted({each for each in names if names.count(each) > 1}):
        raise ValueError(f"{name}: {twice[0]} stands there twice")
    ways = tuple(_way(name, one, names) for one in erased or ())
    if strange := set(leaf or ()) - set(names):
        raise ValueError(f"{name}: leaf names {min(strange)}, which is no column of it")
    return TableRule(
        name=name,
        about=about,
        whose=Whose(whose),
        groups=groups,
        erased=ways,
        leaf=tuple(leaf or ()),
        given=given,
    )


def _way(table: str, told: str, names: list[str]) -> tuple[Scope, str]:
    scope, _, column = told.partition(":")
    if column not in names:
        raise ValueError(f"{table}: erased names {column or told}, which is no column of it")
    return Scope(scope), column


def _group(
    table: str,
    *,
    names: list[str],
    why: str,
    until: str,
    withheld: bool = False,
    unlinked: list[str] | None = None,
) -> Group:
    if not names or not why or not until:
        raise ValueError(f"{table}: a group of columns has no names, no reason or no end")
    return Group(names=tuple(names), why=why, until=until, withheld=withheld, unlinked=tuple(unlinked or ()))
