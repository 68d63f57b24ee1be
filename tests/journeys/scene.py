"""A Hoede between a platform's and an authority's stand-in, whose orders a test carries out by hand.

No worker runs but what the test calls, so a test decides what happens before what.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.parts import fresh, import_list, secret_file, serving, until, values

from hoede.app import Hoede, build, rehearsal
from hoede.app.rehearsal import SERVICE
from hoede.client import AgeEvidence, Assurance, Channel, Client, Event, EventAnswer, EventKind
from hoede.config import parse_config, read_secret
from hoede.core.leaves import commitment
from hoede.core.media import Seen
from hoede.core.orders import OrderState, OrderView
from hoede.db import orders
from hoede.evidence import EvidenceRow
from hoede.evidence import store as evidence
from hoede.review import CaseRow
from hoede.review import store as review
from hoede.simulators.cybertipline import Settings, SimReport, Simulator, State
from hoede.simulators.platform import Platform

CARD, OTHER_CARD = b"hoede: a harmless trigger", b"hoede: another harmless trigger"
LINES = ("hoede: a harmless line", 'hoede: another, "quoted"\nand on two lines')  # what somebody writes
SECOND_SECRET = "webhook.second"  # where a new one is put while it rotates
BY_MACHINE = ("platform", "vault", "authority", "screening")
AS_OF = date(2026, 11, 1)
VERIFIED = AgeEvidence(method="test", assurance=Assurance.VERIFIED, issuer="test", as_of=AS_OF, lower=18)
DECLARED = AgeEvidence(
    method="self-declared", assurance=Assurance.DECLARED, issuer="plein", as_of=AS_OF, born=date(1990, 3, 1)
)
FIFTEEN = AgeEvidence(
    method="self-declared", assurance=Assurance.DECLARED, issuer="plein", as_of=AS_OF, born=date(2011, 3, 1)
)


@dataclass(frozen=True, slots=True)
class Upload:
    event: str  # the platform's id
    content: str
    answer: EventAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    hoede: Hoede
    url: str
    client: Client
    platform: Platform
    authority: Simulator

    @property
    def folder(self) -> Path:
        return self.hoede.config.data_folder.parent

    def person(self, *age: AgeEvidence, **facts: Any) -> str:
        """A new account whose age is known this well."""
        account = fresh("account")
        self.client.put_account(account, age_evidence=age, **({"country": "NL"} | facts))
        return account

    def list_pictures(self, *pictures: bytes, name: str | None = None, **more: Any) -> str:
        """A list of these pictures' PDQ fingerprints, known to this process; its import's id."""
        prints = [self.look(one).frames[0].pdq[0].hex() for one in pictures]
        imported = import_list(self.hoede.db, name or fresh("list"), "pdq\n" + "\n".join(prints), **more)
        self.hoede.rescan.nearby.refresh()
        return imported

    def look(self, media: bytes) -> Seen:
        """What the media shows, decoded as an upload is."""
        with tempfile.TemporaryFile() as file:
            file.write(media)
            file.flush()
            return self.hoede.reader.look(file.fileno())

    def upload(self, account: str, media: bytes = CARD, **more: Any) -> Upload:
        """Tell of a public upload, of the trigger unless told otherwise."""
        event = Event(
            id=fresh("event"),
            kind=EventKind.UPLOAD,
            channel=Channel.PUBLIC,
            account=account,
            content=fresh("content"),
            at=datetime.now(UTC),
            media_type="image/png",
            **more,
        )
        return Upload(event.id, event.content, self.client.send_event(event, media))

    def carry_until(self, so: Callable[[], bool], *kinds: str) -> None:
        """Carry out what is due of these kinds, again and again, until something is so."""

        def round_() -> bool:
            self.carry(*kinds)
            return so()

        until(round_)

    def carry(self, *kinds: str) -> None:
        """Carry out what is due now for each of these kinds, one kind after the other."""
        for kind in kinds:
            while self.hoede.carry_out.one(kind):
                pass

    def settle(self) -> None:
        """Carry out everything, again and again, until no machine has anything left."""
        self.settle_but()

    def settle_but(self, *blocked: str) -> None:
        """Likewise, but for measures that cannot be carried out now."""
        until(lambda: self._carried() <= set(blocked))
        while self.hoede.sequencer.run_once():
            pass

    def _carried(self) -> set[str]:
        """Measures that are open after one more round."""
        self.carry(*BY_MACHINE)
        still = (one for one in self.views() if one.state is OrderState.OPEN)
        return {one.order.measure for one in still if one.order.by != "person"}

    def views(self, account: str | None = None) -> list[OrderView]:
        """All orders, or those about one account, oldest first."""
        seen = self.hoede.db.read(orders.views)
        return [one for one in seen if account in {None, one.order.values.get("account")}]

    def order(self, account: str, measure: str) -> OrderView:
        (found,) = [one for one in self.views(account) if one.order.measure == measure]
        return found

    def states(self, account: str) -> Mapping[str, str]:
        """Measure to state."""
        return {one.order.measure: one.state.value for one in self.views(account)}

    def case(self, account: str) -> CaseRow:
        """The newest case about the account's content."""
        case = self.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, account))
        assert case is not None
        return case

    def queue(self) -> list[str]:
        """Ids of the cases that wait for a person, the first one due first."""
        return [one.id for one in self.hoede.db.read(review.queue)]

    def copies(self) -> tuple[EvidenceRow, ...]:
        return self.hoede.db.read(evidence.all_rows)

    def finished(self, account: str | None = None) -> list[SimReport]:
        """By the authority's own ledger: all finished reports, or those about one account."""
        return [one for one in self.reported(account) if one.state is State.FINISHED]

    def reported(self, account: str | None = None) -> list[SimReport]:
        """Likewise, in whatever state."""
        named = "personOrUserReported/espIdentifier"
        return [one for one in self.authority.reports() if account in {None, one.text(named)}]

    def place(self, act: str, about: str) -> int:
        """Where the leaf about this stands in the log; `ValueError` when there is none."""
        mark = commitment(self.hoede.keys.names, act, about)
        asked = "SELECT body FROM leaf ORDER BY id"
        bodies = self.hoede.db.read(lambda conn: conn.exec_driver_sql(asked).scalars().all())
        return [json.loads(body)["about"] for body in bodies].index(mark)

    def done_at(self, account: str, measure: str) -> int:
        """Where the end of an order stands in the log."""
        return self.place("order.done", self.order(account, measure).order.id)


