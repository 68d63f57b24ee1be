"""Outcomes as data: what a judgment asks for, what it needs, where the case goes on. Pure."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hoede.core.errors import HoedeError
from hoede.core.orders import TargetKind
from hoede.review.ages import AgeAnswer
from hoede.review.notices import NoticeAnswer

CLASSES = ("A1", "A2", "B1", "B2")  # docs/sources.md#cybertipline, industryClassification
PRESERVE = "preserve"


class AccountIs(StrEnum):
    """Whom a report names the account as."""

    OFFENDER = "offender"
    VICTIM = "victim"
    NOBODY = "nobody"


class Classified(StrEnum):
    """Whether a content judged so needs a classification."""

    REQUIRED = "required"
    MAY = "may"
    FORBIDDEN = "forbidden"


class Incident(StrEnum):
    """What a report calls it; each authority has its own words."""

    CSAM = "csam"
    ENTICEMENT = "enticement"
    TRAFFICKING = "trafficking"


class Mark(StrEnum):
    """What a report says of the case besides, or of each file judged so; authorities have their own words."""

    SEXTORTION = "sextortion"
    SOLICITATION = "solicitation"
    GENERATED = "generated"
    SELF_MADE = "self_made"
    VIRAL = "viral"


class OutcomesError(HoedeError):
    """The table of outcomes is not one we can act on."""

    code = "outcomes-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    name: str
    says: str
    content: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    report: bool = False
    account_is: AccountIs = AccountIs.NOBODY
    classification: Classified = Classified.FORBIDDEN
    second: bool = False
    keeps: bool = False
    undoes: bool = False
    lane: str | None = None
    incident: Incident = Incident.CSAM
    age: AgeAnswer | None = None  # of an age only: what is thought of it
    tells: NoticeAnswer | None = None  # whoever reported it; None: nothing yet
    marks: tuple[Mark, ...] = ()


Outcomes = Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What outcomes may name: measures with what each is done to, those that nothing undoes, lanes."""

    measures: Mapping[str, TargetKind]
    irreversible: Collection[str]
    lanes: Collection[str]


def parse_outcomes(text: str, known: KnownNames) -> Outcomes:
    """Read `outcomes.toml` in its order; raises `OutcomesError` naming the table that is wrong."""
    try:
        outcomes = {name: _outcome(name, **table) for name, table in tomllib.loads(text).items()}
        for one in outcomes.values():
            _check(one, known)
    except (TypeError, ValueError) as error:
        raise OutcomesError(str(error)) from error
    return MappingProxyType(outcomes)


def _outcome(
    name: str,
    *,
    says: str,
    content: Collection[str] = (),
    account: Collection[str] = (),
    account_is: str = AccountIs.NOBODY,
    classification: str = Classified.FORBIDDEN,
    incident: str = Incident.CSAM,
    lane: str | None = None,
    age: str | None = None,
    tells: str | None = None,
    marks: Collection[str] = (),
    **flags: bool,
) -> Outcome:
    for key, value in flags.items():
        if key not in {"report", "second", "keeps", "undoes"}:
            raise ValueError(f"{name}: {key} is no key of an outcome")
        if not isinstance(value, bool):
            raise TypeError(f"{name}: {key} is true or false, without quotes")
    if isinstance(content, str) or isinstance(account, str):
        raise TypeError(f"{name}: content and account are lists of measures")
    if isinstance(marks, str):
        raise TypeError(f"{name}: marks is a list")
    return Outcome(
        name=name,
        says=says,
        content=tuple(content),
        account=tuple(account),
        account_is=AccountIs(account_is),
        classification=Classified(classification),
        incident=Incident(incident),
        lane=lane,
        age=None if age is None else AgeAnswer(age),
        tells=None if tells is None else NoticeAnswer(tells),
        marks=tuple(Mark(one) for one in marks),
        **flags,
    )


def _check(one: Outcome, known: KnownNames) -> None:
    asked = (*one.content, *one.account)
    on_content = [
        known.measures.get(name) in {TargetKind.CONTENT, TargetKind.EVIDENCE} for name in one.content
    ]
    on_account = [known.measures.get(name) is TargetKind.ACCOUNT for name in one.account]
    final = one.report or bool(set(asked) & set(known.irreversible))
    wrong = {
        "asks for a measure that is none, or not on this": not all(on_content + on_account),
        "asks what nothing undoes, and not for preserve": final and PRESERVE not in one.content,
        "asks what nothing undoes, and nobody checks it": final and not one.second,
        "keeps or undoes everything, so it asks for no measure": (one.keeps or one.undoes)
        and bool(asked or one.report),
        "asks for nothing: it must keep or undo": one.keeps == one.undoes and not asked and not one.age,
        "is of an age, so it asks for, keeps, undoes and tells nothing else": one.age is not None
        and bool(asked or one.report or one.keeps or one.undoes or one.second or one.tells),
        "must name a lane to go on to if it keeps everything, and only then": one.keeps
        != (one.lane is not None),
        "goes on to a lane that is none": one.lane is not None and one.lane not in known.lanes,
        "must say what those who reported are told, unless it keeps everything": one.keeps
        != (one.tells is None)
        and one.age is None,
        "marks what it does not report": bool(one.marks) and not one.report,
        "names somebody and reports nothing": one.account_is is not AccountIs.NOBODY and not one.report,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise ValueError(f"{one.name} {what}")
