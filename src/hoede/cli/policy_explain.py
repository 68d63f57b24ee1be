"""`hoede policy explain`: a question about packs, answered in words."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from hoede.cli import policy_given as given
from hoede.cli.common import say
from hoede.core.ages import AgeBand
from hoede.policy import (
    Answer,
    Attempt,
    Permit,
    Policy,
    Relation,
    Side,
    born_side,
    decide,
    effective,
    show_permit,
)
from hoede.policy.guidelines import shipped_guidelines
from hoede.policy.rules.telling import Around, Reader, say_reasons, what_now
from hoede.policy.rules.wording import say_pack, say_setting
from hoede.words import LOCALES, Catalogue, catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    policy: Policy
    side: Side
    around: Around
    words: Catalogue
    reader: Reader

    @property
    def now(self) -> datetime:
        return self.around.now


def explain(
    packs: Annotated[str, typer.Option(help="Ids or .toml files, with commas between them.")],
    born: Annotated[str | None, typer.Option(help="A day; without it and --band the age is unknown.")] = None,
    band: Annotated[AgeBand | None, typer.Option(help="Instead of --born.")] = None,
    joined: Annotated[
        str | None, typer.Option(help="First day of the account; else that of the oldest pack.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="A day or a moment; else now.")] = None,
    zone: Annotated[str, typer.Option(help="Like Europe/Amsterdam.")] = "UTC",
    country: Annotated[
        str | None, typer.Option(help="Like NL or US-CA; without, the strictest of all.")
    ] = None,
    attempt: Annotated[str | None, typer.Option(help="May it be done? A word or a setting.")] = None,
    setting: Annotated[str | None, typer.Option(help="What is in force? A setting.")] = None,
    counterpart_born: Annotated[str | None, typer.Option(help="A day; the other side.")] = None,
    relation: Annotated[
        Literal["none", "follower", "mutual", "friend", "trusted"], typer.Option(help="Of the two.")
    ] = "none",
    reader: Annotated[Reader, typer.Option("--as", help="For whom it is worded.")] = Reader.TEEN,
    lang: Annotated[str, typer.Option(help=f"One of {', '.join(LOCALES)}.")] = "en",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Answer in words: what packs are, what is in force for somebody, or whether they may do something."""
    if attempt is not None and setting is not None:
        raise typer.BadParameter("ask about an attempt or a setting, not both")
    if born is not None and band is not None:
        raise typer.BadParameter("give --born or --band, not both")
    if lang not in LOCALES:
        raise typer.BadParameter(f"{lang} is none of {', '.join(LOCALES)}")
    policy, now, zones = given.policy(packs), given.moment(at), given.zones(zone)
    since = given.day(joined) or min(one.effective_from for one in policy.packs)
    lives, part = given.place(country)
    side = (
        born_side(given.day(born), now, zones=zones, joined=since, country=lives, region=part)
        if band is None
        else Side(band=band, known=True, zones=zones, country=lives, region=part)
    )
    around = Around(
        vocabulary=policy.vocabulary,
        now=now,
        zones=zones,
        band=side.band,
        age=side.age,
        born=given.day(born),
        relation=Relation[relation.upper()],
        more={"evidence": "declared" if side.known else "none"},
    )
    asked = _Question(policy=policy, side=side, around=around, words=catalogue(lang), reader=reader)
    if attempt is not None:
        seen = given.day(counterpart_born)
        other = None if seen is None else born_side(seen, now, zones=zones, joined=since)
        told = _attempt(asked, given.attempt(policy, attempt), other)
    elif setting is not None:
        told = _setting(asked, given.setting(policy, setting))
    else:
        told = {"lines": [line for one in policy.packs for line in say_pack(asked.words, one)]}
    told["inert"] = _inert(asked)
    say("\n".join([*told["lines"], *told.get("now", []), *told["inert"]]), told, as_json=as_json)


def _attempt(asked: _Question, what: str, other: Side | None) -> dict[str, Any]:
    attempt = Attempt(what=what, counterpart=other, relation=asked.around.relation)
    found = decide(asked.policy, asked.side, attempt, asked.now)
    permit = found if asked.reader in {Reader.MODERATOR, Reader.AUDITOR} else found.told()
    around = _with_packs(asked.around, found)
    codes = {one.code for one in permit.reasons}
    sections = [one for one in shipped_guidelines() if not codes.isdisjoint(one.codes)]
    lines = [
        asked.words.say(_answer(permit)),
        *say_reasons(asked.words, permit, around, asked.reader),
        *(asked.words.say("explain.guideline", title=one.title[asked.words.locale]) for one in sections),
        asked.words.say("explain.counted", packs=", ".join(permit.packs) or "-"),
    ]
    return {
        **show_permit(permit, asked.policy.vocabulary),
        "guidelines": [one.key for one in sections],
        "lines": lines,
        "now": list(what_now(asked.words, permit, around)) if asked.reader is Reader.TEEN else [],
    }


def _answer(permit: Permit) -> str:
    if permit.answer is Answer.ASK:
        return f"explain.ask.{permit.whom}"
    return f"explain.{permit.answer}"


def _with_packs(around: Around, permit: Permit) -> Around:
    return replace(around, more={**around.more, "packs": ", ".join(permit.packs) or "-"})


def _setting(asked: _Question, name: str) -> dict[str, Any]:
    found = effective(asked.policy, asked.side, asked.now)[name]
    kind = found.setting.kind
    packs = [one.ref for one in asked.policy.acting(asked.side, asked.now)]
    return {
        "setting": name,
        "step": kind.show(found.step),
        "limit": kind.show(found.limit),
        "start": kind.show(found.start),
        "who": found.who.value,
        "loosen": found.loosen.value if found.loosen else None,
        "packs": packs,
        "lines": [
            *say_setting(asked.words, found),
            asked.words.say("explain.counted", packs=", ".join(packs) or "-"),
        ],
    }


def _inert(asked: _Question) -> list[str]:
    """Packs that were named and concern this person, but do not act today."""
    return [
        asked.words.say("explain.inert", pack=one.ref, status=one.status)
        for one in asked.policy.inert(asked.side, asked.now)
    ]
