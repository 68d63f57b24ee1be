"""Reads a list file, whole or not at all: CSV with a header, JSON lines, or one fingerprint a line. Pure."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hoede.core.errors import HoedeError
from hoede.core.findings import EXACT, DigestKind

LONGEST_ID = 255  # characters of a source's own id
MOST_NAMED = 20  # bad lines named in one error
LONGEST_QUOTED = 40  # characters of what somebody wrote in place of a key
FEWEST_TO_TELL = 16  # digests from which on it shows that they are of another kind
_BY_LENGTH = {kind.hex_length: kind for kind in EXACT}
_KINDS = {kind.value: kind for kind in DigestKind}
_LENGTHS = {kind: kind.hex_length for kind in DigestKind}
_NAMES = frozenset({*_KINDS, "id"})
_HEX = re.compile(r"[0-9a-fA-F]+")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_WRITABLE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]*")


class ListFileError(HoedeError):
    """Lines of the list file cannot be read; nothing was imported."""

    code = "list-file-invalid"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: its fingerprints, and the source's own id when it has one."""

    number: int
    digests: Mapping[DigestKind, str]  # lower-case hex
    source_id: str | None


def read_lines(text: str, form: str) -> list[Line]:
    """Entries of a file of the form `csv`, `jsonl`, `text` (exact digests) or `pdq`.

    Raises `ListFileError` naming the bad lines by number (the first 20); then nothing is returned.
    Empty lines are passed over, in plain text also what follows a `#`, and in `pdq` what follows a comma
    (other tools write quality and name there).
    """
    readers = {"csv": _from_csv, "jsonl": _from_jsonl, "text": _from_text, "pdq": _from_pdq}
    if form not in readers:
        raise ListFileError(f"Unknown form {form!r}: {', '.join(readers)}.")
    good: list[Line] = []
    bad: list[str] = []
    count = 0
    for number, fields in readers[form](_lines(text)):
        try:
            good.append(_line(number, fields))
        except ValueError as error:
            count += 1
            if count <= MOST_NAMED:
                bad.append(f"line {number}: {error}")
    if bad:
        more = f" and {count - MOST_NAMED} more" if count > MOST_NAMED else ""
        raise ListFileError("Nothing was imported. " + "; ".join(bad) + more, lines=count)
    if not good:
        raise ListFileError("The file holds no entry; nothing was imported.")
    if _look_perceptual(good):
        raise ListFileError("These are PDQ fingerprints, not SHA-256; give --form pdq. Nothing was imported.")
    return good


def _look_perceptual(lines: list[Line]) -> bool:
    """Whether what stands for SHA-256 is PDQ: most of it has half its bits set, others one in twenty."""
    digests = [line.digests[DigestKind.SHA256] for line in lines if DigestKind.SHA256 in line.digests]
    halves = sum(int(digest, 16).bit_count() == len(digest) * 2 for digest in digests)
    return len(digests) >= FEWEST_TO_TELL and 2 * halves > len(digests)


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends, of which there are three; whatever else looks like one belongs to its line."""
    return (found.group() for found in _LINE.finditer(text))


Fields = Mapping[str, object] | str


def _from_csv(lines: Iterator[str]) -> Iterator[tuple[int, Fields]]:
    rows = csv.reader(lines, strict=True)
    try:
        names = next((row for row in rows if row), [])
    except csv.Error as error:
        raise ListFileError(f"line 1: {error}. Nothing was imported.") from error
    _check_header(names)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield rows.line_num, f"!{error}"
            continue
        if row is None:
            return
        if len(row) > len(names):
            yield rows.line_num, "!more cells than columns"
        elif row:
            yield rows.line_num, {name: cell for name, cell in zip(names, row, strict=False) if cell}


def _check_header(names: list[str]) -> None:
    if unknown := set(names) - _NAMES:
        raise ListFileError(
            f"Unknown column {_quoted(unknown)}: {', '.join(DigestKind)}, id. Nothing was imported."
        )
    if len(set(names)) < len(names):
        raise ListFileError("line 1: two columns have the same name. Nothing was imported.")


def _from_jsonl(lines: Iterator[str]) -> Iterator[tuple[int, Fields]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line, object_pairs_hook=_once)
        except _TwiceError:
            yield number, "!a key stands there twice"
            continue
        except (ValueError, RecursionError):
            yield number, "!not JSON"
            continue
        yield number, fields if isinstance(fields, dict) else "!not a JSON object"


class _TwiceError(ValueError):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys are different; of two digests of one kind nobody knows which counts."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _TwiceError
    return fields


def _from_text(lines: Iterator[str]) -> Iterator[tuple[int, Fields]]:
    for number, line in enumerate(lines, 1):
        if digest := line.partition("#")[0].strip():
            kind = _BY_LENGTH.get(len(digest))
            yield (
                number,
                {kind: digest} if kind else f"!{len(digest)} characters: no digest we know has that length",
            )


def _from_pdq(lines: Iterator[str]) -> Iterator[tuple[int, Fields]]:
    for number, line in enumerate(lines, 1):
        if digest := line.partition("#")[0].partition(",")[0].strip():
            yield number, {DigestKind.PDQ: digest}


def _line(number: int, fields: Fields) -> Line:
    if isinstance(fields, str):
        raise ValueError(fields.removeprefix("!"))  # noqa: TRY004 - a reader's note, not a wrong type
    digests: dict[DigestKind, str] = {}
    for name, value in fields.items():
        kind = _KINDS.get(name)
        if kind is not None and value is not None:
            digests[kind] = _digest(kind, value)
        elif kind is None and name != "id":
            raise ValueError(f"unknown key {_quoted({*fields} - _NAMES)}")
    if not digests:
        raise ValueError("no digest")
    return Line(number, digests, _source_id(fields.get("id")))


def _source_id(told: object) -> str | None:
    """The id as text, or None; whatever it says, it is kept and shown as it is and never evaluated."""
    if told is None or told == "":
        return None
    if isinstance(told, bool) or not isinstance(told, str | int):
        raise ValueError("an id is text or a whole number")  # noqa: TRY004 - a line's note, as the others
    source_id = str(told)
    if len(source_id) > LONGEST_ID:
        raise ValueError(f"an id has at most {LONGEST_ID} characters")
    if not _WRITABLE.fullmatch(source_id):
        raise ValueError("an id has neither control characters nor halves of characters")
    return source_id


def _quoted(names: Iterable[str]) -> str:
    """One of them, short enough to be read."""
    name = min(names)
    return repr(name if len(name) <= LONGEST_QUOTED else f"{name[:LONGEST_QUOTED]}...")


def _digest(kind: DigestKind, value: object) -> str:
    if not isinstance(value, str) or len(value) != _LENGTHS[kind] or _HEX.fullmatch(value) is None:
        raise ValueError(f"{kind} wants {kind.hex_length} hexadecimal digits")
    return value.lower()
