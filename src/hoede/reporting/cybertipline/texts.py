"""Texts of a document that no schema can judge: times, addresses, what must not be blank. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hoede.reporting.cybertipline.kinds import Kind
from hoede.reporting.cybertipline.model import Part, parts_of
from hoede.reporting.cybertipline.reading import Node


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, and with which element."""

    node: Node
    says: str


def text_flaws(node: Node, model: type, now: datetime) -> Iterator[Flaw]:
    """Flaws of every text and attribute of a document that its schema takes, in document order."""
    parts = parts_of(model)
    yield from _attributes(node, parts, now)
    yield from _own_text(node, parts, now)
    by_name = {one.name: one for one in parts if not one.attribute and not one.is_text}
    for child in node:
        part = by_name[str(child.tag)]
        if part.block is not None:
            yield from text_flaws(child, part.block, now)
        elif says := _flaw(part.kind, child.text or "", now):
            yield Flaw(child, f"{child.tag} {says}.")


def _attributes(node: Node, parts: tuple[Part, ...], now: datetime) -> Iterator[Flaw]:
    for part in parts:
        told = node.get(part.name) if part.attribute else None
        if told is not None and (says := _flaw(part.kind, str(told), now)):
            yield Flaw(node, f"{part.name} of {node.tag} {says}.")


def _own_text(node: Node, parts: tuple[Part, ...], now: datetime) -> Iterator[Flaw]:
    for part in parts:
        if part.is_text and (says := _flaw(part.kind, node.text or "", now)):
            yield Flaw(node, f"{node.tag} {says}.")


def _flaw(kind: Kind, told: str, now: datetime) -> str | None:
    return None if kind.flaw is None else kind.flaw(kind.collapsed(told), now)
