"""What is fuzzed, one function each: bytes in, and only the refusals that we document may come out.

Each also holds a law that any input must keep; `run.py` drives them by coverage, `test_targets.py` a little
in every check.
"""

import io
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from hoede.lists.reader import ListFileError, read_lines
from hoede.media import MediaTooLarge
from hoede.media.formats import form_of
from hoede.media.headers import read_header
from hoede.web.upload import BodyEmpty, BodyNotUnderstood, BodyTruncated, EventForm, Spool, parse_event

FORMS = ("csv", "jsonl", "text", "pdq")
HEAD_BYTES, MOST_BYTES = 64, 4096
FOLDER = Path(tempfile.gettempdir())
REFUSALS = (BodyNotUnderstood, BodyTruncated, BodyEmpty, MediaTooLarge)
HEXADECIMAL = frozenset("0123456789abcdef")


def list_file(data: bytes) -> None:
    """A list file of the form that the first byte picks: read whole, and the same when written again."""
    form, text = FORMS[(data[:1] or b"\0")[0] % len(FORMS)], data[1:].decode("utf-8", "surrogateescape")
    try:
        lines = read_lines(text, form)
    except ListFileError:
        return
    for line in lines:
        assert line.digests
        for kind, digest in line.digests.items():
            assert len(digest) == kind.hex_length
            assert HEXADECIMAL.issuperset(digest)
    told = [
        {kind.value: digest for kind, digest in line.digests.items()}
        | ({"id": line.source_id} if line.source_id else {})
        for line in lines
    ]
    again = read_lines("\n".join(map(json.dumps, told)), "jsonl")
    assert [(one.digests, one.source_id) for one in again] == [(one.digests, one.source_id) for one in lines]


def multipart(data: bytes) -> None:
    """An upload's body: the same whole as in pieces of a size that the first byte says, or refused both ways.

    Where a broken body is noticed may differ, and so may the words.
    """
    piece, body = (data[:1] or b"\0")[0] % 32 + 1, data[1:]
    pieces = [body[at : at + piece] for at in range(0, len(body), piece)]
    assert _outcome([body]) == _outcome(pieces)


def _outcome(pieces: list[bytes]) -> object:
    with Spool(FOLDER, MOST_BYTES) as spool:
        form = EventForm(b"b", spool)
        try:
            for piece in pieces:
                form.feed(piece)
            event, with_media = form.close()
        except REFUSALS:
            return "refused"
        return repr(event), with_media, spool.size, dict(spool.digests)


def json_body(data: bytes) -> None:
    """A body of JSON alone."""
    try:
        parse_event(data)
    except (BodyNotUnderstood, BodyEmpty):
        return


def media_front(data: bytes) -> None:
    """What is judged of a file before anything is decoded: its form, and what its header tells."""
    form = form_of(data[:HEAD_BYTES])
    try:
        header = read_header(form, io.BytesIO(data))
    except ValueError:
        return
    if header is not None:
        assert header.width > 0
        assert header.height > 0
        assert header.frames is None or header.frames >= 0


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "list-file": list_file,
    "multipart": multipart,
    "json-body": json_body,
    "media-front": media_front,
}
