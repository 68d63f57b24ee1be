"""Plein's composition: everything is built here."""

import secrets
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from hoede.client import Client
from hoede.demo.plein.acting import Acting
from hoede.demo.plein.admin import Admin
from hoede.demo.plein.database import Database
from hoede.demo.plein.guard import Guard
from hoede.demo.plein.hook import Hook
from hoede.demo.plein.joining import Joining
from hoede.demo.plein.pages import Pages
from hoede.demo.plein.phones import Phones
from hoede.demo.plein.pictures import Pictures
from hoede.demo.plein.posting import Posting
from hoede.demo.plein.reading import Reading
from hoede.demo.plein.reporting import Reporting
from hoede.demo.plein.rounds import Rounds
from hoede.demo.plein.settings import PleinSettings
from hoede.demo.plein.square import Square
from hoede.demo.plein.telling import Telling
from hoede.demo.plein.using import Beats, Using

STATIC = Path(__file__).parent / "static"


def utc_now() -> datetime:
    return datetime.now(UTC)


def random_id() -> str:
    """128 random bits: nobody guesses a session or the address of a picture."""
    return secrets.token_hex(16)


def create_app(
    settings: PleinSettings, *, now: Callable[[], datetime] = utc_now, new_id: Callable[[], str] = random_id
) -> FastAPI:
    """Return Plein as an app; its rounds run, and its calls end, with the app's lifespan."""
    hoede = Client(settings.hoede_url, settings.api_key, timeout_s=settings.timeout_s)
    # Somebody waits for what is asked: one try, and no long one.
    asked = Client(settings.hoede_url, settings.api_key, timeout_s=settings.timeout_s, tries=1)
    square = _square(settings, hoede, asked, now, new_id)
    beats = Beats(asked, square.database)  # a round tries again, and then says for how long it waited
    beats_round = Rounds("plein-beats", beats.pass_on, settings.again_s)
    app = FastAPI(
        title="Plein",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(square, hoede, beats_round),
    )
    for part in (Reading, Joining, Posting, Acting, Reporting, Hook, Admin):
        app.include_router(part(square).routes())
    app.include_router(Using(square, beats).routes())
    app.include_router(Phones(square, beats).routes())
    app.add_exception_handler(404, Reading(square).missing)
    app.mount("/css", StaticFiles(directory=settings.css))
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Guard)
    return app


def _square(
    settings: PleinSettings,
    hoede: Client,
    asked: Client,
    now: Callable[[], datetime],
    new_id: Callable[[], str],
) -> Square:
    pictures = Pictures(settings.folder / "pictures")  # makes the folder, too
    database = Database(settings.folder / "plein.db")
    telling = Telling(hoede, database, pictures, now, settings.again_s)
    return Square(
        settings=settings,
        hoede=asked,
        database=database,
        pictures=pictures,
        pages=Pages(settings.hoede_public_url),
        telling=telling,
        posts_round=Rounds("plein-posts", telling.tell_what_waits, settings.again_s),
        receipts_round=Rounds("plein-receipts", telling.send_receipts, settings.again_s),
        now=now,
        new_id=new_id,
        outage=threading.Event(),
    )


def _lifespan(
    square: Square, hoede: Client, beats_round: Rounds
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # A thread for each: a slow upload must not keep a receipt waiting.
        rounds = (square.posts_round, square.receipts_round, beats_round)
        for one in rounds:
            one.start()
        yield
        square.telling.stopping.set()
        for one in rounds:
            await run_in_threadpool(one.stop)
        hoede.close()
        square.hoede.close()

    return lifespan
