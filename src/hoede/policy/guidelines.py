"""The community guidelines that come with the package, read once."""

import functools
from importlib.resources import files

from hoede.policy.rules.guidelines import Section, parse_guidelines


@functools.cache
def shipped_guidelines() -> tuple[Section, ...]:
    """All sections, in the order of the page."""
    return parse_guidelines((files("hoede") / "policy" / "guidelines.toml").read_text(encoding="utf-8"))
