"""The sequencer: numbers leaves and signs heads, one process at a time."""

from datetime import timedelta

from hoede.audit.rules import Head, head_message, leaf_hash
from hoede.audit.store import frontier, last_signed, number, save_head, signs_now, unnumbered
from hoede.db import Database, Transaction, failpoints
from hoede.db.leases import give_back, take_lease
from hoede.keys import KeyProvider

LEASE_NAME = "sequencer"
LEASE = timedelta(seconds=5)
MOST_AT_ONCE = 2000


class Sequencer:
    """Numbers what is there whenever it is called; leaves it to whoever holds the lease."""

    def __init__(self, db: Database, keys: KeyProvider, holder: str) -> None:
        self._db = db
        self._keys = keys
        self._holder = holder

    def run_once(self) -> int:
        """Number the leaves that wait; returns how many, 0 when another process is the sequencer."""
        if not self._db.read(lambda conn: unnumbered(conn, 1)):
            return 0
        return self._db.commit(self._number)

    def let_go(self) -> None:
        """Let another process number at once, not only when the lease ends."""
        self._db.commit(lambda tx: give_back(tx, LEASE_NAME, self._holder))

    def _number(self, tx: Transaction) -> int:
        if not take_lease(tx, LEASE_NAME, self._holder, LEASE):
            return 0
        leaves = unnumbered(tx.conn, MOST_AT_ONCE)
        if not leaves:
            return 0
        failpoints.here("number.before")
        before = edge = frontier(tx.conn)
        for _, body in leaves:
            edge = edge.add(leaf_hash(body.encode()))
        number(tx, [leaf for leaf, _ in leaves], before.size)
        root = edge.root()
        at = max(tx.now, last_signed(tx.conn) or tx.now)  # a clock set back must not make the log look wrong
        signature = self._keys.sign(head_message(edge.size, root, at), signs_now(tx.conn))
        save_head(tx, Head(edge.size, root, at, signature), edge)
        return len(leaves)
