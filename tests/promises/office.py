"""Two people whose work is policy, at the machine of a service that runs."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.parts import toml
from tests.promises.asking import somebody
from typer.testing import CliRunner

from hoede.access import staff
from hoede.app import new_id
from hoede.cli import app
from hoede.client import Client, PermitAnswer
from hoede.demo.stage import Stage
from hoede.policy import Attempt, Permit, born_side, decide
from hoede.policy.shipped import shipped_text


class Office:
    """Commands at the machine, and what the service answers: by its library, and to a platform over HTTP."""

    def __init__(self, playing: Stage, platform: Client, folder: Path) -> None:
        self.playing, self.platform, self.file = playing, platform, folder / "hoede.toml"
        self.teen = somebody(platform, self.born)
        told = json.loads(playing.hoede.config.model_dump_json(exclude_none=True))
        self.file.write_text(toml(told))
        self.anna, self.bas = self._person("Anna"), self._person("Bas")

    def run(self, *words: str | Path) -> Any:
        done = CliRunner().invoke(app, ["--config", str(self.file), "policy", *map(str, words), "--json"])
        assert done.exit_code == 0, done.exception
        return json.loads(done.stdout)

    @property
    def born(self) -> date:
        """The birthday of somebody who is 16."""
        return date(self.playing.hoede.db.now().year - 16, 1, 1)

    def asked(self) -> PermitAnswer:
        """What the running service answers a platform about a sixteen-year-old who wants to go live."""
        return self.platform.permit(self.teen, "go_live")

    def permit(self) -> Permit:
        """The same by the library, with the policy that the service has in force."""
        now = self.playing.hoede.db.now()
        side = born_side(self.born, now, zones=("Europe/Amsterdam",), country="NL")
        return decide(self.playing.hoede.policy.policy(), side, Attempt(what="go_live"), now)

    def _person(self, name: str) -> str:
        person, link = new_id("per"), new_id("lnk")
        self.playing.hoede.db.commit(
            lambda tx: staff.add(tx, person, link, name=name, roles=("policy",), language="en", by="a-test")
        )
        return person


@pytest.fixture
def office(playing: Stage, platform: Client, tmp_path: Path) -> Iterator[Office]:
    """Whatever a scenario left in force is taken back by its end."""
    yield (made := Office(playing, platform, tmp_path))
    for version in made.run("show")["versions"][::-1]:
        if version["state"] in {"proposed", "shadow", "planned"}:
            made.run("withdraw", version["version"], "--why", "The end of a test.", "--by", made.bas)


def with_a_mode_for_children(folder: Path) -> Path:
    """Our baseline, but that those under 13 have a mode of their own."""
    text = shipped_text("hoede-baseline").replace('version = "1.0.0"', 'version = "1.1.0"')
    file = folder / "children.toml"
    file.write_text(text.replace('under_minimum = "refuse"', 'under_minimum = "child_mode"'))
    return file


def stricter(folder: Path) -> Path:
    """Our baseline, but that nobody under 18 goes live."""
    text = shipped_text("hoede-baseline").replace('version = "1.0.0"', 'version = "1.1.0"')
    row = '[[limit]]\nsetting = "live.host"\nbands = ["under-13", "13-15", "16-17"]\nstep = "off"\n'
    source = 'source = "docs/sources.md#house-baseline"\n'
    file = folder / "stricter.toml"
    file.write_text(without(text, "live.host") + "\n" + row + source)
    return file


def without(text: str, setting: str) -> str:
    """The pack without its rows of one setting."""
    head, *rows = text.split("\n[[")
    return "\n[[".join([head, *(one for one in rows if f'setting = "{setting}"' not in one)])
