"""What a platform, or somebody it pays, checked: a document, an eID, a bank, a card, a face, a voice."""

from enum import StrEnum
from typing import ClassVar, Self

from pydantic import ConfigDict, JsonValue, model_validator

from hoede.accounts.port import AgeClaim, Day, Example, Id, Moment, Years
from hoede.core.ages import AgeEvidence, Assurance

_NOTHING: dict[str, JsonValue] = {"type": "null"}
_BORN_OR_BOUNDS: list[JsonValue] = [
    {"required": ["born"], "properties": {"born": {"type": "string"}, "lower": _NOTHING, "upper": _NOTHING}},
    {"required": ["lower"], "properties": {"lower": {"type": "integer"}, "born": _NOTHING}},
    {"required": ["upper"], "properties": {"upper": {"type": "integer"}, "born": _NOTHING}},
]
_CHECKED = {"issuer": "idcheck.example", "checked_on": "2026-11-01"}


class How(StrEnum):
    """What was looked at."""

    DOCUMENT = "document"
    EID = "eid"
    BANK = "bank"
    CARD = "card"  # shows that an adult has a card, not who holds the phone
    FACE = "face"
    VOICE = "voice"
    PERSON = "person"  # somebody who knows them says so


_WORTH = {
    How.DOCUMENT: Assurance.VERIFIED,
    How.EID: Assurance.VERIFIED,
    How.BANK: Assurance.VERIFIED,
    How.CARD: Assurance.ESTIMATED,
    How.FACE: Assurance.ESTIMATED,
    How.VOICE: Assurance.ESTIMATED,
    How.PERSON: Assurance.VOUCHED,
}


class PlatformVerified(AgeClaim):
    """The result of a check, never what was shown for it."""

    model_config = ConfigDict(json_schema_extra={"anyOf": _BORN_OR_BOUNDS})

    name = "platform-verified"
    examples: ClassVar = (
        Example(
            claim=_CHECKED | {"how": "document", "born": "2008-11-01"},
            assurance=Assurance.VERIFIED,
            lower=18,
            upper=18,
        ),
        Example(
            claim=_CHECKED | {"how": "face", "lower": 16, "upper": 20, "until": "2027-11-01T00:00:00Z"},
            assurance=Assurance.ESTIMATED,
            lower=16,
            upper=20,
        ),
        Example(claim=_CHECKED | {"how": "card", "lower": 18}, assurance=Assurance.ESTIMATED, lower=18),
    )
    wrong: ClassVar = (
        _CHECKED | {"how": "document"},  # says nothing
        _CHECKED | {"lower": 18},  # does not say how
        _CHECKED | {"how": "horoscope", "lower": 18},
        _CHECKED | {"how": "face", "lower": 20, "upper": 16},
        _CHECKED | {"how": "eid", "born": "2008-11-01", "lower": 18},  # says it twice
        _CHECKED | {"how": "eid", "born": "2026-11-02"},  # born after it was checked
    )

    issuer: Id  # who checked
    checked_on: Day
    how: How
    born: Day | None = None
    lower: Years | None = None
    upper: Years | None = None
    until: Moment | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self.evidence()
        if self.born and self.born > self.checked_on:
            raise ValueError("born after the day it was stated")
        return self

    def evidence(self) -> AgeEvidence:
        return AgeEvidence(
            method=self.name,
            assurance=_WORTH[self.how],
            issuer=self.issuer,
            as_of=self.checked_on,
            born=self.born,
            lower=self.lower,
            upper=self.upper,
            until=self.until,
        )


ADAPTER = PlatformVerified
