"""A range of ages that a device tells: Apple's Declared Age Range, Google's Play Age Signals.

Whoever holds the device may be somebody else, so nothing a device tells is worth more than `estimated`;
what a guardian set is `vouched`, however the guardian was checked.

Source: docs/sources.md#device-age-signals.
"""

from enum import StrEnum
from typing import ClassVar, Self

from pydantic import ConfigDict, JsonValue, model_validator

from hoede.accounts.port import AgeClaim, Day, Example, Id, Years
from hoede.core.ages import AgeEvidence, Assurance


class Signal(StrEnum):
    """Whose interface told it."""

    APPLE = "apple-declared-age-range"
    GOOGLE = "google-play-age-signals"


_GUARDIANS = Assurance.VOUCHED
_WORTH = {
    Signal.APPLE: {
        "selfDeclared": Assurance.DECLARED,
        "guardianDeclared": _GUARDIANS,
        "checkedByOtherMethod": Assurance.VOUCHED,  # nobody says which
        "guardianCheckedByOtherMethod": _GUARDIANS,
        "governmentIDChecked": Assurance.ESTIMATED,
        "guardianGovernmentIDChecked": _GUARDIANS,
        "paymentChecked": Assurance.ESTIMATED,
        "guardianPaymentChecked": _GUARDIANS,
    },
    Signal.GOOGLE: {
        "DECLARED": Assurance.DECLARED,
        "VERIFIED": Assurance.ESTIMATED,
        "SUPERVISED": _GUARDIANS,
        "SUPERVISED_APPROVAL_PENDING": _GUARDIANS,
        "SUPERVISED_APPROVAL_DENIED": _GUARDIANS,
    },
}
_PAIRS: list[JsonValue] = [
    {"properties": {"signal": {"const": signal.value}, "declared": {"enum": list(words)}}}
    for signal, words in _WORTH.items()
]
_BOUNDS: list[JsonValue] = [
    {"required": [name], "properties": {name: {"type": "integer"}}} for name in ("lower", "upper")
]
_TOLD = {"issuer": "plein-app", "told_on": "2026-11-01"}
_APPLE, _GOOGLE = _TOLD | {"signal": Signal.APPLE.value}, _TOLD | {"signal": Signal.GOOGLE.value}


class DeviceAgeRange(AgeClaim):
    """What the device answered, in its own words."""

    model_config = ConfigDict(json_schema_extra={"allOf": [{"anyOf": _PAIRS}, {"anyOf": _BOUNDS}]})

    name = "device-age-range"
    examples: ClassVar = (
        Example(
            claim=_APPLE | {"declared": "guardianDeclared", "lower": 13, "upper": 15},
            assurance=Assurance.VOUCHED,
            lower=13,
            upper=15,
        ),
        Example(
            claim=_APPLE | {"declared": "selfDeclared", "lower": 18}, assurance=Assurance.DECLARED, lower=18
        ),
        Example(
            claim=_GOOGLE | {"declared": "VERIFIED", "lower": 18}, assurance=Assurance.ESTIMATED, lower=18
        ),
        Example(
            claim=_GOOGLE | {"declared": "SUPERVISED", "lower": 0, "upper": 12},
            assurance=Assurance.VOUCHED,
            lower=0,
            upper=12,
        ),
    )
    wrong: ClassVar = (
        _APPLE | {"declared": "selfDeclared"},  # without a range
        _APPLE | {"declared": "SUPERVISED", "lower": 13},  # the other one's word
        _GOOGLE | {"declared": "UNKNOWN", "lower": 18},  # says nothing: leave it out
        _GOOGLE | {"lower": 18},  # does not say how
        _TOLD | {"signal": "horoscope", "declared": "VERIFIED", "lower": 18},
        _GOOGLE | {"declared": "VERIFIED", "lower": 18, "upper": 17},
    )

    issuer: Id  # who asked the device: the platform's app
    told_on: Day
    signal: Signal
    declared: str  # how the range came about, in the signal's own word
    lower: Years | None = None
    upper: Years | None = None  # that age included

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        words = _WORTH[self.signal]
        if self.declared not in words:
            raise ValueError(f"declared is one of {', '.join(words)}; leave out a signal that says nothing")
        self.evidence()
        return self

    def evidence(self) -> AgeEvidence:
        return AgeEvidence(
            method=self.name,
            assurance=_WORTH[self.signal][self.declared],
            issuer=self.issuer,
            as_of=self.told_on,
            lower=self.lower,
            upper=self.upper,
        )


ADAPTER = DeviceAgeRange
