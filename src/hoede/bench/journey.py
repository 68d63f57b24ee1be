"""The journey's times against one real `serve` process: event to hold, removal sent, report finished.

On SQLite, and on PostgreSQL where there is one. Then what an upload's time goes to, stage by stage, in this
process on the same deployment.
"""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from hoede.app import build
from hoede.app.build import Hoede
from hoede.bench.databases import postgresql
from hoede.bench.ground import ADULT, Ground, ground, until, upload
from hoede.bench.processes import family, load, memory_mb
from hoede.bench.rows import Row, percentile, spread
from hoede.core.events import Answer
from hoede.detection import Detector, Looked, all_detectors, look_with_all
from hoede.flow.screen import Told
from hoede.lists import Lists, Nearby
from hoede.simulators.cybertipline import State
from hoede.simulators.pictures import picture, png
from hoede.web.upload import Spool

T = TypeVar("T")
KNOWN, AT_ONCE, FLOOD_S, STAGES = 60, 8, 10.0, 40
PICTURE, CHUNK_BYTES, MOST_BYTES = (1920, 1080), 64 * 1024, 64 << 20
CORES = 2  # that serve and the client share


@dataclass(slots=True)
class Times:
    """Seconds from an event's first byte."""

    hold: list[float] = field(default_factory=list)
    removal: list[float] = field(default_factory=list)
    report: list[float] = field(default_factory=list)


def measure(database: str | None) -> list[Row]:
    """Known uploads one after the other, then a flood of harmless ones, on one machine with the client."""
    trigger = png(lambda x, y: (x % 256, y % 256, (x * y) % 256), *PICTURE)
    rows = list(_on("sqlite", "", trigger))
    with postgresql(database) as url:
        if url is not None:
            rows += _on("postgresql", url, trigger)
    return rows


def _on(name: str, url: str, trigger: bytes) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="hoede-bench-") as folder,
        ground(Path(folder), [trigger], more={"database_url": url}, env=os.environ) as on,
    ):
        times = _known(on, trigger)
        rate = _flood(on)
        serve, *children = [memory_mb(one) for one in _pythons(on.pid)]
        rows = [
            _row("event_to_hold_p95", "ms", [one * 1000 for one in times.hold], "<= 250"),
            _row("removal_sent_p95", "s", times.removal, "<= 1"),
            _row("report_finished_p95", "s", times.report, "<= 60"),
            Row(
                name="uploads_per_s_per_core",
                unit="1/s",
                ours=round(rate / CORES, 1),
                target=">= 20",
                spread=f"{rate:.1f}/s on {CORES} cores shared with the client, over {FLOOD_S:.0f} s",
            ),
            Row(name="serve_peak", unit="MB", ours=serve, target="<= 250", spread="one process"),
            Row(
                name="children_peak",
                unit="MB",
                ours=sum(children),
                target="",
                spread=f"of all together: {children}",
            ),
            *_stages(on, trigger),
        ]
    yield from (replace(row, name=f"{row.name}_{name}") for row in rows)


def _pythons(pid: int) -> list[int]:
    """`serve` first, then what decodes for it; not what wraps a child in its sandbox."""
    return [one for one in family(pid) if one == pid or memory_mb(one) > 10]  # noqa: PLR2004 - no Python is smaller


def _row(name: str, unit: str, values: list[float], target: str) -> Row:
    p95 = round(percentile(values, 0.95), 3)
    return Row(name=name, unit=unit, ours=p95, target=target, spread=f"{spread(values)}, {load()}")


def _known(on: Ground, trigger: bytes) -> Times:
    times = Times()
    for number in range(KNOWN):
        _one(on, trigger, number, times)
    return times


