"""The stand-in's own record: one JSON line per change, on disk before the answer goes out."""

import os
from pathlib import Path

from hoede.simulators.cybertipline.records import Entry, SimReport, replay


def entries(path: Path) -> list[Entry]:
    """Every whole line of the ledger. A torn last line was never answered for, so it does not count."""
    whole, newline, _torn = path.read_bytes().rpartition(b"\n")
    if not newline:
        return []
    return [Entry.from_json(line) for line in whole.decode().split("\n")]


def reports(path: Path) -> list[SimReport]:
    """What the authority has, judged by its ledger alone; no ledger yet means no reports."""
    return list(replay(entries(path)).values()) if path.exists() else []


class Ledger:
    """Append-only; one writer. Opening cuts a torn last line off."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        whole, newline, _torn = path.read_bytes().rpartition(b"\n")
        os.ftruncate(self._file, len(whole) + len(newline))
        os.fsync(self._file)
        _sync_folder(path.parent)

    def entries(self) -> list[Entry]:
        return entries(self.path)

    def append(self, entry: Entry) -> None:
        """Write one line and wait until the disk has it; `OSError` when it has not."""
        line = entry.to_json().encode() + b"\n"
        before = os.fstat(self._file).st_size
        try:
            if os.write(self._file, line) != len(line):
                raise OSError(f"the ledger took only part of a line: {self.path}")
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, before)  # the next line must not follow half of this one
            raise

    def close(self) -> None:
        os.close(self._file)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
