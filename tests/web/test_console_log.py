"""The pages about the log: heads with signatures, leaves by number, a proof that a stranger can check."""

import json

import pytest
from lxml import html
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat, signed_in

from hoede.app import Hoede
from hoede.audit.rules import leaf_hash

NOT_THERE = "There is no leaf of this number"
STOP = "The log does not match its proof. Stop and call whoever is on duty."


@pytest.fixture
def hoede(open_api: OpenApi) -> Hoede:
    """A log of its own, for some tests change it."""
    return open_api(public_url=URL).hoede


@pytest.fixture
def auditor(hoede: Hoede) -> Seat:
    taken = signed_in(hoede, "auditor")[0]
    while hoede.sequencer.run_once():
        pass
    return taken


def size(hoede: Hoede) -> int:
    """How many leaves have a number."""
    asked = "SELECT count(*) FROM leaf WHERE number IS NOT NULL"
    return hoede.db.read(lambda conn: int(conn.exec_driver_sql(asked).scalar_one()))


def execute(hoede: Hoede, statement: str) -> None:
    hoede.db.commit(lambda tx: tx.conn.exec_driver_sql(statement))


def test_the_newest_leaves_stand_on_the_first_page(hoede: Hoede, auditor: Seat) -> None:
    page = auditor.get("/console/log").text
    assert f'href="/console/log/{size(hoede) - 1}"' in page
    assert (f"covers {size(hoede)} leaves and is signed" in page, "session.opened" in page) == (True, True)


def test_leaves_are_paged_by_number(hoede: Hoede, auditor: Seat) -> None:
    page = auditor.get("/console/log?before=2").text
    assert [f'href="/console/log/{number}"' in page for number in (0, 1, 2)] == [True, True, False]
    assert "The next ones" not in page


def test_a_leaf_is_proved_on_its_page(hoede: Hoede, auditor: Seat) -> None:
    for number in range(size(hoede)):
        page = auditor.get(f"/console/log/{number}").text
        assert ("This leaf is in the log." in page, STOP in page) == (True, False)
        told = json.loads(next(html.fromstring(page).iter("textarea")).text or "")
        assert (told["number"], leaf_hash(told["leaf"].encode())) == (number, leaf_hash(body(hoede, number)))


def body(hoede: Hoede, number: int) -> bytes:
    asked = f"SELECT body FROM leaf WHERE number = {number}"  # noqa: S608 - a number
    return hoede.db.read(lambda conn: str(conn.exec_driver_sql(asked).scalar_one())).encode()


@pytest.mark.parametrize("number", ["999999", "-1", "x", "1e3", "\N{SUPERSCRIPT TWO}", "9" * 40])
def test_a_leaf_that_is_not_there_is_said_to_be_not_there(auditor: Seat, number: str) -> None:
    said = auditor.get(f"/console/log/{number}")
    assert (said.status_code, NOT_THERE in said.text) == (404, True)


@pytest.mark.parametrize("before", ["", "-1", "x", "9" * 40])
def test_a_page_asked_for_badly_is_the_first_one(hoede: Hoede, auditor: Seat, before: str) -> None:
    assert f'href="/console/log/{size(hoede) - 1}"' in auditor.get(f"/console/log?before={before}").text
    assert "Signed</span>" in auditor.get(f"/console/log/heads?before={before}").text


def test_every_head_stands_with_its_signature_and_the_keys(hoede: Hoede, auditor: Seat) -> None:
    page = auditor.get("/console/log/heads").text
    assert ("Signed</span>" in page, "Not signed by this log" in page) == (True, False)
    assert hoede.keys.log_key.public_bytes_raw().hex() in page


def test_a_leaf_that_somebody_changed_stops_who_reads_it(hoede: Hoede, auditor: Seat) -> None:
    execute(hoede, "UPDATE leaf SET body = '[\"<script>\"' WHERE number = 0")
    page = auditor.get("/console/log/0").text
    assert (STOP in page, "This leaf is in the log." in page, "<script>" in page) == (True, False, False)
    assert auditor.get("/console/log?before=1").status_code == 200


def test_a_head_that_somebody_changed_stops_who_reads_it(hoede: Hoede, auditor: Seat) -> None:
    execute(hoede, "UPDATE audit_head SET at = at + 1")
    assert [STOP in auditor.get(one).text for one in ("/console/log", "/console/log/heads")] == [True, True]
