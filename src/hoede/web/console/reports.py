"""Reports to authorities: where each stands, every call that was made, and what was said. Read only."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from hoede.access import Permission
from hoede.core.errors import HoedeError
from hoede.flow.report import texts_reported
from hoede.reporting import SagaState, calls, lacks, stage_of
from hoede.reporting.store import ReportRow
from hoede.web.console.desk import Desk
from hoede.web.console.frame import no_look, show
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

REPORTS = "/console/reports"
LONGEST_RECEIPT: Final = 4000  # characters of the authority's raw answer that are shown


class ReportUnknown(HoedeError):
    """There is no such report, or it is not composed yet."""

    code = "report-unknown"


def open_doors(doors: Doors, desk: Desk) -> None:
    at, sees = Reports(desk), Permission.REPORTS_SEE
    doors.get(REPORTS, at.page, needs=sees, name="reports", menu=Menu("file", "console.reports.title"))
    doors.get(f"{REPORTS}/{{id}}", at.report, needs=sees, name="report")


@dataclass(frozen=True, slots=True)
class Reports:
    desk: Desk

    def page(self, visit: Visit) -> Response:
        query = visit.request.query_params
        case, unfinished = query.get("case") or None, query.get("which") == "unfinished"
        count, page = self.desk.db.read(
            lambda conn: (
                calls.count_unfinished(conn),
                calls.page(conn, case=case, unfinished=unfinished, after=query.get("after")),
            )
        )
        return show(visit, "console/reports.html", case=case, unfinished=unfinished, count=count, page=page)

    def report(self, visit: Visit) -> Response:
        """What was sent, in fields; the files themselves stay in the vault."""
        if visit.request.method == "HEAD":
            return no_look()
        order = str(visit.request.path_params["id"])
        report = self.desk.read.report(order, visit.person.id)
        if report is None:
            raise ReportUnknown
        made = self.desk.db.read(lambda conn: calls.calls_of(conn, order))
        return show(
            visit,
            "console/report.html",
            report=report,
            draft=report.draft,
            stage=stage_of(report.saga),
            lacks=lacks(report.draft),
            wrong=self._wrong(report) if report.saga.state is SagaState.DRAFT else (),
            sent={file.evidence: file for file in report.saga.files},
            calls=made,
            adds=Permission.CASE_JUDGE in visit.may
            and report.finished_at is not None
            and not report.draft.batch,
            written=self.desk.db.read(lambda conn: len(texts_reported(conn, report.case_id))),
            added=visit.request.query_params.get("added") == "yes",
            receipt=(report.receipt or b"").decode(errors="replace")[:LONGEST_RECEIPT],
        )

    def _wrong(self, report: ReportRow) -> tuple[str, ...]:
        """What the authority would refuse in it, if it were opened now."""
        authority = self.desk.authorities.get(report.authority)
        return () if authority is None else authority.wrong_with(report.draft, self.desk.db.now())
