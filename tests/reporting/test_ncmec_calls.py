"""NCMEC's five calls over real HTTP, against the stand-in's own ledger."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hoede.reporting import AuthoritySettings, Draft, NoReply, ReplyKind
from hoede.reporting.authorities.ncmec import Ncmec
from hoede.simulators.cybertipline import Endpoint, FaultKind, Simulator, State

DraftOf = Callable[..., Draft]
DONE, LATER, STOP = ReplyKind.DONE, ReplyKind.LATER, ReplyKind.STOP
ALREADY, GONE, DAMAGED = ReplyKind.ALREADY_FINISHED, ReplyKind.GONE, ReplyKind.DAMAGED


@pytest.fixture
def ncmec(sim: Simulator, settings: AuthoritySettings) -> Iterator[Ncmec]:
    authority = Ncmec(replace(settings, url=sim.api))
    yield authority
    authority.close()


@pytest.fixture
def draft(draft_of: DraftOf, cards: tuple[bytes, ...]) -> Draft:
    return draft_of(*cards)


@pytest.fixture
def opened(ncmec: Ncmec, draft: Draft) -> str:
    """The authority's id of a report that is open."""
    return ncmec.submit(ncmec.document(draft)).remote_id or ""


def pieces(content: bytes) -> Iterator[bytes]:
    """As the vault gives a file: bit by bit."""
    yield from (content[start : start + 1000] for start in range(0, len(content), 1000))


def test_a_report_goes_from_submit_to_its_receipt(
    sim: Simulator, ncmec: Ncmec, draft: Draft, opened: str, cards: tuple[bytes, ...]
) -> None:
    for file, card in zip(draft.files, cards, strict=True):
        uploaded = ncmec.upload(opened, file, pieces(card))
        assert uploaded.kind is DONE
        assert ncmec.detail(opened, uploaded.file_id or "", file).kind is DONE
    receipt = ncmec.finish(opened)

    assert (receipt.kind, receipt.code) == (DONE, "0")
    assert b"reportDoneResponse" in receipt.raw
    assert receipt.request_id
    [kept] = sim.reports()
    assert (str(kept.id), kept.state) == (opened, State.FINISHED)
    assert kept.xml.encode() == ncmec.document(draft)
    assert [file.sha256 for file in kept.files] == [file.sha256 for file in draft.files]


def test_file_details_say_that_nobody_viewed_it_and_why_it_was_found(
    sim: Simulator, ncmec: Ncmec, draft: Draft, opened: str, cards: tuple[bytes, ...]
) -> None:
    [file, _other] = draft.files
    ncmec.detail(opened, ncmec.upload(opened, file, [cards[0]]).file_id or "", file)
    [kept] = sim.reports()[0].files
    assert kept.text("fileViewedByEsp") == "false"
    assert kept.text("originalFileHash[@hashType='MD5']") == file.md5
    assert kept.text("originalFileHash[@hashType='SHA256']") == file.sha256
    assert kept.text("ipCaptureEvent/ipAddress") == "2001:db8::7"
    assert kept.text("additionalInfo") == file.found_by[0]


def test_a_file_that_arrives_as_other_bytes_is_damaged(
    ncmec: Ncmec, draft: Draft, opened: str, cards: tuple[bytes, ...]
) -> None:
    ours = replace(draft.files[0], md5="0" * 32)  # what the vault sealed is not what went out
    told = ncmec.upload(opened, ours, [cards[0]])
    assert (told.kind, told.code) == (DAMAGED, "md5")
    assert b"<hash>" in told.raw


def test_details_without_an_address_of_a_file_somebody_viewed_are_right_too(
    sim: Simulator, ncmec: Ncmec, draft: Draft, opened: str, cards: tuple[bytes, ...]
) -> None:
    viewed = replace(draft.files[0], ip_event=None, found_by=(), viewed=True)
    file_id = ncmec.upload(opened, viewed, [cards[0]]).file_id or ""
    assert ncmec.detail(opened, file_id, viewed).kind is DONE
    [kept] = sim.reports()[0].files
    assert (kept.text("fileViewedByEsp"), kept.text("ipCaptureEvent")) == ("true", None)


@pytest.mark.parametrize("size", [1, 10_000])
def test_a_file_shorter_or_longer_than_we_know_never_arrives(
    sim: Simulator, ncmec: Ncmec, draft: Draft, opened: str, *, size: int
) -> None:
    with pytest.raises(Exception, match="declared Content-Length"):
        ncmec.upload(opened, replace(draft.files[0], size=size), [b"twenty-five bytes of card"])
    assert sim.reports()[0].files == ()
    assert ncmec.retract(opened).kind is DONE  # the next call is as good as ever


