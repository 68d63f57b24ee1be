"""A transcript of what was written, as a file for an authority. Pure."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

COLUMNS: Final = ("at", "from", "to", "channel", "content", "text")
MEDIA_TYPE: Final = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One thing that was written."""

    at: datetime
    sender: str
    receivers: tuple[str, ...]
    channel: str
    content: str  # the platform's id of it
    text: str


def transcript(written: Iterable[Written]) -> bytes:
    """Oldest first, as CSV in UTF-8 with its own first line; the same texts give the same bytes.

    Nothing is changed in a text, so what looks like a formula stays one: open it as text.
    """
    told = io.StringIO()
    lines = csv.writer(told, lineterminator="\n")
    lines.writerow(COLUMNS)
    for one in sorted(written, key=lambda one: (one.at, one.content)):
        when, to = one.at.isoformat(), " ".join(one.receivers)
        lines.writerow((when, one.sender, to, one.channel, one.content, one.text))
    return told.getvalue().encode()
