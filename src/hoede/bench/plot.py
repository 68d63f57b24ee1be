"""How many times quicker than its peer each row of a bench is: bars, and marks for targets. Pure.

The scale is logarithmic. No style and no script; paper is behind it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

ROW, BAR, LEFT, WIDE, RIGHT, HEAD = 30, 16, 170, 480, 170, 66  # pixels
INK, FILL = "#222222", "#2f6f9f"
_TARGET = re.compile(r"([0-9.,]+)x")


def plot(title: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """The figure as SVG, of the rows that have a peer."""
    shown = [row for row in rows if row["ratio"]]
    most = max([10.0, *(row["ratio"] for row in shown), *(_target(row) or 1 for row in shown)])
    decades = math.ceil(math.log10(most))
    width, height = LEFT + WIDE + RIGHT, HEAD + ROW * len(shown) + 12
    says = "; ".join(f"{row['name']} {row['ratio']:g} times" for row in shown)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-labelledby="figure-title figure-says" font-family="sans-serif"'
        f' font-size="13" fill="{INK}">'
    )
    lines = [
        opening,
        f'<title id="figure-title">{escape(title)}</title>',
        f'<desc id="figure-says">{escape(says)}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="22" font-weight="bold">{escape(title)}</text>',
    ]
    for decade in range(-1, decades + 1):
        x = _x(10.0**decade, decades)
        lines.append(f'<path d="M{x:.1f} {HEAD - 8} V{height - 8}" stroke="#cccccc"/>')
        lines.append(f'<text x="{x:.1f}" y="{HEAD - 14}" text-anchor="middle">{10.0**decade:g}x</text>')
    for at, row in enumerate(shown):
        lines += _bar(HEAD + ROW * at, row, decades)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _bar(top: int, row: Mapping[str, Any], decades: int) -> Iterable[str]:
    end, target = _x(row["ratio"], decades), _target(row)
    yield f'<text x="10" y="{top + 13}">{escape(row["name"])}</text>'
    yield f'<rect x="{LEFT}" y="{top}" width="{max(1.0, end - LEFT):.1f}" height="{BAR}" fill="{FILL}"/>'
    told = f"{row['ratio']:g}x" + (f" (target {target:g}x)" if target else "")
    yield f'<text x="{LEFT + WIDE + 8}" y="{top + 13}">{told}</text>'
    if target:
        yield f'<path d="M{_x(target, decades):.1f} {top - 4} v{BAR + 8}" stroke="{INK}" stroke-width="3"/>'


def _x(ratio: float, decades: int) -> float:
    """Where a ratio stands; what is below a tenth stands at the left."""
    return LEFT + WIDE * (max(-1.0, math.log10(ratio)) + 1) / (decades + 1)


def _target(row: Mapping[str, Any]) -> float | None:
    found = _TARGET.search(row["target"])
    return float(found[1].replace(",", "")) if found else None
