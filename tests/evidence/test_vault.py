"""The vault: what was taken is read back, whatever happens between taking and sealing."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path

import pytest

from hoede.bench.crash.disk import ForgetfulDisk, PowerCut
from hoede.db import DiskFull
from hoede.evidence import LocalDisk, Taken, Unreadable, Vault
from hoede.keys import FileKeys

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTENT = [b"harmless " * 1000, b"bytes" * 50_000]
ROOT = Path("/vault")


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    FileKeys.create(tmp_path / "keys")
    return FileKeys(tmp_path / "keys")


@pytest.fixture
def vault(tmp_path: Path, keys: FileKeys) -> Vault:
    return Vault(tmp_path / "vault", keys, LocalDisk())


def read(vault: Vault, taken: Taken) -> bytes:
    return b"".join(vault.open(taken))


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_a_copy_of_any_size_is_read_back(vault: Vault, size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    taken = vault.take("evi_1", [content])
    assert read(vault, taken) == content
    vault.seal(taken, at=AT)
    assert read(vault, taken) == content


def test_a_copy_tells_the_digests_of_what_it_holds(vault: Vault) -> None:
    taken, plain = vault.take("evi_1", CONTENT), b"".join(CONTENT)
    assert (taken.sha256, taken.md5, taken.size) == (
        hashlib.sha256(plain).hexdigest(),
        hashlib.md5(plain, usedforsecurity=False).hexdigest(),
        len(plain),
    )


def test_no_plain_byte_is_on_disk(vault: Vault, tmp_path: Path) -> None:
    vault.seal(vault.take("evi_1", CONTENT), at=AT)
    stored = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"harmless " in content for content in stored)


def test_two_copies_of_the_same_bytes_look_different(vault: Vault) -> None:
    assert vault.take("evi_1", CONTENT).cipher_sha256 != vault.take("evi_2", CONTENT).cipher_sha256


def test_the_manifest_names_what_was_sealed_and_when(vault: Vault, tmp_path: Path) -> None:
    taken = vault.take("evi_1", CONTENT)
    vault.seal(taken, at=AT)
    manifest = json.loads((tmp_path / "vault/objects/evi_1.json").read_text())
    assert (manifest["sha256"], manifest["bytes"], manifest["sealed_at"]) == (
        taken.sha256,
        taken.size,
        "2026-11-23T12:00:00.000+00:00",
    )


def test_sealing_twice_changes_nothing(vault: Vault, tmp_path: Path) -> None:
    taken = vault.take("evi_1", CONTENT)
    vault.seal(taken, at=AT)
    before = (tmp_path / "vault/objects/evi_1.json").read_bytes()
    vault.seal(taken, at=AT.replace(year=2027))
    assert (tmp_path / "vault/objects/evi_1.json").read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],  # cut off
        lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],  # one bit
        lambda content: content[:0],  # empty
        lambda content: content + b"x",  # longer
    ],
)
def test_a_damaged_copy_is_neither_sealed_nor_read(
    vault: Vault, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    taken = vault.take("evi_1", CONTENT)
    path = tmp_path / "vault/intake/evi_1"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Unreadable):
        vault.seal(taken, at=AT)
    with pytest.raises(Unreadable):
        read(vault, taken)


def test_a_copy_that_is_gone_is_unreadable(vault: Vault, tmp_path: Path) -> None:
    taken = vault.take("evi_1", CONTENT)
    (tmp_path / "vault/intake/evi_1").unlink()
    with pytest.raises(Unreadable):
        vault.seal(taken, at=AT)


def test_a_copy_is_held_in_the_intake_and_sealed_and_not_once_it_was_swept(vault: Vault) -> None:
    sealed, taken, swept = (vault.take(name, CONTENT) for name in ("evi_1", "evi_2", "evi_3"))
    vault.seal(sealed, at=AT)
    vault.drop_intake("evi_3")
    vault.must_hold([sealed, taken])
    with pytest.raises(Unreadable):
        vault.must_hold([taken, swept])


def test_one_objects_key_does_not_open_another(vault: Vault, tmp_path: Path) -> None:
    first, second = vault.take("evi_1", CONTENT), vault.take("evi_2", CONTENT)
    (tmp_path / "vault/intake/evi_2").write_bytes((tmp_path / "vault/intake/evi_1").read_bytes())
    with pytest.raises(Unreadable):
        read(vault, second)
    assert read(vault, first) == b"".join(CONTENT)


def test_a_full_disk_raises_and_takes_nothing(tmp_path: Path, keys: FileKeys) -> None:
    vault = Vault(tmp_path / "vault", keys, LocalDisk())
    with pytest.raises(DiskFull):
        vault.take("evi_1", _full())
    assert list((tmp_path / "vault/intake").iterdir()) == []


def _full() -> Iterator[bytes]:
    yield b"some"
    raise OSError(ENOSPC, "No space left on device")


@pytest.mark.parametrize("seed", range(40))
def test_a_power_cut_at_any_call_loses_no_copy_that_was_taken(keys: FileKeys, seed: int) -> None:
    for cut in range(1, 30):
        disk = ForgetfulDisk(seed)
        vault = Vault(ROOT, keys, disk)
        disk.cut_at = disk.calls + cut
        taken, sealed = _run_until_cut(vault)
        disk.crash()
        if taken is None:
            continue  # the event was never acknowledged
        again = Vault(ROOT, keys, disk)
        assert read(again, taken) == b"".join(CONTENT)
        again.seal(taken, at=AT)
        assert read(again, taken) == b"".join(CONTENT)
        assert disk.exists(ROOT / "objects" / taken.id)
        if sealed:
            assert disk.exists(ROOT / "objects" / f"{taken.id}.json")


def _run_until_cut(vault: Vault) -> tuple[Taken | None, bool]:
    """What had returned when the power went: only what returned may be counted on."""
    taken = None
    try:
        taken = vault.take("evi_1", CONTENT)
        vault.seal(taken, at=AT)
    except PowerCut:
        return taken, False
    return taken, True


def test_the_forgetful_disk_does_forget() -> None:
    """So that the test above can fail: without the syncs a copy is lost."""
    lost = 0
    for seed in range(20):
        disk = ForgetfulDisk(seed)
        disk.make_folder(ROOT)
        disk.write(ROOT / "file", [b"unsynced"])
        disk.crash()
        lost += not disk.exists(ROOT / "file") or b"".join(disk.read(ROOT / "file", 99)) != b"unsynced"
    assert lost > 0


class Interrupted(LocalDisk):
    """Lets something else happen before the first file it syncs."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile: Callable[[], object] | None = meanwhile

    def sync_file(self, path: Path) -> None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()
        super().sync_file(path)


def test_two_that_seal_the_same_copy_at_once_are_not_in_each_others_way(
    vault: Vault, tmp_path: Path, keys: FileKeys
) -> None:
    """One woke up after its lease: it may be anywhere in between."""
    taken = vault.take("evi_1", CONTENT)
    woken = Vault(tmp_path / "vault", keys, Interrupted(lambda: vault.seal(taken, at=AT)))

    woken.seal(taken, at=AT)

    assert json.loads((tmp_path / "vault/objects/evi_1.json").read_text())["id"] == "evi_1"
    assert read(vault, taken) == b"".join(CONTENT)
