"""`hoede fingerprint FILE...`, `hoede match FILE...`: what a file is known by, what the lists say of it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from hoede.app.build import nearby_of, reader_of
from hoede.app.tables import read_tables
from hoede.cli.common import configured, database
from hoede.core.findings import EXACT, DigestKind, Listed
from hoede.core.media import Frame, Seen
from hoede.lists import Lists
from hoede.media import CHILD, Limits, MediaRefused, Pool, Reader

PIECE_BYTES = 1 << 20
Files = Annotated[list[Path], typer.Argument(help="Files to look at; they stay where they are.")]


def fingerprint(
    files: Files,
    as_list: Annotated[bool, typer.Option("--list", help="Lines that `lists import` takes.")] = False,
) -> None:
    """Print one JSON line a file: what it is, its digests and its PDQ. Exit 1 when one could not be read."""
    limits = Limits()
    reader = Reader(pool=Pool(CHILD, limits, 1), forms=read_tables().forms, limits=limits)
    lines = [_told(reader, file) for file in files]
    reader.close()
    for line in lines:
        typer.echo(json.dumps(_as_entry(line) if as_list else line))
    raise typer.Exit(1 if any("error" in line for line in lines) else 0)


def match(context: typer.Context, files: Files) -> None:
    """Print one JSON line a file: the entries it is equal or near to. Exit 1 when one could not be read."""
    config = configured(context)
    db, _ = database(context)
    nearby = nearby_of(config, db)
    nearby.refresh()
    reader = reader_of(config, read_tables(config.may_look_file, config.formats_file))
    failed = False
    for file in files:
        line: dict[str, Any] = {"file": str(file)}
        try:
            digests, seen = _looked(reader, file)
        except (OSError, MediaRefused) as error:
            line["error"], failed = _why(error), True
        else:
            frames = seen.frames
            found = db.read(
                lambda conn: list(_found(Lists(conn, nearby, quorum=config.industry_quorum), digests, frames))  # noqa: B023 - read at once
            )
            line["matches"] = [_entry(one) for one in found]
        typer.echo(json.dumps(line))
    reader.close()
    db.close()
    raise typer.Exit(1 if failed else 0)


def _found(lists: Lists, digests: dict[DigestKind, str], frames: tuple[Frame, ...]) -> Iterator[Listed]:
    for kind, digest in digests.items():
        yield from lists.matches(kind, digest)
    for frame in frames:
        yield from lists.near(frame)


def _entry(listed: Listed) -> dict[str, Any]:
    match_ = listed.match
    return {
        "list": match_.list_name,
        "entry": match_.entry,
        "by": match_.kind,
        "distance": match_.distance,
        "category": listed.category,
        "certainty": listed.certainty.name.lower(),
    }


def _told(reader: Reader, file: Path) -> dict[str, Any]:
    line: dict[str, Any] = {"file": str(file)}
    try:
        digests, seen = _looked(reader, file)
    except (OSError, MediaRefused) as error:
        return line | {"error": _why(error)}
    line |= {"media_type": seen.form} | {kind.value: digest for kind, digest in digests.items()}
    if seen.frames and seen.frames[0].pdq:
        first = seen.frames[0]
        line |= {"pdq": first.pdq[0].hex(), "pdq_quality": first.quality, "frames": len(seen.frames)}
    return line


def _as_entry(line: dict[str, Any]) -> dict[str, Any]:
    wanted = ("error", *DigestKind)
    return {"id": line["file"]} | {name: line[name] for name in wanted if name in line}


def _looked(reader: Reader, file: Path) -> tuple[dict[DigestKind, str], Seen]:
    """Exact digests and what is seen. Raises `OSError` or `MediaRefused`."""
    taking = {kind: hashlib.new(kind, usedforsecurity=False) for kind in EXACT}
    with file.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            for digest in taking.values():
                digest.update(piece)
        return {kind: digest.hexdigest() for kind, digest in taking.items()}, reader.look(opened.fileno())


def _why(error: OSError | MediaRefused) -> str:
    return error.detail if isinstance(error, MediaRefused) else f"cannot be read: {error.strerror}"
