"""NCMEC's answers and documents: what a code means, and what we say."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from lxml import etree

from hoede.keys.trust import read_whole
from hoede.reporting import AuthoritySettings, Draft, NoReply, ReplyKind, WithoutCopy
from hoede.reporting.authorities.ncmec import Ncmec, _certain, _wait, kind_of, reply
from hoede.simulators.cybertipline.schema import REPORT, first_complaint
from hoede.simulators.cybertipline.xml import parse

DraftOf = Callable[..., Draft]
ALONE = {
    0: ReplyKind.DONE,
    1210: ReplyKind.STOP,  # a wrong address
    5001: ReplyKind.GONE,  # no such report
    5002: ReplyKind.DAMAGED,  # no such file
    5101: ReplyKind.GONE,  # already retracted
    5102: ReplyKind.ALREADY_FINISHED,
}


def answer(code: object, *, more: str = "") -> bytes:
    return f"<reportResponse><responseCode>{code}</responseCode>{more}</reportResponse>".encode()


def family(code: int) -> ReplyKind:
    """Of 2xxx to 4xxx a person must look; every other code says try again."""
    return ReplyKind.STOP if str(code)[0] in "234" and code >= 2000 else ReplyKind.LATER


def test_every_code_from_0_to_5999_is_of_its_family() -> None:
    wrong = {
        code: kind_of(code) for code in range(6000) if kind_of(code) is not ALONE.get(code, family(code))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (0, ReplyKind.DONE),
        (1000, ReplyKind.LATER),  # their server
        (1999, ReplyKind.LATER),
        (2000, ReplyKind.STOP),  # our credentials
        (4100, ReplyKind.STOP),  # our document
        (4999, ReplyKind.STOP),
        (5000, ReplyKind.LATER),  # a code we do not know
        (5102, ReplyKind.ALREADY_FINISHED),  # on finish: done
        (-1, ReplyKind.LATER),
        (99999, ReplyKind.LATER),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_the_code_counts_whatever_the_http_status(code: int, kind: ReplyKind, status: int) -> None:
    told = reply(answer(code), status, "req-1")
    assert (told.kind, told.code, told.request_id) == (kind, str(code), "req-1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",  # empty
        b"   ",
        answer(0)[:-4],  # truncated
        answer(0)[:20],
        b"<html><body>Bad gateway</body></html>",
        b'{"responseCode": 0}',
        b'<!DOCTYPE reportResponse [<!ENTITY zero "0">]>' + answer("&zero;"),  # no DOCTYPE in an answer
        b"<!DOCTYPE reportResponse [<!ELEMENT x ANY>]>" + answer(0),  # not even a harmless one
        answer(""),
        answer("OK"),
        answer("--5"),
        answer("\N{SUPERSCRIPT TWO}"),  # a digit, but no number
        answer("\N{ARABIC-INDIC DIGIT ZERO}"),
        answer("9" * 5000),
        b"\xff\xfe\x00",
    ],
)
def test_a_body_that_says_nothing_is_tried_again(raw: bytes) -> None:
    told = reply(raw, 200, None)
    assert (told.kind, told.code, told.raw) == (ReplyKind.LATER, "http-200", raw)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ReplyKind.STOP),
        (403, ReplyKind.STOP),
        (404, ReplyKind.LATER),
        (429, ReplyKind.LATER),
        (503, ReplyKind.LATER),
    ],
)
def test_without_a_code_the_http_status_tells_whether_a_person_must_look(
    status: int, kind: ReplyKind
) -> None:
    assert reply(b"", status, None).kind is kind


def test_ids_and_raw_bytes_of_an_answer_are_kept() -> None:
    raw = answer(0, more="<reportId>900000001</reportId><fileId>00ab</fileId><hash>c0</hash>")
    told = reply(raw, 200, None)
    assert (told.remote_id, told.file_id, told.raw) == ("900000001", "00ab", raw)
    assert reply(answer(0), 200, None).remote_id is None


def test_an_answer_longer_than_any_of_theirs_is_not_read_to_its_end() -> None:
    endless = iter([answer(0)] * 1000)
    assert read_whole(endless, most=1000, within_s=60) == b""
    assert next(endless, None) is not None
    assert read_whole([b"one", b"two"], most=6, within_s=60) == b"onetwo"


def test_an_answer_that_drips_is_none(settings: AuthoritySettings) -> None:
    def drips() -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield b" "

    with pytest.raises(httpx2.ReadTimeout):
        read_whole(drips(), most=1000, within_s=0.1)
    dripping = httpx2.MockTransport(lambda _: httpx2.Response(200, content=drips()))
    authority = Ncmec(replace(settings, timeout_s=0.1), transport=dripping)
    with pytest.raises(NoReply, match="ReadTimeout"):
        authority.finish("1")


def test_a_namespace_in_an_answer_changes_nothing() -> None:
    raw = b'<reportDoneResponse xmlns="urn:x"><responseCode>0</responseCode></reportDoneResponse>'
    assert reply(raw, 200, None).kind is ReplyKind.DONE


def document(settings: AuthoritySettings, draft: Draft) -> bytes:
    return Ncmec(settings).document(draft)


def test_the_same_draft_gives_the_same_bytes(settings: AuthoritySettings, draft_of: DraftOf) -> None:
    assert document(settings, draft_of(b"one", b"two")) == document(settings, draft_of(b"one", b"two"))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("incidentSummary/platform", "Plein"),
        ("incidentSummary/incidentDateTime", "2026-01-27T12:00:00+00:00"),
        ("reporter/reportingPerson/email", "desk@plein.example"),
        ("reporter/companyTemplate", "Plein, Square 1, Utrecht"),
        ("reporter/legalURL", "https://plein.example/legal"),
        ("personOrUserReported/espIdentifier", "a-7"),
        ("personOrUserReported/screenName", "noor"),
        ("personOrUserReported/ipCaptureEvent/ipAddress", "192.0.2.7"),
        ("personOrUserReported/accountPermanentlyDisabled", "true"),
    ],
)
def test_a_report_says_what_its_draft_says(
    settings: AuthoritySettings, draft_of: DraftOf, path: str, text: str
) -> None:
    assert parse(document(settings, draft_of(b"one"))).findtext(path) == text


def test_a_rehearsal_an_earlier_case_and_lost_copies_are_told_in_words(
    settings: AuthoritySettings, draft_of: DraftOf
) -> None:
    full = draft_of(b"one")
    plain = replace(full, rehearsal=False, follows=None, not_preserved=0)
    told, untold = (parse(document(settings, one)).findtext("additionalInfo") or "" for one in (full, plain))
    words = ("REHEARSAL", "could not be preserved: 1", "An earlier case")
    assert [word in told for word in words] == [True] * 3
    assert [word in untold for word in words] == [False] * 3


def test_what_there_is_no_copy_of_is_told_once_with_what_found_it(
    settings: AuthoritySettings, draft_of: DraftOf
) -> None:
    at = datetime(2026, 1, 27, 12, tzinfo=UTC)
    gone = (
        WithoutCopy("content-1", at, ("it is on a list now",)),
        WithoutCopy(None, at, ("a child said so",)),
    )
    first = replace(draft_of(b"one"), without_copy=gone)
    adds = replace(first, supplements="900")
    told, later = (parse(document(settings, one)).findtext("additionalInfo") or "" for one in (first, adds))
    named = "No copy could be had of content content-1 of 2026-01-27T12:00:00+00:00. it is on a list now."
    words = (named, "No copy could be had of what was told of at 2026-01-27T12:00:00+00:00. a child said so.")
    assert [word in told for word in words] == [True] * 2
    assert [word in later for word in words] == [False] * 2


def test_markup_in_a_name_stays_a_name(settings: AuthoritySettings, draft_of: DraftOf) -> None:
    draft = draft_of(b"one")
    named = replace(draft, suspect=replace(draft.suspect, screen_name="<b>&\"'</b> ü 😀"))
    root = etree.fromstring(document(settings, named))
    assert root.findtext("personOrUserReported/screenName") == "<b>&\"'</b> ü 😀"


@pytest.mark.parametrize("name", ["a\x08b", "a\x00b", "a\ufffeb"])
def test_a_name_that_xml_cannot_hold_does_not_stop_a_report(
    settings: AuthoritySettings, draft_of: DraftOf, name: str
) -> None:
    draft = draft_of(b"one")
    assert document(settings, replace(draft, suspect=replace(draft.suspect, screen_name=name)))


def test_the_shortest_and_the_longest_report_are_right_by_the_authoritys_schema(
    settings: AuthoritySettings, draft_of: DraftOf
) -> None:
    full = draft_of(b"one", b"two")
    bare = replace(full.suspect, screen_name=None, ip_events=(), closed_at=None)
    shortest = document(replace(settings, company_template="", legal_url=""), replace(full, suspect=bare))
    now = full.incident_at.replace(year=2027)
    assert first_complaint(parse(document(settings, full)), REPORT, now) is None
    assert first_complaint(parse(shortest), REPORT, now) is None
    assert parse(shortest).find("reporter/companyTemplate") is None


@pytest.mark.parametrize(
    ("told", "wait"),
    [("0", 0), (" 120 ", 120), ("Fri, 27 Nov 2026 12:00:00 GMT", None), ("-1", None), ("9" * 9, None)],
)
def test_how_long_they_ask_to_be_left_alone(told: str, wait: int | None) -> None:
    assert _wait(told) == (None if wait is None else timedelta(seconds=wait))


def test_an_answer_about_another_report_says_nothing() -> None:
    other = reply(answer(0, more="<reportId>2</reportId>"), 200, None)
    with pytest.raises(NoReply):
        _certain("1", other)
    assert _certain("2", other) == other


@pytest.mark.parametrize("judged", [True, False])
def test_a_report_says_who_judged_it(settings: AuthoritySettings, draft_of: DraftOf, *, judged: bool) -> None:
    told = (
        parse(document(settings, replace(draft_of(b"one"), judged=judged))).findtext("additionalInfo") or ""
    )
    assert ("A person of the provider judged" in told, "acted on automatically" in told) == (
        judged,
        not judged,
    )
