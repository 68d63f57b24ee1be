"""Run on a copy of the package with one file more: shows as JSON what the new file brought."""

import base64
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import hoede
from hoede.accounts.registry import all_age_adapters, read_claim
from hoede.app import Hoede, build, open_database
from hoede.app.tables import read_tables
from hoede.config import Config, parse_config
from hoede.core.findings import Category, Certainty, DigestKind, Finding, Listed
from hoede.core.media import Frame
from hoede.core.orders import TargetKind
from hoede.detection import all_detectors, look_with_all
from hoede.enforcement import Decision, DecisionStanding, orders_of
from hoede.enforcement import decide as decide_case
from hoede.policy import (
    Attempt,
    Policy,
    Side,
    born_side,
    decide,
    effective,
    shipped_pack,
    shipped_vocabulary,
)
from hoede.web.shapes import AccountIn


class NoLists:
    """No entry anywhere."""

    def matches(self, kind: DigestKind, value: str) -> tuple[Listed, ...]:  # noqa: ARG002 - as the protocol has it
        return ()

    def near(self, frame: Frame) -> tuple[Listed, ...]:  # noqa: ARG002 - likewise
        return ()


def a_detector(_folder: Path) -> Any:
    """What all detectors together find in the new one's example."""
    example = all_detectors()["colour"].example
    looked = look_with_all(all_detectors().values(), example.found, NoLists())
    return [[finding.detector, finding.why] for finding in looked.findings]


def an_authority(folder: Path) -> Any:
    """What the job of reports has under the new name."""
    running = _running(folder, authority="harbour")
    report: Any = running.carry_out.jobs["report"]
    authority = report.authorities["harbour"]
    running.close()
    return [authority.name, authority.url, type(authority).__module__]


def an_age_adapter(_folder: Path) -> Any:
    """What the new adapter reads, and whether the API describes it."""
    adapter = all_age_adapters()["library-card"]
    evidence = read_claim(adapter, adapter.examples[0].claim, datetime(2026, 11, 26, tzinfo=UTC))
    described = "library-card" in json.dumps(AccountIn.model_json_schema())
    return [evidence.method, evidence.upper, evidence.assurance.name.lower(), described]


def a_measure(folder: Path) -> Any:
    """Who carries the new measure and its inverse out, and the order a decision opens for it."""
    running = _running(folder, authority="ncmec")
    decision = Decision("book", ("rule",), ("hold", "preserve", "dim"), ())
    orders = orders_of(
        decision,
        running.tables.book.measures,
        key=b"k" * 32,
        service="plein",
        cause="dec_1",
        targets={kind: (f"{kind}-1",) for kind in TargetKind},
        causes={},
        values={},
    )
    jobs = {name: type(running.carry_out.jobs[name]).__name__ for name in ("dim", "undim", "hold")}
    running.close()
    [dim] = [order for order in orders if order.measure == "dim"]
    names = {order.id: order.measure for order in orders}
    return [jobs, dim.by, dim.target.id, [names[former] for former in dim.after]]


def a_rule(_folder: Path) -> Any:
    """What is decided now about a minor's upload that a detector could not look at."""
    blind = Finding("md5", Category.UNSEEN, Certainty.HINT, "could not look")
    minor = DecisionStanding(verified_adult=False, adult=False)
    decision = decide_case([blind], minor, read_tables().book)
    return [decision.rules, decision.measures] if decision else None


def a_setting(_folder: Path) -> Any:
    """What somebody who closed the new setting answers to an attempt, and what is in force for others."""
    now = datetime(2026, 11, 26, tzinfo=UTC)
    policy = Policy(shipped_vocabulary(), (shipped_pack("hoede-baseline"),))
    open_, closed = Side(), Side(choices={"remix.dance": "none"})
    adult = born_side(date(1990, 1, 1), now)
    permit = decide(policy, adult, Attempt(what="dance_along", counterpart=closed), now)
    in_force = [effective(policy, one, now)["remix.dance"].step for one in (closed, open_)]
    return [permit.answer, permit.reasons[0].code, *in_force]


def _running(folder: Path, *, authority: str) -> Hoede:
    config = _config(folder, authority)
    open_database(config, create=True)[0].close()
    return build(config)


def _config(folder: Path, authority: str) -> Config:
    for name, words in (("secret", "whsec_" + base64.b64encode(bytes(32)).decode()), ("password", "guess")):
        (folder / name).write_text(words)
        (folder / name).chmod(0o600)
    return parse_config(
        {
            "deployment": "demo",
            "data_folder": folder / "data",
            "keys_folder": folder / "keys",
            "services": {
                "plein": {
                    "name": "Plein",
                    "webhook_url": "http://127.0.0.1:9/hook",
                    "webhook_secret_files": [folder / "secret"],
                    "rule": "rule 1",
                }
            },
            "authorities": {
                authority: {
                    "environment": "simulator",
                    "url": "http://127.0.0.1:9",
                    "user": "somebody",
                    "password_file": folder / "password",
                    "reporter_first_name": "Mira",
                    "reporter_last_name": "Desk",
                    "reporter_email": "desk@plein.example",
                }
            },
        }
    )


SHOWN: dict[str, Callable[[Path], Any]] = {
    "detector": a_detector,
    "authority": an_authority,
    "age_adapter": an_age_adapter,
    "measure": a_measure,
    "rule": a_rule,
    "setting": a_setting,
}

if __name__ == "__main__":
    _script, what, where = sys.argv
    told = {"package": str(Path(hoede.__file__).parent), "shown": SHOWN[what](Path(where))}
    sys.stdout.write(json.dumps(told))
