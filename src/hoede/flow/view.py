"""Evidence to eyes: a preview for who has the case, the file itself for two people; each with a purpose."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from hoede.core.orders import opaque
from hoede.db import Database, Transaction
from hoede.detection import store as events
from hoede.evidence import EvidenceRow, EvidenceState, Vault
from hoede.evidence import store as evidence
from hoede.media import MediaRefused, Preview, Reader
from hoede.review import CaseRow, Grounds, Refused, Why, alikes, claims, exposure, judgments, views
from hoede.review import store as review
from hoede.review.asked import LONGEST_TEXT, SHORTEST_REASON
from hoede.review.exposure import Material
from hoede.review.judgments import Earlier
from hoede.review.wellness import FULL, Wellness, is_known

LARGEST_PREVIEWED = 64 << 20  # bytes; it is decrypted into memory, never onto a disk


class How(StrEnum):
    """How much of a picture is shown, from little to all."""

    STRIP = "strip"  # some frames of what moves, small, beside one another
    BLURRED = "blurred"
    SMALL = "small"
    GREY = "grey"
    CLEAR = "clear"


RAW = "raw"  # the file itself
READ = "text"  # how a text is shown: there is no less of it
SIDES = {How.BLURRED: 640, How.SMALL: 160, How.STRIP: 160, How.GREY: 1280, How.CLEAR: 1280}  # pixels
BLUR = {How.BLURRED: 24}  # pixels
RAW_SIDE = 8192  # pixels: as large as it is, but for the very largest
MARKED = frozenset({How.GREY, How.CLEAR})  # who looks stands faintly all over these


@dataclass(frozen=True, slots=True)
class Shown:
    picture: bytes  # a WebP without metadata
    whole: bool  # this is all of the file, unblurred


@dataclass(frozen=True, slots=True)
class Opened:
    """What came through the door of two people."""

    pieces: Iterator[bytes]
    rendered: bool  # a WebP with a mark; else the file's own bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Opens evidence for people. It is written down, and counted, before the first byte goes out."""

    db: Database
    vault: Vault
    reader: Reader
    wellness: Wellness
    names: bytes
    new_id: Callable[[str], str]

    def preview(self, case_id: str, copy_id: str, person: str, how: How, purpose: str) -> Shown | Refused:
        """A rendered picture, never the file, for the person who has the case. `FORM` where there is none."""
        view_id = self.new_id("vie")
        copy = self.db.commit(lambda tx: self._opens(tx, view_id, case_id, copy_id, person, how, purpose))
        if isinstance(copy, Refused):
            return copy
        if copy.taken.size > LARGEST_PREVIEWED:
            return self._nothing(view_id)
        mark = _mark(person, view_id) if how in MARKED else ""
        try:
            with _in_memory(self.vault.open(copy.taken)) as file:
                preview = self._rendered(file, how, mark)
        except MediaRefused:
            return self._nothing(view_id)
        whole = preview.whole and how is How.CLEAR
        if whole:
            self.db.commit(lambda tx: views.note_whole(tx, view_id))
        return Shown(preview.picture, whole)

    def _rendered(self, file: int, how: How, mark: str) -> Preview:
        if how is How.STRIP:
            return self.reader.strip(file, side=SIDES[how])
        return self.reader.preview(
            file, side=SIDES[how], grey=how is How.GREY, blur=BLUR.get(how, 0), mark=mark
        )

    def text(self, case_id: str, copy_id: str, person: str, purpose: str) -> str | Refused:
        """What somebody wrote, whole, for the person who has the case. `FORM` where it is no text."""
        view_id = self.new_id("vie")
        copy = self.db.commit(lambda tx: self._opens(tx, view_id, case_id, copy_id, person, READ, purpose))
        if isinstance(copy, Refused):
            return copy
        if copy.part != "text":
            return self._nothing(view_id)
        written = b"".join(self.vault.open(copy.taken)).decode()
        self.db.commit(lambda tx: views.note_whole(tx, view_id))
        return written

    def ask_again(self, case_id: str, copy_id: str, person: str, why: str) -> Refused | None:
        """Keep why the person who has the case must see what nobody needs to see, or what they saw before."""
        return self.db.commit(lambda tx: _ask_again(tx, case_id, copy_id, person, why))

    def ask_raw(self, case_id: str, copy_id: str, person: str, purpose: str) -> str | Refused:
        """The id of a wish to open the file itself; a second person must say yes."""
        raw_id = self.new_id("raw")
        return self.db.commit(lambda tx: self._ask_raw(tx, raw_id, case_id, copy_id, person, purpose))

    def approve_raw(self, raw_id: str, person: str) -> Refused | None:
        """A second person says yes, while who asked still has the case; nobody approves their own wish."""
        return self.db.commit(lambda tx: _approve(tx, raw_id, person))

    def raw(self, raw_id: str, person: str) -> Opened | Refused:
        """All of a file, once, for who asked, while a second person's yes and the case are theirs.

        A picture comes rendered, with who, when and which case all over it; what no rendering shows whole
        (video, several frames, text, what nobody can decode) comes as it is, without any mark.
        """
        view_id = self.new_id("vie")
        went = self.db.commit(lambda tx: self._opens_raw(tx, view_id, raw_id, person))
        if isinstance(went, Refused):
            return went
        copy, case_id = went
        picture = self._rendered_whole(copy, _mark_of_raw(self.db.now(), person, case_id, view_id))
        pieces = self.vault.open(copy.taken) if picture is None else (picture,)
        return Opened(self._sent(view_id, pieces), rendered=picture is not None)

    def _rendered_whole(self, copy: EvidenceRow, mark: str) -> bytes | None:
        if copy.part != "media" or copy.taken.size > LARGEST_PREVIEWED:
            return None
        try:
            with _in_memory(self.vault.open(copy.taken)) as file:
                shown = self.reader.preview(file, side=RAW_SIDE, mark=mark)
        except MediaRefused:
            return None
        return shown.picture if shown.whole else None

    def _sent(self, view_id: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        yield from pieces
        self.db.commit(lambda tx: views.note_whole(tx, view_id))

    def _opens(  # noqa: PLR0917 - who, what, how and why
        self, tx: Transaction, view_id: str, case_id: str, copy_id: str, person: str, how: str, purpose: str
    ) -> EvidenceRow | Refused:
        copy = _may_open(tx, case_id, copy_id, person, purpose)
        if isinstance(copy, Refused):
            return copy
        said = self._served(tx, view_id, case_id, copy, person, how, purpose)
        if isinstance(said, Refused):
            return said
        views.note_view(tx, view_id, case_id=case_id, evidence=copy_id, person=person, purpose=said, how=how)
        return copy

    def _served(  # noqa: PLR0917 - likewise
        self,
        tx: Transaction,
        view_id: str,
        case_id: str,
        copy: EvidenceRow,
        person: str,
        how: str,
        purpose: str,
    ) -> str | Refused:
        """Count it in this very transaction; what it is opened for, with why it must be seen all the same."""
        what, again = self._material(tx.conn, case_id, copy), _again(tx.conn, case_id, copy, person)
        asked = again or how == RAW  # what two people agreed to has its reason already
        why = None if asked else self._needless(tx.conn, copy, person, what)
        refused = Refused(why) if why else None
        refused = refused or exposure.serve(tx, self.wellness, view_id, person, what, full=how in FULL)
        if refused is not None:
            return refused
        return f"{purpose}: {again}" if again else purpose

    def why_not(self, case_id: str, copy_id: str, person: str, how: str) -> Refused | None:
        """Why this would not be served to them at this moment; asking counts nothing."""
        return self.db.read(lambda conn: self._why_not(conn, case_id, copy_id, person, how))

    def _why_not(self, conn: Connection, case_id: str, copy_id: str, person: str, how: str) -> Refused | None:
        copy, now = evidence.find(conn, copy_id), self.db.time(conn)
        if copy is None:
            return Refused(Why.FILE)
        what = self._material(conn, case_id, copy)
        again = _again(conn, case_id, copy, person)
        if not again and (why := self._needless(conn, copy, person, what)):
            return Refused(why)
        seen = exposure.seen_by(conn, person, self.wellness.counts_from(now))
        own_until = exposure.own(conn, person).break_until
        closed = self.wellness.closed(seen, what.severity, now, full=how in FULL, own_until=own_until)
        return None if closed is None else exposure.refused(closed)

    def _material(self, conn: Connection, case_id: str, copy: EvidenceRow) -> Material:
        case = review.find_case(conn, case_id)
        return Material(
            case_id=case_id,
            evidence=copy.taken.id,
            mark=opaque(self.names, f"seen\x1f{copy.taken.sha256}"),
            severity=self.wellness.severity(
                case.lane if case else None, events.findings_of(conn, copy.event)
            ),
        )

    @staticmethod
    def _needless(conn: Connection, copy: EvidenceRow, person: str, what: Material) -> Why | None:
        """Why this person does not need to see it."""
        if copy.part == "media" and is_known(events.findings_of(conn, copy.event)):
            return Why.KNOWN
        if exposure.seen_elsewhere(conn, person, what):
            return Why.SEEN
        near = [one.evidence for one in alikes.near(conn, copy.taken.id)]
        if near and views.opened_of(conn, what.case_id, person, near):
            return Why.ALIKE
        return Why.ALIKE if _decides(conn, what, _decided(conn, what, near)) else None

    def judged_before(
        self, conn: Connection, case_id: str, copies: Iterable[EvidenceRow]
    ) -> dict[str, Earlier]:
        """By file, what was judged of the same material or of a near copy, the newest."""
        found: dict[str, Earlier] = {}
        for copy in copies:
            near = [one.evidence for one in alikes.near(conn, copy.taken.id)]
            earlier = _decided(conn, self._material(conn, case_id, copy), near)
            if earlier:
                found[copy.taken.id] = earlier[0]
        return found

    def _nothing(self, view_id: str) -> Refused:
        """There was nothing to show: it was asked for and is written down, but nobody saw it."""
        self.db.commit(lambda tx: exposure.nothing_shown(tx, view_id))
        return Refused(Why.FORM)

    def _ask_raw(  # noqa: PLR0917 - likewise
        self, tx: Transaction, raw_id: str, case_id: str, copy_id: str, person: str, purpose: str
    ) -> str | Refused:
        copy = _may_open(tx, case_id, copy_id, person, purpose)
        if isinstance(copy, Refused):
            return copy
        views.ask_raw(tx, raw_id, case_id=case_id, evidence=copy_id, person=person, purpose=purpose)
        return raw_id

    def _opens_raw(
        self, tx: Transaction, view_id: str, raw_id: str, person: str
    ) -> tuple[EvidenceRow, str] | Refused:
        asked = views.lock_raw(tx, raw_id)
        if asked is None or asked.person != person:
            return Refused(Why.GONE)
        if not asked.may_open(tx.now):
            return Refused(Why.TWO_PEOPLE)
        copy = self._opens(tx, view_id, asked.case_id, asked.evidence, person, RAW, asked.purpose)
        if isinstance(copy, Refused):
            return copy
        views.open_raw(tx, raw_id)
        return copy, asked.case_id


def _decides(conn: Connection, what: Material, earlier: Sequence[Earlier]) -> bool:
    """Whether what was judged of near copies decides here: to who checks, only where one was checked too.

    Who answers an objection always looks for themselves.
    """
    case = review.find_case(conn, what.case_id)
    if case is None or not case.grounds.is_content:
        return False
    return any(one.checked or case.state == review.OPEN for one in earlier)


def _decided(conn: Connection, what: Material, near: Sequence[str]) -> tuple[Earlier, ...]:
    """What was judged in other cases of the same material or of near copies.

    Who judges a case to see how well people judge is told of none: what others said would be the answer.
    """
    case = review.find_case(conn, what.case_id)
    if case is None or case.blind:
        return ()
    alike = {*near, *exposure.copies_of(conn, what)}
    return tuple(one for one in judgments.earlier(conn, alike) if one.case_id != what.case_id)


def _again(conn: Connection, case_id: str, copy: EvidenceRow, person: str) -> str | None:
    return exposure.asked_again(conn, case_id, copy.taken.id, person)


def _ask_again(tx: Transaction, case_id: str, copy_id: str, person: str, why: str) -> Refused | None:
    copy = _may_open(tx, case_id, copy_id, person, why)
    if isinstance(copy, Refused):
        return copy
    exposure.ask_again(tx, case_id, copy_id, person, why.strip())
    return None


def _mark(person: str, view_id: str) -> str:
    """The ends of two ids: whose eyes, and which row says when and what for."""
    return f"{person[-8:]} {view_id[-8:]}"


def _mark_of_raw(now: datetime, person: str, case_id: str, view_id: str) -> str:
    """Whose eyes, when and in which case, to be read also where the log is not at hand."""
    return f"{person} {now:%Y-%m-%d %H:%M}Z {case_id} {view_id[-8:]}"


def _may_open(
    tx: Transaction, case_id: str, copy_id: str, person: str, purpose: str
) -> EvidenceRow | Refused:
    """The copy, if it belongs to the case this person has, and they say what for."""
    if not SHORTEST_REASON <= len(purpose.strip()) <= LONGEST_TEXT:
        return Refused(Why.PURPOSE)
    held = claims.hold(tx, case_id, person)
    if isinstance(held, Refused):
        return held
    copy = evidence.find(tx.conn, copy_id)
    if copy is None or copy_id not in _copies(tx.conn, held.case):
        return Refused(Why.FILE)
    return copy if copy.state in {EvidenceState.INTAKE, EvidenceState.SEALED} else Refused(Why.FILE)


def _copies(conn: Connection, case: CaseRow) -> set[str]:
    """An objection is judged by what the case it is against holds."""
    subject = case.earlier if case.grounds is Grounds.OBJECTION and case.earlier else case.id
    return {one.evidence for one in review.files_of(conn, subject)}


def _approve(tx: Transaction, raw_id: str, person: str) -> Refused | None:
    asked = views.lock_raw(tx, raw_id)
    if asked is None:
        return Refused(Why.GONE)
    if asked.person == person:
        return Refused(Why.OWN)
    held = claims.holder(tx.conn, asked.case_id, tx.now)
    if held is None or held[0] != asked.person:
        return Refused(Why.GONE)
    return None if views.approve_raw(tx, raw_id, person) else Refused(Why.ALREADY)


@contextmanager
def _in_memory(pieces: Iterator[bytes]) -> Iterator[int]:
    """A descriptor of a file that is nowhere on a disk."""
    file = os.memfd_create("hoede-preview", os.MFD_CLOEXEC)
    try:
        for piece in pieces:
            view = memoryview(piece)
            while view:
                view = view[os.write(file, view) :]
        os.lseek(file, 0, os.SEEK_SET)
        yield file
    finally:
        os.close(file)
