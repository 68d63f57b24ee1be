"""What the house asks of a key provider, be it a folder, an HSM or a cloud service."""

from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hoede.core.errors import HoedeError


class Unwrappable(HoedeError):
    """This key was not wrapped by any of our keys, or was changed since."""

    code = "key-unwrappable"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key under a key-encryption key."""

    key_id: str
    sealed: bytes


class KeyProvider(Protocol):
    """Keeps the long-lived keys; they never leave it but for `names`."""

    names: bytes  # 32 bytes: makes ids and log commitments opaque

    def wrap(self, data_key: bytes, about: bytes) -> Wrapped:
        """Wrap a data key; `about` (the object's id) is bound to it."""

    def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        """The data key, or `Unwrappable`."""

    def sign(self, message: bytes, by: bytes | None = None) -> bytes:
        """Ed25519 signature by the log's key, or by the one whose public half is `by`."""

    @property
    def log_key(self) -> Ed25519PublicKey: ...

    def fingerprint(self) -> str:
        """Tells one set of keys from another, and tells nothing else."""