def _one(on: Ground, trigger: bytes, number: int, times: Times) -> None:
    account, event = f"account-{number}", f"known-{number}"
    on.client.put_account(
        account, country="US", zone="UTC", locale="en", screen_name=None, age_evidence=[ADULT]
    )
    told = upload(event, account)
    start = time.monotonic()
    answer = on.client.send_event(told, trigger)
    times.hold.append(time.monotonic() - start)
    if answer.answer is not Answer.HOLD or not answer.certain:
        raise RuntimeError("the trigger was not held")
    ledger = on.platform.ledger
    until(lambda: told.content in ledger.done("remove"))
    removal = next(one for one, call in ledger.orders.items() if _removes(call, told.content))
    times.removal.append(ledger.first_at[removal] - start)
    until(lambda: _reported(on, account))
    times.report.append(time.monotonic() - start)


def _removes(told: dict[str, object], content: str) -> bool:
    return told["measure"] == "remove" and told["target"] == {"kind": "content", "id": content}


def _reported(on: Ground, account: str) -> bool:
    return any(
        one.state is State.FINISHED and one.text("personOrUserReported/espIdentifier") == account
        for one in on.authority.reports()
    )


def _flood(on: Ground) -> float:
    """Harmless uploads answered per second, by several senders at once."""
    harmless, counts = picture(7), [0] * AT_ONCE
    end = time.monotonic() + FLOOD_S

    def send(place: int) -> None:
        while time.monotonic() < end:
            counts[place] += 1
            event = upload(f"flood-{place}-{counts[place]}", f"sender-{place}")
            on.client.send_event(event, harmless + counts[place].to_bytes(8, "big"))

    threads = [threading.Thread(target=send, args=(place,)) for place in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / FLOOD_S


def _stages(on: Ground, trigger: bytes) -> Iterator[Row]:
    """What goes into one upload of a screen's size, and the whole of an allow and of a hold, its wait too."""
    hoede = build(on.config)
    hoede.reader.warm()
    took: dict[str, list[float]] = {}
    try:
        for number in range(STAGES):
            _staged(hoede, trigger, number, took)
    finally:
        hoede.close()
    size_mb = len(trigger) / 1e6
    for name, values in took.items():
        told = f"{spread(values)}; {size_mb:.1f} MB PNG of {PICTURE[0]} x {PICTURE[1]}, {load()}"
        middle = round(percentile(values, 0.5), 2)
        yield Row(name=f"stage_{name}_median", unit="ms", ours=middle, target="", spread=told)


def _staged(hoede: Hoede, trigger: bytes, number: int, took: dict[str, list[float]]) -> None:
    def timed(name: str, part: Callable[[], T]) -> T:
        start = time.perf_counter()
        done = part()
        took.setdefault(name, []).append((time.perf_counter() - start) * 1000)
        return done

    detectors, nearby = all_detectors().values(), Nearby(hoede.db)
    nearby.refresh()
    with _spool(hoede) as spool:
        timed("receive", lambda: _fill(spool, trigger))
        told = Told(service="plein", event=upload(f"stage-{number}", "stage"), media=spool, request="0" * 64)
        material = told.material()

        def looked(asked: list[Detector]) -> Looked:
            return hoede.db.read(lambda conn: look_with_all(asked, material, Lists(conn, nearby)))

        timed("exact", lambda: looked([one for one in detectors if not one.wants_frames]))
        with spool.opened() as file:
            seen = timed("decode", lambda: hoede.reader.look(file))
        material = replace(material, frames=seen.frames)
        timed("near", lambda: looked([one for one in detectors if one.wants_frames]))
        timed("keep", lambda: hoede.vault.take(f"evi_stage_{number}", spool.chunks()))
        timed("whole_hold", lambda: hoede.screening.screen(told, lambda *_: None))
    with _spool(hoede) as spool:
        _fill(spool, trigger + number.to_bytes(8, "big"))
        event = upload(f"stage-harmless-{number}", "stage")
        told = Told(service="plein", event=event, media=spool, request="1" * 64)
        timed("whole_allow", lambda: hoede.screening.screen(told, lambda *_: None))


def _spool(hoede: Hoede) -> Spool:
    return Spool(hoede.config.data_folder / "spool", MOST_BYTES)


def _fill(spool: Spool, media: bytes) -> None:
    for place in range(0, len(media), CHUNK_BYTES):
        spool.write(media[place : place + CHUNK_BYTES])
