"""The whole API as it describes itself: told all that its description allows, and much that it does not."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from tests.conftest import LONG_RUN
from tests.parts import fresh
from tests.web.api import Api

from hoede.web.age_appeals_api import NOT_OFFERED
from hoede.web.asking import LATER, NO_STEP, ONLY_SETTINGS
from hoede.web.described import EVENT_BODY

SEED, EXAMPLES = 20261126, 60 if LONG_RUN else 10
WITH_MEDIA = EVENT_BODY["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]["event"]
PHASES = ["examples", "coverage", "fuzzing", "stateful"]
# What no description can say: it depends on the deployment, on a table of names, or on two fields at once.
REFUSED, BEYOND_WORDS = "Schema-valid request rejected", {"fetch-off"}
BEYOND_WORDS_IN_A_FIELD = {
    "Value error, age evidence with lower above upper",
    "Value error, elements contradict one another",
    "Value error, valid_until is not after issued_at",
    "Value error, born after the day it was stated",
    "Value error, no IANA time zone",
    "Value error, no such time in UTC",
    "a day that is still to come",
    LATER,
    NO_STEP,
    ONLY_SETTINGS,
    "Value error, no words",
    NOT_OFFERED,
}
OF_AN_ACCOUNT = {f"/v1/accounts/{{account}}/{part}" for part in ("policy", "usage", "choices/{setting}")}
# A change that is called wrong and is not: then the event fits the description after all.
OTHER_METHOD = "Wrong response to undeclared method"
TAKEN = "Schema-violating request accepted"


@pytest.mark.parametrize("phase", PHASES)
def test_it_does_what_it_says(api: Api, phase: str) -> None:
    """Every check there is: statuses, bodies, headers and types as described, nothing wrong let in."""
    failures = list(_failures(api, phase))
    assert not failures, f"seed {SEED}:\n" + "\n\n".join(failures)


def _failures(api: Api, phase: str) -> Iterator[str]:
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "continue-on-failure": True,
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "phases": {"enabled": False, phase: {"enabled": True}},
            "headers": {"Authorization": f"Bearer {api.key}"},
        }
    )
    schema = schemathesis.openapi.from_asgi("/openapi.json", api.hoede.site, config=config)
    asked = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            yield f"{event.label}: {event.value}"
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.interactions)
            yield from _of(event)
    assert asked, "nothing was asked"


schemathesis.openapi.format("iana-time-zone", st.sampled_from(sorted(available_timezones())))


@schemathesis.hook
def before_call(context: Any, case: schemathesis.Case[Any], kwargs: Any) -> None:
    """Of a request that is right: a key of its own (the same one gets the first answer), `event` first."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = fresh("key")
    if isinstance(case.body, dict) and "media" in case.body:
        case.body = {"event": case.body["event"], "media": case.body["media"]}


def _of(event: events.ScenarioFinished) -> Iterator[str]:
    for case, checks in event.recorder.checks.items():
        told, answer = event.recorder.cases[case].value, event.recorder.interactions[case].response
        for failed in (check.failure_info for check in checks):
            if failed is None or _is_none(failed.failure.title, told, answer):
                continue
            said = answer.content[:300] if answer else None
            yield f"{event.label}: {failed.failure} {failed.code_sample} {said!r}"


def _is_none(title: str, told: schemathesis.Case[Any], answer: Any) -> bool:
    if title == OTHER_METHOD and told.method in {"PUT", "DELETE"} and told.path in OF_AN_ACCOUNT:
        return True  # a slash may be part of an id: it is about the account `x/policy`, never `x`
    if title == TAKEN and isinstance(told.body, dict) and "event" in told.body:
        return bool(jsonschema_rs.is_valid(WITH_MEDIA, told.body["event"]))
    if title != REFUSED:
        return False
    problem = answer.json()
    why = {one["why"] for one in problem.get("fields") or ()}
    return problem["code"] in BEYOND_WORDS or (bool(why) and why <= BEYOND_WORDS_IN_A_FIELD)
