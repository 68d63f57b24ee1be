"""Documents to hold against both sides: whole ones from our model, and ways to spoil them."""

import copy
from datetime import UTC, datetime

from hypothesis import strategies as st
from lxml import etree

from hoede.reporting.cybertipline import FileDetails, Report
from hoede.reporting.cybertipline.kinds import Kind
from hoede.reporting.cybertipline.model import Part, parts_of
from hoede.reporting.cybertipline.reading import Node

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PAST, LATER = "2026-01-31T12:00:00Z", "2026-06-02T12:00:00Z"

# Texts that some element takes and most do not; each stands at some border.
TEXTS = (
    "",
    " ",
    "true",
    "false",
    "1",
    "0",
    "-1",
    "+7",
    "151",
    "150",
    "65535",
    "65536",
    "9223372036854775807",
    "9223372036854775808",
    "52.1",
    "1e3",
    "INF",
    "inf",
    "NaN",
    "1_0",
    PAST,
    PAST.removesuffix("Z"),
    PAST.replace("Z", "+02:00"),
    PAST.replace("Z", "+14:30"),
    PAST.replace("00Z", "00.123456789Z"),
    PAST.replace("-31T", "-32T"),
    f"{PAST}\n",  # not before it: libxml2 strips no space there, where Xerces does
    LATER,
    "2026-01-31",
    "2026-01-31Z",
    "20260131",
    "2026-06-01",
    "2010-02-30",
    "https://plein.example/a",
    "plein.example",
    "https://plein.example/a b",
    "desk@plein.example",
    "a@b.example",
    "desk at plein",
    "a" * 65 + "@plein.example",
    "192.0.2.7",
    "300.1.1.1",
    "::ffff:192.0.2.7",
    " ::1 ",
    "+31",
    "31",
    "+3111",
    "+31 20 5551234",
    "0031",
    "US",
    "NL",
    "XX",
    "NV",
    "Utrecht",
    "A1",
    "C1",
    "Upload",
    "Home",
    "Parent/Guardian",
    "Supplemental Reported",
    "EXIF",
    "VIRAL_POTENTIAL_MEME",
    "x" * 50,
    "x" * 51,
    "x" * 64,
    "x" * 101,
    "x" * 256,
    "x" * 257,
    "\u00e9" * 255,
    "x" * 2084,
    "x" * 3001,
    "\u00a0",
)
NAMES = sorted(
    {part.name for model in (Report, FileDetails) for block in [model] for part in parts_of(block)}
    | {"ipAddress", "countryCode", "region", "city", "email", "emailAddress", "phone", "age", "spam", "viral"}
)
ATTRIBUTES = (
    "type",
    "verified",
    "verificationDate",
    "countryCallingCode",
    "extension",
    "reason",
    "hashType",
    "disabledDate",
    "userNotifiedDate",
    "reenabledDate",
    "fleaCountry",
    "timestamp",
    "thirdPartyHostedContent",
    "accountType",
)


def filled(kind: Kind) -> str:
    """A text that this kind takes."""
    by_type = {
        "boolean": "true",
        "long": "4",
        "int": "5",
        "double": "52.1",
        "dateTime": PAST,
        "date": "2010-05-31",
    }
    if kind.values:
        return kind.values[-1] or kind.values[0]
    if kind.pattern:
        return "+31" if "+" in kind.pattern else "12"
    for told in (by_type.get(kind.xs), "words", "https://plein.example/a", "desk@plein.example", "192.0.2.7"):
        if told and (kind.flaw is None or kind.flaw(told, NOW) is None):
            return told
    raise AssertionError(f"nothing fits {kind}")


@st.composite
def whole(draw: st.DrawFn, model: type = Report) -> Node:
    """A document of our model with some of its parts, each filled with a text of its kind."""
    root = etree.Element(model.Meta.name)  # type: ignore[attr-defined] # both models have it
    _fill(draw, root, model)
    return root


def _fill(draw: st.DrawFn, node: Node, model: type) -> None:
    chosen: dict[str, Part] = {}
    for part in parts_of(model):
        if part.is_text:
            node.text = filled(part.kind)
        elif part.attribute:
            if part.required or draw(st.integers(0, 3)) == 0:
                node.set(part.name, filled(part.kind))
        elif part.either is not None and (part.either not in chosen or draw(st.booleans())):
            chosen[part.either] = part
    for part in parts_of(model):
        if not (part.attribute or part.is_text) and chosen.get(part.either or "", part) is part:
            _often(draw, node, part)


