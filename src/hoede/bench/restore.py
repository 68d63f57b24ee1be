"""How long it takes to back up ten thousand cases, wipe the deployment, restore it, and prove the backup."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hoede.app import build, rehearsal
from hoede.app.backup import rehearse, restore_backup, take_backup
from hoede.bench.cases import grow
from hoede.bench.rows import Row
from hoede.config import Config, parse_config

CASES, OBJECT_BYTES = 10_000, 64 * 1024
TARGET_S = 300
NOWHERE = "http://127.0.0.1:9"  # nobody is called


def measure(cases: int = CASES) -> list[Row]:
    """The four one after the other, on SQLite; files are read back from memory where the system kept them."""
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as place:
        config, backup = _config(Path(place)), Path(place) / "backup"
        rehearsal.prepare(config, [b"harmless"])
        hoede = build(config)
        grow(hoede, cases, object_bytes=OBJECT_BYTES)
        hoede.close()
        times = {
            "backup": _timed(lambda: take_backup(config, backup)),
            "wipe": _timed(lambda: shutil.rmtree(config.data_folder)),
            "restore": _timed(lambda: _sound(config, backup)),
            "rehearse": _timed(lambda: _proved(config, backup, cases)),
        }
    spread = f"one run, {cases} cases, {OBJECT_BYTES // 1024} KiB each"
    rows = [
        Row(name=f"{name}_{cases}_cases", unit="s", ours=took, target="", spread=spread)
        for name, took in times.items()
    ]
    together = round(sum(times.values()), 2)
    return [
        *rows,
        Row(name="together", unit="s", ours=together, target=f"<= {TARGET_S}", spread=spread),
    ]


def _config(folder: Path) -> Config:
    values = rehearsal.settings(
        folder, hook=NOWHERE, authority=NOWHERE, login=("bench", "bench"), more={"deployment": "rehearsal"}
    )
    return parse_config(values)


def _sound(config: Config, backup: Path) -> None:
    restored = restore_backup(config, backup)
    if not restored.verdict.sound:
        raise RuntimeError(f"the restored log is not sound: {restored.verdict.wrong[:3]}")


def _proved(config: Config, backup: Path, cases: int) -> None:
    proved = rehearse(config, backup)
    if not proved.whole or proved.cases != cases:
        raise RuntimeError("the backup was not proved")


def _timed(do: Callable[[], object]) -> float:
    start = time.monotonic()
    do()
    return round(time.monotonic() - start, 2)
