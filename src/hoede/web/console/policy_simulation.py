"""What a version would change, tried on made-up people: who would be refused what, as table and figure."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.responses import Response

from hoede.access import Permission
from hoede.flow.change_policy import ChangePolicy
from hoede.policy.people import UNKNOWN
from hoede.policy.rules.drawing import Bars, draw
from hoede.policy.rules.versions import Version
from hoede.policy.simulation import Figure
from hoede.policy.store import all_versions
from hoede.policy.versions import find
from hoede.web.console.frame import show, words_of
from hoede.web.console.policy import POLICY, number_of
from hoede.web.session import Doors
from hoede.web.visits import Visit
from hoede.words import Catalogue

ACCOUNTS: Final = 10_000
KEPT: Final = 8  # simulations; one takes seconds, and its figure is asked for right after its table
MOST_SHOWN: Final = 30  # rows, the most touched first; `hoede policy simulate` tells all


def open_doors(doors: Doors, change: ChangePolicy) -> None:
    at, sees, one = Simulations(change), Permission.POLICY_SEE, f"{POLICY}/{{id}}"
    doors.get(f"{one}/simulation", at.page, needs=sees, name="policy-simulation")
    doors.get(f"{one}/figure", at.figure, needs=sees, name="policy-figure")


@dataclass(frozen=True, slots=True)
class Simulations:
    change: ChangePolicy
    _done: OrderedDict[str, tuple[Figure, ...]] = field(default_factory=OrderedDict)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def page(self, visit: Visit) -> Response:
        version = self._version(visit)
        figures = self._changed(version)
        return show(
            visit,
            "console/policy_simulation.html",
            version=version,
            figures=figures,
            accounts=ACCOUNTS,
            most=MOST_SHOWN,
            alt=_told(words_of(visit), figures),
            unknown=UNKNOWN,
        )

    def figure(self, visit: Visit) -> Response:
        """The same as an image."""
        version, words = self._version(visit), words_of(visit)
        figures = self._changed(version)
        bars = [_bars(words, one) for one in figures if one.refused_before != one.refused_after]
        title = words.say("console.policy.simulation", n=version.number)
        names = (words.say("console.policy.before"), words.say("console.policy.after"))
        drawn = draw(title, _told(words, figures), names, bars, ground=True)
        return Response(drawn, media_type="image/svg+xml")

    def _version(self, visit: Visit) -> Version:
        return find(self.change.db.read(all_versions), number_of(visit))

    def _changed(self, version: Version) -> tuple[Figure, ...]:
        """Where most changes, kept a while: what a version is never changes."""
        with self._one_at_a_time:
            found = self._done.get(version.hash)
            if found is None:
                changed = [one for one in self.change.simulate(version, ACCOUNTS) if one.different]
                changed.sort(key=lambda one: one.different, reverse=True)
                found = tuple(changed[:MOST_SHOWN])
                self._done[version.hash] = found
                while len(self._done) > KEPT:
                    self._done.popitem(last=False)
            return found


def _bars(words: Catalogue, one: Figure) -> Bars:
    before, after = one.refused_before / one.asked, one.refused_after / one.asked
    return Bars(name=_name(words, one), before=before, after=after, says=f"{before:.0%} → {after:.0%}")


def _name(words: Catalogue, one: Figure) -> str:
    band = words.say("console.policy.band.unknown" if one.band == UNKNOWN else f"word.band.{one.band}")
    return f"{one.what}, {band}"


def _told(words: Catalogue, figures: Sequence[Figure]) -> str:
    """The figure in words."""
    rows = [_bars(words, one) for one in figures if one.refused_before != one.refused_after]
    return "; ".join(f"{one.name}: {one.says}" for one in rows) or words.say("console.policy.simulation.none")
