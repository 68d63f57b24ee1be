"""Looking at files of strangers: through a child that can do nothing else, and that may die."""

import io
import os
import signal
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.media import forging, probe
from tests.media.conftest import Look
from tests.pictures import as_phones_do, drawn, encoded, turned_by_exif

from hoede.app.tables import read_tables
from hoede.core.media import Seen
from hoede.media import (
    CHILD,
    FormRefused,
    Level,
    Limits,
    MediaTooMuch,
    MediaUnreadable,
    Pool,
    Reader,
    SandboxBroken,
    parse_forms,
)
from hoede.media.pdq import distance
from hoede.media.pictures import frames_of, preview
from hoede.media.reader import Preview

NEAR = 31
PICTURE = drawn(1)
FORMS = as_phones_do(PICTURE)


def film(*pictures: Image.Image, seconds: int = 1) -> bytes:
    """A video that shows each picture for so long."""
    target = io.BytesIO()
    with av.open(target, mode="w", format="mp4") as made:
        stream = made.add_stream("mpeg4", rate=10)
        stream.width, stream.height = pictures[0].size
        stream.bit_rate = 4_000_000
        for picture in pictures:
            for _ in range(10 * seconds):
                shown = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
                made.mux(stream.encode(shown))
        made.mux(stream.encode())
    return target.getvalue()


def nearest(seen: Seen, fingerprint: bytes) -> int:
    return min(distance(one, fingerprint) for frame in seen.frames for one in frame.pdq)


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_is_recognised_in_every_form_a_phone_makes(look: Look, form: str) -> None:
    known = look(encoded(PICTURE)).frames[0].pdq[0]
    assert nearest(look(FORMS[form]), known) <= NEAR


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_upright_fingerprint_stands_first_however_the_phone_was_held(
    look: Look, orientation: int
) -> None:
    known = look(encoded(PICTURE)).frames[0].pdq[0]
    assert distance(look(turned_by_exif(PICTURE, orientation)).frames[0].pdq[0], known) <= NEAR


def test_a_moving_picture_is_looked_at_from_beginning_to_end(look: Look) -> None:
    pictures = [drawn(seed) for seed in range(5)]
    moving = encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=100)
    seen = look(moving)
    assert [frame.place for frame in seen.frames] == [0, 1, 2, 3, 4]
    assert nearest(seen, look(encoded(pictures[4])).frames[0].pdq[0]) <= NEAR


def test_of_many_frames_some_are_looked_at_evenly_and_the_first_always(look: Look) -> None:
    pictures = [drawn(seed, 64, 48) for seed in range(100)]
    seen = look(encoded(pictures[0], "WEBP", save_all=True, append_images=pictures[1:], duration=20))
    places = [frame.place for frame in seen.frames]
    assert (len(places), places[0], places[-1]) == (Limits().sampled, 0, 96)


def test_every_second_of_a_video_is_looked_at(look: Look) -> None:
    pictures = [drawn(seed) for seed in range(4)]
    seen = look(film(*pictures))
    assert seen.form == "mp4"
    for picture in pictures:
        assert nearest(seen, look(encoded(picture)).frames[0].pdq[0]) <= NEAR


def test_a_video_that_does_not_move_is_looked_at_once(look: Look) -> None:
    assert len(look(film(PICTURE, seconds=5)).frames) < 4


def test_every_stream_of_a_video_is_looked_at(look: Look) -> None:
    """A player may choose another one than the first."""
    hidden = drawn(5)
    seen = look(forging.film(PICTURE, hidden, streams=2))
    assert nearest(seen, look(encoded(PICTURE)).frames[0].pdq[0]) <= NEAR
    assert len(seen.frames) == 2


def test_a_video_that_lies_about_time_is_looked_at_all_the_way(look: Look) -> None:
    """All its frames lie in its first second, so it says; one in every two seconds' worth is looked at."""
    pictures = [drawn(1 if number < 100 else 2, 96, 64) for number in range(300)]
    seen = look(forging.film(*pictures, rate=1000, keys_every=600))
    assert nearest(seen, look(encoded(drawn(2, 96, 64))).frames[0].pdq[0]) <= NEAR


def test_sound_alone_has_no_frames_and_is_no_reason_to_refuse(look: Look) -> None:
    seen = look(forging.sound())
    assert (seen.form, seen.frames) == ("mp4", ())


def test_a_jpeg_whose_further_pictures_are_gone_is_looked_at(look: Look) -> None:
    """Tools keep a phone's table of further pictures and drop what it points at."""
    stereo = encoded(PICTURE, "MPO", save_all=True, append_images=[drawn(2)])
    alone = stereo[: stereo.index(b"\xff\xd9\xff\xd8") + 2]
    assert [len(look(one).frames) for one in (stereo, alone)] == [2, 1]


def test_a_small_copy_comes_with_a_frame_that_is_asked_for_one(look: Look) -> None:
    (frame,) = look(encoded(PICTURE), small=120).frames
    assert (frame.rgb_width, frame.rgb_height, len(frame.rgb)) == (120, 90, 120 * 90 * 3)


