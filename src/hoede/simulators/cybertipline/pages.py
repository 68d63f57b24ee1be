"""Two pages to look at: the reports, and one report."""

from datetime import UTC, datetime
from textwrap import indent
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from lxml import etree
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hoede.simulators.cybertipline.records import State
from hoede.simulators.cybertipline.tipline import Tipline
from hoede.simulators.cybertipline.xml import parse

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_CHIPS = {State.OPEN: "chip--care", State.FINISHED: "chip--good", State.RETRACTED: "", State.EXPIRED: ""}


class Pages:
    """Pages over one tipline; they read and never change."""

    def __init__(self, tipline: Tipline) -> None:
        self._tipline = tipline
        self._templates = Environment(
            loader=PackageLoader("hoede.simulators.cybertipline"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"utc": _utc, "indented": _indented}
        self._templates.globals |= {"styled": tipline.settings.css is not None, "chips": _CHIPS}

    def routes(self) -> list[Route]:
        return [
            Route("/", self._reports),
            Route("/reports/{id:int}", self._report),
            Route("/favicon.ico", _no_icon),
        ]

    def _reports(self, _request: Request) -> Response:
        return self._page("reports.html", reports=self._tipline.reports()[::-1])

    def _report(self, request: Request) -> Response:
        wanted = request.path_params["id"]
        report = next((report for report in self._tipline.reports() if report.id == wanted), None)
        if report is None:
            return self._page("missing.html", status=404, wanted=wanted)
        return self._page("report.html", report=report)

    def _page(self, template: str, *, status: int = 200, **told: Any) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(**told), status, HEADERS)


async def _no_icon(_request: Request) -> Response:
    return Response(status_code=204)  # browsers ask for one on their own


def _utc(when: datetime | None) -> str:
    return "" if when is None else when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _indented(xml: str) -> str:
    root = parse(xml.encode())
    etree.indent(root)
    return indent(etree.tostring(root, encoding="unicode"), "  ")
