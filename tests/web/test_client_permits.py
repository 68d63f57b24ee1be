"""Asking for permits by the client, of a real Hoede and of one that is not there."""

from collections.abc import Iterator

import httpx2
import pytest
from tests.web.api import Api
from tests.web.permits import choose, somebody

from hoede.client import AttemptTold, Client, HoedeRefused, HoedeUnavailable


@pytest.fixture
def client(api: Api, port: int) -> Iterator[Client]:
    with Client(f"http://127.0.0.1:{port}", api.key, tries=1) as one:
        yield one


@pytest.fixture
def nobody() -> Iterator[Client]:
    """A client of a Hoede that is not there."""
    with Client("http://127.0.0.1:9", "hk_k_s", tries=1, timeout_s=0.2) as one:
        yield one


def test_a_permit_comes_with_its_reasons(api: Api, client: Client) -> None:
    permit = client.permit(somebody(api, 14), "go_live")

    assert (permit.permit, permit.granted, permit.certain) == ("refused", False, True)
    assert permit.reasons[0].text["en"] == "Going live is for 16 and over."
    assert permit.now["nl"][-1].startswith("Altijd open")


def test_many_are_answered_in_their_order(api: Api, client: Client) -> None:
    teen, adult = somebody(api, 14), somebody(api, 30)

    found = client.permits([AttemptTold(account=one, attempt="go_live") for one in (adult, teen)])

    assert [one.permit for one in found] == ["granted", "refused"]


def test_what_is_in_force_can_be_asked(api: Api, client: Client) -> None:
    assert client.policy(somebody(api, 14))["settings"]["dm.send"]["step"] == "none"


def test_an_attempt_there_is_not_is_refused_as_a_mistake(api: Api, client: Client) -> None:
    with pytest.raises(HoedeRefused, match="Some fields"):
        client.permit(somebody(api, 14), "fly")


def test_without_an_answer_everything_is_refused(nobody: Client) -> None:
    permit = nobody.permit("a-1", "post")

    assert (permit.permit, permit.certain) == ("refused", False)


@pytest.mark.parametrize("attempt", ["help", "report", "block", "appeal", "security"])
def test_without_an_answer_help_is_granted(nobody: Client, attempt: str) -> None:
    assert nobody.permit("a-1", attempt).granted


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Away:
    """A client whose Hoede can go away."""

    def __init__(self, api: Api, port: int) -> None:
        self.clock = Clock()
        self.client = Client(f"http://127.0.0.1:{port}", api.key, tries=1, timeout_s=5, clock=self.clock)

    def goes(self) -> None:
        self.client._http.close()
        self.client._http = httpx2.Client(base_url="http://127.0.0.1:9", timeout=0.2)

    def answers(self, account: str, *attempts: str) -> list[str]:
        found = self.client.permits([AttemptTold(account=account, attempt=one) for one in attempts])
        assert not any(one.certain for one in found)
        return [one.permit for one in found]


@pytest.fixture
def away(api: Api, port: int) -> Iterator[Away]:
    made = Away(api, port)
    yield made
    made.client.close()


def test_without_an_answer_the_limits_fetched_last_hold(api: Api, away: Away) -> None:
    teen, adult, stranger = somebody(api, 14), somebody(api, 30), somebody(api, 30)
    choose(api, adult, "search.use", "off")
    packs, _ = (away.client.policy(one)["packs"] for one in (teen, adult))
    away.goes()
    asked = ("post", "search", "go_live", "message", "help")

    assert away.answers(teen, *asked) == ["granted", "granted", "refused", "refused", "granted"]
    assert away.answers(adult, *asked) == ["granted", "refused", "granted", "refused", "granted"]
    assert away.answers(stranger, *asked) == ["refused", "refused", "refused", "refused", "granted"]
    assert away.client.permit(teen, "post").packs == tuple(packs)


def test_limits_hold_for_a_day_and_not_when_the_clock_went_back(api: Api, away: Away) -> None:
    teen = somebody(api, 14)
    away.client.policy(teen)
    away.goes()
    answers = []
    for away.clock.now in (1000.0 + 86_400, 1000.0 + 86_401, 999.0):
        answers += away.answers(teen, "post")

    assert answers == ["granted", "refused", "refused"]


def test_limits_of_who_is_told_anew_do_not_hold(api: Api, away: Away) -> None:
    adult = somebody(api, 30)
    away.client.policy(adult)
    away.goes()
    with pytest.raises(HoedeUnavailable):
        away.client.put_account(adult, country="NL")

    assert away.answers(adult, "post") == ["refused"]


def test_what_is_in_force_is_not_guessed(nobody: Client) -> None:
    with pytest.raises(HoedeUnavailable):
        nobody.policy("a-1")
