"""What is served of somebody, at any door of the console, has its leaf: counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import pytest
from httpx2 import Response
from lxml import html
from tests.web.cases import Judges
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat

from hoede.app import verify_log
from hoede.evidence import store as evidence
from hoede.reporting import Draft
from hoede.reporting import store as reports
from hoede.review import CaseRow, Grounds, LetterRow
from hoede.review import store as review
from hoede.review.notices import Notice, Reason, Source
from hoede.web.session import DoorRoute
from hoede.web.visits import Door

QUEUE = "/console/queue"
# Each stands in one place only, so that a page with it says whence it came.
OF_PERSON = (b"Noor-the-screen-name", b"a reporter wrote this", b"an objector wrote this", b"192.0.2.7")
OF_FILE = (b"they wrote this themselves",)
FILE = b"a file"
PICTURES = {"image/webp", "application/octet-stream"}
# Doors that end a session or somebody's time on the case: knocked at last.
LAST = ("case-skip", "case-escalate", "case-hand-over", "sign-out")


@dataclass
class Walk:
    """A lead at a desk with one of everything, who knocks at every door."""

    judges: Judges
    seat: Seat
    case: CaseRow
    objection: CaseRow
    ids: dict[str, str]
    shown: str  # the copy of the picture
    text: str  # and of what somebody wrote
    seen: dict[bytes, set[str]] = field(default_factory=dict)  # what stood where

    @property
    def doors(self) -> list[Door]:
        routes = [one for one in self.judges.api.hoede.site.routes if isinstance(one, DoorRoute)]
        return sorted((one.door for one in routes), key=lambda door: door.name in LAST)

    def leaves(self) -> tuple[int, int]:
        """How many say that a page was read, and how many that a file was opened."""
        asked = (
            "SELECT count(*) FROM leaf WHERE body LIKE '%\"case.viewed\"%' OR body LIKE '%\"report.viewed\"%'"
        )
        opened = "SELECT count(*) FROM leaf WHERE body LIKE '%\"evidence.viewed\"%'"
        count = self.judges.api.hoede.db.read(
            lambda conn: tuple(conn.exec_driver_sql(one).scalar_one() for one in (asked, opened))
        )
        return int(count[0]), int(count[1])

    def knock(self, name: str, ask: Callable[[], Response]) -> tuple[tuple[int, int], tuple[int, int]]:
        """What was served at this door, and the leaves it got: of pages and of files."""
        before, answer = self.leaves(), ask()
        assert answer.status_code < 500, name
        after, is_file = self.leaves(), answer.headers.get("content-type") in PICTURES
        served = (
            int(any(one in answer.content for one in OF_PERSON)),
            int(is_file or any(one in answer.content for one in OF_FILE)),
        )
        for one in (*OF_PERSON, *OF_FILE, *([FILE] if is_file else [])):
            if one is FILE or one in answer.content:
                self.seen.setdefault(one, set()).add(name)
        return served, (after[0] - before[0], after[1] - before[1])

    def path(self, door: Door) -> str:
        place = next((one for one in self.ids if door.path.startswith(one)), "")
        return door.path.replace("{id}", self.ids.get(place, "per_0")).replace("{link}", "abc")


@pytest.fixture
def walk(open_api: OpenApi, draft_of: Callable[..., Draft]) -> Walk:
    judges = Judges(open_api(public_url=URL))
    api = judges.api
    api.hoede.reader.warm()  # a picture that comes too late was looked for and not served
    told = {"screen_name": OF_PERSON[0].decode(), "country": "NL"}
    api.http.put("/v1/accounts/a-1", json=told, headers=api.headers())
    case = judges.case("a-1", text=OF_FILE[0].decode())
    report(judges, case)
    objection, order = objected(judges, case), filed(judges, case, draft_of)
    lead = judges.seat("lead", "judge", "auditor", "legal", "policy", "administrator")
    for one in (case, objection):
        assert lead.post(f"/console/cases/{one.id}/take", at=QUEUE).status_code == 303
    copies = api.hoede.db.read(evidence.all_rows)
    shown, text = (next(one.taken.id for one in copies if one.part == part) for part in ("media", "text"))
    raw = wish(judges, lead, case, shown)
    ids = {"/console/cases": case.id, "/console/reports": order, "/console/raw": raw, "/console/log": "0"}
    return Walk(judges, lead, case, objection, ids, shown, text)


def report(judges: Judges, case: CaseRow) -> None:
    told = Notice(
        service=case.service,
        source=Source.PERSON,
        subject=case.account,
        reason=Reason.PRESSURE,
        at=datetime.now(UTC),
        reporter="r-1",
        words=OF_PERSON[1].decode(),
    )
    judges.api.hoede.notice.take(told)


def objected(judges: Judges, case: CaseRow) -> CaseRow:
    sent = case.opened_at.date()
    letter = LetterRow(
        order_id="ord_letter",
        service=case.service,
        account=case.account,
        case_id=case.id,
        locale="en",
        title="A letter",
        paragraphs=("What we did.",),
        sent_on=sent,
        until=sent.replace(year=sent.year + 1),
    )
    judges.api.hoede.db.commit(lambda tx: review.save_letter(tx, letter, "a-link"))
    judges.api.http.post("/appeal/a-link", data={"why": OF_PERSON[2].decode()})
    waits = judges.api.hoede.db.read(review.queue)
    return next(one for one in waits if one.grounds is Grounds.OBJECTION)


def filed(judges: Judges, case: CaseRow, draft_of: Callable[..., Draft]) -> str:
    draft = replace(draft_of(b"one"), case_id=case.id)
    judges.api.hoede.db.commit(lambda tx: reports.add_report(tx, "ord_report", "ncmec", draft))
    return "ord_report"


def wish(judges: Judges, lead: Seat, case: CaseRow, file: str) -> str:
    """The file itself, which somebody else agreed to."""
    view = judges.api.hoede.view
    asked = {"file": file, "purpose": "to tell what it is"}
    lead.post(f"/console/cases/{case.id}/raw", asked, at=QUEUE)
    found = "SELECT id FROM raw_view"
    raw = judges.api.hoede.db.read(lambda conn: conn.exec_driver_sql(found).scalar_one())
    assert view.approve_raw(str(raw), "per_second") is None
    return str(raw)


def picture(walk: Walk) -> str:
    """Where the picture of the case comes from, once somebody asked."""
    told = {"file": walk.shown, "how": "clear", "purpose": "judge", "because": "It may be a mistake."}
    page = walk.seat.post(f"/console/cases/{walk.case.id}/look", told, at=QUEUE).text
    return next(str(one.get("src")) for one in html.fromstring(page).iter("img"))


def tried(walk: Walk) -> Iterator[tuple[str, Callable[[], Response]]]:
    """Every door, with what makes it show as much as it can: wrong answers show the case again."""
    seat, other = walk.seat, walk.judges.seat(name="Joris")
    case, objection = (f"/console/cases/{one.id}" for one in (walk.case, walk.objection))
    told = {
        "file": walk.text,
        "how": "text",
        "purpose": "judge",
        "why": "x",
        "note": "a note",
        "outcome": "x",
    }
    yield "other", partial(other.get, case)
    yield "other's look", partial(other.post, f"{case}/look", told, at=QUEUE)
    yield "objection", partial(seat.get, objection)
    yield "answer", partial(seat.post, f"{objection}/answer", told, at=QUEUE)
    yield "picture", partial(seat.get, picture(walk))
    yield "headers", partial(seat.http.head, case)
    for door in walk.doors:
        knock = partial(seat.get) if door.method == "GET" else partial(seat.post, told=told, at=QUEUE)
        yield door.name, partial(knock, walk.path(door))


def test_what_is_served_at_every_door_and_what_is_written_down_are_the_same(walk: Walk) -> None:
    wrong = {}
    for name, ask in tried(walk):
        served, leaves = walk.knock(name, ask)
        if served != leaves:
            wrong[name] = (served, leaves)
    assert wrong == {}
    known, reported, objections, address, written = (walk.seen[one] for one in (*OF_PERSON, *OF_FILE))
    assert {"case", "case-look", "case-back", "case-judge", "other", "objection"} <= known
    assert {"case", "case-look", "objection"} <= reported
    assert (objections, address, written) == ({"objection", "answer"}, {"report"}, {"case-look"})
    assert ("other" in reported, walk.seen[FILE]) == (False, {"picture", "raw-open"})


def test_readings_stand_in_the_log(walk: Walk) -> None:
    walk.seat.get(f"/console/cases/{walk.case.id}")
    walk.seat.get("/console/reports/ord_report")
    hoede = walk.judges.api.hoede
    while hoede.sequencer.run_once():
        pass
    assert verify_log(hoede.db, hoede.keys).wrong == ()
    unseen = (
        "INSERT INTO page_view SELECT 'vie_0', kind, about, person, purpose, words, at FROM page_view LIMIT 1"
    )
    hoede.db.commit(lambda tx: tx.conn.exec_driver_sql(unseen))
    (wrong,) = verify_log(hoede.db, hoede.keys).wrong
    assert "1 change(s) case.viewed in the rows without a leaf" in wrong
