"""What somebody says of themselves: a date of birth, or an age in years. Never more than `declared`."""

from typing import ClassVar, Self

from pydantic import ConfigDict, JsonValue, model_validator

from hoede.accounts.port import AgeClaim, Day, Example, Id, Years
from hoede.core.ages import AgeEvidence, Assurance

_NOTHING: dict[str, JsonValue] = {"type": "null"}
_ONE_OF_TWO: list[JsonValue] = [
    {"required": ["born"], "properties": {"born": {"type": "string"}, "age": _NOTHING}},
    {"required": ["age"], "properties": {"age": {"type": "integer"}, "born": _NOTHING}},
]
_SAID = {"issuer": "plein", "stated_on": "2026-11-01"}


class SelfDeclared(AgeClaim):
    """A sign-up form's answer."""

    model_config = ConfigDict(json_schema_extra={"anyOf": _ONE_OF_TWO})

    name = "self-declared"
    examples: ClassVar = (
        Example(
            claim=_SAID | {"born": "2011-05-04"},
            assurance=Assurance.DECLARED,
            lower=15,
            upper=15,
        ),
        Example(claim=_SAID | {"age": 34}, assurance=Assurance.DECLARED, lower=34, upper=34),
    )
    wrong: ClassVar = (
        _SAID,  # says nothing
        _SAID | {"born": "1990-01-01", "age": 36},  # says it twice
        _SAID | {"born": "2026-11-02"},  # born after the day it was stated
        _SAID | {"age": "34"},
        _SAID | {"age": -1},
    )

    issuer: Id  # who asked: the platform
    stated_on: Day
    born: Day | None = None
    age: Years | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.born is None) == (self.age is None):
            raise ValueError("give born or age, one of the two")
        if self.born and self.born > self.stated_on:
            raise ValueError("born after the day it was stated")
        return self

    def evidence(self) -> AgeEvidence:
        return AgeEvidence(
            method=self.name,
            assurance=Assurance.DECLARED,
            issuer=self.issuer,
            as_of=self.stated_on,
            born=self.born,
            lower=self.age,
            upper=self.age,
        )


ADAPTER = SelfDeclared
