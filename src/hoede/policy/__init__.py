"""Policy: what an account may do now, with reasons; and whether the law lets us look at an event at all.

Works without a server, and imports nothing beyond the standard library and numpy:

    policy = Policy(shipped_vocabulary(), (shipped_pack("hoede-baseline"), shipped_pack("eu-dsa28")))
    side = born_side(date(2012, 3, 1), now, zones=("Europe/Amsterdam",), country="NL")
    permit = decide(policy, side, Attempt(what="go_live"), now)

`decide` is the plain evaluator; `Compiled` answers the same in a few look-ups, `Crowd` for many at once.
What each word means and why it is so: docs/decisions/0020-age-policy.md.
"""

from hoede.policy.rules import LookingLaw, LookTableError, may_look, parse_look_table
from hoede.policy.rules.compiled import Compiled, Seat
from hoede.policy.rules.crowd import ANSWERS, Crowd, answer_of, outcome_of
from hoede.policy.rules.effective import (
    Bound,
    InForce,
    Layer,
    Policy,
    PolicyError,
    Who,
    effective,
    in_force,
)
from hoede.policy.rules.packs import (
    Basis,
    Choosing,
    Consent,
    Contact,
    Duty,
    Limit,
    Pack,
    PackError,
    Start,
    Status,
    UnderMinimum,
    read_pack,
)
from hoede.policy.rules.permits import Answer, Path, Permit, Reason, Whom, check_failed, decide
from hoede.policy.rules.places import check_place
from hoede.policy.rules.showing import show_in_force, show_permit, show_reason
from hoede.policy.rules.sides import (
    SOMEBODY,
    Attempt,
    Lock,
    Relation,
    Restriction,
    Side,
    born_side,
    knows_zone,
    zones_at,
)
from hoede.policy.rules.steps import Shown, Step
from hoede.policy.rules.timing import TimeNow, time_now
from hoede.policy.rules.vocabulary import (
    NEVER_CLOSED,
    Code,
    Setting,
    SettingsError,
    Vocabulary,
    parse_vocabulary,
)
from hoede.policy.shipped import PackUnknown, shipped_ids, shipped_pack, shipped_vocabulary

__all__ = [
    "ANSWERS",
    "NEVER_CLOSED",
    "SOMEBODY",
    "Answer",
    "Attempt",
    "Basis",
    "Bound",
    "Choosing",
    "Code",
    "Compiled",
    "Consent",
    "Contact",
    "Crowd",
    "Duty",
    "InForce",
    "Layer",
    "Limit",
    "Lock",
    "LookTableError",
    "LookingLaw",
    "Pack",
    "PackError",
    "PackUnknown",
    "Path",
    "Permit",
    "Policy",
    "PolicyError",
    "Reason",
    "Relation",
    "Restriction",
    "Seat",
    "Setting",
    "SettingsError",
    "Shown",
    "Side",
    "Start",
    "Status",
    "Step",
    "TimeNow",
    "UnderMinimum",
    "Vocabulary",
    "Who",
    "Whom",
    "answer_of",
    "born_side",
    "check_failed",
    "check_place",
    "decide",
    "effective",
    "in_force",
    "knows_zone",
    "may_look",
    "outcome_of",
    "parse_look_table",
    "parse_vocabulary",
    "read_pack",
    "shipped_ids",
    "shipped_pack",
    "shipped_vocabulary",
    "show_in_force",
    "show_permit",
    "show_reason",
    "time_now",
    "zones_at",
]
