"""NCMEC's CyberTipline: five calls over HTTP with Basic auth, XML out and XML in."""

import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx2

from hoede.keys.trust import read_whole, trusted
from hoede.reporting.cybertipline import SchemaUnusable, check, read_schema, to_xml
from hoede.reporting.cybertipline.reading import NotOurXml, read
from hoede.reporting.cybertipline.saying import details_of, report_of
from hoede.reporting.drafts import Draft, DraftFile
from hoede.reporting.port import READ_WITHIN_S, AuthoritySettings, NoReply, Reply, ReplyKind

_LONGEST_ANSWER = 1 << 20
_XML = {"content-type": "text/xml; charset=utf-8"}


class Ncmec:
    """Answers are told by their code, whatever the HTTP status: 0 done, 1xxx later, 2xxx-4xxx stop."""

    name = "ncmec"
    production_hosts = frozenset({"report.cybertip.org"})
    takes_batches = True

    def __init__(self, settings: AuthoritySettings, *, transport: httpx2.BaseTransport | None = None) -> None:
        self._settings = settings
        self._theirs = read_schema(settings.schema) if settings.schema is not None else None
        self.url = settings.url
        self.production = settings.production
        self._read_within_s = min(settings.timeout_s, READ_WITHIN_S)
        self._http = httpx2.Client(
            base_url=settings.url,
            verify=trusted(),
            auth=(settings.user, settings.password),
            timeout=settings.timeout_s,
            follow_redirects=False,
            transport=transport,
        )

    def document(self, draft: Draft) -> bytes:
        return to_xml(report_of(draft, self._settings))

    def wrong_with(self, draft: Draft, now: datetime) -> tuple[str, ...]:
        """By our two validators, and by the authority's own schema where an operator fetched it."""
        batched = bool(draft.batch)
        documents = [self.document(draft), *(_details("1", "0", file) for file in draft.files)]
        found = [
            one.says
            for told in documents
            for one in check(told, now=now, batched=batched, theirs=self._theirs)
        ]
        if batched and len(draft.files) > 1:
            found.append("A batched report has one file at most.")
        return tuple(found)

    def fetch_schema(self) -> bytes:
        """What `/xsd` answers. Raises `NoReply` when it is none."""
        try:
            raw, status, _ = self._asked("GET", "/xsd")
            read_schema(raw)
        except httpx2.HTTPError as error:
            raise NoReply(type(error).__name__) from error
        except SchemaUnusable as error:
            raise NoReply(f"HTTP {status}: {error}") from error
        return raw

    def submit(self, document: bytes) -> Reply:
        answer = self._call("/submit", content=document, headers=_XML)
        if answer.kind is ReplyKind.DONE and answer.remote_id is None:
            raise NoReply("a report without an id")  # it expires by itself; the next one has an id
        return answer

    def upload(self, remote_id: str, file: DraftFile, content: Iterable[bytes]) -> Reply:
        boundary = secrets.token_hex(16)
        body, length = _multipart(boundary, remote_id, file, content)
        headers = {"content-type": f"multipart/form-data; boundary={boundary}", "content-length": str(length)}
        answer = _certain(remote_id, self._call("/upload", content=body, headers=headers))
        if answer.kind is ReplyKind.DONE and answer.file_id is None:
            raise NoReply("a file without an id")
        if answer.kind is ReplyKind.DONE and _text(answer.raw, "hash").lower() != file.md5:
            return Reply(kind=ReplyKind.DAMAGED, code="md5", raw=answer.raw, request_id=answer.request_id)
        return answer

    def detail(self, remote_id: str, file_id: str, file: DraftFile) -> Reply:
        document = _details(remote_id, file_id, file)
        return _certain(remote_id, self._call("/fileinfo", content=document, headers=_XML))

    def finish(self, remote_id: str) -> Reply:
        return _certain(remote_id, self._call("/finish", files={"id": (None, remote_id)}))

    def retract(self, remote_id: str) -> Reply:
        return _certain(remote_id, self._call("/retract", files={"id": (None, remote_id)}))

    def close(self) -> None:
        self._http.close()

    def _call(self, path: str, **request: Any) -> Reply:
        try:
            raw, status, headers = self._asked("POST", path, **request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            return Reply(kind=ReplyKind.UNREACHED, code=type(error).__name__, raw=b"")
        except httpx2.HTTPError as error:
            raise NoReply(type(error).__name__) from error
        return reply(raw, status, headers.get("request-id"), wait=_wait(headers.get("retry-after")))

    def _asked(self, method: str, path: str, **request: Any) -> tuple[bytes, int, httpx2.Headers]:
        with self._http.stream(method, path, **request) as answer:
            raw = read_whole(answer.iter_bytes(), most=_LONGEST_ANSWER, within_s=self._read_within_s)
            return raw, answer.status_code, answer.headers


def reply(raw: bytes, status: int, request_id: str | None, *, wait: timedelta | None = None) -> Reply:
    """What an answer means. Unknown codes and unreadable bodies say nothing: try again later."""
    code = _text(raw, "responseCode")
    if not re.fullmatch(r"-?[0-9]{1,9}", code):
        kind = ReplyKind.STOP if status in {401, 403} else ReplyKind.LATER
        return Reply(kind=kind, code=f"http-{status}", raw=raw, request_id=request_id, wait=wait)
    return Reply(
        kind=kind_of(int(code)),
        code=code,
        raw=raw,
        request_id=request_id,
        remote_id=_text(raw, "reportId") or None,
        file_id=_text(raw, "fileId") or None,
        wait=wait,
    )


def _certain(remote_id: str, answer: Reply) -> Reply:
    """An answer of the authority itself, about our report.

    Somebody else's, such as a proxy's 502, and one about another report, leave us in doubt.
    """
    if answer.kind is ReplyKind.LATER and answer.code.startswith("http-"):
        raise NoReply(answer.code, answer.wait)
    if answer.kind is ReplyKind.DONE and answer.remote_id not in {None, remote_id}:
        raise NoReply("about another report")
    return answer


def _wait(told: str | None) -> timedelta | None:
    """`Retry-After` in seconds; a date, or nonsense, is as good as none."""
    if told is None or not re.fullmatch(r"[0-9]{1,6}", told.strip()):
        return None
    return timedelta(seconds=int(told))


def _details(remote_id: str, file_id: str, file: DraftFile) -> bytes:
    return to_xml(details_of(remote_id, file_id, file))


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


def _text(raw: bytes, name: str) -> str:
    """The text of the first element of that name; empty when there is none or the XML is not plain XML."""
    try:
        root = read(raw)
    except NotOurXml:
        return ""
    found = root.find(f".//{{*}}{name}")
    return (found.text or "").strip() if found is not None else ""


AUTHORITY = Ncmec
