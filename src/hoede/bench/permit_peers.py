"""The same policy for two rule engines: one row, or one `forbid`, for every bound that can stand in the way.

Made from the packs for accounts without choices in one country; who counts as what is in the question.
"""

import importlib.metadata
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hoede.bench.peers import peer
from hoede.core.ages import BANDS, AgeBand
from hoede.policy import ANSWERS, Answer, Pack, Relation, Setting, Step, Vocabulary, Whom
from hoede.policy.rules.allowing import Asked, Says, says
from hoede.policy.rules.packs import CONTACT, Choosing

REFUSED, GRANTED = 0, len(ANSWERS) - 1


@dataclass(frozen=True, slots=True)
class Stop:
    """One bound: for which attempt and bands, and at which relations it stands in the way."""

    what: str
    own: frozenset[AgeBand] | None  # None: any
    other: frozenset[AgeBand] | None
    relations: tuple[int, ...]
    answer: int  # place in ANSWERS
    code: str


@dataclass(frozen=True, slots=True)
class Question:
    what: str
    own: AgeBand
    other: AgeBand
    relation: Relation


Engine = Callable[[list[Any]], list[int]]


def stops(words: Vocabulary, packs: tuple[Pack, ...], whats: tuple[str, ...]) -> list[Stop]:
    """Every bound of the packs on these attempts."""
    found = []
    for what in whats:
        gate = words.gates[what]
        about = bool(gate.theirs)
        for pack in packs:
            for setting in gate.own:
                found += _of_setting(what, setting, pack, own=True, about=about)
            for setting in gate.theirs:
                found += _of_setting(what, setting, pack, own=False, about=about)
            for row in pack.contacts if gate.contact else ():
                told = (what, row.senders, row.receivers)
                found.append(Stop(*told, _stopped(CONTACT, row.at_most, about=True), REFUSED, "contact_age"))
    return [one for one in found if one.relations]


def _of_setting(what: str, setting: Setting, pack: Pack, *, own: bool, about: bool) -> list[Stop]:
    found = []
    for limit in (one for one in pack.limits if one.setting == setting.name):
        at = _stopped(setting.kind, limit.step, about=about)
        found.append(_stop(what, limit.bands, at, REFUSED, setting, own=own))
    for start in (one for one in pack.starts if one.setting == setting.name):
        at = _stopped(setting.kind, start.step, about=about)
        whom = Whom.GUARDIAN if start.choice is Choosing.GUARDIAN else Whom.SELF
        answer = ANSWERS.index((Answer.ASK, whom)) if own else REFUSED
        found.append(_stop(what, start.bands, at, answer, setting, own=own))
    return found


def _stop(
    what: str, bands: frozenset[AgeBand], at: tuple[int, ...], answer: int, setting: Setting, *, own: bool
) -> Stop:
    mine, theirs = (bands, None) if own else (None, bands)
    return Stop(what, mine, theirs, at, answer, setting.reason)


def _stopped(kind: Any, step: Step, *, about: bool) -> tuple[int, ...]:
    """The relations at which a step does not say yes."""
    asked = {one: Asked(relation=one if about else None) for one in Relation}
    return tuple(int(one) for one in Relation if says(kind, step, asked[one]) is not Says.YES)


def zen(found: list[Stop], questions: list[Question]) -> tuple[str, list[Any], Engine]:
    """zen-engine: a decision table that collects every row that fits."""
    engine = peer("zen").ZenEngine()
    decision = engine.create_decision(json.dumps(_table(found)))
    asked = [
        {"what": one.what, "own": one.own.value, "other": one.other.value, "relation": int(one.relation)}
        for one in questions
    ]

    def answers(contexts: list[Any]) -> list[int]:
        evaluate = decision.evaluate
        results = [evaluate(context)["result"] for context in contexts]
        return [min((row["answer"] for row in rows or ()), default=GRANTED) for rows in results]

    return f"zen-engine {importlib.metadata.version('zen-engine')}", asked, answers


def _table(found: list[Stop]) -> dict[str, Any]:
    inputs = [{"id": name, "name": name, "field": name} for name in ("what", "own", "other", "relation")]
    outputs = [{"id": name, "name": name, "field": name} for name in ("answer", "code")]
    rules = [
        {
            "_id": str(at),
            "what": json.dumps(one.what),
            "own": _any_of(one.own),
            "other": _any_of(one.other),
            "relation": ", ".join(map(str, one.relations)),
            "answer": str(one.answer),
            "code": json.dumps(str(one.code)),
        }
        for at, one in enumerate(found)
    ]
    content = {"hitPolicy": "collect", "inputs": inputs, "outputs": outputs, "rules": rules}
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": content},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return {"nodes": nodes, "edges": edges}


def _any_of(bands: frozenset[AgeBand] | None) -> str:
    return "" if bands is None else ", ".join(json.dumps(one.value) for one in BANDS if one in bands)


def cedar(found: list[Stop], questions: list[Question]) -> tuple[str, list[Any], Engine]:
    """cedarpy: one `forbid` for each, over one `permit`; parsed once."""
    module = peer("cedarpy")
    policies = module.PolicySet.from_str("\n".join([_PERMIT, *map(_forbid, found)]))
    nobody = module.Entities.from_json_str("[]")
    asked = [
        {
            "principal": 'Account::"a"',
            "action": f'Action::"{one.what}"',
            "resource": 'Account::"b"',
            "context": {"own": one.own.value, "other": one.other.value, "relation": int(one.relation)},
        }
        for one in questions
    ]

    def answers(requests: list[Any]) -> list[int]:
        results = [module.is_authorized(one, policies, nobody) for one in requests]
        return [
            GRANTED
            if result.allowed
            else min(
                found[int(name.removeprefix("policy")) - 1].answer for name in result.diagnostics.reasons
            )
            for result in results
        ]

    return f"cedarpy {importlib.metadata.version('cedarpy')}", asked, answers


_PERMIT = "permit(principal, action, resource);"


def _forbid(one: Stop) -> str:
    parts = [f"{list(one.relations)}.contains(context.relation)"]
    for name, bands in (("own", one.own), ("other", one.other)):
        if bands is not None:
            parts.append(f"[{_any_of(bands)}].contains(context.{name})")
    return f'forbid(principal, action == Action::"{one.what}", resource) when {{ {" && ".join(parts)} }};'
