"""Hand-overs by command, beside a running service."""

from collections.abc import Iterator
from contextlib import contextmanager

from hoede.app.build import open_database
from hoede.app.outside import build_hand_over
from hoede.config import Config
from hoede.evidence import LocalDisk, Vault
from hoede.flow.hand_over import HandOver


@contextmanager
def open_hand_over(config: Config) -> Iterator[HandOver]:
    db, keys = open_database(config)
    try:
        yield build_hand_over(config, db, Vault(config.data_folder / "vault", keys, LocalDisk()))
    finally:
        db.close()
