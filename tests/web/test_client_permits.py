"""Asking for permits by the client, of a real Hoede and of one that is not there."""

from collections.abc import Iterator

import pytest
from tests.web.api import Api
from tests.web.permits import somebody

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


def test_what_is_in_force_is_not_guessed(nobody: Client) -> None:
    with pytest.raises(HoedeUnavailable):
        nobody.policy("a-1")
