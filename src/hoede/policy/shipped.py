"""The vocabulary and the packs that come with the package, read once."""

import functools
from importlib.resources import files

from hoede.core.errors import HoedeError
from hoede.policy.rules.packs import Pack, read_pack
from hoede.policy.rules.vocabulary import Vocabulary, parse_vocabulary

_PACKS = files("hoede") / "policy" / "packs"


class PackUnknown(HoedeError):
    """There is no such pack."""

    code = "pack-unknown"


@functools.cache
def shipped_vocabulary() -> Vocabulary:
    """All settings."""
    text = (files("hoede") / "policy" / "settings.toml").read_text(encoding="utf-8")
    return parse_vocabulary(text)


@functools.cache
def shipped_pack(name: str) -> Pack:
    """One pack by its id; `PackUnknown` names those there are."""
    return read_pack(shipped_text(name), shipped_vocabulary())


def shipped_text(name: str) -> str:
    """Its text, as it is read and hashed; likewise."""
    if name not in shipped_ids():
        raise PackUnknown(f"There is no pack {name}; there are {', '.join(shipped_ids())}.")
    return (_PACKS / f"{name}.toml").read_text(encoding="utf-8")


@functools.cache
def shipped_ids() -> tuple[str, ...]:
    """The ids of all packs, in order."""
    return tuple(
        sorted(one.name.removesuffix(".toml") for one in _PACKS.iterdir() if one.name.endswith(".toml"))
    )
