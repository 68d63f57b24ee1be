"""All adapters for evidence of an age: ours by file, others' by entry point `hoede.age_adapters`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hoede.accounts import adapters
from hoede.accounts.port import AgeClaim
from hoede.core.ages import AgeEvidence
from hoede.core.plugins import plugins

FIRST_ZONE = ZoneInfo("Etc/GMT-14")  # where a day begins first
FUTURE = "a day that is still to come"


class StillToCome(ValueError):
    """Nobody can have stated something on a day that is nowhere yet."""


def all_age_adapters() -> dict[str, type[AgeClaim]]:
    """By name; `PluginClash` when two share one."""
    return plugins(adapters, "ADAPTER", "hoede.age_adapters")


def read_claim(adapter: type[AgeClaim], claim: Mapping[str, Any], now: datetime) -> AgeEvidence:
    """What a claim is worth, under the adapter's own name.

    Raises pydantic's `ValidationError` naming the field, or `StillToCome`.
    """
    evidence = replace(adapter.model_validate(claim).evidence(), method=adapter.name)
    if is_future(evidence, now):
        raise StillToCome(FUTURE)
    return evidence


def is_future(evidence: AgeEvidence, now: datetime) -> bool:
    """Whether it was stated on a day that is nowhere yet."""
    return evidence.as_of > now.astimezone(FIRST_ZONE).date()
