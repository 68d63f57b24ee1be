"""Builds everything from one configuration, and refuses to where running would be unsafe."""

import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog
from fastapi import FastAPI
from sqlalchemy import Connection

from hoede.accounts.registry import all_age_adapters
from hoede.app.console import console
from hoede.app.family import family
from hoede.app.ids import new_id, new_number, new_roll
from hoede.app.keys import check_key_folder
from hoede.app.outside import build_authorities, build_hand_over, endpoints_of
from hoede.app.packs import texts_named
from hoede.app.pairing import Pair, build_pair
from hoede.app.site import Parts, site_of
from hoede.app.tables import Tables, read_tables
from hoede.app.watch import COUNTS_EVERY_S, KEEP_EVERY_S, Watch
from hoede.audit import Sequencer
from hoede.config import Config, ConfigError
from hoede.core.errors import HoedeError
from hoede.core.orders import Order
from hoede.db import Database, failpoints
from hoede.db.ballast import Ballast
from hoede.db.key_check import made_with_keys
from hoede.db.schema import check_schema, migrate
from hoede.detection import Health, all_detectors
from hoede.enforcement import Carrier, Platform
from hoede.enforcement.platforms.webhook import WebhookPlatform
from hoede.evidence import LocalDisk, Vault
from hoede.flow.age import AnswerAges, TakeAges
from hoede.flow.appeal import Appeal
from hoede.flow.attempt import Permits, Sides
from hoede.flow.attempt import Tables as PolicyTables
from hoede.flow.beat import Listen
from hoede.flow.carry_out import CarryOut, Job, Waits
from hoede.flow.cases import Cases
from hoede.flow.change_policy import ChangePolicy
from hoede.flow.day import Days
from hoede.flow.erase import Erase, shipped_columns
from hoede.flow.expire import Expire
from hoede.flow.fair import Fair
from hoede.flow.grounds import GroundsStand
from hoede.flow.hand_over import HandOver
from hoede.flow.judge import Judge, Objections, Quality
from hoede.flow.notice import TakeNotice
from hoede.flow.preserve import Preserve
from hoede.flow.read import Read
from hoede.flow.report import About, Batch, Before, Compose, Correct, Report, Settle, Supplement
from hoede.flow.rescan import Rescan
from hoede.flow.sample import DrawAllowed
from hoede.flow.screen import Screening
from hoede.flow.screen.looking import Looking
from hoede.flow.screen.record import Record
from hoede.flow.stuck import Stuck
from hoede.flow.tell import LetterFacts, Tell
from hoede.flow.view import View
from hoede.keys import FileKeys
from hoede.lists import ListsFolder, Nearby
from hoede.lists import store as lists
from hoede.media import CHILD, FETCHER, Fetcher, Level, Limits, Pool, Reader, connect, resolve, system_roots
from hoede.policy import Attempt, Permit, Side, shipped_vocabulary
from hoede.policy.live import LivePolicy
from hoede.policy.shadow import ShadowCounts
from hoede.reporting import Authority
from hoede.reporting.port import READ_WITHIN_S
from hoede.review.helplines import shipped
from hoede.web.console.desk import Desk

log = structlog.get_logger()

LOOKS_AT_ONCE = 8
LOOKING_SHARE = 0.6  # of the time until a hold is answered; the rest is for writing it down
FETCHES_AT_ONCE = 4
FETCHER_MEMORY_MB = 128
HALF_RESTORED = "restoring"  # a folder in the data folder, as long as a restore has not ended


class Unsafe(HoedeError):
    """Running like this could harm somebody."""

    code = "unsafe"


class HalfRestored(HoedeError):
    """A restore into this data folder did not end. Empty the folder and the database, then restore again."""

    code = "half-restored"


