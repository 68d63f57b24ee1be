"""The bench of pairing measures what it says: limits that count, a digest for each family, a chance."""

from collections.abc import Collection, Mapping
from pathlib import Path

from sqlalchemy import Connection

from hoede.bench.pairing import LEAST_LIKELY, NOW, SERVICE, _asking, digests, filled, guessing
from hoede.flow.attempt import Asked
from hoede.pairing import Family, families
from hoede.pairing.tables import DIGESTS, MAILS
from hoede.policy import Answer, Policy, shipped_pack, shipped_vocabulary


def nobody(_conn: Connection, _service: str, _ids: Collection[str]) -> Mapping[str, Family]:
    return {}


def test_every_family_gets_one_digest_and_one_letter(tmp_path: Path) -> None:
    db = filled(tmp_path, 30)
    digests(db, 30)
    rows = db.read(lambda conn: (conn.execute(DIGESTS.select()).all(), conn.execute(MAILS.select()).all()))
    policy = Policy(shipped_vocabulary(), (shipped_pack("hoede-baseline"),))
    ask = [Asked(account="teen-1", attempt="search")]
    with_families, without = (
        _asking(db, policy, told).permits(SERVICE, ask, NOW)[0].permit.answer
        for told in (families.families_of, nobody)
    )
    db.close()

    assert (len(rows[0]), len(rows[1])) == (30, 30)
    assert (with_families, without) == (Answer.REFUSED, Answer.GRANTED)


def test_guessing_is_computed_and_simulated() -> None:
    row = guessing()
    assert row.ours <= LEAST_LIKELY
    assert row.peer is not None
    assert abs(row.ours - row.peer) < 0.2
