"""The Reporting API over real HTTP: the happy path and each refusal."""

from collections.abc import Callable
from hashlib import md5, sha256
from pathlib import Path

import httpx2
import pytest
from lxml import etree

from hoede.simulators.cybertipline import Login, Right, Settings, Simulator, State

Details = Callable[[int, str, str], str]


def told(answer: httpx2.Response, path: str) -> str | None:
    """Text of an element of an answer."""
    return etree.fromstring(answer.content).findtext(path)


def _open(api: httpx2.Client, report: str) -> int:
    return int(etree.fromstring(api.post("/submit", content=report).content).findtext("reportId") or "")


def _upload(api: httpx2.Client, report_id: int, card: bytes) -> httpx2.Response:
    return api.post("/upload", data={"id": str(report_id)}, files={"file": ("card.png", card)})


def test_a_report_goes_from_submit_to_its_receipt(
    sim: Simulator, api: httpx2.Client, report: str, card: bytes, details: Details
) -> None:
    report_id = _open(api, report)
    upload = _upload(api, report_id, card)
    file_id = told(upload, "fileId") or ""
    info = api.post(
        "/fileinfo", content=details(report_id, file_id, "<fileViewedByEsp>false</fileViewedByEsp>")
    )
    receipt = api.post("/finish", data={"id": str(report_id)})

    assert told(upload, "hash") == md5(card, usedforsecurity=False).hexdigest()
    assert told(info, "responseCode") == "0"
    assert etree.fromstring(receipt.content).tag == "reportDoneResponse"
    assert told(receipt, "files/fileId") == file_id
    [kept] = sim.reports()
    assert (kept.id, kept.state) == (report_id, State.FINISHED)
    assert kept.text("personOrUserReported/espIdentifier") == "account-7"
    assert kept.xml == report
    assert [(file.sha256, file.text("fileViewedByEsp")) for file in kept.files] == [
        (sha256(card).hexdigest(), "false")
    ]


def test_file_ids_are_32_hex_letters_and_report_ids_count_up(
    api: httpx2.Client, report: str, card: bytes
) -> None:
    first, second = _open(api, report), _open(api, report)

    file_id = told(_upload(api, second, card), "fileId") or ""

    assert second == first + 1
    assert (len(file_id), int(file_id, 16) > 0) == (32, True)


@pytest.mark.parametrize("call", ["finish", "retract"])
@pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
def test_finish_and_retract_take_both_kinds_of_form(
    api: httpx2.Client, report: str, call: str, kind: str
) -> None:
    report_id = str(_open(api, report))

    if kind == "multipart":
        answer = api.post(f"/{call}", files={"id": (None, report_id)})
    else:
        answer = api.post(f"/{call}", data={"id": report_id})

    assert (answer.status_code, told(answer, "responseCode")) == (200, "0")


def test_every_answer_carries_a_request_id_of_its_own(
    sim: Simulator, api: httpx2.Client, report: str
) -> None:
    opened, refused = api.post("/submit", content=report), api.post("/submit", content="no xml")

    assert opened.headers["Request-ID"] != refused.headers["Request-ID"]
    assert [kept.request for kept in sim.reports()] == [opened.headers["Request-ID"]]


def test_status_says_who_asks_and_names_no_report(api: httpx2.Client) -> None:
    answer = api.get("/status")

    assert told(answer, "responseDescription") == "Remote User : rehearsal, Remote Ip : 127.0.0.1"
    assert told(answer, "reportId") is None


def test_the_schema_says_that_it_is_not_ncmecs_and_takes_a_whole_report(
    api: httpx2.Client, report: str
) -> None:
    document = api.get("/xsd").content

    assert b"This is not NCMEC's schema" in document
    etree.XMLSchema(etree.fromstring(document)).assertValid(etree.fromstring(report.encode()))


@pytest.mark.parametrize(
    ("first", "then", "code"),
    [
        ("finish", "finish", 5102),
        ("finish", "retract", 5102),  # a finished report cannot be taken back
        ("finish", "upload", 5102),
        ("retract", "finish", 5101),
        ("retract", "retract", 5101),
        ("retract", "upload", 5101),
    ],
)
def test_a_closed_report_takes_nothing_more(
    api: httpx2.Client, report: str, first: str, then: str, code: int
) -> None:
    report_id = _open(api, report)
    api.post(f"/{first}", data={"id": str(report_id)})

    if then == "upload":
        answer = _upload(api, report_id, b"any bytes")
    else:
        answer = api.post(f"/{then}", data={"id": str(report_id)})

    assert (answer.status_code, told(answer, "responseCode")) == (400, str(code))


