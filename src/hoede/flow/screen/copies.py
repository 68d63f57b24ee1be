"""An event as it was told, put together again from its row and the copies in the vault."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hoede.core.events import Event
from hoede.core.findings import DigestKind
from hoede.db import naming_a_full_disk
from hoede.detection import EventRow, digests_of
from hoede.evidence import EvidenceRow, Taken, Vault
from hoede.flow.screen.told import Told


@dataclass(frozen=True, slots=True)
class Copy:
    """Media read back from the vault."""

    digests: Mapping[DigestKind, str]
    size: int
    taken: Taken
    vault: Vault
    folder: Path  # for the unnamed file that decoders read

    def chunks(self) -> Iterator[bytes]:
        return self.vault.open(self.taken)

    @contextmanager
    def opened(self) -> Iterator[int]:
        with tempfile.TemporaryFile(dir=self.folder) as file, naming_a_full_disk():
            for chunk in self.chunks():
                file.write(chunk)
            file.flush()
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            yield file.fileno()


def told_again(row: EventRow, kept: tuple[EvidenceRow, ...], vault: Vault, folder: Path) -> Told:
    """The event with what came with it, as far as copies of it are kept."""
    media, text = None, None
    for one in kept:
        if one.part == "text":
            text = b"".join(vault.open(one.taken)).decode()
        else:
            media = Copy(digests_of(vault.open(one.taken)), one.taken.size, one.taken, vault, folder)
    return bare_again(row, media, text)


def bare_again(row: EventRow, media: Copy | None = None, text: str | None = None) -> Told:
    """Likewise, with the media and the text given."""
    event = Event(
        id=row.told_id,
        kind=row.kind,
        channel=row.channel,
        account=row.account,
        content=row.content,
        at=row.at,
        text=text,
    )
    return Told(service=row.service, event=event, media=media, request=row.request)