class Closeable(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hoede:
    """Everything that runs, tied together."""

    config: Config
    db: Database
    keys: FileKeys
    tables: Tables
    vault: Vault
    reader: Reader
    ballast: Ballast
    screening: Screening
    carry_out: CarryOut
    cases: Cases
    judge: Judge
    objections: Objections
    quality: Quality
    fair: Fair
    draw_allowed: DrawAllowed
    stuck: Stuck
    ages: AnswerAges
    view: View
    days: Days
    sequencer: Sequencer
    expire: Expire
    erase: Erase
    hand_over: HandOver
    rescan: Rescan
    appeal: Appeal
    notice: TakeNotice
    policy: LivePolicy
    shadow_counts: ShadowCounts
    change_policy: ChangePolicy
    watches: tuple[Watch, ...]
    permits: Permits
    listen: Listen
    pair: Pair
    site: FastAPI
    connections: tuple[Closeable, ...]

    def close(self) -> None:
        """Finish what was asked of the database, then let go of everything."""
        for watch in self.watches:
            watch.stop()
        with suppress(HoedeError):  # counts of a version in shadow: nothing rests on them
            self.shadow_counts.flush(self.db)
        for one in self.connections:
            one.close()
        with suppress(HoedeError):  # a database that is gone keeps nobody from ending
            self.sequencer.let_go()
        self.db.close()


def open_database(config: Config, *, create: bool = False) -> tuple[Database, FileKeys]:
    """The database with the keys it was made with; `create` makes and migrates both where they are new.

    Raises `HalfRestored`, `KeysMissing`, `OtherKeys` or `SchemaOutdated`, each saying what to do.
    """
    if (config.data_folder / HALF_RESTORED).exists():
        raise HalfRestored
    config.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if create and FileKeys.absent(config.keys_folder) and not _has_data(config):
        FileKeys.create(config.keys_folder)
    keys = FileKeys(config.keys_folder)
    db = Database(config.url_of_database, key=keys.names)
    if create:
        migrate(db)
    check_schema(db)
    db.commit(lambda tx: check_key_folder(tx, keys))
    return db, keys


def build(config: Config, *, demo_links: Mapping[str, str] | None = None, holder: str | None = None) -> Hoede:
    """Everything, ready to serve and to work. Raises `Unsafe` where it must not start."""
    tables = read_tables(config.may_look_file, config.formats_file, config.wellness_file)
    refuse_unread_proofs(config)
    db, keys = open_database(config)
    refuse_unsafe(config, db)
    endpoints_of(config)  # a secret that cannot be read or used stops the start, not the first order
    vault = Vault(config.data_folder / "vault", keys, LocalDisk())
    ballast = Ballast(config.data_folder / "ballast")
    ballast.lay()
    grounds = GroundsStand(db=db, measures=tables.book.measures, switched_on=frozenset(config.acts_alone))
    authorities = build_authorities(config)
    platform = WebhookPlatform(partial(endpoints_of, config))
    reader, nearby, fetcher = reader_of(config, tables), nearby_of(config, db), fetcher_of(config)
    refuse_bare(config, reader)
    screening = screening_of(config, tables, db, vault, keys, reader, nearby)
    appeal, notice = _appeal(config, tables, db), _notice(config, tables, db, keys)
    ages = _ages(config, tables, db)
    mine = holder or f"{secrets.token_hex(6)}"
    compose = compose_of(config, tables, grounds, authorities)
    jobs = jobs_of(config, tables, db, vault, keys, compose, platform, authorities, screening)
    carry_out = CarryOut(
        db=db,
        jobs=jobs,
        why_not=why_not_of(grounds, compose),
        waits=waits_of(config),
        lanes=tables.lanes,
        holder=mine,
    )
    judge = Judge(
        db=db,
        names=keys.names,
        measures=tables.book.measures,
        outcomes=tables.outcomes,
        lanes=tables.lanes,
        authorities=tuple(config.authorities),
        undo_within=timedelta(seconds=config.undo_within_s),
        new_id=new_id,
        double_percent=config.double_review_percent,
        correct=Correct(measures=tables.book.measures),
    )
    change = policy_changes(config, tables, db, keys)
    sides = Sides(db, tables.book.measures, change.vocabulary)
    change.begin(texts_named(config.policy_packs))
    policy, counts = LivePolicy(db, change.vocabulary), ShadowCounts()
    permits = Permits(
        db=db,
        sides=sides,
        tables=PolicyTables(policy.policy),
        in_shadow=lambda: policy.snapshot().shadow is not None,
        counted=partial(_in_shadow, policy, counts),
    )
    pair = build_pair(config, tables, db, keys, permits, policy)
    desk = Desk(
        db=db,
        roles=tables.roles,
        cases=Cases(
            db=db,
            lanes=tables.lanes,
            wellness=tables.wellness,
            helplines=shipped(),
            demo=config.deployment == "demo",
            new_id=new_id,
            golden_percent=config.golden_percent,
        ),
        judge=judge,
        objections=Objections(judge=judge),
        quality=Quality(db=db, outcomes=tables.outcomes, lanes=tables.lanes, new_id=new_id),
        fair=Fair(
            db=db,
            outcomes=tables.outcomes,
            shown_from=config.shown_from,
            golden_floor=config.golden_floor_percent / 100,
            agreement_floor=config.agreement_floor,
        ),
        ages=AnswerAges(
            db=db,
            names=keys.names,
            measures=tables.book.measures,
            outcomes=tables.outcomes,
            bases=tables.age_bases,
            forget=sides.forget,
            age_told=pair.clock.age_told,
        ),
        view=View(
            db=db,
            vault=vault,
            reader=reader,
            wellness=tables.wellness,
            names=keys.names,
            new_id=new_id,
        ),
        read=Read(db=db, new_id=new_id),
        days=Days(db=db, wellness=tables.wellness, new_id=new_id),
        exits=pair.exits,
        supplement=Supplement(db=db, measures=tables.book.measures, new_id=new_id),
        settle=settle_of(tables, db),
        authorities=authorities,
        detectors=lambda: screening.looking.health.all(time.monotonic()),
    )
    erase = Erase(
        db=db,
        vault=vault,
        columns=shipped_columns(),
        forget=permits.sides.forget,
        unpair=pair.links.erase_teen,
        new_id=new_id,
    )
    listen = Listen(
        db=db,
        names=keys.names,
        kinds=tables.kinds,
        measures=tables.book.measures,
        times=permits.times,
        zones=permits.zones,
    )
    hand_over = build_hand_over(config, db, vault)
    doors = console(config, desk, change, hand_over, keys.names, new_id)
    family_doors = family(config, tables, db, pair, keys.names, new_id)
    return Hoede(
        config=config,
        db=db,
        keys=keys,
        tables=tables,
        vault=vault,
        reader=reader,
        ballast=ballast,
        screening=screening,
        carry_out=carry_out,
        cases=desk.cases,
        judge=judge,
        objections=desk.objections,
        quality=desk.quality,
        fair=desk.fair,
        stuck=Stuck(db=db, roles=tables.roles),
        draw_allowed=DrawAllowed(
            db=db,
            names=keys.names,
            measures=tables.book.measures,
            lanes=tables.lanes,
            weekly=config.allow_sample_weekly,
            new_id=new_id,
            roll=new_roll,
        ),
        ages=desk.ages,
        view=desk.view,
        days=desk.days,
        sequencer=Sequencer(db, keys, mine),
        expire=Expire(db=db, vault=vault, kept=tables.kept),
        erase=erase,
        hand_over=hand_over,
        rescan=Rescan(
            db=db, nearby=nearby, quorum=config.industry_quorum, earlier=screening.earlier, holder=mine
        ),
        appeal=appeal,
        notice=notice,
        policy=policy,
        shadow_counts=counts,
        change_policy=change,
        watches=(
            Watch("hoede-lists", nearby.refresh, failed="lists.not_read"),
            Watch("hoede-lists-kept", nearby.keep, failed="lists.not_kept", every_s=KEEP_EVERY_S),
            Watch("hoede-policy", policy.refresh, failed="policy.not_read"),
            Watch(
                "hoede-policy-counts",
                partial(counts.flush, db),
                failed="policy.not_counted",
                every_s=COUNTS_EVERY_S,
            ),
        ),
        permits=permits,
        listen=listen,
        pair=pair,
        site=site_of(
            config,
            tables,
            db,
            Parts(
                ballast=ballast,
                screening=screening,
                permits=permits,
                listen=listen,
                pair=pair,
                appeal=appeal,
                ages=ages,
                notice=notice,
                erase=erase,
                hand_over=hand_over,
                fair=desk.fair,
                people=pair.people,
                fetcher=fetcher,
            ),
            demo_links=demo_links,
            more_routes=[*doors.routes, *family_doors.routes],
        ),
        connections=(platform, *authorities.values(), reader, fetcher),
    )


def refuse_unsafe(config: Config, db: Database) -> None:
    """Production tolerates no test entry, failpoint, call that outlasts a lease, or database that tears."""
    if not config.production:
        return
    if failpoints.armed():
        raise Unsafe("Failpoints are armed and the deployment is production.")
    if count := db.read(lists.rehearsal_entries):
        raise Unsafe(f"{count} rehearsal entries are in force; withdraw them with `hoede lists withdraw`.")
    for name, part in config.authorities.items():
        if part.timeout_s + READ_WITHIN_S >= config.lease_s:
            raise Unsafe(
                f"A call to {name} may take longer than a worker's lease: set `lease_s` above"
                f" {part.timeout_s + READ_WITHIN_S:g}, or `timeout_s` lower."
            )
    if off := db.unsafe_settings():
        raise Unsafe(f"The PostgreSQL server runs with {' and '.join(off)} off. Turn them on.")


def refuse_bare(config: Config, reader: Reader) -> None:
    """A production deployment decodes media of strangers in a sandbox or not at all."""
    if config.production and reader.sandbox().level is Level.NONE:
        raise Unsafe("There is no sandbox for media here: install bubblewrap, or libseccomp at least.")


def screening_of(  # noqa: PLR0917 - parts in the order they were built
    config: Config, tables: Tables, db: Database, vault: Vault, keys: FileKeys, reader: Reader, nearby: Nearby
) -> Screening:
    detectors = all_detectors()
    if strange := sorted(config.shadow_detectors - set(detectors)):
        raise ConfigError(
            f"shadow_detectors: there is no detector {strange[0]}; known: {', '.join(detectors)}"
        )
    return Screening(
        db=db,
        vault=vault,
        record=Record(
            names=keys.names,
            book=tables.book,
            lanes=tables.lanes,
            authorities=tuple(config.authorities),
            breaker_accounts=config.breaker_accounts,
            new_id=new_id,
        ),
        looking=Looking(
            db=db,
            detectors=tuple(detectors.values()),
            laws=tables.laws,
            reader=reader,
            nearby=nearby,
            quorum=config.industry_quorum,
            health=Health(),
            within_s=config.look_within_ms / 1000,
            executor=ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="hoede-look"),
        ),
        switched_on=frozenset(config.acts_alone),
        shadows=config.shadow_detectors,
        spool_folder=spool_of(config),
        holds_after_s=min(config.look_within_ms, LOOKING_SHARE * config.hold_answer_ms) / 1000,
    )


