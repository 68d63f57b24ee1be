"""Errors for machines: problem+json with stable codes, and no detail of what broke inside."""

from http import HTTPStatus

import pytest
from tests.web.api import Api, event, read
from tests.web.conftest import OpenApi

from hoede.web.problems import STATUS

KEYS = {"type", "title", "status", "code", "detail"}


def test_a_problem_is_complete_and_not_to_be_stored(api: Api) -> None:
    answer = api.tell(event(), b"")

    assert answer.body.keys() == KEYS
    assert (answer.body["status"], answer.body["title"]) == (422, HTTPStatus(422).phrase)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def test_the_type_of_a_problem_ends_in_its_code(api: Api) -> None:
    body = api.tell(event(), b"").body

    assert body["type"] == f"urn:hoede:problem:{body['code']}"


def test_an_unknown_address_for_machines_is_a_problem(api: Api) -> None:
    answer = read(api.http.get("/v1/nothing"))

    assert (answer.said, answer.body.keys()) == ((404, "not-found"), KEYS)


def test_an_unknown_address_for_people_is_a_page(api: Api) -> None:
    answer = api.http.get("/nothing")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_a_method_that_is_not_there_is_a_problem_that_names_the_others(api: Api) -> None:
    answer = read(api.http.get("/v1/events", headers=api.headers()))

    assert (answer.said, answer.headers["allow"]) == ((405, "http-405"), "POST")
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_breaks_inside_is_told_without_detail(open_api: OpenApi) -> None:
    api = open_api()
    api.hoede.db.commit(lambda tx: tx.conn.exec_driver_sql("DROP TABLE api_key"))

    answer = api.tell(event())

    assert answer.said == (500, "internal")
    assert [word for word in ("api_key", "SELECT", "Error") if word in answer.body["detail"]] == []


@pytest.mark.parametrize("code", STATUS)
def test_every_code_is_lower_case_words_with_a_status_of_errors(code: str) -> None:
    assert code.replace("-", "").isalpha()
    assert code == code.lower()
    assert 400 <= STATUS[code] < 600
