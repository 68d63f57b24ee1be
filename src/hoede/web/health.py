"""For those who run it: is it alive, is it ready, and how is it doing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from hoede.audit import store as audit
from hoede.core.errors import HoedeError
from hoede.db import Database, orders
from hoede.evidence import clock, vault_keys
from hoede.lists import quarantine
from hoede.pairing import codes
from hoede.pairing import store as pairings
from hoede.policy import store as policy
from hoede.review import blind
from hoede.review import store as review

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What health is read from; `ready` raises what is wrong."""

    db: Database
    ready: Callable[[], None]
    unchecked_helplines: Callable[[], int]
    has_ballast: Callable[[], bool]
    hand_overs_due: Callable[[], int]
    judging_drifts: Callable[[], int]
    detectors: Callable[[], Mapping[str, bool]]  # those that ever looked in this process: whether it is ill
    heard: Callable[[], Mapping[str, int]]  # heartbeats that came to this process, by what became of them


def routes(health: Health) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`; none of them tells anything about a person."""
    router = APIRouter(include_in_schema=False)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(health))

    @router.get("/healthz")
    def alive() -> JSONResponse:
        return JSONResponse({"alive": True})

    @router.get("/readyz")
    def ready() -> JSONResponse:
        try:
            health.ready()
        except HoedeError as error:
            return JSONResponse({"ready": False, "code": error.code, "why": error.detail}, 503)
        return JSONResponse({"ready": True})

    @router.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE)

    return router


class _Figures(Collector):
    """Figures read from the database when they are asked for: every process tells the same."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterable[Metric]:
        health = self._health
        yield from health.db.read(lambda conn: list(_of_rows(conn, health.db.time(conn))))
        yield _gauge(
            "disk_ballast",
            "1 while the ballast file is there, so that uploads are taken",
            int(health.has_ballast()),
        )
        yield _gauge(
            "hand_overs_due",
            "Cases that a law asks to be reported or handed over, and that are not there yet",
            health.hand_overs_due(),
        )
        yield _gauge(
            "judging_drifts",
            "Lanes in which cases are surely judged worse, or less alike, than they should be",
            health.judging_drifts(),
        )
        yield _gauge(
            "helplines_unchecked", "Helplines nobody checked in 90 days", health.unchecked_helplines()
        )
        ill = GaugeMetricFamily(
            "hoede_detector_ill", "1 while a detector fails too often in this process", labels=["detector"]
        )
        for name, is_ill in health.detectors().items():
            ill.add_metric([name], float(is_ill))
        yield ill
        heard = CounterMetricFamily(
            "hoede_heartbeats",
            "Heartbeats of devices in this process, by what became of them",
            labels=["came"],
        )
        for came, times in health.heard().items():
            heard.add_metric([came], float(times))
        yield heard


def _of_rows(conn: Connection, now: datetime) -> Iterator[Metric]:
    """What the database tells, all of one moment."""
    backlog, waiting = orders.backlog(conn), review.waiting(conn, now)
    yield _gauge(
        "oldest_unfinished_order_seconds",
        "Age of the oldest order no machine has ended",
        _seconds(backlog.oldest_opened_at, now),
    )
    yield _gauge("orders_open", "Orders to be carried out by a machine", backlog.open)
    yield _gauge("orders_waiting", "Orders whose ground fell away", backlog.waiting)
    yield _gauge("orders_restored", "Orders that wait for a person after a restore", backlog.restored)
    yield _gauge("orders_needing_human", "Orders that need a person", backlog.needs_human)
    yield _gauge("cases_waiting", "Cases that wait for a person", waiting.cases)
    yield _gauge("cases_overdue", "Cases past their lane's time", waiting.overdue)
    yield _gauge("cases_nobody_may_take", "Cases that nobody here may take", waiting.untakeable)
    yield _gauge(
        "disagreements_waiting",
        "Cases that two people judged differently and nobody settled",
        blind.count_disagreements(conn),
    )
    yield _gauge(
        "log_behind_seconds",
        "Age of the oldest leaf that no signed head covers",
        _seconds(audit.oldest_unnumbered(conn), now),
    )
    yield _gauge(
        "vault_keys",
        "Keys that wrap evidence; more than one while one is replaced",
        len(vault_keys.in_force(conn)),
    )
    yield _gauge(
        "retention_clock_stopped",
        "1 while nothing is destroyed because the clock jumped and nobody said that it is right",
        int(clock.stopped_at(conn) is not None),
    )
    yield _gauge("entries_quarantined", "List entries in quarantine", quarantine.count(conn))
    yield _gauge(
        "policy_rollbacks_overdue",
        "Rollbacks of policy that nobody confirmed in 24 hours",
        policy.rollbacks_overdue(conn, now),
    )
    yield _gauge(
        "pairing_codes_guessed",
        "Wrong codes of pairings today, of everybody together",
        codes.tried_by_everybody(conn, now),
    )
    yield _gauge(
        "pairings_overdue",
        "Pairings that should have moved an hour ago, and did not",
        pairings.overdue(conn, now),
    )


def _seconds(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0.0


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"hoede_{name}", says, value=value)
