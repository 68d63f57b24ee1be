"""Other people's programs to measure beside, installed by `pip install -r requirements/bench.in` only."""

import importlib
import importlib.metadata
from typing import Any

from hoede.core.errors import HoedeError


class PeersMissing(HoedeError):
    """The programs to measure beside are not installed."""

    code = "bench-peers-missing"


def peer(module: str) -> Any:
    """A peer's module, or `PeersMissing`."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise PeersMissing(f"{module} is not there; pip install -r requirements/bench.in") from error


def named(package: str, what: str) -> str:
    return f"{package} {importlib.metadata.version(package)} {what}"
