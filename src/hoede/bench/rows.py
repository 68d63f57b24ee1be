"""One figure of a bench, and the document of all."""

import os
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Peer fields are empty where nobody else publishes the like."""

    name: str
    unit: str
    ours: float
    target: str
    spread: str
    peer_name: str | None = None
    peer: float | None = None
    ratio: float | None = None


def document(rows: list[Row]) -> dict[str, Any]:
    """The JSON every bench prints."""
    python = platform.python_version()
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {python}"
    return {"machine": machine, "commit": commit(), "rows": [asdict(row) for row in rows]}


def commit() -> str | None:
    """The commit of the checkout we run in, when there is one."""
    git = shutil.which("git")
    if git is None:
        return None
    asked = [git, "-C", str(Path(__file__).parent), "rev-parse", "--short=12", "HEAD"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - git and our own folder
    return said.stdout.strip() or None


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: list[float]) -> str:
    """Least, median and most, for people."""
    least, middle, most = min(values), percentile(values, 0.5), max(values)
    return f"min {least:.3g}, median {middle:.3g}, max {most:.3g}, n {len(values)}"
