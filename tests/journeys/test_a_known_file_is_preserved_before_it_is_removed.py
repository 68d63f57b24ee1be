"""A verified adult uploads a known file: held, sealed, then removed, closed, told and reported, once each."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx2
import pytest
from tests.asleep import armed
from tests.journeys.scene import CARD, VERIFIED, Scene, Upload, scene
from tests.parts import fresh
from tests.web.api import event, form

from hoede.app import verify_log
from hoede.client import Answer, Client
from hoede.evidence import EvidenceState
from hoede.review import Grounds
from hoede.simulators.cybertipline import SimFile, SimReport

MEASURES = {"hold", "preserve", "remove", "close_account", "report", "notify"}
AFTER_SEALING = ["remove", "close_account", "report", "notify"]


@dataclass(frozen=True, slots=True)
class Played:
    scene: Scene
    account: str
    upload: Upload

    @property
    def report(self) -> SimReport:
        (report,) = self.scene.finished()
        return report

    @property
    def file(self) -> SimFile:
        (file,) = self.report.files
        return file


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The whole journey, played once; the account closes before the report is composed."""
    with scene(tmp_path_factory.mktemp("known")) as play:
        account = play.person(VERIFIED, screen_name="bram", locale="nl")
        upload = play.upload(account, ip="192.0.2.7", text="Look")
        play.carry("vault", "platform")
        until_closed(play, account)
        play.settle()
        yield Played(play, account, upload)


def until_closed(play: Scene, account: str) -> None:
    while play.order(account, "close_account").ended_at is None:
        play.carry("platform")


def test_the_upload_is_held_under_the_id_of_the_hold_order(played: Played) -> None:
    answer = played.upload.answer

    assert (answer.answer, answer.certain) == (Answer.HOLD, True)
    assert answer.hold == played.scene.order(played.account, "hold").order.id


def test_every_order_is_done(played: Played) -> None:
    assert played.scene.states(played.account) == dict.fromkeys(MEASURES, "done")


@pytest.mark.parametrize("measure", AFTER_SEALING)
def test_nothing_final_is_done_before_the_copies_are_sealed(played: Played, measure: str) -> None:
    sealed = [played.scene.place("preserve.ended", one.taken.id) for one in played.scene.copies()]

    assert max(sealed) < played.scene.done_at(played.account, measure)


def test_the_authority_was_asked_for_nothing_before_the_copies_were_sealed(played: Played) -> None:
    sealed = [one.sealed_at for one in played.scene.copies()]

    assert all(at is not None and at < played.report.opened_at for at in sealed)


def test_the_letter_goes_out_last(played: Played) -> None:
    ends = {
        name: played.scene.done_at(played.account, name) for name in ("remove", "close_account", "notify")
    }

    assert max(ends, key=lambda name: ends[name]) == "notify"


def test_picture_and_caption_are_sealed_byte_for_byte(played: Played) -> None:
    kept = {one.part: b"".join(played.scene.hoede.vault.open(one.taken)) for one in played.scene.copies()}

    assert kept == {"media": CARD, "text": b"Look"}
    assert {one.state for one in played.scene.copies()} == {EvidenceState.SEALED}


def test_nothing_of_it_lies_in_the_open(played: Played) -> None:
    folder = played.scene.hoede.config.data_folder
    files = [one for one in folder.rglob("*") if one.is_file() and one.name != "ballast"]

    assert [one.name for one in files if CARD in one.read_bytes()] == []


def test_beside_each_copy_stands_its_manifest(played: Played) -> None:
    objects = played.scene.hoede.config.data_folder / "vault" / "objects"
    told = {
        one.taken.id: json.loads((objects / f"{one.taken.id}.json").read_text())
        for one in played.scene.copies()
    }

    assert {name: manifest["sha256"] for name, manifest in told.items()} == {
        one.taken.id: one.taken.sha256 for one in played.scene.copies()
    }


def test_the_platform_got_each_order_about_the_right_thing(played: Played) -> None:
    done = played.scene.platform.ledger.done

    assert (done("hold"), done("remove")) == ([played.upload.content], [played.upload.content])
    assert (done("close_account"), done("notify")) == ([played.account], [played.account])


def test_no_other_order_brings_a_letter_or_a_reason(played: Played) -> None:
    told = played.scene.platform.ledger.orders.values()

    assert {one["measure"] for one in told if one["letter"]} == {"notify"}
    assert {frozenset(one) for one in told} == {
        frozenset({"order", "measure", "target", "account", "case", "letter", "time"})
    }
    assert {one["time"] for one in told} == {None}


def letter(played: Played) -> dict[str, str]:
    sent = played.scene.platform.ledger.orders.values()
    found: dict[str, str] = next(one["letter"] for one in sent if one["measure"] == "notify")
    return found


