"""A file as it was told: who has the case asks, somebody else agrees, and it goes out once."""

import hashlib
import io

import pytest
from httpx2 import Response
from lxml import html
from PIL import Image, ImageChops
from tests.parts import fresh, import_list
from tests.web.api import event
from tests.web.cases import Judges
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat

from hoede.review import CaseRow
from hoede.review import store as review
from hoede.simulators.pictures import test_card as the_card

QUEUE, ASKED = "/console/queue", "/console/raw"
WHY = "To tell whether it is <b>a drawing</b>."


@pytest.fixture
def judges(open_api: OpenApi) -> Judges:
    return Judges(open_api(public_url=URL))


@pytest.fixture
def case(judges: Judges) -> CaseRow:
    return judges.case()


@pytest.fixture
def mira(judges: Judges, case: CaseRow) -> Seat:
    """A lead who has the case."""
    taken = judges.seat("lead", name="Mira")
    assert taken.post(f"/console/cases/{case.id}/take", at=QUEUE).status_code == 303
    return taken


@pytest.fixture
def joris(judges: Judges) -> Seat:
    return judges.seat("legal", name="Joris")


def file_of(judges: Judges, case: CaseRow) -> str:
    return judges.api.hoede.db.read(lambda conn: review.files_of(conn, case.id))[0].evidence


def ask(judges: Judges, case: CaseRow, seat: Seat, purpose: str = WHY) -> str:
    """Where it opens once somebody agreed, or nothing."""
    told = {"file": file_of(judges, case), "purpose": purpose}
    sent = seat.post(f"/console/cases/{case.id}/raw", told, at=QUEUE)
    asked = judges.api.hoede.db.read(
        lambda conn: conn.exec_driver_sql("SELECT id FROM raw_view ORDER BY asked_at DESC").scalar()
    )
    return f"{ASKED}/{asked}" if sent.status_code == 303 else ""


def agree(seat: Seat, wish: str) -> int:
    return seat.post(f"{wish}/agree", at="/console").status_code


def leaves(judges: Judges) -> dict[str, int]:
    asked = "SELECT count(*) FROM leaf WHERE body LIKE '%\"evidence.{}\"%'"
    acts = ("viewed", "approved")
    return judges.api.hoede.db.read(
        lambda conn: {one: conn.exec_driver_sql(asked.format(one)).scalar_one() for one in acts}
    )


def test_two_people_open_a_file_as_it_is(judges: Judges, case: CaseRow, mira: Seat, joris: Seat) -> None:
    wish = ask(judges, case, mira)
    assert "Waiting for the second" in mira.get(f"/console/cases/{case.id}/raw").text
    assert mira.post(f"{wish}/open").status_code == 422  # nobody agreed yet
    seen = joris.get(ASKED).text
    assert ("Mira asks to open a file" in seen, "&lt;b&gt;a drawing&lt;/b&gt;" in seen) == (True, True)
    assert agree(joris, wish) == 303
    assert "Joris agrees" in mira.get(f"/console/cases/{case.id}/raw").text
    assert leaves(judges) == {"viewed": 0, "approved": 1}
    assert mira.post(f"{wish}/open").status_code == 200
    assert leaves(judges) == {"viewed": 1, "approved": 1}


def opened(judges: Judges, case: CaseRow, seat: Seat, other: Seat) -> Response:
    wish = ask(judges, case, seat)
    agree(other, wish)
    return seat.post(f"{wish}/open")


def far_from(card: Image.Image, shown: Image.Image) -> int:
    """Pixels that are not as they were, by more than a lossy form makes of them."""
    apart = ImageChops.difference(card.convert("L"), shown.convert("L"))
    return sum(apart.histogram()[24:])


def test_a_picture_comes_in_full_size_with_a_mark_of_who_opened_it(
    judges: Judges, case: CaseRow, mira: Seat, joris: Seat
) -> None:
    one, two = (opened(judges, case, mira, joris) for _ in range(2))
    assert one.headers["content-type"] == "image/webp"
    card = Image.open(io.BytesIO(the_card())).convert("RGB")
    shown = Image.open(io.BytesIO(one.content))
    assert shown.size == card.size
    plain = io.BytesIO()
    card.save(plain, "WEBP", quality=80)
    assert far_from(card, shown) > 10 * far_from(card, Image.open(plain))
    assert one.content != two.content  # each look has a mark of its own


def test_what_is_no_single_picture_comes_as_it_is(judges: Judges, joris: Seat) -> None:
    moving = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    told = moving.getvalue()
    import_list(judges.api.hoede.db, fresh("list"), f"sha256\n{hashlib.sha256(told).hexdigest()}\n")
    judges.api.tell(event(account="a-2"), told)
    (case,) = judges.api.hoede.db.read(review.queue)
    mira = judges.seat("lead", name="Mira")
    mira.post(f"/console/cases/{case.id}/take", at=QUEUE)
    assert opened(judges, case, mira, joris).content == told


