"""`hoede policy diff`: what one pack says differently from another."""

from dataclasses import asdict
from typing import Annotated

import typer

from hoede.cli import policy_given as given
from hoede.cli.common import say
from hoede.policy import Pack, Status, shipped_vocabulary
from hoede.policy.rules.differences import Difference, differences


def diff(
    before: Annotated[str, typer.Argument(help="An id or a .toml file.")],
    after: Annotated[str, typer.Argument(help="An id or a .toml file.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show what is new, tighter, looser or gone in the second pack, band by band."""
    old, new = given.pack(before), given.pack(after)
    found = differences(old, new, shipped_vocabulary())
    told = {"before": old.ref, "after": new.ref, "differences": [asdict(one) for one in found]}
    say("\n".join(_lines(old, new, found)), told, as_json=as_json)


def _lines(before: Pack, after: Pack, found: tuple[Difference, ...]) -> list[str]:
    lines = [_pack("before", before), _pack("after", after)]
    band = None
    for one in found:
        if one.band != band:
            band = one.band
            lines += ["", band or "everybody"]
        lines.append(_line(one))
    return lines if found else [*lines, "", "They say the same."]


def _pack(place: str, pack: Pack) -> str:
    inert = "" if pack.status is Status.IN_FORCE else f"  ({pack.status}: inert, it counts for nobody)"
    return f"{place:6} {pack.ref}{inert}"


def _line(one: Difference) -> str:
    said = " -> ".join(value for value in (one.before, one.after) if value is not None)
    inert = "  (inert)" if one.inert else ""
    return f"  {one.change:7} {one.part:8}{one.about:30}{said}{inert}"