def spool_of(config: Config) -> Path:
    """Where uploads lie unnamed until they are answered; what a kill left a name of goes."""
    spool = config.data_folder / "spool"
    spool.mkdir(mode=0o700, exist_ok=True)
    for left in spool.iterdir():
        left.unlink(missing_ok=True)
    return spool


def reader_of(config: Config, tables: Tables) -> Reader:
    """The door to decoding; its children start when they are first needed."""
    limits = Limits()
    return Reader(pool=Pool(CHILD, limits, config.media_children), forms=tables.forms, limits=limits)


def nearby_of(config: Config, db: Database) -> Nearby:
    """The fingerprints of the lists, from what this machine kept of them, and from the database."""

    def refused(error: Exception) -> None:
        log.warning("lists.kept_refused", error=type(error).__name__)

    return Nearby(db, ListsFolder(config.data_folder / "lists", refused))


def fetcher_of(config: Config) -> Fetcher:
    """The door to media elsewhere; its children start when they are first needed, too."""
    return Fetcher(
        pool=Pool(FETCHER, Limits(memory_mb=FETCHER_MEMORY_MB), FETCHES_AT_ONCE),
        rules={name: one.media_rules for name, one in config.services.items()},
        roots=system_roots(),
        most_bytes=config.media_most_bytes,
        within_s=config.fetch_within_s,
        executor=ThreadPoolExecutor(FETCHES_AT_ONCE, thread_name_prefix="hoede-fetch"),
        resolve=resolve,
        connect=connect,
    )


