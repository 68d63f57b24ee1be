"""The vault's files copied out: byte for byte, wherever a copy lies just now."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hoede.evidence import EvidenceRow, EvidenceState, LocalDisk, Taken, Vault
from hoede.evidence.copies import CopiedObject, Lack, copy_out, digest_of, make_folders, sync_folders
from hoede.keys import FileKeys

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DISK = LocalDisk()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    FileKeys.create(tmp_path / "keys")
    make_folders(tmp_path / "out", DISK)
    return Vault(tmp_path / "vault", FileKeys(tmp_path / "keys"), DISK)


def row(taken: Taken, state: EvidenceState) -> EvidenceRow:
    return EvidenceRow(
        taken=taken,
        service="plein",
        event="evt_1",
        part="media",
        state=state,
        reason=None,
        media_type=None,
        sealed_at=None,
        keep_until=None,
    )


def copied(folder: Path, taken: Taken, state: EvidenceState) -> CopiedObject:
    return copy_out(folder / "vault", row(taken, state), folder / "out", DISK)


def test_a_sealed_copy_comes_with_its_manifest(vault: Vault, tmp_path: Path) -> None:
    taken = vault.take("evi_1", [b"harmless"])
    vault.seal(taken, at=AT)
    done = copied(tmp_path, taken, EvidenceState.SEALED)
    assert [one.name for one in done.files] == ["objects/evi_1", "objects/evi_1.json"]
    assert (done.files[0].sha256, done.lack) == (taken.cipher_sha256, None)
    for one in done.files:
        assert (tmp_path / "out" / one.name).read_bytes() == (tmp_path / "vault" / one.name).read_bytes()
        assert digest_of(tmp_path / "out", one.name, DISK) == one


def test_a_copy_that_moved_on_since_is_put_where_its_row_says(vault: Vault, tmp_path: Path) -> None:
    taken = vault.take("evi_1", [b"harmless"])
    vault.seal(taken, at=AT)
    done = copied(tmp_path, taken, EvidenceState.INTAKE)
    assert ([one.name for one in done.files], done.lack) == (["intake/evi_1"], None)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "state", "lack"),
    [
        (flip, EvidenceState.INTAKE, Lack.DAMAGED),
        (Path.unlink, EvidenceState.INTAKE, Lack.MISSING),
        (flip, EvidenceState.IMPOSSIBLE, None),  # its row says so already
        (Path.unlink, EvidenceState.IMPOSSIBLE, None),
    ],
)
def test_a_copy_that_is_not_as_it_was_taken_is_named(
    vault: Vault, tmp_path: Path, harm: Callable[[Path], None], state: EvidenceState, lack: Lack | None
) -> None:
    taken = vault.take("evi_1", [b"harmless"])
    harm(tmp_path / "vault/intake/evi_1")
    done = copied(tmp_path, taken, state)
    assert (done.lack, len(done.files)) == (lack, int(harm is flip))


def test_a_copy_that_cannot_even_be_read_stops_nothing(vault: Vault, tmp_path: Path) -> None:
    """As a disk with a bad sector: its name is there, its bytes are not to be had."""
    taken = vault.take("evi_1", [b"harmless"])
    (tmp_path / "vault/intake/evi_1").unlink()
    (tmp_path / "vault/intake/evi_1").mkdir()
    done = copied(tmp_path, taken, EvidenceState.INTAKE)
    assert (done.lack, done.files) == (Lack.DAMAGED, ())
    assert list((tmp_path / "out/intake").iterdir()) == []


def test_an_empty_file_is_copied_too(vault: Vault, tmp_path: Path) -> None:
    taken = vault.take("evi_1", [])
    assert copied(tmp_path, taken, EvidenceState.INTAKE).lack is None
    sync_folders(tmp_path / "out", DISK)
