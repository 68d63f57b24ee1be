"""Reads what a form or our own script sends to the console, and no more than that."""

import json
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request

from hoede.core.errors import HoedeError
from hoede.web.visits import Body

LARGEST: Final = 64 * 1024  # bytes; a reason or a passkey needs far less
MOST_FIELDS: Final = 100


class BodyRefused(HoedeError):
    """This was too long, or no form of ours."""

    code = "body-refused"


async def read_body(request: Request) -> Body:
    """The fields or the JSON; raises `BodyRefused`."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST:
            raise BodyRefused
    try:
        return _read(request.headers.get("content-type", ""), content.decode())
    except (ValueError, RecursionError) as error:
        raise BodyRefused from error


def _read(content_type: str, text: str) -> Body:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return Body(json=json.loads(text))
    if kind == "application/x-www-form-urlencoded" or not text:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        return Body({name: [_clean(one) for one in values] for name, values in fields.items()})
    raise ValueError(kind)


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "")
