"""The authority's stand-in over real HTTP, and what an adapter is told of it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hoede.reporting import AuthoritySettings
from hoede.simulators.cybertipline import Settings, Simulator, VirtualClock

CARDS = (b"a test card, nothing else", b"another test card " * 9000)


@pytest.fixture
def cards() -> tuple[bytes, ...]:
    """Harmless contents that the stand-in takes."""
    return CARDS


@pytest.fixture
def sim(tmp_path: Path, clock: VirtualClock) -> Iterator[Simulator]:
    settings = Settings(allowed={hashlib.sha256(card).hexdigest() for card in CARDS})
    with Simulator(settings, tmp_path / "ledger.jsonl", clock=clock) as simulator:
        yield simulator


@pytest.fixture
def settings() -> AuthoritySettings:
    """As an operator who fills in everything."""
    return AuthoritySettings(
        url="http://127.0.0.1:9",  # nothing listens there
        user="rehearsal",
        password="rehearsal",
        production=False,
        timeout_s=5,
        reporter_first_name="Mira",
        reporter_last_name="Desk",
        reporter_email="desk@plein.example",
        company_template="Plein, Square 1, Utrecht",
        legal_url="https://plein.example/legal",
    )