def compose_of(
    config: Config, tables: Tables, grounds: GroundsStand, authorities: Mapping[str, Authority]
) -> Compose:
    return Compose(
        about=About(grounds.of_decision),
        service_names={name: one.name for name, one in config.services.items()},
        outcomes=tables.outcomes,
        urls={name: one.url for name, one in authorities.items()},
    )


def settle_of(tables: Tables, db: Database) -> Settle:
    """For the console and for commands."""
    return Settle(db=db, correct=Correct(measures=tables.book.measures), retention=tables.retention)


def why_not_of(grounds: GroundsStand, compose: Compose) -> Callable[[Connection, Order], str | None]:
    """Why an order may no longer stand: a report knows all that it is about, the others their decision."""

    def why_not(conn: Connection, order: Order) -> str | None:
        asked = compose.why_nothing if order.by == Carrier.AUTHORITY else grounds.why_not
        return asked(conn, order)

    return why_not


def jobs_of(  # noqa: PLR0917 - likewise
    config: Config,
    tables: Tables,
    db: Database,
    vault: Vault,
    keys: FileKeys,
    compose: Compose,
    platform: Platform,
    authorities: Mapping[str, Authority],
    screening: Screening,
) -> dict[str, Job]:
    """Measure to what carries it out: by carrier, so that a platform's new measure needs no code."""
    by_carrier: dict[Carrier, Job] = {
        Carrier.PLATFORM: Tell(
            db=db,
            platform=platform,
            names=keys.names,
            public_url=config.public_url.rstrip("/"),
            facts={
                name: LetterFacts(one.rule, one.outside, tuple(one.age_proofs.values()))
                for name, one in config.services.items()
            },
        ),
        Carrier.VAULT: Preserve(
            db=db,
            vault=vault,
            retention=tables.retention,
            lanes=tables.lanes,
            home=config.home_country,
        ),
        Carrier.AUTHORITY: Report(
            db=db,
            vault=vault,
            authorities=authorities,
            compose=compose,
            retention=tables.retention,
            batch=Batch(
                db=db,
                retention=tables.retention,
                within={
                    name: timedelta(seconds=one.batches_within_s)
                    for name, one in config.authorities.items()
                    if one.batches_within_s
                },
            ),
            before=Before(
                db=db,
                vault=vault,
                compose=compose,
                measures=tables.book.measures,
                new_id=new_id,
                within={
                    name: timedelta(seconds=one.tells_more_within_s) for name, one in config.services.items()
                },
            ),
            correct=Correct(measures=tables.book.measures),
        ),
        Carrier.SCREENING: screening.look_again,
    }
    measures = tables.book.measures.values()
    return {one.name: by_carrier[one.by] for one in measures if one.by in by_carrier}


