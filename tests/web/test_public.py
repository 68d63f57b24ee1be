"""The pages for everyone, through the application: what a person reads there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from fastapi import FastAPI
from starlette.routing import Route
from starlette.testclient import TestClient

from hoede.review.appeals import AppealReceipt, AppealView, Reason, Refusal
from hoede.review.helplines import shipped
from hoede.web.forms import LARGEST_BODY
from hoede.web.pages import missing_page
from hoede.web.public import routes
from hoede.words import catalogue
from hoede.words.letters import neutral_letter

TODAY = date(2026, 11, 23)
LINK = "0123456789abcdef0123456789abcdef"
RECEIPT = AppealReceipt("A-4F2K-91", TODAY, date(2026, 12, 7))
DOORS = {"plein": "http://127.0.0.1:9101/", "authority": "http://127.0.0.1:9102/"}
VIEW = AppealView(
    letter=neutral_letter(
        catalogue("nl"),
        acts=["removed", "closed"],
        date=TODAY,
        object_until=date(2027, 5, 24),
        rule="3.1",
        rule_url="https://hoede.example/guidelines#safety",
        help_name="https://hoede.example/help",
        appeal_url=f"https://hoede.example/appeal/{LINK}",
        outside="de commissie",
    ),
    sent_on=TODAY,
    until=date(2027, 5, 24),
    outside="the committee",
)


@dataclass
class Desk:
    """A desk with one letter, that keeps what it was told."""

    view: AppealView = VIEW
    refusal: Refusal | None = None
    told: list[str] = field(default_factory=list)

    def letter(self, link: str) -> AppealView | None:
        return self.view if link == LINK else None

    def object(self, link: str, text: str) -> AppealReceipt | Refusal:
        if self.refusal is not None or link != LINK:
            return self.refusal or Refusal(Reason.UNKNOWN)
        self.told.append(text)
        self.view = replace(self.view, receipt=RECEIPT)
        return RECEIPT


def client(
    desk: Desk | None = None, *, demo: bool = False, language: str = "en", today: date = TODAY
) -> TestClient:
    app = FastAPI()
    doors = DOORS if demo else None
    app.router.routes.extend(
        routes(appeal=desk or Desk(), helplines=shipped(), demo=demo, today=lambda: today, demo_links=doors)
    )
    return TestClient(app, headers={"accept-language": language})


def write(asked: TestClient, text: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    answer = asked.post(f"/appeal/{LINK}", data={"why": text}, headers=headers, follow_redirects=False)
    return answer.status_code, answer.text


def test_the_demo_opens_its_doors() -> None:
    page = client(demo=True).get("/").text
    assert [href in page for href in (*DOORS.values(), "/help", 'href="#story"')] == [True] * 4
    assert "The account is closed" in page


def test_outside_the_demo_the_start_page_has_no_doors_to_it() -> None:
    page = client().get("/").text
    assert ("/openapi.json" in page, "/help" in page, "Plein" in page) == (True, True, False)


@pytest.mark.parametrize("path", ["/", "/help", f"/appeal/{LINK}", "/appeal/x"])
def test_every_page_leads_to_help_and_to_the_other_language(path: str) -> None:
    page = client().get(path).text
    assert '<a href="/help">Get help</a>' in page
    assert '<a href="?lang=nl" hreflang="nl" lang="nl">Nederlands</a>' in page
    assert '<a class="skip" href="#main">' in page


@pytest.mark.parametrize("path", ["/", "/help", f"/appeal/{LINK}", "/appeal/x"])
def test_every_page_is_guarded_and_never_stored(path: str) -> None:
    headers = client().get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/help", f"/appeal/{LINK}", "/appeal/x"])
def test_no_page_needs_a_script_or_a_style_of_its_own(path: str) -> None:
    page = client(demo=True).get(path).text
    assert [part for part in ("<script", "style=", "<style", "onclick") if part in page] == []


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("nl", "nl"),
        ("nl-BE,nl;q=0.9,en;q=0.8", "nl"),
        ("en;q=0.5, nl;q=0.9", "nl"),  # the weights decide, not the order
        ("nl;q=0, en", "en"),  # nought is no
        ("nl;q=lots", "en"),  # a broken weight counts as unwanted
        ("nl;", "nl"),
        ("", "en"),
    ],
)
def test_a_browser_gets_the_language_it_asks_for(header: str, locale: str) -> None:
    assert f'<html lang="{locale}">' in client(language=header).get("/").text


def test_a_chosen_language_is_kept_and_wins() -> None:
    asked = client(language="en")
    first = asked.get("/help?country=NL&lang=nl")
    assert asked.cookies["hoede_lang"] == "nl"
    assert '<html lang="nl">' in first.text
    assert '<a href="?country=NL&amp;lang=en"' in first.text
    assert '<html lang="nl">' in asked.get("/").text


def test_an_unknown_language_changes_nothing() -> None:
    asked = client(language="nl")
    assert '<html lang="nl">' in asked.get("/?lang=xx").text
    assert "hoede_lang" not in asked.cookies


def test_help_puts_the_emergency_number_before_the_lines_for_children() -> None:
    page = client(demo=True, language="nl").get("/help?country=NL").text
    places = [page.index(part) for part in ("tel:112", "tel:08000432", "helpwanted.nl", "Betaal niet")]
    assert places == sorted(places)
    assert "Je bent niet alleen. Hier zijn mensen die helpen." in page


def test_help_can_be_left_quickly_without_a_trace_to_where() -> None:
    page = client().get("/help").text
    assert 'href="https://www.wikipedia.org/" rel="noopener noreferrer"' in page


def test_unchecked_lines_are_marked_in_the_demo_and_left_out_elsewhere() -> None:
    demo, plain = (client(demo=demo).get("/help?country=NL").text for demo in (True, False))
    assert ("De Kindertelefoon" in demo, "not checked" in demo) == (True, True)
    assert ("De Kindertelefoon" in plain, "not checked" in plain) == (False, False)
    assert [name in plain for name in ("tel:112", "tel:116111", "Take It Down")] == [True] * 3


@pytest.mark.parametrize(
    ("query", "language", "selected", "number"),
    [
        ("?country=GB", "nl-NL", "GB", "tel:999"),  # the choice wins
        ("?country=gb", "en", "GB", "tel:999"),
        ("?country=PL", "en", "EU", "tel:112"),  # in the EU, without lines of its own
        ("?country=", "nl-NL", "", "tel:112"),  # somebody chose "another country"
        ("?country=%3Cx%3E", "en", "", "tel:112"),
        ("", "nl-BE", "BE", "tel:112"),  # the browser names it
        ("", "pt-BR", "BR", "tel:190"),
        ("", "en-US", "", "tel:112"),  # says nothing of where one is
        ("", "nl", "", "tel:112"),  # a language is not a country...
    ],
)
def test_help_is_for_the_country_one_is_in(query: str, language: str, selected: str, number: str) -> None:
    page = client(language=language).get(f"/help{query}").text
    assert f'<option value="{selected}" selected>' in page
    assert number in page


def test_help_shows_numbers_to_text() -> None:
    page = client(demo=True).get("/help?country=CA").text
    assert '<a href="sms:686868">Text: CONNECT 686868</a>' in page


def test_the_letter_is_shown_word_for_word_in_its_own_language() -> None:
    page = client().get(f"/appeal/{LINK}").text
    assert [paragraph in page for paragraph in VIEW.letter.paragraphs] == [True] * len(VIEW.letter.paragraphs)
    assert '<article class="card" lang="nl"' in page
    assert "Sent on 23 November 2026." in page
    assert "The last day is 24 May 2027." in page


@pytest.mark.parametrize("link", ["x", "%00", "a" * 3000, "../help", "%F0%9F%98%80", "' or 1=1"])
def test_an_unknown_link_is_met_kindly(link: str) -> None:
    answer = client().get(f"/appeal/{link.replace('/', '%2F')}")
    assert answer.status_code == 404
    if "%2F" not in answer.request.url.raw_path.decode():  # a slash is no part of a link
        assert "This link does not work" in answer.text


def test_an_objection_is_taken_and_answered_with_its_number() -> None:
    desk = Desk()
    page = client(desk).post(f"/appeal/{LINK}", data={"why": "That was my drawing.\r\nLook again."})
    assert desk.told == ["That was my drawing.\nLook again."]
    assert "We got your objection on 23 November 2026, number A-4F2K-91." in page.text
    assert "You get an answer by 7 December 2026." in page.text


def test_a_second_sending_shows_the_same_receipt_and_stores_nothing() -> None:
    desk = Desk()
    asked = client(desk)
    first, second = (asked.post(f"/appeal/{LINK}", data={"why": why}) for why in ("once", "twice"))
    assert desk.told == ["once"]
    assert first.text == second.text


@pytest.mark.parametrize("text", ["", "   \n\t "])
def test_an_empty_objection_is_refused_at_its_field(text: str) -> None:
    desk = Desk()
    status, page = write(client(desk), text)
    assert (status, desk.told) == (422, [])
    assert 'aria-invalid="true"' in page
    assert "There is nothing written yet. One sentence is enough." in page


def test_a_too_long_objection_comes_back_whole() -> None:
    desk = Desk()
    status, page = write(client(desk), "<b>" + "x" * 4000)
    assert (status, desk.told) == (422, [])
    assert "This has 4,003 characters and 4,000 fit." in page
    assert "&lt;b&gt;" + "x" * 4000 in page


def test_four_thousand_characters_fit_however_wide_they_are() -> None:
    desk = Desk()
    assert write(client(desk), "\N{HEDGEHOG}" * 4000)[0] == 303
    assert desk.told == ["\N{HEDGEHOG}" * 4000]


def test_a_body_that_is_far_too_large_is_not_kept() -> None:
    status, page = write(client(), "x" * LARGEST_BODY)
    assert status == 422
    assert "This was far too long for us to take in." in page


def test_after_the_last_day_the_page_says_where_else_to_go() -> None:
    desk = Desk()
    late = client(desk, today=date(2027, 5, 25))
    page = late.get(f"/appeal/{LINK}").text
    assert "Objecting ended on 24 May 2027. You can still go to the committee or to court." in page
    assert (write(late, "too late")[0], desk.told) == (409, [])


def test_on_the_last_day_one_can_still_object() -> None:
    assert write(client(today=VIEW.until), "just in time")[0] == 303


@pytest.mark.parametrize(("reason", "status"), [(Reason.LATE, 409), (Reason.UNKNOWN, 404)])
def test_the_desk_has_the_last_word(reason: Reason, status: int) -> None:
    assert write(client(Desk(refusal=Refusal(reason))), "please")[0] == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 303),  # our own form: no referrer, no origin
        ({"sec-fetch-site": "none"}, 303),  # sent again by the reader
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://testserver"}, 303),  # an old browser
        ({"origin": "https://elsewhere.example"}, 403),
        ({}, 303),
    ],
)
def test_a_form_on_another_site_cannot_object(headers: dict[str, str], status: int) -> None:
    assert write(client(), "mine", headers)[0] == status


def test_a_post_to_an_unknown_link_is_met_kindly() -> None:
    assert client().post("/appeal/x", data={"why": "hello"}).status_code == 404


def test_a_page_that_is_not_there_still_leads_to_help() -> None:
    answer = TestClient(FastAPI(routes=[Route("/{path:path}", missing_page)])).get("//elsewhere.example/x")
    assert answer.status_code == 404
    assert ("This page is not here" in answer.text, 'href="/help"' in answer.text) == (True, True)
    assert "elsewhere" not in answer.text
