"""Looking at a file: only who has the case, only when asked; every byte that goes out has its leaf."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from lxml import html
from PIL import Image
from tests.web.cases import Judges
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat

from hoede.evidence import store as evidence
from hoede.review import CaseRow
from hoede.review import store as review
from hoede.review.notices import Notice, Reason, Source
from hoede.web.console.looks import PURPOSES

QUEUE = "/console/queue"
BECAUSE = "It may be on the list by mistake."  # the card is listed: nobody needs to see it
TOLD = {"how": "blurred", "purpose": "judge", "because": BECAUSE}


@pytest.fixture
def judges(open_api: OpenApi) -> Judges:
    return Judges(open_api(public_url=URL))


@pytest.fixture
def case(judges: Judges) -> CaseRow:
    return judges.case()


@pytest.fixture
def mira(judges: Judges, case: CaseRow) -> Seat:
    """Who has the case."""
    taken = judges.seat(name="Mira")
    assert taken.post(f"/console/cases/{case.id}/take", at=QUEUE).status_code == 303
    return taken


def file_of(judges: Judges, case: CaseRow) -> str:
    return judges.api.hoede.db.read(lambda conn: review.files_of(conn, case.id))[0].evidence


def look(seat: Seat, judges: Judges, case: CaseRow, **more: str) -> str:
    """The address of the picture on the page, or nothing."""
    told = TOLD | {"file": file_of(judges, case)} | more
    page = seat.post(f"/console/cases/{case.id}/look", told, at=QUEUE).text
    return next((str(one.get("src")) for one in html.fromstring(page).iter("img")), "")


def views(judges: Judges) -> list[tuple[str, str]]:
    """How and what for somebody looked, each with its leaf."""
    asked = "SELECT how, purpose FROM evidence_view ORDER BY at"
    leaves = "SELECT count(*) FROM leaf WHERE body LIKE '%\"evidence.viewed\"%'"
    rows, count = judges.api.hoede.db.read(
        lambda conn: (conn.exec_driver_sql(asked).all(), conn.exec_driver_sql(leaves).scalar_one())
    )
    assert count == len(rows)
    return [(row[0], row[1].removesuffix(f": {BECAUSE}")) for row in rows]


def test_a_picture_comes_when_asked_and_is_written_down(judges: Judges, case: CaseRow, mira: Seat) -> None:
    assert "<img" not in mira.get(f"/console/cases/{case.id}").text
    address = look(mira, judges, case)
    assert views(judges) == []  # nothing went out yet
    shown = mira.get(address)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    assert (shown.headers["cache-control"], Image.open(BytesIO(shown.content)).format) == ("no-store", "WEBP")
    assert views(judges) == [("blurred", "judge")]


@pytest.mark.parametrize("how", ["small", "grey", "clear"])
def test_more_is_shown_step_by_step(judges: Judges, case: CaseRow, mira: Seat, how: str) -> None:
    assert mira.get(look(mira, judges, case, how=how, purpose="danger")).status_code == 200
    assert views(judges) == [(how, "danger")]


def test_every_time_it_goes_out_is_a_look_of_its_own(judges: Judges, case: CaseRow, mira: Seat) -> None:
    address = look(mira, judges, case)
    assert [mira.get(address).status_code for _ in range(3)] == [200] * 3
    assert len(views(judges)) == 3


@pytest.mark.parametrize("told", [{"purpose": ""}, {"purpose": "curious"}, {"how": "raw"}, {"how": ""}])
def test_without_a_purpose_nothing_is_shown(
    judges: Judges, case: CaseRow, mira: Seat, told: dict[str, str]
) -> None:
    assert look(mira, judges, case, **told) == ""
    assert views(judges) == []


def test_whoever_has_not_got_the_case_sees_nothing(judges: Judges, case: CaseRow, mira: Seat) -> None:
    joris, address = judges.seat("lead", name="Joris"), look(mira, judges, case)
    page = joris.get(f"/console/cases/{case.id}").text
    assert f"{case.id}/look" not in page
    own = look(joris, judges, case)
    assert (own, joris.get(address).status_code) == ("", 422)
    assert views(judges) == []


@pytest.mark.parametrize("change", ["how=clear", "purpose=danger", "file=evi_0", "key=x", "at=0", "at=x"])
def test_an_address_shows_only_what_it_was_made_for(
    judges: Judges, case: CaseRow, mira: Seat, change: str
) -> None:
    address, (name, value) = look(mira, judges, case), change.split("=")
    path, _, query = address.partition("?")
    parts = [part if not part.startswith(f"{name}=") else change for part in query.split("&")]
    assert value
    assert mira.get(f"{path}?{'&'.join(parts)}").status_code == 422
    assert views(judges) == []


def test_asking_for_nothing_but_headers_is_no_look(judges: Judges, case: CaseRow, mira: Seat) -> None:
    address = look(mira, judges, case, how="clear")
    assert (mira.http.head(address).status_code, views(judges)) == (405, [])


def test_an_address_without_anything_shows_nothing(judges: Judges, case: CaseRow, mira: Seat) -> None:
    assert mira.get(f"/console/cases/{case.id}/picture").status_code == 422
    assert views(judges) == []


def test_who_gave_the_case_back_sees_no_more(judges: Judges, case: CaseRow, mira: Seat) -> None:
    address = look(mira, judges, case)
    mira.post(f"/console/cases/{case.id}/skip", {"reason": "too_heavy"}, at=QUEUE)
    assert mira.get(address).status_code == 409
    assert views(judges) == []


def test_a_file_that_is_no_picture_has_no_preview(judges: Judges, mira: Seat, case: CaseRow) -> None:
    assert mira.get(look(mira, judges, case, file=file_of(judges, case))).status_code == 200
    unknown = mira.post(f"/console/cases/{case.id}/look", TOLD | {"file": "evi_0"}, at=QUEUE)
    assert "<img" not in unknown.text


def test_every_purpose_is_offered_in_words(judges: Judges, case: CaseRow, mira: Seat) -> None:
    page = html.fromstring(mira.get(f"/console/cases/{case.id}").text)
    offered = page.xpath("//select[@name='purpose']/option/@value")
    assert list(offered) == list(PURPOSES)  # type: ignore[arg-type] # texts


@pytest.mark.parametrize(
    ("changes", "purpose"), [("", "judge"), ("state = 'second'", "check"), ("danger = 'x'", "danger")]
)
def test_the_purpose_that_fits_the_case_is_chosen(
    judges: Judges, case: CaseRow, mira: Seat, changes: str, purpose: str
) -> None:
    if changes:
        change = f"UPDATE case_ SET {changes}"  # noqa: S608 - ours
        judges.api.hoede.db.commit(lambda tx: tx.conn.exec_driver_sql(change))
    page = html.fromstring(mira.get(f"/console/cases/{case.id}").text)
    assert page.xpath("//select[@name='purpose']/option[@selected]/@value") == [purpose]


def test_what_is_known_opens_only_to_who_says_why(judges: Judges, case: CaseRow, mira: Seat) -> None:
    told = TOLD | {"file": file_of(judges, case), "because": ""}
    page = mira.post(f"/console/cases/{case.id}/look", told, at=QUEUE)
    found = html.fromstring(page.text)
    assert (page.status_code, found.xpath("//main//img")) == (409, [])
    assert "This equals verified material. Nobody needs to look." in page.text
    assert found.xpath("count(//textarea[@name='because'])") == 1
    assert views(judges) == []
    assert mira.get(look(mira, judges, case)).status_code == 200
    asked = "SELECT purpose FROM evidence_view"
    purpose = judges.api.hoede.db.read(lambda conn: conn.exec_driver_sql(asked).scalar_one())
    assert purpose == f"judge: {BECAUSE}"


def test_when_the_break_is_due_the_page_says_until_when_and_nothing_comes(
    judges: Judges, case: CaseRow, mira: Seat
) -> None:
    address = look(mira, judges, case, how="clear")
    most = judges.api.hoede.tables.wellness.rest.after_views
    tabs = [mira.get(address).status_code for _ in range(most + 3)]  # reloading, or several tabs
    assert tabs == [200] * most + [409] * 3
    told = TOLD | {"file": file_of(judges, case)}
    page = mira.post(f"/console/cases/{case.id}/look", told, at=QUEUE)
    assert (page.status_code, "stays closed until" in page.text, "<img" in page.text) == (409, True, False)
    assert len(views(judges)) == most


def text_of(judges: Judges, case: CaseRow) -> str:
    copies = judges.api.hoede.db.read(evidence.all_rows)
    events = {one.event for one in judges.api.hoede.db.read(lambda conn: review.files_of(conn, case.id))}
    return next(one.taken.id for one in copies if one.part == "text" and one.event in events)


def read_text(seat: Seat, case: CaseRow, file: str, **more: str) -> str:
    told = {"file": file, "how": "text", "purpose": "judge"} | more
    return seat.post(f"/console/cases/{case.id}/look", told, at=QUEUE).text


def test_what_somebody_wrote_comes_when_asked_and_is_written_down(judges: Judges) -> None:
    case = judges.case("a-2", text="hi <script>alert(1)</script>")
    mira = judges.seat()
    assert mira.post(f"/console/cases/{case.id}/take", at=QUEUE).status_code == 303
    file = text_of(judges, case)
    page = mira.get(f"/console/cases/{case.id}").text
    offered = html.fromstring(page).xpath(f"//div[@id='{file}']//button[@name='how']/@value")
    assert (offered, "alert(1)" in page) == (["text"], False)
    page = read_text(mira, case, file)
    assert "hi &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert views(judges) == [("text", "judge")]
    assert "alert(1)" not in read_text(mira, case, file, purpose="curious")
    assert "alert(1)" not in read_text(judges.seat(name="Joris"), case, file)
    assert views(judges) == [("text", "judge")]


def test_a_picture_is_not_read_as_text(judges: Judges, case: CaseRow, mira: Seat) -> None:
    assert 'class="said"' not in read_text(mira, case, file_of(judges, case))


def test_what_people_reported_is_read_by_who_has_the_case(judges: Judges, case: CaseRow, mira: Seat) -> None:
    judges.api.hoede.notice.take(
        Notice(
            service=case.service,
            source=Source.PERSON,
            subject=case.account,
            reason=Reason.PRESSURE,
            at=datetime.now(UTC),
            reporter="r-1",
            words="<b>he wants pictures</b>",
        )
    )
    has, has_not = (seat.get(f"/console/cases/{case.id}").text for seat in (mira, judges.seat(name="Joris")))
    assert "&lt;b&gt;he wants pictures&lt;/b&gt;" in has
    assert ("he wants pictures" in has_not, "Reported: 1" in has_not) == (False, True)
    assert "r-1" not in has  # who reported is of no use to whoever judges
