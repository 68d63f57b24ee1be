"""Whoever wants to report something on Plein is handed over to Hoede's page, whoever they are."""

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from standardwebhooks.webhooks import Webhook
from starlette.testclient import TestClient
from tests.demo.test_plein import (
    NEXT_SECRET,
    SECRET,
    FakeHoede,
    eventually,
    hoede,
    joined,
    order,
    plein,
    settings,
    upload,
)

from hoede.core.handover import Handover, read_handover

__all__ = ["hoede", "joined", "plein", "settings"]  # fixtures


def handed_over(plein: TestClient, path: str) -> tuple[str, Handover]:
    """Where a tap leads: the page, and who reports what by the signed word."""
    answer = plein.get(path, follow_redirects=False)
    assert answer.status_code == 303
    url = urlsplit(answer.headers["location"])
    word = parse_qs(url.query)["h"][0]
    handed = read_handover(word, {"plein": (SECRET,)}, datetime.now(UTC))
    assert isinstance(handed, Handover)
    return f"{url.scheme}://{url.netloc}{url.path}", handed


def test_a_picture_is_reported_with_who_made_it_and_who_reports(plein: TestClient, joined: str) -> None:
    post = upload(plein)
    plein.post("/join", data={"name": "Bo", "born": "2010-02-28", "country": "NL"})
    reporter = plein.get("/admin/me").json()["id"]
    assert f"/report/posts/{post}" in plein.get(f"/posts/{post}").text

    page, handed = handed_over(plein, f"/report/posts/{post}")
    assert page == "http://hoede.test/report"
    assert (handed.subject, handed.content, handed.reporter) == (joined, post, reporter)
    assert handed.since == datetime.now(UTC).date()


def test_a_person_is_reported_as_a_whole(plein: TestClient, joined: str) -> None:
    _, handed = handed_over(plein, f"/report/people/{joined}")
    assert (handed.subject, handed.content) == (joined, None)


def test_who_is_not_signed_in_reports_too(plein: TestClient, joined: str) -> None:
    post = upload(plein)
    plein.post("/sign-out")
    _, handed = handed_over(plein, f"/report/posts/{post}")
    assert (handed.reporter, handed.since) == (None, None)


@pytest.mark.parametrize("measure", ["restrict_account", "close_account"])
def test_who_is_limited_or_closed_out_reports_too(plein: TestClient, joined: str, measure: str) -> None:
    post = upload(plein)
    order(plein, "ord_1", measure, joined)
    _, handed = handed_over(plein, f"/report/posts/{post}")
    assert handed.reporter == joined


def test_each_tap_makes_a_link_of_its_own(plein: TestClient, joined: str) -> None:
    links = [handed_over(plein, f"/report/people/{joined}")[1].once for _ in range(2)]
    assert links[0] != links[1]


@pytest.mark.parametrize("path", ["/report/posts/none", "/report/people/none"])
def test_what_is_not_there_cannot_be_reported(plein: TestClient, path: str) -> None:
    assert plein.get(path).status_code == 404


def test_ones_own_picture_has_no_link_to_report_it(plein: TestClient, joined: str) -> None:
    post = upload(plein)
    assert "/report/posts/" not in plein.get(f"/posts/{post}").text + plein.get("/").text


def test_a_picture_that_is_gone_is_said_to_be_gone(plein: TestClient, hoede: FakeHoede, joined: str) -> None:
    post = upload(plein)
    order(plein, "ord_1", "remove", post)
    for name, wanted in (("ord_2", post), ("ord_3", "never-there")):
        want(plein, name, wanted)
        assert eventually(partial(hoede.receipts.__contains__, (name, GONE)))


GONE: dict[str, Any] = {"done": False, "reason": "gone"}


def want(plein: TestClient, name: str, content: str) -> None:
    at, target = datetime.now(UTC), {"kind": "content", "id": content}
    data = {"order": name, "measure": "want", "target": target, "account": "a", "case": "case_1"}
    body = json.dumps({"timestamp": at.isoformat(), "data": data})
    signature = Webhook(NEXT_SECRET).sign(name, at, body)
    signed = {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    assert plein.post("/hooks/hoede", content=body, headers=signed).status_code == 204
