"""A proof of age by the EU's age verification profile; `declared` unless somebody checked the presentation.

The elements `age_over_NN` of the attestation `eu.europa.ec.av.1`, its issuer and its validity. Signature,
trusted list and binding to the device are checked by the platform or by a verifier of its own; who did it
says so in `verified_by`. Source: docs/sources.md#eu-age-verification.
"""

import re
from typing import ClassVar, Self

from pydantic import Field, JsonValue, StrictBool, field_validator, model_validator

from hoede.accounts.port import OLDEST, AgeClaim, Example, Id, Moment
from hoede.core.ages import AgeEvidence, Assurance

_NAMES = r"^age_over_(1[0-4][0-9]|[1-9]?[0-9])$"
_ELEMENT = re.compile(_NAMES)
_ATTESTED = {
    "issuer": "age-provider.example",
    "issued_at": "2026-11-01T00:00:00Z",
    "valid_until": "2027-01-30T00:00:00Z",
}
_OVER_18 = {"elements": {"age_over_18": True}}


def _describe(schema: dict[str, JsonValue]) -> None:
    schema["additionalProperties"] = False
    schema["patternProperties"] = {_NAMES: {"type": "boolean"}}


class EuAgeAttestation(AgeClaim):
    """What one presentation of the attestation disclosed."""

    name = "eu.europa.ec.av.1"
    examples: ClassVar = (
        Example(claim=_ATTESTED | _OVER_18, assurance=Assurance.DECLARED, lower=18),  # nobody checked it
        Example(
            claim=_ATTESTED | _OVER_18 | {"verified_by": "plein"}, assurance=Assurance.VERIFIED, lower=18
        ),
        Example(
            claim=_ATTESTED
            | {"elements": {"age_over_16": True, "age_over_18": False}, "verified_by": "plein"},
            assurance=Assurance.VERIFIED,
            lower=16,
            upper=17,
        ),
    )
    wrong: ClassVar = (
        _ATTESTED | {"elements": {}},
        _ATTESTED | {"elements": {"age_over_0": False}},
        _ATTESTED | {"elements": {"age_over_18": "true"}},
        _ATTESTED | {"elements": {"over_18": True}},
        _ATTESTED | {"elements": {"age_over_16": False, "age_over_18": True}},  # contradicts itself
        _ATTESTED | _OVER_18 | {"valid_until": "2026-10-01T00:00:00Z"},  # ends before it begins
        {"elements": {"age_over_18": True}, "issuer": "age-provider.example"},  # without its validity
    )

    elements: dict[str, StrictBool] = Field(min_length=1, json_schema_extra=_describe)
    issuer: Id  # of the attestation
    issued_at: Moment
    valid_until: Moment
    verified_by: Id | None = None  # who checked the presentation; None: nobody, so it is only said

    @field_validator("elements")
    @classmethod
    def _are_elements(cls, told: dict[str, bool]) -> dict[str, bool]:
        if [name for name in told if not _ELEMENT.match(name)]:
            raise ValueError(f"an element is age_over_NN, with NN from 0 to {OLDEST - 1}")
        return told

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        over, under = self._over(said=True), self._over(said=False)
        if under and (min(under) == 0 or (over and max(over) >= min(under))):
            raise ValueError("elements contradict one another")
        if self.valid_until <= self.issued_at:
            raise ValueError("valid_until is not after issued_at")
        return self

    def evidence(self) -> AgeEvidence:
        over, under = self._over(said=True), self._over(said=False)
        return AgeEvidence(
            method=self.name,
            assurance=Assurance.DECLARED if self.verified_by is None else Assurance.VERIFIED,
            issuer=self.issuer,
            as_of=self.issued_at.date(),
            lower=max(over) if over else None,
            upper=min(under) - 1 if under else None,
            # What says that somebody is young does not lapse with the paper that says it.
            until=None if under else self.valid_until,
        )

    def _over(self, *, said: bool) -> list[int]:
        return [int(name.rpartition("_")[2]) for name, is_over in self.elements.items() if is_over is said]


ADAPTER = EuAgeAttestation
