"""Inputs to begin with: what is right, and what strangers made to break us."""

from collections.abc import Iterator

from tests.fuzz.targets import FORMS
from tests.lists.hostile import list_files
from tests.media.hostile import WHOLE

BODY = (
    b'--b\r\nContent-Disposition: form-data; name="event"\r\n\r\n{"id": "1"}\r\n'
    b'--b\r\nContent-Disposition: form-data; name="media"; filename="m"\r\n\r\n\x89PNG\r\n--b--\r\n'
)


def seeds(target: str) -> Iterator[bytes]:
    """Those of one target."""
    if target == "list-file":
        for one in list_files():
            yield bytes([FORMS.index(one.form)]) + one.make()
    elif target == "multipart":
        yield b"\x00" + BODY
        yield b"\x06" + BODY.replace(b"event", b"media", 1)
        yield b"\x02" + BODY[:-9]
    elif target == "json-body":
        yield from (b'{"id": "1"}', b"[" * 100, b'{"a": 1e999}')
    else:
        yield from WHOLE.values()
