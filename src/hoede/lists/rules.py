"""What a list, a match and a bank are worth. Pure."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from hoede.core.findings import Category, Certainty, DigestKind

THRESHOLD = 31  # of 256 bits; docs/sources.md#pdq
QUALITY_FLOOR = 50
MOST_RESULTS = 20
WIDEST = 64  # a bank that calls half of all pictures alike is a mistake


class Standing(StrEnum):
    """Who stands behind a list's entries."""

    VERIFYING_AUTHORITY = "verifying_authority"  # e.g. NCMEC, IWF: people looked, as their office
    INDUSTRY = "industry"  # another platform's judgment
    SELF_SUBMITTED = "self_submitted"  # StopNCII, Take It Down: nobody verified
    EXPLOITATIVE = "exploitative"  # lawful by itself; never acts alone
    OWN = "own"  # our own judgments


# What people looked at before it came to us.
_VERIFIED = frozenset({Standing.VERIFYING_AUTHORITY, Standing.EXPLOITATIVE, Standing.OWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFacts:
    """A list as a whole."""

    name: str
    source: str  # who gave it, in words
    standing: Standing
    category: Category
    rehearsal: bool  # test entries: load in demo and rehearsal only
    bank: str  # lists matched together under one threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """How lists that are matched together are matched.

    What is near to an entry of a negative bank is known to be harmless: it takes back what other banks
    found near, and an entry of theirs that is equal or near to it is quarantined.
    """

    name: str
    threshold: int = THRESHOLD  # most bits that may differ
    quality_floor: int = QUALITY_FLOOR  # a picture below it is not looked up: it resembles everything
    most_results: int = MOST_RESULTS  # entries named for one picture, the nearest ones
    negative: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= WIDEST:
            raise ValueError(f"a threshold is 0 to {WIDEST} bits, not {self.threshold}")
        if not 0 <= self.quality_floor <= 100:  # noqa: PLR2004 - a quality is a percentage
            raise ValueError(f"a quality floor is 0 to 100, not {self.quality_floor}")
        if self.most_results < 1:
            raise ValueError("at least one result must be allowed")


def strong(kinds: AbstractSet[DigestKind]) -> bool:
    """True when what matched cannot be forged today: SHA-256, or MD5 or SHA-1 with a second fingerprint.

    Source: DESIGN 5; docs/sources.md#digests.
    """
    return DigestKind.SHA256 in kinds or (len(kinds) > 1 and kinds != {DigestKind.PDQ})


def certainty(
    kind: DigestKind, standing: Standing, *, quarantined: bool, sources: int, quorum: int
) -> Certainty:
    """How certain a match is: what one entry says, what its list is worth, and how many others say so too.

    `sources` counts the different sources that stand behind the same digest. An entry in quarantine is
    no more than a hint, whatever its list; a picture that looks alike is never more than likely.
    """
    if quarantined:
        return Certainty.HINT
    if kind is DigestKind.PDQ:
        return Certainty.LIKELY
    agreed = standing is Standing.INDUSTRY and sources >= quorum
    return Certainty.KNOWN if standing in _VERIFIED or agreed else Certainty.LIKELY
