"""What processes took of a machine, by the kernel's own count."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all that came from it and lives."""
    return [pid, *(one for child in _children(pid) for one in family(child))]


def _children(pid: int) -> Iterator[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        for thread in threads:
            yield from map(int, (thread / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        return


def cpu_s(pids: Iterable[int]) -> float:
    """Seconds of processor these took so far, and those of their children that have ended."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / _TICKS


def memory_mb(pid: int, what: str = "VmHWM") -> float:
    """The most memory a process ever held (`VmHWM`), or what it holds now (`VmRSS`)."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(what))
    return round(int(line.split()[1]) / 1024, 1)


def forget_peak(pid: int) -> None:
    """From here on the most memory is counted anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def load() -> str:
    """How busy the machine is, for the spread of a figure."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
