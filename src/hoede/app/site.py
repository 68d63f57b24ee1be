"""The site, built: every route for machines and every page, on the journeys they lead to."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI
from starlette.routing import BaseRoute

from hoede.accounts.registry import all_age_adapters
from hoede.app.outside import endpoints_of
from hoede.app.pairing import Pair
from hoede.app.tables import Tables
from hoede.app.watch import Seldom
from hoede.config import Config
from hoede.db import Database, DiskFull
from hoede.db.ballast import Ballast
from hoede.db.schema import check_schema
from hoede.flow.age import TakeAges
from hoede.flow.appeal import Appeal
from hoede.flow.attempt import Permits
from hoede.flow.beat import GoOn, Listen
from hoede.flow.carry_out import ReceiveReceipt
from hoede.flow.erase import Erase
from hoede.flow.fair import Fair
from hoede.flow.hand_over import HandOver
from hoede.flow.notice import TakeNotice
from hoede.flow.pair import GuardianPeople
from hoede.flow.report import TakeFacts
from hoede.flow.screen import Screening
from hoede.media import Fetcher
from hoede.policy import shipped_vocabulary
from hoede.review.helplines import shipped, unchecked
from hoede.web import (
    age_appeals_api,
    api,
    appeals_api,
    guardians_api,
    health,
    log_api,
    me,
    notices_api,
    public,
    report,
)
from hoede.web import permits as permit_pages
from hoede.web import usage as usage_pages
from hoede.web.answering import Answers
from hoede.web.guard import Guard
from hoede.web.me_family import pages as me_family
from hoede.web.me_family.frame import MeFamily
from hoede.web.site import site

DUE_EVERY_S = 300  # it asks about every case that was ever reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What routes and pages lead to."""

    ballast: Ballast
    screening: Screening
    permits: Permits
    listen: Listen
    pair: Pair
    appeal: Appeal
    ages: TakeAges
    notice: TakeNotice
    erase: Erase
    hand_over: HandOver
    fair: Fair
    people: GuardianPeople
    fetcher: Fetcher


def site_of(
    config: Config,
    tables: Tables,
    db: Database,
    parts: Parts,
    *,
    demo_links: Mapping[str, str] | None,
    more_routes: Sequence[BaseRoute],
) -> FastAPI:
    """All of it; `more_routes` are the doors of the console."""
    helplines = shipped()
    machines = api.Machines(
        age_adapters=all_age_adapters(),
        db=db,
        guard=Guard(db),
        screening=parts.screening,
        receive_receipt=ReceiveReceipt(
            db=db, lanes=tables.lanes, take_facts=TakeFacts(measures=tables.book.measures)
        ),
        fetcher=parts.fetcher,
        spool_folder=parts.screening.spool_folder,
        media_most_bytes=config.media_most_bytes,
        hold_answer_s=config.hold_answer_ms / 1000,
        forget=parts.permits.sides.forget,
        age_told=parts.pair.clock.age_told,
        erase=parts.erase.ask,
        has_room=lambda: parts.ballast.there,
    )
    asked = permit_pages.PermitDesk(
        guard=machines.guard,
        permits=parts.permits,
        vocabulary=shipped_vocabulary(),
        answers=Answers(shipped_vocabulary()),
        now=lambda: datetime.now(UTC),
    )
    used = usage_pages.UsageDesk(
        guard=machines.guard,
        listen=parts.listen,
        permits=parts.permits,
        kinds=tables.kinds,
        now=lambda: datetime.now(UTC),
    )
    figures = health.Health(
        db=db,
        ready=partial(_ready, db, parts.ballast),
        unchecked_helplines=lambda: unchecked(helplines, datetime.now(UTC).date()),
        has_ballast=lambda: parts.ballast.there,
        hand_overs_due=Seldom(lambda: len(parts.hand_over.due()), DUE_EVERY_S),
        judging_drifts=Seldom(parts.fair.drifting, DUE_EVERY_S),
        detectors=lambda: parts.screening.looking.health.all(time.monotonic()),
        heard=parts.listen.tally.read,
    )
    pages = public.routes(
        appeal=parts.appeal,
        helplines=helplines,
        demo=config.deployment == "demo",
        today=lambda: datetime.now(UTC).date(),
        demo_links=demo_links,
    )
    pages += report.routes(
        report.ReportPages(
            desk=parts.notice,
            tell=parts.pair.tell,
            secrets=lambda: {name: one.secrets for name, one in endpoints_of(config).items()},
            service_names={name: one.name for name, one in config.services.items()},
            helplines=helplines,
            demo=config.deployment == "demo",
            now=lambda: datetime.now(UTC),
        )
    )
    pages += me.routes(
        me.MePages(
            desk=parts.permits,
            ages=parts.ages,
            vocabulary=shipped_vocabulary(),
            secrets=lambda: {name: one.secrets for name, one in endpoints_of(config).items()},
            service_names={name: one.name for name, one in config.services.items()},
            helplines=helplines,
            demo=config.deployment == "demo",
            now=lambda: datetime.now(UTC),
        )
    )
    pages += me_family.routes(
        MeFamily(
            permits=parts.permits,
            go_on=GoOn(
                db=db,
                times=parts.permits.times,
                zones=parts.permits.zones,
                forget=parts.permits.sides.forget,
            ),
            links=parts.pair.links,
            together=parts.pair.together,
            asking=parts.pair.asking,
            views=parts.pair.views,
            exits=parts.pair.exits,
            vocabulary=shipped_vocabulary(),
            public_url=config.public_url,
            secrets=lambda: {name: one.secrets for name, one in endpoints_of(config).items()},
            service_names={name: one.name for name, one in config.services.items()},
            helplines=helplines,
            demo=config.deployment == "demo",
            now=lambda: datetime.now(UTC),
        )
    )
    told = notices_api.NoticeDesk(db=db, guard=machines.guard, take=parts.notice)
    objected = appeals_api.AppealDesk(db=db, guard=machines.guard, appeal=parts.appeal)
    guardians = guardians_api.GuardianDesk(db=db, guard=machines.guard, people=parts.people)
    aged = age_appeals_api.AgeAppealDesk(db=db, guard=machines.guard, take=parts.ages)
    return site(
        [
            permit_pages.routes(asked),
            usage_pages.routes(used),
            api.routes(machines),
            notices_api.routes(told),
            appeals_api.routes(objected),
            age_appeals_api.routes(aged),
            guardians_api.routes(guardians),
            log_api.routes(db),
            health.routes(figures),
        ],
        [*pages, *more_routes],
        {
            permit_pages.PERMITS_PATH: permit_pages.PermitDoor(asked),
            usage_pages.HEARTBEATS_PATH: usage_pages.HeartbeatDoor(used),
        },
    )


def _ready(db: Database, ballast: Ballast) -> None:
    check_schema(db)
    if not ballast.lay():
        raise DiskFull
