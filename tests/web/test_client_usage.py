"""Passing on heartbeats by the client, to a real Hoede and to one that is not there."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.parts import fresh
from tests.web.api import Api
from tests.web.permits import choose, somebody

from hoede.client import (
    AsyncClient,
    Client,
    Heartbeat,
    HeartbeatsAnswer,
    HoedeUnavailable,
    UsageAnswer,
)
from hoede.usage import LATE


@pytest.fixture
def client(api: Api, port: int) -> Iterator[Client]:
    with Client(f"http://127.0.0.1:{port}", api.key, tries=1) as one:
        yield one


def beats(account: str, *held: timedelta) -> list[Heartbeat]:
    return [
        Heartbeat(
            account=account, device="d-1", seq=seq, mark="on" if seq else "begin", held_s=one.total_seconds()
        )
        for seq, one in enumerate(held)
    ]


def test_minutes_are_counted_and_can_be_asked(api: Api, client: Client) -> None:
    account = somebody(api, 14)
    seconds = (timedelta(seconds=90 - 30 * n) for n in range(4))

    answer = client.heartbeats(beats(account, *seconds))

    assert (answer.heard, answer.closed) == ({"counted": 4}, ())
    assert client.usage(account).minutes_allowed == 60


def test_whose_time_is_up_is_named_with_when_it_opens(api: Api, client: Client) -> None:
    account = somebody(api, 14)
    choose(api, account, "time.away_windows", ["00:00-12:00", "12:00-00:00"])  # always

    [closed] = client.heartbeats(beats(account, timedelta())).closed

    assert (closed.account, closed.code, closed.asks) == (account, "away", None)
    assert closed.opens_at is not None


def test_what_is_too_late_is_said_to_be(client: Client) -> None:
    late = LATE + timedelta(seconds=5)

    assert client.heartbeats(beats(fresh("account"), late)).heard == {"too_late": 1}


def test_without_an_answer_the_caller_keeps_them() -> None:
    with (
        Client("http://127.0.0.1:9", "hk_k_s", tries=1, timeout_s=0.2) as nobody,
        pytest.raises(HoedeUnavailable),
    ):
        nobody.heartbeats(beats("a-1", timedelta()))


def test_awaited_it_is_the_same(api: Api, port: int) -> None:
    account = somebody(api, 14)

    async def talk() -> tuple[HeartbeatsAnswer, UsageAnswer]:
        async with AsyncClient(f"http://127.0.0.1:{port}", api.key, tries=1) as client:
            return await client.heartbeats(beats(account, timedelta())), await client.usage(account)

    answer, told = asyncio.run(talk())
    assert (answer.heard, told.permit) == ({"counted": 1}, "granted")