@pytest.mark.parametrize("content", [b"", b"hoede: a harmless trigger", b"%PDF-1.7", b"PK\x03\x04"])
def test_what_is_not_decoded_has_its_form_and_no_frames(look: Look, content: bytes) -> None:
    assert look(content).frames == ()


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_that_is_cut_off_is_refused(look: Look, form: str) -> None:
    with pytest.raises(MediaUnreadable):
        look(FORMS[form][: len(FORMS[form]) // 3])


@pytest.mark.parametrize("cut", [20, 200, 3000])
def test_a_video_that_is_cut_off_is_refused(look: Look, cut: int) -> None:
    with pytest.raises(MediaUnreadable):
        look(film(PICTURE)[:cut])


def test_too_many_pixels_are_refused_from_the_header(look: Look) -> None:
    bomb = bytearray(encoded(PICTURE))
    bomb[16:24] = (60_000).to_bytes(4) * 2  # the header says so, nothing else does
    with pytest.raises(MediaTooMuch, match="60000 x 60000"):
        look(bytes(bomb))


def test_too_many_frames_are_refused_from_the_header(look: Look, limits: Limits) -> None:
    dots = [Image.new("L", (1, 1), number % 256) for number in range(limits.frames + 1)]
    moving = encoded(dots[0], "GIF", save_all=True, append_images=dots[1:], optimize=False)
    with pytest.raises(MediaTooMuch, match=f"{limits.frames + 1} frames"):
        look(moving)


def test_a_jpeg_a_little_too_large_is_looked_at_at_half_its_size(look: Look, limits: Limits) -> None:
    large = drawn(3, 3000, 2000)
    assert large.width * large.height > limits.pixels
    (frame,) = look(encoded(large, "JPEG", quality=80)).frames
    assert (frame.width, frame.height) == (1500, 1000)
    assert distance(frame.pdq[0], look(encoded(large.resize((1500, 1000)))).frames[0].pdq[0]) <= NEAR


def test_a_form_the_operator_refuses_is_refused(reader: Reader) -> None:
    forms = parse_forms('[gif]\ntreat = "refuse"\nsays = "no"\n', read_tables().forms)
    with tempfile.TemporaryFile() as file:
        file.write(FORMS["gif"])
        file.flush()
        with pytest.raises(FormRefused, match="gif"):
            replace(reader, forms=forms).look(file.fileno())


def test_looking_does_not_move_the_callers_place_in_the_file(reader: Reader) -> None:
    """The copy for the vault may be taken at the same time."""
    with tempfile.TemporaryFile() as file:
        file.write(FORMS["webp"])
        file.seek(7)
        reader.look(file.fileno())
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 7


def test_a_child_that_dies_is_replaced_and_the_file_looked_at_all_the_same(
    look: Look, reader: Reader
) -> None:
    child = reader.pool.warm()
    os.kill(child.process.pid, signal.SIGKILL)
    child.process.wait()
    assert look(encoded(PICTURE)).frames
    assert reader.pool.warm().process.pid != child.process.pid


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_looked_at(reader: Reader) -> None:
    hasty = replace(reader, limits=replace(reader.limits, seconds=0.001))
    with tempfile.TemporaryFile() as file:
        file.write(encoded(drawn(1, 1800, 1800), "WEBP"))
        file.flush()
        with pytest.raises(MediaTooMuch, match="longer"):
            hasty.look(file.fileno())
        assert reader.look(file.fileno()).frames


def test_what_takes_more_memory_than_allowed_is_refused() -> None:
    tight = Limits(memory_mb=120)
    reader = Reader(pool=Pool(CHILD, tight, 1), forms=read_tables().forms, limits=tight)
    with tempfile.TemporaryFile() as file:
        file.write(encoded(Image.new("RGB", (7000, 7000), "teal")))
        file.flush()
        with pytest.raises((MediaTooMuch, MediaUnreadable)):
            reader.look(file.fileno())
    reader.close()


def test_where_no_child_starts_we_could_not_look() -> None:
    reader = Reader(pool=Pool("hoede.media.nothing", Limits(), 1), forms=read_tables().forms, limits=Limits())
    with tempfile.TemporaryFile() as file:
        file.write(FORMS["gif"])
        file.flush()
        with pytest.raises(SandboxBroken):
            reader.look(file.fileno())


def test_this_machine_has_a_sandbox(reader: Reader) -> None:
    sandbox = reader.sandbox()
    assert sandbox.level in {Level.BUBBLEWRAP, Level.SECCOMP}
    assert sandbox.video


def test_a_preview_is_upright_small_and_tells_nothing_of_where_it_was_taken(reader: Reader) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "MARKER-4711"
    turned = PICTURE.transpose(Image.Transpose.ROTATE_90)
    with tempfile.TemporaryFile() as file:
        file.write(encoded(turned, "JPEG", exif=exif))
        file.flush()
        shown = reader.preview(file.fileno(), side=100)
    made = shown.picture
    assert shown.whole
    assert b"MARKER-4711" not in made
    with Image.open(io.BytesIO(made)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (100, 75))
        seen = np.asarray(opened.convert("L")).astype(int)
    small = np.asarray(PICTURE.convert("L").resize((100, 75))).astype(int)
    assert np.abs(seen - small).mean() < 12


def strip(reader: Reader, content: bytes) -> Preview:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return reader.strip(file.fileno(), side=64)


@pytest.mark.parametrize("form", ["video", "picture"])
def test_of_what_moves_nine_frames_at_most_are_shown_small_and_never_called_all_of_it(
    reader: Reader, form: str
) -> None:
    pictures = [drawn(seed, 160, 120) for seed in range(12)]
    moving = encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=100)
    shown = strip(reader, film(*pictures) if form == "video" else moving)
    with Image.open(io.BytesIO(shown.picture)) as opened:
        assert (opened.format, opened.size, shown.whole) == ("WEBP", (3 * 64, 3 * 48), False)
        seen = np.asarray(opened.convert("L")).astype(int)
    for place, picture in ((0, pictures[0]), (8, pictures[11])):  # the first, and the last
        across, down = place % 3 * 64, place // 3 * 48
        small = np.asarray(picture.convert("L").resize((64, 48))).astype(int)
        assert np.abs(seen[down : down + 48, across : across + 64] - small).mean() < 20


def previewed(reader: Reader, content: bytes, **how: Any) -> Preview:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return reader.preview(file.fileno(), side=64, **how)


def colours(preview: Preview) -> NDArray[np.int64]:
    with Image.open(io.BytesIO(preview.picture)) as opened:
        return np.asarray(opened.convert("RGB")).astype(np.int64)


def test_a_preview_in_grey_has_no_colour_and_a_blurred_one_no_edges(reader: Reader) -> None:
    sharp = Image.new("RGB", (64, 64), "black")
    sharp.paste((255, 0, 0), (32, 0, 64, 64))
    plain, grey, blurred = (
        previewed(reader, encoded(sharp, "PNG"), **how) for how in ({}, {"grey": True}, {"blur": 16})
    )
    assert np.ptp(colours(plain), axis=2).max() > 200
    assert np.ptp(colours(grey), axis=2).max() < 10
    steps = [int(np.abs(np.diff(colours(one)[:, :, 0], axis=1)).max()) for one in (plain, blurred)]
    assert (steps[0] > 100, steps[1] < 30) == (True, True)
    assert (plain.whole, grey.whole, blurred.whole) == (True, True, False)


@pytest.mark.parametrize("ground", ["black", "white", "grey"])
def test_a_mark_stands_all_over_a_preview_and_hides_little(ground: str) -> None:
    """In this process: the code is the same. Any part that is cut out still has some of it."""
    content = io.BytesIO(encoded(Image.new("RGB", (400, 400), ground)))
    plain, marked, other = (
        np.asarray(
            Image.open(io.BytesIO(preview("png", content, Limits(), side=400, mark=mark)[0])).convert("L")
        )
        for mark in ("", "eva 1a2b3c4d", "bas 1a2b3c4d")
    )
    far = np.abs(marked.astype(int) - plain)
    parts = [far[top : top + 200, left : left + 200].max() for top in (0, 200) for left in (0, 200)]
    assert min(parts) > 25
    assert far.mean() < 6
    assert np.abs(marked.astype(int) - other).max() > 25


def test_a_preview_of_moving_pictures_is_not_the_whole_file(reader: Reader) -> None:
    frames = [Image.new("RGB", (64, 64), name) for name in ("teal", "navy")]
    assert not previewed(reader, encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])).whole


