"""The story as people live it, in a browser without script."""

import hashlib
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hoede.demo import records
from hoede.demo.people import Person
from hoede.demo.stage import Stage
from hoede.simulators import pictures

Opened = Callable[..., Page]

CARD, HARMLESS = pictures.test_card(), pictures.picture(7)
THIS_YEAR = datetime.now(UTC).year
WITHIN_S = 15


@pytest.fixture
def person(opened: Opened) -> Page:
    """Somebody's browser, with all script switched off: nothing in the story needs any."""
    return opened(script=False)


def join(page: Page, playing: Stage, name: str, born: str) -> None:
    page.goto(playing.plein_url)
    page.get_by_role("link", name="Join Plein").click()
    page.get_by_label("What shall we call you?").fill(name)
    page.get_by_label("When were you born?").fill(born)
    page.get_by_role("button", name="Join").click()


def verify(page: Page) -> None:
    page.get_by_role("link", name="Verify your age (simulated)").click()
    page.get_by_role("button", name="Verify (simulated)").click()
    expect(page.get_by_role("status")).to_have_text("Your age is verified.")


def upload(page: Page, image: bytes, caption: str) -> str:
    """The id of the post, read from the address one is led to."""
    page.get_by_role("link", name="Show a picture").click()
    page.get_by_label("Picture").set_input_files(
        {"name": "picture.png", "mimeType": "image/png", "buffer": image}
    )
    page.get_by_label("What is on it?").fill(caption)
    page.get_by_role("button", name="Show it").click()
    page.wait_for_url("**/posts/*")
    return page.url.rpartition("/")[2]


def until(so: Callable[[], bool]) -> None:
    """Wait until something is so; what follows says what is missing when it never is."""
    last = time.monotonic() + WITHIN_S
    while not so() and time.monotonic() < last:
        time.sleep(0.1)


def reload_until(page: Page, address: str, words: str) -> None:
    """Look again and again, as a person would, until the page says so."""

    def says_so() -> bool:
        page.goto(address)
        return words in page.content()

    until(says_so)
    expect(page.locator("main")).to_contain_text(words)


def close_out(page: Page, playing: Stage, name: str) -> str:
    """A verified adult uploads the test card and is closed out, letter in hand; returns the post."""
    join(page, playing, name, "1985-07-12")
    verify(page)
    content = upload(page, CARD, f"A card of {name}")
    reload_until(page, f"{playing.plein_url}/profile", "closed your account because")
    return content


def account_of(page: Page, playing: Stage) -> str:
    return str(page.request.get(f"{playing.plein_url}/admin/me").json()["id"])


def status(page: Page, address: str) -> int:
    return page.request.get(address).status


def test_a_listed_picture_of_a_verified_adult_vanishes_everywhere(
    person: Page, opened: Opened, playing: Stage
) -> None:
    content = close_out(person, playing, "Vera")
    seen = [status(person, f"{playing.plein_url}/{at}/{content}") for at in ("pictures", "posts")]
    assert seen == [410, 410]
    assert content not in person.content()  # their own page is the closed page now
    somebody = opened()
    somebody.goto(playing.plein_url)
    assert content not in somebody.content()
    somebody.goto(f"{playing.plein_url}/posts/{content}")
    expect(somebody.get_by_role("heading", level=1)).to_have_text("This picture was removed")


def test_the_closed_account_says_why_and_leads_to_an_objection_and_its_receipt(
    person: Page, playing: Stage
) -> None:
    close_out(person, playing, "Otto")
    expect(person.get_by_role("heading", level=1)).to_have_text("Your account is closed")
    expect(person.get_by_role("article")).to_contain_text("Plein 2.1")
    letter = person.get_by_role("article").get_by_role("heading").inner_text()
    person.get_by_role("link", name="Object").click()
    expect(person.get_by_role("article").get_by_role("heading")).to_have_text(letter)
    person.get_by_label("Why do you not agree?").fill("I drew this card myself. Please look again.")
    person.get_by_role("button", name="Send my objection").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("Your objection is here")
    expect(person.locator("main")).to_contain_text(re.compile(r"We got your objection on .*, number \w+"))


