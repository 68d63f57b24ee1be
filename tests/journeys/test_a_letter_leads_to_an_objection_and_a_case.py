"""Whoever was closed out reads the letter through its link, objects there, and a person will look."""

import hashlib
from collections.abc import Iterator

import httpx2
import pytest
from tests.journeys.scene import DECLARED, VERIFIED, Scene

from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.review import Grounds
from hoede.review import store as review

WHY = "It was a test picture.\nPlease look again."


def sent_letter(play: Scene, account: str) -> httpx2.URL:
    """The link as the platform got it, at the address where this Hoede answers."""
    told = play.platform.ledger.orders.values()
    (letter,) = [one["letter"] for one in told if one["account"] == account and one["letter"]]
    return httpx2.URL(f"{play.url}{httpx2.URL(letter['appeal_url']).path}")


@pytest.fixture
def closed_out(shared: Scene) -> str:
    shared.upload(account := shared.person(VERIFIED))
    shared.settle()
    return account


@pytest.fixture
def link(shared: Scene, closed_out: str) -> httpx2.URL:
    return sent_letter(shared, closed_out)


@pytest.fixture
def browser() -> Iterator[httpx2.Client]:
    with httpx2.Client(follow_redirects=True, headers={"accept-language": "en"}) as client:
        yield client


def objections(play: Scene) -> list[str]:
    """Accounts of the cases that somebody's objection opened."""
    waiting = play.hoede.db.read(review.queue)
    return [one.account for one in waiting if one.grounds is Grounds.OBJECTION]


def test_the_link_opens_the_letter_and_how_to_object(browser: httpx2.Client, link: httpx2.URL) -> None:
    page = browser.get(link)

    assert (page.status_code, 'name="why"' in page.text) == (200, True)


def test_the_page_tells_nothing_of_how_we_knew(
    browser: httpx2.Client, link: httpx2.URL, closed_out: str
) -> None:
    text = browser.get(link).text.lower()

    assert [word for word in ("ncmec", "sha256", "md5", "rehearsal list", closed_out) if word in text] == []


def test_an_objection_opens_a_case_that_names_the_one_it_is_about(
    shared: Scene, browser: httpx2.Client, link: httpx2.URL, closed_out: str
) -> None:
    known = shared.case(closed_out)

    page = browser.post(link, data={"why": WHY})

    waiting = shared.hoede.db.read(review.queue)
    (case,) = [one for one in waiting if one.account == closed_out]
    assert (page.status_code, case.grounds, case.lane, case.earlier) == (
        200,
        Grounds.OBJECTION,
        "appeals",
        known.id,
    )


def test_an_objection_gets_a_number_that_stays(browser: httpx2.Client, link: httpx2.URL) -> None:
    first = browser.post(link, data={"why": WHY}).text

    assert browser.get(link).text == first


def test_a_second_objection_gets_the_first_ones_receipt_and_no_second_case(
    shared: Scene, browser: httpx2.Client, link: httpx2.URL, closed_out: str
) -> None:
    first = browser.post(link, data={"why": WHY}).text

    again = browser.post(link, data={"why": "Once more"}).text

    assert again == first
    assert objections(shared).count(closed_out) == 1


def test_an_empty_objection_is_asked_for_again(
    shared: Scene, browser: httpx2.Client, link: httpx2.URL
) -> None:
    before = objections(shared)

    page = browser.post(link, data={"why": "  "})

    assert (page.status_code, objections(shared)) == (422, before)


def test_a_link_that_is_none_of_ours_opens_nothing(shared: Scene, browser: httpx2.Client) -> None:
    assert browser.get(f"{shared.url}/appeal/{'a' * 26}").status_code == 404


def test_the_link_itself_is_kept_nowhere(shared: Scene, link: httpx2.URL) -> None:
    word = link.path.rpartition("/")[2].encode()
    files = [one for one in shared.folder.rglob("*") if one.is_file() and one.name != "ballast"]

    assert len(word) == 26
    assert [one.name for one in files if word in one.read_bytes()] == []


def test_the_digest_of_the_link_is_what_is_kept(shared: Scene, link: httpx2.URL) -> None:
    word = link.path.rpartition("/")[2]

    row = shared.hoede.db.read(lambda conn: review.letter_behind(conn, word))

    assert row is not None
    assert review.link_digest(word) == hashlib.sha256(word.encode()).hexdigest()


def test_a_restricted_person_gets_a_letter_and_may_object_too(shared: Scene, browser: httpx2.Client) -> None:
    shared.upload(account := shared.person(DECLARED))
    shared.settle()

    page = browser.post(sent_letter(shared, account), data={"why": WHY})

    assert (page.status_code, objections(shared).count(account)) == (200, 1)


def test_an_objection_does_not_become_the_case_that_later_uploads_join(
    shared: Scene, browser: httpx2.Client, link: httpx2.URL, closed_out: str
) -> None:
    browser.post(link, data={"why": WHY})

    case = shared.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, closed_out))

    assert case is not None
    assert case.grounds is Grounds.KNOWN


def test_an_objection_has_its_leaf(shared: Scene, browser: httpx2.Client, link: httpx2.URL) -> None:
    browser.post(link, data={"why": WHY})

    assert verify_log(shared.hoede.db, shared.hoede.keys).wrong == ()
