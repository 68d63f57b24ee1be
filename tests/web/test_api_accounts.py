"""Telling who an account is."""

from typing import Any

import pytest
from tests.parts import fresh
from tests.web.api import Api, Said, read

from hoede import accounts
from hoede.app.rehearsal import SERVICE
from hoede.core.ages import Assurance

DECLARED = {
    "method": "self-declared",
    "assurance": "declared",
    "issuer": "plein",
    "as_of": "2026-11-01",
    "born": "1990-03-01",
}
DEVICE = {
    "issuer": "plein-app",
    "told_on": "2026-11-01",
    "signal": "apple-declared-age-range",
    "declared": "guardianDeclared",
    "lower": 13,
    "upper": 15,
}
ATTESTED = {
    "issuer": "age-provider.example",
    "issued_at": "2026-11-01T00:00:00Z",
    "valid_until": "2999-01-30T00:00:00Z",
    "elements": {"age_over_18": True},
}


def test_the_answer_tells_the_band(api: Api) -> None:
    account = fresh("account")

    answer = api.put(account, {"age_evidence": [DECLARED], "zone": "Europe/Amsterdam", "locale": "nl-NL"})

    assert (answer.status, answer.body) == (200, {"id": account, "age_band": "18+"})


BANDS = [
    ([], "13-15"),  # unknown counts as the strictest that may be here
    ([DECLARED | {"born": "2015-01-01"}], "under-13"),
    ([DECLARED | {"born": "2012-01-01"}], "13-15"),
    ([DECLARED | {"born": "2010-01-01"}], "16-17"),
    ([DECLARED | {"until": "2026-11-02T00:00:00Z"}], "13-15"),  # expired: as if never told
]


@pytest.mark.parametrize(("evidence", "band"), BANDS)
def test_the_band_follows_from_the_evidence(api: Api, evidence: list[dict[str, Any]], band: str) -> None:
    assert api.put(fresh("account"), {"age_evidence": evidence}).body["age_band"] == band


def test_what_is_told_takes_the_place_of_what_was_told_before(api: Api) -> None:
    account = fresh("account")
    api.put(account, {"country": "NL", "screen_name": "noor", "age_evidence": [DECLARED]})

    api.put(account, {"country": "BE"})

    known = api.hoede.db.read(lambda conn: accounts.account(conn, SERVICE, account))
    assert (known.country, known.screen_name, known.age_evidence) == ("BE", None, ())


def test_evidence_from_the_future_is_refused(api: Api) -> None:
    answer = api.put(fresh("account"), {"age_evidence": [DECLARED, DECLARED | {"as_of": "2999-01-01"}]})

    assert (answer.said, answer.fields) == ((422, "input-invalid"), ["age_evidence.1.as_of"])


def claims(*told: tuple[str, Any]) -> dict[str, Any]:
    return {"age_claims": [{"adapter": adapter, "claim": claim} for adapter, claim in told]}


def test_a_raw_claim_is_read_by_its_adapter_and_kept_beside_other_evidence(api: Api) -> None:
    account = fresh("account")

    answer = api.put(account, claims(("device-age-range", DEVICE)) | {"age_evidence": [DECLARED]})

    known = api.hoede.db.read(lambda conn: accounts.account(conn, SERVICE, account))
    assert answer.body["age_band"] == "13-15"  # a guardian's word beats one's own
    assert [one.method for one in known.age_evidence] == ["self-declared", "device-age-range"]
    assert known.age_evidence[1].assurance is Assurance.VOUCHED


def test_an_attestation_that_nobody_checked_is_worth_what_anybody_can_say(api: Api) -> None:
    said, checked = fresh("account"), fresh("account")
    teen = DECLARED | {"born": "2012-01-01", "assurance": "vouched"}

    bands = [
        api.put(one, claims(("eu.europa.ec.av.1", attested)) | {"age_evidence": [teen]}).body["age_band"]
        for one, attested in ((said, ATTESTED), (checked, ATTESTED | {"verified_by": "plein"}))
    ]

    assert bands == ["13-15", "18+"]