def _in_shadow(  # noqa: PLR0917 - likewise
    policy: LivePolicy, counts: ShadowCounts, side: Side, attempt: Attempt, permit: Permit, now: datetime
) -> None:
    """Count what a version in shadow would have answered, while there is one."""
    shadow = policy.snapshot().shadow
    if shadow is not None:
        counts.record(shadow, side, attempt, now, permit)


def policy_changes(config: Config, tables: Tables, db: Database, keys: FileKeys) -> ChangePolicy:
    """What changes policy, for the console and for commands."""
    return ChangePolicy(
        db=db, keys=keys, roles=tables.roles, vocabulary=shipped_vocabulary(), home=config.home_country
    )


def waits_of(config: Config) -> Waits:
    return Waits(
        first=timedelta(seconds=config.retry_first_s),
        longest=timedelta(seconds=config.retry_longest_s),
        call_after=config.call_after_tries,
        lease=timedelta(seconds=config.lease_s),
    )


def _appeal(config: Config, tables: Tables, db: Database) -> Appeal:
    return Appeal(
        db=db,
        lanes=tables.lanes,
        public_url=config.public_url.rstrip("/"),
        new_id=new_id,
        new_number=new_number,
    )


def refuse_unread_proofs(config: Config) -> None:
    """Nobody is sent to prove an age in a way that no adapter reads."""
    known = all_age_adapters()
    for name, one in config.services.items():
        if strange := sorted(set(one.age_proofs) - set(known)):
            raise ConfigError(
                f"services.{name}.age_proofs: there is no adapter {strange[0]}; known: {', '.join(known)}"
            )


def _ages(config: Config, tables: Tables, db: Database) -> TakeAges:
    return TakeAges(
        db=db,
        lanes=tables.lanes,
        proofs={name: one.age_proofs for name, one in config.services.items()},
        new_id=new_id,
        new_number=new_number,
    )


def _notice(config: Config, tables: Tables, db: Database, keys: FileKeys) -> TakeNotice:
    return TakeNotice(
        db=db,
        names=keys.names,
        measures=tables.book.measures,
        lanes=tables.lanes,
        reasons=tables.reasons,
        public_url=config.public_url.rstrip("/"),
        new_id=new_id,
        new_number=new_number,
    )


def _has_data(config: Config) -> bool:
    """A vault counts too: its copies are lost without their keys, database or not."""
    if (config.data_folder / "vault").exists():
        return True
    db = Database(config.url_of_database, key=b"")
    try:
        return made_with_keys(db)
    finally:
        db.close()
