"""The API's own description, which generators and testers read."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.web.api import Api

from hoede.web.shapes import AccountIn, AgeAppealIn, EventIn, NoticeIn, ReceiptIn

TAKING = {
    "/v1/heartbeats": "post",
    "/v1/accounts/{account}": "put",
    "/v1/accounts/{account}/choices/{setting}": "put",
    "/v1/accounts:batch": "post",
    "/v1/events": "post",
    "/v1/guardians/{guardian}/age": "put",
    "/v1/notices": "post",
    "/v1/appeals": "post",
    "/v1/age-appeals": "post",
    "/v1/orders/{order}/receipt": "post",
    "/v1/permits": "post",
}
PUBLIC = {"/v1/audit/head"}  # needs no key
ROUTES = TAKING | {
    "/v1/accounts/{account}/policy": "get",
    "/v1/notices/{notice}": "get",
    "/v1/audit/head": "get",
    "/v1/accounts/{account}/usage": "get",
}


@pytest.fixture(scope="session")
def described(api: Api) -> Any:
    return api.http.get("/openapi.json").json()


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON document."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(inner)


def test_it_is_openapi_3_1(described: Any) -> None:
    assert described["openapi"].startswith("3.1.")


def test_it_describes_the_routes_for_platforms_and_nothing_else(described: Any) -> None:
    assert {path: next(iter(methods)) for path, methods in described["paths"].items()} == ROUTES


def test_every_reference_leads_somewhere(described: Any) -> None:
    there = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}

    assert {one["$ref"] for one in parts(described) if "$ref" in one} <= there


@pytest.mark.parametrize(("path", "method"), TAKING.items())
def test_every_route_says_what_it_takes_and_gives(described: Any, path: str, method: str) -> None:
    route = described["paths"][path][method]

    assert route["summary"]
    assert route["description"]
    assert all(one["schema"] for one in route["requestBody"]["content"].values())
    assert route["responses"]["200"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize(("path", "method"), ROUTES.items())
def test_every_route_names_its_problems(described: Any, path: str, method: str) -> None:
    answers = described["paths"][path][method]["responses"]

    due = ("422", "503") if path in PUBLIC else ("401", "403", "422", "503")
    assert [code for code in due if code not in answers] == []


@pytest.mark.parametrize(
    "path", ["/v1/events", "/v1/notices", "/v1/appeals", "/v1/age-appeals", "/v1/orders/{order}/receipt"]
)
def test_an_idempotency_key_is_asked_for_on_every_post(described: Any, path: str) -> None:
    told = described["paths"][path]["post"]["parameters"]

    assert [one["required"] for one in told if one["name"] == "Idempotency-Key"] == [True]


@pytest.mark.parametrize("shape", [AccountIn, AgeAppealIn, EventIn, NoticeIn, ReceiptIn])
def test_every_example_is_one_that_would_be_taken(shape: type[EventIn]) -> None:
    examples = shape.model_json_schema()["examples"]

    assert examples
    assert [shape.model_validate(one) for one in examples]


def test_media_by_its_address_is_described_and_how_it_fails(described: Any) -> None:
    route = described["paths"]["/v1/events"]["post"]
    schema = route["requestBody"]["content"]["application/json"]["schema"]

    assert "media_hosts" in schema["properties"]["media_url"]["description"]
    assert "502" in route["responses"]


def test_times_are_described_as_text(described: Any) -> None:
    schema = described["paths"]["/v1/events"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert schema["properties"]["at"]["format"] == "date-time"
