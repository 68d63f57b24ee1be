"""The kernel of PDQ: the reference's bits and quality for pictures of every kind, with and without AVX2."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.native.make_vectors import FILE, answered, digest
from tests.native.pictures import picture
from tests.native.plain_pdq import plain_pdq

from hoede import _native
from hoede.media.pdq import Pdq, fingerprint

VECTORS = [line.split() for line in FILE.read_text().splitlines()]
PLAIN = 60  # pictures that the slow oracle looks at, too
LONG, LONGEST = 5_000, 900


@pytest.fixture(params=["avx2", "portable"])
def path(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which path the kernels take; where there is no AVX2 both are the portable one."""
    _native.allow_avx2(allow=request.param == "avx2")
    yield str(request.param)
    _native.allow_avx2(allow=True)


def exact(plane: NDArray[np.generic], *, turns: bool = False) -> tuple[tuple[bytes, ...], int] | None:
    strips = _native.PdqStrips(plane.shape[1], plane.shape[0], exact=True)
    strips.add(plane)
    return strips.found(turns)


def test_every_fingerprint_is_the_references(path: str) -> None:
    wrong = []
    for seed, pdq, quality, turned in VECTORS:
        hashes, found = _native.pdq(picture(int(seed)), turns=True)
        if (hashes[0].hex(), str(found), digest(hashes)) != (pdq, quality, turned):
            wrong.append(seed)
    assert wrong == []


def test_retracing_every_step_finds_the_same_as_the_quick_way() -> None:
    planes = [picture(int(seed)) for seed, *_ in VECTORS]
    assert [exact(plane, turns=True) for plane in planes] == [
        _native.pdq(plane, turns=True) for plane in planes
    ]


def test_the_quick_way_mostly_suffices_for_pictures_that_show_something() -> None:
    sure = 0
    shows = [seed for seed, _, quality, _ in VECTORS if int(quality) == 100]
    for seed in shows:
        plane = picture(int(seed))
        strips = _native.PdqStrips(plane.shape[1], plane.shape[0])
        strips.add(plane)
        sure += strips.found(turns=True) is not None
    assert sure / len(shows) > 0.6


def test_the_plain_oracle_says_what_the_reference_says() -> None:
    rows = VECTORS[:PLAIN]
    said = [plain_pdq(picture(int(seed))) for seed, *_ in rows]
    assert said == [(bytes.fromhex(pdq), int(quality)) for _, pdq, quality, _ in rows]


def test_fractions_of_brightness_are_retraced_as_well() -> None:
    chance = np.random.default_rng(3)
    planes = [(chance.random(chance.integers(5, 200, 2)) * 255).astype(np.float32) for _ in range(30)]
    assert [exact(one) for one in planes] == [((plain[0],), plain[1]) for plain in map(plain_pdq, planes)]


@pytest.mark.parametrize("rows", [1, 3, 50, 400])
def test_strips_of_any_height_and_row_length_give_the_same(rows: int) -> None:
    for seed in (0, 2, 6, 13):
        plane = picture(seed)
        wide = np.zeros((plane.shape[0], plane.shape[1] + 9), np.uint8)
        wide[:, : plane.shape[1]] = plane
        held = wide[:, : plane.shape[1]]  # rows with something behind them, as video has them
        found = fingerprint(
            lambda: (held[top : top + rows] for top in range(0, len(held), rows)),  # noqa: B023 - used at once
            plane.shape[1],
            plane.shape[0],
        )
        assert found == Pdq(*_native.pdq(plane, turns=True))


@pytest.mark.parametrize(
    ("plane", "why"),
    [
        (np.zeros((0, 0), np.uint8), "0 x 0"),  # nothing
        (np.zeros((1, 900), np.uint8), "a side has at least 5"),  # a line
        (np.zeros((900, 4), np.uint8), "4 x 900"),  # too narrow by one
        (np.zeros((5, (1 << 20) + 1), np.uint8), "a side has at most 1048576"),  # too long by one
        (np.zeros((9, 9, 3), np.uint8), "rows and columns, not 9 x 9 x 3"),  # colours
        (np.zeros(81, np.uint8), "rows and columns, not 81"),  # no rows
        (np.zeros((9, 9), np.float64), "uint8 or float32"),  # another kind of number
        (np.zeros((9, 9), np.int8), "uint8 or float32"),  # signed
        (np.zeros((9, 18), np.uint8)[:, ::2], "ascontiguousarray"),  # every second pixel
        (np.zeros((9, 9), np.uint8).T[::-1], "ascontiguousarray"),  # turned over
        (np.zeros((9, 9), np.uint8)[::-1], "ascontiguousarray"),  # upside down
        (np.broadcast_to(np.zeros(9, np.uint8), (9, 9)), "ascontiguousarray"),  # one row, nine times
        (np.full((9, 9), np.nan, np.float32), "brightness is a number"),  # no number
        (np.full((99, 999), np.inf, np.float32), "brightness is a number"),  # endless
    ],
)
def test_what_is_no_plane_is_refused_with_the_reason(plane: NDArray[np.generic], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _native.pdq(plane)


def test_strips_that_do_not_fit_are_refused_and_the_picture_can_still_be_finished() -> None:
    plane = picture(6)
    strips = _native.PdqStrips(plane.shape[1], plane.shape[0], exact=True)
    strips.add(plane[:5])
    for wrong, why in ((plane[:, 1:5], "wide"), (plane, "rows came, not")):
        with pytest.raises(ValueError, match=why):
            strips.add(np.ascontiguousarray(wrong))
    with pytest.raises(ValueError, match="5 rows came, not"):
        strips.found()
    strips.add(plane[5:])
    assert strips.found() == _native.pdq(plane)


def test_threads_hash_beside_one_another_and_share_nothing() -> None:
    planes = [picture(seed) for seed in range(40)]
    expected = [_native.pdq(plane) for plane in planes]
    found: dict[int, list[object]] = {}
    threads = [
        threading.Thread(target=lambda at=at: found.update({at: [_native.pdq(one) for one in planes]}))
        for at in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(found.values()) == [expected] * 4


@pytest.mark.skipif(not os.environ.get("HOEDE_LONG"), reason="takes minutes, and the reference hasher itself")
def test_thousands_of_fingerprints_are_the_references() -> None:
    wrong = []
    for seed in range(LONG):
        plane = picture(seed, LONGEST)
        hashes, quality = _native.pdq(plane, turns=True)
        if (hashes[0].hex(), quality, digest(hashes)) != answered(plane):
            wrong.append(seed)
    assert wrong == []


def test_the_stub_names_what_the_kernels_have() -> None:
    stub = Path(str(_native.__file__)).parent / "_native.pyi"
    named = {
        line.split("(")[0].split()[1].rstrip(":")
        for line in stub.read_text().splitlines()
        if line.startswith(("def ", "class "))
    }
    assert named == {name for name in dir(_native) if not name.startswith("__")}