@pytest.mark.parametrize("call", ["finish", "retract", "upload"])
def test_an_unknown_report_is_refused(api: httpx2.Client, card: bytes, call: str) -> None:
    answer = api.post(f"/{call}", data={"id": "1"}, files={"file": ("card.png", card)})

    assert told(answer, "responseCode") == "5001"


def test_details_of_an_unknown_file_are_refused(api: httpx2.Client, report: str, details: Details) -> None:
    answer = api.post("/fileinfo", content=details(_open(api, report), "0" * 32, ""))

    assert told(answer, "responseCode") == "5002"


def test_a_file_takes_its_details_once(
    api: httpx2.Client, report: str, card: bytes, details: Details
) -> None:
    report_id = _open(api, report)
    xml = details(report_id, told(_upload(api, report_id, card), "fileId") or "", "")

    answers = [told(api.post("/fileinfo", content=xml), "responseCode") for _ in range(2)]

    assert answers == ["0", "4100"]


def test_only_files_on_the_allow_list_are_taken_and_no_byte_is_kept(
    sim: Simulator, api: httpx2.Client, report: str, card: bytes
) -> None:
    report_id = _open(api, report)

    answer = _upload(api, report_id, b"something else")

    assert (answer.status_code, told(answer, "responseCode")) == (400, "4200")
    assert "synthetic files only" in (told(answer, "responseDescription") or "")
    assert sim.reports()[0].files == ()
    _upload(api, report_id, card)
    assert card not in sim.ledger.read_bytes()


@pytest.mark.parametrize(
    ("sign_in", "status", "code"),
    [
        (None, 401, 2000),
        (("rehearsal", "wrong"), 401, 2000),
        (("nobody", "rehearsal"), 401, 2000),
        (("no-rights", "x"), 403, 3000),
        (("only-updates", "x"), 403, 3100),
    ],
)
def test_rights_decide_who_may_submit(
    tmp_path: Path, report: str, sign_in: tuple[str, str] | None, status: int, code: int
) -> None:
    with Simulator(_settings(), tmp_path / "ledger.jsonl") as sim:
        answer = _post(sim, "/submit", sign_in, content=report)

    assert (answer.status_code, told(answer, "responseCode")) == (status, str(code))


@pytest.mark.parametrize("call", ["upload", "fileinfo", "finish", "retract"])
def test_changing_a_report_is_a_right_of_its_own(tmp_path: Path, call: str) -> None:
    with Simulator(_settings(), tmp_path / "ledger.jsonl") as sim:
        answer = _post(sim, f"/{call}", ("only-submits", "x"), data={"id": "1"})

    assert (answer.status_code, told(answer, "responseCode")) == (403, "3300")


def test_somebody_elses_report_does_not_exist(tmp_path: Path, report: str) -> None:
    with Simulator(_settings(), tmp_path / "ledger.jsonl") as sim:
        opened = _post(sim, "/submit", ("rehearsal", "x"), content=report)
        number = told(opened, "reportId") or ""
        answer = _post(sim, "/finish", ("only-updates", "x"), data={"id": number})

    assert told(answer, "responseCode") == "5001"


@pytest.mark.parametrize(
    ("call", "told_how", "code"),
    [
        ("submit", {"content": "<report>"}, 4110),  # not well-formed
        ("submit", {"content": b"\xff\xfe<\x00a\x00/\x00>\x00"}, 4110),  # not UTF-8
        ("submit", {"content": ""}, 4110),
        ("submit", {"content": "<report/>", "headers": {"content-type": "text/plain"}}, 4000),
        ("submit", {"content": "<a/>", "headers": {"content-type": "text/xml; charset=latin-1"}}, 4000),
        ("submit", {"content": b"<a>" + b" " * 5 * 1024 * 1024 + b"</a>"}, 4000),  # over 5 MiB
        ("finish", {"data": {"no": "id"}}, 4000),
        ("finish", {"data": {"id": "seven"}}, 4000),
        ("finish", {"content": "<id>7</id>"}, 4000),  # no form
        ("upload", {"content": b"--x", "headers": {"content-type": "multipart/form-data; boundary=x"}}, 4000),
    ],
)
def test_a_body_that_is_not_what_it_should_be_is_refused(
    api: httpx2.Client, call: str, told_how: dict[str, str], code: int
) -> None:
    answer = api.post(f"/{call}", **told_how)  # type: ignore[arg-type] # one row, one way to send

    assert (answer.status_code, told(answer, "responseCode")) == (400, str(code))


