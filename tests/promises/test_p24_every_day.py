"""P24: policy is strengthened every day: simulated, by two people, dated, no deploy, and one step back."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.parts import toml, until
from typer.testing import CliRunner

from hoede.access import staff
from hoede.app import new_id
from hoede.cli import app
from hoede.demo.stage import Stage
from hoede.policy import Answer, Attempt, Permit, born_side, decide
from hoede.policy.shipped import shipped_text


class Office:
    """Commands at the machine of a service that runs, by two people whose work is policy."""

    def __init__(self, playing: Stage, folder: Path) -> None:
        self.playing, self.file = playing, folder / "hoede.toml"
        told = json.loads(playing.hoede.config.model_dump_json(exclude_none=True))
        self.file.write_text(toml(told))
        self.anna, self.bas = self._person("Anna"), self._person("Bas")

    def run(self, *words: str | Path) -> Any:
        done = CliRunner().invoke(app, ["--config", str(self.file), "policy", *map(str, words), "--json"])
        assert done.exit_code == 0, done.exception
        return json.loads(done.stdout)

    def permit(self) -> Permit:
        """What the running service answers a sixteen-year-old who wants to go live, by its version of now."""
        now = self.playing.hoede.db.now()
        born = date(now.year - 16, 1, 1)
        side = born_side(born, now, zones=("Europe/Amsterdam",), country="NL")
        return decide(self.playing.hoede.policy.policy(), side, Attempt(what="go_live"), now)

    def _person(self, name: str) -> str:
        person, link = new_id("per"), new_id("lnk")
        self.playing.hoede.db.commit(
            lambda tx: staff.add(tx, person, link, name=name, roles=("policy",), language="en", by="a-test")
        )
        return person


@pytest.fixture
def office(playing: Stage, tmp_path: Path) -> Iterator[Office]:
    """Whatever a scenario left in force is taken back by its end."""
    yield (made := Office(playing, tmp_path))
    for version in made.run("show")["versions"][::-1]:
        if version["state"] in {"proposed", "shadow", "planned"}:
            made.run("withdraw", version["version"], "--why", "The end of a test.", "--by", made.bas)


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


@pytest.mark.promise(24, "proposed-agreed-in-force-and-rolled-back")
def test_a_version_by_two_counts_without_a_deploy_and_goes_by_one_command(
    office: Office, tmp_path: Path
) -> None:
    before, draft = office.permit(), stricter(tmp_path)
    assert before.answer is not Answer.REFUSED
    tried = office.run("simulate", draft, "--accounts", "2000")
    assert any(one["newly_refused"] for one in tried["figures"] if one["what"] == "go_live")
    made = office.run("propose", draft, "--why", "Live at 16 went wrong.", "--by", office.anna)
    assert office.permit() == before
    office.run("approve", made["version"], "--by", office.bas)
    until(lambda: office.permit().answer is Answer.REFUSED)
    assert [one for one in office.permit().packs if one.startswith("hoede-baseline@1.1.0+")]
    changed_at = datetime.now(UTC)
    back = office.run("rollback", "--why", "It was too much.", "--by", office.anna)
    until(lambda: office.permit() == before)
    office.run("approve", back["version"], "--by", office.bas)
    proved = office.run("show", "--at", changed_at.isoformat())
    assert (proved["in_force"]["version"], proved["proved"]) == (made["version"], True)


@pytest.mark.promise(24, "a-version-begins-on-its-day")
def test_a_version_begins_on_its_day_and_no_sooner(office: Office, tmp_path: Path) -> None:
    before, day = office.permit(), datetime.now(UTC).date() + timedelta(days=30)
    words = ("--why", "From next month on.", "--from", day.isoformat(), "--by", office.anna)
    made = office.run("propose", stricter(tmp_path), *words)
    office.run("approve", made["version"], "--by", office.bas)
    eve = datetime.combine(day - timedelta(days=1), datetime.max.time(), UTC)
    told = [
        office.run("show", "--at", at)["in_force"]["version"] for at in (eve.isoformat(), day.isoformat())
    ]
    assert (told[0] < told[1], told[1], office.permit()) == (True, made["version"], before)