def test_the_authority_has_the_finished_report_with_the_file(person: Page, playing: Stage) -> None:
    close_out(person, playing, "Rita")
    account = account_of(person, playing)
    until(lambda: records.is_settled(playing))
    reload_until(person, playing.authority.url, account)
    row = person.get_by_role("row").filter(has_text=account)
    expect(row).to_contain_text("finished")
    row.get_by_role("link").click()
    expect(person.get_by_role("heading", level=1)).to_contain_text("Report")
    digests = [hashlib.new(name, CARD, usedforsecurity=False).hexdigest() for name in ("md5", "sha256")]
    assert [digest in person.content() for digest in digests] == [True, True]
    expect(person.get_by_role("heading", name="1 file")).to_be_visible()


def test_an_adult_who_only_said_so_is_limited_but_can_read_and_get_help(person: Page, playing: Stage) -> None:
    join(person, playing, "Cas", "1992-01-20")
    content = upload(person, CARD, "A card of Cas")
    reload_until(person, f"{playing.plein_url}/profile", "Your account is limited.")
    expect(person.get_by_role("link", name="Show a picture")).to_have_count(0)
    assert status(person, f"{playing.plein_url}/pictures/{content}") == 404
    person.get_by_role("link", name="Plein", exact=True).click()
    expect(person.get_by_role("heading", name="New on Plein")).to_be_visible()
    person.get_by_role("link", name="Get help").click()
    expect(person.get_by_role("heading", level=1)).to_contain_text("You are not alone")


def test_for_somebody_of_15_the_picture_is_held_and_nothing_else_happens(
    person: Page, playing: Stage
) -> None:
    join(person, playing, "Noor", f"{THIS_YEAR - 15}-01-01")
    content = upload(person, CARD, "A card of Noor")
    expect(person.locator("main")).to_contain_text("This picture is being checked.")
    noor = Person(name="Noor", id=account_of(person, playing), plein_url=playing.plein_url, cookies={})
    until(lambda: records.lane(playing, noor) == "minors" and records.is_settled(playing))
    person.goto(f"{playing.plein_url}/profile")
    expect(person.get_by_role("link", name="Show a picture")).to_be_visible()
    expect(person.locator("dd").first).to_have_text("Open")
    person.goto(f"{playing.plein_url}/letters")
    expect(person.get_by_role("heading", name="No letters")).to_be_visible()
    assert status(person, f"{playing.plein_url}/pictures/{content}") == 404


def test_a_harmless_picture_stays_for_everybody(person: Page, opened: Opened, playing: Stage) -> None:
    join(person, playing, "Anna", "1990-03-01")
    content = upload(person, HARMLESS, "Waves of colour")
    # On a busy machine it is held at first, until it has been looked at.
    reload_until(person, person.url, "This picture can be seen by everybody.")
    somebody = opened()
    somebody.goto(playing.plein_url)
    expect(somebody.locator(f"img[src='/pictures/{content}']")).to_be_visible()


def test_a_child_under_13_is_turned_away_kindly(person: Page, playing: Stage) -> None:
    join(person, playing, "Wim", f"{THIS_YEAR - 9}-01-01")
    expect(person.get_by_role("heading", level=1)).to_contain_text("Plein opens for you on 1 January")
    expect(person.locator("main")).to_contain_text("You did nothing wrong by asking.")
    person.get_by_role("link", name="Talk to somebody").click()
    assert person.url.startswith(f"{playing.hoede_url}/help")


def test_the_demo_hands_out_the_test_card(opened: Opened, playing: Stage) -> None:
    page = opened()
    page.goto(playing.hoede_url)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the test card").click()
    assert Path(downloading.value.path()).read_bytes() == CARD


def test_report_on_plein_leads_to_where_one_can_report(opened: Opened, playing: Stage) -> None:
    page = opened()
    page.goto(playing.plein_url)
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page.get_by_role("heading", name="You saw something")).to_be_in_viewport()
