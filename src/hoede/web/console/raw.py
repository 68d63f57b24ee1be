"""A file as it was told: who has the case asks and says what for, a second person agrees, it opens once."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response, StreamingResponse

from hoede.access import Permission
from hoede.evidence import EvidenceRow
from hoede.evidence import store as evidence
from hoede.review import Refused, Why, views
from hoede.review.asked import LONGEST_TEXT
from hoede.review.views import RAW_FOR, RawRow
from hoede.web.console.cases import case_id, refused
from hoede.web.console.desk import Desk, name_of, status_of
from hoede.web.console.frame import show
from hoede.web.console.known import Known, known
from hoede.web.console.queue import CASES, QUEUE
from hoede.web.session import SANDBOXED, Doors
from hoede.web.visits import Menu, Visit

RAW: Final = "/console/raw"
MINUTES: Final = int(RAW_FOR.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks to open, as the second person sees it."""

    asked: RawRow
    copy: EvidenceRow | None
    by: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of the case, what its holder asked for it last, and who said yes."""

    copy: EvidenceRow
    asked: RawRow | None
    agreed: str

    def stands(self, visit: Visit) -> str:
        """How far it is: its words are under `raw.state`."""
        if self.asked is None or self.asked.opened_at is not None:
            return "none" if self.asked is None else "opened"
        if self.asked.may_open(visit.now):
            return "agreed"
        return "waits" if self.asked.until is None else "late"


def open_doors(doors: Doors, desk: Desk) -> None:
    at, opens, one = Raw(desk), Permission.EVIDENCE_RAW, f"{CASES}/{{id}}/raw"
    doors.get(RAW, at.wishes, needs=opens, name="raw-wishes", menu=Menu("key", "raw.title"))
    doors.post(f"{RAW}/{{id}}/agree", at.agree, needs=opens, name="raw-agree", back=RAW)
    doors.post(f"{RAW}/{{id}}/open", at.open, needs=opens, name="raw-open", back=QUEUE)
    doors.get(one, at.files, needs=opens, name="raw-files")
    doors.post(one, at.ask, needs=opens, name="raw-ask", back=QUEUE)


@dataclass(frozen=True, slots=True)
class Raw:
    desk: Desk

    def wishes(self, visit: Visit) -> Response:
        """What others ask to open, and what for. One's own wish waits for somebody else."""
        found = self.desk.db.read(
            lambda conn: [_wish(conn, one) for one in views.raw_asked(conn, visit.person.id, visit.now)]
        )
        return show(visit, "console/raw_wishes.html", wishes=found, minutes=MINUTES)

    def agree(self, visit: Visit) -> Response:
        went = self.desk.view.approve_raw(_id(visit), visit.person.id)
        return self._no(visit, went, RAW) if went else RedirectResponse(RAW, 303)

    def files(self, visit: Visit) -> Response:
        return self._files(visit)

    def ask(self, visit: Visit) -> Response:
        file, purpose = visit.body.one("file"), visit.body.one("purpose")
        went = self.desk.view.ask_raw(case_id(visit), file, visit.person.id, purpose)
        if isinstance(went, Refused):
            return self._files(visit, status=status_of(went), wrong=self.desk.says(visit, went))
        return RedirectResponse(f"{CASES}/{case_id(visit)}/raw", 303)

    def open(self, visit: Visit) -> Response:
        """A file to keep, a picture with a mark: no browser shows it here or runs what is in it."""
        opened = self.desk.view.raw(_id(visit), visit.person.id)
        if isinstance(opened, Refused):
            return self._no(visit, opened, QUEUE)
        ends, kind = ("webp", "image/webp") if opened.rendered else ("bin", "application/octet-stream")
        headers = {
            "Content-Disposition": f'attachment; filename="{_id(visit)}.{ends}"',
            "Content-Security-Policy": SANDBOXED,
        }
        return StreamingResponse(opened.pieces, headers=headers, media_type=kind)

    def _files(self, visit: Visit, *, status: int = 200, wrong: str | None = None) -> Response:
        """The case's copies with what was asked for each, for who has the case."""
        case, person = case_id(visit), visit.person.id
        found = self.desk.db.read(lambda conn: known(conn, case, person, visit.now))
        if found is None:
            return refused(self.desk, visit, Refused(Why.GONE))
        if not found.mine:
            return refused(self.desk, visit, _whose(found))
        files = self.desk.db.read(lambda conn: _files_of(conn, found, person))
        return show(
            visit,
            "console/raw_files.html",
            status=status,
            case=found.case,
            files=files,
            wrong=wrong,
            given=visit.body,
            longest=LONGEST_TEXT,
            minutes=MINUTES,
        )

    def _no(self, visit: Visit, why: Refused, back: str) -> Response:
        said = self.desk.says(visit, why)
        return show(visit, "console/refused.html", status=status_of(why), says=said, back=back)


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["id"])


def _whose(found: Known) -> Refused:
    return Refused(Why.TAKEN, *found.holder) if found.holder else Refused(Why.LEASE)


def _wish(conn: Connection, asked: RawRow) -> Wish:
    return Wish(asked, evidence.find(conn, asked.evidence), name_of(conn, asked.person))


def _files_of(conn: Connection, found: Known, person: str) -> list[File]:
    asked: dict[str, RawRow] = {}
    for one in views.raw_of(conn, found.case.id, person):
        asked.setdefault(one.evidence, one)  # the newest
    copies = [copy for seen in found.contents for copy in seen.copies]
    return [_file(conn, copy, asked.get(copy.taken.id)) for copy in copies]


def _file(conn: Connection, copy: EvidenceRow, asked: RawRow | None) -> File:
    return File(copy, asked, name_of(conn, asked.approved_by) if asked and asked.approved_by else "")
