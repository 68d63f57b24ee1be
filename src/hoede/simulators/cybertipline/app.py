"""The stand-in as one ASGI app: the API, the rehearsal's doors, the pages."""

from datetime import timedelta

from starlette.applications import Starlette
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from hoede.simulators.cybertipline.admin import Admin
from hoede.simulators.cybertipline.clock import VirtualClock
from hoede.simulators.cybertipline.faults import Faults
from hoede.simulators.cybertipline.ispws import Ispws
from hoede.simulators.cybertipline.ledger import Ledger
from hoede.simulators.cybertipline.pages import Pages
from hoede.simulators.cybertipline.settings import Settings
from hoede.simulators.cybertipline.tipline import Tipline
from hoede.simulators.cybertipline.wire import Wire

_LOOPBACK = ["127.0.0.1", "localhost"]  # no other name may lead here, so that no web page can ask by its own


def create_app(
    settings: Settings, ledger: Ledger, clock: VirtualClock, *, faults: Faults | None = None
) -> ASGIApp:
    """The app over a ledger that was opened for it alone."""
    return app_of(open_tipline(settings, ledger, clock), clock, faults or Faults())


def open_tipline(settings: Settings, ledger: Ledger, clock: VirtualClock) -> Tipline:
    """The authority as its ledger left it; the clock is moved so that it never lags the ledger."""
    last = max((entry.at for entry in ledger.entries()), default=clock.now())
    clock.advance(max(last - clock.now(), timedelta()))
    return Tipline(settings, ledger, clock)


def app_of(tipline: Tipline, clock: VirtualClock, faults: Faults) -> ASGIApp:
    settings = tipline.settings
    routes: list[BaseRoute] = [
        Mount("/ispws", routes=Ispws(tipline).routes()),
        Mount("/admin", routes=Admin(tipline, faults, clock).routes()),
        *Pages(tipline).routes(),
    ]
    if settings.css is not None:
        routes.append(Mount("/static", StaticFiles(directory=settings.css)))
    wired = Wire(Starlette(routes=routes), faults, settings.new_hex)
    return TrustedHostMiddleware(wired, allowed_hosts=_LOOPBACK)