WRONG_CLAIMS = [
    (("tea-leaves", {}), "age_claims.0.adapter"),
    (("self-declared", {}), "age_claims.0.claim.issuer"),
    (("device-age-range", DEVICE | {"lower": "13"}), "age_claims.0.claim.lower"),
    (("device-age-range", DEVICE | {"declared": "VERIFIED"}), "age_claims.0.claim"),
    (("device-age-range", DEVICE | {"told_on": "2999-01-01"}), "age_claims.0.claim"),
    (("eu.europa.ec.av.1", ATTESTED | {"document": "aGk="}), "age_claims.0.claim.document"),
]


@pytest.mark.parametrize(("told", "field"), WRONG_CLAIMS)
def test_a_claim_that_is_wrong_is_refused_by_name(api: Api, told: tuple[str, Any], field: str) -> None:
    answer = api.put(fresh("account"), claims(told))

    assert (answer.said, answer.fields[0]) == ((422, "input-invalid"), field)


def test_of_a_batch_with_a_wrong_claim_nothing_is_kept_and_its_place_is_named(api: Api) -> None:
    first = fresh("account")
    told = [{"id": first, "country": "NL"}, {"id": fresh("account"), **claims(("tea-leaves", {}))}]

    answer = batch(api, {"accounts": told})

    known = api.hoede.db.read(lambda conn: accounts.account(conn, SERVICE, first))
    assert (answer.fields, known.country) == (["accounts.1.age_claims.0.adapter"], None)


def test_many_accounts_are_told_at_once(api: Api) -> None:
    first, second = fresh("account"), fresh("account")
    told = {"accounts": [{"id": first, "age_evidence": [DECLARED]}, {"id": second, "country": "NL"}]}

    answer = batch(api, told)

    assert [(one["id"], one["age_band"]) for one in answer.body["accounts"]] == [
        (first, "18+"),
        (second, "13-15"),
    ]


def test_the_same_batch_again_is_answered_the_same(api: Api) -> None:
    account, key = fresh("account"), fresh("key")
    first = batch(api, {"accounts": [{"id": account, "country": "NL"}]}, key=key)
    api.put(account, {"country": "BE"})

    again = batch(api, {"accounts": [{"id": account, "country": "NL"}]}, key=key)

    known = api.hoede.db.read(lambda conn: accounts.account(conn, SERVICE, account))
    assert (again.body, known.country) == (first.body, "BE")


def test_of_a_batch_with_something_wrong_nothing_is_kept(api: Api) -> None:
    first, second = fresh("account"), fresh("account")
    late = [DECLARED | {"as_of": "2999-01-01"}]

    answer = batch(api, {"accounts": [{"id": first, "country": "NL"}, {"id": second, "age_evidence": late}]})

    known = api.hoede.db.read(lambda conn: accounts.account(conn, SERVICE, first))
    assert (answer.fields, known.country) == (["accounts.1.age_evidence.0.as_of"], None)


def batch(api: Api, told: Any, **more: Any) -> Said:
    return read(api.http.post("/v1/accounts:batch", json=told, headers=api.headers(**more)))


WRONG = [
    ({"birthday": "1990-01-01"}, "birthday"),
    ({"country": "nl"}, "country"),
    ({"country": "NLD"}, "country"),
    ({"zone": "Europe/Atlantis"}, "zone"),
    ({"locale": "dutch!"}, "locale"),
    ({"screen_name": "x" * 256}, "screen_name"),
    ({"age_evidence": [DECLARED | {"assurance": "sure"}]}, "age_evidence.0.assurance"),
    ({"age_evidence": [DECLARED | {"born": "2027-01-01"}]}, "age_evidence.0"),  # born after it was said
    ({"age_evidence": [DECLARED | {"lower": 18}]}, "age_evidence.0"),  # a birth date or bounds
    ({"age_evidence": [DECLARED | {"born": None}]}, "age_evidence.0"),  # neither
    ({"age_evidence": [DECLARED | {"born": 0}]}, "age_evidence.0.born"),  # 1970, by accident
    ({"age_evidence": [DECLARED | {"born": None, "lower": "18"}]}, "age_evidence.0.lower"),
    ({"age_evidence": [DECLARED | {"born": None, "lower": True}]}, "age_evidence.0.lower"),
    ({"age_evidence": [DECLARED | {"until": "2026-11-02T00:00:00"}]}, "age_evidence.0.until"),
    ({"age_evidence": [DECLARED | {"until": "9999-12-31T23:59:59-23:00"}]}, "age_evidence.0.until"),
    ({"age_evidence": [DECLARED] * 21}, "age_evidence"),
]


