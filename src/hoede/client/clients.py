"""The two clients, one that waits and one that is awaited: both only send what `calls` says."""

import asyncio
import random as chance
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Self, TypeVar

import httpx2

from hoede.client import calls
from hoede.client import permits as asking
from hoede.client import usage as using
from hoede.client.limits import Limits
from hoede.client.permits import AttemptTold, PermitAnswer, Relation
from hoede.client.usage import Heartbeat, HeartbeatsAnswer, UsageAnswer
from hoede.core.ages import AgeBand, AgeEvidence
from hoede.core.events import Event
from hoede.core.orders import OrderState

TRIES = 3
TIMEOUT_S = 5.0  # for connecting, and for each piece that is sent or awaited

T = TypeVar("T")


@cache
def _trusted() -> ssl.SSLContext:
    """Read once, and not again for every client: it takes a tenth of a second."""
    return httpx2.create_ssl_context()


class Client:
    """Calls Hoede at `url`. One client may be shared by threads; `close` it, or use it in a `with`."""

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        tries: int = TRIES,
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], object] = time.sleep,
        random: Callable[[], float] = chance.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx2.Client(base_url=url, verify=_trusted(), timeout=timeout_s)
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._retries = calls.Retries(tries, random)
        self._limits = Limits(clock)
        self._sleep = sleep

    def put_account(
        self,
        account: str,
        *,
        country: str | None = None,
        zone: str | None = None,
        locale: str | None = None,
        screen_name: str | None = None,
        age_evidence: Sequence[AgeEvidence] = (),
        age_claims: Sequence[calls.AgeClaim] = (),
    ) -> AgeBand:
        """Tell who an account is and return its age band. Raises `HoedeRefused`, `HoedeUnavailable`.

        `age_claims` are read by Hoede's adapters, docs/reference/age-evidence.md.
        """
        facts = {"country": country, "zone": zone, "locale": locale, "screen_name": screen_name}
        self._limits.forget(account)
        return self._run(calls.put_account(account, facts, age_evidence, age_claims, self._retries))

    def erase_account(self, account: str) -> str:
        """Let an account be erased; returns the id of the erasure.

        Raises `HoedeRefused`, `HoedeUnavailable`. What a duty keeps goes later; tell the person only that
        their wish was taken.
        """
        return self._run(calls.erase_account(account, self._retries))

    def send_event(
        self,
        event: Event,
        media: bytes | Path | BinaryIO | None = None,
        *,
        media_url: str | None = None,
        idempotency_key: str | None = None,
    ) -> calls.EventAnswer:
        """Tell what happened and return what to do with the content. Raises `HoedeRefused`.

        `media_url` names media that Hoede fetches itself, from a host its operator allows.
        No answer from Hoede is an answer: hold, not certain. Send the same event again later.
        """
        with _opened(media) as body:
            return self._run(
                calls.send_event(event, body, media_url, key=idempotency_key, retries=self._retries)
            )

    def send_receipt(
        self,
        order: str,
        done: bool = True,  # noqa: FBT001, FBT002 - the contract of the client
        reason: str | None = None,
        *,
        facts: Mapping[str, Any] | None = None,
    ) -> OrderState:
        """Say that an order is done, or why it cannot be; `facts` answer `order.tell_more`.

        Raises `HoedeRefused`, `HoedeUnavailable`.
        """
        return self._run(calls.send_receipt(order, reason, self._retries, done=done, facts=facts))

    def notice(
        self,
        subject: str,
        reason: str,
        *,
        at: datetime,
        reporter: str | None = None,
        content: str | None = None,
        words: str | None = None,
        locale: str | None = None,
        reporter_since: date | None = None,
        linked: str | None = None,
        victim_country: str | None = None,
        idempotency_key: str | None = None,
    ) -> calls.NoticeReceipt:
        """Tell what somebody reported and return its receipt. Raises `HoedeRefused`, `HoedeUnavailable`.

        `reason` is one of docs/reference/lanes.md. Content is named, never sent: Hoede asks for it by `want`.
        The same told twice is one report, and so is the same reporter saying the same again.
        """
        told = {
            "subject": subject,
            "reason": reason,
            "at": at.isoformat(),
            "reporter": reporter,
            "content": content,
            "words": words,
            "locale": locale,
            "reporter_since": reporter_since.isoformat() if reporter_since else None,
            "linked": linked,
            "victim_country": victim_country,
        }
        return self._run(calls.notice(told, idempotency_key, self._retries))

    def notice_receipt(self, notice_id: str) -> calls.NoticeReceipt:
        """Return how far a report is, and what came of it. Raises `HoedeRefused`, `HoedeUnavailable`."""
        return self._run(calls.notice_receipt(notice_id, self._retries))

    def permit(
        self,
        account: str,
        attempt: str,
        *,
        counterpart: str | None = None,
        relation: Relation | None = None,
    ) -> PermitAnswer:
        """May this account do this now? Raises `HoedeRefused` for an attempt there is not.

        No answer from Hoede is an answer, and not certain: the limits that `policy` fetched last for this
        account hold for a day, and what is up to somebody else, too, is refused; without them everything is
        refused but help, reports and the like.
        """
        asked = AttemptTold(account=account, attempt=attempt, counterpart=counterpart, relation=relation)
        return self.permits([asked])[0]

    def permits(self, attempts: Sequence[AttemptTold]) -> list[PermitAnswer]:
        """As `permit`, for up to 1,000 attempts, in their order."""
        return self._run(asking.permits(attempts, self._limits, self._retries))

    def policy(self, account: str) -> dict[str, Any]:
        """Return what is in force for an account. Raises `HoedeRefused`, `HoedeUnavailable`.

        Its limits are kept, for when Hoede cannot be reached: fetch them when somebody signs in.
        """
        return self._run(asking.policy(account, self._limits, self._retries))

    def heartbeats(self, beats: Sequence[Heartbeat]) -> HeartbeatsAnswer:
        """Pass on that devices are in use. Raises `HoedeRefused`, `HoedeUnavailable`.

        Up to 1,000. Without an answer keep them, and pass them on later with a larger `held_s`.
        """
        return self._run(using.heartbeats(beats, self._retries))

    def usage(self, account: str) -> UsageAnswer:
        """Return how an account's time stands. Raises `HoedeRefused`, `HoedeUnavailable`."""
        return self._run(using.usage(account, self._retries))

    def appeal(
        self, letter: str, account: str, words: str, *, idempotency_key: str | None = None
    ) -> calls.AppealReceipt:
        """Pass on what somebody wrote against a letter. Raises `HoedeRefused`, `HoedeUnavailable`.

        `letter` is the id of the order that carried it.
        One objection a letter, whichever way it came: a second one gets the first one's receipt.
        """
        return self._run(calls.appeal(letter, account, words, idempotency_key, self._retries))

    def age_appeal(
        self, account: str, words: str, proofs: Sequence[str] = (), *, idempotency_key: str | None = None
    ) -> calls.AppealReceipt:
        """Pass on that somebody says they are an adult. Raises `HoedeRefused`, `HoedeUnavailable`.

        `proofs` name those of the service's `age_proofs` by which they could prove it.
        A person answers within a day, by a letter; what is in force stays until then.
        """
        return self._run(calls.age_appeal(account, words, proofs, idempotency_key, self._retries))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _run(self, steps: calls.Steps[T]) -> T:
        reply: calls.Reply | None = None
        while not isinstance(step := calls.advance(steps, reply), calls.Done):
            reply = self._send(step) if isinstance(step, calls.Call) else None
            if isinstance(step, float):
                self._sleep(step)
        return step.value

    def _send(self, call: calls.Call) -> calls.Reply | None:
        try:
            return _reply(
                self._http.request(
                    call.method, call.path, **calls.http_parts(call, self._api_key, self._timeout_s)
                )
            )
        except httpx2.RequestError:
            return None


