"""Looking at a file of a case: only when asked, little first; each look says what for, and is a leaf."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from hoede.access import Permission
from hoede.core.orders import opaque
from hoede.flow.view import READ, How
from hoede.review import Refused, Why
from hoede.web.console.cases import case_id, case_page, refused
from hoede.web.console.desk import Desk, status_of
from hoede.web.console.frame import no_look
from hoede.web.console.queue import CASES, QUEUE
from hoede.web.session import Doors
from hoede.web.visits import Visit

PURPOSES: Final = ("judge", "check", "objection", "danger")  # words under `look.purpose`
NEEDLESS: Final = frozenset({Why.KNOWN, Why.SEEN, Why.ALIKE})  # opens all the same to who says why
OPEN_FOR: Final = timedelta(minutes=1)  # how long the address of a picture works


@dataclass(frozen=True, slots=True)
class Look:
    """What of which file stands on the page: a picture by where it comes from, or what somebody wrote."""

    file: str
    how: str
    purpose: str
    address: str | None = None
    written: str | None = None


def open_doors(doors: Doors, desk: Desk) -> None:
    at, sees, one = Looks(desk), Permission.EVIDENCE_PREVIEW, f"{CASES}/{{id}}"
    doors.post(f"{one}/look", at.look, needs=sees, name="case-look", back=QUEUE)
    doors.get(f"{one}/picture", at.picture, needs=sees, name="case-picture")


@dataclass(frozen=True, slots=True)
class Looks:
    desk: Desk

    def look(self, visit: Visit) -> Response:
        """The case with the picture or the text in it. The address of a picture works for a minute."""
        file, how, purpose = (visit.body.one(name) for name in ("file", "how", "purpose"))
        if how not in {*How, READ} or purpose not in PURPOSES:
            return self._wrong(visit, Refused(Why.PURPOSE))
        why = self._closed(visit, file, how)
        if why is not None:
            return self._wrong(visit, why, file=file if why.why in NEEDLESS else None)
        if how == READ:
            written = self.desk.view.text(case_id(visit), file, visit.person.id, purpose)
            if isinstance(written, Refused):
                return self._wrong(visit, written)
            return case_page(self.desk, visit, looking=Look(file, how, purpose, written=written))
        at = int(visit.now.timestamp())
        key = _key(visit, file, how, purpose, at)
        asked = urlencode({"file": file, "how": how, "purpose": purpose, "at": at, "key": key})
        address = f"{CASES}/{case_id(visit)}/picture?{asked}"
        return case_page(self.desk, visit, looking=Look(file, how, purpose, address))

    def _closed(self, visit: Visit, file: str, how: str) -> Refused | None:
        """Why it is not served now, in words on the page instead of an empty frame."""
        case, person, because = case_id(visit), visit.person.id, visit.body.one("because")
        if because.strip() and (why := self.desk.view.ask_again(case, file, person, because)):
            return why
        refused = self.desk.view.why_not(case, file, person, how)
        if refused is not None and refused.why is Why.BREAK and refused.until is not None:
            self.desk.days.keep(case, person, refused.until)
        return refused

    def _wrong(self, visit: Visit, why: Refused, *, file: str | None = None) -> Response:
        """`file` is what nobody needs to see, or they saw before: the page asks why all the same."""
        said = self.desk.says(visit, why)
        return case_page(self.desk, visit, status=status_of(why), wrong=said, needless=file)

    def picture(self, visit: Visit) -> Response:
        """The rendered picture; that it was shown is written down before the first byte goes out."""
        if visit.request.method == "HEAD":
            return no_look()
        query = visit.request.query_params
        file, how, purpose = (query.get(name, "") for name in ("file", "how", "purpose"))
        if not _is_ours(visit, file, how, purpose):
            return refused(self.desk, visit, Refused(Why.PURPOSE))
        shown = self.desk.view.preview(case_id(visit), file, visit.person.id, How(how), purpose)
        if isinstance(shown, Refused):
            return refused(self.desk, visit, shown)
        return Response(shown.picture, media_type="image/webp")


def _is_ours(visit: Visit, file: str, how: str, purpose: str) -> bool:
    """Whether this session was given this very address just now."""
    at, key = visit.request.query_params.get("at", ""), visit.request.query_params.get("key", "")
    if not (at.isascii() and at.isdigit()):
        return False
    is_fresh = 0 <= visit.now.timestamp() - int(at) <= OPEN_FOR.total_seconds()
    return is_fresh and hmac.compare_digest(_key(visit, file, how, purpose, int(at)), key)


def _key(visit: Visit, file: str, how: str, purpose: str, at: int) -> str:
    """Made of what only this session's forms hold, so that no other site can have a picture shown."""
    return opaque(visit.form.encode(), f"look\x1f{case_id(visit)}\x1f{file}\x1f{how}\x1f{purpose}\x1f{at}")
