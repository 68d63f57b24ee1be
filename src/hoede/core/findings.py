"""What a detector saw: facts about content, never decisions about people. Pure."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Category(StrEnum):
    CSEA = "csea"
    UNSEEN = "unseen"  # a detector could not look; blindness is a finding too


class Certainty(IntEnum):
    HINT = 1  # worth a look
    LIKELY = 2  # a person should decide
    KNOWN = 3  # equals an entry that people verified before; exact digests only


class DigestKind(StrEnum):
    """Kinds of fingerprint: digests that equal bytes share, and one that pictures look alike by."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    PDQ = "pdq"  # perceptual: compared by distance, never by equality alone

    @property
    def hex_length(self) -> int:
        return {"md5": 32, "sha1": 40, "sha256": 64, "pdq": 64}[self]


EXACT = (DigestKind.MD5, DigestKind.SHA1, DigestKind.SHA256)


@dataclass(frozen=True, slots=True)
class Match:
    """Which list entry content was equal or near to, and by which kind of fingerprint."""

    list_name: str
    entry: str  # the entry's id
    kind: DigestKind
    distance: int = 0  # bits that differ; 0 for exact digests


@dataclass(frozen=True, slots=True)
class Listed:
    """What the lists say of a fingerprint: the entry, its category, and how much it is worth today."""

    match: Match
    category: Category
    certainty: "Certainty"


@dataclass(frozen=True, slots=True)
class Finding:
    detector: str
    category: Category
    certainty: Certainty
    why: str  # one sentence for the moderator; never the content itself
    match: Match | None = None

    def __post_init__(self) -> None:
        if self.certainty is Certainty.KNOWN and self.match is None:
            raise ValueError("nothing is known without a match")
