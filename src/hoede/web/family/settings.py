"""Limits: what is on, one setting tightened at a time, three beginnings. Nothing here opens anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from starlette.responses import Response

from hoede.access.people import PersonUnknown
from hoede.pairing import Mode
from hoede.pairing.rules.limits import LONGEST_WHY
from hoede.pairing.rules.saying import Refusal, Why
from hoede.pairing.rules.seeing import TeenSeen
from hoede.policy.rules.wording import say_step
from hoede.web.console.frame import words_of
from hoede.web.family.desk import FamilyDesk, guardian_of, refused, said, teen_path
from hoede.web.family.frame import HOME, done, show, typed
from hoede.web.family.rows import groups, row_named
from hoede.web.family.steps import control_of, read_typed, whole
from hoede.web.session import Doors
from hoede.web.visits import Access, Visit

SETTINGS, SETTING, PRESET = "family/settings.html", "family/setting.html", "family/preset.html"
NOT_A_DAY = datetime(1, 1, 1, tzinfo=UTC)  # what is no date is over long ago: the flow says no


def open_doors(doors: Doors, desk: FamilyDesk) -> None:
    """Add the pages of settings."""
    at, signed_in = Settings(desk), Access.SIGNED_IN
    settings, preset = f"{HOME}/teen/{{link}}/settings", f"{HOME}/teen/{{link}}/presets/{{name}}"
    doors.get(settings, at.page, needs=signed_in, name="family-settings")
    doors.get(f"{settings}/{{name}}", at.one, needs=signed_in, name="family-setting")
    doors.post(f"{settings}/{{name}}", at.limit, needs=signed_in, name="family-limit")
    doors.get(preset, at.preset, needs=signed_in, name="family-preset")
    doors.post(preset, at.begin_from, needs=signed_in, name="family-begin-from")
    doors.post(f"{HOME}/teen/{{link}}/block", at.block, needs=signed_in, name="family-block")


@dataclass(frozen=True, slots=True)
class Settings:
    desk: FamilyDesk

    def page(self, visit: Visit) -> Response:
        seen = self.desk.look(visit, "settings")
        return seen if isinstance(seen, Response) else show(visit, SETTINGS, **self._shown(visit, seen))

    def one(self, visit: Visit) -> Response:
        seen = self.desk.look(visit, "settings")
        return seen if isinstance(seen, Response) else show(visit, SETTING, **self._setting(visit, seen))

    def limit(self, visit: Visit) -> Response:
        """Limit it, or in agreement propose it: what a form shows and what it does are of one mode."""
        seen = self.desk.look(visit, "settings")
        if isinstance(seen, Response):
            return seen
        shown = self._setting(visit, seen)
        name = visit.request.path_params["name"]
        step = read_typed(self.desk.vocabulary[name].kind, visit.body.one)
        if step is None:
            answer: object = Refusal(Why.NO_STEP)
        elif seen.mode == Mode.AGREEMENT:
            answer = self.desk.together.propose(
                guardian_of(visit),
                seen.link,
                {name: self._whole(seen, name, step)},
                mode=Mode.AGREEMENT,
                version=version_in(visit),
                text=said(visit, "reason"),
            )
        else:
            answer = self.desk.together.limit(
                guardian_of(visit),
                seen.link,
                name,
                step,
                version=version_in(visit),
                reason=said(visit, "reason"),
                until=end_of(visit.body.one("until")),
            )
        if isinstance(answer, Refusal):
            return refused(
                visit, SETTING, answer, **shown | {"was": visit.body.one("was"), "typed": _all(visit)}
            )
        if seen.mode == Mode.AGREEMENT:
            return done(teen_path(visit, "agreement"), "proposed")
        return done(teen_path(visit, "settings", name), "limited")

    def preset(self, visit: Visit) -> Response:
        """What a beginning would change here, before anybody saves it."""
        seen = self.desk.look(visit, "settings")
        return seen if isinstance(seen, Response) else show(visit, PRESET, **self._preset(visit, seen))

    def begin_from(self, visit: Visit) -> Response:
        seen = self.desk.look(visit, "settings")
        if isinstance(seen, Response):
            return seen
        shown, name, version = self._preset(visit, seen), visit.request.path_params["name"], version_in(visit)
        answer: object
        if seen.mode == Mode.AGREEMENT:
            answer = self._propose_preset(visit, seen, name, version)
        else:
            answer = self.desk.together.preset(guardian_of(visit), seen.link, name, version=version)
        if isinstance(answer, Refusal):
            return refused(visit, PRESET, answer, **shown)
        if seen.mode == Mode.AGREEMENT:
            return done(teen_path(visit, "agreement"), "proposed")
        return done(teen_path(visit, "settings"), "limited")

    def block(self, visit: Visit) -> Response:
        seen = self.desk.look(visit, "settings")
        if isinstance(seen, Response):
            return seen
        answer = self.desk.together.block(guardian_of(visit), seen.link, said(visit, "about").strip())
        if isinstance(answer, Refusal):
            return refused(visit, SETTINGS, answer, **self._shown(visit, seen))
        return done(teen_path(visit, "settings"), "blocked")

    def _propose_preset(self, visit: Visit, seen: TeenSeen, name: str, version: int) -> object:
        changes = self.desk.together.preview(guardian_of(visit), seen.link, name)
        steps = {one: self.desk.vocabulary[one].kind.show(after) for one, (_, after) in changes.items()}
        mode = Mode.AGREEMENT
        return self.desk.together.propose(guardian_of(visit), seen.link, steps, mode=mode, version=version)

    def _shown(self, visit: Visit, seen: TeenSeen) -> dict[str, Any]:
        return {
            "seen": seen,
            "path": teen_path(visit),
            "groups": groups(words_of(visit), self.desk.vocabulary, seen),
            "presets": tuple(self.desk.presets),
        }

    def _setting(self, visit: Visit, seen: TeenSeen) -> dict[str, Any]:
        words, name = words_of(visit), visit.request.path_params["name"]
        found = row_named(words, self.desk.vocabulary, seen, name)
        if found is None:
            raise PersonUnknown
        setting, told, row = found
        return {
            "seen": seen,
            "path": teen_path(visit),
            "row": row,
            "control": control_of(words, setting, told.step),
            "agrees": seen.mode == Mode.AGREEMENT,
            "longest": LONGEST_WHY,
            "tomorrow": (visit.now + timedelta(days=1)).date().isoformat(),
            "was": "",
            "typed": typed(),
        }

    def _preset(self, visit: Visit, seen: TeenSeen) -> dict[str, Any]:
        words, name = words_of(visit), visit.request.path_params["name"]
        if name not in self.desk.presets:
            raise PersonUnknown
        changes = self.desk.together.preview(guardian_of(visit), seen.link, name)
        dials = [(self.desk.vocabulary[one], before, after) for one, (before, after) in changes.items()]
        return {
            "seen": seen,
            "path": teen_path(visit),
            "name": name,
            "agrees": seen.mode == Mode.AGREEMENT,
            "changes": [
                (one.say("name", words.locale), say_step(words, one, before), say_step(words, one, after))
                for one, before, after in dials
            ],
        }

    def _whole(self, seen: TeenSeen, name: str, step: Any) -> Any:
        shown = next(one.step for one in seen.settings if one.name == name)
        return whole(self.desk.vocabulary[name].kind, shown, step)


def version_in(visit: Visit) -> int:
    """Of what the form showed; a form that says none is an old one."""
    said = visit.body.one("version")
    return int(said) if said.isascii() and said.isdigit() and len(said) < len(str(2**63)) else -1


def end_of(typed: str) -> datetime | None:
    """The end of a day, or no end."""
    if not typed:
        return None
    try:
        return datetime.combine(date.fromisoformat(typed), time(0), UTC) + timedelta(days=1)
    except (OverflowError, ValueError):
        return NOT_A_DAY


def _all(visit: Visit) -> Mapping[str, str]:
    return typed(**{name: visit.body.one(name) for name in visit.body.fields})
