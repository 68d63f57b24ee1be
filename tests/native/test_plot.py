"""The figure of a bench: every row with a peer has its bar, in proportion, and its target a mark."""

from typing import Any
from xml.etree import ElementTree as ET

from hoede.bench.plot import LEFT, WIDE, plot

SVG = "{http://www.w3.org/2000/svg}"


def row(name: str, ratio: float | None, target: str) -> dict[str, Any]:
    return {"name": name, "ratio": ratio, "target": target}


def test_bars_are_as_long_as_their_ratios_in_tens() -> None:
    drawn = plot(
        "Speed", [row("a", 10, ">= 8x"), row("b", 1, ""), row("c", None, ""), row("d", 0.001, ">= 1,000x")]
    )
    bars = [float(one.attrib["width"]) for one in ET.fromstring(drawn).iter(f"{SVG}rect")][1:]  # noqa: S314 - ours
    assert bars == [WIDE * 2 / 4, WIDE / 4, 1.0]
    assert LEFT > 0


def test_what_is_said_beside_a_bar_is_text_and_nothing_else() -> None:
    drawn = plot("<Speed>", [row("a & b", 2.5, ">= 2x less")])
    texts = [one.text for one in ET.fromstring(drawn).iter(f"{SVG}text")]  # noqa: S314 - ours
    assert {"<Speed>", "a & b", "2.5x (target 2x)"} <= set(texts)
