"""The community guidelines that come with the package, read once."""

import functools
from importlib.resources import files

from hoede.policy.rules.guidelines import Section, parse_guidelines


def address_for(letter: str, public_url: str) -> str:
    """Where the section stands that this kind of letter points at."""
    key = next(one.key for one in shipped_guidelines() if letter in one.letters)
    return f"{public_url}/guidelines#{key}"


@functools.cache
def shipped_guidelines() -> tuple[Section, ...]:
    """All sections, in the order of the page."""
    return parse_guidelines((files("hoede") / "policy" / "guidelines.toml").read_text(encoding="utf-8"))
