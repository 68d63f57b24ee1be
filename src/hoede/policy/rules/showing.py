"""Permits and what is in force as plain values, for JSON and for those who store them. Pure."""

from datetime import datetime
from typing import Any

from hoede.policy.rules.effective import InForce
from hoede.policy.rules.permits import Permit, Reason
from hoede.policy.rules.steps import Shown, Step
from hoede.policy.rules.vocabulary import Vocabulary


def show_permit(permit: Permit, vocabulary: Vocabulary) -> dict[str, Any]:
    """`permit`, `whom`, `reasons` and `packs`; give it `permit.told()` for who attempts."""
    return {
        "permit": permit.answer.value,
        "whom": permit.whom.value if permit.whom else None,
        "reasons": [show_reason(one, vocabulary) for one in permit.reasons],
        "packs": list(permit.packs),
        "their_packs": list(permit.their_packs),
        "retry_at": _time(permit.retry_at),
    }


def show_reason(reason: Reason, vocabulary: Vocabulary) -> dict[str, Any]:
    """Every fact of a reason that is there."""
    facts = {
        "code": reason.code.value,
        "layer": int(reason.layer),
        "side": "theirs" if reason.theirs else "own",
        "who": reason.who.value,
        "asks": reason.asks.value if reason.asks else None,
        "setting": reason.setting,
        "step": _step(reason.setting, reason.step, vocabulary),
        "pack": reason.pack,
        "law": reason.law or None,
        "source": reason.source or None,
        "age": reason.age,
        "country": reason.country,
        "until": _time(reason.until),
        "note": reason.note or None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def show_in_force(one: InForce) -> dict[str, Any]:
    """What is in force for a setting, who decided it, and who may open it how far."""
    kind = one.setting.kind
    return {
        "setting": one.setting.name,
        "step": kind.show(one.step),
        "who": one.who.value,
        "limit": kind.show(one.limit),
        "start": kind.show(one.start),
        "loosen": one.loosen.value if one.loosen else None,
        "up_to": kind.show(one.up_to),
        "bounds": [
            {
                "layer": int(bound.layer),
                "who": bound.who.value,
                "step": kind.show(bound.step),
                "choice": bound.choosing.value if bound.choosing else None,
                "birthday": bound.birthday,
                "pack": bound.pack.ref if bound.pack else None,
                "source": bound.source or None,
                "until": _time(bound.until),
            }
            for bound in one.bounds
        ],
    }


def _step(setting: str | None, step: Step | None, vocabulary: Vocabulary) -> Shown | None:
    if step is None:
        return None
    return str(step) if setting is None else vocabulary[setting].kind.show(step)


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
