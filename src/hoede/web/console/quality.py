"""How well cases are judged, and whom measures hit wrongly; golden cases, disagreements, guidance."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection
from starlette.responses import JSONResponse, RedirectResponse, Response

from hoede.access import Permission
from hoede.flow.fair import Figures
from hoede.flow.judge import Rules
from hoede.review import Refused, Why, blind, guidance
from hoede.review.agreement import Kappa, Share
from hoede.review.asked import LONGEST_TEXT
from hoede.web.console.desk import Desk, status_of
from hoede.web.console.frame import show
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

QUALITY: Final = "/console/quality"
GOLDEN: Final = f"{QUALITY}/golden"
APART: Final = f"{QUALITY}/disagreements"


def open_doors(doors: Doors, desk: Desk) -> None:
    at, sees, keeps = Quality(desk), Permission.QUALITY_SEE, Permission.QUALITY_KEEP
    doors.get(QUALITY, at.page, needs=sees, name="quality", menu=Menu("info", "quality.title"))
    doors.get(f"{QUALITY}/figures", at.figures, needs=sees, name="quality-figures")
    doors.get(GOLDEN, at.golden, needs=sees, name="golden")
    doors.post(GOLDEN, at.make, needs=keeps, name="golden-make", back=GOLDEN)
    doors.post(f"{GOLDEN}/{{id}}/retire", at.retire, needs=keeps, name="golden-retire", back=GOLDEN)
    doors.get(APART, at.disagreements, needs=sees, name="disagreements")
    doors.post(f"{APART}/{{id}}/resolve", at.resolve, needs=keeps, name="disagreement-resolve", back=APART)
    advice = f"{QUALITY}/guidance"
    doors.post(advice, at.advise, needs=keeps, name="guidance-write", back=APART)
    doors.post(f"{advice}/{{id}}/end", at.end_advice, needs=keeps, name="guidance-end", back=APART)


@dataclass(frozen=True, slots=True)
class Quality:
    desk: Desk

    def page(self, visit: Visit) -> Response:
        """Figures of the last ninety days; nothing on it is about one person."""
        return show(visit, "console/quality.html", figures=self.desk.fair.figures())

    def figures(self, visit: Visit) -> Response:  # noqa: ARG002 - every door is given its visit
        """The same as JSON, for a report or another page."""
        return JSONResponse(as_json(self.desk.fair.figures()))

    def golden(self, visit: Visit) -> Response:
        return self._golden(visit)

    def make(self, visit: Visit) -> Response:
        case, outcome, why = (visit.body.one(name).strip() for name in ("case", "outcome", "why"))
        went = self.desk.quality.make_golden(case, visit.person.id, outcome, why)
        if isinstance(went, Refused):
            return self._golden(visit, went)
        return RedirectResponse(GOLDEN, 303)

    def retire(self, visit: Visit) -> Response:
        went = self.desk.quality.retire(_id(visit))
        return self._golden(visit, went) if went else RedirectResponse(GOLDEN, 303)

    def disagreements(self, visit: Visit) -> Response:
        return self._apart(visit)

    def resolve(self, visit: Visit) -> Response:
        how, note = visit.body.one("how"), visit.body.one("note")
        if how not in set(Rules):
            return self._apart(visit, Refused(Why.OUTCOME))
        went = self.desk.quality.resolve(_id(visit), visit.person.id, Rules(how), note=note)
        return self._apart(visit, went) if went else RedirectResponse(APART, 303)

    def advise(self, visit: Visit) -> Response:
        outcome, text = visit.body.one("outcome"), visit.body.one("text")
        went = self.desk.quality.advise(outcome, text, visit.person.id)
        return self._apart(visit, went) if went else RedirectResponse(APART, 303)

    def end_advice(self, visit: Visit) -> Response:
        went = self.desk.quality.end_advice(_id(visit))
        return self._apart(visit, went) if went else RedirectResponse(APART, 303)

    def _golden(self, visit: Visit, wrong: Refused | None = None) -> Response:
        """Those in use and those that are not; and, for leads, the form that makes one."""
        return show(
            visit,
            "console/quality_golden.html",
            status=status_of(wrong) if wrong else 200,
            wrong=self.desk.says(visit, wrong) if wrong else None,
            golden=self.desk.db.read(blind.all_golden),
            outcomes=self._deciding,
            keeps=Permission.QUALITY_KEEP in visit.may,
            given=visit.body,
            longest=LONGEST_TEXT,
        )

    def _apart(self, visit: Visit, wrong: Refused | None = None) -> Response:
        """What two people called differently, and what was learned before."""
        found, advice = self.desk.db.read(_read)
        return show(
            visit,
            "console/quality_disagreements.html",
            status=status_of(wrong) if wrong else 200,
            wrong=self.desk.says(visit, wrong) if wrong else None,
            apart=found,
            advice=advice,
            outcomes=self._deciding,
            rules=list(Rules),
            keeps=Permission.QUALITY_KEEP in visit.may,
            given=visit.body,
            longest=LONGEST_TEXT,
        )

    @property
    def _deciding(self) -> list[str]:
        """Outcomes that say what a case is."""
        outcomes = self.desk.judge.outcomes
        return [name for name, one in outcomes.items() if one.age is None and not one.keeps]


def as_json(figures: Figures) -> dict[str, Any]:
    """What the page shows, without words; intervals are of 95 %."""
    judged, fair, missed = figures.judged, figures.fair, figures.missed
    return {
        "since": figures.since.isoformat(),
        "golden": {
            "all": _share(judged.golden),
            "by_lane": {name: _share(one) for name, one in judged.golden_by_lane.items()},
            "by_outcome": {name: _share(one) for name, one in judged.golden_by_outcome.items()},
        },
        "agreement": {
            "all": _kappa(judged.double),
            "by_lane": {name: _kappa(one) for name, one in judged.double_by_lane.items()},
            "by_outcome": {name: _kappa(one) for name, one in judged.double_by_outcome.items()},
        },
        "drifts": list(figures.drifts),
        "disagreements": figures.unresolved,
        "wrong_measures": {
            "all": _share(fair.acted),
            "found_by_appeal": fair.appeal,
            "found_by_check": fair.check,
        }
        | {
            name: {"shown": {one: _share(of) for one, of in groups.shown.items()}, "hidden": groups.hidden}
            for name, groups in (
                ("by_category", fair.by_category),
                ("by_band", fair.by_band),
                ("by_language", fair.by_language),
            )
        },
        "limited_and_cleared": {
            "accounts": fair.cleared,
            "median_s": fair.median.total_seconds() if fair.median is not None else None,
            "longest_tenth_s": fair.longest_tenth.total_seconds() if fair.longest_tenth is not None else None,
        },
        "allowed": {"drawn": missed.drawn, "should_not_have_been": _share(missed.judged)},
    }


def _share(one: Share | None) -> dict[str, float] | None:
    """None: too few, or none at all."""
    if one is None or not one.is_known:
        return None
    return {"some": one.some, "all": one.all, "share": one.value, "low": one.low, "high": one.high}


def _kappa(one: Kappa | None) -> dict[str, float | None] | None:
    """None: too few."""
    return None if one is None else asdict(one)


def _read(conn: Connection) -> tuple[Any, Any]:
    return blind.disagreements(conn), guidance.in_force(conn)


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["id"])
