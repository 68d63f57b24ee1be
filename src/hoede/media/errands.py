"""What a child that fetches is asked, and how it can end. Pure; both sides of the line read it."""

from dataclasses import dataclass
from enum import StrEnum

PIECE_BYTES = 64 * 1024  # of the body, in one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One GET over a line that is open already."""

    family: int  # of the line's addresses
    secure: bool
    name: str  # what the certificate must be for
    authority: str  # what the header `Host` says
    target: str
    most_bytes: int
    within_s: float  # for all of it
    idle_s: float  # between two signs of life


class Trouble(StrEnum):
    """Why nothing whole came back. Another try may fare better."""

    NAME = "name-unknown"
    UNREACHED = "unreached"
    UNTRUSTED = "untrusted"
    SECURITY = "no-tls"
    SLOW = "too-slow"
    CUT = "cut-off"
    NOT_HTTP = "not-http"
    STATUS = "status"
    ENCODED = "encoded"
    NO_LENGTH = "no-length"
    TOO_LARGE = "too-large"
    MOVED = "moved-too-often"
    CHILD = "child"

    @property
    def says(self) -> str:
        return _SAYS[self]


_SAYS = {
    Trouble.NAME: "the host's name does not resolve",
    Trouble.UNREACHED: "the host does not take the connection",
    Trouble.UNTRUSTED: "the host's certificate is not for this name, or nobody we trust vouches for it",
    Trouble.SECURITY: "the host does not speak TLS 1.2 or newer",
    Trouble.SLOW: "it took too long",
    Trouble.CUT: "the host broke off",
    Trouble.NOT_HTTP: "the answer is not HTTP/1.1 as we read it",
    Trouble.STATUS: "the host did not answer 200",
    Trouble.ENCODED: "the answer is compressed, which was not asked for",
    Trouble.NO_LENGTH: "the answer tells neither its length nor its end",
    Trouble.TOO_LARGE: "it is larger than this deployment takes",
    Trouble.MOVED: "the host redirects too often",
    Trouble.CHILD: "our own fetcher broke",
}