def test_a_file_the_authority_does_not_take_calls_a_person(
    ncmec: Ncmec, draft_of: DraftOf, opened: str
) -> None:
    [file] = draft_of(b"not on the allow-list").files
    assert ncmec.upload(opened, file, [b"not on the allow-list"]).code == "4200"
    assert ncmec.upload(opened, file, [b"not on the allow-list"]).kind is STOP


def test_finishing_again_and_retracting_too_late_both_say_already_finished(ncmec: Ncmec, opened: str) -> None:
    assert ncmec.finish(opened).kind is DONE
    assert [ncmec.finish(opened).kind, ncmec.retract(opened).kind] == [ALREADY, ALREADY]


def test_what_was_retracted_or_never_there_is_gone(ncmec: Ncmec, opened: str) -> None:
    assert ncmec.retract(opened).kind is DONE
    assert [ncmec.retract(opened).kind, ncmec.finish(opened).kind, ncmec.finish("1").kind] == [GONE] * 3


def test_what_the_authority_forgot_is_gone(sim: Simulator, ncmec: Ncmec, opened: str) -> None:
    sim.advance(timedelta(hours=25))
    assert ncmec.finish(opened).kind is GONE


def test_details_of_a_file_they_do_not_know_mean_the_report_is_built_anew(
    ncmec: Ncmec, draft: Draft, opened: str
) -> None:
    assert ncmec.detail(opened, "f" * 32, draft.files[0]).kind is DAMAGED


def test_a_wrong_password_calls_a_person(sim: Simulator, settings: AuthoritySettings, draft: Draft) -> None:
    stranger = Ncmec(replace(settings, url=sim.api, password="guess"))
    told = stranger.submit(stranger.document(draft))
    stranger.close()
    assert (told.kind, told.code) == (STOP, "2000")


@pytest.mark.parametrize(
    ("fault", "value", "kind", "code"),
    [
        (FaultKind.ERROR_500, None, LATER, "1000"),
        (FaultKind.UNAVAILABLE, None, LATER, "http-503"),
        (FaultKind.TOO_MANY, None, LATER, "http-429"),
        (FaultKind.EMPTY_401, None, STOP, "http-401"),
        (FaultKind.REFUSE, 4100, STOP, "4100"),
        (FaultKind.REFUSE, 3000, STOP, "3000"),
    ],
)
def test_trouble_that_is_answered(
    sim: Simulator,
    ncmec: Ncmec,
    draft: Draft,
    *,
    fault: FaultKind,
    value: int | None,
    kind: ReplyKind,
    code: str,
) -> None:
    sim.fault(fault, Endpoint.SUBMIT, value=value)
    told = ncmec.submit(ncmec.document(draft))
    assert (told.kind, told.code) == (kind, code)
    assert sim.reports() == []


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [(FaultKind.DROP_BEFORE, 0), (FaultKind.DROP_AFTER, 1), (FaultKind.TRUNCATE_AFTER, 1)],
)
def test_trouble_that_is_not_answered_may_or_may_not_have_arrived(
    sim: Simulator, ncmec: Ncmec, draft: Draft, fault: FaultKind, arrived: int
) -> None:
    sim.fault(fault, Endpoint.SUBMIT)
    with pytest.raises(NoReply):
        ncmec.submit(ncmec.document(draft))
    assert len(sim.reports()) == arrived


def test_an_authority_that_is_too_slow_gave_no_answer(
    sim: Simulator, settings: AuthoritySettings, draft: Draft
) -> None:
    hasty = Ncmec(replace(settings, url=sim.api, timeout_s=0.1))
    sim.fault(FaultKind.LATENCY_MS, Endpoint.SUBMIT, value=400)
    with pytest.raises(NoReply):
        hasty.submit(hasty.document(draft))
    hasty.close()


def test_a_call_to_an_authority_that_is_not_there_certainly_never_arrived(
    settings: AuthoritySettings,
) -> None:
    nowhere = Ncmec(settings)
    said = [nowhere.submit(b"<report/>"), nowhere.finish("1")]
    nowhere.close()
    assert [reply.kind for reply in said] == [ReplyKind.UNREACHED, ReplyKind.UNREACHED]
