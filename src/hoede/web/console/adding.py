"""Adding to a finished report: what would be filed and what it lacks, shown before; then one report more."""

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from hoede.access import Permission
from hoede.reporting import Draft, lacks
from hoede.web.console.desk import Desk
from hoede.web.console.frame import show
from hoede.web.console.reports import REPORTS, ReportUnknown
from hoede.web.session import Doors
from hoede.web.visits import Body, Visit


def open_doors(doors: Doors, desk: Desk) -> None:
    at, judges, one = Adding(desk), Permission.CASE_JUDGE, f"{REPORTS}/{{id}}/add"
    doors.post(one, at.preview, needs=judges, name="report-add-preview", back=REPORTS)
    doors.post(f"{one}/file", at.file, needs=judges, name="report-add", back=REPORTS)


@dataclass(frozen=True, slots=True)
class Adding:
    desk: Desk

    def preview(self, visit: Visit) -> Response:
        """What would be filed. Nothing is written but that somebody read the report."""
        order, words, add = _id(visit), visit.body.one("words"), self.desk.supplement
        found = add.preview(order, words, transcript=_wants_transcript(visit.body))  # refused, nobody read it
        report = self.desk.read.report(order, visit.person.id)
        if report is None:
            raise ReportUnknown
        return show(
            visit,
            "console/report_add.html",
            report=report,
            draft=found.draft,
            texts=found.texts,
            lacks=lacks(found.draft),
            wrong=self._wrong(report.authority, found.draft),
            addition=add.begin(),
        )

    def file(self, visit: Visit) -> Response:
        """File it; sent twice from one page it is filed once."""
        self.desk.supplement(
            _id(visit),
            visit.body.one("words"),
            visit.person.id,
            transcript=_wants_transcript(visit.body),
            addition=visit.body.one("addition"),
        )
        return RedirectResponse(f"{REPORTS}/{_id(visit)}?added=yes", 303)

    def _wrong(self, name: str, draft: Draft) -> tuple[str, ...]:
        """What the authority would refuse in it."""
        authority = self.desk.authorities.get(name)
        return () if authority is None else authority.wrong_with(draft, self.desk.db.now())


def _wants_transcript(body: Body) -> bool:
    return body.one("transcript") == "yes"


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["id"])
