"""Reports filed over a line that breaks: every fault at every call, over real sockets to the stand-in."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hoede import accounts
from hoede.app import build, rehearsal
from hoede.app.build import Hoede
from hoede.app.rehearsal import SERVICE
from hoede.bench.crash.process import InMemory
from hoede.bench.crash.proxy import Line, Proxy
from hoede.bench.ground import ADULT
from hoede.config import parse_config
from hoede.core.events import Channel, Event, EventKind
from hoede.core.orders import OrderState
from hoede.db import orders
from hoede.enforcement import Carrier
from hoede.flow.screen import Told
from hoede.simulators.cybertipline import REHEARSAL, Settings, Simulator, State

TRIGGER = b"hoede: a harmless trigger for lines that break. " * 8
ENDPOINTS = ("submit", "upload", "fileinfo", "finish")
# Neither side can tell an upload that came twice from a second file (docs/decisions/0034).
FAULTS = tuple(
    (endpoint, line) for endpoint in ENDPOINTS for line in Line if (endpoint, line) != ("upload", Line.TWICE)
)
WITHIN_S = 120
QUICK = {"retry_first_s": 0.05, "retry_longest_s": 0.2, "lease_s": 5}
ANSWERS_WITHIN_S = 0.5
_CARRIED = (Carrier.SCREENING, Carrier.VAULT, Carrier.AUTHORITY)


@dataclass
class Network:
    """A Hoede, the proxy and the authority behind it."""

    hoede: Hoede
    proxy: Proxy
    authority: Simulator
    filed: int = 0

    def file(self, endpoint: str, line: Line) -> list[str]:
        """File one report while this happens to one of its calls; what is wrong with it, in words."""
        self.filed += 1
        account = f"account-{self.filed}"
        self.proxy.fault(endpoint, line)
        self._tell(account)
        if not self._settled(account):
            return [f"{line} at {endpoint}: the report was not finished"]
        if (endpoint, line) not in self.proxy.met:
            return [f"{line} at {endpoint}: it never happened"]
        reports = [one for one in self.authority.reports() if one.state is State.FINISHED]
        mine = [one for one in reports if one.text("personOrUserReported/espIdentifier") == account]
        files = [len(one.files) for one in mine]
        return [] if files == [1] else [f"{line} at {endpoint}: finished reports have {files} files"]

    def _tell(self, account: str) -> None:
        person = accounts.Account(service=SERVICE, id=account, country="US", age_evidence=(ADULT,))
        self.hoede.db.commit(lambda tx: accounts.put_account(tx, person))
        event = Event(
            id=f"event-{account}",
            kind=EventKind.UPLOAD,
            channel=Channel.PUBLIC,
            account=account,
            content=f"content-{account}",
            at=datetime.now(UTC),
        )
        request = hashlib.sha256(account.encode()).hexdigest()
        told = Told(service=SERVICE, event=event, media=InMemory(TRIGGER), request=request)
        self.hoede.screening.screen(told, lambda _tx, _answer: None)

    def _settled(self, account: str) -> bool:
        """Carry out what looks again, what seals and what reports, until the report is finished."""
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            busy = [one for one in _CARRIED if self.hoede.carry_out.one(one)]
            seen = self.hoede.db.read(orders.views)
            mine = [one for one in seen if one.order.values.get("account") == account]
            asked = [one for one in mine if one.order.measure == "report"]  # none while it is not looked at
            if asked and all(one.state is OrderState.DONE for one in asked):
                return True
            if not busy:
                time.sleep(0.02)
        return False


@contextmanager
def network(folder: Path) -> Iterator[Network]:
    """In an empty folder; nothing runs but what is asked."""
    allowed = {hashlib.sha256(TRIGGER).hexdigest()}
    with ExitStack() as stack:
        authority = stack.enter_context(Simulator(Settings(allowed=allowed), folder / "ledger.jsonl"))
        proxy = stack.enter_context(Proxy(authority.port))
        login = (REHEARSAL.name, REHEARSAL.password)
        values = rehearsal.settings(
            folder, hook="http://127.0.0.1:1/hooks", authority=f"{proxy.url}/ispws", login=login, more=QUICK
        )
        values["authorities"]["ncmec"]["timeout_s"] = ANSWERS_WITHIN_S
        values["services"][SERVICE]["tells_more_within_s"] = 0
        config = parse_config(values)
        rehearsal.prepare(config, [TRIGGER])
        hoede = build(config)
        hoede.screening.looking.nearby.refresh()
        stack.callback(hoede.close)
        yield Network(hoede, proxy, authority)
