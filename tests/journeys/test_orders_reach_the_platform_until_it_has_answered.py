"""The platform is away, forgets receipts, rotates its secret: every order arrives, and counts once."""

from base64 import b64encode

from tests.journeys.scene import SECOND_SECRET, VERIFIED, Scene
from tests.parts import secret_file

from hoede.app import rehearsal
from hoede.config import read_secret
from hoede.core.orders import OrderState

NEW_SECRET = "whsec_" + b64encode(b"another harmless secret, 32 byte").decode()


def test_while_the_platform_is_away_its_orders_wait_and_a_person_is_called(play: Scene) -> None:
    play.platform.down = True
    play.upload(account := play.person(VERIFIED))

    seen: list[tuple[int, bool]] = []

    def called() -> bool:
        hold = play.order(account, "hold")
        seen.append((hold.tries, hold.needs_human))
        return hold.needs_human

    play.carry_until(called, "vault", "platform")  # on a slow machine several tries fall into one round
    least = play.hoede.config.call_after_tries
    assert [needs for _, needs in seen] == [tries >= least for tries, _ in seen]
    assert play.order(account, "hold").state is OrderState.OPEN


def test_orders_that_waited_are_carried_out_once_it_is_back(play: Scene) -> None:
    play.platform.down = True
    play.upload(account := play.person(VERIFIED))
    play.carry_until(lambda: play.order(account, "remove").tries > 1, "vault", "platform")

    play.platform.down = False
    play.settle()

    assert set(play.states(account).values()) == {"done"}


def test_the_report_does_not_wait_for_the_platform(play: Scene) -> None:
    play.platform.down = True
    play.upload(account := play.person(VERIFIED))

    play.settle_but("hold", "remove", "close_account", "notify")

    (report,) = play.finished()
    assert report.text("personOrUserReported/accountPermanentlyDisabled") is None  # it is not closed yet
    assert play.states(account)["report"] == "done"


def test_nobody_gets_a_letter_about_what_has_not_happened_yet(play: Scene) -> None:
    play.platform.down = True
    play.upload(account := play.person(VERIFIED))
    play.settle_but("hold", "remove", "close_account", "notify")

    assert play.order(account, "notify").tries == 0


def test_a_lost_receipt_brings_the_same_order_again_and_it_counts_once(play: Scene) -> None:
    key, receipts_to = play.platform.api_key, play.url
    play.platform.start(_secret(play), api_key="hk_wrong_key", receipts_to=receipts_to)
    play.upload(account := play.person(VERIFIED))
    play.carry_until(lambda: play.order(account, "remove").tries > 1, "vault", "platform")

    play.platform.start(_secret(play), api_key=key, receipts_to=receipts_to)
    play.settle()

    remove = play.order(account, "remove").order.id
    assert play.platform.ledger.deliveries[remove] > 1
    assert play.platform.ledger.done("remove") == [play.platform.ledger.orders[remove]["target"]["id"]]
    assert play.order(account, "remove").outcome == "receipt"


def test_an_order_is_not_done_because_it_was_taken_but_because_of_its_receipt(play: Scene) -> None:
    play.platform.start(_secret(play), api_key="hk_wrong_key", receipts_to=play.url)
    play.upload(account := play.person(VERIFIED))

    play.carry("platform")

    hold = play.order(account, "hold")
    assert play.platform.ledger.deliveries[hold.order.id] == 1
    assert (hold.state, hold.reason) == (OrderState.OPEN, "no-receipt-yet")


def test_a_secret_is_rotated_in_the_middle_of_a_journey_without_a_restart(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    play.carry("platform")

    secret_file(play.folder, SECOND_SECRET, NEW_SECRET)  # every message is signed by both from here on
    play.carry_until(lambda: play.order(account, "remove").state is OrderState.DONE, "vault", "platform")
    play.platform.start(NEW_SECRET, api_key=play.platform.api_key, receipts_to=play.url)
    rehearsal.secret_file(play.folder).write_text(NEW_SECRET)
    play.settle()

    assert (play.platform.ledger.refused, set(play.states(account).values())) == (0, {"done"})


def test_a_platform_that_switched_too_early_takes_nothing_and_loses_nothing(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    play.platform.start(NEW_SECRET, api_key=play.platform.api_key, receipts_to=play.url)
    play.carry("platform")
    refused = play.platform.ledger.refused

    secret_file(play.folder, SECOND_SECRET, NEW_SECRET)
    play.settle()

    assert (refused > 0, set(play.states(account).values())) == (True, {"done"})


def test_a_secret_that_cannot_be_read_keeps_orders_open_until_it_can(play: Scene) -> None:
    secret = rehearsal.secret_file(play.folder)
    secret.chmod(0o644)
    play.upload(account := play.person(VERIFIED))
    play.carry("platform")
    hold = play.order(account, "hold")

    secret.chmod(0o600)
    play.settle()

    assert (hold.state, hold.reason, sum(play.platform.ledger.deliveries.values()) > 0) == (
        OrderState.OPEN,
        "broke",
        True,
    )


def _secret(play: Scene) -> str:
    return read_secret(rehearsal.secret_file(play.folder))
