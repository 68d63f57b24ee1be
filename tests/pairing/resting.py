"""What a pairing can rest for, how a person decides, and all that anybody outside can see of it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from sqlalchemy import select
from tests.pairing.scene import Scene

from hoede.db import orders
from hoede.enforcement.platforms.webhook import message
from hoede.flow.pair import Guardian, Teen
from hoede.pairing import store
from hoede.pairing.exits import Decided
from hoede.pairing.rules.states import COUNTS
from hoede.pairing.tables import LINKS, MAILS
from hoede.review import CaseRow, Refused, claims
from hoede.review import store as review

Cause = Callable[[Scene, Teen], None]
COUNTING = LINKS.c.state.in_(COUNTS)


def lapses(scene: Scene, teen: Teen) -> None:
    """The teen said nothing about one of their pairings that count, the last."""
    those = scene.db.read(lambda conn: store.standing_of(conn, teen.service, teen.account))
    last = LINKS.c.id == next((one.id for one in reversed(those) if one.counts), "")
    scene.db.commit(lambda tx: tx.conn.execute(LINKS.update().where(last).values(teen_by=tx.now)))


def forgets(scene: Scene, teen: Teen) -> None:
    """The guardians said nothing."""
    scene.db.commit(lambda tx: tx.conn.execute(LINKS.update().where(COUNTING).values(guardian_by=tx.now)))


def loses_proof(scene: Scene, teen: Teen) -> None:
    values = {"assured": True, "assured_until": scene.clock.now()}
    scene.db.commit(lambda tx: tx.conn.execute(LINKS.update().where(COUNTING).values(**values)))


def asks_for_a_safe_exit(scene: Scene, teen: Teen) -> None:
    decided(scene, scene.exits.ask(teen, words="not safe").case_id, Decided.ENDS)


CAUSES: tuple[Cause, ...] = (asks_for_a_safe_exit, lapses, forgets, loses_proof)


def look(scene: Scene, teen: Teen, guardians: Sequence[Guardian]) -> list[Any]:
    """Every page of both guardians and of the teen, after the clock went round."""
    scene.later()
    scene.weekly.once()
    seen: list[Any] = []
    for guardian in guardians:
        seen.append([asdict(one) for one in scene.views.my_teens(guardian)])
        for link in scene.db.read(partial(store.of_guardian, guardian=guardian.person)):
            for page in ("overview", "digest"):
                shown = scene.views.guardian_sees(guardian, link.id, page)
                seen.append(None if shown is None else asdict(shown))
            seen.append([one.text for one in scene.views.digests(guardian, link.id)])
    seen.append([asdict(one) for one in scene.views.my_guardians(teen)])
    seen.append({name: one.step for name, one in scene.in_force(teen).items()})
    return seen


def all_told(scene: Scene, seen: list[Any]) -> str:
    """What was seen, every letter, and every message to the platform, with their times."""
    return json.dumps([seen, mails(scene), webhooks(scene)], default=str, indent=0)


def mails(scene: Scene) -> list[list[str]]:
    """Every letter with its text and its moment."""
    rows = scene.db.read(lambda conn: conn.execute(select(MAILS).order_by(MAILS.c.id)).all())
    return [[row.id, row.to, row.subject, row.body, str(row.made_at)] for row in rows]


def subjects(scene: Scene) -> list[str]:
    return [one[2] for one in mails(scene)]


def webhooks(scene: Scene) -> list[str]:
    """Every message to the platform, as its bytes go out."""
    table = orders.ORDERS
    ids = select(table.c.id, table.c.opened_at).order_by(table.c.opened_at, table.c.id)
    rows = scene.db.read(lambda conn: conn.execute(ids).all())
    views = [(scene.db.read(partial(orders.view, order=row.id)), row.opened_at) for row in rows]
    return [
        message(view.order, account=view.order.values["account"], letter=None, now=at)
        for view, at in views
        if view is not None
    ]


def case_of(scene: Scene, case_id: str) -> CaseRow:
    case = scene.db.read(lambda conn: review.find_case(conn, case_id))
    assert case is not None
    return case


def take(scene: Scene, case_id: str) -> None:
    claim = scene.new_id("clm")
    scene.db.commit(lambda tx: claims.take(tx, case_id, "eva", claim_id=claim, lead=False))


def decided(scene: Scene, case_id: str, said: Decided) -> None:
    take(scene, case_id)
    answer = scene.exits.answer(case_id, "eva", said, reason="they told us how it is")
    assert not isinstance(answer, Refused)
