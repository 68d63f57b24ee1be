"""Programs that simulate or kill, and what they print: pieces of what takes hours, to be added up.

A program, because a copy of the package with a mutant in it can then run the same way, and because sets keep
one order only where Python is told so at its start.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from hoede.bench.crash.killed import Killed, all_killed
from hoede.bench.crash.simulate import Simulated, together

PROGRAM = "hoede.bench.crash"


@dataclass
class Piece:
    """What a program did: one of both, or, added up, both."""

    simulated: Simulated | None
    killed: Killed | None


_PIECE = TypeAdapter(Piece)


def begin(
    first: int, count: int, *, package: Path | None = None, until_broken: bool = False
) -> "subprocess.Popen[bytes]":
    """Begin to simulate, with the package that lies in this folder, or with ours."""
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    if package is not None:
        env["PYTHONPATH"] = str(package)
    command = [sys.executable, "-m", PROGRAM, str(first), str(count)] + ["--until-broken"] * until_broken
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE)  # noqa: S603 - our own program


def result(process: "subprocess.Popen[bytes]") -> Simulated:
    """What it came to. Raises `RuntimeError` when it broke."""
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the simulation ended with {process.returncode}")
    simulated = read(said).simulated
    assert simulated is not None
    return simulated


def written(piece: Piece) -> bytes:
    """As a program prints it."""
    return _PIECE.dump_json(piece)


def read(said: bytes) -> Piece:
    """What a program printed. Raises `ValidationError` when it is something else."""
    return _PIECE.validate_json(said)


def added(parts: list[Piece]) -> Piece:
    """All pieces as one. Refuses to count a seed twice."""
    simulated = [one.simulated for one in parts if one.simulated]
    killed = [one.killed for one in parts if one.killed]
    return Piece(
        together(simulated, in_turn=True) if simulated else None, all_killed(killed) if killed else None
    )