def test_a_form_that_is_not_decoded_has_no_preview(reader: Reader) -> None:
    with pytest.raises(FormRefused):
        previewed(reader, b"a text that is no picture at all")


@pytest.mark.parametrize("form", ["PNG", "GIF", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_way_to_store_pixels_is_read(form: str, mode: str) -> None:
    """In this process: the code is the same, and a failure says where."""
    try:
        content = encoded(
            PICTURE.convert("L").convert("I;16") if mode == "I;16" else PICTURE.convert(mode), form
        )
    except (OSError, ValueError):
        return  # this form cannot hold that
    (frame,) = frames_of(form.lower(), io.BytesIO(content), Limits())
    assert len(frame.pdq) >= 8
    made, _ = preview(form.lower(), io.BytesIO(content), Limits(), side=50)
    assert made


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (4, 4)])
def test_a_picture_too_small_for_a_fingerprint_has_none(look: Look, size: tuple[int, int]) -> None:
    (frame,) = look(encoded(Image.new("RGB", size, "teal"))).frames
    assert (frame.width, frame.height, frame.pdq) == (*size, ())


def test_the_child_cannot_reach_files_network_or_programs(tmp_path: Path) -> None:
    """Run in a child of its own: it says what it could do after confining itself."""
    could = {name for name, done in probe.tried(tmp_path).items() if done}
    assert could == {"thread"}
