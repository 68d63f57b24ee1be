"""An age that somebody says is wrong: told over the API or on their own page, judged in the console."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.parts import api_key, fresh, prepare, settings
from tests.web.api import Api, Said, read
from tests.web.passkeys import Seat, signed_in
from tests.web.permits import answer, declared, somebody, years_ago
from tests.web.test_me import link, opened

from hoede import accounts
from hoede.access import Scope
from hoede.app import Hoede, build
from hoede.app.rehearsal import SERVICE
from hoede.config import ConfigError
from hoede.core.ages import REVIEWED
from hoede.db import orders
from hoede.review import age_store
from hoede.review import store as review
from hoede.review.age_store import AgeAppeal

WORDS = "I am 34;\nmy son set this phone up."
REASON = "The platform saw a passport."


@pytest.fixture(scope="module")
def desk(console: Hoede) -> Iterator[Api]:
    """The API of the Hoede whose console is open."""
    with TestClient(console.site, raise_server_exceptions=False) as http:
        yield Api(hoede=console, key=api_key(console.db), http=http)


@pytest.fixture(scope="module")
def judge(console: Hoede) -> Seat:
    return signed_in(console, "judge")[0]


def send(api: Api, account: str, *, key: str | None = None, api_key: str | None = None, **more: Any) -> Said:
    told = {"account": account, "words": WORDS} | more
    return read(api.http.post("/v1/age-appeals", json=told, headers=api.headers(key, api_key)))


def kept(api: Api, account: str) -> AgeAppeal:
    found = api.hoede.db.read(lambda conn: age_store.latest(conn, SERVICE, account))
    assert found is not None
    return found


def decide(api: Api, judge: Seat, account: str, outcome: str, basis: str = "") -> Any:
    """Take the case and answer by the form of its page."""
    here = f"/console/cases/{kept(api, account).case_id}"
    judge.post(f"{here}/take", at="/console/queue")
    told = {"outcome": outcome, "basis": basis, "reason": REASON}
    return judge.post(f"{here}/age", told, at=here)


def test_it_opens_a_case_with_a_days_clock_and_changes_nothing_else(api: Api) -> None:
    teen = somebody(api, 14)
    before = answer(api, teen, "go_live")

    said = send(api, teen, proofs=["platform-verified"])

    appeal = kept(api, teen)
    case = api.hoede.db.read(lambda conn: review.find_case(conn, appeal.case_id))
    assert case is not None
    assert case.due_at is not None
    assert (case.lane, (case.due_at - case.opened_at).total_seconds()) == ("age", 86_400)
    assert (appeal.words, appeal.proofs) == (WORDS, ("platform-verified",))
    assert (said.status, said.body["number"]) == (200, appeal.number)
    assert answer(api, teen, "go_live") == before == "refused"


def test_while_one_is_open_another_gets_its_receipt(api: Api) -> None:
    teen = somebody(api, 14)
    first, second = send(api, teen), send(api, teen, words="Look again.")
    assert first.body == second.body
    assert kept(api, teen).words == WORDS


def test_it_takes_no_case_about_content_and_no_file_joins_it(api: Api) -> None:
    teen = somebody(api, 14)
    send(api, teen)
    api.card(account=teen)
    case = api.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, teen))
    assert case is not None
    assert (case.lane, case.earlier) == ("minors", None)


def test_an_adult_has_nothing_to_ask(api: Api) -> None:
    assert send(api, somebody(api, 30)).said == (409, "age-not-in-doubt")


WRONG = [
    ({"words": " \n"}, "words"),
    ({"words": "x" * 4001}, "words"),
    ({"proofs": ["eu.europa.ec.av.1"]}, "proofs"),  # not one of this service's
    ({"document": "aGVsbG8="}, "document"),
]


@pytest.mark.parametrize(("told", "field"), WRONG)
def test_a_wrong_field_is_refused_by_name(api: Api, told: dict[str, Any], field: str) -> None:
    said = send(api, somebody(api, 14), **told)
    assert (said.said, said.fields) == ((422, "input-invalid"), [field])


def test_a_key_without_its_scope_may_not(api: Api) -> None:
    key = api_key(api.hoede.db, scopes=[Scope.EVENTS])
    assert send(api, somebody(api, 14), api_key=key).said == (403, "scope-missing")


def test_a_proof_that_no_adapter_reads_stops_the_start(tmp_path: Path) -> None:
    config = settings(tmp_path)
    service = config.services[SERVICE].model_copy(update={"age_proofs": {"tea-leaves": "https://a.example"}})
    prepare(config)
    with pytest.raises(ConfigError, match="there is no adapter tea-leaves"):
        build(config.model_copy(update={"services": {SERVICE: service}}))


def test_who_tells_accounts_cannot_say_that_a_person_here_found_an_age(api: Api) -> None:
    told = declared(years_ago(30)) | {"method": REVIEWED}
    said = api.put(fresh("account"), {"age_evidence": [told]})
    assert (said.said, said.fields) == ((422, "input-invalid"), ["age_evidence.0.method"])


def test_who_has_the_case_reads_the_words_and_what_is_known_of_the_age(desk: Api, judge: Seat) -> None:
    teen = somebody(desk, 14)
    send(desk, teen, proofs=["platform-verified"])
    here = f"/console/cases/{kept(desk, teen).case_id}"
    before = judge.get(here).text
    judge.post(f"{here}/take", at="/console/queue")
    page = judge.get(here).text
    assert ("my son set this phone up" in before, "my son set this phone up" in page) == (False, True)
    for said in ("Age doubted (24 h)", "said themselves", "<code>platform-verified</code>", "18 or over"):
        assert said in page
    assert f'action="{here}/preview"' not in page  # it is answered, not judged


def test_who_is_believed_is_an_adult_at_once_and_stays_one_when_told_anew(desk: Api, judge: Seat) -> None:
    teen = somebody(desk, 14)
    send(desk, teen)
    went = decide(desk, judge, teen, "age_adult", "document")
    now = [answer(desk, teen, "go_live"), answer(desk, teen, "gift", counterpart=somebody(desk, 30))]
    told = desk.put(teen, {"country": "NL", "age_evidence": [declared(years_ago(14))]}).body["age_band"]
    known = desk.hoede.db.read(lambda conn: accounts.account(conn, SERVICE, teen))
    assert (went.status_code, now, told) == (303, ["granted", "granted"], "18+")
    assert [one.method for one in known.age_evidence] == ["self-declared", REVIEWED]
    assert kept(desk, teen).basis == "document"


def test_who_is_not_believed_may_ask_again_after_a_month(desk: Api, judge: Seat) -> None:
    teen = somebody(desk, 14)
    send(desk, teen)
    decide(desk, judge, teen, "age_stays")
    again = send(desk, teen)
    assert answer(desk, teen, "go_live") == "refused"
    assert again.said == (409, "age-asked-lately")
    assert re.search(r"The next may come on \d{4}-\d{2}-\d{2}\.$", again.body["detail"])


def test_either_way_one_letter_is_on_its_way(desk: Api, judge: Seat) -> None:
    for outcome, basis in (("age_adult", "attestation"), ("age_stays", "")):
        teen = somebody(desk, 14)
        send(desk, teen)
        decide(desk, judge, teen, outcome, basis)
        seen = desk.hoede.db.read(orders.views)
        letters = [one for one in seen if one.order.values.get("age") == kept(desk, teen).number]
        assert [one.order.measure for one in letters] == ["notify"]


REFUSED = [
    ("age_adult", "", "Choose what it stands on"),  # on nothing
    ("age_adult", "horoscope", "Choose what it stands on"),
    ("age_adult", "record", "Choose what it stands on"),  # weighs less than the document there is
    ("no_violation", "document", "Choose an outcome"),  # of content, not of an age
    ("", "", "Choose an outcome"),
]


@pytest.mark.parametrize(("outcome", "basis", "says"), REFUSED)
def test_what_weighs_too_little_is_not_taken(
    desk: Api, judge: Seat, outcome: str, basis: str, says: str
) -> None:
    checked = declared(years_ago(14)) | {"assurance": "verified"}
    teen = somebody(desk, None, age_evidence=[checked])
    send(desk, teen)
    went = decide(desk, judge, teen, outcome, basis)
    assert (went.status_code, says in went.text) == (422, True)
    assert kept(desk, teen).outcome is None


def test_a_case_of_content_is_not_answered_with_an_age(desk: Api, judge: Seat) -> None:
    desk.card(account=(account := fresh("account")))
    case = desk.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, account))
    assert case is not None
    here = f"/console/cases/{case.id}"
    judge.post(f"{here}/take", at="/console/queue")
    went = judge.post(f"{here}/age", {"outcome": "age_stays", "reason": REASON}, at=here)
    assert went.status_code == 404


def test_on_ones_own_page_a_person_can_be_asked_and_the_receipt_stands_there(api: Api) -> None:
    teen = somebody(api, 14)
    page = opened(api, teen)
    assert ('href="https://plein.example/age"' in page, 'type="file"' in page) == (True, False)

    sent = api.http.post(
        link(api, teen).replace("/me?", "/me/age?") + "&lang=en",
        data={"words": WORDS, "proof.platform-verified": "on", "proof.other": "on"},
        follow_redirects=False,
    )

    after = opened(api, teen)
    assert (sent.status_code, sent.headers["location"].endswith("#age")) == (303, True)
    assert (kept(api, teen).number in after, "/me/age" in after) == (True, False)
    assert kept(api, teen).proofs == ("platform-verified",)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("  ", "There is nothing written yet"),
        ("x" * 4001, "This is too long"),
        ("x" * 300_000, "far too long"),
    ],
    ids=["empty", "long", "huge"],
)
def test_what_is_wrong_with_the_form_is_said(api: Api, words: str, says: str) -> None:
    there = link(api, somebody(api, 14)).replace("/me?", "/me/age?")
    sent = api.http.post(f"{there}&lang=en", data={"words": words})
    assert (sent.status_code, says in sent.text) == (422, True)


def test_a_form_of_another_site_or_behind_an_old_link_is_not_taken(api: Api) -> None:
    teen = somebody(api, 14)
    there = link(api, teen).replace("/me?", "/me/age?")
    foreign = api.http.post(there, data={"words": WORDS}, headers={"sec-fetch-site": "cross-site"})
    forged = api.http.post("/me/age?h=x", data={"words": WORDS})
    assert (foreign.status_code, forged.status_code) == (403, 410)
    assert api.hoede.db.read(lambda conn: age_store.latest(conn, SERVICE, teen)) is None


def test_an_adult_sees_no_question_about_their_age(api: Api) -> None:
    assert "/me/age" not in opened(api, somebody(api, 30))