def test_what_goes_out_is_a_file_that_no_browser_shows(
    judges: Judges, case: CaseRow, mira: Seat, joris: Seat
) -> None:
    headers = opened(judges, case, mira, joris).headers
    assert headers["content-disposition"].startswith("attachment; filename=")
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none';")
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_it_opens_once(judges: Judges, case: CaseRow, mira: Seat, joris: Seat) -> None:
    wish = ask(judges, case, mira)
    agree(joris, wish)
    assert [mira.post(f"{wish}/open").status_code for _ in range(2)] == [200, 422]
    page = mira.get(f"/console/cases/{case.id}/raw").text
    assert ("You opened it" in page, "Ask a second person" in page) == (True, True)
    assert leaves(judges) == {"viewed": 1, "approved": 1}


def test_nobody_agrees_to_their_own_wish_or_twice(
    judges: Judges, case: CaseRow, mira: Seat, joris: Seat
) -> None:
    wish = ask(judges, case, mira)
    assert "Nobody asks to open anything." in mira.get(ASKED).text
    assert [agree(one, wish) for one in (mira, joris, judges.seat("lead", name="Kim"))] == [409, 303, 409]
    assert leaves(judges) == {"viewed": 0, "approved": 1}


def test_who_agreed_or_never_asked_opens_nothing(
    judges: Judges, case: CaseRow, mira: Seat, joris: Seat
) -> None:
    wish = ask(judges, case, mira)
    agree(joris, wish)
    others = (joris, judges.seat("lead", name="Kim"))
    assert [one.post(f"{wish}/open").status_code for one in others] == [404, 404]
    assert leaves(judges)["viewed"] == 0


@pytest.mark.parametrize("purpose", ["", " x ", "x" * 3001])
def test_without_a_purpose_nobody_is_asked(
    judges: Judges, case: CaseRow, mira: Seat, joris: Seat, purpose: str
) -> None:
    assert ask(judges, case, mira, purpose) == ""
    assert "Nobody asks to open anything." in joris.get(ASKED).text


def test_only_who_has_the_case_asks_and_sees_how_far_it_is(
    judges: Judges, case: CaseRow, mira: Seat, joris: Seat
) -> None:
    assert mira.get(f"/console/cases/{case.id}/raw").status_code == 200
    assert ask(judges, case, joris) == ""
    page = joris.get(f"/console/cases/{case.id}/raw")
    assert (page.status_code, "Mira has this case" in page.text) == (409, True)
    assert f"{case.id}/raw" not in joris.get(f"/console/cases/{case.id}").text
    assert f"{case.id}/raw" in mira.get(f"/console/cases/{case.id}").text


def test_a_wish_ends_with_the_case_in_hand(judges: Judges, case: CaseRow, mira: Seat, joris: Seat) -> None:
    wish, other = ask(judges, case, mira), ask(judges, case, mira)
    agree(joris, other)
    mira.post(f"/console/cases/{case.id}/skip", {"reason": "too_heavy"}, at=QUEUE)
    assert "Nobody asks to open anything." in joris.get(ASKED).text
    assert [agree(joris, wish), mira.post(f"{other}/open").status_code] == [404, 409]
    assert leaves(judges) == {"viewed": 0, "approved": 1}


def test_a_yes_runs_out(judges: Judges, case: CaseRow, mira: Seat, joris: Seat) -> None:
    wish = ask(judges, case, mira)
    agree(joris, wish)
    judges.api.hoede.db.commit(
        lambda tx: tx.conn.exec_driver_sql("UPDATE raw_view SET until = until - 900001")
    )
    assert mira.post(f"{wish}/open").status_code == 422
    assert "ran out" in mira.get(f"/console/cases/{case.id}/raw").text


def test_the_first_page_tells_who_may_agree_that_somebody_asks(
    judges: Judges, case: CaseRow, mira: Seat, joris: Seat
) -> None:
    before, _ = joris.get("/console").text, ask(judges, case, mira)
    told = [
        ASKED in str(html.fromstring(one).xpath("//main//*[@class='banner banner--care']//a/@href"))
        for one in (
            before,
            joris.get("/console").text,
            mira.get("/console").text,
            judges.seat(name="Kim").get("/console").text,
        )
    ]
    assert told == [False, True, False, False]


def test_a_passkey_used_minutes_ago_opens_nothing(
    judges: Judges, case: CaseRow, mira: Seat, joris: Seat
) -> None:
    wish = ask(judges, case, mira)
    agree(joris, wish)
    old = "UPDATE session SET verified_at = verified_at - 300001"
    judges.api.hoede.db.commit(lambda tx: tx.conn.exec_driver_sql(old))
    sent = [mira.post(f"{wish}/open"), joris.post(f"{wish}/agree"), joris.get(ASKED)]
    assert {one.headers["location"].partition("?")[0] for one in sent} == {"/console/step-up"}
    assert leaves(judges)["viewed"] == 0