@pytest.mark.parametrize(("told", "field"), WRONG)
def test_a_wrong_field_is_refused_by_name(api: Api, told: dict[str, Any], field: str) -> None:
    answer = api.put(fresh("account"), told)

    assert (answer.said, answer.fields) == ((422, "input-invalid"), [field])


@pytest.mark.parametrize("account", ["x" * 256, "%00", "a%09b"])
def test_an_account_id_that_cannot_be_is_refused(api: Api, account: str) -> None:
    assert api.put(account, {}).said == (422, "input-invalid")


def test_an_account_id_of_two_lines_is_at_no_address(api: Api) -> None:
    assert api.put("a%0Ab", {}).said == (404, "not-found")


def test_an_account_id_may_have_a_slash(api: Api) -> None:
    answer = api.put("people%2Fnoor", {})

    assert (answer.status, answer.body["id"]) == (200, "people/noor")


def test_a_whole_number_may_be_written_as_json_allows(api: Api) -> None:
    told = {"age_evidence": [DECLARED | {"born": None, "lower": 18.0}]}

    assert api.put(fresh("account"), told).body["age_band"] == "18+"


def test_an_account_that_does_not_say_it_is_json_is_refused(api: Api) -> None:
    answer = api.http.put("/v1/accounts/noor", content=b"{}", headers=api.headers())

    assert read(answer).said == (415, "media-type-unsupported")


def test_the_values_of_wrong_fields_are_not_told_back(api: Api) -> None:
    answer = api.put(fresh("account"), {"zone": "MARKER-4711", "country": "MARKER-4711"})

    assert "MARKER-4711" not in str(answer.body)


def test_accounts_of_two_services_are_two_accounts(api: Api) -> None:
    account = fresh("account")
    api.put(account, {"country": "NL"})

    other = api.hoede.db.read(lambda conn: accounts.account(conn, "other", account))

    assert other.country is None


def test_erasing_what_looks_like_a_part_of_an_account_leaves_the_account(api: Api) -> None:
    """A slash may be part of an id: `x/policy` is another account than `x`."""
    account = fresh("account")
    api.put(account, {"screen_name": "noor"})
    answer = api.http.delete(f"/v1/accounts/{account}/policy", headers={"authorization": f"Bearer {api.key}"})
    assert (answer.status_code, answer.json()["id"]) == (200, f"{account}/policy")
    known = api.hoede.db.read(lambda conn: accounts.account(conn, SERVICE, account))
    assert known.screen_name == "noor"


def test_an_account_is_erased_for_the_service_of_the_key(api: Api) -> None:
    account = fresh("account")
    api.put(account, {"screen_name": "noor"})
    refused = api.http.delete(f"/v1/accounts/{account}", headers={"authorization": "Bearer hk_a_b"})
    done = api.http.delete(f"/v1/accounts/{account}", headers={"authorization": f"Bearer {api.key}"})
    assert (refused.status_code, done.status_code) == (401, 200)
    known = api.hoede.db.read(lambda conn: accounts.account(conn, SERVICE, account))
    assert known.screen_name is None


def test_an_address_names_all_its_methods(api: Api) -> None:
    answer = api.http.request("OPTIONS", f"/v1/accounts/{fresh('account')}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, PUT")
