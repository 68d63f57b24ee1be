"""Running commands as somebody at a desk would: what they print, and how they end."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.parts import toml, values
from typer.testing import CliRunner

from hoede.cli import app
from hoede.config import Config, parse_config
from hoede.core.errors import HoedeError


@dataclass(frozen=True, slots=True)
class Ran:
    exit: int
    out: str
    error: HoedeError | None  # what `main` prints as one line

    @property
    def code(self) -> str | None:
        return self.error.code if self.error else None

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with a configuration file; commands run against it in this process."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "hoede.toml"

    @property
    def config(self) -> Config:
        return parse_config(values(self.folder))

    def configure(self, **more: Any) -> None:
        self.file.write_text(toml(values(self.folder) | more))

    def run(self, *words: str | Path) -> Ran:
        done = CliRunner().invoke(app, ["--config", str(self.file), *map(str, words)])
        error = done.exception if isinstance(done.exception, HoedeError) else None
        if done.exception and not isinstance(done.exception, (HoedeError, SystemExit)):
            raise done.exception
        return Ran(done.exit_code, done.stdout, error)

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content)
        return path