def test_the_letter_is_in_the_persons_language_and_leads_to_the_same_letter_here(played: Played) -> None:
    path = letter(played)["appeal_url"].partition("/appeal/")[2]

    page = httpx2.get(f"{played.scene.url}/appeal/{path}", headers={"accept-language": "nl"})

    assert (letter(played)["locale"], page.status_code) == ("nl", 200)
    assert letter(played)["title"] in page.text


def test_the_letter_tells_nothing_of_how_we_knew(played: Played) -> None:
    text = json.dumps(letter(played)).lower()

    assert [word for word in ("ncmec", "sha256", "md5", "rehearsal", "report") if word in text] == []


def test_there_is_exactly_one_finished_report_and_no_other(played: Played) -> None:
    assert [one.id for one in played.scene.authority.reports()] == [played.report.id]


def test_the_report_names_the_account_as_the_platform_does(played: Played) -> None:
    told = [played.report.text(f"personOrUserReported/{name}") for name in ("espIdentifier", "screenName")]

    assert told == [played.account, "bram"]


def test_the_report_says_from_where_it_was_uploaded(played: Played) -> None:
    path = "personOrUserReported/ipCaptureEvent/"

    assert played.report.text(path + "ipAddress") == "192.0.2.7"
    assert played.file.text("ipCaptureEvent/ipAddress") == "192.0.2.7"


def test_the_report_says_that_the_account_is_closed_because_it_then_was(played: Played) -> None:
    assert played.report.text("personOrUserReported/accountPermanentlyDisabled") == "true"


def test_the_file_arrived_as_it_was_uploaded(played: Played) -> None:
    md5 = hashlib.md5(CARD, usedforsecurity=False).hexdigest()

    assert (played.file.md5, played.file.size) == (md5, len(CARD))
    assert played.file.sha256 == hashlib.sha256(CARD).hexdigest()


def test_the_details_give_both_digests(played: Played) -> None:
    details = played.file.file_details or ""

    assert [digest in details for digest in (played.file.md5, played.file.sha256)] == [True, True]


def test_the_report_does_not_claim_that_anybody_viewed_the_file(played: Played) -> None:
    assert played.file.text("fileViewedByEsp") == "false"


def test_a_rehearsal_says_that_it_is_one(played: Played) -> None:
    assert "REHEARSAL" in (played.report.text("additionalInfo") or "")


def test_the_case_is_known_and_waits_for_nobody(played: Played) -> None:
    case = played.scene.case(played.account)

    assert (case.grounds, case.lane, played.scene.queue()) == (Grounds.KNOWN, None, [])


def test_the_log_is_sound_and_agrees_with_the_rows(played: Played) -> None:
    verdict = verify_log(played.scene.hoede.db, played.scene.hoede.keys)

    assert (verdict.wrong, verdict.unnumbered) == ((), 0)


def test_until_the_copy_is_sealed_the_platform_hears_of_the_hold_alone(play: Scene) -> None:
    play.upload(play.person(VERIFIED))

    play.carry("platform", "authority")

    assert {one["measure"] for one in play.platform.ledger.orders.values()} == {"hold"}
    assert play.authority.reports() == []


def test_a_report_that_is_composed_before_the_account_is_closed_does_not_say_so(play: Scene) -> None:
    play.upload(play.person(VERIFIED))

    play.carry("vault", "authority")

    (report,) = play.finished()
    assert report.text("personOrUserReported/accountPermanentlyDisabled") is None


@pytest.mark.parametrize("strange", ["image/png\x00", "\x1b[31m", "\u202egnp"])
def test_a_media_type_that_nobody_can_hold_keeps_no_file_from_being_held(play: Scene, strange: str) -> None:
    told = event(account=play.person(VERIFIED), media_type=strange)
    headers = {"authorization": f"Bearer {play.platform.api_key}", "idempotency-key": fresh("key")}

    answer = httpx2.post(f"{play.url}/v1/events", files=form(told, CARD), headers=headers)

    assert (answer.status_code, answer.json()["answer"]) == (200, "hold")


def test_a_harmless_upload_leaves_no_order_no_copy_and_no_case(play: Scene) -> None:
    upload = play.upload(account := play.person(VERIFIED), b"a harmless picture")

    assert (upload.answer.answer, play.views(account), play.copies()) == (Answer.ALLOW, [], ())


def test_a_copy_that_was_swept_before_it_was_written_down_is_taken_again(play: Scene) -> None:
    """A process that slept for an hour between taking and committing acknowledges nothing."""
    swept: list[str] = []

    def sweep(passed: str) -> None:
        if passed == "intake.written" and not swept:
            swept.extend(name for name, _ in play.hoede.vault.intake_names())
            for name in swept:
                play.hoede.vault.drop_intake(name)

    account = play.person(VERIFIED)
    with armed(sweep), Client(play.url, play.platform.api_key) as patient:
        play = replace(play, client=patient)
        play.upload(account)
    play.settle()
    assert len(swept) == 1
    assert play.states(account)["preserve"] == "done"
    assert [one.state for one in play.copies()] == [EvidenceState.SEALED]
