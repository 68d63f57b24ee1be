"""One object's encryption: AES-256-GCM in segments, so that any size streams. Pure but for the key given.

Segment i is sealed under a nonce that holds i and whether it is the last, and bound to the object's id:
segments cannot be cut off, swapped, or moved between objects. A key serves one object only, so a
counter is a safe nonce.
"""

from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SEGMENT_BYTES = 1 << 20
TAG_BYTES = 16
MAGIC = b"hoede-evidence/1\n"


def encrypt(chunks: Iterable[bytes], key: bytes, object_id: str) -> Iterator[bytes]:
    """The magic line, then sealed segments; an empty object has one empty segment."""
    cipher, about = AESGCM(key), object_id.encode()
    yield MAGIC
    held: bytes | None = None
    number = 0
    for segment in _segments(chunks, SEGMENT_BYTES):
        if held is not None:
            yield cipher.encrypt(_nonce(number, last=False), held, about)
            number += 1
        held = segment
    yield cipher.encrypt(_nonce(number, last=True), held or b"", about)


def decrypt(chunks: Iterable[bytes], key: bytes, object_id: str) -> Iterator[bytes]:
    """The plain bytes; `ValueError` at the first segment that is not as it was sealed."""
    cipher, about = AESGCM(key), object_id.encode()
    stream = _without_magic(chunks)
    held: bytes | None = None
    number = 0
    for segment in _segments(stream, SEGMENT_BYTES + TAG_BYTES):
        if held is not None:
            yield _opened(cipher, held, about, _nonce(number, last=False))
            number += 1
        held = segment
    yield _opened(cipher, held or b"", about, _nonce(number, last=True))


def _opened(cipher: AESGCM, sealed: bytes, about: bytes, nonce: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, sealed, about)
    except InvalidTag as error:
        raise ValueError("the sealed copy is not as it was sealed") from error


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _without_magic(chunks: Iterable[bytes]) -> Iterator[bytes]:
    head = b""
    rest = iter(chunks)
    while len(head) < len(MAGIC) and (chunk := next(rest, None)) is not None:
        head += chunk
    if not head.startswith(MAGIC):
        raise ValueError("this is no sealed copy")
    yield head[len(MAGIC) :]
    yield from rest


def _segments(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size`, the last one shorter or as long."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)
