"""Somebody reports a picture in a browser without script: two taps, a receipt, a copy for whoever judges."""

import re
from collections.abc import Callable
from http import HTTPStatus

import httpx2
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Connection
from tests.e2e.test_story import HARMLESS, join, until, upload

from hoede.app.rehearsal import SERVICE
from hoede.demo.stage import Stage
from hoede.evidence import store as evidence
from hoede.evidence.rules import EvidenceState
from hoede.review import notice_store as notices
from hoede.review import store as review


@pytest.fixture
def post(opened: Callable[..., Page], playing: Stage) -> str:
    """The address of a picture that somebody showed."""
    maker = opened(script=False)
    join(maker, playing, "Wim", "1990-03-01")
    address = f"{playing.plein_url}/posts/{upload(maker, HARMLESS, 'My garden')}"
    until(lambda: httpx2.get(address).status_code == HTTPStatus.OK)  # a look may take too long at first
    return address


def sealed_for_the_case(playing: Stage, content: str) -> bool:
    def asked(conn: Connection) -> bool:
        case_id = notices.case_that_asked(conn, SERVICE, content)
        files = review.files_of(conn, case_id) if case_id else ()
        copies = [evidence.find(conn, one.evidence) for one in files]
        return any(one is not None and one.state is EvidenceState.SEALED for one in copies)

    return playing.hoede.db.read(asked)


def test_a_picture_is_reported_in_two_taps_and_sealed_for_a_person(
    opened: Callable[..., Page], playing: Stage, post: str
) -> None:
    page = opened(script=False)
    page.goto(post)
    page.get_by_role("link", name="Report this picture").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is wrong?")

    page.get_by_label("Someone wants secrets, sexual talk, pictures or to meet").check()  # tap 1
    page.get_by_role("button", name="Send").click()  # tap 2

    expect(page.get_by_role("heading", level=1)).to_have_text("Sent. It was right to tell us.")
    expect(page.locator("main")).to_contain_text(re.compile(r"Number [0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\."))
    until(lambda: sealed_for_the_case(playing, post.rpartition("/")[2]))
    assert sealed_for_the_case(playing, post.rpartition("/")[2])


def test_it_is_done_by_keyboard_alone(opened: Callable[..., Page], post: str) -> None:
    page = opened(script=False)
    page.goto(post.replace("/posts/", "/report/posts/"))
    page.locator("input[name=reason]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")  # to the words, which nobody needs
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent. It was right to tell us.")


def test_going_back_and_sending_again_does_no_harm(opened: Callable[..., Page], post: str) -> None:
    page = opened()
    page.goto(post.replace("/posts/", "/report/posts/"))
    page.get_by_label("Bullying, hate or threats").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent. It was right to tell us.")
    receipt = page.url
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("This was sent already")
    expect(page.get_by_role("link", name="Find people who help")).to_be_visible()
    page.goto(receipt)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent. It was right to tell us.")
