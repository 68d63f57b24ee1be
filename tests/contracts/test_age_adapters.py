"""What every adapter for evidence of an age keeps to, ours and others'."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema_rs
import pytest
from pydantic import ValidationError

from hoede.accounts.port import AgeClaim
from hoede.accounts.registry import StillToCome, all_age_adapters, read_claim
from hoede.accounts.rules import bounds
from hoede.core.ages import Assurance
from hoede.web.inlined import inlined

LONGEST_NAME = 64
ADAPTERS = all_age_adapters()
LATER = datetime(2200, 1, 1, tzinfo=UTC)  # whatever an example says, it was said by then
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
NONSENSE: tuple[Any, ...] = ({}, [], "horoscope\n", -1, True)


@pytest.fixture(params=ADAPTERS.values(), ids=list(ADAPTERS))
def adapter(request: pytest.FixtureRequest) -> type[AgeClaim]:
    found: type[AgeClaim] = request.param
    return found


def refused(adapter: type[AgeClaim], claim: Any) -> bool:
    try:
        read_claim(adapter, claim, LATER)
    except ValidationError:
        return True
    return False


def test_it_is_registered_under_its_own_name(adapter: type[AgeClaim]) -> None:
    assert ADAPTERS[adapter.name] is adapter
    assert 0 < len(adapter.name) <= LONGEST_NAME


def test_it_says_in_a_line_what_it_reads(adapter: type[AgeClaim]) -> None:
    assert adapter.__doc__
    assert adapter.examples


def test_each_example_is_worth_what_it_says(adapter: type[AgeClaim]) -> None:
    for example in adapter.examples:
        found = read_claim(adapter, example.claim, LATER)
        lower, upper = bounds(found, found.as_of)
        assert (found.assurance, lower, upper) == (example.assurance, example.lower or 0, example.upper)
        assert (found.method, bool(found.issuer)) == (adapter.name, True)


def test_reading_again_finds_the_same(adapter: type[AgeClaim]) -> None:
    for example in adapter.examples:
        first, second = (read_claim(adapter, example.claim, LATER) for _ in range(2))
        assert first == second


def test_some_of_what_it_reads_is_checked_less_than_the_best(adapter: type[AgeClaim]) -> None:
    assert min(one.assurance for one in adapter.examples) < Assurance.VERIFIED


def test_what_it_must_not_take_it_refuses(adapter: type[AgeClaim]) -> None:
    assert adapter.wrong
    assert [one for one in adapter.wrong if not refused(adapter, one)] == []


def test_a_key_that_is_not_its_own_is_refused(adapter: type[AgeClaim]) -> None:
    for example in adapter.examples:
        assert refused(adapter, {**example.claim, "picture_of_document": "aGVsbG8="})


def test_without_what_it_needs_nothing_is_taken(adapter: type[AgeClaim]) -> None:
    needed = [name for name, field in adapter.model_fields.items() if field.is_required()]
    assert needed
    for name in needed:
        claim = {key: value for key, value in adapter.examples[0].claim.items() if key != name}
        assert refused(adapter, claim), name


@pytest.mark.parametrize("nonsense", NONSENSE, ids=repr)
def test_nonsense_in_any_field_is_refused(adapter: type[AgeClaim], nonsense: Any) -> None:
    claim = adapter.examples[0].claim
    assert [name for name in claim if not refused(adapter, {**claim, name: nonsense})] == []


def test_what_was_said_in_the_future_is_refused(adapter: type[AgeClaim]) -> None:
    for example in adapter.examples:
        with pytest.raises(StillToCome):
            read_claim(adapter, example.claim, LONG_AGO)


def test_no_statement_is_of_a_day_after_it_was_told(adapter: type[AgeClaim]) -> None:
    for example in adapter.examples:
        found = read_claim(adapter, example.claim, LATER)
        noon = datetime.combine(found.as_of, datetime.min.time(), UTC) + timedelta(hours=12)
        assert read_claim(adapter, example.claim, noon) == found


def test_what_makes_somebody_younger_does_not_end(adapter: type[AgeClaim]) -> None:
    """Else a day would come on which somebody is older because nobody said anything."""
    for example in adapter.examples:
        found = read_claim(adapter, example.claim, LATER)
        if "until" not in example.claim and (found.upper is not None or found.born is not None):
            assert found.until is None


def test_its_examples_are_as_its_description_says(adapter: type[AgeClaim]) -> None:
    described = inlined(adapter)
    assert [one for one in adapter.examples if not jsonschema_rs.is_valid(described, one.claim)] == []
    assert not jsonschema_rs.is_valid(described, {**adapter.examples[0].claim, "more": 1})


def test_there_are_adapters() -> None:
    assert ADAPTERS
