"""NCMEC's CyberTipline: five calls over HTTP with Basic auth, XML out and XML in."""

import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
from lxml import etree

from hoede.keys.trust import trusted
from hoede.reporting.documents import (
    FileDetails,
    IncidentSummary,
    IpCaptureEvent,
    OriginalFileHash,
    PermanentlyDisabled,
    Person,
    PersonOrUserReported,
    Report,
    Reporter,
    Victim,
    to_xml,
)
from hoede.reporting.port import AuthoritySettings, NoReply, Reply, ReplyKind
from hoede.reporting.rules import Draft, DraftFile, IpEvent

INCIDENT_TYPES = {  # the authority's field values
    "csam": "Child Pornography (possession, manufacture, and distribution)",
    "enticement": "Online Enticement of Children for Sexual Acts",
    "trafficking": "Child Sex Trafficking",
}
_LONGEST_ANSWER = 1 << 20
_XML = {"content-type": "text/xml; charset=utf-8"}


class Ncmec:
    """Answers are told by their code, whatever the HTTP status: 0 done, 1xxx later, 2xxx-4xxx stop."""

    name = "ncmec"
    production_hosts = frozenset({"report.cybertip.org"})

    def __init__(self, settings: AuthoritySettings) -> None:
        self._settings = settings
        self.url = settings.url
        self.production = settings.production
        self._http = httpx2.Client(
            base_url=settings.url,
            verify=trusted(),
            auth=(settings.user, settings.password),
            timeout=settings.timeout_s,
            follow_redirects=False,
        )

    def document(self, draft: Draft) -> bytes:
        settings = self._settings
        reporter = Person(
            first_name=settings.reporter_first_name,
            last_name=settings.reporter_last_name,
            email=[settings.reporter_email],
        )
        return to_xml(
            Report(
                incident_summary=IncidentSummary(
                    incident_type=INCIDENT_TYPES[draft.incident],
                    platform=draft.service_name,
                    high_priority=draft.high_priority,
                    incident_date_time=draft.incident_at.isoformat(),
                    description="When the platform says that the upload happened.",
                ),
                reporter=Reporter(
                    reporting_person=reporter,
                    company_template=settings.company_template or None,
                    legal_url=settings.legal_url or None,
                ),
                reported=[_reported(draft)] if draft.account_is == "offender" else [],
                victims=[_victim(draft)] if draft.account_is == "victim" else [],
                additional_info=" ".join(_summary(draft)),
            )
        )

    def submit(self, document: bytes) -> Reply:
        answer = self._call("/submit", content=document, headers=_XML)
        if answer.kind is ReplyKind.DONE and answer.remote_id is None:
            raise NoReply("a report without an id")  # it expires by itself; the next one has an id
        return answer

    def upload(self, remote_id: str, file: DraftFile, content: Iterable[bytes]) -> Reply:
        boundary = secrets.token_hex(16)
        body, length = _multipart(boundary, remote_id, file, content)
        headers = {"content-type": f"multipart/form-data; boundary={boundary}", "content-length": str(length)}
        answer = _certain(self._call("/upload", content=body, headers=headers))
        if answer.kind is ReplyKind.DONE and answer.file_id is None:
            raise NoReply("a file without an id")
        if answer.kind is ReplyKind.DONE and _text(answer.raw, "hash").lower() != file.md5:
            return Reply(kind=ReplyKind.DAMAGED, code="md5", raw=answer.raw, request_id=answer.request_id)
        return answer

    def detail(self, remote_id: str, file_id: str, file: DraftFile) -> Reply:
        document = FileDetails(
            report_id=remote_id,
            file_id=file_id,
            uploaded_at=file.uploaded_at.isoformat(),
            viewed=file.viewed,
            relevance="Reported",
            classification=file.classification,
            hashes=[OriginalFileHash(file.md5, "MD5"), OriginalFileHash(file.sha256, "SHA256")],
            ip_capture_event=_ip(file.ip_event),
            additional_info=list(file.found_by),
        )
        return _certain(self._call("/fileinfo", content=to_xml(document), headers=_XML))

    def finish(self, remote_id: str) -> Reply:
        return _certain(self._call("/finish", files={"id": (None, remote_id)}))

    def retract(self, remote_id: str) -> Reply:
        return _certain(self._call("/retract", files={"id": (None, remote_id)}))

    def close(self) -> None:
        self._http.close()

    def _call(self, path: str, **request: Any) -> Reply:
        try:
            with self._http.stream("POST", path, **request) as answer:
                raw = _at_most(answer.iter_bytes(), _LONGEST_ANSWER)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            return Reply(kind=ReplyKind.UNREACHED, code=type(error).__name__, raw=b"")
        except httpx2.HTTPError as error:
            raise NoReply(type(error).__name__) from error
        return reply(raw, answer.status_code, answer.headers.get("request-id"))


