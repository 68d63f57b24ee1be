"""A hold on the wire: byte for byte the same answer, whatever was found or could not be looked at."""

import hashlib
import json
import re
import socket
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from tests.parts import fresh, import_list, serving
from tests.pictures import drawn, encoded
from tests.plugins.hoede_trigger import DAWDLE, FAIL
from tests.web.api import HARMLESS, Api, event
from tests.web.conftest import OpenApi

from hoede.simulators.pictures import test_card as the_card

PATIENCE_S = 10
DATE, HOLD = re.compile(rb"date: [^\r]+"), re.compile(rb'"hold":"ord_[0-9a-z]+"')
PICTURE = drawn(7)
Told = tuple[dict[str, Any], bytes]


def known(api: Api) -> Told:
    return event(), the_card()


def suspected(api: Api) -> Told:
    media = fresh("suspected").encode()
    import_list(
        api.hoede.db, fresh("md5s"), f"md5\n{hashlib.md5(media, usedforsecurity=False).hexdigest()}\n"
    )
    return event(), media


def near(api: Api) -> Told:
    """A copy that looks like a listed picture."""
    with tempfile.TemporaryFile() as file:
        file.write(encoded(PICTURE))
        file.flush()
        (frame,) = api.hoede.reader.look(file.fileno()).frames
    import_list(api.hoede.db, fresh("pictures"), f"pdq\n{frame.pdq[0].hex()}\n")
    api.hoede.rescan.nearby.refresh()
    return event(), encoded(PICTURE, "JPEG", quality=70)


def blind(api: Api) -> Told:
    return event(text=FAIL), HARMLESS


def slow(api: Api) -> Told:
    return event(text=DAWDLE), HARMLESS


@pytest.fixture
def api(open_api: OpenApi) -> Api:
    return open_api(look_within_ms=300)


def raw(api: Api, port: int, told: dict[str, Any], media: bytes) -> bytes:
    """All bytes of the answer."""
    head = b'--line\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    body = (
        head % b"event" + json.dumps(told).encode() + b"\r\n" + head % b"media" + media + b"\r\n--line--\r\n"
    )
    lines = ["POST /v1/events HTTP/1.1", "Host: hoede", "Connection: close", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: multipart/form-data; boundary=line"]
    lines += [f"{name}: {value}" for name, value in api.headers().items()]
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.mark.parametrize("other", [suspected, near, blind, slow])
def test_every_byte_but_the_date_and_the_id_is_the_same(api: Api, other: Callable[[Api], Told]) -> None:
    with serving(api.hoede) as port:
        one, two = (raw(api, port, *kind(api)) for kind in (known, other))
    assert len(HOLD.findall(one)) == len(HOLD.findall(two)) == 1
    assert len(one) == len(two)
    assert HOLD.sub(b"", DATE.sub(b"", one)) == HOLD.sub(b"", DATE.sub(b"", two))
