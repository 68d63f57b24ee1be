"""A platform or a checker says what a guardian proved of their age."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.parts import api_key
from tests.web.api import Api, Said, read
from tests.web.family import guardian

from hoede.access import Scope
from hoede.app.rehearsal import SERVICE

TODAY = datetime.now(UTC).date()
PROOF = {
    "method": "document",
    "assurance": "verified",
    "issuer": "somebody else",
    "as_of": TODAY.isoformat(),
    "lower": 18,
}


@pytest.fixture
def person(api: Api) -> str:
    return guardian(api.hoede)[1]


def prove(api: Api, person: str, key: str | None = None, **changes: Any) -> Said:
    headers = {"authorization": f"Bearer {key or api.key}"}
    return read(api.http.put(f"/v1/guardians/{person}/age", json=PROOF | changes, headers=headers))


def proofs(api: Api, person: str) -> list[tuple[str, str]]:
    kept, _ = api.hoede.pair.people.known(person)
    assert kept is not None
    return [(one.method, one.issuer) for one in kept.age_evidence]


def test_what_is_proved_is_kept_as_said_by_whose_key_it_is(api: Api, person: str) -> None:
    answer = prove(api, person)

    assert (answer.status, answer.body) == (200, {"guardian": person})
    assert proofs(api, person) == [("document", SERVICE)]


def test_told_again_it_takes_the_place_of_what_was_told(api: Api, person: str) -> None:
    prove(api, person)
    prove(api, person, lower=30)

    assert len(proofs(api, person)) == 1


def test_a_number_that_is_nobodys_is_unknown(api: Api) -> None:
    assert prove(api, "per_0").said == (404, "guardian-unknown")


def test_a_key_without_the_scope_proves_nothing(api: Api, person: str) -> None:
    other = api_key(api.hoede.db, scopes=[Scope.ACCOUNTS])

    assert prove(api, person, other).said == (403, "scope-missing")
    assert proofs(api, person) == []


WRONG = [
    {"lower": None},  # says nothing of an age
    {"assurance": "sure"},
    {"as_of": (TODAY + timedelta(days=3)).isoformat()},  # still to come
    {"parent": True},  # nobody proves that here
]


@pytest.mark.parametrize("changes", WRONG)
def test_what_is_no_evidence_is_refused(api: Api, person: str, changes: dict[str, Any]) -> None:
    assert prove(api, person, **changes).said == (422, "input-invalid")
    assert proofs(api, person) == []
