"""`hoede backup|restore|rehearse`."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from hoede.app.backup import Manifest, read_manifest, size_of, take_backup
from hoede.app.backup import rehearse as prove
from hoede.app.backup import restore_backup as bring_back
from hoede.cli.common import configured, say

STOPS = (signal.SIGTERM, signal.SIGHUP)
Json = Annotated[bool, typer.Option("--json")]


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A new or empty folder, on another disk than the data.")],
    as_json: Json = False,
) -> None:
    """Copy the whole state but the keys into a folder, while everything runs.

    Exit 1 when copies are missing or damaged in the vault itself; the backup has all the rest then.
    """
    config, start = configured(context), time.monotonic()
    with _bar("copying", size_of(config), hidden=as_json) as progress:
        taken = take_backup(config, folder, progress)
    facts = _facts(taken.manifest) | {"folder": str(folder), "seconds": _since(start)}
    words = (
        f"{facts['rows']} rows and {facts['files']} files ({facts['bytes']} bytes) in {facts['seconds']} s."
    )
    say(f"{words}\nKeys are not in it: hoede keys backup.", facts, as_json=as_json)
    taken.raise_lack()


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The backup.")],
    as_json: Json = False,
) -> None:
    """Bring a backup into the configured, empty deployment; reports in flight wait for a person.

    Exit 1 when the log of what was restored is not sound.
    """
    config, start = configured(context), time.monotonic()
    with _bar("restoring", _work(folder), hidden=as_json) as progress:
        restored = bring_back(config, folder, progress)
    facts = _facts(restored.manifest) | {
        "seconds": _since(start),
        "waiting": list(restored.parked),
        "wrong": list(restored.verdict.wrong),
    }
    words = [f"{facts['rows']} rows and {facts['files']} files of {facts['taken_at']} are back."]
    words += [f"wrong: {one}" for one in restored.verdict.wrong] or ["The log is sound."]
    words.append(f"{len(restored.parked)} reports wait for a person: hoede report show.")
    words.append("Whatever came after that moment is not known. Read docs/runbook/after-a-restore.md now.")
    say("\n".join(words), facts, as_json=as_json)
    raise typer.Exit(0 if restored.verdict.sound else 1)


def rehearse(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The backup.")],
    keys: Annotated[
        Path | None, typer.Option(help="A key copy to prove with it; else keys_folder.", show_default=False)
    ] = None,
    within: Annotated[
        Path | None,
        typer.Option(help="Where there is room for a whole copy; else the system's own.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove a backup: restore it into a folder that goes away, open every copy, check the log.

    Exit 0 only when all is well.
    """
    config, start = configured(context), time.monotonic()
    config = config.model_copy(update={"keys_folder": keys}) if keys else config
    work = _work(folder) + len(read_manifest(folder).files)
    with _tidy_end(), _bar("rehearsing", work, hidden=as_json) as progress:
        proved = prove(config, folder, within=within, progress=progress)
    facts = _facts(proved.manifest) | {
        "seconds": _since(start),
        "proved": proved.whole,
        "cases": proved.cases,
        "objects": proved.objects,
        "unreadable": list(proved.unreadable),
        "waiting": proved.parked,
        "leaves": proved.verdict.leaves,
        "wrong": list(proved.verdict.wrong),
    }
    words = [
        f"{facts['rows']} rows of {facts['taken_at']} restored in a folder that is gone again:",
        f"{proved.cases} cases; {proved.objects} copies opened and equal to what was taken;",
        f"{proved.verdict.leaves} leaves of the log checked;",
        f"{proved.parked} reports would wait for a person.",
    ]
    words += [f"wrong: {one} does not open" for one in proved.unreadable if one not in facts["lacking"]]
    words += [
        f"wrong: {one} was {why} when the backup was taken" for one, why in proved.manifest.lacking.items()
    ]
    words += [f"wrong: {one}" for one in proved.verdict.wrong]
    words.append(f"{'Proved' if proved.whole else 'Not proved'} in {facts['seconds']} s.")
    say("\n".join(words), facts, as_json=as_json)
    raise typer.Exit(0 if proved.whole else 1)


def _work(folder: Path) -> int:
    """Files are read once to check and once to copy, rows once."""
    manifest = read_manifest(folder)
    return manifest.size + len(manifest.files)


def _facts(manifest: Manifest) -> dict[str, Any]:
    return {
        "taken_at": manifest.taken_at.isoformat(),
        "rows": sum(manifest.rows.values()),
        "files": len(manifest.files),
        "bytes": sum(file.size for file in manifest.files),
        "lacking": dict(manifest.lacking),
        "head": manifest.head.size if manifest.head else 0,
    }


def _since(start: float) -> float:
    return round(time.monotonic() - start, 2)


@contextmanager
def _bar(label: str, length: int, *, hidden: bool) -> Iterator[Callable[[int], object]]:
    with typer.progressbar(length=length, label=label, hidden=hidden) as bar:
        yield bar.update


@contextmanager
def _tidy_end() -> Iterator[None]:
    """Being told to stop ends this as Ctrl-C does, so that nothing is left behind then either."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
