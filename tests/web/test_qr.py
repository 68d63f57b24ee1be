"""The picture of an address: whole, one of its own for each address, and nothing a page would refuse."""

from xml.etree.ElementTree import fromstring

from hoede.web.qr import qr

ADDRESS = "https://hoede.example/family/invited/abcdefghijklmnopqrstuvwxyz"


def test_it_is_drawn_in_the_page_without_style_or_script() -> None:
    drawn = fromstring(qr(ADDRESS, "A picture"))  # noqa: S314 - our own

    assert {one.tag for one in drawn.iter()} == {"div", "svg", "path"}
    assert not any("style" in one.attrib for one in drawn.iter())


def test_it_has_the_size_of_a_version_and_a_quiet_edge() -> None:
    drawn = fromstring(qr(ADDRESS, "A picture"))  # noqa: S314 - likewise
    side = int(drawn[0].attrib["viewBox"].split()[-1]) - 2 * 4

    assert (side - 17) % 4 == 0
    assert drawn[0][1].attrib["d"].startswith("M4 4.5h7")  # its first corner mark, four squares in


def test_another_address_is_another_picture() -> None:
    assert qr(ADDRESS, "A picture") != qr(f"{ADDRESS}2", "A picture")


def test_what_a_screen_reader_says_cannot_break_out() -> None:
    assert 'aria-label="&#34;&gt;&lt;b&gt;"' in qr(ADDRESS, '"><b>')
