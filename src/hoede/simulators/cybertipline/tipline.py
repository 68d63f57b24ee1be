"""The authority itself: opens, fills, finishes, retracts and forgets reports, and writes each change down."""

import csv
import hashlib
import io
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import Protocol

from hoede.simulators.cybertipline.answers import Answer, Code, Done
from hoede.simulators.cybertipline.forms import Digests, Form
from hoede.simulators.cybertipline.ledger import Ledger
from hoede.simulators.cybertipline.records import Act, Entry, SimReport, State, after, replay
from hoede.simulators.cybertipline.rules import file_complaint, report_complaint
from hoede.simulators.cybertipline.schema import FILE_DETAILS, REPORT, first_complaint
from hoede.simulators.cybertipline.settings import Settings
from hoede.simulators.cybertipline.xml import Complaint, MalformedXmlError, Node, parse, placed

_CLOSED = {
    State.FINISHED: (Code.FINISHED, "The report was already finished."),
    State.RETRACTED: (Code.RETRACTED, "The report was already retracted."),
    State.EXPIRED: (Code.NO_REPORT, "The report does not exist."),
}


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Caller:
    login: str
    request: str  # the Request-ID of this call


class Tipline:
    """All reports of one ledger. Each method is one call of the API and answers what the API would."""

    def __init__(self, settings: Settings, ledger: Ledger, clock: Clock) -> None:
        self.settings = settings
        self._ledger = ledger
        self._clock = clock
        self._lock = RLock()  # the server's thread and the caller's own may both ask
        self._reports = replay(ledger.entries())
        self._open = {report.id for report in self._reports.values() if report.state is State.OPEN}

    def reports(self) -> list[SimReport]:
        """Every report, oldest first, after forgetting those whose time is over."""
        with self._lock:
            self._expire()
            return list(self._reports.values())

    def submit(self, caller: Caller, body: bytes) -> Answer:
        with self._lock:
            self._expire()
            root = self._read(body, self._report_flaw)
            if isinstance(root, Answer):
                return root
            report = next(reversed(self._reports), self.settings.first_report - 1) + 1
            self._write(replace(self._entry(caller, Act.SUBMITTED, report), xml=_decoded(body)))
            return Answer(Code.OK, "Success", report)

    def upload(self, caller: Caller, form: Form) -> Answer:
        with self._lock:
            report = self._find(caller, form.fields.get("id"))
            if isinstance(report, Answer):
                return report
            if form.file is None:
                return Answer(Code.INVALID_REQUEST, "The request has no file.", report.id)
            if not _is_synthetic(form.file, self.settings.allowed):
                return Answer(Code.MALFORMED_FILE, _not_allowed(form.file), report.id)
            file_id = self.settings.new_hex()
            told = form.file
            entry = self._entry(caller, Act.UPLOADED, report.id)
            self._write(replace(entry, file=file_id, md5=told.md5, sha256=told.sha256, size=told.size))
            return Answer(Code.OK, "Success", report.id, file_id, told.md5)

    def fileinfo(self, caller: Caller, body: bytes) -> Answer:
        with self._lock:
            now = self._clock.now()
            root = self._read(body, lambda root: first_complaint(root, FILE_DETAILS, now))
            if isinstance(root, Answer):
                return root
            report = self._find(caller, root.findtext("reportId"))
            if isinstance(report, Answer):
                return report
            refused = self._details_refused(report, root, body)
            if refused:
                return refused
            entry = self._entry(caller, Act.DETAILED, report.id)
            self._write(replace(entry, file=_token(root, "fileId"), xml=_decoded(body)))
            return Answer(Code.OK, "Success", report.id)

    def finish(self, caller: Caller, form: Form) -> Answer | Done:
        with self._lock:
            report = self._find(caller, form.fields.get("id"))
            if isinstance(report, Answer):
                return report
            if _is_batched(report) and len(report.files) > 1:
                return Answer(
                    Code.VALIDATION_FAILED, "A batched report may have one file at most.", report.id
                )
            self._write(self._entry(caller, Act.FINISHED, report.id))
            return Done(report.id, tuple(file.file_id for file in report.files))

    def retract(self, caller: Caller, form: Form) -> Answer:
        with self._lock:
            report = self._find(caller, form.fields.get("id"))
            if isinstance(report, Answer):
                return report
            self._write(self._entry(caller, Act.RETRACTED, report.id))
            return Answer(Code.OK, "Success", report.id)

    def _read(self, body: bytes, flaw: Callable[[Node], Complaint | None]) -> Node | Answer:
        try:
            root = parse(body)
        except MalformedXmlError as error:
            return Answer(Code.MALFORMED_XML, f"Malformed XML: {error}")
        complaint = flaw(root)
        return _refused(complaint, body) if complaint else root

    def _report_flaw(self, root: Node) -> Complaint | None:
        complaint = first_complaint(root, REPORT, self._clock.now())
        return complaint or report_complaint(root, self._is_finished)

    def _is_finished(self, report_id: int) -> bool:
        report = self._reports.get(report_id)
        return report is not None and report.state is State.FINISHED

    def _details_refused(self, report: SimReport, root: Node, body: bytes) -> Answer | None:
        file = report.file(_token(root, "fileId"))
        if file is None:
            return Answer(Code.NO_FILE, "The file does not exist.", report.id)
        if file.file_details is not None:
            return Answer(Code.VALIDATION_FAILED, "The file's details were already given.", report.id)
        complaint = file_complaint(root, batched=_is_batched(report))
        return _refused(complaint, body) if complaint else None

    def _find(self, caller: Caller, told: str | None) -> SimReport | Answer:
        """The caller's own open report, or the refusal."""
        self._expire()
        told = (told or "").strip()
        if not (told.isascii() and told.isdigit()):
            return Answer(Code.INVALID_REQUEST, "The request has no report id.")
        report = self._reports.get(int(told))
        if report is None or report.login != caller.login:
            return Answer(Code.NO_REPORT, "The report does not exist.", int(told))
        if report.state is not State.OPEN:
            code, text = _CLOSED[report.state]
            return Answer(code, text, report.id)
        return report

    def _expire(self) -> None:
        now = self._clock.now()
        for report in sorted(self._open):
            if self._reports[report].expires_at <= now:
                self._write(self._entry(Caller("", ""), Act.EXPIRED, report))

    def _entry(self, caller: Caller, act: Act, report: int) -> Entry:
        return Entry(act, self._clock.now(), report, caller.login, caller.request)

    def _write(self, entry: Entry) -> None:
        self._ledger.append(entry)
        report = after(self._reports.get(entry.report), entry)
        self._reports[report.id] = report
        if report.state is State.OPEN:
            self._open.add(report.id)
        else:
            self._open.discard(report.id)


def _refused(complaint: Complaint, body: bytes) -> Answer:
    return Answer(Code.VALIDATION_FAILED, f"Validation failed at {placed(complaint, body)}")


def _is_synthetic(file: Digests, allowed: Container[str]) -> bool:
    """A file of the allow-list, or a transcript of texts that all are on it."""
    if file.sha256 in allowed:
        return True
    if file.transcript is None:
        return False
    lines = list(csv.DictReader(io.StringIO(file.transcript)))
    return bool(lines) and all(
        hashlib.sha256((one.get("text") or "").encode()).hexdigest() in allowed for one in lines
    )


def _not_allowed(file: Digests) -> str:
    return (
        "This is a rehearsal stand-in and takes synthetic files only. "
        f"SHA-256 {file.sha256} is not on its allow-list."
    )


def _decoded(body: bytes) -> str:
    return body.decode("utf-8-sig")


def _token(root: Node, path: str) -> str:
    return (root.findtext(path) or "").strip()


def _is_batched(report: SimReport) -> bool:
    return report.text("batchedReport") is not None
