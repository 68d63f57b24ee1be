"""A scene whose deployment is wiped and restored, while the platform and the authority go on."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.journeys.scene import CARD, Scene
from tests.parts import serving, values

from hoede.app import build, rehearsal, verify_log
from hoede.app.backup import restore_backup, take_backup
from hoede.client import Client
from hoede.config import Config, parse_config, read_secret
from hoede.core.orders import OrderState
from hoede.simulators.cybertipline import Settings, Simulator
from hoede.simulators.platform import Platform


class World:
    """`play` is the deployment as it runs now; `lose` wipes it and restores the backup of before."""

    def __init__(self, folder: Path, bare: Callable[[], str]) -> None:
        self._folder = folder
        self._bare = bare
        self._outside, self._inside = ExitStack(), ExitStack()
        allowed = Settings(allowed={hashlib.sha256(CARD).hexdigest()})
        self.authority = self._outside.enter_context(Simulator(allowed, folder / "authority.jsonl"))
        self._platform = self._outside.enter_context(Platform())
        told = values(folder, platform=self._platform.url, authority=self.authority.api)
        config = parse_config(told | {"database_url": bare()})
        self._key = rehearsal.prepare(config, [CARD])
        self.play = self._run(config)
        self.parked: tuple[str, ...] = ()

    def back_up(self) -> None:
        take_backup(self.play.hoede.config, self._folder / "backup")

    def lose(self) -> None:
        config = self.play.hoede.config
        self._inside.close()
        shutil.rmtree(config.data_folder)
        there = config.model_copy(update={"database_url": self._bare()})
        self.parked = restore_backup(there, self._folder / "backup").parked
        self.play = self._run(there)

    def run_everything(self) -> None:
        """More than once, so that whatever would be tried again was."""
        for _ in range(3):
            self.play.settle()

    def waits(self, account: str) -> bool:
        seen = self.play.order(account, "report")
        return (seen.state, seen.reason, seen.needs_human) == (OrderState.WAITING, "restored", True)

    @property
    def sound(self) -> bool:
        return verify_log(self.play.hoede.db, self.play.hoede.keys).wrong == ()

    def end(self) -> None:
        self._inside.close()
        self._outside.close()

    def _run(self, config: Config) -> Scene:
        self._inside = ExitStack()
        hoede = build(config)
        self._inside.callback(hoede.ballast.let_go)
        self._inside.callback(hoede.close)
        url = f"http://127.0.0.1:{self._inside.enter_context(serving(hoede))}"
        client = self._inside.enter_context(Client(url, self._key, tries=1))
        secret = read_secret(rehearsal.secret_file(self._folder))
        self._platform.start(secret, api_key=self._key, receipts_to=url)
        return Scene(hoede=hoede, url=url, client=client, platform=self._platform, authority=self.authority)


@contextmanager
def world_in(folder: Path, bare: Callable[[], str]) -> Iterator[World]:
    """`bare` gives a database that nobody used."""
    made = World(folder, bare)
    yield made
    made.end()
