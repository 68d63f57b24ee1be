"""Reads the tables that ship with the package, and the operator's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from hoede.access import Roles, parse_roles
from hoede.config import ConfigError
from hoede.core.retention import Retention, parse_retention
from hoede.enforcement import Rulebook, parse_measures, parse_rulebook
from hoede.media import Forms, parse_forms
from hoede.pairing import Acts, parse_acts
from hoede.pairing.rules.adults import Asks, parse_assurance
from hoede.pairing.rules.limits import Preset, parse_presets
from hoede.policy import LookingLaw, parse_look_table, shipped_vocabulary
from hoede.review import KnownNames, Lanes, Outcomes, parse_lanes, parse_outcomes
from hoede.review.ages import AgeBases, parse_age_bases
from hoede.review.notices import Reasons, parse_reasons
from hoede.review.wellness import Wellness, parse_wellness
from hoede.usage import Kinds, shipped_kinds

KEPT = ("detection", "usage", "review")  # slices with a table of how long what is no evidence stays


@dataclass(frozen=True, slots=True)
class PairingTables:
    """What can be done with a pairing, what proves an adult, and presets."""

    acts: Acts
    assurance: Mapping[str, Asks]
    presets: Mapping[str, Preset]


@dataclass(frozen=True, slots=True)
class Tables:
    """Policy as data, checked as it is read; a table that is wrong refuses to start."""

    book: Rulebook
    lanes: Lanes
    outcomes: Outcomes
    age_bases: AgeBases  # on what an age may be believed
    wellness: Wellness  # how much of what is hard to see a person is shown
    reasons: Reasons  # what people may report, and where it waits
    retention: Retention
    kept: Retention  # of what is no evidence: fingerprints, what rules in shadow would have done, use
    kinds: Kinds  # of time, and whether it counts
    laws: tuple[LookingLaw, ...]
    forms: Forms
    roles: Roles
    pairing: PairingTables


def read_tables(
    may_look_file: Path | None = None, formats_file: Path | None = None, wellness_file: Path | None = None
) -> Tables:
    measures = parse_measures(_shipped("enforcement", "measures.toml"))
    laws = parse_look_table(_shipped("policy", "may_look.toml"))
    if may_look_file is not None:
        laws += parse_look_table(_own("may_look_file", may_look_file))
    forms = parse_forms(_shipped("media", "formats.toml"))
    if formats_file is not None:
        forms = parse_forms(_own("formats_file", formats_file), forms)
    lanes = parse_lanes(_shipped("review", "lanes.toml"))
    own_wellness = "" if wellness_file is None else _own("wellness_file", wellness_file)
    wellness = parse_wellness(_shipped("review", "wellness.toml"), lanes, own_wellness)
    names = KnownNames(
        measures={name: one.target for name, one in measures.items()},
        irreversible=frozenset(name for name, one in measures.items() if one.irreversible),
        lanes=lanes.keys(),
    )
    return Tables(
        book=parse_rulebook(_shipped("enforcement", "rulebook.toml"), measures),
        lanes=lanes,
        outcomes=parse_outcomes(_shipped("review", "outcomes.toml"), names),
        age_bases=parse_age_bases(_shipped("review", "age_bases.toml")),
        wellness=wellness,
        reasons=parse_reasons(_shipped("review", "reasons.toml")),
        retention=parse_retention(_shipped("evidence", "retention.toml")),
        kept=parse_retention("".join(_shipped(one, "retention.toml") for one in KEPT)),
        kinds=shipped_kinds(),
        laws=laws,
        forms=forms,
        roles=parse_roles(_shipped("access", "roles.toml")),
        pairing=PairingTables(
            acts=parse_acts(_shipped("pairing", "states.toml")),
            assurance=parse_assurance(_shipped("pairing", "assurance.toml")),
            presets=parse_presets(_shipped("pairing", "presets.toml"), shipped_vocabulary().settings),
        ),
    )


def _shipped(part: str, name: str) -> str:
    return (files("hoede") / part / name).read_text(encoding="utf-8")


def _own(key: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{key} {path} cannot be read: {error.strerror}.") from error