@contextmanager
def scene(
    folder: Path,
    *,
    authority_timeout_s: float = 5,
    also_allowed: Iterable[bytes] = (),
    media_hosts: Collection[str] = (),
    tells_more_within_s: float = 0,
    batches_within_s: float = 0,
    **more: Any,
) -> Iterator[Scene]:
    """Set it up over a new folder; `more` goes on top of the configuration.

    The authority's stand-in takes the two cards, the lines, and what is `also_allowed`.
    """
    lines = (line.encode() for line in LINES)
    allowed = {hashlib.sha256(one).hexdigest() for one in (CARD, OTHER_CARD, *lines, *also_allowed)}
    with ExitStack() as stack:
        authority = stack.enter_context(Simulator(Settings(allowed=allowed), folder / "authority.jsonl"))
        platform = stack.enter_context(Platform())
        told = values(folder, platform=platform.url, authority=authority.api, media_hosts=media_hosts) | more
        told["authorities"]["ncmec"]["timeout_s"] = authority_timeout_s
        told["services"][SERVICE]["tells_more_within_s"] = tells_more_within_s
        told["authorities"]["ncmec"]["batches_within_s"] = batches_within_s
        secret = read_secret(rehearsal.secret_file(folder))
        second = secret_file(folder, SECOND_SECRET, secret)
        told["services"][SERVICE]["webhook_secret_files"].append(str(second))
        config = parse_config(told)
        key = rehearsal.prepare(config, [CARD, OTHER_CARD])
        hoede = build(config)
        stack.callback(hoede.ballast.let_go)
        stack.callback(hoede.close)
        url = f"http://127.0.0.1:{stack.enter_context(serving(hoede))}"
        client = stack.enter_context(Client(url, key, tries=1))
        platform.start(secret, api_key=key, receipts_to=url)
        yield Scene(hoede=hoede, url=url, client=client, platform=platform, authority=authority)
