"""Family Pairing, built: its journeys on one desk, and how letters to guardians leave."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from hoede.app.ids import new_id
from hoede.app.tables import Tables
from hoede.config import Config, read_secret
from hoede.db import Database
from hoede.flow.attempt import Permits
from hoede.flow.pair import (
    Asking,
    Clock,
    Exits,
    FamilyViews,
    GuardianPeople,
    KeptFigures,
    Links,
    PairDesk,
    SendMail,
    TellAdult,
    Together,
    Weekly,
)
from hoede.keys import FileKeys
from hoede.mail import Nowhere, Post, Security, SmtpPost
from hoede.policy import shipped_vocabulary
from hoede.policy.live import LivePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The journeys of pairings, on one desk."""

    links: Links
    together: Together
    asking: Asking
    views: FamilyViews
    exits: Exits
    people: GuardianPeople
    clock: Clock
    weekly: Weekly
    mail: SendMail
    tell: TellAdult


def build_pair(  # noqa: PLR0917 - parts in the order they were built
    config: Config, tables: Tables, db: Database, keys: FileKeys, permits: Permits, policy: LivePolicy
) -> Pair:
    """Pairings, on the policy in force."""
    vocabulary, figures = shipped_vocabulary(), KeptFigures()
    desk = PairDesk(
        db=db,
        names=keys.names,
        acts=tables.pairing.acts,
        assurance=tables.pairing.assurance,
        presets=tables.pairing.presets,
        vocabulary=vocabulary,
        policy=policy.policy,
        side=permits.sides.at,
        forget=permits.sides.forget,
        measures=tables.book.measures,
        lanes=tables.lanes,
        new_id=new_id,
        random=secrets.token_bytes,
        public_url=config.public_url.rstrip("/"),
    )
    return Pair(
        links=Links(desk),
        together=Together(desk),
        asking=Asking(desk),
        views=FamilyViews(desk, figures),
        exits=Exits(desk),
        people=GuardianPeople(desk, partial(secrets.token_urlsafe, 32)),
        clock=Clock(desk),
        weekly=Weekly(db, figures, vocabulary, new_id),
        tell=TellAdult(desk),
        mail=SendMail(db=db, post=_post(config)),
    )


def _post(config: Config) -> Post:
    """How letters leave; without a mail server they wait."""
    if not config.mail_host:
        return Nowhere()
    password = config.mail_password_file
    return SmtpPost(
        host=config.mail_host,
        port=config.mail_port,
        sender=config.mail_from,
        security=Security(config.mail_security),
        now=lambda: datetime.now(UTC),
        user=config.mail_user,
        password=partial(read_secret, password) if password else str,
    )