def test_an_upload_over_the_limit_is_refused(tmp_path: Path, report: str) -> None:
    with Simulator(Settings(upload_limit_bytes=100_000), tmp_path / "ledger.jsonl") as sim:
        auth = ("rehearsal", "rehearsal")
        number = told(_post(sim, "/submit", auth, content=report), "reportId") or ""
        answer = _post(sim, "/upload", auth, data={"id": number}, files={"file": b"0" * 200_000})

    assert told(answer, "responseCode") == "4000"


def test_an_upload_without_a_file_is_refused(api: httpx2.Client, report: str) -> None:
    answer = api.post("/upload", data={"id": str(_open(api, report))})

    assert told(answer, "responseCode") == "4000"


def test_a_form_with_two_ids_is_refused(api: httpx2.Client) -> None:
    answer = api.post("/finish", files=[("id", (None, "1")), ("id", (None, "2"))])

    assert told(answer, "responseCode") == "4000"


def test_a_batched_report_with_two_files_cannot_be_finished(
    api: httpx2.Client, report: str, card: bytes
) -> None:
    report_id = _open(
        api, report.replace("<report>", '<report><batchedReport reason="VIRAL_POTENTIAL_MEME"/>')
    )
    for _ in range(2):
        _upload(api, report_id, card)

    answers = [
        told(api.post(f"/{call}", data={"id": str(report_id)}), "responseCode")
        for call in ("finish", "retract")
    ]

    assert answers == ["4100", "0"]


def test_details_that_break_a_rule_are_refused_and_may_be_sent_again(
    api: httpx2.Client, report: str, card: bytes, details: Details
) -> None:
    report_id = _open(api, report)
    file_id = told(_upload(api, report_id, card), "fileId") or ""
    bodies = [
        details(report_id, file_id, "<exifViewedByEsp>true</exifViewedByEsp>"),
        details(report_id, file_id, "<exifViewedByEsp>no</exifViewedByEsp>"),
        details(report_id, file_id, ""),
    ]

    codes = [told(api.post("/fileinfo", content=body), "responseCode") for body in bodies]

    assert codes == ["4100", "4100", "0"]


def test_a_later_report_may_name_a_finished_one(api: httpx2.Client, report: str) -> None:
    first = _open(api, report)
    later = report.replace("</espIdentifier>", f"</espIdentifier><priorCTReports>{first}</priorCTReports>")

    before = told(api.post("/submit", content=later), "responseCode")
    api.post("/finish", data={"id": str(first)})

    assert (before, told(api.post("/submit", content=later), "responseCode")) == ("4100", "0")


def test_a_wrong_address_answers_1210(api: httpx2.Client) -> None:
    answer = api.post("/sumbit", content="<report/>")

    assert (answer.status_code, told(answer, "responseCode")) == (404, "1210")


def test_no_other_host_name_leads_here(sim: Simulator) -> None:
    answer = httpx2.get(f"{sim.url}/admin/reports", headers={"host": "elsewhere.example"}, trust_env=False)

    assert answer.status_code == 400


def _settings() -> Settings:
    return Settings(
        logins=(
            Login("rehearsal", "x"),
            Login("no-rights", "x", frozenset()),
            Login("only-submits", "x", frozenset({Right.CONNECT, Right.SUBMIT})),
            Login("only-updates", "x", frozenset({Right.CONNECT, Right.UPDATE})),
        )
    )


def _post(sim: Simulator, call: str, sign_in: tuple[str, str] | None, **body: object) -> httpx2.Response:
    headers = {"content-type": "text/xml"} if "content" in body else {}
    return httpx2.post(f"{sim.api}{call}", auth=sign_in, headers=headers, trust_env=False, **body)  # type: ignore[arg-type] # as httpx2 takes them
