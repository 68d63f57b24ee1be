"""The kinds of time that come with the package."""

from functools import cache
from importlib.resources import files

from hoede.usage.rules import Kinds, parse_kinds


@cache
def shipped_kinds() -> Kinds:
    return parse_kinds((files("hoede") / "usage" / "kinds.toml").read_text(encoding="utf-8"))
