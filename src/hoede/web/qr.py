"""An address as a picture that a phone reads: drawn in the page itself, without style or script."""

import segno
from markupsafe import Markup


def qr(address: str, title: str) -> Markup:
    """The picture, black on white in every theme; `title` is what a screen reader says of it."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True
    )
    picture = Markup(drawn)  # noqa: S704 - modules of a picture, no text
    return Markup('<div class="qr" role="img" aria-label="{}">{}</div>').format(title, picture)
