"""Reads what somebody without an account here sends by a form of ours, and tells whether it is from ours."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request

LARGEST_BODY: Final = 256 * 1024  # bytes; far over what any form needs, so that a long text comes back


async def typed(request: Request) -> Mapping[str, str] | None:
    """The form as it was typed, each field once; None when the body is too large to keep."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    return {name: values[0] for name, values in fields.items()}


def came_from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site sent this form.

    Our pages send no referrer, so an honest browser may give `null` as origin; that one we take.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "null")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin != "null" and urlsplit(origin).netloc != request.headers.get("host")
