"""The nouns a schema is written in: kinds of text, attributes, elements, slots. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

_SPACE = re.compile("[ \t\n\r]+")  # XML's own; no other space is collapsed
Flaw = Callable[[str, datetime], str | None]  # text, now -> what is wrong with it


def no_flaw(_text: str, _now: datetime) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of text: its type in the schema document, and what the server checks besides."""

    xs: str = "string"
    longest: int | None = None  # characters
    values: tuple[str, ...] = ()
    flaw: Flaw = no_flaw

    def complaint(self, text: str, now: datetime) -> str | None:
        """What is wrong with the text, in the words of Xerces where it has some; None when nothing is."""
        seen = text if self.xs == "string" else _SPACE.sub(" ", text).strip(" ")
        if self.values and seen not in self.values:
            return (
                f"cvc-enumeration-valid: Value '{seen}' is not facet-valid with respect to enumeration "
                f"'[{', '.join(self.values)}]'. It must be a value from the enumeration."
            )
        if self.longest is not None and len(seen) > self.longest:
            return (
                f"cvc-maxLength-valid: Value with length = '{len(seen)}' is not facet-valid "
                f"with respect to maxLength '{self.longest}'."
            )
        return self.flaw(seen, now)


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """An element: either text of a kind, or slots that its children fill in order."""

    name: str
    kind: Kind | None = None
    slots: "tuple[Slot, ...]" = ()
    attributes: tuple[Attribute, ...] = ()
    any_order: bool = False  # xs:all: each slot once at most, in any order


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a sequence that one of its options fills, `least` to `most` times (None: no end)."""

    options: tuple[Element, ...]
    least: int
    most: int | None

    def option(self, name: str) -> Element | None:
        return next((element for element in self.options if element.name == name), None)

    def has_room(self, seen: int) -> bool:
        return self.most is None or seen < self.most


def leaf(name: str, kind: Kind, *attributes: Attribute) -> Element:
    return Element(name, kind, attributes=attributes)


def branch(name: str, *slots: Slot, attributes: tuple[Attribute, ...] = ()) -> Element:
    return Element(name, slots=slots, attributes=attributes)


def one(*options: Element) -> Slot:
    return Slot(options, 1, 1)


def maybe(*options: Element) -> Slot:
    return Slot(options, 0, 1)


def many(*options: Element) -> Slot:
    return Slot(options, 0, None)


def some(*options: Element) -> Slot:
    return Slot(options, 1, None)
