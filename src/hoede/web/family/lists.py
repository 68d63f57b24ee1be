"""What a guardian sees and never sees of a teen, line by line: the same two lists a teen says yes to."""

from dataclasses import dataclass

from hoede.words import Catalogue


@dataclass(frozen=True, slots=True)
class Visible:
    title: str
    sees: tuple[str, ...]
    never_title: str
    never: tuple[str, ...]


def visible(words: Catalogue, keys: tuple[str, ...], teen: str) -> Visible:
    """`keys` as `seen_list` has them."""
    return Visible(
        title=words.say("family.sees.title", teen=teen),
        sees=tuple(words.say(f"family.sees.{one}", teen=teen) for one in keys),
        never_title=words.say("family.never.title"),
        never=tuple(words.say("family.never.list", teen=teen).split("; ")),
    )
