"""Texts of packs by the names people give: an id of ours, or a file that ends in .toml."""

from collections.abc import Iterable
from pathlib import Path

from hoede.config import ConfigError
from hoede.policy.shipped import shipped_text


def texts_named(names: Iterable[str]) -> list[str]:
    """The texts in order. Raises `PackUnknown`, or `ConfigError` for a file that cannot be read."""
    return [_text(name) for name in names]


def _text(name: str) -> str:
    if not name.endswith(".toml"):
        return shipped_text(name)
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"The pack {name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The pack {name} is not UTF-8. Save it as UTF-8.") from error
