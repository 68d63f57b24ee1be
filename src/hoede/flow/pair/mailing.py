"""What is written to guardians: a few kinds of mail, each worded once, kept until it is sent."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from hoede.db import Transaction
from hoede.pairing import LinkRow, guardians, mails
from hoede.words import best_locale, catalogue

if TYPE_CHECKING:
    from hoede.flow.pair.desk import PairDesk

TRIED_FOR = timedelta(days=2)


def to_guardian(tx: Transaction, desk: "PairDesk", link: LinkRow, kind: str, **facts: object) -> None:
    """Write to the guardian of a pairing, if there is one; `kind` names the words under `mail`."""
    if link.guardian is not None:
        to_person(tx, desk, link.guardian, kind, facts={"teen": link.teen_name, **facts})


def to_person(
    tx: Transaction,
    desk: "PairDesk",
    person: str,
    kind: str,
    *,
    facts: Mapping[str, object],
    tried_for: timedelta = TRIED_FOR,
) -> None:
    found = guardians.find(tx.conn, person)
    if found is None:
        return
    words = catalogue(best_locale([found.locale]))
    told = {"name": found.name, "url": f"{desk.public_url}/family", **facts}
    mails.add_all(
        tx,
        [
            {
                "id": desk.new_id("mail"),
                "person": person,
                "to": found.mail,
                "subject": words.say(f"mail.{kind}.subject", **told),
                "body": words.say(f"mail.{kind}.body", **told),
                "until": tx.now + tried_for,
            }
        ],
    )
