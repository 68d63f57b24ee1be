"""`hoede policy simulate`: who would be refused what, before and after a draft."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from hoede.cli import policy_given as given
from hoede.cli.common import say
from hoede.core.ages import AgeBand
from hoede.policy import Pack, Policy, Status, shipped_ids, shipped_pack, shipped_vocabulary
from hoede.policy.counts import read_counts, weigh
from hoede.policy.people import populate, shipped_shape
from hoede.policy.rules.drawing import Bars, draw
from hoede.policy.simulation import Figure, simulate
from hoede.words import catalogue

LABELS = ("refused before", "refused after")
HEAD = (
    f"{'attempt':20}{'band':10}{'asked':>10}{'refused':>22}{'ask first':>22}"
    f"{'new refusals':>14}{'opened':>10}"
)


def simulate_(
    draft: Annotated[str, typer.Argument(help="The pack to try: a .toml file, or an id.")],
    against: Annotated[
        str | None, typer.Option(help="Packs in force now; else the shipped one of the same id, or none.")
    ] = None,
    accounts: Annotated[int, typer.Option(min=1, max=10_000_000, help="Made-up accounts.")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same people.")] = 1,
    counts: Annotated[
        Path | None, typer.Option(help="CSV of capability,band,country,count instead of made-up people.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="A day or a moment; else now.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write a figure here.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Try a draft on made-up people or recorded counts: as if it were in force, whatever its status."""
    tried = given.pack(draft)
    before = _before(tried, against)
    after = replace(before, packs=(*(one for one in before.packs if one.id != tried.id), _in_force(tried)))
    now = max(given.moment(at), _begins(tried))
    if counts is None:
        figures = _made_up(before, after, accounts, seed, now)
    else:
        figures = weigh(read_counts(_text(counts), before.vocabulary), before, after, now)
    told = {
        "draft": tried.ref,
        "status": tried.status.value,
        "against": [one.ref for one in before.packs],
        "at": now.isoformat(),
        "people": {"counts": str(counts)} if counts else {"accounts": accounts, "seed": seed},
        "figures": [asdict(one) for one in figures],
    }
    if svg is not None:
        _write(svg, _figure(tried, figures))
    say("\n".join(_table(tried, before, figures)), told, as_json=as_json)


def _before(tried: Pack, against: str | None) -> Policy:
    if against is not None:
        return given.policy(against)
    shipped = (shipped_pack(tried.id),) if tried.id in shipped_ids() else ()
    return Policy(shipped_vocabulary(), shipped)


def _in_force(pack: Pack) -> Pack:
    """What is tried acts: one wants to see what a proposal would do."""
    return replace(pack, status=Status.IN_FORCE, effective_to=None)


def _begins(pack: Pack) -> datetime:
    """Noon of the day after it begins, by when that day has begun everywhere."""
    return datetime.combine(pack.effective_from + timedelta(days=1), time(12), UTC)


def _made_up(before: Policy, after: Policy, accounts: int, seed: int, now: datetime) -> tuple[Figure, ...]:
    people = populate(shipped_shape(), accounts, seed)
    length = len(before.vocabulary.words)
    with typer.progressbar(length=length, label="asking", file=typer.get_text_stream("stderr")) as bar:
        return simulate(before, after, people, now, lambda _: bar.update(1))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read: {error}") from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error}") from error


def _table(tried: Pack, before: Policy, figures: Sequence[Figure]) -> list[str]:
    against = ", ".join(one.ref for one in before.packs) or "nothing"
    changed = [one for one in figures if one.different]
    lines = [f"{tried.ref} as if in force, against {against}", ""]
    lines += [HEAD, *map(_row, changed)] if changed else ["Nobody would be answered differently."]
    same = len(figures) - len(changed)
    return [*lines, "", f"{same} of {len(figures)} rows stay as they are."]


def _row(one: Figure) -> str:
    refused = f"{one.refused_before:,} -> {one.refused_after:,}"
    asks = f"{one.asks_before:,} -> {one.asks_after:,}"
    return (
        f"{one.what:20}{one.band:10}{one.asked:>10,}{refused:>22}{asks:>22}"
        f"{one.newly_refused:>14,}{one.newly_open:>10,}"
    )


def _figure(tried: Pack, figures: Iterable[Figure]) -> str:
    changed = [one for one in figures if one.refused_before != one.refused_after]
    rows = [
        Bars(
            name=f"{one.what}, {_band(one.band)}",
            before=one.refused_before / one.asked,
            after=one.refused_after / one.asked,
            says=f"{one.refused_before / one.asked:.0%} -> {one.refused_after / one.asked:.0%}",
        )
        for one in changed
        if one.asked
    ]
    title = f"{tried.id} {tried.version}: who would be refused what"
    says = "; ".join(f"{one.name}: {one.says}" for one in rows) or "Nobody would be answered differently."
    return draw(title, says, LABELS, rows, ground=True)


def _band(band: str) -> str:
    return catalogue("en").say(f"word.band.{band}") if band in set(AgeBand) else "age unknown"
