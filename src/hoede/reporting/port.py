"""What an authority's adapter does: one call, one answer, no memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hoede.reporting.drafts import Draft, DraftFile


class ReplyKind(StrEnum):
    """What an answer means, whatever the authority's own codes are."""

    DONE = "done"
    LATER = "later"  # trouble on their side: try again
    UNREACHED = "unreached"  # certain that the call never arrived: try again
    STOP = "stop"  # our credentials or our request: a person must look, tries go on
    GONE = "gone"  # they know no such open report (any more)
    ALREADY_FINISHED = "already_finished"
    DAMAGED = "damaged"  # what arrived is not what we sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer; raw bytes are kept, they are the legal receipt."""

    kind: ReplyKind
    code: str  # the authority's own, or the HTTP status, for people
    raw: bytes
    request_id: str | None = None  # their support asks for it
    remote_id: str | None = None
    file_id: str | None = None
    wait: timedelta | None = None  # they ask to be left alone for so long


READ_WITHIN_S = 10.0  # seconds for the body of an answer, which is short; the timeout is of each read


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoritySettings:
    """What an adapter needs to know of its authority and of who reports."""

    url: str
    user: str
    password: str
    production: bool
    timeout_s: float = 60.0
    reporter_first_name: str
    reporter_last_name: str
    reporter_email: str
    company_template: str = ""
    legal_url: str = ""
    schema: bytes | None = None  # the authority's own, as an operator fetched it


class NoReply(Exception):
    """The call may or may not have arrived; `wait` is how long they ask to be left alone, if they do."""

    def __init__(self, why: str, wait: timedelta | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Authority(Protocol):
    """Whom a report goes to. Every method makes one call and may raise `NoReply`."""

    name: str
    production_hosts: frozenset[str]  # where reports go to people who act on them
    takes_batches: bool  # one report may tell of many cases about one widely shared file
    production: bool  # reports go to people who act on them
    url: str  # for `config check` and logs

    def document(self, draft: "Draft") -> bytes:
        """The report as it is sent; the same draft gives the same bytes."""

    def wrong_with(self, draft: "Draft", now: datetime) -> tuple[str, ...]:
        """What the authority would refuse in the documents of this draft; nothing is sent."""

    def fetch_schema(self) -> bytes | None:
        """The authority's own schema of documents, None when it has none. Raises `NoReply`."""

    def submit(self, document: bytes) -> Reply: ...

    def upload(self, remote_id: str, file: "DraftFile", content: Iterable[bytes]) -> Reply:
        """Send one file; `DAMAGED` when the authority received other bytes than we have."""

    def detail(self, remote_id: str, file_id: str, file: "DraftFile") -> Reply: ...

    def finish(self, remote_id: str) -> Reply: ...

    def retract(self, remote_id: str) -> Reply: ...

    def close(self) -> None:
        """Let connections go; nothing is called afterwards."""
