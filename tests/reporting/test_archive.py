"""A package: whole, readable by its recipient alone, and never half there."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest

from hoede.reporting import Draft
from hoede.reporting.archive import Enclosed, RecipientInvalid, check_recipient, pack, page

ABOUT = {"office": "Harbour <police>", "case": "case_1", "why": "at-sea: custom"}
BIG = bytes(range(256)) * 9000


def enclosed(content: bytes, name: str = "files/evi_1", size: int | None = None) -> Enclosed:
    def pieces() -> Iterator[bytes]:
        yield from (content[at : at + 70_000] for at in range(0, len(content), 70_000))

    digest = hashlib.sha256(content).hexdigest()
    return Enclosed(name=name, size=len(content) if size is None else size, sha256=digest, content=pieces)


def opened(path: Path, identity: pyrage.x25519.Identity) -> dict[str, bytes]:
    content = pyrage.decrypt(path.read_bytes(), [identity])
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr] # files only


def test_the_office_finds_the_report_and_its_files(tmp_path: Path, draft_of: Callable[..., Draft]) -> None:
    identity, target = pyrage.x25519.Identity.generate(), tmp_path / "package.age"
    files = [enclosed(BIG), enclosed(b"", "files/evi_2")]
    packed = pack(target, str(identity.to_public()), ABOUT, draft_of(BIG), files)
    assert packed.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert packed.size == target.stat().st_size
    found = opened(target, identity)
    assert (found["files/evi_1"], found["files/evi_2"]) == (BIG, b"")
    manifest = json.loads(found["manifest.json"])
    assert [one["sha256"] for one in manifest["files"]] == [one.sha256 for one in files]
    assert json.loads(found["report.json"])["suspect"]["screen_name"] == "noor"
    assert b"192.0.2.7" in found["report.html"]


def test_nothing_of_it_can_be_read_by_anybody_else(tmp_path: Path, draft_of: Callable[..., Draft]) -> None:
    target = tmp_path / "package.age"
    pack(
        target,
        str(pyrage.x25519.Identity.generate().to_public()),
        ABOUT,
        draft_of(b"x"),
        [enclosed(b"canary" * 50)],
    )
    assert b"canary" not in target.read_bytes()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(target.read_bytes(), [pyrage.x25519.Identity.generate()])


def test_a_file_that_breaks_leaves_no_half_package(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"some"
        raise RuntimeError("damaged")

    one = Enclosed(name="files/evi_1", size=9, sha256="", content=broken)
    key = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(RuntimeError, match="damaged"):
        pack(tmp_path / "package.age", key, ABOUT, {}, [one])
    assert list(tmp_path.iterdir()) == []


def test_a_file_shorter_than_was_said_is_no_package(tmp_path: Path) -> None:
    key = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(OSError, match="unexpected end"):
        pack(tmp_path / "package.age", key, ABOUT, {}, [enclosed(b"short", size=100)])
    assert list(tmp_path.iterdir()) == []


def test_a_package_that_is_there_stays(tmp_path: Path) -> None:
    target = tmp_path / "package.age"
    target.write_text("mine")
    with pytest.raises(FileExistsError):
        pack(target, str(pyrage.x25519.Identity.generate().to_public()), ABOUT, {}, [])
    assert target.read_text() == "mine"


@pytest.mark.parametrize("key", ["", "age1nonsense", "ssh-ed25519 AAAA"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(RecipientInvalid):
        check_recipient(key)


def test_the_page_shows_words_and_runs_nothing() -> None:
    shown = page(ABOUT, {"screen_name": "<script>alert(1)</script>", "files": [{"a": 1}], "empty": []})
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "Harbour &lt;police&gt;" in shown
