"""`hoede demo`."""

import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Annotated

import typer

from hoede.app.serve import listen
from hoede.demo.stage import Ports, stage
from hoede.demo.story import PATIENCE, Fault, play
from hoede.logs import start_logs


def demo(
    port: Annotated[int, typer.Option(help="Hoede's port; the others take the next two.")] = 8400,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its things.")] = Path("data/demo"),
    once: Annotated[bool, typer.Option("--once", help="Play the whole story without a browser.")] = False,
    fault: Annotated[Fault | None, typer.Option(help="With --once: something stays broken.")] = None,
) -> None:
    """Hoede, a small platform and an authority's stand-in, all on this machine, with made-up people."""
    start_logs(level="error")
    if once:
        with tempfile.TemporaryDirectory(prefix="hoede-demo-") as own:
            sys.exit(0 if play(Path(own), fault, typer.echo) else 1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # also where a shell had us ignore Ctrl-C
    ports = Ports(hoede=port, plein=port + 1, authority=port + 2)
    for one in (port, port + 1, port + 2):
        listen("127.0.0.1", one).close()  # one that is taken is named before anything starts
    with stage(folder, ports, patience=PATIENCE) as playing:
        typer.echo(f"Hoede          {playing.hoede_url}")
        typer.echo(f"Plein          {playing.plein_url}")
        typer.echo(f"The authority  {playing.authority.url}")
        typer.echo(f"The desk       {playing.desk()}")
        typer.echo(f"The test card  {playing.hoede_url}/demo/test-card.png")
        typer.echo("Everything runs on this machine; people and pictures are made up. Stop with Ctrl-C.")
        wait_for_stop()


def wait_for_stop() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        typer.echo("Stopping.")
