"""To an uploader, known, suspected and could-not-look are the same; a look that takes too long goes on."""

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.parts import fresh, import_list
from tests.plugins.hoede_trigger import DAWDLE, FAIL
from tests.web.api import Api, Said, event
from tests.web.conftest import OpenApi

from hoede.app.rehearsal import SERVICE
from hoede.core.orders import OrderState
from hoede.detection import Coverage
from hoede.evidence import EvidenceState
from hoede.evidence import store as evidence
from hoede.review import store as review
from hoede.simulators.pictures import test_card as the_card

SUSPECTED = b"harmless bytes whose md5 alone is listed"
Tell = Callable[[Api], Said]


def known(api: Api) -> Said:
    return api.tell(event(), the_card())


def suspected(api: Api) -> Said:
    digest = hashlib.md5(SUSPECTED, usedforsecurity=False).hexdigest()
    import_list(api.hoede.db, fresh("md5s"), f"md5\n{digest}\n")
    return api.tell(event(), SUSPECTED)


def blind(api: Api) -> Said:
    return api.tell(event(text=FAIL))


def shape(answer: Said) -> tuple[int, list[tuple[str, str]], str]:
    """All that an uploader could compare: status, headers, and the body without the id."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name != "date")
    hold = answer.body["hold"]
    return answer.status, headers, str(answer.body).replace(hold, "o" * len(hold))


@pytest.mark.parametrize("other", [suspected, blind])
def test_a_hold_looks_the_same_whatever_was_found(api: Api, other: Tell) -> None:
    assert shape(other(api)) == shape(known(api))


@pytest.mark.parametrize("tell", [known, suspected, blind])
def test_no_hold_is_written_down_before_its_time(open_api: OpenApi, tell: Tell) -> None:
    api = open_api(hold_answer_ms=1000)
    before = api.hoede.db.now()

    hold = tell(api).body["hold"]

    order = api.order(hold)
    assert order is not None
    assert order.opened_at - before >= timedelta(milliseconds=600)  # of them 600 are for looking


@pytest.mark.parametrize("tell", [known, suspected, blind])
def test_a_hold_is_answered_a_fixed_time_after_the_last_byte(open_api: OpenApi, tell: Tell) -> None:
    api = open_api(hold_answer_ms=300)
    before = time.monotonic()

    tell(api)

    assert time.monotonic() - before >= 0.3


def test_an_answer_to_a_hold_has_exactly_one_id(api: Api) -> None:
    assert sorted(known(api).body) == ["answer", "hold"]


def test_a_detector_that_fails_leads_to_a_hold_and_a_case_in_its_own_lane(api: Api) -> None:
    account = fresh("account")

    api.tell(event(id=(told := fresh("event")), account=account, text=FAIL))

    case = api.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, account))
    assert (case and case.lane, sorted(api.measures(told))) == ("unseen", ["hold", "review"])


def test_what_a_blind_detector_did_not_see_adds_to_what_another_saw(api: Api) -> None:
    told = event(text=FAIL)

    api.tell(told, the_card())

    assert sorted(set(api.measures(told["id"]))) == ["hold", "preserve", "review"]  # of unknown age


def slow(open_api: OpenApi) -> Api:
    return open_api(look_within_ms=50)


def test_a_look_that_takes_too_long_is_answered_as_a_hold(open_api: OpenApi) -> None:
    api = slow(open_api)
    told = event(text=DAWDLE)

    answer = api.tell(told)

    kept = api.kept(told["id"])
    assert (answer.body["answer"], kept and kept.coverage) == ("hold", Coverage.PENDING)
    assert sorted(api.measures(told["id"])) == ["hold", "look"]


def test_a_slow_hold_looks_like_any_other(open_api: OpenApi) -> None:
    api = slow(open_api)

    assert shape(api.tell(event(text=DAWDLE))) == shape(known(api))


def test_a_slow_look_that_finds_nothing_releases_the_content_and_destroys_the_copy(open_api: OpenApi) -> None:
    api = slow(open_api)
    told = event(text=DAWDLE)
    api.tell(told)

    api.hoede.carry_out.one("screening")

    states = {one.state for one in api.hoede.db.read(evidence.all_rows)}
    assert (api.measures(told["id"]).count("release"), states) == (1, {EvidenceState.DROPPED})


def test_a_release_is_told_only_after_the_hold_has_its_receipt(open_api: OpenApi) -> None:
    api = slow(open_api)
    told = event(text=DAWDLE)
    hold = api.tell(told).body["hold"]
    api.hoede.carry_out.one("screening")
    (release,) = [one.order.id for one in api.orders(told["id"]) if one.order.measure == "release"]

    while api.hoede.carry_out.one("platform"):
        pass
    before = api.order(release)
    api.receipt(hold, {"done": True})
    api.hoede.carry_out.one("platform")

    assert [before and before.tries, (after := api.order(release)) and after.tries] == [0, 1]


def test_a_slow_look_that_finds_the_card_opens_the_orders_and_keeps_the_same_hold(open_api: OpenApi) -> None:
    api = slow(open_api)
    told = event(text=DAWDLE)
    api.tell(told, the_card())

    api.hoede.carry_out.one("screening")

    assert sorted(set(api.measures(told["id"]))) == ["hold", "look", "preserve", "review"]
    assert api.measures(told["id"]).count("hold") == 1


def test_a_slow_look_ends_its_own_order(open_api: OpenApi) -> None:
    api = slow(open_api)
    told = event(text=DAWDLE)
    api.tell(told)

    api.hoede.carry_out.one("screening")

    assert [one.state for one in api.orders(told["id"]) if one.order.measure == "look"] == [OrderState.DONE]


def test_a_slow_event_told_again_meanwhile_gets_the_same_hold(open_api: OpenApi) -> None:
    api = slow(open_api)
    told = event(text=DAWDLE)

    assert api.tell(told).body == api.tell(told).body
