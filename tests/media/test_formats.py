"""What a file is, by its first bytes; and the table of what is done with it."""

import pytest

from hoede.app.tables import read_tables
from hoede.media.formats import FormatsError, Treat, form_of, parse_forms

FTYP = b"\x00\x00\x00\x20ftyp"


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "png"),
        (b"GIF89a\x01\x00", "gif"),
        (b"GIF87a\x01\x00", "gif"),
        (b"GIF88a\x01\x00", "unknown"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "webp"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "unknown"),
        (FTYP + b"avif\x00\x00\x00\x00mif1avif", "avif"),
        (FTYP + b"mif1\x00\x00\x00\x00mif1avif", "avif"),  # its own brand stands second
        (FTYP + b"heic\x00\x00\x00\x00mif1heic", "heic"),
        (FTYP + b"mif1\x00\x00\x00\x00mif1heic", "heic"),
        (FTYP + b"isom\x00\x00\x02\x00isomiso2", "mp4"),
        (FTYP + b"qt  \x00\x00\x02\x00qt  ", "mp4"),
        (b"\x1a\x45\xdf\xa3\x9f", "webm"),
        (b"BM\x36\x00", "bmp"),
        (b"II*\x00\x08", "tiff"),
        (b"MM\x00*\x00", "tiff"),
        (b"\xff\x0a\x00", "jxl"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x03\x04\x14", "zip"),
        (b"<svg xmlns=", "svg"),
        (b"\xef\xbb\xbf  <?xml version=", "svg"),
        (b"hoede: a harmless trigger", "unknown"),
        (b"", "unknown"),
        (b"\xff\xd8", "unknown"),  # cut off before it says anything
    ],
)
def test_what_the_first_bytes_say(head: bytes, form: str) -> None:
    assert form_of(head) == form


def test_every_form_we_tell_apart_has_a_row_that_says_what_is_done() -> None:
    forms = read_tables().forms
    assert {form.treat for form in forms.values()} == {Treat.LOOK, Treat.EXACT}
    assert all(form.says for form in forms.values())


def test_an_operators_row_counts_over_ours() -> None:
    ours = read_tables().forms
    theirs = parse_forms('[pdf]\ntreat = "refuse"\nsays = "no documents here"\n', ours)
    assert (theirs["pdf"].treat, theirs["jpeg"]) == (Treat.REFUSE, ours["jpeg"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[docx]\ntreat = "look"\nsays = "x"\n', "docx: there is no such form"),
        ('[pdf]\ntreat = "burn"\nsays = "x"\n', "burn"),
        ('[pdf]\ntreat = "look"\n', "says"),
        ('[pdf]\ntreat = "look"\nsays = "x"\nshade = 1\n', "shade"),
        ("[pdf", "Expected"),
    ],
)
def test_a_table_that_is_not_right_is_refused(text: str, says: str) -> None:
    with pytest.raises(FormatsError, match=says):
        parse_forms(text, read_tables().forms)


def test_a_table_without_a_row_for_everything_else_is_refused() -> None:
    with pytest.raises(FormatsError, match="unknown"):
        parse_forms('[pdf]\ntreat = "look"\nsays = "x"\n')
