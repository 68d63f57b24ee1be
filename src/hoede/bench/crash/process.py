"""One simulated process: what carries orders out, put together by the code that puts the service together."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from hoede.app.build import compose_of, jobs_of, screening_of, waits_of, why_not_of
from hoede.app.tables import Tables
from hoede.audit import Sequencer
from hoede.bench.crash.database import SimulatedDatabase
from hoede.config import Config
from hoede.core.findings import DigestKind
from hoede.detection import digests_of
from hoede.enforcement import Platform
from hoede.evidence import Vault
from hoede.evidence.disk import Disk
from hoede.flow.carry_out import CarryOut, ReceiveReceipt
from hoede.flow.cases import Cases
from hoede.flow.erase import Erase, shipped_columns
from hoede.flow.expire import Expire
from hoede.flow.grounds import GroundsStand
from hoede.flow.judge import Judge
from hoede.flow.report import Report, TakeFacts
from hoede.flow.screen import Screening
from hoede.keys import FileKeys
from hoede.lists import Nearby
from hoede.media import Reader
from hoede.reporting import Authority

NewId = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the processes of all runs may share: nothing in it remembers anything."""

    config: Config
    tables: Tables
    keys: FileKeys
    reader: Reader
    platform: Platform
    authorities: Mapping[str, Authority]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The parts of one process, from its start to its end."""

    db: SimulatedDatabase
    vault: Vault
    carry_out: CarryOut
    sequencer: Sequencer
    screening: Screening
    receive: ReceiveReceipt
    cases: Cases
    judge: Judge
    expire: Expire
    erase: Erase


def start(  # noqa: PLR0917 - parts in the order they are built
    shared: Shared, db: SimulatedDatabase, nearby: Nearby, disk: Disk, new_id: NewId, holder: str
) -> Process:
    """A process as it is after its start: nothing is known but what the database and the disk hold."""
    config, tables, keys = shared.config, shared.tables, shared.keys
    vault = Vault(config.data_folder / "vault", keys, disk)
    grounds = GroundsStand(db=db, measures=tables.book.measures, switched_on=frozenset(config.acts_alone))
    built = screening_of(config, tables, db, vault, keys, shared.reader, nearby)
    screening = replace(
        built,
        holds_after_s=0,
        record=replace(built.record, new_id=new_id),
        looking=replace(built.looking, executor=AtOnce()),
    )
    compose = compose_of(config, tables, grounds, shared.authorities)
    jobs = jobs_of(config, tables, db, vault, keys, compose, shared.platform, shared.authorities, screening)
    report = jobs["report"]
    assert isinstance(report, Report)
    jobs["report"] = replace(report, before=replace(report.before, new_id=new_id))
    return Process(
        db=db,
        vault=vault,
        carry_out=CarryOut(
            db=db,
            jobs=jobs,
            why_not=why_not_of(grounds, compose),
            waits=waits_of(config),
            lanes=tables.lanes,
            holder=holder,
        ),
        sequencer=Sequencer(db, keys, holder),
        screening=screening,
        receive=ReceiveReceipt(
            db=db, lanes=tables.lanes, take_facts=TakeFacts(measures=tables.book.measures)
        ),
        cases=Cases(
            db=db, lanes=tables.lanes, wellness=tables.wellness, helplines=(), demo=False, new_id=new_id
        ),
        judge=Judge(
            db=db,
            names=keys.names,
            measures=tables.book.measures,
            outcomes=tables.outcomes,
            lanes=tables.lanes,
            authorities=tuple(config.authorities),
            undo_within=timedelta(seconds=config.undo_within_s),
            new_id=new_id,
            correct=report.correct,
        ),
        expire=Expire(db=db, vault=vault, kept=tables.kept),
        erase=Erase(
            db=db,
            vault=vault,
            columns=shipped_columns(),
            forget=lambda _service, _account: None,  # these processes keep no permits in memory
            unpair=lambda _service, _account: None,  # nobody here is paired
            new_id=new_id,
        ),
    )


class AtOnce(Executor):
    """Looks are done where they are asked for: threads would make two runs differ."""

    def submit(self, act: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(act(*args, **named))
        except Exception as error:  # noqa: BLE001 - as executors do
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class InMemory:
    """Media as it was told; nothing in these runs is decoded."""

    content: bytes
    digests: Mapping[DigestKind, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digests", digests_of([self.content]))

    @property
    def size(self) -> int:
        return len(self.content)

    def chunks(self) -> Iterator[bytes]:
        yield self.content

    def opened(self) -> AbstractContextManager[int]:
        """Never: what is known by its digests is not decoded."""
        raise NotImplementedError
