"""The ledger's entries and the reports they add up to. Pure."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hoede.simulators.cybertipline.xml import parse

OPEN_FOR = timedelta(hours=24)
AFTER_LAST_CHANGE = timedelta(hours=1)


class Act(StrEnum):
    SUBMITTED = "submitted"
    UPLOADED = "uploaded"
    DETAILED = "detailed"
    FINISHED = "finished"
    RETRACTED = "retracted"
    EXPIRED = "expired"


class State(StrEnum):
    OPEN = "open"
    FINISHED = "finished"
    RETRACTED = "retracted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: a call that changed something, or an expiry."""

    act: Act
    at: datetime
    report: int
    login: str = ""
    request: str = ""  # the Request-ID of the call
    xml: str | None = None
    file: str | None = None
    md5: str | None = None
    sha256: str | None = None
    size: int | None = None  # bytes

    def to_json(self) -> str:
        told = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        return json.dumps(told | {"at": self.at.isoformat()})

    @classmethod
    def from_json(cls, line: str) -> "Entry":
        told = json.loads(line)
        return cls(**told | {"act": Act(told["act"]), "at": datetime.fromisoformat(told["at"])})


def text_at(xml: str, path: str) -> str | None:
    found = parse(xml.encode()).find(path)
    return None if found is None else found.text or ""


@dataclass(frozen=True, slots=True)
class SimFile:
    file_id: str
    md5: str
    sha256: str
    size: int  # bytes
    uploaded_at: datetime
    file_details: str | None = None  # XML as received

    def text(self, path: str) -> str | None:
        """Text of an element of the file's details, such as `fileViewedByEsp`; None when it is not there."""
        return None if self.file_details is None else text_at(self.file_details, path)


@dataclass(frozen=True, slots=True)
class SimReport:
    """A report as the authority has it."""

    id: int
    login: str
    state: State
    xml: str  # as received
    opened_at: datetime
    files: tuple[SimFile, ...] = ()
    touched_at: datetime | None = None  # last upload or file details
    closed_at: datetime | None = None  # finished, retracted or expired
    request: str = ""  # Request-ID of the call that opened it

    def text(self, path: str) -> str | None:
        """Text of an element, such as `personOrUserReported/espIdentifier`; None when it is not there."""
        return text_at(self.xml, path)

    def file(self, file_id: str) -> SimFile | None:
        return next((file for file in self.files if file.file_id == file_id), None)

    @property
    def expires_at(self) -> datetime:
        whole = self.opened_at + OPEN_FOR
        return whole if self.touched_at is None else max(whole, self.touched_at + AFTER_LAST_CHANGE)


_CLOSING = {Act.FINISHED: State.FINISHED, Act.RETRACTED: State.RETRACTED, Act.EXPIRED: State.EXPIRED}


def replay(entries: Iterable[Entry]) -> dict[int, SimReport]:
    """The reports that the entries add up to, by id, in the order they were opened."""
    reports: dict[int, SimReport] = {}
    for entry in entries:
        reports[entry.report] = after(reports.get(entry.report), entry)
    return reports


def after(report: SimReport | None, entry: Entry) -> SimReport:
    """The report once the entry holds. An entry that fits no report raises `ValueError`."""
    if entry.act is Act.SUBMITTED:
        return SimReport(
            id=entry.report,
            login=entry.login,
            state=State.OPEN,
            xml=entry.xml or "",
            opened_at=entry.at,
            request=entry.request,
        )
    if report is None:
        raise ValueError(f"the ledger never opened report {entry.report}")
    if entry.act is Act.UPLOADED:
        return replace(report, files=(*report.files, _file(entry)), touched_at=entry.at)
    if entry.act is Act.DETAILED:
        files = tuple(
            replace(file, file_details=entry.xml) if file.file_id == entry.file else file
            for file in report.files
        )
        return replace(report, files=files, touched_at=entry.at)
    return replace(report, state=_CLOSING[entry.act], closed_at=entry.at)


def _file(entry: Entry) -> SimFile:
    return SimFile(entry.file or "", entry.md5 or "", entry.sha256 or "", entry.size or 0, entry.at)
