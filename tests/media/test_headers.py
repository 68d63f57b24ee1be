"""Sizes from headers: what the decoder would say, without decoding; garbage is an error, never a crash."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.media.forging import scans
from tests.pictures import drawn, encoded, heic

import hoede.media.pictures  # noqa: F401 - teaches Pillow to read HEIC
from hoede.media.headers import Header, read_header

PICTURE = drawn(1, 97, 61)
MOVING = {"save_all": True, "append_images": [drawn(2, 97, 61), drawn(3, 97, 61)], "duration": 100}
FILES = {
    "jpeg": encoded(PICTURE, "JPEG"),
    "progressive jpeg": encoded(PICTURE, "JPEG", progressive=True),
    "png": encoded(PICTURE),
    "gif": encoded(PICTURE, "GIF"),
    "webp": encoded(PICTURE, "WEBP"),
    "lossless webp": encoded(PICTURE, "WEBP", lossless=True),
    "avif": encoded(PICTURE, "AVIF"),
    "heic": heic(PICTURE),
}
MOVING_FILES = {form: encoded(PICTURE, form.upper(), **MOVING) for form in ("gif", "png", "webp")}
READ = ("jpeg", "png", "gif", "webp", "avif", "heic")


def read(form: str, content: bytes) -> Header | None:
    return read_header(form.rsplit(maxsplit=1)[-1], io.BytesIO(content))


@pytest.mark.parametrize("form", FILES)
def test_the_size_is_the_decoders(form: str) -> None:
    header = read(form, FILES[form])
    assert header is not None
    with Image.open(io.BytesIO(FILES[form])) as opened:
        # HEIC and AVIF pad inside; the larger size is the one to be careful with.
        assert opened.width <= header.width < opened.width + 64
        assert opened.height <= header.height < opened.height + 64


@pytest.mark.parametrize("form", MOVING_FILES)
def test_frames_are_counted(form: str) -> None:
    header = read(form, MOVING_FILES[form])
    assert header == Header(97, 61, 3)


def test_a_jpeg_is_drawn_once_for_each_scan_that_counts() -> None:
    """Behind a scan with all components of a sequential picture the decoder draws nothing more."""
    again = scans(40, PICTURE, progressive=False)
    told = [read("jpeg", scans(40, PICTURE)), read("jpeg", again), read("jpeg", FILES["jpeg"])]
    assert [one.scans for one in told if one] == [9 + 40, 1, 1]
    with Image.open(io.BytesIO(again)) as opened, pytest.raises(OSError, match="broken"):
        opened.load()


def test_a_gif_whose_frames_are_larger_than_its_screen_is_as_large_as_they() -> None:
    content = bytearray(FILES["gif"])
    content[6:10] = b"\x01\x00\x01\x00"  # the screen says 1 x 1
    assert read("gif", bytes(content)) == Header(97, 61, 1)


def test_of_other_forms_nothing_is_told() -> None:
    assert read("tiff", b"II*\x00") is None


@pytest.mark.parametrize("form", READ)
def test_a_header_that_is_cut_off_is_an_error_or_tells_nothing(form: str) -> None:
    content = FILES[form]
    for length in range(min(len(content), 120)):
        try:
            header = read(form, content[:length])
        except ValueError:
            continue
        assert header is None or header.width in {97, 98}


@pytest.mark.parametrize(("form", "at"), [("jpeg", 0), ("png", 16), ("gif", 6)])
def test_a_picture_without_width_is_refused(form: str, at: int) -> None:
    content = bytearray(FILES[form])
    if form == "jpeg":
        at = content.index(b"\xff\xc0") + 5
        content[at : at + 4] = bytes(4)
    elif form == "png":
        content[at : at + 4] = bytes(4)
    else:
        content = bytearray(b"GIF89a" + bytes(7) + b";")
    with pytest.raises(ValueError, match="without width"):
        read(form, bytes(content))


@given(form=st.sampled_from(READ), content=st.binary(max_size=300))
def test_any_bytes_are_a_header_an_error_or_nothing(form: str, content: bytes) -> None:
    try:
        header = read(form, content)
    except ValueError:
        return
    assert header is None or (header.width > 0 and header.height > 0)


@given(form=st.sampled_from(READ), place=st.integers(0, 400), byte=st.integers(0, 255))
def test_one_changed_byte_is_a_header_an_error_or_nothing(form: str, place: int, byte: int) -> None:
    content = bytearray(FILES[form])
    content[place % len(content)] = byte
    try:
        header = read(form, bytes(content))
    except ValueError:
        return
    assert header is None or header.width > 0
