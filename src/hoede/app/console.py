"""The console, built: its guard, and the doors of every page."""

import secrets
from collections.abc import Callable

from hoede.access import Ceremonies, RelyingParty
from hoede.config import Config
from hoede.flow.change_policy import ChangePolicy
from hoede.flow.hand_over import HandOver
from hoede.web.console import (
    adding,
    authorities,
    calibrations,
    cases,
    exposure,
    judging,
    log,
    looks,
    me,
    my_day,
    orders,
    people,
    policy,
    policy_simulation,
    quality,
    queue,
    raw,
    reports,
    sign_in,
    start,
)
from hoede.web.console.desk import Desk
from hoede.web.session import Doors, SessionGuard


def console(  # noqa: PLR0917 - parts in the order they were built
    config: Config,
    desk: Desk,
    change: ChangePolicy,
    hand_over: HandOver,
    names: bytes,
    new_id: Callable[[str], str],
) -> Doors:
    """All doors of the console; they stand in the rail in this order."""
    db, roles = desk.db, desk.roles
    party = RelyingParty.at(config.public_url)
    ceremonies = Ceremonies(db=db, party=party, new_id=new_id, random=secrets.token_bytes)
    guard = SessionGuard(db=db, roles=roles, names=names, origin=party.origin, secret=ceremonies.secret)
    doors = Doors(guard)
    start.open_doors(doors, desk)
    queue.open_doors(doors, desk)
    cases.open_doors(doors, desk)
    judging.open_doors(doors, desk)
    looks.open_doors(doors, desk)
    raw.open_doors(doors, desk)
    my_day.open_doors(doors, desk)
    exposure.open_doors(doors, desk)
    orders.open_doors(doors, desk)
    reports.open_doors(doors, desk)
    adding.open_doors(doors, desk)
    authorities.open_doors(doors, hand_over, config.data_folder / "spool")
    policy.open_doors(doors, change)
    policy_simulation.open_doors(doors, change)
    quality.open_doors(doors, desk)
    calibrations.open_doors(doors, desk)
    log.open_doors(doors, db)
    people.open_doors(doors, ceremonies, roles)
    me.open_doors(doors, ceremonies)
    sign_in.open_doors(doors, ceremonies)
    return doors
