"""The reference's fingerprint, written down a second time as plainly as it goes: each step in its order.

Slow, and in numpy only so that lines go beside one another. What the reference itself answered is in
vectors.txt.
"""

import numpy as np
from numpy.typing import NDArray

SIDE, KEPT = 64, 16
Plane = NDArray[np.float32]


def plain_pdq(plane: NDArray[np.generic]) -> tuple[bytes, int]:
    """Fingerprint and quality of a grey plane."""
    grey = plane.astype(np.float32)
    for _ in range(2):
        grey = box(box(grey.T).T)
    rows, columns = (((np.arange(SIDE) + 0.5) * size / SIDE).astype(int) for size in grey.shape)
    small = grey[np.ix_(rows, columns)]
    return bits(transformed(small)), quality(small)


def box(lines: Plane) -> Plane:
    """Every column blurred by a running sum, as wide as half of what one point of 64 stands for."""
    length = len(lines)
    window = (length + 2 * SIDE - 1) // (2 * SIDE)
    ahead = (window + 2) // 2
    total, count = np.zeros(lines.shape[1], np.float32), 0
    blurred = []
    for place in range(length + ahead - 1):
        if place < length:
            total, count = total + lines[place], count + 1
        if place >= window:
            total, count = total - lines[place - window], count - 1
        if place >= ahead - 1:
            blurred.append(total / np.float32(count))
    return np.array(blurred)


def transformed(small: Plane) -> Plane:
    frequency, point = np.arange(1, KEPT + 1)[:, None], np.arange(SIDE)[None, :]
    scale = float(np.float32(np.sqrt(2.0 / SIDE)))
    waves = (scale * np.cos(np.pi / 2 / SIDE * frequency * (2 * point + 1))).astype(np.float32)
    half = np.zeros((KEPT, SIDE), np.float32)
    for row in range(SIDE):
        half = half + waves[:, row, None] * small[row]
    whole = np.zeros((KEPT, KEPT), np.float32)
    for column in range(SIDE):
        whole = whole + half[:, column, None] * waves[:, column]
    return whole


def bits(frequencies: Plane) -> bytes:
    flat = frequencies.ravel()
    return np.packbits(flat > np.sort(flat)[len(flat) // 2 - 1], bitorder="little").tobytes()[::-1]


def quality(small: Plane) -> int:
    steps = (np.diff(small, axis=0), np.diff(small, axis=1))
    total = sum(int(np.abs(np.trunc(step * np.float32(100) / np.float32(255))).sum()) for step in steps)
    return min(100, total // 90)
