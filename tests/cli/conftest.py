"""A desk on an empty folder, and one where a verified adult's upload of the test card was sealed."""

import hashlib
import shutil
import socket
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.cli.desk import Desk
from tests.parts import prepare, settings, values
from tests.web.api import Api, event

from hoede.app import build, open_database
from hoede.config import parse_config
from hoede.simulators.cybertipline import Settings, Simulator
from hoede.simulators.pictures import test_card as the_card

VERIFIED = {"method": "test", "assurance": "verified", "issuer": "test", "as_of": "2026-11-01", "lower": 18}


@pytest.fixture
def bare(tmp_path: Path) -> Desk:
    """Configured, nothing made yet."""
    made = Desk(tmp_path / "hoede")
    made.folder.mkdir()
    made.configure()
    return made


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys and schema and nothing in it; to be copied."""
    folder = tmp_path_factory.mktemp("new")
    db, _ = open_database(settings(folder), create=True)
    db.close()
    return folder


@pytest.fixture
def desk(bare: Desk, new: Path) -> Desk:
    """Migrated."""
    shutil.copytree(new, bare.folder, dirs_exist_ok=True)
    return bare


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a verified adult's card was sealed and reported; to be copied."""
    folder = tmp_path_factory.mktemp("lived")
    allowed = Settings(allowed={hashlib.sha256(the_card()).hexdigest()})
    with Simulator(allowed, folder / "authority.jsonl") as authority:
        config = parse_config(values(folder, authority=authority.api))
        key = prepare(config)
        hoede = build(config)
        with TestClient(hoede.site) as http:
            api = Api(hoede=hoede, key=key, http=http)
            api.put("a", {"age_evidence": [VERIFIED]})
            hold = api.tell(event(account="a"), the_card()).body["hold"]
            api.receipt(hold, {"done": True})
        while any(hoede.carry_out.one(kind) for kind in ("vault", "authority")) or hoede.sequencer.run_once():
            pass
        hoede.close()
        hoede.ballast.let_go()
    return folder


@pytest.fixture
def lived_in(bare: Desk, lived: Path) -> Desk:
    shutil.copytree(lived, bare.folder, dirs_exist_ok=True)
    return bare


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
