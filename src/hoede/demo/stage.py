"""Sets the stage: a folder with keys, database and list, and every server started in this process."""

import hashlib
import secrets
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hoede.access import all_people, staff
from hoede.access.passkeys import passkeys_of
from hoede.app import Hoede, Workers, build, new_id, rehearsal
from hoede.app.serve import Server, listen, server_config
from hoede.config import parse_config, read_secret
from hoede.db import Transaction
from hoede.demo.plein import Plein, PleinSettings
from hoede.simulators.cybertipline import REHEARSAL, Settings, Simulator
from hoede.simulators.mailbox import Mailbox
from hoede.simulators.pictures import test_card
from hoede.web.pages import STATIC

START_WITHIN_S = 20
STOP_WITHIN_S = 5
DEMO, DESK_ROLES = "demo", ("lead", "administrator", "auditor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that plays, by its address."""

    hoede: Hoede
    hoede_url: str
    plein_url: str
    authority: Simulator

    def desk(self) -> str:
        """Where somebody sits down to judge: a one-time link until they have a passkey, then the sign-in."""
        link = secrets.token_urlsafe(32)
        invited = self.hoede.db.commit(lambda tx: _invited(tx, link))
        return f"{self.hoede_url}/console{f'/invitation/{link}' if invited else ''}"


def _invited(tx: Transaction, link: str) -> bool:
    """Whether the link is for the demo's one person at the desk, who can do everything there."""
    there = all_people(tx.conn)
    if any(passkeys_of(tx.conn, one.id) for one in there):
        return False
    if there:
        staff.invite(tx, there[0].id, link, by=DEMO)
    else:
        staff.add(tx, new_id("per"), link, name="Demo", roles=DESK_ROLES, language="en", by=DEMO)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """0 takes a free one."""

    hoede: int = 0
    plein: int = 0
    authority: int = 0


@contextmanager
def stage(
    folder: Path, ports: Ports, *, patience: Mapping[str, float | int], drawn: Iterable[bytes] = ()
) -> Iterator[Stage]:
    """Start everything over `folder`, which may hold an earlier demo; stop it all at the end.

    `patience` are the retry settings of the configuration: a demo does not wait an hour. The authority's
    stand-in takes the test card and what else was `drawn`, and no other file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    allowed = {hashlib.sha256(one).hexdigest() for one in (test_card(), *drawn)}
    with ExitStack() as stack:
        settings = Settings(allowed=allowed, css=STATIC)
        authority = stack.enter_context(Simulator(settings, folder / "authority.jsonl", port=ports.authority))
        mailbox = stack.enter_context(Mailbox())
        listener, plein_port = listen("127.0.0.1", ports.hoede), _free_port(ports.plein)
        url = f"http://localhost:{listener.getsockname()[1]}"
        config = parse_config(
            rehearsal.settings(
                folder,
                hook=f"http://127.0.0.1:{plein_port}/hooks/hoede",
                authority=authority.api,
                login=(REHEARSAL.name, REHEARSAL.password),
                proofs={"platform-verified": f"http://127.0.0.1:{plein_port}/verify"},
                more={"deployment": "demo", "public_url": url, **_mail(mailbox), **patience},
            )
        )
        api_key = rehearsal.prepare(config, [test_card()])
        plein = Plein(
            PleinSettings(
                folder=folder / "plein",
                hoede_url=config.public_url,
                api_key=api_key,
                webhook_secrets=(read_secret(rehearsal.secret_file(folder)),),
                css=STATIC,
                hoede_public_url=config.public_url,
                again_s=0.5,
            ),
            plein_port,
        )
        links = {"plein": plein.url, "authority": authority.url, "card": "/demo/test-card.png"}
        hoede = build(config, demo_links=links)
        hoede.site.router.routes.insert(0, Route("/demo/test-card.png", _card))
        hoede.site.router.routes.insert(0, Route("/demo/mail", partial(_letters, mailbox)))
        stack.enter_context(_running(hoede, listener))
        stack.enter_context(plein)
        yield Stage(hoede=hoede, hoede_url=config.public_url, plein_url=plein.url, authority=authority)


@contextmanager
def _running(hoede: Hoede, listener: socket.socket) -> Iterator[None]:
    """Hoede in threads of this process, as `serve` runs it."""
    hoede.reader.warm()
    up = threading.Event()
    server = Server(server_config(hoede), up.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="hoede", daemon=True)
    workers = Workers(hoede, hoede.config.serve_workers)
    thread.start()
    if not up.wait(START_WITHIN_S):
        raise RuntimeError("Hoede did not start")
    workers.start()
    try:
        yield
    finally:
        workers.stop(STOP_WITHIN_S)
        server.should_exit = True
        thread.join(STOP_WITHIN_S)
        hoede.close()


def _free_port(port: int) -> int:
    if port:
        return port
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _mail(mailbox: Mailbox) -> dict[str, object]:
    """Letters go to the stand-in, and nowhere else."""
    return {
        "mail_host": "127.0.0.1",
        "mail_port": mailbox.port,
        "mail_security": "none",
        "mail_from": "families@hoede.example",
    }


def _letters(mailbox: Mailbox, request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
    """What the stand-in got, the newest first."""
    told = (f"To: {one.to}\nSubject: {one.subject}\n\n{one.body}" for one in reversed(mailbox.letters))
    return Response("\n----\n\n".join(told) or "No letters yet.", media_type="text/plain")


def _card(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
    return Response(test_card(), media_type="image/png")
