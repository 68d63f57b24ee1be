"""The whole application for HTTP: routes for machines and people, errors, styles."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from hoede.web import problems
from hoede.web.described import as_problems
from hoede.web.pages import STATIC

TITLE, VERSION = "Hoede", "1"


class Site(FastAPI):
    """FastAPI, with a description in which errors are problems."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = as_problems(super().openapi())
        return self.openapi_schema


def site(routers: Sequence[APIRouter], pages: Sequence[BaseRoute]) -> FastAPI:
    """The ASGI application. There is no docs page: it would fetch scripts from elsewhere."""
    app = Site(title=TITLE, version=VERSION, docs_url=None, redoc_url=None)
    for router in routers:
        app.include_router(router)
    app.router.routes.extend(pages)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    problems.install(app)
    return app
