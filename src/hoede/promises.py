"""The 24 promises and which are kept. Pure, but for reading our own table."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    number: int
    says: str
    scenarios: tuple[str, ...] = ()
    whole: bool = False  # every part of "kept when" has a scenario
    lacks: str = "no scenario yet"

    def kept(self, passed: Collection[str]) -> bool:
        """True only when nothing is lacking and every scenario passed; a skipped one did not."""
        return self.whole and bool(self.scenarios) and all(one in passed for one in self.scenarios)


def all_promises() -> tuple[Promise, ...]:
    text = (files("hoede") / "promises.toml").read_text(encoding="utf-8")
    return tuple(_promise(**table) for table in tomllib.loads(text)["promise"])


def _promise(*, number: int, says: str, scenarios: Collection[str] = (), **more: object) -> Promise:
    return Promise(
        number=number,
        says=says,
        scenarios=tuple(scenarios),
        whole=bool(more.get("whole", False)),
        lacks=str(more.get("lacks", "" if more.get("whole") else "no scenario yet")),
    )
