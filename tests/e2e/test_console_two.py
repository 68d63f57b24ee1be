"""What takes two people, in a browser: the file itself, a second check, an objection; fit for everybody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.test_console import MAKE, Desk, desk_of, faults_of, invite
from tests.e2e.test_console_desk import suspected
from tests.e2e.test_pages import SHOTS

from hoede.app import Hoede, new_id
from hoede.demo.stage import Stage
from hoede.flow.judge import Judged
from hoede.review import AccountIs, Answer, Grounds, LetterRow
from hoede.review import store as review
from hoede.review.claims import Taken
from hoede.review.notices import Notice, Reason, Source

OTHER, WHY = "per_other", "To tell whether it is a drawing: the preview is too small to see it."


@dataclass(frozen=True)
class Sight:
    """A lead at a desk, in one language."""

    playing: Stage
    desk: Desk
    language: str

    @property
    def hoede(self) -> Hoede:
        return self.playing.hoede

    def case(self, name: str, *, holder: str | None = None) -> str:
        case = suspected(self.playing, f"{name} {self.language}")
        if holder:
            assert isinstance(self.hoede.cases.take(case, holder, lead=True), Taken)
        return case

    def take(self, case: str) -> Page:
        self.desk.go(f"/console/cases/{case}")
        self.desk.page.locator("form[action$='/take'] button").click()
        return self.desk.page

    def files(self, case: str) -> tuple[review.CaseFile, ...]:
        return self.hoede.db.read(lambda conn: review.files_of(conn, case))

    def is_fit(self, name: str) -> None:
        assert faults_of(self.desk.page, name, self.language) == []

    def shoot(self, name: str) -> None:
        """For somebody to look at; its parts are held by another page."""
        if SHOTS:
            self.is_fit(name)


@pytest.fixture(scope="module", params=["en", "nl"])
def sight(request: pytest.FixtureRequest, playing: Stage, new_page: Callable[..., Page]) -> Iterator[Sight]:
    language = request.param
    desk = desk_of(new_page(language), playing.hoede_url)
    desk.go(invite(playing, f"Joris {language}", "lead", language=language))
    desk.press(MAKE[language])
    desk.at("/console/me")
    yield Sight(playing, desk, language)
    desk.page.context.close()


def test_the_file_itself_is_asked_for_agreed_to_and_kept(sight: Sight) -> None:
    case = sight.case("Fenna")
    page = sight.take(case)
    page.locator(f"a[href='/console/cases/{case}/raw']").click()
    card = page.locator("section.card", has_text="image/")  # what they wrote has a copy, too
    card.locator("textarea").fill(WHY)
    card.locator("button").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    sight.shoot("desk-raw-asked")
    wish = "SELECT id FROM raw_view WHERE case_id = ?"
    raw = sight.hoede.db.read(lambda conn: conn.exec_driver_sql(wish, (case,)).scalar_one())
    assert sight.hoede.view.approve_raw(raw, OTHER) is None
    page.reload()
    sight.is_fit("desk-raw-agreed")
    with page.expect_download() as got:
        page.locator("form[action$='/open'] button").click()
    opened = got.value.path().read_bytes()
    assert (opened[:4], opened[8:12]) == (b"RIFF", b"WEBP")  # with who, when and which case all over it
    page.reload()
    sight.shoot("desk-raw-opened")


def test_what_another_asks_is_seen_and_agreed_to(sight: Sight) -> None:
    case = sight.case("Guus", holder=OTHER)
    raw = sight.hoede.view.ask_raw(case, sight.files(case)[0].evidence, OTHER, WHY)
    assert isinstance(raw, str)
    sight.desk.go("/console")
    sight.shoot("desk-start-asked")
    page = sight.desk.page
    page.locator("main .banner a[href='/console/raw']").click()
    sight.is_fit("desk-raw-wishes")
    page.locator(f"form[action='/console/raw/{raw}/agree'] button").click()
    expect(page.locator("main form")).to_have_count(0)
    sight.shoot("desk-raw-nothing")


def judged(sight: Sight, case: str) -> None:
    """Somebody else judged it; that asks for a second person."""
    shown = frozenset(one.evidence for one in sight.files(case))
    said = Answer(
        outcome="confirmed_new",
        reason="Seen in the image.",
        shown=shown,
        classification="B2",
        account_is=AccountIs.NOBODY,
    )
    assert isinstance(sight.hoede.judge.judge(case, OTHER, said), Judged)


def test_what_another_judged_is_checked(sight: Sight) -> None:
    case = sight.case("Hanna", holder=OTHER)
    judged(sight, case)
    page = sight.take(case)
    expect(page.locator("form[action$='/check']")).to_be_visible()
    sight.is_fit("desk-check")


def test_an_objection_and_what_others_wrote_are_read_by_who_has_it(sight: Sight) -> None:
    case = sight.case("Ivo")
    reported(sight, case)
    assert isinstance(sight.hoede.cases.take(case, OTHER, lead=True), Taken)
    judged(sight, case)
    page = sight.take(objected(sight, case))
    expect(page.locator("form[action$='/answer']")).to_be_visible()
    expect(page.locator("blockquote.said")).to_have_count(2)
    sight.is_fit("desk-objection")


def reported(sight: Sight, case: str) -> None:
    row = sight.hoede.db.read(lambda conn: review.find_case(conn, case))
    assert row is not None
    told = Notice(
        service=row.service,
        source=Source.PERSON,
        subject=row.account,
        reason=Reason.PRESSURE,
        at=datetime.now(UTC),
        reporter="r-1",
        words="He asked me for more pictures, every day.\nHe said he would tell my school.",
    )
    sight.hoede.notice.take(told)


def objected(sight: Sight, case: str) -> str:
    row, order = sight.hoede.db.read(lambda conn: review.find_case(conn, case)), new_id("ord")
    assert row is not None
    sent = row.opened_at.date()
    letter = LetterRow(
        order_id=order,
        service=row.service,
        account=row.account,
        case_id=case,
        locale=sight.language,
        title="A letter",
        paragraphs=("What we did.",),
        sent_on=sent,
        until=sent.replace(year=sent.year + 1),
    )
    sight.hoede.db.commit(lambda tx: review.save_letter(tx, letter, order))
    sight.hoede.appeal.object(order, "It was my own drawing.\nI can show how I made it.")
    waits = sight.hoede.db.read(review.queue)
    return next(one.id for one in waits if one.grounds is Grounds.OBJECTION and one.earlier == case)
