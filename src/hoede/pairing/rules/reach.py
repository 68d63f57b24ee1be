"""How many unrelated teens one adult reaches for. Pure."""

from collections.abc import Iterable, Mapping

UNRELATED = 2  # more become a case: a person looks who this is
MOST_TEENS = 6  # of one guardian, before a person looked
MOST_GUARDIANS = 2  # of one teen

Teen = tuple[str, str]  # service, account


def unrelated(reached: Iterable[Teen], others: Mapping[Teen, Iterable[str]]) -> int:
    """How many families the teens belong to: those who share another guardian are of one.

    `others` are each teen's standing guardians besides the one who reaches.
    """
    families: list[set[str]] = []
    alone = 0
    for teen in dict.fromkeys(reached):
        mine = set(others.get(teen, ()))
        if not mine:
            alone += 1
            continue
        touching = [one for one in families if one & mine]
        families = [one for one in families if not one & mine]
        families.append(mine.union(*touching))
    return alone + len(families)
