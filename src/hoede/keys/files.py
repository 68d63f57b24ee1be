"""Keys in a folder of their own, apart from the data; replaced there while processes run."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hoede.keys import folder as files
from hoede.keys.folder import LOG, LOG_NEXT, NAMES, NAMES_KEY, VAULT, KeysMissing
from hoede.keys.port import Unwrappable, Wrapped

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class _Held:
    """The keys as they were when the folder was read last; one value, so that threads see one moment."""

    mark: tuple[int, int] | None  # of the file that wraps
    wraps_with: str
    vault: Mapping[str, AESGCM]
    signs_with: bytes
    log: Mapping[bytes, Ed25519PrivateKey]


class FileKeys:
    """The keys in `folder`. Raises `KeysMissing` or `KeysUnsafe`, naming the file.

    A key that was replaced is found without a restart: the file that wraps is looked at before each
    wrapping, and the folder is read anew when a key is asked for that is not known.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = self._look()
        self.names = files.read_key(folder / NAMES_KEY)

    @staticmethod
    def create(folder: Path) -> None:
        """Make new keys in a folder that has none; existing keys are never touched."""
        files.make_keys(folder)

    @staticmethod
    def absent(folder: Path) -> bool:
        """True when no key is there at all."""
        return not any((folder / name).exists() for name in NAMES)

    def wrap(self, data_key: bytes, about: bytes) -> Wrapped:
        held = self._held
        if self._mark() not in {None, held.mark}:
            held = self._anew()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return Wrapped(held.wraps_with, nonce + held.vault[held.wraps_with].encrypt(nonce, data_key, about))

    def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        cipher = self._held.vault.get(wrapped.key_id) or self._anew().vault.get(wrapped.key_id)
        nonce, sealed = wrapped.sealed[:_NONCE_BYTES], wrapped.sealed[_NONCE_BYTES:]
        if cipher is None or not nonce:
            raise Unwrappable(key_id=wrapped.key_id)
        try:
            return cipher.decrypt(nonce, sealed, about)
        except InvalidTag as error:
            raise Unwrappable(key_id=wrapped.key_id) from error

    def sign(self, message: bytes, by: bytes | None = None) -> bytes:
        """Sign with the log's key, or with the one whose public half is `by`; `KeysMissing` without it."""
        private = self._signing(by or self._held.signs_with)
        if private is None:
            raise KeysMissing(
                "The key in force for the log is not in the key folder. Put the newest copy of it in place."
            )
        return private.sign(message)

    @property
    def log_key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self._held.signs_with)

    def signs_as(self, public: bytes) -> bool:
        """Whether the key with this public half is in the folder, in force or as the successor."""
        return self._signing(public) is not None

    @property
    def log_keys(self) -> frozenset[bytes]:
        """Public halves of the keys that can sign: the one in force, and its successor where there is one."""
        return frozenset(self._held.log)

    @property
    def vault_id(self) -> str:
        """Of the key that wraps."""
        return self._held.wraps_with

    @property
    def vault_ids(self) -> frozenset[str]:
        """Of every key that unwraps."""
        return frozenset(self._held.vault)

    def fingerprint(self) -> str:
        """Of the key that is never replaced: every id of the database follows from it."""
        return hashlib.sha256(b"hoede names" + self.names).hexdigest()

    def fingerprint_before_rotation(self) -> str:
        """As databases held it before keys could be replaced."""
        mixed = b"hoede keys" + self.names + self.vault_id.encode() + self._held.signs_with
        return hashlib.sha256(mixed).hexdigest()

    def look_again(self) -> None:
        """Read the folder anew, after it was changed by us."""
        self._held = self._look()

    def _signing(self, public: bytes) -> Ed25519PrivateKey | None:
        return self._held.log.get(public) or self._anew().log.get(public)

    def _anew(self) -> _Held:
        """The folder as it is now; what was held stays known, for whoever is at it."""
        before, now = self._held, self._look()
        self._held = _Held(
            mark=now.mark,
            wraps_with=now.wraps_with,
            vault={**before.vault, **now.vault},
            signs_with=now.signs_with,
            log={**before.log, **now.log},
        )
        return self._held

    def _look(self) -> _Held:
        mark = self._mark()  # before the file: one that is replaced in between is looked at again
        vault, log = (files.read_key(self._folder / name) for name in (VAULT, LOG))
        signing = (log, files.read_if_there(self._folder / LOG_NEXT))
        private = [Ed25519PrivateKey.from_private_bytes(one) for one in signing if one is not None]
        return _Held(
            mark=mark,
            wraps_with=files.vault_id(vault),
            vault={files.vault_id(one): AESGCM(one) for one in (vault, *files.older_vaults(self._folder))},
            signs_with=private[0].public_key().public_bytes_raw(),
            log={one.public_key().public_bytes_raw(): one for one in private},
        )

    def _mark(self) -> tuple[int, int] | None:
        """Which file wraps; None when it cannot be told, and then what is held goes on."""
        try:
            told = (self._folder / VAULT).stat()
        except OSError:
            return None
        return told.st_ino, told.st_mtime_ns
