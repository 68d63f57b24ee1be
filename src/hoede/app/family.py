"""The pages of guardians, built: their guard, and the doors of every page."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from hoede.access import Ceremonies, RelyingParty
from hoede.access.people import PersonKind
from hoede.app.outside import endpoints_of
from hoede.app.pairing import Pair
from hoede.app.tables import Tables
from hoede.config import Config
from hoede.db import Database
from hoede.policy import shipped_vocabulary
from hoede.web.family import agreed, asked, me, pairing, settings, sign_in, start, teen
from hoede.web.family.desk import FamilyDesk
from hoede.web.family.frame import PLACE
from hoede.web.session import Doors, SessionGuard


def family(  # noqa: PLR0917 - parts in the order they were built
    config: Config, tables: Tables, db: Database, pair: Pair, names: bytes, new_id: Callable[[str], str]
) -> Doors:
    """All doors of `/family`."""
    party = RelyingParty.at(config.public_url)
    ceremonies = Ceremonies(
        db=db, party=party, new_id=new_id, random=secrets.token_bytes, kind=PersonKind.GUARDIAN
    )
    guard = SessionGuard(
        place=PLACE, db=db, roles=tables.roles, names=names, origin=party.origin, secret=ceremonies.secret
    )
    desk = FamilyDesk(
        ceremonies=ceremonies,
        links=pair.links,
        together=pair.together,
        asking=pair.asking,
        views=pair.views,
        people=pair.people,
        vocabulary=shipped_vocabulary(),
        presets=tables.pairing.presets,
        secrets=lambda: {name: one.secrets for name, one in endpoints_of(config).items()},
        service_names={name: one.name for name, one in config.services.items()},
        public_url=config.public_url.rstrip("/"),
        now=lambda: datetime.now(UTC),
    )
    doors = Doors(guard)
    for page in (start, sign_in, pairing, teen, settings, asked, agreed, me):
        page.open_doors(doors, desk)
    return doors
