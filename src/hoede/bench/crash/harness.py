"""The parent of the kills: plays the platform, tells events to whoever answers, and keeps count."""

import hashlib
import random
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import httpx2

from hoede.app import rehearsal
from hoede.bench.crash.children import Fleet, Member, zygote
from hoede.client import Client
from hoede.config import parse_config, read_secret
from hoede.core.ages import AgeEvidence, Assurance
from hoede.core.events import Answer, Channel, Event, EventKind
from hoede.simulators.cybertipline import REHEARSAL, Settings, Simulator
from hoede.simulators.pictures import test_card as the_card
from hoede.simulators.platform import Platform

TELL_WITHIN_S = 2
TELLS_AT_ONCE = 16
PORTS = range(20_000, 32_000)
QUICK = {
    "hold_answer_ms": 10,
    "look_within_ms": 2000,
    "retry_first_s": 0.05,
    "retry_longest_s": 0.3,
    "lease_s": 0.8,
}
BORN = AgeEvidence(
    method="document",
    assurance=Assurance.VERIFIED,
    issuer="test",
    as_of=date(2026, 1, 1),
    born=date(1980, 1, 1),
)


class Server(Protocol):
    """A database server that may die, too."""

    def crash(self) -> object:
        """One of its processes dies, and it mends itself."""

    def restart(self) -> object:
        """All of it ends at once, and comes up again."""


@dataclass(frozen=True)
class Deployment:
    """Which processes run over which database, and for how long one sleeps that is paused."""

    serves: int
    works: int
    helpers: int  # `work` processes that are there now and then
    pause_s: float  # longer than a lease, and than a server lets a transaction idle
    asleep_at_most: int
    server: Server | None = None
    database_url: str = ""


ONE_SERVE = Deployment(serves=1, works=0, helpers=1, pause_s=1.2, asleep_at_most=1)


@dataclass
class Upload:
    """One event we told, or still have to."""

    account: str
    event: Event
    acknowledged: bool = False
    holds: list[str | None] = field(default_factory=list)  # the id in each answer that arrived


@dataclass
class Harness:
    """Everything that outlives the kills."""

    deployment: Deployment
    config: dict[str, Any]
    secret: str
    platform: Platform
    authority: Simulator
    fleet: Fleet
    random: random.Random
    telling: ThreadPoolExecutor
    clients: dict[str, Client]  # by the address of who is told
    uploads: list[Upload] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)  # by failpoint; "anywhere" for the others

    @property
    def url(self) -> str:
        """Where the first `serve` answers."""
        return next(iter(self.clients))

    def tell_all(self, to: Sequence[str] | None = None) -> None:
        """Send what is not acknowledged yet, as a platform does: the same event, the same key.

        To one of those who answer, and now and then to all of them at the same time.
        """
        urls = [one.url for one in self.fleet.answering()] if to is None else to
        if not urls:
            return
        self.platform.start(self.secret, api_key=self.platform.api_key, receipts_to=self.random.choice(urls))
        calls = [
            self.telling.submit(self._tell, self.clients[url], upload)
            for upload in self.uploads
            if not upload.acknowledged
            for url in (urls if self.random.random() < 0.3 else [self.random.choice(urls)])
        ]
        until = time.monotonic() + TELL_WITHIN_S
        while wait(calls, 0.05).not_done and time.monotonic() < until and not self.fleet.somebody_died():
            self.fleet.wake(self.deployment.pause_s)

    def _tell(self, client: Client, upload: Upload) -> None:
        with suppress(Exception):  # Hoede may be killed while we tell it who somebody is
            client.put_account(upload.account, country="US", locale="en", age_evidence=[BORN])
            answer = client.send_event(upload.event, the_card())
            if answer.certain:
                assert answer.answer is Answer.HOLD
                upload.acknowledged = True
                upload.holds.append(answer.hold)

    def upload(self, account: str) -> Upload:
        number = len(self.uploads)
        event = Event(
            id=f"event-{number}",
            kind=EventKind.UPLOAD,
            channel=Channel.PUBLIC,
            account=account,
            content=f"content-{number}",
            at=datetime.now(UTC) - timedelta(seconds=1),
        )
        told = Upload(account, event)
        self.uploads.append(told)
        return told


@contextmanager
def harness(folder: Path, seed: int, deployment: Deployment = ONE_SERVE) -> Iterator[Harness]:
    """A fresh deployment in `folder`, not started yet."""
    with ExitStack() as stack:
        allowed = {hashlib.sha256(the_card()).hexdigest()}
        authority = stack.enter_context(Simulator(Settings(allowed=allowed), folder / "ledger.jsonl"))
        platform = Platform()
        members = members_of(deployment)
        config = settings(folder, platform, authority, members[0].port, deployment)
        secret = read_secret(rehearsal.secret_file(folder))
        api_key = rehearsal.prepare(parse_config(config), [the_card()])
        platform.start(secret, api_key=api_key, receipts_to=members[0].url)
        stack.enter_context(platform)
        fleet = Fleet(stack.enter_context(zygote()), config, members, deployment.pause_s)
        telling = stack.enter_context(ThreadPoolExecutor(TELLS_AT_ONCE))
        clients = {one.url: Client(one.url, api_key, tries=1, timeout_s=5) for one in members if one.port}
        for client in clients.values():
            stack.enter_context(client)
        stack.callback(fleet.stop)
        yield Harness(
            deployment=deployment,
            config=config,
            secret=secret,
            platform=platform,
            authority=authority,
            fleet=fleet,
            random=random.Random(seed),  # noqa: S311 - repeatable
            telling=telling,
            clients=clients,
        )


def settings(
    folder: Path, platform: Platform, authority: Simulator, port: int | None, deployment: Deployment
) -> dict[str, Any]:
    login = (REHEARSAL.name, REHEARSAL.password)
    more = {"port": port, "database_url": deployment.database_url, **QUICK}
    return rehearsal.settings(folder, hook=platform.url, authority=authority.api, login=login, more=more)


def members_of(deployment: Deployment) -> list[Member]:
    serves = [Member(port) for port in free_ports(deployment.serves)]
    works = [Member() for _ in range(deployment.works)]
    return serves + works + [Member(always=False) for _ in range(deployment.helpers)]


def free_ports(count: int) -> list[int]:
    """None that a kernel gives to outgoing connections: one could take it while its `serve` is dead."""
    ports = random.SystemRandom().sample(PORTS, len(PORTS))
    return list(islice(filter(is_free, ports), count))


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz", timeout=1).is_success
    except httpx2.HTTPError:
        return False
