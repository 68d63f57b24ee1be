"""What happens to files of evidence."""

from pathlib import Path

from tests.journeys.scene import Scene


def copies_in(play: Scene, part: str) -> list[Path]:
    folder = play.hoede.config.data_folder / "vault" / part
    return sorted(one for one in folder.iterdir() if one.suffix != ".json")


def flip(path: Path) -> None:
    """One byte in the middle is another one now."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lose(path: Path) -> None:
    path.unlink()
