"""Two judges that share no code, ours and the stand-in's, say the same of every document."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.reporting.documents import NOW, TEXTS, Trail, least, spoiled, trails

from hoede.reporting.cybertipline import FileDetails, Report, check
from hoede.reporting.cybertipline.examples import BATCHED, documents
from hoede.reporting.cybertipline.reading import Node
from hoede.simulators.cybertipline.rules import file_complaint, report_complaint
from hoede.simulators.cybertipline.schema import FILE_DETAILS, REPORT, first_complaint
from hoede.simulators.cybertipline.xml import parse


def ours(body: bytes, *, batched: bool = False) -> str | None:
    """What we say first; None when we take it."""
    return next((one.says for one in check(body, now=NOW, batched=batched)), None)


def theirs(body: bytes, *, batched: bool = False) -> str | None:
    there = parse(body)
    if there.tag == "report":
        said = first_complaint(there, REPORT, NOW) or report_complaint(there, lambda number: number > 0)
    else:
        said = first_complaint(there, FILE_DETAILS, NOW) or file_complaint(there, batched=batched)
    return None if said is None else said.text


def agree(root: Node, *, batched: bool = False) -> None:
    body = etree.tostring(root)
    mine, other = ours(body, batched=batched), theirs(body, batched=batched)
    assert (mine is None) == (other is None), (mine, other, body)


@given(spoiled(Report))
@settings(max_examples=120)
def test_both_say_the_same_of_a_report(root: Node) -> None:
    agree(root)


@given(spoiled(FileDetails), st.booleans())
@settings(max_examples=120)
def test_both_say_the_same_of_a_files_details(root: Node, batched: bool) -> None:  # noqa: FBT001 - as hypothesis gives it
    agree(root, batched=batched)


def borders(trail: Trail, *, new: bool) -> tuple[str, ...]:
    """Every text for a kind that was not met yet; else the longest and one letter more."""
    longest = trail[-1].kind.longest
    if new:
        return TEXTS
    return (" ",) if longest is None else ("x" * longest, "x" * (longest + 1))


@pytest.mark.parametrize("model", [Report, FileDetails])
def test_both_say_the_same_at_the_borders_of_every_element_and_attribute(model: type) -> None:
    met = set()
    for trail in trails(model):
        for told in borders(trail, new=trail[-1].kind not in met):
            agree(least(model, trail, told))
        met.add(trail[-1].kind)


@pytest.mark.parametrize("name", documents())
def test_both_take_every_example(name: str) -> None:
    body, batched = documents()[name], name.startswith(BATCHED)
    assert (ours(body, batched=batched), theirs(body, batched=batched)) == (None, None)


def test_every_element_and_attribute_there_is_stands_in_an_example() -> None:
    told = b"".join(documents().values())
    for model in (Report, FileDetails):
        for trail in trails(model):
            name = trail[-1].name.encode()
            assert b"<" + name in told or b" " + name + b"=" in told or trail[-1].is_text, name
