"""A visit to pages one signs in to: through which door, by whom, and what came with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hoede.access import Permission, Person, Session


class Access(StrEnum):
    """Who may pass a door that no permission of a role is for."""

    ANYONE = "anyone"
    SIGNED_IN = "signed-in"
    FRESH = "fresh"  # signed in, and a passkey was used just now


Needs = Permission | Access


@dataclass(frozen=True, slots=True)
class Menu:
    """A line of the rail: its icon, and the key of its words."""

    icon: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One route, and who may pass it."""

    name: str
    path: str
    method: str
    needs: Needs
    limited: bool = False  # tries are counted by address
    back: str = "/console"  # where to go on once a passkey was used for it
    menu: Menu | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent: the fields of a form, or JSON."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    json: Any = None

    def one(self, name: str) -> str:
        """The first value of a field, or nothing."""
        return next(iter(self.fields.get(name, ())), "")

    def part(self, name: str) -> Any:
        """A part of the JSON object, or None."""
        return self.json.get(name) if isinstance(self.json, dict) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request that a door let in."""

    request: Request
    door: Door
    doors: Sequence[Door]  # all of them, for the rail
    now: datetime
    session: Session | None
    cookie: str  # of a visitor who is not signed in
    may: frozenset[Permission]
    form: str  # what every form of this page must send back
    body: Body

    @property
    def signed_in(self) -> Session:
        """The session; behind every door that needs one there is one."""
        if self.session is None:
            raise RuntimeError(f"the door {self.door.name} lets in who is not signed in")
        return self.session

    @property
    def person(self) -> Person:
        return self.signed_in.person

    @property
    def bound_to(self) -> str:
        """What a challenge given in this visit is bound to."""
        return self.session.id if self.session else self.cookie

    @property
    def wants_json(self) -> bool:
        return self.body.json is not None


Answer = Callable[[Visit], Response]