class AsyncClient:
    """`Client`, awaited. A media file is read in the loop, a small piece at a time."""

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        tries: int = TRIES,
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = chance.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx2.AsyncClient(base_url=url, verify=_trusted(), timeout=timeout_s)
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._retries = calls.Retries(tries, random)
        self._limits = Limits(clock)
        self._sleep = sleep

    async def put_account(
        self,
        account: str,
        *,
        country: str | None = None,
        zone: str | None = None,
        locale: str | None = None,
        screen_name: str | None = None,
        age_evidence: Sequence[AgeEvidence] = (),
        age_claims: Sequence[calls.AgeClaim] = (),
    ) -> AgeBand:
        """As `Client.put_account`."""
        facts = {"country": country, "zone": zone, "locale": locale, "screen_name": screen_name}
        self._limits.forget(account)
        return await self._run(calls.put_account(account, facts, age_evidence, age_claims, self._retries))

    async def erase_account(self, account: str) -> str:
        """As `Client.erase_account`."""
        return await self._run(calls.erase_account(account, self._retries))

    async def send_event(
        self,
        event: Event,
        media: bytes | Path | BinaryIO | None = None,
        *,
        media_url: str | None = None,
        idempotency_key: str | None = None,
    ) -> calls.EventAnswer:
        """As `Client.send_event`."""
        with _opened(media) as body:
            return await self._run(
                calls.send_event(event, body, media_url, key=idempotency_key, retries=self._retries)
            )

    async def send_receipt(
        self,
        order: str,
        done: bool = True,  # noqa: FBT001, FBT002 - the contract of the client
        reason: str | None = None,
        *,
        facts: Mapping[str, Any] | None = None,
    ) -> OrderState:
        """As `Client.send_receipt`."""
        return await self._run(calls.send_receipt(order, reason, self._retries, done=done, facts=facts))

    async def notice(
        self,
        subject: str,
        reason: str,
        *,
        at: datetime,
        reporter: str | None = None,
        content: str | None = None,
        words: str | None = None,
        locale: str | None = None,
        reporter_since: date | None = None,
        linked: str | None = None,
        victim_country: str | None = None,
        idempotency_key: str | None = None,
    ) -> calls.NoticeReceipt:
        """As `Client.notice`."""
        told = {
            "subject": subject,
            "reason": reason,
            "at": at.isoformat(),
            "reporter": reporter,
            "content": content,
            "words": words,
            "locale": locale,
            "reporter_since": reporter_since.isoformat() if reporter_since else None,
            "linked": linked,
            "victim_country": victim_country,
        }
        return await self._run(calls.notice(told, idempotency_key, self._retries))

    async def notice_receipt(self, notice_id: str) -> calls.NoticeReceipt:
        """As `Client.notice_receipt`."""
        return await self._run(calls.notice_receipt(notice_id, self._retries))

    async def permit(
        self,
        account: str,
        attempt: str,
        *,
        counterpart: str | None = None,
        relation: Relation | None = None,
    ) -> PermitAnswer:
        """May this account do this now? Raises `HoedeRefused` for an attempt there is not.

        No answer from Hoede is an answer, and not certain: the limits that `policy` fetched last for this
        account hold for a day, and what is up to somebody else, too, is refused; without them everything is
        refused but help, reports and the like.
        """
        asked = AttemptTold(account=account, attempt=attempt, counterpart=counterpart, relation=relation)
        return (await self.permits([asked]))[0]

    async def permits(self, attempts: Sequence[AttemptTold]) -> list[PermitAnswer]:
        """As `permit`, for up to 1,000 attempts, in their order."""
        return await self._run(asking.permits(attempts, self._limits, self._retries))

    async def policy(self, account: str) -> dict[str, Any]:
        """Return what is in force for an account. Raises `HoedeRefused`, `HoedeUnavailable`.

        Its limits are kept, for when Hoede cannot be reached: fetch them when somebody signs in.
        """
        return await self._run(asking.policy(account, self._limits, self._retries))

    async def heartbeats(self, beats: Sequence[Heartbeat]) -> HeartbeatsAnswer:
        """As `Client.heartbeats`."""
        return await self._run(using.heartbeats(beats, self._retries))

    async def usage(self, account: str) -> UsageAnswer:
        """As `Client.usage`."""
        return await self._run(using.usage(account, self._retries))

    async def appeal(
        self, letter: str, account: str, words: str, *, idempotency_key: str | None = None
    ) -> calls.AppealReceipt:
        """As `Client.appeal`."""
        return await self._run(calls.appeal(letter, account, words, idempotency_key, self._retries))

    async def age_appeal(
        self, account: str, words: str, proofs: Sequence[str] = (), *, idempotency_key: str | None = None
    ) -> calls.AppealReceipt:
        """As `Client.age_appeal`."""
        return await self._run(calls.age_appeal(account, words, proofs, idempotency_key, self._retries))

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    async def _run(self, steps: calls.Steps[T]) -> T:
        reply: calls.Reply | None = None
        while not isinstance(step := calls.advance(steps, reply), calls.Done):
            reply = await self._send(step) if isinstance(step, calls.Call) else None
            if isinstance(step, float):
                await self._sleep(step)
        return step.value

    async def _send(self, call: calls.Call) -> calls.Reply | None:
        try:
            return _reply(
                await self._http.request(
                    call.method, call.path, **calls.http_parts(call, self._api_key, self._timeout_s)
                )
            )
        except httpx2.RequestError:
            return None


def _reply(got: httpx2.Response) -> calls.Reply:
    return calls.Reply(got.status_code, got.content, got.headers.get("Retry-After"))


@contextmanager
def _opened(media: bytes | Path | BinaryIO | None) -> Iterator[bytes | BinaryIO | None]:
    if isinstance(media, Path):
        with media.open("rb") as file:
            yield file
        return
    if media is not None and not isinstance(media, bytes) and not media.seekable():
        raise ValueError("media must be seekable: another try sends it from its start")
    yield media
