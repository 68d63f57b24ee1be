"""The whole application for HTTP: routes for machines and people, errors, styles."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from hoede.web import problems
from hoede.web.described import as_problems
from hoede.web.pages import STATIC

TITLE, VERSION = "Hoede", "1"


class Site(FastAPI):
    """FastAPI, with a description in which errors are problems, and a door past all of it for what is hot."""

    hot: Mapping[str, ASGIApp] = MappingProxyType({})  # by path; POST only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self.hot:
            await self.hot[scope["path"]](scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = as_problems(super().openapi())
        return self.openapi_schema


def site(
    routers: Sequence[APIRouter],
    pages: Sequence[BaseRoute],
    hot: Mapping[str, ASGIApp] = MappingProxyType({}),
) -> FastAPI:
    """The ASGI application. There is no docs page: it would fetch scripts from elsewhere."""
    app = Site(title=TITLE, version=VERSION, docs_url=None, redoc_url=None)
    app.hot = hot
    for router in routers:
        app.include_router(router)
    app.router.routes.extend(pages)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    problems.install(app)
    return app