def _often(draw: st.DrawFn, node: Node, part: Part) -> None:
    must = part.required or (part.either or "").endswith("!")
    if must or draw(st.integers(0, 4)) == 0:
        for _ in range(draw(st.integers(1, 2)) if part.many else 1):
            _add(draw, node, part)


def _add(draw: st.DrawFn, node: Node, part: Part) -> None:
    child = etree.SubElement(node, part.name)
    if part.block is not None:
        _fill(draw, child, part.block)
    else:
        child.text = filled(part.kind)


@st.composite
def spoiled(draw: st.DrawFn, model: type = Report) -> Node:
    """Such a document with nothing to three things done to it, each of which may or may not matter."""
    root = draw(whole(model))
    for _ in range(draw(st.integers(0, 3))):
        _spoil(draw, root)
    return root


def _spoil(draw: st.DrawFn, root: Node) -> None:
    node = draw(st.sampled_from(list(root.iter())))
    parent = node.getparent()
    way = draw(
        st.sampled_from(("text", "text", "text", "attribute", "drop", "double", "swap", "add", "words"))
    )
    if way == "text" and len(node) == 0:
        node.text = draw(st.sampled_from(TEXTS))
    elif way == "words":
        node.text = draw(st.sampled_from((" ", "\n", "words")))
    elif way == "attribute":
        _set(draw, node)
    elif way == "add":
        node.insert(draw(st.integers(0, len(node))), etree.Element(draw(st.sampled_from(NAMES))))
    elif parent is not None:
        _move(way, node, parent)


def _set(draw: st.DrawFn, node: Node) -> None:
    there = sorted(str(name) for name in node.attrib)
    drop = draw(st.booleans())
    if there and drop:
        node.attrib.pop(draw(st.sampled_from(there)))
        return
    node.set(draw(st.sampled_from((*there, *ATTRIBUTES))), draw(st.sampled_from(TEXTS)))


def _move(way: str, node: Node, parent: Node) -> None:
    if way == "drop":
        parent.remove(node)
    elif way == "double":
        parent.insert(parent.index(node), copy.deepcopy(node))
    elif (before := node.getprevious()) is not None:
        parent.insert(parent.index(before), node)


Trail = tuple[Part, ...]


def trails(model: type) -> list[Trail]:
    """The way to every text and attribute of a model; a block that comes twice is entered twice."""
    found: list[Trail] = []
    for part in parts_of(model):
        if part.block is not None:
            found += [(part, *rest) for rest in trails(part.block)]
        else:
            found.append((part,))
    return found


def least(model: type, trail: Trail = (), told: str | None = None) -> Node:
    """The shortest document that has this text at the end of this trail, or its kind's own."""
    root = etree.Element(model.Meta.name)  # type: ignore[attr-defined] # likewise
    _least(root, model, trail, told)
    for person in root.iterfind("reporter/reportingPerson"):
        _with_email(person)
    return root


def _with_email(person: Node) -> None:
    """No schema asks for it, and the server does."""
    if person.find("email") is None:
        before = [one for one in person if one.tag in {"firstName", "lastName", "phone"}]
        email = etree.Element("email")
        email.text = "desk@plein.example"
        person.insert(len(before), email)


def _least(node: Node, model: type, trail: Trail, told: str | None) -> None:
    here = trail[0] if trail else None
    parts = parts_of(model)
    met: set[str | None] = {here.either} if here else set()
    for part in parts:
        if part is here or part.required or part.is_text or _must(part, met):
            met.add(part.either)
            says = told if part is here and told is not None else filled(part.kind)
            if part.is_text:
                node.text = says
            elif part.attribute:
                node.set(part.name, says)
            elif part.block is None:
                etree.SubElement(node, part.name).text = says
            else:
                child = etree.SubElement(node, part.name)
                _least(child, part.block, trail[1:] if part is here else (), told)


def _must(part: Part, met: set[str | None]) -> bool:
    """Whether one of these must be there and none is yet."""
    return bool(part.either and part.either.endswith("!") and part.either not in met)
