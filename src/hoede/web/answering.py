"""A permit as JSON: codes for machines, words in every language for people. Pure."""

import json
from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, Final

from hoede.flow.attempt import Answered, Asked, InForceFor
from hoede.policy import Answer, InForce, Permit, Reason, Relation, Vocabulary
from hoede.policy.guidelines import shipped_guidelines
from hoede.policy.rules.telling import Around, Reader, say_reason, what_now
from hoede.words import LOCALES, catalogue

MOST_SAID: Final = 4096
MOST_WRITTEN: Final = 2048  # of some kilobytes each
Json = dict[str, Any]


class Answers:
    """Permits as JSON; a reason that was worded before is not worded anew, nor written."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._said: dict[Hashable, Json] = {}
        self._written: dict[Hashable, tuple[Permit, bytes]] = {}
        self._sections = {code: one.key for one in shipped_guidelines() for code in one.codes}

    def written(self, answered: Answered, asked: Asked, now: datetime) -> bytes:
        """The same as bytes. Tables give one permit to all who get the same one: it is told by itself."""
        permit, side = answered.permit, answered.side
        key = (id(permit), side.zones, side.age, answered.born, asked.relation)
        found = self._written.get(key)
        if found is None or found[0] is not permit:
            if len(self._written) >= MOST_WRITTEN:
                self._written.clear()
            out = json.dumps(self.permit(answered, asked, now), ensure_ascii=False).encode()
            found = self._written[key] = permit, out  # kept, so that no other permit gets its id
        return found[1]

    def permit(self, answered: Answered, asked: Asked, now: datetime) -> Json:
        """What a platform is answered; of the other side no more than the one who attempts may know."""
        permit = answered.permit.told()
        told: Json = {
            "permit": permit.answer.value,
            "whom": permit.whom.value if permit.whom else None,
            "reasons": [],
            "packs": list(permit.packs),
            "opens_at": _moment(permit.retry_at),
        }
        return told if permit.answer is Answer.GRANTED else told | self._why(permit, answered, asked, now)

    def _why(self, permit: Permit, answered: Answered, asked: Asked, now: datetime) -> Json:
        """The reasons and what one can do now; worded once for all who get the same ones."""
        side = answered.side
        key = (permit.answer, permit.reasons, side.zones, side.age, answered.born, asked.relation)
        if key not in self._said:
            around = self._around(answered, asked.relation, now)
            if len(self._said) >= MOST_SAID:
                self._said.clear()
            reasons = [self._worded(one, around) for one in permit.reasons]
            self._said[key] = {"reasons": reasons, "now": _now(permit, around)}
        return self._said[key]

    def _worded(self, one: Reason, around: Around) -> Json:
        kind = self._vocabulary[one.setting].kind if one.setting else None
        values = {
            "age": one.age,
            "country": one.country,
            "law": one.law or None,
            "source": one.source or None,
            "until": _moment(one.until),
            "who": one.who.value,
            "pack": one.pack,
        }
        return {
            "code": one.code.value,
            "layer": int(one.layer),
            "setting": one.setting,
            "step": kind.show(one.step) if kind and one.step is not None else None,
            "asks": one.asks.value if one.asks else None,
            "values": {name: value for name, value in values.items() if value is not None},
            "guideline": self._sections[one.code],
            "text": {locale: say_reason(catalogue(locale), one, around, Reader.TEEN) for locale in LOCALES},
        }

    def _around(self, answered: Answered, relation: Relation, now: datetime) -> Around:
        side = answered.side
        return Around(
            vocabulary=self._vocabulary,
            now=now,
            zones=side.zones,
            band=side.band,
            age=side.age,
            born=answered.born,
            relation=relation,
        )


def policy_json(account: str, found: InForceFor, vocabulary: Vocabulary) -> Json:
    """Everything that is in force for an account, with what was said about it."""
    return {
        "account": account,
        "age_band": found.side.band.value,
        "age_known": found.side.known,
        "path": found.path.value,
        "packs": list(found.packs),
        "limits": {what: "granted" if what in found.limits else "refused" for what in vocabulary.gates},
        "paired": found.paired,
        "settings": {name: _setting(one) for name, one in found.settings.items()},
    }


def _setting(one: InForce) -> Json:
    show = one.setting.kind.show
    return {
        "step": show(one.step),
        "limit": show(one.limit),
        "start": show(one.start),
        "who": one.who.value,
        "loosen": one.loosen.value if one.loosen else None,
        "up_to": show(one.up_to),
        "reasons": [
            {
                "layer": int(bound.layer),
                "who": bound.who.value,
                "step": show(bound.step),
                "pack": bound.pack.ref if bound.pack else None,
                "source": bound.source or None,
                "until": _moment(bound.until),
            }
            for bound in one.bounds
        ],
    }


def _now(permit: Permit, around: Around) -> Mapping[str, list[str]]:
    return {locale: list(what_now(catalogue(locale), permit, around)) for locale in LOCALES}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
