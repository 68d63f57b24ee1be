"""A figure of who is refused what, before and after: bars that need no colour to be told apart. Pure.

No style and no script, so that a page may hold it; it takes the colour of the text around it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

ROW, BAR, LEFT, WIDE, RIGHT = 44, 12, 250, 400, 150  # pixels
HEAD, FOOT = 58, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """One row: a share before and after, and what is said beside it."""

    name: str
    before: float  # 0 to 1
    after: float
    says: str


def draw(title: str, says: str, names: tuple[str, str], rows: Sequence[Bars], *, ground: bool = False) -> str:
    """The figure as SVG. `names`: what the two bars are; `ground`: a page of its own, so paper behind it."""
    height = HEAD + ROW * len(rows) + FOOT
    width = LEFT + WIDE + RIGHT
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -6 {width + 20} {height + 12}" width="{width}"'
        f' height="{height}" role="img" aria-labelledby="figure-title figure-says" font-family="sans-serif"'
        ' font-size="13" fill="currentColor">'
    )
    lines = [
        opening,
        f'<title id="figure-title">{escape(title)}</title>',
        f'<desc id="figure-says">{escape(says)}</desc>',
        *(
            [f'<rect x="-10" y="-6" width="{width + 20}" height="{height + 12}" fill="#ffffff"/>']
            if ground
            else []
        ),
        *_legend(title, names),
        *(line for at, row in enumerate(rows) for line in _row(HEAD + ROW * at, row)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _legend(title: str, names: tuple[str, str]) -> Iterable[str]:
    yield _text(0, 16, title, weight="bold")
    yield _bar(LEFT, 26, 24, filled=False)
    yield _text(LEFT + 32, 37, names[0])
    yield _bar(LEFT + WIDE // 2, 26, 24, filled=True)
    yield _text(LEFT + WIDE // 2 + 32, 37, names[1])


def _row(top: int, row: Bars) -> Iterable[str]:
    yield _text(0, top + 20, row.name)
    yield _bar(LEFT, top + 4, row.before * WIDE, filled=False)
    yield _bar(LEFT, top + 6 + BAR, row.after * WIDE, filled=True)
    yield _text(LEFT + WIDE + 10, top + 20, row.says)


def _bar(left: int, top: int, width: float, *, filled: bool) -> str:
    """Never quite nothing: a bar of nought is a line where it begins."""
    fill = "currentColor" if filled else "none"
    return (
        f'<rect x="{left}" y="{top}" width="{max(width, 1):.1f}" height="{BAR}" fill="{fill}"'
        ' stroke="currentColor"/>'
    )


def _text(left: int, baseline: int, words: str, weight: str = "normal") -> str:
    return f'<text x="{left}" y="{baseline}" font-weight="{weight}">{escape(words)}</text>'
