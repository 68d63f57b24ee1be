"""Somebody reports in two taps, by a link from the platform; links that open nothing help all the same."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.parts import fresh
from tests.web.api import Api
from tests.web.conftest import OpenApi
from tests.web.families import Phone, guardian, pair, phone
from tests.web.test_api_trouble import locked

from hoede.app.rehearsal import SERVICE
from hoede.client import handover_link
from hoede.config import read_secret
from hoede.db import Transaction
from hoede.flow.pair import Guardian
from hoede.pairing import mails
from hoede.review import notice_store as notices
from hoede.review.notice_store import NoticeRow
from hoede.review.notices import LONGEST_WORDS, NoticeAnswer, Reason, Source
from hoede.words import catalogue

SENT = {"reason": "pressure", "words": "He asked where I live."}


@pytest.fixture
def visitor(api: Api) -> TestClient:
    """A browser that was never here."""
    return TestClient(api.hoede.site, headers={"accept-language": "en"}, follow_redirects=True)


def link_of(api: Api, *, minutes_ago: int = 0, **more: Any) -> str:
    """A link as the platform makes it, without the host."""
    told = {"subject": fresh("account"), "reporter": fresh("reporter"), "content": "pic-1"} | more
    url = handover_link(
        "https://hoede.example",
        [read_secret(api.hoede.config.services[SERVICE].webhook_secret_files[0])],
        service=SERVICE,
        now=datetime.now(UTC) - timedelta(minutes=minutes_ago),
        **told,
    )
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def about(api: Api, subject: str) -> list[NoticeRow]:
    asked = "SELECT id FROM notice WHERE subject = ?"
    ids = api.hoede.db.read(lambda conn: conn.exec_driver_sql(asked, (subject,)).scalars().all())
    return [api.hoede.db.read(partial(notices.known, notice_id=one)) for one in ids]


def run(tx: Transaction, statement: str) -> None:
    tx.conn.exec_driver_sql(statement)


def test_the_page_asks_what_is_wrong_and_offers_every_reason(api: Api, visitor: TestClient) -> None:
    page = visitor.get(link_of(api))

    assert page.status_code == 200
    assert [one for one in Reason if f'value="{one}"' not in page.text] == []
    assert "What is wrong?" in page.text


def test_choosing_and_sending_makes_a_notice_with_a_receipt(api: Api, visitor: TestClient) -> None:
    subject = fresh("account")
    page = visitor.post(link_of(api, subject=subject, reporter="a-3", content="pic-9"), data=SENT)

    (row,) = about(api, subject)
    said = row.notice
    assert (said.source, said.reporter, said.content, said.words) == (
        Source.PERSON,
        "a-3",
        "pic-9",
        SENT["words"],
    )
    assert (said.reason, said.locale) == (Reason.PRESSURE, "en")
    assert (page.status_code, page.url.path.startswith("/report/")) == (200, True)
    assert row.number in page.text


def test_own_words_are_not_needed(api: Api, visitor: TestClient) -> None:
    subject = fresh("account")
    visitor.post(link_of(api, subject=subject), data={"reason": "other"})

    assert [row.notice.words for row in about(api, subject)] == [None]


def test_the_receipt_shows_how_far_it_is_and_what_came_of_it(api: Api, visitor: TestClient) -> None:
    subject = fresh("account")
    receipt = visitor.post(link_of(api, subject=subject), data=SENT).url.path
    (row,) = about(api, subject)
    assert "A person looks; child safety goes first." in visitor.get(receipt).text
    api.hoede.db.commit(lambda tx: notices.looking(tx, row.case_id))
    assert "A person is looking at it now" in visitor.get(receipt).text
    for outcome in NoticeAnswer:
        change = f"UPDATE notice SET outcome = '{outcome}'"  # noqa: S608 - a word of our own
        api.hoede.db.commit(partial(run, statement=change))
        assert catalogue("en").texts[f"report.out.{outcome}"] in visitor.get(receipt).text


def test_the_receipt_tells_nothing_of_whom_it_was_about(api: Api, visitor: TestClient) -> None:
    subject, reporter = fresh("account"), fresh("reporter")
    page = visitor.post(link_of(api, subject=subject, reporter=reporter), data=SENT).text

    assert [word for word in (subject, reporter, SENT["words"], "pressure", "pic-1") if word in page] == []


def test_nothing_chosen_is_asked_for_again_and_the_words_stay(api: Api, visitor: TestClient) -> None:
    link = link_of(api, subject=(subject := fresh("account")))
    page = visitor.post(link, data={"words": "my <b>words</b>"})

    assert (page.status_code, about(api, subject)) == (422, [])
    assert "Choose one of these first" in page.text
    assert "my &lt;b&gt;words&lt;/b&gt;" in page.text
    assert visitor.post(link, data=SENT).status_code == 200  # the link was not used up


@pytest.mark.parametrize("reason", ["", "boredom", "PRESSURE", "pressure\x00", "' OR 1=1"])
def test_a_reason_nobody_knows_is_asked_for_again(api: Api, visitor: TestClient, reason: str) -> None:
    assert visitor.post(link_of(api), data={"reason": reason}).status_code == 422


def test_words_that_are_too_long_come_back_whole(api: Api, visitor: TestClient) -> None:
    words = "x" * (LONGEST_WORDS + 1)
    page = visitor.post(link_of(api), data={"reason": "bully", "words": words})

    assert (page.status_code, words in page.text) == (422, True)
    assert 'value="bully" required checked' in page.text


def test_a_body_that_is_far_too_large_is_not_read_to_its_end(api: Api, visitor: TestClient) -> None:
    page = visitor.post(link_of(api), content=b"words=" + b"x" * 300_000)

    assert (page.status_code, "far too long" in page.text) == (422, True)


def closed(page: httpx2.Response, title: str) -> None:
    """The page says what to do, and help is in reach."""
    assert title in page.text
    assert "tel:112" in page.text
    assert 'href="/help"' in page.text


def test_a_link_that_is_too_old_opens_nothing_and_helps(api: Api, visitor: TestClient) -> None:
    link = link_of(api, minutes_ago=16)
    for page in (visitor.get(link), visitor.post(link, data=SENT)):
        assert page.status_code == 410
        closed(page, "This page was open for too long")


def test_a_link_works_once(api: Api, visitor: TestClient) -> None:
    subject = fresh("account")
    link = link_of(api, subject=subject)
    visitor.post(link, data=SENT)
    for page in (visitor.get(link), visitor.post(link, data={"reason": "bully"})):
        assert page.status_code == 410
        closed(page, "This was sent already")
        assert about(api, subject)[0].number not in page.text
    assert len(about(api, subject)) == 1


def test_a_second_tap_on_send_leads_to_the_same_receipt(api: Api, visitor: TestClient) -> None:
    link = link_of(api)
    first, second = (visitor.post(link, data=SENT) for _ in range(2))

    assert (second.status_code, second.url) == (first.status_code, first.url)


def forged(link: str) -> list[str]:
    word = parse_qs(urlsplit(link).query)["h"][0]
    payload, _, mac = word.partition(".")
    return [
        "/report",
        "/report?h=",
        "/report?h=x",
        "/report?h=.",
        f"/report?h={payload}",
        f"/report?h={payload}.",
        f"/report?h={payload}.{mac[:-2]}",
        f"/report?h=A{payload[1:]}.{mac}",
        f"/report?h={payload}.{mac[::-1]}.{mac[::-1]}",
        f"/report?h={payload}.{mac}.{mac}.{mac}.{mac}.{mac}.{mac}",
        f"/report?h={'A' * 20_000}",
        "/report?h=%00%ff",
        "/report?h=é.ü",
    ]


def test_a_forged_link_opens_nothing_and_helps(api: Api, visitor: TestClient) -> None:
    for link in forged(link_of(api)):
        for page in (visitor.get(link), visitor.post(link, data=SENT)):
            assert page.status_code == 410, link
            closed(page, "This link does not work")


@pytest.mark.parametrize("link", ["a" * 26, "a" * 5000, "%00", "x%ff"])
def test_a_receipt_that_is_none_opens_nothing_and_helps(api: Api, visitor: TestClient, link: str) -> None:
    page = visitor.get(f"/report/{link}")

    assert page.status_code == 404
    assert 'href="/help"' in page.text


def test_while_the_database_is_busy_the_page_opens_and_what_was_typed_comes_back(open_api: OpenApi) -> None:
    api = open_api()
    visitor = TestClient(api.hoede.site, headers={"accept-language": "en"})
    link = link_of(api)
    with locked(api):
        shown, kept = visitor.get(link), visitor.post(link, data=SENT)
    assert (shown.status_code, kept.status_code) == (200, 503)
    assert ("send it again in a moment" in kept.text, SENT["words"] in kept.text) == (True, True)
    assert 'value="pressure" required checked' in kept.text
    assert visitor.post(link, data=SENT, follow_redirects=True).status_code == 200


def test_another_site_cannot_send_the_form(api: Api, visitor: TestClient) -> None:
    subject = fresh("account")
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        page = visitor.post(link_of(api, subject=subject), data=SENT, headers=headers)
        assert page.status_code == 403
    assert about(api, subject) == []


def test_the_pages_are_shown_in_no_frame_and_kept_nowhere(api: Api, visitor: TestClient) -> None:
    link = link_of(api)
    for page in (visitor.get(link), visitor.post(link, data=SENT), visitor.get("/report?h=x")):
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"


def test_the_page_speaks_dutch_and_keeps_its_link(api: Api, visitor: TestClient) -> None:
    page = visitor.get(link_of(api, locale="nl"))

    assert "Wat is er mis?" in page.text
    assert "?h=" in page.text.partition('hreflang="en"')[0].rpartition("href=")[2]


def test_a_link_for_another_service_signed_by_this_one_is_forged(api: Api, visitor: TestClient) -> None:
    secret = read_secret(api.hoede.config.services[SERVICE].webhook_secret_files[0])
    url = handover_link("", [secret], service="market", subject="a", now=datetime.now(UTC))

    assert visitor.get(url).status_code == 410


def one_pair(api: Api) -> tuple[Phone, Guardian]:
    mine, theirs = phone(api), guardian(api)
    pair(api, mine, theirs)
    return mine, theirs


def letters(api: Api, theirs: Guardian) -> list[str]:
    return [subject for subject, _ in api.hoede.db.read(lambda conn: mails.to(conn, theirs.person))]


def test_who_is_paired_may_tell_their_guardian_and_nothing_is_ticked(api: Api) -> None:
    mine, _ = one_pair(api)

    page = api.http.get(link_of(api, reporter=mine.account)).text

    assert 'name="tell"' in page
    assert "checked>" not in page
    assert 'name="tell"' not in api.http.get(link_of(api, reporter=phone(api).account)).text


def test_a_guardian_is_told_roughly_what_and_once_and_only_when_it_is_ticked(api: Api) -> None:
    mine, theirs = one_pair(api)
    at = link_of(api, reporter=mine.account)

    api.http.post(link_of(api, reporter=mine.account), data={"reason": "bully"})
    before = [one for one in letters(api, theirs) if "wants you to know" in one]
    for _ in range(2):
        api.http.post(at, data={"reason": "pressure", "words": "He asks for pictures.", "tell": "1"})
    after = [one for one in letters(api, theirs) if "wants you to know" in one]

    assert (before, len(after)) == ([], 1)
    assert "told that something was reported" in mine.page("/me/family/looks")