def reply(raw: bytes, status: int, request_id: str | None) -> Reply:
    """What an answer means. Unknown codes and unreadable bodies say nothing: try again later."""
    code = _text(raw, "responseCode")
    if not re.fullmatch(r"-?[0-9]{1,9}", code):
        kind = ReplyKind.STOP if status in {401, 403} else ReplyKind.LATER
        return Reply(kind=kind, code=f"http-{status}", raw=raw, request_id=request_id)
    return Reply(
        kind=kind_of(int(code)),
        code=code,
        raw=raw,
        request_id=request_id,
        remote_id=_text(raw, "reportId") or None,
        file_id=_text(raw, "fileId") or None,
    )


def _certain(answer: Reply) -> Reply:
    """An answer of the authority itself; somebody else's, such as a proxy's 502, leaves us in doubt."""
    if answer.kind is ReplyKind.LATER and answer.code.startswith("http-"):
        raise NoReply(answer.code)
    return answer


def kind_of(code: int) -> ReplyKind:
    """Families of response codes; docs/sources.md#cybertipline-codes."""
    known = {
        0: ReplyKind.DONE,
        1210: ReplyKind.STOP,  # resource not found: a wrong address
        5001: ReplyKind.GONE,
        5002: ReplyKind.DAMAGED,  # they do not know our file: build the report anew
        5101: ReplyKind.GONE,
        5102: ReplyKind.ALREADY_FINISHED,
    }
    if code in known:
        return known[code]
    return ReplyKind.STOP if 2000 <= code < 5000 else ReplyKind.LATER  # noqa: PLR2004 - their families


def _victim(draft: Draft) -> Victim:
    account = draft.suspect
    return Victim(
        person=Person(),
        esp_identifier=account.account,
        esp_service=draft.service_name,
        screen_name=account.screen_name,
        ip_capture_event=[event for one in account.ip_events if (event := _ip(one))],
    )


def _reported(draft: Draft) -> PersonOrUserReported:
    suspect = draft.suspect
    closed = suspect.closed_at
    return PersonOrUserReported(
        esp_identifier=suspect.account,
        esp_service=draft.service_name,
        screen_name=suspect.screen_name,
        ip_capture_event=[event for one in suspect.ip_events if (event := _ip(one))],
        permanently_disabled=PermanentlyDisabled(value=True, disabled_date=closed.isoformat())
        if closed
        else None,
    )


def _ip(event: IpEvent | None) -> IpCaptureEvent | None:
    if event is None:
        return None
    return IpCaptureEvent(ip_address=event.ip, event_name="Upload", date_time=event.at.isoformat())


def _summary(draft: Draft) -> list[str]:
    says = [
        "Found by equal digests and acted on automatically.",
        "No person of the provider opened a file unless its details say so.",
    ]
    if draft.not_preserved:
        says.append(f"Files whose copy could not be preserved: {draft.not_preserved}.")
    if draft.follows:
        says.append("An earlier case of this account was composed before.")
    if draft.rehearsal:
        says.append("REHEARSAL: harmless test material, nobody is accused.")
    return says


def _multipart(
    boundary: str, remote_id: str, file: DraftFile, content: Iterable[bytes]
) -> tuple[Iterator[bytes], int]:
    """The body as a stream with its length, so that no file is ever whole in memory."""
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{remote_id}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.evidence}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head
        yield from content
        yield tail

    return body(), len(head) + file.size + len(tail)


def _at_most(chunks: Iterable[bytes], most: int) -> bytes:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) > most:
            return b""  # no answer of theirs is that long; an empty one says nothing
    return bytes(held)


def _text(raw: bytes, name: str) -> str:
    """The text of the first element of that name; empty when there is none or the XML is not plain XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        return ""
    if root.getroottree().docinfo.internalDTD is not None:
        return ""  # a DOCTYPE has no place in an answer
    found = root.find(f".//{{*}}{name}")
    return (found.text or "").strip() if found is not None else ""


AUTHORITY = Ncmec
